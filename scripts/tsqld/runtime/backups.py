"""Backups: a database copied into one file while it is served, and such a file put in a database's place.

A backup is a DuckDB file with all of a database, its catalog included, as of one moment: the copy is one
transaction, which neither waits for writers nor holds them up. Both ways every block is read, so a damaged
file fails by DuckDB's checksums instead of being copied. A file gets its name only when it is whole.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import duckdb

from tsqld.binder.scope import quoted
from tsqld.catalog import store
from tsqld.functions.sqltext import quote

_COPY: Final = "tsqld copy"
_SOURCE: Final = "tsqld backup"


class BackupFailed(Exception):
    """A backup or a restore that was not made; the message says what, where and what next."""


def write_backup(connection: duckdb.DuckDBPyConnection, database: str, path: Path) -> int:
    """Copy an attached database into a new file; the file's bytes. Error: BackupFailed."""
    if path.exists():
        raise BackupFailed(f"{path}: there is a file already; name another, or remove it")
    with _unfinished(path) as unfinished, _cursor(connection) as cursor:
        _copied(cursor, database, unfinished)
    return path.stat().st_size


def read_backup(connection: duckdb.DuckDBPyConnection, path: Path, name: str, target: Path) -> None:
    """Copy a backup into the database file `target`, to be attached as `name`. Error: BackupFailed."""
    if not path.is_file():
        raise BackupFailed(f"{path}: there is no such file; check the name")
    with _unfinished(target) as unfinished, _cursor(connection) as cursor:
        try:
            cursor.execute(f"ATTACH {quote(str(path))} AS {quoted(_SOURCE)} (READ_ONLY)")
        except duckdb.Error as problem:
            raise BackupFailed(f"{path}: not a backup of tsqld, or damaged: {_first_line(problem)}") from None
        try:
            if not store.is_database(cursor.execute, _SOURCE):
                raise BackupFailed(f"{path}: not a backup of tsqld; take one with tsqld backup")
            _copied(cursor, _SOURCE, unfinished, name)
        finally:
            cursor.execute(f"DETACH {quoted(_SOURCE)}")


def _copied(cursor: duckdb.DuckDBPyConnection, source: str, path: Path, name: str = "") -> None:
    try:
        cursor.execute(f"ATTACH {quote(str(path))} AS {quoted(_COPY)}")
        try:
            cursor.execute(f"COPY FROM DATABASE {quoted(source)} TO {quoted(_COPY)}")
            if name:
                store.rename(cursor.execute, _COPY, name)
        finally:
            cursor.execute(f"DETACH {quoted(_COPY)}")
    except duckdb.Error as problem:
        raise BackupFailed(f"{path.with_suffix('')}: not written: {_first_line(problem)}") from None


@contextmanager
def _unfinished(path: Path) -> Iterator[Path]:
    """Where to write what will be `path` once it is whole and on disk."""
    unfinished = path.with_name(f"{path.name}.unfinished")
    try:
        unfinished.unlink(missing_ok=True)
        yield unfinished
        with unfinished.open("rb") as file:
            os.fsync(file.fileno())
        unfinished.replace(path)
    except OSError as problem:
        raise BackupFailed(f"{path}: {problem.strerror or problem}") from None
    finally:
        for left in (unfinished, unfinished.with_name(f"{unfinished.name}.wal")):
            left.unlink(missing_ok=True)


@contextmanager
def _cursor(connection: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    cursor = connection.cursor()
    try:
        yield cursor
    finally:
        cursor.close()


def _first_line(problem: duckdb.Error) -> str:
    return str(problem).strip().splitlines()[0]
