"""Files that are more than a header and records: titles above it, a header of two lines, a footer below.

Beside headers and records. The header is looked for below as many lines as the contract says, and where it
is not
there in the first lines of the file, since titles come and go between deliveries. What is no record is not
counted as one, and the server leaves it out by its line (`Span`).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Final

from warehouse.contracts import Contract
from warehouse.intake.headers import Header, Refusal, judge_cells

_LOOKED_AT: Final = 100
_LONGEST_FOOTER: Final = 100
"""A pattern that matches in the middle of a file would leave out what follows without a word."""
_MOST_KEPT: Final = 4000
TOTAL: Final = re.compile(
    r"\W*(grand |sub ?|over ?all )?(totals?|sum|summe|gesamt|insgesamt|gesamtsumme|average|mean|durchschnitt)"
    r"\W*([;,|\t]|$|: )",
    re.IGNORECASE,
)
"""What a row of sums begins with."""


@dataclass(frozen=True, slots=True)
class Span:
    """The physical lines that hold records, from `first` to `last`, and the text of those that do not."""

    first: int
    last: int
    other_text: str


@dataclass(frozen=True, slots=True)
class Shaped:
    """A file of this kind as found: its header, where its records are, how many, how many of them blank."""

    header: Header
    span: Span
    records: int
    blank: int


def read_shaped(contract: Contract, lines: Iterator[str]) -> Shaped | None:
    """What the lines are, each without its line end; None for a file without any."""
    head: list[str] = []
    for line in lines:
        head.append(line)
        if len(head) == _LOOKED_AT:
            break
    if not any(line.strip() for line in head):
        return None
    found, first = _find_header(contract, head)
    counter = _Counter(contract.dialect.footer_pattern, first, found.delimiter)
    below = chain(head[first - 1 :], lines)
    for line in below:
        if not counter.take(line):
            break
    footer = [*counter.footer, *below] if counter.footer else []
    lost = next((place for place, line in enumerate(footer[1:], 1) if _is_record(line, found)), 0)
    if lost and found.refusal is None:
        reason = (
            f"line {counter.last + 1 + lost:,} is a record below the footer that begins in line "
            f"{counter.last + 1:,}; correct footerPattern in {contract.file.name}"
        )
        found = replace(found, refusal=Refusal("record_in_footer", reason))
    if len(footer) > _LONGEST_FOOTER and found.refusal is None:
        reason = (
            f"its footer begins in line {counter.last + 1:,} and has {len(footer):,} lines; correct "
            f"footerPattern in {contract.file.name}"
        )
        found = replace(found, refusal=Refusal("footer_too_long", reason))
    other = [*head[: first - 1], *footer[:_LONGEST_FOOTER]]
    text = "\n".join(line for line in other if line.strip())[:_MOST_KEPT]
    span = Span(first, counter.last, text)
    return Shaped(found, span, counter.records, counter.blank)


def _is_record(line: str, header: Header) -> bool:
    """Whether a line below the first of the footer has a field for every column, with something in each.

    Rows of sums leave some blank, and say so in words.
    """
    fields = next(csv.reader([line.replace("\r", "")], delimiter=header.delimiter), [])
    return (
        len(fields) == len(header.columns) > 1
        and all(field.strip() for field in fields)
        and TOTAL.match(line) is None
    )


def count_lines(lines: Iterable[str]) -> tuple[int, int]:
    """How many lines there are, and how many of them are blank."""
    records = blank = 0
    for line in lines:
        records += 1
        blank += line in ("", "\r")
    return records, blank


def _find_header(contract: Contract, head: Sequence[str]) -> tuple[Header, int]:
    """The header, and the first line behind it."""
    dialect = contract.dialect
    expected = dialect.skip_rows + 1
    places = [expected, *(place for place in range(1, len(head) + 1) if place != expected)]
    failed: Header | None = None
    for place in places:
        for rows in dict.fromkeys((dialect.header_rows, 1)):
            lines, behind = _records(head, place, rows)
            if len(lines) < rows:
                continue
            header = judge_cells(contract, lines)
            if header.refusal is None:
                return header, behind
            if failed is None:
                failed = header
    if failed is None:  # fewer lines than the header has
        failed = judge_cells(contract, [head[0]])
    return failed, min(expected + dialect.header_rows, len(head) + 1)


def _records(head: Sequence[str], place: int, count: int) -> tuple[list[str], int]:
    """So many records from a line on, each with its inner line ends, and the line behind them."""
    found: list[str] = []
    text = ""
    for number, line in enumerate(head[place - 1 :], start=place):
        text = f"{text}\n{line}" if text else line
        if text.count('"') % 2 == 0:
            found.append(text)
            text = ""
            if len(found) == count:
                return found, number + 1
    return found, len(head) + 1


class _Counter:
    """Counts records line by line, until one begins as the footer does."""

    def __init__(self, footer_pattern: str, first: int, delimiter: str) -> None:
        self._nothing = f"{delimiter} \t\r"
        self._footer = re.compile(footer_pattern) if footer_pattern else None
        self._quoted = False
        self.records = 0
        self.blank = 0
        self.last = first - 1
        self.footer: list[str] = []

    def take(self, line: str) -> bool:
        """Whether the next line still belongs to records."""
        if not self._quoted:
            if self._footer is not None and self._footer.match(line):
                self.footer.append(line)
                return False
            self.records += 1
            self.blank += not line.strip(self._nothing)
        self._quoted ^= bool(line.count('"') % 2)
        self.last += 1
        return True
