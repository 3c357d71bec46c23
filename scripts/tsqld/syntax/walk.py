"""Parses the T-SQL fragments the catalog keeps, and asks what is below a node."""

from __future__ import annotations

from functools import lru_cache

from tsqld.syntax import nodes as n
from tsqld.syntax.parser import LONGEST_KEPT, Parser, parse_batch
from tsqld.syntax.visit import children, walk

__all__ = ["children", "mentions_table", "parse_condition", "parse_module", "parse_value", "walk"]


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


@lru_cache(maxsize=8)
def _long_module(text: str) -> n.Batch:
    """A view of hundreds of columns: unlike batches of that length it is read by every statement over it."""
    return parse_batch(text)


def parse_module(text: str) -> n.CreateModule:
    """The definition a module's text holds."""
    batch = parse_batch(text) if len(text) <= LONGEST_KEPT else _long_module(text)
    statement = batch.statements[0]
    assert isinstance(statement, n.CreateModule)
    return statement
