"""For the wire tests: a stand-in engine in its own process, and the drivers people use."""

from __future__ import annotations

import datetime as dt
import os
import secrets
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pymssql
import pyodbc
import pytest
from tests.wire.served import Served, serving

from warehouse.connection import driver_library

ROOT: Final = Path(__file__).resolve().parents[2]
_OFFSET_TYPE: Final = -155
pyodbc.native_uuid = True
pyodbc.pooling = False


@dataclass(frozen=True)
class StandIn:
    """A server over the stand-in engine."""

    port: int
    pid: int
    log: Path
    password: str = field(repr=False)

    def microsoft(self, encrypt: str = "yes", **more: str) -> pyodbc.Connection:
        keywords = {"Encrypt": encrypt, "TrustServerCertificate": "yes", **more}
        return self._odbc(driver_library(), Server=f"127.0.0.1,{self.port}", **keywords)

    def freetds(self, version: str = "7.4", encryption: str = "request", **more: str) -> pyodbc.Connection:
        keywords = {"TDS_Version": version, "Encryption": encryption, "ClientCharset": "UTF-8", **more}
        return self._odbc("FreeTDS", Server="127.0.0.1", Port=str(self.port), **keywords)

    def _odbc(self, driver: str, **keywords: str) -> pyodbc.Connection:
        words = {"Driver": driver, "UID": "sa", "PWD": self.password, **keywords}
        connection = pyodbc.connect(";".join(f"{k}={v}" for k, v in words.items()), autocommit=True)
        connection.add_output_converter(_OFFSET_TYPE, _datetimeoffset)
        return connection

    def pymssql(self, **more: Any) -> Any:
        words: dict[str, Any] = {"user": "sa", "password": self.password, "autocommit": True, **more}
        return pymssql.connect(server="127.0.0.1", port=str(self.port), **words)

    def mssql_python(self) -> Any:
        import mssql_python

        mssql_python.pooling(enabled=False)
        words = f"Server=127.0.0.1,{self.port};UID=sa;PWD={self.password}"
        return mssql_python.connect(f"{words};Encrypt=yes;TrustServerCertificate=yes", autocommit=True)

    def memory(self) -> int:
        """The server's resident KiB."""
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        return int(status.split("VmRSS:")[1].split()[0])


def _datetimeoffset(raw: bytes) -> dt.datetime:
    """ODBC's SQL_SS_TIMESTAMPOFFSET_STRUCT, which pyodbc leaves to its caller."""
    year, month, day, hour, minute, second, nanoseconds, east, more = struct.unpack("<6hI2h", raw)
    zone = dt.timezone(dt.timedelta(hours=east, minutes=more))
    return dt.datetime(year, month, day, hour, minute, second, nanoseconds // 1000, zone)


@pytest.fixture(scope="session")
def stand_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    with running_stand_in(tmp_path_factory.mktemp("stand_in")) as server:
        yield server


@contextmanager
def running_stand_in(folder: Path) -> Iterator[StandIn]:
    """Its own process: a server in the client's process would share its interpreter lock."""
    password, log = secrets.token_urlsafe(12), folder / "log"
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.wire.fake_server", str(folder), password],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": f"{ROOT / 'scripts'}{os.pathsep}{ROOT}"},
        )
    assert process.stdout is not None
    assert process.stdin is not None
    try:
        yield StandIn(int(process.stdout.readline()), process.pid, log, password)
    finally:
        process.stdin.close()
        process.wait(timeout=30)


CLIENTS: Final[dict[str, Callable[[StandIn], Any]]] = {
    "microsoft": lambda server: server.microsoft(),
    "microsoft-plain": lambda server: server.microsoft("no"),
    "freetds": lambda server: server.freetds(),
    "freetds-7.1": lambda server: server.freetds("7.1", "off"),
    "freetds-7.2": lambda server: server.freetds("7.2"),
    "freetds-7.3": lambda server: server.freetds("7.3"),
    "pymssql": lambda server: server.pymssql(),
    "mssql-python": lambda server: server.mssql_python(),
}


@pytest.fixture(scope="module", params=list(CLIENTS))
def client(stand_in: StandIn, request: pytest.FixtureRequest) -> Iterator[Any]:
    """A connection of each client in turn."""
    connection = CLIENTS[request.param](stand_in)
    connection_name[id(connection)] = request.param
    yield connection
    connection.close()


connection_name: Final[dict[int, str]] = {}


@pytest.fixture(scope="module", params=["microsoft", "freetds", "mssql-python"])
def binding_client(stand_in: StandIn, request: pytest.FixtureRequest) -> Iterator[Any]:
    """A connection of each client that binds parameters."""
    connection = CLIENTS[request.param](stand_in)
    connection_name[id(connection)] = request.param
    yield connection
    connection.close()


@pytest.fixture
def microsoft(stand_in: StandIn) -> Iterator[pyodbc.Connection]:
    connection = stand_in.microsoft()
    yield connection
    connection.close()


@pytest.fixture
def freetds(stand_in: StandIn) -> Iterator[pyodbc.Connection]:
    connection = stand_in.freetds()
    yield connection
    connection.close()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The real engine in its own process, for the tests of one module."""
    with serving(tmp_path_factory.mktemp("served") / "data") as server:
        yield server
        assert not server.faults()
