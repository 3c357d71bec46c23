"""printf-style messages of RAISERROR, FORMATMESSAGE and THROW, and how PRINT shows values.

Source: Microsoft Learn, "RAISERROR" (type specifications d i o s u x X, flags - + 0 # and blank, width,
precision).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from tsqld.errors import error

_SPEC = re.compile(
    r"%(?P<flags>[-+0# ]*)(?P<width>\*|\d+)?(?:\.(?P<precision>\*|\d+))?"
    r"(?P<size>I64|h|l)?(?P<type>[diosuxX%])"
)


def formatted(template: str, arguments: Sequence[Any]) -> str:
    """`template` with its places filled; a missing argument shows as (null)."""
    remaining = list(arguments)

    def take() -> Any:
        return remaining.pop(0) if remaining else None

    def place(match: re.Match[str]) -> str:
        if match["type"] == "%":
            return "%"
        width = take() if match["width"] == "*" else match["width"]
        precision = take() if match["precision"] == "*" else match["precision"]
        return _one(match["flags"], width, precision, match["type"], take())

    return _SPEC.sub(place, template)


def _one(flags: str, width: Any, precision: Any, kind: str, value: Any) -> str:
    if value is None:
        text = "(null)"
    elif kind == "s":
        if isinstance(value, bool | int):
            raise error(2786, 1)
        text = str(value)
        text = text[: int(precision)] if precision is not None else text
    elif not isinstance(value, int):
        raise error(2786, 1)
    else:
        text = _number(flags, kind, int(value))
        if precision is not None:
            text = text.zfill(int(precision))
    if width is None:
        return text
    if "-" in flags:
        return text.ljust(int(width))
    return text.rjust(int(width), "0" if "0" in flags and kind != "s" else " ")


def _number(flags: str, kind: str, value: int) -> str:
    if kind in "di":
        sign = "+" if "+" in flags and value >= 0 else (" " if " " in flags and value >= 0 else "")
        return f"{sign}{value}"
    unsigned = value & 0xFFFFFFFF if value < 0 else value
    if kind == "u":
        return str(unsigned)
    prefix = {"o": "0", "x": "0x", "X": "0X"}[kind] if "#" in flags and unsigned else ""
    return prefix + format(unsigned, {"o": "o", "x": "x", "X": "X"}[kind])
