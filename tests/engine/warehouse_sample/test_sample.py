"""A small warehouse in T-SQL, in the style of those people publish, run over the wire to known figures.

Its scripts are batches separated by GO, with sqlcmd's $(variables); nothing in them is for tsqld. Loads are
BULK INSERT from a table of sources, cleansing is ROW_NUMBER, TRIM, CASE, LEAD and TRY_CONVERT, gold has a
date dimension made by recursion, a dimension of versions made by MERGE, views with surrogate keys, checks and
reports by window functions.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pymssql
import pyodbc
import pytest
from tests.conftest import SqlServer
from tests.engine.warehouse_sample import figures, sources

from tsql.batches import split_batches

SCRIPTS: Final = Path(__file__).with_name("scripts")
_TOLD: Final = re.compile(r".*\[SQL Server\]", re.DOTALL)


@dataclass
class Client:
    """A connection to the sample's server: rows of the last result set, and what PRINT said."""

    connection: Any
    said: list[str] = field(default_factory=list)

    def __call__(self, text: str) -> list[tuple[Any, ...]]:
        cursor = self.connection.cursor()
        self.said.clear()
        cursor.execute(text)
        rows: list[tuple[Any, ...]] = []
        more: Any = True
        while more:
            self.said += [_TOLD.sub("", message) for _, message in getattr(cursor, "messages", ())]
            if cursor.description:
                rows = [tuple(row) for row in cursor.fetchall()]
            more = cursor.nextset()
        return rows

    def script(self, name: str, **variables: str) -> None:
        text = re.sub(
            r"\$\((\w+)\)", lambda found: variables[found[1]], (SCRIPTS / name).read_text(encoding="utf-8")
        )
        for batch in split_batches(text):
            for _ in range(batch.repeat):
                self(batch.text)


def _microsoft(server: SqlServer) -> Any:
    return pyodbc.connect(server.odbc(), autocommit=True)


def _pymssql(server: SqlServer) -> Any:
    words: dict[str, Any] = {"user": server.user, "password": server.password, "autocommit": True}
    return pymssql.connect(server=server.host, port=str(server.port), **words)


_CLIENTS: Final[dict[str, Callable[[SqlServer], Any]]] = {"microsoft": _microsoft, "pymssql": _pymssql}


@dataclass
class Warehouse:
    client: Client
    folder: Path
    rows: sources.Sources

    def load(self, as_of: str) -> None:
        self.client(f"EXEC etl.load_bronze N'{self.folder}'")
        self.client("EXEC silver.load_silver")
        self.client(f"EXEC gold.load_dim_teas '{as_of}'")


@pytest.fixture(scope="module", params=list(_CLIENTS))
def warehouse(
    tsqld_server: SqlServer, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Warehouse]:
    """Made twice over, so that it is also dropped, and loaded twice, so that loads are repeated."""
    folder = tmp_path_factory.mktemp("landing")
    made = Warehouse(Client(_CLIENTS[request.param](tsqld_server)), folder, sources.make())
    sources.write(made.rows, folder)
    for _ in range(2):
        made.client.script("01_database.sql", Database="sample_warehouse")
    for script in sorted(SCRIPTS.glob("0[2-7]*.sql")):
        made.client.script(script.name)
    made.client("EXEC gold.load_dim_dates @from = '2022-01-01', @to = '2024-12-31'")
    for _ in range(2):
        made.load("2024-04-01")
    yield made
    made.client.connection.close()


@pytest.fixture(scope="module")
def sold(warehouse: Warehouse) -> list[figures.Line]:
    return figures.lines(warehouse.rows)


def test_bronze_holds_every_line_of_the_files(warehouse: Warehouse) -> None:
    logged = warehouse.client(
        "SELECT step, status, row_count FROM etl.load_log "
        "WHERE log_id > (SELECT MAX(log_id) - 4 FROM etl.load_log) ORDER BY log_id"
    )
    assert logged == [
        ("bronze.crm_shops", "done", len(warehouse.rows.shops)),
        ("bronze.crm_teas", "done", len(warehouse.rows.teas)),
        ("bronze.erp_order_lines", "done", len(warehouse.rows.lines)),
        ("bronze.erp_categories", "done", 4),
    ]
    assert warehouse.client(
        "SELECT sub_category FROM silver.categories WHERE category = N'Black' ORDER BY 1"
    ) == [
        ("Assam; first flush",),
        ('Darjeeling "special"',),
    ]


def test_a_load_says_what_it_does(warehouse: Warehouse) -> None:
    warehouse.client(f"EXEC etl.load_bronze N'{warehouse.folder}'")
    if isinstance(warehouse.client.connection, pyodbc.Connection):
        assert warehouse.client.said[1] == "Loading the bronze layer"
        assert ">> Truncating bronze.crm_teas" in warehouse.client.said
        assert warehouse.client.said[-1].startswith(">> Load duration: ")


def test_silver_shops_are_the_newest_and_clean(warehouse: Warehouse) -> None:
    found = warehouse.client("SELECT shop_id, shop_name, kind, country, opened_on FROM silver.shops")
    assert {row[0]: row[1:] for row in found} == figures.shops(warehouse.rows)


def test_silver_lines_have_their_amounts_put_right(warehouse: Warehouse, sold: list[figures.Line]) -> None:
    found = warehouse.client(
        "SELECT tea_code, shop_id, ordered_on, amount, quantity, unit_price FROM silver.order_lines "
        "ORDER BY order_no"
    )
    assert [figures.Line(*row) for row in found] == sold
    lost = warehouse.client(
        "SELECT COUNT(*), SUM(CAST(margin_base AS bigint)) FROM silver.order_lines WHERE shipped_on IS NULL"
    )
    undated = [line for number, line in enumerate(sold) if number % 307 == 0]
    assert lost == [(len(undated), sum(line.amount - line.quantity for line in undated))]


def test_a_tea_lasts_until_the_day_before_its_next_version(warehouse: Warehouse) -> None:
    found = warehouse.client(
        "SELECT tea_code, valid_from, valid_to, category_id FROM silver.teas WHERE tea_code = N'T002' "
        "ORDER BY valid_from"
    )
    assert found == [
        ("T002", dt.date(2020, 7, 1), dt.date(2021, 6, 30), "GR_SE"),
        ("T002", dt.date(2021, 7, 1), dt.date(2022, 6, 30), "GR_SE"),
        ("T002", dt.date(2022, 7, 1), None, "GR_SE"),
    ]


def test_dates_are_named_and_numbered(warehouse: Warehouse) -> None:
    found = warehouse.client("SELECT * FROM gold.dim_dates ORDER BY date_key")
    days = [dt.date(2022, 1, 1) + dt.timedelta(days=number) for number in range(1096)]
    assert found == [
        (
            int(f"{day:%Y%m%d}"), day, day.year, f"Q{(day.month + 2) // 3}", f"{day:%B}", f"{day:%A}",
            day.isocalendar().week, day.weekday() >= 5, _month_end(day),
        )
        for day in days
    ]  # fmt: skip


def _month_end(day: dt.date) -> dt.date:
    following = (day.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
    return following - dt.timedelta(days=1)


def test_months_run_on(warehouse: Warehouse, sold: list[figures.Line]) -> None:
    assert warehouse.client("SELECT * FROM gold.report_months ORDER BY month_start") == figures.months(sold)


def test_the_best_teas_of_each_category(warehouse: Warehouse, sold: list[figures.Line]) -> None:
    found = warehouse.client("SELECT * FROM gold.report_best_teas ORDER BY category, place, tea_name")
    assert found == figures.best_teas(warehouse.rows, sold)


def test_shops_fall_into_segments(warehouse: Warehouse, sold: list[figures.Line]) -> None:
    found = warehouse.client("SELECT segment, shops, spent FROM gold.report_segments")
    assert {segment: (shops, spent) for segment, shops, spent in found} == figures.segments(sold)


def test_countries_are_summed_up(warehouse: Warehouse, sold: list[figures.Line]) -> None:
    found = warehouse.client("SELECT country, sold_in, total, margin FROM gold.report_countries")
    assert {(row[0], row[1]): row[2:] for row in found} == figures.countries(warehouse.rows, sold)


def test_checks_count_what_should_not_be(warehouse: Warehouse, sold: list[figures.Line]) -> None:
    ids = [row["shop_id"] for row in warehouse.rows.shops]
    untrimmed = [row for row in warehouse.rows.shops if row["shop_name"] != row["shop_name"].strip()]
    teas = figures.current_teas(warehouse.rows)
    assert dict(warehouse.client("EXEC etl.run_checks")) == {
        "shops are unique": len({shop for shop in ids if ids.count(shop) > 1 or not shop}),
        "shop names are trimmed": len(untrimmed),
        "order dates are dates": sum(line.ordered_on is None for line in sold),
        "amounts are quantity times price": sum(
            line.amount <= 0
            or (line.unit_price is not None and line.amount != line.quantity * line.unit_price)
            for line in sold
        ),
        "facts know their shop and tea": sum(line.tea_code not in teas for line in sold),
    }


def test_a_changed_tea_becomes_a_version(warehouse: Warehouse) -> None:
    assert warehouse.client("SELECT COUNT(*) FROM gold.dim_teas") == [(40,)]
    changed = sources.make()
    changed.teas = [
        {**tea, "unit_cost": "9.99"} if tea["tea_code"].endswith("T004") else tea
        for tea in changed.teas
        if not tea["tea_code"].endswith("T005")
    ]
    sources.write(changed, warehouse.folder)
    try:
        warehouse.load("2024-05-01 12:00")
        found = warehouse.client(
            "SELECT tea_code, unit_cost, is_current, CONVERT(varchar(27), valid_from, 121), "
            "CONVERT(varchar(27), valid_to, 121) FROM gold.dim_teas "
            "WHERE tea_code IN (N'T004', N'T005') ORDER BY 1, 4"
        )
        first, noon, end = (
            "2024-04-01 00:00:00.0000000",
            "2024-05-01 12:00:00.0000000",
            "9999-12-31 23:59:59.9999999",
        )
        before = figures.current_teas(warehouse.rows)
        assert [(row[0], row[1], bool(row[2]), *row[3:]) for row in found] == [
            ("T004", before["T004"][2], False, first, noon),
            ("T004", figures.current_teas(changed)["T004"][2], True, noon, end),
            ("T005", before["T005"][2], False, first, noon),
        ]
        assert warehouse.client("SELECT COUNT(*), SUM(CAST(is_current AS int)) FROM gold.dim_teas") == [
            (41, 39)
        ]
    finally:
        sources.write(warehouse.rows, warehouse.folder)
        warehouse.client("DELETE FROM gold.dim_teas")
        warehouse.load("2024-04-01")


def test_a_missing_file_is_logged_and_the_others_are_loaded(warehouse: Warehouse) -> None:
    hidden = warehouse.folder / "crm" / "hidden.csv"
    (warehouse.folder / "crm" / "teas.csv").rename(hidden)
    try:
        warehouse.client(f"EXEC etl.load_bronze N'{warehouse.folder}'")
    finally:
        hidden.rename(warehouse.folder / "crm" / "teas.csv")
    found = warehouse.client(
        "SELECT TOP (4) step, status, error_number FROM etl.load_log ORDER BY log_id DESC"
    )
    assert found[::-1] == [
        ("bronze.crm_shops", "done", None),
        ("bronze.crm_teas", "failed", 4860),
        ("bronze.erp_order_lines", "done", None),
        ("bronze.erp_categories", "done", None),
    ]
    warehouse.load("2024-04-01")
