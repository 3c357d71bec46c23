"""A rule that fails keeps its data from being published: write, audit, publish."""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.e2e.site import ROOT, Site

DAYS = ("2025-01-01", "2025-01-02", "2025-01-03")
PUBLISHED = """
SELECT CONCAT(schemas.name, N'.', tables.name) AS name
FROM sys.tables AS tables
INNER JOIN sys.schemas AS schemas ON schemas.schema_id = tables.schema_id
WHERE schemas.name IN (N'silver', N'gold')
ORDER BY name
"""
TOTALS = """
          - name: totals_in_reason
            description: "No order is of more than 100,000."
            type: library
            metric: invalidValues
            severity: fail
            arguments:
              maximum: 100000
            mustBe: 0
"""
PAYMENTS = """
      - name: no_cash
        description: "Nobody pays more than 100."
        type: custom
        engine: warehouse
        severity: fail
        implementation:
          kind: range
          table: silver.payments
          column: original_amount
          maximum: 100
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three days of files without faults."""
    folder = tmp_path_factory.mktemp("generated") / "shop"
    site = Site(folder.parent / "home", folder, {"PYTHONPATH": str(ROOT / "scripts"), "PATH": ""})
    site.done(
        *("generate", "--days", "3", "--orders-per-day", "12", "--seed", "11", "--faults", "none"),
        *("--out", str(folder)),
    )
    return folder


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the project, whose contracts a test changes."""
    copy = tmp_path / "project"
    for name in ("database", "migrations", "dags", "environments"):
        shutil.copytree(ROOT / name, copy / name)
    return copy


def with_rule(project: Path, entity: str, marker: str, text: str) -> None:
    """Put a rule into a contract, in front of or behind the line `marker`."""
    file = project / "dags" / "contracts" / f"{entity}.yml"
    before = file.read_text(encoding="utf-8")
    assert marker in before
    file.write_text(before.replace(marker, marker + text, 1), encoding="utf-8")


def deploy(site: Site, project: Path, entity: str) -> None:
    site.done("contract", "write", entity, "--project", str(project))
    site.done("contract", "check", "--project", str(project))
    assert "deployed 1 of" in site.done("migrate", "--project", str(project))


def deliver(shop: Path, site: Site, day: str, change: Callable[[Path], None] | None = None) -> None:
    for file in sorted((shop / "shop").rglob(f"*_{day}.csv")):
        target = site.landing / file.relative_to(shop)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
        if change is not None and file.parent.name == "orders":
            change(target)


def inflate(file: Path) -> None:
    """Make the totals of the orders a thousand times too large."""
    with file.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    for row in rows:
        row["order_total"] = str(200_000 + float(row["order_total"]))
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def published(site: Site) -> dict[str, str]:
    """A hash of every row of every table of silver and gold."""
    found = {}
    for table in site.query(PUBLISHED):
        rows = site.query(f"SELECT * FROM {table['name']}")
        lines = sorted(json.dumps(row, default=str) for row in rows)
        found[table["name"]] = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    return found


def bronze(site: Site) -> list[dict[str, object]]:
    return site.query("SELECT path, run_id FROM ops.files WHERE status = N'loaded' ORDER BY path")


@pytest.mark.timeout(400)
def test_a_failed_gate_leaves_silver_and_gold_as_they_were_until_the_file_is_corrected(
    site: Site, shop: Path, project: Path
) -> None:
    with_rule(
        project,
        "shop/orders",
        '        description: "Sum over its lines of quantity × unit_price − discount."\n',
        "        quality:" + TOTALS,
    )
    deploy(site, project, "shop/orders")
    deliver(shop, site, DAYS[0])
    site.done("run", "--project", str(project))
    before = published(site)
    deliver(shop, site, DAYS[1], inflate)
    ended = site.run("run", "--project", str(project))
    assert ended.returncode == 1
    told = next(line for line in ended.stderr.splitlines() if "totals_in_reason" in line)
    (result,) = site.query(
        "SELECT * FROM ops.quality_results "
        "WHERE status = N'failed' AND rule_name = N'shop_orders.totals_in_reason'"
    )
    assert result["failed"] == result["checked"] > 3
    assert f"{result['failed']} of {result['checked']} rows" in told
    samples = json.loads(str(result["sample_keys"]))
    assert len(samples) == 3
    for sample in samples:
        assert f'"order_id":"{sample["order_id"]}"' in told
    assert published(site) == before
    loaded = bronze(site)

    again = site.run("run", "--project", str(project))
    assert (again.returncode, published(site)) == (1, before)
    shown = site.run("quality", "--entity", "shop/orders", "--rows", "all")
    assert shown.returncode == 1
    assert shown.stdout.count("file_id ") == result["failed"]
    unknown = site.run("quality", "--entity", "shop/oders")
    assert (unknown.returncode, unknown.stderr.count("\n")) == (2, 1)

    source = shop / "shop" / "orders" / f"orders_{DAYS[1]}.csv"
    shutil.copyfile(source, site.landing / "shop" / "orders" / f"orders_{DAYS[1]}_r2.csv")
    site.done("run", "--project", str(project))
    corrected = {"path": f"shop/orders/orders_{DAYS[1]}_r2.csv"}
    assert [row for row in bronze(site) if row["path"] != corrected["path"]] == loaded
    assert published(site) != before
    assert site.done("quality").splitlines()[-1].startswith("quality: ")
    assert site.query("SELECT COUNT(*) AS n FROM silver.orders WHERE order_total_amount > 100000") == [
        {"n": 0}
    ]
    assert site.done("reconcile").splitlines()[-1].startswith("reconcile: all of ")


@pytest.mark.timeout(400)
def test_a_rule_on_silver_takes_its_load_back_until_somebody_accepts_what_it_found(
    site: Site, shop: Path, project: Path, tmp_path: Path
) -> None:
    with_rule(project, "shop/payments", "    quality:\n", PAYMENTS.removeprefix("\n"))
    deploy(site, project, "shop/payments")
    deliver(shop, site, DAYS[0])
    ended = site.run("run", "--project", str(project))
    assert ended.returncode == 1
    assert "silver.payments" in ended.stderr
    assert site.query("SELECT COUNT(*) AS n FROM silver.payments") == [{"n": 0}]
    assert site.query("SELECT COUNT(*) AS n FROM silver.order_lines")[0]["n"] > 0
    (result,) = site.query("SELECT * FROM ops.quality_results WHERE status = N'failed'")
    assert result["rule_name"] == "shop_payments.no_cash"
    out = tmp_path / "rows.csv"
    site.done("quality", "--entity", "silver.payments", "--export", str(out))
    with out.open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["rule_name"] == "shop_payments.no_cash"]
    assert len(rows) == result["failed"]
    assert set(json.loads(rows[0]["row_key"])) == {"source_system", "payment_id"}

    number = str(result["result_id"])
    refused = site.run("quality", "--accept", number)
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
    site.done("quality", "--accept", number, "--note", "a festival")
    site.done("run", "--project", str(project))
    assert site.query("SELECT COUNT(*) AS n FROM silver.payments")[0]["n"] == result["checked"]
    (last,) = site.query(
        "SELECT TOP (1) status FROM ops.quality_results WHERE rule_name = N'shop_payments.no_cash' "
        "ORDER BY result_id DESC"
    )
    assert last["status"] == "accepted"
    again = site.run("quality", "--accept", number, "--note", "twice")
    assert (again.returncode, again.stderr.count("\n")) == (1, 1)


LATER = """
      - name: no_festival
        description: "Nothing is more than 100."
        type: custom
        engine: warehouse
        severity: fail
        implementation:
          kind: range
          table: {table}
          column: {column}
          maximum: 100
"""


@pytest.mark.timeout(400)
@pytest.mark.parametrize(
    ("table", "column"), [("silver.payments", "original_amount"), ("gold.daily_sales", "sales_amount")]
)
def test_a_gate_that_closes_in_the_middle_of_a_run_opens_where_it_stood(
    site: Site, shop: Path, project: Path, table: str, column: str
) -> None:
    deliver(shop, site, DAYS[0])
    site.done("run", "--project", str(project))
    before = published(site)
    rule = LATER.format(table=table, column=column).removeprefix("\n")
    with_rule(project, "shop/payments", "    quality:\n", rule)
    deploy(site, project, "shop/payments")
    deliver(shop, site, DAYS[1])
    ended = site.run("run", "--project", str(project))
    assert ended.returncode == 1
    (result,) = site.query("SELECT * FROM ops.quality_results WHERE status = N'failed'")
    told = next(line for line in ended.stderr.splitlines() if "no_festival" in line)
    assert f"{result['failed']} of {result['checked']} rows" in told
    for sample in json.loads(str(result["sample_keys"])):
        assert all(f'"{name}":' in told for name in sample)
    held = published(site)
    closed = "gold." if table.startswith("silver.") else table
    for name, value in before.items():
        if name == table or name.startswith(closed):
            assert held[name] == value, name
    assert held["silver.order_lines"] != before["silver.order_lines"]
    loaded = bronze(site)
    steps = "SELECT step, status FROM ops.latest_run_steps WHERE status = N'done'"

    site.done("quality", "--accept", str(result["result_id"]), "--note", "a festival")
    site.done("run", "--project", str(project))
    assert bronze(site) == loaded
    done = {row["step"] for row in site.query(steps)}
    assert not done & {"silver.order_lines", "silver.shop_order_lines", "silver.orders"}, done
    after = published(site)
    assert after[table] != before[table]
    assert site.done("reconcile").splitlines()[-1].startswith("reconcile: all of ")
