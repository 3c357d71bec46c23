"""How `warehouse sql` writes result sets."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from warehouse.odbc import Column, Value
from warehouse.sql_command import CsvWriter, JsonWriter, TableWriter, Writer, column_names

TEXT, INTEGER = -9, 4


def written(
    kind: type[CsvWriter | JsonWriter | TableWriter], *results: tuple[list[str], list[list[Value]]]
) -> str:
    output = io.StringIO()
    writer: Writer = kind(output)
    for names, rows in results:
        writer.begin([Column(name, TEXT) for name in names])
        writer.rows(rows)
        writer.end()
    return output.getvalue()


def test_csv_has_a_header_and_tells_null_from_an_empty_string() -> None:
    assert written(CsvWriter, (["a", "b"], [[None, ""], [1, 'x,"y"']])) == 'a,b\n,""\n1,"x,""y"""\n'


def test_csv_parts_result_sets_by_a_blank_line() -> None:
    assert written(CsvWriter, (["a"], [[1]]), (["b"], [[2]])) == "a\n1\n\nb\n2\n"


def test_csv_writes_bits_binaries_and_decimals_as_sql_server_does() -> None:
    row: list[Value] = [True, False, b"\x01\xab", Decimal("0E-4"), Decimal("4596039.58")]
    assert written(CsvWriter, (list("abcde"), [row])).splitlines()[1] == "1,0,0x01AB,0.0000,4596039.58"


@given(
    st.lists(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1), min_size=2
    )
)
def test_csv_reads_back_as_written(fields: list[str]) -> None:
    names = [f"c{number}" for number in range(len(fields))]
    text = written(CsvWriter, (names, [list(fields)]))
    assert list(csv.reader(io.StringIO(text, newline=""))) == [names, fields]


def test_json_is_an_array_of_objects_with_every_digit_of_a_decimal() -> None:
    text = written(JsonWriter, (["a", "b", "c"], [[Decimal("1.10"), None, True], [2, "ü", False]]))
    assert '"a": 1.10' in text
    assert json.loads(text, parse_float=str) == [
        {"a": "1.10", "b": None, "c": True},
        {"a": 2, "b": "ü", "c": False},
    ]


def test_json_of_no_rows_is_an_empty_array() -> None:
    assert json.loads(written(JsonWriter, (["a"], []))) == []


def test_json_gives_one_document_per_result_set() -> None:
    text = written(JsonWriter, (["a"], [[1]]), (["b"], []))
    first, rest = json.JSONDecoder().raw_decode(text)
    assert (first, json.loads(text[rest:])) == ([{"a": 1}], [])


def test_columns_without_a_name_or_with_one_given_twice_get_their_own() -> None:
    columns = [Column("a", TEXT), Column("", TEXT), Column("a", INTEGER)]
    assert column_names(columns) == ["a", "column_2", "a_3"]


def test_a_table_shows_null_and_is_cut_with_a_remark() -> None:
    rows: list[list[Value]] = [[None]]
    rows += [[number] for number in range(2000)]
    text = written(TableWriter, (["a"], rows))
    assert "NULL" in text
    assert "1,001 more rows" in text


def test_markup_in_data_is_shown_as_it_is() -> None:
    assert "[bold]x[/bold]" in written(TableWriter, (["[red]a"], [["[bold]x[/bold]"]]))
