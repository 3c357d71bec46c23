"""One run that changes the database, in ops.migration_runs: begun, ended or failed, and the shape it left.

Used by everything that changes. The shape of the database before the run tells what was changed by hand; the
shape after it becomes what `verify` expects. A run that is cut off leaves is_shape_recorded = 0, and the next
one knows that what it finds was not done by hand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from tsql.names import literal
from warehouse.errors import MigrationProblem, ScriptFailed
from warehouse.migrations.history import Shape, resource
from warehouse.migrations.origin import Origin
from warehouse.migrations.session import quietly
from warehouse.odbc import Connection

_LONGEST_MESSAGE: Final = 4000
ROLLBACK: Final = "IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION;"


@dataclass
class Run:
    """A run under way: what was changed by hand before it, and what it did."""

    run_id: int
    drifted: frozenset[tuple[str, str, str]]
    done: list[str] = field(default_factory=list)


@contextmanager
def recorded_run(
    connection: Connection,
    command: str,
    origin: Origin,
    shape: Shape = Shape.RECORDED,
    *,
    adopts_drift: bool = False,
) -> Iterator[Run]:
    """Record what happens inside, and how it ended; `shape` is what the history says of the run before.
    `adopts_drift` makes the present shape the expected one.

    Errors: those of the block; SqlFailed.
    """
    drifted: Sequence[Mapping[str, Any]] = ()
    if shape is not Shape.NEVER:  # else nothing is known that could have changed
        connection.run(resource("facts.sql"))
        drifted = connection.run(resource("shape_begin.sql")).rows
    if adopts_drift:
        connection.run("DELETE FROM ops.shape_drift;")
    begin = f"{begin_statement(command, origin)}\nSELECT @run_id AS run_id;"
    (row,) = connection.run(begin).rows
    run = Run(
        int(row["run_id"]),
        frozenset((d["schema_name"].lower(), d["object_name"].lower(), d["object_kind"]) for d in drifted),
    )
    try:
        yield run
    except MigrationProblem as error:
        quietly(connection, f"{ROLLBACK}\n{_failed(run, error)}")
        for text in (resource("facts.sql"), resource("shape_end.sql")):
            quietly(connection, text)
        raise
    connection.run(resource("facts.sql"))
    connection.run(ended(literal(run.run_id), "; ".join(run.done)))


def begin_statement(command: str, origin: Origin) -> str:
    """Close runs that were cut off and begin one; its number is then in @run_id."""
    return f"""
    SET NOCOUNT ON;
    UPDATE ops.migration_runs
    SET status = N'abandoned', finished_at = SYSUTCDATETIME()
    WHERE status = N'running';
    INSERT INTO ops.migration_runs (
        command, status, started_at, started_by, host_name, tool_version, git_commit, environment,
        is_shape_recorded
    )
    VALUES (
        {literal(command)}, N'running', SYSUTCDATETIME(), ORIGINAL_LOGIN(), HOST_NAME(),
        {literal(origin.tool_version)}, {literal(origin.git_commit)}, {literal(origin.environment)}, 0
    );
    DECLARE @run_id bigint = SCOPE_IDENTITY();"""


def ended(run_id: str, summary: str) -> str:
    """Expect #live_facts from now on, and close the run whose number the expression `run_id` is."""
    return f"""
    BEGIN TRANSACTION;
    {resource("shape_end.sql")}
    UPDATE ops.migration_runs
    SET status = N'succeeded', finished_at = SYSUTCDATETIME(), summary = {literal(summary[:_LONGEST_MESSAGE])}
    WHERE run_id = {run_id};
    COMMIT TRANSACTION;"""


def _failed(run: Run, error: MigrationProblem) -> str:
    failed = error if isinstance(error, ScriptFailed) else None
    return f"""
    UPDATE ops.migration_runs
    SET status = N'failed',
        finished_at = SYSUTCDATETIME(),
        summary = {literal("; ".join(run.done)[:_LONGEST_MESSAGE])},
        failed_file = {literal(failed.file if failed else None)},
        failed_line = {literal(failed.line if failed else None)},
        failed_statement = {literal(failed.statement if failed else None)},
        error_number = {literal(failed.number if failed else None)},
        error_message = {literal(str(error)[:_LONGEST_MESSAGE])}
    WHERE run_id = {run.run_id};"""
