"""What every tree is made of: nodes with a line, names, types, and the kinds of node."""

from __future__ import annotations

from dataclasses import dataclass, field

Parts = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Node:
    """Anything with a place: `line` counts from 1 in the batch and plays no part in equality."""

    line: int = field(compare=False)


@dataclass(frozen=True, slots=True)
class TypeName(Node):
    """A type as written: `nvarchar(50)`, `dbo.order_list`; an argument of (max) is -1."""

    parts: Parts
    arguments: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Expression(Node):
    """A value or a condition."""


@dataclass(frozen=True, slots=True)
class Statement(Node):
    """Anything that runs. `text` spans of statements are kept by the parser where a definition is stored."""


@dataclass(frozen=True, slots=True)
class Batch(Node):
    """The statements of one batch and its text."""

    statements: tuple[Statement, ...]
    text: str = field(default="")
