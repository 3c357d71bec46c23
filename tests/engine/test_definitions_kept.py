"""What a transaction defines is written down when it commits: a server started anew has that and no more."""

from __future__ import annotations

from pathlib import Path

from tests.engine.session import Client

from tsqld.runtime.engine import Engine

_DEFINE = """
BEGIN TRANSACTION;
CREATE TABLE dbo.things (x int IDENTITY (7, 1) NOT NULL, y int NULL);
EXEC (N'CREATE PROCEDURE dbo.first AS SELECT 1 AS one');
EXEC (N'ALTER PROCEDURE dbo.first AS SELECT 2 AS two');
EXEC (N'CREATE PROCEDURE dbo.dropped AS SELECT 1 AS one');
SAVE TRANSACTION here;
EXEC (N'CREATE PROCEDURE dbo.taken_back AS SELECT 1 AS one');
ROLLBACK TRANSACTION here;
DROP PROCEDURE dbo.dropped;
INSERT INTO dbo.things (y) VALUES (1);
COMMIT;
BEGIN TRANSACTION;
EXEC (N'ALTER PROCEDURE dbo.first AS SELECT 3 AS three');
"""


def test_a_server_started_anew_has_what_was_committed(tmp_path: Path) -> None:
    engine = Engine.open(tmp_path, "x")
    engine.create_database("work", 0)
    Client(engine.login("sa", "x", "work"))(_DEFINE)
    engine.close()

    again = Engine.open(tmp_path, "x")
    client = Client(again.login("sa", "x", "work"))
    assert client("EXEC dbo.first").rows == [(2,)]
    assert client("SELECT x, y FROM dbo.things").rows == [(7, 1)]
    assert client("SELECT name FROM sys.procedures").rows == [("first",)]
    assert client("CREATE TABLE dbo.more (z int); SELECT COUNT(DISTINCT object_id) FROM sys.tables").rows == [
        (2,)
    ]
    again.close()


def test_a_transaction_goes_on_when_another_defines_something_meanwhile(tmp_path: Path) -> None:
    engine = Engine.open(tmp_path, "x")
    engine.create_database("work", 0)
    one, other = (Client(engine.login("sa", "x", "work")) for _ in range(2))
    one("CREATE TABLE dbo.things (x int NULL)")
    one("BEGIN TRANSACTION; INSERT INTO dbo.things VALUES (1);")
    other("CREATE PROCEDURE dbo.second AS SELECT 2 AS two")
    one("EXEC (N'CREATE PROCEDURE dbo.first AS SELECT x FROM dbo.things'); COMMIT;")
    assert other("EXEC dbo.first").rows == [(1,)]
    assert one("EXEC dbo.second").rows == [(2,)]
    engine.close()
    again = Engine.open(tmp_path, "x")
    assert Client(again.login("sa", "x", "work"))("SELECT name FROM sys.procedures ORDER BY name").rows == [
        ("first",),
        ("second",),
    ]
    again.close()
