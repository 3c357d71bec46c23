"""Where NEXT VALUE FOR may stand in a query.

Source: Microsoft Learn, "NEXT VALUE FOR", limitations: the outermost SELECT list only, with no DISTINCT, set
operator, TOP, OFFSET or ORDER BY beside it, and neither in CASE and its kin nor in an aggregate.
"""

from __future__ import annotations

from collections.abc import Iterable

from tsqld.compile.grouping import is_aggregate
from tsqld.errors import error
from tsqld.syntax import nodes as n
from tsqld.syntax.walk import walk

_CONDITIONAL = ("COALESCE", "IIF", "ISNULL", "NULLIF")


def refuse_next_values(query: n.Query) -> None:
    """Errors 11719, 11720, 11721, 11723, 11725, 11739, 11741."""
    found = [node for node in walk(query) if isinstance(node, n.NextValue)]
    if not found:
        return
    line = found[0].line
    for inner in walk(query):
        if isinstance(inner, n.Query) and inner is not query and _holds([inner]):
            raise error(11719, line=line)
    body = query.body
    if not isinstance(body, n.Select):
        raise error(11721, line=line)
    if body.distinct:
        raise error(11721, line=line)
    clauses = [body.where, body.having, query.offset, query.fetch, body.top and body.top.count]
    others = [*body.sources, *body.group_by, *query.order_by, *(c for c in clauses if c is not None)]
    if _holds(others):
        raise error(11720, line=line)
    if body.top is not None or query.offset is not None:
        raise error(11739, line=line)
    if query.order_by:
        raise error(11723, line=line)
    for item in body.items:
        for node in walk(item):
            if isinstance(node, n.Case) or (
                isinstance(node, n.Call) and node.name[-1].upper() in _CONDITIONAL
            ):
                _refuse(node, 11741)
            elif is_aggregate(node):
                _refuse(node, 11725)


def _refuse(node: n.Node, number: int) -> None:
    if _holds([node]):
        raise error(number, line=node.line)


def _holds(roots: Iterable[n.Node]) -> bool:
    return any(isinstance(node, n.NextValue) for root in roots for node in walk(root))
