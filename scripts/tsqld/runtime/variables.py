"""Declares and assigns variables, and sets options."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from tsqld.errors import error
from tsqld.events import Event
from tsqld.runtime.frame import Handlers
from tsqld.runtime.session import Session
from tsqld.syntax import nodes as n
from tsqld.syntax.walk import walk

if TYPE_CHECKING:
    from tsqld.runtime.interpreter import Interpreter


_DECLARED_BELOW: dict[int, tuple[n.Statement, tuple[n.Declaration, ...]]] = {}
"""Declarations inside a compound statement, by its identity."""


class Variables:
    """Variables of a session."""

    def __init__(self, session: Session, interpreter: Interpreter) -> None:
        self.session = session
        self.interpreter = interpreter
        self.evaluator = interpreter.evaluator
        self.handlers: Handlers = {
            n.Declare: self._declare,
            n.SetVariable: self._set_variable,
            n.SetOption: self._set_option,
            n.SetIdentityInsert: self._set_identity_insert,
        }

    def _declare(self, node: n.Declare) -> Iterator[Event]:
        frame = self.session.frame
        for item in node.declarations:
            key = item.name.lower()
            again = frame.declared.get(key) == id(item)
            if key in frame.declared and not again:
                raise error(134, item.name, line=item.line)
            frame.declared[key] = id(item)
            self._declare_one(item, key, again)
        yield from ()

    def declare_below(self, node: n.Statement) -> None:
        """A variable is known in its whole batch, so also where its DECLARE is never reached."""
        known = _DECLARED_BELOW.get(id(node))
        if known is None or known[0] is not node:
            inside = tuple(
                item for part in walk(node) if isinstance(part, n.Declare) for item in part.declarations
            )
            known = _DECLARED_BELOW[id(node)] = (node, inside)
        declared = self.session.frame.declared
        for item in known[1]:
            key = item.name.lower()
            if key not in declared:
                declared[key] = id(item)
                self._declare_one(replace(item, value=None), key, False)
            elif declared[key] != id(item):
                raise error(134, item.name, line=item.line)

    def _declare_one(self, item: n.Declaration, key: str, again: bool) -> None:
        frame = self.session.frame
        if item.type is None:
            frame.cursor_variables.setdefault(key, None)
            return
        if isinstance(item.type, n.TableDefinition):
            if not again:
                frame.tables[key] = self.interpreter.definitions.table_variable(item.name, item.type)
            return
        table = self.interpreter.definitions.table_of_type(item.name, item.type)
        if table is not None:
            if not again:
                frame.tables[key] = table
            return
        type = self.interpreter.definitions.type(item.type)
        if not again:
            frame.declare(key, type, None)
        if item.value is not None:
            frame.assign(key, self.evaluator.converted(item.value, type))

    def _set_variable(self, node: n.SetVariable) -> Iterator[Event]:
        frame = self.session.frame
        if node.name.lower() in frame.cursor_variables:
            self.interpreter.cursors.assign(node.name, node.value, node.line)
            return
        found = frame.variables.get(node.name.lower())
        if found is None:
            raise error(137, node.name, line=node.line)
        frame.assign(node.name.lower(), self.evaluator.converted(node.value, found[0]))
        yield from ()

    def _set_option(self, node: n.SetOption) -> Iterator[Event]:
        for option in node.options:
            self.interpreter.procedures.set_option(option, node)
        yield from ()

    def _set_identity_insert(self, node: n.SetIdentityInsert) -> Iterator[Event]:
        self.interpreter.definitions.set_identity_insert(node)
        yield from ()
