"""Which type an expression of several types has, and which conversions happen by themselves.

Place in the pipeline: used by arithmetic, comparison, CASE, COALESCE and the set operators, before any DuckDB
text is written. Source: Microsoft Learn, "Data type precedence", "Precision, scale, and length", and the
chart of "CAST and CONVERT"; where the chart leaves a choice, the engine's error 257 (explicit only) is
followed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from tsqld.binder.bound import Bound
from tsqld.errors import TsqlError, error, unsupported
from tsqld.types import INT, MAX, SqlType, decimal

ORDER: Final = (
    "sql_variant", "xml", "datetimeoffset", "datetime2", "datetime", "smalldatetime", "date", "time", "float",
    "real", "decimal", "money", "smallmoney", "bigint", "int", "smallint", "tinyint", "bit", "ntext", "text",
    "image", "timestamp", "uniqueidentifier", "nvarchar", "nchar", "varchar", "char", "varbinary", "binary",
)  # fmt: skip
_ALIASES: Final = {"numeric": "decimal", "rowversion": "timestamp", "sysname": "nvarchar"}
_RANK: Final = {name: place for place, name in enumerate(ORDER)}

_INTEGER_DIGITS: Final = {"bit": 1, "tinyint": 3, "smallint": 5, "int": 10, "bigint": 19}

_TEXTS: Final = frozenset({"char", "varchar", "nchar", "nvarchar", "sysname"})
_BYTES: Final = frozenset({"binary", "varbinary"})
_NUMBERS: Final = frozenset(
    {
        "bit",
        "tinyint",
        "smallint",
        "int",
        "bigint",
        "decimal",
        "numeric",
        "money",
        "smallmoney",
        "float",
        "real",
    }
)
_FLOATS: Final = frozenset({"float", "real"})
_OLD_DATES: Final = frozenset({"datetime", "smalldatetime"})
_NEW_DATES: Final = frozenset({"date", "datetime2", "datetimeoffset"})
_DATES: Final = _OLD_DATES | _NEW_DATES
_VERSIONS: Final = frozenset({"timestamp", "rowversion"})
_OUTSIDE_VARIANT: Final = frozenset({"text", "ntext", "image", "xml", "timestamp", "rowversion"})


def rank(type: SqlType) -> int:
    """The place of `type` in data type precedence; 0 is highest."""
    return _RANK[_ALIASES.get(type.name, type.name)]


def as_decimal(type: SqlType) -> SqlType:
    """The decimal that holds every value of an exact numeric `type`."""
    if type.is_decimal:
        return type
    if type.name == "money":
        return decimal(19, 4)
    if type.name == "smallmoney":
        return decimal(10, 4)
    return decimal(_INTEGER_DIGITS[type.name], 0)


def merged_decimal(left: SqlType, right: SqlType) -> SqlType:
    """The decimal both sides of UNION, CASE or a comparison are brought to."""
    name = "numeric" if "numeric" in (left.name, right.name) else "decimal"
    left, right = as_decimal(left), as_decimal(right)
    scale = max(left.scale, right.scale)
    whole = max(left.precision - left.scale, right.precision - right.scale)
    if whole + scale > 38:
        scale = max(0, 38 - whole)
    return SqlType(name, precision=min(38, whole + scale), scale=scale)


def common_type(types: Sequence[SqlType]) -> SqlType:
    """The type that values of `types` share in CASE, COALESCE, UNION, IN or a comparison.

    Errors: 206 when two of them cannot be brought together, 257 when only an explicit conversion could.
    """
    if not types:
        return INT
    result = types[0]
    for type in types[1:]:
        result = _pair(result, type)
    return result


def common_of(values: Iterable[Bound]) -> SqlType:
    """`common_type` of bound expressions; a NULL literal has no say unless there is nothing else.

    Beside a decimal an integer constant is as wide as its digits.
    """
    known = [value for value in values if not value.is_null]
    if any(value.type.is_decimal for value in known):
        return common_type([digits_type(value) for value in known])
    return common_type([value.type for value in known])


def digits_type(value: Bound) -> SqlType:
    """The decimal that an integer constant counts as beside decimals; the own type of everything else."""
    if value.type.name == "int" and isinstance(value.value, int):
        return decimal(len(str(abs(value.value))), 0)
    return value.type


def _pair(left: SqlType, right: SqlType) -> SqlType:
    if left == right:
        return max(left, right, key=lambda type: (type.said, type.implicit))
    winner, loser = (left, right) if rank(left) <= rank(right) else (right, left)
    if winner.is_decimal:
        if loser.is_exact:
            return merged_decimal(winner, loser)
    elif winner.is_text and loser.is_text:
        return _merged_text(winner, loser)
    elif winner.is_binary and loser.is_binary:
        return replace(winner, length=longest(winner.length, loser.length))
    elif winner.is_temporal and loser.is_temporal:
        return _merged_temporal(winner, loser)
    check_implicit(loser, winner)
    if winner.name in ("datetime2", "datetimeoffset", "time") or not winner.is_text:
        return winner
    return replace(winner, length=longest(winner.length, text_width(loser, unicode=winner.is_unicode)))


def with_collation_of(type: SqlType, types: Sequence[SqlType]) -> SqlType:
    """`type` with the collation that text made of `types` has: one that COLLATE names, else a column's.

    Text of columns of two collations has none in SQL Server, which lets hardly anybody use it (451, 457):
    refused here.
    """
    texts = [other for other in types if other.is_text and other.decided_collation]
    if not texts:
        return type
    found = next((other for other in texts if other.said), texts[0])
    if not found.said:
        for other in texts:
            if other.decided_collation.upper() != found.decided_collation.upper():
                both = f"{found.decided_collation} and {other.decided_collation}"
                raise unsupported(f"text made of columns of two collations ({both}) without COLLATE")
    return under_collation_of(type, found)


def under_collation_of(type: SqlType, text: SqlType) -> SqlType:
    """`type` with the collation of `text`, and where that came from."""
    return replace(type, collation=text.collation, said=text.said, implicit=text.implicit)


def longest(*lengths: int) -> int:
    """The greatest of lengths, of which MAX is the greatest."""
    return MAX if MAX in lengths else max(lengths)


def _merged_text(winner: SqlType, loser: SqlType) -> SqlType:
    if "xml" in (winner.name, loser.name) or winner.name in ("text", "ntext"):
        return winner
    length = longest(winner.length, loser.length)
    if winner.is_unicode and length > 4000:
        length = MAX if loser.length > 4000 else length
    return replace(with_collation_of(winner, [winner, loser]), length=length)


def _merged_temporal(winner: SqlType, loser: SqlType) -> SqlType:
    if {winner.name, loser.name} == {"date", "time"}:
        raise error(206, loser.name, winner.name)
    if winner.name in ("datetime2", "datetimeoffset", "time"):
        own = loser.scale if loser.name in ("datetime2", "datetimeoffset", "time") else 0
        return replace(winner, scale=max(winner.scale, own, 3 if loser.name == "datetime" else 0))
    return winner


_WIDTHS: Final = {
    "bit": 1, "tinyint": 3, "smallint": 6, "int": 11, "bigint": 20, "money": 21, "smallmoney": 13, "real": 14,
    "float": 23, "date": 10, "datetime": 23, "smalldatetime": 19, "uniqueidentifier": 36, "sql_variant": 8000,
}  # fmt: skip


def text_width(type: SqlType, *, unicode: bool = False) -> int:
    """The characters that any value of `type` needs as text; MAX where no length holds them."""
    if type.is_text or type.is_binary:
        return type.length or MAX
    if type.is_decimal:
        return type.precision + 2 + (1 if type.scale == type.precision else 0)
    if type.name == "time":
        return 8 + (type.scale + 1 if type.scale else 0)
    if type.name == "datetime2":
        return 19 + (type.scale + 1 if type.scale else 0)
    if type.name == "datetimeoffset":
        return 26 + (type.scale + 1 if type.scale else 0)
    return min(_WIDTHS[type.name], 4000 if unicode else 8000)


def explicit_allowed(source: SqlType, target: SqlType) -> bool:
    """Whether CAST can turn a `source` into a `target` at all."""
    a, b = source.name, target.name
    if a == b or implicit_allowed(source, target):
        return True
    if a == "sql_variant":
        return b not in _OUTSIDE_VARIANT
    if a in _TEXTS:
        return b in _BYTES | _VERSIONS
    if a in _NUMBERS:
        return b in _TEXTS
    if a in _OLD_DATES:
        return b in _BYTES | _NUMBERS | _VERSIONS
    if a in _NEW_DATES or a == "time":
        return b in _BYTES
    if a in _BYTES:
        return b in _NEW_DATES | {"time"}
    if a == "xml":
        return b in _TEXTS | _BYTES
    return a in ("text", "ntext") and b in _TEXTS


def implicit_allowed(source: SqlType, target: SqlType) -> bool:
    """Whether a `source` becomes a `target` without CAST."""
    a, b = source.name, target.name
    if a == b:
        return True
    if b == "sql_variant":
        return a not in _OUTSIDE_VARIANT
    if a in _TEXTS:
        return b in _TEXTS | _NUMBERS | _DATES | {"time", "uniqueidentifier", "xml", "text", "ntext"}
    if a in ("money", "smallmoney") and b in _TEXTS:
        return False
    if a in _NUMBERS:
        versions = frozenset() if a in _FLOATS else _VERSIONS
        return b in _NUMBERS | _OLD_DATES | _TEXTS | _BYTES | versions
    if a in _OLD_DATES:
        return b in _DATES | _TEXTS | {"time"}
    if a == "date":
        return b in _DATES | _TEXTS
    if a == "time":
        return b in _TEXTS | _OLD_DATES | {"datetime2", "datetimeoffset"}
    if a in _NEW_DATES:
        return b in _DATES | _TEXTS | {"time"}
    if a in _BYTES | _VERSIONS:
        return b in _BYTES | _VERSIONS | _TEXTS | _OLD_DATES | (_NUMBERS - _FLOATS) | {
            "uniqueidentifier", "image", "xml",
        }  # fmt: skip
    if a == "uniqueidentifier":
        return b in _TEXTS | _BYTES
    if a in ("text", "ntext"):
        return b in _TEXTS | {"text", "ntext", "xml"}
    return a == "image" and b in _BYTES


def check_implicit(source: SqlType, target: SqlType, line: int = 0) -> None:
    """Raises 206 when `source` never becomes `target`, 257 when it needs CAST or CONVERT."""
    problem = implicit_problem(source, target, line)
    if problem is not None:
        raise problem


def implicit_problem(source: SqlType, target: SqlType, line: int = 0) -> TsqlError | None:
    """The error of converting `source` to `target` without CAST, or None when it is allowed."""
    if implicit_allowed(source, target):
        return None
    number = 257 if explicit_allowed(source, target) else 206
    return error(number, shown(source), shown(target), line=line)


def shown(type: SqlType) -> str:
    """The type's name as error messages give it: numeric for decimal, (max) for the large types."""
    if type.name == "decimal":
        return "numeric"
    if type.length == MAX and type.name in ("varchar", "nvarchar", "varbinary"):
        return f"{type.name}(max)"
    return type.name
