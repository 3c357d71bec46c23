"""Files that are not there, and files in UTF-16."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.engine.bulk.loading import CSV, LINES, Loader, texts

from tsqld.bulk.options import BulkOptions
from tsqld.bulk.source import open_bulk
from tsqld.errors import TsqlError

WIDE = [("DATAFILETYPE", "widechar")]


def opening(load: Loader, path: Path) -> TsqlError:
    with pytest.raises(TsqlError) as caught:
        open_bulk(load.root.cursor(), str(path), BulkOptions(), texts(1), 5)
    return caught.value


def test_a_missing_file_is_4860(load: Loader) -> None:
    problem = opening(load, load.folder / "none" / "file.csv")
    assert (problem.number, problem.state, problem.line) == (4860, 1, 5)
    assert problem.message == (
        f'Cannot bulk load. The file "{load.folder}/none/file.csv" does not exist or you don\'t have file '
        "access rights."
    )


def test_a_folder_is_4861(load: Loader) -> None:
    problem = opening(load, load.folder)
    assert problem.number == 4861
    assert problem.message.endswith("could not be opened. Operating system error code 5(Access is denied.).")


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_file_is_4861(load: Loader) -> None:
    file = load.folder / "secret"
    file.write_bytes(b"a\n")
    file.chmod(0)
    assert opening(load, file).number == 4861


def test_a_pipe_is_not_waited_for(load: Loader) -> None:
    os.mkfifo(load.folder / "pipe")
    assert opening(load, load.folder / "pipe").number == 4861


# UTF-16


def test_widechar_is_utf16_behind_its_mark(load: Loader) -> None:
    content = "\ufeffa\tä€😀\nb\t\n".encode("utf-16-le")
    assert load.rows(content, WIDE, texts(2)) == [("a", "ä€😀"), ("b", None)]
    assert load.messages(content, WIDE, texts(2)) == []


def test_hexadecimal_terminators_are_utf16_units_in_widechar(load: Loader) -> None:
    options = [*WIDE, ("FIELDTERMINATOR", "0x3b00"), ("ROWTERMINATOR", "0x0d000a00")]
    assert load.rows("\ufeffa;b\r\nc;d\r\n".encode("utf-16-le"), options, texts(2)) == [
        ("a", "b"),
        ("c", "d"),
    ]


def test_a_marked_file_is_read_as_widechar_and_says_so_twice(load: Loader) -> None:
    content = "\ufeffé\n".encode("utf-16-le")
    assert load.rows(content, [], texts(1)) == [("é",)]
    assert [number for number, _ in load.messages(content, [], texts(1))] == [4830, 4830]


def test_an_unmarked_file_is_read_as_char_and_says_so_twice(load: Loader) -> None:
    opened = load.source("é\n".encode(), WIDE, texts(1))
    assert load.read(opened) == [("é",)]
    assert [(found.number, found.severity) for found in opened.messages] == [(4831, 0), (4831, 0)]


def test_csv_and_lines_are_read_from_utf16(load: Loader) -> None:
    content = '\ufeff"a,\nb",c\r\n'.encode("utf-16-le")
    assert load.rows(content, [*CSV, *WIDE, ("ROWTERMINATOR", r"\r\n")], texts(2)) == [("a,\nb", "c")]
    assert load.rows(content, [*LINES, *WIDE], texts(1)) == [('"a,',), ('b",c\r',)]


def test_utf16_with_an_odd_byte_ends_unexpectedly(load: Loader) -> None:
    assert load.chain("\ufeffab\n".encode("utf-16-le") + b"x", WIDE, texts(1)) == [4832, 7399, 7330]


@pytest.mark.parametrize("content", [b"\xff\xfe\x00\xd8a\x00\n\x00", b"\xfe\xff\x00a\x00\n"])
def test_utf16_that_cannot_be_held_is_refused(load: Loader, content: bytes) -> None:
    assert load.chain(content, WIDE, texts(1)) == [50100]
