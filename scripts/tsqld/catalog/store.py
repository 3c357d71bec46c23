"""Keeps a database's catalog inside the database, so that it commits and rolls back with the data.

One row per entry in DuckDB table `__tsqld.entries`: its key, its class and its JSON. A transaction claims the
catalog with its first change and writes what it changed when it commits.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from tsqld.binder.scope import quoted
from tsqld.catalog.model import (
    Catalog,
    Entry,
    Grant,
    Login,
    Module,
    PartitionFunction,
    PartitionScheme,
    Principal,
    Property,
    Schema,
    Sequence,
    ServerRole,
    Synonym,
    Table,
    UserMessage,
    UserType,
    new_catalog,
)
from tsqld.catalog.upgrades import STEPS, upgraded

SCHEMA = "__tsqld"
_QUOTED = re.compile(r'"[^"]*+(?:""[^"]*+)*+"')
_CLASSES: dict[str, type] = {
    kind.__name__: kind
    for kind in (
        Table,
        Module,
        Sequence,
        Synonym,
        UserType,
        Schema,
        PartitionFunction,
        PartitionScheme,
        Property,
        Principal,
        Login,
        ServerRole,
        Grant,
        UserMessage,
    )
}
Execute = Callable[[str, list[Any]], Any]


@cache
def _adapter(kind: str) -> TypeAdapter[Any]:
    return TypeAdapter(_CLASSES[kind])


def entry_json(entry: Entry) -> str:
    kind = type(entry).__name__
    return _adapter(kind).dump_json(entry, exclude_defaults=True).decode()


def create(execute: Execute, database: str, created: datetime, owner: str = "") -> Catalog:
    """Make the tables of a new database's catalog and fill in what every database has."""
    execute(f'CREATE SCHEMA "{database}"."{SCHEMA}"', [])
    execute(
        f'CREATE TABLE "{database}"."{SCHEMA}".entries (entry_key VARCHAR, kind VARCHAR, body VARCHAR)', []
    )
    execute(f'CREATE TABLE "{database}"."{SCHEMA}".marks (object_id INTEGER, high_water BIGINT)', [])
    execute(f'CREATE SCHEMA "{database}"."dbo"', [])
    catalog = new_catalog(database, created, owner)
    save(execute, new_catalog(database, created, owner), Catalog(database))
    return catalog


def save(execute: Execute, catalog: Catalog, base: Catalog) -> None:
    """Write what differs between two snapshots of a claimed catalog, in the transaction that claimed it."""
    table = f'"{catalog.name}"."{SCHEMA}".entries'
    gone = [key for key, entry in base.entries.items() if catalog.entries.get(key) is not entry]
    new = [(key, entry) for key, entry in catalog.entries.items() if base.entries.get(key) is not entry]
    if gone:
        execute(f"DELETE FROM {table} WHERE entry_key IN (SELECT unnest($1::VARCHAR[]))", [gone])
    state = {
        "options": dict(catalog.options),
        "next_id": catalog.next_id,
        "created": catalog.created.isoformat(),
        "steps": len(STEPS),
    }
    rows = [(key, type(entry).__name__, entry_json(entry)) for key, entry in new]
    rows.append(("state", "State", json.dumps(state)))
    listed = ", ".join(f"unnest(${place}::VARCHAR[])" for place in (1, 2, 3))
    execute(f"INSERT INTO {table} SELECT {listed}", [list(column) for column in zip(*rows, strict=True)])


def claim(execute: Execute, database: str) -> None:
    """Be the one transaction that changes a catalog: each deletes the same row, which `save` puts back."""
    execute(f'DELETE FROM "{database}"."{SCHEMA}".entries WHERE kind = \'State\'', [])


def load(execute: Execute, database: str) -> Catalog:
    """The catalog as the database file has it, brought up to date there. Error: FromTheFuture."""
    found, taken = _load(execute, database)
    if taken == len(STEPS):
        return found
    changed = upgraded(found, taken)
    execute("BEGIN TRANSACTION", [])
    claim(execute, database)
    save(execute, changed, found)
    execute("COMMIT", [])
    return changed


def _load(execute: Execute, database: str) -> tuple[Catalog, int]:
    """The catalog as it is written down, and how many of the steps of `upgrades` it has taken."""
    rows = execute(f'SELECT entry_key, kind, body FROM "{database}"."{SCHEMA}".entries', []).fetchall()
    state = next(json.loads(body) for _, kind, body in rows if kind == "State")
    entries = {key: _adapter(kind).validate_json(body) for key, kind, body in rows if kind != "State"}
    catalog = Catalog(
        database,
        entries,
        state["options"],
        version=1,
        next_id=state["next_id"],
        created=datetime.fromisoformat(state["created"]),
    )
    return catalog, state.get("steps", 0)


def is_database(execute: Execute, database: str) -> bool:
    """Whether an attached DuckDB database is one of ours."""
    found = "FROM duckdb_tables() WHERE database_name = $1 AND schema_name = $2 AND table_name = 'entries'"
    return execute(found, [database, SCHEMA]).fetchone() is not None


def rename(execute: Execute, database: str, name: str) -> None:
    """Make the catalog in an attached database that of a database called `name`, table by table."""
    table = f'{quoted(database)}."{SCHEMA}".entries'
    for key, body in execute(f"SELECT entry_key, body FROM {table} WHERE kind = 'Table'", []).fetchall():
        entry = _adapter("Table").validate_json(body)
        if not entry.storage:
            continue
        _, *below = _QUOTED.findall(entry.storage)
        changed = replace(entry, storage=".".join([quoted(name), *below]))
        execute(f"UPDATE {table} SET body = $1 WHERE entry_key = $2", [entry_json(changed), key])
