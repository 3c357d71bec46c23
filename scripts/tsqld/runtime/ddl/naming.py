"""The names SQL Server gives to constraints that have none: DF__table__colum__1A2B3C4D, PK__table___…

Nine letters of the table (eight for keys), five of the column where there is one, and the object_id as eight
hexadecimal digits; keys have eight more before it.
"""

from __future__ import annotations

from zlib import crc32

from tsqld.catalog.model import Table


def _letters(table: Table, count: int) -> str:
    """The beginning of the table's name; tempdb pads those of temp tables with underscores."""
    name = table.name.ljust(count, "_") if table.name.startswith("#") else table.name
    return name[:count]


def constraint_name(kind: str, table: Table, object_id: int, column: str = "") -> str:
    """Of a default (DF), check (CK) or foreign key (FK)."""
    middle = f"__{column[:5]}" if column else ""
    return f"{kind}__{_letters(table, 9)}{middle}__{object_id:08X}"


def key_name(kind: str, table: Table, object_id: int) -> str:
    """Of a primary key (PK) or unique constraint (UQ)."""
    return f"{kind}__{_letters(table, 8)}__{crc32(table.name.lower().encode()):08X}{object_id:08X}"
