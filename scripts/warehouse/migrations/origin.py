"""Who and what deploys: tool version, git commit, environment, written beside everything that is recorded.

Beside history. Login, host and time are the server's to tell: ORIGINAL_LOGIN(), HOST_NAME(),
SYSUTCDATETIME().
"""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

from warehouse.migrations.files import Project

_DISTRIBUTION: Final = "sql-server-warehouse"
_COMMIT_VARIABLE: Final = "WAREHOUSE_GIT_COMMIT"
_GIT_SECONDS: Final = 10


@dataclass(frozen=True)
class Origin:
    """What a deployment comes from. `git_commit` ends in `+` where files differ from that commit, and is None
    where there is no checkout."""

    tool_version: str
    git_commit: str | None
    environment: str | None


def origin_of(project: Project) -> Origin:
    """Where the project's scripts come from; WAREHOUSE_GIT_COMMIT tells it where there is no .git, as in an
    image."""
    commit = os.environ.get(_COMMIT_VARIABLE) or _git_commit(project.folder)
    return Origin(tool_version(), commit, project.environment.name)


def _git_commit(folder: Path) -> str | None:
    commit = _git(folder, "rev-parse", "HEAD")
    if commit is None:
        return None
    changed = _git(folder, "status", "--porcelain", "--", "database", "migrations", "environments")
    return commit + ("+" if changed else "")


def _git(folder: Path, *arguments: str) -> str | None:
    """What git says; None where it is not installed or the folder is no checkout."""
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments],
            capture_output=True,
            text=True,
            timeout=_GIT_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()


def tool_version() -> str:
    """The version of this distribution, or 'source' when it runs without being installed."""
    try:
        return version(_DISTRIBUTION)
    except PackageNotFoundError:
        return "source"
