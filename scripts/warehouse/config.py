"""What a command was told: server, folders, project, as one frozen value.

After errors; filled by `cli` from options and environment variables, read by everything else.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from warehouse.connection import Server, server_from_dsn
from warehouse.errors import UsageProblem


@dataclass(frozen=True)
class Settings:
    """The options that all commands share. `dsn` None means: use the embedded engine under `home`."""

    home: Path
    landing: Path
    landing_on_server: str
    named_project: Path | None = None
    dsn: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    debug: bool = False

    @property
    def project(self) -> Path:
        """The project folder. Errors: UsageProblem when there is none."""
        return find_project(self.named_project)


def find_project(named: Path | None) -> Path:
    """The folder that holds `database/` and `migrations/`: the named one, the current one, or the checkout.

    Errors: UsageProblem when none of them does.
    """
    candidates = [named] if named else [Path.cwd(), Path(__file__).resolve().parents[2]]
    for folder in candidates:
        if (folder / "database").is_dir() and (folder / "migrations").is_dir():
            return folder
    raise UsageProblem(
        f"{candidates[0]} has no database/ and migrations/ folders; name the project with --project"
    )


def check_landing(folder: Path) -> None:
    """Errors: UsageProblem when the landing folder is missing or cannot be read."""
    if not folder.is_dir():
        raise UsageProblem(
            f"landing folder {folder} does not exist; create it or name another with --landing"
        )
    if not os.access(folder, os.R_OK | os.X_OK):
        raise UsageProblem(f"landing folder {folder} cannot be read; check its permissions")


@contextmanager
def open_server(settings: Settings) -> Iterator[Server]:
    """The server the settings name; without a DSN the embedded one, joined or started, left when done."""
    if settings.dsn:
        yield server_from_dsn(settings.dsn, password=settings.password)
        return
    from warehouse.embedded import embedded_server  # needs fcntl: a DSN also serves where that is missing

    with embedded_server(settings.home) as server:
        yield server
