"""A connection that deploys: opened, allowed, and alone.

Between permissions and everything that works on the database. The lock belongs to the session, so it ends
with the connection however that ends: a killed run leaves none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from tsql.names import literal, quote
from warehouse.connection import UNKNOWN_DATABASE, Server
from warehouse.errors import MigrationProblem, SqlFailed, Unreachable
from warehouse.migrations.permissions import check_permissions
from warehouse.odbc import Connection

Report = Callable[[str], None]

LOCK: Final = "warehouse migrate"
LOCK_SECONDS: Final = 60
SETTINGS: Final = "SET NOCOUNT, XACT_ABORT, QUOTED_IDENTIFIER, ANSI_NULLS ON; SET LOCK_TIMEOUT -1;"
_ALREADY_EXISTS: Final = 1801


@contextmanager
def reading(server: Server) -> Iterator[Connection | None]:
    """A connection that only reads; None when the database does not exist. Errors: Unreachable,
    MigrationProblem."""
    connection = _connect(server)
    if connection is None:
        yield None
        return
    with connection:
        connection.run(SETTINGS)
        check_permissions(connection, changing=False)
        yield connection


@contextmanager
def changing(server: Server, report: Report, lock_seconds: int) -> Iterator[Connection]:
    """A connection that holds the migration lock; the database is created when missing.

    Errors: Unreachable; MigrationProblem when permissions are missing or another run keeps the lock.
    """
    connection = _connect(server)
    if connection is None:
        _create_database(server)
        report(f"created database {server.database}")
        connection = server.connect()
    with connection:
        connection.run(SETTINGS)
        check_permissions(connection, changing=True)
        with _locked(connection, report, lock_seconds):
            yield connection


def _connect(server: Server) -> Connection | None:
    try:
        return server.connect()
    except Unreachable as error:
        if _is_unknown_database(error):
            return None
        raise


def _is_unknown_database(error: Unreachable) -> bool:
    cause = error.__cause__
    return isinstance(cause, SqlFailed) and any(item.number == UNKNOWN_DATABASE for item in cause.diagnostics)


def _create_database(server: Server) -> None:
    """Create the database in which readers do not block; one that another run just created is as good.

    Errors: MigrationProblem when that is not allowed.
    """
    name = quote(server.database)
    statements = [
        f"ALTER DATABASE {name} SET READ_COMMITTED_SNAPSHOT ON WITH ROLLBACK IMMEDIATE;",
        f"ALTER DATABASE {name} SET ALLOW_SNAPSHOT_ISOLATION ON;",
    ]
    with server.connect("master") as connection:
        try:
            connection.run(f"CREATE DATABASE {name};")
            for statement in statements:
                connection.run(statement)
        except SqlFailed as error:
            if error.number == _ALREADY_EXISTS:
                return
            raise MigrationProblem(
                f"database '{server.database}' does not exist on {server.address} and cannot be created: "
                f"{error}; create it, or use a login that may CREATE DATABASE"
            ) from error


@contextmanager
def _locked(connection: Connection, report: Report, seconds: int) -> Iterator[None]:
    """Hold the migration lock. Errors: MigrationProblem when another run keeps it longer than `seconds`."""
    if _take_lock(connection, 0) < 0:
        if seconds:
            report(f"another migrate is running on this database; waiting up to {seconds} s")
        if not seconds or _take_lock(connection, seconds * 1000) < 0:
            waited = f" after {seconds} s" if seconds else ""
            raise MigrationProblem(
                f"another migrate still runs on this database{waited}; wait for it and try again"
            )
    try:
        yield
    finally:
        quietly(
            connection, f"EXEC sys.sp_releaseapplock @Resource = {literal(LOCK)}, @LockOwner = N'Session';"
        )


def _take_lock(connection: Connection, milliseconds: int) -> int:
    """sp_getapplock's return code: 0 and 1 are granted, negative numbers are not."""
    answer = connection.run(
        f"""
        DECLARE @result int;
        EXEC @result = sys.sp_getapplock
            @Resource = {literal(LOCK)}, @LockMode = N'Exclusive', @LockOwner = N'Session',
            @LockTimeout = {milliseconds};
        SELECT @result AS result;
        """
    )
    return int(answer.rows[0]["result"])


def quietly(connection: Connection, text: str) -> None:
    """Run a clean-up whose own failure must not hide the error that led here: the server does it as well."""
    for _ in connection.batch(text):
        continue
