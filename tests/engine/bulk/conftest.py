"""A DuckDB with the engine's functions, and a way to load bytes as BULK INSERT does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from tests.engine.bulk.loading import Loader

from tsqld.functions.install import install


@pytest.fixture(scope="session")
def root() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect()
    install(connection)
    yield connection
    connection.close()


@pytest.fixture
def load(root: duckdb.DuckDBPyConnection, tmp_path: Path) -> Loader:
    return Loader(root, tmp_path)
