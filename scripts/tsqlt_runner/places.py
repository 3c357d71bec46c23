"""Where the project is and where test databases are kept. After errors."""

from __future__ import annotations

import os
from pathlib import Path

from tsqlt_runner.errors import CannotRun


def find_root() -> Path:
    """The project: this folder or one above it, with database/ and migrations/. Errors: CannotRun."""
    for folder in (Path.cwd(), *Path.cwd().parents):
        if (folder / "database").is_dir() and (folder / "migrations").is_dir():
            return folder
    raise CannotRun(f"{Path.cwd()} is in no project: no folder above it has database/ and migrations/")


def runner_home(root: Path, name: str = "tsqlt") -> Path:
    """Where tsqld keeps the test databases."""
    return Path(os.environ.get("WAREHOUSE_HOME") or root / ".warehouse").absolute() / name
