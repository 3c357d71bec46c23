"""How the text of a column becomes a value: what a contract's `typedAs` may say, in T-SQL.

Beside bronze; the templates of the typed view and of the silver records are filled from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


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

EARLIEST: Final = "20000101"
LATEST: Final = "21000101"
"""Dates lie at or after the first and before the second, whatever a contract says of limits."""
