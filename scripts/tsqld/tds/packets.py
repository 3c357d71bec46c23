"""Packets: messages out of a stream of bytes, and a stream of packets out of tokens.

Specification: [MS-TDS] 2.2.3. Every packet has eight bytes of header; the last of a message carries the end
bit. A message the client gives up half-way ends with the ignore bit, and is to be answered without being
looked at.
"""

from __future__ import annotations

import struct
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


@dataclass(slots=True)
class ClientMessage:
    """One whole message. `status` is the first packet's, `ignored` comes from the last one's."""

    kind: int
    status: int
    payload: bytes
    ignored: bool = False

    def take(self) -> bytes:
        """The payload, which the message no longer holds: it may be large, and its answer take long."""
        payload, self.payload = self.payload, b""
        return payload


def size_of_packet(header: bytes) -> int:
    """Bytes of a packet, its header included."""
    return int(_HEADER.unpack(header)[2])


class Inbox:
    """Assembles messages from what arrives, whatever its boundaries."""

    def __init__(self) -> None:
        self.limit = 1 << 16
        """Bytes a message may have: little until the login, then a gibibyte."""
        self._buffer = b""
        self._kind: int | None = None
        self._status = 0
        self._parts: list[bytes] = []
        self._size = 0

    def trust(self) -> None:
        """After a login: large messages are allowed."""
        self.limit = _LARGEST_MESSAGE

    def take_rest(self) -> bytes:
        """What has arrived beyond the last whole packet; it was meant for another layer."""
        rest, self._buffer = self._buffer, b""
        return rest

    def feed(self, data: bytes) -> list[ClientMessage]:
        """Adds `data`; the messages it completes. Raises TdsProtocolError for what is not TDS."""
        buffer = self._buffer + data if self._buffer else data
        messages: list[ClientMessage] = []
        start, arrived = 0, len(buffer)
        while arrived - start >= HEADER_SIZE:
            kind, status, size, _, _, _ = _HEADER.unpack_from(buffer, start)
            if kind not in _KNOWN or not HEADER_SIZE <= size <= LARGEST_PACKET_SIZE:
                raise TdsProtocolError(f"no TDS packet begins with {buffer[start : start + 4].hex()}")
            end = start + size
            if end > arrived:
                break
            if message := self._add(kind, status, buffer[start + HEADER_SIZE : end]):
                messages.append(message)
            start = end
        self._buffer = buffer[start:]
        return messages

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
        whole = bytes(self._pending) if size == len(self._pending) else bytes(self._pending[:size])
        del self._pending[:size]
        view = memoryview(whole)
        parts: list[bytes | memoryview] = []
        for start in range(0, size, self._body):
            body = view[start : start + self._body]
            parts += (self._header(len(body), 0), body)
        return b"".join(parts)

    def _header(self, size: int, status: int) -> bytes:
        number, self._number = self._number, (self._number + 1) & 0xFF
        return _HEADER.pack(PacketType.TABULAR_RESULT, status, size + HEADER_SIZE, self._spid, number, 0)
