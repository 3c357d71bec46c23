"""Where each statement of a text stands, from its first token to its last.

Beside the parser; used by what reports statements by their offsets. The trees that run carry lines only, so
a text is parsed once more, and the statements of both trees are paired in their order.
"""

from __future__ import annotations

from functools import lru_cache

from tsqld.syntax import nodes as n
from tsqld.syntax.parser import Parser
from tsqld.syntax.visit import walk


class _SpanParser(Parser):
    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.spans: dict[int, tuple[int, int]] = {}
        self.kept: list[n.Statement] = []

    def statement(self) -> n.Statement:
        start = self.token.start
        made = super().statement()
        self.kept.append(made)
        self.spans[id(made)] = (start, self.tokens[self.position - 1].end)
        return made


@lru_cache(maxsize=256)
def statement_spans(text: str) -> tuple[tuple[int, int], ...]:
    """Start and end offsets of every statement of a text that parses, in the order of `walk`."""
    parser = _SpanParser(text)
    tree = n.Batch(1, parser.statements_until(), text)
    return tuple(parser.spans.get(id(node), (0, 0)) for node in _statements(tree))


def spans_of(tree: n.Batch) -> dict[int, tuple[int, int]]:
    """The span of each statement of a parsed batch, by the statement's identity."""
    return {id(node): span for node, span in zip(_statements(tree), statement_spans(tree.text), strict=True)}


def _statements(tree: n.Batch) -> list[n.Statement]:
    return [node for node in walk(tree) if isinstance(node, n.Statement)]
