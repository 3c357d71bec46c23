"""What a client is told of a text's result before it runs."""

from __future__ import annotations

from tests.engine.session import Client


def test_the_select_behind_a_declare_is_described(client: Client) -> None:
    text = "DECLARE @a nvarchar(10) = @p; DECLARE @t TABLE (n int); SELECT @a AS a, t.n FROM @t AS t"
    columns = client.session.describe(text, "@p nvarchar(4000)")
    assert columns is not None
    assert [(column.name, str(column.type)) for column in columns] == [("a", "nvarchar(10)"), ("n", "int")]
    assert client("SELECT 1 AS one").rows == [(1,)]


def test_temp_tables_outlive_a_description(client: Client) -> None:
    client("CREATE TABLE #kept (n int); INSERT #kept VALUES (1)")
    columns = client.session.describe("DECLARE @t TABLE (n int); SELECT n FROM #kept WHERE n = @p", "@p int")
    assert columns is not None
    assert client("SELECT n FROM #kept").rows == [(1,)]
    client("BEGIN TRANSACTION")
    client.session.describe("SELECT n FROM #kept", "")
    assert client("INSERT #kept VALUES (2); COMMIT; SELECT COUNT(*) FROM #kept").rows == [(2,)]
