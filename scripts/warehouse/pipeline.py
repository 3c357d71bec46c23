"""What `warehouse run` does from beginning to end; `warehouse demo` does it in the middle.

On top of contracts, plan, run and report. Contracts and files are read before a server is asked for
anything, so that a wrong name costs nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click
from rich.console import Console

from warehouse.config import Settings, check_landing
from warehouse.connection import Server
from warehouse.contracts import load_contracts
from warehouse.errors import SqlFailed, UsageProblem
from warehouse.plan import Plan, build_plan
from warehouse.report import ProgressBars, step_table, summary, troubles
from warehouse.run import RunResult, execute

_MISSING: Final = frozenset({208, 2812})


def make_plan(settings: Settings, files: Sequence[Path] = ()) -> Plan:
    """The plan for the landing folder, or for the named files in it.

    Errors: UsageProblem for a folder, contract or file that cannot be used.
    """
    check_landing(settings.landing)
    contracts = load_contracts(settings.project / "dags" / "contracts")
    named = [path.absolute() for path in files] or None
    return build_plan(contracts, settings.landing, settings.landing_on_server, named)


def run_plan(server: Server, plan: Plan, results: Console, notes: Console, workers: int) -> RunResult:
    """Execute a plan under progress bars, then print its steps; troubles go to `notes`.

    Errors: UsageProblem when the database was never migrated.
    """
    with ProgressBars(plan, notes) as bars:
        try:
            result = execute(server, plan, bars, workers=workers)
        except SqlFailed as error:
            if error.number in _MISSING:
                raise UsageProblem(
                    f"{server.database} on {server.address} has no run log ({error}); run: warehouse migrate"
                ) from error
            raise
    results.print(step_table(result.steps, plan.steps))
    results.print()
    for line in troubles(result):
        click.echo(f"warehouse: {line}", err=True)
    click.echo(summary(result))
    return result
