"""Which databases a data directory holds, written down, so that a file that has gone missing is missed."""

from __future__ import annotations

import json
import os
from pathlib import Path


class KnownDatabases:
    """The names, in a file beside the databases."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def names(self) -> list[str]:
        """Empty where nothing was written yet."""
        return list(json.loads(self.path.read_text(encoding="utf-8"))) if self.path.exists() else []

    def add(self, name: str) -> None:
        names = self.names()
        if name.lower() not in map(str.lower, names):
            self._write([*names, name])

    def remove(self, name: str) -> None:
        self._write([known for known in self.names() if known.lower() != name.lower()])

    def _write(self, names: list[str]) -> None:
        """Whole or not at all, and on disk."""
        unfinished = self.path.with_suffix(".unfinished")
        with unfinished.open("w", encoding="utf-8") as file:
            json.dump(sorted(names), file, indent=0)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(self.path)
