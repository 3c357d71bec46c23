"""A server for all tests that talk to one: tsqld as its own process, or the one WAREHOUSE_TEST_DSN names."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest

from warehouse.connection import Server, driver_library, format_keywords, server_from_dsn
from warehouse.embedded import embedded_server

pytest_plugins = ["tests.sites", "tests.soak"]

ROOT: Final = Path(__file__).resolve().parents[1]
# Below tests/, the longest first: begun last, they would leave every other process idle at the end.
LONGEST: Final = ("docs", "dags", "e2e", "tsqlt", "warehouse", "engine/test_cases.py", "wire")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest files."""
    items.sort(key=_place_in_line)


def _place_in_line(item: pytest.Item) -> int:
    places = (place for place, name in enumerate(LONGEST) if item.path.is_relative_to(ROOT / "tests" / name))
    return next(places, len(LONGEST))


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
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the migrated database lies that sites copy: the same one for all processes of a run."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    return shared / "migrated" / "home"


@pytest.fixture(scope="session")
def tsqld_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqlServer]:
    """A server that lives as long as the session; tests make databases of their own on it."""
    named = os.environ.get("WAREHOUSE_TEST_DSN")
    if named:
        yield _address(server_from_dsn(named))
        return
    with embedded_server(tmp_path_factory.mktemp("tsqld")) as server:
        yield _address(server)


def _address(server: Server) -> SqlServer:
    keywords = {key.lower(): value for key, value in server.keywords.items()}
    host, _, port = keywords["server"].removeprefix("tcp:").partition(",")
    return SqlServer(host, int(port or 1433), keywords["uid"], keywords["pwd"])
