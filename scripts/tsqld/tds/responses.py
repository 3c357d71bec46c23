"""Turns the events of one request into the tokens of its answer.

Place: between the engine's iterators and `connection`, which cuts the tokens into packets and sends them.
Specification: [MS-TDS] 2.2.7.6 to 2.2.7.8 and 3.3.5. A batch answers DONE per statement, a remote call
DONEINPROC per statement and DONEPROC at its end. Whether more follows a statement is known one event later,
so a batch's DONE is held back until then.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from typing import Final

from tsqld.events import (
    Columns,
    DatabaseChanged,
    Done,
    Error,
    Event,
    Message,
    ReturnStatus,
    ReturnValue,
    Rows,
    TransactionChanged,
)
from tsqld.tds import tokens
from tsqld.tds.protocol import TDS_72
from tsqld.tds.rows import RowEncoder
from tsqld.tds.typeinfo import is_chunked

FLUSH: Final = b""
"""In a stream of tokens: send what there is without waiting for a full packet."""


class Transactions:
    """The descriptors that tell a client which transaction its session is in."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._open: bytes | None = None

    @property
    def is_open(self) -> bool:
        return self._open is not None

    def changed(self, event: TransactionChanged) -> bytes:
        """ENVCHANGE for the outermost transaction's beginning or end."""
        if event.began:
            self._open = next(self._numbers).to_bytes(8, "little")
            return tokens.environment(tokens.ENV_BEGIN_TRANSACTION, self._open, b"")
        kind = tokens.ENV_COMMIT_TRANSACTION if event.committed else tokens.ENV_ROLLBACK_TRANSACTION
        return self._ended(kind)

    def abandoned(self) -> bytes:
        """ENVCHANGE for a transaction that a connection reset rolled back; nothing when there was none."""
        return self._ended(tokens.ENV_ROLLBACK_TRANSACTION) if self._open else b""

    def _ended(self, kind: int) -> bytes:
        ended, self._open = self._open or bytes(8), None
        return tokens.environment(kind, b"", ended)


class _Answer:
    """What batches and remote calls have in common: every event but the ends of statements."""

    def __init__(self, version: int, transactions: Transactions) -> None:
        self._version = version
        self._transactions = transactions
        self._rows: RowEncoder | None = None
        self.failed = False
        """An ERROR was sent that no DONE has accounted for yet."""
        self.last_error = 0

    def shared(self, event: Event) -> Iterator[bytes]:
        """Tokens of an event that means the same in every kind of request."""
        match event:
            case Rows():
                if self._rows is None:
                    raise ValueError("rows before columns")
                yield from self._rows.encode(event.rows)
            case Columns():
                self._rows = RowEncoder(event.columns, self._version)
                yield tokens.column_metadata(event.columns, self._version)
            case Message():
                yield tokens.message(event, self._version)
                yield FLUSH
            case Error():
                self.failed, self.last_error = True, event.number
                yield tokens.error(event, self._version)
            case DatabaseChanged():
                # the message that belongs to it is the statement's, with its line
                yield tokens.environment(tokens.ENV_DATABASE, event.name, event.previous)
            case TransactionChanged():
                yield self._transactions.changed(event)
            case _:
                raise TypeError(f"no answer to {type(event).__name__}")

    @property
    def in_result(self) -> bool:
        return self._rows is not None

    def done(self, kind: int, event: Done | None, status: int = 0) -> bytes:
        """DONE of any kind for a statement, or for what failed without one."""
        if self.failed:
            status |= tokens.DONE_ERROR
        self.failed, self._rows = False, None
        count = 0
        if event is not None and event.count is not None:
            status, count = status | tokens.DONE_COUNT, event.count
        command = tokens.SELECT_COMMAND if event is not None and event.select else 0
        return tokens.done(kind, status, command, count, self._version)


def database_changed(event: DatabaseChanged, version: int) -> bytes:
    """What follows a login and a reset: the new database, and the message every client knows."""
    text = f"Changed database context to '{event.name}'."
    said = tokens.message(Message(text, number=5701, state=2), version)
    return tokens.environment(tokens.ENV_DATABASE, event.name, event.previous) + said


def batch_tokens(events: Iterable[Event], version: int, transactions: Transactions) -> Iterator[bytes]:
    """The answer to a SQL batch or a transaction request: ends with a DONE that says no more follows."""
    answer = _Answer(version, transactions)
    held: tuple[int, Done | None] | None = None
    for event in events:
        if held is not None:
            yield answer.done(*held, tokens.DONE_MORE)
            held = None
        match event:
            case Done():
                if event.count is not None or event.select or answer.failed or answer.in_result:
                    held = (tokens.DONE, event)
            case ReturnStatus():
                yield tokens.return_status(event.value)
                held = (tokens.DONE_PROC, None)
            case ReturnValue():
                raise TypeError("a batch has no OUTPUT parameters")
            case Columns():
                if answer.failed or answer.in_result:
                    yield answer.done(tokens.DONE, None, tokens.DONE_MORE)
                yield from answer.shared(event)
            case _:
                yield from answer.shared(event)
    yield answer.done(*(held or (tokens.DONE, None)))


def call_tokens(
    events: Iterable[Event], version: int, transactions: Transactions, *, is_last: bool = True
) -> Iterator[bytes]:
    """The answer to one remote call: ends with RETURNSTATUS, the OUTPUT parameters and DONEPROC."""
    answer = _Answer(version, transactions)
    status: int | None = None
    values: list[ReturnValue] = []
    for event in events:
        match event:
            case Done():
                if event.count is not None or event.select or answer.failed or answer.in_result:
                    yield answer.done(tokens.DONE_IN_PROC, event, tokens.DONE_MORE)
            case ReturnStatus():
                status = event.value
            case ReturnValue():
                values.append(event)
            case Columns():
                if answer.failed or answer.in_result:
                    yield answer.done(tokens.DONE_IN_PROC, None, tokens.DONE_MORE)
                yield from answer.shared(event)
            case _:
                yield from answer.shared(event)
    if status is not None or not answer.last_error:
        yield tokens.return_status(status or 0)
    for value in sorted(values, key=lambda value: is_chunked(value.type) and version >= TDS_72):
        yield tokens.return_value(value, version)
    yield answer.done(tokens.DONE_PROC, None, 0 if is_last else tokens.DONE_MORE)
