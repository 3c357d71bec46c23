"""What a client agrees on with the server before it logs in: encryption of all, of the login alone or of
nothing. Several results at once on one connection: test_mars.py."""

from __future__ import annotations

import ssl
import struct
import time
from collections.abc import Iterator
from typing import Final

import pytest
from tests.wire.raw import RawClient, batch, login, packet, prelogin, rpc
from tests.wire.served import Served, eventually, serving

from tsqld.tds.protocol import PacketType

OFF, ON, NOT_SUPPORTED, REQUIRED = range(4)
CLIENT_CERTIFICATE: Final = 0x80
LOGIN_ACKNOWLEDGED: Final = b"\xad"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("handshake") / "data") as server:
        yield server


class TlsClient(RawClient):
    """Asks for an encryption, shakes hands inside packets, and logs in."""

    def __init__(self, port: int, asked: int) -> None:
        super().__init__(port, logged_in=False)
        self.agreed = agreed_encryption(self.ask(prelogin(asked)))
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.maximum_version = ssl.TLSVersion.TLSv1_2  # as drivers of before TDS 8 speak it
        self._tls = context.wrap_bio(self._incoming, self._outgoing)

    def shake_hands(self) -> None:
        while True:
            try:
                self._tls.do_handshake()
                return
            except ssl.SSLWantReadError:
                self._incoming.write(self.ask(packet(PacketType.PRELOGIN, self._outgoing.read())))

    def sealed(self, data: bytes) -> bytes:
        self._tls.write(data)
        return self._outgoing.read()

    def opened(self) -> bytes:
        """The answer inside TLS records, headers of packets and all."""
        parts: list[bytes] = []
        while not parts or not self._whole(b"".join(parts)):
            try:
                parts.append(self._tls.read(1 << 14))
            except ssl.SSLWantReadError:
                self._incoming.write(self.socket.recv(1 << 16))
        return b"".join(parts)

    @staticmethod
    def _whole(data: bytes) -> bool:
        return len(data) >= 8 and len(data) >= struct.unpack_from(">H", data, 2)[0]


def agreed_encryption(answer: bytes) -> int:
    place = 0
    while answer[place] != 0xFF:
        option, offset, _ = struct.unpack_from(">BHH", answer, place)
        if option == 1:
            return int(answer[offset])
        place += 5
    raise AssertionError("PRELOGIN was answered without encryption")


@pytest.mark.parametrize("asked", [ON, REQUIRED], ids=["on", "required"])
def test_who_asks_for_encryption_has_all_of_it(served: Served, asked: int) -> None:
    client = TlsClient(served.port, asked)
    assert client.agreed == ON
    client.shake_hands()
    client.send(client.sealed(login()))
    assert LOGIN_ACKNOWLEDGED in client.opened()
    client.send(client.sealed(batch("SELECT 42")))
    assert b"\xd1" in client.opened()
    client.close()


def test_who_does_not_mind_has_the_login_alone_encrypted(served: Served) -> None:
    client = TlsClient(served.port, OFF)
    assert client.agreed == OFF
    client.shake_hands()
    client.send(client.sealed(login()))
    sent = time.monotonic()
    assert LOGIN_ACKNOWLEDGED in client.answer()
    assert time.monotonic() - sent >= 0.009, "jTDS is still taking its TLS off"
    assert b"\xd1" in client.ask(batch("SELECT 42"))
    client.close()


def test_who_cannot_encrypt_need_not(served: Served) -> None:
    client = RawClient(served.port, logged_in=False)
    assert agreed_encryption(client.ask(prelogin(NOT_SUPPORTED))) == NOT_SUPPORTED
    assert LOGIN_ACKNOWLEDGED in client.ask(login())
    client.close()


@pytest.mark.parametrize(
    "asked", [CLIENT_CERTIFICATE, CLIENT_CERTIFICATE | ON, CLIENT_CERTIFICATE | REQUIRED]
)
def test_client_certificates_are_refused_by_hanging_up(served: Served, asked: int) -> None:
    client = RawClient(served.port, logged_in=False)
    assert client.ask(prelogin(asked)) == b""
    client.close()


@pytest.mark.parametrize("asked", [OFF, ON])
def test_a_login_in_the_clear_where_encryption_was_agreed_is_not_read(served: Served, asked: int) -> None:
    client = TlsClient(served.port, asked)
    assert client.ask(login()) == b""
    client.close()


def test_a_handshake_that_is_broken_off_leaves_nothing_behind(served: Served) -> None:
    before = served.threads()
    for _ in range(20):
        client = TlsClient(served.port, ON)
        client.send(packet(PacketType.PRELOGIN, b"\x16\x03\x01"))
        client.close()
    assert eventually(lambda: served.threads() <= before)


@pytest.mark.parametrize(("precision", "scale"), [(33, 86), (0, 0), (39, 2), (5, 6)])
def test_a_parameter_that_is_no_decimal_is_error_8023(served: Served, precision: int, scale: int) -> None:
    def text(value: str) -> bytes:
        raw = value.encode("utf-16-le")
        size = struct.pack("<H", len(raw))
        return b"\0\0\xe7\x40\x1f\x09\x04\xd0\x00\x34" + size + raw

    number = b"\0\0\x6a\x11" + bytes([precision, scale, 5, 1, 1, 0, 0, 0])
    client = RawClient(served.port)
    answer = client.ask(rpc(10, text("SELECT @p AS p") + text("@p decimal(9, 2)") + number))
    assert b"\xaa" in answer
    assert struct.pack("<I", 8023) in answer
    assert b"\xd1" in client.ask(batch("SELECT 1"))
    client.close()


def test_many_open_parentheses_are_refused_at_once(served: Served) -> None:
    client = RawClient(served.port)
    computed = served.processor_seconds()
    assert struct.pack("<I", 191) in client.ask(batch("SELECT " + "(" * 100_000))
    assert served.processor_seconds() - computed < 2
    client.close()
