"""Operators + - * / % & | ^ and unary - + ~ with SQL Server's types and errors.

Place in the pipeline: called by the expression compiler for every operator between bound operands.
Source: Microsoft Learn, "Arithmetic operators", "String concatenation", "Bitwise operators", "Data type
precedence". Overflow of integers is left to DuckDB's own checks (see `sqltext.failure`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tsqld.binder.bound import Bound
from tsqld.errors import TsqlError, error
from tsqld.functions import decimals, literals
from tsqld.functions.convert import convert
from tsqld.functions.macros import call
from tsqld.functions.precedence import as_decimal, digits_type, longest, rank, shown, with_collation_of
from tsqld.functions.sqltext import duck_type, is_simple, let, let_all, raise_error
from tsqld.types import BIT, DATETIME, INT, LEAST, MAX, SMALLINT, SqlType

NAMES: Final = {
    "+": "add", "-": "subtract", "*": "multiply", "/": "divide", "%": "modulo", "&": "'&'", "|": "'|'",
    "^": "'^'",
}  # fmt: skip
_NEVER: Final = frozenset(
    {"xml", "text", "ntext", "image", "sql_variant", "uniqueidentifier", "rowversion", "timestamp"}
)
_OLD_DATES: Final = ("datetime", "smalldatetime")


def binary(op: str, left: Bound, right: Bound, line: int = 0) -> Bound:
    """`left op right`.

    Errors: 402 and 8117 for types the operator does not take, 206 and 257 for operands that do not convert to
    one type; at run time 8115 on overflow, 8134 on division by zero, 245 and its kin for text that is no
    number.
    """
    if op in "&|^" and left.is_null and right.is_null:
        raise error(402, "NULL", "NULL", NAMES[op], line=line)
    left, right = _with_typed_nulls(op, left, right)
    a, b = left.type, right.type
    if op == "+" and a.is_text and b.is_text:
        return _concatenated(left, right, a.is_unicode or b.is_unicode)
    if op == "+" and a.is_binary and b.is_binary:
        return _concatenated_bytes(left, right)
    if a.is_binary and b.is_binary:
        raise _invalid_pair(op, a, b, line)
    if "uniqueidentifier" in (a.name, b.name) and (a.is_number or b.is_number):
        raise error(206, shown(a), shown(b), line=line)
    for type in (a, b):
        if type.name in _NEVER:
            raise _invalid(op, a, b, line)
    if a.is_temporal or b.is_temporal:
        return _temporal(op, left, right, line)
    if op in "&|^":
        return _bitwise(op, left, right, line)
    return _numeric(op, left, right, line)


def unary(op: str, value: Bound, line: int = 0) -> Bound:
    """`-value`, `+value` or `~value`. The negative of a constant is a constant; -tinyint is smallint."""
    type = value.type
    if value.is_null:
        return value
    if op == "+":
        return value
    if op == "~":
        return _not(value, line)
    if not type.is_number or type.name == "bit":
        raise error(8117, shown(type), "minus", line=line)
    if value.is_literal and value.value != LEAST.get(type.name):
        return literals.negated(value)
    if type.name == "tinyint":
        return value.with_sql(f"(-(({value.sql})::SMALLINT))", SMALLINT)
    if type.name not in LEAST:
        return value.with_sql(f"(-({value.sql}))")
    least, overflow = LEAST[type.name], raise_error(8115, "expression", type.name)
    return value.with_sql(
        let(value.sql, lambda v: f"(CASE WHEN {v} = {least} THEN {overflow} ELSE -({v}) END)")
    )


def _not(value: Bound, line: int) -> Bound:
    if value.type.name == "bit":
        return value.with_sql(f"(NOT ({value.sql}))")
    if not value.type.is_integer:
        raise error(8117, shown(value.type), "'~'", line=line)
    return value.with_sql(f"(~({value.sql}))")


def _with_typed_nulls(op: str, left: Bound, right: Bound) -> tuple[Bound, Bound]:
    """A NULL literal takes the other operand's type."""
    if left.is_null and not right.is_null:
        return _null_of(right.type), right
    if right.is_null and not left.is_null:
        return left, _null_of(left.type)
    return left, right


def _null_of(type: SqlType) -> Bound:
    if type.name in ("date", "time", "datetime2", "datetimeoffset"):
        type = INT
    if type.is_text or type.is_binary:
        type = type.with_length(1)
    return Bound(f"CAST(NULL AS {duck_type(type)})", type, nullable=True, value=None)


def _invalid(op: str, a: SqlType, b: SqlType, line: int) -> TsqlError:
    if a.name == b.name:
        return error(8117, shown(a), NAMES[op], line=line)
    return error(402, shown(a), shown(b), NAMES[op], line=line)


def _invalid_pair(op: str, a: SqlType, b: SqlType, line: int) -> TsqlError:
    """Of two bits or two binaries: * and / name the type, the other operators the pair."""
    if op in "*/":
        return error(8117, shown(a), NAMES[op], line=line)
    return error(402, shown(a), shown(b), NAMES[op], line=line)


def _may_be_null(type: SqlType, left: Bound, right: Bound) -> bool:
    """Arithmetic on columns counts as nullable, because it might overflow."""
    if type.is_number and not (left.is_literal and right.is_literal):
        return True
    return left.nullable or right.nullable


def _made(sql: str, type: SqlType, left: Bound, right: Bound) -> Bound:
    return Bound(
        sql, type, _may_be_null(type, left, right),
        aggregated=left.aggregated or right.aggregated, windowed=left.windowed or right.windowed,
    )  # fmt: skip


# --- text and bytes -----------------------------------------------------------------------------------------


def _concatenated(left: Bound, right: Bound, unicode: bool) -> Bound:
    """Text joined; cut at 8,000 bytes unless one side is (max)."""
    type, cut = concatenation_type([left.type, right.type], unicode)
    joined = f"({left.sql} || {right.sql})"
    return _made(call("left_units", joined, str(cut)) if cut else joined, type, left, right)


def concatenation_type(types: list[SqlType], unicode: bool) -> tuple[SqlType, int]:
    """The type of texts joined, and the length they must be cut to or 0."""
    limit = 4000 if unicode else 8000
    name = "nvarchar" if unicode else "varchar"
    if all(type.is_fixed_length for type in types):
        name = "nchar" if unicode else "char"
    if MAX in [type.length for type in types]:
        return with_collation_of(SqlType("nvarchar" if unicode else "varchar", MAX), types), 0
    total = sum(type.length for type in types)
    return with_collation_of(SqlType(name, min(total, limit)), types), limit if total > limit else 0


def _concatenated_bytes(left: Bound, right: Bound) -> Bound:
    a, b = left.type, right.type
    length = longest(a.length, b.length)
    if length != MAX:
        length = min(8000, a.length + b.length)
    name = "binary" if a.name == b.name == "binary" else "varbinary"
    joined = f"({left.sql} || {right.sql})"
    if length != MAX and a.length + b.length > 8000:
        joined = call("left_bytes", joined, "8000")
    return _made(joined, SqlType(name, length), left, right)


# --- dates --------------------------------------------------------------------------------------------------


def _temporal(op: str, left: Bound, right: Bound, line: int) -> Bound:
    """datetime and smalldatetime take + and - with numbers, text and each other; the newer types take
    nothing.
    """
    a, b = left.type, right.type
    old_a, old_b = a.name in _OLD_DATES, b.name in _OLD_DATES
    if op not in "+-":
        old = next((type for type in (a, b) if type.name in _OLD_DATES), None)
        if old is not None and (a.is_number or b.is_number) and op in "*/%":
            raise error(8117, shown(old), NAMES[op], line=line)
        raise _invalid(op, a, b, line)
    if a.is_temporal and b.is_temporal and not (old_a and old_b):
        raise _invalid(op, a, b, line)
    if not (old_a or old_b):
        other = b if a.is_temporal else a
        date = a if a.is_temporal else b
        if other.is_text:
            raise error(402, shown(a), shown(b), NAMES[op], line=line)
        places = (date, other) if a.is_temporal else (other, date)
        raise error(206, shown(places[0]), shown(places[1]), line=line)
    result = a if rank(a) <= rank(b) else b
    x, y = (convert(side, DATETIME, line=line, explicit=True) for side in (left, right))
    macro = call("datetime_add" if op == "+" else "datetime_subtract", x.sql, y.sql)
    moved = _made(macro, DATETIME, left, right)
    return moved if result.name == "datetime" else convert(moved, result, line=line)


# --- numbers ------------------------------------------------------------------------------------------------


def _operand_types(op: str, left: Bound, right: Bound, line: int) -> tuple[SqlType, SqlType]:
    """The numeric types of both sides after text and bytes have taken the other's type."""
    a, b = left.type, right.type
    if a.is_text and b.is_text:
        raise error(
            8117 if a.name == b.name else 402,
            *((shown(a), NAMES[op]) if a.name == b.name else (shown(a), shown(b), NAMES[op])),
            line=line,
        )
    if not a.is_number and not b.is_number:
        raise _invalid(op, a, b, line)
    a = b if not a.is_number else a
    b = a if not b.is_number else b
    return a, b


def _numeric(op: str, left: Bound, right: Bound, line: int) -> Bound:
    if "bit" in (left.type.name, right.type.name) and (left.type.is_text or right.type.is_text):
        raise _invalid_pair(op, left.type, right.type, line)
    a, b = _operand_types(op, left, right, line)
    if op == "%" and (a.is_float or b.is_float):
        both = left.type.is_float and right.type.is_float
        raise (
            error(8117, shown(a), NAMES[op], line=line) if both else _invalid(op, left.type, right.type, line)
        )
    if (left.type.is_binary or right.type.is_binary) and (a.is_float or b.is_float):
        other = left.type if left.type.is_binary else right.type
        raise error(206, shown(other), shown(a if a.is_float else b), line=line)
    if a.name == "bit" and b.name == "bit":
        raise _invalid_pair(op, a, b, line)
    winner = a if rank(a) <= rank(b) else b
    if winner.is_decimal:
        return _decimal(op, left, right, a, b, line)
    x, y = convert(left, winner, line=line).sql, convert(right, winner, line=line).sql
    if winner.is_float:
        return _made(_float(op, x, y, winner), winner, left, right)
    if winner.is_money:
        return _made(_money(op, x, y, winner), winner, left, right)
    return _made(_integer(op, x, y, winner), winner, left, right)


def _integer(op: str, x: str, y: str, type: SqlType) -> str:
    """DuckDB checks overflow and zero divisors itself; its // truncates towards zero as T-SQL's / does."""
    if op == "%":
        if y.isdigit():
            return f"({x} % {y})"
        # the quotient is formed too, so that the least value overflows as it does under /
        return let(y, lambda d: f"CASE WHEN {d} = -1 THEN ({x} // {d}) * 0 ELSE {x} % {d} END")
    return f"({x} {'//' if op == '/' else op} {y})"


def _float(op: str, x: str, y: str, type: SqlType) -> str:
    """8115 for a result that is no finite number, 8134 for a zero divisor."""
    overflow = raise_error(8115, "expression", type.name)

    def checked(a: str, b: str) -> str:
        result = f"({a} {op} {b})"
        if is_simple(a) and is_simple(b):
            return f"CASE WHEN isfinite({result}) OR {result} IS NULL THEN {result} ELSE {overflow} END"
        return let(result, lambda r: f"CASE WHEN isfinite({r}) OR {r} IS NULL THEN {r} ELSE {overflow} END")

    if op != "/":
        return checked(x, y)
    zero = raise_error(8134)
    return let_all([x, y], lambda a, b: f"CASE WHEN {b} = 0 THEN {zero} ELSE {checked(a, b)} END")


def _money(op: str, x: str, y: str, type: SqlType) -> str:
    """Products are rounded to four decimals, quotients truncated."""
    precision = 10 if type.name == "smallmoney" else 19
    money = SqlType("decimal", precision=precision, scale=4)
    if op in "+-":
        return call(f"{type.name}_range", f"({x} {op} {y})")
    if op == "*":
        return call(
            f"{type.name}_range", decimals.multiply(x, y, money, money, decimals.product_type(money, money))
        )
    if op == "%":
        return f"{decimals.remainder(x, y, money, money, money)}::{decimals.duck(money)}"
    wide = SqlType("decimal", precision=38, scale=4)
    return call(f"{type.name}_range", decimals.divide(x, y, money, money, wide))


def _decimal(op: str, left: Bound, right: Bound, a: SqlType, b: SqlType, line: int) -> Bound:
    a, b = _decimal_operand(left, a), _decimal_operand(right, b)
    x, y = convert(left, a, line=line).sql, convert(right, b, line=line).sql
    if op in "+-":
        result = decimals.sum_type(a, b)
        return _made(decimals.add(op, x, y, a, b, result), result, left, right)
    rules: dict[str, tuple[Callable[[SqlType, SqlType], SqlType], Callable[..., str]]] = {
        "*": (decimals.product_type, decimals.multiply),
        "/": (decimals.quotient_type, decimals.divide),
        "%": (decimals.remainder_type, decimals.remainder),
    }
    typing, compute = rules[op]
    result = typing(a, b)
    return _made(compute(x, y, a, b, result), result, left, right)


def _decimal_operand(value: Bound, type: SqlType) -> SqlType:
    """An integer constant is as precise as its digits, others as their type, text as the other side."""
    return as_decimal(digits_type(value) if value.type.is_integer else type)


# --- bits ---------------------------------------------------------------------------------------------------


def _bitwise(op: str, left: Bound, right: Bound, line: int) -> Bound:
    a, b = left.type, right.type
    if a.is_binary or b.is_binary or a.is_text or b.is_text:
        other = b if a.is_binary or a.is_text else a
        if not other.is_integer:
            raise _invalid(op, a, b, line)
        a = b = other
    if not (a.is_integer and b.is_integer):
        raise _invalid(op, a, b, line)
    type = a if rank(a) <= rank(b) else b
    x, y = convert(left, type, line=line).sql, convert(right, type, line=line).sql
    if type == BIT:
        words = {"&": f"({x} AND {y})", "|": f"({x} OR {y})", "^": f"({x} <> {y})"}
        return _made(call("both", x, y, words[op]), type, left, right)
    sql = f"xor({x}, {y})" if op == "^" else f"({x} {op} {y})"
    return _made(sql, type, left, right)
