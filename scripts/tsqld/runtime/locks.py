"""Locks between sessions: tables, references to tables, catalogs, and application locks.

A lock is held by a session for an owner, which is its transaction, itself, or a statement. Waiting honours
SET LOCK_TIMEOUT (1222); a cycle of waiters ends one of them (1205), the one with the lowest
DEADLOCK_PRIORITY.
Source: Microsoft Learn, "Transaction locking and row versioning guide".
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

from tsqld.errors import error

# Which held modes let a wanted mode in: "Lock compatibility".
_COMPATIBLE: Final = {
    "IS": {"IS", "IX", "S", "U", "SIX"},
    "IX": {"IS", "IX"},
    "S": {"IS", "S", "U"},
    "U": {"IS", "S"},
    "SIX": {"IS"},
    "X": set[str](),
}
_STRENGTH: Final = {"IS": 0, "S": 1, "IX": 1, "U": 2, "SIX": 3, "X": 4}
_POLL_SECONDS: Final = 0.25
TRANSACTION: Final = "transaction"
SESSION: Final = "session"


@dataclass(slots=True)
class _Resource:
    """Who holds it: (session, owner) → modes, one an acquisition."""

    holders: dict[tuple[int, str], list[str]] = field(default_factory=dict)


@dataclass(slots=True)
class _Waiter:
    """A session that waits: for what, on whom, and how dear it is."""

    resource: str
    mode: str
    priority: int
    blockers: set[int]
    is_victim: bool = False


@dataclass(slots=True)
class Waits:
    """How often, for how long and for how long at most a mode was waited for."""

    count: int = 0
    seconds: float = 0.0
    longest: float = 0.0

    def add(self, seconds: float) -> None:
        self.count += 1
        self.seconds += seconds
        self.longest = max(self.longest, seconds)


class LockManager:
    """All locks of a server. Thread-safe."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._resources: dict[str, _Resource] = {}
        self._waits: dict[int, _Waiter] = {}
        self._waited = {mode: Waits() for mode in _COMPATIBLE}

    def waits(self) -> dict[str, Waits]:
        """What has been waited for since the start, by mode."""
        with self._changed:
            return {mode: replace(waits) for mode, waits in self._waited.items()}

    def held(self) -> list[tuple[str, str, int]]:
        """(resource, mode, session) of every lock that is held."""
        with self._changed:
            return [
                (resource, mode, spid)
                for resource, entry in self._resources.items()
                for (spid, _), modes in entry.holders.items()
                for mode in modes
            ]

    def waiting(self) -> list[tuple[str, str, int, int]]:
        """(resource, mode, session, a session that holds it up) of every wait."""
        with self._changed:
            return [
                (waiter.resource, waiter.mode, spid, min(waiter.blockers, default=0))
                for spid, waiter in self._waits.items()
            ]

    def acquire(
        self,
        spid: int,
        resource: str,
        mode: str,
        *,
        owner: str = TRANSACTION,
        timeout_ms: int = -1,
        priority: int = 0,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> bool:
        """Take a lock; True when it had to wait. Errors: 1222 after `timeout_ms` (-1 waits for ever), 1205;
        InterruptedError when cancelled."""
        deadline = None if timeout_ms < 0 else time.monotonic() + timeout_ms / 1000
        with self._changed:
            waiter = _Waiter(resource, mode, priority, set())
            waited, began = False, time.monotonic()
            try:
                while blockers := self._blockers(spid, resource, mode):
                    waited = True
                    waiter.blockers = blockers
                    self._waits[spid] = waiter
                    self._end_cycle(spid)
                    if waiter.is_victim:
                        raise error(1205, spid)
                    left = _POLL_SECONDS
                    if deadline is not None:
                        left = min(left, deadline - time.monotonic())
                        if left <= 0:
                            raise error(1222)
                    self._changed.wait(left)
                    if cancelled():
                        raise InterruptedError
                    if waiter.is_victim:
                        raise error(1205, spid)
            finally:
                self._waits.pop(spid, None)
                if waited:
                    self._waited[mode].add(time.monotonic() - began)
            entry = self._resources.setdefault(resource, _Resource())
            entry.holders.setdefault((spid, owner), []).append(mode)
        return waited

    def secure(self, spid: int, resource: str, mode: str, **how: object) -> None:
        """`acquire`, unless the same owner holds a mode that implies it."""
        owner = str(how.get("owner", TRANSACTION))
        with self._changed:
            entry = self._resources.get(resource)
            if entry is not None and _implied(mode, entry.holders.get((spid, owner), ())):
                return
        self.acquire(spid, resource, mode, **how)  # type: ignore[arg-type]

    def wake(self) -> None:
        """Let every waiter look whether it was cancelled."""
        with self._changed:
            self._changed.notify_all()

    def _blockers(self, spid: int, resource: str, mode: str) -> set[int]:
        entry = self._resources.get(resource)
        if entry is None:
            return set()
        return {
            holder
            for (holder, _), modes in entry.holders.items()
            if holder != spid and any(mode not in _COMPATIBLE[held] for held in modes)
        }

    def _end_cycle(self, spid: int) -> None:
        """Name the victim of a cycle that `spid` has closed: of equal priority, who closed it."""
        cycle = self._cycle(spid)
        if not cycle:
            return
        if any(self._waits[member].is_victim for member in cycle):
            return
        victim = min(cycle, key=lambda member: (self._waits[member].priority, member != spid))
        self._waits[victim].is_victim = True
        self._changed.notify_all()

    def _cycle(self, start: int) -> list[int]:
        """The waiters from `start` back to it, each waiting on the next; empty where there is no way."""
        came: dict[int, int] = {}
        front = [start]
        while front:
            waiter = front.pop()
            for blocker in self._waits[waiter].blockers if waiter in self._waits else ():
                if blocker == start:
                    way = [waiter]
                    while way[-1] != start:
                        way.append(came[way[-1]])
                    return way
                if blocker not in came:
                    came[blocker] = waiter
                    front.append(blocker)
        return []

    def holds(self, spid: int, resource: str, owner: str | None = None) -> str | None:
        """The strongest mode a session holds, or None."""
        with self._changed:
            entry = self._resources.get(resource)
            if entry is None:
                return None
            modes = [
                mode
                for (holder, kind), held in entry.holders.items()
                if holder == spid and (owner is None or kind == owner)
                for mode in held
            ]
            return max(modes, key=_STRENGTH.__getitem__) if modes else None

    def available(self, spid: int, resource: str, mode: str) -> bool:
        with self._changed:
            return not self._blockers(spid, resource, mode)

    def release(self, spid: int, resource: str, owner: str) -> bool:
        """Give back one acquisition; False when none was held."""
        with self._changed:
            entry = self._resources.get(resource)
            held = entry.holders.get((spid, owner)) if entry else None
            if entry is None or not held:
                return False
            held.pop()
            if not held:
                del entry.holders[spid, owner]
            if not entry.holders:
                del self._resources[resource]
            self._changed.notify_all()
            return True

    def release_all(self, spid: int, owner: str | None = None) -> None:
        """Give back all a session holds, or all of one owner kind."""
        with self._changed:
            for name in list(self._resources):
                entry = self._resources[name]
                for key in [key for key in entry.holders if key[0] == spid and owner in (None, key[1])]:
                    del entry.holders[key]
                if not entry.holders:
                    del self._resources[name]
            self._changed.notify_all()


def _implied(mode: str, held: list[str] | tuple[()]) -> bool:
    """Whether one of the held modes lets nobody in whom `mode` would keep out."""
    return any(_COMPATIBLE[having] <= _COMPATIBLE[mode] for having in held)
