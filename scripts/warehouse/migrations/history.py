"""What already ran: tables in `ops`, read in one batch, written in the transaction of each script.

After files. Not being able to read the history is an error, never an empty database: that the tables are
missing counts only from a login that would see them, which `permissions` has made sure of.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from importlib.resources import files
from typing import Any, Final

from tsql.batches import split_batches
from tsql.names import ObjectName, literal
from warehouse.errors import MigrationProblem
from warehouse.migrations.files import VersionedScript
from warehouse.migrations.origin import Origin
from warehouse.odbc import Connection

_TABLES: Final = ("schema_migrations", "object_versions", "migration_runs", "shape_facts", "shape_drift")
_FIND: Final = f"""
SELECT {", ".join(f"OBJECT_ID(N'ops.{table}', N'U') AS {table}" for table in _TABLES)},
    OBJECT_ID(N'ops.deployed_objects', N'U') AS deployed_objects;
"""
_READ: Final = """
SET NOCOUNT ON;
SELECT version, file_path, content_hash, text_hash, applied_at, applied_by, git_commit, is_baseline
FROM ops.schema_migrations
ORDER BY version;
SELECT
    versions.version_id, versions.schema_name, versions.object_name, versions.object_kind, versions.file_path,
    versions.content_hash, versions.text_hash, versions.deployed_at, versions.deployed_by
FROM ops.object_versions AS versions
INNER JOIN (
    SELECT MAX(newest.version_id) AS version_id
    FROM ops.object_versions AS newest
    GROUP BY newest.schema_name, newest.object_name
) AS newest ON newest.version_id = versions.version_id
WHERE versions.outcome <> N'dropped';
SELECT TOP (1)
    run_id, command, status, started_at, started_by, host_name, environment, summary, failed_file,
    failed_line, failed_statement,
    error_number, error_message
FROM ops.migration_runs
ORDER BY run_id DESC;
SELECT
    ISNULL(SUM(IIF(is_shape_recorded = 0, 1, 0)), 0) AS cut_off,
    ISNULL(SUM(IIF(is_shape_recorded = 1, 1, 0)), 0) AS recorded
FROM ops.migration_runs;
"""
_SCHEMAS: Final = """
SELECT DISTINCT schemas.name
FROM sys.objects AS objects
INNER JOIN sys.schemas AS schemas ON schemas.schema_id = objects.schema_id
WHERE objects.is_ms_shipped = 0 AND objects.type IN ('U', 'V', 'P', 'FN', 'IF', 'TF');
"""


class State(Enum):
    """What there is of a history in a database."""

    ABSENT = "absent"
    LOST = "lost"  # its first table is gone while others are there
    OUTDATED = "outdated"  # of an earlier version of this tool, or cut off while it was made
    PRESENT = "present"


class Shape(Enum):
    """Whether ops.shape_facts says what the last run left."""

    NEVER = "never recorded"
    CUT_OFF = "cut off"
    RECORDED = "recorded"


@dataclass(frozen=True)
class Applied:
    """A versioned script that ran: where it was, what it held, when and by whom."""

    file: str
    content_hash: bytes
    applied_at: str = ""
    applied_by: str = ""
    git_commit: str | None = None
    is_baseline: bool = False
    text_hash: bytes | None = None


@dataclass(frozen=True)
class Deployed:
    """An object as it was deployed last."""

    name: ObjectName
    kind: str
    content_hash: bytes
    version_id: int = 0
    file: str | None = None
    deployed_at: str = ""
    deployed_by: str = ""
    text_hash: bytes | None = None


@dataclass(frozen=True)
class History:
    """Versioned scripts by version, objects by lower-case (schema, name), and how the last run ended."""

    versions: Mapping[int, Applied]
    objects: Mapping[tuple[str, str], Deployed]
    last_run: Mapping[str, Any] | None = None
    shape: Shape = Shape.NEVER

    @property
    def newest(self) -> int:
        """The highest version that ran; 0 when none did."""
        return max(self.versions, default=0)


EMPTY: Final = History({}, {})


def history_state(connection: Connection) -> State:
    """Whether there is a history. Errors: SqlFailed."""
    (row,) = connection.run(_FIND).rows
    if row["schema_migrations"] is None:
        return State.ABSENT if all(value is None for value in row.values()) else State.LOST
    outdated = any(row[table] is None for table in _TABLES) or row["deployed_objects"] is not None
    return State.OUTDATED if outdated else State.PRESENT


def lost_history() -> MigrationProblem:
    """What a lost history is told as."""
    return MigrationProblem(
        "ops.schema_migrations is gone while other tables of the history are there; restore it from a backup "
        "of "
        "the database, or say what ran with: warehouse migrate baseline VERSION"
    )


def read_history(connection: Connection) -> History:
    """The history of a database that has one. Errors: SqlFailed."""
    versions, objects, runs, shapes = connection.run(_READ).results
    return History(
        {row["version"]: _applied(row) for row in versions},
        {(row["schema_name"].lower(), row["object_name"].lower()): _deployed(row) for row in objects},
        runs[0] if runs else None,
        Shape.CUT_OFF if shapes[0]["cut_off"] else Shape.RECORDED if shapes[0]["recorded"] else Shape.NEVER,
    )


def _applied(row: Mapping[str, Any]) -> Applied:
    return Applied(
        row["file_path"],
        row["content_hash"],
        row["applied_at"],
        row["applied_by"],
        row["git_commit"],
        row["is_baseline"],
        row["text_hash"],
    )


def _deployed(row: Mapping[str, Any]) -> Deployed:
    return Deployed(
        ObjectName(row["schema_name"], row["object_name"]),
        row["object_kind"],
        row["content_hash"],
        row["version_id"],
        row["file_path"],
        row["deployed_at"],
        row["deployed_by"],
        row["text_hash"],
    )


def resource(name: str) -> str:
    """The text of a .sql file of this package."""
    return files("warehouse.migrations").joinpath(name).read_text(encoding="utf-8")


def create_history(connection: Connection) -> None:
    """Make schema ops and its tables where they are missing, and bring an earlier version up to date. Errors:
    SqlFailed."""
    for batch in split_batches(resource("history.sql")):
        connection.run(batch.text)


def used_schemas(connection: Connection) -> frozenset[str]:
    """The lower-case names of the schemas that hold tables or modules. Errors: SqlFailed."""
    return frozenset(str(row["name"]).lower() for row in connection.run(_SCHEMAS).rows)


def record_version(milliseconds: str, *, script: VersionedScript, origin: Origin) -> str:
    """The statement that records a versioned script; `milliseconds` is a T-SQL expression."""
    return record_versions(milliseconds, scripts=[script], origin=origin, is_baseline=False)


def record_versions(
    milliseconds: str, *, scripts: Sequence[VersionedScript], origin: Origin, is_baseline: bool
) -> str:
    """The statement that records up to 1,000 versioned scripts."""
    rows = ",\n".join(
        f"""    (
        {literal(script.version)}, {literal(script.name)}, {literal(script.file)},
        {literal(script.content_hash)}, SYSUTCDATETIME(), ORIGINAL_LOGIN(), HOST_NAME(),
        {literal(origin.tool_version)}, {milliseconds}, {literal(origin.git_commit)},
        {literal(origin.environment)}, {literal(is_baseline)}, {literal(script.text_hash)}
    )"""
        for script in scripts
    )
    return f"""
    INSERT INTO ops.schema_migrations (
        version, script_name, file_path, content_hash, applied_at, applied_by, host_name, tool_version,
        milliseconds, git_commit, environment, is_baseline, text_hash
    )
    VALUES
{rows};"""


def record_object(
    milliseconds: str,
    *,
    name: ObjectName,
    kind: str,
    outcome: str,
    file: str | None,
    text: str,
    content_hash: str,
    origin: Origin,
    text_hash: bytes | None = None,
) -> str:
    """The statement that records a text of an object; `text`, `content_hash`, `milliseconds` are T-SQL
    expressions."""
    return f"""
    INSERT INTO ops.object_versions (
        schema_name, object_name, object_kind, outcome, file_path, object_text, content_hash, deployed_at,
        deployed_by, host_name, tool_version, git_commit, environment, milliseconds, text_hash
    )
    VALUES (
        {literal(name.schema)}, {literal(name.name)}, {literal(kind)}, {literal(outcome)}, {literal(file)},
        {text}, {content_hash}, SYSUTCDATETIME(), ORIGINAL_LOGIN(), HOST_NAME(),
        {literal(origin.tool_version)}, {literal(origin.git_commit)}, {literal(origin.environment)},
        {milliseconds}, {literal(text_hash)}
    );"""
