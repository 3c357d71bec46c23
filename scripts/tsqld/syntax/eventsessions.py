"""Parses EVENT SESSION statements. Source: Microsoft Learn, "CREATE EVENT SESSION (Transact-SQL)".

The events of statements in modules and the ring buffer are known; other events and targets are refused.
"""

from __future__ import annotations

from typing import Final

from tsqld.syntax import nodes as n
from tsqld.syntax.altertable import AlterTableParser

_EVENTS: Final = ("sp_statement_starting", "sp_statement_completed")


class EventSessionParser(AlterTableParser):
    """The grammar behind CREATE, ALTER and DROP EVENT SESSION."""

    def event_session(self, verb: str, line: int) -> n.EventSession:
        self.expect("EVENT")
        self.expect("SESSION")
        name = self.name()
        self.expect("ON")
        self.expect("SERVER")
        if verb == "DROP":
            return n.EventSession(line, "DROP", name)
        if verb == "ALTER":
            if not self.accept("STATE"):
                self.refuse("ALTER EVENT SESSION other than STATE")
            self.expect("=")
            return n.EventSession(line, self.expect("START", "STOP"), name)
        events, limit = [], 1000
        while True:
            self.expect("ADD")
            if self.expect("EVENT", "TARGET") == "EVENT":
                events.append(self._event())
            else:
                limit = self._event_target()
            self.accept(",")
            if not self.at("ADD"):
                break
        if self.accept("WITH"):
            self._options()
        return n.EventSession(line, "CREATE", name, tuple(events), limit)

    def _event(self) -> n.AddedEvent:
        name = self.object_name()[-1].lower()
        if name not in _EVENTS:
            self.refuse(f"the event {name}")
        where = None
        if self.accept("("):
            while not self.accept(")"):
                if self.accept("WHERE"):
                    where = self.condition()
                else:
                    self.refuse(f"{self.token.text} of an event")
        return n.AddedEvent(name, where)

    def _event_target(self) -> int:
        name = self.object_name()[-1].lower()
        if name != "ring_buffer":
            self.refuse(f"the target {name}")
        limit = 1000
        if self.accept("("):
            self.expect("SET")
            while not self.accept(")"):
                option = self.name().lower()
                self.expect("=")
                self.accept("(")
                value = int(self.advance().value)
                self.accept(")")
                limit = value if option == "max_events_limit" else limit
                self.accept(",")
        return limit

    def _options(self) -> None:
        """Options say how events are buffered on their way, which is not at all here."""
        self.expect("(")
        depth = 1
        while depth:
            if self.at_end():
                self.fail()
            depth += {"(": 1, ")": -1}.get(self.advance().text, 0)
