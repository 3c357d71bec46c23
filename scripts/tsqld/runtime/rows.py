"""SELECT @s = @s + column FROM …: assignments that each row carries to the next.

The query yields what the expressions read of a row: columns, aggregates, window functions and subqueries.
Each row's values become variables, and the assignment runs.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from tsql.tokens import Kind
from tsqld.compile.grouping import is_aggregate
from tsqld.syntax import nodes as n
from tsqld.syntax.walk import walk

if TYPE_CHECKING:
    from tsqld.runtime.interpreter import Interpreter
    from tsqld.runtime.queries import SelectPlan
    from tsqld.runtime.session import Session


def carried_assignment(
    session: Session, interpreter: Interpreter, node: n.SelectStatement, plan: SelectPlan
) -> None:
    """Run an assigning SELECT row by row."""
    body = node.query.body
    assert isinstance(body, n.Select)
    items = [item for item in body.items if isinstance(item, n.SelectItem)]
    parts = _Parts({item.variable.lower() for item in items})
    rewritten = [(item.variable, parts.value(item.expression)) for item in items]
    columns = tuple(n.SelectItem(part.line, part) for part in parts.found) or (
        n.SelectItem(node.line, n.Null(node.line)),
    )
    query = replace(node.query, body=replace(body, items=columns))
    inner = interpreter.queries.plan(n.SelectStatement(node.line, query))
    executor = session.executor
    session.table_locks.reading(inner.reads, inner.hints)
    executor.read(inner.sql, interpreter.evaluator.parameters(inner.references))
    rows = []
    while chunk := executor.fetch(5000):
        rows += chunk
    frame = session.frame
    before = frame.signature
    for position, column in enumerate(inner.columns):
        frame.declare(f"@tsqld_column{position}", column.type, None)
    for row in rows:
        for position, value in enumerate(row):
            frame.assign(f"@tsqld_column{position}", value)
        for variable, expression in rewritten:
            type = frame.variables[variable.lower()][0]
            frame.assign(variable.lower(), interpreter.evaluator.converted(expression, type))
    for position in range(len(inner.columns)):
        del frame.variables[f"@tsqld_column{position}"]
    frame.signature = before
    session.rowcount = len(rows)


class _Parts:
    """What the expressions need of a row, and how they read it once it stands in variables."""

    def __init__(self, assigned: Collection[str]) -> None:
        self.assigned = assigned
        self.found: list[n.Expression] = []

    def value(self, node: n.Expression) -> n.Expression:
        """A value, the whole of which the query computes unless it depends on what is carried."""
        if self._carries(node):
            return self.rewritten(node)  # type: ignore[no-any-return]
        reads = any(isinstance(part, n.Expression) and _is_of_query(part) for part in walk(node))
        return self._held(node) if reads else node

    def rewritten(self, node: Any) -> Any:
        """The expression with what only the query can tell replaced by variables that hold it."""
        if isinstance(node, n.Node):
            if isinstance(node, n.Expression) and _is_of_query(node) and not self._carries(node):
                return self._held(node)
            if isinstance(node, n.Exists | n.InQuery | n.Quantified) and not self._carries(node):
                return self._truth(node)
            if isinstance(node, n.Query):
                return node
            if isinstance(node, n.Binary):
                return replace(node, left=self.value(node.left), right=self.value(node.right))
            return replace(node, **{f.name: self.rewritten(getattr(node, f.name)) for f in fields(node)})
        if isinstance(node, tuple):
            return tuple(self.rewritten(item) for item in node)
        return node

    def _carries(self, node: n.Node) -> bool:
        return any(
            isinstance(inside, n.Variable) and inside.name.lower() in self.assigned for inside in walk(node)
        )

    def _held(self, node: n.Expression) -> n.Variable:
        if node not in self.found:
            self.found.append(node)
        return n.Variable(node.line, f"@tsqld_column{self.found.index(node)}")

    def _truth(self, condition: n.Expression) -> n.Comparison:
        """A condition on a subquery: 1 where it holds, 0 where it does not, NULL where that is unknown."""
        line = condition.line
        yes, no = n.Literal(line, Kind.INTEGER, "1"), n.Literal(line, Kind.INTEGER, "0")
        value = n.Case(line, None, ((condition, yes), (n.Not(line, condition), no)), None)
        return n.Comparison(line, "=", self._held(value), yes)


def _is_of_query(node: n.Expression) -> bool:
    """Columns, subqueries, aggregates and window functions have a value in the query only."""
    windowed = isinstance(node, n.Call) and node.over is not None
    return windowed or isinstance(node, n.ColumnName | n.Subquery) or is_aggregate(node)
