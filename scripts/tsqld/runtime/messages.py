"""printf-style messages of RAISERROR, FORMATMESSAGE and THROW, and the messages users add.

Source: Microsoft Learn, "RAISERROR" (type specifications d i o s u x X, flags - + 0 # and blank, width,
precision; at most 2,047 characters), "FORMATMESSAGE", "sp_addmessage".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from tsqld.catalog.model import Catalog, UserMessage
from tsqld.errors import error

MAX_LENGTH: Final = 2047
FIRST_USER: Final = 50001
_SPEC = re.compile(
    r"%(?P<flags>[-+0# ]*)(?P<width>\*|\d+)?(?:\.(?P<precision>\*|\d+))?"
    r"(?P<size>I64|h|l)?(?P<type>[diosuxX%])?"
)


def user_message(master: Catalog, number: int) -> UserMessage | None:
    """A message added by sp_addmessage."""
    found = master.entries.get(f"message:{number}")
    return found if isinstance(found, UserMessage) else None


def shortened(text: str) -> str:
    """A message as RAISERROR tells it: a long one ends in an ellipsis."""
    return text if len(text) <= MAX_LENGTH else text[: MAX_LENGTH - 3] + "..."


def formatted(template: str, arguments: Sequence[Any], *, wide: frozenset[int] = frozenset()) -> str:
    """`template` with its places filled; a missing argument shows as (null).

    `wide` are the positions of bigint arguments, which only I64 takes. Errors 2786, 2787.
    """
    taken = 0

    def take() -> Any:
        nonlocal taken
        taken += 1
        return arguments[taken - 1] if taken <= len(arguments) else None

    def place(match: re.Match[str]) -> str:
        if match["type"] is None:
            raise error(2787, template[match.start() : match.end() + 1])
        if match["type"] == "%":
            return "%"
        width = take() if match["width"] == "*" else match["width"]
        precision = take() if match["precision"] == "*" else match["precision"]
        value = take()
        if value is not None:
            _fits(match["type"], value, taken, taken - 1 in wide and match["size"] != "I64")
        return _one(match["flags"], width, precision, match["type"], match["size"] == "I64", value)

    return _SPEC.sub(place, template)


def _fits(kind: str, value: Any, number: int, too_wide: bool) -> None:
    is_number = isinstance(value, int)
    if too_wide or is_number == (kind == "s"):
        raise error(2786, number)


def _one(flags: str, width: Any, precision: Any, kind: str, wide: bool, value: Any) -> str:
    if value is None:
        text = "(null)"
    elif kind == "s":
        text = str(value)
        text = text[: int(precision)] if precision is not None else text
    else:
        text = _number(flags, kind, int(value), wide)
        if precision is not None:
            text = text.zfill(int(precision))
    if width is None:
        return text
    if "-" in flags:
        return text.ljust(int(width))
    if "0" not in flags or kind == "s" or value is None:
        return text.rjust(int(width))
    return text.zfill(int(width))


def _number(flags: str, kind: str, value: int, wide: bool) -> str:
    if kind in "di":
        sign = "+" if "+" in flags and value >= 0 else (" " if " " in flags and value >= 0 else "")
        return f"{sign}{value}"
    unsigned = value & (0xFFFFFFFFFFFFFFFF if wide else 0xFFFFFFFF) if value < 0 else value
    if kind == "u":
        return str(unsigned)
    prefix = {"o": "0", "x": "0x", "X": "0X"}[kind] if "#" in flags and unsigned else ""
    return prefix + format(unsigned, {"o": "o", "x": "x", "X": "X"}[kind])
