"""ROW tokens: chunks of Python rows to bytes, a column at a time.

Place: `responses` makes one `RowEncoder` per result set. Specification: [MS-TDS] 2.2.7.19. A loop over
every value would cost more than reading them from the database; so each chunk is turned on its side, every
column is encoded by C-level iteration, and neighbouring fixed-size pieces are packed by one struct.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain, repeat
from typing import Any, Final

from tsqld.events import Column
from tsqld.tds.columns import Packed, Pieces, encoder_for
from tsqld.tds.longvalues import LongValue
from tsqld.tds.typeinfo import is_chunked

_ROW: Final = 0xD1
_ROWS_AT_ONCE: Final = 1024
_PORTION: Final = 1 << 16
"""Bytes of rows with long values that are told at once."""


class Continued(bytes):
    """A piece of a row that pieces before it began: without it the client cannot read on."""


class RowEncoder:
    """Encodes the rows of one result set for a client of TDS `version`."""

    def __init__(self, columns: Sequence[Column], version: int) -> None:
        if not columns:
            raise ValueError("a result set has no columns")
        self._encoders = [encoder_for(column.type, version, nullable=column.nullable) for column in columns]
        self._has_long = any(is_chunked(column.type) for column in columns)

    def encode(self, rows: Sequence[Sequence[Any]]) -> Iterator[bytes]:
        """The rows as tokens, in portions of bounded size."""
        for start in range(0, len(rows), _ROWS_AT_ONCE):
            portion = self._rows(rows[start : start + _ROWS_AT_ONCE])
            if self._has_long:
                yield from _in_slices(portion)
            else:
                yield b"".join(chain.from_iterable(portion))

    def _rows(self, rows: Sequence[Sequence[Any]]) -> Iterator[tuple[Any, ...]]:
        """The pieces of each row."""
        pieces: Pieces = [Packed("B", (repeat(_ROW),))]
        for encoder, values in zip(self._encoders, zip(*rows, strict=True), strict=True):
            pieces += encoder(values)
        return zip(*_joined(pieces), strict=False)


def _in_slices(rows: Iterable[Sequence[bytes | LongValue]]) -> Iterator[bytes]:
    """Rows some of whose values are made slice by slice."""
    waiting: list[bytes] = []
    size = 0
    begun = False
    for row in rows:
        for piece in row:
            for part in piece if isinstance(piece, LongValue) else (piece,):
                waiting.append(part)
                size += len(part)
                if size >= _PORTION:
                    yield Continued(b"".join(waiting)) if begun else b"".join(waiting)
                    waiting.clear()
                    size, begun = 0, True
        if begun and waiting:
            yield Continued(b"".join(waiting))
            waiting.clear()
            size = 0
        begun = False
    if waiting:
        yield b"".join(waiting)


def encode_value(column: Column, value: Any, version: int) -> bytes:
    """One value as TYPE_VARBYTE, as an OUTPUT parameter carries it."""
    pieces = encoder_for(column.type, version, nullable=column.nullable)((value,))
    firsts = (next(iter(values)) for values in _joined(pieces))
    return b"".join(b"".join(first) if isinstance(first, LongValue) else first for first in firsts)


def _joined(pieces: Pieces) -> list[Iterable[Any]]:
    """Pieces with neighbouring fixed-size ones merged into one struct each."""
    merged: list[Iterable[Any]] = []
    form: list[str] = []
    fields: list[Iterable[Any]] = []
    for piece in pieces:
        if isinstance(piece, Packed):
            form.append(piece.format)
            fields += piece.fields
            continue
        if form:
            merged.append(_pack_all("".join(form), fields))
            form, fields = [], []
        merged.append(piece)
    if form:
        merged.append(_pack_all("".join(form), fields))
    return merged


def _pack_all(form: str, fields: list[Iterable[Any]]) -> Iterable[bytes]:
    return map(_packer(form).pack, *fields)


@lru_cache(maxsize=1024)
def _packer(form: str) -> struct.Struct:
    return struct.Struct("<" + form)
