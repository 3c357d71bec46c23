"""What a file is, as a contract will say it: its columns, their types, what tells its records apart.

After outline, values and naming. Pure but for the reading of the file.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import combinations, pairwise
from pathlib import Path
from typing import Final

from warehouse.errors import UsageProblem
from warehouse.scaffold.typing import LONGEST_IDENTIFIER
from warehouse.source.naming import column_names, words_of
from warehouse.source.outline import Given, Outline, outline_of
from warehouse.source.texts import Row, Table, read_table
from warehouse.source.values import NULL_WORDS, Kind, kind_of, moment, null_words, number

LONGEST_FIELD: Final = 4000
_KEYS_TRIED: Final = 12
_FEW: Final = 12
_KEY_WORDS: Final = re.compile(
    r"(^|_)(id|code|number|no|nr|key|reference|ref|uuid|guid|sku|isbn|iban|date|year)($|_)"
)
_SUM: Final = re.compile(r"^\W*(grand |sub ?)?totals?\b|\b(sub)?totals?\W*$", re.IGNORECASE)
_MEASURES: Final = re.compile(
    r"^(count|sum|total|avg|average|min|max|number_of|no_of|nr_of|share|rate|percent)(_|$)|_(count|total)$"
)
_DAYS: Final = re.compile(r"(^|_)(date|day|datum|fecha|jour)($|_)")
_FIRST_SERIAL: Final = 20000
_LAST_SERIAL: Final = 60000
_CODES: Final = re.compile(
    r"(^|_)(zip|zipcode|postcode|postal|postal_code|plz|phone|telephone|tel|fax|mobile|ssn|ean|gtin|upc|isbn|"
    r"iban|fips|geoid)(_code|_no|_number|_nr)?(_\d+)?$"
)
"""What is written in digits and is no number: noughts in front belong to it, if only in the next file."""
_VERSIONS: Final = re.compile(r"(^|_)(ver|version|release)$")
_NO_KEY: Final = frozenset({"number", "float", "percent", "flag"})
_WIDEST_ROW: Final = 8060
_MOST_COLUMNS: Final = 1000
_OWN_BYTES: Final = 400
"""What silver's tables have in a row beside the source's columns."""
_BYTES: Final = {"whole_number": 8, "float": 8, "date": 3, "timestamp": 7, "flag": 1, "percent": 9}


@dataclass(frozen=True, slots=True)
class ProfiledColumn:
    """A column of the file: `header` as it stands there, `place` from 1, what it holds.

    `few` are its values where they are few and come again, as examples for the reader.
    """

    name: str
    header: str
    place: int
    kind: Kind
    nulls: int
    distinct: int
    longest: int
    example: str
    few: tuple[str, ...] = ()
    json_path: str = ""


@dataclass(frozen=True, slots=True)
class Profile:
    """A file as found. `key` names columns, () where records are told apart by all that they say.

    `keys` are all candidates; `notes` are what somebody should know or decide.
    """

    path: Path
    form: str
    table: Table | None
    outline: Outline | None
    columns: tuple[ProfiledColumn, ...]
    records: int
    null_words: tuple[str, ...]
    keys: tuple[tuple[str, ...], ...]
    key: tuple[str, ...]
    notes: tuple[str, ...]
    left_out: tuple[str, ...] = ()
    sheet: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody said of a file: its key, order of dates, sheet, encoding, header."""

    key: tuple[str, ...] = ()
    date_order: str = ""
    sheet: str = ""
    encoding: str = "utf-8"
    header: Given = Given()  # noqa: RUF009  # frozen
    without_key: bool = False


def profile_file(path: Path, asked: Asked = Asked()) -> Profile:
    """Look at a delimited file. Errors: UsageProblem for one that cannot be read, or a key it has not."""
    table = read_table(path, asked.sheet, asked.encoding)
    outline = outline_of(table, str(path), asked.header)
    if not outline.records:
        raise UsageProblem(f"{path}: has a header and no records; name a file that has some")
    width = max(outline.width, len(outline.header))
    # Records with another number of fields than most will be in quarantine, and say nothing of types.
    between = {row.line for row in outline.between}
    whole = [
        row
        for row in outline.records
        if len(row.fields) == outline.width and row.is_whole and row.line not in between
    ] or outline.records
    cells = [
        [row.fields[place] if place < len(row.fields) else "" for row in whole] for place in range(width)
    ]
    headers = [outline.header[place] if place < len(outline.header) else "" for place in range(width)]
    used = [place for place in range(width) if headers[place] or any(cell.strip() for cell in cells[place])]
    kept = [place for place in range(width) if headers[place] or (used and place <= used[-1])]
    left_out = [place for place in range(width) if place not in kept]
    found = profile_columns(
        path,
        [headers[p] for p in kept],
        [p + 1 for p in kept],
        [cells[p] for p in kept],
        asked.key,
        asked.date_order,
    )
    return replace(
        found,
        sheet=asked.sheet,
        table=table,
        outline=outline,
        records=len(outline.records),
        notes=(*found.notes, *_file_notes(table, outline), *_last_is_sum(found.columns, whole)),
        left_out=tuple(f"column {place + 1}" for place in left_out),
    )


def _file_notes(table: Table, outline: Outline) -> Iterator[str]:
    """What somebody should know of the file as a whole."""
    if outline.ragged:
        yield (
            f"{outline.ragged:,} records have not {outline.width} fields like the others, or quotes out of "
            "place; they will be in quarantine"
        )
    if outline.between:
        shown = outline.between[0].fields[0].strip()
        yield (
            f"{len(outline.between):,} records such as {shown!r} have not the values of the others; they may "
            "be balances, sums or headings; what is no value of its column will be in quarantine"
        )
    totals = [row for row in outline.records if any(_SUM.search(row.fields[p]) for p in row.filled[:2])]
    if totals:
        shown = totals[0].fields[next(p for p in totals[0].filled if _SUM.search(totals[0].fields[p]))]
        yield f"{len(totals):,} records may be sums of others, such as {shown.strip()!r}; they are kept"
    if table.is_cut:
        yield "only the first 64 MB were looked at; a footer was not looked for"
    if table.encoding not in ("utf-8", "utf-16"):
        shown = f"; a word of it: {table.sample!r}" if table.sample else ""
        yield f"the file is not UTF-8; it is read as {table.encoding} (--encoding says otherwise){shown}"


def _is_code(kind: Kind, header: str) -> bool:
    words = words_of(header)
    if kind.typed_as == "number":
        return _VERSIONS.search(words) is not None  # 1.10 is not 1.1
    return kind.typed_as == "whole_number" and _CODES.search(words) is not None


def _last_is_sum(columns: Sequence[ProfiledColumn], rows: Sequence[Row]) -> Iterator[str]:
    """Where the last record has nothing in front and adds up the others."""
    if len(rows) < 3 or rows[-1].fields[0].strip() or not all(row.fields[0].strip() for row in rows[:-1]):
        return
    for column in columns:
        kind = column.kind
        if kind.typed_as not in ("number", "whole_number"):
            continue
        texts = [row.fields[column.place - 1].strip() for row in rows]
        values = [number(text, kind.unit, kind.decimal_mark) for text in texts]
        amounts = [Decimal(value) for value in values if value is not None]
        if len(amounts) == len(rows) and amounts[-1] and sum(amounts[:-1]) == amounts[-1]:
            yield f"the last record may be the sum of the others: {column.name} adds up to it; it is kept"
            return


def profile_columns(
    path: Path,
    headers: Sequence[str],
    places: Sequence[int],
    cells: Sequence[Sequence[str]],
    key: Sequence[str],
    date_order: str,
    form: str = "csv",
) -> Profile:
    """The columns of a file of any kind, from their texts. Errors: UsageProblem for a key that it has not."""
    trimmed = [[cell.strip(" \t\u00a0") for cell in column] for column in cells]
    words = tuple(null_words(trimmed))
    given = [[cell for cell in column if not _is_null(cell, words)] for column in trimmed]
    kinds = [
        Kind("text", "string") if _is_code(kind, header) else kind
        for kind, header in zip(_kinds(given, date_order), headers, strict=True)
    ]
    names = column_names(headers, [kind.typed_as for kind in kinds], places)
    columns = [
        _column(name, header, place, kind, column, texts)
        for name, header, place, kind, column, texts in zip(
            names, headers, places, kinds, trimmed, given, strict=True
        )
    ]
    nulls_out = [
        ["" if _is_null(cell, words) else cell.rstrip().lower() for cell in column] for column in trimmed
    ]
    candidates = _keys(columns, nulls_out)
    chosen = _chosen(path, columns, nulls_out, key) if key else (candidates[0] if candidates else ())
    columns = [_as_key(column) if column.name in chosen else column for column in columns]
    notes = list(_doubts(columns))
    for column in columns:
        if column.kind.misfits:
            shown = ", ".join(map(repr, column.kind.misfits[:3]))
            notes.append(f"{column.name}: {shown} will be in quarantine: no {_plain(column.kind)}")
        if column.longest > LONGEST_FIELD:
            notes.append(f"{column.name}: fields of over {LONGEST_FIELD:,} characters will be in quarantine")
    _refuse_wide(path, columns)
    records = len(cells[0]) if cells else 0
    if key:
        together = list(
            zip(*(nulls_out[[c.name for c in columns].index(name)] for name in chosen), strict=True)
        )
        if shared := records - len(set(together)):
            notes.append(
                f"{shared:,} records share their {', '.join(chosen)} with another; the last of them counts"
            )
    return Profile(
        path, form, None, None, tuple(columns), records, words, tuple(candidates), chosen, tuple(notes)
    )


def _refuse_wide(path: Path, columns: Sequence[ProfiledColumn]) -> None:
    """Rows that no table of SQL Server can hold. Errors: UsageProblem.

    Source: Microsoft Learn, "Maximum capacity specifications for SQL Server", "Row-overflow considerations"
    (text that does not fit leaves 24 bytes in the row).
    """

    def as_text(column: ProfiledColumn) -> int:
        return min(24, 2 * column.longest) + 2

    landed = sum(map(as_text, columns))
    typed = sum(
        as_text(column) if column.kind.typed_as == "text" else _BYTES.get(column.kind.typed_as, 13)
        for column in columns
    )
    widest = max(landed, typed) + _OWN_BYTES
    if len(columns) > _MOST_COLUMNS or widest > _WIDEST_ROW:
        raise UsageProblem(
            f"{path}: its {len(columns):,} columns make rows of {widest:,} bytes, and a table of "
            f"SQL Server takes {_MOST_COLUMNS:,} and 8,060 bytes; put those that are needed into a file"
        )


def _doubts(columns: Sequence[ProfiledColumn]) -> Iterator[str]:
    """What is doubtful of columns; what is so of several for the same reason is said once."""
    by_reason: dict[str, list[ProfiledColumn]] = {}
    for column in columns:
        if column.kind.doubt:
            by_reason.setdefault(re.sub(r"'[^']*'", "", column.kind.doubt), []).append(column)
    for alike in by_reason.values():
        more = f" and {len(alike) - 1} more" if len(alike) > 1 else ""
        yield f"{alike[0].name}{more}: {alike[0].kind.doubt}"
    for column in columns:
        kind = column.kind
        is_number = kind.typed_as in ("number", "whole_number") and _DAYS.search(words_of(column.header))
        if is_number and float(kind.least) > _FIRST_SERIAL and float(kind.greatest) < _LAST_SERIAL:
            yield (
                f"{column.name}: numbers such as {kind.least} may be the days of Excel, which counts from "
                "1899-12-30; they are kept as numbers"
            )


def without(profile: Profile) -> Profile:
    """The profile of records that have no key."""
    columns = tuple(
        replace(column, kind=replace(column.kind, typed_as="text"))
        if column.kind.typed_as == "identifier"
        else column
        for column in profile.columns
    )
    return replace(profile, columns=columns, key=())


def _is_null(cell: str, words: Sequence[str]) -> bool:
    return cell.lower() in NULL_WORDS or cell in words


def _kinds(given: Sequence[Sequence[str]], date_order: str) -> list[Kind]:
    """What each column is; columns that can be read in one way only decide for those that can in two."""
    kinds = [kind_of(texts, date_order) for texts in given]
    orders = {order_of(kind) for kind in kinds if kind.date_format and not kind.doubt} - {"ymd"}
    marks = {kind.decimal_mark for kind, texts in zip(kinds, given, strict=True) if _is_sure(kind, texts)}
    order = date_order or (orders.pop() if len(orders) == 1 else "")
    mark = marks.pop() if len(marks) == 1 else ""
    return [
        _decided(kind, kind_of(texts, order, mark)) if kind.doubt else kind
        for kind, texts in zip(kinds, given, strict=True)
    ]


def _decided(before: Kind, kind: Kind) -> Kind:
    """The kind with what is to be said of it: other columns made thousands of what might be decimals."""
    if kind.decimal_mark == before.decimal_mark or kind.typed_as == "text":
        return kind
    return replace(
        kind,
        doubt=f"marks of thousands are taken for such since other columns have {kind.decimal_mark!r} for "
        f"decimals; if they are not, say decimalMark: {before.decimal_mark!r} in the contract",
    )


def _is_sure(kind: Kind, texts: Sequence[str]) -> bool:
    """Whether a column of numbers shows which its decimal mark is."""
    is_number = kind.typed_as in ("number", "percent", "whole_number") and not kind.doubt
    return is_number and any(re.search(r"[.,]\d", text) for text in texts)


def order_of(kind: Kind) -> str:
    """The order of day, month and year in its pattern."""
    return "".join(dict.fromkeys(letter.lower() for letter in kind.date_format if letter in "dMy"))


def _column(
    name: str, header: str, place: int, kind: Kind, column: Sequence[str], given: Sequence[str]
) -> ProfiledColumn:
    counts = Counter(given)
    few = (
        tuple(sorted(counts))
        if kind.typed_as == "text" and 0 < len(counts) <= _FEW and len(given) >= 3 * len(counts)
        else ()
    )
    if not given:
        kind = Kind("text", "string", doubt="has no values in this file; it is kept as text")
    return ProfiledColumn(
        name,
        header,
        place,
        kind,
        len(column) - len(given),
        len(counts),
        max(map(len, given), default=0),
        given[0] if given else "",
        few,
    )


def _as_key(column: ProfiledColumn) -> ProfiledColumn:
    """Text of a key is short enough for an index."""
    if column.kind.typed_as == "text":
        return replace(column, kind=replace(column.kind, typed_as="identifier"))
    return column


def _plain(kind: Kind) -> str:
    words = {"whole_number": "whole number", "flag": "yes or no", "timestamp": "date and time"}
    return words.get(kind.typed_as, kind.typed_as)


def _may_be_key(column: ProfiledColumn) -> bool:
    return (
        not column.nulls
        and not column.kind.misfits
        and column.kind.typed_as not in _NO_KEY
        and 0 < column.longest <= LONGEST_IDENTIFIER
        and column.distinct > 1
    )


def _keys(columns: Sequence[ProfiledColumn], texts: Sequence[Sequence[str]]) -> list[tuple[str, ...]]:
    """Columns, or two or three together, of which no two records have the same; the likeliest first.

    One that only happens to be unique in a small file is no candidate, since later records would replace
    others: each must be called like a key or begin the file, and dates alone must follow each other evenly.
    """
    records = len(texts[0]) if texts else 0
    may = [place for place, column in enumerate(columns) if _may_be_key(column)]
    found: list[tuple[int, ...]] = []
    alone = [place for place in may if len(set(texts[place])) == records]
    found += [
        (place,) for place in alone if _is_likely(columns, place) and _is_even(columns[place], texts[place])
    ]
    likely = [place for place in may if (place,) not in found and _is_likely(columns, place)][:_KEYS_TRIED]
    for size in (2, 3):
        for places in combinations(likely, size):
            if any(set(known) <= set(places) for known in found):
                continue
            if len(set(zip(*(texts[place] for place in places), strict=True))) == records:
                found.append(places)
    found.sort(key=lambda places: _rank(places, columns))
    return [tuple(columns[place].name for place in places) for places in found]


def _is_likely(columns: Sequence[ProfiledColumn], place: int) -> bool:
    """Called like a key, or a name that begins the file; a number in front may be anything."""
    column = columns[place]
    is_name = bool(column.header) and column.kind.typed_as not in ("whole_number", "integer")
    return (place == 0 and is_name) or _is_called_key(column)


def _is_even(column: ProfiledColumn, texts: Sequence[str]) -> bool:
    """Whether dates are a series of days, weeks, months or years; anything else is taken as it is."""
    if not column.kind.date_format:
        return True
    moments = sorted(found for text in texts if (found := moment(text, order_of(column.kind))) is not None)
    gaps = {(later - earlier).total_seconds() / 86400 for earlier, later in pairwise(moments)}
    return len(moments) > 2 and (
        len(gaps) == 1 or all(28 <= gap <= 31 for gap in gaps) or all(365 <= gap <= 366 for gap in gaps)
    )


def _is_called_key(column: ProfiledColumn) -> bool:
    words = words_of(column.header)
    return _KEY_WORDS.search(words) is not None and _MEASURES.search(words) is None


def _rank(places: tuple[int, ...], columns: Sequence[ProfiledColumn]) -> tuple[int, int, int]:
    return (len(places), -sum(_is_called_key(columns[place]) for place in places), places[0])


def _chosen(
    path: Path, columns: Sequence[ProfiledColumn], texts: Sequence[Sequence[str]], key: Sequence[str]
) -> tuple[str, ...]:
    """The user's key by names or headers. Errors: UsageProblem when it has none such, or records share it."""
    places = []
    for word in key:
        match = [
            place
            for place, column in enumerate(columns)
            if word.strip().lower() in (column.name, column.header.lower())
        ]
        if not match:
            raise UsageProblem(f"{path}: has no column {word!r}; it has {', '.join(c.name for c in columns)}")
        places.append(match[0])
    for place in places:
        if columns[place].longest > LONGEST_IDENTIFIER:
            raise UsageProblem(
                f"{path}: {columns[place].name} has {columns[place].longest} characters, too many for "
                f"a key; one of up to {LONGEST_IDENTIFIER} is"
            )
    return tuple(columns[place].name for place in places)
