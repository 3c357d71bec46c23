"""Retention and archive as a user runs them: months of bronze go at once, and nothing else is touched."""

from __future__ import annotations

import gzip
import hashlib
import json
from pathlib import Path

import pytest
from tests.e2e.site import Site
from tests.soak import times

MONTHS = 24
ROWS = times(20, 200)
TABLES = ("silver.products", "silver.shop_fx_rates_records", "silver.currency_rates", "gold.dim_products")

# Files of the months before this one, loaded through the procedures at a moment of those months: first is how
# many months ago the first of them was, count how many there are. Each file has so many rows of its own.
LOAD = """
DECLARE @run_id bigint, @file_id bigint, @action nvarchar(20);
DECLARE @at datetime2(3), @path nvarchar(200), @sha varchar(64);
DECLARE @this_month int = DATEDIFF(MONTH, '20000101', SYSUTCDATETIME());
DECLARE @month int = 0;
SELECT TOP ({rows} + 28) ROW_NUMBER() OVER (ORDER BY one.column_id) AS value INTO #numbers
FROM sys.all_columns AS one CROSS JOIN sys.all_columns AS other;
EXEC ops.start_run @driver = N'months', @run_id = @run_id OUTPUT;
WHILE @month < {count}
BEGIN
    SET @at = DATEADD(HOUR, 30, DATEADD(MONTH, @this_month - {first} + @month, '20000101'));
    SET @path = CONCAT(N'journey/products/{name}_', @month, N'.csv');
    SET @sha = LOWER(CONVERT(varchar(64), HASHBYTES('SHA2_256', @path), 2));
    EXEC ops.register_file @run_id = @run_id, @source_system = N'journey', @entity = N'products',
        @path = @path, @sha256 = @sha,
        @size_bytes = 1, @header = N'h', @record_count = {rows}, @file_id = @file_id OUTPUT,
        @action = @action OUTPUT;
    TRUNCATE TABLE bronze.journey_products_landing;
    INSERT INTO bronze.journey_products_drop (product_id, manufacturer_id, department, brand)
    SELECT
        CONVERT(nvarchar(20), {offset} + @month * {rows} + value), N'7', N'GROCERY',
        CONCAT(N'brand ', @month)
    FROM #numbers WHERE value <= {rows};
    EXEC bronze.load_journey_products @run_id = @run_id, @file_id = @file_id, @loaded_at = @at;

    IF N'{name}' = N'small'
    BEGIN
        SET @path = CONCAT(N'shop/fx_rates/{name}_', @month, N'.csv');
        SET @sha = LOWER(CONVERT(varchar(64), HASHBYTES('SHA2_256', @path), 2));
        EXEC ops.register_file @run_id = @run_id, @source_system = N'shop', @entity = N'fx_rates',
            @path = @path, @sha256 = @sha,
        @size_bytes = 1, @header = N'h', @record_count = 28, @file_id = @file_id OUTPUT,
            @action = @action OUTPUT;
        TRUNCATE TABLE bronze.shop_fx_rates_landing;
        INSERT INTO bronze.shop_fx_rates_drop (currency, rate_date, rate, updated_at)
        SELECT N'EUR', CONVERT(nvarchar(10), DATEADD(DAY, value - 2, @at), 23), N'1.1',
            CONVERT(nvarchar(19), @at, 126) + N'Z'
        FROM #numbers WHERE value <= 28;
        EXEC bronze.load_shop_fx_rates @run_id = @run_id, @file_id = @file_id, @loaded_at = @at;
    END;
    SET @month += 1;
END;
TRUNCATE TABLE bronze.journey_products_landing;
TRUNCATE TABLE bronze.shop_fx_rates_landing;
"""
TAKE_IN = """
DECLARE @run_id bigint = (SELECT MAX(run_id) FROM ops.runs);
EXEC silver.load_products @run_id = @run_id;
EXEC silver.load_shop_fx_rates_records @run_id = @run_id;
EXEC silver.load_shop_currency_rates @run_id = @run_id;
EXEC gold.load_dim_products @run_id = @run_id;
"""
# Microseconds of the server's clock that emptying the old months takes, in a transaction that is taken back.
TIMED = """
SET NOCOUNT, XACT_ABORT ON;
DECLARE @from datetime2(7), @to datetime2(7);
BEGIN TRANSACTION;
SET @from = SYSUTCDATETIME();
EXEC ops.apply_retention @dry_run = 0, @is_shown = 0;
SET @to = SYSUTCDATETIME();
ROLLBACK TRANSACTION;
SELECT DATEDIFF_BIG(MICROSECOND, @from, @to) AS microseconds;
"""
# The same of a DELETE of the same rows.
BY_ROWS = """
SET NOCOUNT, XACT_ABORT ON;
DECLARE @from datetime2(7), @to datetime2(7);
DECLARE @month int = DATEDIFF(MONTH, '20000101', SYSUTCDATETIME()) - 24;
DECLARE @cutoff_at datetime2(3) = DATEADD(MONTH, @month, '20000101');
BEGIN TRANSACTION;
SET @from = SYSUTCDATETIME();
DELETE FROM bronze.journey_products WHERE loaded_at < @cutoff_at;
SET @to = SYSUTCDATETIME();
ROLLBACK TRANSACTION;
SELECT DATEDIFF_BIG(MICROSECOND, @from, @to) AS microseconds;
"""


def going(shown: str, outcome: str) -> list[list[str]]:
    """The lines of what goes, or has gone, without that word."""
    lines = [line.rstrip() for line in shown.splitlines()]
    return [line.removesuffix(outcome).split() for line in lines if line.endswith(f" {outcome}")]


def hashes(site: Site) -> dict[str, str]:
    """Of all that is in silver and gold of these entities, provenance included."""
    found = {}
    for table in TABLES:
        rows = sorted(json.dumps(row, default=str) for row in site.query(f"SELECT * FROM {table}"))
        assert rows, f"{table} is empty"
        found[table] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return found


def months(site: Site, table: str) -> dict[str, int]:
    """Rows of a bronze table by the month they were loaded in."""
    rows = site.query(
        f"SELECT CONVERT(nvarchar(7), loaded_at, 23) AS month, COUNT(*) AS n FROM {table} GROUP BY "
        "CONVERT(nvarchar(7), loaded_at, 23)"
    )
    return {str(row["month"]): int(row["n"]) for row in rows}


@pytest.fixture(scope="module")
def aged_site(shared_site: Site) -> Site:
    """27 months of two bronze tables, of which the contracts keep 24; silver has not taken them in yet."""
    shared_site.done("sql", "-", text=LOAD.format(name="small", first=26, count=27, rows=ROWS, offset=0))
    return shared_site


def test_months_go_when_silver_has_them_and_nothing_else_is_touched(aged_site: Site) -> None:
    site = aged_site
    before = months(site, "bronze.journey_products")
    assert len(before) == 27
    shown = site.done("retention")
    assert "silver has not taken all of it in" in shown
    assert "silver has not" in site.done("retention", "--apply")
    assert months(site, "bronze.journey_products") == before

    site.done("sql", "-", text=TAKE_IN)
    silver_and_gold = hashes(site)
    shown = site.done("retention")
    assert f"retention: {2 * (ROWS + 28):,} rows would go; remove them with --apply" in shown, shown
    assert months(site, "bronze.journey_products") == before

    few = int(site.query(TIMED)[0]["microseconds"])
    assert months(site, "bronze.journey_products") == before
    applied = site.done("retention", "--apply")
    assert going(shown, "would go") == going(applied, "gone") != [], "what was shown is what went"
    left = months(site, "bronze.journey_products")
    assert left == dict(sorted(before.items())[2:]), (
        "the two months older than 24 months went, no younger one"
    )
    assert sorted(months(site, "bronze.shop_fx_rates")) == sorted(left)
    assert hashes(site) == silver_and_gold
    assert "retention: 0 rows" in site.done("retention", "--apply")
    assert "all of" in site.done("reconcile")

    # The same again with a hundred times the rows: a month goes as fast.
    many_rows = 100 * ROWS
    site.done(
        "sql", "-", text=LOAD.format(name="large", first=26, count=2, rows=many_rows, offset=10_000_000)
    )
    site.done("sql", "-", text=TAKE_IN)
    many = int(site.query(TIMED)[0]["microseconds"])
    by_rows = int(site.query(BY_ROWS)[0]["microseconds"])
    print(f"by DELETE {by_rows:,} µs, {by_rows / many:.1f} times as long")
    print(f"emptying two months: {few:,} µs of {2 * ROWS:,} rows, {many:,} µs of {2 * many_rows:,} rows")
    assert many < 5 * few
    site.done("retention", "--apply")
    assert months(site, "bronze.journey_products") == left
    assert "all of" in site.done("reconcile")


def test_a_correction_that_comes_after_its_original_has_left_bronze_still_counts(aged_site: Site) -> None:
    site = aged_site
    gone = site.query(
        "SELECT TOP (1) CONVERT(nvarchar(10), records.rate_date, 23) AS rate_date FROM ops.files AS files "
        "INNER JOIN silver.shop_fx_rates_records AS records ON records.file_id = files.file_id "
        "WHERE files.bronze_removed_at IS NOT NULL"
    )[0]["rate_date"]
    file = site.landing / "shop" / "fx_rates" / "correction_2026-01-01.csv"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"currency,rate_date,rate,updated_at\nEUR,{gone},1.5,2026-01-01T00:00:00Z\n", "utf-8")
    site.done("run", str(file))
    rate = site.query(
        f"SELECT rate FROM silver.currency_rates WHERE currency = 'EUR' AND rate_date = '{gone}'"
    )
    assert float(rate[0]["rate"]) == 1.5
    standing = site.query(
        f"SELECT standing, COUNT(*) AS n FROM silver.shop_fx_rates_records WHERE rate_date = '{gone}' "
        "GROUP BY standing"
    )
    assert {row["standing"]: int(row["n"]) for row in standing} == {"best": 1, "superseded": 1}
    assert "all of" in site.done("reconcile")


def test_loaded_files_are_archived_once_and_not_loaded_again(aged_site: Site, tmp_path: Path) -> None:
    site, archive = aged_site, tmp_path / "archive"
    file = site.landing / "shop" / "fx_rates" / "rates_2026-02-01.csv"
    file.parent.mkdir(parents=True, exist_ok=True)
    text = "currency,rate_date,rate,updated_at\nEUR,2026-02-01,1.2,2026-02-01T00:00:00Z\n"
    file.write_text(text, "utf-8")
    site.done("run", str(file))
    moved = site.done("retention", "--apply", "--archive", str(archive))
    assert file.is_file(), f"a file younger than the policy was moved: {moved}"

    # As after thirty days; the clock of the landing folder is what the contract says.
    site.query("UPDATE ops.files SET registered_at = DATEADD(DAY, -31, registered_at); SELECT 1 AS one;")
    archive.mkdir()
    (archive / "shop").mkdir()
    (archive / "shop" / "half.part").write_bytes(b"cut short")
    assert "2 files moved in" in site.done("retention", "--apply", "--archive", str(archive))
    assert not file.exists()
    row = site.query(
        "SELECT archived_path, archived_sha256 FROM ops.files "
        "WHERE path = 'shop/fx_rates/rates_2026-02-01.csv'"
    )[0]
    packed = archive / str(row["archived_path"])
    assert gzip.decompress(packed.read_bytes()).decode() == text
    assert hashlib.sha256(packed.read_bytes()).hexdigest() == row["archived_sha256"]

    # Cut short after it was recorded, or delivered again: not loaded again, and out of the folder again.
    loaded = site.query("SELECT COUNT(*) AS n FROM bronze.shop_fx_rates")
    file.write_text(text, "utf-8")
    site.done("run")
    assert site.query("SELECT COUNT(*) AS n FROM bronze.shop_fx_rates") == loaded
    site.done("retention", "--apply", "--archive", str(archive))
    assert not file.exists()
    assert packed.is_file()
