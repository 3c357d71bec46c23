"""Parses control flow: blocks, IF, WHILE, TRY, GOTO, RETURN; PRINT, RAISERROR, THROW."""

from __future__ import annotations

import re
from typing import Final

from tsql.tokens import Kind
from tsqld.errors import error
from tsqld.syntax import nodes as n
from tsqld.syntax.definitions import DefinitionParser

_TIME: Final = re.compile(r"(\d{1,2}):(\d{1,2})(?::(\d{1,2}(?:\.\d{1,7})?))?")


class ControlParser(DefinitionParser):
    """The grammar of control flow, on top of all statements that hold no others."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.loops = 0

    def statements_until(self, *ends: str) -> tuple[n.Statement, ...]:
        raise NotImplementedError

    def at_statement(self) -> bool:
        """Whether a keyword that starts a statement stands here."""
        raise NotImplementedError

    def _transaction_tail(self, line: int, action: str) -> n.Transaction:
        raise NotImplementedError

    def _begin(self) -> n.Statement:
        line = self.advance().line
        if self.accept("TRY"):
            body = n.Block(line, self.statements_until("END"))
            self.expect_words("END", "TRY")
            self.accept(";")
            catch_line = self.line
            self.expect_words("BEGIN", "CATCH")
            handler = n.Block(catch_line, self.statements_until("END"))
            self.expect_words("END", "CATCH")
            return n.TryCatch(line, body, handler)
        if self.at("TRAN", "TRANSACTION"):
            return self._transaction_tail(line, "BEGIN")
        if self.at("DISTRIBUTED", "ATOMIC", "DIALOG", "CONVERSATION"):
            self.refuse(f"BEGIN {self.token.upper}")
        block = n.Block(line, self.statements_until("END"))
        if not block.statements:
            self.fail()
        self.expect("END")
        return block

    def _if(self) -> n.If:
        line = self.advance().line
        condition = self.condition()
        then = self._single_statement()
        position = self.position
        while self.accept(";"):
            pass
        if self.accept("ELSE"):
            return n.If(line, condition, then, self._single_statement())
        self.position = position
        return n.If(line, condition, then, None)

    def _single_statement(self) -> n.Statement:
        if self.at_end():
            self.fail()
        statement = self.statement()
        return statement

    def _while(self) -> n.While:
        line = self.advance().line
        condition = self.condition()
        self.loops += 1
        body = self._single_statement()
        self.loops -= 1
        return n.While(line, condition, body)

    def _break(self) -> n.Break:
        line = self.advance().line
        if not self.loops:
            raise error(135, line=line)
        return n.Break(line)

    def _continue(self) -> n.Continue:
        line = self.advance().line
        if not self.loops:
            raise error(136, line=line)
        return n.Continue(line)

    def _goto(self) -> n.Goto:
        line = self.advance().line
        return n.Goto(line, self.name())

    def _return(self) -> n.Return:
        line = self.advance().line
        if self.at_end() or self.at(";", "END", "ELSE") or (self.at_statement() and not self.at("(")):
            return n.Return(line, None)
        if self.peek().upper == ":" and self.at_name():
            return n.Return(line, None)
        return n.Return(line, self.expression())

    # saying and raising

    def _throw(self) -> n.Throw:
        line = self.advance().line
        if self.token.kind in (Kind.INTEGER, Kind.VARIABLE):
            number = self._argument_value()
            self.expect(",")
            message = self._argument_value()
            self.expect(",")
            return n.Throw(line, number, message, self._argument_value())
        return n.Throw(line)

    def _argument_value(self) -> n.Expression:
        """A literal or variable: what THROW, RAISERROR and EXEC take."""
        line = self.line
        if self.token.kind is Kind.VARIABLE:
            return n.Variable(line, self.advance().value)
        if self.at("+", "-"):
            operator = self.advance().upper
            return n.Unary(line, operator, self._argument_value())
        if self.accept("NULL"):
            return n.Null(line)
        token = self.token
        if token.kind in (
            Kind.INTEGER,
            Kind.DECIMAL,
            Kind.FLOAT,
            Kind.MONEY,
            Kind.STRING,
            Kind.NSTRING,
            Kind.BINARY,
        ):
            self.advance()
            return n.Literal(line, token.kind, token.value)
        self.fail()

    def _raiserror(self) -> n.Raiserror:
        line = self.advance().line
        self.expect("(")
        message = self._argument_value()
        self.expect(",")
        severity = self._argument_value()
        self.expect(",")
        state = self._argument_value()
        arguments = []
        while self.accept(","):
            arguments.append(self._argument_value())
        self.expect(")")
        options = []
        if self.accept("WITH"):
            options.append(self.expect("LOG", "NOWAIT", "SETERROR"))
            while self.accept(","):
                options.append(self.expect("LOG", "NOWAIT", "SETERROR"))
        return n.Raiserror(line, message, severity, state, tuple(arguments), tuple(options))

    def _print(self) -> n.Print:
        line = self.advance().line
        return n.Print(line, self.expression())

    def _waitfor(self) -> n.WaitFor:
        line = self.advance().line
        if not self.at("DELAY", "TIME"):
            self.refuse("WAITFOR of a statement")
        kind = self.advance().upper
        if self.token.kind is not Kind.VARIABLE and not self.at_string():
            self.fail()
        value = self._argument_value()
        if isinstance(value, n.Literal) and waiting_seconds(value.value) is None:
            raise error(148, value.value, kind, line=line)
        return n.WaitFor(line, kind, value)

    # labels

    def check_labels(self, statements: tuple[n.Statement, ...]) -> None:
        """Labels are unique, exist, and are in no TRY that GOTO is outside of. Errors 132, 133, 1026."""
        labels: dict[str, _Tries] = {}
        gotos: list[tuple[n.Goto, _Tries]] = []
        _collect_labels(statements, labels, gotos, ())
        for goto, around in gotos:
            held_by = labels.get(goto.name.lower())
            if held_by is None:
                raise error(133, goto.name, line=goto.line)
            if around[: len(held_by)] != held_by:
                raise error(1026, line=goto.line)


def waiting_seconds(text: str) -> float | None:
    """The seconds that a time `hh:mm[:ss[.mss]]` of less than a day means, or None."""
    found = _TIME.fullmatch(text.strip())
    if found is None:
        return None
    hours, minutes, seconds = int(found[1]), int(found[2]), float(found[3] or 0)
    return hours * 3600 + minutes * 60 + seconds if hours < 24 and minutes < 60 and seconds < 60 else None


_Tries = tuple[int, ...]
"""The TRY and CATCH blocks around a statement, by identity, outermost first."""


def _collect_labels(
    statements: tuple[n.Statement, ...],
    labels: dict[str, _Tries],
    gotos: list[tuple[n.Goto, _Tries]],
    around: _Tries,
) -> None:
    for statement in statements:
        match statement:
            case n.Label():
                if statement.name.lower() in labels:
                    raise error(132, statement.name, line=statement.line)
                labels[statement.name.lower()] = around
            case n.Goto():
                gotos.append((statement, around))
            case n.Block():
                _collect_labels(statement.statements, labels, gotos, around)
            case n.If():
                branches = (statement.then, statement.otherwise) if statement.otherwise else (statement.then,)
                _collect_labels(branches, labels, gotos, around)
            case n.While():
                _collect_labels((statement.body,), labels, gotos, around)
            case n.TryCatch():
                for block in (statement.body, statement.handler):
                    _collect_labels(block.statements, labels, gotos, (*around, id(block)))
            case _:
                pass
