"""A connection to a server, through Microsoft's own driver for Python.

After errors; everything that talks to a server uses it. Results of a batch come whole, for tests return
little; what fails is told in a result set rather than as an exception, since drivers drop line and procedure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Final

from tsql.names import literal
from tsqlt_runner.errors import CannotRun

Row = Mapping[str, Any]

_PREFIX: Final = re.compile(r"^(\[[^\]]*\])+")
_GUARDED: Final = """
SET NOCOUNT ON;
BEGIN TRY
    EXEC sys.sp_executesql {text};
END TRY
BEGIN CATCH
    IF XACT_STATE() <> 0
        ROLLBACK TRANSACTION;
    SELECT
        ERROR_NUMBER() AS number,
        ERROR_LINE() AS line,
        ERROR_PROCEDURE() AS [procedure],
        ERROR_MESSAGE() AS text;
END CATCH;
"""


class BatchFailed(Exception):
    """An error inside a batch; `line` counts from the batch's first, in `procedure` where it names one."""

    def __init__(self, number: int, line: int, procedure: str, text: str) -> None:
        super().__init__(text)
        self.number = number
        self.line = line
        self.procedure = procedure
        self.text = text


class ServerError(Exception):
    """An error that the driver reports; its text is the server's."""


class Connection:
    """One connection in autocommit mode, for one thread."""

    def __init__(self, connection_string: str) -> None:
        """Connect. Errors: CannotRun without the driver, ServerError."""
        try:
            import mssql_python
            from mssql_python.exceptions import ConnectionStringParseError
        except ImportError:
            raise CannotRun("the package mssql-python is missing; install it with: make setup-test") from None
        mssql_python.pooling(enabled=False)  # a pooled connection would keep its database from being dropped
        self._problems = (mssql_python.Error, ConnectionStringParseError, RuntimeError)
        try:
            self._connection = mssql_python.connect(connection_string, autocommit=True)
        except self._problems as problem:
            raise ServerError(_plain(problem)) from None
        self._cursor = self._connection.cursor()
        self.messages: list[str] = []
        """What the last batch printed."""

    def __enter__(self) -> Connection:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close; the server rolls back what is open."""
        try:
            self._connection.close()
        except self._problems:
            return  # gone already

    def rows(self, text: str) -> list[Row]:
        """Run a batch to its end; the rows of its last result set. Errors: ServerError."""
        found: list[Row] = []
        self.messages = []
        try:
            self._cursor.execute(text)
            while True:
                self._take_messages()
                if self._cursor.description:
                    names = [column[0] for column in self._cursor.description]
                    found = [dict(zip(names, row, strict=True)) for row in self._cursor.fetchall()]
                if not self._cursor.nextset():
                    break
            self._take_messages()
        except self._problems as problem:
            raise ServerError(_plain(problem)) from None
        return found

    def run(self, text: str) -> None:
        """Run a batch that is to succeed. Errors: BatchFailed with its place; ServerError."""
        for row in self.rows(_GUARDED.format(text=literal(text))):
            if set(row) == {"number", "line", "procedure", "text"}:
                raise BatchFailed(int(row["number"]), int(row["line"]), row["procedure"] or "", row["text"])

    def _take_messages(self) -> None:
        self.messages += [_PREFIX.sub("", text) for _, text in self._cursor.messages]
        self._cursor.messages = []


def _plain(problem: Exception) -> str:
    """The server's words out of the driver's: the last part, without the names in brackets."""
    text = getattr(problem, "ddbc_error", "") or str(problem)
    return _PREFIX.sub("", text.rpartition("DDBC Error: ")[2]).strip()
