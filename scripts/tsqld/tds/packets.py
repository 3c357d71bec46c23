"""Packets: messages out of a stream of bytes, and a stream of packets out of tokens.

Specification: [MS-TDS] 2.2.3. Every packet has eight bytes of header; the last of a message carries the end
bit. A message the client gives up half-way ends with the ignore bit, and is to be answered without being
looked at.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from tsqld.tds.protocol import (
    LARGEST_PACKET_SIZE,
    STATUS_END,
    STATUS_IGNORE,
    PacketType,
    TdsProtocolError,
)

HEADER_SIZE: Final = 8
_HEADER: Final = struct.Struct(">BBHHBB")
_KNOWN: Final = frozenset(int(kind) for kind in PacketType)
_LARGEST_MESSAGE: Final = 1 << 30


@dataclass(frozen=True, slots=True)
class ClientMessage:
    """One whole message. `status` is the first packet's, `ignored` comes from the last one's."""

    kind: int
    status: int
    payload: bytes
    ignored: bool = False


class Inbox:
    """Assembles messages from what arrives, whatever its boundaries."""

    def __init__(self) -> None:
        self.limit = 1 << 16
        """Bytes a message may have: little until the login, then a gibibyte."""
        self._buffer = bytearray()
        self._kind: int | None = None
        self._status = 0
        self._parts: list[bytes] = []
        self._size = 0

    def trust(self) -> None:
        """After a login: large messages are allowed."""
        self.limit = _LARGEST_MESSAGE

    def take_rest(self) -> bytes:
        """What has arrived beyond the last whole packet; it was meant for another layer."""
        rest = bytes(self._buffer)
        self._buffer.clear()
        return rest

    def feed(self, data: bytes) -> Iterator[ClientMessage]:
        """Adds `data`; yields the messages it completes. Raises TdsProtocolError for what is not TDS."""
        self._buffer += data
        while (packet := self._next_packet()) is not None:
            if message := self._add(*packet):
                yield message

    def _next_packet(self) -> tuple[int, int, bytes] | None:
        if len(self._buffer) < HEADER_SIZE:
            return None
        kind, status, size, _, _, _ = _HEADER.unpack_from(self._buffer)
        if kind not in _KNOWN or not HEADER_SIZE <= size <= LARGEST_PACKET_SIZE:
            raise TdsProtocolError(f"no TDS packet begins with {bytes(self._buffer[:4]).hex()}")
        if len(self._buffer) < size:
            return None
        payload = bytes(self._buffer[HEADER_SIZE:size])
        del self._buffer[:size]
        return kind, status, payload

    def _add(self, kind: int, status: int, payload: bytes) -> ClientMessage | None:
        if self._kind is None:
            self._kind, self._status = kind, status
        elif kind != self._kind:
            raise TdsProtocolError(f"a packet of type {kind} inside a message of type {self._kind}")
        self._parts.append(payload)
        self._size += len(payload)
        if self._size > self.limit:
            raise TdsProtocolError(f"a message of more than {self.limit} bytes")
        if not status & STATUS_END:
            return None
        message = ClientMessage(kind, self._status, b"".join(self._parts), bool(status & STATUS_IGNORE))
        self._kind, self._parts, self._size = None, [], 0
        return message


class Outbox:
    """Cuts the tokens of one answer into packets, whole ones as soon as there are enough bytes."""

    def __init__(self, packet_size: int, spid: int) -> None:
        self._body = packet_size - HEADER_SIZE
        self._spid = spid & 0xFFFF
        self._pending = bytearray()
        self._number = 1

    @property
    def size(self) -> int:
        """Bytes waiting."""
        return len(self._pending)

    def write(self, tokens: bytes) -> None:
        self._pending += tokens

    def take(self) -> bytes:
        """Whole packets, none of them the last of the message."""
        return self._cut(max(len(self._pending) - 1, 0) // self._body * self._body)

    def flush(self) -> bytes:
        """Everything waiting, the last packet shorter than the others but not the last of the message."""
        return self._cut(len(self._pending))

    def finish(self) -> bytes:
        """Everything waiting, and the end of the message."""
        whole = self.take()
        last = self._header(len(self._pending), STATUS_END) + self._pending
        self._pending.clear()
        self._number = 1
        return whole + bytes(last)

    def _cut(self, size: int) -> bytes:
        whole = bytes(self._pending[:size])
        del self._pending[:size]
        parts: list[bytes] = []
        for start in range(0, size, self._body):
            body = whole[start : start + self._body]
            parts += (self._header(len(body), 0), body)
        return b"".join(parts)

    def _header(self, size: int, status: int) -> bytes:
        number, self._number = self._number, (self._number + 1) & 0xFF
        return _HEADER.pack(PacketType.TABULAR_RESULT, status, size + HEADER_SIZE, self._spid, number, 0)
