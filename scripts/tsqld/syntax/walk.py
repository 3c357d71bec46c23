"""Visits the nodes below a node, and parses the T-SQL fragments the catalog keeps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from functools import lru_cache

from tsqld.syntax import nodes as n
from tsqld.syntax.parser import Parser, parse_batch


def children(node: n.Node) -> Iterator[n.Node]:
    for field in fields(node):
        yield from _nodes(getattr(node, field.name))


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


def mentions_table(node: n.Node, name: str) -> bool:
    """Whether a FROM clause below names `name` alone, as a recursive common table expression names itself."""
    wanted = name.lower()
    return any(
        isinstance(found, n.TableSource) and len(found.name) == 1 and found.name[0].lower() == wanted
        for found in walk(node)
    )


@lru_cache(maxsize=4096)
def parse_value(text: str) -> n.Expression:
    """The expression of a default or computed column."""
    return Parser(text).expression()


@lru_cache(maxsize=4096)
def parse_condition(text: str) -> n.Expression:
    """The condition of a check constraint or filtered index."""
    return Parser(text).condition()


def parse_module(text: str) -> n.CreateModule:
    """The definition a module's text holds."""
    statement = parse_batch(text).statements[0]
    assert isinstance(statement, n.CreateModule)
    return statement
