"""Where a database stands: what ran, what is pending, what contradicts the files, how the last run ended.

Beside deploy; changes nothing and fails only when the history cannot be read.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from warehouse.connection import Server
from warehouse.errors import MigrationProblem
from warehouse.migrations.deploy import known_history
from warehouse.migrations.files import Project, VersionedScript, read_project
from warehouse.migrations.history import History
from warehouse.migrations.plan import (
    changed_objects,
    check_environment,
    gone_objects,
    history_problems,
    is_edited,
)
from warehouse.migrations.session import reading


@dataclass(frozen=True)
class Status:
    """Project and history side by side."""

    project: Project
    history: History

    @property
    def versions(self) -> list[dict[str, Any]]:
        """Every versioned script with its state: applied, baseline, pending, out of order, edited, missing,
        or other environment."""
        files = self._files
        found: list[dict[str, Any]] = []
        for version in sorted(files.keys() | self.history.versions.keys()):
            script, applied = files.get(version), self.history.versions.get(version)
            found.append(
                {
                    "version": version,
                    "file": script.file if script else applied.file if applied else "",
                    "state": self._state(version),
                    "applied_at": applied.applied_at if applied else None,
                    "applied_by": applied.applied_by if applied else None,
                    "git_commit": applied.git_commit if applied else None,
                    "has_undo": version in self.project.undo,
                }
            )
        return found

    @cached_property
    def _files(self) -> dict[int, VersionedScript]:
        return {script.version: script for script in self.project.versioned}

    def _state(self, version: int) -> str:
        script = self._files.get(version)
        applied = self.history.versions.get(version)
        if applied is None:
            if script is None or not script.is_here:
                return "other environment"
            return "pending" if version > self.history.newest else "out of order"
        if script is None:
            return "missing"
        if is_edited(script, applied):
            return "edited"
        return "baseline" if applied.is_baseline else "applied"

    @property
    def objects(self) -> list[dict[str, Any]]:
        """Every object with its state: up to date, new, changed or gone."""
        changed = {script.name.key for script in changed_objects(self.project.objects, self.history)}
        found: list[dict[str, Any]] = [
            {
                "schema": script.name.schema,
                "name": script.name.name,
                "kind": script.kind,
                "file": script.file,
                "state": "up to date"
                if script.name.key not in changed
                else "changed"
                if script.name.key in self.history.objects
                else "new",
            }
            for script in self.project.objects
        ]
        found += [
            {
                "schema": gone.name.schema,
                "name": gone.name.name,
                "kind": gone.kind,
                "file": gone.file,
                "state": "gone",
            }
            for gone in gone_objects(self.project.objects, self.history)
        ]
        return found

    @property
    def problems(self) -> list[str]:
        """What an apply would refuse to begin with."""
        problems = list(history_problems(self.project.versioned, self.history))
        try:
            check_environment(self.project, self.history)
        except MigrationProblem as error:
            problems.append(str(error))
        return problems

    def lines(self) -> list[str]:
        """What to print: every migration, the objects that are not up to date, problems, the last failure."""
        lines = [
            f"V{one['version']:04d}  {one['state']:<17}  {one['applied_at'] or '':<23}  {one['file']}"
            for one in self.versions
        ]
        waiting = [one for one in self.objects if one["state"] != "up to date"]
        lines += [f"{one['kind']} {one['schema']}.{one['name']}: {one['state']}" for one in waiting]
        lines.append(f"{len(self.objects) - len(waiting):,} of {len(self.objects):,} objects are up to date")
        lines += [f"problem: {problem}" for problem in self.problems]
        run = self.history.last_run
        if run and run["status"] != "succeeded":
            lines.append(
                f"last run {run['status']} at {run['started_at']}: {run['error_message'] or 'it was cut off'}"
            )
        return lines

    @property
    def document(self) -> dict[str, Any]:
        """As JSON tells it."""
        return {
            "environment": self.project.environment.name,
            "versions": self.versions,
            "objects": self.objects,
            "problems": self.problems,
            "shape": self.history.shape.value,
            "last_run": dict(self.history.last_run) if self.history.last_run else None,
        }


def status(server: Server, folder: Path, environment: str | None = None) -> Status:
    """Where the database stands. Errors: MigrationProblem when the history cannot be read."""
    project = read_project(folder, environment)
    with reading(server) as connection:
        return Status(project, known_history(connection))
