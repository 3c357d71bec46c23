"""Warehouses for tests of the command line: one per test, or one per module where tests only read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.e2e.site import TEST_DSN, Site, migrated_site, new_site, remove_site


@pytest.fixture
def bare_site(tmp_path: Path) -> Iterator[Site]:
    """A warehouse of the test's own, whose database does not exist yet."""
    made = new_site(tmp_path)
    yield made
    remove_site(made)


@pytest.fixture
def idle_site(tmp_path: Path, template: Path) -> Iterator[Site]:
    """A warehouse of the test's own, migrated and empty; its commands start and stop their engine."""
    made = migrated_site(tmp_path, template)
    yield made
    remove_site(made)


@pytest.fixture
def site(idle_site: Site) -> Iterator[Site]:
    """The same with a server that runs during the whole test, which saves its commands a start each."""
    with idle_site.server():
        yield idle_site


@pytest.fixture(scope="module")
def shared_site(tmp_path_factory: pytest.TempPathFactory, template: Path) -> Iterator[Site]:
    """A migrated warehouse with a running server for a module's tests that share what they find in it."""
    made = migrated_site(tmp_path_factory.mktemp("warehouse"), template)
    with made.server():
        yield made
    remove_site(made)


@pytest.fixture
def embedded_site(bare_site: Site) -> Site:
    """A warehouse on the embedded engine; the test is about its process."""
    if TEST_DSN:
        pytest.skip("WAREHOUSE_TEST_DSN names a server, and this test is about the embedded engine's process")
    return bare_site
