"""One client connection as a state machine without a socket: feed it what arrived, send what it returns.

Place: `tsqld.server` owns the socket and calls it from two threads: the connection's own takes the answers
from `replies`, and while an answer is being made any other may call `feed` or `abandon`, so that a
cancellation reaches the running query. Specification: [MS-TDS] 3.3.5.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from enum import Enum, auto
from typing import Final

from tsqld.errors import TsqlError, error
from tsqld.events import DatabaseChanged, Error, Event, ReturnStatus, TransactionChanged
from tsqld.tds import protocol, tokens
from tsqld.tds.bulkcopy import read_bulk_copy
from tsqld.tds.calls import Calls, as_event
from tsqld.tds.cursors import ApiCursors
from tsqld.tds.handshake import Refused, answer_prelogin, log_in
from tsqld.tds.multiplex import Multiplexer, Stream
from tsqld.tds.packets import ClientMessage, Inbox, Outbox
from tsqld.tds.prepared import PreparedStatements
from tsqld.tds.protocol import Encryption, Engine, PacketType, Session, TdsProtocolError, TlsError, TlsTunnel
from tsqld.tds.requests import Call, parse_batch, parse_calls
from tsqld.tds.responses import FLUSH, Transactions, batch_tokens, call_tokens, database_changed
from tsqld.tds.rows import Continued
from tsqld.tds.transactions import transaction_events
from tsqld.transport import Transport

log = logging.getLogger(__name__)

_SEND_AT: Final = 1 << 15
"""Bytes of tokens that are worth a system call."""
_INTERNAL_ERROR: Final = 50000
_BARE_SECONDS: Final = 0.01
"""What a client has to take its TLS off after a login-only encryption: an answer that is quicker than that is
lost to jTDS, whose TLS layer takes it for its own."""
_WORTH_WHILE: Final = 8
_MOST_TOGETHER: Final = 20_000
"""Calls of one statement that are run together."""


class Stage(Enum):
    PRELOGIN = auto()
    TLS_HANDSHAKE = auto()
    LOGIN = auto()
    READY = auto()
    CLOSED = auto()


class Connection:
    """One client. `new_tunnel` makes the server side of a TLS connection."""

    def __init__(self, engine: Engine, new_tunnel: Callable[[], TlsTunnel]) -> None:
        self._engine = engine
        self._new_tunnel = new_tunnel
        self._stage = Stage.PRELOGIN
        self._lock = threading.RLock()
        self._heard = threading.Condition(self._lock)
        """Something arrived, or was decided by another thread."""
        self._inbox = Inbox()
        self._waiting: deque[tuple[Stream | None, ClientMessage]] = deque()
        self._multiplexes = False
        """The client wants several streams, as soon as it has logged in."""
        self._streams: Multiplexer | None = None
        self._stream: Stream | None = None
        """The one that is being answered."""
        self._tunnel: TlsTunnel | None = None
        self._encrypts_session = False
        self._decrypts = False
        self._encrypts = False
        self._session: Session | None = None
        self._version = protocol.TDS_74
        self._packet_size = protocol.DEFAULT_PACKET_SIZE
        self._running = False
        self._cancelled = False
        self._attended = False
        """The client has cancelled, and waits for that to be acknowledged."""
        self._gone = False
        self._ended_by: TsqlError | None = None
        """Why the server stops the request under way: a time-out, or another session's KILL."""
        self._killed = False
        self.ends = (("", 0), ("", 0))
        """Address and port of the client, and of the server towards it."""
        self.hang_up: Callable[[], None] = lambda: None
        """Wakes whoever waits for the client."""
        self._transactions = Transactions()
        self._prepared = PreparedStatements()
        self._cursors: ApiCursors | None = None

    @property
    def is_closed(self) -> bool:
        ended = self._session is not None and self._session.closed
        return self._stage is Stage.CLOSED or self._gone or self._killed or ended

    @property
    def is_busy(self) -> bool:
        """Whether a request is being answered."""
        return self._running

    @property
    def is_logged_in(self) -> bool:
        return self._session is not None

    @property
    def has_request(self) -> bool:
        """Whether a whole message waits to be answered."""
        with self._lock:
            return bool(self._waiting)

    @property
    def listens(self) -> bool:
        """Whether more may arrive while a request waits: acknowledgements, of which a client that
        multiplexes owes some, and what cancels. Such a client is bounded by what it is acknowledged."""
        return self._streams is not None or not self.has_request

    def feed(self, data: bytes) -> None:
        """Takes what arrived. An attention that finds a request running cancels it at once.

        Raises TdsProtocolError when the client breaks the protocol: close the connection.
        """
        with self._lock:
            if self._decrypts and self._tunnel is not None:
                data = self._decrypt(data)
            self._take(data)

    def _take(self, data: bytes) -> None:
        """What was said, out of its encryption."""
        if self._streams is None:
            for message in self._inbox.feed(data):
                self._hear(None, message)
        else:
            for stream, heard in self._streams.feed(data):
                if heard is None:
                    self._forget(stream)
                else:
                    self._hear(stream, heard)
        self._heard.notify_all()

    def _hear(self, stream: Stream | None, message: ClientMessage) -> None:
        if message.kind == PacketType.ATTENTION:
            if self._running and self._stream is stream:
                self._attended = True
                self._cancel()
                return
            for waiting, request in self._waiting:
                if stream is not None and waiting is stream:
                    request.ignored = True
        self._waiting.append((stream, message))

    def _forget(self, stream: Stream) -> None:
        """A client has closed a stream, whatever was asked on it."""
        self._waiting = deque(waiting for waiting in self._waiting if waiting[0] is not stream)
        if self._running and self._stream is stream:
            self._cancel()

    def due(self) -> bytes:
        """What clients that multiplex can take now of answers made before."""
        return self._seal(b"") if self._streams is not None else b""

    def abandon(self) -> None:
        """The client is gone, or the server stops: ends whatever runs."""
        with self._lock:
            self._gone = True
            self._heard.notify_all()
            if self._running and self._session is not None:
                self._session.cancel()

    def insist(self) -> bool:
        """Cancels once more what was cancelled and still runs; False when nothing does.

        A cancellation that arrives as a statement is about to begin may pass by it.
        """
        with self._lock:
            still = self._running and (self._cancelled or self._gone)
            if still and self._session is not None:
                self._session.cancel()
            return still

    def stop(self, reason: TsqlError) -> None:
        """Cancels the request under way, and tells the client why."""
        with self._lock:
            if self._running and not self._cancelled:
                self._ended_by = reason
                self._cancel()

    def kill(self) -> None:
        """Another session ends this one."""
        with self._lock:
            self.stop(error(596))
            self._killed = True
        self.hang_up()

    def close(self) -> None:
        """Ends the session; its open transaction is rolled back."""
        self._stage = Stage.CLOSED
        session, self._session = self._session, None
        if session is not None:
            session.close()

    def replies(self) -> Iterator[bytes]:
        """Answers every message that waits, in pieces ready to be sent."""
        while self.has_request and not self.is_closed:
            yield from self.reply()

    def reply(self) -> Iterator[bytes]:
        """Answers the message that has waited longest."""
        with self._lock:
            self._stream, message = self._waiting.popleft()
            if self._streams is not None and self._stream is not None:
                self._streams.taken(self._stream)
        yield from self._reply(message)

    def _reply(self, message: ClientMessage) -> Iterator[bytes]:
        match self._stage:
            case Stage.PRELOGIN:
                yield self._begin(message)
            case Stage.TLS_HANDSHAKE:
                yield self._shake_hands(message)
            case Stage.LOGIN:
                yield self._log_in(message)
            case _:
                yield from self._answer(message)

    # --- before there is a session

    def _begin(self, message: ClientMessage) -> bytes:
        if message.kind == PacketType.LOGIN7:
            # drivers of the time before PRELOGIN, jTDS among them, begin with their login
            return self._log_in(message)
        payload, agreed, self._multiplexes = answer_prelogin(message)
        if agreed is Encryption.NOT_SUPPORTED:
            self._stage = Stage.LOGIN
        else:
            self._tunnel = self._new_tunnel()
            self._encrypts_session = agreed is Encryption.ON
            self._stage = Stage.TLS_HANDSHAKE
        return self._packets(payload)

    def _shake_hands(self, message: ClientMessage) -> bytes:
        if message.kind != PacketType.PRELOGIN or self._tunnel is None:
            raise TdsProtocolError("a TLS handshake was expected")
        try:
            records = self._tunnel.advance_handshake(message.payload)
        except TlsError as problem:
            raise TdsProtocolError(str(problem)) from None
        if self._tunnel.handshake_complete:
            self._stage = Stage.LOGIN
            with self._lock:
                self._decrypts = True
                self.feed(self._inbox.take_rest())
        return b"".join(protocol.wrap_handshake(records)) if records else b""

    def _log_in(self, message: ClientMessage) -> bytes:
        outcome = log_in(message, self._engine, encrypted=self._encrypts_session)
        if self._decrypts and not self._encrypts_session:
            time.sleep(_BARE_SECONDS)
        # With a login-only tunnel the answer is plain again, and so is all that follows.
        with self._lock:
            self._decrypts = self._encrypts = self._encrypts_session
        if isinstance(outcome, Refused):
            self._stage = Stage.CLOSED
            return self._packets(outcome.tokens)
        self._session, self._version = outcome.session, outcome.version
        self._stage = Stage.READY
        self._session.on_kill = self.kill
        self._session.transport = Transport(
            *self.ends,
            outcome.packet_size,
            outcome.version,
            self._encrypts_session,
            outcome.login.interface,
            outcome.login.process,
        )
        self._inbox.trust()
        reply = self._packets(outcome.tokens)
        self._packet_size = outcome.packet_size
        if self._multiplexes:
            with self._lock:
                self._streams = Multiplexer()
                self._take(self._inbox.take_rest())
        return reply

    # --- requests

    def _answer(self, message: ClientMessage) -> Iterator[bytes]:
        """One request. Whatever goes wrong inside ends in an ERROR token, never in silence."""
        session = self._session
        if session is None:
            raise TdsProtocolError("a request without a session")
        if message.ignored:
            yield self._packets(tokens.done(tokens.DONE, tokens.DONE_ERROR, 0, 0, self._version))
        elif message.kind == PacketType.ATTENTION:
            yield self._packets(self._attention())
        else:
            yield from self._run(self._tokens(message, session), session)

    def _run(self, stream: Iterator[bytes], session: Session) -> Iterator[bytes]:
        outbox = Outbox(self._packet_size, session.spid)
        with self._lock:
            self._running, self._cancelled, self._attended, self._ended_by = True, False, False, None
        try:
            with closing(self._guarded(stream)) as pieces:
                yield from self._sent(pieces, outbox)
        finally:
            with self._lock:
                self._running = False
        if reason := self._why_stopped():
            outbox.write(self._failure(as_event(reason)))
        elif self._attended:
            # Microsoft's driver takes an acknowledgement alone for success, and tedious waits for the end of
            # the answer before the acknowledgement: so the interrupted statement fails first, on its own.
            outbox.write(tokens.done(tokens.DONE, tokens.DONE_ERROR, 0, 0, self._version))
        yield self._seal(outbox.finish())
        if self._attended:
            yield self._packets(self._attention())

    def _why_stopped(self) -> TsqlError | None:
        return self._ended_by

    def _sent(self, pieces: Iterator[bytes], outbox: Outbox) -> Iterator[bytes]:
        """Packets as they fill. Once cancelled, only what the end of the request changes is still told."""
        whole = True
        """No piece has been left out, so a row that has begun can be told to its end."""
        for piece in pieces:
            if self._gone:
                return
            if self._cancelled and not (whole and isinstance(piece, Continued)):
                whole = False
                if piece[:1] == tokens.ENV_CHANGE:
                    outbox.write(piece)
                continue
            outbox.write(piece)
            if piece is FLUSH:
                yield self._seal(outbox.flush())
            elif outbox.size >= _SEND_AT:
                yield self._seal(outbox.take())
                yield from self._until_taken()

    def _until_taken(self) -> Iterator[bytes]:
        """Waits until the stream's client has taken what there is, as a socket would make it wait. Not while
        another stream's request waits: its client may take nothing before that is answered."""
        streams, stream = self._streams, self._stream
        while streams is not None and stream is not None and stream.backlog:
            with self._lock:
                while not (self._waiting or self._cancelled or self._gone or stream.closed):
                    if streams.has_due:
                        break
                    self._heard.wait()
                else:
                    return
            yield self._seal(b"")

    def _guarded(self, stream: Iterator[bytes]) -> Generator[bytes, None, None]:
        try:
            yield from stream
        except TsqlError as problem:
            yield self._failure(as_event(problem))
        except TdsProtocolError:
            raise
        except Exception as problem:
            log.exception("a request failed inside")
            yield self._failure(
                Error(_INTERNAL_ERROR, f"tsqld failed: {type(problem).__name__}: {problem}", 16, 1, 1)
            )

    def _failure(self, event: Error) -> bytes:
        return tokens.error(event, self._version) + tokens.done(
            tokens.DONE, tokens.DONE_ERROR, 0, 0, self._version
        )

    def _tokens(self, message: ClientMessage, session: Session) -> Iterator[bytes]:
        """The answer to one request, as tokens."""
        keep = message.status & protocol.STATUS_RESET_KEEP_TRANSACTION
        if keep or message.status & protocol.STATUS_RESET:
            yield self._reset(session, bool(keep))
        match message.kind:
            case PacketType.SQL_BATCH:
                events = session.batch(parse_batch(message.take(), self._version))
                yield from self._batch(self._within_batch(events, session))
            case PacketType.RPC:
                yield from self._calls(parse_calls(message.take(), self._version), session)
            case PacketType.TRANSACTION_MANAGER:
                others = self._streams is not None and self._streams.others_unread(self._stream)
                events = transaction_events(message.payload, self._version, session, others_run=others)
                yield from self._batch(events)
            case PacketType.BULK_LOAD:
                columns, rows = read_bulk_copy(message.take(), self._version)
                yield from self._batch(session.bulk_copy(columns, rows))
            case _:
                raise TdsProtocolError(f"a message of type {message.kind} on a session")

    def _batch(self, events: Iterable[Event]) -> Iterator[bytes]:
        return batch_tokens(events, self._version, self._transactions)

    def _calls(self, calls: list[Call], session: Session) -> Iterator[bytes]:
        if self._cursors is None:
            self._cursors = ApiCursors(session, self._prepared)
        runner = Calls(session, self._prepared, self._cursors)
        number = together = 0
        while number < len(calls) and not self._cancelled:
            events: list[Event] = []
            if number >= together:
                alike = runner.alike(calls[number : number + _MOST_TOGETHER])
                together = number + alike
                if alike >= _WORTH_WHILE:
                    done, told = runner.together(calls[number:together])
                    for event in told:
                        if isinstance(event, TransactionChanged):
                            yield self._transactions.changed(event)
                    events = [told[-1], ReturnStatus(0)] if done else []
            for call in calls[number : together if events else number + 1]:
                number += 1
                yield from call_tokens(
                    events or self._within_batch(runner.events(call), session, number == len(calls)),
                    self._version,
                    self._transactions,
                    is_last=number == len(calls),
                )

    def _within_batch(
        self, events: Iterable[Event], session: Session, is_last: bool = True
    ) -> Iterator[Event]:
        """Where a client multiplexes, a transaction that T-SQL begins ends with its batch at the latest."""
        was_open = self._transactions.is_open
        yield from events
        if self._streams is not None and is_last and self._transactions.is_open and not was_open:
            yield as_event(error(3997))
            yield from session.transaction("rollback", "")

    def _reset(self, session: Session, keep_transaction: bool) -> bytes:
        """A pooled connection goes to its next user: what the last one left is gone."""
        before = session.database
        session.reset(keep_transaction)
        self._prepared.clear()
        if self._cursors is not None:
            self._cursors.clear()
        told = tokens.environment(tokens.ENV_RESET_DONE, b"", b"")
        if not keep_transaction:
            told += self._transactions.abandoned()
        if session.database != before:
            told += database_changed(DatabaseChanged(session.database, before), self._version)
        return told

    def _cancel(self) -> None:
        self._cancelled = True
        self._heard.notify_all()
        if self._session is not None:
            self._session.cancel()

    def _attention(self) -> bytes:
        """The acknowledgement a client that cancelled waits for."""
        return tokens.done(tokens.DONE, tokens.DONE_ATTENTION, 0, 0, self._version)

    # --- bytes

    def _packets(self, payload: bytes) -> bytes:
        outbox = Outbox(self._packet_size, self._session.spid if self._session else 0)
        outbox.write(payload)
        return self._seal(outbox.finish())

    def _seal(self, packets: bytes) -> bytes:
        """As they are sent: inside their stream, as far as its client takes more, and encrypted."""
        if self._streams is not None:
            with self._lock:
                if self._stream is not None:
                    self._stream.add(packets)
                packets = self._streams.take()
        if not self._encrypts or self._tunnel is None or not packets:
            return packets
        with self._lock:
            return bytes(self._tunnel.wrap(packets))

    def _decrypt(self, data: bytes) -> bytes:
        if self._tunnel is None:
            return data
        try:
            return bytes(self._tunnel.unwrap(data))
        except TlsError as problem:
            raise TdsProtocolError(str(problem)) from None
