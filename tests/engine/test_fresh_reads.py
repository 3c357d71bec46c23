"""Transactions that see what others committed meanwhile, after temp tables have come and gone in them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.engine.session import Client

from tsqld.runtime.engine import Engine

SETUP = """
CREATE TABLE dbo.a (v int NOT NULL);
CREATE TABLE dbo.b (v int NOT NULL);
CREATE TABLE dbo.c (id int IDENTITY(1, 1) NOT NULL, v int NOT NULL);
INSERT INTO dbo.a VALUES (1);
"""
PROCEDURE = """
CREATE PROCEDURE dbo.p AS
CREATE TABLE #t (v int NOT NULL);
INSERT INTO #t SELECT v FROM dbo.a;
INSERT INTO dbo.b SELECT v FROM #t;
"""


@pytest.fixture
def connect(tmp_path: Path) -> Callable[[], Client]:
    engine = Engine.open(tmp_path / "data", "x")
    engine.create_database("w", 0)
    return lambda: Client(engine.login("sa", "x", "w"))


def test_a_temp_table_that_is_gone_does_not_end_a_transaction_that_must_look_again(
    connect: Callable[[], Client],
) -> None:
    one, two = connect(), connect()
    one(SETUP)
    one(PROCEDURE)
    one("BEGIN TRANSACTION; EXEC dbo.p;")
    assert two("INSERT INTO dbo.c (v) VALUES (7); UPDATE dbo.a SET v = v;").numbers == []
    assert one("INSERT INTO dbo.c (v) SELECT v FROM dbo.c;").numbers == []
    assert one("COMMIT; SELECT v FROM dbo.b UNION ALL SELECT v FROM dbo.c ORDER BY v;").rows == [
        (1,),
        (7,),
        (7,),
    ]
