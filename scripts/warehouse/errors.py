"""What can go wrong, and the exit code it ends the command with.

First in the package. Every message is one line: what, where, what next. Exit codes: 1 a step or
statement failed; 2 usage, a migration, unreadable landing folder or unreachable server; 130 interrupted.
"""

from __future__ import annotations

from dataclasses import dataclass


class WarehouseError(Exception):
    """The root of the package's errors; `str()` is the line to print, `exit_code` what the process
    returns."""

    exit_code = 1


class UsageProblem(WarehouseError):
    """The command cannot begin: a wrong option, a missing file or folder, a wrong header."""

    exit_code = 2


class Unreachable(WarehouseError):
    """No server answered, or it did not let us in."""

    exit_code = 2


class MigrationProblem(WarehouseError):
    """A script, its history or its order is wrong; the message names the file and the remedy."""

    exit_code = 2


class ScriptFailed(MigrationProblem):
    """The server refused a statement of a script: which file, line, statement, with which error."""

    def __init__(self, message: str, *, file: str, line: int, statement: str, number: int) -> None:
        super().__init__(message)
        self.file = file
        self.line = line
        self.statement = statement
        self.number = number


class StepFailed(WarehouseError):
    """One or more steps of a run failed; the details were already printed."""


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One message of the server: an error when `severity` is above 10, else information such as PRINT.

    `line` counts from the start of the batch, or of `procedure` when that is not empty, and is 0 where the
    server named none. What comes from the ODBC driver itself has severity 0; its number is no server's.
    """

    number: int
    severity: int
    state: int
    line: int
    procedure: str
    text: str
    sqlstate: str = ""

    @property
    def is_error(self) -> bool:
        """Severity 11 and above is an error to SQL Server; ODBC gives what is none a state 01…"""
        return not self.sqlstate.startswith("01") if self.sqlstate else self.severity > 10

    def sentence(self) -> str:
        """`error N[ in procedure, line n]: message`; the message alone when it is none of the server's."""
        place = f" in {self.procedure}, line {self.line}" if self.procedure else ""
        return f"error {self.number}{place}: {self.text}" if self.severity else self.text

    def heading(self) -> str:
        """`Msg N, Level L, State S[, Procedure p], Line n`, as sqlcmd prints it."""
        procedure = f", Procedure {self.procedure}" if self.procedure else ""
        return f"Msg {self.number}, Level {self.severity}, State {self.state}{procedure}, Line {self.line}"


class SqlFailed(WarehouseError):
    """The server refused a statement; `diagnostics` holds every error it sent, in order."""

    def __init__(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        super().__init__("; ".join(item.sentence() for item in diagnostics))
        self.diagnostics = diagnostics

    @property
    def number(self) -> int:
        """The number of the first error: later ones say 'see previous errors'."""
        return self.diagnostics[0].number if self.diagnostics else 0
