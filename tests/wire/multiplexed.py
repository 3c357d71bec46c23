"""A client that speaks the protocol of several streams (MARS, [MC-SMP]) by hand, right or wrong."""

from __future__ import annotations

import struct
from typing import Final

from tests.wire.raw import RawClient, login, packet

from tsqld.tds.protocol import PacketType

SYN, ACK, FIN, DATA = 1, 2, 4, 8
HEADER: Final = struct.Struct("<BBHIII")


class Streams(RawClient):
    """A client that has agreed on MARS and logged in, and speaks SMP by hand."""

    def __init__(self, port: int) -> None:
        super().__init__(port, logged_in=False)
        options = b"\x00\x00\x10\x00\x06" + b"\x01\x00\x16\x00\x01" + b"\x04\x00\x17\x00\x01" + b"\xff"
        answer = self.ask(packet(PacketType.PRELOGIN, options + bytes(6) + bytes([2, 1])))
        place = next(at for at in range(0, len(answer), 5) if answer[at] == 4)
        offset, size = struct.unpack_from(">HH", answer, place + 1)
        assert answer[offset : offset + size] == b"\1"
        assert self.ask(login())

    def say(self, flags: int, stream: int, sequence: int = 0, window: int = 4, data: bytes = b"") -> None:
        self.send(HEADER.pack(0x53, flags, stream, 16 + len(data), sequence, window) + data)

    def hear(self) -> tuple[int, int, int, int, bytes]:
        """Flags, stream, sequence number, window and data of one packet; all 0 at the end."""
        header = self._read(16)
        if not header:
            return (0, 0, 0, 0, b"")
        mark, flags, stream, size, sequence, window = HEADER.unpack(header)
        assert mark == 0x53
        return flags, stream, sequence, window, self._read(size - 16)

    def is_hung_up(self) -> bool:
        while (heard := self.hear())[0]:
            assert heard[0] in (ACK, DATA, FIN)
        return True
