"""The command line `warehouse`: options, exit codes, one-line errors; the work is in the other modules.

Last in the package. Exit codes: 0 done, 1 a step or statement failed, 2 usage, a migration, unreadable
landing folder or unreachable server, 130 interrupted.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

import click

from warehouse.config import Settings, open_server
from warehouse.contract_command import contract
from warehouse.errors import UsageProblem
from warehouse.generate_command import generate
from warehouse.match_command import match
from warehouse.migrate_command import migrate
from warehouse.options import common_options, console, notes
from warehouse.quality_command import quality_command
from warehouse.quarantine_command import quarantine
from warehouse.reconcile_command import reconcile_command
from warehouse.retention_command import retention_command
from warehouse.source_command import source
from warehouse.sql_command import Format, run_sql

_EPILOG: Final = (
    "Exit codes: 0 done, even with rows quarantined or files refused; 1 a step or statement failed; "
    "2 wrong usage, a failed migration, unreadable landing folder or unreachable server; 130 interrupted."
)


@click.group(epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="sql-server-warehouse", prog_name="warehouse")
def main() -> None:
    """CSV files to a gold star schema, on SQL Server or on the engine that comes with it."""


main.add_command(migrate)
main.add_command(generate)
main.add_command(contract)
main.add_command(reconcile_command)
main.add_command(quarantine)
main.add_command(quality_command)
main.add_command(retention_command)
main.add_command(source)
main.add_command(match)


@main.command(epilog=_EPILOG)
@click.argument("text", metavar="STATEMENT")
@click.option("--json", "as_json", is_flag=True, help="An array of objects per result set.")
@click.option("--csv", "as_csv", is_flag=True, help="CSV with header; this is also what a pipe gets.")
@click.option("-d", "--database", help="Database  [default: the connection string's, else warehouse]")
@common_options
def sql(settings: Settings, text: str, as_json: bool, as_csv: bool, database: str | None) -> int:
    """Run T-SQL and print its results; - reads it from standard input, GO separates batches.

    A table on a terminal, CSV with header when piped. An error prints Msg, Level, State and Line, and ends
    the command with exit code 1.
    """
    if as_json and as_csv:
        raise UsageProblem("--json and --csv exclude each other; give one")
    statement = sys.stdin.read() if text == "-" else text
    form = Format.JSON if as_json else Format.CSV if as_csv or not sys.stdout.isatty() else Format.TABLE
    with open_server(settings) as server:
        return run_sql(server, statement, form, database)


@main.command(epilog=_EPILOG)
@click.argument("files", nargs=-1, metavar="[FILE]...", type=click.Path(path_type=Path))
@click.option(
    "--workers", default=2, show_default=True, type=click.IntRange(1, 32), help="Steps side by side."
)
@common_options
def run(settings: Settings, files: tuple[Path, ...], workers: int) -> int:
    """Load what is new in the landing folder into bronze, silver and gold, or only the named FILEs.

    The embedded engine's database is made first when there is none.
    A FILE that is missing, unreadable or has a wrong header ends the command before anything is loaded. A
    file found in the landing folder that cannot be loaded is refused, recorded and counted; the rest goes
    on.
    """
    from warehouse.pipeline import load, migrate_if_empty, read_landing

    delivery = read_landing(settings, files)
    with open_server(settings) as server:
        if settings.dsn is None:
            with notes().status("starting") as status:
                migrate_if_empty(server, settings.project, status.update)
        result = load(server, settings, delivery, console(), notes(), workers)
    return 1 if result.failed else 0


@main.command(epilog=_EPILOG)
@click.option(
    "--workers", default=2, show_default=True, type=click.IntRange(1, 32), help="Steps side by side."
)
@common_options
def demo(settings: Settings, workers: int) -> int:
    """Load 1.5 million sales of a public data set from CSV to gold and show revenue.

    Exports the set to the landing folder, migrates, runs, and reads every figure it prints from gold.
    """
    from warehouse.demo import run_demo

    return run_demo(settings, console(), notes(), workers)
