"""Parses what belongs to a session: EXEC, transactions, SET options, USE, DBCC."""

from __future__ import annotations

from typing import Final

from tsql.tokens import Kind
from tsqld.errors import error
from tsqld.syntax import nodes as n
from tsqld.syntax.variables import VariableParser

_NO_WORDS: Final = (
    *("DATEFIRST", "LOCK_TIMEOUT", "ROWCOUNT", "TEXTSIZE", "CONTEXT_INFO"),
    "QUERY_GOVERNOR_COST_LIMIT",
)
"""SET options whose value is no word."""
# SET options of one word that take ON or OFF: Microsoft Learn, "SET statements".
_SWITCHES: Final = frozenset(
    """ANSI_DEFAULTS ANSI_NULLS ANSI_NULL_DFLT_OFF ANSI_NULL_DFLT_ON ANSI_PADDING ANSI_WARNINGS ARITHABORT
    ARITHIGNORE CONCAT_NULL_YIELDS_NULL CURSOR_CLOSE_ON_COMMIT FIPS_FLAGGER FMTONLY FORCEPLAN
    IMPLICIT_TRANSACTIONS NOCOUNT NOEXEC NUMERIC_ROUNDABORT PARSEONLY QUOTED_IDENTIFIER
    REMOTE_PROC_TRANSACTIONS SHOWPLAN_ALL SHOWPLAN_TEXT SHOWPLAN_XML XACT_ABORT NO_BROWSETABLE""".split()
)


class SessionParser(VariableParser):
    """The grammar of calls, transactions and options."""

    # EXEC

    def execute(self) -> n.Statement:
        line = self.advance().line
        if self.accept("AS"):
            return self._execute_as(line)
        return self.called(line)

    def _execute_as(self, line: int) -> n.ExecuteAs:
        kind = self.expect("USER", "LOGIN", "CALLER")
        name: n.Expression | None = None
        if kind != "CALLER":
            self.expect("=")
            name = self.expression()
        no_revert, cookie = False, ""
        if self.at("WITH") and self.peek().upper in ("NO", "COOKIE"):
            self.advance()
            if self.accept("NO"):
                self.expect("REVERT")
                no_revert = True
            else:
                self.expect_words("COOKIE", "INTO")
                cookie = self.variable()
        return n.ExecuteAs(line, kind, name, no_revert, cookie)

    def revert(self) -> n.Revert:
        line = self.advance().line
        cookie: n.Expression | None = None
        if self.at("WITH") and self.peek().upper == "COOKIE":
            self.advance()
            self.advance()
            self.expect("=")
            cookie = self.expression()
        return n.Revert(line, cookie)

    def called(self, line: int) -> n.Execute:
        """EXEC of a module or text, its keyword read."""
        if self.accept("("):
            text = self.expression()
            while self.accept(","):
                self.refuse("EXEC (…) with arguments for a linked server")
            self.expect(")")
            if self.at("AT"):
                self.refuse("EXEC (…) AT linked server")
            impersonated = self._impersonated()
            return n.Execute(
                line, None, text=text, result_sets=self._result_sets(), impersonated=impersonated
            )
        return_variable = ""
        if self.token.kind is Kind.VARIABLE and self.peek().upper == "=":
            return_variable = self.advance().value
            self.advance()
        return self._execute_module(line, return_variable)

    def _impersonated(self) -> tuple[str, str] | None:
        if not (self.at("AS") and self.peek().upper in ("USER", "LOGIN")):
            return None
        self.advance()
        kind = self.advance().upper
        self.expect("=")
        if not self.at_string():
            self.fail()
        return kind, self.advance().value

    def _execute_module(self, line: int, return_variable: str) -> n.Execute:
        module: n.Parts | n.Variable
        if self.token.kind is Kind.VARIABLE:
            module = n.Variable(self.line, self.advance().value)
        else:
            module = self.object_name()
        if self.at(";") and self.peek().kind is Kind.INTEGER:
            self.refuse("numbered procedures")
        arguments: list[n.ExecArgument] = []
        if self._argument_here():
            arguments.append(self._exec_argument())
            while self.accept(","):
                arguments.append(self._exec_argument())
                if arguments[-2].name and not arguments[-1].name:
                    raise error(119, len(arguments), line=line)
        return n.Execute(
            line, module, tuple(arguments), return_variable=return_variable, result_sets=self._result_sets()
        )

    def _argument_here(self) -> bool:
        token = self.token
        if token.kind in (Kind.END, Kind.OPERATOR):
            return token.upper in ("-", "+")
        if token.kind is Kind.NAME:
            if token.upper in ("NULL", "DEFAULT"):
                return True
            return self.at_name() and not self.at_statement() and self.peek().upper != ":"
        return True

    def _exec_argument(self) -> n.ExecArgument:
        line = self.line
        name = ""
        if self.token.kind is Kind.VARIABLE and self.peek().upper == "=":
            name = self.advance().value
            self.advance()
        if self.accept("DEFAULT"):
            value: n.Expression = n.Default(line)
        elif self.at_name():
            value = n.Literal(line, Kind.NSTRING, self.advance().value)
        else:
            value = self._argument_value()
        output = bool(self.accept("OUTPUT", "OUT"))
        if output and not isinstance(value, n.Variable):
            raise error(179, line=line)
        return n.ExecArgument(line, name, value, output)

    def _result_sets(self) -> str | tuple[tuple[n.ColumnDefinition, ...], ...] | None:
        if not (self.at("WITH") and self.peek().upper in ("RECOMPILE", "RESULT")):
            return None
        self.advance()
        while self.accept("RECOMPILE"):
            if not self.accept(","):
                return None
        self.expect_words("RESULT", "SETS")
        if word := self.accept("UNDEFINED", "NONE"):
            return word
        self.expect("(")
        sets = []
        while not self.at(")"):
            if self.at("AS"):
                self.refuse("WITH RESULT SETS AS OBJECT, TYPE or XML")
            sets.append(self.table_definition().columns)
            self.accept(",")
        self.expect(")")
        return tuple(sets)

    # transactions

    def _transaction(self) -> n.Transaction:
        token = self.advance()
        return self._transaction_tail(token.line, token.upper)

    def _transaction_tail(self, line: int, action: str) -> n.Transaction:
        word = self.accept("TRAN", "TRANSACTION", "WORK")
        if action == "SAVE" and not word:
            self.fail()
        name: n.Expression | str | None = None
        if word in ("TRAN", "TRANSACTION"):
            if self.token.kind is Kind.VARIABLE:
                name = n.Variable(self.line, self.advance().value)
            elif self.at_name() and not self.at_statement():
                name = self.name()
        if action == "SAVE" and name is None:
            self.fail()
        if self.at("WITH") and self.peek().upper in ("MARK", "("):
            self.advance()
            if self.accept("MARK"):
                if self.at_string():
                    self.advance()
            else:
                self._skip_parentheses()
        return n.Transaction(line, action, name)

    # SET

    def _set(self) -> n.Statement:
        line = self.advance().line
        if self.token.kind is Kind.VARIABLE:
            return self._set_variable(line)
        if self.accept("IDENTITY_INSERT"):
            table = self.object_name()
            return n.SetIdentityInsert(line, table, self.expect("ON", "OFF") == "ON")
        if self.accept("TRANSACTION"):
            self.expect_words("ISOLATION", "LEVEL")
            words = [self.expect("READ", "REPEATABLE", "SNAPSHOT", "SERIALIZABLE")]
            if words[0] in ("READ", "REPEATABLE"):
                words.append(self.expect("COMMITTED", "UNCOMMITTED", "READ"))
            return n.SetOption(line, ("TRANSACTION ISOLATION LEVEL",), " ".join(words))
        if self.accept("STATISTICS"):
            options = [f"STATISTICS {self.word()}"]
            while self.accept(","):
                options.append(f"STATISTICS {self.word()}")
            return n.SetOption(line, tuple(options), self.expect("ON", "OFF"))
        return self._set_options(line)

    def _set_options(self, line: int) -> n.SetOption:
        options = [self.word()]
        while self.accept(","):
            options.append(self.word())
        if self.at("ON", "OFF"):
            for option in options:
                if option not in _SWITCHES:
                    raise error(195, option, "SET option", line=line)
            return n.SetOption(line, tuple(options), self.advance().upper)
        if len(options) > 1:
            self.fail()
        known = (
            "DATEFIRST",
            "DATEFORMAT",
            "DEADLOCK_PRIORITY",
            "LOCK_TIMEOUT",
            "LANGUAGE",
            "ROWCOUNT",
            "TEXTSIZE",
            "CONTEXT_INFO",
            "QUERY_GOVERNOR_COST_LIMIT",
        )
        if options[0] not in known:
            raise error(195, options[0], "SET option", line=line)
        if self.at("NULL"):
            self.fail()
        if self.token.kind is Kind.NAME:
            if options[0] in _NO_WORDS:
                self.fail()
            return n.SetOption(line, tuple(options), self.advance().value)
        return n.SetOption(line, tuple(options), self.expression())

    # the rest

    def _use(self) -> n.Use:
        line = self.advance().line
        return n.Use(line, self.name())

    def _kill(self) -> n.Maintenance:
        line = self.advance().line
        if self.token.kind is not Kind.INTEGER:
            self.refuse("KILL of anything but a session")
        return n.Maintenance(line, ("KILL", self.advance().value))

    def _maintenance(self) -> n.Maintenance:
        line = self.line
        words = [self.advance().upper]
        if words[0] == "DBCC":
            words.append(self.word())
            if self.accept("("):
                while not self.accept(")"):
                    if self.at_end():
                        self.fail()
                    words.append(self.advance().value)
            if self.accept("WITH"):
                words.append(f"WITH {self.word()}")
                while self.accept(","):
                    words.append(f"WITH {self.word()}")
        return n.Maintenance(line, tuple(words))
