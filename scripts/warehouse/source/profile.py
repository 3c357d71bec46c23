"""What a file is, as a contract will say it: its columns, their types, what tells its records apart.

After outline, values and naming. Pure but for the reading of the file.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise
from pathlib import Path
from typing import Final

from warehouse.errors import UsageProblem
from warehouse.scaffold.typing import LONGEST_IDENTIFIER
from warehouse.source.naming import column_names
from warehouse.source.outline import Outline, outline_of
from warehouse.source.texts import Table, read_table
from warehouse.source.values import NULL_WORDS, Kind, kind_of, moment, null_words

LONGEST_FIELD: Final = 4000
_KEYS_TRIED: Final = 12
_FEW: Final = 12
_KEY_WORDS: Final = re.compile(
    r"(^|_)(id|code|number|no|key|reference|ref|uuid|guid|sku|isbn|iban|date|on_date|year)($|_)"
)
_NO_KEY: Final = frozenset({"number", "percent", "flag"})


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


def profile_file(path: Path, key: Sequence[str] = (), date_order: str = "", sheet: str = "") -> Profile:
    """Look at a delimited file. Errors: UsageProblem for one that cannot be read, or a key it has not."""
    table = read_table(path, sheet)
    outline = outline_of(table, str(path))
    if not outline.records:
        raise UsageProblem(f"{path}: has a header and no records; name a file that has some")
    width = max(outline.width, len(outline.header))
    cells = [
        [row.fields[place] if place < len(row.fields) else "" for row in outline.records]
        for place in range(width)
    ]
    headers = [outline.header[place] if place < len(outline.header) else "" for place in range(width)]
    used = [place for place in range(width) if headers[place] or any(cell.strip() for cell in cells[place])]
    kept = [place for place in range(width) if headers[place] or (used and place <= used[-1])]
    left_out = [place for place in range(width) if place not in kept]
    found = profile_columns(
        path, [headers[p] for p in kept], [p + 1 for p in kept], [cells[p] for p in kept], key, date_order
    )
    notes = [*found.notes]
    if outline.ragged:
        notes.append(
            f"{outline.ragged:,} records have not {outline.width} fields like the others; "
            "they will be in quarantine"
        )
    if table.is_cut:
        notes.append("only the first 64 MB were looked at; a footer was not looked for")
    if table.encoding == "windows-1252":
        notes.append("the file is not UTF-8; it is read as Windows-1252")
    return replace(
        found,
        sheet=sheet,
        table=table,
        outline=outline,
        notes=tuple(notes),
        left_out=tuple(f"column {place + 1}" for place in left_out),
    )


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
    kinds = _kinds(given, date_order)
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
    notes = [f"{c.name}: {c.kind.doubt}" for c in columns if c.kind.doubt]
    for column in columns:
        if column.kind.misfits:
            shown = ", ".join(map(repr, column.kind.misfits[:3]))
            notes.append(f"{column.name}: {shown} will be in quarantine: no {_plain(column.kind)}")
        if column.longest > LONGEST_FIELD:
            notes.append(f"{column.name}: fields of over {LONGEST_FIELD:,} characters will be in quarantine")
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
        kind_of(texts, order, mark) if kind.doubt else kind for kind, texts in zip(kinds, given, strict=True)
    ]


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
    return place == 0 or _is_called_key(columns[place])


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
    return _KEY_WORDS.search(column.name) is not None


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
