"""Catalog views and extended properties: Microsoft Learn, "System catalog views"."""

from __future__ import annotations

import datetime as dt

import pytest
from tests.engine.session import Client

_TABLE = "CREATE TABLE things (id int PRIMARY KEY, price int, doubled AS (price * 2))"


def test_an_extended_property_is_added_changed_and_dropped(client: Client) -> None:
    client(_TABLE)
    add = (
        "EXEC sys.sp_addextendedproperty @name = N'MS_Description', @value = N'{}', @level0type = N'SCHEMA', "
        "@level0name = N'dbo', @level1type = N'TABLE', @level1name = N'things'"
    )
    column = add + ", @level2type = N'COLUMN', @level2name = N'price'"
    assert not client(add.format("a table")).errors
    assert not client(column.format("a price")).errors
    assert client(add.format("again")).errors == [
        (15233, "Property cannot be added. Property 'MS_Description' already exists for 'dbo.things'.")
    ]
    client(column.replace("sp_add", "sp_update").format("what it costs"))
    told = client("""
        SELECT p.class_desc, OBJECT_NAME(p.major_id), COL_NAME(p.major_id, p.minor_id),
            CAST(p.value AS nvarchar(100))
        FROM sys.extended_properties AS p ORDER BY p.minor_id;
    """)
    assert told.rows == [
        ("OBJECT_OR_COLUMN", "things", None, "a table"),
        ("OBJECT_OR_COLUMN", "things", "price", "what it costs"),
    ]
    drop = add.replace("sp_add", "sp_drop").replace("@value = N'{}', ", "")
    assert not client(drop).errors
    assert client(drop).numbers == [15217]


def test_a_property_of_nothing_is_refused(client: Client) -> None:
    told = client("EXEC sp_addextendedproperty N'n', N'v', N'SCHEMA', N'dbo', N'TABLE', N'missing'")
    assert told.numbers == [15135]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT name, definition, is_persisted FROM sys.computed_columns",
        "SELECT name, parent_id, is_disabled FROM sys.triggers",
        "SELECT name, type_table_object_id FROM sys.table_types",
        "SELECT object_id, row_count FROM sys.dm_db_partition_stats WHERE index_id < 2",
        "SELECT session_id, login_name FROM sys.dm_exec_sessions WHERE session_id = @@SPID",
        "SELECT name, type_desc FROM sys.server_principals WHERE name = N'sa'",
        "SELECT name FROM sys.filegroups",
        "SELECT name FROM sysobjects WHERE xtype = 'U'",
    ],
)
def test_a_catalog_view_answers(client: Client, query: str) -> None:
    client(_TABLE)
    client("CREATE TRIGGER touched ON things AFTER INSERT AS RETURN")
    client("CREATE TYPE list AS TABLE (id int)")
    assert client(query).rows


def test_locks_that_are_held_are_listed(client: Client) -> None:
    told = client("""
        BEGIN TRANSACTION;
        EXEC sp_getapplock @Resource = N'load', @LockMode = N'Exclusive';
        SELECT resource_type, LEFT(resource_description, 8), request_mode FROM sys.dm_tran_locks
        WHERE request_session_id = @@SPID AND resource_type = N'APPLICATION';
        ROLLBACK;
    """)
    assert told.rows == [("APPLICATION", "0:[load]", "X")]


def test_references_between_tables_are_listed_with_their_rules(client: Client) -> None:
    client(_TABLE)
    client("CREATE TABLE parts (thing int CONSTRAINT FK_parts REFERENCES things (id) ON DELETE CASCADE)")
    told = client("""
        SELECT CONSTRAINT_NAME, UPDATE_RULE, DELETE_RULE FROM INFORMATION_SCHEMA.REFERENTIAL_CONSTRAINTS;
    """)
    assert told.rows == [("FK_parts", "NO ACTION", "CASCADE")]


def test_a_name_or_number_that_is_null_is_not_the_default(client: Client) -> None:
    told = client(
        "SELECT SCHEMA_NAME(NULL), SCHEMA_ID(NULL), DB_NAME(NULL), DB_ID(NULL), SCHEMA_NAME(), SCHEMA_ID()"
    )
    assert told.rows == [(None, None, None, None, "dbo", 1)]


def test_determinism_is_told_of_functions_views_and_computed_columns(client: Client) -> None:
    client("CREATE TABLE sums (n int NOT NULL, f float NOT NULL, twice AS (n * 2), now AS (GETDATE()))")
    client("CREATE FUNCTION bound (@x int) RETURNS int WITH SCHEMABINDING AS BEGIN RETURN @x + 1; END")
    client("CREATE FUNCTION loose (@x int) RETURNS int AS BEGIN RETURN @x + 1; END")
    reads = "(SELECT MAX(n) FROM dbo.sums)"
    client(f"CREATE FUNCTION reads () RETURNS int WITH SCHEMABINDING AS BEGIN RETURN {reads} END")
    client("CREATE VIEW totals WITH SCHEMABINDING AS SELECT n, COUNT_BIG(*) AS c FROM dbo.sums GROUP BY n")
    client("CREATE VIEW tops WITH SCHEMABINDING AS SELECT n, MAX(f) AS c FROM dbo.sums GROUP BY n")
    fact = "OBJECTPROPERTY(OBJECT_ID('{}'), '{}')"
    asked = [
        ("bound", "IsDeterministic"),
        ("loose", "IsDeterministic"),
        ("reads", "IsDeterministic"),
        ("bound", "UserDataAccess"),
        ("reads", "UserDataAccess"),
        ("totals", "IsIndexable"),
        ("tops", "IsIndexable"),
        ("sums", "IsIndexable"),
    ]
    told = client(f"SELECT {', '.join(fact.format(*one) for one in asked)}")
    assert told.rows == [(1, 0, 0, 0, 1, 1, 0, 1)]
    column = "COLUMNPROPERTY(OBJECT_ID('sums'), '{}', 'IsDeterministic')"
    told = client(f"SELECT {', '.join(column.format(name) for name in ('n', 'twice', 'now'))}")
    assert told.rows == [(None, 1, 0)]


def test_views_of_before_schemas_lie_under_dbo_too(client: Client) -> None:
    told = client("SELECT COUNT(*) FROM master.dbo.sysprocesses WHERE spid = @@SPID")
    assert told.rows == [(1,)]
    assert client("SELECT COUNT(*) FROM msdb.dbo.backupset").rows == [(0,)]


def test_every_column_of_the_servers_own_views_is_listed(client: Client) -> None:
    told = client("""
        SELECT c.name FROM sys.all_columns AS c
        WHERE c.object_id = OBJECT_ID(N'sys.schemas') ORDER BY c.column_id""")
    assert told.rows == [("name",), ("schema_id",), ("principal_id",)]


def test_a_partitioned_heap_names_the_column_it_is_partitioned_by(client: Client) -> None:
    client("CREATE PARTITION FUNCTION by_year (date) AS RANGE RIGHT FOR VALUES ('2024-01-01')")
    client("CREATE PARTITION SCHEME by_year AS PARTITION by_year ALL TO ([PRIMARY])")
    client("CREATE TABLE parted (n int NULL, day date NULL) ON by_year (day)")
    told = client("""
        SELECT index_id, column_id, key_ordinal, partition_ordinal FROM sys.index_columns
        WHERE object_id = OBJECT_ID(N'parted')""")
    assert told.rows == [(0, 2, 0, 1)]


def test_what_a_session_set_is_told_by_sessionproperty(client: Client) -> None:
    told = client("SELECT CAST(SESSIONPROPERTY('ANSI_NULLS') AS int), SESSIONPROPERTY('nothing')")
    assert told.rows == [(1, None)]
    told = client("SET ARITHABORT OFF; SELECT CAST(SESSIONPROPERTY('ARITHABORT') AS int)")
    assert told.rows == [(0,)]


def test_properties_of_a_database_are_told(client: Client) -> None:
    told = client("""
        SELECT CAST(DATABASEPROPERTYEX(DB_NAME(), 'SQLSortOrder') AS int),
            DATABASEPROPERTY(DB_NAME(), 'IsAutoClose'),
            CAST(DATABASEPROPERTYEX(d.name, 'Updateability') AS nvarchar(20)),
            CAST(DATABASEPROPERTYEX(DB_NAME(), 'LastGoodCheckDbTime') AS date),
            DATABASEPROPERTYEX('none', 'Version')
        FROM sys.databases AS d WHERE d.name = DB_NAME()""")
    assert told.rows == [(52, 0, "READ_WRITE", dt.date(1900, 1, 1), None)]
