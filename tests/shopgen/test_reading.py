"""The rules of docs/truth.md, sections 1 to 3, one by one: what the recount takes a text for."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest
from tests.shopgen.reading import BAD, TYPES, Misfit, decoded, split_fields, split_records, trimmed


@pytest.mark.parametrize(
    ("content", "text", "encoding"),
    [
        (b"abc", "abc", "utf-8"),
        ("Zürich".encode(), "Zürich", "utf-8"),
        (b"\xef\xbb\xbfabc", "abc", "utf-8-bom"),
        (b"\xff\xfea\0b\0", "ab", "utf-16-le"),
        (b"\xfe\xff\0a\0b", "ab", "utf-16-be"),
        (b"Z\xfcrich", "Zürich", "windows-1252"),
        (b"\x80 5", "€ 5", "windows-1252"),
        (b"Z\xfcrich \x81", f"Zürich {BAD}", "windows-1252"),
        ("Zürich ".encode() + b"\xe9,", f"Zürich {BAD},", "utf-8"),
        (b"a\0b", f"a{BAD}b", "utf-8"),
    ],
)
def test_the_encoding_is_told_by_the_bytes(content: bytes, text: str, encoding: str) -> None:
    assert decoded(content) == (text, encoding)


@pytest.mark.parametrize(
    ("text", "records"),
    [
        ("", []),
        ("a\n", ["a"]),
        ("a\nb", ["a", "b"]),
        ("a\r\n\nb\r\n", ["a", "", "b"]),
        ("a\n\n", ["a", ""]),
        ('"a\nb"\nc\n', ['"a\nb"', "c"]),
        ('5" pipe\n7" pipe\nc', ['5" pipe\n7" pipe', "c"]),
        ('a\n"b\nc\n', ["a", '"b\nc']),
    ],
)
def test_a_record_goes_on_while_its_quotes_are_odd(text: str, records: list[str]) -> None:
    assert list(split_records(text)) == records


@pytest.mark.parametrize(
    ("record", "fields"),
    [
        ("a,b", ["a", "b"]),
        (",", ["", ""]),
        ('"a,b",c', ["a,b", "c"]),
        ('"5"" pipe",""', ['5" pipe', ""]),
        ('"a', "open_quote"),
        ('5" by 7",b', "stray_quote"),
        ('"Oak" desk,b', "stray_quote"),
        ('a,5" pipe\nb,7" pipe', "stray_quote"),
    ],
)
def test_fields_are_split_at_delimiters_outside_quotes(record: str, fields: list[str] | str) -> None:
    assert split_fields(record, ",") == fields


@pytest.mark.parametrize("text", ["", "  ", "\t", "\u00a0", "NULL", "null", "N/A", " n/a ", "\\N"])
def test_words_for_nothing_are_missing(text: str) -> None:
    assert trimmed(text) is None


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("integer", "-12", Decimal(-12)),
        ("decimal", "12.50", Decimal("12.5")),
        ("decimal", "$12", Decimal(12)),
        ("decimal", "-€12,5", Decimal("-12.5")),
        ("decimal", "1,234.50", Decimal("1234.5")),
        ("rate", "0.00670012", Decimal("0.00670012")),
        ("date", "2025/02/28", date(2025, 2, 28)),
        ("date", "28.02.2025", date(2025, 2, 28)),
        ("date", "28 FEB 2025", date(2025, 2, 28)),
        ("timestamp", "2025-02-28T10:11:12Z", datetime(2025, 2, 28, 10, 11, 12)),
        ("timestamp", "28 Feb 2025 10:11:12", datetime(2025, 2, 28, 10, 11, 12)),
        ("timestamp", "2025-02-28", datetime(2025, 2, 28)),
        ("flag", "Y", True),
        ("email", "<MailTo:A.B@Example.COM>", "a.b@example.com"),
        ("phone", "0044 (0)20/79-46.0000", "+442079460000"),
        ("currency", "us$", "USD"),
        ("country", "españa", "ES"),
        ("status", "Canceled", "cancelled"),
        ("method", "Credit Card", "card"),
        ("code", "c001", "C001"),
    ],
)
def test_variants_are_read_as_the_value_they_mean(kind: str, text: str, value: object) -> None:
    assert TYPES[kind](text) == value


@pytest.mark.parametrize(
    ("kind", "text", "reason"),
    [
        ("integer", "3.0", "not_a_number"),
        ("integer", "1,000", "not_a_number"),
        ("decimal", "1,234", "not_a_number"),
        ("decimal", "12.50 USD", "not_a_number"),
        ("decimal", "1.23456", "not_a_number"),
        ("decimal", "$", "not_a_number"),
        ("date", "2025-02-30", "not_a_date"),
        ("date", "03/04/2025", "not_a_date"),
        ("date", "2025-02-28 00:00:00", "not_a_date"),
        ("timestamp", "2025-02-28 24:00:00", "not_a_date"),
        ("timestamp", "2025-02-28 10:11", "not_a_date"),
        ("flag", "maybe", "not_a_flag"),
        ("email", "a@b", "not_an_email"),
        ("email", "a@@b.c", "not_an_email"),
        ("phone", "030 1234567", "not_a_phone"),
        ("currency", "UDS", "unknown_currency"),
        ("country", "U.K", "unknown_country"),
        ("status", "shiped", "unknown_value"),
    ],
)
def test_what_fits_no_variant_has_a_reason(kind: str, text: str, reason: str) -> None:
    with pytest.raises(Misfit, match=reason):
        TYPES[kind](text)
