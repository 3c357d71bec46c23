"""What may stand in WITH (…)."""

from __future__ import annotations

import pytest
from tests.engine.bulk.loading import Loader, Pairs, texts

from tsqld.bulk.options import BulkOptions, options_from
from tsqld.errors import TsqlError


def test_the_defaults_are_sql_servers() -> None:
    options = options_from([], 1)
    assert options == BulkOptions()
    assert (options.max_errors, options.first_row, options.last_row, options.field_quote) == (10, 1, 0, '"')


def test_every_option_is_taken() -> None:
    pairs: Pairs = [
        ("DATAFILETYPE", "WideChar"),
        ("FORMAT", "csv"),
        ("FIRSTROW", 2),
        ("LASTROW", 9),
        ("FIELDTERMINATOR", ";"),
        ("ROWTERMINATOR", "0x0a"),
        ("FIELDQUOTE", "'"),
        ("MAXERRORS", 0),
        ("ERRORFILE", "e"),
        ("KEEPNULLS", None),
        ("KEEPIDENTITY", None),
        ("CHECK_CONSTRAINTS", None),
        ("FIRE_TRIGGERS", None),
        ("TABLOCK", None),
        ("BATCHSIZE", 5),
        ("ROWS_PER_BATCH", 6),
        ("KILOBYTES_PER_BATCH", 7),
        ("ORDER", None),
        ("FORMATFILE", "f"),
    ]
    assert options_from(pairs, 1) == BulkOptions(
        data_file_type="widechar",
        format="CSV",
        first_row=2,
        last_row=9,
        field_terminator=";",
        row_terminator="0x0a",
        field_quote="'",
        max_errors=0,
        error_file="e",
        keep_nulls=True,
        keep_identity=True,
        check_constraints=True,
        fire_triggers=True,
        tablock=True,
        batch_size=5,
        rows_per_batch=6,
        kilobytes_per_batch=7,
        order=True,
        format_file="f",
    )


@pytest.mark.parametrize(
    ("pairs", "number", "message"),
    [
        ([("BOGUS", None)], 102, "Incorrect syntax near 'BOGUS'."),
        ([("FIRSTROW", "2")], 102, "Incorrect syntax near 'FIRSTROW'."),
        ([("FORMAT", 1)], 102, "Incorrect syntax near 'FORMAT'."),
        ([("FORMAT", "PARQUET")], 102, "Incorrect syntax near 'FORMAT'."),
        ([("DATAFILETYPE", "bogus")], 102, "Incorrect syntax near 'DATAFILETYPE'."),
        ([("TABLOCK", 1)], 102, "Incorrect syntax near 'TABLOCK'."),
        ([("FIRSTROW", 1), ("FIRSTROW", 2)], 4130, "A duplicate hint was specified for the BULK rowset."),
        (
            [("CODEPAGE", "1252")],
            16202,
            "Keyword or statement option 'CODEPAGE' is not supported on the 'Linux' platform.",
        ),
        ([("DATA_SOURCE", "blob")], 12703, 'Referenced external data source "blob" not found.'),
        (
            [("ERRORFILE_DATA_SOURCE", "blob")],
            50100,
            "tsqld does not support BULK INSERT with ERRORFILE_DATA_SOURCE (line 3).",
        ),
    ],
)
def test_wrong_options_are_named(pairs: Pairs, number: int, message: str) -> None:
    with pytest.raises(TsqlError) as caught:
        options_from(pairs, 3)
    assert (caught.value.number, caught.value.message, caught.value.line) == (number, message, 3)


def test_the_code_page_that_files_are_read_in_may_be_named() -> None:
    assert options_from([("CODEPAGE", "65001")], 1).code_page == "65001"


def test_codepage_is_refused_while_the_batch_compiles() -> None:
    with pytest.raises(TsqlError) as caught:
        options_from([("CODEPAGE", "ACP")], 1)
    assert (caught.value.severity, caught.value.state) == (15, 3)


@pytest.mark.parametrize(
    ("pairs", "number"),
    [
        ([("FORMAT", "CSV"), ("DATAFILETYPE", "native")], 5339),
        ([("DATAFILETYPE", "native")], 50100),
        ([("DATAFILETYPE", "widenative")], 50100),
        ([("FORMAT", "CSV"), ("FIELDQUOTE", "ab")], 4878),
        ([("FIRSTROW", 2), ("LASTROW", 1)], 4880),
    ],
)
def test_options_that_contradict_each_other_fail_when_the_load_begins(
    load: Loader, pairs: Pairs, number: int
) -> None:
    assert load.chain(b"a\n", pairs, texts(1)) == [number]


def test_firstrow_zero_is_the_first_row(load: Loader) -> None:
    assert load.rows(b"a\nb\n", [("FIRSTROW", 0)], texts(1)) == [("a",), ("b",)]
