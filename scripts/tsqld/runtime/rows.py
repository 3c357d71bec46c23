"""SELECT @s = @s + column FROM …: assignments that each row carries to the next.

The query yields the columns the expressions read; each row's values become variables, and the assignment
runs.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from tsqld.syntax import nodes as n

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
    found: list[n.ColumnName] = []
    rewritten = []
    for item in body.items:
        assert isinstance(item, n.SelectItem)
        rewritten.append((item.variable, _with_variables(item.expression, found)))
    columns = tuple(n.SelectItem(column.line, column) for column in found) or (
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


def _with_variables(node: Any, found: list[n.ColumnName]) -> Any:
    """The expression with every column replaced by a variable that holds its value."""
    if isinstance(node, n.ColumnName):
        if node not in found:
            found.append(node)
        return n.Variable(node.line, f"@tsqld_column{found.index(node)}")
    if isinstance(node, n.Query):
        return node
    if isinstance(node, n.Node):
        changes = {f.name: _with_variables(getattr(node, f.name), found) for f in fields(node)}
        return replace(node, **changes)
    if isinstance(node, tuple):
        return tuple(_with_variables(item, found) for item in node)
    return node
