"""Parses a batch into statements: which keyword starts which, on top of the grammars of the other modules.

`parse_batch(text)` is the entry.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final, NoReturn

from tsql.tokens import Kind
from tsqld.errors import error, unsupported
from tsqld.syntax import nodes as n
from tsqld.syntax.modules import ModuleParser

LONGEST_KEPT: Final = 1 << 16
"""Characters of a text whose trees are kept: longer ones seldom come twice."""


def parse_batch(text: str) -> n.Batch:
    """The statements of a batch. Errors: TsqlError 102, 105, 111, 113, 156, 191, and 50100 for what is
    refused."""
    return _kept(text) if len(text) <= LONGEST_KEPT else _parsed(text)


@lru_cache(maxsize=2048)
def _kept(text: str) -> n.Batch:
    return _parsed(text)


def _parsed(text: str) -> n.Batch:
    try:
        parser = Parser(text)
        statements = parser.statements_until()
        parser.check_labels(statements)
    except RecursionError:
        raise error(191) from None
    return n.Batch(1, statements, text)


class Parser(ModuleParser):
    """The whole grammar."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._starts: dict[str, Callable[[], n.Statement]] = {
            "SELECT": lambda: n.SelectStatement(self.line, self.query()),
            "(": lambda: n.SelectStatement(self.line, self.query()),
            "WITH": self.with_statement,
            "INSERT": self.insert,
            "UPDATE": lambda: (
                self.update_statistics() if self.peek().upper == "STATISTICS" else self.update()
            ),
            "DELETE": self.delete,
            "MERGE": self.merge,
            "BULK": self.bulk_insert,
            "TRUNCATE": self.truncate,
            "BEGIN": self._begin,
            "DECLARE": self._declare,
            "SET": self._set,
            "IF": self._if,
            "WHILE": self._while,
            "BREAK": self._break,
            "CONTINUE": self._continue,
            "GOTO": self._goto,
            "RETURN": self._return,
            "THROW": self._throw,
            "RAISERROR": self._raiserror,
            "PRINT": self._print,
            "WAITFOR": self._waitfor,
            "EXEC": self.execute,
            "EXECUTE": self.execute,
            "COMMIT": self._transaction,
            "ROLLBACK": self._transaction,
            "SAVE": self._transaction,
            "USE": self._use,
            "CREATE": self.create,
            "ALTER": self.alter,
            "DROP": self.drop,
            "GRANT": self.permission,
            "DENY": self.permission,
            "REVOKE": self.permission,
            "OPEN": self._cursor_operation,
            "CLOSE": self._cursor_operation,
            "DEALLOCATE": self._cursor_operation,
            "FETCH": self._fetch,
            "ENABLE": self._trigger_state,
            "DISABLE": self._trigger_state,
            "CHECKPOINT": self._maintenance,
            "DBCC": self._maintenance,
            "RECONFIGURE": self._maintenance,
            "KILL": self._kill,
            "REVERT": self.revert,
        }

    def at_statement(self) -> bool:
        """THROW is not reserved: after a statement without a semicolon it reads as a name."""
        return self.at(*self._starts) and not self.at("THROW")

    # statements

    def statements_until(self, *ends: str) -> tuple[n.Statement, ...]:
        statements: list[n.Statement] = []
        while True:
            while self.accept(";"):
                pass
            if self.at_end() or (ends and self.at(*ends)):
                return tuple(statements)
            if statements:
                self._terminated_before()
            statements.append(self._first_or_next(not statements))

    def _terminated_before(self) -> None:
        """THROW and WITH need a semicolon behind the statement before them. Errors 102 and 319."""
        before = self.peek(-1).upper
        if before in (";", ":") or not self.at("THROW", "WITH"):
            return
        if self.at("WITH"):
            raise error(319, line=self.line)
        if before in ("END", "TRY", "CATCH"):
            return
        raise error(102, self.token.text, line=self.line)

    def _first_or_next(self, first: bool) -> n.Statement:
        """A bare procedure name runs it when it is the first statement of a batch."""
        if (
            first
            and self.position == 0
            and self.at_name()
            and not self.at(*self._starts)
            and self.peek().upper != ":"
            and not self._is_broker()
        ):
            return self._execute_module(self.line, "")
        return self.statement()

    def statement(self) -> n.Statement:
        token = self.token
        if token.kind is Kind.NAME and self.peek().upper == ":" and self.at_name():
            self.position += 2
            return n.Label(token.line, token.value)
        start = self._starts.get(token.upper)
        if start is None:
            self._refuse_or_fail()
        return start()

    def _is_broker(self) -> bool:
        """Service Broker's statements begin with words that may be names of procedures."""
        return any(
            self.at_words(*words)
            for words in (("SEND", "ON"), ("RECEIVE", "TOP"), ("RECEIVE", "*"), ("GET", "CONVERSATION"))
        )

    def _refuse_or_fail(self) -> NoReturn:
        if self.at_words("END", "CONVERSATION") or self._is_broker():
            raise unsupported("Service Broker", self.line)
        refused = (
            "BACKUP",
            "RESTORE",
            "SHUTDOWN",
            "READTEXT",
            "WRITETEXT",
            "UPDATETEXT",
            "RECEIVE",
            "SEND",
            "SETUSER",
            "OPENXML",
            "ADD",
            "MOVE",
        )
        if self.token.upper in refused:
            raise unsupported(self.token.upper, self.line)
        self.fail()
