"""Days unlike the others are found, and no others: sixty days of the shop, twelve of them spoilt."""

from __future__ import annotations

import random
import shutil
from datetime import date
from pathlib import Path

import pytest
from tests.e2e.anomalies import Harm, file_of, harms, spoil
from tests.e2e.site import ROOT, Site
from tests.soak import is_soak, seed

START = date(2025, 1, 1)
# In `make test` two entities of the first weeks, which load in half a minute; all of it in `make soak`.
EVERYTHING = (
    "customers",
    "fx_rates",
    "inventory",
    "order_items",
    "orders",
    "payments",
    "products",
    "returns",
)
ENTITIES = EVERYTHING if is_soak() else ("orders", "payments")
DAYS = 60 if is_soak() else 43
MISSED = 1
FALSE_ALARMS = 2


def generate(folder: Path, seed: int) -> Path:
    site = Site(folder / "home", folder / "shop", {"PYTHONPATH": str(ROOT / "scripts"), "PATH": ""})
    site.done(
        *("generate", "--days", str(DAYS), "--orders-per-day", "100", "--seed", str(seed)),
        *("--faults", "none", "--out", str(folder / "shop")),
    )
    return folder / "shop"


def deliver(shop: Path, site: Site, files: list[Path]) -> None:
    for file in files:
        target = site.landing / file.relative_to(shop)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)


def alarms(site: Site) -> set[str]:
    return {
        row["subject"]
        for row in site.query("SELECT subject FROM ops.alerts WHERE subject LIKE N'shop/% 20%'")
    }


def subject(harm: Harm) -> str:
    return f"shop/{harm.entity} {harm.day.isoformat()}"


@pytest.mark.timeout(3600 if is_soak() else 400)
@pytest.mark.parametrize("number", [seed()] if is_soak() else [1], ids=str)
def test_spoilt_days_are_told_and_hardly_any_other(site: Site, tmp_path: Path, number: int) -> None:
    shop = generate(tmp_path, number)
    chance = random.Random(number)
    chosen = harms(START, DAYS, ENTITIES, chance)
    spoil(shop, chosen, chance)
    late = {file_of(shop, harm.entity, harm.day) for harm in chosen if harm.name == "late feed"}
    files = sorted(
        file for file in (shop / "shop").rglob("*.csv") if file not in late and file.parent.name in ENTITIES
    )
    deliver(shop, site, files)
    site.done("run", seconds=3000)
    told = alarms(site)
    missed = [harm.name for harm in chosen if subject(harm) not in told]
    wrong = sorted(told - {subject(harm) for harm in chosen})
    print(
        f"seed {number}: {len(chosen) - len(missed)} of {len(chosen)} found, missed {missed}, false {wrong}"
    )
    assert len(missed) <= MISSED, missed
    assert len(wrong) <= FALSE_ALARMS, wrong
    shown = site.done("quality").splitlines()[-1]
    assert f"; {len(told)} unusual day" in shown
    for harm in chosen:
        if harm.name == "late feed":
            deliver(shop, site, sorted(late))
            site.done("run", seconds=3000)
            (row,) = site.query(
                "SELECT is_anomaly, observed FROM ops.quality_metrics "
                f"WHERE rule_name = N'shop_payments.volume' AND observed_on = '{harm.day:%Y%m%d}'"
            )
            assert row["is_anomaly"] is False
            assert row["observed"] > 50
