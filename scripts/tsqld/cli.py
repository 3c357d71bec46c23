"""The command line: `tsqld serve`, `status`, `backup` and `restore`.

Place: the process around the engine and its server; the other commands ask that process over the socket in
its data directory, or work on the files where no server runs. Exit codes: 0 stopped by SIGTERM or SIGINT, 1
a backup or restore was not made, 2 usage or an address that cannot be had, 3 the data directory is in use, or
for `status` nobody serves it, 4 a database file is damaged.
"""

from __future__ import annotations

import json
import logging
import os
import secrets
import signal
import sys
import threading
from collections.abc import Iterator
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

import click

if TYPE_CHECKING:
    from tsqld.control import Answer, Request
    from tsqld.runtime.engine import Engine

EXIT_FAILED: Final = 1
EXIT_USAGE: Final = 2
EXIT_IN_USE: Final = 3
EXIT_DAMAGED: Final = 4
_LOG_BYTES: Final = 1 << 20
_LOG_FILES: Final = 5


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
@click.option(
    "--idle-timeout",
    default=0.0,
    type=click.FloatRange(0),
    help="Close connections that have asked for nothing for so many seconds; 0 never does.",
)
@click.option(
    "--query-timeout",
    default=0.0,
    type=click.FloatRange(0),
    help="Stop requests that run longer than so many seconds, with error 50102; 0 never does.",
)
@click.option("--lifeline", type=int, hidden=True, help="Stop at the end of this inherited descriptor.")
@click.option(
    "--log-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the log there instead of to standard error: a mebibyte a file, the last five kept.",
)
@click.option("--log-level", default="warning", hidden=True)
def serve(
    host: str,
    port: int,
    data_dir: Path,
    sa_password: str | None,
    idle_timeout: float,
    query_timeout: float,
    lifeline: int | None,
    log_file: Path | None,
    log_level: str,
) -> None:
    """Serve the databases of a directory until SIGTERM or SIGINT."""
    # Databases hold people's data and the hashes of passwords.
    os.umask(0o077)
    try:
        _log_to(log_file, log_level)
    except OSError as problem:
        _fail(f"{log_file}: {problem.strerror or problem}", EXIT_USAGE)
    stop = _stop_on_signals(lifeline)
    _serve(host, port, data_dir, sa_password, stop, idle=idle_timeout, query=query_timeout)


def _serve(
    host: str,
    port: int,
    data_dir: Path,
    sa_password: str | None,
    stop: threading.Event,
    *,
    idle: float,
    query: float,
) -> None:
    # Imported here so that `--help` and usage errors need not wait for the database.
    from tsqld.control import Control
    from tsqld.runtime.engine import DamagedDatabase, DataInUse, Engine
    from tsqld.server import Server, TimeLimits
    from tsqld.tds.certificate import server_context

    password = sa_password or secrets.token_urlsafe(18)
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        engine = Engine.open(data_dir, password)
    except DataInUse as problem:
        _fail(str(problem), EXIT_IN_USE)
    except DamagedDatabase as problem:
        _fail(str(problem), EXIT_DAMAGED)
    except OSError as problem:
        _fail(f"{data_dir}: {problem.strerror or problem}", EXIT_USAGE)
    try:
        server = Server(engine, server_context(data_dir), host, port, TimeLimits(idle, query))
    except OSError as problem:
        engine.close()
        _fail(f"cannot listen on {host}:{port}: {problem.strerror or problem}", EXIT_USAGE)
    server.start()
    address = f"{host}:{server.address[1]}"
    control = Control(data_dir, lambda request: _answered(engine, address, request))
    if not sa_password:
        _say(f"tsqld: password of sa: {password}")
    _say(f"tsqld: ready on {address}")
    stop.wait()
    control.close()
    server.stop()
    engine.close()


def _log_to(file: Path | None, level: str) -> None:
    kept = RotatingFileHandler(file, maxBytes=_LOG_BYTES, backupCount=_LOG_FILES - 1) if file else None
    form = "tsqld: %(levelname)s %(name)s: %(message)s"
    if kept is not None:
        form = f"%(asctime)s {form}"
    logging.basicConfig(level=level.upper(), format=form, handlers=[kept] if kept else None)


def _answered(engine: Engine, address: str, request: Request) -> Answer:
    """What the server answers to a command of the command line."""
    from tsqld.runtime.backups import BackupFailed

    try:
        match request["command"]:
            case "status":
                return {"pid": os.getpid(), "address": address, **engine.status()}
            case "backup":
                return {"bytes": engine.backup(request["database"], Path(request["file"]))}
            case "restore":
                engine.restore(request["database"], Path(request["file"]), replace=request["replace"])
                return {}
    except BackupFailed as problem:
        return {"error": str(problem)}
    return {"error": f"tsqld knows no command {request['command']}; is the server an older one?"}


_data_option = click.option(
    "--data",
    "data_dir",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Directory of the databases.",
)
_database_option = click.option("--database", required=True, help="Name of the database.")


@main.command()
@_data_option
@click.option("--json", "as_json", is_flag=True, help="As one JSON object.")
def status(data_dir: Path, as_json: bool) -> None:
    """Show who serves a directory, its sessions, locks and databases. Exit code 3: nobody does."""
    from tsqld.control import NotServing, ask

    try:
        answer = ask(data_dir, {"command": "status"})
    except NotServing:
        _fail(f"nobody serves {data_dir}; start it with: tsqld serve --data {data_dir}", EXIT_IN_USE)
    if as_json:
        _say(json.dumps(answer))
        return
    _say(f"tsqld: {answer['address']}, process {answer['pid']}, since {answer['started']}")
    _say(f"sessions: {answer['sessions']}")
    for line in _sessions(answer):
        _say(line)
    for name, size in sorted(answer["databases"].items()):
        _say(f"database {name}: {size / 2**20:,.1f} MiB")


def _sessions(answer: Answer) -> Iterator[str]:
    """A line for each session, lock and wait."""
    for one in answer["connected"]:
        state = "running" if one["running"] else "idle"
        if one["transactions"]:
            state += ", in a transaction"
        program = one["program"] or "a program without a name"
        where = f" on {one['host']}" if one["host"] else ""
        yield f"session {one['session']}: {one['login']} in {one['database']}, {program}{where}, {state}"
    for one in answer["locks"]:
        yield f"lock {one['mode']} on {one['resource']}: session {one['session']}"
    for one in answer["waiting"]:
        yield f"session {one['session']} waits for session {one['for']}: {one['mode']} on {one['resource']}"


@main.command()
@_data_option
@_database_option
@click.argument("file", type=click.Path(dir_okay=False, resolve_path=True, path_type=Path))
def backup(data_dir: Path, database: str, file: Path) -> None:
    """Copy a database into FILE as of now, while it is served."""
    size = _done(data_dir, {"command": "backup", "database": database, "file": str(file)})["bytes"]
    _say(f"tsqld: {database} is in {file}, {size / 2**20:,.1f} MiB")


@main.command()
@_data_option
@_database_option
@click.option("--replace", is_flag=True, help="Overwrite the database of that name.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, resolve_path=True, path_type=Path))
def restore(data_dir: Path, database: str, replace: bool, file: Path) -> None:
    """Put the backup in FILE into the place of a database, or make a new one of it."""
    _done(data_dir, {"command": "restore", "database": database, "file": str(file), "replace": replace})
    _say(f"tsqld: {database} is restored from {file}")


def _done(data_dir: Path, request: Request) -> Answer:
    """The answer of the server, or of this process where none runs."""
    from tsqld.control import NotServing, ask

    try:
        answer = ask(data_dir, request)
    except NotServing:
        answer = _done_here(data_dir, request)
    if "error" in answer:
        _fail(answer["error"], EXIT_FAILED)
    return answer


def _done_here(data_dir: Path, request: Request) -> Answer:
    """The same on the files, which nobody serves: other databases of the directory may be damaged."""
    import duckdb

    from tsqld.functions.sqltext import quote
    from tsqld.runtime.backups import BackupFailed, read_backup, write_backup
    from tsqld.runtime.engine import DataInUse, locked

    name, file = request["database"], Path(request["file"])
    path = data_dir / f"{name}.duckdb"
    os.umask(0o077)
    try:
        with locked(data_dir), duckdb.connect() as connection:
            if request["command"] == "restore":
                if path.exists() and not request["replace"]:
                    return {"error": f"there is a database {name} already; add --replace to overwrite it"}
                read_backup(connection, file, name, path)
                path.with_suffix(".duckdb.wal").unlink(missing_ok=True)
                return {}
            if not path.exists():
                return {"error": f"there is no database {name} in {data_dir}"}
            connection.execute(f"ATTACH {quote(str(path))} AS source")
            return {"bytes": write_backup(connection, "source", file)}
    except DataInUse as problem:
        _fail(str(problem), EXIT_IN_USE)
    except BackupFailed as problem:
        return {"error": str(problem)}
    except duckdb.Error as problem:
        return {"error": f"{path} is damaged: {str(problem).strip().splitlines()[0]}"}


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
