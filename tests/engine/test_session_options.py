"""SET ROWCOUNT and NOEXEC, SELECT INTO from set operations, DBCC CHECKIDENT."""

from __future__ import annotations

from tests.engine.session import Client


def test_set_rowcount_limits_changes(client: Client) -> None:
    client("CREATE TABLE t (a int)")
    client("INSERT INTO t VALUES (1), (2), (3), (4)")
    told = client(
        "SET ROWCOUNT 2; UPDATE t SET a = 0; SELECT @@ROWCOUNT; SET ROWCOUNT 1; DELETE t; "
        "SET ROWCOUNT 0; SELECT COUNT(*), SUM(IIF(a = 0, 1, 0)) FROM t;"
    )
    assert told.sets[0] == [(2,)]
    assert told.sets[1][0][0] == 3


def test_noexec_runs_nothing_until_it_is_off(client: Client) -> None:
    told = client("SET NOEXEC ON; SELECT 1; SET NOEXEC OFF; SELECT 2;")
    assert told.sets == [[(2,)]]


def test_select_into_takes_set_operations_and_common_tables(client: Client) -> None:
    client("SELECT 1 AS a INTO made UNION ALL SELECT 2")
    assert client("SELECT a FROM made ORDER BY a").rows == [(1,), (2,)]
    client("WITH x AS (SELECT 5 AS b) SELECT b INTO other FROM x")
    assert client("SELECT b FROM other").rows == [(5,)]


def test_checkident_reseeds_an_identity(client: Client) -> None:
    client("CREATE TABLE t (id int IDENTITY, a int)")
    told = client("DBCC CHECKIDENT ('dbo.t', RESEED, 10)")
    assert told.messages[0] == "Checking identity information: current identity value 'NULL'."
    client("INSERT INTO t (a) VALUES (1)")
    client("DBCC CHECKIDENT (t, RESEED, 100) WITH NO_INFOMSGS")
    assert client("INSERT INTO t (a) VALUES (2); SELECT id FROM t ORDER BY id").rows == [(10,), (101,)]
    assert client("CREATE TABLE u (a int); DBCC CHECKIDENT ('u')").numbers == [7997]
