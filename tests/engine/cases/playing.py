"""Runs cases and compares: in process through the engine, or on a server through pyodbc.

Both ways end in the same list of answers (`Answer`), which `differences` holds against the expectations.
"""

from __future__ import annotations

import datetime as dt
import decimal
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

NOT_COMPARED: Final = frozenset({3621, 5701})


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
    """A connection to a server."""

    knows_metadata = False

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def play(self, batch: str) -> list[Answer]:
        import pyodbc

        cursor = self._connection.cursor()
        answers: list[Answer] = []
        step = lambda: cursor.execute(batch)  # noqa: E731  (the first step differs from the rest)
        while True:
            try:
                more = step()
            except pyodbc.Error as problem:
                answers.append(_odbc_failure(problem))
                more = True
                if not _goes_on(cursor):
                    break
            answers += [ExpectedMessage(text.rpartition("]")[2]) for _, text in cursor.messages or ()]
            if not more:
                break
            if cursor.description is not None:
                answers.append(_odbc_result(cursor))
            elif cursor.rowcount >= 0:
                answers.append(ExpectedCount(cursor.rowcount))
            step = cursor.nextset
        return answers

    def close(self) -> None:
        self._connection.close()


def _goes_on(cursor: Any) -> bool:
    return cursor.description is not None


def _odbc_failure(problem: Exception) -> Failure:
    text = str(problem.args[-1])
    number = int(text.rpartition("(")[0].rpartition("(")[2].rstrip(") ") or 0)
    return Failure(number, text.rpartition("]")[2].rpartition(" (")[0])


def _odbc_result(cursor: Any) -> ResultSet:
    rows = tuple(tuple(written(value) for value in row) for row in cursor.fetchall())
    return ResultSet(rows, names=tuple(column[0] for column in cursor.description))


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
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat(" ") if isinstance(value, dt.datetime) else value.isoformat()
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
    return not metadata or all(str(getattr(got, facet)) == value for facet, value in wanted.facets)


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
