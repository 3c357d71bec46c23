"""T-SQL data types: names, precision, scale, length, collation, precedence.

Source: Microsoft Learn, "Data types (Transact-SQL)", "Data type precedence", "Precision, scale, and length".

How values travel between DuckDB, the runtime and the wire:

| T-SQL | DuckDB | Python |
|---|---|---|
| bit | BOOLEAN | bool |
| tinyint, smallint, int, bigint | UTINYINT, SMALLINT, INTEGER, BIGINT | int |
| decimal, numeric, money, smallmoney | DECIMAL(p, s) | decimal.Decimal |
| real, float | FLOAT, DOUBLE | float |
| char, varchar, nchar, nvarchar, text, ntext, xml, sysname | VARCHAR | str |
| binary, varbinary, image, rowversion | BLOB | bytes |
| date | DATE | datetime.date |
| time | TIME | datetime.time |
| datetime, smalldatetime, datetime2 | TIMESTAMP | datetime.datetime |
| datetimeoffset | STRUCT(utc TIMESTAMP, minutes SMALLINT) | aware datetime.datetime |
| uniqueidentifier | UUID | uuid.UUID |
| sql_variant | STRUCT(type VARCHAR, text VARCHAR) | the base type's value |
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

MAX: Final = -1
"""The length of varchar(max), nvarchar(max) and varbinary(max)."""

DEFAULT_COLLATION: Final = "SQL_Latin1_General_CP1_CI_AS"


@dataclass(frozen=True, slots=True)
class SqlType:
    """One T-SQL type with its facets.

    `name` is the lower-case base name. `length` is in characters for nchar/nvarchar, in bytes for char,
    varchar and binary, `MAX` for (max), 0 where it does not apply. `precision`/`scale` are those of decimal
    and numeric; `scale` alone also holds the fractional seconds of time, datetime2 and datetimeoffset.
    `collation` is empty for types that have none, and for text means the database default when empty.
    `said` tells that an expression names it by COLLATE, so that it wins over those of columns; `implicit`
    that the text comes of a column, whose collation counts even where it is the default. Neither is part of
    the type.
    """

    name: str
    length: int = 0
    precision: int = 0
    scale: int = 0
    collation: str = ""
    said: bool = field(default=False, compare=False)
    implicit: bool = field(default=False, compare=False)

    @property
    def of_a_column(self) -> SqlType:
        """The type of a column that holds such values: nothing says its collation any more."""
        return replace(self, said=False) if self.said else self

    @property
    def read_from_a_column(self) -> SqlType:
        """The type of text that stands in a column of this type."""
        return replace(self, implicit=True) if self.is_text else self

    @property
    def decided_collation(self) -> str:
        """The collation that the text brings along; '' for that of constants and variables, which yields."""
        return self.collation or (DEFAULT_COLLATION if self.implicit else "")

    @property
    def is_integer(self) -> bool:
        return self.name in INTEGERS

    @property
    def is_exact(self) -> bool:
        return self.name in EXACT

    @property
    def is_decimal(self) -> bool:
        return self.name in ("decimal", "numeric")

    @property
    def is_money(self) -> bool:
        return self.name in ("money", "smallmoney")

    @property
    def is_float(self) -> bool:
        return self.name in ("float", "real")

    @property
    def is_number(self) -> bool:
        return self.is_exact or self.is_float

    @property
    def is_text(self) -> bool:
        return self.name in TEXT

    @property
    def is_unicode(self) -> bool:
        return self.name in ("nchar", "nvarchar", "ntext", "xml", "sysname")

    @property
    def is_binary(self) -> bool:
        return self.name in BINARY

    @property
    def is_temporal(self) -> bool:
        return self.name in TEMPORAL

    @property
    def is_fixed_length(self) -> bool:
        return self.name in ("char", "nchar", "binary")

    @property
    def is_case_sensitive(self) -> bool:
        """Whether comparing text of this type tells upper from lower case."""
        name = self.collation.upper()
        return "_CS" in name or "_BIN" in name

    @property
    def ignores_accents(self) -> bool:
        """Whether comparing text of this type passes over accents."""
        return "_AI" in self.collation.upper()

    @property
    def is_utf8(self) -> bool:
        """Whether this is char or varchar stored as UTF-8, by its collation, instead of code page 1252."""
        return self.is_text and not self.is_unicode and self.collation.upper().endswith("_UTF8")

    def with_length(self, length: int) -> SqlType:
        return replace(self, length=length)

    def __str__(self) -> str:
        """The type as T-SQL writes it: `nvarchar(50)`, `decimal(19,4)`, `datetime2(3)`."""
        if self.is_decimal:
            return f"{self.name}({self.precision},{self.scale})"
        if self.name in SIZED:
            return f"{self.name}({'max' if self.length == MAX else self.length})"
        if self.name in ("time", "datetime2", "datetimeoffset"):
            return f"{self.name}({self.scale})"
        return self.name


INTEGERS: Final = frozenset({"bit", "tinyint", "smallint", "int", "bigint"})
EXACT: Final = INTEGERS | {"decimal", "numeric", "money", "smallmoney"}
TEXT: Final = frozenset({"char", "varchar", "nchar", "nvarchar", "text", "ntext", "xml", "sysname"})
BINARY: Final = frozenset({"binary", "varbinary", "image", "rowversion", "timestamp"})
TEMPORAL: Final = frozenset({"date", "time", "datetime", "smalldatetime", "datetime2", "datetimeoffset"})
SIZED: Final = frozenset({"char", "varchar", "nchar", "nvarchar", "binary", "varbinary"})

BIT: Final = SqlType("bit")
TINYINT: Final = SqlType("tinyint")
SMALLINT: Final = SqlType("smallint")
CURSOR: Final = SqlType("cursor")
INT: Final = SqlType("int")
BIGINT: Final = SqlType("bigint")
FLOAT: Final = SqlType("float")
REAL: Final = SqlType("real")
MONEY: Final = SqlType("money")
SMALLMONEY: Final = SqlType("smallmoney")
DATE: Final = SqlType("date")
DATETIME: Final = SqlType("datetime")
SMALLDATETIME: Final = SqlType("smalldatetime")
UNIQUEIDENTIFIER: Final = SqlType("uniqueidentifier")
SQL_VARIANT: Final = SqlType("sql_variant")
SYSNAME: Final = SqlType("nvarchar", 128)
LEAST: Final = {"smallint": -32768, "int": -2147483648, "bigint": -9223372036854775808}
"""Integers that have no opposite in their type."""


def decimal(precision: int, scale: int) -> SqlType:
    return SqlType("decimal", precision=precision, scale=scale)


def varchar(length: int) -> SqlType:
    return SqlType("varchar", length)


def nvarchar(length: int) -> SqlType:
    return SqlType("nvarchar", length)


def varbinary(length: int) -> SqlType:
    return SqlType("varbinary", length)


def datetime2(scale: int = 7) -> SqlType:
    return SqlType("datetime2", scale=scale)


def time(scale: int = 7) -> SqlType:
    return SqlType("time", scale=scale)


def datetimeoffset(scale: int = 7) -> SqlType:
    return SqlType("datetimeoffset", scale=scale)
