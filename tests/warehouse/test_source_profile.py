"""What a file is found to be: kinds of values, names, titles, headers, footers, keys."""

from __future__ import annotations

from pathlib import Path

import pytest

from warehouse.intake.quoting import Quoting, plain_lines
from warehouse.source.naming import column_names
from warehouse.source.profile import Profile, profile_file
from warehouse.source.quoting import quoting_of_text
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


def test_dates_with_two_digits_for_the_year_begin_with_what_differs_more(tmp_path: Path) -> None:
    found = profiled(tmp_path, "id,on\na,21-05-06\nb,21-05-17\nc,21-06-30\n")
    assert (found.columns[1].kind.date_format, found.columns[1].kind.least) == ("yy-MM-dd", "2021-05-06")
    asked = profiled(tmp_path, "id,on\na,21-05-06\nb,22-06-07\n")
    assert any("may be day or year first" in note and "--dates ymd" in note for note in asked.notes)


def test_one_date_that_decides_for_many_is_named(tmp_path: Path) -> None:
    lines = "".join(f"{n},03/04/2021\n" for n in range(60))
    found = profiled(tmp_path, f"id,on\n{lines}60,13/04/2021\n")
    assert found.columns[1].kind.date_format == "dd/MM/yyyy"
    assert any("since '13/04/2021' is no date otherwise" in note for note in found.notes)


@pytest.mark.parametrize(
    ("text", "typed_as"),
    [
        ("id,zip\na,10115\nb,90210\n", "text"),
        ("id,sex\na,F\nb,F\n", "text"),
        ("id,n\na,0.500\nb,1.200\n", "number"),
        ("id,n\na,1.5E+03\nb,2e-05\n", "float"),
        ("id,n\na,007\nb,12\n", "text"),
    ],
)
def test_what_only_looks_like_a_number_is_none(tmp_path: Path, text: str, typed_as: str) -> None:
    assert profiled(tmp_path, text).columns[1].kind.typed_as == typed_as


def test_records_out_of_shape_say_nothing_of_types(tmp_path: Path) -> None:
    found = profiled(tmp_path, "id,n\n1,5\n# a remark\n2,6\n3,7,8\n")
    assert [column.kind.typed_as for column in found.columns] == ["whole_number", "whole_number"]
    assert any("2 records have not 2 fields" in note for note in found.notes)


def test_a_count_or_a_number_in_front_is_no_key(tmp_path: Path) -> None:
    assert profiled(tmp_path, "label,count of id\na,1\nb,2\n").key == ("label",)
    assert profiled(tmp_path, ",score\n0,1.5\n1,2.5\n").key == ()
    assert profiled(tmp_path, "value\n1\n2\n").key == ()


def test_lines_of_delimiters_are_blank_wherever_they_stand(tmp_path: Path) -> None:
    found = profiled(tmp_path, "a;b;\n;;\nx;1;\n;;\ny;2;\n;;\n;;\nTotal;3;\n")
    assert found.records == 2
    assert found.outline is not None
    assert found.outline.footer_pattern == "Total"


@pytest.mark.parametrize(
    ("text", "quoting"),
    [
        ('a,b\n1,"x, ""y"""\n', Quoting()),
        ('a,b\n1,"x, \\"y\\""\n', Quoting(escape="\\")),
        ('a, b\n1, "x, y"\n', Quoting(skip_blanks=True)),
        ('a\tb\n1\t5" pipe\n2\tThe "Best\n3\tx\n', Quoting(quote="")),
        ("'a','b'\n'1','x, y'\n", Quoting(quote="'")),
        ('a,b\n1,"C:\\new\\"\n2,"x"\n', Quoting()),
        ('a,b\n1,5" pipe\n2,"x, y"\n3,"z, w"\n', Quoting()),
    ],
)
def test_quotes_are_read_as_most_records_have_them(text: str, quoting: Quoting) -> None:
    delimiter = "\t" if "\t" in text else ","
    assert quoting_of_text(text, delimiter) == quoting


@pytest.mark.parametrize(
    ("quoting", "line", "plain"),
    [
        (Quoting(escape="\\"), '"a \\"b\\" \\\\",c\\d', '"a ""b"" \\",c\\d'),
        (Quoting(skip_blanks=True), '1, "x, y", z\r', '1,"x, y",z\r'),
        (Quoting(quote=""), 'a,5" x,b', 'a,"5"" x",b'),
        (Quoting(quote="'"), "'a','b, c','d''e'", 'a,"b, c",d\'e'),
    ],
)
def test_lines_are_written_anew_as_rfc_4180_has_them(quoting: Quoting, line: str, plain: str) -> None:
    assert list(plain_lines([line], ",", quoting)) == [plain]


def test_a_line_stays_a_line_and_a_missing_header_comes_in_front() -> None:
    lines = ["a, 1", 'b, "x', 'y"', "", "c, 2"]
    assert list(plain_lines(lines, ",", Quoting(skip_blanks=True))) == ["a,1", 'b,"x', 'y"', "", "c,2"]
    assert list(plain_lines(["1,2"], ",", Quoting(header="a,b"))) == ["a,b", "1,2"]
