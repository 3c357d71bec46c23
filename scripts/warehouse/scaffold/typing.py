"""How the text of a column becomes a value: what a contract's `typedAs` may say, in T-SQL.

Beside bronze; the templates of the typed view and of the silver records are filled from it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from warehouse.contracts import Column, date_order


@dataclass(frozen=True, slots=True)
class Typing:
    """A way to read text. `{x}` in a pattern stands for the text or, in `hashed`, for the value.

    `shape` makes the one text form that `convert` turns into `sql_type`; `domain` names the spellings it is
    looked up in instead. `rule` and `phrase` tell what a text that is none breaks. `longest` limits text.
    """

    sql_type: str
    shape: str = "{x}"
    convert: str = "{x}"
    rule: str = ""
    phrase: str = ""
    domain: str = ""
    hashed: str = "{x}"
    longest: int = 0


def _looked_up(domain: str, length: int, rule: str, phrase: str) -> Typing:
    return Typing(f"nvarchar({length})", domain=domain, rule=rule, phrase=phrase)


_NUMBER: Final = ("not_a_number", "is not a number")
_DATE: Final = ("not_a_date", "is not a date")

TYPINGS: Final = {
    "text": Typing("nvarchar(4000)"),
    "json": Typing("nvarchar(4000)"),
    "code": Typing("nvarchar(50)", shape="UPPER({x})", convert="CONVERT(nvarchar(50), {x})", longest=50),
    "word": Typing("nvarchar(200)", shape="LOWER({x})", convert="CONVERT(nvarchar(200), {x})", longest=200),
    "integer": Typing(
        "int",
        "bronze.integer_text({x})",
        "TRY_CONVERT(int, {x})",
        "not_a_number",
        "is not a whole number",
        hashed="CONVERT(nvarchar(50), {x})",
    ),
    "decimal": Typing(
        "decimal(19, 4)",
        "bronze.decimal_text({x}, 10, 4)",
        "TRY_CONVERT(decimal(19, 4), {x})",
        *_NUMBER,
        hashed="CONVERT(nvarchar(50), {x})",
    ),
    "float": Typing(
        "float(53)",
        "bronze.float_text({x})",
        "TRY_CONVERT(float(53), {x})",
        *_NUMBER,
        hashed="CONVERT(nvarchar(50), {x}, 2)",
    ),
    "rate": Typing(
        "decimal(19, 8)",
        "bronze.decimal_text({x}, 4, 8)",
        "TRY_CONVERT(decimal(19, 8), {x})",
        *_NUMBER,
        hashed="CONVERT(nvarchar(50), {x})",
    ),
    "date": Typing(
        "date",
        "bronze.date_text({x})",
        "TRY_CONVERT(date, {x}, 23)",
        *_DATE,
        hashed="CONVERT(nvarchar(50), {x}, 23)",
    ),
    "timestamp": Typing(
        "datetime2(3)",
        "bronze.timestamp_text({x})",
        "TRY_CONVERT(datetime2(3), {x}, 120)",
        *_DATE,
        hashed="CONVERT(nvarchar(50), {x}, 126)",
    ),
    "flag": Typing(
        "bit",
        "bronze.flag_text({x})",
        "TRY_CONVERT(bit, {x})",
        "not_a_flag",
        "is neither true nor false",
        hashed="CONVERT(nvarchar(50), {x})",
    ),
    "email": Typing(
        "nvarchar(4000)", "bronze.email_text({x})", "{x}", "not_an_email", "is not an e-mail address"
    ),
    "phone": Typing(
        "nvarchar(16)", "bronze.phone_text({x})", "{x}", "not_a_phone", "is not a telephone number"
    ),
    "currency": _looked_up("currency", 3, "unknown_currency", "is not a known currency"),
    "country": _looked_up("country", 2, "unknown_country", "is not a known country"),
    "order_status": _looked_up("order_status", 20, "unknown_value", "is not a known status"),
    "channel": _looked_up("channel", 20, "unknown_value", "is not a known channel"),
    "payment_method": _looked_up("payment_method", 20, "unknown_value", "is not a known method"),
}
"""By the name that `typedAs` gives."""

LONGEST_IDENTIFIER: Final = 100


def _number(column: Column) -> Typing:
    """decimal, as wide as the decimals that the contract allows."""
    whole, decimals, sql_type = next(
        (whole, decimals, sql_type)
        for whole, decimals, sql_type in (
            (15, 4, "decimal(19, 4)"),
            (16, 12, "decimal(28, 12)"),
            (20, 18, "decimal(38, 18)"),
        )
        if column.decimals <= decimals
    )
    return Typing(
        sql_type,
        _number_text(column, column.unit, whole, decimals),
        f"TRY_CONVERT({sql_type}, {{x}})",
        *_NUMBER,
        hashed="CONVERT(nvarchar(50), {x})",
    )


def _whole_number(column: Column) -> Typing:
    return Typing(
        "bigint",
        _number_text(column, column.unit, 18, 0),
        "TRY_CONVERT(bigint, {x})",
        "not_a_number",
        "is not a whole number",
        hashed="CONVERT(nvarchar(50), {x})",
    )


def _percent(column: Column) -> Typing:
    """12.5% is 0.125."""
    return Typing(
        "decimal(19, 8)",
        _number_text(column, "%", 9, 6),
        "CONVERT(decimal(19, 8), TRY_CONVERT(decimal(19, 8), {x}) / 100)",
        *_NUMBER,
        hashed="CONVERT(nvarchar(50), {x})",
    )


def _number_text(column: Column, unit: str, whole: int, decimals: int) -> str:
    quoted = unit.replace("'", "''").replace("{", "{{").replace("}", "}}")
    return f"bronze.number_text({{x}}, N'{quoted}', N'{column.decimal_mark}', {whole}, {decimals})"


def _dated(column: Column) -> Typing:
    """A date or a moment in the order of its format."""
    order = date_order(column.date_format)
    if order == "ymd" and "yyyy" not in column.date_format:
        order = "2md"
    is_day = column.typed_as == "date"
    sql_type, function = ("date", "date_text_as") if is_day else ("datetime2(3)", "moment_text_as")
    said = "a date" if is_day else "a date and time"
    return Typing(
        sql_type,
        f"bronze.{function}({{x}}, N'{order}')",
        f"TRY_CONVERT({sql_type}, {{x}}, {23 if is_day else 121})",
        "not_a_date",
        f"is not {said} as {column.date_format}",
        hashed=f"CONVERT(nvarchar(50), {{x}}, {23 if is_day else 126})",
    )


def _identifier(column: Column) -> Typing:
    length = LONGEST_IDENTIFIER
    return Typing(f"nvarchar({length})", convert=f"CONVERT(nvarchar({length}), {{x}})", longest=length)


_BY_COLUMN: Final[dict[str, Callable[[Column], Typing]]] = {
    "number": _number,
    "whole_number": _whole_number,
    "percent": _percent,
    "identifier": _identifier,
}


def typing_of(column: Column) -> Typing:
    """How the column's text becomes a value, by all that its contract says of it."""
    if column.date_format and column.typed_as in ("date", "timestamp"):
        return _dated(column)
    made = _BY_COLUMN.get(column.typed_as)
    return made(column) if made else TYPINGS[column.typed_as]


def known_typings() -> tuple[str, ...]:
    """What `typedAs` may say."""
    return (*TYPINGS, *_BY_COLUMN)


EARLIEST: Final = "20000101"
LATEST: Final = "21000101"
"""Dates lie at or after the first and before the second, unless the contract gives limits of their own."""
