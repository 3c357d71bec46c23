"""Tells which files changed, for `--watch`. Beside sources; polls, for it is a few hundred files at most."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

_POLL_SECONDS: Final = 0.1


def changes(paths: Sequence[Path]) -> Iterator[set[Path]]:
    """The .sql files below `paths` that came, went or were written, each time there are some; never ends."""
    before = _times(paths)
    while True:
        time.sleep(_POLL_SECONDS)
        now = _times(paths)
        changed = {path for path in before.keys() | now.keys() if before.get(path) != now.get(path)}
        before = now
        if changed:
            yield changed


def _times(paths: Sequence[Path]) -> dict[Path, int]:
    """When each file was written, in nanoseconds."""
    found: dict[Path, int] = {}
    for path in paths:
        for file in path.rglob("*.sql") if path.is_dir() else [path]:
            try:
                found[file.resolve()] = file.stat().st_mtime_ns
            except FileNotFoundError:
                continue  # gone between the listing and the question
    return found
