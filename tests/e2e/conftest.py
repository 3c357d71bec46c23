"""Warehouses for tests of the command line: one per test, or one per module where tests only read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.e2e.site import TEST_DSN, Site, new_site, remove_site


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A warehouse of the test's own, with nothing in it."""
    made = new_site(tmp_path)
    yield made
    remove_site(made)


@pytest.fixture(scope="module")
def shared_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A warehouse for a module's tests that share what they find in it."""
    made = new_site(tmp_path_factory.mktemp("warehouse"))
    yield made
    remove_site(made)


@pytest.fixture
def embedded_site(site: Site) -> Site:
    """A warehouse on the embedded engine; the test is about its process."""
    if TEST_DSN:
        pytest.skip("WAREHOUSE_TEST_DSN names a server, and this test is about the embedded engine's process")
    return site
