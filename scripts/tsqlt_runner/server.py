"""Which server runs the tests: the one a connection string names, else tsqld as a child process.

After connection. The child reads its password from the environment, listens on this machine only, and ends
with this process, whichever way that ends: it holds the read end of a pipe whose write end only we have.
"""

from __future__ import annotations

import os
import re
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tsql.dsn import DsnProblem, format_keywords, parse_keywords
from tsqlt_runner.connection import Connection, ServerError
from tsqlt_runner.errors import CannotRun

_READY: Final = re.compile(r"^tsqld: ready on .*:(?P<port>\d+)\s*$", re.MULTILINE)
_START_SECONDS: Final = 60.0
_STOP_SECONDS: Final = 30.0
_IN_USE: Final = 3
_OURS: Final = frozenset({"driver", "database", "initial catalog", "app"})
"""Keywords that are not the server's: the driver brings its own, the database is chosen here."""


@dataclass(frozen=True)
class Server:
    """A server by the keywords of its connection string, which hold its password."""

    keywords: Mapping[str, str] = field(repr=False)
    dispatch_seconds: float = 1.1
    """How long its extended events may be on their way."""

    @property
    def address(self) -> str:
        """Host and port, for messages."""
        lowered = {key.lower(): value for key, value in self.keywords.items()}
        return lowered.get("server") or lowered.get("addr") or "the server"

    def dsn(self, database: str) -> str:
        """The connection string for one of its databases."""
        return format_keywords({**self.keywords, "Database": database})

    def connect(self, database: str) -> Connection:
        """Connect to a database. Errors: CannotRun."""
        try:
            return Connection(self.dsn(database))
        except ServerError as problem:
            raise CannotRun(f"cannot connect to {database} on {self.address}: {problem}") from None


@contextmanager
def open_servers(dsn: str | None, home: Path, count: int) -> Iterator[list[Server]]:
    """A server for each of `count` workers: all the named one, or a tsqld each, for it uses one processor.

    Errors: CannotRun.
    """
    if dsn:
        yield [_named(dsn)] * count
        return
    with ExitStack() as stack:
        children = [stack.enter_context(_child(home / str(number))) for number in range(1, count + 1)]
        yield [_ready(child) for child in children]


@dataclass(frozen=True)
class _Child:
    process: subprocess.Popen[bytes]
    home: Path
    password: str = field(repr=False)


@contextmanager
def _child(home: Path) -> Iterator[_Child]:
    """tsqld over `home`, starting; stopped in the end."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    read_end, write_end = os.pipe()
    password = secrets.token_urlsafe(24)
    try:
        process = _launch(home, password, read_end)
    except BaseException:
        os.close(write_end)
        raise
    finally:
        os.close(read_end)
    try:
        yield _Child(process, home, password)
    finally:
        os.close(write_end)
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _ready(child: _Child) -> Server:
    return Server(
        {
            "Server": f"tcp:127.0.0.1,{_port(child.process, child.home)}",
            "UID": "sa",
            "PWD": child.password,
            "Encrypt": "yes",
            "TrustServerCertificate": "yes",
        },
        dispatch_seconds=0.0,
    )


def _named(dsn: str) -> Server:
    try:
        keywords = parse_keywords(dsn)
    except DsnProblem as problem:
        raise CannotRun(str(problem)) from None
    password = os.environ.get("WAREHOUSE_PASSWORD")
    if password and not {"pwd", "password"} & {key.lower() for key in keywords}:
        keywords["PWD"] = password
    return Server({key: value for key, value in keywords.items() if key.lower() not in _OURS})


def _launch(home: Path, password: str, lifeline: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tsqld", "serve", "--host", "127.0.0.1", "--port", "0"]
    command += ["--data", str(home / "data"), "--lifeline", str(lifeline)]
    with (home / "tsqld.log").open("wb") as log:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**os.environ, "TSQLD_SA_PASSWORD": password},
            pass_fds=(lifeline,),
            start_new_session=True,
        )


def _port(child: subprocess.Popen[bytes], home: Path) -> int:
    """The port the child listens on. Errors: CannotRun when it ended or took too long."""
    log = home / "tsqld.log"
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        said = log.read_text(encoding="utf-8", errors="replace")
        ready = _READY.search(said)
        if ready:
            return int(ready["port"])
        code = child.poll()
        if code == _IN_USE:
            raise CannotRun(f"{home} is in use by another test run; wait for it, or set WAREHOUSE_HOME")
        if code is not None:
            last = (said.strip().splitlines() or ["it said nothing"])[-1]
            raise CannotRun(f"tsqld ended at start with exit code {code}: {last}")
        time.sleep(0.01)
    raise CannotRun(f"tsqld was not ready after {_START_SECONDS:.0f} s; see {log}")
