"""What is not TDS, or not yet: the connection is closed, never stuck, and only protocol errors are raised."""

from __future__ import annotations

import socket
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.wire.conftest import StandIn
from tests.wire.fake_engine import FakeEngine

from tsqld.errors import TsqlError
from tsqld.tds.bulkcopy import read_bulk_copy
from tsqld.tds.connection import Connection
from tsqld.tds.packets import ClientMessage, Inbox, Outbox
from tsqld.tds.protocol import TDS_74, PacketType, TdsProtocolError, TlsTunnel
from tsqld.tds.requests import parse_calls

_PASSWORD = "secret"
settings.register_profile("wire", deadline=None)
settings.load_profile("wire")


def _no_tunnel() -> TlsTunnel:
    raise AssertionError("no client here encrypts")


def _packet(kind: int, payload: bytes, status: int = 1) -> bytes:
    return struct.pack(">BBHHBB", kind, status, len(payload) + 8, 0, 1, 0) + payload


def _prelogin(encryption: int = 2) -> bytes:
    options = b"\x00\x00\x0b\x00\x06" + b"\x01\x00\x11\x00\x01" + b"\xff"
    return _packet(PacketType.PRELOGIN, options + bytes(6) + bytes([encryption]))


def _login(user: str = "sa", password: str = _PASSWORD, version: int = TDS_74) -> bytes:
    scrambled = bytes(((b << 4 | b >> 4) & 0xFF) ^ 0xA5 for b in password.encode("utf-16-le"))
    fields, data = b"", b""
    values = (b"", user.encode("utf-16-le"), scrambled, b"", b"", b"", b"", b"", b"")
    for value in values:
        fields += struct.pack("<HH", 94 + len(data), len(value) // 2)
        data += value
    fixed = struct.pack("<IIIIII4BiI", 94 + len(data), version, 4096, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    rest = bytes(6) + struct.pack("<HH", 94, 0) * 3 + bytes(4)
    return _packet(PacketType.LOGIN7, fixed + fields + rest + data)


def _batch(text: str, status: int = 1) -> bytes:
    return _packet(PacketType.SQL_BATCH, struct.pack("<I", 4) + text.encode("utf-16-le"), status)


def _ready() -> Connection:
    connection = Connection(FakeEngine(_PASSWORD), _no_tunnel)
    for step in (_prelogin(), _login()):
        connection.feed(step)
        assert b"".join(connection.replies())
    assert connection.is_logged_in
    return connection


def _ask(connection: Connection, request: bytes) -> bytes:
    connection.feed(request)
    return b"".join(connection.replies())


def test_a_session_without_encryption_is_what_its_client_asked_for() -> None:
    assert _ask(_ready(), _batch("SET X"))[8:] == b"\xfd" + bytes(12)


def test_bytes_may_arrive_one_at_a_time() -> None:
    connection = Connection(FakeEngine(_PASSWORD), _no_tunnel)
    for byte in _prelogin() + _login():
        connection.feed(bytes([byte]))
        list(connection.replies())
    assert connection.is_logged_in


def test_a_request_given_up_half_way_is_answered_by_an_error_bit() -> None:
    connection = _ready()
    connection.feed(_batch("SELECT", status=0))
    reply = _ask(connection, _packet(PacketType.SQL_BATCH, b"", status=3))
    assert reply[8:] == b"\xfd\x02\x00" + bytes(10)


def test_an_attention_without_a_request_is_acknowledged() -> None:
    assert _ask(_ready(), _packet(PacketType.ATTENTION, b""))[8:] == b"\xfd\x20\x00" + bytes(10)


def test_a_reset_is_acknowledged_before_the_answer() -> None:
    reply = _ask(_ready(), _batch("SET X", status=9))
    assert reply[8:14] == b"\xe3\x03\x00\x12\x00\x00"


def test_two_requests_at_once_are_answered_in_turn() -> None:
    reply = _ask(_ready(), _batch("counts") + _batch("SET X"))
    assert reply.count(b"\xfd") == 3


def test_rows_of_a_bulk_copy_end_with_a_token_or_with_the_message() -> None:
    int_column = b"\x00\x00\x00\x00\x01\x00\x26\x04\x01a\x00"
    rows = b"\xd1\x04\x07\x00\x00\x00" + b"\xd2\x01"
    for end in (b"", b"\xfd" + bytes(12)):
        payload = b"\x81\x01\x00" + int_column + rows + end
        columns, values = read_bulk_copy(payload, TDS_74)
        assert [(column.name, column.type.name) for column in columns] == [("a", "int")]
        assert list(values) == [(7,), (None,)]
        assert _ask(_ready(), _packet(PacketType.BULK_LOAD, payload))[
            8:
        ] == b"\xfd\x10\x00\x00\x00\x02" + bytes(7)


@pytest.mark.parametrize("payload", [b"", b"\x00", b"\x81\x01\x00", b"\x81\x00\x00\x99", b"\x81\xff\xff\xd1"])
def test_bulk_data_that_breaks_the_protocol_ends_the_connection(payload: bytes) -> None:
    with pytest.raises(TdsProtocolError):
        _ask(_ready(), _packet(PacketType.BULK_LOAD, payload))


def test_old_clients_get_narrow_counts_and_lines() -> None:
    connection = Connection(FakeEngine(_PASSWORD), _no_tunnel)
    for step in (_prelogin(), _login(version=0x71000001)):
        _ask(connection, step)
    reply = _ask(connection, _packet(PacketType.SQL_BATCH, "counts".encode("utf-16-le")))
    assert reply[8:] == b"\xfd\x11\x00\x00\x00\x03\x00\x00\x00" + b"\xfd\x10\x00\x00\x00\x04\x00\x00\x00"


def test_packets_are_as_long_as_agreed_and_numbered() -> None:
    outbox = Outbox(512, 51)
    outbox.write(b"x" * 1200)
    stream = outbox.take() + outbox.finish()
    lengths, numbers, flags = [], [], []
    while stream:
        _, status, size, spid, number, _ = struct.unpack_from(">BBHHBB", stream)
        lengths.append(size)
        numbers.append(number)
        flags.append(status)
        assert spid == 51
        stream = stream[size:]
    assert (lengths, numbers, flags) == ([512, 512, 200 + 8 - 8], [1, 2, 3], [0, 0, 1])


def test_what_fills_a_packet_exactly_still_ends_with_the_end_bit() -> None:
    outbox = Outbox(512, 0)
    outbox.write(b"x" * 504)
    assert outbox.take() == b""
    assert outbox.finish()[1] == 1


def test_several_calls_in_one_message_are_read_apart() -> None:
    def call(name: str) -> bytes:
        argument = b"\0\0\x26\x04\x04\x07\0\0\0"
        return struct.pack("<H", len(name)) + name.encode("utf-16-le") + b"\0\0" + argument

    calls = parse_calls(struct.pack("<I", 4) + call("a") + b"\xff" + call("bb"), TDS_74)
    assert [(c.procedure, c.arguments[0].value) for c in calls] == [("a", 7), ("bb", 7)]


@given(st.binary(max_size=300))
def test_random_bytes_before_the_login_are_a_protocol_error_or_wait_for_more(data: bytes) -> None:
    connection = Connection(FakeEngine(_PASSWORD), _no_tunnel)
    try:
        connection.feed(data)
        list(connection.replies())
    except TdsProtocolError:
        return
    except AssertionError:
        assert data[:1] == b"\x12"


_KINDS = st.sampled_from([0x01, 0x03, 0x06, 0x07, 0x0E, 0x10, 0x12])


@given(_KINDS, st.integers(0, 31), st.binary(max_size=200))
def test_random_requests_are_answered_or_end_the_connection(kind: int, status: int, payload: bytes) -> None:
    connection = _ready()
    try:
        assert _ask(connection, _packet(kind, payload, status | 1))
    except TdsProtocolError:
        return


@given(st.binary(max_size=200))
def test_random_logins_are_refused_or_end_the_connection(payload: bytes) -> None:
    connection = Connection(FakeEngine(_PASSWORD), _no_tunnel)
    _ask(connection, _prelogin())
    try:
        _ask(connection, _packet(PacketType.LOGIN7, payload))
    except TdsProtocolError:
        return
    assert connection.is_closed


@given(st.binary(max_size=120))
def test_random_parameters_are_read_or_refused(payload: bytes) -> None:
    message = struct.pack("<I", 4) + struct.pack("<HHH", 0xFFFF, 10, 0) + payload
    try:
        parse_calls(message, TDS_74)
    except (TdsProtocolError, TsqlError):
        return


@given(st.lists(st.binary(max_size=50), min_size=1, max_size=6), st.integers(1, 40))
def test_messages_survive_any_cutting_into_packets_and_reads(payloads: list[bytes], step: int) -> None:
    stream = b""
    for payload in payloads:
        halves = payload[: len(payload) // 2], payload[len(payload) // 2 :]
        stream += _packet(1, halves[0], 0) + _packet(1, halves[1], 1)
    inbox, seen = Inbox(), list[ClientMessage]()
    for start in range(0, len(stream), step):
        seen += inbox.feed(stream[start : start + step])
    assert [message.payload for message in seen] == payloads


@pytest.mark.parametrize(
    "hello",
    [b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", bytes(64)],
    ids=["http", "strict encryption", "zeros"],
)
def test_a_stranger_is_shown_the_door_at_once(stand_in: StandIn, hello: bytes) -> None:
    with socket.create_connection(("127.0.0.1", stand_in.port), timeout=3) as stranger:
        stranger.sendall(hello)
        assert stranger.recv(100) == b""


def test_a_client_may_begin_with_its_login() -> None:
    connection = Connection(FakeEngine(_PASSWORD), _no_tunnel)
    _ask(connection, _login())
    assert connection.is_logged_in


def test_a_cancelled_request_tells_what_it_changed_and_nothing_else() -> None:
    connection = _ready()
    connection.feed(_batch("busy"))
    replies = connection.replies()
    first = next(replies)
    connection.feed(_packet(PacketType.ATTENTION, b""))
    rest = b"".join(replies)
    assert first[8:10] == b"\xe3\x0b"
    rolled_back = b"\xe3\x0b\x00\x0a\x00\x08" + (1).to_bytes(8, "little")
    acknowledgement = b"\x04\x01\x00\x15\x003\x01\x00\xfd\x20\x00" + bytes(10)
    assert rest.endswith(rolled_back + b"\xfd\x02\x00" + bytes(10) + acknowledgement)
    assert _ask(connection, _batch("SET X"))[8:] == b"\xfd" + bytes(12)
