"""Parses variables and cursors: DECLARE, SET @x, and OPEN, FETCH, CLOSE, DEALLOCATE."""

from __future__ import annotations

from typing import Final

from tsql.tokens import Kind
from tsqld.syntax import nodes as n
from tsqld.syntax.control import ControlParser

_CURSOR_OPTIONS: Final = frozenset(
    """LOCAL GLOBAL FORWARD_ONLY SCROLL STATIC KEYSET DYNAMIC FAST_FORWARD READ_ONLY SCROLL_LOCKS OPTIMISTIC
    TYPE_WARNING INSENSITIVE""".split()
)


class VariableParser(ControlParser):
    """The grammar of variables and cursors."""

    def _declare(self) -> n.Statement:
        line = self.advance().line
        if self.token.kind is not Kind.VARIABLE:
            return self._declare_cursor(line)
        declarations = [self._declaration()]
        while self.accept(","):
            declarations.append(self._declaration())
        return n.Declare(line, tuple(declarations))

    def _declaration(self) -> n.Declaration:
        line = self.line
        name = self.variable()
        self.accept("AS")
        if self.accept("TABLE"):
            return n.Declaration(line, name, self.table_definition(), None)
        if self.accept("CURSOR"):
            return n.Declaration(line, name, None, None)
        type_name = self.type_name()
        value = self.expression() if self.accept("=") else None
        return n.Declaration(line, name, type_name, value)

    def _set_variable(self, line: int) -> n.Statement:
        name = self.variable()
        if self.at("."):
            self.refuse("methods and properties of CLR types and XML")
        if self.accept_words("=", "CURSOR"):
            return self._cursor_definition(line, name, [])
        return n.SetVariable(line, name, self.assigned_value(line, name))

    # cursors

    def _declare_cursor(self, line: int) -> n.Statement:
        name = self.name()
        options = []
        while self.at("INSENSITIVE", "SCROLL"):
            options.append(self.advance().upper)
        self.expect("CURSOR")
        return self._cursor_definition(line, name, options)

    def _cursor_definition(self, line: int, name: str, options: list[str]) -> n.DeclareCursor:
        while self.at(*_CURSOR_OPTIONS):
            options.append(self.advance().upper)
        self.expect("FOR")
        query = self.query()
        if self.accept("FOR"):
            if self.accept("READ"):
                self.expect("ONLY")
                options.append("READ_ONLY")
            else:
                self.expect("UPDATE")
                if self.accept("OF"):
                    self.name()
                    while self.accept(","):
                        self.name()
        return n.DeclareCursor(line, name, tuple(options), query)

    def _cursor_operation(self) -> n.CursorOperation:
        token = self.advance()
        if self.at("SYMMETRIC", "MASTER"):
            self.refuse(f"{token.upper} {self.token.upper} KEY")
        is_global = bool(self.accept("GLOBAL"))
        name = self.advance().value if self.token.kind is Kind.VARIABLE else self.name()
        return n.CursorOperation(token.line, token.upper, name, is_global)

    def _fetch(self) -> n.Fetch:
        line = self.advance().line
        direction, count = "NEXT", None
        if word := self.accept("NEXT", "PRIOR", "FIRST", "LAST"):
            direction = word
        elif word := self.accept("ABSOLUTE", "RELATIVE"):
            direction, count = word, self._argument_value()
        self.accept("FROM")
        is_global = bool(self.accept("GLOBAL"))
        name = self.advance().value if self.token.kind is Kind.VARIABLE else self.name()
        into: list[str] = []
        if self.accept("INTO"):
            into.append(self.variable())
            while self.accept(","):
                into.append(self.variable())
        return n.Fetch(line, direction, count, name, tuple(into), is_global)
