"""What all commands share: options, where they print, and what becomes of errors: one line and an exit code.

Below cli and the modules that hold commands of their own. A command gets Settings and returns the exit code.
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

from warehouse.config import Settings
from warehouse.connection import holds_secret
from warehouse.errors import UsageProblem, WarehouseError

P = ParamSpec("P")
INTERRUPTED: Final = 130
_HOME: Final = Path(".warehouse")
_WIDTH_OF_A_PIPE: Final = 160


def console() -> Console:
    """Where results go. Into a pipe or a file with room for every column of a table."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else _WIDTH_OF_A_PIPE)


def notes() -> Console:
    """Where bars and remarks go, so that a pipe gets results only."""
    return Console(stderr=True, highlight=False)


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
