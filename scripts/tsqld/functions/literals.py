"""Constants: the type and the DuckDB text of each kind of T-SQL literal.

Place in the pipeline: called by the expression compiler for every literal token. Source: Microsoft Learn,
"Constants". A number's precision is its digits without leading zeros: 1.50 is numeric(3,2), 0.5 numeric(1,1).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from tsql.tokens import Kind, tokenize
from tsqld.binder.bound import Bound
from tsqld.errors import error
from tsqld.functions.sqltext import blob, quote
from tsqld.functions.unitext import to_ansi
from tsqld.types import FLOAT, INT, LEAST, MAX, MONEY, SqlType, varbinary, varchar

NULL: Final = Bound("NULL", INT, nullable=True, value=None)
_MONEY_LIMIT: Final = Decimal("922337203685477.5807")


def literal(token_kind: Kind, text: str, line: int = 0) -> Bound:
    """The constant of a token: `text` is its decoded value for strings, its source text for the other kinds.

    Errors: 1007 for a number of more than 38 digits, 168 for a float out of range, 8115 for money.
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
        return string(text, unicode=True)
    if token_kind is Kind.STRING:
        return string(text, unicode=False)
    raise error(102, text, line=line)


def constant(text: str) -> Bound:
    """The constant that `text` is when read as T-SQL, a sign allowed: what catalogs keep of boundaries and
    defaults.
    """
    tokens = tokenize(text)
    if tokens[0].kind is Kind.NAME and tokens[0].upper == "NULL":
        return NULL
    negative = tokens[0].text == "-"
    token = tokens[1 if tokens[0].text in ("-", "+") else 0]
    value = literal(token.kind, token.value, token.line)
    return negated(value) if negative else value


def negated(value: Bound) -> Bound:
    """The negative of a numeric constant, a constant too."""
    opposite = -value.value
    if isinstance(opposite, Decimal):
        least = LEAST["int"]
        if value.type.is_decimal and value.type.scale == 0 and opposite == least:
            return Bound(f"CAST({least} AS INTEGER)", INT, nullable=False, value=least)
        return number(opposite, value.type)
    if isinstance(opposite, float):
        return Bound(f"CAST('{opposite!r}' AS DOUBLE)", value.type, nullable=False, value=opposite)
    return Bound(f"({opposite})", value.type, nullable=False, value=opposite)


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
        raise error(168, text, 8, line=line)
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
    """A text constant: varchar of its own length (and code page), nvarchar behind N."""
    if unicode:
        length = len(value.encode("utf-16-le", "surrogatepass")) // 2
        type = SqlType("nvarchar", MAX if length > 4000 else max(1, length))
    else:
        value = to_ansi(value)
        length = len(value)
        type = varchar(MAX if length > 8000 else max(1, length))
    return Bound(quote(value), type, nullable=False, value=value)
