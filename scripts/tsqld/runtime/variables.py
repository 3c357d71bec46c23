"""Declares and assigns variables, and sets options."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tsqld.errors import TsqlError, error
from tsqld.events import Event
from tsqld.runtime.frame import Handlers
from tsqld.runtime.options import set_option
from tsqld.runtime.session import Session
from tsqld.syntax import nodes as n

if TYPE_CHECKING:
    from tsqld.runtime.interpreter import Interpreter


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

    def declare(self, item: n.Declaration) -> None:
        """Make a variable in the current frame, without a value: all there are when a text begins."""
        frame, key = self.session.frame, item.name.lower()
        if item.type is None:
            frame.cursor_variables[key] = None
            return
        definitions = self.interpreter.definitions
        if isinstance(item.type, n.TableDefinition):
            frame.tables[key] = definitions.table_variable(item.name, item.type)
            return
        table = definitions.table_of_type(item.name, item.type)
        if table is not None:
            frame.tables[key] = table
            return
        try:
            type = definitions.type(item.type)
        except TsqlError as problem:
            if problem.number == 243:
                place = len(frame.variables) + len(frame.tables) + 1
                raise error(2715, place, ".".join(item.type.parts), line=item.line, state=3) from None
            raise
        frame.declare(key, type, None)

    def _declare(self, node: n.Declare) -> Iterator[Event]:
        """The initial values; without one a variable keeps what it has, as in a loop."""
        frame = self.session.frame
        for item in node.declarations:
            if item.value is not None:
                key = item.name.lower()
                frame.assign(key, self.evaluator.converted(item.value, frame.variables[key][0]))
                self.session.rowcount = 1
        yield from ()

    def _set_variable(self, node: n.SetVariable) -> Iterator[Event]:
        frame = self.session.frame
        if node.name.lower() in frame.cursor_variables:
            self.interpreter.cursors.assign(node.name, node.value, node.line)
            return
        found = frame.variables.get(node.name.lower())
        if found is None:
            raise error(137, node.name, line=node.line)
        frame.assign(node.name.lower(), self.evaluator.converted(node.value, found[0]))
        self.session.rowcount = 1
        yield from ()

    def _set_option(self, node: n.SetOption) -> Iterator[Event]:
        for option in node.options:
            set_option(self.session, self.evaluator, option, node)
        self.session.rowcount = 0
        yield from ()

    def _set_identity_insert(self, node: n.SetIdentityInsert) -> Iterator[Event]:
        self.interpreter.definitions.set_identity_insert(node)
        yield from ()
