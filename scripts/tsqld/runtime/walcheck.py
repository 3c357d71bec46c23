"""Looks whether DuckDB's write-ahead log has lost commits in its middle.

DuckDB ends its replay at an entry that is cut off, as a crash leaves one at the end, and reports an entry
whose checksum is wrong. An entry whose length is damaged looks cut off too, and everything behind it would be
gone without a word: so no commit may stand behind the place where the chain of entries breaks. In DuckDB 2.0
an entry is its length, a checksum and that many bytes, and a commit's entry is always the same; a test holds
DuckDB to that.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Final

COMMIT: Final = bytes.fromhex("05000000 00000000 e7fe7d72 2fed3d5e 640064ffff")
_LENGTH: Final = struct.Struct("<Q")
_FRAME: Final = 16
_LONGEST_HEADER: Final = 256


def has_lost_commits(wal: Path) -> bool:
    """Whether commits stand behind a place where the log cannot be followed. A missing log has lost none that
    anybody could see."""
    if not wal.exists():
        return False
    log = wal.read_bytes()
    first = log.find(COMMIT)
    if first < 0:
        return False
    starts = range(min(_LONGEST_HEADER, first + 1))
    reached = max((_end_of_chain(log, start) for start in starts if _leads_to(log, start, first)), default=0)
    return log.rfind(COMMIT) >= reached


def _leads_to(log: bytes, at: int, wanted: int) -> bool:
    while at < wanted:
        at = _next(log, at)
    return at == wanted


def _end_of_chain(log: bytes, at: int) -> int:
    while (following := _next(log, at)) <= len(log):
        at = following
    return at


def _next(log: bytes, at: int) -> int:
    """Where the entry behind the one at `at` begins; beyond the end where there is no whole entry."""
    if at + _FRAME > len(log):
        return len(log) + 1
    return at + _FRAME + int(_LENGTH.unpack_from(log, at)[0])
