"""Conversions whose result is text.

Place in the pipeline: called by `convert`. Source: Microsoft Learn, "CAST and CONVERT": truncation table,
float, money and binary styles; date styles are in `datestyle`.
"""

from __future__ import annotations

from typing import Final

from tsqld.errors import error, unsupported
from tsqld.functions.conversion import Conversion
from tsqld.functions.datestyle import styled
from tsqld.functions.macros import call
from tsqld.functions.precedence import shown, text_width
from tsqld.functions.sqltext import let, quote, raise_text
from tsqld.functions.unitext import to_ansi
from tsqld.types import MAX, SqlType

_FLOAT_STYLES: Final = {0: "'{:.6g}'", 1: "'{:.7e}'", 2: "'{:.15e}'", 3: "'{:.16e}'"}


def fitted(sql: str, target: SqlType, width: int) -> str:
    """`sql`, of at most `width` characters, cut and padded to the target's length."""
    if target.length != MAX and target.is_fixed_length:
        return call("pad_units", sql, str(target.length))
    if target.length in (MAX, 0) or (width != MAX and width <= target.length):
        return sql
    return call("left_units", sql, str(target.length))


def text_to_text(c: Conversion) -> str:
    """Cut silently to the target's length; characters outside code page 1252 become ? in char and varchar."""
    sql = c.value.sql
    if c.target.name == "xml" and c.source.name != "xml":
        return _to_xml(c)
    if c.target.is_utf8:
        return _cut_utf8(sql, c.target)
    if c.source.is_unicode and not c.target.is_unicode:
        sql = quote(to_ansi(c.value.value)) if isinstance(c.value.value, str) else call("to_ansi", sql)
    return fitted(sql, c.target, c.source.length or MAX)


def _to_xml(c: Conversion) -> str:
    """Style 1 keeps white space; 2, which takes a DTD, is refused where there is one."""
    if c.style not in (None, 0, 1, 2, 3):
        raise unsupported(f"style {c.style} when converting to xml", c.line)
    name = "tsqld_xml_or_null" if c.lenient else "tsqld_xml"
    return f"{name}({c.value.sql}, {c.style in (1, 3)})"


def _cut_utf8(sql: str, target: SqlType) -> str:
    """UTF-8 text counts in bytes; a longer one is refused, since a cut may fall inside a character."""
    if target.length in (MAX, 0):
        return sql
    problem = unsupported(f"cutting UTF-8 text to {target.length} bytes")
    refusal = raise_text(problem.number, quote(problem.message))
    return let(sql, lambda t: f"CASE WHEN strlen({t}) > {target.length} THEN {refusal} ELSE {t} END")


def bit_to_text(c: Conversion) -> str:
    return fitted(f"(({c.value.sql})::UTINYINT)::VARCHAR", c.target, 1)


def integer_to_text(c: Conversion) -> str:
    """Too long for char or varchar is a star (an error for bigint), for nchar and nvarchar an error."""
    text = f"({c.value.sql})::VARCHAR"
    width = text_width(c.source)
    if _holds(c.target, width):
        return fitted(text, c.target, width)
    is_error = c.target.is_unicode or c.source.name == "bigint"
    otherwise = c.expression_overflow() if is_error else "'*'"
    return let(text, lambda t: _checked(c, t, otherwise))


def _holds(target: SqlType, width: int) -> bool:
    return target.length in (MAX, 0) or width <= target.length


def _checked(c: Conversion, t: str, otherwise: str) -> str:
    sql = f"CASE WHEN strlen({t}) > {c.target.length} THEN {otherwise} ELSE {t} END"
    return fitted(f"({sql})", c.target, c.target.length)


def decimal_to_text(c: Conversion) -> str:
    """All decimals of the scale; too long is an error."""
    text = f"({c.value.sql})::VARCHAR"
    if c.source.scale == c.source.precision:
        text = call("leading_zero", text)
    width = text_width(c.source)
    if _holds(c.target, width):
        return fitted(text, c.target, width)
    words = c.expression_overflow() if c.target.is_unicode else c.overflow()
    return let(text, lambda t: _checked(c, t, words))


def money_to_text(c: Conversion) -> str:
    """Two decimals; style 1 adds commas, 2 and 126 give four decimals."""
    style = c.style or 0
    macro = {1: "money_commas", 2: "money_four", 126: "money_four"}.get(style, "money_two")
    text = call(macro, c.value.sql)
    width = 27 if style == 1 else text_width(c.source)
    if _holds(c.target, width):
        return fitted(text, c.target, width)
    words = f"There is insufficient result space to convert a {c.source.name} value to {shown(c.target)}."
    return let(text, lambda t: _checked(c, t, c.fail_constant(234, words, state=2)))


def float_to_text(c: Conversion) -> str:
    """Six significant digits; styles 1, 2 and 3 give 8, 16 and 17 in scientific notation."""
    style = c.style or 0
    if style not in (*_FLOAT_STYLES, 126, 128, 129):
        style = 0
    if style not in _FLOAT_STYLES:
        raise unsupported(f"style {style} when converting {c.source.name} to text", c.line)
    form = _FLOAT_STYLES[style]
    text = call("long_exponent", f"format({form}, ({c.value.sql})::DOUBLE)")
    if _holds(c.target, 24):
        return fitted(text, c.target, 24)
    if c.target.is_unicode:
        words = c.expression_overflow()
    else:
        start = quote(f"Arithmetic overflow error for type {c.target.name}, value = ")
        words = c.fail(232, start, f"format('{{:.6f}}', ({c.value.sql})::DOUBLE)", "'.'", state=2)
    return let(text, lambda t: _checked(c, t, words))


def guid_to_text(c: Conversion) -> str:
    """36 upper-case characters; a shorter target is an error."""
    text = f"upper(({c.value.sql})::VARCHAR)"
    if c.target.length not in (MAX, 0) and c.target.length < 36:
        return (
            f"CASE WHEN ({c.value.sql}) IS NOT NULL THEN "
            f"{c.fail_constant(8170, error(8170).message, state=2)} END"
        )
    return fitted(text, c.target, 36)


def temporal_to_text(c: Conversion) -> str:
    """By style: 0 for datetime and smalldatetime, 121 for the newer types; cut silently."""
    text, width = styled(c)
    return fitted(text, c.target, width)
