"""Where the statements of a procedure stand."""

from __future__ import annotations

from tsql.statements import executable_statements

PROCEDURE = """-- A procedure.
CREATE OR ALTER PROCEDURE dbo.p
    @a int = 1,
    @b AS int = NULL OUTPUT
AS
SET NOCOUNT ON;
DECLARE @c int, @d int;
DECLARE @e int = (SELECT 1);
BEGIN TRY
    IF @a = 1 AND EXISTS (SELECT 1)
        BEGIN TRANSACTION;
    ELSE IF CASE WHEN @a = 2 THEN 1 ELSE 0 END = 1
    BEGIN
        WITH x AS (SELECT 1 AS n)
        INSERT INTO t (n)
        SELECT CASE n WHEN 1 THEN 2 ELSE 3 END FROM x;
    END;
    WHILE @a < 3
        SET @a = @a + 1;
again:
END TRY
BEGIN CATCH
    THROW;
END CATCH;
"""


def test_statements_are_found_with_their_lines() -> None:
    found = [
        (place.line, PROCEDURE[place.start : place.end].split()[0])
        for place in executable_statements(PROCEDURE)
    ]
    assert found == [
        (6, "SET"),
        (8, "DECLARE"),
        (10, "IF"),
        (11, "BEGIN"),
        (12, "IF"),
        (14, "WITH"),
        (18, "WHILE"),
        (19, "SET"),
        (23, "THROW"),
    ]


def test_a_condition_ends_where_its_statement_begins() -> None:
    text = "CREATE PROCEDURE p AS IF @a IN (1, 2) SET @b = 1;"
    assert [text[place.start : place.end] for place in executable_statements(text)] == [
        "IF @a IN (1, 2)",
        "SET @b = 1",
    ]
