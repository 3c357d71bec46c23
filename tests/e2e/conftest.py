"""What every test of a whole run needs; its warehouses are those of tests.sites."""

from __future__ import annotations

import os

import pytest
from tests.e2e.site import ROOT


@pytest.fixture(scope="session", autouse=True)
def source_path() -> None:
    """Let engines that a test starts find the packages where the project is not installed."""
    os.environ["PYTHONPATH"] = str(ROOT / "scripts")
