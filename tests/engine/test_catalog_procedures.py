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
    assert [row[2:4] for row in client("EXEC sp_tables").rows] == [
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
    assert client("EXEC sp_columns_100 'shops', @column_name = 'open%'").rows[0][4:9] == (
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
