"""A cursor over the bytes of one request that never runs past their end.

Specification: [MS-TDS] 2.2.5.1 (general rules): integers are little-endian, text is UTF-16LE.
"""

from __future__ import annotations

import struct
from typing import Any

from tsqld.errors import unsupported
from tsqld.tds.protocol import PLP_NULL, TdsProtocolError

_U16 = struct.Struct("<H")
_U32 = struct.Struct("<I")
_U64 = struct.Struct("<Q")


class Reader:
    """Reads values from the front of `data`; every overrun is a `TdsProtocolError`."""

    def __init__(self, data: bytes, at: int = 0) -> None:
        self._data = data
        self._at = at

    @property
    def remaining(self) -> int:
        return len(self._data) - self._at

    def peek(self) -> int:
        """The next byte, left where it is."""
        if self._at >= len(self._data):
            raise TdsProtocolError("the request ends too early")
        return self._data[self._at]

    def take(self, count: int) -> bytes:
        end = self._at + count
        if end > len(self._data):
            raise TdsProtocolError(f"the request ends {end - len(self._data)} bytes too early")
        taken = self._data[self._at : end]
        self._at = end
        return taken

    def u8(self) -> int:
        value = self.peek()
        self._at += 1
        return value

    def u16(self) -> int:
        return int(self._unpack(_U16))

    def u32(self) -> int:
        return int(self._unpack(_U32))

    def u64(self) -> int:
        return int(self._unpack(_U64))

    def text(self, characters: int) -> str:
        """UTF-16 text."""
        return decode_utf16(self.take(characters * 2))

    def b_varchar(self) -> str:
        return self.text(self.u8())

    def us_varchar(self) -> str:
        return self.text(self.u16())

    def chunks(self) -> bytes | None:
        """A value of a (max) type: partially length-prefixed, None for NULL."""
        if self.u64() == PLP_NULL:
            return None
        view, parts = memoryview(self._data), []
        while size := self.u32():
            if size > self.remaining:
                raise TdsProtocolError(f"the request ends {size - self.remaining} bytes too early")
            parts.append(view[self._at : self._at + size])
            self._at += size
        return b"".join(parts)

    def _unpack(self, form: struct.Struct) -> Any:
        if form.size > self.remaining:
            raise TdsProtocolError("the request ends too early")
        (value,) = form.unpack_from(self._data, self._at)
        self._at += form.size
        return value


def decode_utf16(raw: bytes) -> str:
    """Text from UTF-16LE bytes. Half a unit is a protocol error; half a surrogate pair is refused, for UTF-8,
    which DuckDB's text is, has no place for it."""
    try:
        return raw.decode("utf-16-le")
    except UnicodeDecodeError as problem:
        if len(raw) % 2:
            raise TdsProtocolError(f"text is not UTF-16: {problem.reason}") from None
        raise unsupported("half a surrogate pair in a text") from None
