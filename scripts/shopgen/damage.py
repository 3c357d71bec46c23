"""One fault put into the fields of one record: sections 3, 4 A, 4 B and 6 of docs/truth.md.

A damage gets the entity, the fields in canonical form, which it changes, and a stream. It returns what
becomes of the record (`!reason` is quarantined, `?reason` refused), REPAIRED for a variant that a loader
must accept, or None when it does not apply.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Final

from shopgen.dialect import BAD_BYTE, RAW_NEWLINE, RAW_QUOTE
from shopgen.schema import LISTED, MOMENTS, NUMBERS, ORDERS, Entity
from shopgen.streams import Stream
from shopgen.words import COUNTRY_SPELLINGS, CURRENCY_SPELLINGS, MONTHS, VALUE_SPELLINGS

REPAIRED: Final = "repaired"
LONGEST: Final = 4000
Damage = Callable[[Entity, list[str], Stream], str | None]

_BAD_INTEGERS: Final = ("two", "3.5", "1O", "--", "1e3", "12 34", "+7", "#REF!")
_BAD_DECIMALS: Final = ("abc", "12..5", "1e3", "1,234", "12.5.0", "--1", "12 USD", "0x1F", "1.23456789012")
_BAD_DATES: Final = ("2025-02-30", "03/04/2025", "45678", "yesterday", "2025-13-01", "0000-00-00", "2025-1-5")
_BAD_CURRENCIES: Final = ("UDS", "EURR", "GPB", "XXX", "U$D", "12")
_BAD_COUNTRIES: Final = ("Untied States", "XX", "Germny", "U.K", "FRANC", "Atlantis")
_BAD_VALUES: Final = ("shiped", "payed", "unknwon", "card!", "web app", "?")
_BAD_EMAILS: Final = (
    "nobody",
    "a@b",
    "@example.com",
    "two words@example.com",
    "a@@example.com",
    "a@example.",
)
_BAD_PHONES: Final = ("12345", "+49 30", "call me", "0049-30-x12345", "+1234567890123456")
_KEYLIKE: Final = ("code", "word", "flag", "email", "currency", "country", *LISTED)
_PLACES_OF_SIGNS: Final = ("$", "€", "£")


def _held(entity: Entity, fields: list[str], stream: Stream, *types: str) -> int | None:
    """One of the columns of these types that holds something."""
    places = [place for place in entity.of_type(*types) if fields[place]]
    return stream.pick(places) if places else None


def _breaking(types: tuple[str, ...], reason: str, texts: tuple[str, ...]) -> Damage:
    """Write one of the texts into a column of these types that holds something."""

    def damage(entity: Entity, fields: list[str], stream: Stream) -> str | None:
        place = _held(entity, fields, stream, *types)
        if place is None:
            return None
        fields[place] = stream.pick(texts)
        return f"!{reason}:{entity.header[place]}"

    return damage


def _null_required(entity: Entity, fields: list[str], stream: Stream) -> str | None:
    place = stream.pick([place for place, column in enumerate(entity.columns) if column.required])
    fields[place] = stream.pick(("", "", "NULL", "n/a", "  ", "\\N"))
    return f"!not_null:{entity.header[place]}"


def _bad_number(entity: Entity, fields: list[str], stream: Stream) -> str | None:
    place = stream.pick(entity.of_type(*NUMBERS))
    texts = _BAD_INTEGERS if entity.columns[place].type == "integer" else _BAD_DECIMALS
    fields[place] = stream.pick(texts)
    return f"!not_a_number:{entity.header[place]}"


def _out_of_range(entity: Entity, fields: list[str], stream: Stream) -> str | None:
    place = _held(entity, fields, stream, *NUMBERS, *MOMENTS)
    if place is None:
        return None
    column = entity.columns[place]
    if column.type in MOMENTS:
        fields[place] = stream.pick(("1900-01-01", "2999-12-31")) + fields[place][10:]
    elif column.type == "integer":
        fields[place] = stream.pick(
            (str(int(column.least) - stream.between(1, 9)), str(int(column.greatest) + 1))
        )
    else:
        fields[place] = stream.pick((f"-{stream.between(1, 99)}.50", f"{column.greatest}.01"))
    return f"!out_of_range:{column.name}"


def _dates_out_of_order(entity: Entity, fields: list[str], stream: Stream) -> str | None:
    """Let what comes first come last: the earliest moment, or a delivery before its order."""
    index = entity.index
    if entity is ORDERS and fields[index["delivered_at"]] and stream.chance(0.7):
        fields[index["delivered_at"]] = _earlier(fields[index["ordered_at"]], stream)
    elif entity is ORDERS and fields[index["shipped_at"]] and stream.chance(0.7):
        fields[index["shipped_at"]] = _earlier(fields[index["ordered_at"]], stream)
    else:
        place = entity.of_type(*MOMENTS)[0]
        earlier = _earlier(fields[place], stream)
        fields[-1] = earlier if len(earlier) > 10 else f"{earlier} 12:00:00"
    return "!dates_out_of_order"


def _earlier(moment: str, stream: Stream) -> str:
    """A moment or date one to three days before."""
    then = datetime.fromisoformat(moment) - timedelta(days=stream.between(1, 3))
    return then.isoformat(" ") if len(moment) > 10 else then.date().isoformat()


def _wrong_field_count(entity: Entity, fields: list[str], stream: Stream) -> str | None:
    if stream.chance(0.5):
        del fields[stream.between(1, len(fields) - 1)]
    else:
        fields.insert(stream.between(1, len(fields)), stream.pick(("", "extra", "0")))
    return "?wrong_field_count"


def _stray_quote(entity: Entity, fields: list[str], stream: Stream) -> str | None:
    place = _wordy(entity, stream)
    form = stream.below(3)
    if form == 0 or any("\n" in field for field in fields):
        fields[place] = f"Frame 5{RAW_QUOTE} by 7{RAW_QUOTE}"
    elif form == 1:
        fields[place] = f"{RAW_QUOTE}Oak{RAW_QUOTE} desk"
    else:
        neighbour = list(fields)
        fields[place] = f"5{RAW_QUOTE} pipe"
        neighbour[place] = f"7{RAW_QUOTE} pipe"
        fields[-1] += RAW_NEWLINE + neighbour[0]
        fields.extend(neighbour[1:])
    return "?stray_quote"


def _wordy(entity: Entity, stream: Stream) -> int:
    """A column in which words may stand, the key aside; in every entity there is one that is not first or
    last."""
    places = entity.of_type("text", "word", "email") or entity.of_type(*LISTED) or (1,)
    return stream.pick(places)


def _bad_encoding(entity: Entity, fields: list[str], stream: Stream) -> str | None:
    place = _wordy(entity, stream)
    fields[place] = BAD_BYTE + fields[place]
    return "?bad_encoding"


def _field_too_long(entity: Entity, fields: list[str], stream: Stream) -> str | None:
    fields[_wordy(entity, stream)] = "huge " * (LONGEST // 5) + "x" * stream.between(1, 5000)
    return "?field_too_long"


def _spaces(entity: Entity, fields: list[str], stream: Stream) -> str | None:
    # A no-break space only goes in front: behind a Windows-1252 letter it could pass for UTF-8.
    place = stream.below(len(fields))
    fields[place] = (
        stream.pick((" ", "  ", "\t ", "\u00a0")) + fields[place] + stream.pick(("", " ", "\t", "   "))
    )
    return REPAIRED


def _letter_case(entity: Entity, fields: list[str], stream: Stream) -> str | None:
    place = _held(entity, fields, stream, *_KEYLIKE)
    if place is None:
        return None
    changed = stream.pick((str.upper, str.lower, str.title))(fields[place])
    changed = changed if changed != fields[place] else fields[place].swapcase()
    if changed == fields[place]:
        return None
    fields[place] = changed
    return REPAIRED


def _null_token(entity: Entity, fields: list[str], stream: Stream) -> str | None:
    empty = [
        place for place, column in enumerate(entity.columns) if not column.required and not fields[place]
    ]
    if not empty:
        return None
    fields[stream.pick(empty)] = stream.pick(("NULL", "null", "N/A", "n/a", "\\N", " "))
    return REPAIRED


def _number_format(entity: Entity, fields: list[str], stream: Stream) -> str | None:
    place = _held(entity, fields, stream, "decimal", "rate")
    if place is None:
        return None
    whole, _, rest = fields[place].partition(".")
    forms = [stream.pick(_PLACES_OF_SIGNS) + fields[place]]
    if len(rest) == 2:
        forms.append(f"{whole},{rest}")
        if 4 <= len(whole) <= 6:
            forms.append(f"{whole[:-3]},{whole[-3:]}.{rest}")
    fields[place] = stream.pick(forms)
    return REPAIRED


def _date_format(entity: Entity, fields: list[str], stream: Stream) -> str | None:
    place = _held(entity, fields, stream, *MOMENTS)
    if place is None:
        return None
    day, time = date.fromisoformat(fields[place][:10]), fields[place][11:]
    name = MONTHS[day.month - 1]
    month = stream.pick((name, name.upper(), name.lower()))
    form = stream.pick(
        (f"{day:%Y/%m/%d}", f"{day:%d.%m.%Y}", f"{day:%d} {month} {day:%Y}", f"{day:%Y-%m-%d}")
    )
    if time:
        form += stream.pick(" T") + time + stream.pick(("", "Z"))
    if form == fields[place]:
        form = form.replace("-", "/")
    fields[place] = form
    return REPAIRED


def _flag_variant(entity: Entity, fields: list[str], stream: Stream) -> str | None:
    place = entity.of_type("flag")[0]
    variants = ("1", "yes", "Y", "T", "TRUE") if fields[place] == "true" else ("0", "no", "N", "F", "False")
    fields[place] = stream.pick(variants)
    return REPAIRED


def _email_variant(entity: Entity, fields: list[str], stream: Stream) -> str | None:
    place = entity.of_type("email")[0]
    email = fields[place]
    fields[place] = stream.pick(
        (f"<{email}>", f"mailto:{email}", f"MailTo:{email.upper()}", f" {email.title()} ")
    )
    return REPAIRED


def _phone_variant(entity: Entity, fields: list[str], stream: Stream) -> str | None:
    place = _held(entity, fields, stream, "phone")
    if place is None:
        return None
    digits = fields[place][1:]
    country, rest = digits[:2], digits[2:]
    fields[place] = stream.pick(
        (
            f"00{digits}",
            f"+{country} {rest[:3]} {rest[3:]}",
            f"+{country} (0){rest[:2]}-{rest[2:]}",
            f"+{country}.{rest[:4]}.{rest[4:]}",
            f"00{country}/({rest[:3]}) {rest[3:]}",
        )
    )
    return REPAIRED


def _spelling(kind: str, spellings: dict[str, tuple[str, ...]]) -> Damage:
    def damage(entity: Entity, fields: list[str], stream: Stream) -> str | None:
        place = _held(entity, fields, stream, *(LISTED if kind == "value" else (kind,)))
        if place is None or fields[place] not in spellings:
            return None
        spelling = stream.pick(spellings[fields[place]])
        fields[place] = stream.pick((spelling, spelling.upper(), f" {spelling.lower()}"))
        return REPAIRED

    return damage


DAMAGES: Final[dict[str, Damage]] = {
    "null_required": _null_required,
    "bad_number": _bad_number,
    "bad_date": _breaking(MOMENTS, "not_a_date", _BAD_DATES),
    "bad_flag": _breaking(("flag",), "not_a_flag", ("maybe", "2", "wahr", "on")),
    "bad_email": _breaking(("email",), "not_an_email", _BAD_EMAILS),
    "bad_phone": _breaking(("phone",), "not_a_phone", _BAD_PHONES),
    "bad_currency": _breaking(("currency",), "unknown_currency", _BAD_CURRENCIES),
    "bad_country": _breaking(("country",), "unknown_country", _BAD_COUNTRIES),
    "bad_value": _breaking(LISTED, "unknown_value", _BAD_VALUES),
    "out_of_range": _out_of_range,
    "dates_out_of_order": _dates_out_of_order,
    "wrong_field_count": _wrong_field_count,
    "stray_quote": _stray_quote,
    "bad_encoding": _bad_encoding,
    "field_too_long": _field_too_long,
    "spaces": _spaces,
    "letter_case": _letter_case,
    "null_token": _null_token,
    "number_format": _number_format,
    "date_format": _date_format,
    "flag_variant": _flag_variant,
    "email_variant": _email_variant,
    "phone_variant": _phone_variant,
    "currency_variant": _spelling("currency", CURRENCY_SPELLINGS),
    "country_variant": _spelling("country", COUNTRY_SPELLINGS),
    "value_variant": _spelling("value", VALUE_SPELLINGS),
}
