"""Constants: the type and the DuckDB text of each kind of T-SQL literal.

Place in the pipeline: called by the expression compiler for every literal token. Source: Microsoft Learn,
"Constants". A number's precision is its digits without leading zeros: 1.50 is numeric(3,2), 0.5 numeric(1,1).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from tsql.tokens import Kind, Token
from tsqld.binder.bound import Bound
from tsqld.errors import error
from tsqld.functions.sqltext import blob, quote
from tsqld.types import FLOAT, INT, MAX, MONEY, SqlType, varbinary, varchar

NULL: Final = Bound("NULL", INT, nullable=True, value=None)
_MONEY_LIMIT: Final = Decimal("922337203685477.5807")


def literal(token_kind: Kind, text: str, line: int = 0) -> Bound:
    """The constant written as `text`.

    `text` is the token's source text, quotes and prefix included for strings. Errors: 1007 for a number of more
    than 38 digits, 8115 for a float or money constant out of range.
    """
    if token_kind is Kind.INTEGER:
        return integer(text, line)
    if token_kind is Kind.DECIMAL:
        return exact(text, line)
    if token_kind is Kind.FLOAT:
        return floating(text, line)
    if token_kind is Kind.MONEY:
        return money(text, line)
    if token_kind is Kind.BINARY:
        return binary(text)
    if token_kind is Kind.NSTRING:
        return string(text[2:-1].replace("''", "'"), unicode=True)
    if token_kind is Kind.STRING:
        return string(text[1:-1].replace("''", "'"), unicode=False)
    raise error(102, text, line=line)


def of_token(token: Token) -> Bound:
    """The constant that `token` stands for."""
    return literal(token.kind, token.text, token.line)


def null() -> Bound:
    """The untyped NULL, which T-SQL types int where nothing else decides."""
    return NULL


def integer(text: str, line: int = 0) -> Bound:
    """An integer constant: int, or numeric(n,0) when int is too small for it."""
    value = int(text)
    if value <= 2147483647:
        return Bound(str(value), INT, nullable=False, value=value)
    return exact(text, line)


def exact(text: str, line: int = 0) -> Bound:
    """A constant with a decimal point, or an integer beyond int."""
    whole, _, fraction = text.partition(".")
    whole = whole.lstrip("0")
    scale = len(fraction)
    precision = max(1, len(whole) + scale)
    if precision > 38:
        raise error(1007, text, line=line)
    value = Decimal(f"{whole or '0'}.{fraction}" if fraction else whole or "0")
    type = SqlType("numeric", precision=precision, scale=scale)
    return number(value, type)


def number(value: Decimal, type: SqlType) -> Bound:
    """`value` as a constant of a decimal or money `type`."""
    precision, scale = {"money": (19, 4), "smallmoney": (10, 4)}.get(type.name, (type.precision, type.scale))
    sql = f"CAST('{value:f}' AS DECIMAL({precision},{scale}))"
    return Bound(sql, type, nullable=False, value=value)


def floating(text: str, line: int = 0) -> Bound:
    """A constant in scientific notation."""
    digits = text if text[-1].isdigit() else text + "0"
    value = float(digits)
    if value in (float("inf"), float("-inf")):
        raise error(8115, "expression", "float", line=line)
    return Bound(f"CAST('{value!r}' AS DOUBLE)", FLOAT, nullable=False, value=value)


def money(text: str, line: int = 0) -> Bound:
    """A constant with a currency sign; commas are ignored, more than four decimals are rounded."""
    digits = text[1:].replace(",", "").strip()
    value = (Decimal(digits) if digits else Decimal(0)).quantize(Decimal("0.0001"), rounding="ROUND_HALF_UP")
    if abs(value) > _MONEY_LIMIT:
        raise error(8115, "expression", "money", line=line)
    return number(value, MONEY)


def binary(text: str) -> Bound:
    """A 0x constant; an odd digit count gets a leading zero."""
    digits = text[2:]
    value = bytes.fromhex("0" * (len(digits) % 2) + digits)
    length = MAX if len(value) > 8000 else max(1, len(value))
    return Bound(blob(value), varbinary(length), nullable=False, value=value)


def string(value: str, *, unicode: bool) -> Bound:
    """A text constant: varchar of its own length, nvarchar behind N."""
    if unicode:
        length = len(value.encode("utf-16-le", "surrogatepass")) // 2
        type = SqlType("nvarchar", MAX if length > 4000 else max(1, length))
    else:
        length = len(value)
        type = varchar(MAX if length > 8000 else max(1, length))
    return Bound(quote(value), type, nullable=False, value=value)
