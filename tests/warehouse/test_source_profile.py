"""What a file is found to be: kinds of values, names, titles, headers, footers, keys."""

from __future__ import annotations

from pathlib import Path

import pytest

from warehouse.source.naming import column_names
from warehouse.source.profile import Profile, profile_file
from warehouse.source.values import kind_of, moment, number


def profiled(folder: Path, text: str, name: str = "a.csv") -> Profile:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return profile_file(file)


@pytest.mark.parametrize(
    ("texts", "typed_as", "said"),
    [
        (["1", "22", "-3"], "whole_number", ""),
        (["1.5", "2"], "number", ""),
        (["1.234,50 €", "-2,00 €"], "number", "€"),
        (["$1,234.50", "($4.00)"], "number", "$"),
        (["12.5%", "3 %"], "percent", "%"),
        (["001", "042"], "text", ""),
        (["yes", "No"], "flag", ""),
        (["06-05-21", "28-05-21"], "date", "dd-MM-yy"),
        (["06-05-21", "05-28-21"], "date", "MM-dd-yy"),
        (["5/6/2021 3:04 PM", "5/28/2021 12:00 AM"], "timestamp", "MM/dd/yyyy hh:mm a"),
        (["20240131", "20240201"], "date", "yyyyMMdd"),
        (["12345678", "99999999"], "whole_number", ""),
        (["3 May 2021", "14 June 2021"], "date", "dd MMM yyyy"),
        (["2021-05-06T10:00:00Z"], "timestamp", "yyyy-MM-dd HH:mm:ss"),
        (["2021", "2022"], "whole_number", ""),
        (["a", "1"], "text", ""),
        ([], "text", ""),
    ],
)
def test_the_kind_of_a_column_is_told_from_its_texts(texts: list[str], typed_as: str, said: str) -> None:
    kind = kind_of(texts)
    assert (kind.typed_as, kind.date_format or kind.unit) == (typed_as, said)


def test_a_date_that_may_be_read_twice_is_asked_about_and_another_column_can_answer(tmp_path: Path) -> None:
    alone = profiled(tmp_path, "id,on\n1,06-05-21\n2,07-05-21\n")
    assert any("may be day or month first" in note for note in alone.notes)
    both = profiled(tmp_path, "id,on,due\n1,06-05-21,06-28-21\n2,07-05-21,07-29-21\n")
    assert [column.kind.date_format for column in both.columns[1:]] == ["MM-dd-yy", "MM-dd-yy"]
    assert both.notes == ()


def test_thousands_or_decimals_are_asked_about_and_another_column_can_answer(tmp_path: Path) -> None:
    alone = profiled(tmp_path, "id;n\n1;1.200\n2;3.400\n")
    assert any("decimalMark" in note for note in alone.notes)
    both = profiled(tmp_path, "id;n;m\n1;1.200;1,5\n2;3.400;2,5\n")
    assert [(c.kind.typed_as, c.kind.decimal_mark) for c in both.columns[1:]] == [
        ("whole_number", ","),
        ("number", ","),
    ]


def test_a_rare_text_of_another_kind_is_told_and_does_not_make_the_column_text(tmp_path: Path) -> None:
    found = profiled(tmp_path, "id,n\n" + "".join(f"{n},{n}.5\n" for n in range(60)) + "60,soon\n")
    assert found.columns[1].kind.typed_as == "number"
    assert any("'soon' will be in quarantine" in note for note in found.notes)


def test_names_are_made_of_headers() -> None:
    headers = [
        "Order Date",
        "% Off",
        "",
        "Key",
        "unitPrice",
        "updated_at",
        "Ü ß",
        "2024",
        "Is Gift",
        "A",
        "a",
    ]
    kinds = [
        "timestamp",
        "percent",
        "text",
        "text",
        "number",
        "timestamp",
        "text",
        "number",
        "text",
        "text",
        "text",
    ]
    assert column_names(headers, kinds, range(1, 12)) == [
        "order_at",
        "percent_off",
        "column_3",
        "key_text",
        "unit_price",
        "source_updated_at",
        "ue_ss",
        "in_2024",
        "said_is_gift",
        "a",
        "a_2",
    ]


def test_a_note_below_is_a_footer_and_a_record_that_begins_like_one_is_not(tmp_path: Path) -> None:
    text = "name,n\nSummer,1\nReport,2\nNotebook,3\n"
    plain = profiled(tmp_path, text)
    assert (plain.records, plain.outline and plain.outline.footer) == (3, ())
    noted = profiled(tmp_path, text + "Total,6\n\nSource: invented\n")
    assert noted.records == 3
    assert noted.outline is not None
    assert [row.text for row in noted.outline.footer] == ["Total,6", "Source: invented"]
    assert noted.outline.footer_pattern == "Total"


def test_a_key_that_only_happens_to_be_unique_is_not_taken(tmp_path: Path) -> None:
    assert profiled(tmp_path, "day,payee,n\n2024-01-01,a,1\n2024-01-05,b,2\n2024-01-07,c,3\n").key == ()
    assert profiled(tmp_path, "day,n\n2024-01-01,1\n2024-01-02,2\n2024-01-03,3\n").key == ("on_day",)
    assert profiled(tmp_path, "n,order_id\n1,a\n1,b\n2,c\n").key == ("order_id",)
    assert profiled(tmp_path, "year,code,n\n2020,a,1\n2020,b,2\n2021,a,3\n2021,b,3\n").key == (
        "year_number",
        "code",
    )


@pytest.mark.parametrize(
    ("text", "unit", "mark", "value"),
    [
        ("1,234.5", "", ".", "1234.5"),
        ("1.234,5", "", ".", None),
        ("-$5", "$", ".", "-5"),
        ("5.", "", ".", None),
    ],
)
def test_numbers_are_read_as_the_warehouse_reads_them(
    text: str, unit: str, mark: str, value: str | None
) -> None:
    assert number(text, unit, mark) == value


def test_dates_that_do_not_exist_are_none() -> None:
    assert moment("30-02-2021", "dmy") is None
    assert moment("2021-05-06 25:00", "ymd") is None
