"""Moves delivered files to the archive once they are loaded and old enough, and deletes what it may lose.

Beside retention, which says how long; the server says which files (ops.archivable_files), and is told what
became of each. A file is compressed under a passing name, takes its own name when all of it is on the disk,
is recorded, and only then leaves the landing folder, so that a crash anywhere is mended by the next run.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import shutil
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from warehouse.errors import UsageProblem
from warehouse.odbc import Connection

_FILES: Final = """
SELECT
    files.file_id,
    files.path,
    files.sha256,
    files.archived_path,
    files.action
FROM ops.archivable_files(@as_of) AS files
ORDER BY files.file_id;
"""
_RECORD: Final = """
EXEC ops.record_archive
    @file_id = @file_id,
    @archived_path = @archived_path,
    @archived_sha256 = @archived_sha256;
"""
_BLOCK: Final = 1 << 20
Told = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Archived:
    """How many files went into the archive, and how many out of it."""

    moved: int = 0
    deleted: int = 0
    missing: int = 0

    def __str__(self) -> str:
        moved = "1 file" if self.moved == 1 else f"{self.moved:,} files"
        gone = f", {self.missing:,} no longer there" if self.missing else ""
        return f"archive: {moved} moved in, {self.deleted:,} deleted{gone}"


def due(connection: Connection, as_of: str | None) -> list[dict[str, Any]]:
    """Files to move (`action` 'archive'), to delete there ('remove'), to look for again ('check')."""
    return [dict(row) for row in connection.call(_FILES, "@as_of datetime2(3)", (as_of,)).rows]


def tidy(connection: Connection, landing: Path, archive: Path, as_of: str | None, told: Told) -> Archived:
    """Move and delete all that is due. `told` hears of each file before its turn.

    Errors: UsageProblem where a folder cannot be written.
    """
    moved = deleted = missing = 0
    for row in due(connection, as_of):
        told(row["path"])
        try:
            if row["action"] == "remove":
                (archive / row["archived_path"]).unlink(missing_ok=True)
                _record(connection, row["file_id"], None, None)
                deleted += 1
            elif _move(connection, landing, archive, row):
                moved += 1
            elif row["action"] == "archive":
                missing += 1
        except OSError as error:
            raise UsageProblem(
                f"{error.filename}: {error.strerror}; make {archive} and {landing} writable, then run again"
            ) from error
    return Archived(moved, deleted, missing)


def _move(connection: Connection, landing: Path, archive: Path, row: dict[str, Any]) -> bool:
    """Whether what was loaded is in the archive now; any other content of the file stays where it is."""
    source = landing / row["path"]
    name = f"{row['path']}.{row['sha256'][:8]}.gz"
    target = archive / name
    is_there = source.is_file() and _sha256(source) == row["sha256"]
    if not is_there and (row["action"] != "archive" or not _holds(target, row["sha256"])):
        return False
    if is_there:
        target.parent.mkdir(parents=True, exist_ok=True)
        _compress(source, target)
    _record(connection, row["file_id"], name, _sha256(target))
    if is_there:
        source.unlink()
    return True


def _holds(target: Path, sha256: str) -> bool:
    """Whether an archive that was not recorded (the move was cut short) has all of the content."""
    if not target.is_file():
        return False
    try:
        with gzip.open(target) as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest() == sha256
    except (EOFError, gzip.BadGzipFile, zlib.error):
        return False


def _compress(source: Path, target: Path) -> None:
    """The same bytes give the same archive: it holds neither a time nor a name."""
    passing = target.with_name(target.name + ".part")
    with source.open("rb") as stream, passing.open("wb") as raw:
        with gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as packed:
            shutil.copyfileobj(stream, packed, _BLOCK)
        raw.flush()
        os.fsync(raw.fileno())
    passing.replace(target)
    _keep(target.parent)


def _keep(folder: Path) -> None:
    """Have the folder's names on the disk before the source goes; Windows has no such call."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _record(connection: Connection, file_id: int, path: str | None, sha256: str | None) -> None:
    declared = "@file_id bigint, @archived_path nvarchar(1000), @archived_sha256 varchar(64)"
    connection.call(_RECORD, declared, (file_id, path, sha256))


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
