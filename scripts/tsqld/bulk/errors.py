"""The errors of bulk loading: SQL Server reports most of them as a chain, not one by one.

Place in the pipeline: raised throughout `bulk`; the runtime sends the chain in order and ends the batch.
Source: Microsoft Learn, "Database Engine events and errors 4000 to 4999"; states and the order of the chains
as measured on SQL Server for Linux by others.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tsqld.errors import TsqlError, error

REJECTED: Final = 50102
"""The error of a hopeful load that met a misfit: nothing for clients, the file is loaded again with care."""

# number: (severity, state, message with {} places in order); the numbers that only bulk loading raises.
_MESSAGES: Final[dict[int, tuple[int, int, str]]] = {
    471: (
        16,
        1,
        "Only one of the three options, SINGLE_BLOB, SINGLE_CLOB or SINGLE_NCLOB, can be specified.",
    ),
    472: (
        16,
        1,
        "Either a format file or one of the three options SINGLE_BLOB, SINGLE_CLOB, or "
        "SINGLE_NCLOB must be specified.",
    ),
    4130: (16, 1, "A duplicate hint was specified for the BULK rowset."),
    4806: (
        16,
        1,
        "SINGLE_CLOB requires a double-byte character set (DBCS) (char) input file. The file "
        "specified is Unicode.",
    ),
    4809: (
        16,
        1,
        "SINGLE_NCLOB requires a UNICODE (widechar) input file. The file specified is not Unicode.",
    ),
    4821: (16, 1, 'Cannot bulk load. Error reading the number of columns from the format file "{}".'),
    4822: (16, 1, 'Cannot bulk load. Invalid number of columns in the format file "{}".'),
    4823: (16, 1, 'Cannot bulk load. Invalid column number in the format file "{}".'),
    4824: (16, 1, 'Cannot bulk load. Invalid data type for column number {} in the format file "{}".'),
    4825: (16, 1, 'Cannot bulk load. Invalid prefix for column number {} in the format file "{}".'),
    4826: (16, 1, 'Cannot bulk load. Invalid column length for column number {} in the format file "{}".'),
    4828: (
        16,
        1,
        "Cannot bulk load. Invalid destination table column number for source column {} in the "
        'format file "{}".',
    ),
    4830: (
        0,
        1,
        "Bulk load: DataFileType was incorrectly specified as char. DataFileType will be assumed "
        "to be widechar because the data file has a Unicode signature.",
    ),
    4831: (
        0,
        1,
        "Bulk load: DataFileType was incorrectly specified as widechar. DataFileType will be "
        "assumed to be char because the data file does not have a Unicode signature.",
    ),
    4832: (16, 1, "Bulk load: An unexpected end of file was encountered in the data file."),
    4878: (
        16,
        1,
        "Invalid quote character specified for bulk load. Quote character can be one single byte "
        "or Unicode character.",
    ),
    4880: (
        16,
        1,
        "Cannot bulk load. When you use the FIRSTROW and LASTROW parameters, the value for "
        "FIRSTROW cannot be greater than the value for LASTROW.",
    ),
    4882: (
        16,
        1,
        "Cannot bulk load. A prefix length, field length, or terminator is required for the "
        'source column {} in the format file "{}".',
    ),
    5339: (16, 1, "CSV format option is supported for char and widechar datafiletype options."),
    12703: (16, 2, 'Referenced external data source "{}" not found.'),
    15808: (
        16,
        2,
        "Schema cannot be determined from data files for file format '{}'. Please use WITH clause"
        " of OPENROWSET to define schema.",
    ),
    16202: (15, 3, "Keyword or statement option '{}' is not supported on the '{}' platform."),
}

ACCESS_DENIED: Final = "5(Access is denied.)"
FILE_EXISTS: Final = "80(The file exists.)"


class BulkError(TsqlError):
    """A bulk load that failed as a whole: nothing of it may stay, and the transaction is rolled back.

    The error itself is the first of the chain that ended the load, `following` the rest of it, in the order
    in which the client receives them. `rows` are the row errors SQL Server had reported before (none of them
    inside TRY, where it keeps them to itself). CATCH sees the chain's last error, `caught`.
    """

    def __init__(
        self, first: TsqlError, following: Sequence[TsqlError] = (), rows: Sequence[TsqlError] = ()
    ) -> None:
        super().__init__(
            first.number, first.message, severity=first.severity, state=first.state, line=first.line
        )
        self.following = tuple(following)
        self.rows = tuple(rows)

    @property
    def caught(self) -> TsqlError:
        """What ERROR_NUMBER() and its kin report in a CATCH block."""
        return self.following[-1] if self.following else self


def bulk_error(number: int, *places: object, line: int = 0, state: int | None = None) -> TsqlError:
    """Error `number`, from this module's messages or from the registry."""
    if number not in _MESSAGES:
        return error(number, *places, line=line, state=state)
    severity, default_state, text = _MESSAGES[number]
    return TsqlError(
        number,
        text.format(*places),
        severity=severity,
        state=default_state if state is None else state,
        line=line,
    )


def stream_failed(first: TsqlError | None, line: int, rows: Sequence[TsqlError] = ()) -> BulkError:
    """The chain that ends a load while its file is being read: `first`, then 7399 and 7330."""
    tail = [error(7399, line=line), error(7330, line=line)]
    chain = tail if first is None else [first, *tail]
    return BulkError(chain[0], chain[1:], rows)
