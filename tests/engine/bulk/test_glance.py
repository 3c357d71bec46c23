"""Files that are loaded before they are surveyed give the rows of the careful reading, or are in doubt."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import duckdb
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.engine.bulk import reference
from tests.engine.bulk.loading import CSV, Loader, Pairs, columns, texts
from tests.engine.bulk.reference import Fields, Wrong
from tests.soak import times

from tsqld.bulk.layout import TargetColumn
from tsqld.bulk.options import options_from
from tsqld.bulk.source import BulkSource, open_bulk
from tsqld.errors import TsqlError
from tsqld.types import BIT, INT, MAX, SqlType, datetime2, decimal, nvarchar, varchar

FEEDS: Pairs = [*CSV, ("ROWTERMINATOR", "0x0a")]
PLAIN: Pairs = [("FIELDTERMINATOR", ","), ("ROWTERMINATOR", "0x0a")]
PAIRS: Pairs = [*CSV, ("ROWTERMINATOR", "0x0d0a")]
TYPES = (
    *(SqlType(name) for name in ("tinyint", "smallint", "bigint", "money", "smallmoney", "float", "real")),
    *(SqlType(name) for name in ("date", "datetime", "smalldatetime", "uniqueidentifier")),
    *(decimal(precision, scale) for precision, scale in ((5, 0), (9, 2), (19, 4), (38, 20), (18, 18))),
    *(BIT, INT, datetime2(3), varchar(3), nvarchar(MAX)),
)
LETTERS = st.sampled_from([",", ",", "\n", "\n", "a", "b", " ", "é", "\t", '"', "\r", "\0", "\\"])
BYTES = st.lists(LETTERS, max_size=30).map("".join).map(str.encode)
NUMBERS = st.text("0123456789+-.eE_ ", max_size=9)
DATES = st.from_regex(r"[0-9]{4}[-/. ][0-9]{1,2}[-/ ][0-9]{1,2}( [0-9:]{1,8})?", fullmatch=True)


@pytest.fixture(autouse=True)
def _small_files_count_as_large() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tsqld.bulk.source.HOPEFUL_FROM", 0)
        yield


def opened(load: Loader, content: bytes, options: Pairs, target: list[TargetColumn]) -> BulkSource:
    file = load.folder / "data.txt"
    file.write_bytes(content)
    given_options = options_from(options, 1)
    cursor = load.root.cursor()
    return open_bulk(cursor, str(file), given_options, target, 7, hopeful=True, unseen_up_to=sys.maxsize)


def glanced(
    load: Loader, content: bytes, options: Pairs, target: list[TargetColumn]
) -> list[tuple[object, ...]] | None:
    """The rows of a file that is loaded unseen, None where that is in doubt or not tried."""
    try:
        source = opened(load, content, options, target)
        if source.count is None:
            return None
        found = load.root.cursor().execute(source.sql, source.parameters).fetchall()
        return found if len(found) == source.rows else None
    except (TsqlError, duckdb.Error):
        return None


@pytest.mark.parametrize("options", [FEEDS, PLAIN, CSV])
def test_a_plain_file_is_loaded_unseen(load: Loader, options: Pairs) -> None:
    rows = glanced(load, b"h,h\na,b\nc,\n,d", [*options, ("FIRSTROW", 2)], texts(2))
    assert rows == [("a", "b"), ("c", None), (None, "d")]


@pytest.mark.parametrize("options", [PAIRS, CSV, [*PLAIN[:1], ("ROWTERMINATOR", r"\n")]])
@pytest.mark.parametrize("end", [b"", b"\r\n"])
def test_so_is_one_whose_lines_end_in_carriage_returns_too(load: Loader, options: Pairs, end: bytes) -> None:
    rows = glanced(load, b"h,h\r\na,b\r\nc,\r\n,d" + end, [*options, ("FIRSTROW", 2)], texts(2))
    assert rows == [("a", "b"), ("c", None), (None, "d")]


@pytest.mark.parametrize(
    "content",
    [
        b"a,b\r\nc,d\n",
        b"a,b\r\nc,d\re,f\r\n",
        b"a,b\r\nc,d\r",
        b"a,b\r\n\nc,d\r\n",
        b"a,b\r\r\nc,d\r\n",
        b"a,b\r\n\r\nc,d\r\n",
        b"a,b\r\nc,d\r\n\n\r",
        b"a,b,\r\nc,d\r\n",
        b"a\r,b\r\nc,d\r\n",
        b"a\n,b\r\nc,d\r\n",
    ],
)
@pytest.mark.parametrize("options", [PAIRS, CSV])
def test_ends_of_other_kinds_among_pairs_are_in_doubt(load: Loader, options: Pairs, content: bytes) -> None:
    assert glanced(load, content, options, texts(2)) is None


def test_a_pair_is_one_wherever_the_file_is_cut(load: Loader, monkeypatch: pytest.MonkeyPatch) -> None:
    content = b"h,h\r\n" + b"a,b\r\n" * 500
    for size in range(1, 12):
        monkeypatch.setattr("tsqld.bulk.files.CHUNK", size)
        assert len(glanced(load, content, [*PAIRS, ("FIRSTROW", 2)], texts(2)) or ()) == 500
        assert glanced(load, content + b"\n\r\n", PAIRS, texts(2)) is None
        assert glanced(load, content + b"c,d\r", PAIRS, texts(2)) is None


@pytest.mark.parametrize(
    "content",
    [
        b"a,b\n\nc,d\n",
        b"a,b\nc,d\n\n",
        b"a,b,\nc,d\n",
        b"a,b\nc,d,\n",
        b"a,b,\nc\n",
        b"a,b\nc\n",
        b"a,b,c\n",
        b"a,b\nc,",
        b"a,b\nc,\xff\n",
        b"a,b\nc\xe4,d\n",
        b'a,"b"\n',
        b"a,b\r\nc,d\n",
        b"a,b\nc\0,d\n",
    ],
)
def test_what_would_be_misread_is_in_doubt(load: Loader, content: bytes) -> None:
    assert glanced(load, content, FEEDS, texts(2)) is None


@pytest.mark.parametrize("head", [b"h\n", b"h,h,h\n", b"\n", b"h,h,\n", b"h", b'"h",h\n'])
def test_a_line_that_is_skipped_must_be_a_record(load: Loader, head: bytes) -> None:
    assert glanced(load, head + b"a,b,\n", [*FEEDS, ("FIRSTROW", 2)], texts(2)) is None


def test_fields_that_nobody_reads_are_no_reason_to_trust_them(load: Loader) -> None:
    target = [TargetColumn("id", INT, ignored=True), *texts(1)]
    assert glanced(load, b"1\xff,b\n", FEEDS, target) is None


def test_a_null_where_none_must_arrive_is_in_doubt(load: Loader) -> None:
    target = [TargetColumn("id", INT, nullable=False), *texts(1)]
    assert glanced(load, b"1,a\n,b\n", FEEDS, target) is None
    assert glanced(load, b"1,a\n2,b\n", FEEDS, target) == [(1, "a"), (2, "b")]


def test_a_line_beyond_the_readers_limit_is_in_doubt(load: Loader) -> None:
    assert glanced(load, b"a,b\n" + b"x" * 3_000_000 + b",b\n", FEEDS, texts(2)) is None


def test_a_count_that_is_abandoned_reads_no_further(load: Loader) -> None:
    source = opened(load, b"a,b\n" * 3_000_000, FEEDS, texts(2))
    assert source.count is not None
    source.count.abandon()
    with pytest.raises(TsqlError):
        assert source.count.rows() == 3_000_000


@settings(
    max_examples=times(150, 5000), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    data=BYTES,
    width=st.integers(2, 3),
    first=st.integers(1, 3),
    csv=st.booleans(),
    end=st.sampled_from([b"\n", b"\r\n"]),
)
@example(data=b"a\nb,c,\n", width=2, first=2, csv=True, end=b"\n")
@example(data=b"a,b,\nc", width=2, first=1, csv=True, end=b"\n")
@example(data=b'a",b\n', width=2, first=1, csv=False, end=b"\n")
@example(data=b"a,b\nc,d\n", width=2, first=2, csv=False, end=b"\r\n")
def test_what_is_loaded_unseen_is_what_the_reference_reads(
    load: Loader, data: bytes, width: int, first: int, csv: bool, end: bytes
) -> None:
    data = data.replace(b"\n", end)
    options = [*(CSV if csv else PLAIN[:1]), ("ROWTERMINATOR", f"0x{end.hex()}"), ("FIRSTROW", first)]
    rows = glanced(load, data, options, texts(width))
    if rows is None:
        return
    found: list[Fields] = [[v.encode() if isinstance(v, str) else None for v in row] for row in rows]
    try:
        if csv:
            assert found == reference.csv(data, width, row_end=end, first=first)
        else:
            assert found == reference.plain(data, width, b",", end)[first - 1 :]
    except Wrong as wrong:
        raise AssertionError(f"{data!r} was loaded, but is {wrong.number}") from wrong


@settings(
    max_examples=times(60, 3000), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(type=st.sampled_from(TYPES), written=st.one_of(NUMBERS, DATES))
@example(type=SqlType("float"), written="inf")
@example(type=decimal(19, 4), written="1e3")
@example(type=decimal(9, 2), written="1.")
@example(type=INT, written="1_0")
@example(type=SqlType("smallmoney"), written="214748.3648")
@example(type=INT, written="5" + " " * 8000)
@example(type=decimal(9, 2), written="0" * 8000 + "1")
def test_a_field_is_the_same_value_or_misfit_either_way(load: Loader, type: SqlType, written: str) -> None:
    content, target = f"{written},x\n".encode(), columns(type, nvarchar(9))
    try:
        careful = load.rows(content, [*FEEDS, ("MAXERRORS", 0)], target)
    except TsqlError:
        careful = None
    assert glanced(load, content, FEEDS, target) == careful
