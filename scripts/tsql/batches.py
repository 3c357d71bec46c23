"""Splits a script into the batches that GO separates.

Second in the package, after tokens. The rules are those of sqlcmd and Management Studio (Microsoft Learn,
"SQL Server Utilities Statements - GO"): GO stands alone on its line, comments apart, and may be followed by
the number of times the batch is to run. Inside a string, a quoted name or a comment it is plain text.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass

from tsql.tokens import Kind, Token, tokenize

_LINE_END = re.compile(r"[^\S\n]*\n")


@dataclass(frozen=True, slots=True)
class Batch:
    """One batch as the server gets it.

    `line` is the line of the script on which `text` begins, from 1: the server counts lines from the start
    of the batch, so an error on its line n stands on line `line + n - 1` of the script. `repeat` is the
    number after GO.
    """

    text: str
    line: int
    repeat: int = 1

    def script_line(self, server_line: int) -> int:
        """The line in the script for a line that the server reported (from 1; 0 means unknown and stays
        0)."""
        return self.line + server_line - 1 if server_line > 0 else 0


@dataclass(frozen=True, slots=True)
class _Separator:
    start: int
    end: int
    repeat: int


def split_batches(text: str) -> list[Batch]:
    """The batches of `text` in order, without those that hold nothing but space and comments, or end in GO 0.

    Errors: tsql.tokens.TokenError, with the line in the script, when a string or comment never closes.
    """
    return [batch for batch, _ in split_tokens(text)]


def split_tokens(text: str) -> list[tuple[Batch, list[Token]]]:
    """As `split_batches`, each with its tokens, comments aside; their lines and offsets are the script's."""
    tokens = tokenize(text, comments=True)[:-1]
    words = [token for token in tokens if token.kind is not Kind.COMMENT]
    starts = [token.start for token in words]
    batches: list[tuple[Batch, list[Token]]] = []
    start = lines = counted = 0
    for separator in [*_separators(text, tokens), _Separator(len(text), len(text), 1)]:
        lines += text.count("\n", counted, start)
        counted = start
        inside = words[bisect_left(starts, start) : bisect_left(starts, separator.start)]
        if separator.repeat and inside:
            batches.append((Batch(text[start : separator.start], lines + 1, separator.repeat), inside))
        start = separator.end
    return batches


def _separators(text: str, tokens: list[Token]) -> list[_Separator]:
    """Where GO lines stand: from the word GO to the start of the line after it."""
    found: list[_Separator] = []
    line_in_use = 0
    for index, token in enumerate(tokens):
        if token.kind is Kind.COMMENT:
            continue
        if token.upper == "GO" and token.line != line_in_use:
            separator = _separator(text, tokens, index)
            if separator is not None:
                found.append(separator)
        line_in_use = token.line + token.text.count("\n")
    return found


def _separator(text: str, tokens: list[Token], index: int) -> _Separator | None:
    """The separator that the word at `index` is, or None when more than a number stands beside it."""
    line, end, repeat = tokens[index].line, tokens[index].end, None
    for token in tokens[index + 1 :]:
        if token.line != line:
            break
        if token.kind is Kind.COMMENT:
            line += token.text.count("\n")
        elif token.kind is Kind.INTEGER and repeat is None and line == tokens[index].line:
            repeat = int(token.text)
        elif line == tokens[index].line:
            return None
        else:
            break  # a statement behind a comment that began on the line of GO
        end = token.end
    rest = _LINE_END.match(text, end)
    return _Separator(tokens[index].start, rest.end() if rest else end, 1 if repeat is None else repeat)
