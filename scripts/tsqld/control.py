"""The socket beside the data by which the command line reaches a running server: status, backup, restore.

Place: `tsqld.cli` asks, the server process answers; the socket lies in the data directory, for its owner
alone, so whoever may read the files may ask. One request and one answer a connection, each a line of JSON.
"""

from __future__ import annotations

import json
import os
import socket
import socketserver
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

Request = Mapping[str, Any]
Answer = dict[str, Any]
_NAME: Final = "tsqld.sock"
_POLL_SECONDS: Final = 0.02
_LONGEST: Final = 100
"""Bytes of a path that every system takes as the address of a socket."""


class NotServing(Exception):
    """No server answers on a data directory."""


class Control:
    """Answers on the socket of a data directory until it is closed."""

    def __init__(self, data: Path, answer: Callable[[Request], Answer]) -> None:
        self._path = data / _NAME
        self._path.unlink(missing_ok=True)
        before = os.umask(0o177)
        try:
            with _address(data) as address:
                self._server = _Server(address, _Handler)
        finally:
            os.umask(before)
        self._server.answer = answer
        threading.Thread(
            target=self._server.serve_forever, args=(_POLL_SECONDS,), name="tsqld-control", daemon=True
        ).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._path.unlink(missing_ok=True)


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    answer: Callable[[Request], Answer]


class _Handler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        assert isinstance(self.server, _Server)
        answer = self.server.answer(json.loads(self.rfile.readline()))
        with suppress(BrokenPipeError):
            self.wfile.write(json.dumps(answer).encode() + b"\n")


def ask(data: Path, request: Request) -> Answer:
    """The answer of the server that serves `data`. Error: NotServing."""
    with socket.socket(socket.AF_UNIX) as channel:
        try:
            with _address(data) as address:
                channel.connect(address)
            channel.sendall(json.dumps(request).encode() + b"\n")
            with channel.makefile("rb") as answers:
                line = answers.readline()
        except OSError:
            raise NotServing(str(data)) from None
    if not line:
        raise NotServing(str(data))
    answer: Answer = json.loads(line)
    return answer


@contextmanager
def _address(data: Path) -> Iterator[str]:
    """The socket's path, by way of an open directory where it is too long for a socket's address."""
    path = str(data / _NAME)
    if len(os.fsencode(path)) < _LONGEST:
        yield path
        return
    folder = os.open(data, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{_NAME}"
    finally:
        os.close(folder)
