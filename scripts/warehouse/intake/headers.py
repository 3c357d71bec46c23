"""Judges a file's first line by its contract: which delimiter it has, which columns, in which order.

After records. Names are compared without case and surplus spaces; the second column of a name is found as
the second.
Columns in another order are found by name, a column more is let in, one that is missing or has another name
refuses the file. A file may call its columns as the contract's `header` does, or as the warehouse does.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from warehouse.contracts import DELIMITERS, Contract

LONGEST: Final = 400_000
_LONGEST_NAME: Final = 400
"""Characters of a column's name and the delimiter behind it, on average."""
LONGEST_KEPT: Final = 4000  # of ops.files.header


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a file must not be loaded: the rule in a word, the reason in a line that goes on from its name."""

    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class Header:
    """`columns` as delivered, by the contract's names where it has them; `added` are those it has not.

    `refusal` says what is wrong with it, or None.
    """

    delimiter: str
    columns: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    refusal: Refusal | None = None


def judge(contract: Contract, line: str) -> Header:
    """The header that `line` is, read with the contract's delimiter or with another one that fits better."""
    own = contract.dialect.delimiter
    longest = max(LONGEST_KEPT, _LONGEST_NAME * len(contract.columns))
    if len(line) > longest:
        reason = f"has a first line of over {longest:,} characters; is it a text file?"
        return Header(own, refusal=Refusal("header_too_long", reason))
    return judge_cells(contract, (line,))


def judge_cells(contract: Contract, lines: Sequence[str]) -> Header:
    """The header that the records `lines` are together, one or two of them."""
    if any(line.count('"') % 2 for line in lines):
        reason = "has a quote in its first line that is not closed; close it, or is it no CSV?"
        return Header(contract.dialect.delimiter, refusal=Refusal("open_quote", reason))
    return _best(contract, [_read(contract, lines, mark) for mark in _marks(contract)])


def _marks(contract: Contract) -> tuple[str, ...]:
    own = contract.dialect.delimiter
    return (own, *(mark for mark in DELIMITERS if mark != own))


def _best(contract: Contract, tried: Sequence[Header]) -> Header:
    known = {column.name for column in contract.columns}
    good = (header for header in tried if header.refusal is None)
    return next(good, max(tried, key=lambda header: len(known.intersection(header.columns))))


def joined(rows: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """One header of one or two rows: what stands above several columns is said of each of them."""
    if len(rows) == 1:
        return tuple(" ".join(cell.split()) for cell in rows[0])
    width = max(len(row) for row in rows)
    upper, lower = ([" ".join(cell.split()) for cell in row] + [""] * (width - len(row)) for row in rows)
    said, cells = "", []
    for above, below in zip(upper, lower, strict=True):
        said = above or (said if below else "")
        cells.append(f"{said} {below}".strip())
    return tuple(cells)


def _read(contract: Contract, lines: Sequence[str], delimiter: str) -> Header:
    # Python's module takes a lone CR for the end of a line.
    rows = [
        next(csv.reader([line.replace("\r", " ").replace("\n", " ")], delimiter=delimiter), [])
        for line in lines
    ]
    cells = tuple(name.lower() for name in joined(rows))
    cells += ("",) * (contract.dialect.fields - len(cells))
    found = _known_names(contract, cells)
    expected = [column.name for column in contract.columns]
    remedy = f"deliver it as {contract.file.name} describes"
    missing = [name for name in expected if name not in found]
    if missing:
        reason = f"its header lacks {', '.join(map(_called(contract), missing))}; {remedy}"
        return Header(delimiter, found, (), Refusal(f"missing_column:{missing[0]}", reason))
    twice = sorted({name for name in found if name in expected and found.count(name) > 1})
    if twice:
        reason = f"its header has {', '.join(twice)} twice; {remedy}"
        return Header(delimiter, found, (), Refusal(f"column_twice:{twice[0]}", reason))
    return Header(delimiter, found, tuple(name for name in found if name and name not in expected))


def _known_names(contract: Contract, found: tuple[str, ...]) -> tuple[str, ...]:
    """The cells of a header, those that the contract's headers have by their columns' names."""
    if all(column.header is None for column in contract.columns):
        return found
    wanted: dict[tuple[str, int], str] = {}
    seen: Counter[str] = Counter()
    for column in contract.columns:
        cell = " ".join((column.name if column.header is None else column.header).lower().split())
        wanted[cell, seen[cell]] = column.name
        seen[cell] += 1
    seen.clear()
    names = []
    for cell in found:
        names.append(wanted.get((cell, seen[cell]), cell))
        seen[cell] += 1
    own = [column.name for column in contract.columns]
    return tuple(names) if set(own) <= set(names) or not set(own) <= set(found) else found


def _called(contract: Contract) -> Callable[[str], str]:
    headers = {column.name: column.header for column in contract.columns}
    return lambda name: name if headers.get(name) is None else repr(headers[name])
