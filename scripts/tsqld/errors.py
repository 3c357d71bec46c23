"""The errors the engine raises, with SQL Server's number, severity and wording from `messages.txt`.

50100 is ours and means "tsqld does not support this", never "SQL Server would fail".
"""

from __future__ import annotations

from importlib.resources import files
from typing import Final

UNSUPPORTED: Final = 50100
NO_LINE: Final = -1
"""The line of an error that belongs to a call as a whole, told as line 0."""
COMPILE_TIME: Final = frozenset(
    {102, 104, 107, 108, 109, 110, 116, 120, 121, 130, 137, 141, 144, 145, 147, 156, 157, 164, 169, 174, 189}
    | {
        195,
        205,
        206,
        207,
        208,
        209,
        213,
        257,
        263,
        264,
        306,
        402,
        408,
        421,
        1013,
        1033,
        1087,
        4104,
        4108,
        4145,
        4413,
    }
    | {8116, 8117, 8120, 8121, 8124, 8127, 8154, 8155, 8156, 8158, 8159, UNSUPPORTED}
)
"""Errors of grammar, names and types, found when a statement is compiled."""


class TsqlError(Exception):
    """An error as T-SQL sees it: number, severity, state, message, line and procedure.

    `line` is 0 until the runtime knows the statement it belongs to.
    """

    def __init__(
        self,
        number: int,
        message: str,
        *,
        severity: int = 16,
        state: int = 1,
        line: int = 0,
        procedure: str = "",
    ) -> None:
        super().__init__(message)
        self.number = number
        self.message = message
        self.severity = severity
        self.state = state
        self.line = line
        self.procedure = procedure
        self.causes: tuple[TsqlError, ...] = ()
        """Errors told to the client before this one."""
        self.raised = ""
        """THROW or RAISERROR, when T-SQL raised it itself."""
        self.in_dynamic_text = False
        """Met in the text of EXEC or sp_executesql, which belongs to no procedure whoever runs it."""
        self.ends_batch = False
        """Ends batch and transaction, though most errors of its number end their statement only."""
        self.uncatchable_in: object | None = None
        """The frame whose CATCH blocks never see it: an error of names or files in the scope that has it."""


def _read_messages() -> dict[int, tuple[int, int, str]]:
    """`messages.txt`: number -> (severity, state, text)."""
    text = files("tsqld").joinpath("messages.txt").read_text(encoding="utf-8")
    found = {}
    for line in text.splitlines():
        if not line.startswith("#"):
            number, severity, state, message = line.split(" ", 3)
            found[int(number)] = (int(severity), int(state), message)
    return found


MESSAGES: Final = _read_messages()


def error(number: int, *places: object, line: int = 0, state: int | None = None) -> TsqlError:
    """The registered error `number` with its message's places filled in."""
    severity, default_state, text = MESSAGES[number]
    return TsqlError(
        number,
        text.format(*places),
        severity=severity,
        state=default_state if state is None else state,
        line=line,
    )


def unsupported(construct: str, line: int = 0) -> TsqlError:
    """Refusal of a construct: number 50100, naming it and its line."""
    where = f" (line {line})" if line else ""
    return TsqlError(UNSUPPORTED, f"tsqld does not support {construct}{where}.", line=line)
