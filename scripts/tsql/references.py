"""Which objects a text defines and which it refers to.

After names in the package; deployment orders objects by it. Names of two parts count wherever they stand,
unless the first part is an alias; names of one part count where only a table, function or type can stand, in
the schema of the object and in dbo, as the server resolves them. Names inside strings cannot be seen, so a
comment `-- migrate: depends on schema.name` declares what dynamic SQL needs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tsql.names import ObjectName, is_name, parse_name
from tsql.normalise import RESERVED
from tsql.tokens import Kind, Token, tokenize

_DECLARED = re.compile(r"--\s*migrate:\s*depends\s+on\s+(?P<names>.+)", re.IGNORECASE)
DEFINED_KINDS = {
    "PROC": "procedure",
    "PROCEDURE": "procedure",
    "VIEW": "view",
    "FUNCTION": "function",
    "TRIGGER": "trigger",
    "SYNONYM": "synonym",
    "TYPE": "type",
}
_BEFORE_SOURCES = frozenset({"FROM", "JOIN", "APPLY", "INTO", "UPDATE", "USING", "MERGE", "FOR"})
_KEYWORDS = RESERVED | _BEFORE_SOURCES
_END_OF_FROM = frozenset(
    {"WHERE", "GROUP", "ORDER", "HAVING", "UNION", "EXCEPT", "INTERSECT", "SELECT", "OPTION", "SET", ";"}
)


@dataclass(frozen=True, slots=True)
class Definition:
    """What a CREATE statement defines: the kind in lower case, the name, and the offset just past CREATE.

    `or_alter` tells whether the text already says OR ALTER.
    """

    kind: str
    name: ObjectName
    create_end: int
    or_alter: bool


@dataclass(frozen=True, slots=True)
class _Name:
    """A name in the text: its parts, where it ends, and whether it stands where a table may stand."""

    parts: tuple[str, ...]
    end: int
    is_source: bool


def references(text: str) -> frozenset[tuple[str, str]]:
    """The lower-case (schema, name) pairs that `text` mentions or declares to depend on.

    Names that are none of objects may be among them: intersect with the objects that exist.
    """
    every = tokenize(text, comments=True)
    tokens = [token for token in every if token.kind is not Kind.COMMENT]
    defined = _first_definition(tokens)
    schemas = {"dbo", defined.name.schema.lower()} if defined else {"dbo"}
    return frozenset(_mentioned(tokens, schemas)) | declared_dependencies(text, every)


def declared_dependencies(text: str, tokens: list[Token] | None = None) -> frozenset[tuple[str, str]]:
    """The pairs that `-- migrate: depends on …` comments name. Errors: NameProblem."""
    found: set[tuple[str, str]] = set()
    for token in tokens if tokens is not None else tokenize(text, comments=True):
        match = _DECLARED.match(token.text) if token.kind is Kind.COMMENT else None
        for name in match["names"].split(",") if match else ():
            found.add(parse_name(name.strip()).key)
    return frozenset(found)


def _mentioned(tokens: list[Token], schemas: set[str]) -> Iterator[tuple[str, str]]:
    names = list(_names(tokens))
    aliases = {alias for name in names if name.is_source and (alias := _alias(tokens, name.end))}
    local = _common_tables(tokens)
    for name in names:
        parts = [part.lower() for part in name.parts]
        if len(parts) > 1:
            called = tokens[name.end].text == "("
            if name.is_source or called or parts[0] not in aliases:
                yield parts[-2], parts[-1]
                yield parts[0], parts[1]  # schema.function(…).method and schema.table.column
        elif name.is_source and parts[0] not in local:
            yield from ((schema, parts[0]) for schema in schemas)


def _names(tokens: list[Token]) -> Iterator[_Name]:
    """The names of the text, keywords aside where they stand alone."""
    in_from = [False]
    index, before = 0, ""
    while index < len(tokens):
        token = tokens[index]
        parts = _dotted(tokens, index)
        if len(parts) > 1 or (parts and token.upper not in _KEYWORDS):
            listed = before == "," and in_from[-1]
            typed = index > 0 and _is_typed(tokens, index)
            end = index + 2 * len(parts) - 1
            yield _Name(tuple(parts), end, before in _BEFORE_SOURCES or listed or typed)
            index, before = end, "name"
            continue
        if token.text == "(":
            in_from.append(False)
        elif token.text == ")":
            in_from = in_from[:-1] or [False]
        elif token.upper == "FROM":
            in_from[-1] = True
        elif token.upper in _END_OF_FROM:
            in_from[-1] = False
        index, before = index + 1, token.upper
    return


def _is_typed(tokens: list[Token], index: int) -> bool:
    """Whether the name follows a variable, as its type does."""
    before = tokens[index - 1]
    if before.upper == "AS" and index > 1:
        before = tokens[index - 2]
    return before.kind is Kind.VARIABLE


def _alias(tokens: list[Token], end: int) -> str:
    """The alias behind a source that ends before `end`, in lower case; empty when it has none."""
    if tokens[end].text == "(":  # a function's arguments
        depth = 1
        while depth and end + 1 < len(tokens):
            end += 1
            depth += {"(": 1, ")": -1}.get(tokens[end].text, 0)
        end = min(end + 1, len(tokens) - 1)
    if tokens[end].upper == "AS":
        end += 1
    token = tokens[min(end, len(tokens) - 1)]
    return token.value.lower() if is_name(token) and token.upper not in RESERVED else ""


def _common_tables(tokens: list[Token]) -> set[str]:
    """The lower-case names of common table expressions: what stands before AS ( SELECT."""
    found: set[str] = set()
    for index, token in enumerate(tokens[:-3]):
        following = [tokens[index + offset].upper for offset in (1, 2, 3)]
        if following[:2] == ["AS", "("] and following[2] in ("SELECT", "VALUES", "("):
            named = _before_columns(tokens, index) if token.text == ")" else token
            if named is not None and is_name(named):
                found.add(named.value.lower())
    return found


def _before_columns(tokens: list[Token], index: int) -> Token | None:
    """The token before the parenthesis that closes at `index`."""
    depth = 0
    for place in range(index, 0, -1):
        depth += {")": 1, "(": -1}.get(tokens[place].text, 0)
        if depth == 0:
            return tokens[place - 1]
    return None


def _dotted(tokens: list[Token], index: int) -> list[str]:
    """The parts of the name that starts at `index`, empty when none does."""
    parts: list[str] = []
    while index < len(tokens) and is_name(tokens[index]):
        parts.append(tokens[index].value)
        if index + 1 >= len(tokens) or tokens[index + 1].text != ".":
            break
        index += 2
    return parts


def definition(text: str) -> Definition | None:
    """The object that the first CREATE in `text` defines: a view, function, procedure, trigger, synonym or
    type; None when there is none."""
    return _first_definition(tokenize(text))


def _first_definition(tokens: list[Token]) -> Definition | None:
    for index, token in enumerate(tokens):
        if token.upper == "CREATE":
            return _definition(tokens, index)
    return None


def _definition(tokens: list[Token], index: int) -> Definition | None:
    create = tokens[index]
    or_alter = [token.upper for token in tokens[index + 1 : index + 3]] == ["OR", "ALTER"]
    kind_at = index + (3 if or_alter else 1)
    kind = DEFINED_KINDS.get(tokens[kind_at].upper) if kind_at < len(tokens) else None
    parts = _dotted(tokens, kind_at + 1)
    if kind is None or not 1 <= len(parts) <= 2:
        return None
    name = ObjectName(parts[0], parts[1]) if len(parts) == 2 else ObjectName("dbo", parts[0])
    return Definition(kind, name, create.end, or_alter)
