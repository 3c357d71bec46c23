"""A tsqld of its own to measure, and a DuckDB file beside it for the same work by hand."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyodbc

from warehouse.connection import driver_library

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def served(data: Path) -> Iterator[pyodbc.Connection]:
    """A connection to a new database of a server that ends with the block."""
    password = secrets.token_urlsafe(16) + "aA1"
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "scripts"), "TSQLD_SA_PASSWORD": password}
    command = [sys.executable, "-m", "tsqld", "serve", "--port", "0", "--data", str(data)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    assert process.stdout is not None
    try:
        ready = next(line for line in process.stdout if " ready on " in line)
        port = ready.strip().rpartition(":")[2]
        words = f"Driver={driver_library()};Server=127.0.0.1,{port};UID=sa;PWD={{{password}}}"
        connection = pyodbc.connect(f"{words};Encrypt=yes;TrustServerCertificate=yes", autocommit=True)
        connection.execute("CREATE DATABASE bench")
        connection.execute("USE bench")
        yield connection
        connection.close()
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


def done(connection: pyodbc.Connection, batch: str, *values: Any) -> None:
    """Run a batch to its end: ODBC tells of an error only when its result is reached."""
    cursor = connection.execute(batch, *values)
    while cursor.nextset():
        pass
