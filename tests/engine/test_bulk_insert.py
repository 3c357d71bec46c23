"""BULK INSERT as T-SQL sees it: identity values in the order of the file, all or nothing, transactions."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from tests.engine.session import Client, told

from tsqld.compile.checks import FIRST_LOCAL_ROW
from tsqld.events import Column
from tsqld.runtime.bulk import SPOOLED_ROWS
from tsqld.types import BIGINT, INT, varchar

MANY = 400_000
"""Rows of some hundred bytes: more than one buffer of the reader, so that both cores take part."""
TABLE = "CREATE TABLE landing (n bigint IDENTITY(10, 2) NOT NULL, id int NULL, filler varchar(200) NULL);"
VIEW = "CREATE VIEW landing_drop AS SELECT id, filler FROM landing;"
ORDER = (
    "SELECT COUNT(*), MIN(n), MAX(n), COUNT(DISTINCT n), "
    "SUM(CASE WHEN n <> {first} + 2 * id THEN 1 ELSE 0 END)"
    " FROM landing{where};"
)


@pytest.fixture
def landing(client: Client) -> Client:
    assert not client(f"{TABLE}\nGO\n{VIEW}").errors
    return client


def write(path: Path, rows: int, *, spoil: int = -1) -> None:
    lines = [f"{i},{'x' * (60 + i % 90)}\n" for i in range(rows)]
    if spoil >= 0:
        lines[spoil] = f"{spoil}\n"
    path.write_text("".join(lines), encoding="utf-8")


def load(path: Path) -> str:
    options = "FORMAT = 'CSV', ROWTERMINATOR = '0x0a', MAXERRORS = 0"
    return f"BULK INSERT landing_drop FROM '{path}' WITH ({options});"


@pytest.mark.parametrize("rows", [SPOOLED_ROWS - 1, SPOOLED_ROWS, MANY])
def test_identity_values_follow_the_order_of_the_file(landing: Client, tmp_path: Path, rows: int) -> None:
    write(tmp_path / "in.csv", rows)
    told = landing(load(tmp_path / "in.csv"))
    assert (told.errors, told.counts) == ([], [rows])
    last = 10 + 2 * (rows - 1)
    assert landing(ORDER.format(first=10, where="")).rows == [(rows, 10, last, rows, 0)]
    assert landing("SELECT @@IDENTITY, IDENT_CURRENT('landing');").rows == [(last, last)]


def test_the_next_file_goes_on_where_the_last_one_ended(landing: Client, tmp_path: Path) -> None:
    write(tmp_path / "in.csv", SPOOLED_ROWS)
    landing(load(tmp_path / "in.csv"))
    landing(load(tmp_path / "in.csv"))
    first = 10 + 2 * SPOOLED_ROWS
    rows = landing(ORDER.format(first=first, where=f" WHERE n >= {first}")).rows
    assert rows == [(SPOOLED_ROWS, first, first + 2 * (SPOOLED_ROWS - 1), SPOOLED_ROWS, 0)]


def test_a_short_record_late_in_a_large_file_loads_nothing(landing: Client, tmp_path: Path) -> None:
    write(tmp_path / "bad.csv", MANY, spoil=MANY - 5)
    assert 4879 in landing(load(tmp_path / "bad.csv")).numbers
    assert landing("SELECT COUNT(*) FROM landing;").rows == [(0,)]
    write(tmp_path / "good.csv", SPOOLED_ROWS)
    assert landing(load(tmp_path / "good.csv")).counts == [SPOOLED_ROWS]


def test_a_load_before_a_savepoint_survives_the_way_back_to_it(landing: Client, tmp_path: Path) -> None:
    write(tmp_path / "in.csv", SPOOLED_ROWS)
    told = landing(
        f"SET XACT_ABORT OFF; BEGIN TRANSACTION; {load(tmp_path / 'in.csv')} SAVE TRANSACTION here;"
        " INSERT INTO landing (id) VALUES (-1); ROLLBACK TRANSACTION here; COMMIT;"
    )
    assert not told.errors
    assert landing(ORDER.format(first=10, where="")).rows == [
        (SPOOLED_ROWS, 10, 10 + 2 * (SPOOLED_ROWS - 1), SPOOLED_ROWS, 0)
    ]


def test_duckdb_numbers_the_rows_of_a_transaction_as_the_engine_expects() -> None:
    with duckdb.connect() as connection:
        connection.execute("BEGIN")
        connection.execute("CREATE TEMP TABLE rows AS SELECT range AS n FROM range(300000)")
        wrong = f"SELECT count(*) FROM rows WHERE rowid - {FIRST_LOCAL_ROW} <> n"
        assert connection.execute(wrong).fetchone() == (0,)


def test_bulk_rows_that_nobody_announced_are_an_error(client: Client) -> None:
    out = told(client.session.bulk_copy([], []))
    assert "without an INSERT BULK" in out.errors[0][1]


def test_an_announcement_does_not_outlive_the_next_batch(landing: Client) -> None:
    landing("INSERT BULK landing (id int, filler varchar(200));")
    landing("SELECT 1 AS one;")
    columns = [Column("id", INT), Column("filler", varchar(200))]
    assert told(landing.session.bulk_copy(columns, [(1, "x")])).errors
    assert landing("SELECT COUNT(*) FROM landing;").rows == [(0,)]


@pytest.mark.parametrize(("option", "source"), [("", "made"), (" WITH (KEEP_NULLS)", None)])
def test_a_null_becomes_the_default_unless_nulls_are_kept(
    client: Client, option: str, source: str | None
) -> None:
    client("CREATE TABLE t (id int NOT NULL, source varchar(10) NULL DEFAULT 'made');")
    client(f"INSERT BULK t (id int, source varchar(10)){option};")
    told(client.session.bulk_copy([Column("id", INT), Column("source", varchar(10))], [(1, None)]))
    assert client("SELECT id, source FROM t;").rows == [(1, source)]


def test_a_listed_identity_column_keeps_the_values_it_is_sent(landing: Client) -> None:
    landing("INSERT BULK landing (n bigint, id int);")
    told(landing.session.bulk_copy([Column("n", BIGINT), Column("id", INT)], [(500, 1), (7, 2)]))
    landing("INSERT INTO landing (id) VALUES (3);")
    assert landing("SELECT n, id FROM landing ORDER BY id;").rows == [(500, 1), (7, 2), (502, 3)]


def test_queries_under_fmtonly_tell_their_columns_and_nothing_is_changed(landing: Client) -> None:
    out = landing(
        "SET FMTONLY ON; INSERT INTO landing (id) VALUES (1); SELECT id FROM landing; SET FMTONLY OFF;"
    )
    assert (out.names, out.sets, out.errors) == ([["id"]], [[]], [])
    assert landing("SELECT COUNT(*) FROM landing;").rows == [(0,)]


@pytest.mark.parametrize("errors", [0, 1])
def test_a_misfit_in_a_large_file_is_told_as_in_a_small_one(
    landing: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, errors: int
) -> None:
    landing("CREATE TABLE typed (id int NOT NULL, amount decimal(9, 2) NOT NULL)")
    (tmp_path / "in.csv").write_text("1,1.50\n2,much\n3,2.50\n", encoding="utf-8")
    batch = (
        f"BULK INSERT typed FROM '{tmp_path / 'in.csv'}' WITH (FORMAT = 'CSV', MAXERRORS = {errors}); "
        "SELECT id, amount FROM typed; DELETE typed"
    )
    small = landing(batch)
    monkeypatch.setattr("tsqld.bulk.source.HOPEFUL_FROM", 0)
    large = landing(batch)
    assert (large.errors, large.messages, large.sets, large.counts) == (
        small.errors,
        small.messages,
        small.sets,
        small.counts,
    )
    assert 4864 in large.numbers


def test_dates_in_a_file_are_read_in_the_order_of_dateformat(client: Client, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("1,13/02/2024,03/02/2024 10:00\n2,2024-02-13,\n", encoding="utf-8")
    client("CREATE TABLE days (id int NOT NULL, day date NULL, moment datetime NULL);")
    load = (
        f"BULK INSERT days FROM '{tmp_path / 'in.csv'}' WITH (FIELDTERMINATOR = ',', ROWTERMINATOR = '0x0a');"
    )
    assert not client(f"SET DATEFORMAT dmy; {load}").errors
    read = client("SELECT CONVERT(char(10), day, 120), CONVERT(char(16), moment, 120) FROM days ORDER BY id;")
    assert read.rows == [("2024-02-13", "2024-02-03 10:00"), ("2024-02-13", None)]


DOUBTS = [b"1,a\n2,b,\n", b"1,a\n\n2,b\n", b"1,a\n2\n", b"1,a\n2,b\n\n", b"1,a\n2,b\xff\n", b"1,a\nx,b\n"]


@pytest.mark.parametrize("table", ["id int NOT NULL", "n int IDENTITY, id int NOT NULL"])
@pytest.mark.parametrize("content", DOUBTS)
def test_a_large_file_in_doubt_ends_as_a_small_one_and_leaves_nothing_behind(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, table: str, content: bytes
) -> None:
    (tmp_path / "in.csv").write_bytes(content)
    batch = (
        f"CREATE TABLE into_it ({table}, name nvarchar(9) NULL)\nGO\n"
        "CREATE VIEW drop_here AS SELECT id, name FROM into_it\nGO\n"
        "SET XACT_ABORT OFF; BEGIN TRANSACTION; INSERT drop_here VALUES (7, 'before')\nGO\n"
        f"BULK INSERT drop_here FROM '{tmp_path / 'in.csv'}' WITH (FORMAT = 'CSV', MAXERRORS = 1)\nGO\n"
        "IF @@TRANCOUNT > 0 BEGIN INSERT drop_here VALUES (8, 'behind'); COMMIT; END\nGO\n"
        "SELECT * FROM into_it ORDER BY id; SELECT IDENT_CURRENT('into_it')\nGO\n"
        "DROP VIEW drop_here; DROP TABLE into_it"
    )
    small = client(batch)
    monkeypatch.setattr("tsqld.bulk.source.HOPEFUL_FROM", 0)
    large = client(batch)
    assert (large.errors, large.messages, large.sets) == (small.errors, small.messages, small.sets)


@pytest.mark.parametrize(
    ("name", "sql"),
    [
        ("a trigger that tells what came", "CREATE TRIGGER told ON t AFTER INSERT AS PRINT 'came'"),
        ("keys that are ignored", "CREATE UNIQUE INDEX one ON t (id) WITH (IGNORE_DUP_KEY = ON)"),
    ],
)
def test_what_has_been_told_is_not_told_again(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, sql: str
) -> None:
    monkeypatch.setattr("tsqld.bulk.source.HOPEFUL_FROM", 0)
    client(f"CREATE TABLE t (id int NOT NULL, name nvarchar(9) NULL)\nGO\n{sql}")
    (tmp_path / "in.txt").write_bytes(b"1,a\n1,b\n\n")
    options = "FIELDTERMINATOR = ',', ROWTERMINATOR = '0x0a', FIRE_TRIGGERS"
    out = client(f"BULK INSERT t FROM '{tmp_path / 'in.txt'}' WITH ({options})")
    assert (out.errors, len(out.messages)) == ([], 1), name


def test_a_key_that_a_large_file_breaks_uses_its_identity_values_up_once(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tsqld.bulk.source.HOPEFUL_FROM", 0)
    client("CREATE TABLE t (n int IDENTITY, id int NOT NULL UNIQUE, name nvarchar(9) NULL)")
    client("CREATE VIEW drop_here AS SELECT id, name FROM t")
    (tmp_path / "in.csv").write_bytes(b"1,a\n1,b\n")
    assert client(f"BULK INSERT drop_here FROM '{tmp_path / 'in.csv'}' WITH (FORMAT = 'CSV')").numbers == [
        2627
    ]
    assert client("INSERT drop_here VALUES (5, 'c'); SELECT n FROM t").rows == [(3,)]


def test_a_failed_look_at_a_file_leaves_the_transaction_alone(client: Client, tmp_path: Path) -> None:
    path = tmp_path / "data"
    path.write_bytes(b"a\r\nb\xff\n")
    assert not client("CREATE TABLE odd (t nvarchar(20) NULL);").errors
    batch = f"BEGIN TRANSACTION; INSERT odd VALUES ('before'); BULK INSERT odd FROM '{path}'; COMMIT;"
    assert not client(batch).errors
    assert client("SELECT t FROM odd").rows == [("before",), ("a\r",), ("b\ufffd",)]
