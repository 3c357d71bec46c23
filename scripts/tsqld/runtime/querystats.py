"""What each query of a text has cost since it was first run: behind sys.dm_exec_query_stats.

The interpreter notes every SELECT, INSERT, UPDATE, DELETE and MERGE that comes to its end. A row belongs to
a statement of a text in a database, as SQL Server's belongs to one of a cached plan, and goes when many other
texts have run since or the module is changed. Elapsed time counts what the client takes to read; worker time
is that of the session's own thread, without what DuckDB's other threads help. Specification: Microsoft Learn,
"sys.dm_exec_query_stats".
"""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha1
from typing import TYPE_CHECKING, Final

from tsqld.syntax import nodes as n
from tsqld.syntax.parser import LONGEST_KEPT

if TYPE_CHECKING:
    from tsqld.runtime.frame import Frame

QUERIES: Final = frozenset({n.SelectStatement, n.Insert, n.Update, n.Delete, n.Merge})
_TEXTS: Final = 1000
"""Texts that are remembered."""


@dataclass(slots=True)
class Measure:
    """One quantity over all executions: its sum, and the last, least and greatest of them."""

    total: int = 0
    last: int = 0
    least: int = 0
    greatest: int = 0

    def add(self, value: int, first: bool) -> None:
        self.total += value
        self.last = value
        self.least = value if first else min(self.least, value)
        self.greatest = max(self.greatest, value)


@dataclass(slots=True)
class Counted:
    """The executions of one statement; times in microseconds."""

    node: n.Statement
    place: tuple[int, int, bytes] | None = None
    """Where it starts and ends in its text, and its hash, once somebody has asked."""
    count: int = 0
    began: dt.datetime = dt.datetime.min
    worker: Measure = field(default_factory=Measure)
    elapsed: Measure = field(default_factory=Measure)
    rows: Measure = field(default_factory=Measure)


@dataclass(slots=True)
class Text:
    """A text that was run in a database, as a module's when `module` is its number."""

    tree: n.Batch
    database: str
    module: int
    created: dt.datetime
    statements: dict[int, Counted] = field(default_factory=dict)

    @property
    def handle(self) -> bytes:
        """sql_handle: what names the text, the same for the same text."""
        return module_handle(self.database, self.module) if self.module else sql_handle(self.tree.text)

    @property
    def plan_handle(self) -> bytes:
        known = f"{self.database}\0{self.module}\0{self.tree.text}"
        return b"\x05" + sha1(known.encode("utf-16-le", "surrogatepass")).digest()


def sql_handle(text: str) -> bytes:
    """What names the text of a batch: 44 bytes, the same for the same text."""
    return b"\x02" + bytes(3) + sha1(text.encode("utf-16-le", "surrogatepass")).digest() + bytes(20)


def module_handle(database: str, module: int) -> bytes:
    """What names the text of a module."""
    return b"\x03" + bytes(3) + sha1(f"{database.lower()}\0{module}".encode()).digest() + bytes(20)


class Run:
    """A statement under way."""

    __slots__ = ("_began", "_elapsed", "_frame", "_node", "_stats", "_worker")

    def __init__(self, stats: QueryStats, frame: Frame, node: n.Statement) -> None:
        self._stats, self._frame, self._node = stats, frame, node
        self._began = dt.datetime.now()
        self._elapsed, self._worker = time.perf_counter_ns(), time.thread_time_ns()

    def ended(self, count: int) -> None:
        """It came to its end with @@ROWCOUNT rows, which count where it returned them."""
        elapsed = (time.perf_counter_ns() - self._elapsed) // 1000
        # Another thread may fetch the rest of a result; what it computed there is not told.
        worker = max((time.thread_time_ns() - self._worker) // 1000, 0)
        rows = count if _returns(self._node) else 0
        self._stats.add(self._frame, self._node, self._began, min(worker, elapsed), elapsed, rows)


def _returns(node: n.Statement) -> bool:
    """Whether a query returns rows: those of SELECT, or of an OUTPUT that goes to the client."""
    if isinstance(node, n.Insert | n.Update | n.Delete | n.Merge):
        return any(output.into is None for output in node.outputs)
    return True


class QueryStats:
    """The statements that sessions have run, the texts run last at the end."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._texts: OrderedDict[tuple[int, str], Text] = OrderedDict()

    def add(
        self, frame: Frame, node: n.Statement, began: dt.datetime, worker: int, elapsed: int, rows: int
    ) -> None:
        tree = frame.tree
        if tree is None or len(tree.text) > LONGEST_KEPT:
            return
        with self._mutex:
            key = (id(tree), frame.database)
            text = self._texts.get(key)
            if text is None:
                text = self._texts[key] = Text(tree, frame.database, frame.procedure_id, began)
                if len(self._texts) > _TEXTS:
                    self._texts.popitem(last=False)
            self._texts.move_to_end(key)
            counted = text.statements.get(id(node))
            if counted is None:
                counted = text.statements[id(node)] = Counted(node)
            first = counted.count == 0
            counted.count += 1
            counted.began = began
            counted.worker.add(worker, first)
            counted.elapsed.add(elapsed, first)
            counted.rows.add(rows, first)

    def forget(self) -> None:
        """DBCC FREEPROCCACHE."""
        with self._mutex:
            self._texts.clear()

    def texts(self) -> Iterator[Text]:
        """What is remembered, as of now."""
        with self._mutex:
            found = list(self._texts.values())
        yield from found
