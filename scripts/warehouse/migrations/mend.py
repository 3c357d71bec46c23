"""Makes the history say what is true: baseline for a database that has the shape already, repair for the
rest.

Beside deploy. Neither runs a script; each is recorded as a run of its own.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tsql.names import literal
from warehouse.connection import Server
from warehouse.errors import MigrationProblem
from warehouse.migrations.deploy import named, prepared_history
from warehouse.migrations.files import Project, read_project
from warehouse.migrations.history import (
    History,
    Shape,
    create_history,
    read_history,
    record_versions,
)
from warehouse.migrations.origin import origin_of
from warehouse.migrations.plan import is_edited
from warehouse.migrations.run import recorded_run
from warehouse.migrations.session import LOCK_SECONDS, Report, changing

_ROWS: Final = 500


def baseline(
    server: Server,
    folder: Path,
    report: Report,
    version: int,
    *,
    environment: str | None = None,
    lock_seconds: int = LOCK_SECONDS,
) -> list[str]:
    """Record the migrations up to `version` as if they had run; their files. Objects stay to be deployed.

    Errors: MigrationProblem when the database has a history already, or there is no such version.
    """
    project = read_project(folder, environment)
    scripts = [script for script in project.versioned if script.version <= version and script.is_here]
    if version not in {script.version for script in scripts}:
        raise MigrationProblem(
            f"there is no migrations/V{version:04d}__….sql for this environment; name one that is there"
        )
    with changing(server, report, lock_seconds) as connection:
        create_history(connection)
        history = read_history(connection)
        if history.versions:
            raise MigrationProblem(
                f"the database has a history up to V{history.newest:04d}, and baseline is for one without; "
                "look at it with: warehouse migrate status"
            )
        origin = origin_of(project)
        with recorded_run(connection, "baseline", origin, adopts_drift=True) as run:
            rows = [
                record_versions("0", scripts=scripts[start : start + _ROWS], origin=origin, is_baseline=True)
                for start in range(0, len(scripts), _ROWS)
            ]
            connection.run("\n".join(["BEGIN TRANSACTION;", *rows, "COMMIT TRANSACTION;"]))
            run.done.append(f"baseline V{version:04d}")
    return [script.file for script in scripts]


def repair(
    server: Server,
    folder: Path,
    report: Report,
    *,
    accept_drift: bool = False,
    environment: str | None = None,
    lock_seconds: int = LOCK_SECONDS,
) -> list[str]:
    """Let the history follow the files: accept edited scripts, forget those that are gone, take over the
    environment; with `accept_drift` also what was changed by hand. Returns what it did.

    Errors: MigrationProblem.
    """
    project = read_project(folder, environment)
    with changing(server, report, lock_seconds) as connection:
        history = prepared_history(connection, project)
        mends = _mends(project, history)
        environments = _environment_change(project, history)
        if not (mends or environments or accept_drift or history.shape is not Shape.RECORDED):
            return []
        with recorded_run(connection, "repair", origin_of(project), adopts_drift=accept_drift) as run:
            statements = [statement for _, statement in mends]
            connection.run("\n".join(["BEGIN TRANSACTION;", *statements, "COMMIT TRANSACTION;"]))
            run.done += [what for what, _ in mends] + environments
            if history.shape is not Shape.RECORDED:
                run.done.append("recorded the shape of the database")
            if accept_drift:
                run.done += [f"accepted {named(*key)}" for key in sorted(run.drifted)]
        for what in run.done:
            report(what)
    return run.done


def _mends(project: Project, history: History) -> list[tuple[str, str]]:
    """What is to be said differently in ops.schema_migrations: in words, and as a statement."""
    files = {script.version: script for script in project.versioned}
    mends: list[tuple[str, str]] = []
    for version, applied in sorted(history.versions.items()):
        script = files.get(version)
        where = f"WHERE version = {version};"
        if script is None:
            mends.append((f"forgot {applied.file}", f"DELETE FROM ops.schema_migrations {where}"))
        elif is_edited(script, applied):
            mends.append(
                (
                    f"accepted {script.file}",
                    f"UPDATE ops.schema_migrations SET content_hash = {literal(script.content_hash)}, "
                    f"text_hash = {literal(script.text_hash)}, file_path = {literal(script.file)}, "
                    f"script_name = {literal(script.name)} {where}",
                )
            )
    return mends


def _environment_change(project: Project, history: History) -> list[str]:
    before = history.last_run["environment"] if history.last_run else None
    now = project.environment.name
    return [f"environment {before or '(none)'} is now {now or '(none)'}"] if before != now else []
