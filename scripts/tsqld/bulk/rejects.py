"""Rows that do not convert: the messages about them, MAXERRORS, and the error file.

Place in the pipeline: `source` finds the rows, this module reports them. Specification: Microsoft Learn,
"BULK INSERT", MAXERRORS and ERRORFILE. Each row counts once, with the first of its fields that fails; one row
more than MAXERRORS ends the load with 4865 (which is left out when MAXERRORS is 0), 7399 and 7330. The error
file gets the rows as they stand in the data file; the `.Error.Txt` beside it one line for each: `Row 9 File
Offset 207 ErrorFile Offset 0 - HRESULT 0x80020005`. Both must not exist before, and are made even when no row
fails.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO, Final

from tsqld.bulk.errors import bulk_error, stream_failed
from tsqld.bulk.files import DataFile, write_new
from tsqld.bulk.layout import Layout
from tsqld.bulk.options import BulkOptions
from tsqld.bulk.records import Records
from tsqld.bulk.values import OVERFLOW, TOO_LONG, UNEXPECTED_NULL
from tsqld.errors import TsqlError

# COM's DISP_E_TYPEMISMATCH was seen in such files; the others are what COM calls the same failures.
_MISMATCH_RESULT: Final = 0x80020005
_RESULTS: Final = {OVERFLOW: 0x8002000A, UNEXPECTED_NULL: 0x80004005}


@dataclass(frozen=True, slots=True)
class Reject:
    """Row `row` of the file failed with error `number` in field `place` (from 1), which is for `column`."""

    row: int
    number: int
    place: int
    column: str

    def error(self, line: int) -> TsqlError:
        if self.number == TOO_LONG:
            return bulk_error(self.number, self.row, self.place, line=line)
        return bulk_error(self.number, self.row, self.place, self.column, line=line)


def settle(rejects: Sequence[Reject], total: int, options: BulkOptions, line: int) -> tuple[TsqlError, ...]:
    """The messages about `rejects`, the first of `total` rows that fail.

    Errors: BulkError when they are more than MAXERRORS, or a field was too long to be read at all.
    """
    messages: list[TsqlError] = []
    for reject in rejects:
        problem = reject.error(line)
        if reject.number == TOO_LONG:
            raise stream_failed(problem, line, messages)
        messages.append(problem)
    if total > options.max_errors:
        exceeded = bulk_error(4865, options.max_errors, line=line) if options.max_errors else None
        raise stream_failed(exceeded, line, messages)
    return tuple(messages)


class ErrorFile:
    """The files named by ERRORFILE; without the option, nothing.

    Errors: 4861 when one exists or cannot be made.
    """

    def __init__(self, options: BulkOptions, line: int) -> None:
        self._rows: IO[bytes] | None = None
        self._control: IO[bytes] | None = None
        if options.error_file:
            self._rows = write_new(options.error_file, line)
            self._control = write_new(options.error_file + ".Error.Txt", line)

    def write(self, rejects: Sequence[Reject], data: DataFile, layout: Layout, line: int) -> None:
        """Copy the rejected rows, and close the files."""
        if self._rows is None or self._control is None:
            return
        with self._rows as rows, self._control as control:
            if not rejects:
                return
            extents = Records(data, layout, line).extents({reject.row for reject in rejects})
            for reject in rejects:
                start, raw = extents[reject.row]
                result = _RESULTS.get(reject.number, _MISMATCH_RESULT)
                control.write(
                    f"Row {reject.row} File Offset {_offset(data, start)} ErrorFile Offset {rows.tell()} - "
                    f"HRESULT 0x{result:08x}\r\n".encode()
                )
                rows.write(raw.decode().encode("utf-16-le") if data.wide else raw)


def _offset(data: DataFile, start: int) -> int:
    """Where byte `start` of the text stands in the file as delivered."""
    if not data.wide:
        return start
    return data.mark + len(data.mapped()[:start].decode().encode("utf-16-le"))
