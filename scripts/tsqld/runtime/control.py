"""Runs control flow: blocks, IF, WHILE, GOTO, RETURN, TRY and WAITFOR."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tsqld.bulk.errors import BulkError
from tsqld.errors import TsqlError, error
from tsqld.events import Event, Message
from tsqld.runtime.frame import BreakLoop, Caught, ContinueLoop, Handlers, Jumped, Returned
from tsqld.runtime.session import Session
from tsqld.syntax import nodes as n
from tsqld.syntax.control import waiting_seconds
from tsqld.types import SqlType

if TYPE_CHECKING:
    from tsqld.runtime.interpreter import Interpreter


class Control:
    """Control flow of a session."""

    def __init__(self, session: Session, interpreter: Interpreter) -> None:
        self.session = session
        self.interpreter = interpreter
        self.evaluator = interpreter.evaluator
        self.handlers: Handlers = {
            n.Block: self._block,
            n.If: self._if,
            n.While: self._while,
            n.Break: self._break,
            n.Continue: self._continue,
            n.Label: self._label,
            n.Goto: self._goto,
            n.Return: self._return,
            n.TryCatch: self._try,
            n.WaitFor: self._waitfor,
        }

    def _block(self, node: n.Block) -> Iterator[Event]:
        yield from self.interpreter.run(node.statements)

    def _holds(self, condition: n.Expression) -> bool:
        """Test a condition: a statement of its own, so what runs next finds @@ERROR and @@ROWCOUNT 0."""
        holds = self.evaluator.condition(condition)
        session = self.session
        session.rowcount = session.last_error = session.frame.last_error = 0
        return holds

    def _if(self, node: n.If) -> Iterator[Event]:
        if self._holds(node.condition):
            yield from self.interpreter.statement(node.then)
        elif node.otherwise is not None:
            yield from self.interpreter.statement(node.otherwise)

    def _while(self, node: n.While, label: str = "") -> Iterator[Event]:
        while label or self._holds(node.condition):
            if self.session.cancelled.is_set():
                raise InterruptedError
            try:
                if label:
                    entered, label = label, ""
                    yield from self.enter(node.body, entered)
                else:
                    yield from self.interpreter.statement(node.body)
            except BreakLoop:
                return
            except ContinueLoop:
                continue

    def enter(self, node: n.Statement, label: str) -> Iterator[Event]:
        """Run a statement from a label inside it on."""
        match node:
            case n.Block():
                yield from self.interpreter.run(node.statements, label)
            case n.If():
                branch = node.then if holds_label(node.then, label) else node.otherwise
                assert branch is not None
                yield from self.enter(branch, label)
            case n.While():
                yield from self._while(node, label)
            case _:
                return

    def _break(self, node: n.Break) -> Iterator[Event]:
        yield from ()
        raise BreakLoop

    def _continue(self, node: n.Continue) -> Iterator[Event]:
        yield from ()
        raise ContinueLoop

    def _label(self, node: n.Label) -> Iterator[Event]:
        yield from ()

    def _goto(self, node: n.Goto) -> Iterator[Event]:
        yield from ()
        raise Jumped(node.name.lower())

    def _return(self, node: n.Return) -> Iterator[Event]:
        if node.value is not None:
            frame = self.session.frame
            if frame.returns is not None:
                frame.result = self.evaluator.converted(node.value, frame.returns)
                raise Returned
            value = self.evaluator.converted(node.value, SqlType("int"))
            frame = self.session.frame
            frame.return_code = 0 if value is None else value
            self.session.rowcount = 1
            if value is None and frame.procedure:
                text = error(282, frame.procedure.rpartition(".")[2]).message
                yield Message(text, 282, 10, 1, node.line, frame.procedure)
        yield from ()
        raise Returned

    def _try(self, node: n.TryCatch) -> Iterator[Event]:
        session = self.session
        depth, frames = session.try_depth, len(session.frames)
        frame = session.frame
        try:
            session.try_depth = depth + 1
            yield from self.interpreter.run(node.body.statements)
            session.try_depth = depth
            return
        except TsqlError as problem:
            session.try_depth = depth
            del session.frames[frames:]
            if problem.severity >= 20 or problem.uncatchable_in is frame:
                raise
            caught = problem.caught if isinstance(problem, BulkError) else problem
        finally:
            session.try_depth = depth
        session.caught.append(Caught(caught))
        try:
            yield from self.interpreter.run(node.handler.statements)
        finally:
            if session.caught:
                session.caught.pop()

    def _waitfor(self, node: n.WaitFor) -> Iterator[Event]:
        value, type = self.evaluator.value(node.value)
        if type.name not in ("datetime", "smalldatetime") and not type.is_text:
            raise error(9815, type.name, line=node.line)
        text = f"{value:%H:%M:%S}.{value.microsecond:06}" if isinstance(value, dt.datetime) else str(value)
        seconds = waiting_seconds(text)
        if seconds is None:
            raise error(148, value, node.kind, line=node.line)
        if node.kind == "TIME":
            now = dt.datetime.now()
            passed = now.hour * 3600 + now.minute * 60 + now.second + now.microsecond / 1e6
            seconds = (seconds - passed) % 86400
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            if self.session.cancelled.wait(min(left, 0.2)):
                raise InterruptedError
        yield from ()


def holds_label(node: n.Statement | None, label: str) -> bool:
    """Whether a statement is the label or holds it outside any TRY, into which GOTO may not jump."""
    match node:
        case n.Label():
            return node.name.lower() == label
        case n.Block():
            return any(holds_label(inner, label) for inner in node.statements)
        case n.If():
            return holds_label(node.then, label) or holds_label(node.otherwise, label)
        case n.While():
            return holds_label(node.body, label)
    return False
