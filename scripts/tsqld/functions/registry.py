"""The table of scalar functions: names, argument counts, and who compiles each.

Place in the pipeline: function modules enter themselves with `define` and `refuse`; the expression compiler
asks `is_known` and `call`. `coverage` is what the documentation page is generated from.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from tsqld.binder.bound import Bound
from tsqld.errors import error, unsupported

Compiler = Callable[[Sequence[Bound], int], Bound]

STRING: Final = "String"
MATH: Final = "Mathematical"
DATE: Final = "Date and time"
JSON: Final = "JSON"
LOGICAL: Final = "Logical"
CONVERSION: Final = "Conversion"
BITS: Final = "Bit manipulation"
CRYPTO: Final = "Cryptographic"
SYSTEM: Final = "System"
VARIANT: Final = "Data type"


@dataclass(frozen=True, slots=True)
class Function:
    """A scalar function; `compiler` is None for one that is refused by name, with the reason in `note`."""

    name: str
    category: str
    least: int
    most: int
    compiler: Compiler | None
    note: str = ""


_FUNCTIONS: Final[dict[str, Function]] = {}


def define(
    name: str, category: str, least: int, most: int | None = None, *, note: str = ""
) -> Callable[[Compiler], Compiler]:
    """Enters the decorated compiler as function `name` of `least` to `most` arguments."""

    def enter(compiler: Compiler) -> Compiler:
        _FUNCTIONS[name] = Function(name, category, least, least if most is None else most, compiler, note)
        return compiler

    return enter


def refuse(category: str, reason: str, *names: str) -> None:
    """Enters functions that SQL Server has and tsqld refuses with 50100."""
    for name in names:
        _FUNCTIONS[name] = Function(name, category, 0, 0, None, reason)


def elsewhere(category: str, note: str, *names: str) -> None:
    """Enters functions that other modules compile, for the coverage page only."""
    for name in names:
        _ELSEWHERE[name] = Function(name, category, 0, 0, None, note)


_ELSEWHERE: Final[dict[str, Function]] = {}


def is_known(name: str) -> bool:
    """Whether `name` (upper case) is a scalar function here, refused ones included."""
    return name in _FUNCTIONS


def call(name: str, args: Sequence[Bound], line: int = 0) -> Bound:
    """The call `name(args)`.

    Errors: 195 unknown function, 174 and 189 argument counts, 8116 argument types, 50100 refused functions.
    """
    function = _FUNCTIONS.get(name)
    if function is None:
        raise error(195, name, "built-in function name", line=line)
    if function.compiler is None:
        raise unsupported(f"{name}: {function.note}" if function.note else name, line)
    written = [
        argument for argument in args if argument.sql or (argument.value != "" and not _is_option(argument))
    ]
    if not function.least <= len(written) <= function.most:
        if function.least == function.most:
            raise error(174, name.lower(), function.least, line=line)
        raise error(189, name.lower(), function.least, function.most, line=line)
    return function.compiler(args, line)


def _is_option(argument: Bound) -> bool:
    """Whether an argument is a keyword of the call (TRIM's LEADING, JSON_OBJECT's ABSENT), not a value."""
    return not argument.sql and argument.value in ("LEADING", "TRAILING", "BOTH", "NULL", "ABSENT")


def coverage() -> list[tuple[str, str, str, str]]:
    """(category, name, 'supported' | 'refused', note) of every function, sorted."""
    rows = [
        (f.category, f.name, "supported" if f.compiler is not None else "refused", f.note)
        for f in _FUNCTIONS.values()
    ]
    rows += [(f.category, f.name, "supported", f.note) for f in _ELSEWHERE.values()]
    return sorted(rows)
