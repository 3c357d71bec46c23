"""Opens a delivered file as a stream of bytes: unpacks gzip and zip, has other formats turned into CSV.

On top of conversions. The standard library's gzip and zipfile do it; nothing is unpacked to disk.
"""

from __future__ import annotations

import gzip
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final, cast

from warehouse.intake.conversions import CONVERTED, CannotConvert, converted

SUFFIXES: Final = {".gz": "gzip", ".zip": "zip", **{f".{kind}": kind for kind in CONVERTED}}


class BrokenArchive(Exception):
    """The archive cannot be read; the text goes on from "the file …"."""


def compression_of(path: Path) -> str | None:
    """'gzip', 'zip', 'parquet', 'xlsx', … or None, by the suffix of the name."""
    return SUFFIXES.get(path.suffix.lower())


def plain_names(path: Path) -> tuple[str, ...]:
    """What the file may be called without its archive suffix: sales.zip may stand for sales.csv."""
    if compression_of(path) in (None, *CONVERTED):
        return (path.name,)
    return (path.stem, f"{path.stem}.csv")


@contextmanager
def opened(path: Path, sheet: str = "") -> Iterator[BinaryIO]:
    """The bytes inside; `sheet` names one of a workbook.

    Errors: OSError; BrokenArchive for what is no whole archive of one file.
    """
    kind = compression_of(path)
    try:
        if kind == "gzip":
            with gzip.open(path) as stream:
                yield cast(BinaryIO, stream)
        elif kind == "zip":
            with zipfile.ZipFile(path) as archive, archive.open(_only_member(archive)) as member:
                yield cast(BinaryIO, member)
        elif kind in CONVERTED:
            with converted(path, kind, sheet) as rows:
                yield rows
        else:
            with path.open("rb") as plain:
                yield plain
    except CannotConvert as error:
        raise BrokenArchive(str(error)) from error
    except (
        gzip.BadGzipFile,
        zipfile.BadZipFile,
        EOFError,
        zlib.error,
        RuntimeError,
        NotImplementedError,
    ) as error:
        raise BrokenArchive(f"is no whole {kind} file ({error}); deliver it again") from error


def _only_member(archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    members = [member for member in archive.infolist() if not member.is_dir()]
    if len(members) != 1:
        raise BrokenArchive(f"holds {len(members)} files; pack one in each zip")
    return members[0]
