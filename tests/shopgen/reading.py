"""Reads a delivered file as sections 1 to 3 of docs/truth.md say: bytes to records, text to values.

Slow, plain, and independent of scripts/shopgen: it imports nothing of ours.
"""

from __future__ import annotations

import codecs
import gzip
import io
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

BAD = "\ufffd"
LONGEST = 4000


@dataclass(frozen=True)
class Column:
    name: str
    type: str
    required: bool
    tracked: bool
    least: Decimal
    greatest: Decimal


# Section 2: `?` may be missing, `*` makes a new SCD2 version, `key` names the key.
TABLES = {
    "customers": """key customer_id
        customer_id code; email email; first_name? text; last_name text; phone? phone; street?* text;
        city* text; postal_code?* text; country* country; registered_at timestamp; updated_at timestamp""",
    "products": """key product_id
        product_id code; name text; category* word; brand?* text; unit_price* decimal 0 100000;
        is_active* flag; introduced_on date; updated_at timestamp""",
    "orders": """key order_id
        order_id code; customer_id code; ordered_at timestamp; status status; currency currency;
        channel channel; ship_country? country; shipped_at? timestamp; delivered_at? timestamp;
        line_count integer 1 100; order_total decimal 0 1000000; updated_at timestamp""",
    "order_items": """key order_id line_no
        order_id code; line_no integer 1 100; product_id code; quantity integer 1 1000;
        unit_price decimal 0 100000; discount? decimal 0 100000; updated_at timestamp""",
    "payments": """key payment_id
        payment_id code; order_id code; paid_at timestamp; method method; amount decimal 0.01 1000000;
        currency currency; updated_at timestamp""",
    "returns": """key return_id
        return_id code; order_id code; line_no integer 1 100; returned_at timestamp; quantity integer 1 1000;
        refund_amount decimal 0 1000000; comment? text; updated_at timestamp""",
    "inventory": """key product_id warehouse stock_date
        product_id code; warehouse code; stock_date date; on_hand integer 0 1000000; updated_at timestamp""",
    "fx_rates": """key currency rate_date
        currency currency; rate_date date; rate rate 0.000001 1000; updated_at timestamp""",
}


def _columns(text: str) -> list[Column]:
    columns = []
    for item in text.split("\n", 1)[1].split(";"):
        name, kind, *bounds = item.split()
        least, greatest = map(Decimal, bounds or ("-Infinity", "Infinity"))
        columns.append(Column(name.rstrip("?*"), kind, "?" not in name, "*" in name, least, greatest))
    return columns


COLUMNS = {entity: _columns(text) for entity, text in TABLES.items()}
KEYS = {entity: text.split("\n", 1)[0].split()[1:] for entity, text in TABLES.items()}


def unpacked(file: Path) -> bytes:
    """The file without its compression, which its name tells."""
    content = file.read_bytes()
    if file.name.endswith(".gz"):
        return gzip.decompress(content)
    if file.name.endswith(".zip"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            (member,) = archive.namelist()
            return archive.read(member)
    return content


def decoded(content: bytes) -> tuple[str, str]:
    """The text, and the name of the encoding as in truth.json."""
    for mark, codec, name in (
        (codecs.BOM_UTF8, "utf-8", "utf-8-bom"),
        (codecs.BOM_UTF16_LE, "utf-16-le", "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be", "utf-16-be"),
    ):
        if content.startswith(mark):
            return content[len(mark) :].decode(codec, "replace").replace("\0", BAD), name
    is_valid = content.decode("utf-8", "ignore").encode() == content
    if is_valid or not content.decode("utf-8", "ignore").isascii():
        return content.decode("utf-8", "replace").replace("\0", BAD), "utf-8"
    return content.decode("cp1252", "replace").replace("\0", BAD), "windows-1252"


def delimiter_of(text: str) -> str:
    """The one of the four that occurs in the first line; a comma when there is none."""
    first = text.split("\n", 1)[0]
    return next((mark for mark in ",;\t|" if mark in first), ",")


def split_records(text: str) -> Iterator[str]:
    """Lines put together while their quotes are odd; the end of the text ends the last."""
    if not text:
        return
    record: list[str] = []
    quotes = 0
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    for line in lines:
        record.append(line)
        quotes += line.count('"')
        if quotes % 2 == 0:
            yield "\n".join(record).removesuffix("\r")
            record, quotes = [], 0
    if record:
        yield "\n".join(record).removesuffix("\r")


def split_fields(record: str, delimiter: str) -> list[str] | str:
    """The fields, or why there are none: open_quote, stray_quote."""
    if record.count('"') % 2:
        return "open_quote"
    fields, place = [], 0
    while True:
        if record[place : place + 1] == '"':
            field, place = _quoted(record, place + 1)
            if place < len(record) and record[place] != delimiter:
                return "stray_quote"
        else:
            end = record.find(delimiter, place)
            end = len(record) if end < 0 else end
            field, place = record[place:end], end
            if '"' in field:
                return "stray_quote"
        fields.append(field)
        if place == len(record):
            return fields
        place += 1


def _quoted(record: str, place: int) -> tuple[str, int]:
    """The quoted field that begins here, and where it ends; quotes are even, so it does end."""
    parts = []
    while True:
        end = record.index('"', place)
        parts.append(record[place:end])
        place = end + 1
        if record[place : place + 1] != '"':
            return "".join(parts), place
        parts.append('"')
        place += 1


# Section 3. A value is a Decimal, a date or datetime, a bool or a str; None is missing.
Value = Decimal | date | datetime | bool | str | None


class Misfit(Exception):
    """A text that does not fit its type; the argument is the reason."""


def trimmed(text: str) -> str | None:
    """Without blanks around it; None when that means missing."""
    text = text.strip(" \t\u00a0").replace("\r\n", "\n")
    return None if text == "\\N" or text.upper() in ("", "NULL", "N/A") else text


CURRENCIES = {
    "USD": "US$ | $ | DOLLAR | US DOLLAR",
    "EUR": "€ | EURO",
    "GBP": "£ | POUND | POUND STERLING",
    "CHF": "SFR | SFR.",
    "SEK": "KR | SKR",
    "PLN": "ZLOTY",
    "CAD": "C$ | CA$",
    "JPY": "¥ | YEN",
}
COUNTRIES = {
    "US": "USA | U.S.A. | U.S. | UNITED STATES | UNITED STATES OF AMERICA",
    "GB": "GBR | UK | U.K. | GREAT BRITAIN | UNITED KINGDOM | ENGLAND",
    "DE": "DEU | GERMANY | DEUTSCHLAND",
    "FR": "FRA | FRANCE",
    "ES": "ESP | SPAIN | ESPAÑA",
    "IT": "ITA | ITALY | ITALIA",
    "NL": "NLD | NETHERLANDS | THE NETHERLANDS | HOLLAND",
    "SE": "SWE | SWEDEN | SVERIGE",
    "PL": "POL | POLAND | POLSKA",
    "CH": "CHE | SWITZERLAND | SCHWEIZ | SUISSE",
    "AT": "AUT | AUSTRIA | ÖSTERREICH",
    "CA": "CAN | CANADA",
    "JP": "JPN | JAPAN",
}
LISTED = {
    "status": {
        **{word: word for word in ("created", "paid", "shipped", "delivered", "cancelled", "returned")},
        "canceled": "cancelled",
    },
    "channel": {word: word for word in ("web", "app", "store")},
    "method": {
        **{word: word for word in ("card", "paypal", "transfer", "gift_card")},
        "credit card": "card",
        "bank transfer": "transfer",
    },
}
FLAGS = {
    **dict.fromkeys(("true", "1", "yes", "y", "t"), True),
    **dict.fromkeys(("false", "0", "no", "n", "f"), False),
}


def _spelled(codes: dict[str, str], reason: str) -> Callable[[str], str]:
    spellings = {code: code for code in codes}
    spellings |= {spelling: code for code, text in codes.items() for spelling in text.split(" | ")}

    def convert(text: str) -> str:
        if text.upper() not in spellings:
            raise Misfit(reason)
        return spellings[text.upper()]

    return convert


def _listed(kind: str) -> Callable[[str], str]:
    def convert(text: str) -> str:
        if text.lower() not in LISTED[kind]:
            raise Misfit("unknown_value")
        return LISTED[kind][text.lower()]

    return convert


def _integer(text: str) -> Decimal:
    if not re.fullmatch(r"-?[0-9]{1,9}", text):
        raise Misfit("not_a_number")
    return Decimal(text)


def _decimal(whole: int, places: int) -> Callable[[str], Decimal]:
    def convert(text: str) -> Decimal:
        sign, rest = ("-", text[1:]) if text.startswith("-") else ("", text)
        if rest[:1] in ("$", "€", "£") and rest:
            rest = rest[1:]
        if re.fullmatch(r"[0-9]+,[0-9]{1,2}", rest):
            rest = rest.replace(",", ".")
        elif re.fullmatch(r"[0-9]{1,3},[0-9]{3}\.[0-9]{2}", rest):
            rest = rest.replace(",", "")
        if not re.fullmatch(rf"[0-9]{{1,{whole}}}(\.[0-9]{{1,{places}}})?", rest):
            raise Misfit("not_a_number")
        return Decimal(sign + rest)

    return convert


MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()


def _date(text: str) -> date:
    if match := re.fullmatch(r"([0-9]{4})([-/])([0-9]{2})\2([0-9]{2})", text):
        year, month, day = match[1], match[3], match[4]
    elif match := re.fullmatch(r"([0-9]{2})\.([0-9]{2})\.([0-9]{4})", text):
        day, month, year = match[1], match[2], match[3]
    elif (match := re.fullmatch(r"([0-9]{2}) ([A-Za-z]{3}) ([0-9]{4})", text)) and match[2].lower() in MONTHS:
        day, month, year = match[1], str(MONTHS.index(match[2].lower()) + 1), match[3]
    else:
        raise Misfit("not_a_date")
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        raise Misfit("not_a_date") from None


def _timestamp(text: str) -> datetime:
    match = re.fullmatch(r"(.*?)(?:[ T]([0-9]{2}):([0-9]{2}):([0-9]{2})Z?)?", text, re.DOTALL)
    assert match
    day = _date(match[1])
    hour, minute, second = (int(part or 0) for part in match.groups()[1:])
    try:
        return datetime(day.year, day.month, day.day, hour, minute, second)
    except ValueError:
        raise Misfit("not_a_date") from None


def _flag(text: str) -> bool:
    if text.lower() not in FLAGS:
        raise Misfit("not_a_flag")
    return FLAGS[text.lower()]


def _email(text: str) -> str:
    text = text.removeprefix("<").removesuffix(">").lower().removeprefix("mailto:")
    name, _, host = text.partition("@")
    is_good = name and "@" not in host and "." in host and host[0] != "." and host[-1] != "."
    if not is_good or any(letter in text for letter in " ,;\r\n"):
        raise Misfit("not_an_email")
    return text


def _phone(text: str) -> str:
    digits = re.sub(r"[- .()/]", "", text.replace("(0)", "", 1))
    digits = "+" + digits[2:] if digits.startswith("00") else digits
    if not re.fullmatch(r"\+[0-9]{8,15}", digits):
        raise Misfit("not_a_phone")
    return digits


TYPES: dict[str, Callable[[str], Value]] = {
    "text": str,
    "code": str.upper,
    "word": str.lower,
    "integer": _integer,
    "decimal": _decimal(10, 4),
    "rate": _decimal(4, 8),
    "date": _date,
    "timestamp": _timestamp,
    "flag": _flag,
    "email": _email,
    "phone": _phone,
    "currency": _spelled(CURRENCIES, "unknown_currency"),
    "country": _spelled(COUNTRIES, "unknown_country"),
    "status": _listed("status"),
    "channel": _listed("channel"),
    "method": _listed("method"),
}
