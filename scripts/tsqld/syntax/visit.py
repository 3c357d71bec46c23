"""Visits the nodes below a node."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from typing import Any

from tsqld.syntax import nodes as n


def children(node: n.Node) -> Iterator[n.Node]:
    kind: Any = type(node)
    for name in field_names(kind):
        yield from _nodes(getattr(node, name))


@cache
def field_names(kind: Any) -> tuple[str, ...]:
    """The names of a node's fields."""
    return tuple(field.name for field in fields(kind))


def _nodes(value: object) -> Iterator[n.Node]:
    if isinstance(value, n.Node):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _nodes(item)


def walk(node: n.Node, *, into_queries: bool = True) -> Iterator[n.Node]:
    """`node` and everything below it; subqueries only with `into_queries`."""
    yield node
    for child in children(node):
        if into_queries or not isinstance(child, n.Query):
            yield from walk(child, into_queries=into_queries)
