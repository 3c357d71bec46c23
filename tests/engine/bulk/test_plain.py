"""Files without FORMAT: a stream of fields, each up to its own terminator."""

from __future__ import annotations

import pytest
from tests.engine.bulk.loading import LINES, Loader, Pairs, texts

from tsqld.errors import TsqlError

COMMA = [("FIELDTERMINATOR", ",")]


def test_fields_end_at_tabs_and_rows_at_line_feeds(load: Loader) -> None:
    assert load.rows(b"a\tb\nc\td\n", [], texts(2)) == [("a", "b"), ("c", "d")]


@pytest.mark.parametrize("options", [[], [("ROWTERMINATOR", r"\n")]])
def test_lines_that_all_end_in_a_carriage_return_and_line_feed_end_rows(load: Loader, options: Pairs) -> None:
    assert load.rows(b"a\tb\r\nc\td\r\n", options, texts(2)) == [("a", "b"), ("c", "d")]
    assert load.rows(b"a\tb\r\nc\td", options, texts(2)) == [("a", "b"), ("c", "d")]


def test_a_carriage_return_stays_where_not_every_line_has_one(load: Loader) -> None:
    assert load.rows(b"a\tb\r\nc\td\n", [], texts(2)) == [("a", "b\r"), ("c", "d")]


def test_a_line_feed_in_hexadecimal_leaves_the_carriage_return_in_the_last_field(load: Loader) -> None:
    options = [("ROWTERMINATOR", "0x0a")]
    assert load.rows(b"a\tb\r\nc\td\r\n", options, texts(2)) == [("a", "b\r"), ("c", "d\r")]


def test_quotes_mean_nothing(load: Loader) -> None:
    assert load.rows(b'"a,b",c"\n', COMMA, texts(3)) == [('"a', 'b"', 'c"')]


def test_the_last_field_takes_what_is_too_much(load: Loader) -> None:
    assert load.rows(b"a,b,c,d\ne,f\n", COMMA, texts(2)) == [("a", "b,c,d"), ("e", "f")]


def test_a_short_row_swallows_the_next_line(load: Loader) -> None:
    assert load.rows(b"a\nb,c\nd,e\n", COMMA, texts(2)) == [("a\nb", "c"), ("d", "e")]


def test_an_empty_field_is_null(load: Loader) -> None:
    assert load.rows(b",\na,\n,b\n", COMMA, texts(2)) == [(None, None), ("a", None), (None, "b")]


def test_a_trailing_blank_line_ends_the_file_quietly(load: Loader) -> None:
    assert load.rows(b"a,b\n\n", COMMA, texts(2)) == [("a", "b")]


@pytest.mark.parametrize("content", [b"a,b\n2", b"a,b\n\n\n", b"a,b\nc"])
def test_a_file_that_ends_inside_a_row_is_an_unexpected_end(load: Loader, content: bytes) -> None:
    assert load.chain(content, COMMA, texts(2)) == [4832, 7399, 7330]


def test_the_last_row_needs_no_terminator_but_text(load: Loader) -> None:
    assert load.rows(b"a,b\nc,d", COMMA, texts(2)) == [("a", "b"), ("c", "d")]
    assert load.rows(b"a,b\nc,", COMMA, texts(2)) == [("a", "b")]


@pytest.mark.parametrize(
    ("field_end", "row_end", "content"),
    [
        ("|", r"|\n", b"a|b|\nc|d|\n"),
        ("||", "0x0a", b"a||b\nc||d\n"),
        (r"\0", r"\r\n", b"a\0b\r\nc\0d\r\n"),
        (", ", r"\n\n", b"a, b\n\nc, d\n\n"),
        ("0x7c", "0x0D0A", b"a|b\r\nc|d\r\n"),
        ("é", "end", "aébendcédend".encode()),
        (r"\\", r"\r", b"a\\b\rc\\d\r"),
        ("(*,A,t,l,*", r"\t\n", b"a(*,A,t,l,*b\t\nc(*,A,t,l,*d\t\n"),
    ],
)
def test_terminators_of_all_kinds(load: Loader, field_end: str, row_end: str, content: bytes) -> None:
    options = [("FIELDTERMINATOR", field_end), ("ROWTERMINATOR", row_end)]
    assert load.rows(content, options, texts(2)) == [("a", "b"), ("c", "d")]


@pytest.mark.parametrize("written", ["0xff", "0xc3", "elevenletter"])
def test_terminators_that_are_not_up_to_ten_whole_characters_are_refused(load: Loader, written: str) -> None:
    problem = load.error(b"a\n", [("ROWTERMINATOR", written)], texts(1))
    assert (problem.number, problem.line) == (50100, 7)


def test_firstrow_and_lastrow_choose_rows(load: Loader) -> None:
    content = b"1\ta\n2\tb\n3\tc\n4\td\n5\te\n"
    assert load.rows(content, [("FIRSTROW", 2), ("LASTROW", 4)], texts(2)) == [
        ("2", "b"),
        ("3", "c"),
        ("4", "d"),
    ]
    assert load.chain(content, [("FIRSTROW", 3), ("LASTROW", 2)], texts(2)) == [4880]


def test_a_header_is_skipped_by_its_fields(load: Loader) -> None:
    assert load.rows(b"header\n1,a\n2,b\n", [*COMMA, ("FIRSTROW", 2)], texts(2)) == [("2", "b")]


# one column, as the lines of a file are loaded


def test_every_physical_line_is_a_row(load: Loader) -> None:
    content = b'a,b\n\n"c\n d\\n""\n\n'
    assert load.rows(content, LINES, texts(1)) == [("a,b",), (None,), ('"c',), (' d\\n""',), (None,)]


def test_carriage_returns_stay_in_lines_mixed_or_not(load: Loader) -> None:
    assert load.rows(b"a\r\nb\r\n", LINES, texts(1)) == [("a\r",), ("b\r",)]
    assert load.rows(b"a\r\nb\nc\rd\n\r\n", LINES, texts(1)) == [("a\r",), ("b",), ("c\rd",), ("\r",)]


def test_the_field_terminator_is_not_looked_for_in_a_line(load: Loader) -> None:
    assert load.rows(b"a\x1fb\n\x1f\n", LINES, texts(1)) == [("a\x1fb",), ("\x1f",)]


def test_lines_may_hold_every_control_character(load: Loader) -> None:
    content = bytes(range(1, 10)) + bytes(range(11, 32)) + b"\n" + b"\0\n" + b"x\0\n"
    assert load.rows(content, LINES, texts(1)) == [(content[:30].decode(),), ("",), ("x\0",)]


def test_lines_of_a_megabyte(load: Loader) -> None:
    long = "y" * 2_500_000
    assert load.rows(f"{long}\n{long}\r\n".encode(), LINES, texts(1)) == [(long,), (long + "\r",)]


# bytes that are not UTF-8


def test_bytes_that_are_not_utf8_become_replacement_characters(load: Loader) -> None:
    assert load.rows(b"M\xfcller\tb\n\xe4\x80x\tc\n", [], texts(2)) == [
        ("M\ufffdller", "b"),
        ("\ufffdx", "c"),
    ]


def test_a_broken_character_before_a_terminator_is_refused(load: Loader) -> None:
    with pytest.raises(TsqlError, match="UTF-8 character \\(row 2, column 1\\)") as caught:
        load.source(b"a\tb\n\xe4\x80\tc\n", [], texts(2))
    assert caught.value.number == 50100
