"""JSON text read with its positions: what JSON_QUERY cuts out is the text as it was written.

Place in the pipeline: behind the JSON functions and OPENJSON. Source: Microsoft Learn, "JSON path
expressions", "JSON_VALUE", "JSON_QUERY", "JSON_MODIFY"; RFC 8259. Positions in messages count from 0.
"""

from __future__ import annotations

import functools
import json
import re
from dataclasses import dataclass, field
from typing import Final

from tsqld.errors import TsqlError

_SPACE = re.compile(r"[ \t\n\r]*")
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?")
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*"')
_WORDS: Final = {"true": "boolean", "false": "boolean", "null": "null"}
_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

TYPES: Final = {"null": 0, "string": 1, "number": 2, "boolean": 3, "array": 4, "object": 5}
"""OPENJSON's numbers for the kinds of values."""


@dataclass(frozen=True, slots=True)
class Node:
    """A JSON value: its kind, where its text stands, and its members or elements."""

    kind: str
    start: int
    end: int
    members: tuple[tuple[str, Node], ...] = ()
    places: tuple[tuple[int, int], ...] = field(default=(), compare=False)
    """For objects, where each member begins and ends, key included."""


def malformed(text: str, place: int) -> TsqlError:
    """13609, naming the first character that does not fit."""
    char = text[place] if place < len(text) else "."
    place = min(place, max(0, len(text) - 1)) if place >= len(text) else place
    message = (
        f"JSON text is not properly formatted. Unexpected character '{char}' is found at position {place}."
    )
    return TsqlError(13609, message, state=4)


@functools.lru_cache(maxsize=256)
def parse(text: str) -> Node:
    """The tree of `text`. Error 13609."""
    node = _value(text, _skip(text, 0))
    end = _skip(text, node.end)
    if end != len(text):
        raise malformed(text, end)
    return node


def _skip(text: str, place: int) -> int:
    found = _SPACE.match(text, place)
    assert found is not None
    return found.end()


def _value(text: str, place: int) -> Node:
    char = text[place : place + 1]
    if char == "{":
        return _object(text, place)
    if char == "[":
        return _array(text, place)
    if char == '"':
        return Node("string", place, _string_end(text, place))
    for word, kind in _WORDS.items():
        if text.startswith(word, place):
            return Node(kind, place, place + len(word))
    found = _NUMBER.match(text, place)
    if found is None:
        raise malformed(text, place)
    return Node("number", place, found.end())


def _string_end(text: str, place: int) -> int:
    found = _STRING.match(text, place)
    if found is None:
        raise malformed(text, place)
    return found.end()


def _object(text: str, start: int) -> Node:
    members: list[tuple[str, Node]] = []
    places: list[tuple[int, int]] = []
    place = _skip(text, start + 1)
    while text[place : place + 1] != "}":
        if members:
            if text[place : place + 1] != ",":
                raise malformed(text, place)
            place = _skip(text, place + 1)
        if text[place : place + 1] != '"':
            raise malformed(text, place)
        end = _string_end(text, place)
        colon = _skip(text, end)
        if text[colon : colon + 1] != ":":
            raise malformed(text, colon)
        node = _value(text, _skip(text, colon + 1))
        members.append((json.loads(text[place:end]), node))
        places.append((place, node.end))
        place = _skip(text, node.end)
    return Node("object", start, place + 1, tuple(members), tuple(places))


def _array(text: str, start: int) -> Node:
    members: list[tuple[str, Node]] = []
    place = _skip(text, start + 1)
    while text[place : place + 1] != "]":
        if members:
            if text[place : place + 1] != ",":
                raise malformed(text, place)
            place = _skip(text, place + 1)
        node = _value(text, place)
        members.append((str(len(members)), node))
        place = _skip(text, node.end)
    return Node("array", start, place + 1, tuple(members))


# --- paths --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Path:
    """A JSON path: its steps (keys as str, indexes as int), whether it is strict, whether it appends."""

    steps: tuple[str | int, ...]
    strict: bool = False
    append: bool = False


@functools.lru_cache(maxsize=1024)
def parse_path(text: str) -> Path:
    """The path written as `text`. Error 13607."""
    rest, place = text, 0
    append = strict = False
    found = re.match(r"\s*(?:(append)\s+)?(?:(lax|strict)\s+)?", rest)
    if found is not None:
        append, strict = bool(found[1]), found[2] == "strict"
        place = found.end()
    if text[place : place + 1] != "$":
        raise _bad_path(text, place)
    place += 1
    steps: list[str | int] = []
    while place < len(text.rstrip()):
        step, place = _step(text, place)
        steps.append(step)
    return Path(tuple(steps), strict, append)


def _step(text: str, place: int) -> tuple[str | int, int]:
    if text[place] == ".":
        quoted = _STRING.match(text, place + 1)
        if quoted is not None:
            return json.loads(quoted[0]), quoted.end()
        key = _KEY.match(text, place + 1)
        if key is None:
            raise _bad_path(text, place + 1)
        return key[0], key.end()
    index = re.compile(r"\[\s*(\d+)\s*\]").match(text, place)
    if index is None:
        raise _bad_path(text, place)
    return int(index[1]), index.end()


def _bad_path(text: str, place: int) -> TsqlError:
    char = text[place] if place < len(text) else "."
    message = (
        f"JSON path is not properly formatted. Unexpected character '{char}' is found at position {place}."
    )
    return TsqlError(13607, message, state=4)


def find(node: Node, steps: tuple[str | int, ...]) -> Node | None:
    """The value that `steps` lead to; the first of members with the same key."""
    for step in steps:
        wanted = "object" if isinstance(step, str) else "array"
        if node.kind != wanted:
            return None
        if isinstance(step, int):
            if step >= len(node.members):
                return None
            node = node.members[step][1]
            continue
        for key, member in node.members:
            if key == step:
                node = member
                break
        else:
            return None
    return node


def scalar(text: str, node: Node) -> str | None:
    """A scalar as text: strings unescaped, numbers and booleans as written, null as None."""
    raw = text[node.start : node.end]
    if node.kind == "null":
        return None
    if node.kind == "string":
        value = json.loads(raw) if "\\" in raw else raw[1:-1]
        return str(value).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return raw
