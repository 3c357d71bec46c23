"""ODBC connection strings as text: read and written.

Beside names; used by whoever connects. Source: Microsoft Learn, "DSN and connection string keywords and
attributes".
"""

from __future__ import annotations

from collections.abc import Mapping


class DsnProblem(ValueError):
    """Text that is no connection string."""


def parse_keywords(text: str) -> dict[str, str]:
    """`Key=value;Key={value with ; and }}}` as a mapping. Errors: DsnProblem."""
    found: dict[str, str] = {}
    position = 0
    while position < len(text):
        key, equals, _ = text[position:].partition("=")
        if not equals:
            if key.strip(" ;\t\n"):
                raise DsnProblem(
                    "the DSN must be an ODBC connection string such as 'Server=host,1433;UID=sa'; "
                    f"'{key.strip()}' has no '='"
                )
            break
        value, position = _value(text, position + len(key) + 1)
        found[key.strip(" ;\t\n")] = value
    return found


def _value(text: str, start: int) -> tuple[str, int]:
    """The value that begins at `start` and the offset behind its semicolon."""
    if not text.startswith("{", start):
        end = text.find(";", start)
        end = len(text) if end < 0 else end
        return text[start:end].strip(), end + 1
    pieces, position = [], start + 1
    while True:
        end = text.find("}", position)
        if end < 0:
            raise DsnProblem("the DSN has a '{' without its '}'")
        pieces.append(text[position:end])
        if not text.startswith("}}", end):
            return "}".join(pieces), end + 2
        position = end + 2


def format_keywords(keywords: Mapping[str, str]) -> str:
    """The opposite of `parse_keywords`."""
    return ";".join(f"{key}={_braced(value)}" for key, value in keywords.items())


def _braced(value: str) -> str:
    if value and not set(value) & set("[]{}(),;?*=!@ "):
        return value
    return "{" + value.replace("}", "}}") + "}"
