"""What is to be done: the project's files against the history, without touching the database.

After history; pure. Whatever contradicts the history is an error here, before anything runs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from warehouse.errors import MigrationProblem
from warehouse.migrations.files import ObjectScript, Project, VersionedScript
from warehouse.migrations.history import Applied, Deployed, History
from warehouse.migrations.order import dependents, deployment_order


@dataclass(frozen=True)
class Plan:
    """Scripts to run, objects to deploy, objects to drop, each in order.

    `refreshed` are views and functions that did not change but mention one that does; `gone` are objects that
    were deployed and have no file any more; they are dropped only when `prune`.
    """

    pending: tuple[VersionedScript, ...]
    changed: tuple[ObjectScript, ...]
    gone: tuple[Deployed, ...]
    prune: bool = False
    refreshed: tuple[ObjectScript, ...] = ()

    @property
    def dropped(self) -> tuple[Deployed, ...]:
        """The objects to drop."""
        return self.gone if self.prune else ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing would change."""
        return not (self.pending or self.changed or self.dropped)


def make_plan(
    project: Project,
    history: History,
    *,
    out_of_order: bool = False,
    prune: bool = False,
    redeploy: frozenset[tuple[str, str]] = frozenset(),
) -> Plan:
    """The plan; `redeploy` names objects to deploy although their files did not change. Errors:
    MigrationProblem."""
    check_environment(project, history)
    changed = changed_objects(project.objects, history, redeploy)
    bound = {script.name.key for script in changed if script.kind not in ("procedure", "trigger")}
    return Plan(
        tuple(pending_versions(project.versioned, history, out_of_order=out_of_order)),
        tuple(changed),
        tuple(gone_objects(project.objects, history)),
        prune,
        tuple(dependents(project.objects, bound)) if bound else (),
    )


def check_environment(project: Project, history: History) -> None:
    """Errors: MigrationProblem when the database was deployed for another environment."""
    before = history.last_run["environment"] if history.last_run else None
    if before is not None and before != project.environment.name:
        named = f"--env {project.environment.name}" if project.environment.name else "no --env"
        raise MigrationProblem(
            f"this database was deployed with --env {before}, now with {named}; give --env {before}, or let "
            f"it "
            f"change its environment with: warehouse migrate repair"
        )


def pending_versions(
    scripts: Sequence[VersionedScript], history: History, *, out_of_order: bool = False
) -> list[VersionedScript]:
    """The scripts to run, in order. Errors: MigrationProblem when one was edited, lost or came too late."""
    problem = next(history_problems(scripts, history), None)
    if problem is not None:
        raise MigrationProblem(problem)
    pending = [script for script in scripts if script.is_here and script.version not in history.versions]
    if pending and pending[0].version < history.newest and not out_of_order:
        raise MigrationProblem(
            f"{pending[0].file}: has a lower version than V{history.newest:04d}, which already ran; "
            f"rename it to V{history.newest + 1:04d} or later, or allow it with --out-of-order"
        )
    return pending


def history_problems(scripts: Sequence[VersionedScript], history: History) -> Iterator[str]:
    """What contradicts the history: scripts that ran and are gone or edited."""
    present = {script.version: script for script in scripts}
    for version, applied in sorted(history.versions.items()):
        script = present.get(version)
        if script is None:
            yield (
                f"{applied.file}: ran in this database but is gone; restore the file, or forget it with: "
                "warehouse migrate repair"
            )
        elif is_edited(script, applied):
            yield (
                f"{script.file}: was edited after it ran in this database; restore its text (git log shows "
                f"it) and "
                "put the change into a new migration, or accept the text with: warehouse migrate repair"
            )


def is_edited(script: VersionedScript, applied: Applied) -> bool:
    """Whether a script holds something else than what ran."""
    return applied.text_hash != script.text_hash and applied.content_hash != script.content_hash


def changed_objects(
    scripts: Sequence[ObjectScript], history: History, redeploy: frozenset[tuple[str, str]] = frozenset()
) -> list[ObjectScript]:
    """The objects whose text is not what was deployed last, in deployment order. Errors: MigrationProblem."""
    changed = {script.name.key for script in scripts if _is_changed(script, history.objects)}
    changed |= {script.name.key for script in scripts if script.name.key in redeploy}
    if not changed:
        return []
    return [script for script in deployment_order(scripts) if script.name.key in changed]


def _is_changed(script: ObjectScript, deployed: Mapping[tuple[str, str], Deployed]) -> bool:
    before = deployed.get(script.name.key)
    if before is not None and before.text_hash == script.text_hash:
        return False
    return script.content_hash != (before.content_hash if before else None)


def gone_objects(scripts: Sequence[ObjectScript], history: History) -> list[Deployed]:
    """The deployed objects without a file, newest first: what was deployed later may need what was before."""
    present = {script.name.key for script in scripts}
    gone = [deployed for key, deployed in history.objects.items() if key not in present]
    late = ("trigger", "procedure")
    return sorted(gone, key=lambda deployed: (deployed.kind not in late, -deployed.version_id))
