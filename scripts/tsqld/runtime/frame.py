"""What one batch, procedure call or function call owns: variables, table variables, temp tables, options."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tsqld.catalog.model import Object, Table
from tsqld.errors import TsqlError
from tsqld.events import Event
from tsqld.syntax import nodes as n
from tsqld.types import SqlType

if TYPE_CHECKING:
    from tsqld.runtime.cursors import Cursor

Handlers = dict[type[n.Statement], Callable[[Any], Iterator[Event]]]
"""What runs a statement, by its kind."""


@dataclass(slots=True)
class Frame:
    """`variables` map a lower-case @name to its type and value; `types` is what compiled texts depend on."""

    procedure: str = ""
    procedure_id: int = 0
    tree: n.Batch | None = None
    """What runs, with its text, where its statements are counted."""
    database: str = ""
    schema: str = ""
    """The schema of the module that runs, in which it looks for names first."""
    owned: tuple[str, Object] | None = None
    """The module that runs, with its database: what its owner has there, it need not ask for."""
    identities: int = 0
    """How many identities there were when it began; REVERT goes no further."""
    variables: dict[str, tuple[SqlType, Any]] = field(default_factory=dict)
    tables: dict[str, Table] = field(default_factory=dict)
    temporaries: dict[str, Table] = field(default_factory=dict)
    cursors: dict[str, Cursor] = field(default_factory=dict)
    cursor_variables: dict[str, Cursor | None] = field(default_factory=dict)
    specials: dict[str, Table] = field(default_factory=dict)
    scope_identity: int | None = None
    return_code: int | None = None
    error_severity: int = 0
    """The severity of the last error that ended a statement here."""
    last_error: int = 0
    """@@ERROR as the last statement left it."""
    line: int = 0
    nest: int = 0
    signature: tuple[Any, ...] = ()
    in_function: bool = False
    returns: SqlType | None = None
    result: Any = None
    trigger: int = 0
    updated: frozenset[str] | None = None
    fired_on: Table | None = None

    def declare(self, name: str, type: SqlType, value: Any) -> None:
        self.variables[name] = (type, value)
        self.signature = (*self.signature, name, type)

    def assign(self, name: str, value: Any) -> None:
        self.variables[name] = (self.variables[name][0], value)


@dataclass(frozen=True, slots=True)
class Caught:
    """The error a CATCH block is handling."""

    problem: TsqlError


@dataclass(slots=True)
class Options:
    """SET options of a session, with ODBC's defaults."""

    nocount: bool = False
    xact_abort: bool = False
    implicit_transactions: bool = False
    rowcount: int = 0
    lock_timeout: int = -1
    isolation: str = "READ COMMITTED"
    noexec: bool = False
    parseonly: bool = False
    fmtonly: bool = False
    arithabort: bool = True
    datefirst: int = 7
    dateformat: str = "mdy"
    textsize: int = 2147483647
    language: str = "us_english"
    quoted_identifier: bool = True
    cursor_close_on_commit: bool = False
    deadlock_priority: int = 0
    others: dict[str, bool] = field(default_factory=dict)


@contextmanager
def stopping(events: Iterator[Event]) -> Iterator[Iterator[Event]]:
    """Events whose source leaves its frames at once when the reader fails, not when memory is freed."""
    try:
        yield events
    finally:
        if isinstance(events, Generator):
            events.close()


class ScopeAborted(Exception):
    """The rest of a batch, procedure or dynamic text does not run; its caller goes on."""


class BatchAborted(Exception):
    """The rest of the batch does not run; the error has been told."""


class BreakLoop(Exception):
    """BREAK."""


class ContinueLoop(Exception):
    """CONTINUE."""


class Returned(Exception):
    """RETURN."""


class Jumped(Exception):
    """GOTO `label`."""

    def __init__(self, label: str) -> None:
        super().__init__(label)
        self.label = label
