"""Which scripts go into an offline script: all of them, or those that a server lacks.

On top of script.
"""

from __future__ import annotations

from pathlib import Path

from warehouse.connection import Server
from warehouse.migrations.deploy import known_history
from warehouse.migrations.files import Project, read_project
from warehouse.migrations.origin import origin_of
from warehouse.migrations.plan import make_plan
from warehouse.migrations.script import offline_script
from warehouse.migrations.session import reading


def whole_script(project: Project) -> str:
    """Everything of the project. Errors: MigrationProblem."""
    versioned = [script for script in project.versioned if script.is_here]
    return offline_script(project, origin_of(project), versioned, project.objects)


def pending_script(server: Server, folder: Path, environment: str | None) -> str:
    """What the server's database lacks. Errors: MigrationProblem, Unreachable."""
    project = read_project(folder, environment)
    with reading(server) as connection:
        plan = make_plan(project, known_history(connection))
    return offline_script(project, origin_of(project), plan.pending, plan.changed)
