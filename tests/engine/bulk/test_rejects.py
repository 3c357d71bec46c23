"""Rows that do not convert: MAXERRORS, the messages, the error file."""

from __future__ import annotations

import pytest
from tests.engine.bulk.loading import CSV, LINES, Loader, columns, texts

from tsqld.bulk.errors import BulkError
from tsqld.bulk.layout import TargetColumn
from tsqld.types import INT, MAX, nvarchar, varchar

INT_TEXT = columns(INT, nvarchar(20))
COMMA = [("FIELDTERMINATOR", ",")]
MISMATCH = (
    "Bulk load data conversion error (type mismatch or invalid character for the specified codepage) "
    "for row {}, column {} ({})."
)


def test_a_row_that_does_not_convert_is_reported_and_left_out(load: Loader) -> None:
    opened = load.source(b"1,a\nx,b\n3,c\n", COMMA, INT_TEXT)
    assert load.read(opened) == [(1, "a"), (3, "c")]
    (message,) = opened.messages
    assert (message.number, message.severity, message.state, message.line) == (4864, 16, 1, 7)
    assert message.message == MISMATCH.format(2, 1, "c1")


def test_rows_are_counted_as_in_the_file(load: Loader) -> None:
    options = [*CSV, ("FIRSTROW", 2)]
    content = b'id,text\n1,"a\nb"\nx,b\n'
    assert load.messages(content, options, INT_TEXT) == [(4864, MISMATCH.format(3, 1, "c1"))]


def test_the_first_field_that_fails_speaks_for_the_row(load: Loader) -> None:
    target = columns(INT, nvarchar(2), INT)
    assert load.messages(b"1,abc,y\n", COMMA, target) == [(4864, MISMATCH.format(1, 2, "c2"))]


def test_as_many_rows_as_maxerrors_may_fail(load: Loader) -> None:
    content = b"x,a\n" * 10 + b"1,b\n"
    opened = load.source(content, COMMA, INT_TEXT)
    assert load.read(opened) == [(1, "b")]
    assert len(opened.messages) == 10


def test_one_row_too_many_ends_the_load(load: Loader) -> None:
    problem = load.error(b"x,a\n" * 3 + b"1,b\n", [*COMMA, ("MAXERRORS", 2)], INT_TEXT)
    assert isinstance(problem, BulkError)
    assert problem.message == "Cannot bulk load because the maximum number of errors (2) was exceeded."
    assert [found.number for found in problem.rows] == [4864, 4864, 4864]
    assert [found.number for found in problem.following] == [7399, 7330]


def test_without_tolerance_the_count_is_not_mentioned(load: Loader) -> None:
    assert load.chain(b"1,a\nx,b\n", [*COMMA, ("MAXERRORS", 0)], INT_TEXT) == [4864, 7399, 7330]


def test_text_that_is_too_long_fails_by_its_kind(load: Loader) -> None:
    assert load.messages(b"abcd,abcd\n", COMMA, columns(varchar(3), nvarchar(10))) == [
        (4863, "Bulk load data conversion error (truncation) for row 1, column 1 (c1).")
    ]
    assert load.messages(b"abcd,abcd\n", COMMA, columns(varchar(10), nvarchar(3))) == [
        (4864, MISMATCH.format(1, 2, "c2"))
    ]


def test_length_is_counted_in_utf16_units(load: Loader) -> None:
    assert load.rows("é😀\n".encode(), LINES, texts(1, 3)) == [("é😀",)]
    assert load.rows("é😀\n".encode(), LINES, texts(1, 2)) == []


def test_a_field_beyond_8000_bytes_ends_the_load(load: Loader) -> None:
    content = b"a,b\n" + b"x" * 8001 + b",b\n"
    assert load.chain(content, COMMA, texts(2, 4000)) == [4866, 7399, 7330]
    assert load.chain(content, COMMA, INT_TEXT) == [4864, 4866, 7399, 7330]
    assert len(load.rows(content, COMMA, texts(2, MAX))) == 2


def test_an_empty_field_for_a_not_null_column_fails(load: Loader) -> None:
    target = [TargetColumn("id", INT, nullable=False), TargetColumn("name", nvarchar(9))]
    opened = load.source(b"1,a\n,b\n", COMMA, target)
    assert load.read(opened) == [(1, "a")]
    assert [(found.number, found.message) for found in opened.messages] == [
        (
            4869,
            "The bulk load failed. Unexpected NULL value in data file row 2, column 1. The destination "
            "column (id) is defined as NOT NULL.",
        )
    ]


def test_an_empty_field_for_a_not_null_character_column_is_an_empty_string(load: Loader) -> None:
    target = [TargetColumn("name", nvarchar(9), nullable=False)]
    assert load.rows(b"a\n\n", [], target) == [("a",), ("",)]
    assert load.chain(b"a\n\n", [("KEEPNULLS", None), ("MAXERRORS", 0)], target) == [4869, 7399, 7330]


def test_a_malformed_record_outweighs_rows_that_do_not_convert(load: Loader) -> None:
    assert load.chain(b"x,a\n1\n", CSV, INT_TEXT) == [4879, 7399, 7330]


# ERRORFILE


def test_the_error_file_gets_the_rows_as_they_stand(load: Loader) -> None:
    errors = load.folder / "errors"
    content = b'id,text\r\n1,a\r\nx,"q,\r\nr"\r\ny,b'
    options = [*CSV, ("ROWTERMINATOR", "0x0d0a"), ("FIRSTROW", 2), ("ERRORFILE", str(errors))]
    assert load.rows(content, options, INT_TEXT) == [(1, "a")]
    assert errors.read_bytes() == b'x,"q,\r\nr"\r\ny,b'
    assert (load.folder / "errors.Error.Txt").read_bytes() == (
        b"Row 3 File Offset 14 ErrorFile Offset 0 - HRESULT 0x80020005\r\n"
        b"Row 4 File Offset 25 ErrorFile Offset 11 - HRESULT 0x80020005\r\n"
    )


def test_the_error_file_of_a_utf16_file_is_utf16(load: Loader) -> None:
    errors = load.folder / "errors"
    content = "\ufeff1\tä\nx\tö\n".encode("utf-16-le")
    load.rows(content, [("DATAFILETYPE", "widechar"), ("ERRORFILE", str(errors))], INT_TEXT)
    assert errors.read_bytes() == "x\tö\n".encode("utf-16-le")
    assert b"Row 2 File Offset 10 ErrorFile Offset 0" in (load.folder / "errors.Error.Txt").read_bytes()


def test_the_error_files_are_made_for_a_clean_load_too(load: Loader) -> None:
    load.rows(b"1,a\n", [*COMMA, ("ERRORFILE", str(load.folder / "errors"))], INT_TEXT)
    assert (load.folder / "errors").read_bytes() == (load.folder / "errors.Error.Txt").read_bytes() == b""


@pytest.mark.parametrize("name", ["errors", "errors.Error.Txt"])
def test_an_error_file_that_exists_is_4861(load: Loader, name: str) -> None:
    (load.folder / name).touch()
    problem = load.error(b"1,a\n", [*COMMA, ("ERRORFILE", str(load.folder / "errors"))], INT_TEXT)
    assert problem.message == (
        f'Cannot bulk load because the file "{load.folder / name}" could not be opened. '
        "Operating system error code 80(The file exists.)."
    )
    assert problem.number == 4861
