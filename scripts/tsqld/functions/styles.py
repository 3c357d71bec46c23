"""CONVERT whose style a variable or a column tells: CASE takes one of all styles the pair of types has.

Place in the pipeline: asked by `convert`. Source: Microsoft Learn, "CAST and CONVERT".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from tsqld.binder.bound import UNKNOWN, Bound
from tsqld.errors import UNSUPPORTED, TsqlError, error, unsupported
from tsqld.functions.literals import integer
from tsqld.functions.precedence import shown
from tsqld.functions.sqltext import duck_type, let_all, quote, raise_text, raised
from tsqld.types import SqlType

_USUAL: Final = (112, 120, 121, 101, 103, 23, 126)
_STYLES: Final = (*_USUAL, *(style for style in (*range(26), *range(100, 132)) if style not in _USUAL))
"""The usual ones first, so that CASE mostly ends there."""
InStyle = Callable[[Bound, Bound], Bound]
"""Converts a value in a constant style."""


def by_style(value: Bound, target: SqlType, style: Bound, convert: InStyle, line: int) -> Bound:
    """`value` as `target`, in the style that `style` has for the row. Error 281 for one there is not."""

    def body(v: str, s: str) -> str:
        return _chosen(replace(value, sql=v, value=UNKNOWN), s, target, convert, line)

    return Bound(
        let_all([value.sql, style.sql], body),
        target,
        aggregated=value.aggregated or style.aggregated,
        windowed=value.windowed or style.windowed,
    )


def _chosen(value: Bound, style: str, target: SqlType, convert: InStyle, line: int) -> str:
    choices: dict[str, list[str]] = {}
    unknown = ""
    for number in _STYLES:
        try:
            made = convert(value, integer(str(number))).sql
        except TsqlError as problem:
            if problem.number == 281:
                unknown = raise_text(281, f"({style})::VARCHAR || {quote(_invalid(value.type))}")
                continue
            if problem.number == UNSUPPORTED:
                refusal = unsupported(f"some styles of CONVERT to {target.name} in a variable", line)
                unknown = unknown or raise_text(UNSUPPORTED, quote(refusal.message))
                continue
            made = raised(problem, target)
        choices.setdefault(made, []).append(str(number))
    if not unknown:
        return f"CASE WHEN {style} IS NOT NULL THEN {_cases(choices, style, next(iter(choices)))} END"
    missing = f"CAST({unknown} AS {duck_type(target)})"
    return f"CASE WHEN {style} IS NOT NULL THEN {_cases(choices, style, missing)} END"


def _invalid(source: SqlType) -> str:
    """What error 281 says behind the number of the style."""
    return error(281, "", shown(source)).message


def _cases(choices: dict[str, list[str]], style: str, otherwise: str) -> str:
    """The text of the style's choice; `otherwise` where there is none."""
    chosen = {made: numbers for made, numbers in choices.items() if made != otherwise}
    if not chosen:
        return otherwise
    whens = [f"WHEN {style} IN ({', '.join(numbers)}) THEN {made}" for made, numbers in chosen.items()]
    return f"CASE {' '.join(whens)} ELSE {otherwise} END"
