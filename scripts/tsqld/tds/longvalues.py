"""Values of many megabytes on their way out: encoded and told slice by slice, never whole.

Place: `columns` makes one of a long value of a (max) type, of text, ntext, image or xml; `rows` takes its
bytes as they are sent. Specification: [MS-TDS] 2.2.5.2.3 (partially length-prefixed bytes) and 2.2.7.19.
"""

from __future__ import annotations

import struct
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import Any, Final

SLICE: Final = 1 << 17
"""Characters or bytes of a value that are encoded at once."""
CHUNK_END: Final = b"\0\0\0\0"
TEXT_POINTER: Final = b"\x10" + b"tsqld text ptr\0\0" + b"\0" * 8
"""A text pointer and its timestamp, which no client uses but every one expects."""


class LongValue(ABC):
    """The bytes of one value, made as they are asked for."""

    def __init__(self, value: Any, to_bytes: Callable[[Any], bytes]) -> None:
        self._value = value
        self._to_bytes = to_bytes

    @abstractmethod
    def __iter__(self) -> Iterator[bytes]: ...

    def _slices(self) -> Iterator[bytes]:
        value = self._value if isinstance(self._value, str) else memoryview(self._value)
        for start in range(0, len(value), SLICE):
            yield self._to_bytes(value[start : start + SLICE])

    def _size(self) -> int:
        """Bytes of the encoded value, which go before it."""
        value = self._value
        if not isinstance(value, str):
            return len(value)
        if value.isascii():
            return len(value) * len(self._to_bytes("x"))
        return sum(map(len, self._slices()))


class ChunkedValue(LongValue):
    """Its length, a chunk for every slice, an empty chunk."""

    def __iter__(self) -> Iterator[bytes]:
        yield struct.pack("<Q", self._size())
        for part in self._slices():
            yield struct.pack("<I", len(part))
            yield part
        yield CHUNK_END


class PointedValue(LongValue):
    """A text pointer, the length in four bytes, the value."""

    def __iter__(self) -> Iterator[bytes]:
        yield TEXT_POINTER + struct.pack("<I", self._size())
        yield from self._slices()
