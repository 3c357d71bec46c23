"""Applies what is pending: migrations in order, then changed objects, under a lock, one transaction a script.

Last in the package; the command `warehouse migrate` is this. Nothing is recorded that did not run, and
nothing runs that is not recorded, because both share a transaction. The lock belongs to the session and
dies with it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tsql.batches import Batch, split_batches
from tsql.names import literal, quote
from tsql.tokens import TokenError
from warehouse.connection import UNKNOWN_DATABASE, Server
from warehouse.errors import Diagnostic, MigrationProblem, SqlFailed, Unreachable
from warehouse.migrations.files import ObjectScript, VersionedScript, object_scripts, versioned_scripts
from warehouse.migrations.history import History, read_history, record_object, record_version
from warehouse.migrations.order import deployment_order
from warehouse.odbc import Connection

Report = Callable[[str], None]

_LOCK: Final = "warehouse migrate"
_LOCK_SECONDS: Final = 60
_SETTINGS: Final = "SET NOCOUNT, XACT_ABORT, QUOTED_IDENTIFIER, ANSI_NULLS ON; SET LOCK_TIMEOUT -1;"
_BEGIN: Final = "SET XACT_ABORT ON; BEGIN TRANSACTION;"
_ROLLBACK: Final = "IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION;"
_STILL_OPEN: Final = """
IF @@TRANCOUNT <> 1
    THROW 51090, N'the script opened or ended a transaction; take that out, or put -- migrate:
    no-transaction in it', 1;
"""


@dataclass(frozen=True)
class Outcome:
    """What an apply did: files of scripts that ran, objects deployed, and how many of each were up to
    date."""

    applied: tuple[str, ...]
    deployed: tuple[str, ...]
    versions: int
    objects: int

    def __str__(self) -> str:
        if not self.applied and not self.deployed:
            return f"up to date: {self.versions:,} migrations, {self.objects:,} objects"
        return (
            f"applied {len(self.applied):,} of {self.versions:,} migrations, "
            f"deployed {len(self.deployed):,} of {self.objects:,} objects"
        )


def apply(server: Server, project: Path, report: Report, *, lock_seconds: int = _LOCK_SECONDS) -> Outcome:
    """Bring the database to the shape of `project`, creating it when missing; doing so again does nothing.

    Errors: MigrationProblem names file, line, error and remedy; Unreachable; SqlFailed for the history
    itself.
    """
    versioned, objects = versioned_scripts(project), object_scripts(project)
    with _open_database(server, report) as connection, _locked(connection, report, lock_seconds):
        history = read_history(connection)
        pending = pending_versions(versioned, history)
        for script in pending:
            _run_versioned(connection, script, report)
        changed = changed_objects(objects, history)
        for item in changed:
            _deploy_object(connection, item, report)
    return Outcome(
        tuple(script.file for script in pending),
        tuple(str(item.name) for item in changed),
        len(versioned),
        len(objects),
    )


def pending_versions(scripts: Sequence[VersionedScript], history: History) -> list[VersionedScript]:
    """The scripts to run, in order. Errors: MigrationProblem when one was edited, lost or came too late."""
    present = {script.version for script in scripts}
    for version, applied in sorted(history.versions.items()):
        if version not in present:
            raise MigrationProblem(f"{applied.file}: ran in this database but is gone; restore the file")
    newest = max(history.versions, default=0)
    pending: list[VersionedScript] = []
    for script in scripts:
        before = history.versions.get(script.version)
        if before is None and script.version < newest:
            raise MigrationProblem(
                f"{script.file}: has a lower version than V{newest:04d}, which already ran; "
                f"rename it to V{newest + 1:04d} or later"
            )
        if before is None:
            pending.append(script)
        elif before.content_hash != script.content_hash:
            raise MigrationProblem(
                f"{script.file}: was edited after it ran in this database; restore its text "
                "(git log shows it) and put the change into a new migration"
            )
    return pending


def changed_objects(scripts: Sequence[ObjectScript], history: History) -> list[ObjectScript]:
    """The objects whose text is not what was deployed last, in deployment order. Errors: MigrationProblem."""
    changed = {
        script.name.key for script in scripts if history.objects.get(script.name.key) != script.content_hash
    }
    if not changed:
        return []
    return [script for script in deployment_order(scripts) if script.name.key in changed]


@contextmanager
def _open_database(server: Server, report: Report) -> Iterator[Connection]:
    try:
        connection = server.connect()
    except Unreachable as error:
        if not _is_unknown_database(error):
            raise
        _create_database(server)
        report(f"created database {server.database}")
        connection = server.connect()
    with connection:
        connection.run(_SETTINGS)
        yield connection


def _is_unknown_database(error: Unreachable) -> bool:
    cause = error.__cause__
    return isinstance(cause, SqlFailed) and any(item.number == UNKNOWN_DATABASE for item in cause.diagnostics)


def _create_database(server: Server) -> None:
    """Create the database in which readers do not block. Errors: MigrationProblem when that is not
    allowed."""
    name = quote(server.database)
    statements = [
        f"IF DB_ID({literal(server.database)}) IS NULL CREATE DATABASE {name};",
        f"ALTER DATABASE {name} SET READ_COMMITTED_SNAPSHOT ON WITH ROLLBACK IMMEDIATE;",
        f"ALTER DATABASE {name} SET ALLOW_SNAPSHOT_ISOLATION ON;",
    ]
    with server.connect("master") as connection:
        try:
            for statement in statements:
                connection.run(statement)
        except SqlFailed as error:
            raise MigrationProblem(
                f"database '{server.database}' does not exist on {server.address} and cannot be created: "
                f"{error}; create it, or use a login that may CREATE DATABASE"
            ) from error


@contextmanager
def _locked(connection: Connection, report: Report, seconds: int) -> Iterator[None]:
    """Hold the migration lock. Errors: MigrationProblem when another run keeps it longer than `seconds`."""
    if _take_lock(connection, 0) < 0:
        report(f"another migrate is running on this database; waiting up to {seconds} s")
        if _take_lock(connection, seconds * 1000) < 0:
            raise MigrationProblem(
                f"another migrate still runs on this database after {seconds} s; wait for it and try again"
            )
    try:
        yield
    finally:
        _quietly(
            connection, f"EXEC sys.sp_releaseapplock @Resource = {literal(_LOCK)}, @LockOwner = N'Session';"
        )


def _take_lock(connection: Connection, milliseconds: int) -> int:
    """sp_getapplock's return code: 0 and 1 are granted, negative numbers are not."""
    answer = connection.run(
        f"""
        DECLARE @result int;
        EXEC @result = sys.sp_getapplock
            @Resource = {literal(_LOCK)}, @LockMode = N'Exclusive', @LockOwner = N'Session',
            @LockTimeout = {milliseconds};
        SELECT @result AS result;
        """
    )
    return int(answer.rows[0]["result"])


def _run_versioned(connection: Connection, script: VersionedScript, report: Report) -> None:
    started = time.monotonic()
    batches = _split(script.file, script.text)
    if script.transactional:
        connection.run(_BEGIN)
    _run_batches(connection, script.file, batches, "", transactional=script.transactional)
    milliseconds = _since(started)
    record = record_version(script, milliseconds)
    _finish(connection, script.file, record, transactional=script.transactional)
    report(f"applied {script.file} ({milliseconds:,} ms)")


def _deploy_object(connection: Connection, script: ObjectScript, report: Report) -> None:
    started = time.monotonic()
    connection.run(_BEGIN)
    _run_batches(
        connection, script.file, _split(script.file, script.text), script.name.name, transactional=True
    )
    milliseconds = _since(started)
    _finish(connection, script.file, record_object(script, milliseconds), transactional=True)
    report(f"deployed {script.kind} {script.name} ({milliseconds:,} ms)")


def _split(file: str, text: str) -> list[Batch]:
    try:
        return split_batches(text)
    except TokenError as error:
        raise MigrationProblem(f"{file}, line {error.line}: {error}; correct the file") from error


def _since(started: float) -> int:
    return round((time.monotonic() - started) * 1000)


def _run_batches(
    connection: Connection, file: str, batches: Sequence[Batch], defines: str, *, transactional: bool
) -> None:
    for batch in batches:
        for _ in range(batch.repeat):
            try:
                connection.run(batch.text)
            except SqlFailed as error:
                _quietly(connection, _ROLLBACK)
                raise _located(file, batch, error, defines, transactional=transactional) from error


def _finish(connection: Connection, file: str, record: str, *, transactional: bool) -> None:
    """Write the history row and, where there is one, commit the script's transaction with it."""
    statements = f"{_STILL_OPEN}{record}\nCOMMIT TRANSACTION;" if transactional else record
    try:
        connection.run(statements)
    except SqlFailed as error:
        _quietly(connection, _ROLLBACK)
        raise MigrationProblem(f"{file}: {error}; nothing of it remains, correct it and run again") from error


def _quietly(connection: Connection, text: str) -> None:
    """Run a clean-up whose own failure must not hide the error that led here: the server does it as well."""
    for _ in connection.batch(text):
        continue


def _located(
    file: str, batch: Batch, error: SqlFailed, defines: str, *, transactional: bool
) -> MigrationProblem:
    """`file, line n: error 208: message; remedy`, with the line in the file."""
    first = error.diagnostics[0]
    inside = first.procedure.lower() not in ("", defines.lower())
    line = batch.line if inside else batch.script_line(first.line)
    messages = "; ".join(_message(item, inside=inside) for item in error.diagnostics)
    remains = "nothing of this script remains" if transactional else "what ran before this line stays"
    return MigrationProblem(
        f"{file}, line {line or batch.line}: {messages}; {remains}, correct it and run again"
    )


def _message(item: Diagnostic, *, inside: bool) -> str:
    place = f" in {item.procedure}, line {item.line}" if inside and item.procedure else ""
    return f"error {item.number}{place}: {item.text.rstrip('.')}"
