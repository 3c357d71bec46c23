"""Sources that are no CSV: JSON lines, Parquet and workbooks, through the same contracts to silver."""

from __future__ import annotations

import datetime
import hashlib
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
import yaml
from tests.e2e.site import Site, remove_site
from tests.warehouse.test_source_add import site_of
from tests.warehouse.test_source_pull import Shop, shop

__all__ = ["shop"]

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


def test_what_an_endpoint_has_on_several_pages_reaches_silver(added: Added, shop: Shop) -> None:
    shop.records = [
        {"id": 200 + number, "type": "web", "amount": number / 4, "changed": f"2024-03-{number:02}"}
        for number in range(1, 8)
    ]
    contract = added.folder / "project" / "dags" / "contracts" / "t" / "events.yml"
    document = yaml.safe_load(contract.read_text(encoding="utf-8"))
    document["servers"] = [{"server": "shop", "type": "api", "location": shop.url}]
    pull = {"items": "$.data.orders", "paging": "next-link", "next": "$.next"}
    document["schema"][0]["customProperties"].append({"property": "pull", "value": pull})
    contract.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")

    assert "fetched 7 records" in added.site.done("source", "pull", "t/events")
    added.site.done("run")
    (found,) = added.site.query(
        "SELECT COUNT(*) AS n, SUM(amount) AS s FROM silver.t_events WHERE type_text = N'web'"
    )
    assert (found["n"], str(found["s"])) == (7, "7.0000")
    assert len(shop.asked) == 3
    assert "database/ agrees" in added.site.done("contract", "check")
    assert "accounted for" in added.site.done("reconcile")


def test_what_is_no_parquet_is_refused(added: Added) -> None:
    (added.site.landing / "t" / "prices" / "broken.parquet").write_bytes(b"PAR1 and nothing else")
    added.site.done("run")
    (file,) = added.site.query("SELECT status, rule_name FROM ops.files WHERE path LIKE N'%broken.parquet'")
    assert (file["status"], file["rule_name"]) == ("refused", "broken_archive")
    assert "accounted for" in added.site.done("reconcile")


def workbook(file: Path, rows: list[list[object]], name: str = "Data") -> None:
    """A workbook of one empty sheet and one with the rows; numbers and texts, dates as Excel keeps them."""
    cells = "".join(
        f'<row r="{r}">'
        + "".join(
            _cell(f"{chr(64 + c)}{r}", value) for c, value in enumerate(row, start=1) if value is not None
        )
        + "</row>"
        for r, row in enumerate(rows, start=1)
    )
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    kinds = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kinds}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kinds}.worksheet+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet2.xml" ContentType="{kinds}.worksheet+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{kinds}.styles+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
        f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
        '<sheet name="Read me" sheetId="1" r:id="r1"/>'
        f'<sheet name="{name}" sheetId="2" r:id="r2"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="r1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="r2" Type="{office}/worksheet" Target="worksheets/sheet2.xml"/>'
        f'<Relationship Id="r3" Type="{office}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{main}"><cellXfs><xf numFmtId="0"/>'
        '<xf numFmtId="14"/></cellXfs></styleSheet>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData/></worksheet>',
        "xl/worksheets/sheet2.xml": f'<worksheet xmlns="{main}"><sheetData>{cells}</sheetData></worksheet>',
    }
    with zipfile.ZipFile(file, "w") as archive:
        for path, text in parts.items():
            archive.writestr(path, text)


def _cell(place: str, value: object) -> str:
    if isinstance(value, datetime.date):
        return f'<c r="{place}" s="1"><v>{(value - datetime.date(1899, 12, 30)).days}</v></c>'
    if isinstance(value, str):
        return f'<c r="{place}" t="inlineStr"><is><t>{value}</t></is></c>'
    return f'<c r="{place}"><v>{value!r}</v></c>'


def test_a_sheet_of_a_workbook_reaches_silver_with_titles_above_and_a_total_below(added: Added) -> None:
    day = datetime.date
    file = added.folder / "stock.xlsx"
    workbook(
        file,
        [
            ["Stock of the month"],
            [],
            ["Item code", "Counted", "Pieces", "Price"],
            ["A-1", day(2024, 3, 1), 10, 0.1 + 0.2],
            ["B-2", day(2024, 3, 2), 1200, 19.5],
            ["C-3", None, 3, 5],
            ["Total", None, 1213, 24.8],
        ],
    )
    arguments = ("source", "add", str(file), "--source", "t", "--entity", "stock", "--sheet", "Data")
    shown = added.site.done(*arguments)
    assert "2 lines above the header" in shown
    assert "key       item_code" in shown
    added.site.done("migrate")
    added.site.done("run")
    rows = added.site.query(
        "SELECT item_code, CONVERT(nvarchar(10), counted, 23) AS d, pieces, price, line_number "
        "FROM silver.t_stock ORDER BY item_code"
    )
    assert [tuple(str(value) for value in row.values()) for row in rows] == [
        ("A-1", "2024-03-01", "10", "0.3000", "4"),
        ("B-2", "2024-03-02", "1200", "19.5000", "5"),
        ("C-3", "None", "3", "5.0000", "6"),
    ]
    workbook(
        added.site.landing / "t" / "stock" / "next.xlsx",
        [["Item code", "Counted", "Pieces", "Price"], ["C-3", day(2024, 4, 1), 4, 5.25]],
    )
    workbook(added.site.landing / "t" / "stock" / "other.xlsx", [["Item code"]], name="Elsewhere")
    added.site.done("run")
    (row,) = added.site.query("SELECT pieces, price FROM silver.t_stock WHERE item_code = N'C-3'")
    assert (row["pieces"], str(row["price"])) == (4, "5.2500")
    (refused,) = added.site.query("SELECT reason FROM ops.files WHERE path LIKE N'%other.xlsx'")
    assert "has no sheet 'Data'; it has Read me, Elsewhere" in refused["reason"]
    assert "accounted for" in added.site.done("reconcile")
    assert "agrees" in added.site.done("contract", "check")
