"""Opens a delivered file as a stream of bytes: unpacks gzip and zip, turns Parquet into CSV on the way.

First in the package. The standard library's gzip and zipfile do it; nothing is unpacked to disk. Parquet is
read by DuckDB, which writes CSV (UTF-8, header, dates in ISO 8601) that goes when it has been read.
"""

from __future__ import annotations

import gzip
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final, cast

import duckdb

SUFFIXES: Final = {".gz": "gzip", ".zip": "zip", ".parquet": "parquet"}
_CONVERTED: Final = ("parquet",)


class BrokenArchive(Exception):
    """The archive cannot be read; the text goes on from "the file …"."""


def compression_of(path: Path) -> str | None:
    """'gzip', 'zip', 'parquet' or None, by the suffix of the name."""
    return SUFFIXES.get(path.suffix.lower())


def plain_names(path: Path) -> tuple[str, ...]:
    """What the file may be called without its archive suffix: sales.zip may stand for sales.csv."""
    if compression_of(path) in (None, *_CONVERTED):
        return (path.name,)
    return (path.stem, f"{path.stem}.csv")


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """The bytes inside. Errors: OSError; BrokenArchive for what is no whole archive of one file."""
    kind = compression_of(path)
    try:
        if kind == "gzip":
            with gzip.open(path) as stream:
                yield cast(BinaryIO, stream)
        elif kind == "zip":
            with zipfile.ZipFile(path) as archive, archive.open(_only_member(archive)) as member:
                yield cast(BinaryIO, member)
        elif kind == "parquet":
            with _as_csv(path) as converted:
                yield converted
        else:
            with path.open("rb") as plain:
                yield plain
    except (
        gzip.BadGzipFile,
        zipfile.BadZipFile,
        EOFError,
        zlib.error,
        RuntimeError,
        NotImplementedError,
    ) as error:
        raise BrokenArchive(f"is no whole {kind} file ({error}); deliver it again") from error


@contextmanager
def _as_csv(path: Path) -> Iterator[BinaryIO]:
    """A Parquet file's rows as CSV. Errors: OSError; BrokenArchive."""
    with path.open("rb"):
        pass  # a file that may not be read is no broken one
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "rows.csv"
        try:
            with duckdb.connect() as connection:
                connection.read_parquet(str(path)).write_csv(str(target), header=True)
        except duckdb.Error as error:
            said = " ".join(str(error).split())
            raise BrokenArchive(f"is no whole parquet file ({said}); deliver it again") from error
        with target.open("rb") as stream:
            yield stream


def _only_member(archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    members = [member for member in archive.infolist() if not member.is_dir()]
    if len(members) != 1:
        raise BrokenArchive(f"holds {len(members)} files; pack one in each zip")
    return members[0]
