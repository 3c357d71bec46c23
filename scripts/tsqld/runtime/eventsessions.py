"""Extended events: sessions that note the statements of modules as they start and complete.

The interpreter calls `fire` while a session is started; `sys.dm_xe_sessions` and `sys.dm_xe_session_targets`
show what was noted, as SQL Server's ring buffer does. Offsets count bytes of UTF-16 from the start of the
module's text. Source: Microsoft Learn, "Targets for Extended Events", "sys.dm_xe_session_targets".
"""

from __future__ import annotations

import datetime as dt
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from xml.sax.saxutils import escape

from tsqld.catalog.model import Module
from tsqld.errors import TsqlError, unsupported
from tsqld.syntax import nodes as n
from tsqld.syntax.parser import parse_batch
from tsqld.syntax.spans import spans_of

if TYPE_CHECKING:
    from tsqld.runtime.session import Session

_SILENT: Final = (n.Block, n.TryCatch, n.Label)


@dataclass
class _Noting:
    """A session: what it wants to know, and what it noted since it was started."""

    definition: n.EventSession
    created: dt.datetime
    started: bool = False
    buffer: deque[str] = field(default_factory=deque)
    total: int = 0


class EventSessions:
    """The event sessions of a server."""

    def __init__(self) -> None:
        self.active = False
        self._sessions: dict[str, _Noting] = {}
        self._mutex = threading.Lock()
        self._spans: dict[tuple[str, int], tuple[n.Batch, dict[int, tuple[int, int]]]] = {}

    def change(self, node: n.EventSession) -> None:
        """CREATE, START, STOP or DROP. Errors 25631, 25623 where the session is there already, or not."""
        key = node.name.lower()
        with self._mutex:
            found = self._sessions.get(key)
            if node.action == "CREATE":
                if found is not None:
                    text = f'The event session, "{node.name}", already exists.'
                    text += "  Choose a unique name for the event session."
                    raise TsqlError(25631, text, severity=16)
                self._sessions[key] = _Noting(node, dt.datetime.now())
                return
            if found is None:
                text = f'The event session, "{node.name}", does not exist, or you do not have permission.'
                raise TsqlError(15151, text, severity=16)
            if node.action == "DROP":
                del self._sessions[key]
            else:
                found.started = node.action == "START"
                found.buffer = deque(maxlen=found.definition.limit or None)
                found.total = 0
            self.active = any(one.started for one in self._sessions.values())

    def fire(self, event: str, session: Session, node: n.Statement) -> None:
        """Note a statement of a module for whoever asked for it."""
        frame = session.frame
        if not frame.procedure_id or isinstance(node, _SILENT):
            return
        if isinstance(node, n.Declare) and not any(item.value is not None for item in node.declarations):
            return
        facts = self._facts(session, node)
        with self._mutex:
            for noting in self._sessions.values():
                if noting.started and any(
                    added.name == event and (added.where is None or _holds(added.where, facts))
                    for added in noting.definition.events
                ):
                    noting.buffer.append(_xml(event, facts))
                    noting.total += 1

    def _facts(self, session: Session, node: n.Statement) -> dict[str, Any]:
        frame = session.frame
        database = frame.database or session.database
        start, end = self._span(session, database, frame.procedure_id, node)
        return {
            "source_database_id": session.interpreter.evaluator._functions.database_ids().get(database, 0),
            "object_id": frame.procedure_id,
            "offset": 2 * start,
            "offset_end": 2 * end,
            "nest_level": frame.nest,
            "line_number": node.line,
            "object_name": frame.procedure.rpartition(".")[2],
        }

    def _span(self, session: Session, database: str, module_id: int, node: n.Statement) -> tuple[int, int]:
        known = self._spans.get((database, module_id))
        if known is None or id(node) not in known[1]:
            module = session.catalog(database).by_id(module_id)
            if not isinstance(module, Module):
                return 0, 0
            tree = parse_batch(module.text)
            known = self._spans[database, module_id] = (tree, spans_of(tree))
        return known[1].get(id(node), (0, 0))

    # what the catalog shows

    def shown(self) -> list[tuple[str, dt.datetime, bool, str]]:
        """Name, creation, whether it is started, and the ring buffer's document, of each session."""
        with self._mutex:
            return [
                (one.definition.name, one.created, one.started, _document(one))
                for one in self._sessions.values()
            ]


def _holds(node: n.Expression, facts: Mapping[str, Any]) -> bool:
    """A predicate of an event: comparisons of its fields with numbers, AND, OR, NOT."""
    match node:
        case n.Logical():
            left = _holds(node.left, facts)
            return (
                (left and _holds(node.right, facts))
                if node.operator == "AND"
                else (left or _holds(node.right, facts))
            )
        case n.Not():
            return not _holds(node.operand, facts)
        case n.Comparison(operator=operator, left=n.ColumnName() as name, right=n.Literal() as value) if (
            operator in ("=", "<>") and name.parts[-1].lower() in facts
        ):
            same = str(facts[name.parts[-1].lower()]).lower() == value.value.lower()
            return same if operator == "=" else not same
    raise unsupported("this predicate of an event", node.line)


def _xml(event: str, facts: Mapping[str, Any]) -> str:
    moment = dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    data = "".join(
        f'<data name="{name}"><value>{escape(str(value))}</value></data>' for name, value in facts.items()
    )
    return f'<event name="{event}" package="sqlserver" timestamp="{moment}">{data}</event>'


def _document(noting: _Noting) -> str:
    count = len(noting.buffer)
    return (
        f'<RingBufferTarget truncated="0" processingTime="0" totalEventsProcessed="{noting.total}" '
        f'eventCount="{count}" droppedCount="{noting.total - count}" memoryUsed="0">'
        f"{''.join(noting.buffer)}</RingBufferTarget>"
    )
