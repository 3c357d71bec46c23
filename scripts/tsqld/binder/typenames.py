"""From a type as written to a SqlType: synonyms, default lengths, limits, alias types.

Source: Microsoft Learn, "Data types (Transact-SQL)" and the page of each type.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tsqld.errors import TsqlError, error, unsupported
from tsqld.syntax.nodes import TypeName
from tsqld.types import DEFAULT_COLLATION, MAX, SqlType

_SYNONYMS = {
    "integer": "int",
    "dec": "decimal",
    "character": "char",
    "nationalcharacter": "nchar",
    "timestamp": "rowversion",
}
_PLAIN = frozenset(
    """bit tinyint smallint int bigint money smallmoney real date datetime smalldatetime uniqueidentifier
    sql_variant text ntext image xml rowversion sysname""".split()
)
_LIMITS = {"char": 8000, "varchar": 8000, "nchar": 4000, "nvarchar": 4000, "binary": 8000, "varbinary": 8000}
_LONGEST = 8000
_REFUSED = ("hierarchyid", "geometry", "geography", "vector", "json")

Lookup = Callable[[str, str], SqlType | None]
"""Finds an alias type by schema (may be empty) and name."""


def resolve(name: TypeName, lookup: Lookup | None = None, *, default_length: int = 1) -> SqlType:
    """The type that `name` means. `default_length` is 30 in CAST and CONVERT, 1 elsewhere.

    Errors: 243 unknown type, 1001, 131 and 2717 lengths, 2750 and 2751 precision and scale, 2716 a width
    where none belongs.
    """
    base = name.parts[-1].lower()
    if len(name.parts) == 1 or name.parts[0].lower() == "sys":
        found = _system_type(_SYNONYMS.get(base, base), name, default_length)
        if found is not None:
            return found
    schema = name.parts[-2] if len(name.parts) > 1 else ""
    alias = lookup(schema, name.parts[-1]) if lookup else None
    if alias is None:
        raise TsqlError(243, f"Type {'.'.join(name.parts)} is not a defined system type.", line=name.line)
    return alias


def _system_type(base: str, name: TypeName, default_length: int) -> SqlType | None:
    arguments = name.arguments
    if base in _PLAIN:
        if arguments:
            raise error(2716, 1, base, line=name.line)
        return SqlType("nvarchar", 128) if base == "sysname" else SqlType(base)
    if base in _LIMITS:
        return _sized(base, name, default_length)
    if base in ("decimal", "numeric"):
        return _decimal(base, name)
    if base == "float":
        bits = arguments[0] if arguments else 53
        if not 1 <= bits <= 53:
            raise error(2750, 1, bits, 53, line=name.line)
        return SqlType("real" if bits <= 24 else "float")
    if base in ("time", "datetime2", "datetimeoffset"):
        scale = arguments[0] if arguments else 7
        if not 0 <= scale <= 7:
            raise TsqlError(
                1002, f"Line {name.line}: Specified scale {scale} is invalid.", severity=15, line=name.line
            )
        return SqlType(base, scale=scale)
    if base in _REFUSED:
        raise unsupported(f"the type {base}", name.line)
    return None


def _sized(base: str, name: TypeName, default_length: int) -> SqlType:
    length = name.arguments[0] if name.arguments else default_length
    limit = _LIMITS[base]
    if length == MAX and base in ("varchar", "nvarchar", "varbinary"):
        return SqlType(base, MAX)
    if length <= 0:
        raise _no_length(length, name)
    if length > _LONGEST:
        message = (
            f"The size ({length}) given to the type '{base}' exceeds the maximum allowed for any data type "
            f"({_LONGEST})."
        )
        raise TsqlError(131, message, severity=15, state=3, line=name.line)
    if length > limit:
        raise error(2717, length, "type", base, limit, line=name.line)
    return SqlType(base, length)


def _no_length(length: int, name: TypeName) -> TsqlError:
    message = f"Line {name.line}: Length or precision specification {length} is invalid."
    return TsqlError(1001, message, severity=15, line=name.line)


def _decimal(base: str, name: TypeName) -> SqlType:
    precision = name.arguments[0] if name.arguments else 18
    scale = name.arguments[1] if len(name.arguments) > 1 else 0
    if precision <= 0:
        raise _no_length(precision, name)
    if precision > 38:
        raise error(2750, 1, precision, 38, line=name.line)
    if not 0 <= scale <= precision:
        raise error(2751, 1, scale, precision, line=name.line)
    return SqlType(base, precision=precision, scale=scale)


def collation_named(name: str, line: int) -> str:
    """The collation that a COLLATE names, '' for that of the database. Error 448."""
    upper = name.upper()
    if upper in ("DATABASE_DEFAULT", "CATALOG_DEFAULT", DEFAULT_COLLATION.upper()):
        return ""
    if not any(mark in upper for mark in ("_CI_", "_CS_", "_BIN")):
        raise error(448, name, line=line)
    return name


def with_collation(type: SqlType, collation: str) -> SqlType:
    """`type` compared by `collation`; types that hold no text have none."""
    return replace(type, collation=collation) if type.is_text and collation else type
