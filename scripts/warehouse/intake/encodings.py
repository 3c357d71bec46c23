"""Finds out how a file's text is encoded, and turns it into UTF-8.

After archives. A byte order mark decides. Without one a file whose bytes are UTF-8 is UTF-8, whatever its
contract says, since hardly any other text is so by chance; else it is what its contract says. One that should
be UTF-8 and is not is UTF-16 when every other byte is NUL, Windows-1252 when none of its bytes beyond ASCII
make UTF-8 characters, and else UTF-8 with broken bytes. What is no text (broken bytes, NUL) becomes U+FFFD;
so bronze knows the record. Lines that end with CR alone, as Macs once wrote them, end with LF then.
Sources: the Unicode Standard, table 3-7 (well-formed UTF-8); WHATWG's Encoding Standard on Windows-1252.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

CHUNK: Final = 1 << 20
REPLACEMENT: Final = "\ufffd"
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CHARACTERS: Final = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]"
    rb"|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2}"
)


@dataclass(frozen=True, slots=True)
class Encoding:
    """`name` is Python's; `mark` counts the bytes of the byte order mark.

    `is_clean` says that the bytes are UTF-8 without NUL, which the server reads as they are; `has_cr` that
    lines end with CR alone, `is_ascii` that it may be called anything.
    """

    name: str
    mark: int
    is_clean: bool
    has_cr: bool = False
    is_ascii: bool = False


class Detector:
    """Fed with a file's bytes in order, it says at the end how they are encoded."""

    def __init__(self, declared: str) -> None:
        self._declared = declared
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._begun = False
        self._marked: tuple[str, int] | None = None
        self._broken = False
        self._has_nul = False
        self._has_lf = False
        self._has_cr = False
        self._has_characters = False
        self._tail = b""

    def feed(self, chunk: bytes) -> None:
        """The next bytes."""
        if not self._begun:
            self._begun = True
            self._marked = next(((name, len(mark)) for mark, name in _MARKS if chunk.startswith(mark)), None)
            self._marked = self._marked or _unmarked(chunk)
        self._has_nul = self._has_nul or b"\0" in chunk
        self._has_lf = self._has_lf or b"\n" in chunk
        self._has_cr = self._has_cr or (not self._has_lf and b"\r" in chunk)
        if not self._broken:
            self._decode(chunk, final=False)
        elif not self._has_characters:
            self._look_for_characters(chunk)

    def finish(self) -> Encoding:
        """The verdict."""
        if not self._broken:
            self._decode(b"", final=True)
        has_cr = self._has_cr and not self._has_lf
        name, mark = self._marked or (self._declared, 0)
        if self._marked is None and not self._broken and _holds_ascii(self._declared):
            name = "utf-8"
        if self._marked is None and self._declared == "utf-8" and self._broken and not self._has_characters:
            name = "cp1252"
        is_clean = name == "utf-8" and not self._broken and not self._has_nul and not has_cr
        is_ascii = name == "utf-8" and not self._broken and not self._has_characters
        return Encoding(name, mark, is_clean, has_cr, is_ascii)

    def _decode(self, chunk: bytes, *, final: bool) -> None:
        pending = self._decoder.getstate()[0]
        try:
            text = self._decoder.decode(chunk, final)
        except UnicodeDecodeError:
            self._broken = True
            self._look_for_characters(pending + chunk)
        else:
            taken = len(pending) + len(chunk) - len(self._decoder.getstate()[0])
            self._has_characters = self._has_characters or len(text) < taken

    def _look_for_characters(self, chunk: bytes) -> None:
        """A character may begin in one chunk and end in the next."""
        self._has_characters = self._has_characters or _CHARACTERS.search(self._tail + chunk) is not None
        self._tail = chunk[-3:]


def as_utf8(stream: BinaryIO, encoding: Encoding) -> Iterator[bytes]:
    """The stream as UTF-8 in chunks, without byte order mark and NUL. The stream stands at its beginning."""
    stream.read(encoding.mark)
    decoder = codecs.getincrementaldecoder(encoding.name)("replace")
    while chunk := stream.read(CHUNK):
        yield _encoded(decoder.decode(chunk), encoding)
    yield _encoded(decoder.decode(b"", True), encoding)


def _encoded(text: str, encoding: Encoding) -> bytes:
    if encoding.has_cr:
        text = text.replace("\r", "\n")
    return text.replace("\0", REPLACEMENT).encode("utf-8", "replace")


def _unmarked(chunk: bytes) -> tuple[str, int] | None:
    """UTF-16 without a byte order mark: most characters have a NUL beside them, on one side."""
    pairs = chunk[: len(chunk) // 2 * 2][:4096]
    low, high = pairs[::2].count(0), pairs[1::2].count(0)
    if len(pairs) < 8 or max(low, high) * 10 < len(pairs) * 3:
        return None
    return ("utf-16-le", 0) if low == 0 else ("utf-16-be", 0) if high == 0 else None


def _holds_ascii(name: str) -> bool:
    """Whether bytes of ASCII are the same characters in this encoding."""
    everything = bytes(range(128))
    return everything.decode(name, "replace") == everything.decode("ascii")
