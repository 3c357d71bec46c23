"""What `warehouse run` does from beginning to end; `warehouse demo` does it in the middle.

On top of contracts, intake, plan, run and report. Contracts and files are read before a server is asked for
anything, so that a wrong name costs nothing; the server then says which files it has not taken in yet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click
from rich.console import Console

from warehouse.config import Settings, check_landing
from warehouse.connection import Server
from warehouse.contracts import Contract, load_contracts
from warehouse.errors import SqlFailed, UsageProblem
from warehouse.intake import Delivered, LandingFile, clear_staged, find_files, landing_files, look_into, stage
from warehouse.migrations.deploy import apply
from warehouse.migrations.history import State, history_state
from warehouse.plan import NEW_FILES, Plan, build_plan, described
from warehouse.report import ProgressBars, step_table, summary, troubles
from warehouse.run import RunResult, execute

_MISSING: Final = frozenset({208, 2812})
_DATABASE_EXISTS: Final = "SELECT DB_ID(@name) AS id;"


@dataclass(frozen=True, slots=True)
class Delivery:
    """What lies in the landing folder by the project's contracts, or the `named` files that the user chose.

    Of what was `found`, the server says which is new; what was named is loaded.
    """

    contracts: tuple[Contract, ...]
    found: tuple[Delivered, ...] = ()
    named: tuple[LandingFile, ...] = ()


def read_landing(settings: Settings, named: Sequence[Path] = ()) -> Delivery:
    """The landing folder's files, or the named ones in it.

    Errors: UsageProblem for a folder, contract or file that cannot be used.
    """
    check_landing(settings.landing)
    contracts = load_contracts(settings.project / "dags" / "contracts")
    if named:
        chosen = find_files(contracts, settings.landing, [path.absolute() for path in named])
        return Delivery(contracts, named=tuple(chosen))
    found = (file for contract in contracts for file in landing_files(contract, settings.landing))
    return Delivery(contracts, tuple(found))


def migrate_if_empty(server: Server, project: Path, report: Callable[[str], None]) -> None:
    """Give a database that holds nothing yet its shape. Errors: as those of `apply`."""
    with server.connect("master") as connection:
        (row,) = connection.call(_DATABASE_EXISTS, "@name sysname", (server.database,)).rows
    if row["id"] is not None:
        with server.connect() as connection:
            if history_state(connection) is not State.ABSENT:
                return
    click.echo(f"migrate: {apply(server, project, report)}")


def load(
    server: Server, settings: Settings, delivery: Delivery, results: Console, notes: Console, workers: int
) -> RunResult:
    """Load what is new of a delivery, then print the steps; troubles go to `notes`.

    Errors: UsageProblem when the database was never migrated.
    """
    files = delivery.named or new_files(server, delivery.found)
    plan = build_plan(delivery.contracts, files, settings.landing_on_server)
    try:
        with notes.status("unpacking") as status:
            for file in files:
                status.update(f"unpacking {file.relative}")
                stage(settings.landing, file)
        return _run_plan(server, plan, results, notes, workers)
    finally:
        clear_staged(settings.landing)


def new_files(server: Server, files: Sequence[Delivered]) -> list[LandingFile]:
    """Those of the files that the server has not taken in yet; the others are not looked into.

    Errors: UsageProblem as `load` has it.
    """
    with server.connect() as connection, _never_migrated_told(server):
        rows = connection.call(NEW_FILES, "@files nvarchar(max)", (described(files),)).rows
    paths = {row["path"] for row in rows}
    return [look_into(file) for file in files if file.relative in paths]


def _run_plan(server: Server, plan: Plan, results: Console, notes: Console, workers: int) -> RunResult:
    with ProgressBars(plan, notes) as bars, _never_migrated_told(server):
        result = execute(server, plan, bars, workers=workers)
    if any(step.status != "up to date" for step in result.steps):
        results.print(step_table(result.steps, plan.steps))
        results.print()
    for line in troubles(result):
        click.echo(f"warehouse: {line}", err=True)
    click.echo(summary(result))
    return result


@contextmanager
def _never_migrated_told(server: Server) -> Iterator[None]:
    """Say what to do where the run log is missing."""
    try:
        yield
    except SqlFailed as error:
        if error.number not in _MISSING:
            raise
        raise UsageProblem(
            f"{server.database} on {server.address} has no run log ({error}); run: warehouse migrate"
        ) from error
