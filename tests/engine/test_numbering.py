"""INSERT … SELECT of many rows into a table with an identity column: numbered on all cores, as few are."""

from __future__ import annotations

import pytest
from tests.engine.session import Client

from tsqld.runtime.changes import SPOOLED_FROM

MANY = SPOOLED_FROM * 4
TABLES = f"""
CREATE TABLE source (id int NOT NULL, other int NOT NULL, name nvarchar(20) NULL);
INSERT source SELECT value, (value * 7919) % {MANY}, CONCAT('n', value % 10) FROM GENERATE_SERIES(1, {MANY});
CREATE TABLE target (
    n bigint IDENTITY(10, 3) NOT NULL PRIMARY KEY, id int NOT NULL, other int NOT NULL DEFAULT (-1),
    twice AS id * 2 PERSISTED, note nvarchar(9) NOT NULL DEFAULT ('made')
);
"""


@pytest.fixture
def source(client: Client) -> Client:
    assert not client(TABLES).errors
    return client


def spools(client: Client) -> int:
    """How many texts of the open transaction filled a table for rows."""
    transaction = client.session.executor.transaction
    assert transaction is not None
    return sum('"rows ' in text for text, _ in transaction.journal if "CREATE TEMP" in text)


def test_identity_values_follow_the_order_by(source: Client) -> None:
    out = source("INSERT target (id, other) SELECT id, other FROM source ORDER BY other DESC")
    assert out.counts == [MANY]
    wrong = f"SELECT COUNT(*) FROM target WHERE n <> 10 + 3 * CAST({MANY} - 1 - other AS bigint)"
    assert source(wrong).rows == [(0,)]
    last = 10 + 3 * (MANY - 1)
    assert source("SELECT SCOPE_IDENTITY(), IDENT_CURRENT('target'), MIN(n), MAX(n) FROM target").rows == [
        (last, last, 10, last)
    ]


def test_every_row_gets_a_value_and_what_it_does_not_name(source: Client) -> None:
    source("WITH odd AS (SELECT * FROM source WHERE id % 2 = 1) INSERT target (id) SELECT odd.id FROM odd")
    facts = (
        "SELECT COUNT(DISTINCT n), MAX(n), COUNT(DISTINCT id), SUM(CAST(twice - 2 * id AS bigint)), "
        "MIN(other), MIN(note) FROM target"
    )
    assert source(facts).rows == [(MANY // 2, 10 + 3 * (MANY // 2 - 1), MANY // 2, 0, -1, "made")]


def test_top_takes_the_first_rows(source: Client) -> None:
    source(
        "INSERT TOP (5) target (id) SELECT id FROM source;"
        "INSERT target (id) SELECT TOP (2) id FROM source ORDER BY id DESC"
    )
    assert source("SELECT COUNT(*), MAX(n) FROM target").rows == [(7, 28)]
    assert source("SELECT id FROM target WHERE n > 22 ORDER BY n").rows == [(MANY,), (MANY - 1,)]


def test_a_row_that_fails_leaves_none_behind(source: Client) -> None:
    assert source("INSERT target (id, other) SELECT id, NULLIF(other, 5) FROM source").numbers == [515]
    assert source("SELECT COUNT(*) FROM target").rows == [(0,)]
    source("INSERT target (id) VALUES (1)")
    assert source("SELECT COUNT(*) FROM target").rows == [(1,)]


def test_the_rows_are_the_same_after_a_way_back_to_a_savepoint(source: Client) -> None:
    source(
        "SET XACT_ABORT OFF; BEGIN TRANSACTION;"
        "INSERT target (id, other) SELECT id, other FROM source ORDER BY id"
    )
    assert spools(source) == 1
    before = source("SELECT CHECKSUM_AGG(CHECKSUM(n, id, other)) FROM target").rows
    source("SAVE TRANSACTION here; INSERT target (id) VALUES (-5); ROLLBACK TRANSACTION here; COMMIT")
    assert source("SELECT CHECKSUM_AGG(CHECKSUM(n, id, other)) FROM target").rows == before
    assert source("SELECT COUNT(*) FROM target WHERE n <> 7 + 3 * CAST(id AS bigint)").rows == [(0,)]


def test_few_rows_take_the_straight_way(source: Client) -> None:
    source("BEGIN TRANSACTION; INSERT target (id) VALUES (1); INSERT target (id) SELECT id FROM target")
    assert spools(source) == 0
    source("COMMIT")
    assert source("SELECT n, id FROM target ORDER BY n").rows == [(10, 1), (13, 1)]
