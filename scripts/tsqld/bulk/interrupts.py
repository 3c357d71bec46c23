"""Lets whoever reads a file in Python hear that the request it reads for was cancelled.

Place in the pipeline: the runtime says `watching` around a load, the loops of this package `look` now and
then. A request runs on one thread, so what is watched belongs to the thread.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class _Watched(threading.local):
    is_cancelled: Callable[[], bool] | None = None


_watched = _Watched()


@contextmanager
def watching(is_cancelled: Callable[[], bool]) -> Iterator[None]:
    """For the time of a block, `look` asks this."""
    before, _watched.is_cancelled = _watched.is_cancelled, is_cancelled
    try:
        yield
    finally:
        _watched.is_cancelled = before


def look() -> None:
    """Raises InterruptedError where the request has been cancelled."""
    if _watched.is_cancelled is not None and _watched.is_cancelled():
        raise InterruptedError
