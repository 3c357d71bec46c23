"""What the texts of a column are: numbers of which kind, dates in which order, or just text.

After texts. Says what a contract will say (typedAs, format, unit, decimalMark, decimals), reached by other
means
than T-SQL reads it; what it cannot decide from the file it says aloud (`doubt`). A column is what all of
its texts are, but for at most one in fifty, which the warehouse will put into quarantine.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Final

NULL_WORDS: Final = frozenset({"", "null", "n/a", "\\n"})
"""What bronze.field_text reads as nothing anyway, in lower case."""
MORE_NULL_WORDS: Final = (
    "-",
    "--",
    "..",
    "...",
    ":",
    "NA",
    "n.a.",
    "NaN",
    "nan",
    "#N/A",
    "None",
    "none",
    "(null)",
    "?",
    "*",
)
_SOME: Final = 500
TOLERATED: Final = 50
"""One text in so many may be something else than the rest of its column."""
_UNITS: Final = (
    *("US$", "R$", "A$", "C$", "$", "€", "£", "¥", "₹", "kr.", "kr", "zł", "Kč", "Rs.", "Rs", "%"),
    *("CHF", "EUR", "USD", "GBP", "SEK", "NOK", "DKK", "PLN", "CZK", "AUD", "CAD", "JPY", "INR", "BRL"),
)
_SIGNS: Final = ("$", "€", "£", "¥", "₹", "CHF", "EUR", "USD", "GBP")
_MEASURE: Final = re.compile(
    r"[-+]?\d[\d.,'\u2019\u00a0\u202f ]*[ \u00a0\u202f](kg|g|mg|t|lb|lbs|oz|km|m|cm|mm|mi|ft|l|ml|"
    r"cl|ha|m²|m³|km²|°C|°F|kW|kWh|MWh|GWh|MW|W|V|A|kB|KB|MB|GB|TB|km/h|mph|h|min|s|ms|pcs|Stk|Stk\.|Stück)"
)
_DURATION: Final = re.compile(r"[-+]?\d{1,4}:[0-5]\d(:[0-5]\d([.,]\d+)?)?", re.ASCII)
_NAMED_DAY: Final = re.compile(r"\d{1,2}\.?[ -][^\W\d_]{3,10}\.?[ -]\d{2,4}")
_ZONED: Final = re.compile(r"(.+\d:\d\d(?::\d\d(?:\.\d+)?)?) ?[A-Z]{2,5}")
_PLAIN_NUMBER: Final = re.compile(r"-?\d{1,7}(\.\d{1,4})?", re.ASCII)
_FLOAT: Final = re.compile(r"[+-]?(?!0\d)(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?", re.ASCII | re.IGNORECASE)
_PLAIN_MOMENT: Final = re.compile(r"\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}:\d{2}Z?)?", re.ASCII)
_SHORT_YEAR: Final = re.compile(r"(\d{2})[-/. ]\d{1,2}[-/. ](\d{2})(?!\d)", re.ASCII)
_TRUE: Final = frozenset({"true", "yes", "y", "t"})
_FALSE: Final = frozenset({"false", "no", "n", "f"})
_MONTHS: Final = (
    "january february march april may june july august september october november december".split()
)
_GROUPS: Final = "[\\u0020\\u00a0\\u202f'\\u2019{other}]"


@dataclass(frozen=True, slots=True)
class Kind:
    """A column in a contract's words. `misfits` are texts of another kind; `doubt` is a question.

    `is_plain` says that all are small and written as SQL Server writes them: simpler functions read those.
    """

    typed_as: str
    logical_type: str
    date_format: str = ""
    unit: str = ""
    decimal_mark: str = "."
    decimals: int = 4
    least: str = ""
    greatest: str = ""
    misfits: tuple[str, ...] = ()
    doubt: str = ""
    is_plain: bool = False


def kind_of(texts: Sequence[str], order: str = "", mark: str = "") -> Kind:
    """What these texts are, none of which stands for nothing.

    `order` and `mark` decide where a date or a number such as 1,234 may be read in two ways.
    """
    counts = Counter(text.strip() for text in texts)
    return (
        _flag(counts)
        or _moments(counts, order)
        or _numbers(counts, mark)
        or _floats(counts)
        or Kind("text", "string", doubt=_text_doubt(counts))
    )


def _text_doubt(texts: Iterable[str]) -> str:
    """What somebody might have expected of texts that stay text."""
    some = list(islice(texts, _SOME))
    orders = [order for order in ("ymd", "dmy", "mdy") if any(moment(text, order) for text in some)]
    if some and all(any(moment(text, order) for order in orders) for text in some):
        first = next(text for text in some if moment(text, orders[0]))
        other = next((text for text in some if not moment(text, orders[0])), first)
        return f"dates in several orders, such as {first!r} and {other!r}; they are kept as text"
    units = [unit for unit in _SIGNS if any(unit in text for text in some)]
    if len(units) > 1 and all(_is_amount(text, units) for text in some):
        return f"amounts in several currencies, such as {' and '.join(units[:2])}; they are kept as text"
    for looks, said in (
        (_DURATION.fullmatch, "times of day or durations"),
        (_NAMED_DAY.fullmatch, "dates whose months have no English names"),
        (_is_zoned, "times with the name of a zone"),
    ):
        if some and all(map(looks, some)):
            return f"{said}, such as {some[0]!r}; they are kept as text"
    return ""


def _is_zoned(text: str) -> bool:
    found = _ZONED.fullmatch(text)
    return found is not None and any(moment(found[1], order) is not None for order in ("ymd", "dmy", "mdy"))


def _is_amount(text: str, units: Sequence[str]) -> bool:
    return any(number(text, unit, mark) is not None for unit in ("", *units) for mark in ".,")


def _tolerable(counts: Counter[str], misfits: Sequence[str]) -> bool:
    return sum(counts[text] for text in misfits) * TOLERATED <= counts.total()


def _flag(counts: Counter[str]) -> Kind | None:
    """Yes and no in words; one letter alone, such as F, may be anything."""
    words = {text.lower() for text in counts}
    if not words <= _TRUE | _FALSE or len(words) not in (1, 2) or max(map(len, words)) == len(words) == 1:
        return None
    return Kind("flag", "boolean")


# numbers


def _numbers(counts: Counter[str], wanted: str) -> Kind | None:
    """The unit and the decimal mark with which most are numbers."""
    if not counts or _looks_like_codes(counts):
        return None
    tried = []
    measures = _MEASURE.fullmatch(next(iter(counts)))
    units = ("", *(unit for unit in _UNITS if any(unit in text for text in counts)))
    for unit in (*units, measures[1]) if measures else units:
        for mark in (".", ","):
            values = {text: number(text, unit, mark) for text in counts}
            misfits = [text for text, value in values.items() if value is None]
            rank = mark != (wanted or ".")
            tried.append((sum(counts[text] for text in misfits), rank, unit, mark, misfits, values))
    _, _, unit, mark, misfits, values = min(tried, key=lambda found: found[:2])
    if not _tolerable(counts, misfits):
        return None
    numbers = [value for value in values.values() if value is not None]
    decimals = max(len(value.partition(".")[2]) for value in numbers)
    whole = max(len(value.lstrip("-").partition(".")[0]) for value in numbers)
    least, greatest = min(numbers, key=float), max(numbers, key=float)
    is_plain = not unit and not misfits and all(_PLAIN_NUMBER.fullmatch(text) for text in counts)
    common = {
        "unit": unit,
        "decimal_mark": mark,
        "least": least,
        "greatest": greatest,
        "misfits": tuple(misfits),
        "is_plain": is_plain,
    }
    doubt = "" if wanted else _number_doubt(counts, mark)
    if unit == "%":
        bare = next((text for text, value in values.items() if value is not None and "%" not in text), "")
        doubt = doubt or (f"{bare!r} has no % and is read as percent all the same" if bare else "")
        fits = decimals <= 6 and whole <= 9
        return Kind("percent", "number", decimals=decimals, doubt=doubt, **common) if fits else None  # type: ignore[arg-type]
    if decimals == 0 and whole <= 18:
        return Kind("whole_number", "integer", doubt=doubt, **common)  # type: ignore[arg-type]
    if decimals <= 18 and whole <= (15 if decimals <= 4 else 16):
        return Kind("number", "number", decimals=max(decimals, 4), doubt=doubt, **common)  # type: ignore[arg-type]
    return None


def _floats(counts: Counter[str]) -> Kind | None:
    """Numbers of which some have an exponent, as instruments and programs write them."""
    misfits = [text for text in counts if not _FLOAT.fullmatch(text)]
    good = [text for text in counts if _FLOAT.fullmatch(text)]
    if not any("e" in text.lower() for text in good) or not _tolerable(counts, misfits):
        return None
    return Kind(
        "float",
        "number",
        least=min(good, key=float),
        greatest=max(good, key=float),
        misfits=tuple(misfits),
    )


def _number_doubt(counts: Counter[str], mark: str) -> str:
    """1,234 alone may be a thousand or one and a bit."""
    marked = [text for text in counts if re.search(r"\d[.,]\d", text)]
    if not marked or not all(re.fullmatch(r"\D*[1-9]\d{0,2}[.,]\d{3}\D*", text) for text in marked):
        return ""
    sign = "." if "." in marked[0] else ","
    said = "its decimal mark" if sign == mark else "a mark of thousands"
    other = "," if mark == "." else "."
    remedy = f"if it is not, say decimalMark: {other!r} in the contract"
    return f"{sign!r} in {marked[0]!r} is taken for {said}; {remedy}"


def number(text: str, unit: str, mark: str) -> str | None:
    """A number as SQL Server writes it, or None."""
    bare = text.replace("\u2212", "-").strip()
    negative = bare.startswith("(") and bare.endswith(")")
    bare = bare[1:-1] if negative else bare
    if unit and unit in bare:
        before, _, after = bare.partition(unit)
        if before.strip() not in ("", "-", "+") and after.strip() not in ("", "-"):
            return None
        bare = (before + after).strip()
    negative = negative or bare.startswith("-") or bare.endswith("-")
    bare = bare.removeprefix("-").removeprefix("+").removesuffix("-").strip()
    group = _GROUPS.format(other="," if mark == "." else ".")
    grouped = rf"[1-9]\d{{0,2}}(?:{group}\d{{2,3}})*{group}\d{{3}}"
    if not re.fullmatch(rf"(0|[1-9]\d*|{grouped})?({re.escape(mark)}\d+)?", bare, re.ASCII) or not bare:
        return None
    whole, _, fraction = bare.partition(mark)
    digits = re.sub(r"\D", "", whole, flags=re.ASCII) or "0"
    return ("-" if negative else "") + digits + (f".{fraction}" if fraction else "")


def _looks_like_codes(counts: Counter[str]) -> bool:
    """00123 is no number: its noughts would be lost."""
    return any(re.fullmatch(r"0\d+", text, re.ASCII) for text in counts)


# dates


def _moments(counts: Counter[str], wanted: str) -> Kind | None:
    """The order of day, month and year with which most are dates."""
    if not counts:
        return None
    tried = []
    ends = [(ended[1], ended[2]) for text in counts if (ended := _SHORT_YEAR.match(text))]
    short = len(ends) * 2 > len(counts)
    # Of 21-05-06 that end is the year that has fewer different values.
    firsts, lasts = len({first for first, _ in ends}), len({last for _, last in ends})
    is_last = short and lasts <= firsts
    for place, order in enumerate(("dmy", "mdy", "ymd") if is_last else ("ymd", "dmy", "mdy")):
        values = {text: moment(text, order) for text in counts}
        misfits = [text for text, value in values.items() if value is None]
        rank = -1 if order == wanted else place
        tried.append((sum(counts[text] for text in misfits), rank, order, misfits, values))
    _, _, order, misfits, values = min(tried, key=lambda found: found[:2])
    if not _tolerable(counts, misfits):
        return None
    found = [value for value in values.values() if value is not None]
    good = [text for text in counts if values[text] is not None]
    has_time = any(":" in text for text in good)
    if not has_time and order != "ymd" and not any(re.search(r"\D", text) for text in good):
        return None  # 06052021 may be any number
    is_packed = order == "ymd" and not has_time and all(text.isdigit() for text in good)
    if is_packed and not all(1950 <= value.year < 2050 for value in found):
        return None
    clear = short and max(firsts, lasts) >= 2 * min(firsts, lasts)
    others = [
        (one[2], one[3])
        for one in tried
        if one[2] != order and _tolerable(counts, one[3]) and not (clear and "ymd" in (order, one[2]))
    ]
    doubt = _moment_doubt(good, order, others) if (order != "ymd" or short) and not wanted else ""
    shown = _pattern(good[0], order)
    if "yyyy" not in shown and max(found).date() > date.today() and not doubt:
        late = next(text for text in good if values[text] == max(found))
        doubt = f"years of two digits lie in 1950 to 2049, so {late!r} is {max(found):%Y-%m-%d}"
    typed_as = "timestamp" if has_time else "date"
    return Kind(
        typed_as,
        typed_as,
        date_format=shown,
        least=min(found).date().isoformat(),
        greatest=max(found).date().isoformat(),
        misfits=tuple(misfits),
        doubt=doubt,
        is_plain=all(_PLAIN_MOMENT.fullmatch(text) for text in good),
    )


def _moment_doubt(good: Sequence[str], order: str, others: Sequence[tuple[str, Sequence[str]]]) -> str:
    """Other orders in which nearly all are dates too, each with the texts that speak against it."""
    if not others:
        return ""
    against = [text for _, misfits in others for text in misfits]
    shown = good[0]
    parts = {"d": "day", "m": "month", "y": "year"}
    begins = " or ".join(parts[one[0]] for one in (order, *(other for other, _ in others)))
    said = f"{shown!r} may be {begins} first; it is read as {_pattern(shown, order)}"
    if against:
        said += f", since {against[0]!r} is no date otherwise"
    return f"{said}; --dates {' or '.join(other for other, _ in others)} reads it otherwise"


def moment(text: str, order: str) -> datetime | None:
    """A date, with a time if it has one; None for what is none in this order."""
    found = re.fullmatch(
        r"(?P<day>.*?)(?:[ T]+(?P<time>\d{1,2}:\d{2}(:\d{2}(\.\d{1,9})?)?)\s?(?P<half>[AaPp][Mm])?"
        r"\s?(Z|UTC|[+-]\d{2}:?\d{2})?)?",
        text.strip(),
    )
    if found is None:
        return None
    day = _day(found["day"].rstrip(","), order)
    if day is None or not found["time"]:
        return None if day is None else datetime(day.year, day.month, day.day)
    hour, minute = int(found["time"].split(":")[0]), int(found["time"].split(":")[1][:2])
    if found["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if found["half"].lower() == "pm" else 0)
    return datetime(day.year, day.month, day.day, hour, minute) if hour < 24 and minute < 60 else None


def _day(text: str, order: str) -> date | None:
    if re.fullmatch(r"\d{8}", text, re.ASCII):
        widths = (4, 2, 2) if order == "ymd" else (2, 2, 4)
        parts = [text[: widths[0]], text[widths[0] : widths[0] + 2], text[-widths[2] :]]
    else:
        parts = re.split(r", ?|\. ?|[-/ ]", text)
    if len(parts) != 3 or not all(parts):
        return None
    day, month, year = (parts[order.index(letter)] for letter in "dmy")
    if not re.fullmatch(r"\d{1,2}", day, re.ASCII) or not re.fullmatch(r"\d{2}|\d{4}", year, re.ASCII):
        return None
    if month.isalpha():
        names = [name for name in _MONTHS if len(month) >= 3 and name.startswith(month.lower())]
        number = _MONTHS.index(names[0]) + 1 if names else 0
    else:
        number = int(month) if re.fullmatch(r"\d{1,2}", month, re.ASCII) else 0
    full = int(year) if len(year) == 4 else int(year) + (2000 if int(year) < 50 else 1900)
    try:
        return date(full, number, int(day))
    except ValueError:
        return None


def _pattern(text: str, order: str) -> str:
    """The text as a pattern: 06-05-21 is dd-MM-yy."""
    day = re.split(r"[ T]\d{1,2}:", text, maxsplit=1)[0].rstrip(",")
    if re.fullmatch(r"\d{8}", day):
        shown = {"ymd": "yyyyMMdd", "dmy": "ddMMyyyy", "mdy": "MMddyyyy"}[order]
    else:
        letters = iter(order)
        shown = re.sub(r"[^\W_]+", lambda found: _letters(next(letters, ""), found[0]), day)
    if ":" not in text:
        return shown
    half = " a" if re.search(r"[AaPp][Mm]\b", text) else ""
    seconds = ":ss" if text.count(":") > 1 else ""
    hours = "hh" if half else "HH"
    return f"{shown} {hours}:mm{seconds}{half}"


def _letters(part: str, text: str) -> str:
    if part == "y":
        return "y" * len(text)
    if part == "m":
        return "MMM" if text.isalpha() else "MM"
    return "dd" if part else text


def null_words(columns: Sequence[Sequence[str]]) -> Iterator[str]:
    """Words of MORE_NULL_WORDS that stand for nothing: those in columns that are numbers or dates else."""
    for word in MORE_NULL_WORDS:
        for texts in columns:
            if word in texts:
                others = [text for text in texts if text and text not in MORE_NULL_WORDS]
                if others and kind_of(others).typed_as not in ("text", "flag"):
                    yield word
                    break
