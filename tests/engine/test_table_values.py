"""Table-valued parameters that clients send are held to the table type of the parameter."""

from __future__ import annotations

from typing import Any

import pytest
from tests.engine.session import Client, Told, told

from tsqld.events import Argument
from tsqld.tds.parameters import TableColumn, TableValue
from tsqld.types import INT, SqlType, nvarchar

SETUP = """
CREATE TYPE lines AS TABLE (
    line int NOT NULL PRIMARY KEY, code varchar(5) NULL, amount int NULL CHECK (amount > 0),
    shown AS (line * 2)
);
GO
CREATE TYPE numbered AS TABLE (
    id int IDENTITY(10, 5), word varchar(9) NOT NULL DEFAULT 'none', note varchar(9) NULL
);
GO
CREATE PROCEDURE take_lines @lines lines READONLY AS
SELECT line, code, amount, shown FROM @lines ORDER BY line;
GO
CREATE PROCEDURE take_numbered @rows numbered READONLY AS SELECT id, word, note FROM @rows ORDER BY id;
"""
LINES = (
    TableColumn("", INT),
    TableColumn("", nvarchar(20)),
    TableColumn("", INT),
    TableColumn("", INT, is_default=True),
)


@pytest.fixture(autouse=True)
def types(client: Client) -> None:
    assert not client(SETUP).errors


def _call(
    client: Client, procedure: str, parameter: str, columns: tuple[TableColumn, ...], *rows: tuple[Any, ...]
) -> Told:
    value = TableValue("", "dbo", columns, rows)
    return told(client.session.call(procedure, [Argument(parameter, SqlType("table"), value)]))


def _lines(client: Client, *rows: tuple[Any, ...]) -> Told:
    return _call(client, "take_lines", "@lines", LINES, *rows)


def test_rows_are_converted_and_computed_columns_computed(client: Client) -> None:
    out = _lines(client, (2, "b", None, None), (1, "a", 7, None))
    assert out.errors == []
    assert out.sets == [[(1, "a", 7, 2), (2, "b", None, 4)]]


@pytest.mark.parametrize(
    ("rows", "number"),
    [
        ([(1, "a", 1, None), (1, "b", 1, None)], 2627),
        ([(1, "a", 0, None)], 547),
        ([(None, "a", 1, None)], 515),
        ([(1, "longer", 1, None)], 2628),
    ],
    ids=["the key twice", "a check", "NULL", "too long"],
)
def test_a_row_that_the_type_does_not_allow_is_refused_and_nothing_runs(
    client: Client, rows: list[tuple[Any, ...]], number: int
) -> None:
    out = _lines(client, *rows)
    assert out.numbers == [number]
    assert out.sets == []
    assert _lines(client, (1, "a", 1, None)).sets == [[(1, "a", 1, 2)]]


def test_a_refused_row_leaves_an_open_transaction_as_it_was(client: Client) -> None:
    client("CREATE TABLE kept (i int); SET XACT_ABORT OFF; BEGIN TRANSACTION; INSERT kept VALUES (1)")
    assert _lines(client, (None, "a", 1, None)).numbers == [515]
    assert client("SELECT @@TRANCOUNT, (SELECT COUNT(*) FROM kept)").rows == [(1, 1)]
    assert _lines(client, (1, "a", 1, None)).errors == []
    client("COMMIT")
    assert client("SELECT COUNT(*) FROM kept").rows == [(1,)]


def test_columns_left_to_the_server_get_their_defaults_and_identity_values(client: Client) -> None:
    columns = (
        TableColumn("", INT, is_default=True),
        TableColumn("", nvarchar(9), is_default=True),
        TableColumn("", nvarchar(9)),
    )
    out = _call(client, "take_numbered", "@rows", columns, (None, None, "x"), (None, None, None))
    assert out.errors == []
    assert out.sets == [[(10, "none", "x"), (15, "none", None)]]
    assert client("SELECT @@ROWCOUNT, @@IDENTITY").rows == [(2, None)]


def test_another_number_of_columns_is_error_500(client: Client) -> None:
    out = _call(client, "take_lines", "@lines", LINES[:2], (1, "a"))
    assert out.numbers == [500]


def test_table_values_of_a_parameterised_text_are_checked_too(client: Client) -> None:
    def run(*rows: tuple[Any, ...]) -> Told:
        argument = Argument("@t", SqlType("table"), TableValue("lines", "dbo", LINES, rows))
        text = "SELECT COUNT(*) FROM @t"
        return told(client.session.execute_sql(text, "@t lines READONLY", [argument]))

    assert run((1, "a", 1, None)).sets == [[(1,)]]
    assert run((1, "a", 1, None), (1, "a", 1, None)).numbers == [2627]
