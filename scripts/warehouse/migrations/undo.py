"""Takes back: the previous text of an object, or the newest migrations by their U… scripts.

Beside deploy. A U… script runs like a V… script, in a transaction that also takes back the row of the
history, so the V… script is pending again. `rehearse` runs V and U in a transaction that is rolled back and
compares the shape.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Final

from tsql.names import ObjectName
from warehouse.connection import Server
from warehouse.errors import MigrationProblem, UsageProblem
from warehouse.migrations.deploy import Deployment, prepared_history
from warehouse.migrations.files import ObjectScript, Project, VersionedScript, read_project
from warehouse.migrations.history import History, resource
from warehouse.migrations.origin import origin_of
from warehouse.migrations.plan import check_environment, pending_versions
from warehouse.migrations.run import ROLLBACK, recorded_run
from warehouse.migrations.session import LOCK_SECONDS, Report, changing, quietly
from warehouse.migrations.steps import Script, run_script, run_statements
from warehouse.migrations.versions import Version, versions_of
from warehouse.odbc import Connection

_REMEMBER: Final = """
DROP TABLE IF EXISTS #facts_before;
SELECT live.schema_name, live.object_name, live.object_kind, live.fact
INTO #facts_before
FROM #live_facts AS live;
"""
_LEFT_OVER: Final = """
WITH lost AS (
    SELECT before.schema_name, before.object_name, before.object_kind, before.fact
    FROM #facts_before AS before
    EXCEPT
    SELECT live.schema_name, live.object_name, live.object_kind, live.fact FROM #live_facts AS live
),

left_over AS (
    SELECT live.schema_name, live.object_name, live.object_kind, live.fact FROM #live_facts AS live
    EXCEPT
    SELECT before.schema_name, before.object_name, before.object_kind, before.fact
    FROM #facts_before AS before
)

SELECT
    CONCAT(N'loses ', lost.schema_name, N'.', lost.object_name, N' ') + lost.fact COLLATE DATABASE_DEFAULT
        AS difference
FROM lost
UNION ALL
SELECT
    CONCAT(N'leaves ', left_over.schema_name, N'.', left_over.object_name, N' ')
    + left_over.fact COLLATE DATABASE_DEFAULT
FROM left_over;
"""


def undo_versions(
    server: Server,
    folder: Path,
    report: Report,
    *,
    version: int | None = None,
    down_to: int | None = None,
    environment: str | None = None,
    lock_seconds: int = LOCK_SECONDS,
) -> list[str]:
    """Take back the newest migration, or all above `down_to`, newest first; the files of the scripts that
    ran.

    Errors: MigrationProblem when one has no U… script, or a later one has to go first.
    """
    project = read_project(folder, environment)
    with changing(server, report, lock_seconds) as connection:
        history = prepared_history(connection, project)
        check_environment(project, history)
        scripts = _undo_scripts(project, history, version, down_to)
        texts = [project.rendered(script) for script in scripts]
        if not scripts:
            return []
        with recorded_run(connection, "undo", origin_of(project)) as run:
            for script, text in zip(scripts, texts, strict=True):
                forget = f"DELETE FROM ops.schema_migrations WHERE version = {script.version};"
                taken = Script(
                    script.file, text, partial(_constant, forget), transactional=script.transactional
                )
                milliseconds = run_script(connection, taken)
                run.done.append(f"undid V{script.version:04d} by {script.file}")
                report(f"undid V{script.version:04d} by {script.file} ({milliseconds:,} ms)")
    return [script.file for script in scripts]


def _constant(statement: str, _: str) -> str:
    return statement


def _undo_scripts(
    project: Project, history: History, version: int | None, down_to: int | None
) -> list[VersionedScript]:
    if not history.versions:
        raise MigrationProblem("no migration ran in this database; there is nothing to undo")
    if version is not None and version not in history.versions:
        raise MigrationProblem(f"V{version:04d} did not run in this database; there is nothing to undo")
    if version is not None and version != history.newest:
        raise MigrationProblem(
            f"V{version:04d}: V{history.newest:04d} ran later and has to be undone first; undo both with: "
            f"warehouse migrate undo --to V{version - 1:04d}"
        )
    above = history.newest - 1 if down_to is None else down_to
    found = []
    for number in sorted((number for number in history.versions if number > above), reverse=True):
        applied = history.versions[number]
        if applied.is_baseline:
            raise MigrationProblem(
                f"{applied.file}: was taken over by baseline and never ran; it cannot be undone"
            )
        if number not in project.undo:
            raise MigrationProblem(
                f"{applied.file}: has no undo script; write migrations/U{Path(applied.file).name[1:]}"
            )
        found.append(project.undo[number])
    return found


def undo_object(
    server: Server,
    folder: Path,
    report: Report,
    name: ObjectName,
    *,
    to: int | None = None,
    environment: str | None = None,
    lock_seconds: int = LOCK_SECONDS,
) -> Version:
    """Deploy the previous text of an object, or that of version `to`; which one. Errors: MigrationProblem."""
    project = read_project(folder, environment)
    with changing(server, report, lock_seconds) as connection:
        history = prepared_history(connection, project)
        check_environment(project, history)
        versions = versions_of(connection, name)
        chosen = _chosen(name, versions, to)
        script = _script_of(name, chosen)
        origin = origin_of(project)
        with recorded_run(connection, "undo", origin) as run:
            Deployment(connection, project, origin, run, report).deploy(script, "restored")
    return chosen


def _chosen(name: ObjectName, versions: list[Version], to: int | None) -> Version:
    if to is not None:
        if not 1 <= to <= len(versions) or versions[to - 1].text is None:
            raise UsageProblem(
                f"{name}: has no text of version {to}; list them with: warehouse migrate history {name}"
            )
        return versions[to - 1]
    current = versions[-1]
    first = next(place for place, one in enumerate(versions) if one.content_hash == current.content_hash)
    start = len(versions) if current.text is None else first
    for version in reversed(versions[:start]):
        if version.text is not None:
            return version
    raise MigrationProblem(
        f"{name}: has no earlier text; to drop it, remove its file and run: warehouse migrate apply --prune"
    )


def _script_of(name: ObjectName, version: Version) -> ObjectScript:
    return ObjectScript(name, version.kind, f"{name} version {version.number}", version.text or "")


def rehearse(
    server: Server,
    folder: Path,
    report: Report,
    *,
    environment: str | None = None,
    lock_seconds: int = LOCK_SECONDS,
) -> list[str]:
    """Run every pending V… script that has a U… script, undo it, compare the shape, and roll all back; the
    files of the U… scripts that were tried. Errors: MigrationProblem when one does not restore the shape."""
    project = read_project(folder, environment)
    tried: list[str] = []
    with changing(server, report, lock_seconds) as connection:
        history = prepared_history(connection, project)
        check_environment(project, history)
        pending = pending_versions(project.versioned, history)
        connection.run("SET XACT_ABORT ON; BEGIN TRANSACTION;")
        try:
            for script in pending:
                tried += _rehearsed(connection, project, script, report)
        finally:
            quietly(connection, ROLLBACK)
    return tried


def _rehearsed(
    connection: Connection, project: Project, script: VersionedScript, report: Report
) -> list[str]:
    undo = project.undo.get(script.version)
    if not script.transactional or (undo and not undo.transactional):
        raise MigrationProblem(
            f"{script.file}: runs outside of a transaction and cannot be rehearsed; try it on a copy of the "
            f"database"
        )
    if undo is not None:
        connection.run(resource("facts.sql"))
        connection.run(_REMEMBER)
        run_statements(connection, script.file, project.rendered(script))
        run_statements(connection, undo.file, project.rendered(undo))
        connection.run(resource("facts.sql"))
        left = connection.run(_LEFT_OVER).rows
        if left:
            raise MigrationProblem(
                f"{undo.file}: does not restore the shape: {left[0]['difference']}"
                + (f" and {len(left) - 1} more" if len(left) > 1 else "")
                + "; correct it"
            )
        report(f"rehearsed {undo.file}")
    run_statements(connection, script.file, project.rendered(script))
    return [undo.file] if undo else []
