"""Extended events: CREATE, ALTER and DROP EVENT SESSION."""

from __future__ import annotations

from dataclasses import dataclass

from tsqld.syntax.nodes.base import Expression, Statement

__all__ = ["AddedEvent", "EventSession"]


@dataclass(frozen=True, slots=True)
class AddedEvent:
    """ADD EVENT: its bare name, and the predicate that it must satisfy."""

    name: str
    where: Expression | None


@dataclass(frozen=True, slots=True)
class EventSession(Statement):
    """`action` is CREATE, START, STOP or DROP. `limit` is the ring buffer's max_events_limit, 0 for none."""

    action: str
    name: str
    events: tuple[AddedEvent, ...] = ()
    limit: int = 1000
