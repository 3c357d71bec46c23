"""Where in a file the records are: titles above the header, a header of one or two lines, a footer below.

After texts. Records are the rows whose numbers and dates stand where those of most rows do; the header is
what stands right above the first of them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from warehouse.errors import UsageProblem
from warehouse.intake.headers import joined
from warehouse.intake.shapes import TOTAL
from warehouse.source.texts import Row, Table
from warehouse.source.values import MORE_NULL_WORDS, moment, number

_LOOKED_AT: Final = 2000
_TITLES: Final = 60
_TAIL: Final = 40
_YEAR: Final = re.compile(r"(19|20)\d\d")
_FOOTER_WORDS: Final = re.compile(
    r"\W*(sources?|quelle|notes?|footnotes?|last updated|data from|generated|end of|copyright)\b|\W*[#©]",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Outline:
    """`titles` are the rows above the header, `header` its cells, `footer` the rows below the last record.

    `width` counts the fields of a record, `header_rows` the rows of the header. `between` are those of the
    records that begin alike and have no values where others have: balances of days, headings of groups.
    """

    titles: tuple[Row, ...]
    header_rows: int
    header: tuple[str, ...]
    records: tuple[Row, ...]
    footer: tuple[Row, ...]
    footer_pattern: str
    width: int
    ragged: int
    between: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody said of the header: the line it begins on (0: it is looked for), and its lines.

    With 0 lines the file has none; `names` are what its columns are called then.
    """

    line: int = 0
    lines: int = 1
    names: tuple[str, ...] = ()


def outline_of(table: Table, name: str, given: Given = Given()) -> Outline:
    """Find all of it. Errors: UsageProblem for a file in which no header is found."""
    rows = table.rows
    while rows and not rows[-1].text.strip():
        rows = rows[:-1]
    width = _width(rows)
    typed = _typed_places(rows, width)
    header, header_rows, header_line, first = _header(rows, width, typed, name, given)
    titles = tuple(row for row in rows if row.line < header_line)
    body = rows[first:]
    _refuse_second_table(rows, name, titles)
    footer_at = _footer_at(body, width, typed, is_cut=table.is_cut)
    between = _between(body, footer_at, width, typed)
    if between:
        footer_at = max(footer_at, body.index(between[-1]) + 1)
    records = tuple(row for row in body[:footer_at] if row.filled)
    footer = tuple(row for row in body[footer_at:] if row.text.strip())
    return Outline(
        titles,
        header_rows,
        header,
        records,
        footer,
        _pattern(footer[0].text, records) if footer else "",
        max(width, len(header)),
        sum(len(row.fields) != width or not row.is_whole for row in records),
        between,
    )


def _header(
    rows: Sequence[Row], width: int, typed: _Typed, name: str, given: Given
) -> tuple[tuple[str, ...], int, int, int]:
    """The header's cells, how many rows it has, its first line, and the place of the first record."""
    if not given.lines:
        if given.names and len(given.names) != width:
            raise UsageProblem(f"{name}: has {width} columns and --names {len(given.names)}; name each")
        return given.names or tuple(f"column {place + 1}" for place in range(width)), 0, 0, 0
    if given.line:
        above = [row for row in rows if row.line >= given.line][: given.lines]
        if len(above) < given.lines or above[0].line != given.line:
            raise UsageProblem(f"{name}: no record begins on line {given.line}; correct --header")
        return joined([row.fields for row in above]), len(above), given.line, rows.index(above[-1]) + 1
    first = _first_record(rows, width, typed)
    above = [row for row in rows[:first] if row.filled]
    if not above:
        raise UsageProblem(
            f"{name}: has no header: its first line looks like a record; say --header 1 if it is one all the "
            "same, --header none (and --names) if it is not"
        )
    count = 2 if len(above) > 1 and _are_two(above[-2], above[-1], width) else 1
    return joined([row.fields for row in above[-count:]]), count, above[-count].line, first


def _refuse_second_table(rows: Sequence[Row], name: str, titles: Sequence[Row]) -> None:
    """A blank line, another header and records below it are a table of their own.

    Errors: UsageProblem.
    """
    blocks: list[list[Row]] = [[]]
    for row in rows[len(titles) :][:_LOOKED_AT]:
        if row.filled:
            blocks[-1].append(row)
        elif blocks[-1]:
            blocks.append([])
    tables = [block for block in blocks if _is_table(block)]
    if len(tables) > 1 and _names(tables[0][0]) != _names(tables[1][0]):
        begins = tables[1][0]
        shown = " ".join(begins.text.split())
        raise UsageProblem(
            f"{name}: holds a second table, whose header is line {begins.line} ({shown[:60]}); "
            "make a file of each"
        )


def _is_table(block: Sequence[Row]) -> bool:
    """A row of names above two rows or more, of which most have numbers or dates where it has names."""
    if (
        len(block) < 3
        or len(block[0].filled) < 2
        or any(_is_value(block[0].fields[p]) for p in block[0].filled)
    ):
        return False
    below = [row for row in block[1:] if any(_is_value(row.fields[place]) for place in row.filled)]
    return len(below) * 2 > len(block) - 1 and all(len(row.filled) > 1 for row in below)


def _names(row: Row) -> tuple[str, ...]:
    return tuple(row.fields[place].strip().lower() for place in row.filled)


def _width(rows: Sequence[Row]) -> int:
    """How many fields most rows have that have more than one; one column where none has."""
    widths = Counter(len(row.fields) for row in rows[:_LOOKED_AT] if len(row.filled) > 1)
    return max(widths.items(), key=lambda pair: (pair[1], pair[0]))[0] if widths else 1


def _is_value(text: str) -> bool:
    bare = text.strip().removesuffix("%")
    bare = re.sub(
        r"^(-?)[^\w\s.,()+-]{1,3}|\s?[€$£¥₹%]$|^[A-Z]{3} ?(?=[\d-])|\s?[A-Z]{3}$", r"\1", bare
    ).strip()
    return any(number(bare, "", mark) is not None for mark in ".,") or any(
        moment(text.strip(), order) is not None for order in ("ymd", "dmy", "mdy")
    )


@dataclass(frozen=True, slots=True)
class _Typed:
    """Columns mostly of numbers or dates; those of years among them, and those that are always filled."""

    places: frozenset[int]
    years: frozenset[int]
    always: frozenset[int]

    def is_value(self, row: Row, place: int) -> bool:
        """Whether the field is what its column is; 2023 above amounts is a name."""
        text = row.fields[place].strip()
        return _is_value(text) and (place in self.years or not _YEAR.fullmatch(text))


def _typed_places(rows: Sequence[Row], width: int) -> _Typed:
    """Find them in the lower part of the first rows, which titles do not reach."""
    full = [row for row in rows[:_LOOKED_AT] if len(row.fields) == width]
    full = full[len(full) // 4 :] if len(full) > 8 else full[1:]
    found, years, always = [], [], []
    for place in range(width):
        fields = [row.fields[place].strip() for row in full]
        given = [field for field in fields if field and field not in MORE_NULL_WORDS]
        if given and sum(map(_is_value, given)) * 10 >= len(given) * 6:
            found.append(place)
            if sum(_YEAR.fullmatch(field) is not None for field in given) * 2 > len(given):
                years.append(place)
            if sum(map(bool, fields)) * 10 >= len(fields) * 7:
                always.append(place)
    return _Typed(frozenset(found), frozenset(years), frozenset(always))


def _is_record(row: Row, width: int, typed: _Typed) -> bool:
    """Whether its numbers and dates stand where they should; text alone is none where others have values."""
    if len(row.fields) < min(width, 2) or not row.filled:
        return False
    given = [
        place
        for place in typed.places
        if place < len(row.fields) and row.fields[place].strip() not in ("", *MORE_NULL_WORDS)
    ]
    missing = [place for place in typed.always if place >= len(row.fields) or not row.fields[place].strip()]
    if len(missing) * 2 > len(typed.always):
        return False
    good = sum(typed.is_value(row, place) for place in given)
    return good * 2 > len(given) if given else not typed.places


def _first_record(rows: Sequence[Row], width: int, typed: _Typed) -> int:
    """The first record; where no column has values, what follows the first row that is as wide as most."""
    if not typed.places:
        full = [place for place, row in enumerate(rows[:_TITLES]) if len(row.filled) >= max(1, _usual(rows))]
        return full[0] + 1 if full else 1
    if _is_record(rows[0], width, typed) and _is_full(rows[0], rows, width):
        return 0
    for place, row in enumerate(rows):
        # A title such as "Account;12345" is narrower than a record, or has less in it.
        if (
            place
            and len(row.fields) >= width - 1
            and _is_record(row, width, typed)
            and _is_full(row, rows, width)
        ):
            return place
        if place > _TITLES:
            break
    return 1


def _is_full(row: Row, rows: Sequence[Row], width: int) -> bool:
    return len(row.filled) * 2 >= min(_usual(rows), width)


def _usual(rows: Sequence[Row]) -> int:
    """How many fields of a row have something, mostly."""
    counts = Counter(len(row.filled) for row in rows[:_LOOKED_AT] if row.filled)
    return counts.most_common(1)[0][0] if counts else 1


def _are_two(upper: Row, lower: Row, width: int) -> bool:
    """Whether two rows are one header: right above each other, and one says what the other leaves open."""
    if lower.line - upper.line != 1 or len(upper.fields) < width - 1 or len(upper.filled) < 2:
        return False
    if any(
        _is_value(upper.fields[place]) and not re.fullmatch(r"\d{4}", upper.fields[place].strip())
        for place in upper.filled
    ):
        return False
    names = [lower.fields[place].strip().lower() for place in lower.filled]
    repeats = len(set(names)) < len(names)
    gaps = set(upper.filled) - set(lower.filled)
    blanks = set(lower.filled) - set(upper.filled)
    return (
        bool(gaps)
        or (repeats and len(upper.filled) > 1)
        or (bool(blanks) and 0 in upper.filled and 0 not in lower.filled)
    )


def _footer_at(body: Sequence[Row], width: int, typed: _Typed, *, is_cut: bool) -> int:
    """Where in the rows below the header the footer begins; their number where there is none."""
    if is_cut:
        return len(body)
    start = len(body)
    for place in range(len(body) - 1, max(-1, len(body) - 1 - _TAIL), -1):
        row = body[place]
        if not row.text.strip():
            continue
        is_other = not _is_record(row, width, typed) or len(row.fields) != width
        said = TOTAL.match(row.text) or (is_other and _FOOTER_WORDS.match(row.text))
        if not said and not is_other:
            break
        is_label = (
            bool(row.filled) and row.filled[0] in typed.always and not typed.is_value(row, row.filled[0])
        )
        is_long = len(row.fields) == width and len(row.filled) * 2 > width
        has_values = any(_is_value(row.fields[place]) for place in row.filled)
        if is_other and (is_long or has_values) and not said and not is_label:
            break  # a record with something wrong in it, for the quarantine
        if len(row.fields) == width and not said and _is_like_those_above(row, body[:place]):
            break  # a record that says nothing but its number
        start = place
    # A line of nothing but delimiters is blank, wherever it stands.
    while start < len(body) and not body[start].filled:
        start += 1
    return start if start > 0 else len(body)


def _is_like_those_above(row: Row, above: Sequence[Row]) -> bool:
    """Whether all that it says has digits and letters where they stand in the same column above."""
    if not row.filled:
        return False
    return all(
        re.search(r"\d", row.fields[place])
        and any(
            _shape(other.fields[place]) == _shape(row.fields[place])
            for other in above[-_TAIL:]
            if place < len(other.fields)
        )
        for place in row.filled
    )


def _shape(text: str) -> str:
    return re.sub(r"[^\W\d_]", "a", re.sub(r"\d", "0", text.strip()))


def _between(body: Sequence[Row], footer_at: int, width: int, typed: _Typed) -> tuple[Row, ...]:
    """Rows with half as much in them as others have, no records, that begin with the same word and of which
    one at least stands among the records."""
    words: dict[str, list[int]] = {}
    usual = _usual(body)
    for place, row in enumerate(body):
        if len(row.fields) != width or len(row.filled) * 2 > usual or not typed.places:
            continue
        word = re.match(r"[^\W\d_]{3,}", row.fields[0].strip())
        if word and not _is_record(row, width, typed):
            words.setdefault(word[0].lower(), []).append(place)
    found = [places for places in words.values() if len(places) > 1 and places[0] < footer_at]
    return tuple(body[place] for place in sorted(place for places in found for place in places))


def _pattern(text: str, records: Sequence[Row]) -> str:
    """What the footer's first line begins with and no record does."""
    word = re.match(r"\W*\d*[^\W\d]\w*", text)
    for length in (word.end() if word else 20, 20, len(text)):
        beginning = text[:length]
        if not any(row.text.lower().startswith(beginning.lower()) for row in records):
            return re.sub(r"\\(?=[ \-/#&])", "", re.escape(beginning))
    return re.escape(text)
