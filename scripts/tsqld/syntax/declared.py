"""Finds what a batch or module gets wrong about its own variables, before anything of it runs.

SQL Server knows variables by the place of their DECLARE in the text, whether it is ever reached or not:
using one above it is error 137 or 1087, declaring it again 134. All such errors of a text are told together.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tsqld.errors import TsqlError, error
from tsqld.syntax import nodes as n
from tsqld.syntax.visit import children, walk


def declarations(statements: Sequence[n.Statement]) -> tuple[n.Declaration, ...]:
    """Every declaration in a text, in its order."""
    return tuple(
        item
        for statement in statements
        if not isinstance(statement, n.CreateModule)
        for found in walk(statement)
        if isinstance(found, n.Declare)
        for item in found.declarations
    )


def variable_errors(
    statements: Sequence[n.Statement], known: Iterable[str], *, returns_value: bool
) -> TsqlError | None:
    """The last error about variables, with those before it as its causes; None when there is none.

    `known` are lower-case names of parameters. Errors 134, 137 and 1087, and 178 unless `returns_value`.
    """
    check = _Check(set(known), returns_value)
    for statement in statements:
        check.visit(statement)
    if not check.problems:
        return None
    *causes, last = check.problems
    last.causes = tuple(causes)
    return last


class _Check:
    def __init__(self, known: set[str], returns_value: bool) -> None:
        self.known = known
        self.returns_value = returns_value
        self.problems: list[TsqlError] = []

    def visit(self, node: n.Node) -> None:
        match node:
            case n.Declaration():
                self._below(node)
                self._declare(node)
                return
            case n.CreateModule() | n.CreateTable():
                return
            case n.Variable():
                self._scalar(node.name, node.line, 2)
            case n.SetVariable():
                self._scalar(node.name, node.line, 1)
            case n.SelectItem() if node.variable:
                self._scalar(node.variable, node.line, 1)
            case n.Assignment() if node.variable:
                self._scalar(node.variable, node.line, 1)
            case n.VariableSource():
                self._table(node.name, node.line)
            case n.Target() if node.variable:
                self._table(node.variable, node.line)
            case n.Fetch():
                for name in (*([node.cursor] if node.cursor.startswith("@") else []), *node.into):
                    self._scalar(name, node.line, 1)
            case n.CursorOperation() | n.DeclareCursor() if node.name.startswith("@"):
                self._scalar(node.name, node.line, 1)
            case n.Execute() if node.return_variable:
                self._scalar(node.return_variable, node.line, 1)
            case n.Return() if node.value is not None and not self.returns_value:
                self.problems.append(error(178, line=node.line))
            case _:
                pass
        self._below(node)

    def _below(self, node: n.Node) -> None:
        for child in children(node):
            self.visit(child)

    def _declare(self, item: n.Declaration) -> None:
        key = item.name.lower()
        if key in self.known:
            self.problems.append(error(134, item.name, line=item.line))
        self.known.add(key)

    def _scalar(self, name: str, line: int, state: int) -> None:
        if not name.startswith("@@") and name.lower() not in self.known:
            self.problems.append(error(137, name, line=line, state=state))

    def _table(self, name: str, line: int) -> None:
        if name.lower() not in self.known:
            self.problems.append(error(1087, name, line=line))
