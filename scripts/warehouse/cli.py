"""The command line `warehouse`: options, exit codes, one-line errors; the work is in the other modules.

Last in the package. Exit codes: 0 done, 1 a step, script or statement failed, 2 usage, unreadable landing
folder or unreachable server, 130 interrupted.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Concatenate, Final, ParamSpec

import click
from rich.console import Console

from warehouse.config import Settings, open_server
from warehouse.connection import holds_secret
from warehouse.errors import UsageProblem, WarehouseError
from warehouse.sql_command import Format, run_sql

P = ParamSpec("P")
INTERRUPTED: Final = 130
_EPILOG: Final = (
    "Exit codes: 0 done, even with rows quarantined or files refused; 1 a step, script or statement failed; "
    "2 wrong usage, unreadable landing folder or unreachable server; 130 interrupted."
)
_HOME: Final = Path(".warehouse")


def common_options(command: Callable[Concatenate[Settings, P], int]) -> Callable[..., None]:
    """Give a command the options all share; it gets Settings and returns the exit code."""

    @click.option(
        "--dsn",
        envvar="WAREHOUSE_DSN",
        metavar="TEXT",
        help="ODBC connection string of the server; without one the embedded engine is used. Give a password "
        "by the environment only: in WAREHOUSE_DSN or WAREHOUSE_PASSWORD.",
    )
    @click.option(
        "--landing",
        envvar="WAREHOUSE_LANDING",
        type=click.Path(path_type=Path),
        help="Landing folder with <source>/<entity>/*.csv  [default: .warehouse/landing]",
    )
    @click.option(
        "--project",
        envvar="WAREHOUSE_PROJECT",
        type=click.Path(path_type=Path),
        help="Folder with database/, migrations/ and dags/  [default: this one, or the checkout]",
    )
    @click.option("--debug", is_flag=True, help="Show the traceback of an error.")
    @wraps(command)
    def wrapper(
        dsn: str | None,
        landing: Path | None,
        project: Path | None,
        debug: bool,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> None:
        code = 0
        with _one_line_errors(debug=debug):
            settings = _settings(dsn, landing, project, debug=debug)
            code = command(settings, *args, **kwargs)
        sys.exit(code)

    return wrapper


def _settings(dsn: str | None, landing: Path | None, project: Path | None, *, debug: bool) -> Settings:
    context = click.get_current_context()
    source = context.get_parameter_source("dsn")
    if dsn and source is click.core.ParameterSource.COMMANDLINE and holds_secret(dsn):
        raise UsageProblem(
            "--dsn holds a password, which every user of this machine can see; put the connection string "
            "into WAREHOUSE_DSN, or the password alone into WAREHOUSE_PASSWORD"
        )
    home = Path(os.environ.get("WAREHOUSE_HOME") or _HOME).absolute()
    folder = (landing or home / "landing").absolute()
    return Settings(
        home=home,
        landing=folder,
        landing_on_server=os.environ.get("WAREHOUSE_LANDING_ON_SERVER") or str(folder),
        named_project=project.absolute() if project else None,
        dsn=dsn or None,
        password=os.environ.get("WAREHOUSE_PASSWORD"),
        debug=debug,
    )


@contextmanager
def _one_line_errors(*, debug: bool) -> Iterator[None]:
    """Turn errors into one line on stderr and an exit code."""
    try:
        yield
    except WarehouseError as error:
        _complain(str(error), debug=debug)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # Whoever reads the output has seen enough, as `head` does; nothing may be written there at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        _complain(f"{error.strerror or error}: {error.filename or 'no file named'}", debug=debug)
        sys.exit(UsageProblem.exit_code)
    except KeyboardInterrupt:
        click.echo("warehouse: interrupted; run the same command again to go on", err=True)
        sys.exit(INTERRUPTED)


def _complain(message: str, *, debug: bool) -> None:
    if debug:
        traceback.print_exc()
    click.echo(f"warehouse: {' '.join(message.split())}", err=True)


@click.group(epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="sql-server-warehouse", prog_name="warehouse")
def main() -> None:
    """CSV files to a gold star schema, on SQL Server or on the engine that comes with it."""


@main.command(epilog=_EPILOG)
@common_options
def migrate(settings: Settings) -> int:
    """Apply pending migrations and deploy changed views, functions and procedures."""
    from warehouse.migrations.deploy import apply

    with open_server(settings) as server:
        outcome = apply(server, settings.project, click.echo)
    click.echo(str(outcome))
    return 0


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

    A FILE that is missing, unreadable or has a wrong header ends the command before anything is loaded. A
    file found in the landing folder that cannot be loaded is refused, recorded and counted; the rest goes
    on.
    """
    from warehouse.pipeline import make_plan, run_plan

    plan = make_plan(settings, files)
    with open_server(settings) as server:
        result = run_plan(server, plan, console(), notes(), workers)
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


def console() -> Console:
    """Where results go."""
    return Console(highlight=False)


def notes() -> Console:
    """Where bars and remarks go, so that a pipe gets results only."""
    return Console(stderr=True, highlight=False)
