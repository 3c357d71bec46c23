"""Conversions whose result is a number or a bit.

Place in the pipeline: called by `convert`. The common case of well-formed text is decided by DuckDB's own
cast and a cheap check; only what fails it takes the careful branch. Source: Microsoft Learn, "CAST and
CONVERT", "int, bigint, smallint, and tinyint", "decimal and numeric", "money and smallmoney", "bit".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tsqld.functions.conversion import Conversion, family
from tsqld.functions.macros import call
from tsqld.functions.precedence import shown
from tsqld.functions.sqltext import let, quote, short_decimal
from tsqld.types import SqlType

_RANGES: Final = {
    "tinyint": (0, 255),
    "smallint": (-32768, 32767),
    "int": (-2147483648, 2147483647),
    "bigint": (-9223372036854775808, 9223372036854775807),
}
_INTEGER_TEXT: Final = r"' *[-+]? *[0-9]+ *'"
_BARE_SIGN: Final = r"' *[-+]? *'"
_DECIMAL_TEXT: Final = r"' *[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+) *'"
_FLOAT_TEXT: Final = r"' *[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eEdD][-+]?[0-9]+)? *'"
_MONEY_TEXT: Final = r"' *[-+]? *[$£€¥¤¢]? *[-+]?([0-9,]*[0-9][0-9,]*[.]?[0-9,]*|[.][0-9,]*[0-9][0-9,]*) *'"
_MONEY_NOTHING: Final = r"' *[-+]? *[$£€¥¤¢]? *[-+]?[,]*[.]?[,]* *'"
_SHORT: Final = 18
"""Digits of a decimal that DuckDB holds in eight bytes."""
_MONEY_MICROS: Final = {"money": (19, "922337203685477.5807"), "smallmoney": (10, "214748.3647")}


# --- to integers --------------------------------------------------------------------------------------------


def text_to_integer(c: Conversion) -> str:
    """Digits with an optional sign and surrounding spaces; blank text and a bare sign are 0; a point is an
    error.
    """
    return let(c.value.sql, lambda v: _text_to_integer(c, v))


def _text_to_integer(c: Conversion, v: str) -> str:
    number = f"TRY_CAST({v} AS {c.duck})"
    return (
        f"CASE WHEN CAST({number} AS VARCHAR) = {v} THEN {number} WHEN {v} IS NULL THEN NULL "
        f"WHEN regexp_full_match({v}, {_INTEGER_TEXT}) "
        f"THEN coalesce(TRY_CAST(replace({v}, ' ', '') AS {c.duck}), {_text_overflow(c, v)}) "
        f"WHEN regexp_full_match({v}, {_BARE_SIGN}) THEN 0 ELSE {_not_integer(c, v)} END"
    )


def _not_integer(c: Conversion, v: str) -> str:
    return c.unconvertible() if c.target.name == "bigint" else c.rejected(v)


def _text_overflow(c: Conversion, v: str) -> str:
    if c.target.name == "bigint":
        return c.expression_overflow()
    number, column = {"tinyint": (244, "INT1"), "smallint": (244, "INT2")}.get(c.target.name, (248, "int"))
    hint = " Use a larger integer column." if number == 244 else ""
    start = quote(f"The conversion of the {shown(c.source)} value '")
    return c.fail(number, start, v, quote(f"' overflowed an {column} column.{hint}"))


def number_to_integer(c: Conversion) -> str:
    """Integers and bits keep their value, decimals and floats lose their fraction, money is rounded."""
    source = family(c.source)
    if source == "bit" or (source == "integer" and _widens(c.source, c.target)):
        return f"({c.value.sql})::{c.duck}"
    whole: Callable[[str], str] = {
        "decimal": lambda v: v if c.source.scale == 0 else f"trunc({v})",
        "money": lambda v: call("round_money", v),
        "float": lambda v: f"trunc({v})",
    }.get(source, lambda v: v)
    return let(
        c.value.sql,
        lambda v: (
            f"CASE WHEN {v} IS NULL THEN NULL ELSE "
            f"coalesce(TRY_CAST({whole(v)} AS {c.duck}), {_number_overflow(c, whole(v))}) END"
        ),
    )


def _widens(source: SqlType, target: SqlType) -> bool:
    low, high = _RANGES[source.name]
    return _RANGES[target.name][0] <= low and high <= _RANGES[target.name][1]


def _number_overflow(c: Conversion, v: str) -> str:
    if c.source.is_float:
        start = quote(f"Arithmetic overflow error for type {c.target.name}, value = ")
        return c.fail(232, start, f"format('{{:.6f}}', {v}::DOUBLE)", "'.'")
    if c.source.is_money and c.target.name in ("int", "bigint"):
        return c.fail_constant(
            237, f"There is insufficient result space to convert a money value to {c.target.name}."
        )
    if c.target.name in ("tinyint", "smallint") and c.source.name != "bigint":
        start = quote(f"Arithmetic overflow error for data type {c.target.name}, value = ")
        return c.fail(220, start, f"CAST({v} AS VARCHAR)", "'.'")
    return c.expression_overflow()


def bytes_to_integer(c: Conversion) -> str:
    """The last bytes, big-endian, as a two's complement number; bytes beyond the width are ignored."""
    width = {"tinyint": 1, "smallint": 2, "int": 4, "bigint": 8}[c.target.name]
    return f"{call('bytes_to_integer', c.value.sql, str(width))}::{c.duck}"


def moment_to_integer(c: Conversion) -> str:
    """Days since 1900-01-01, noon rounded up."""
    whole = f"round({call('days_of', c.value.sql)})"
    return let(
        whole,
        lambda v: (
            f"CASE WHEN {v} IS NULL THEN NULL ELSE "
            f"coalesce(TRY_CAST({v} AS {c.duck}), {_number_overflow(c, f'{v}::BIGINT')}) END"
        ),
    )


# --- to bit -------------------------------------------------------------------------------------------------


def text_to_bit(c: Conversion) -> str:
    """'true', 'false' in any case, or a whole number; blank text is 0."""
    return let(
        c.value.sql,
        lambda v: (
            f"CASE WHEN {v} = '1' THEN TRUE WHEN {v} = '0' THEN FALSE WHEN {v} IS NULL THEN NULL "
            f"WHEN lower(trim({v}, ' ')) = 'true' THEN TRUE WHEN lower(trim({v}, ' ')) IN ('false', "
            "'') THEN FALSE "
            f"WHEN regexp_full_match({v}, {_INTEGER_TEXT}) THEN regexp_matches({v}, '[1-9]') "
            f"ELSE {c.rejected(v)} END"
        ),
    )


def number_to_bit(c: Conversion) -> str:
    """Anything but zero is 1."""
    return f"(({c.value.sql}) <> 0)"


def bytes_to_bit(c: Conversion) -> str:
    """Whether the last byte, the only one a bit has room for, is not zero."""
    return f"({call('bytes_to_integer', c.value.sql, '1')} <> 0)"


def moment_to_bit(c: Conversion) -> str:
    return f"(round({call('days_of', c.value.sql)}) <> 0)"


# --- to decimal and money -----------------------------------------------------------------------------------


def text_to_decimal(c: Conversion) -> str:
    """Digits with an optional sign and point; rounded to the scale, half away from zero; blank text fails."""

    def body(v: str) -> str:
        digits = min(c.target.precision, _SHORT)
        is_short, short = short_decimal(v, c.target, digits, c.target.scale)
        other = _unless_plain(
            v,
            f"TRY_CAST({v} AS {c.duck})",
            f"WHEN regexp_full_match({v}, {_DECIMAL_TEXT}) "
            f"THEN coalesce(TRY_CAST({v} AS {c.duck}), {c.overflow()}) "
            f"WHEN {v} IS NULL THEN NULL ELSE {c.unconvertible()}",
        )
        return f"CASE WHEN {is_short} THEN {short} ELSE {other} END"

    return let(c.value.sql, body)


def _unless_plain(v: str, number: str, branches: str) -> str:
    """`number`, DuckDB's own reading, for text in plain digits that it reads; else a CASE of `branches`.

    DuckDB's cast also takes exponents, underscores and white space of all kinds, which must not get through.
    """
    return f"coalesce(CASE WHEN {call('plain_number', v)} THEN {number} END, CASE {branches} END)"


def number_to_decimal(c: Conversion) -> str:
    """Rounded to the scale, half away from zero; too many whole digits overflow."""
    source, sql = c.source, c.value.sql
    if family(source) == "bit":
        sql = f"({sql})::UTINYINT"
    digits, scale = _digits(source)
    if digits - scale <= c.target.precision - c.target.scale and scale <= c.target.scale:
        return f"({sql})::{c.duck}"
    return let(
        sql,
        lambda v: (
            f"CASE WHEN {v} IS NULL THEN NULL ELSE "
            f"coalesce({_narrowed(c, v, digits, scale)}, {c.overflow()}) END"
        ),
    )


def _narrowed(c: Conversion, v: str, digits: int, scale: int) -> str:
    """TRY_CAST that avoids DuckDB's slow 128-bit rounding where 64 bits hold the value."""
    plain = f"TRY_CAST({v} AS {c.duck})"
    if digits <= 18 or scale <= c.target.scale:
        return plain
    small = f"TRY_CAST({v} AS DECIMAL(18,{scale}))" if scale <= 18 else ""
    return f"coalesce(TRY_CAST({small} AS {c.duck}), {plain})" if small else plain


def _digits(type: SqlType) -> tuple[int, int]:
    fixed = {
        "bit": (1, 0),
        "tinyint": (3, 0),
        "smallint": (5, 0),
        "int": (10, 0),
        "bigint": (19, 0),
        "money": (19, 4),
        "smallmoney": (10, 4),
    }
    return fixed.get(type.name, (type.precision, type.scale))


def float_to_decimal(c: Conversion) -> str:
    """The float's first 17 significant digits, at most 17 decimals, rounded half away from zero.

    DuckDB's cast, which rounds the scaled double, agrees unless the value is large or near the middle.
    """
    scale = min(17, c.target.scale)
    read = f"DECIMAL({c.target.precision - c.target.scale + scale},{scale})"
    scaled = f"1e{scale}::DOUBLE"

    def body(v: str) -> str:
        digits = f"TRY_CAST(printf('%.17g', {v}) AS {read})"
        if scale > 15:
            return f"CASE WHEN {v} IS NOT NULL THEN coalesce({digits}, {c.overflow()})::{c.duck} END"
        return (
            f"CASE WHEN abs({v} * {scaled}) < 1e12 AND "
            f"abs(abs({v} * {scaled} - trunc({v} * {scaled})) - 0.5) > 1e-3::DOUBLE "
            f"AND TRY_CAST({v} AS {c.duck}) IS NOT NULL THEN TRY_CAST({v} AS {c.duck}) "
            f"WHEN {v} IS NULL THEN NULL ELSE coalesce({digits}, {c.overflow()})::{c.duck} END"
        )

    return let(f"({c.value.sql})::DOUBLE" if c.source.name == "real" else c.value.sql, body)


def text_to_money(c: Conversion) -> str:
    """A number with an optional currency sign; commas are ignored; blank text and a bare sign are 0."""
    precision, limit = _MONEY_MICROS[c.target.name]
    if c.target.name == "money":
        syntax = c.fail_constant(
            235, "Cannot convert a char value to money. The char value has incorrect syntax."
        )
    else:
        syntax = c.fail_constant(
            293, "Cannot convert char value to smallmoney. The char value has incorrect syntax.", state=0
        )
    return let(
        c.value.sql,
        lambda v: _unless_plain(
            v,
            call("within", f"TRY_CAST({v} AS DECIMAL({precision},4))", limit),
            f"WHEN regexp_full_match({v}, {_MONEY_TEXT}) "
            f"THEN coalesce({call('within', _money_cast(v, precision), limit)}, {c.expression_overflow()}) "
            f"WHEN {v} IS NULL THEN NULL WHEN regexp_full_match({v}, {_MONEY_NOTHING}) THEN 0 ELSE {syntax}",
        ),
    )


def _money_cast(v: str, precision: int) -> str:
    return f"TRY_CAST(regexp_replace({v}, '[^-+.0-9]', '', 'g') AS DECIMAL({precision},4))"


def number_to_money(c: Conversion) -> str:
    """Rounded to four decimals, half away from zero."""
    precision, limit = _MONEY_MICROS[c.target.name]
    sql = f"({c.value.sql})::UTINYINT" if c.source.name == "bit" else c.value.sql
    if c.source.name in ("bit", "tinyint", "smallint", "smallmoney") and precision >= 10:
        return f"({sql})::{c.duck}"
    if c.source.name in ("int", "money") and c.target.name == "money":
        return f"({sql})::{c.duck}"
    return let(
        sql,
        lambda v: (
            f"CASE WHEN {v} IS NULL THEN NULL ELSE coalesce("
            f"{call('within', f'TRY_CAST({v} AS DECIMAL({precision},4))', limit)}, "
            f"{_money_overflow(c, v)}) END"
        ),
    )


def _money_overflow(c: Conversion, v: str) -> str:
    if not c.source.is_float:
        return c.expression_overflow()
    words = quote(f"Arithmetic overflow error for type {c.target.name}, value = ")
    return c.fail(232, words, f"format('{{:.6f}}', {v}::DOUBLE)", "'.'")


# --- to float -----------------------------------------------------------------------------------------------


def text_to_float(c: Conversion) -> str:
    """Digits, point and exponent (e or d); blank text is 0."""
    return let(c.value.sql, lambda v: _text_to_float(c, v))


def _text_to_float(c: Conversion, v: str) -> str:
    other = f"TRY_CAST(translate({v}, 'dD', 'ee') AS {c.duck})"
    return _unless_plain(
        v,
        call("finite", f"TRY_CAST({v} AS {c.duck})"),
        f"WHEN regexp_full_match({v}, {_FLOAT_TEXT}) "
        f"THEN CASE WHEN isfinite({other}) THEN {other} ELSE {c.expression_overflow()} END "
        f"WHEN {v} IS NULL THEN NULL WHEN trim({v}, ' ') = '' THEN 0 ELSE {c.unconvertible()}",
    )


def number_to_float(c: Conversion) -> str:
    if c.source.name == "float" and c.target.name == "real":
        return let(
            c.value.sql,
            lambda v: (
                f"CASE WHEN {v} IS NULL THEN NULL ELSE "
                f"coalesce(TRY_CAST({v} AS FLOAT), {_real_overflow(c, v)}) END"
            ),
        )
    return f"({c.value.sql})::{c.duck}"


def _real_overflow(c: Conversion, v: str) -> str:
    start = quote("Arithmetic overflow error for type real, value = ")
    return c.fail(232, start, f"format('{{:.6f}}', {v})", "'.'")


def moment_to_float(c: Conversion) -> str:
    """Days since 1900-01-01 with their fraction."""
    return f"({call('days_of', c.value.sql)})::{c.duck}"


def moment_to_decimal(c: Conversion) -> str:
    return let(
        call("days_of", c.value.sql),
        lambda d: (
            f"CASE WHEN {d} IS NULL THEN NULL ELSE coalesce(TRY_CAST({d} AS {c.duck}), {c.overflow()}) END"
        ),
    )
