"""One engine for all tests of the language, and a session in a database of its own for each."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from tests.engine.session import Client

from tsqld.runtime.engine import Engine

_NUMBERS = count(1)


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    data: Path = tmp_path_factory.mktemp("engine")
    made = Engine.open(data, "x")
    yield made
    made.close()


@pytest.fixture
def database(engine: Engine) -> str:
    """A new, empty database."""
    name = f"features_{next(_NUMBERS)}"
    engine.create_database(name, 0)
    return name


@pytest.fixture
def client(engine: Engine, database: str) -> Iterator[Client]:
    session = engine.login("sa", "x", database)
    yield Client(session)
    session.close()
