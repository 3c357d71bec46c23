"""The executable statements of a module as places in its text.

After references; coverage counts by it. It relies on semicolons: a statement ends at one, at END or ELSE, and
the condition of an IF or WHILE where the next statement begins. Not executable: BEGIN, END, ELSE, labels, and
a DECLARE that gives no value.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from tsql.tokens import Kind, Token, tokenize

_STARTS: Final = frozenset(
    """BEGIN BREAK BULK CLOSE COMMIT CONTINUE CREATE ALTER DEALLOCATE DECLARE DELETE DROP EXEC EXECUTE FETCH
    GOTO IF INSERT MERGE OPEN PRINT RAISERROR RETURN ROLLBACK SAVE SELECT SET THROW TRUNCATE UPDATE WAITFOR
    WHILE WITH""".split()
)


@dataclass(frozen=True, slots=True)
class Place:
    """A statement: offsets of its first character and behind its last, and its first line, from 1."""

    start: int
    end: int
    line: int


def executable_statements(definition: str) -> list[Place]:
    """The statements of a procedure's body, in order."""
    tokens = tokenize(definition)[:-1]
    return list(_Splitter(tokens).statements())


class _Splitter:
    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._at = self._body()

    def _body(self) -> int:
        """The token behind the AS that ends the head."""
        depth = 0
        for index, token in enumerate(self._tokens):
            depth += {"(": 1, ")": -1}.get(token.upper, 0)
            before = self._tokens[index - 1]
            if token.upper == "AS" and depth == 0 and before.kind is not Kind.VARIABLE:
                return index + 1
        return len(self._tokens)

    def _word(self, ahead: int = 0) -> str:
        position = self._at + ahead
        return self._tokens[position].upper if position < len(self._tokens) else ""

    def statements(self) -> Iterator[Place]:
        while self._at < len(self._tokens):
            word, following = self._word(), self._word(1)
            if word == "BEGIN" and following in ("TRAN", "TRANSACTION"):
                yield from self._until_end()
            elif word in ("BEGIN", "END"):
                self._at += 2 if following in ("TRY", "CATCH") else 1
            elif word in ("ELSE", ";"):
                self._at += 1
            elif following == ":" and self._tokens[self._at].kind is Kind.NAME:
                self._at += 2
            elif word in ("IF", "WHILE"):
                yield self._condition()
            else:
                yield from self._until_end()

    def _condition(self) -> Place:
        start = self._at
        depth = 0
        self._at += 1
        while self._at < len(self._tokens) and not (depth == 0 and self._word() in _STARTS):
            depth += {"(": 1, ")": -1, "CASE": 1, "END": -1}.get(self._word(), 0)
            self._at += 1
        return self._place(start)

    def _until_end(self) -> Iterator[Place]:
        start = self._at
        depth = cases = 0
        has_value = False
        while self._at < len(self._tokens):
            word = self._word()
            if depth == 0 and (word == ";" or (cases == 0 and self._at > start and word in ("END", "ELSE"))):
                break
            depth += {"(": 1, ")": -1}.get(word, 0)
            cases += {"CASE": 1, "END": -1}.get(word, 0)
            has_value = has_value or (word == "=" and depth == 0)
            self._at += 1
        if self._tokens[start].upper != "DECLARE" or has_value:
            yield self._place(start)

    def _place(self, start: int) -> Place:
        first, last = self._tokens[start], self._tokens[self._at - 1]
        return Place(first.start, last.end, first.line)
