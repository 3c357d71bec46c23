"""Judges a file's first line by its contract: which delimiter it has, which columns, in which order.

After records. Names are compared without case and surrounding spaces. Columns in another order are found by
name, a column more is let in, one that is missing or has another name refuses the file.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import Final

from warehouse.contracts import DELIMITERS, Contract

LONGEST: Final = 4000  # of ops.files.header


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
    if len(line) > LONGEST:
        reason = f"has a first line of over {LONGEST:,} characters; is it a text file?"
        return Header(own, refusal=Refusal("header_too_long", reason))
    if line.count('"') % 2:
        reason = "has a quote in its first line that is not closed; close it, or is it no CSV?"
        return Header(own, refusal=Refusal("open_quote", reason))
    tried = [_read(contract, line, mark) for mark in (own, *(mark for mark in DELIMITERS if mark != own))]
    known = {column.name for column in contract.columns}
    good = (header for header in tried if header.refusal is None)
    return next(good, max(tried, key=lambda header: len(known.intersection(header.columns))))


def _read(contract: Contract, line: str, delimiter: str) -> Header:
    # Python's module takes a lone CR for the end of a line.
    fields = csv.reader([line.replace("\r", " ")], delimiter=delimiter)
    found = tuple(name.strip().lower() for name in next(fields, []))
    expected = [column.name for column in contract.columns]
    remedy = f"deliver it as {contract.file.name} describes"
    missing = [name for name in expected if name not in found]
    if missing:
        reason = f"its header lacks {', '.join(missing)}; {remedy}"
        return Header(delimiter, found, (), Refusal(f"missing_column:{missing[0]}", reason))
    twice = sorted({name for name in found if name in expected and found.count(name) > 1})
    if twice:
        reason = f"its header has {', '.join(twice)} twice; {remedy}"
        return Header(delimiter, found, (), Refusal(f"column_twice:{twice[0]}", reason))
    return Header(delimiter, found, tuple(name for name in found if name not in expected))
