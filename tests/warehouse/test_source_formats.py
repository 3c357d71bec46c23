"""Sources that are no CSV: JSON lines and Parquet, through the same contracts to silver."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from tests.e2e.site import Site, remove_site
from tests.warehouse.test_source_add import site_of

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
EVENTS = [
    {
        "id": 101,
        "type": "order",
        "amount": 12.50,
        "customer": {"name": "Ada", "home town": "Bonn"},
        "items": [{"sku": "a", "n": 2}],
        "at": "2024-03-01T09:00:00Z",
        "paid": True,
    },
    {"id": 102, "type": "order", "amount": -3, "customer": {"name": 'Bob "B"'}, "items": [], "paid": False},
    {"id": 103, "type": "refund", "amount": 1250.75, "customer": None, "extra": "x"},
]


def lines(records: list[dict[str, object]]) -> str:
    return "".join(f"{json.dumps(record)}\n" for record in records)


@dataclass(frozen=True)
class Added:
    site: Site
    shown: dict[str, str]
    folder: Path


@pytest.fixture(scope="module")
def added(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Added]:
    """Events in JSON lines and prices in Parquet, added, migrated and loaded."""
    folder = tmp_path_factory.mktemp("formats")
    (folder / "site").mkdir()
    site = site_of(folder)
    events = folder / "events.jsonl"
    events.write_text(lines(EVENTS[:2]) + "\n" + lines(EVENTS[2:]), encoding="utf-8")
    prices = folder / "prices.parquet"
    write_prices(prices, 1)
    shown = {
        name: site.done("source", "add", str(folder / file), "--source", "t", "--entity", name)
        for name, file in (("events", "events.jsonl"), ("prices", "prices.parquet"))
    }
    with site.server():
        site.done("migrate")
        site.done("run")
        yield Added(site, shown, folder)
    remove_site(site)


def write_prices(file: Path, factor: int) -> None:
    duckdb.sql(
        f"""
        COPY (
            SELECT i AS id, DATE '2024-01-01' + i::INT AS day, (i * 1.25 * {factor})::DECIMAL(10, 2) AS price,
                'n' || chr(10) || i AS name, i % 2 = 0 AS ok
            FROM range(1, 4) AS numbers (i)
        ) TO '{file}' (FORMAT parquet)
        """
    )


def test_the_objects_of_json_lines_are_columns(added: Added) -> None:
    assert "$" not in added.shown["events"]
    rows = added.site.query(
        "SELECT id, amount, customer_name, customer_home_town, items, paid, line_number "
        "FROM silver.t_events ORDER BY id"
    )
    assert [tuple(str(value) for value in row.values()) for row in rows] == [
        ("101", "12.5000", "Ada", "Bonn", '[{"sku": "a", "n": 2}]', "True", "1"),
        ("102", "-3.0000", 'Bob "B"', "None", "[]", "False", "2"),
        ("103", "1250.7500", "None", "None", "None", "None", "4"),
    ]


def test_parquet_is_read_as_it_is_and_known_by_its_own_hash(added: Added) -> None:
    rows = added.site.query(
        "SELECT id, price, ok, CONVERT(nvarchar(10), on_day, 23) AS d FROM silver.t_prices"
    )
    assert sorted(tuple(str(value) for value in row.values()) for row in rows) == [
        ("1", "1.2500", "False", "2024-01-02"),
        ("2", "2.5000", "True", "2024-01-03"),
        ("3", "3.7500", "False", "2024-01-04"),
    ]
    (file,) = added.site.query("SELECT path, sha256, compression FROM ops.files WHERE entity = N'prices'")
    assert file["path"] == "t/prices/prices.parquet"
    assert file["sha256"] == hashlib.sha256((added.folder / "prices.parquet").read_bytes()).hexdigest()
    assert file["compression"] == "parquet"


def test_later_deliveries_change_records_and_misfits_are_quarantined(added: Added) -> None:
    landing = added.site.landing / "t"
    broken = '{"id": 9\n[1, 2]\n{"id": 104, "type": "t", "amount": "soon"}\n'
    (landing / "events" / "second.jsonl").write_text(
        lines([{"id": 102, "type": "order", "amount": 4, "paid": True}]) + broken, encoding="utf-8"
    )
    write_prices(landing / "prices" / "second.parquet", 2)
    added.site.done("run")
    (event,) = added.site.query("SELECT amount, customer_name, paid FROM silver.t_events WHERE id = 102")
    assert (str(event["amount"]), event["customer_name"], event["paid"]) == ("4.0000", None, True)
    (prices,) = added.site.query("SELECT SUM(price) AS s, COUNT(*) AS n FROM silver.t_prices")
    assert (str(prices["s"]), prices["n"]) == ("15.0000", 3)
    kept = added.site.query(
        "SELECT quarantine_id, line_number, rule_name, raw_text FROM ops.quarantine ORDER BY line_number"
    )
    assert [(row["line_number"], row["rule_name"]) for row in kept] == [
        (2, "bad_json"),
        (3, "bad_json"),
        (4, "not_a_number:amount"),
    ]
    assert kept[2]["raw_text"] == '{"id": 104, "type": "t", "amount": "soon"}'
    assert "accounted for" in added.site.done("reconcile")

    added.site.done("quarantine", "replay", str(kept[2]["quarantine_id"]), "--set", "amount=7.5")
    added.site.done("run")
    (event,) = added.site.query("SELECT amount, type_text FROM silver.t_events WHERE id = 104")
    assert (str(event["amount"]), event["type_text"]) == ("7.5000", "t")
    assert "accounted for" in added.site.done("reconcile")


def test_what_is_no_parquet_is_refused(added: Added) -> None:
    (added.site.landing / "t" / "prices" / "broken.parquet").write_bytes(b"PAR1 and nothing else")
    added.site.done("run")
    (file,) = added.site.query("SELECT status, rule_name FROM ops.files WHERE path LIKE N'%broken.parquet'")
    assert (file["status"], file["rule_name"]) == ("refused", "broken_archive")
    assert "accounted for" in added.site.done("reconcile")
