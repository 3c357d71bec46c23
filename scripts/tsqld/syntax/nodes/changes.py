"""INSERT, UPDATE, DELETE, MERGE, BULK INSERT and TRUNCATE TABLE."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tsqld.syntax.nodes.base import Expression, Node, Parts, Statement, TypeName
from tsqld.syntax.nodes.queries import CommonTable, Query, SelectItem, Source, Star, Top

if TYPE_CHECKING:
    from tsqld.syntax.nodes.procedural import Execute


@dataclass(frozen=True, slots=True)
class Target(Node):
    """What DML changes: a table or view by name, a table variable, or an alias of the FROM clause."""

    name: Parts = ()
    variable: str = ""
    hints: Parts = ()


@dataclass(frozen=True, slots=True)
class Output(Node):
    """OUTPUT items, and where they go: nowhere (the client), a table or a table variable."""

    items: tuple[SelectItem | Star, ...]
    into: Target | None = None
    into_columns: Parts = ()


@dataclass(frozen=True, slots=True)
class Insert(Statement):
    """`source` is a Query, rows of VALUES, an Execute, or None for DEFAULT VALUES."""

    target: Target
    columns: Parts
    source: Query | tuple[tuple[Expression, ...], ...] | Execute | None
    top: Top | None = None
    outputs: tuple[Output, ...] = ()
    ctes: tuple[CommonTable, ...] = ()
    max_recursion: int | None = None


@dataclass(frozen=True, slots=True)
class Assignment(Node):
    """`column <operator> value`, `@variable = column = value` or `@variable = value`. The operator of
    `column.WRITE(…)` is .WRITE, its value the call."""

    column: Parts
    operator: str
    value: Expression
    variable: str = ""


@dataclass(frozen=True, slots=True)
class Update(Statement):
    target: Target
    assignments: tuple[Assignment, ...]
    sources: tuple[Source, ...] = ()
    where: Expression | None = None
    top: Top | None = None
    outputs: tuple[Output, ...] = ()
    ctes: tuple[CommonTable, ...] = ()
    cursor: str = ""
    max_recursion: int | None = None


@dataclass(frozen=True, slots=True)
class Delete(Statement):
    target: Target
    sources: tuple[Source, ...] = ()
    where: Expression | None = None
    top: Top | None = None
    outputs: tuple[Output, ...] = ()
    ctes: tuple[CommonTable, ...] = ()
    cursor: str = ""
    max_recursion: int | None = None


@dataclass(frozen=True, slots=True)
class MergeWhen(Node):
    """`matched` is MATCHED, TARGET (not matched by target) or SOURCE; `action` INSERT, UPDATE or DELETE."""

    matched: str
    condition: Expression | None
    action: str
    assignments: tuple[Assignment, ...] = ()
    columns: Parts = ()
    values: tuple[Expression, ...] | None = None


@dataclass(frozen=True, slots=True)
class Merge(Statement):
    target: Target
    alias: str
    source: Source
    on: Expression
    whens: tuple[MergeWhen, ...]
    top: Top | None = None
    outputs: tuple[Output, ...] = ()
    ctes: tuple[CommonTable, ...] = ()
    max_recursion: int | None = None


@dataclass(frozen=True, slots=True)
class BulkInsert(Statement):
    table: Parts
    path: str
    options: tuple[tuple[str, str | int | None], ...]


@dataclass(frozen=True, slots=True)
class InsertBulk(Statement):
    """INSERT BULK, by which a client announces rows that it will send as a bulk copy."""

    table: Parts
    columns: tuple[tuple[str, TypeName], ...]
    options: tuple[tuple[str, str | int | None], ...]


@dataclass(frozen=True, slots=True)
class BulkCopy(Statement):
    """The rows that a client sends behind INSERT BULK; no text makes this statement.

    `columns` are those of `tsqld.events` as the client describes them, `rows` hold a Python value for each.
    """

    announced: InsertBulk
    columns: Sequence[object]
    rows: Iterable[Sequence[object]]


@dataclass(frozen=True, slots=True)
class Truncate(Statement):
    table: Parts
    partitions: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class ChangeSource(Source):
    """A nested INSERT, UPDATE, DELETE or MERGE whose OUTPUT is a table source."""

    statement: Insert | Update | Delete | Merge
    alias: str
    columns: Parts = ()
