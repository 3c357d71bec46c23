"""Starts the embedded engine as a child process, or joins the one another command started.

Beside `connection`; knows of tsqld only its command line. Two files under WAREHOUSE_HOME:

- `tsqld.json` (mode 0600): port, password and pid of the running server;
- `tsqld.lock`: shared lock = a command that joined, exclusive lock = a command that starts or stops the
server.

The child holds the read end of a pipe whose write end only its starter has. When the starter ends, killed or
not, the pipe closes and the child with it. A starter that ends normally first waits for those who joined.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

from warehouse.connection import Server, driver_library
from warehouse.errors import Unreachable
from warehouse.odbc import Connection

_HOST: Final = "127.0.0.1"
_READY: Final = re.compile(r"^tsqld: ready on .*:(?P<port>\d+)\s*$", re.MULTILINE)
_DATA_IN_USE: Final = 3
_START_SECONDS: Final = 60.0
_STOP_SECONDS: Final = 60.0
_POLL_SECONDS: Final = 0.02


@dataclass(frozen=True, slots=True)
class Address:
    """What `tsqld.json` holds."""

    port: int
    pid: int
    password: str = field(repr=False)

    def server(self, home: Path) -> Server:
        """The server as commands see it; its certificate is its own, made at start."""
        return Server(
            {
                "Driver": driver_library(),
                "Server": f"tcp:{_HOST},{self.port}",
                "UID": "sa",
                "PWD": self.password,
                "Encrypt": "yes",
                "TrustServerCertificate": "yes",
            },
            remedy=f"the embedded engine has ended, {home / 'tsqld.log'} may tell why; run the command again",
        )


@contextmanager
def embedded_server(home: Path) -> Iterator[Server]:
    """Join the engine that runs over `home`, or start it and stop it when the last command has left.

    Errors: Unreachable when it does not start.
    """
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _Lock(home / "tsqld.lock") as lock:
        child, address = _join_or_start(home, lock)
        if child is None:
            yield address.server(home)
            return
        try:
            yield address.server(home)
        finally:
            with contextlib.suppress(KeyboardInterrupt):
                lock.exclusive(notice="waiting for the other commands that use this engine …")
            child.stop(home)


def _join_or_start(home: Path, lock: _Lock) -> tuple[_Child | None, Address]:
    """A server's address: of one to join (the shared lock is then held), or of the child started."""
    while True:
        lock.shared()
        address = running(home)
        if address is not None:
            return None, address
        lock.exclusive(notice="waiting for another command to leave a stopped engine …")
        if running(home) is None:
            started = _start_when_free(home)
            lock.release()
            return started


class _Lock:
    """A file lock that ends with the process, however that ends."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)

    def __enter__(self) -> _Lock:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._file)

    def shared(self) -> None:
        fcntl.flock(self._file, fcntl.LOCK_SH)

    def exclusive(self, *, notice: str) -> None:
        """Wait until nobody else holds the lock, saying so on stderr when that takes more than a moment."""
        for _ in range(50):
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            time.sleep(_POLL_SECONDS)
        print(f"warehouse: {notice}", file=sys.stderr)
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def release(self) -> None:
        fcntl.flock(self._file, fcntl.LOCK_UN)


def running(home: Path) -> Address | None:
    """The server that `tsqld.json` names, if it is alive and takes its password; else None."""
    address = _read_address(home)
    return (
        address if address and _alive(address.pid) and _answers(address.server(home), address.port) else None
    )


def _read_address(home: Path) -> Address | None:
    try:
        found = json.loads((home / "tsqld.json").read_text(encoding="utf-8"))
        return Address(int(found["port"]), int(found["pid"]), str(found["password"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _answers(server: Server, port: int) -> bool:
    """Whether the port is open and its owner lets us in: another program may have taken the port since."""
    try:
        with socket.create_connection((_HOST, port), timeout=2):
            pass
        Connection(server.connection_string("master"), timeout_seconds=5).close()
    except (OSError, Unreachable):
        return False
    return True


@dataclass(frozen=True)
class _Child:
    process: subprocess.Popen[bytes]
    lifeline: int

    def stop(self, home: Path) -> None:
        """Forget the address, let go of the lifeline, and wait until the database is closed."""
        (home / "tsqld.json").unlink(missing_ok=True)
        os.close(self.lifeline)
        try:
            self.process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def _start_when_free(home: Path) -> tuple[_Child, Address]:
    """Start; when a killed command's engine is still closing the data folder, as soon as it has."""
    last = _read_address(home)
    deadline = time.monotonic() + _STOP_SECONDS
    while True:
        ending = last is not None and _alive(last.pid)
        try:
            return _start(home)
        except _DataInUse:
            if not ending or time.monotonic() > deadline:
                raise
            time.sleep(0.2)


class _DataInUse(Unreachable):
    """Another process has the data folder open."""


def _start(home: Path) -> tuple[_Child, Address]:
    password = secrets.token_urlsafe(24)
    log = home / "tsqld.log"
    read_end, write_end = os.pipe()
    try:
        process = _launch(home, log, password, read_end)
    except BaseException:
        os.close(write_end)
        raise
    finally:
        os.close(read_end)
    child = _Child(process, write_end)
    try:
        port = _wait_until_ready(process, log, home)
        address = Address(port, process.pid, password)
        _write_address(home, address)
    except BaseException:
        child.stop(home)
        raise
    return child, address


def _launch(home: Path, log: Path, password: str, lifeline: int) -> subprocess.Popen[bytes]:
    """The child, in its own session so that Ctrl-C reaches only us, its password in the environment only."""
    command = [sys.executable, "-m", "tsqld", "serve", "--host", _HOST, "--port", "0"]
    command += ["--data", str(home / "data"), "--lifeline", str(lifeline)]
    environment = {**os.environ, "TSQLD_SA_PASSWORD": password}
    with log.open("wb") as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
            pass_fds=(lifeline,),
            start_new_session=True,
        )


def _wait_until_ready(process: subprocess.Popen[bytes], log: Path, home: Path) -> int:
    """The port the child listens on. Errors: Unreachable when it ended or took too long."""
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        ready = _READY.search(log.read_text(encoding="utf-8", errors="replace"))
        if ready:
            return int(ready["port"])
        code = process.poll()
        if code == _DATA_IN_USE:
            raise _DataInUse(
                f"{home / 'data'} is in use by another tsqld; stop it or set WAREHOUSE_HOME to another folder"
            )
        if code is not None:
            raise Unreachable(f"the embedded engine ended at start (exit code {code}): {_last_line(log)}")
        time.sleep(_POLL_SECONDS)
    raise Unreachable(f"the embedded engine was not ready after {_START_SECONDS:.0f} s; see {log}")


def _last_line(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1] if lines else f"it said nothing; see {log}"


def _write_address(home: Path, address: Address) -> None:
    """Write `tsqld.json` whole or not at all, readable by its owner only."""
    temporary = home / f"tsqld.json.{os.getpid()}"
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(asdict(address), file)
    temporary.replace(home / "tsqld.json")
