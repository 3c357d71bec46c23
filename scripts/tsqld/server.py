"""Sockets: accepts connections, one thread each, and one more that hears cancellations while queries run.

Place: the outermost part of tsqld; `tsqld.cli` starts it. `tds.connection` decides what is said. A
connection's thread reads, answers, and reads again. While it answers it cannot read, so for that time the
`Listener` watches its socket: an attention or a disconnect reaches the running query at once.
"""

from __future__ import annotations

import logging
import selectors
import socket
import ssl
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Final

from tsqld.errors import error
from tsqld.tds.connection import Connection
from tsqld.tds.protocol import Engine, TdsProtocolError, TlsTunnel

log = logging.getLogger(__name__)

_RECEIVE: Final = 1 << 16
_GONE: Final = -1
_BACKLOG: Final = 256
_LOGIN_SECONDS: Final = 30.0
_STOP_SECONDS: Final = 10.0
_FAREWELL_SECONDS: Final = 1.0
_INSIST_SECONDS: Final = 0.1
_STOP: Final = b"s"
_LOOK: Final = b"l"
_KEEP_ALIVE: Final = {"TCP_KEEPIDLE": 30, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 6}
"""Seconds, seconds and times after which a client whose machine has vanished is given up."""


@dataclass(frozen=True)
class TimeLimits:
    """Seconds a client may be idle, and a request may run; 0 is for ever."""

    idle: float = 0.0
    query: float = 0.0


@dataclass(eq=False)
class _Client:
    """A connected socket. `listening` is true while the listener may read from it; `lock` guards that."""

    sock: socket.socket
    connection: Connection
    lock: threading.Lock = field(default_factory=threading.Lock)
    listening: bool = False
    since: float = 0.0
    """When the request under way began."""

    def receive(self, flags: int = 0) -> int:
        """Reads once and feeds the connection; the bytes read, or `_GONE` when the client has gone or breaks
        the protocol."""
        try:
            data = self.sock.recv(_RECEIVE, flags)
            if data:
                self.connection.feed(data)
            return len(data) or _GONE
        except BlockingIOError:
            return 0
        except TimeoutError:
            log.info("closing a connection that is idle or does not log in")
        except TdsProtocolError as problem:
            log.warning("closing a connection: %s", problem)
        except OSError:
            log.debug("a connection broke", exc_info=True)
        return _GONE


class Listener(threading.Thread):
    """Reads from the sockets of connections whose own threads are busy answering."""

    def __init__(self, query_seconds: float = 0.0) -> None:
        super().__init__(name="tsqld-listener", daemon=True)
        self._selector = selectors.DefaultSelector()
        self._cancelled: set[_Client] = set()
        self._insisted: deque[_Client] = deque()
        self._query_seconds = query_seconds
        self._late = error(50102, f"{query_seconds:g}")
        # An empty selector cannot wait on every platform, and stopping needs something to wake it.
        self._wake, self._woken = socket.socketpair()
        self._selector.register(self._woken, selectors.EVENT_READ, None)

    @contextmanager
    def listening(self, client: _Client) -> Iterator[None]:
        """For the time of a request; when it ends the listener no longer touches the socket."""
        with client.lock:
            # Both or neither: the listener may be about to handle an event of the request before.
            self._selector.register(client.sock, selectors.EVENT_READ, client)
            client.listening = True
            client.since = time.monotonic()
        try:
            yield
        finally:
            with client.lock:
                self._forget(client)

    def run(self) -> None:
        while True:
            ticks = self._cancelled or self._query_seconds
            for key, _ in self._selector.select(_INSIST_SECONDS if ticks else None):
                if key.data is None:
                    if self._woken.recv(1) == _STOP:
                        return
                    continue
                try:
                    self._hear(key.data)
                except Exception:
                    # One connection's defect must not leave all others without cancellation.
                    log.exception("listening to a connection failed inside")
                    self._forget(key.data)
            while self._insisted:
                self._cancelled.add(self._insisted.popleft())
            if self._query_seconds:
                self._stop_late()
            self._cancelled = {client for client in self._cancelled if client.connection.insist()}

    def stop(self) -> None:
        self._wake.send(_STOP)

    def insist(self, client: _Client) -> None:
        """Cancel again what goes on for all that it was cancelled. Called from any thread."""
        self._insisted.append(client)
        self._wake.send(_LOOK)

    def _stop_late(self) -> None:
        """Stop the requests that have run for too long."""
        before = time.monotonic() - self._query_seconds
        for key in list(self._selector.get_map().values()):
            client = key.data
            if client is not None and client.listening and client.since < before:
                client.connection.stop(self._late)
                self._cancelled.add(client)

    def _hear(self, client: _Client) -> None:
        with client.lock:
            if not client.listening:
                return
            received = client.receive(socket.MSG_DONTWAIT)
            if received == _GONE:
                self._forget(client)
                client.connection.abandon()
                self._cancelled.add(client)
            elif received == 0:
                return  # an event of the request before, whose bytes its own thread has read
            elif not client.connection.listens:
                # It asks again before it has its answer: that has to wait, and so does what follows it.
                self._forget(client)
            else:
                self._cancelled.add(client)

    def _forget(self, client: _Client) -> None:
        if client.listening:
            client.listening = False
            self._selector.unregister(client.sock)


class Server:
    """Serves an engine on one address until it is stopped."""

    def __init__(
        self,
        engine: Engine,
        tls: ssl.SSLContext,
        host: str,
        port: int,
        limits: TimeLimits = TimeLimits(),
    ) -> None:
        """Listens at once; port 0 takes a free one. Raises OSError when the address cannot be had."""
        self._engine = engine
        self._tls = tls
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._socket = socket.create_server((host, port), family=family, backlog=_BACKLOG)
        self._limits = limits
        self._listener = Listener(limits.query)
        self._clients: dict[_Client, threading.Thread] = {}
        self._lock = threading.Lock()
        self._stopping = False

    @property
    def address(self) -> tuple[str, int]:
        """Host and port listened on."""
        host, port, *_ = self._socket.getsockname()
        return str(host), int(port)

    def start(self) -> None:
        """Accepts connections from now on, on a thread of its own."""
        self._listener.start()
        threading.Thread(target=self._accept, name="tsqld-accept", daemon=True).start()

    def stop(self) -> None:
        """Takes no more connections, cancels what runs, ends every session and waits for that."""
        self._stopping = True
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        with self._lock:
            clients = dict(self._clients)
        for client in clients:
            client.connection.abandon()
            with suppress(OSError):
                client.sock.shutdown(socket.SHUT_RDWR)
        deadline = time.monotonic() + _STOP_SECONDS
        for thread in clients.values():
            thread.join(max(deadline - time.monotonic(), 0.0))
        self._listener.stop()

    def _accept(self) -> None:
        while not self._stopping:
            try:
                sock, _ = self._socket.accept()
            except OSError as problem:
                if not self._stopping:
                    log.error("cannot accept connections: %s", problem)
                    threading.Event().wait(0.1)
                continue
            self._welcome(sock)

    def _welcome(self, sock: socket.socket) -> None:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in _KEEP_ALIVE.items():
            if hasattr(socket, name):
                sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
        client = _Client(sock, Connection(self._engine, lambda: TlsTunnel(self._tls)))
        with suppress(OSError):  # it may be gone already
            client.connection.ends = (sock.getpeername()[:2], sock.getsockname()[:2])
        client.connection.hang_up = lambda: self._hang_up(client)
        thread = threading.Thread(target=self._serve, args=(client,), name="tsqld-client", daemon=True)
        with self._lock:
            self._clients[client] = thread
        thread.start()

    def _serve(self, client: _Client) -> None:
        """The life of one connection, on its own thread."""
        try:
            self._log_in(client)
            self._converse(client)
        except TdsProtocolError as problem:
            log.warning("closing a connection: %s", problem)
        except OSError:
            log.debug("a connection broke", exc_info=True)
        except Exception:
            log.exception("a connection failed inside")
        finally:
            self._farewell(client)

    def _log_in(self, client: _Client) -> None:
        deadline = time.monotonic() + _LOGIN_SECONDS
        while not (client.connection.is_logged_in or client.connection.is_closed):
            client.sock.settimeout(max(deadline - time.monotonic(), 0.001))
            if client.receive() == _GONE:
                client.connection.abandon()
                return
            for reply in client.connection.replies():
                client.sock.sendall(reply)
        client.sock.settimeout(None)

    def _hang_up(self, client: _Client) -> None:
        """A session was killed: end its request, or the wait for one."""
        if client.connection.is_busy:
            self._listener.insist(client)
        else:
            with suppress(OSError):
                client.sock.shutdown(socket.SHUT_RD)

    def _converse(self, client: _Client) -> None:
        connection = client.connection
        while not connection.is_closed:
            if due := connection.due():
                client.sock.sendall(due)
            if not connection.has_request and self._await_request(client) == _GONE:
                return
            if connection.has_request and not connection.is_closed:
                # One request at a time: the listener no longer reads from who has sent the next one.
                with self._listener.listening(client):
                    for reply in connection.reply():
                        client.sock.sendall(reply)

    def _await_request(self, client: _Client) -> int:
        """One read, for which an idle client has its time; sending has no limit."""
        if not self._limits.idle:
            return client.receive()
        client.sock.settimeout(self._limits.idle)
        received = client.receive()
        client.sock.settimeout(None)
        return received

    def _farewell(self, client: _Client) -> None:
        try:
            client.connection.close()
        except Exception:
            log.exception("a session could not be closed")
        with suppress(OSError):
            # What the client has not read yet must not be lost by closing too hard.
            client.sock.shutdown(socket.SHUT_WR)
            client.sock.settimeout(_FAREWELL_SECONDS)
            deadline = time.monotonic() + _FAREWELL_SECONDS
            while client.sock.recv(_RECEIVE) and time.monotonic() < deadline:
                pass
        client.sock.close()
        with self._lock:
            self._clients.pop(client, None)
