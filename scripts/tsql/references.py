"""Which objects a text defines and which it refers to.

After names in the package; deployment orders objects by it. Only two-part names count (three-part names by
their last two parts), which is how this project writes every reference. Names inside strings cannot be
seen, so a comment `-- migrate: depends on schema.name` declares what dynamic SQL needs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tsql.names import ObjectName, is_name, parse_name
from tsql.tokens import Kind, Token, tokenize

_DECLARED = re.compile(r"--\s*migrate:\s*depends\s+on\s+(?P<names>.+)", re.IGNORECASE)
MODULE_KINDS = {
    "PROC": "procedure",
    "PROCEDURE": "procedure",
    "VIEW": "view",
    "FUNCTION": "function",
    "TRIGGER": "trigger",
}


@dataclass(frozen=True, slots=True)
class Definition:
    """What a CREATE statement defines: the kind in lower case, the name, and the offset just past CREATE.

    `or_alter` tells whether the text already says OR ALTER.
    """

    kind: str
    name: ObjectName
    create_end: int
    or_alter: bool


def references(text: str) -> frozenset[tuple[str, str]]:
    """The lower-case (schema, name) pairs that `text` mentions or declares to depend on.

    Column references such as `alias.column` are among them: intersect with the objects that exist.
    """
    tokens = tokenize(text, comments=True)
    found = set(_mentioned([token for token in tokens if token.kind is not Kind.COMMENT]))
    for token in tokens:
        if token.kind is Kind.COMMENT:
            found.update(_declared(token.text))
    return frozenset(found)


def _mentioned(tokens: list[Token]) -> Iterator[tuple[str, str]]:
    index = 0
    while index < len(tokens):
        parts = _dotted(tokens, index)
        if len(parts) >= 2:
            yield parts[-2].lower(), parts[-1].lower()
            yield parts[0].lower(), parts[1].lower()  # schema.function(…).method and schema.table.column
        index += max(1, 2 * len(parts) - 1)


def _dotted(tokens: list[Token], index: int) -> list[str]:
    """The parts of the name that starts at `index`, empty when none does."""
    parts: list[str] = []
    while index < len(tokens) and is_name(tokens[index]):
        parts.append(tokens[index].value)
        if index + 1 >= len(tokens) or tokens[index + 1].text != ".":
            break
        index += 2
    return parts


def _declared(comment: str) -> Iterator[tuple[str, str]]:
    match = _DECLARED.match(comment)
    if match is not None:
        for name in match["names"].split(","):
            yield parse_name(name.strip()).key


def definition(text: str) -> Definition | None:
    """The view, function, procedure or trigger that the first CREATE in `text` defines, None when there is
    none."""
    tokens = tokenize(text)
    for index, token in enumerate(tokens):
        if token.upper == "CREATE":
            return _definition(tokens, index)
    return None


def _definition(tokens: list[Token], index: int) -> Definition | None:
    create = tokens[index]
    or_alter = [token.upper for token in tokens[index + 1 : index + 3]] == ["OR", "ALTER"]
    kind_at = index + (3 if or_alter else 1)
    kind = MODULE_KINDS.get(tokens[kind_at].upper) if kind_at < len(tokens) else None
    parts = _dotted(tokens, kind_at + 1)
    if kind is None or not 1 <= len(parts) <= 2:
        return None
    name = ObjectName(parts[0], parts[1]) if len(parts) == 2 else ObjectName("dbo", parts[0])
    return Definition(kind, name, create.end, or_alter)
