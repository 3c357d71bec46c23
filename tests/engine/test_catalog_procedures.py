"""Catalog procedures: Microsoft Learn, "Catalog stored procedures", "sp_help"."""

from __future__ import annotations

from tests.engine.session import Client

_TABLE = """
CREATE TABLE things (id int IDENTITY NOT NULL CONSTRAINT PK_things PRIMARY KEY,
    name nvarchar(20) NULL CONSTRAINT UQ_things UNIQUE, price decimal(9, 2) NOT NULL DEFAULT 0);
"""


def test_sp_columns_describes_columns(client: Client) -> None:
    client(_TABLE)
    told = client("EXEC sp_columns @table_name = N'things'")
    shown = [(row[3], row[4], row[5], row[6], row[7], row[10]) for row in told.rows]
    assert shown == [
        ("id", 4, "int identity", 10, 4, 0),
        ("name", -9, "nvarchar", 20, 40, 1),
        ("price", 3, "decimal", 9, 11, 0),
    ]


def test_sp_pkeys_and_sp_helpindex_list_keys(client: Client) -> None:
    client(_TABLE)
    assert [row[3:] for row in client("EXEC sp_pkeys N'things'").rows] == [("id", 1, "PK_things")]
    told = client("EXEC sp_helpindex N'things'")
    assert told.rows == [
        ("PK_things", "clustered, unique, primary key located on PRIMARY", "id"),
        ("UQ_things", "nonclustered, unique, unique key located on PRIMARY", "name"),
    ]


def test_sp_help_tells_of_an_object(client: Client) -> None:
    client(_TABLE)
    told = client("EXEC sp_help N'things'")
    assert told.sets[0][0][:3] == ("things", "dbo", "user table")
    assert [row[0] for row in told.sets[1]] == ["id", "name", "price"]
    assert client("EXEC sp_help N'missing'").errors[0][1].startswith("The object 'missing' does not exist")


def test_sp_spaceused_counts_rows(client: Client) -> None:
    client(_TABLE)
    client("INSERT INTO things (name) VALUES (N'a'), (N'b')")
    assert client("EXEC sp_spaceused N'things'").rows[0][1].strip() == "2"


ODBC = """CREATE TABLE shops (shop_id int NOT NULL CONSTRAINT PK_shops PRIMARY KEY, opened datetime2(3) NULL);
CREATE TABLE sales (id int IDENTITY NOT NULL CONSTRAINT PK_sales PRIMARY KEY,
    note nvarchar(40) NULL DEFAULT (N'-'),
    shop_id int NOT NULL CONSTRAINT FK_sales_shops REFERENCES shops (shop_id) ON DELETE CASCADE,
    day date NULL);
CREATE INDEX IX_sales_day ON sales (day DESC);
GO
CREATE VIEW dear AS SELECT id FROM sales;
GO
CREATE PROCEDURE take @shop int, @sum decimal(9, 2) OUTPUT AS SELECT 1 AS a;"""


def test_drivers_find_tables_by_pattern_owner_and_type(client: Client) -> None:
    client(ODBC)
    assert [row[2:4] for row in client("EXEC sp_tables @table_owner = 'dbo'").rows] == [
        ("sales", "TABLE"),
        ("shops", "TABLE"),
        ("dear", "VIEW"),
    ]
    assert [row[2] for row in client("EXEC sp_tables 's%', 'dbo', NULL, \"'TABLE','VIEW'\"").rows] == [
        "sales",
        "shops",
    ]
    assert client("EXEC sp_tables 's%', 'other'").rows == []
    assert client("EXEC sp_tables 's%', @fUsePattern = 0").rows == []
    assert ("master", None, None, None, None) in client("EXEC sp_tables '', '', '%'").rows


def test_drivers_learn_columns_as_odbc_numbers_them(client: Client) -> None:
    client(ODBC)
    rows = client("EXEC sp_columns_100 'sales', 'dbo', NULL, NULL, @ODBCVer = 3, @fUsePattern = 1").rows
    assert [row[3:9] for row in rows] == [
        ("id", 4, "int identity", 10, 4, 0),
        ("note", -9, "nvarchar", 40, 80, None),
        ("shop_id", 4, "int", 10, 4, 0),
        ("day", 91, "date", 10, 6, None),
    ]
    assert [row[12] for row in rows] == [None, "(N'-')", None, None]
    assert client("EXEC sp_columns_100 'shops', @column_name = 'open%', @ODBCVer = 3").rows[0][4:9] == (
        93,
        "datetime2",
        23,
        16,
        3,
    )


def test_drivers_learn_keys_indexes_and_procedures(client: Client) -> None:
    client(ODBC)
    keys = client("EXEC sp_fkeys @fktable_name = 'sales'").rows
    assert [row[2:4] + row[6:13] for row in keys] == [
        ("shops", "shop_id", "sales", "shop_id", 1, 1, 0, "FK_sales_shops", "PK_shops")
    ]
    assert [row[3:10] for row in client("EXEC sp_statistics_100 'sales'").rows] == [
        (None, None, None, 0, None, None, None),
        (0, "sales", "PK_sales", 1, 1, "id", "A"),
        (1, "sales", "IX_sales_day", 3, 1, "day", "D"),
    ]
    assert [row[1] for row in client("EXEC sp_special_columns_100 'sales'").rows] == ["id"]
    assert [row[2] for row in client("EXEC sp_stored_procedures 'ta%'").rows] == ["take;1"]
    columns = client("EXEC sp_sproc_columns_100 'take'").rows
    assert [row[3:7] for row in columns] == [
        ("@RETURN_VALUE", 5, 4, "int"),
        ("@shop", 1, 4, "int"),
        ("@sum", 2, 3, "decimal"),
    ]


def test_sp_columns_100_tells_newer_types_as_they_are(client: Client) -> None:
    client(
        "CREATE TABLE newer (d date NOT NULL, t datetime2(3) NULL, n nvarchar(max) NULL, f float NOT NULL)"
    )
    newer = client("EXEC sp_columns_100 N'newer', @ODBCVer = 3").rows
    assert [row[3:8] for row in newer] == [
        ("d", 91, "date", 10, 6),
        ("t", 93, "datetime2", 23, 16),
        ("n", -9, "nvarchar", 1073741823, 2147483646),
        ("f", 6, "float", 53, 8),
    ]
    older = client("EXEC sp_columns N'newer'").rows
    assert [row[3:6] for row in older] == [
        ("d", -9, "date"),
        ("t", -9, "datetime2"),
        ("n", -10, "ntext"),
        ("f", 6, "float"),
    ]


def test_sp_fkeys_and_sp_statistics_list_references_and_indexes(client: Client) -> None:
    client(_TABLE)
    client(
        "CREATE TABLE parts (thing_id int NULL CONSTRAINT FK_parts REFERENCES things (id) ON DELETE CASCADE)"
    )
    told = client("EXEC sp_fkeys @pktable_name = N'things'").rows
    assert [(*row[2:4], *row[6:13]) for row in told] == [
        ("things", "id", "parts", "thing_id", 1, 1, 0, "FK_parts", "PK_things")
    ]
    assert client("EXEC sp_fkeys").numbers == [15252]
    told = client("EXEC sp_statistics N'things'").rows
    assert [(row[3], row[5], row[6], row[7], row[8]) for row in told] == [
        (None, None, 0, None, None),
        (0, "PK_things", 1, 1, "id"),
        (0, "UQ_things", 3, 1, "name"),
    ]


def test_sp_special_columns_finds_what_identifies_a_row(client: Client) -> None:
    client(_TABLE)
    assert [row[1:4] for row in client("EXEC sp_special_columns N'things'").rows] == [
        ("id", 4, "int identity")
    ]


def test_sp_sproc_columns_lists_the_return_value_and_parameters(client: Client) -> None:
    client("CREATE PROCEDURE does @a int, @b nvarchar(10) = N'x' OUTPUT AS RETURN 0")
    told = client("EXEC sp_sproc_columns_100 N'does'").rows
    assert [row[2:7] for row in told] == [
        ("does;1", "@RETURN_VALUE", 5, 4, "int"),
        ("does;1", "@a", 1, 4, "int"),
        ("does;1", "@b", 2, -9, "nvarchar"),
    ]
    assert [row[2] for row in client("EXEC sp_stored_procedures N'do%'").rows] == ["does;1"]


def test_sp_tables_follows_its_patterns(client: Client) -> None:
    client(_TABLE)
    client("CREATE VIEW shown AS SELECT id FROM things")
    told = client("EXEC sp_tables @table_owner = N'dbo', @table_type = N'''TABLE'',''VIEW'''").rows
    assert [row[1:4] for row in told] == [("dbo", "things", "TABLE"), ("dbo", "shown", "VIEW")]
    kinds = client("EXEC sp_tables N'', N'', N'', N'%'").rows
    assert [row[3] for row in kinds] == ["SYSTEM TABLE", "TABLE", "VIEW"]


def test_sp_configure_lists_keeps_and_refuses(client: Client) -> None:
    shown = client("EXEC sp_configure N'remote query timeout (s)'").rows
    assert shown == [("remote query timeout (s)", 0, 2147483647, 600, 600)]
    assert client("EXEC sp_configure N'fill factor (%)'").numbers == [15123]
    told = client("EXEC sp_configure N'show advanced options', 1")
    assert told.messages[0] == (
        "Configuration option 'show advanced options' changed from 0 to 1. "
        "Run the RECONFIGURE statement to install."
    )
    value = """
        SELECT CAST(value AS int), CAST(value_in_use AS int) FROM sys.configurations
        WHERE configuration_id = 518"""
    assert client(value).rows == [(1, 0)]
    assert not client("RECONFIGURE").errors
    assert client(value).rows == [(1, 1)]
    assert client("EXEC sp_configure N'fill factor (%)'").rows[0][3:] == (0, 0)
    assert client("EXEC sp_configure N'nested triggers', 0").numbers == [50100]


def test_sp_who2_and_the_views_of_sessions_tell_of_the_caller(client: Client) -> None:
    told = client("EXEC sp_who2").rows
    assert len(told) >= 1
    assert {"sa"} == {row[2] for row in told}
    text = """
        SELECT t.text FROM sys.dm_exec_requests AS r CROSS APPLY sys.dm_exec_sql_text(r.sql_handle) AS t
        WHERE r.session_id = @@SPID"""
    assert client(text).rows == [(text,)]
    began = client("""
        BEGIN TRANSACTION;
        SELECT a.name, s.open_transaction_count FROM sys.dm_tran_session_transactions AS s
        JOIN sys.dm_tran_active_transactions AS a ON a.transaction_id = s.transaction_id
        WHERE s.session_id = @@SPID;
        ROLLBACK""")
    assert began.rows == [("user_transaction", 1)]


def test_fn_listextendedproperty_follows_its_levels(client: Client) -> None:
    client(_TABLE)
    add, table = "EXEC sp_addextendedproperty", "N'SCHEMA', N'dbo', N'TABLE', N'things'"
    client(f"{add} N'MS_Description', N'All', {table}")
    client(f"{add} N'note', N'Key', {table}, N'COLUMN', N'id'")
    ask = "SELECT objtype, objname, name, CAST(value AS nvarchar(10)) FROM fn_listextendedproperty({})"
    of_tables = client(ask.format("NULL, N'SCHEMA', N'dbo', N'TABLE', NULL, NULL, NULL")).rows
    assert of_tables == [("TABLE", "things", "MS_Description", "All")]
    levels = "N'note', N'SCHEMA', N'dbo', N'TABLE', N'things', N'COLUMN', NULL"
    of_columns = client(ask.format(levels)).rows
    assert of_columns == [("COLUMN", "id", "note", "Key")]


def test_the_host_and_the_process_are_told(client: Client) -> None:
    told = client("SELECT cpu_count, physical_memory_kb FROM sys.dm_os_sys_info").rows[0]
    assert min(told) > 0
    assert client("SELECT host_platform FROM sys.dm_os_host_info").rows == [("Linux",)]


def test_the_help_procedures_tell_of_constraints_files_triggers_and_uses(client: Client) -> None:
    client(_TABLE)
    client("CREATE VIEW shown AS SELECT id FROM things")
    client("CREATE TRIGGER touched ON things AFTER INSERT, DELETE AS RETURN")
    told = client("EXEC sp_helpconstraint N'things', 'nomsg'").rows
    assert [(row[0], row[6]) for row in told] == [
        ("DEFAULT on column price", "((0))"),
        ("PRIMARY KEY (clustered)", "id"),
        ("UNIQUE (non-clustered)", "name"),
    ]
    assert [row[7] for row in client("EXEC sp_helpfile").rows] == ["data only", "log only"]
    assert client("EXEC sp_helptrigger N'things'").rows == [("touched", "dbo", 0, 1, 1, 1, 0, "dbo")]
    assert client("EXEC sp_depends N'shown'").rows == [("dbo.things", "user table")]
    assert client("EXEC sp_helpdb N'master'").rows[0][0] == "master"
    assert "db_owner" in {row[0] for row in client("EXEC sp_helprole").rows}
    assert client("EXEC sp_helprolemember N'db_owner'").rows[0][:2] == ("db_owner", "dbo")
    assert client("EXEC sp_helpconstraint N'missing'").numbers == [15009]
    assert client("EXEC sp_helpdb N'missing'").numbers == [15010]


def test_sp_help_of_a_table_tells_its_sections_in_order(client: Client) -> None:
    client(_TABLE)
    told = client("EXEC sp_help N'things'")
    assert [names[0] for names in told.names] == [
        *("Name", "Column_name", "Identity", "RowGuidCol"),
        *("Data_located_on_filegroup", "index_name", "constraint_type"),
    ]
    assert told.sets[1] == [
        ("id", "int", "no", 4, "10   ", "0    ", "no", "(n/a)", "(n/a)", None),
        (
            "name",
            "nvarchar",
            "no",
            40,
            "     ",
            "     ",
            "yes",
            "(n/a)",
            "(n/a)",
            "SQL_Latin1_General_CP1_CI_AS",
        ),
        ("price", "decimal", "no", 5, "9    ", "2    ", "no", "(n/a)", "(n/a)", None),
    ]
    assert told.sets[2] == [("id", 1, 1, 0)]
    assert told.messages[-2:] == [
        "No foreign keys reference table 'things', or you do not have permissions on referencing tables.",
        "No views with schema binding reference table 'things'.",
    ]


def test_sp_help_of_a_procedure_lists_its_parameters(client: Client) -> None:
    client("CREATE PROCEDURE works @a int, @b nvarchar(max) OUTPUT, @c decimal(5, 2) = 1 AS SELECT 1 AS one")
    told = client("EXEC sp_help N'works'")
    assert [row[2] for row in told.sets[0]] == ["stored procedure"]
    assert told.names[1] == ["Parameter_name", "Type", "Length", "Prec", "Scale", "Param_order", "Collation"]
    assert told.sets[1] == [
        ("@a", "int", 4, 10, 0, 1, None),
        ("@b", "nvarchar", -1, 0, None, 2, "SQL_Latin1_General_CP1_CI_AS"),
        ("@c", "decimal", 5, 5, 2, 3, None),
    ]
