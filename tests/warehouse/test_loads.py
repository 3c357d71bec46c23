"""What the loads do with files that change, repeat, come late or are wrong in parts."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.soak import times
from tests.warehouse.deployed import Database, database, deploy, literals

WORK_TABLES = """
CREATE TABLE #lines (line_number bigint NOT NULL, line nvarchar(max) NULL);
CREATE TABLE #records (
    line_number bigint NOT NULL,
    raw_text nvarchar(max) NOT NULL,
    quote_count bigint NOT NULL,
    fields nvarchar(max) NULL,
    field_count bigint NULL,
    has_stray_quote bit NOT NULL,
    rule_name nvarchar(100) NULL,
    reason nvarchar(2048) NULL
);
"""
FIELDS = st.lists(st.text("ab é日\"\n,\\\t/'{[😀", max_size=5), min_size=3, max_size=3)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("template") / "data"
    deploy(data)
    return data


@pytest.fixture(scope="module")
def shared(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A database for tests that leave no rows behind."""
    with database(template, tmp_path_factory.mktemp("shared")) as deployed:
        deployed.run(WORK_TABLES)
        yield deployed


@pytest.fixture
def warehouse(template: Path, tmp_path: Path) -> Iterator[Database]:
    with database(template, tmp_path) as deployed:
        yield deployed


def sale(
    basket: int, *, household: int = 1, product: int = 100, value: str = "2.50", day: str = "2017-01-01"
) -> str:
    return f"{household},10,{basket},{product},1,{value},0,0,0,1,{day} 12:00:00\n"


def split(shared: Database, text: str, columns: int = 3) -> list[tuple[int, str | None, str]]:
    """Line number, rule and JSON fields (or raw text of what has a rule) of the records in `text`."""
    lines = text.split("\n")
    if not lines[-1]:
        lines.pop()
    rows = literals([(number, line or None) for number, line in enumerate(lines, 2)])
    shared.run(
        f"DELETE FROM #lines; DELETE FROM #records; INSERT INTO #lines (line_number, line) VALUES {rows};"
    )
    names = json.dumps([str(number) for number in range(columns)])
    found = shared.run(
        f"EXEC bronze.split_lines @columns = N'{names}', @longest_field = 200;"
        "SELECT line_number, rule_name, IIF(rule_name IS NULL, fields, raw_text) FROM #records "
        "ORDER BY line_number;"
    )
    return [(row[0], row[1], row[2]) for row in found]


@settings(max_examples=times(25, 1000), deadline=None, suppress_health_check=list(HealthCheck))
@given(
    rows=st.lists(FIELDS, min_size=1, max_size=8),
    line_end=st.sampled_from(["\n", "\r\n"]),
    quote=st.booleans(),
)
def test_records_are_split_as_pythons_csv_module_writes_them(
    shared: Database, rows: list[list[str]], line_end: str, quote: bool
) -> None:
    expected: list[tuple[int, None, list[str]]] = []
    text, line = "", 2
    for row in rows:
        stream = io.StringIO(newline="")
        if quote:
            csv.writer(stream, lineterminator=line_end, quoting=csv.QUOTE_ALL).writerow(row)
        else:
            csv.writer(stream, lineterminator=line_end).writerow(row)
        text += stream.getvalue()
        if stream.getvalue().strip(", \t\r\n"):  # else the record is blank
            expected.append((line, None, row))
        line += 1 + sum(field.count("\n") for field in row)
    found = split(shared, text)
    assert [(number, rule, json.loads(fields)[0]) for number, rule, fields in found] == expected


@pytest.mark.parametrize(
    ("record", "rule"),
    [
        ("a,b", "wrong_field_count"),
        ("a,b,c,d", "wrong_field_count"),
        ('a,"b,c",d,"e,f"', "wrong_field_count"),
        ('a,b"b",c', "stray_quote"),
        ('a,"b"b,c', "stray_quote"),
        ('a,"b" ,c', "stray_quote"),
        ('a,"b,c', "open_quote"),
        (f"a,{'b' * 201},c", "field_too_long"),
        (f'a,"{"b" * 201}",c', "field_too_long"),
    ],
)
def test_a_record_that_cannot_be_split_keeps_its_text_and_learns_why(
    shared: Database, record: str, rule: str
) -> None:
    assert split(shared, f"1,2,3\n{record}\n") == [(2, None, '[["1","2","3"]]'), (3, rule, record)]


def test_blank_lines_are_no_records_and_still_count_as_lines(shared: Database) -> None:
    assert [row[0] for row in split(shared, "\n1,2,3\n\r\n4,5,6\n")] == [3, 5]


def test_a_run_without_news_writes_nothing(warehouse: Database) -> None:
    warehouse.deliver("transactions", "a.csv", sale(1))
    warehouse.load()
    assert set(warehouse.load().values()) == {("up to date", 0)}


def test_the_latest_delivery_of_a_key_wins_and_unchanged_rows_are_not_written(warehouse: Database) -> None:
    warehouse.deliver("transactions", "a.csv", sale(1) + sale(2))
    warehouse.load()
    warehouse.deliver("transactions", "b.csv", sale(1) + sale(2, value="9.75") + sale(2, value="9.99"))
    written = warehouse.load()
    assert written["silver.order_lines"] == ("done", 1)
    assert written["gold.fact_order_lines"] == ("done", 1)
    amounts = (
        "SELECT order_id, CONVERT(varchar(20), sales_amount) FROM gold.fact_order_lines ORDER BY order_id;"
    )
    assert warehouse.run(amounts) == [("1", "2.5000"), ("2", "9.9900")]


def test_the_same_content_at_another_path_is_a_duplicate(warehouse: Database) -> None:
    warehouse.deliver("transactions", "a.csv", sale(1))
    warehouse.deliver("transactions", "b.csv", sale(1))
    assert warehouse.load()["b.csv"] == ("up to date", 0)
    assert warehouse.run("SELECT path, status, reason FROM ops.files ORDER BY path;")[1] == (
        "journey/transactions/b.csv",
        "duplicate",
        "the same content as journey/transactions/a.csv",
    )


def test_a_file_that_returns_to_its_first_content_wins_again(warehouse: Database) -> None:
    for value in ("1.00", "2.00", "1.00"):
        warehouse.deliver("transactions", "a.csv", sale(1, value=value))
        assert warehouse.load()["a.csv"] == ("done", 1)
    assert warehouse.run("SELECT CONVERT(varchar(20), sales_amount) FROM gold.daily_sales;") == [("1.0000",)]


def test_a_sale_that_moves_to_another_day_leaves_the_first_one(warehouse: Database) -> None:
    warehouse.deliver("transactions", "a.csv", sale(1) + sale(2))
    warehouse.load()
    warehouse.deliver("transactions", "b.csv", sale(2, day="2019-02-03"))
    assert warehouse.load()["gold.daily_sales"] == ("done", 2)
    days = "SELECT CONVERT(char(10), order_date, 126), order_count FROM gold.daily_sales ORDER BY order_date;"
    assert warehouse.run(days) == [("2017-01-01", 1), ("2019-02-03", 1)]


def test_the_calendar_has_whole_years_without_gaps(warehouse: Database) -> None:
    warehouse.deliver("transactions", "a.csv", sale(1))
    warehouse.load()
    warehouse.deliver("transactions", "b.csv", sale(2, day="2019-02-03"))
    warehouse.load()
    found = warehouse.run(
        "SELECT COUNT(*), MIN(date_key), MAX(date_key), MAX(IIF(date_key = 20190203, day_name, N''))"
        "FROM gold.dim_dates WHERE date_key <> -1;"
    )
    assert found == [(365 + 365 + 365, 20170101, 20191231, "Sunday")]


def test_a_product_known_only_from_a_sale_is_inferred_until_it_is_delivered(warehouse: Database) -> None:
    warehouse.deliver("transactions", "a.csv", sale(1, product=7))
    warehouse.load()
    inferred = "SELECT product_key, department, is_inferred FROM gold.dim_products WHERE product_key > 0;"
    ((key, department, is_inferred),) = warehouse.run(inferred)
    assert (department, is_inferred) == ("Unknown", True)
    warehouse.deliver("products", "p.csv", "7,1,GROCERY,National,ICE,ICE,1 LB\n")
    warehouse.load()
    assert warehouse.run(inferred) == [(key, "GROCERY", False)]


def test_first_demographics_overwrite_and_later_ones_open_a_version(warehouse: Database) -> None:
    warehouse.deliver("transactions", "a.csv", sale(1))
    warehouse.load()
    versions = (
        "SELECT income_band, is_current, is_inferred, IIF(valid_from = '19000101', 1, 0), "
        "IIF(valid_to = '99991231', 1, 0) FROM gold.dim_customers WHERE customer_key > 0 "
        "ORDER BY customer_key;"
    )
    assert warehouse.run(versions) == [("Unknown", True, True, 1, 1)]
    warehouse.deliver("demographics", "d.csv", "1,65+,35-49K,Homeowner,Married,2,2 Adults No Kids,0\n")
    warehouse.load()
    assert warehouse.run(versions) == [("35-49K", True, False, 1, 1)]
    warehouse.deliver("demographics", "d.csv", "1,65+,50-74K,Homeowner,Married,2,2 Adults No Kids,0\n")
    warehouse.load()
    assert warehouse.run(versions) == [("35-49K", False, False, 1, 0), ("50-74K", True, False, 0, 1)]


def test_every_record_of_a_file_is_accounted_for(warehouse: Database) -> None:
    records = (
        sale(1) + "1,2\n" + sale(2, value="x") + "\n" + sale(3) + sale(3) + '1,10,4,"a\nb",1,1,0,0,0,1,x\n'
    )
    warehouse.deliver("transactions", "a.csv", records)
    warehouse.load()
    assert warehouse.run("SELECT rows_read, rows_written, rows_rejected, blank_lines FROM ops.files;") == [
        (6, 5, 1, 1)
    ]
    assert warehouse.run("SELECT COUNT(*) FROM silver.order_lines;") == [(2,)]
    assert warehouse.run(
        "SELECT table_name, line_number, rule_name FROM ops.quarantine ORDER BY line_number;"
    ) == [
        ("bronze.journey_transactions", 3, "wrong_field_count"),
        ("silver.order_lines", 4, "type"),
        ("silver.order_lines", 8, "type"),
    ]


def test_line_numbers_count_newlines_inside_fields_of_clean_csv(warehouse: Database) -> None:
    warehouse.deliver("products", "p.csv", '1,1,"a\nb\nc",b,c,d,e\n2,1,a,b,c,d,"\n"\n3,1,a,b,c,d,e\n')
    warehouse.load()
    assert warehouse.run("SELECT form FROM ops.files;") == [("csv",)]
    lines = "SELECT product_id, line_number FROM bronze.journey_products ORDER BY line_number;"
    assert warehouse.run(lines) == [("1", 2), ("2", 5), ("3", 7)]


def test_amounts_in_scientific_notation_are_numbers(warehouse: Database) -> None:
    warehouse.deliver("transactions", "a.csv", sale(1, value="2.220446e-16") + sale(2, value="1.5e1"))
    warehouse.load()
    amounts = "SELECT CONVERT(varchar(20), sales_amount) FROM silver.order_lines ORDER BY order_id;"
    assert warehouse.run(amounts) == [("0.0000",), ("15.0000",)]


def test_a_killed_run_is_closed_by_the_next_one(warehouse: Database) -> None:
    start = "DECLARE @run_id bigint; EXEC ops.start_run @driver = N'test', @run_id = @run_id OUTPUT;"
    warehouse.run(start)
    warehouse.load()
    assert warehouse.run("SELECT status FROM ops.runs ORDER BY run_id;") == [("abandoned",), ("succeeded",)]


def test_a_failed_step_is_logged_with_its_error_and_rethrown(warehouse: Database) -> None:
    with pytest.raises(Exception, match="51003"):
        warehouse.run("EXEC ops.run_step @run_id = 1, @step = N'x', @procedure = N'silver.load_nothing';")
    with pytest.raises(Exception, match="51004"):
        warehouse.run("EXEC ops.run_step @run_id = 1, @step = N'x', @procedure = N'silver.load_products';")
