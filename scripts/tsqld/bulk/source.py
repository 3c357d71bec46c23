"""BULK INSERT's file as DuckDB SQL: the way into this package.

Place in the pipeline: the runtime calls `open_bulk`, then inserts what `BulkSource.sql` yields.
Specification: Microsoft Learn, "BULK INSERT (Transact-SQL)"; the package's docstring names the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import duckdb

from tsqld.bulk import files
from tsqld.bulk.files import DataFile, Text
from tsqld.bulk.formatfile import FormatFile, read_format_file
from tsqld.bulk.glance import Count, plain_text
from tsqld.bulk.layout import IGNORED, Layout, TargetColumn, layout_of
from tsqld.bulk.lineends import row_end
from tsqld.bulk.options import BulkOptions, assumed_messages, check
from tsqld.bulk.paths import local
from tsqld.bulk.records import Records
from tsqld.bulk.rejects import ErrorFile, Reject, settle
from tsqld.bulk.scan import LONGEST_DEFAULT, UNREADABLE, Scan
from tsqld.bulk.spool import spooled
from tsqld.bulk.survey import Survey, is_long, survey
from tsqld.bulk.values import FieldValue, field_value, raising, safe_length
from tsqld.errors import TsqlError, unsupported
from tsqld.functions.sqltext import duck_type, failure

THOROUGH_BELOW: Final = 32 << 20
"""Bytes up to which every line of a CSV file is checked before it is loaded; beyond, DuckDB's reader counts
fields while it loads, and `BulkSource.explain` says what it found."""


HOPEFUL_FROM: Final = 4 << 20
"""Bytes from which a load first hopes that every field converts, and raises `REJECTED` where one does not:
looking for misfits beforehand takes as long as the load itself."""

ONE_THREAD_BELOW: Final = 4 << 20
"""Bytes up to which a file with quotes is read by one thread without trying more: DuckDB gives some up, since
it cannot always tell whether the middle of a file is inside quotes."""


@dataclass(frozen=True, slots=True)
class BulkSource:
    """The rows of a file, checked.

    `sql` with `parameters` yields them in file order, one DuckDB value per name in `columns`, typed as the
    target's columns are; it yields `rows` of them, or the file has changed since. `bytes` is its size.
    `messages` are to be sent to the client: notices (severity 0) and, except inside TRY, the errors of rows
    that were left out.

    A source with a `count` has only been glanced at: when reading it fails, or gives other than `rows`, the
    file is to be opened again without hope.

    Keep the object until the rows are read: it keeps temporary files alive.
    """

    sql: str
    parameters: tuple[Any, ...]
    messages: tuple[TsqlError, ...]
    columns: tuple[str, ...]
    known_rows: int
    bytes: int = 0
    keep: tuple[object, ...] = field(default=(), compare=False, repr=False)
    _explain: Callable[[], TsqlError | None] = field(default=lambda: None, compare=False, repr=False)
    count: Count | None = field(default=None, compare=False, repr=False)

    @property
    def rows(self) -> int:
        """How many rows there are, waiting for the count where one is being made. Error: REJECTED."""
        return self.known_rows if self.count is None else self.count.rows()

    def explain(self, problem: duckdb.Error) -> TsqlError:
        """Why reading `sql` failed with `problem`, in SQL Server's words.

        In files beyond `THOROUGH_BELOW` a record with too few or too many fields is only met while loading:
        then this is the BulkError that SQL Server raises. Otherwise 50100, since what fails here was checked
        before.
        """
        return self._explain() or _translated(problem, 0)


@dataclass(frozen=True, slots=True)
class _Reading:
    """How to read a file: the `scan` yields `rows` records of at most `longest` bytes; no scan, no rows. With
    a `count`, that knows the rows."""

    scan: Scan | None
    rows: int
    longest: int
    count: Count | None = None


def open_bulk(
    cursor: duckdb.DuckDBPyConnection,
    path: str,
    options: BulkOptions,
    columns: Sequence[TargetColumn],
    line: int,
    *,
    hopeful: bool = False,
    unseen_up_to: int = 0,
) -> BulkSource:
    """Check the file at `path` as SQL Server would, and give what is to be inserted.

    `columns` are the target's, in its order. The cursor is not the session's own, for some queries are
    expected to fail, which would doom its transaction. With `hopeful` the fields of a large file are not
    converted beforehand: reading the rows then raises `REJECTED` where one does not convert; and a file of up
    to `unseen_up_to` bytes may only be glanced at. Errors: 4860 and 4861 for the file, 4880, 4878 and 5339
    for the options, BulkError when the load fails as a whole, 50100 for what is not supported.
    """
    path = local(path)
    files.require(path, line, state=1)
    format_file = read_format_file(options.format_file, line) if options.format_file else None
    data = files.open_data(
        path, line, state=1, wide_without_mark=format_file is not None and format_file.wide
    )
    if format_file is not None:
        _check_format_file(data, format_file, columns, line)
    notices = () if format_file is not None else assumed_messages(options, data.wide, line)
    hopeful = hopeful and data.size >= HOPEFUL_FROM and not options.error_file
    unseen = hopeful and data.size <= unseen_up_to
    return _Load(cursor, data, options, columns, format_file, line, unseen=unseen).source(notices, hopeful)


def _check_format_file(
    data: DataFile, format_file: FormatFile, columns: Sequence[TargetColumn], line: int
) -> None:
    if data.mark:
        raise unsupported("a byte-order mark in a data file read through a format file", line)
    for part in format_file.columns:
        if (
            part.target >= len(columns)
            or part.type.is_text
            or part.type.name == columns[part.target].type.name
        ):
            continue
        raise unsupported(f"a format file that reads {part.type} into {columns[part.target].type}", line)


class _Load:
    """One load: what its steps share."""

    def __init__(
        self,
        cursor: duckdb.DuckDBPyConnection,
        data: DataFile,
        options: BulkOptions,
        columns: Sequence[TargetColumn],
        format_file: FormatFile | None,
        line: int,
        *,
        unseen: bool,
    ) -> None:
        self.data = data
        self.options = options
        self.columns = columns
        self.line = line
        self.error_file = ErrorFile(options, line)
        check(options, line)
        self.format_file = format_file
        self.unseen = unseen
        self.layout = self._laid_out(at_a_glance=unseen)
        self.side = cursor

    def _laid_out(self, *, at_a_glance: bool) -> Layout:
        end = row_end(self.data, self.options, at_a_glance=at_a_glance)
        return layout_of(self.options, self.columns, self.format_file, self.data.wide, end, self.line)

    def source(self, notices: tuple[TsqlError, ...], hopeful: bool) -> BulkSource:
        reading = (self._glanced() if self.unseen else None) or self._reading()
        if hopeful and reading.scan is not None:
            return self._hopeful_source(reading, reading.scan, notices)
        values = self._values(self._longest_fields(reading))
        names = tuple(self.columns[target].name for target, _ in values)
        if reading.scan is None:
            self.error_file.write((), self.data, self.layout, self.line)
            return BulkSource(self._nothing(values), (), notices, names, 0)
        total, rejects = self._rejects(reading.scan, values)
        self.error_file.write(rejects, self.data, self.layout, self.line)
        messages = settle(rejects, total, self.options, self.line)
        sql, parameters = self._query(reading.scan, values, filtered=total > 0)
        keep = (reading.scan, self.data)
        rows = reading.rows - total
        return BulkSource(
            sql, parameters, notices + messages, names, rows, self.data.size, keep, self._what_is_wrong
        )

    def _hopeful_source(self, reading: _Reading, scan: Scan, notices: tuple[TsqlError, ...]) -> BulkSource:
        values = [
            (target, raising(value)) for target, value in self._values([reading.longest] * self.layout.width)
        ]
        messages = settle([], 0, self.options, self.line)
        sql, parameters = self._query(scan, values, filtered=False)
        names = tuple(self.columns[target].name for target, _ in values)
        keep = (scan, self.data)
        return BulkSource(
            sql,
            parameters,
            notices + messages,
            names,
            reading.rows,
            self.data.size,
            keep,
            self._what_is_wrong,
            reading.count,
        )

    # how to read the file

    def _glanced(self) -> _Reading | None:
        """A plain file as it is, being counted; None where it must be surveyed."""
        text = plain_text(self.data, self.layout, self.options)
        if text is None:
            self.layout = self._laid_out(at_a_glance=False)
            return None
        skipped = max(self.options.first_row - 1, 0)
        any_end = self.layout.row_end != files.LF
        width = self.layout.width
        scan = Scan(text.path, text.delimiter, "", width, skipped, any_end=any_end, keep=text.keep)
        return _Reading(scan, 0, LONGEST_DEFAULT, Count(self.data, self.layout, skipped))

    def _reading(self) -> _Reading:
        if self.data.is_empty:
            return _Reading(None, 0, 0)
        thorough = self.data.size <= THOROUGH_BELOW or self.options.last_row > 0
        text = files.as_it_is(self.data, self.layout)
        found = survey(self.side, text, self.layout, thorough=thorough) if text else None
        if found is None:
            text = files.exchanged(self.data, self.layout)
            found = survey(self.side, text, self.layout, thorough=thorough) if text else None
        if text is None or found is None:
            return self._spooled()
        return self._lines(text, found) if found.is_record else self._records(text, found)

    def _lines(self, text: Text, found: Survey) -> _Reading:
        """Records are lines: DuckDB reads them as they are, on all cores."""
        first, last = self.options.first_row, self.options.last_row
        if first > 1:
            self._records_until(first - 1).summary()
        records = found.lines - self._ends_in_empty_field()
        rows = max(0, (min(records, last) if last else records) - max(first - 1, 0))
        limited = bool(last) or records < found.lines
        reading = self._reading_of(text, found, found.longest, rows, limit=rows if limited else None)
        if not found.quoted or (self.data.size > ONE_THREAD_BELOW and self._count(reading.scan) == rows):
            return reading
        return replace(reading, scan=reading.scan and replace(reading.scan, parallel=False))

    def _records(self, text: Text, found: Survey) -> _Reading:
        """Some line is no record: either records span lines, or the file is not what it should be."""
        if not self.layout.is_csv:
            return self._spooled()
        summary = self._records_until(self.options.last_row).summary()
        rows = max(0, summary.records - max(self.options.first_row - 1, 0))
        reading = self._reading_of(text, found, summary.longest, rows, parallel=False)
        if not (summary.whole and summary.skips_lines) or self._count(reading.scan) != rows:
            return self._spooled()
        return reading

    def _reading_of(
        self,
        text: Text,
        found: Survey,
        longest: int,
        rows: int,
        *,
        limit: int | None = None,
        parallel: bool = True,
    ) -> _Reading:
        restore = (text.quoted if found.quoted else ()) + text.restore
        expansion = max((len(meant.encode()) for _, meant in restore), default=1)
        scan = Scan(
            text.path,
            text.delimiter or found.absent,
            width=self.layout.width,
            skip=max(self.options.first_row - 1, 0),
            longest=longest if is_long(longest) else 0,
            quote=text.quote if found.quoted else "",
            limit=limit,
            parallel=parallel,
            restore=restore,
            nul=found.nul,
            keep=text.keep,
        )
        return _Reading(scan if rows else None, rows, longest * expansion)

    def _spooled(self) -> _Reading:
        scan, rows = spooled(self._records_until(self.options.last_row), self.line)
        return _Reading(scan if rows else None, rows, scan.longest)

    def _records_until(self, last: int) -> Records:
        return Records(self.data, self.layout, self.line, first=self.options.first_row, last=last)

    def _ends_in_empty_field(self) -> int:
        """1 when the file ends behind a field terminator: that record is dropped, as SQL Server does."""
        row_end, field_end = self.layout.row_end, self.layout.field_end
        tail = self.data.tail(len(row_end) + len(field_end))
        if self.layout.width == 1 or tail.endswith(row_end):
            return 0
        return int(tail.endswith(field_end))

    def _count(self, scan: Scan | None) -> int:
        """The records that DuckDB reads, -1 when it cannot."""
        if scan is None:
            return 0
        sql, parameters = scan.sql()
        try:
            row = self.side.execute(f"SELECT count(*) FROM ({sql})", parameters).fetchone()
        except UNREADABLE:
            return -1
        return int(row[0]) if row else -1

    def _what_is_wrong(self) -> TsqlError | None:
        try:
            self._records_until(self.options.last_row).summary()
        except TsqlError as problem:
            return problem
        return None

    # what to make of the fields

    def _values(self, longest: list[int]) -> list[tuple[int, FieldValue]]:
        """(index of the column, value) in the columns' order."""
        values = [
            (target, self._value(place, target, longest[place]))
            for place, target in enumerate(self.layout.targets)
            if target != IGNORED
        ]
        return sorted(values, key=lambda pair: pair[0])

    def _value(self, place: int, target: int, longest: int) -> FieldValue:
        return field_value(self.columns[target], f"f{place + 1}", longest, self.options.keep_nulls, self.line)

    def _longest_fields(self, reading: _Reading) -> list[int]:
        """For each field, bytes that no value of it exceeds: looked up where that of the record does not
        settle it."""
        longest = [reading.longest] * self.layout.width
        open_places = [
            place
            for place, target in enumerate(self.layout.targets)
            if target != IGNORED and 0 <= safe_length(self.columns[target].type) < reading.longest
        ]
        if reading.scan is None or not open_places:
            return longest
        records, parameters = reading.scan.sql()
        found = ", ".join(f"max(strlen(f{place + 1}))" for place in open_places)
        for place, length in zip(
            open_places, self._ask(f"SELECT {found} FROM ({records})", parameters), strict=True
        ):
            longest[place] = length or 0
        return longest

    def _ask(self, sql: str, parameters: tuple[Any, ...]) -> tuple[Any, ...]:
        """One row about the file's records. Errors: what is wrong with the file, when it cannot be read."""
        try:
            row = self.side.execute(sql, parameters).fetchone()
        except UNREADABLE as problem:
            raise self._what_is_wrong() or _translated(problem, self.line) from problem
        return tuple(row or ())

    def _rejects(self, scan: Scan, values: list[tuple[int, FieldValue]]) -> tuple[int, list[Reject]]:
        """How many rows do not convert, and the first of them, one more than MAXERRORS allows."""
        checked = [(target, value) for target, value in values if value.fails]
        if not checked:
            return 0, []
        records, parameters = scan.sql()
        fails = _any_of(value for _, value in checked)
        (total,) = self._ask(f"SELECT count(*) FROM ({records}) WHERE {fails}", parameters)
        return (total, self._first_rejects(scan, checked)) if total else (0, [])

    def _first_rejects(self, scan: Scan, checked: list[tuple[int, FieldValue]]) -> list[Reject]:
        records, parameters = scan.sql()
        places = sorted((self.layout.targets.index(target), target, value) for target, value in checked)
        codes = ", ".join(f"CASE WHEN {value.fails} THEN {value.code} ELSE 0 END" for _, _, value in places)
        numbered = f"SELECT row_number() OVER () AS row_number, * FROM ({records})"
        rows = self.side.execute(
            f"SELECT row_number, [{codes}] FROM ({numbered}) "
            f"WHERE {_any_of(value for _, _, value in places)} ORDER BY row_number "
            f"LIMIT {self.options.max_errors + 1}",
            parameters,
        ).fetchall()
        return [self._reject(number, numbers, places) for number, numbers in rows]

    def _reject(self, row: int, numbers: list[int], places: list[tuple[int, int, FieldValue]]) -> Reject:
        (place, target, _), number = next(
            (found, number) for found, number in zip(places, numbers, strict=True) if number
        )
        return Reject(row + max(self.options.first_row - 1, 0), number, place + 1, self.columns[target].name)

    # the query

    def _query(
        self, scan: Scan, values: list[tuple[int, FieldValue]], *, filtered: bool
    ) -> tuple[str, tuple[Any, ...]]:
        records, parameters = scan.sql()
        shown = ", ".join(f"{value.sql} AS {self._name(target)}" for target, value in values)
        where = (
            f" WHERE ({_any_of(value for _, value in values if value.fails)}) IS NOT TRUE" if filtered else ""
        )
        return f"SELECT {shown} FROM ({records}){where}", parameters

    def _nothing(self, values: list[tuple[int, FieldValue]]) -> str:
        shown = ", ".join(
            f"CAST(NULL AS {duck_type(self.columns[target].type)}) AS {self._name(target)}"
            for target, _ in values
        )
        return f"SELECT {shown} WHERE false"

    def _name(self, target: int) -> str:
        return '"' + self.columns[target].name.replace('"', '""') + '"'


def _translated(problem: duckdb.Error, line: int) -> TsqlError:
    """The error of ours inside `problem`, or the refusal of a file that DuckDB cannot read."""
    text = str(problem)
    return failure(text) or unsupported(f"this data file: {text.splitlines()[0]}", line)


def _any_of(values: Iterable[FieldValue]) -> str:
    return " OR ".join(f"({value.fails})" for value in values)
