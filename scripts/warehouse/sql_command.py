"""`warehouse sql`: runs T-SQL and prints what comes back, as a table, CSV or JSON.

At the end of the package, beside report. Errors and PRINT go to stderr, results to stdout, so that a pipe
gets data only. Batches are separated by GO; an error ends the command after its batch, as `sqlcmd -b` does.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from enum import Enum
from typing import Final, Protocol, TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from tsql.batches import Batch, split_batches
from tsql.tokens import TokenError
from warehouse.connection import Server
from warehouse.errors import Diagnostic
from warehouse.odbc import Affected, Column, Columns, Connection, Rows, Value

_TABLE_ROWS: Final = 1000
_NUMBERS: Final = frozenset({-7, -6, -5, 2, 3, 4, 5, 6, 7, 8})


class Format(Enum):
    """How result sets are written."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


class Writer(Protocol):
    """Takes result sets piece by piece and writes them to stdout."""

    def begin(self, columns: Sequence[Column]) -> None:
        """A result set begins."""

    def rows(self, rows: Iterable[Sequence[Value]]) -> None:
        """Some of its rows."""

    def end(self) -> None:
        """It is complete."""


def run_sql(server: Server, text: str, form: Format, database: str | None = None) -> int:
    """Run `text` in the warehouse or another `database` and print its results.

    Returns the exit code: 0, or 1 after an error. Errors: Unreachable.
    """
    try:
        batches = split_batches(text)
    except TokenError as error:
        _complain(Diagnostic(error.number, 15, 1, error.line, "", str(error)))
        return 1
    writer = _WRITERS[form](sys.stdout)
    with server.connect(database) as connection:
        for batch in batches:
            for _ in range(batch.repeat):
                if not _run_batch(connection, batch, writer):
                    return 1
    return 0


def _run_batch(connection: Connection, batch: Batch, writer: Writer) -> bool:
    """Whether the batch ran without an error."""
    succeeded, reading = True, False
    for event in connection.batch(batch.text):
        if isinstance(event, Rows):
            writer.rows(event.rows)
            continue
        if reading:
            writer.end()
        reading = isinstance(event, Columns)
        if isinstance(event, Columns):
            writer.begin(event.columns)
        elif isinstance(event, Diagnostic):
            succeeded = _tell(event) and succeeded
        elif isinstance(event, Affected) and sys.stderr.isatty():
            print(f"({event.count:,} rows affected)", file=sys.stderr)
    if reading:
        writer.end()
    return succeeded


def _tell(message: Diagnostic) -> bool:
    """Print a message of the server on stderr; whether it was no error."""
    if not message.is_error:
        print(message.text, file=sys.stderr)
        return True
    _complain(message)
    return False


def _complain(error: Diagnostic) -> None:
    sys.stdout.flush()
    print(f"{error.heading()}\n{error.text}", file=sys.stderr)


def column_names(columns: Sequence[Column]) -> list[str]:
    """A name for every column: `column_2` where T-SQL gives none, `name_2` where it gives one twice."""
    names: list[str] = []
    for number, column in enumerate(columns, 1):
        name = column.name or f"column_{number}"
        names.append(f"{name}_{number}" if name in names else name)
    return names


def plain(value: Value) -> str:
    """A value as text: bit as 1 or 0, binary as 0x…, decimals without exponent; NULL is not for this."""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, bytes):
        return "0x" + value.hex().upper()
    return format(value, "f") if isinstance(value, Decimal) else str(value)


class TableWriter:
    """A rich table for the terminal, cut at 1,000 rows: a terminal is for looking, a pipe for all."""

    def __init__(self, output: TextIO) -> None:
        self._console = Console(file=output, highlight=False)
        self._table = Table()
        self._hidden = 0

    def begin(self, columns: Sequence[Column]) -> None:
        self._table, self._hidden = Table(), 0
        for name, column in zip(column_names(columns), columns, strict=True):
            self._table.add_column(Text(name), justify="right" if column.sql_type in _NUMBERS else "left")

    def rows(self, rows: Iterable[Sequence[Value]]) -> None:
        for row in rows:
            if self._table.row_count < _TABLE_ROWS:
                self._table.add_row(*map(_cell, row))
            else:
                self._hidden += 1

    def end(self) -> None:
        self._console.print(self._table)
        if self._hidden:
            self._console.print(f"… and {self._hidden:,} more rows; send the output to a file to get all")


def _cell(value: Value) -> Text:
    return Text("NULL", style="dim") if value is None else Text(plain(value))


class CsvWriter:
    """RFC 4180 with a header; NULL is nothing, an empty string is `""`; a blank line between result sets."""

    def __init__(self, output: TextIO) -> None:
        self._output = output
        self._several = False

    def begin(self, columns: Sequence[Column]) -> None:
        if self._several:
            self._output.write("\n")
        self._several = True
        self.rows([column_names(columns)])

    def rows(self, rows: Iterable[Sequence[Value]]) -> None:
        self._output.writelines(",".join(map(_field, row)) + "\n" for row in rows)

    def end(self) -> None:
        self._output.flush()


def _field(value: Value) -> str:
    if value is None:
        return ""
    text = plain(value)
    if text and not set(text) & set(',"\r\n'):
        return text
    return '"' + text.replace('"', '""') + '"'


class JsonWriter:
    """One array of objects per result set, each a JSON document of its own; decimals keep every digit."""

    def __init__(self, output: TextIO) -> None:
        self._output = output
        self._names: list[str] = []
        self._separator = ""

    def begin(self, columns: Sequence[Column]) -> None:
        self._names = [json.dumps(name, ensure_ascii=False) for name in column_names(columns)]
        self._separator = "\n  "
        self._output.write("[")

    def rows(self, rows: Iterable[Sequence[Value]]) -> None:
        for row in rows:
            members = (f"{name}: {_json(value)}" for name, value in zip(self._names, row, strict=True))
            self._output.write(f"{self._separator}{{{', '.join(members)}}}")
            self._separator = ",\n  "

    def end(self) -> None:
        self._output.write("]\n" if self._separator == "\n  " else "\n]\n")
        self._output.flush()


def _json(value: Value) -> str:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, bytes):
        return json.dumps(plain(value))
    return json.dumps(value, ensure_ascii=False)


_WRITERS: Final[dict[Format, Callable[[TextIO], Writer]]] = {
    Format.TABLE: TableWriter,
    Format.CSV: CsvWriter,
    Format.JSON: JsonWriter,
}
