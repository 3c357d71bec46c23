"""What the runtime tells a client while a batch runs, in the order it happens.

The runtime yields these; `tds` turns each into tokens. Rows hold Python values as `types` lists them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tsqld.types import SqlType


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a result set. `name` is empty where T-SQL gives none."""

    name: str
    type: SqlType
    nullable: bool = True
    identity: bool = False


@dataclass(frozen=True, slots=True)
class Columns:
    """A result set begins."""

    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """A chunk of the current result set; each row has one value per column."""

    rows: Sequence[Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Done:
    """A statement ended. `count` is the rows it affected or returned, None where none is reported
    (SET NOCOUNT ON, DDL). `select` tells a result set from other statements."""

    count: int | None
    select: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """PRINT, RAISERROR below severity 11, or a server notice: text that is not an error."""

    text: str
    number: int = 0
    severity: int = 0
    state: int = 1
    line: int = 1
    procedure: str = ""


@dataclass(frozen=True, slots=True)
class Error:
    """An error that reached the client. What follows it depends on what it ended."""

    number: int
    text: str
    severity: int
    state: int
    line: int
    procedure: str = ""


@dataclass(frozen=True, slots=True)
class ReturnStatus:
    """The return code of a procedure called by RPC."""

    value: int


@dataclass(frozen=True, slots=True)
class ReturnValue:
    """An OUTPUT parameter of a procedure called by RPC; `ordinal` is its place among the arguments, from
    0."""

    name: str
    type: SqlType
    value: Any
    ordinal: int


@dataclass(frozen=True, slots=True)
class DatabaseChanged:
    """USE succeeded: `name` is the new database, `previous` the old one."""

    name: str
    previous: str


@dataclass(frozen=True, slots=True)
class TransactionChanged:
    """The outermost transaction began (`began`), was committed (`committed`) or rolled back (neither)."""

    began: bool
    committed: bool = False


Event = (
    Columns
    | Rows
    | Done
    | Message
    | Error
    | ReturnStatus
    | ReturnValue
    | DatabaseChanged
    | TransactionChanged
)


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of a remote call: `name` with its @ or empty for a positional one, `value` as Python has
    it.

    `is_default` means the client sent DEFAULT instead of a value.
    """

    name: str
    type: SqlType
    value: Any
    is_output: bool = False
    is_default: bool = False
