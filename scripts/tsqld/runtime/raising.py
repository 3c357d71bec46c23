"""Runs what a batch says itself: PRINT, RAISERROR and THROW."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tsqld.errors import TsqlError, error, unsupported
from tsqld.events import Event, Message
from tsqld.runtime.frame import Handlers
from tsqld.runtime.messages import formatted
from tsqld.runtime.session import Session
from tsqld.syntax import nodes as n
from tsqld.types import MAX, SqlType, nvarchar

if TYPE_CHECKING:
    from tsqld.runtime.interpreter import Interpreter


class Raising:
    """Messages and errors of a session."""

    def __init__(self, session: Session, interpreter: Interpreter) -> None:
        self.session = session
        self.interpreter = interpreter
        self.evaluator = interpreter.evaluator
        self.handlers: Handlers = {
            n.Throw: self._throw,
            n.Raiserror: self._raiserror,
            n.Print: self._print,
        }

    def _throw(self, node: n.Throw) -> Iterator[Event]:
        session = self.session
        if node.number is None:
            if not session.caught:
                raise error(10704, line=node.line)
            old = session.caught[-1].problem
            problem = TsqlError(
                old.number,
                old.message,
                severity=old.severity,
                state=old.state,
                line=old.line,
                procedure=old.procedure,
            )
            problem.raised = "THROW"
            raise problem
        assert node.message is not None
        assert node.state is not None
        number = self.evaluator.converted(node.number, SqlType("int"))
        message = self.evaluator.converted(node.message, nvarchar(2048)) or ""
        state = self.evaluator.converted(node.state, SqlType("tinyint"))
        if number is None or not 50000 <= number <= 2147483647:
            raise error(35100, number, line=node.line)
        problem = TsqlError(number, message, severity=16, state=state or 0, line=node.line)
        yield from ()
        problem.raised = "THROW"
        raise problem

    def _raiserror(self, node: n.Raiserror) -> Iterator[Event]:
        message, type = self.evaluator.value(node.message)
        severity = int(self.evaluator.value(node.severity)[0] or 0)
        state = int(self.evaluator.value(node.state)[0] or 0)
        arguments = [self.evaluator.value(argument)[0] for argument in node.arguments]
        number = 50000
        if not type.is_text and message is not None:
            number = int(message)
            raise error(18054, number, severity, state, line=node.line)
        text = formatted(str(message or ""), arguments)[:2047]
        severity = max(0, min(severity, 25))
        state = max(0, min(state, 255)) or (1 if state < 0 else state)
        if severity > 18:
            raise unsupported("RAISERROR with a severity above 18", node.line)
        if severity <= 10:
            session = self.session
            session.last_error = 50000 if "SETERROR" in node.options else 0
            yield Message(
                text, number if severity else 50000, severity, state, node.line, self.session.frame.procedure
            )
            return
        problem = TsqlError(number, text, severity=severity, state=state, line=node.line)
        problem.raised = "RAISERROR"
        raise problem

    def _print(self, node: n.Print) -> Iterator[Event]:
        value = self.evaluator.converted(node.value, nvarchar(MAX))
        text = " " if value is None or value == "" else value[:8000]
        yield Message(text, 0, 0, 1, node.line, self.session.frame.procedure)
