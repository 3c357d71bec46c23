"""Bad records, bad files, and what becomes of the good ones beside them."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.e2e.site import Site

PRODUCTS = "product_id,manufacturer_id,department,brand,product_category,product_type,package_size\n"
TRANSACTIONS = (
    "household_id,store_id,basket_id,product_id,quantity,sales_value,retail_disc,coupon_disc,"
    "coupon_match_disc,week,transaction_timestamp\n"
)


def deliver(site: Site, entity: str, name: str, text: str) -> Path:
    file = site.landing / "journey" / entity / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8", newline="")
    return file


def sale(basket: int, *, quantity: str = "1", value: str = "2.50") -> str:
    return f"1,10,{basket},100,{quantity},{value},0,0,0,1,2017-01-01 12:00:00\n"


def quarantine(site: Site) -> list[tuple[str, int, str]]:
    rows = site.query(
        "SELECT file_path, line_number, raw_text, reason FROM ops.quarantine ORDER BY file_path, line_number"
    )
    assert all(row["reason"] for row in rows)
    return [(row["file_path"], row["line_number"], row["raw_text"].rstrip("\r\n")) for row in rows]


def test_good_records_land_and_bad_ones_go_to_quarantine_with_line_text_and_reason(site: Site) -> None:
    deliver(
        site,
        "products",
        "faulty.csv",
        PRODUCTS
        + "100,1,GROCERY,National,ICE,ICE - CRUSHED,22 LB\n"
        + "101,1,GROCERY,National,ICE\n"  # line 3: too few
        + '102,1,GROCERY,National,ICE,"two\nlines",1 LB\n'  # lines 4 and 5: one record
        + "103,1,GROCERY,National,ICE,ICE,1 LB,extra\n"  # line 6: too many
        + "104,1,GROCERY,Private,ICE,ICE,2 LB\n",
    )
    sales = [sale(1), "1,10,2,100,1\n", sale(3, quantity="two"), sale(4).rstrip("\n") + ",more\n", sale(5)]
    deliver(site, "transactions", "faulty.csv", TRANSACTIONS + "".join(sales))
    ended = site.run("run")
    assert ended.returncode == 0, ended.stderr
    assert "5 rejected" in ended.stdout.splitlines()[-1]
    assert quarantine(site) == [
        ("journey/products/faulty.csv", 3, "101,1,GROCERY,National,ICE"),
        ("journey/products/faulty.csv", 6, "103,1,GROCERY,National,ICE,ICE,1 LB,extra"),
        ("journey/transactions/faulty.csv", 3, "1,10,2,100,1"),
        ("journey/transactions/faulty.csv", 4, sale(3, quantity="two").rstrip("\n")),
        ("journey/transactions/faulty.csv", 5, sale(4).rstrip("\n") + ",more"),
    ]
    products = site.query("SELECT product_id, product_type FROM silver.products ORDER BY product_id")
    assert products == [
        {"product_id": "100", "product_type": "ICE - CRUSHED"},
        {"product_id": "102", "product_type": "two\nlines"},
        {"product_id": "104", "product_type": "ICE"},
    ]
    assert [
        row["order_id"] for row in site.query("SELECT order_id FROM silver.orders ORDER BY order_id")
    ] == ["1", "5"]
    assert site.run("run").stdout.splitlines()[-1].count("up to date") == 1


def test_windows_line_ends_and_a_missing_last_newline_change_nothing(site: Site) -> None:
    text = (TRANSACTIONS + sale(1) + sale(2)).replace("\n", "\r\n").removesuffix("\r\n")
    deliver(site, "transactions", "windows.csv", text)
    site.done("run")
    (row,) = site.query("SELECT COUNT(*) AS n, MAX(ordered_at) AS last FROM gold.fact_order_lines")
    assert row["n"] == 2
    assert row["last"].startswith("2017-01-01 12:00:00")


@pytest.fixture
def migrated(site: Site) -> Site:
    deliver(site, "transactions", "good.csv", TRANSACTIONS + sale(1))
    return site


def refused(site: Site, *files: Path) -> str:
    """What a run over named files says when it is refused; nothing may have been loaded."""
    ended = site.run("run", *map(str, files))
    assert ended.returncode == 2, ended.stdout + ended.stderr
    (line,) = ended.stderr.splitlines()
    assert site.query("SELECT COUNT(*) AS n FROM ops.files") == [{"n": 0}]
    assert site.query("SELECT COUNT(*) AS n FROM bronze.journey_transactions") == [{"n": 0}]
    return line


def test_a_named_file_that_is_missing_is_one_line_and_loads_nothing(migrated: Site) -> None:
    good = migrated.landing / "journey/transactions/good.csv"
    missing = good.with_name("missing.csv")
    assert refused(migrated, good, missing) == f"warehouse: {missing}: there is no such file; check the name"


def test_a_named_file_with_a_wrong_header_is_one_line_and_loads_nothing(migrated: Site) -> None:
    good = migrated.landing / "journey/transactions/good.csv"
    wrong = deliver(migrated, "transactions", "wrong.csv", TRANSACTIONS.replace("week", "day") + sale(2))
    assert f"{wrong}: its header lacks week" in refused(migrated, good, wrong)


def test_a_named_file_that_cannot_be_read_is_one_line_and_loads_nothing(migrated: Site) -> None:
    unreadable = migrated.landing / "journey/transactions/unreadable.csv"
    unreadable.symlink_to("/proc/self/mem")  # not even root can read its first byte
    assert f"{unreadable}: cannot be read" in refused(migrated, unreadable)


def test_a_named_file_outside_the_landing_folder_is_refused(migrated: Site, tmp_path: Path) -> None:
    stray = tmp_path / "stray.csv"
    stray.write_text(TRANSACTIONS + sale(2), encoding="utf-8")
    assert "does not lie in a folder of" in refused(migrated, stray)


def test_a_file_with_a_wrong_header_found_in_the_landing_folder_is_refused_and_the_rest_loads(
    migrated: Site,
) -> None:
    deliver(migrated, "transactions", "wrong.csv", TRANSACTIONS.replace("week", "day") + sale(2))
    ended = migrated.run("run")
    assert ended.returncode == 0
    assert "1 file refused" in ended.stdout.splitlines()[-1]
    assert "wrong.csv: refused: its header lacks week" in ended.stderr
    statuses = migrated.query("SELECT path, status FROM ops.files ORDER BY path")
    assert [row["status"] for row in statuses] == ["loaded", "refused"]
    assert migrated.query("SELECT COUNT(*) AS n FROM gold.fact_order_lines") == [{"n": 1}]


def test_a_refused_file_that_was_corrected_is_loaded(migrated: Site) -> None:
    deliver(migrated, "transactions", "wrong.csv", TRANSACTIONS.replace("week", "day") + sale(2))
    migrated.run("run")
    deliver(migrated, "transactions", "wrong.csv", TRANSACTIONS + sale(2))
    migrated.done("run")
    assert migrated.query("SELECT COUNT(*) AS n FROM gold.fact_order_lines") == [{"n": 2}]
