"""Transaction manager requests: begin, commit, roll back and save, sent by drivers' own transaction calls.

Specification: [MS-TDS] 2.2.6.9. What a driver may ask beside them, distributed transactions, is refused.
A commit or rollback may ask that the next transaction begin at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tsqld.errors import error, unsupported
from tsqld.events import Event
from tsqld.tds.protocol import (
    Session,
    TransactionRequestType,
    parse_transaction_request,
    skip_all_headers,
)
from tsqld.tds.reader import Reader

_KINDS: Final = {
    TransactionRequestType.BEGIN_XACT: "begin",
    TransactionRequestType.COMMIT_XACT: "commit",
    TransactionRequestType.ROLLBACK_XACT: "rollback",
    TransactionRequestType.SAVE_XACT: "save",
}
_ISOLATION: Final = {
    1: "READ UNCOMMITTED",
    2: "READ COMMITTED",
    3: "REPEATABLE READ",
    4: "SERIALIZABLE",
    5: "SNAPSHOT",
}
_BEGIN_NEXT: Final = 0x01


def transaction_events(
    payload: bytes, version: int, session: Session, *, others_run: bool = False
) -> Iterator[Event]:
    """Runs one request. Raises TsqlError 50100 for distributed transactions, and 3988 where one would begin
    while other requests of the session are not done."""
    request = parse_transaction_request(payload, version)
    kind = _KINDS.get(request.kind)
    if kind is None:
        raise unsupported("distributed transactions")
    details = Reader(payload, skip_all_headers(payload, version) + 2)
    if kind == "begin":
        if others_run:
            raise error(3988)
        yield from _isolate(details.u8() if details.remaining else 0, session)
    yield from session.transaction(kind, request.name or "")
    if kind in ("commit", "rollback"):
        yield from _begin_next(details, session)


def _begin_next(details: Reader, session: Session) -> Iterator[Event]:
    details.take(details.u8())
    if details.remaining and details.u8() & _BEGIN_NEXT:
        yield from _isolate(details.u8(), session)
        size = details.u8()
        yield from session.transaction("begin", details.text(size // 2))


def _isolate(level: int, session: Session) -> Iterator[Event]:
    """The isolation level a request names; 0 leaves it as it is."""
    if level in _ISOLATION:
        yield from session.batch(f"SET TRANSACTION ISOLATION LEVEL {_ISOLATION[level]};")
