"""OPENROWSET(BULK …, SINGLE_BLOB | SINGLE_CLOB | SINGLE_NCLOB)."""

from __future__ import annotations

import pytest
from tests.engine.bulk.loading import Loader, Pairs

from tsqld.bulk.errors import BulkError
from tsqld.bulk.rowset import openrowset, rowset_columns, rowset_options
from tsqld.errors import TsqlError


def single(load: Loader, content: bytes, name: str) -> object:
    (load.folder / "data").write_bytes(content)
    kind, options = rowset_options([(name, None)], 1)
    opened = openrowset(
        load.root.cursor(), str(load.folder / "data"), options, kind, rowset_columns(kind, options, 1), 3
    )
    assert opened.columns == ("BulkColumn",)
    return load.read(opened)[0][0]


def test_a_blob_is_the_files_bytes(load: Loader) -> None:
    assert single(load, b"\xff\x00\r\n", "SINGLE_BLOB") == b"\xff\x00\r\n"


def test_a_clob_is_utf8_without_its_mark(load: Loader) -> None:
    assert single(load, b'\xef\xbb\xbf{"a": "\xc3\xa9"}\r\n', "SINGLE_CLOB") == '{"a": "é"}\r\n'


def test_an_nclob_is_utf16_behind_its_mark(load: Loader) -> None:
    assert single(load, "\ufeffé😀".encode("utf-16-le"), "SINGLE_NCLOB") == "é😀"


@pytest.mark.parametrize(
    ("content", "name", "number"),
    [
        (b"\xff\xfea\x00", "SINGLE_CLOB", 4806),
        (b"plain", "SINGLE_NCLOB", 4809),
        (b"\xff\xfea", "SINGLE_NCLOB", 4809),
    ],
)
def test_the_wrong_encoding_is_named(load: Loader, content: bytes, name: str, number: int) -> None:
    with pytest.raises(TsqlError) as caught:
        single(load, content, name)
    assert (caught.value.number, caught.value.line) == (number, 3)


def test_a_clob_that_is_not_utf8_is_a_truncation(load: Loader) -> None:
    with pytest.raises(BulkError) as caught:
        single(load, b"a\xff", "SINGLE_CLOB")
    assert (caught.value.number, caught.value.state) == (4863, 4)
    assert [found.number for found in caught.value.following] == [7399, 7330]


def test_the_types_are_the_large_ones() -> None:
    for name, type in (("BLOB", "varbinary"), ("CLOB", "varchar"), ("NCLOB", "nvarchar")):
        kind, options = rowset_options([(f"SINGLE_{name}", None)], 1)
        assert str(rowset_columns(kind, options, 1)[0].type) == f"{type}(max)"


@pytest.mark.parametrize(
    ("pairs", "number"),
    [
        ([("SINGLE_BLOB", None), ("SINGLE_CLOB", None)], 471),
        ([("FORMAT", "CSV")], 472),
        ([], 15808),
        ([("SINGLE_BLOB", None), ("CODEPAGE", "RAW")], 16202),
    ],
)
def test_what_is_to_be_read_must_be_clear(pairs: Pairs, number: int) -> None:
    with pytest.raises(TsqlError) as caught:
        rowset_options(pairs, 1)
    assert caught.value.number == number


def test_a_missing_file_has_a_state_of_its_own(load: Loader) -> None:
    kind, options = rowset_options([("SINGLE_BLOB", None)], 1)
    with pytest.raises(TsqlError) as caught:
        openrowset(load.root.cursor(), "/none", options, kind, rowset_columns(kind, options, 1))
    assert (caught.value.number, caught.value.state) == (4860, 4)
