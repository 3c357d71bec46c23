"""What apply would do, for people and for programs: pending scripts, diffs of objects, what would be dropped.

Beside deploy; reads only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tsql.names import literal
from warehouse.connection import Server
from warehouse.migrations.deploy import known_history
from warehouse.migrations.files import ObjectScript, Project, read_project
from warehouse.migrations.history import History
from warehouse.migrations.plan import Plan, make_plan
from warehouse.migrations.session import reading
from warehouse.migrations.steps import batches_of
from warehouse.migrations.verify import unified
from warehouse.odbc import Connection


@dataclass(frozen=True)
class Preview:
    """A plan with the texts that are deployed now, by lower-case (schema, name); None where there is none."""

    project: Project
    plan: Plan
    deployed: Mapping[tuple[str, str], str | None]
    creates_database: bool

    @property
    def is_empty(self) -> bool:
        """Whether apply would change nothing."""
        return self.plan.is_empty and not self.creates_database

    def diff(self, item: ObjectScript) -> list[str]:
        """The deployed text against the file's."""
        return unified((self.deployed.get(item.name.key) or "").splitlines(), item.text.splitlines())

    def lines(self, *, full: bool = False) -> list[str]:
        """What to print; `full` shows new texts as well."""
        lines = ["+ create database"] if self.creates_database else []
        for script in self.plan.pending:
            text = self.project.rendered(script)
            batches = len(batches_of(script.file, text))
            lines.append(f"+ run {script.file} ({batches} {'batch' if batches == 1 else 'batches'})")
            lines += [f"+   {line}" for line in text.splitlines()] if full else []
        for item in self.plan.changed:
            if item.name.key in self.deployed:
                lines += [f"  deploy {item.kind} {item.name}, which changed:", *self.diff(item)]
            else:
                lines.append(f"+ deploy {item.kind} {item.name}, which is new")
                lines += [f"+   {line}" for line in item.text.splitlines()] if full else []
        lines += [
            f"  refresh {item.kind} {item.name}, which mentions what changed" for item in self.plan.refreshed
        ]
        for gone in self.plan.gone:
            verb = "- drop" if self.plan.prune else "  leave"
            lines.append(f"{verb} {gone.kind} {gone.name}, whose file is gone")
        return lines or ["nothing to do"]

    @property
    def document(self) -> dict[str, Any]:
        """As JSON tells it."""
        return {
            "changes": not self.is_empty,
            "creates_database": self.creates_database,
            "pending": [
                {"version": script.version, "file": script.file, "transactional": script.transactional}
                for script in self.plan.pending
            ],
            "objects": [
                {
                    "schema": item.name.schema,
                    "name": item.name.name,
                    "kind": item.kind,
                    "file": item.file,
                    "change": "changed" if item.name.key in self.deployed else "new",
                    "diff": self.diff(item) if item.name.key in self.deployed else [],
                }
                for item in self.plan.changed
            ],
            "refreshed": [str(item.name) for item in self.plan.refreshed],
            "gone": [str(gone.name) for gone in self.plan.gone],
            "prune": self.plan.prune,
        }


def preview(
    server: Server,
    folder: Path,
    environment: str | None = None,
    *,
    out_of_order: bool = False,
    prune: bool = False,
) -> Preview:
    """What apply would do with a database. Errors: MigrationProblem as apply's, Unreachable."""
    project = read_project(folder, environment)
    with reading(server) as connection:
        history = known_history(connection)
        plan = make_plan(project, history, out_of_order=out_of_order, prune=prune)
        for script in plan.pending:
            project.rendered(script)
        texts = _texts(connection, plan, history) if connection else {}
    return Preview(project, plan, texts, connection is None)


def _texts(connection: Connection, plan: Plan, history: History) -> dict[tuple[str, str], str | None]:
    known = {
        history.objects[item.name.key].version_id: item.name.key
        for item in plan.changed
        if item.name.key in history.objects
    }
    if not known:
        return {}
    numbers = ", ".join(literal(number) for number in known)
    rows = connection.run(
        f"SELECT version_id, object_text FROM ops.object_versions WHERE version_id IN ({numbers});"
    ).rows
    return {known[row["version_id"]]: row["object_text"] for row in rows}
