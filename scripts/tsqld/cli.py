"""The command line: `tsqld serve`.

Place: the process around the engine and its server. Exit codes: 0 stopped by SIGTERM or SIGINT, 2 usage or
an address that cannot be had, 3 the data directory is in use.
"""

from __future__ import annotations

import logging
import os
import secrets
import signal
import sys
import threading
from pathlib import Path
from typing import Final, NoReturn

import click

EXIT_USAGE: Final = 2
EXIT_IN_USE: Final = 3


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """tsqld: T-SQL on DuckDB, served to SQL Server's clients."""


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", default=14330, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free one."
)
@click.option(
    "--data",
    "data_dir",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Directory of the databases; made when missing.",
)
@click.option(
    "--sa-password",
    envvar="TSQLD_SA_PASSWORD",
    show_envvar=True,
    help="Password of the login sa; without one a random password is printed once.",
)
@click.option("--lifeline", type=int, hidden=True, help="Stop at the end of this inherited descriptor.")
@click.option("--log-level", default="warning", hidden=True)
def serve(
    host: str, port: int, data_dir: Path, sa_password: str | None, lifeline: int | None, log_level: str
) -> None:
    """Serve the databases of a directory until SIGTERM or SIGINT."""
    logging.basicConfig(level=log_level.upper(), format="tsqld: %(levelname)s %(name)s: %(message)s")
    stop = _stop_on_signals(lifeline)
    _serve(host, port, data_dir, sa_password, stop)


def _serve(host: str, port: int, data_dir: Path, sa_password: str | None, stop: threading.Event) -> None:
    # Imported here so that `--help` and usage errors need not wait for the database.
    from tsqld.runtime.engine import DataInUse, Engine
    from tsqld.server import Server
    from tsqld.tds.certificate import server_context

    password = sa_password or secrets.token_urlsafe(18)
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        engine = Engine.open(data_dir, password)
    except DataInUse as problem:
        _fail(str(problem), EXIT_IN_USE)
    except OSError as problem:
        _fail(f"{data_dir}: {problem.strerror or problem}", EXIT_USAGE)
    try:
        server = Server(engine, server_context(data_dir), host, port)
    except OSError as problem:
        engine.close()
        _fail(f"cannot listen on {host}:{port}: {problem.strerror or problem}", EXIT_USAGE)
    server.start()
    if not sa_password:
        _say(f"tsqld: password of sa: {password}")
    _say(f"tsqld: ready on {host}:{server.address[1]}")
    stop.wait()
    server.stop()
    engine.close()


def _stop_on_signals(lifeline: int | None) -> threading.Event:
    """An event that SIGTERM, SIGINT and the end of `lifeline` set."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    if lifeline is not None:
        threading.Thread(target=_watch, args=(lifeline, stop), name="tsqld-lifeline", daemon=True).start()
    return stop


def _watch(lifeline: int, stop: threading.Event) -> None:
    try:
        while os.read(lifeline, 4096):
            continue
    except OSError as problem:
        print(f"tsqld: lifeline {lifeline}: {problem.strerror}", file=sys.stderr)
    stop.set()


def _say(line: str) -> None:
    print(line, flush=True)


def _fail(reason: str, code: int) -> NoReturn:
    print(f"tsqld: {reason}", file=sys.stderr)
    sys.exit(code)
