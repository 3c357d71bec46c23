"""FORMAT = 'CSV': records after RFC 4180, and what makes SQL Server give a file up."""

from __future__ import annotations

import gc
import tempfile
from pathlib import Path

import pytest
from tests.engine.bulk.loading import CSV, Loader, texts

from tsqld.bulk import source
from tsqld.bulk.errors import BulkError
from tsqld.bulk.layout import TargetColumn
from tsqld.bulk.options import BulkOptions
from tsqld.types import nvarchar

TWO = texts(2)


def test_quotes_keep_commas_quotes_and_newlines(load: Loader) -> None:
    content = b'1,"a,b"\n2,"say ""hi"""\n3,"two\nlines"\n4,plain\n'
    assert load.rows(content, CSV, TWO) == [
        ("1", "a,b"),
        ("2", 'say "hi"'),
        ("3", "two\nlines"),
        ("4", "plain"),
    ]


def test_an_empty_field_is_null_quoted_or_not(load: Loader) -> None:
    assert load.rows(b'a,\n"",b\n', CSV, TWO) == [("a", None), (None, "b")]


def test_a_lone_nul_character_is_an_empty_string(load: Loader) -> None:
    assert load.rows(b"\0,a\n", CSV, TWO) == [("", "a")]


def test_blanks_belong_to_the_field(load: Loader) -> None:
    assert load.rows(b' a , b \n" c ",\t\n', CSV, TWO) == [(" a ", " b "), (" c ", "\t")]


def test_rows_come_in_the_order_of_the_file(load: Loader) -> None:
    content = b"".join(b"%d,x\n" % number for number in range(50_000))
    assert [int(row[0]) for row in load.rows(content, CSV, TWO)] == list(range(50_000))


@pytest.mark.parametrize(
    ("content", "row", "column"),
    [
        (b"a,b\nc\n", 2, 1),
        (b"a,b\nc,d,e\n", 2, 2),
        (b"a,b,\n", 1, 2),
        (b"a,b\n\nc,d\n", 2, 1),
        (b"a,b\n\n", 2, 1),
        (b'"a"b,c\n', 1, 1),
        (b'a,b"c\n', 1, 2),
        (b'a,b\nc,"d" \n', 2, 2),
        (b'a, "b"\n', 1, 2),
    ],
    ids=[
        "too few fields",
        "too many fields",
        "an empty field too many",
        "a blank line",
        "a blank last line",
        "text after a closing quote",
        "a quote in an unquoted field",
        "a blank after a closing quote",
        "a blank before an opening quote",
    ],
)
def test_a_malformed_record_ends_the_load(load: Loader, content: bytes, row: int, column: int) -> None:
    problem = load.error(content, CSV, TWO)
    assert problem.message == (
        f"Bulk load failed due to invalid column value in CSV data file {load.folder / 'data.txt'} "
        f"in row {row}, column {column}."
    )
    assert (problem.severity, problem.state, problem.line) == (16, 1, 7)
    assert load.chain(content, CSV, TWO) == [4879, 7399, 7330]


def test_maxerrors_does_not_excuse_a_malformed_record(load: Loader) -> None:
    assert load.chain(b"a,b\nc\n", [*CSV, ("MAXERRORS", 1000)], TWO) == [4879, 7399, 7330]


def test_catch_sees_the_last_error_of_the_chain(load: Loader) -> None:
    problem = load.error(b"a\n", CSV, TWO)
    assert isinstance(problem, BulkError)
    assert (problem.caught.number, problem.caught.state) == (7330, 2)


@pytest.mark.parametrize("content", [b"a,b\nc", b'a,"b', b'a,b\n"c"', b'"a,b\nc,d\n'])
def test_a_file_that_ends_inside_a_record_is_an_unexpected_end(load: Loader, content: bytes) -> None:
    assert load.chain(content, CSV, TWO) == [4832, 7399, 7330]


def test_the_last_record_needs_no_terminator(load: Loader) -> None:
    assert load.rows(b"a,b\nc,d", CSV, TWO) == [("a", "b"), ("c", "d")]
    assert load.rows(b'a,b\nc,""', CSV, TWO) == [("a", "b"), ("c", None)]


def test_an_empty_last_field_without_terminator_drops_the_record(load: Loader) -> None:
    assert load.rows(b"a,b\nc,", CSV, TWO) == [("a", "b")]


def test_a_blank_line_is_a_null_where_a_record_is_one_field(load: Loader) -> None:
    assert load.rows(b'a\n\n"b"\n', CSV, texts(1)) == [("a",), (None,), ("b",)]


def test_line_feeds_in_quotes_do_not_hide_that_lines_end_in_carriage_return_and_line_feed(
    load: Loader,
) -> None:
    assert load.rows(b'a,"b\n1"\r\nc,d\r\n', CSV, TWO) == [("a", "b\n1"), ("c", "d")]
    assert load.rows(b'"a\n""1",b\r\nc,d\r\n', CSV, TWO) == [('a\n"1', "b"), ("c", "d")]


def test_a_carriage_return_before_the_line_feed_belongs_to_an_unquoted_field(load: Loader) -> None:
    assert load.rows(b"a,b\r\nc,d\n", CSV, TWO) == [("a", "b\r"), ("c", "d")]


def test_a_carriage_return_after_a_closing_quote_is_refused_where_line_feeds_end_records(
    load: Loader,
) -> None:
    assert load.chain(b'a,"b"\r\n', [*CSV, ("ROWTERMINATOR", "0x0a")], TWO) == [4879, 7399, 7330]


@pytest.mark.parametrize("end", ["0x0d0a", r"\r\n"])
def test_a_crlf_terminator_ends_records_and_nothing_else(load: Loader, end: str) -> None:
    options = [*CSV, ("ROWTERMINATOR", end)]
    assert load.rows(b'a,"b"\r\nc,"x\r\ny"\r\nd,e\nf\rg\r\n', options, TWO) == [
        ("a", "b"),
        ("c", "x\r\ny"),
        ("d", "e\nf\rg"),
    ]


def test_other_delimiters_and_quotes_are_taken(load: Loader) -> None:
    options = [*CSV, ("FIELDTERMINATOR", "||"), ("FIELDQUOTE", "'"), ("ROWTERMINATOR", ";")]
    assert load.rows(b"'a||b;'||\"c\";d||e;", options, TWO) == [("a||b;", '"c"'), ("d", "e")]
    assert load.rows("»a,b»,c\n".encode(), [*CSV, ("FIELDQUOTE", "»")], TWO) == [("a,b", "c")]


def test_firstrow_skips_records_not_lines(load: Loader) -> None:
    content = b'name,"two\nlines"\na,b\nc,d\n'
    assert load.rows(content, [*CSV, ("FIRSTROW", 2)], TWO) == [("a", "b"), ("c", "d")]
    assert load.rows(content, [*CSV, ("FIRSTROW", 9)], TWO) == []


def test_a_malformed_record_that_firstrow_skips_is_another_error(load: Loader) -> None:
    assert load.chain(b"name\na,b\n", [*CSV, ("FIRSTROW", 2)], TWO) == [7301]
    assert load.chain(b"name,b\na\n", [*CSV, ("FIRSTROW", 2)], TWO) == [4879, 7399, 7330]


def test_lastrow_leaves_the_rest_of_the_file_unread(load: Loader) -> None:
    options = [*CSV, ("FIRSTROW", 2), ("LASTROW", 3)]
    assert load.rows(b"h,h\na,b\nc,d\ne,f\n", options, TWO) == [("a", "b"), ("c", "d")]
    assert load.rows(b'h,h\na,b\nc,d\nbroken\n"', options, TWO) == [("a", "b"), ("c", "d")]


def test_an_empty_file_has_no_rows(load: Loader) -> None:
    assert load.rows(b"", CSV, TWO) == []
    assert load.rows(b"\xef\xbb\xbf", CSV, TWO) == []


def test_a_byte_order_mark_is_no_part_of_the_first_field(load: Loader) -> None:
    assert load.rows(b'\xef\xbb\xbf"a",b\nc,d\n', CSV, TWO) == [("a", "b"), ("c", "d")]


def test_a_field_may_be_larger_than_the_readers_own_limit(load: Loader) -> None:
    long = "x" * 3_000_000
    content = f'{long},b\n"{long[:-1]}\n",d\n'.encode()
    assert load.rows(content, CSV, TWO) == [(long, "b"), (long[:-1] + "\n", "d")]


@pytest.mark.parametrize("name", ["a*b?[1].csv", "data.csv.gz", "it's.csv", "a,b.csv", "x\\y.csv"])
def test_the_files_name_means_nothing(load: Loader, name: str) -> None:
    folder = load.folder / "year=2020"
    folder.mkdir()
    (folder / name).write_bytes(b"a,b\n")
    opened = source.open_bulk(load.root.cursor(), str(folder / name), BulkOptions(format="CSV"), TWO, 1)
    assert load.read(opened) == [("a", "b")]


def test_a_large_file_is_counted_while_it_is_loaded(load: Loader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "THOROUGH_BELOW", 0)
    opened = load.source(b"a,b\nc,d,e\n", CSV, TWO)
    with pytest.raises(Exception, match="Expected Number of Columns") as caught:
        load.read(opened)
    problem = opened.explain(caught.value)  # type: ignore[arg-type]
    assert isinstance(problem, BulkError)
    assert (problem.number, problem.message[-19:]) == (4879, "in row 2, column 2.")


def test_what_duckdb_would_misread_in_a_large_file_is_found_at_once(
    load: Loader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "THOROUGH_BELOW", 0)
    for content in (b"a,b\n\n", b"a,b,\n", b'a,"b" \n', b'a"b,c\n', b"a\nb,c\n"):
        with pytest.raises(BulkError) as caught:
            load.source(content, [*CSV, ("FIRSTROW", 1)], texts(2, 1))
        assert caught.value.number == 4879


def test_a_fields_own_column_takes_it_whatever_the_columns_are_called(load: Loader) -> None:
    target = [TargetColumn('odd "name"', nvarchar(10)), TargetColumn("select", nvarchar(10))]
    assert load.source(b"a,b\n", CSV, target).columns == ('odd "name"', "select")


def test_ignored_columns_consume_a_field_and_yield_nothing(load: Loader) -> None:
    target = [TargetColumn("id", nvarchar(1), ignored=True), *texts(1)]
    opened = load.source(b"12345,a\n", CSV, target)
    assert opened.columns == ("c1",)
    assert load.read(opened) == [("a",)]


def test_temporary_files_are_gone_with_the_source(load: Loader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(load.folder))
    opened = load.source(b"a,b\r\nc,d\n", CSV, TWO)
    assert list(Path(load.folder).glob("tsqld-bulk-*"))
    del opened
    gc.collect()
    assert not list(Path(load.folder).glob("tsqld-bulk-*"))
