"""The generated shop from CSV to gold: what the warehouse finds is the truth, however the files come."""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from pathlib import Path

import pytest
from tests.e2e.site import ROOT, TEST_DSN, Site, migrated_site, remove_site
from tests.e2e.test_crash import no_engine_is_left
from tests.soak import chance, is_soak, times

TABLES = "customers products orders order_lines payments returns inventory_levels currency_rates".split()
# What depends on the order of delivery and on the time, not on what was delivered.
PROVENANCE = {"file_id", "line_number", "batch_id", "created_at", "updated_at", "order_line_key"}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Generated files and their truth."""
    folder = tmp_path_factory.mktemp("generated") / "shop"
    site = Site(folder.parent / "home", folder, {"PYTHONPATH": str(ROOT / "scripts"), "PATH": ""})
    seed = chance("a shop").randrange(10_000)
    site.done(
        "generate",
        "--days", str(times(4, 30)),
        "--orders-per-day", str(times(15, 100)),
        "--seed", str(seed),
        "--out", str(folder),
    )  # fmt: skip
    return folder


def deliver(shop: Path, landing: Path, files: list[Path]) -> None:
    for file in files:
        target = landing / file.relative_to(shop)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)


def delivered(shop: Path) -> list[Path]:
    return sorted(path for path in (shop / "shop").rglob("*") if path.is_file())


def silver(site: Site) -> dict[str, str]:
    """A hash of each silver table."""
    found = {}
    for table in TABLES:
        rows = site.query(f"SELECT * FROM silver.{table} WHERE source_system = N'shop'")
        lines = sorted(json.dumps({k: str(v) for k, v in row.items() if k not in PROVENANCE}) for row in rows)
        found[table] = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    return found


@pytest.fixture(scope="module")
def straight(shop: Path, tmp_path_factory: pytest.TempPathFactory, template: Path) -> dict[str, str]:
    """Silver after all files came at once."""
    site = migrated_site(tmp_path_factory.mktemp("straight"), template)
    deliver(shop, site.landing, delivered(shop))
    with site.server():
        site.done("run", seconds=3000)
        said = site.done("reconcile", "--truth", str(shop / "truth.json")).splitlines()
        found = silver(site)
        again = site.done("run", seconds=3000).splitlines()
    remove_site(site)
    assert " 0 rows written" in again[-1]
    assert said[-1].startswith("reconcile: all of ")
    assert "the truth agrees" in said[-1]
    return found


@pytest.mark.timeout(3600 if is_soak() else 300)
@pytest.mark.usefixtures("straight")
def test_every_record_and_every_figure_is_as_the_truth_says() -> None:
    """All of it is in the fixture, which other tests compare with."""


@pytest.mark.timeout(3600 if is_soak() else 300)
def test_silver_is_the_same_when_files_come_shuffled_and_twice(
    site: Site, shop: Path, straight: dict[str, str]
) -> None:
    files = delivered(shop)
    order = chance("order of delivery")
    order.shuffle(files)
    third = len(files) // 3
    portions = [files[:third], files[third : 2 * third], files[2 * third :]]
    for portion in (*portions, files):
        deliver(shop, site.landing, portion)
        site.done("run", seconds=3000)
    assert silver(site) == straight
    assert "the truth agrees" in site.done("reconcile", "--truth", str(shop / "truth.json"))


@pytest.mark.timeout(3600 if is_soak() else 300)
def test_silver_is_the_same_when_runs_are_killed(
    idle_site: Site, shop: Path, straight: dict[str, str]
) -> None:
    files = delivered(shop)
    moments = chance("moments of a kill in the shop")
    moments.shuffle(files)
    kills = times(3, 50)
    for number in range(kills):
        deliver(
            shop, idle_site.landing, files[number * len(files) // kills : (number + 1) * len(files) // kills]
        )
        victim = idle_site.start("run")
        time.sleep(moments.uniform(1.0, 6.0))
        victim.kill()
        victim.communicate(timeout=60)
        assert TEST_DSN or no_engine_is_left(idle_site)
    with idle_site.server():
        idle_site.done("run", seconds=3000)
        assert silver(idle_site) == straight
