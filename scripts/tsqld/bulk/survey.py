"""One fast pass over a file that decides whether DuckDB's CSV reader reads it as SQL Server does.

Place in the pipeline: between `files`, which gives the text, and `source`, which loads it.

DuckDB's reader, strict as it can be set, still takes what SQL Server refuses: a quote inside an unquoted
field, blanks around a quoted one, an empty field too many at the end of a record, blank lines. So the file is
first scanned as lines without quoting, which both cores do at some ten million lines a second, and each line
that could be one of these is matched against the grammar of a record. A file with none of them, and whose
records are lines, is read the same by both. What the pass does not look at in a large CSV file, fields too
few or too many, DuckDB's reader reports by itself.
"""

from __future__ import annotations

import codecs
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb

from tsqld.bulk.files import Text, longest_line
from tsqld.bulk.layout import Layout
from tsqld.bulk.scan import LONGEST_DEFAULT, UNREADABLE, Scan
from tsqld.functions.sqltext import quote as literal

_LINE_DELIMITERS: Final = ("\x1f", "\x01", "\x02", "\x1e")
_WIDEST_PATTERN: Final = 200


@dataclass(frozen=True, slots=True)
class Survey:
    """`lines` in the file, the `longest` in bytes, and whether each `is_record`, as far as was looked.

    `quoted` says that quotes occur, `nul` that U+0000 does; `absent` is a character that does not.
    """

    lines: int
    absent: str
    longest: int
    is_record: bool
    quoted: bool
    nul: bool


def survey(side: duckdb.DuckDBPyConnection, text: Text, layout: Layout, *, thorough: bool) -> Survey | None:
    """What the lines of `text` are, or None when DuckDB cannot read it as lines of UTF-8.

    With `thorough` every line is held against the record's grammar, else those that DuckDB would misread.
    `side` is a connection whose transaction may fail.
    """
    longest = 0
    for delimiter in _LINE_DELIMITERS:
        scan = Scan(text.path, delimiter, "", 1, longest=longest, keep=text.keep)
        try:
            found = _survey(side, scan, text, layout, thorough)
        except UNREADABLE as problem:
            if "Maximum line size" in str(problem) and not longest:
                longest = longest_line(text.path)
            continue
        if found is not None:
            return found
    return None


def _survey(
    side: duckdb.DuckDBPyConnection, scan: Scan, text: Text, layout: Layout, thorough: bool
) -> Survey | None:
    lines, parameters = scan.sql()
    quoted = f"contains(f1, {literal(text.quote)})" if text.quote else "false"
    row = side.execute(
        f"SELECT count(*), coalesce(sum(strlen(f1)), 0), coalesce(max(strlen(f1)), 0), "
        f"count(*) FILTER (WHERE {_faulty(text, layout, thorough)}), "
        f"coalesce(bool_or({quoted}), false), coalesce(bool_or(contains(f1, chr(0))), false) FROM ({lines})",
        parameters,
    ).fetchone()
    assert row is not None
    count, total, longest, faulty, has_quotes, has_nul = row
    # The reader drops a delimiter at the end of a line; then bytes are missing, and another delimiter is
    # tried.
    if total + count != _size_with_last_line_ended(text):
        return None
    return Survey(count, scan.delimiter, longest, faulty == 0, has_quotes, has_nul)


def _size_with_last_line_ended(text: Text) -> int:
    with Path(text.path).open("rb") as file:
        mark = len(codecs.BOM_UTF8) if file.read(len(codecs.BOM_UTF8)) == codecs.BOM_UTF8 else 0
        size = file.seek(0, os.SEEK_END) - mark
        file.seek(-1, os.SEEK_END)
        return size if file.read(1) == b"\n" else size + 1


def _faulty(text: Text, layout: Layout, thorough: bool) -> str:
    """A condition that holds for lines that are no record, or that DuckDB would not read as one."""
    if not layout.is_csv:
        if layout.width == 1:
            return "false"
        return f"f1 IS NULL OR {_separators(text)} <> {layout.width - 1}"
    blank = "false" if layout.width == 1 else "f1 IS NULL"
    quoted = f"contains(f1, {literal(text.quote)})"
    plain = f"{_separators(text)} <> {layout.width - 1}"
    ends = f"suffix(f1, {literal(text.delimiter)})"
    rest = plain if thorough else f"CASE WHEN {ends} THEN {plain} ELSE false END"
    return f"{blank} OR CASE WHEN {quoted} THEN {_not_a_record(text, layout)} ELSE {rest} END"


def _separators(text: Text) -> str:
    """How many delimiters a line has."""
    return f"(strlen(f1) - strlen(replace(f1, {literal(text.delimiter)}, '')))"


def _not_a_record(text: Text, layout: Layout) -> str:
    if layout.width > _WIDEST_PATTERN:
        return "true"
    quote, end = _class(text.quote), _class(text.delimiter)
    one = f"(?:{quote}(?:[^{quote}]|{quote}{quote})*{quote}|[^{quote}{end}]*)"
    more = f"(?:{end}{one}){{{layout.width - 1}}}" if layout.width > 1 else ""
    return f"NOT regexp_full_match(f1, {literal(one + more)})"


def _class(character: str) -> str:
    return f"\\x{ord(character):02x}"


def is_long(longest: int) -> bool:
    """Whether DuckDB must be told that lines are this long."""
    return longest >= LONGEST_DEFAULT
