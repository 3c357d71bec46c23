"""Splits T-SQL text into tokens.

The lexical rules are those of SQL Server with QUOTED_IDENTIFIER ON: block comments nest, `''` inside a
string and `]]` inside brackets are escapes, a binary literal may be empty (`0x`), identifiers may hold
`@ # $ _` and any letter. Source: Microsoft Learn, "Constants", "Database identifiers", "Slash star (Block
comment)".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """What a token is."""

    NAME = "name"  # bare word: identifier or keyword
    QUOTED = "quoted"  # [bracketed] or "quoted" identifier
    VARIABLE = "variable"  # @local or @@global
    STRING = "string"  # 'text'
    NSTRING = "nstring"  # N'text'
    INTEGER = "integer"
    DECIMAL = "decimal"
    FLOAT = "float"
    MONEY = "money"  # $1.50
    BINARY = "binary"  # 0x1F
    OPERATOR = "operator"
    COMMENT = "comment"
    END = "end"


@dataclass(frozen=True, slots=True)
class Token:
    """One token: its kind, its text as written, its decoded value and where it stands.

    `value` is the identifier without quotes, the string without quotes and escapes, or the text itself.
    `upper` is the upper-case text of a bare word or operator and empty for everything else, so that a quoted
    identifier is never taken for a keyword. `start`/`end` are offsets in the source; `line` counts from 1.
    """

    kind: Kind
    text: str
    value: str
    upper: str
    start: int
    end: int
    line: int


class TokenError(ValueError):
    """Text that no token can be made of: number, message and line as SQL Server reports them."""

    def __init__(self, number: int, message: str, line: int) -> None:
        super().__init__(message)
        self.number = number
        self.line = line


# Possessive, so that a text of many megabytes leaves nothing to come back to.
_TOKEN = re.compile(
    r"""
    (?P<space>[\s\u00a0\ufeff\x00]+)
  | (?P<line_comment>--[^\n\r]*)
  | (?P<block_comment>/\*)
  | (?P<nstring>[Nn]'[^']*+(?:''[^']*+)*+')
  | (?P<string>'[^']*+(?:''[^']*+)*+')
  | (?P<bracket>\[[^\]]*+(?:\]\][^\]]*+)*+\])
  | (?P<quoted>"[^"]*+(?:""[^"]*+)*+")
  | (?P<binary>0[xX][0-9a-fA-F]*)
  | (?P<float>(?:\d+\.?\d*|\.\d+)[eE][+-]?\d*)
  | (?P<decimal>\d+\.\d*|\.\d+)
  | (?P<integer>\d+)
  | (?P<variable>@[\w@$\#]*)
  | (?P<money>[$£€¥]\s*[+-]?(?:\d+(?:,\d+)*(?:\.\d*)?|\.\d+))
  | (?P<name>(?:[^\W\d]|[_\#])[\w@$\#]*|\$[A-Za-z_]\w*)
  | (?P<operator><=|>=|<>|!=|!<|!>|\+=|-=|\*=|/=|%=|&=|\|=|\^=|::|\|\||[-+*/%&|^~=<>!(),.;:{}?$\\])
    """,
    re.VERBOSE,
)
_COMMENT_EDGE = re.compile(r"/\*|\*/")
_UNTERMINATED = {"'": "character string", '"': "character string", "[": "character string"}


def tokenize(text: str, *, comments: bool = False) -> list[Token]:
    """Split `text` into tokens, ending with one END token.

    Errors: TokenError 105 for a string or quoted name that never closes, 113 for a comment that never closes,
    102 for a character that starts no token.
    """
    tokens: list[Token] = []
    position, line, length = 0, 1, len(text)
    while position < length:
        match = _TOKEN.match(text, position)
        if match is None:
            raise _unreadable(text, position, line)
        kind = match.lastgroup or ""
        end = _comment_end(text, position, line) if kind == "block_comment" else match.end()
        raw = text[position:end]
        if kind in ("line_comment", "block_comment"):
            if comments:
                tokens.append(Token(Kind.COMMENT, raw, raw, "", position, end, line))
        elif kind != "space":
            tokens.append(_token(kind, raw, position, end, line))
        line += raw.count("\n")
        position = end
    tokens.append(Token(Kind.END, "", "", "", length, length, line))
    return tokens


def _token(kind: str, raw: str, start: int, end: int, line: int) -> Token:
    if kind == "name":
        return Token(Kind.NAME, raw, raw, raw.upper(), start, end, line)
    if kind == "operator":
        return Token(Kind.OPERATOR, raw, raw, raw, start, end, line)
    if kind == "bracket":
        return Token(Kind.QUOTED, raw, raw[1:-1].replace("]]", "]"), "", start, end, line)
    if kind == "quoted":
        return Token(Kind.QUOTED, raw, raw[1:-1].replace('""', '"'), "", start, end, line)
    if kind == "string":
        return Token(Kind.STRING, raw, raw[1:-1].replace("''", "'"), "", start, end, line)
    if kind == "nstring":
        return Token(Kind.NSTRING, raw, raw[2:-1].replace("''", "'"), "", start, end, line)
    return Token(Kind[kind.upper()], raw, raw, "", start, end, line)


def _comment_end(text: str, start: int, line: int) -> int:
    """The offset past a block comment, which may hold others."""
    depth, position = 1, start + 2
    while depth:
        edge = _COMMENT_EDGE.search(text, position)
        if edge is None:
            raise TokenError(113, "Missing end comment mark '*/'.", line)
        depth += 1 if edge.group() == "/*" else -1
        position = edge.end()
    return position


def _unreadable(text: str, position: int, line: int) -> TokenError:
    rest = text[position:]
    opening = rest[1] if rest[:1] in "Nn" and rest[1:2] == "'" else rest[0]
    if opening in _UNTERMINATED:
        what = rest.lstrip("Nn")[1:]
        return TokenError(105, f"Unclosed quotation mark after the character string '{what}'.", line)
    return TokenError(102, f"Incorrect syntax near '{rest[0]}'.", line)
