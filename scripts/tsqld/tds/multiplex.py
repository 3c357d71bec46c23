"""Several streams of TDS over one connection, for clients that want several results at once (MARS).

Place: between `connection` and its packets, once a client that asked for it has logged in. A state machine
without a socket, as `connection` is. Specification: [MC-SMP], the Session Multiplex Protocol. Every packet of
TDS travels in a packet of SMP; either side says how many more it takes of a stream. What a client does not
take yet waits here, and beyond a mebibyte on disk: so another stream's request can be answered meanwhile.
"""

from __future__ import annotations

import struct
import tempfile
from dataclasses import dataclass, field
from typing import IO, Final

from tsqld.tds.packets import HEADER_SIZE, ClientMessage, Inbox, size_of_packet
from tsqld.tds.protocol import LARGEST_PACKET_SIZE, PacketType, TdsProtocolError

_HEADER: Final = struct.Struct("<BBHIII")
_MARK: Final = 0x53
_SYN, _ACK, _FIN, _DATA = 1, 2, 4, 8
_WINDOW: Final = 4
"""Packets that may be under way before the other side has said anything."""
_ACKNOWLEDGE: Final = 2
_WRAP: Final = 0xFFFF_FFFF
_MOST_STREAMS: Final = 1024
_IN_MEMORY: Final = 1 << 20


class Backlog:
    """Packets of TDS that wait for their client, in order."""

    def __init__(self) -> None:
        self._file: IO[bytes] = tempfile.SpooledTemporaryFile(_IN_MEMORY, prefix="tsqld-mars-")  # noqa: SIM115
        self._read = self._written = 0

    def __bool__(self) -> bool:
        return self._read < self._written

    def add(self, packets: bytes) -> None:
        self._file.seek(self._written)
        self._file.write(packets)
        self._written += len(packets)

    def pop(self) -> bytes:
        """The first packet."""
        self._file.seek(self._read)
        header = self._file.read(HEADER_SIZE)
        packet = header + self._file.read(size_of_packet(header) - HEADER_SIZE)
        self._read += len(packet)
        if not self:
            self.clear()
        return packet

    def clear(self) -> None:
        self._read = self._written = 0
        self._file.truncate(0)


@dataclass(eq=False)
class Stream:
    """One stream: what it has sent and may send, has received and may receive, counted in packets."""

    number: int
    may_send: int
    inbox: Inbox = field(default_factory=Inbox)
    backlog: Backlog = field(default_factory=Backlog)
    sent: int = 0
    received: int = 0
    may_receive: int = _WINDOW
    told: int = _WINDOW
    """The `may_receive` that the client knows of."""
    held: int = 0
    """Packets of requests that nobody has taken yet: their client does not get room for more."""
    closed: bool = False

    @property
    def window_is_open(self) -> bool:
        return self.sent != self.may_send

    def add(self, packets: bytes) -> None:
        """Whole packets of TDS to send; nobody hears what a closed stream says."""
        if not self.closed:
            self.backlog.add(packets)

    def header(self, flags: int, size: int = 0) -> bytes:
        self.told = self.may_receive
        return _HEADER.pack(
            _MARK, flags, self.number, size + _HEADER.size, self.sent & _WRAP, self.may_receive & _WRAP
        )


class Multiplexer:
    """All streams of one connection."""

    def __init__(self) -> None:
        self._buffer = b""
        self._streams: dict[int, Stream] = {}
        self._control = bytearray()

    def feed(self, data: bytes) -> list[tuple[Stream, ClientMessage | None]]:
        """Takes what arrived: the messages it completes, and None for a stream that its client closed.

        Raises TdsProtocolError for what is not SMP.
        """
        buffer = self._buffer + data
        heard: list[tuple[Stream, ClientMessage | None]] = []
        start = 0
        while len(buffer) - start >= _HEADER.size:
            mark, flags, number, size, sequence, window = _HEADER.unpack_from(buffer, start)
            if mark != _MARK or not _HEADER.size <= size <= _HEADER.size + LARGEST_PACKET_SIZE:
                raise TdsProtocolError(f"no SMP packet begins with {buffer[start : start + 8].hex()}")
            if start + size > len(buffer):
                break
            body = buffer[start + _HEADER.size : start + size]
            start += size
            if flags == _SYN:
                self._open(number, window)
            else:
                heard += self._hear(self._find(number), flags, sequence, window, body)
        self._buffer = buffer[start:]
        return heard

    def taken(self, stream: Stream) -> None:
        """A request is about to be answered: its client has room for the next one."""
        self._make_room(stream, stream.held)
        stream.held = 0

    def take(self) -> bytes:
        """What may be sent now."""
        out, self._control = self._control, bytearray()
        for stream in self._streams.values():
            while stream.backlog and stream.window_is_open:
                packet = stream.backlog.pop()
                stream.sent = (stream.sent + 1) & _WRAP
                out += stream.header(_DATA, len(packet))
                out += packet
        return bytes(out)

    @property
    def has_due(self) -> bool:
        """Whether `take` would give something."""
        return bool(self._control) or any(
            stream.backlog and stream.window_is_open for stream in self._streams.values()
        )

    def others_unread(self, stream: Stream | None) -> bool:
        """Whether a client has answers to take from other streams."""
        return any(other.backlog for other in self._streams.values() if other is not stream)

    def _open(self, number: int, window: int) -> None:
        if number in self._streams:
            raise TdsProtocolError(f"SMP stream {number} is opened twice")
        if len(self._streams) == _MOST_STREAMS:
            raise TdsProtocolError(f"more than {_MOST_STREAMS} SMP streams")
        stream = Stream(number, window)
        stream.inbox.trust()
        self._streams[number] = stream

    def _find(self, number: int) -> Stream:
        if number not in self._streams:
            raise TdsProtocolError(f"SMP stream {number} is not open")
        return self._streams[number]

    def _hear(
        self, stream: Stream, flags: int, sequence: int, window: int, body: bytes
    ) -> list[tuple[Stream, ClientMessage | None]]:
        if (window - stream.may_send) & _WRAP > _WRAP // 2:
            raise TdsProtocolError(f"SMP stream {stream.number} takes back what it has allowed")
        stream.may_send = window
        if flags == _FIN:
            self._close(stream)
            return [(stream, None)]
        if flags not in (_ACK, _DATA):
            raise TdsProtocolError(f"SMP flags {flags:#x}")
        return self._receive(stream, sequence, body) if flags == _DATA else []

    def _receive(
        self, stream: Stream, sequence: int, body: bytes
    ) -> list[tuple[Stream, ClientMessage | None]]:
        if stream.received == stream.may_receive or sequence != (stream.received + 1) & _WRAP:
            raise TdsProtocolError(f"packet {sequence} of SMP stream {stream.number} is out of turn")
        stream.received = sequence
        messages = stream.inbox.feed(body)
        if any(message.kind != PacketType.ATTENTION for message in messages):
            stream.held += 1
        else:
            self._make_room(stream, 1)
        return [(stream, message) for message in messages]

    def _make_room(self, stream: Stream, packets: int) -> None:
        stream.may_receive = (stream.may_receive + packets) & _WRAP
        if not stream.closed and (stream.may_receive - stream.told) & _WRAP >= _ACKNOWLEDGE:
            self._control += stream.header(_ACK)

    def _close(self, stream: Stream) -> None:
        """The client's end of a stream; ours follows at once."""
        stream.closed = True
        stream.backlog.clear()
        self._control += stream.header(_FIN)
        del self._streams[stream.number]
