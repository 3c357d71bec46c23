"""Values of every type through every client, both ways."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

import pyodbc
import pytest
from tests.wire.conftest import StandIn, connection_name
from tests.wire.samples import SAMPLES

_NEW_IN_73 = ("date", "time", "datetime2", "datetimeoffset")


def _as_text(value: Any, scale: int) -> Any:
    """A date or time as SQL Server words it for clients older than its type."""
    if value is None or not isinstance(value, dt.date | dt.time):
        return value
    text = value.isoformat(" ") if isinstance(value, dt.datetime) else value.isoformat()
    offset = ""
    if isinstance(value, dt.datetime) and value.tzinfo:
        text, offset = text[:-6], f" {text[-6:]}"
    if type(value) is dt.date:
        return text
    whole, _, fraction = text.partition(".")
    last = "9" if fraction == "999999" else "0"
    return whole + (f".{fraction.ljust(7, last)[:scale]}" if scale else "") + offset


@pytest.mark.parametrize("name", SAMPLES)
def test_every_type_arrives_with_its_nulls_and_extremes(client: Any, name: str) -> None:
    kind, values = SAMPLES[name]
    wanted = list(values)
    used = connection_name[id(client)]
    if used in ("freetds-7.1", "freetds-7.2") and kind.name in _NEW_IN_73:
        wanted = [_as_text(value, kind.scale) for value in wanted]
    cursor = client.cursor()
    cursor.execute(f"values {name}")
    got = [row[1] for row in cursor.fetchall()]
    if used == "mssql-python" and kind.name == "xml":
        pytest.skip("mssql-python does not read xml")
    assert got == wanted


@pytest.mark.parametrize("name", ["int", "decimal_19_4", "nvarchar_50", "datetime2_3"])
def test_a_column_says_its_name_type_and_size(stand_in: StandIn, name: str) -> None:
    connection = stand_in.microsoft()
    described = connection.execute(f"values {name}").description[1]
    sizes = {"int": (10, 0), "decimal_19_4": (19, 4), "nvarchar_50": (50, 0), "datetime2_3": (23, 3)}
    assert described[0] == "v"
    assert (described[4], described[5]) == sizes[name]
    assert described[6] is True
    connection.close()


def test_what_the_code_page_lacks_becomes_a_question_mark() -> None:
    from tsqld.tds.collation import encode_varchar

    assert encode_varchar("naïve € 東😀") == b"na\xefve \x80 ???"


PARAMETERS: list[Any] = [
    True,
    0,
    255,
    -1,
    2**31 - 1,
    2**63 - 1,
    -(2**63),
    1.5,
    -2.5e300,
    Decimal("1.50"),
    Decimal("-0.0001"),
    Decimal("9" * 38),
    Decimal("0." + "1" * 38),
    "x",
    "",
    "東京😀",
    "a" * 4000,
    "b" * 5000,
    "z" * 100_000,
    b"",
    b"\x00\x01",
    b"q" * 9000,
    dt.date(1753, 1, 1),
    dt.date(9999, 12, 31),
    dt.time(1, 2, 3),
    dt.datetime(1753, 1, 1),
    dt.datetime(2024, 2, 29, 1, 2, 3, 456789),
    uuid.UUID("00112233-4455-6677-8899-aabbccddeeff"),
    None,
]


@pytest.mark.parametrize("value", PARAMETERS, ids=lambda value: f"{type(value).__name__}-{str(value)[:12]}")
def test_a_parameter_comes_back_as_it_went(binding_client: Any, value: Any) -> None:
    cursor = binding_client.cursor()
    cursor.execute("echo ?", (value,))
    _, _, got = cursor.fetchone()
    if isinstance(got, str) and isinstance(value, uuid.UUID):
        got = uuid.UUID(got)
    assert got == value


def test_parameters_keep_their_order_beside_each_other(binding_client: Any) -> None:
    cursor = binding_client.cursor()
    cursor.execute("echo ?, ?, ?, ?", ("a", None, Decimal("-7.25"), dt.date(2020, 2, 29)))
    row = cursor.fetchone()
    assert [row[2], row[4], row[6], row[8]] == ["a", None, Decimal("-7.25"), dt.date(2020, 2, 29)]


def test_a_value_that_is_none_of_its_type_is_an_error_and_the_connection_stays(
    freetds: pyodbc.Connection,
) -> None:
    with pytest.raises(pyodbc.ProgrammingError, match="not a valid instance of data type date"):
        freetds.execute("echo ?", dt.date(1, 1, 1))  # FreeTDS sends a day before the first one
    assert freetds.execute("exec x").fetchval() == 1


def test_a_table_valued_parameter_brings_its_rows(microsoft: pyodbc.Connection) -> None:
    cursor = microsoft.cursor()
    rows = [(1, "one", Decimal("1.10")), (2, None, Decimal("-2.20"))]
    cursor.execute("{CALL dbo.p (?, ?)}", [rows, 5])
    assert [cursor.fetchone()[i] for i in (0,)] == ["dbo.p"]
    assert cursor.nextset()
    assert [tuple(row) for row in cursor.fetchall()] == rows


def test_many_rows_are_bound_at_once_after_asking_for_their_types(microsoft: pyodbc.Connection) -> None:
    cursor = microsoft.cursor()
    cursor.fast_executemany = True
    cursor.executemany("insert x values (?, ?, ?)", [("a", 1, None), ("b", 2, dt.datetime(2020, 1, 2))])
    cursor.close()
    assert microsoft.execute("exec x").fetchval() == 1
