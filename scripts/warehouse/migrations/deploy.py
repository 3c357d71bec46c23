"""Applies what is pending: migrations in order, then changed objects, under a lock, one transaction a script.

On top of plan, run and steps; the command `warehouse migrate apply` is this.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from tsql.names import ObjectName, literal
from warehouse.connection import Server
from warehouse.errors import MigrationProblem
from warehouse.migrations.files import ObjectScript, Project, VersionedScript, read_project
from warehouse.migrations.history import (
    EMPTY,
    Deployed,
    History,
    Shape,
    State,
    create_history,
    history_state,
    lost_history,
    read_history,
    record_object,
    record_version,
    used_schemas,
)
from warehouse.migrations.origin import Origin, origin_of
from warehouse.migrations.plan import Plan, make_plan
from warehouse.migrations.run import Run, recorded_run
from warehouse.migrations.session import LOCK_SECONDS, Report, changing
from warehouse.migrations.steps import Script, run_script
from warehouse.odbc import Connection

MODULE_KINDS: Final = frozenset({"view", "function", "procedure", "trigger"})


@dataclass(frozen=True)
class Outcome:
    """What an apply did: files of scripts that ran, objects deployed and dropped, how many of each are up to
    date, deployed objects that have no file any more, and objects that had been changed by hand."""

    applied: tuple[str, ...]
    deployed: tuple[str, ...]
    versions: int
    objects: int
    dropped: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    drifted: tuple[str, ...] = ()

    def __str__(self) -> str:
        if not self.applied and not self.deployed and not self.dropped:
            return f"up to date: {self.versions:,} migrations, {self.objects:,} objects"
        dropped = f", dropped {len(self.dropped):,}" if self.dropped else ""
        return (
            f"applied {len(self.applied):,} of {self.versions:,} migrations, "
            f"deployed {len(self.deployed):,} of {self.objects:,} objects{dropped}"
        )

    @property
    def document(self) -> dict[str, Any]:
        """As JSON tells it."""
        return {
            "applied": list(self.applied),
            "deployed": list(self.deployed),
            "dropped": list(self.dropped),
            "gone": list(self.gone),
            "changed_by_hand": list(self.drifted),
            "versions": self.versions,
            "objects": self.objects,
        }


@dataclass(frozen=True)
class Options:
    """What `apply` and `plan` may be told."""

    environment: str | None = None
    out_of_order: bool = False
    prune: bool = False
    redeploy_drifted: bool = False
    lock_seconds: int = LOCK_SECONDS


def apply(server: Server, folder: Path, report: Report, options: Options = Options()) -> Outcome:
    """Bring the database to the shape of the project, creating it when missing; doing so again does nothing.

    Errors: MigrationProblem names file, line, error and remedy; Unreachable; SqlFailed for the history
    itself.
    """
    project = read_project(folder, options.environment)
    with changing(server, report, options.lock_seconds) as connection:
        history = prepared_history(connection, project)
        plan = make_plan(project, history, out_of_order=options.out_of_order, prune=options.prune)
        if plan.is_empty and history.shape is Shape.RECORDED and not options.redeploy_drifted:
            return _outcome(project, plan, frozenset())
        origin = origin_of(project)
        with recorded_run(connection, "apply", origin, history.shape) as run:
            if options.redeploy_drifted:
                plan = make_plan(
                    project,
                    history,
                    out_of_order=options.out_of_order,
                    prune=options.prune,
                    redeploy=frozenset((schema, name) for schema, name, _ in run.drifted),
                )
            Deployment(connection, project, origin, run, report).execute(plan)
    return _outcome(project, plan, run.drifted)


def prepared_history(connection: Connection, project: Project) -> History:
    """The history, whose tables are made in a database that is empty. Errors: MigrationProblem in one that is
    not, since what is there ran without being recorded."""
    state = history_state(connection)
    if state is State.LOST:
        raise lost_history()
    if state is State.ABSENT:
        used = sorted(used_schemas(connection) & project.schemas)
        if used:
            raise MigrationProblem(
                f"database has objects in schema {', '.join(used)} and no history of migrations; say which "
                f"version "
                "it has with: warehouse migrate baseline VERSION"
            )
    if state is not State.PRESENT:
        create_history(connection)
    return read_history(connection)


def known_history(connection: Connection | None) -> History:
    """The history for commands that only read; empty where there is none. Errors: MigrationProblem when it is
    of an earlier version of the tool."""
    if connection is None:
        return EMPTY
    state = history_state(connection)
    if state is State.LOST:
        raise lost_history()
    if state is State.OUTDATED:
        raise MigrationProblem(
            "the history in this database is of an earlier version; bring it up to date with: warehouse "
            "migrate apply"
        )
    return EMPTY if state is State.ABSENT else read_history(connection)


def _outcome(project: Project, plan: Plan, drifted: frozenset[tuple[str, str, str]]) -> Outcome:
    return Outcome(
        tuple(script.file for script in plan.pending),
        tuple(str(item.name) for item in plan.changed),
        sum(script.is_here for script in project.versioned),
        len(project.objects),
        tuple(str(item.name) for item in plan.dropped),
        tuple(str(item.name) for item in plan.gone if not plan.prune),
        tuple(sorted(named(*key) for key in drifted)),
    )


def named(schema: str, name: str, kind: str) -> str:
    """`table gold.sales`; a schema has no name, a role no schema."""
    return " ".join(filter(None, (kind, ".".join(filter(None, (schema, name))))))


@dataclass(frozen=True)
class Deployment:
    """A run under way with what it needs."""

    connection: Connection
    project: Project
    origin: Origin
    run: Run
    report: Report

    def execute(self, plan: Plan) -> None:
        """Run everything that is planned. Errors: MigrationProblem."""
        texts = {script.version: self.project.rendered(script) for script in plan.pending}
        for script in plan.pending:
            self._versioned(script, texts[script.version])
        for item in plan.changed:
            self.deploy(item)
        for item in plan.refreshed:
            self._refresh(item)
        for gone in plan.dropped:
            self.drop(gone)

    def _versioned(self, script: VersionedScript, text: str) -> None:
        milliseconds = run_script(
            self.connection,
            Script(
                script.file,
                text,
                partial(record_version, script=script, origin=self.origin),
                transactional=script.transactional,
            ),
        )
        self._tell(f"applied {script.file}", milliseconds)

    def deploy(self, item: ObjectScript, outcome: str = "deployed") -> None:
        """Deploy an object and keep its text. Errors: MigrationProblem."""
        record = partial(
            record_object,
            name=item.name,
            kind=item.kind,
            outcome=outcome,
            file=item.file,
            text=literal(item.text),
            content_hash=literal(item.content_hash),
            origin=self.origin,
            text_hash=item.text_hash,
        )
        before = self._kept(item.name, item.kind) + (
            drop_statement(item.name, item.kind) if item.is_replaced else ""
        )
        script = Script(item.file, item.text, record, defines=item.name.name, before=before)
        self._tell(f"{outcome} {item.kind} {item.name}", run_script(self.connection, script))

    def _refresh(self, item: ObjectScript) -> None:
        """Make an unchanged object anew; one that was changed by hand stays as it is. Errors:
        MigrationProblem."""
        if (*item.name.key, item.kind) in self.run.drifted:
            return
        script = Script(item.file, item.text, lambda _: "", defines=item.name.name)
        self._tell(f"refreshed {item.kind} {item.name}", run_script(self.connection, script))

    def drop(self, gone: Deployed) -> None:
        """Drop an object that has no file any more. Errors: MigrationProblem."""
        record = partial(
            record_object,
            name=gone.name,
            kind=gone.kind,
            outcome="dropped",
            file=gone.file,
            text="NULL",
            content_hash=literal(gone.content_hash),
            origin=self.origin,
        )
        text = self._kept(gone.name, gone.kind) + drop_statement(gone.name, gone.kind)
        script = Script(gone.file or str(gone.name), text, record)
        self._tell(f"dropped {gone.kind} {gone.name}", run_script(self.connection, script))

    def _kept(self, name: ObjectName, kind: str) -> str:
        """The statement that keeps a text written by hand before it is replaced; empty when there is none."""
        if (*name.key, kind) not in self.run.drifted or kind not in MODULE_KINDS:
            return ""
        return keep_by_hand(name, kind, self.origin)

    def _tell(self, what: str, milliseconds: int) -> None:
        self.run.done.append(what)
        self.report(f"{what} ({milliseconds:,} ms)")


def keep_by_hand(name: ObjectName, kind: str, origin: Origin) -> str:
    """Statements that keep the live text of a module as a version of its own."""
    record = record_object(
        "0",
        name=name,
        kind=kind,
        outcome="changed by hand",
        file=None,
        text="@live_text",
        content_hash="HASHBYTES('SHA2_256', @live_text)",
        origin=origin,
    )
    return f"""
    DECLARE @live_text nvarchar(max) = OBJECT_DEFINITION(OBJECT_ID({literal(name.quoted)}));
    IF @live_text IS NOT NULL
    BEGIN
        {record}
    END;
    """


def drop_statement(name: ObjectName, kind: str) -> str:
    """DROP … IF EXISTS of an object of database/."""
    return f"DROP {kind.upper()} IF EXISTS {name.quoted};\n"
