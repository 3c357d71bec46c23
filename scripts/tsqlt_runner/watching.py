"""An extended-events session that notes statements of modules as they start.

After connection. `sp_statement_starting` rather than `sp_statement_completed`: a statement that raises an
error starts and never completes. A server dispatches events up to a second later, tsqld at once.
Source: Microsoft Learn, "CREATE EVENT SESSION", "sys.dm_xe_session_targets".
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final
from xml.etree import ElementTree

from tsql.names import literal, quote
from tsqlt_runner.connection import Connection
from tsqlt_runner.errors import CannotRun

_CREATE: Final = """
CREATE EVENT SESSION {name} ON SERVER
ADD EVENT sqlserver.sp_statement_starting (WHERE ({where}))
ADD TARGET package0.ring_buffer (SET max_events_limit = (0), max_memory = (102400))
WITH (MAX_MEMORY = 16 MB, EVENT_RETENTION_MODE = NO_EVENT_LOSS, MAX_DISPATCH_LATENCY = 1 SECONDS);
"""
_READ: Final = """
SELECT CAST(targets.target_data AS nvarchar(max)) AS document
FROM sys.dm_xe_sessions AS sessions
INNER JOIN sys.dm_xe_session_targets AS targets ON targets.event_session_address = sessions.address
WHERE sessions.name = {name};
"""


@dataclass(frozen=True, slots=True)
class Started:
    """A statement that started: `offset` in characters of the module's text, `depth` the nesting of calls."""

    object_id: int
    offset: int
    line: int
    depth: int


class Watch:
    """A session that is started; `take` gives what it noted since it was taken last."""

    def __init__(self, connection: Connection, name: str, latency: float) -> None:
        self._connection = connection
        self._name = name
        self._latency = latency

    def take(self) -> list[Started]:
        """Errors: CannotRun when the server has cut its report short."""
        time.sleep(self._latency)
        (row,) = self._connection.rows(_READ.format(name=literal(self._name)))
        self._switch("STOP")
        self._switch("START")
        root = ElementTree.fromstring(row["document"])
        if root.get("truncated", "0") != "0":
            raise CannotRun(
                "the server cut the event session's report short: run fewer tests with --coverage"
            )
        return [_started(event) for event in root]

    def _switch(self, state: str) -> None:
        self._connection.rows(f"ALTER EVENT SESSION {quote(self._name)} ON SERVER STATE = {state};")


@contextmanager
def watching(connection: Connection, name: str, where: str, latency: float) -> Iterator[Watch]:
    """Note the statements that `where`, a predicate over the event's fields, chooses."""
    drop = f"DROP EVENT SESSION {quote(name)} ON SERVER;"
    if connection.rows(f"SELECT 1 AS found FROM sys.server_event_sessions WHERE name = {literal(name)};"):
        connection.rows(drop)
    connection.rows(_CREATE.format(name=quote(name), where=where))
    try:
        watch = Watch(connection, name, latency)
        watch._switch("START")
        yield watch
    finally:
        connection.rows(drop)


def _started(event: ElementTree.Element) -> Started:
    values = {data.get("name"): data.findtext("value") or "0" for data in event.iter("data")}
    return Started(
        int(values["object_id"]),
        int(values["offset"]) // 2,
        int(values["line_number"]),
        int(values["nest_level"]),
    )
