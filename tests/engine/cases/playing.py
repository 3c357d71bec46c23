"""Runs cases and compares: in process through the engine, or on a server through ODBC.

Both ways end in the same list of answers (`Answer`), which `differences` holds against the expectations.
"""

from __future__ import annotations

import datetime as dt
import decimal
import re
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Final, Protocol

from tests.engine.cases.casefile import (
    Case,
    Expectation,
    ExpectedCount,
    ExpectedError,
    ExpectedMessage,
    ResultSet,
)

from tsqld import events
from tsqld.runtime.session import Session
from tsqld.tds.variant import decoded
from tsqld.ticks import FineDatetime, FineTime
from warehouse import odbc

NOT_COMPARED: Final = frozenset({3621, 5701})
_TIMESTAMP: Final = 93
_TIME: Final = -154
_SEVENTH: Final = re.compile(r"\.(?!9{7})\d{6}[1-9]$")


@dataclass(frozen=True)
class Failure:
    """An error as it reached the client."""

    number: int
    text: str
    severity: int = 0
    state: int = 0
    line: int = 0
    procedure: str = ""

    def __str__(self) -> str:
        return (
            f"error {self.number} severity {self.severity} state {self.state} line {self.line}"
            f" procedure {self.procedure or '-'}: {self.text}"
        )


Answer = ResultSet | Failure | ExpectedMessage | ExpectedCount


class Player(Protocol):
    """Runs batches on one connection."""

    knows_metadata: bool

    def play(self, batch: str) -> list[Answer]: ...

    def close(self) -> None: ...


class EnginePlayer:
    """A session of an engine in this process."""

    knows_metadata = True

    def __init__(self, session: Session) -> None:
        self._session = session

    def play(self, batch: str) -> list[Answer]:
        return list(self._answers(self._session.batch(batch)))

    def close(self) -> None:
        self._session.close()

    def _answers(self, stream: Iterable[events.Event]) -> Iterator[Answer]:
        columns: tuple[events.Column, ...] = ()
        rows: list[tuple[str, ...]] = []
        for event in stream:
            if columns and not isinstance(event, events.Rows):
                yield _result(columns, rows)
                columns = ()
            if isinstance(event, events.Columns):
                columns, rows = event.columns, []
            elif isinstance(event, events.Rows):
                rows += [tuple(written(value) for value in row) for row in event.rows]
            elif isinstance(event, events.Error):
                yield Failure(
                    event.number, event.text, event.severity, event.state, event.line, event.procedure
                )
            elif isinstance(event, events.Message) and event.number not in NOT_COMPARED:
                yield ExpectedMessage(event.text)
            elif isinstance(event, events.Done) and event.count is not None:
                yield ExpectedCount(event.count)
        if columns:
            yield _result(columns, rows)


def _result(columns: Sequence[events.Column], rows: Sequence[tuple[str, ...]]) -> ResultSet:
    return ResultSet(
        tuple(rows),
        names=tuple(column.name for column in columns),
        types=tuple(str(column.type) for column in columns),
        nulls=tuple("yes" if column.nullable else "no" for column in columns),
    )


class OdbcPlayer:
    """A connection to a server. ODBC does not tell types and nullability as T-SQL names them."""

    knows_metadata = False

    def __init__(self, connection_string: str) -> None:
        self._connection = odbc.Connection(connection_string)

    def play(self, batch: str) -> list[Answer]:
        answers: list[Answer] = []
        for answer in self._answers(self._connection.batch(batch)):
            if isinstance(answer, Failure) and answers and _is_empty(answers[-1]):
                answers.pop()  # the columns of a result set whose first row failed
            answers.append(answer)
        return answers

    def close(self) -> None:
        self._connection.close()

    def _answers(self, stream: Iterable[odbc.Event]) -> Iterator[Answer]:
        columns: tuple[odbc.Column, ...] = ()
        rows: list[tuple[str, ...]] = []
        for event in stream:
            if columns and not isinstance(event, odbc.Rows):
                yield ResultSet(tuple(rows), names=tuple(column.name for column in columns))
                columns = ()
            if isinstance(event, odbc.Columns):
                columns, rows = event.columns, []
            elif isinstance(event, odbc.Rows):
                rows += [tuple(map(_odbc_value, row, columns)) for row in event.rows]
            elif isinstance(event, odbc.Affected):
                yield ExpectedCount(event.count)
            elif event.is_error:
                yield Failure(
                    event.number, event.text, event.severity, event.state, event.line, event.procedure
                )
            elif event.number not in NOT_COMPARED:
                yield ExpectedMessage(event.text)
        if columns:
            yield ResultSet(tuple(rows), names=tuple(column.name for column in columns))


def _is_empty(answer: Answer) -> bool:
    return isinstance(answer, ResultSet) and not answer.rows


def _odbc_value(value: Any, column: odbc.Column) -> str:
    """ODBC has dates and times as text with all the digits of their scale."""
    if isinstance(value, str) and column.sql_type in (_TIMESTAMP, _TIME) and _SEVENTH.search(value):
        return value
    if isinstance(value, str) and column.sql_type == _TIMESTAMP:
        return written(dt.datetime.fromisoformat(value))
    if isinstance(value, str) and column.sql_type == _TIME:
        return written(dt.time.fromisoformat(value))
    return written(value)


def written(value: Any) -> str:
    """A value as a cell: README.md says how."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float):
        return format(value, ".15g")
    if isinstance(value, bytes | bytearray):
        return "0x" + value.hex().upper()
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    if isinstance(value, uuid.UUID):
        return str(value).upper()
    if isinstance(value, FineDatetime | FineTime):
        return str(value)
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat(" ") if isinstance(value, dt.datetime) else value.isoformat()
    if isinstance(value, dict):
        return written(decoded(value)[1])
    if isinstance(value, str):
        return _quoted(value)
    return str(value)


def _quoted(text: str) -> str:
    plain = text and text == text.strip() and text != "NULL" and not set(text) & set("|\n\r\t\\")
    if plain and not text.startswith("'"):
        return text
    escaped = text.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
    return "'" + escaped.replace("'", "''") + "'"


def run(case: Case, player: Player) -> list[Answer]:
    """Every answer of a case's batches."""
    return [answer for batch in case.batches for answer in player.play(batch)]


def differences(expected: Sequence[Expectation], answers: Sequence[Answer], *, metadata: bool = True) -> str:
    """What is not as expected, empty when all is."""
    if not any(isinstance(item, ExpectedCount) for item in expected):
        answers = [answer for answer in answers if not isinstance(answer, ExpectedCount)]
    else:
        answers = _without_row_counts(answers)
    if not metadata:
        expected, answers = _messages_last(expected), _messages_last(answers)
    lines = []
    for wanted, got in zip_longest(expected, answers):
        if not _same(wanted, got, metadata):
            lines.append(f"expected: {_shown(wanted)}\n     got: {_shown(got)}")
    return "\n".join(lines)


def _without_row_counts(answers: Sequence[Answer]) -> list[Answer]:
    """Counts of changes only: a result set's count is the number of its rows."""
    kept: list[Answer] = []
    for answer in answers:
        if isinstance(answer, ExpectedCount) and kept and isinstance(kept[-1], ResultSet):
            continue
        kept.append(answer)
    return kept


def _messages_last(items: Sequence[Any]) -> list[Any]:
    """ODBC ranks what one call brought: errors come before the messages that preceded them."""
    return sorted(items, key=lambda item: isinstance(item, ExpectedMessage))


def _same(wanted: Expectation | None, got: Answer | None, metadata: bool) -> bool:
    if isinstance(wanted, ExpectedError):
        return isinstance(got, Failure) and _same_error(wanted, got, metadata)
    if isinstance(wanted, ResultSet):
        return isinstance(got, ResultSet) and _same_rows(wanted, got, metadata)
    return wanted == got


def _same_error(wanted: ExpectedError, got: Failure, metadata: bool) -> bool:
    if wanted.number != got.number or (wanted.text is not None and wanted.text.strip() != got.text.strip()):
        return False
    # ODBC has no state 0
    return all(
        str(getattr(got, facet)) == value or (value == "0" and not metadata) for facet, value in wanted.facets
    )


def _same_rows(wanted: ResultSet, got: ResultSet, metadata: bool) -> bool:
    if wanted.names is not None and wanted.names != tuple(_quoted(name) for name in got.names or ()):
        return False
    if metadata and wanted.types is not None and wanted.types != got.types:
        return False
    if metadata and wanted.nulls is not None and wanted.nulls != got.nulls:
        return False
    if wanted.ordered:
        return wanted.rows == got.rows
    return sorted(wanted.rows) == sorted(got.rows)


def _shown(item: Expectation | Answer | None) -> str:
    if item is None:
        return "nothing"
    if isinstance(item, ResultSet):
        head = " | ".join(item.types or ())
        names = " | ".join(item.names or ())
        nulls = " | ".join(item.nulls or ())
        return "\n".join(
            [f"rows ({names}) ({head}) ({nulls})", *("          " + " | ".join(row) for row in item.rows)]
        )
    return str(item)
