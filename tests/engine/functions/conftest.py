"""An engine of its own for the function tests, and a bare DuckDB with the macros and functions installed."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest
from tests.engine.functions.asking import Asker

from tsqld.functions.install import install
from tsqld.runtime.engine import Engine


@pytest.fixture(scope="session")
def tsql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asker]:
    engine = Engine.open(tmp_path_factory.mktemp("functions"), "Functions.1")
    try:
        yield Asker(engine.login("sa", "Functions.1", None))
    finally:
        engine.close()


@pytest.fixture(scope="session")
def duck() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect()
    install(connection)
    yield connection
    connection.close()
