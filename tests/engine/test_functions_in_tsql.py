"""Functions written in T-SQL: folded where they can be, run where they loop or read."""

from __future__ import annotations

from tests.engine.session import Client

_REPEAT = """
CREATE FUNCTION dbo.digits_only (@text nvarchar(100)) RETURNS nvarchar(100) AS
BEGIN
    DECLARE @position int = PATINDEX(N'%[^0-9]%', @text);
    WHILE @position > 0
    BEGIN
        SET @text = STUFF(@text, @position, 1, N'');
        SET @position = PATINDEX(N'%[^0-9]%', @text);
    END
    RETURN @text;
END
"""
_SPLIT = """
CREATE FUNCTION dbo.numbers_to (@count int, @step int = 1)
RETURNS @numbers TABLE (position int NOT NULL PRIMARY KEY, label nvarchar(10)) AS
BEGIN
    DECLARE @i int = 1;
    WHILE @i <= @count
    BEGIN
        INSERT INTO @numbers VALUES (@i * @step, CONCAT(N'n', @i));
        SET @i += 1;
    END
    RETURN;
END
"""


def test_a_looping_scalar_function_runs_for_a_variable(client: Client) -> None:
    client(_REPEAT)
    assert client("DECLARE @t nvarchar(100) = N'a1b2c3'; SELECT dbo.digits_only(@t)").rows == [("123",)]


def test_a_looping_scalar_function_runs_for_every_row(client: Client) -> None:
    client(_REPEAT)
    told = client("""
        SELECT t.v, dbo.digits_only(t.v) FROM (VALUES (N'x1'), (N'2y2'), (NULL)) AS t (v)
        WHERE ISNULL(dbo.digits_only(t.v), N'22') IN (N'1', N'22') ORDER BY t.v;
    """)
    assert told.rows == [(None, None), ("2y2", "22"), ("x1", "1")]


def test_a_scalar_function_may_call_itself(client: Client) -> None:
    client("""
        CREATE FUNCTION dbo.factorial (@n int) RETURNS bigint AS
        BEGIN
            IF @n <= 1 RETURN 1;
            RETURN @n * dbo.factorial(@n - 1);
        END
    """)
    assert client("SELECT dbo.factorial(10)").rows == [(3628800,)]
    told = client("SELECT value, dbo.factorial(value) FROM GENERATE_SERIES(1, 4) ORDER BY value")
    assert told.rows == [(1, 1), (2, 2), (3, 6), (4, 24)]


def test_a_function_that_never_stops_calling_itself_meets_the_nesting_limit(client: Client) -> None:
    client("CREATE FUNCTION dbo.forever (@n int) RETURNS int AS BEGIN RETURN dbo.forever(@n + 1); END")
    assert client("SELECT dbo.forever(1)").numbers == [217]


def test_a_scalar_function_reads_tables_into_a_variable(client: Client) -> None:
    client("CREATE TABLE sales (customer int, amount decimal(9, 2))")
    client("INSERT INTO sales VALUES (1, 10), (1, 5), (2, 7)")
    client("""
        CREATE FUNCTION dbo.spent (@customer int) RETURNS decimal(9, 2) AS
        BEGIN
            DECLARE @sum decimal(9, 2);
            SELECT @sum = SUM(amount) FROM sales WHERE customer = @customer;
            RETURN ISNULL(@sum, 0);
        END
    """)
    told = client("SELECT c, dbo.spent(c) FROM (VALUES (1), (2), (3)) AS v (c) ORDER BY c")
    assert [(c, float(s)) for c, s in told.rows] == [(1, 15.0), (2, 7.0), (3, 0.0)]
    told = client("""
        BEGIN TRANSACTION;
        INSERT INTO sales VALUES (3, 4);
        DECLARE @s decimal(9, 2) = dbo.spent(3);
        SELECT @s;
        ROLLBACK;
    """)
    assert float(told.rows[0][0]) == 4.0


def test_a_function_over_columns_of_changed_tables_is_refused_by_name(client: Client) -> None:
    client("CREATE TABLE sales (customer int, amount int)")
    client("""
        CREATE FUNCTION dbo.spent (@customer int) RETURNS int AS
        BEGIN
            DECLARE @sum int;
            SELECT @sum = SUM(amount) FROM sales WHERE customer = @customer;
            RETURN @sum;
        END
    """)
    told = client("""
        BEGIN TRANSACTION;
        INSERT INTO sales VALUES (3, 4);
        SELECT dbo.spent(c) FROM (VALUES (1)) AS v (c);
    """)
    assert told.numbers == [50100]


def test_a_multi_statement_function_yields_its_table(client: Client) -> None:
    client(_SPLIT)
    told = client("DECLARE @n int = 3; SELECT position, label FROM dbo.numbers_to(@n, DEFAULT) AS f")
    assert sorted(told.rows) == [(1, "n1"), (2, "n2"), (3, "n3")]
    told = client(
        "SELECT a.position FROM dbo.numbers_to(3, 1) a JOIN dbo.numbers_to(3, 2) b ON a.position = b.position"
    )
    assert told.rows == [(2,)]


def test_a_multi_statement_function_applies_to_rows(client: Client) -> None:
    client(_SPLIT)
    told = client("""
        SELECT v.n, f.position, f.label
        FROM (VALUES (0), (1), (2)) AS v (n) OUTER APPLY dbo.numbers_to(v.n, 10) AS f
        ORDER BY v.n, f.position;
    """)
    assert told.rows == [(0, None, None), (1, 10, "n1"), (2, 10, "n1"), (2, 20, "n2")]


def test_a_multi_statement_function_feeds_a_change_inside_a_transaction(client: Client) -> None:
    client(_SPLIT)
    client("CREATE TABLE kept (position int)")
    told = client("""
        BEGIN TRANSACTION;
        INSERT INTO kept SELECT position FROM dbo.numbers_to(3, 1);
        SAVE TRANSACTION here;
        INSERT INTO kept SELECT position FROM dbo.numbers_to(2, 100);
        ROLLBACK TRANSACTION here;
        COMMIT;
        SELECT COUNT(*), SUM(position), @@TRANCOUNT FROM kept;
    """)
    assert told.rows == [(3, 6, 0)]


def test_a_key_of_the_returned_table_is_enforced(client: Client) -> None:
    client(_SPLIT)
    assert client("SELECT * FROM dbo.numbers_to(2, 0)").numbers == [2627]


def test_functions_refuse_side_effects_when_they_are_created(client: Client) -> None:
    client("CREATE TABLE t (a int)")
    assert client(
        "CREATE FUNCTION dbo.f () RETURNS int AS BEGIN INSERT INTO t VALUES (1); RETURN 1; END"
    ).errors == [(443, "Invalid use of a side-effecting operator 'INSERT' within a function.")]
    assert client("CREATE FUNCTION dbo.f () RETURNS int AS BEGIN SELECT 1; RETURN 1; END").numbers == [444]
    assert client("CREATE FUNCTION dbo.f () RETURNS int AS BEGIN DECLARE @a int; END").numbers == [455]


def test_an_error_in_a_function_ends_the_statement_that_calls_it(client: Client) -> None:
    client("""
        CREATE FUNCTION dbo.half (@n int) RETURNS int AS
        BEGIN
            WHILE @n > 100 SET @n = @n - 1;
            RETURN 10 / @n;
        END
    """)
    told = client("SELECT dbo.half(0); SELECT 'next';")
    assert told.numbers == [8134]
    assert told.sets[-1] == [("next",)]
    assert client("SELECT dbo.half(n) FROM (VALUES (0)) AS v (n)").numbers == [8134]


def test_catalog_functions_answer_for_each_row(client: Client) -> None:
    client("CREATE TABLE one (a int PRIMARY KEY, b nvarchar(5))")
    told = client("""
        SELECT OBJECT_NAME(c.object_id), COL_NAME(c.object_id, c.column_id), TYPE_NAME(c.system_type_id),
            SCHEMA_NAME(o.schema_id), OBJECT_ID(o.name), COLUMNPROPERTY(c.object_id, c.name, 'AllowsNull')
        FROM sys.columns AS c JOIN sys.objects AS o ON o.object_id = c.object_id
        WHERE o.name = 'one' ORDER BY c.column_id;
    """)
    number = client.value("OBJECT_ID('one')")
    assert told.rows == [("one", "a", "int", "dbo", number, 0), ("one", "b", "nvarchar", "dbo", number, 1)]
