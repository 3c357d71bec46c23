"""What is found in a delivered file before the server sees it: encoding, header, records, archive."""

from __future__ import annotations

import codecs
import csv
import gzip
import hashlib
import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.warehouse.test_plan import HEADERS, contract, put

from warehouse.intake import LandingFile, inspect, landing_files, look_into, stage, staged_path
from warehouse.intake.encodings import Detector
from warehouse.intake.records import RecordCounter

HEADER = HEADERS["products"]
RECORD = "1,2,GROCERY,Straße,FRUIT,APPLE,50 OZ"


def found(landing: Path, data: str | bytes, name: str = "p.csv") -> LandingFile:
    return inspect(contract("products"), landing, put(landing, "products", name, data))


def text(landing: Path, data: str | bytes, name: str = "p.csv") -> str:
    """What the server reads of a file that must be staged."""
    file = found(landing, data, name)
    assert file.is_staged
    stage(landing, file)
    return (landing / staged_path(file)).read_text(encoding="utf-8")


def counted(data: bytes, size: int) -> tuple[int, int]:
    counter = RecordCounter(lambda _header: ",")
    for start in range(0, len(data), size):
        counter.feed(data[start : start + size])
    counter.finish()
    return counter.records, counter.blank


@given(
    rows=st.lists(st.lists(st.text('ab"\n,é ', max_size=4), min_size=2, max_size=3), max_size=6),
    line_end=st.sampled_from(["\n", "\r\n"]),
    size=st.integers(1, 9),
    ends=st.booleans(),
)
def test_records_are_counted_as_pythons_csv_module_reads_them(
    rows: list[list[str]], line_end: str, size: int, ends: bool
) -> None:
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator=line_end, quoting=csv.QUOTE_ALL).writerows([["a", "b"], *rows])
    written = stream.getvalue()
    data = (written if ends else written.removesuffix(line_end)).encode()
    assert counted(data, size) == (len(rows), 0)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"h\n", (0, 0)),
        (b"h", (0, 0)),
        (b"h\n\n", (1, 1)),
        (b"h\n\r\n1\n\n", (3, 2)),
        (b'h\n"a\n\n"\n', (1, 0)),
        (b'h\n"a"\n\n1', (3, 1)),
        (b'h\n1\n"never\nclosed', (2, 0)),
        (b"h\n1\n\r", (2, 1)),
        (b'h,i\n1,2\n, \t,\r\n,\n","\n;;\n', (5, 2)),
    ],
)
@pytest.mark.parametrize("size", [1, 2, 1000])
def test_blank_lines_and_open_quotes_are_counted_whatever_is_read_at_once(
    data: bytes, expected: tuple[int, int], size: int
) -> None:
    assert counted(data, size) == expected


@pytest.mark.parametrize(
    ("data", "name"),
    [
        ("é".encode(), "utf-8"),
        (codecs.BOM_UTF8 + b"a", "utf-8"),
        (codecs.BOM_UTF16_BE + "é".encode("utf-16-be"), "utf-16-be"),
        ("Straße".encode("cp1252"), "cp1252"),
        ("Straße é".encode() + b"\xff", "utf-8"),
        (b"a\xc3", "cp1252"),
    ],
)
@pytest.mark.parametrize("size", [1, 3, 1000])
def test_the_encoding_is_told_by_mark_or_by_what_the_bytes_make(data: bytes, name: str, size: int) -> None:
    detector = Detector("utf-8")
    for start in range(0, len(data), size if not data.startswith(b"\xfe") else 1000):
        detector.feed(data[start : start + (size if not data.startswith(b"\xfe") else 1000)])
    assert detector.finish().name == name


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252"])
def test_other_encodings_are_read_as_the_same_text(tmp_path: Path, encoding: str) -> None:
    written = f"{HEADER}\n{RECORD}\n"
    assert text(tmp_path, written.encode(encoding)) == written


def test_what_is_no_text_becomes_the_replacement_character(tmp_path: Path) -> None:
    data = f"{HEADER}\n{RECORD}\n".encode() + b"2,a\0b,c\xff,d,e,f,g\n"
    assert text(tmp_path, data).splitlines()[2] == "2,a\ufffdb,c\ufffd,d,e,f,g"
    assert not found(tmp_path, data).is_plain


def test_gzip_and_zip_are_unpacked_and_hashed_as_delivered(tmp_path: Path) -> None:
    written = f"{HEADER}\n{RECORD}\n"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("inside.csv", written)
    assert text(tmp_path, gzip.compress(written.encode()), "a.csv.gz") == written
    assert text(tmp_path, packed.getvalue(), "b.zip") == written
    names = [file.path.name for file in landing_files(contract("products"), tmp_path)]
    assert names == ["a.csv.gz", "b.zip"]


def test_a_file_is_hashed_without_being_looked_into(tmp_path: Path) -> None:
    put(tmp_path, "products", "a.zip", b"no archive")
    (delivered,) = landing_files(contract("products"), tmp_path)
    assert (delivered.sha256, delivered.refusal) == (hashlib.sha256(b"no archive").hexdigest(), None)
    refusal = look_into(delivered).refusal
    assert refusal is not None
    assert refusal.rule == "broken_archive"


def test_a_file_that_is_gone_when_it_is_looked_into_is_refused(tmp_path: Path) -> None:
    put(tmp_path, "products", "a.csv", f"{HEADER}\n{RECORD}\n")
    (delivered,) = landing_files(contract("products"), tmp_path)
    delivered.path.unlink()
    refusal = look_into(delivered).refusal
    assert refusal is not None
    assert refusal.rule == "unreadable"


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.csv.gz", gzip.compress(b"x" * 9000, mtime=0)[:-9], "is no whole gzip file"),
        ("a.csv.gz", b"no gzip", "is no whole gzip file"),
        ("a.zip", b"no zip", "is no whole zip file"),
        ("a.csv", b"", "is empty"),
    ],
)
def test_a_broken_archive_or_an_empty_file_is_refused(
    tmp_path: Path, name: str, data: bytes, said: str
) -> None:
    refusal = found(tmp_path, data, name).refusal
    assert refusal is not None
    assert said in refusal.reason


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_the_delimiter_is_the_one_that_makes_the_header(tmp_path: Path, delimiter: str) -> None:
    file = found(tmp_path, f"{HEADER}\n{RECORD}\n".replace(",", delimiter))
    assert file.content is not None
    assert (file.content.header.delimiter, file.is_plain) == (delimiter, False)


def test_columns_in_another_order_case_and_number_are_found_by_name(tmp_path: Path) -> None:
    names = [f" {name.upper()} " for name in reversed(HEADER.split(","))]
    file = found(tmp_path, ",".join([*names, "extra"]) + "\n")
    assert file.content is not None
    assert file.content.header.columns == (*reversed(HEADER.split(",")), "extra")
    assert file.notice is not None
    assert "'extra'" in file.notice


def test_the_first_column_that_is_missing_names_the_rule(tmp_path: Path) -> None:
    refusal = found(tmp_path, HEADER.replace("brand", "label").replace(",", ";")).refusal
    assert refusal is not None
    assert refusal.rule == "missing_column:brand"
