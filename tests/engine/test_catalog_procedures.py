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
