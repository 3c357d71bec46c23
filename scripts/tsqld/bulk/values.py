"""The text of a field as its column's type, by the bulk provider's rules, in DuckDB SQL.

Place in the pipeline: `source` composes these expressions over a scan. A field that does not convert is a row
error, not a statement's: 4863 (truncation), 4864 (type mismatch), 4867 (overflow) or 4869 (NULL into NOT
NULL).

Specification: the rules are not CAST's. An integer may have blanks around it and behind its sign, but neither
point nor exponent; bit is 0 or 1; decimal has no exponent, is rounded to its scale, and too many digits
before the point are a truncation; money may have thousands separators but no currency sign; binary is
hexadecimal without 0x; text that is too long fails, as 4863 in char and varchar and as 4864 in nchar and
nvarchar; dates and times are read as CAST reads them, to seven digits, and then narrowed. Sources: Microsoft
Learn, "BULK INSERT" (data types; an empty field for a NOT NULL character column is an empty string), and
measurements on Linux by others.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from tsqld.binder.bound import Bound
from tsqld.bulk.errors import REJECTED
from tsqld.bulk.layout import TargetColumn
from tsqld.errors import unsupported
from tsqld.functions.convert import convert
from tsqld.functions.macros import call
from tsqld.functions.sqltext import duck_type, raise_text, short_decimal
from tsqld.types import MAX, SqlType, datetime2, datetimeoffset, varchar

TOO_LONG: Final = 4866
TRUNCATED: Final = 4863
MISMATCH: Final = 4864
OVERFLOW: Final = 4867
UNEXPECTED_NULL: Final = 4869

LONGEST_FIELD: Final = 8000
"""Bytes of the longest field that a column other than a (max) one can take; a longer one ends the load."""

_BLANK: Final = r"[ \t\n\r\x0b\x0c]"
_INTEGER: Final = f"{_BLANK}*[+-]?{_BLANK}*[0-9]+{_BLANK}*"
_FIXED: Final = rf"{_BLANK}*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+){_BLANK}*"
_MONEY: Final = rf"{_BLANK}*[+-]?([0-9,]*[0-9][0-9,]*(\.[0-9]*)?|,*\.[0-9]+){_BLANK}*"
_FLOAT: Final = rf"{_BLANK}*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?{_BLANK}*"
_RANGES: Final = {
    "money": "-922337203685477.5808 AND 922337203685477.5807",
    "smallmoney": "-214748.3648 AND 214748.3647",
}


_QUICK_DIGITS: Final = 18
_SMALL_DIGITS: Final = 9
"""Digits of the decimals that fit into smallmoney whatever they are."""


@dataclass(frozen=True, slots=True)
class FieldValue:
    """How a field becomes a column's value.

    `sql` is the value. `fails` is a condition under which it is not one, empty when that cannot be; `code`
    then tells the error's number. Where the value is NULL exactly when it fails or the field is NULL, longer
    than `LONGEST_FIELD` included, `otherwise` is the condition under which NULL is a failure.
    """

    sql: str
    fails: str = ""
    code: str = ""
    otherwise: str = ""


def safe_length(type: SqlType) -> int:
    """Bytes up to which a field cannot be too long for a column of `type`; -1 when none is."""
    if type.is_text or type.name == "image":
        return type.length if type.length > 0 else MAX
    return MAX if type.is_binary and type.length == MAX else LONGEST_FIELD


def field_value(column: TargetColumn, field: str, longest: int, keep_nulls: bool, line: int) -> FieldValue:
    """The text column `field`, of no more than `longest` bytes, as a value of `column`.

    Errors: 50100 for types that text cannot be loaded into here.
    """
    type = column.type
    if type.is_text and type.name != "xml":
        return _checked(column, field, _text(type, field, longest), keep_nulls)
    maker = _MAKERS.get(type.name)
    if maker is None:
        raise unsupported(f"BULK INSERT into a column of type {type}", line)
    value = maker(type, field)
    if longest > LONGEST_FIELD and safe_length(type) != MAX:
        code = f"CASE WHEN strlen({field}) > {LONGEST_FIELD} THEN {TOO_LONG} ELSE {value.code} END"
        fails = value.fails if value.otherwise else f"strlen({field}) > {LONGEST_FIELD} OR ({value.fails})"
        value = replace(value, fails=fails, code=code)
    return _checked(column, field, value, keep_nulls)


def _checked(column: TargetColumn, field: str, value: FieldValue, keep_nulls: bool) -> FieldValue:
    """`value` with the check for NULL where the column takes none."""
    if column.nullable:
        return value
    if column.type.is_text and not keep_nulls:
        return FieldValue(f"coalesce({value.sql}, '')", value.fails, value.code)
    missing = f"{field} IS NULL"
    if not value.fails:
        return FieldValue(value.sql, missing, str(UNEXPECTED_NULL))
    return FieldValue(
        value.sql,
        f"{missing} OR ({value.fails})",
        f"CASE WHEN {missing} THEN {UNEXPECTED_NULL} ELSE {value.code} END",
        value.otherwise and "true",
    )


def raising(value: FieldValue) -> FieldValue:
    """A value that raises `REJECTED` where it fails."""
    if not value.fails:
        return value
    problem = raise_text(REJECTED, "''", 1)
    if value.otherwise:
        missing = problem if value.otherwise == "true" else f"CASE WHEN {value.otherwise} THEN {problem} END"
        return FieldValue(f"coalesce({value.sql}, {missing})")
    return FieldValue(f"CASE WHEN {value.fails} THEN {problem} ELSE {value.sql} END")


# --- text ---------------------------------------------------------------------------------------------------


def _text(type: SqlType, field: str, longest: int) -> FieldValue:
    limit = safe_length(type)
    if limit == MAX or longest <= limit:
        return FieldValue(_kept(type, field))
    code = str(MISMATCH if type.is_unicode else TRUNCATED)
    if longest > LONGEST_FIELD:
        code = f"CASE WHEN strlen({field}) > {LONGEST_FIELD} THEN {TOO_LONG} ELSE {code} END"
    # Bytes come first: they are cheap, and never fewer than what the limit counts.
    too_long = f"strlen({field}) > {limit}"
    if not _is_utf8(type):
        too_long += f" AND {call('units', field)} > {limit}"
    return FieldValue(_kept(type, field), too_long, code)


def _kept(type: SqlType, field: str) -> str:
    """The text as the column keeps it: in its code page, filled up when its length is fixed."""
    if not type.is_unicode and not _is_utf8(type):
        field = call("to_ansi", field)
    return call("pad_units", field, str(type.length)) if type.is_fixed_length else field


def _is_utf8(type: SqlType) -> bool:
    return not type.is_unicode and type.collation.upper().endswith("_UTF8")


# --- numbers ------------------------------------------------------------------------------------------------


def _tight(field: str) -> str:
    return f"regexp_replace({field}, '{_BLANK}+', '', 'g')"


def _matches(field: str, pattern: str) -> str:
    return f"regexp_full_match({field}, '{pattern}')"


def _number(
    type: SqlType, field: str, pattern: str, text: str, failing: int, *quick: tuple[str, str]
) -> FieldValue:
    """Text of the form `pattern`; one of that form that does not fit fails with `failing`.

    `quick` lists (condition, value where it holds): most fields are written as DuckDB writes their value, and
    asking for that is five times faster.
    """
    matching = f"CASE WHEN {_fits(field)} AND {_matches(field, pattern)} THEN {text} END"
    cases = " ".join(f"WHEN {condition} THEN {value}" for condition, value in quick)
    sql = f"CASE {cases} ELSE TRY_CAST({matching} AS {duck_type(type)}) END"
    return FieldValue(
        sql,
        f"{field} IS NOT NULL AND {sql} IS NULL",
        f"CASE WHEN {_matches(field, pattern)} THEN {failing} ELSE {MISMATCH} END",
        f"{field} IS NOT NULL",
    )


def _fits(field: str) -> str:
    return f"strlen({field}) <= {LONGEST_FIELD}"


def _integer(type: SqlType, field: str) -> FieldValue:
    number = f"TRY_CAST({field} AS {duck_type(type)})"
    same = f"CAST({number} AS VARCHAR) = {field}"
    return _number(type, field, _INTEGER, _tight(field), OVERFLOW, (same, number))


def _decimal(type: SqlType, field: str) -> FieldValue:
    number = f"TRY_CAST({field} AS {duck_type(type)})"
    unlike = " AND ".join(f"NOT contains({field}, '{sign}')" for sign in "eE_")
    plain = f"{_fits(field)} AND {unlike} AND {number} IS NOT NULL"
    short = short_decimal(field, type, min(type.precision, _QUICK_DIGITS), type.scale)
    return _number(type, field, _FIXED, _tight(field), TRUNCATED, short, (plain, number))


def _money(type: SqlType, field: str) -> FieldValue:
    amount = f"TRY_CAST(regexp_replace({field}, '[, \\t\\n\\r\\x0b\\x0c]+', '', 'g') AS DECIMAL(38,4))"
    ranged = f"CASE WHEN {amount} BETWEEN {_RANGES[type.name]} THEN {amount} END"
    digits = _QUICK_DIGITS if type.name == "money" else _SMALL_DIGITS
    return _number(type, field, _MONEY, ranged, OVERFLOW, short_decimal(field, type, digits, 4))


def _float(type: SqlType, field: str) -> FieldValue:
    duck = duck_type(type)
    number = f"TRY_CAST({_tight(field)} AS {duck})"
    finite = f"CASE WHEN NOT isinf({number}) THEN {number} END"
    quick = f"TRY_CAST({field} AS {duck})"
    plain = f"isfinite({quick}) AND prefix(CAST({quick} AS VARCHAR), {field})"
    return _number(type, field, _FLOAT, finite, MISMATCH, (plain, quick))


def _bit(type: SqlType, field: str) -> FieldValue:
    return FieldValue(f"({field} = '1')", f"{field} NOT IN ('0', '1')", str(MISMATCH))


# --- dates, times, identifiers, bytes -----------------------------------------------------------------------


def _temporal(type: SqlType, field: str) -> FieldValue:
    text = Bound(field, varchar(MAX))
    fine = datetimeoffset() if type.name == "datetimeoffset" else datetime2()
    through = convert(convert(text, fine, try_=True), type, try_=True).sql
    direct = convert(text, type, try_=True).sql
    slow = through if type == fine else f"coalesce({through}, {direct})"
    sql = f"CASE WHEN {_fits(field)} THEN {slow} END"
    if type.name == "date":
        # The commonest form, which DuckDB's own cast reads as SQL Server does.
        plain = f"strlen({field}) = 10 AND strpos({field}, '-') = 5"
        sql = f"coalesce(CASE WHEN {plain} THEN TRY_CAST({field} AS DATE) END, {sql})"
    return FieldValue(sql, f"{field} IS NOT NULL AND {sql} IS NULL", str(MISMATCH), f"{field} IS NOT NULL")


def _guid(type: SqlType, field: str) -> FieldValue:
    sql = convert(Bound(field, varchar(MAX)), type, try_=True).sql
    return FieldValue(sql, f"{field} IS NOT NULL AND {sql} IS NULL", str(MISMATCH))


def _binary(type: SqlType, field: str) -> FieldValue:
    limit = type.length if type.name in ("binary", "varbinary") else MAX
    odd, hexadecimal = f"length({field}) % 2 = 1", _matches(field, "[0-9A-Fa-f]*")
    long = "false" if limit == MAX else f"length({field}) > {2 * limit}"
    digits = f"rpad({field}, {2 * limit}, '0')" if type.name == "binary" else field
    return FieldValue(
        f"CASE WHEN NOT ({odd} OR {long}) AND {hexadecimal} THEN unhex({digits}) END",
        f"{odd} OR {long} OR NOT {hexadecimal}",
        f"CASE WHEN {odd} THEN {TRUNCATED} WHEN NOT {hexadecimal} THEN {MISMATCH} ELSE {TRUNCATED} END",
    )


_MAKERS: Final = {
    **dict.fromkeys(("tinyint", "smallint", "int", "bigint"), _integer),
    **dict.fromkeys(("decimal", "numeric"), _decimal),
    **dict.fromkeys(("money", "smallmoney"), _money),
    **dict.fromkeys(("float", "real"), _float),
    **dict.fromkeys(("date", "time", "datetime", "smalldatetime", "datetime2", "datetimeoffset"), _temporal),
    **dict.fromkeys(("binary", "varbinary", "image"), _binary),
    "bit": _bit,
    "uniqueidentifier": _guid,
}
