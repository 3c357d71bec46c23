"""The thread that reads from sockets of connections whose own threads are busy answering."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from tsqld.server import Listener, _Client


class Busy:
    """A connection whose request waits to be taken by its own thread."""

    listens = False
    abandoned = False

    def feed(self, data: bytes) -> None:
        self.fed = data

    def abandon(self) -> None:
        self.abandoned = True


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def test_an_event_of_the_request_before_changes_nothing(ends: tuple[socket.socket, socket.socket]) -> None:
    listener, client = Listener(), _Client(ends[0], Busy())  # type: ignore[arg-type]
    with listener.listening(client):
        listener._hear(client)
        heard = client.listening
    assert (heard, client.listening) == (True, False)
    with listener.listening(client):
        pass


def test_a_request_that_comes_before_the_answer_waits_unheard(
    ends: tuple[socket.socket, socket.socket],
) -> None:
    listener, client = Listener(), _Client(ends[0], Busy())  # type: ignore[arg-type]
    with listener.listening(client):
        ends[1].sendall(b"more")
        listener._hear(client)
        assert not client.listening
    assert client.connection.fed == b"more"  # type: ignore[attr-defined]


def test_a_client_that_left_is_abandoned(ends: tuple[socket.socket, socket.socket]) -> None:
    listener, busy = Listener(), Busy()
    client = _Client(ends[0], busy)  # type: ignore[arg-type]
    with listener.listening(client):
        ends[1].close()
        listener._hear(client)
    assert busy.abandoned
