"""CAST, CONVERT, TRY_CAST, TRY_CONVERT and implicit conversion: which converter serves which pair of types.

Place in the pipeline: called by the expression compiler and by every function that takes other types than it
is given. Source: Microsoft Learn, "CAST and CONVERT".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tsqld.binder.bound import Bound
from tsqld.errors import error, unsupported
from tsqld.functions import to_bytes, to_date, to_number, to_text, to_ticks, variants
from tsqld.functions.conversion import Conversion, family
from tsqld.functions.folding import folded
from tsqld.functions.precedence import check_implicit, explicit_allowed, shown, under_collation_of
from tsqld.functions.sqltext import duck_type
from tsqld.functions.styles import by_style
from tsqld.functions.ticks import is_fine
from tsqld.types import SqlType

Converter = Callable[[Conversion], str]

_NUMBERS: Final = ("bit", "integer", "decimal", "money", "float")
_MOMENTS: Final = ("datetime", "smalldatetime")
_TEMPORAL: Final = ("date", "time", "datetime", "smalldatetime", "datetime2", "datetimeoffset")


def _table() -> dict[tuple[str, str], Converter]:
    """(source family, target family) → converter."""
    table: dict[tuple[str, str], Converter] = {
        ("text", "integer"): to_number.text_to_integer,
        ("text", "bit"): to_number.text_to_bit,
        ("text", "decimal"): to_number.text_to_decimal,
        ("text", "money"): to_number.text_to_money,
        ("text", "float"): to_number.text_to_float,
        ("float", "decimal"): to_number.float_to_decimal,
        ("bytes", "integer"): to_number.bytes_to_integer,
        ("bytes", "bit"): to_number.bytes_to_bit,
        ("bytes", "money"): to_bytes.bytes_to_money,
        ("bytes", "decimal"): to_bytes.bytes_to_decimal,
        ("text", "text"): to_text.text_to_text,
        ("bit", "text"): to_text.bit_to_text,
        ("integer", "text"): to_text.integer_to_text,
        ("decimal", "text"): to_text.decimal_to_text,
        ("money", "text"): to_text.money_to_text,
        ("float", "text"): to_text.float_to_text,
        ("guid", "text"): to_text.guid_to_text,
        ("bytes", "text"): to_bytes.bytes_to_text,
        ("text", "bytes"): to_bytes.text_to_bytes,
        ("bytes", "bytes"): to_bytes.bytes_to_bytes,
        ("guid", "bytes"): to_bytes.guid_to_bytes,
        ("text", "guid"): to_bytes.text_to_guid,
        ("bytes", "guid"): to_bytes.bytes_to_guid,
    }
    for number in _NUMBERS:
        table.setdefault((number, "integer"), to_number.number_to_integer)
        table.setdefault((number, "bit"), to_number.number_to_bit)
        table.setdefault((number, "decimal"), to_number.number_to_decimal)
        table.setdefault((number, "money"), to_number.number_to_money)
        table.setdefault((number, "float"), to_number.number_to_float)
        table.setdefault((number, "bytes"), to_bytes.number_to_bytes)
        for moment in _MOMENTS:
            table[number, moment] = to_date.number_to_moment
    for moment in _MOMENTS:
        table[moment, "integer"] = to_number.moment_to_integer
        table[moment, "bit"] = to_number.moment_to_bit
        table[moment, "float"] = to_number.moment_to_float
        table[moment, "decimal"] = to_number.moment_to_decimal
        table[moment, "money"] = to_number.moment_to_decimal
    for temporal in _TEMPORAL:
        table["text", temporal] = to_date.text_to_temporal
        table[temporal, "text"] = to_text.temporal_to_text
        table[temporal, "bytes"] = to_bytes.temporal_to_bytes
        table["bytes", temporal] = to_bytes.bytes_to_moment
        for other in _TEMPORAL:
            table[temporal, other] = to_date.temporal_to_temporal
    return table


_CONVERTERS: Final = _table()


def convert(
    value: Bound,
    target: SqlType,
    *,
    style: Bound | None = None,
    try_: bool = False,
    line: int = 0,
    explicit: bool = False,
) -> Bound:
    """`value` as a `target`; with `try_`, NULL where the value does not convert; `explicit` for CAST and
    CONVERT.

    Errors: 206 and 257 for pairs of types that do not convert by themselves, 529 for pairs of types that
    never convert; the rest (245, 8114, 8115, 241, 242 …) are raised by the DuckDB text when a row fails.
    """
    if value.is_null:
        return Bound(f"CAST(NULL AS {duck_type(target)})", target, nullable=True)
    if value.type.is_text and target.is_text and value.type.decided_collation and not target.collation:
        target = under_collation_of(target, value.type)
    if value.type == target and style is None:
        return value.with_sql(value.sql) if explicit else value
    if not explicit and style is None and not try_:
        check_implicit(value.type, target, line)
    if not explicit_allowed(value.type, target):
        raise error(529, shown(value.type), shown(target), line=line)
    if style is not None and style.is_null:
        return Bound(f"CAST(NULL AS {duck_type(target)})", target, nullable=True)
    if value.type == target:
        return value
    if style is not None and not style.is_literal:

        def in_style(held: Bound, number: Bound) -> Bound:
            return convert(held, target, style=number, try_=try_, line=line, explicit=True)

        return by_style(value, target, style, in_style, line)
    number = style.value if style is not None else None
    request = Conversion(value, target, number, try_, line)
    if value.exact and (exact := to_ticks.from_ticks(request)) is not None:
        return exact
    if "sql_variant" in (value.type.name, target.name):
        return request.result(variants.convert_variant(request, convert))
    constant = folded(request)
    if constant is not None:
        return request.result(constant)
    converter = _CONVERTERS.get((family(value.type), family(target)))
    if converter is None:
        raise unsupported(f"converting {shown(value.type)} to {shown(target)}", line)
    result = request.result(converter(request))
    return to_ticks.finer(request, result) if is_fine(target) else result
