"""Runs what a batch says itself: PRINT, RAISERROR and THROW."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from tsqld.errors import MESSAGES, TsqlError, error
from tsqld.events import Event, Message
from tsqld.runtime.frame import Handlers
from tsqld.runtime.messages import formatted, shortened, user_message
from tsqld.runtime.session import Session
from tsqld.runtime.values import whole_number
from tsqld.syntax import nodes as n
from tsqld.types import MAX, SqlType, nvarchar

if TYPE_CHECKING:
    from tsqld.runtime.interpreter import Interpreter

_MAX_ARGUMENTS: Final = 20
_SUBSTITUTES: Final = ("tinyint", "smallint", "int", "bigint", "binary", "varbinary")


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
            problem.in_dynamic_text = old.in_dynamic_text
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
        number, text, known = self._message(node)
        severity = whole_number(self.evaluator.value(node.severity)[0] or 0)
        severity = known if severity < 0 else min(severity, 25)
        state = whole_number(self.evaluator.value(node.state)[0] or 0)
        state = 1 if state < 0 else min(state, 255)
        if severity > 18 and "LOG" not in node.options:
            raise error(2754, line=node.line)
        if text is None:
            raise error(18054, number, severity, state, line=node.line)
        session = self.session
        if severity <= 10:
            session.last_error = number if "SETERROR" in node.options else 0
            session.rowcount = 0
            yield Message(text, number, severity, state, node.line, session.frame.procedure)
            return
        problem = TsqlError(number, text, severity=severity, state=state, line=node.line)
        problem.raised = "RAISERROR"
        if severity >= 20:
            problem.causes = (error(2745, session.spid, number, severity, line=node.line),)
        raise problem

    def _message(self, node: n.Raiserror) -> tuple[int, str | None, int]:
        """A message's number, text and severity; no text when sys.messages has none of that number."""
        if len(node.arguments) > _MAX_ARGUMENTS:
            raise error(2747, line=node.line)
        message, type = self.evaluator.value(node.message)
        found = [self.evaluator.value(argument) for argument in node.arguments]
        for place, (_, of) in enumerate(found, 4):
            if of.name not in _SUBSTITUTES and not of.is_text:
                raise error(2748, of.name, place, line=node.line)
        number, template, severity = 50000, str(message or ""), 0
        if not type.is_text and message is not None:
            number = whole_number(message)
            if number < 13000 or number == 50000:
                raise error(2732, number, line=node.line)
            known = user_message(self.session.catalog("master"), number)
            if known is None:
                severity = MESSAGES[number][0] if number in MESSAGES else 0
                return number, _own_message(number, [value for value, _ in found]), severity
            template, severity = known.text, known.severity
        wide = frozenset(i for i, (_, of) in enumerate(found) if of.name == "bigint")
        return number, shortened(formatted(template, [value for value, _ in found], wide=wide)), severity

    def _print(self, node: n.Print) -> Iterator[Event]:
        value, type = self.evaluator.value(node.value)
        if not isinstance(value, str):
            value = self.evaluator.converted(node.value, nvarchar(MAX))
        longest = 4000 if type.is_unicode else 8000
        text = " " if value is None or value == "" else value[:longest]
        self.session.rowcount = 0
        yield Message(text, 0, 0, 1, node.line, self.session.frame.procedure)


def _own_message(number: int, arguments: Sequence[Any]) -> str | None:
    """A message of the engine with its places filled; None when it has none of that number."""
    if number not in MESSAGES:
        return None
    text = MESSAGES[number][2]
    given = [*arguments, *["(null)"] * text.count("{}")]
    return shortened(text.format(*given))
