"""Asks the engine for the value of a T-SQL expression, twice: as it is written, and over a table's column.

The second asking replaces each constant by a column holding it, so that nothing is folded while compiling and
the branches for rows, not those for constants, give the answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tsql.tokens import Kind, tokenize
from tsqld import events
from tsqld.runtime.session import Session
from tsqld.types import SqlType


@dataclass(frozen=True, slots=True)
class Refused:
    """An error instead of a value."""

    number: int
    message: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A value and the type of the column that held it."""

    value: Any
    type: SqlType


class Asker:
    """One session of the engine."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def answer(self, expression: str) -> Answer | Refused:
        """The value of `expression`, or the error it ends in."""
        return self._first(f"SELECT {expression} AS answer")

    def value(self, expression: str) -> Any:
        """The value of `expression`; a Refused for an error."""
        got = self.answer(expression)
        return got.value if isinstance(got, Answer) else got

    def value_of_rows(self, expression: str) -> Any:
        """The value of `expression` with its string constants moved into a table."""
        columns: list[str] = []
        pieces: list[str] = []
        place = 0
        for token in tokenize(expression):
            if token.kind in (Kind.STRING, Kind.NSTRING):
                pieces.append(expression[place : token.start] + f"v.c{len(columns)}")
                columns.append(token.text)
                place = token.end
        if not columns:
            return self.value(expression)
        names = ", ".join(f"c{number}" for number in range(len(columns)))
        text = "".join(pieces) + expression[place:]
        # the second row keeps DuckDB from folding the constants back in; only the first is read
        rows = f"({', '.join(columns)}, 1), ({', '.join('NULL' for _ in columns)}, 2)"
        got = self._first(f"SELECT {text} AS answer FROM (VALUES {rows}) AS v({names}, n) WHERE v.n = 1")
        return got.value if isinstance(got, Answer) else got

    def type_of(self, expression: str) -> str:
        """The type of `expression` as T-SQL writes it."""
        got = self.answer(expression)
        return str(got.type) if isinstance(got, Answer) else f"error {got.number}"

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of a query; an error fails the test."""
        found: list[tuple[Any, ...]] = []
        for event in self.session.batch(query):
            assert not isinstance(event, events.Error), event
            if isinstance(event, events.Rows):
                found.extend(tuple(row) for row in event.rows)
        return found

    def _first(self, batch: str) -> Answer | Refused:
        column: SqlType | None = None
        result: Answer | Refused | None = None
        for event in self.session.batch(batch):
            if isinstance(event, events.Error) and not isinstance(result, Refused):
                result = Refused(event.number, event.text)
            elif isinstance(event, events.Columns):
                column = event.columns[0].type
            elif isinstance(event, events.Rows) and event.rows and result is None:
                assert column is not None
                result = Answer(event.rows[0][0], column)
        assert result is not None, batch
        return result
