"""`-k EXPR`: which tests to run, by words of their identifiers, as pytest selects.

Pure. `not`, `and`, `or` and parentheses combine words; a word is found anywhere in path, class or test name,
case aside, and words beside each other are one phrase.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from tsqlt_runner.errors import CannotRun

Matches = Callable[[str], bool]

_TOKENS: Final = re.compile(r"\(|\)|[^\s()]+")
_OPERATORS: Final = frozenset({"and", "or", "not", "(", ")"})


def selection(expression: str) -> Matches:
    """A predicate over identifiers. Errors: CannotRun for an expression that does not read."""
    if not expression.strip():
        return lambda _: True
    reader = _Reader(_TOKENS.findall(expression), expression)
    found = reader.alternatives()
    if reader.words:
        raise reader.problem()
    return lambda identifier: found(identifier.lower())


class _Reader:
    def __init__(self, words: list[str], expression: str) -> None:
        self.words = words
        self.expression = expression

    def problem(self) -> CannotRun:
        return CannotRun(f"-k {self.expression!r} does not read; write words with and, or, not and ( )")

    def alternatives(self) -> Matches:
        left = self._conjunction()
        while self._took("or"):
            left = _either(left, self._conjunction())
        return left

    def _conjunction(self) -> Matches:
        left = self._negation()
        while self._took("and"):
            left = _both(left, self._negation())
        return left

    def _negation(self) -> Matches:
        if self._took("not"):
            inner = self._negation()
            return lambda text: not inner(text)
        if self._took("("):
            inner = self.alternatives()
            if not self._took(")"):
                raise self.problem()
            return inner
        return self._phrase()

    def _phrase(self) -> Matches:
        words = []
        while self.words and self.words[0].lower() not in _OPERATORS:
            words.append(self.words.pop(0).lower())
        if not words:
            raise self.problem()
        phrase = " ".join(words)
        return lambda text: phrase in text

    def _took(self, word: str) -> bool:
        if self.words and self.words[0].lower() == word:
            self.words.pop(0)
            return True
        return False


def _either(left: Matches, right: Matches) -> Matches:
    return lambda text: left(text) or right(text)


def _both(left: Matches, right: Matches) -> Matches:
    return lambda text: left(text) and right(text)
