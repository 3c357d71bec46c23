"""What already ran: two tables in `ops`, read in one query, written in the transaction of each script.

After files. Not being able to read the history is an error, never an empty database.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from typing import Final

from tsql.batches import split_batches
from tsql.names import literal
from warehouse.errors import SqlFailed
from warehouse.migrations.files import ObjectScript, VersionedScript
from warehouse.odbc import Connection

_DISTRIBUTION: Final = "sql-server-warehouse"
_INVALID_OBJECT: Final = 208
_READ: Final = """
SELECT version, file_path, content_hash FROM ops.schema_migrations;
SELECT schema_name, object_name, content_hash FROM ops.deployed_objects;
"""


@dataclass(frozen=True)
class Applied:
    """A versioned script that ran: where it was and what it held."""

    file: str
    content_hash: bytes


@dataclass(frozen=True)
class History:
    """Versioned scripts by version, and the hash of each deployed object by lower-case (schema, name)."""

    versions: Mapping[int, Applied]
    objects: Mapping[tuple[str, str], bytes]


def read_history(connection: Connection) -> History:
    """The history, whose tables are made when they do not exist yet. Errors: SqlFailed."""
    try:
        versions, objects = connection.run(_READ).results
    except SqlFailed as error:
        if error.number != _INVALID_OBJECT:
            raise
        create_history(connection)
        versions, objects = connection.run(_READ).results
    return History(
        {row["version"]: Applied(row["file_path"], row["content_hash"]) for row in versions},
        {(row["schema_name"].lower(), row["object_name"].lower()): row["content_hash"] for row in objects},
    )


def create_history(connection: Connection) -> None:
    """Make schema ops and the two tables where they are missing. Errors: SqlFailed."""
    text = files("warehouse.migrations").joinpath("history.sql").read_text(encoding="utf-8")
    for batch in split_batches(text):
        connection.run(batch.text)


def record_version(script: VersionedScript, milliseconds: int) -> str:
    """The statement that records a versioned script."""
    return f"""
    INSERT INTO ops.schema_migrations (
        version, script_name, file_path, content_hash, applied_at, applied_by, host_name, tool_version,
        milliseconds
    )
    VALUES (
        {literal(script.version)}, {literal(script.name)}, {literal(script.file)},
        {literal(script.content_hash)}, SYSUTCDATETIME(), ORIGINAL_LOGIN(), HOST_NAME(),
        {literal(tool_version())}, {literal(milliseconds)}
    );"""


def record_object(script: ObjectScript, milliseconds: int) -> str:
    """The statements that record the deployment of an object, in place of the one before."""
    schema, name = literal(script.name.schema), literal(script.name.name)
    return f"""
    DELETE FROM ops.deployed_objects WHERE schema_name = {schema} AND object_name = {name};
    INSERT INTO ops.deployed_objects (
        schema_name, object_name, object_kind, file_path, content_hash, deployed_at, deployed_by, host_name,
        tool_version, milliseconds
    )
    VALUES (
        {schema}, {name}, {literal(script.kind)}, {literal(script.file)}, {literal(script.content_hash)},
        SYSUTCDATETIME(), ORIGINAL_LOGIN(), HOST_NAME(), {literal(tool_version())}, {literal(milliseconds)}
    );"""


def tool_version() -> str:
    """The version of this distribution, or 'source' when it runs without being installed."""
    try:
        return version(_DISTRIBUTION)
    except PackageNotFoundError:
        return "source"
