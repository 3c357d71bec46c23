"""A TDS client of a few lines that says whatever a test wants, right or wrong, without a driver between."""

from __future__ import annotations

import socket
import struct
import time
from typing import Final

from tests.wire.served import PASSWORD

from tsqld.tds.protocol import TDS_74, PacketType

_BODY: Final = 4088
STATUS_END: Final = 1


def packet(kind: int, payload: bytes, status: int = STATUS_END) -> bytes:
    return struct.pack(">BBHHBB", kind, status, len(payload) + 8, 0, 1, 0) + payload


def message(kind: int, payload: bytes, status: int = 0) -> bytes:
    """A message in as many packets as it needs; `status` is the first packet's, the end bit apart."""
    pieces = [payload[start : start + _BODY] for start in range(0, len(payload), _BODY)] or [b""]
    packets = []
    for number, piece in enumerate(pieces):
        bits = (status if number == 0 else 0) | (STATUS_END if number == len(pieces) - 1 else 0)
        packets.append(packet(kind, piece, bits))
    return b"".join(packets)


def prelogin(encryption: int = 2) -> bytes:
    options = b"\x00\x00\x0b\x00\x06" + b"\x01\x00\x11\x00\x01" + b"\xff"
    return packet(PacketType.PRELOGIN, options + bytes(6) + bytes([encryption]))


def login(user: str = "sa", password: str = PASSWORD, version: int = TDS_74) -> bytes:
    scrambled = bytes(((b << 4 | b >> 4) & 0xFF) ^ 0xA5 for b in password.encode("utf-16-le"))
    fields, data = b"", b""
    for value in (b"", user.encode("utf-16-le"), scrambled, b"", b"", b"", b"", b"", b""):
        fields += struct.pack("<HH", 94 + len(data), len(value) // 2)
        data += value
    fixed = struct.pack("<IIIIII4BiI", 94 + len(data), version, 4096, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    rest = bytes(6) + struct.pack("<HH", 94, 0) * 3 + bytes(4)
    return packet(PacketType.LOGIN7, fixed + fields + rest + data)


def headers(descriptor: bytes = bytes(8)) -> bytes:
    """ALL_HEADERS with the transaction descriptor."""
    return struct.pack("<IIH", 22, 18, 2) + descriptor + struct.pack("<I", 1)


def batch(text: str | bytes, status: int = 0) -> bytes:
    raw = text if isinstance(text, bytes) else text.encode("utf-16-le", "surrogatepass")
    return message(PacketType.SQL_BATCH, headers() + raw, status)


def rpc(procedure: str | int, arguments: bytes = b"") -> bytes:
    if isinstance(procedure, int):
        name = struct.pack("<HH", 0xFFFF, procedure)
    else:
        name = struct.pack("<H", len(procedure)) + procedure.encode("utf-16-le")
    return message(PacketType.RPC, headers() + name + bytes(2) + arguments)


class RawClient:
    """A connection without encryption. `answer` gives whole messages, b"" at the end of the stream."""

    def __init__(self, port: int, *, logged_in: bool = True, seconds: float = 20.0) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=seconds)
        self._rest = b""
        if logged_in:
            for step in (prelogin(), login()):
                self.send(step)
                assert self.answer()

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def ask(self, request: bytes) -> bytes:
        self.send(request)
        return self.answer()

    def answer(self) -> bytes:
        """The payloads of one message. Raises TimeoutError when none comes."""
        parts: list[bytes] = []
        while True:
            header = self._read(8)
            if not header:
                return b"".join(parts)
            status, size = header[1], struct.unpack_from(">H", header, 2)[0]
            parts.append(self._read(size - 8))
            if status & STATUS_END:
                return b"".join(parts)

    def attention(self) -> float:
        """Cancels; the seconds until that is acknowledged, whatever comes before."""
        self.send(packet(PacketType.ATTENTION, b""))
        started = time.monotonic()
        while True:
            reply = self.answer()
            if not reply:
                raise ConnectionError("the server hung up")
            if reply[-13] == 0xFD and reply[-12] & 0x20:
                return time.monotonic() - started

    def close(self) -> None:
        self.socket.close()

    def _read(self, size: int) -> bytes:
        while len(self._rest) < size:
            try:
                more = self.socket.recv(1 << 16)
            except ConnectionError:
                return b""
            if not more:
                return b""
            self._rest += more
        found, self._rest = self._rest[:size], self._rest[size:]
        return found
