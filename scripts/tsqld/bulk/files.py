"""Opening a data file, and copies of it in a form that DuckDB's reader takes.

Place in the pipeline: first step of `source.open_bulk`. `open_data` gives the file's bytes as UTF-8, whatever
it is stored as; `canonical` gives a file whose records end in a line feed and whose fields are separated by
one ASCII character, and which holds no carriage return.

DuckDB 2.0 refuses unquoted carriage returns next to line feeds, and misreads files under `new_line =
'\\r\\n'` without a word. So bytes that would trouble it are exchanged, one for one, for control characters
that the file does not hold, in a temporary copy; `Text.restore` exchanges them back in SQL. Nothing is parsed
for that, so it runs at the speed of a copy.
"""

from __future__ import annotations

import codecs
import mmap
import os
import stat
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from tsqld.bulk.errors import ACCESS_DENIED, FILE_EXISTS, bulk_error, stream_failed
from tsqld.bulk.interrupts import look
from tsqld.bulk.layout import Layout
from tsqld.errors import error, unsupported

CHUNK: Final = 4 << 20
PEEK: Final = 1 << 16
LF: Final = b"\n"
CRLF: Final = b"\r\n"
_UTF8_MARK: Final = codecs.BOM_UTF8
_SPARE: Final = tuple(code for code in range(1, 32) if code not in (9, 10, 13))
_GLOB: Final = frozenset("*?[]{}\\")
# What the canonical copy may need a spare character for.
_NEEDS: Final = 4


@dataclass(frozen=True, slots=True)
class DataFile:
    """A data file as UTF-8 text.

    `shown` is its name as T-SQL wrote it, `path` what to read, `start` where the text begins there. `mark` is
    the bytes of the original's byte-order mark, and `wide` says that the original holds UTF-16. `keep` holds
    temporary files alive.
    """

    shown: str
    path: str
    start: int
    size: int
    mark: int
    wide: bool
    keep: tuple[object, ...] = ()

    @property
    def is_empty(self) -> bool:
        return self.size <= self.start

    def mapped(self) -> mmap.mmap:
        """The whole file, mapped; it must not be empty."""
        with Path(self.path).open("rb") as file:
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)

    def head(self) -> bytes:
        with Path(self.path).open("rb") as file:
            file.seek(self.start)
            return file.read(PEEK)

    def tail(self, length: int) -> bytes:
        """The last `length` bytes of the text, or all of it."""
        with Path(self.path).open("rb") as file:
            file.seek(max(self.start, self.size - length))
            return file.read()


@dataclass(frozen=True, slots=True)
class Text:
    """A file whose records end in a line feed and whose fields end in `delimiter`, one ASCII character, or
    empty where a record is one field.

    `quoted` and then `restore` list (found, meant): what to replace in every value, in this order. `quoted`
    is only needed where there are quotes, since terminators occur in no other values.
    """

    path: str
    delimiter: str
    quote: str
    quoted: tuple[tuple[str, str], ...] = ()
    restore: tuple[tuple[str, str], ...] = ()
    keep: tuple[object, ...] = ()


def temporary(suffix: str) -> IO[bytes]:
    """A temporary file that goes when nothing refers to it any more."""
    return tempfile.NamedTemporaryFile(prefix="tsqld-bulk-", suffix=suffix)


# --- opening ------------------------------------------------------------------------------------------------


def open_data(path: str, line: int, *, state: int, wide_without_mark: bool = False) -> DataFile:
    """The data file at `path`.

    `state` is that of error 4860, which tells who reads. With `wide_without_mark` the file is UTF-16 even
    though no byte-order mark says so. Errors: 4860 missing, 4861 unreadable; 50100 for what cannot be held as
    text.
    """
    require(path, line, state=state)
    with _opened(path, line) as file:
        mark = file.read(4)
    if mark.startswith(codecs.BOM_UTF16_BE):
        raise unsupported("a data file in big-endian UTF-16", line)
    if mark.startswith(codecs.BOM_UTF16_LE) or wide_without_mark:
        skip = 2 if mark.startswith(codecs.BOM_UTF16_LE) else 0
        return _from_utf16(path, skip, line)
    link = _plain_name(path)
    start = len(_UTF8_MARK) if mark.startswith(_UTF8_MARK) else 0
    size = Path(link[0]).stat().st_size
    return DataFile(path, link[0], start, size, start, wide=False, keep=link[1])


def require(path: str, line: int, *, state: int) -> None:
    """Check that there is a file at `path`. Errors: 4860, 4861."""
    try:
        found = Path(path).stat()
    except (FileNotFoundError, NotADirectoryError, ValueError) as problem:
        raise error(4860, path, line=line, state=state) from problem
    except OSError as problem:
        raise bulk_error(4861, path, ACCESS_DENIED, line=line) from problem
    if not stat.S_ISREG(found.st_mode):
        raise bulk_error(4861, path, ACCESS_DENIED, line=line)


def _opened(path: str, line: int) -> IO[bytes]:
    try:
        return Path(path).open("rb")
    except OSError as problem:
        raise bulk_error(4861, path, ACCESS_DENIED, line=line) from problem


def _plain_name(path: str) -> tuple[str, tuple[object, ...]]:
    """A name of the file that DuckDB does not take for a pattern, and what keeps that name alive."""
    full = str(Path(path).resolve())
    if not _GLOB & set(full):
        return full, ()
    folder = tempfile.TemporaryDirectory(prefix="tsqld-bulk-")
    link = Path(folder.name) / "data"
    link.symlink_to(full)
    return str(link), (folder,)


def _from_utf16(path: str, skip: int, line: int) -> DataFile:
    """A copy in UTF-8 of a file in little-endian UTF-16."""
    copy = temporary(".txt")
    decoder = codecs.getincrementaldecoder("utf-16-le")()
    with Path(path).open("rb") as file:
        file.seek(skip)
        try:
            while chunk := file.read(CHUNK):
                look()
                copy.write(decoder.decode(chunk).encode())
        except UnicodeDecodeError as problem:
            raise unsupported("half a surrogate pair in a UTF-16 data file", line) from problem
    if decoder.getstate()[0]:
        raise stream_failed(bulk_error(4832, line=line), line)
    copy.flush()
    return DataFile(path, copy.name, 0, copy.tell(), skip, wide=True, keep=(copy,))


def chunks(data: DataFile) -> Iterator[bytes]:
    with Path(data.path).open("rb") as file:
        while chunk := file.read(CHUNK):
            look()
            yield chunk


def longest_line(path: str) -> int:
    """Bytes of the longest line."""
    longest = open_line = 0
    with Path(path).open("rb") as file:
        while chunk := file.read(CHUNK):
            look()
            lengths = [len(part) for part in chunk.split(LF)]
            lengths[0] += open_line
            longest = max(longest, *lengths)
            open_line = lengths[-1]
    return longest


# --- the canonical copy -------------------------------------------------------------------------------------


def as_it_is(data: DataFile, layout: Layout, row_ends: tuple[bytes, ...] = (LF,)) -> Text | None:
    """The file itself as a `Text`, when its beginning does not speak against it; `survey` will know for
    certain. Its records may end in any of `row_ends`."""
    if layout.row_end not in row_ends or not layout.is_regular or not _is_simple(layout.quote):
        return None
    if layout.quote and layout.quote == layout.field_end:
        return None
    if layout.width > 1 or layout.is_csv:
        if len(layout.field_end) != 1 or not _is_simple(layout.field_end):
            return None
        delimiter = layout.field_end.decode()
    else:
        delimiter = ""
    head = data.head()
    if layout.row_end == CRLF:
        head = head.removesuffix(b"\r").replace(CRLF, b"")
    if b"\r" in head:
        return None
    return Text(data.path, delimiter, layout.quote.decode(), keep=data.keep)


def _is_simple(mark: bytes) -> bool:
    """One ASCII character that DuckDB takes for a delimiter or quote, or nothing."""
    return len(mark) <= 1 and mark.isascii() and mark not in (b"\0", b"\r", LF)


def exchanged(data: DataFile, layout: Layout) -> Text | None:
    """A copy in canonical form, or None where bytes cannot be exchanged without parsing."""
    if not layout.is_regular or not _is_exchangeable(layout):
        return None
    spare = _spare(data, layout)
    if len(spare) < _NEEDS:
        return None
    return _Exchange(layout, spare).copy(data)


def _is_exchangeable(layout: Layout) -> bool:
    """Whether terminators mean the same wherever they are found, so that replacing them reads the same
    records."""
    field_end, row_end, quote = layout.field_end, layout.row_end, layout.quote
    if not row_end or ((layout.width > 1 or quote) and not field_end) or not _is_simple(quote):
        return False
    if any(row_end.startswith(row_end[-length:]) for length in range(1, len(row_end))):
        return False
    if set(quote) & (set(field_end) | set(row_end)):
        return False
    if not set(field_end) & set(row_end):
        return True
    rest = row_end[len(field_end) :]
    return not quote and bool(rest) and row_end.startswith(field_end) and not set(rest) & set(field_end)


def _spare(data: DataFile, layout: Layout) -> list[int]:
    """Control characters that the file does not hold, at least `_NEEDS` of them when there are as many."""
    taken = set(layout.field_end) | set(layout.row_end) | set(layout.quote)
    candidates = [code for code in _SPARE if code not in taken]
    for few in (candidates[: _NEEDS + 2], candidates):
        left = few
        for chunk in chunks(data):
            left = [code for code in left if code not in chunk]
        if len(left) >= _NEEDS:
            return left
    return left


class _Exchange:
    """The exchange of bytes for one layout: field and row terminators, line feeds and carriage returns."""

    def __init__(self, layout: Layout, spare: list[int]) -> None:
        field_mark, row_mark, feed_mark, return_mark = spare[:_NEEDS]
        self.layout = layout
        self.table = bytearray(range(256))
        self.replaced: list[tuple[bytes, bytes]] = []
        self.quoted: list[tuple[str, str]] = []
        self.restore: list[tuple[bytes, int]] = []
        self._rows(layout.row_end, row_mark)
        self._alone(LF, feed_mark)
        self._alone(b"\r", return_mark)
        self.delimiter = self._fields(layout.field_end, field_mark)

    def _rows(self, row_end: bytes, mark: int) -> None:
        if len(row_end) > 1:
            self.replaced.append((row_end, bytes([mark])))
            self.table[mark] = LF[0]
        else:
            self.table[row_end[0]] = LF[0]
        if row_end != LF:
            self.quoted.append(("\n", row_end.decode()))

    def _alone(self, character: bytes, mark: int) -> None:
        """Exchange a line feed or carriage return that is not (part of) a row terminator."""
        if self.layout.row_end != character:
            self.table[character[0]] = mark
            self.restore.append((character, mark))

    def _fields(self, field_end: bytes, mark: int) -> str:
        if not field_end or (len(field_end) == 1 and _is_simple(field_end)):
            return field_end.decode()
        if len(field_end) == 1:
            self.table[field_end[0]] = mark
        else:
            self.replaced.append((field_end, bytes([mark])))
        self.quoted.append((chr(mark), field_end.decode()))
        return chr(mark)

    def copy(self, data: DataFile) -> Text:
        copy = temporary(".csv")
        table = bytes(self.table)
        met: set[int] = set()
        for part in _whole_rows(data, self.layout.row_end):
            for old, new in self.replaced:
                part = part.replace(old, new)
            met.update(mark for character, mark in self.restore if mark not in met and character in part)
            copy.write(part.translate(table))
        copy.flush()
        restore = tuple((chr(mark), character.decode()) for character, mark in self.restore if mark in met)
        return Text(
            copy.name,
            self.delimiter,
            self.layout.quote.decode(),
            tuple(self.quoted) if self.layout.is_csv else (),
            restore,
            (*data.keep, copy),
        )


def _whole_rows(data: DataFile, row_end: bytes) -> Iterator[bytes]:
    """The file in parts that end behind a row terminator, so that none is cut in two."""
    open_part = b""
    for chunk in chunks(data):
        part = open_part + chunk
        end = part.rfind(row_end)
        cut = end + len(row_end) if end >= 0 else 0
        open_part = part[cut:]
        if cut:
            yield part[:cut]
    if open_part:
        yield open_part


def write_new(path: str, line: int) -> IO[bytes]:
    """A new file at `path`. Errors: 4861 when it exists or cannot be made."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as problem:
        reason = FILE_EXISTS if isinstance(problem, FileExistsError) else ACCESS_DENIED
        raise bulk_error(4861, path, reason, line=line) from problem
    return os.fdopen(descriptor, "wb")
