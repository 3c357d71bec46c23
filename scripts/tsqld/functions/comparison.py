"""Comparison of two values, and the key under which DuckDB groups, joins and sorts them as SQL Server would.

Place in the pipeline: called for = <> < > <= >=, IN, BETWEEN, GROUP BY, DISTINCT, ORDER BY, joins and unique
keys. Source: Microsoft Learn, "Comparison operators", "Collation and Unicode support"; KB 316626 (trailing
spaces). Text is compared without trailing spaces and, unless its collation says otherwise, without case.
Its order is in `sortorder`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from tsqld.binder.bound import Bound
from tsqld.errors import error, unsupported
from tsqld.functions import ticks
from tsqld.functions.accents import alike, folded
from tsqld.functions.convert import convert
from tsqld.functions.macros import call
from tsqld.functions.precedence import common_of, shown
from tsqld.functions.sqltext import is_constant, quote
from tsqld.types import BIT, INT, SqlType

_OPERATORS: Final = {
    "=": "=", "<>": "<>", "!=": "<>", "<": "<", ">": ">", "<=": "<=", ">=": ">=", "!<": ">=", "!>": "<=",
}  # fmt: skip
_WORDS: Final = {
    "=": "equal to", "<>": "not equal to", "<": "less than", ">": "greater than",
    "<=": "less than or equal to",
    ">=": "greater than or equal to",
}  # fmt: skip
_UNCOMPARABLE: Final = frozenset({"text", "ntext", "image", "xml"})


def key(value: Bound) -> str:
    """The DuckDB text under which values that are equal in T-SQL are equal in DuckDB."""
    return key_of(value, value.type.is_case_sensitive)


def key_of(value: Bound, case_sensitive: bool) -> str:
    """`key` of `value` under another collation than its own, as when two sides of a comparison meet."""
    type = value.type
    if type.is_text and type.ignores_accents:
        return key_of(folded(value), case_sensitive)
    if type.is_text:
        if isinstance(value.value, str):
            text = value.value.rstrip(" ")
            return quote(text if case_sensitive else text.lower())
        return call("key_cs" if case_sensitive else "key", value.sql)
    if type.name == "datetimeoffset":
        return call("utc_of", value.sql)
    if type.name == "sql_variant":
        return call("variant_key", value.sql)
    if type.is_binary:
        if isinstance(value.value, bytes):
            return f"from_hex('{value.value.rstrip(bytes(1)).hex()}')"
        return call("key_bytes", value.sql)
    return value.sql


def sort_key(value: Bound) -> str:
    """The DuckDB text by which ORDER BY, < and > order values: letters regardless of case, then by accent."""
    type = value.type
    if type.name == "uniqueidentifier":
        return call("order_guid", value.sql)
    if type.name == "sql_variant":
        return call("variant_rank", value.sql)
    if not type.is_text:
        return key(value)
    if type.ignores_accents:
        return sort_key(folded(value))
    if "_BIN" in type.collation.upper():
        return call("key_cs", value.sql)
    windows = type.is_unicode or (type.collation and not type.collation.upper().startswith("SQL_"))
    macro = "order_words" if windows else "order_ci"
    if type.is_case_sensitive:
        macro = "order_words_cs" if windows else "order_cs"
    return call(macro, value.sql)


def compare(op: str, left: Bound, right: Bound, line: int = 0) -> Bound:
    """`left op right` as a DuckDB condition; its type is bit, which no T-SQL expression can read.

    Errors: 402 for types that never compare, 206 and 257 for types that do not convert, 468 for two
    collations.
    """
    op = _OPERATORS[op]
    x, y, case_sensitive = comparable(op, left, right, line)
    if _is_finer(x, y):
        sql = f"({_moment(x)} {op} {_moment(y)})"
    elif op in ("=", "<>") or not (x.type.is_text or x.type.name in ("uniqueidentifier", "sql_variant")):
        sql = _equality(op, x, y, case_sensitive)
    else:
        sql = f"({sort_key(_collated(x, y))} {op} {sort_key(_collated(y, x))})"
    return Bound(
        sql, BIT, left.nullable or right.nullable,
        aggregated=left.aggregated or right.aggregated, windowed=left.windowed or right.windowed,
    )  # fmt: skip


def _equality(op: str, x: Bound, y: Bound, case_sensitive: bool) -> str:
    """`=` or `<>`; a literal without letters needs no lower case on the other side."""
    for literal, other in ((y, x), (x, y)):
        if not (literal.type.is_text and isinstance(literal.value, str) and not other.is_literal):
            continue
        text = literal.value.rstrip(" ")
        if not text:
            return f"({'' if op == '=' else 'NOT '}{call('is_blank', other.sql)})"
        case_sensitive = case_sensitive or (text.isascii() and text.lower() == text.upper())
    return f"({key_of(x, case_sensitive)} {op} {key_of(y, case_sensitive)})"


def _is_finer(x: Bound, y: Bound) -> bool:
    """Whether moments are compared in ticks: a constant has a seventh digit, or neither side is a column."""
    if not (x.exact or y.exact) or x.type.name not in ticks.FINE:
        return False
    constant = any(side.fine is not None and side.fine.constant for side in (x, y))
    return constant or all(side.exact or is_constant(side.sql) for side in (x, y))


def _moment(value: Bound) -> str:
    count = ticks.of(value)
    return f"({count}).ticks" if value.type.name == "datetimeoffset" else count


def comparable(op: str, left: Bound, right: Bound, line: int = 0) -> tuple[Bound, Bound, bool]:
    """Both sides converted to the type they are compared in, and whether case counts."""
    for side in (left, right):
        if side.type.name in _UNCOMPARABLE and not side.is_null:
            a, b = left.type, right.type
            raise error(402, shown(a), shown(b), _WORDS.get(op, op), line=line)
    if left.is_null and right.is_null:
        return left, right, False
    if left.type.is_text and right.type.is_text:
        case_sensitive = collation_of([left, right], _WORDS.get(op, op), line)
        left, right = alike(_deciding([left, right]))
        return left, right, case_sensitive
    if {left.type.name, right.type.name} == {"date", "time"}:
        raise error(402, shown(left.type), shown(right.type), _WORDS.get(op, op), line=line)
    type = comparison_type([left, right])
    return convert(left, type, line=line), convert(right, type, line=line), type.is_case_sensitive


def comparison_type(values: list[Bound]) -> SqlType:
    """The type in which `values` are compared; text facets do not matter there."""
    if all(value.is_null for value in values):
        return INT
    return common_of(values)


def collation_of(values: list[Bound], operation: str, line: int = 0) -> bool:
    """Whether texts are compared case-sensitively: what COLLATE names decides, else the one collation that
    the columns among them have."""
    values = _deciding(values)
    brought = {value.type.decided_collation for value in values if value.type.is_text}
    named = {name.upper(): name for name in brought if name}
    if len(named) > 1:
        first, second = sorted(named.values())[:2]
        raise error(468, first, second, operation, line=line)
    return any(value.type.is_case_sensitive for value in values if value.type.is_text)


def _deciding(values: list[Bound]) -> list[Bound]:
    """`values`, all of them under the collation that one names by COLLATE. Two such may not agree: error 468
    is `collation_of`'s."""
    said = next((value.type for value in values if value.type.is_text and value.type.said), None)
    if said is None:
        return values
    return [
        replace(value, type=replace(value.type, collation=said.collation, said=True))
        if value.type.is_text and not value.type.said
        else value
        for value in values
    ]


def told_accents(values: list[Bound], operation: str, line: int = 0) -> None:
    """Error 50100 for an operation that cannot pass over accents, under a collation that does."""
    if any(value.type.is_text and value.type.ignores_accents for value in _deciding(values)):
        raise unsupported(f"{operation} under a collation that ignores accents", line)


def _collated(value: Bound, other: Bound) -> Bound:
    """`value` under the collation that one of the two names."""
    if not value.type.is_text:
        return value
    collation = value.type.collation or other.type.collation
    return replace(value, type=replace(value.type, collation=collation))
