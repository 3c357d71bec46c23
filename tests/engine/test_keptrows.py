"""What a transaction has written stays as it was, whatever others commit to the tables it read meanwhile.

Source: Microsoft Learn, "Transaction locking and row versioning guide": under READ COMMITTED a statement sees
what is committed when it begins, and nothing that an earlier statement has written changes by that.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.engine.session import Client

from tsqld.runtime import executor
from tsqld.runtime.engine import Engine
from tsqld.runtime.keptrows import Journal

TABLES = """
CREATE TABLE source (id int NOT NULL PRIMARY KEY, amount float NOT NULL, at datetimeoffset NULL);
CREATE TABLE found (id int IDENTITY(1, 1) NOT NULL PRIMARY KEY, n int NOT NULL);
CREATE TABLE totals (n int NOT NULL);
INSERT source VALUES (1, 0.1, '2024-01-02 03:04:05.6 +02:00'), (2, 0.2, NULL);
INSERT found (n) VALUES (100);
INSERT totals VALUES (7);
"""


@pytest.fixture
def pair(engine: Engine, database: str) -> Iterator[tuple[Client, Client]]:
    one, two = Client(engine.login("sa", "x", database)), Client(engine.login("sa", "x", database))
    assert not one(TABLES).errors
    yield one, two
    one.session.close()
    two.session.close()


def test_rows_of_a_temp_table_stay_when_what_they_were_read_from_grows(pair: tuple[Client, Client]) -> None:
    one, two = pair
    one("CREATE TABLE #t (id int NOT NULL, at datetimeoffset NULL); CREATE TABLE #u (n int NULL)")
    one("BEGIN TRANSACTION; INSERT #t SELECT id, at FROM source; DELETE #t WHERE id = 2")
    two("INSERT source VALUES (3, 0.3, NULL)")
    assert not one("INSERT #u SELECT COUNT(*) FROM source").errors
    assert one("SELECT id, at FROM #t").rows == two("SELECT id, at FROM source WHERE id = 1").rows
    assert one("SELECT n FROM #u").rows == [(3,)]
    assert not one("INSERT totals SELECT COUNT(*) FROM #t; COMMIT").errors
    assert two("SELECT n FROM totals ORDER BY n").rows == [(1,), (7,)]


def test_added_rows_stay_when_what_they_were_read_from_grows(pair: tuple[Client, Client]) -> None:
    one, two = pair
    one("BEGIN TRANSACTION; INSERT found (n) SELECT COUNT(*) FROM source")
    two("INSERT source VALUES (3, 0.3, NULL)")
    assert not one("INSERT totals SELECT COUNT(*) FROM source; INSERT found (n) VALUES (4); COMMIT").errors
    assert two("SELECT id, n FROM found ORDER BY id").rows == [(1, 100), (2, 2), (3, 4)]
    assert two("SELECT n FROM totals ORDER BY n").rows == [(3,), (7,)]


def test_a_table_others_see_is_changed_by_what_a_temp_table_held(pair: tuple[Client, Client]) -> None:
    one, two = pair
    one("CREATE TABLE #n (n int NOT NULL); BEGIN TRANSACTION; INSERT #n SELECT COUNT(*) FROM source")
    one("UPDATE totals SET n += (SELECT n FROM #n); DELETE found WHERE id = 1")
    two("INSERT source VALUES (3, 0.3, NULL)")
    assert not one("INSERT found (n) SELECT COUNT(*) FROM source; COMMIT").errors
    assert two("SELECT n FROM totals").rows == [(9,)]
    assert two("SELECT n FROM found").rows == [(3,)]


def test_a_change_that_reads_what_others_have_changed_since_loses(pair: tuple[Client, Client]) -> None:
    one, two = pair
    one("SET XACT_ABORT OFF; BEGIN TRANSACTION; UPDATE totals SET n = (SELECT COUNT(*) FROM source)")
    two("INSERT source VALUES (3, 0.3, NULL)")
    assert one("INSERT found (n) SELECT COUNT(*) FROM source").numbers == [1205]
    assert two("SELECT n FROM totals").rows == [(7,)]


def test_a_failed_statement_and_a_savepoint_take_back_what_is_theirs(pair: tuple[Client, Client]) -> None:
    one, two = pair
    one("CREATE TABLE #t (n int NOT NULL); SET XACT_ABORT OFF; BEGIN TRANSACTION")
    one("INSERT #t SELECT COUNT(*) FROM source; INSERT found (n) SELECT COUNT(*) FROM source")
    one("SAVE TRANSACTION a")
    two("INSERT source VALUES (3, 0.3, NULL)")
    one("INSERT #t SELECT COUNT(*) FROM source; INSERT found (n) SELECT n FROM #t")
    assert one("SELECT n FROM #t").rows == [(2,), (3,)]
    assert one("INSERT totals SELECT NULLIF(id, 1) FROM source").numbers == [515]
    assert one("SELECT n FROM #t").rows == [(2,), (3,)]
    one("ROLLBACK TRANSACTION a")
    assert one("SELECT n FROM #t").rows == [(2,)]
    two("INSERT source VALUES (4, 0.3, NULL)")
    assert not one("INSERT #t SELECT COUNT(*) FROM source; COMMIT").errors
    assert one("SELECT n FROM #t").rows == [(2,), (4,)]
    assert two("SELECT n FROM found ORDER BY id").rows == [(100,), (2,)]


def test_a_table_that_was_there_before_is_dropped_all_the_same(pair: tuple[Client, Client]) -> None:
    one, two = pair
    one("CREATE TABLE #old (n int); CREATE TABLE old (n int); INSERT #old VALUES (1); INSERT old VALUES (1)")
    one("BEGIN TRANSACTION; INSERT totals SELECT COUNT(*) FROM source; DELETE #old; DROP TABLE #old")
    one("INSERT old VALUES (2); DROP TABLE old")
    two("INSERT source VALUES (3, 0.3, NULL)")
    assert not one("INSERT found (n) SELECT COUNT(*) FROM source; COMMIT").errors
    assert one("SELECT n FROM #old").numbers == [208]
    assert not two("CREATE TABLE old (n int)").errors
    assert not one("CREATE TABLE #old (m int); INSERT #old VALUES (5)").errors
    assert one("SELECT m, (SELECT COUNT(*) FROM old) FROM #old").rows == [(5, 0)]
    assert two("SELECT n FROM totals ORDER BY n").rows == [(2,), (7,)]


def test_a_table_made_of_a_query_never_has_other_rows_than_it_was_made_with(
    pair: tuple[Client, Client],
) -> None:
    one, two = pair
    one("BEGIN TRANSACTION; INSERT totals VALUES (1); SELECT id INTO #s FROM source")
    two("INSERT source VALUES (3, 0.3, NULL)")
    assert not one("INSERT #s SELECT id * 10 FROM source").errors
    assert one("SELECT id FROM #s ORDER BY id").rows == [(1,), (2,), (10,), (20,), (30,)]


def test_a_table_made_again_after_it_was_dropped_is_another_one(pair: tuple[Client, Client]) -> None:
    one, two = pair
    one("BEGIN TRANSACTION; CREATE TABLE #s (id int); INSERT #s VALUES (5)")
    one("INSERT totals SELECT id FROM #s; DROP TABLE #s; SELECT id INTO #s FROM source")
    two("INSERT source VALUES (3, 0.3, NULL)")
    assert not one("INSERT #s SELECT id * 10 FROM source").errors
    assert one("SELECT id FROM #s ORDER BY id").rows == [(1,), (2,), (10,), (20,), (30,)]
    assert not one("COMMIT").errors
    assert two("SELECT n FROM totals ORDER BY n").rows == [(5,), (7,)]


def test_a_renamed_table_keeps_the_rows_it_got_under_both_names(pair: tuple[Client, Client]) -> None:
    one, two = pair
    one("CREATE TABLE first (n int); BEGIN TRANSACTION; INSERT first SELECT COUNT(*) FROM source")
    one("EXEC sp_rename 'first', 'second'; INSERT second SELECT COUNT(*) FROM totals")
    two("INSERT found (n) VALUES (1)")
    assert not one("INSERT totals SELECT COUNT(*) FROM found; COMMIT").errors
    assert two("SELECT n FROM second ORDER BY n").rows == [(1,), (2,)]


def test_temp_tables_come_and_go_with_a_savepoint(pair: tuple[Client, Client]) -> None:
    one, _ = pair
    one("CREATE TABLE #old (n int NOT NULL); INSERT #old VALUES (1); BEGIN TRANSACTION; SAVE TRANSACTION a")
    one("SELECT id INTO #new FROM source; DROP TABLE #old; ROLLBACK TRANSACTION a")
    assert one("SELECT id FROM #new").numbers == [208]
    assert one("SELECT n FROM #old").rows == [(1,)]
    assert not one("CREATE TABLE #new (n int NOT NULL); COMMIT; INSERT #new VALUES (2)").errors
    assert one("SELECT n FROM #new").rows == [(2,)]


def test_what_took_long_to_find_is_not_looked_for_again(
    pair: tuple[Client, Client], engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(executor, "_LONG", 0.0)
    one, two = pair
    one("CREATE TABLE #t (id int NOT NULL); BEGIN TRANSACTION")
    one("INSERT #t SELECT id FROM source; DELETE #t WHERE id = 1")
    for number in range(3):
        two(f"INSERT totals VALUES ({number})")
        assert not one("INSERT found (n) SELECT COUNT(*) FROM totals").errors
    transaction = one.session.executor.transaction
    assert transaction is not None
    assert not [text for text, _ in transaction.journal if '"source"' in text]
    # What was put aside is not copied again: a file for #t, and one for each longer state of found.
    assert len(list(engine.data.glob("kept/*"))) == 3
    assert one("SELECT id FROM #t").rows == [(2,)]
    assert not one("COMMIT").errors
    assert two("SELECT n FROM found ORDER BY id").rows == [(100,), (2,), (3,), (4,)]


def test_files_go_with_the_transaction(pair: tuple[Client, Client], engine: Engine) -> None:
    one, two = pair
    one("CREATE TABLE #t (n int NOT NULL); BEGIN TRANSACTION; INSERT #t SELECT COUNT(*) FROM source")
    two("INSERT source VALUES (3, 0.3, NULL)")
    one("INSERT #t SELECT COUNT(*) FROM source")
    assert len(list(engine.data.glob("kept/*"))) == 1
    one("COMMIT")
    assert list(engine.data.glob("kept/*")) == []


def test_files_that_a_crash_has_left_are_removed_at_the_next_start(tmp_path: Path) -> None:
    left = tmp_path / "data" / "kept" / "kept-1-0.parquet"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"rows")
    Engine.open(tmp_path / "data", "x").close()
    assert not left.exists()


MADE = 'CREATE OR REPLACE TEMP TABLE "#a" (n INTEGER)'
ADDED = 'INSERT INTO temp.main."#a" (n) SELECT n FROM "d"."dbo"."s"'
TAKEN = 'DELETE FROM temp.main."#a"'
SHARED = 'UPDATE "d"."dbo"."t" AS u SET n = (SELECT max(n) FROM temp.main."#a")'


def kept(*texts: str, borders: tuple[int, ...] = (), positions_matter: bool = False) -> list[str]:
    journal = Journal(texts, borders, positions_matter=positions_matter)
    return [one.storage for one in journal.kept]


def test_a_table_that_is_read_before_its_last_change_is_filled_again() -> None:
    assert kept(MADE, ADDED, SHARED) == ['temp.main."#a"']
    assert kept(MADE, ADDED, SHARED, TAKEN) == []


def test_a_table_written_on_both_sides_of_a_border_is_filled_again() -> None:
    assert kept(MADE, ADDED, ADDED, borders=(1, 3)) == ['temp.main."#a"']
    assert kept(MADE, ADDED, ADDED, borders=(2,)) == []


def test_rows_stay_where_they_are_while_a_cursor_knows_them_by_that() -> None:
    assert kept(ADDED, TAKEN) == ['temp.main."#a"']
    assert kept(ADDED, TAKEN, positions_matter=True) == []
    assert kept(ADDED, ADDED, positions_matter=True) == ['temp.main."#a"']


def test_a_table_that_is_gone_is_not_filled_unless_it_is_read_again() -> None:
    change = 'CREATE TEMP TABLE "change 1" AS SELECT rowid FROM temp.main."#a"'
    gone = 'DROP TABLE IF EXISTS temp.main."change 1"'
    assert Journal([change, 'DELETE FROM temp.main."#a" WHERE rowid IN (SELECT 1)', gone]).idle == [0, 2]
    used = 'UPDATE "d"."dbo"."t" AS u SET n = 1 FROM temp.main."change 1"'
    assert Journal([change, used, gone]).idle == []
    assert Journal([change, gone], borders=(1,)).idle == []
    assert Journal([gone]).idle == []
    assert Journal(['DROP TABLE "d"."dbo"."t"']).idle == []


def test_what_is_not_known_to_begin_so_is_run_again_with_all_it_mentions() -> None:
    assert kept(ADDED, 'WITH w AS (SELECT 1) UPDATE temp.main."#a" AS t SET n = 1') == []
