"""Looks whether DuckDB's write-ahead log has lost commits in its middle.

DuckDB ends its replay at an entry that is cut off, as a crash leaves one at the end, and reports an entry
whose checksum is wrong. An entry whose length is damaged looks cut off too, and everything behind it would be
gone without a word: so no commit may stand behind the place where the chain of entries breaks. In DuckDB 2.0
an entry is its length, a checksum and that many bytes, which begin with its kind and end with a mark; that of
a commit is always the same; a test holds DuckDB to that. What a row holds looks like entries by accident
only, so the way through a log of any size takes no more steps than it has entries.
"""

from __future__ import annotations

import mmap
import struct
from pathlib import Path
from typing import Final

COMMIT: Final = bytes.fromhex("05000000 00000000 e7fe7d72 2fed3d5e 640064ffff")
_LENGTH: Final = struct.Struct("<Q")
_FRAME: Final = 16
_BEGIN: Final = bytes.fromhex("6400")
_END: Final = bytes.fromhex("ffff")
_LONGEST_HEADER: Final = 256


def has_lost_commits(wal: Path) -> bool:
    """Whether commits stand behind a place where the log cannot be followed. A missing log has lost none that
    anybody could see."""
    if not wal.exists() or not wal.stat().st_size:
        return False
    with wal.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as log:
        first = log.find(COMMIT)
        if first < 0:
            return False
        starts = range(min(_LONGEST_HEADER, first + 1))
        reached = max(
            (_end_of_chain(log, start) for start in starts if _leads_to(log, start, first)), default=0
        )
        return log.rfind(COMMIT) >= reached


def _leads_to(log: mmap.mmap, at: int, wanted: int) -> bool:
    while at < wanted:
        at = _next(log, at)
    return at == wanted


def _end_of_chain(log: mmap.mmap, at: int) -> int:
    while (following := _next(log, at)) <= len(log):
        at = following
    return at


def _next(log: mmap.mmap, at: int) -> int:
    """Where the entry behind the one at `at` begins; beyond the end where there is no whole entry."""
    none, body = len(log) + 1, at + _FRAME
    if body > len(log):
        return none
    end = body + int(_LENGTH.unpack_from(log, at)[0])
    whole = log[body : body + 2] == _BEGIN and end <= len(log) and log[end - 2 : end] == _END
    return end if whole else none
