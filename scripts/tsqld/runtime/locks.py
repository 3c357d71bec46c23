"""Locks between sessions: tables while they are written, and application locks.

A lock is held by a session until its transaction (or, for session-owned application locks, the session) ends.
Waiting honours SET LOCK_TIMEOUT (1222) and a cycle of waiters ends the one who closed it (1205).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from tsqld.errors import error

# Which held modes let which wanted modes in: Microsoft Learn, "Lock compatibility".
_COMPATIBLE: Final = {
    "IS": {"IS", "IX", "S", "U"},
    "IX": {"IS", "IX"},
    "S": {"IS", "S", "U"},
    "U": {"IS", "S"},
    "X": set[str](),
}
_STRENGTH: Final = {"IS": 0, "S": 1, "IX": 1, "U": 2, "X": 3}
_POLL_SECONDS: Final = 0.25


@dataclass(slots=True)
class _Resource:
    """Who holds it: (session, owner) → mode and how often."""

    holders: dict[tuple[int, str], list[str]] = field(default_factory=dict)


class LockManager:
    """All locks of a server. Thread-safe."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._resources: dict[str, _Resource] = {}
        self._waits: dict[int, set[int]] = {}

    def held(self) -> list[tuple[str, str, int]]:
        """(resource, mode, session) of every lock that is held."""
        with self._changed:
            return [
                (resource, mode, spid)
                for resource, entry in self._resources.items()
                for (spid, _), modes in entry.holders.items()
                for mode in modes
            ]

    def acquire(
        self,
        spid: int,
        resource: str,
        mode: str,
        *,
        owner: str = "transaction",
        timeout_ms: int = -1,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> bool:
        """Take a lock; True when it had to wait. Errors: 1222 after `timeout_ms` (-1 waits for ever),
        1205."""
        deadline = None if timeout_ms < 0 else time.monotonic() + timeout_ms / 1000
        waited = False
        with self._changed:
            try:
                while blockers := self._blockers(spid, resource, mode):
                    waited = True
                    self._waits[spid] = blockers
                    if self._in_cycle(spid):
                        raise error(1205, spid)
                    left = (
                        _POLL_SECONDS if deadline is None else min(_POLL_SECONDS, deadline - time.monotonic())
                    )
                    if left <= 0 and deadline is not None:
                        raise error(1222)
                    self._changed.wait(max(left, 0.001))
                    if cancelled():
                        raise InterruptedError
            finally:
                self._waits.pop(spid, None)
            entry = self._resources.setdefault(resource, _Resource())
            entry.holders.setdefault((spid, owner), []).append(mode)
        return waited

    def _blockers(self, spid: int, resource: str, mode: str) -> set[int]:
        entry = self._resources.get(resource)
        if entry is None:
            return set()
        return {
            holder
            for (holder, _), modes in entry.holders.items()
            if holder != spid and any(mode not in _COMPATIBLE[held] for held in modes)
        }

    def _in_cycle(self, start: int) -> bool:
        seen: set[int] = set()
        front = set(self._waits.get(start, ()))
        while front:
            if start in front:
                return True
            seen |= front
            front = {after for waiter in front for after in self._waits.get(waiter, ())} - seen
        return False

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

    def snapshot(self) -> list[tuple[str, int, str, str]]:
        """(resource, session, owner, mode) of every lock held."""
        with self._changed:
            return [
                (name, spid, owner, mode)
                for name, entry in self._resources.items()
                for (spid, owner), modes in entry.holders.items()
                for mode in modes
            ]
