"""Statements that do not fit into the memory DuckDB usually has run again with more, in their transaction."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.engine.session import Client

from tsqld.runtime import engine as engines
from tsqld.runtime.engine import Engine

# One value of 64 million characters, which no aggregate can keep on disk.
LONG = """
SELECT STRING_AGG(CONVERT(nvarchar(max), REPLICATE(N'x', 1000)), N'') AS v
FROM (SELECT TOP (64000) 1 AS i FROM sys.all_columns AS a CROSS JOIN sys.all_columns AS b) AS many
"""


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    monkeypatch.setattr(engines, "MEMORY_LIMIT", "60MiB")
    opened = Engine.open(tmp_path / "data", "x")
    opened.create_database("w", 0)
    yield opened
    opened.close()


@pytest.fixture
def ask(engine: Engine) -> Client:
    return Client(engine.login("sa", "x", "w"))


def limit(engine: Engine) -> str:
    (row,) = engine.connection.execute("SELECT current_setting('memory_limit')").fetchall()
    return str(row[0])


def test_a_query_that_does_not_fit_runs_with_more_memory(engine: Engine, ask: Client) -> None:
    before = limit(engine)
    assert ask(f"SELECT LEN(many.v) FROM ({LONG}) AS many;").rows == [(64_000_000,)]
    assert ask("SELECT COUNT(*) FROM sys.objects WHERE object_id < 0;").rows == [(0,)]
    assert limit(engine) == before


def test_a_change_that_does_not_fit_runs_again_after_what_its_transaction_did_before(ask: Client) -> None:
    ask("CREATE TABLE dbo.t (v nvarchar(max) NULL);")
    told = ask(f"BEGIN TRANSACTION; INSERT INTO dbo.t VALUES (N'first'); INSERT INTO dbo.t {LONG}; COMMIT;")
    assert told.errors == []
    assert ask("SELECT LEN(v) FROM dbo.t ORDER BY LEN(v);").rows == [(5,), (64_000_000,)]


def test_what_needs_still_more_is_given_what_the_machine_has(
    engine: Engine, ask: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "MORE_MEMORY", ("SET memory_limit = '70MiB'", "RESET memory_limit"))
    before = limit(engine)
    ask("CREATE TABLE dbo.t (v nvarchar(max) NULL);")
    told = ask(
        f"BEGIN TRANSACTION; INSERT INTO dbo.t {LONG}; SAVE TRANSACTION here; DELETE FROM dbo.t; "
        "ROLLBACK TRANSACTION here; COMMIT; SELECT LEN(v) FROM dbo.t;"
    )
    assert (told.errors, told.rows) == ([], [(64_000_000,)])
    assert ask("SELECT COUNT(*) FROM sys.objects WHERE object_id < 0;").rows == [(0,)]
    assert limit(engine) == before


def test_what_does_not_fit_at_all_is_error_701(ask: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    ask("CREATE TABLE dbo.t (v nvarchar(max) NULL);")
    monkeypatch.setattr(engines, "MORE_MEMORY", ("SET memory_limit = '65MiB'", "SET memory_limit = '70MiB'"))
    told = ask(f"INSERT INTO dbo.t {LONG};")
    assert told.errors == [
        (701, "There is insufficient system memory in resource pool 'default' to run this query.")
    ]
    assert ask("SELECT COUNT(*) FROM dbo.t;").rows == [(0,)]
