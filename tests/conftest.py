"""A server for all tests that talk to one: tsqld as its own process, or the one WAREHOUSE_TEST_DSN names."""

from __future__ import annotations

import os
import re
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest

from warehouse.connection import driver_library, format_keywords, parse_keywords

ROOT: Final = Path(__file__).resolve().parents[1]
_READY: Final = re.compile(r"^tsqld: ready on (?P<host>.*):(?P<port>\d+)\s*$", re.MULTILINE)
_START_SECONDS: Final = 60.0


@dataclass(frozen=True)
class SqlServer:
    """Where a server listens and who may log in."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)

    def odbc(self, database: str = "master") -> str:
        """An ODBC connection string for one of its databases."""
        return format_keywords({"Driver": driver_library(), **self._keywords(), "Database": database})

    def dsn(self, database: str = "warehouse") -> str:
        """The same for WAREHOUSE_DSN, which leaves the driver to the command line."""
        return format_keywords({**self._keywords(), "Database": database})

    def _keywords(self) -> dict[str, str]:
        return {
            "Server": f"tcp:{self.host},{self.port}",
            "UID": self.user,
            "PWD": self.password,
            "Encrypt": "yes",
            "TrustServerCertificate": "yes",
        }


@pytest.fixture(scope="session")
def tsqld_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqlServer]:
    """A server that lives as long as the session; tests make databases of their own on it."""
    named = os.environ.get("WAREHOUSE_TEST_DSN")
    if named:
        yield _named(named)
        return
    folder = tmp_path_factory.mktemp("tsqld")
    password = secrets.token_urlsafe(18)
    log = folder / "tsqld.log"
    process = _launch(folder / "data", password, log)
    try:
        yield SqlServer("127.0.0.1", _await_port(process, log), "sa", password)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


def _named(dsn: str) -> SqlServer:
    keywords = {key.lower(): value for key, value in parse_keywords(dsn).items()}
    host, _, port = keywords["server"].removeprefix("tcp:").partition(",")
    return SqlServer(host, int(port or 1433), keywords["uid"], keywords["pwd"])


def _launch(data: Path, password: str, log: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tsqld", "serve", "--host", "127.0.0.1", "--port", "0"]
    environment = {**os.environ, "TSQLD_SA_PASSWORD": password, "PYTHONPATH": str(ROOT / "scripts")}
    with log.open("wb") as output:
        return subprocess.Popen(
            [*command, "--data", str(data)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
            start_new_session=True,
        )


def _await_port(process: subprocess.Popen[bytes], log: Path) -> int:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        ready = _READY.search(log.read_text(encoding="utf-8"))
        if ready:
            return int(ready["port"])
        time.sleep(0.02)
    process.kill()
    raise RuntimeError(f"tsqld did not start: {log.read_text(encoding='utf-8')}")
