"""Temp tables as tempdb's catalog shows them: the session's own and the global ones.

A local temp table is listed under its name padded with underscores to 116 characters and a number of twelve
hexadecimal digits, which keeps the tables of different sessions apart. Source: Microsoft Learn, "CREATE TABLE
(Temporary tables)".
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tsqld.catalog.model import Catalog, Table

if TYPE_CHECKING:
    from tsqld.runtime.session import Session

_PADDED: Final = 116


def padded(table: Table) -> str:
    """The name tempdb lists a temp table under."""
    if table.name.startswith("##"):
        return table.name
    return f"{table.name.ljust(_PADDED, '_')}{abs(table.object_id):012X}"


def temporaries_of(session: Session) -> list[Table]:
    """The temp tables a session sees, innermost first."""
    found: dict[str, Table] = {}
    for frame in reversed(session.frames):
        for name, table in frame.temporaries.items():
            found.setdefault(name, table)
    return [*found.values(), *session.engine.global_temporaries.values()]


def with_temporaries(session: Session, catalog: Catalog) -> Catalog:
    """tempdb's catalog with temp tables in it; any other as it is."""
    if catalog.name.lower() != "tempdb":
        return catalog
    return catalog.put(*(replace(table, name=padded(table)) for table in temporaries_of(session)))
