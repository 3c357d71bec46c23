"""Change plans: how one statement that changes rows is run.

A change plan computes its rows once. Where keys, references or OUTPUT must look at them, they are first put
into a *change set* (a DuckDB temp table, `{change}` in the texts), checked there, then applied by row
identity; else one DuckDB statement does it all. Constraints live in the catalog: DuckDB knows none of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from tsqld.binder.access import Access
from tsqld.binder.scope import Relation, RelationColumn, quoted
from tsqld.catalog.model import Column, Table
from tsqld.compile.checks import KeyCheck
from tsqld.compile.context import FullName, Reference
from tsqld.compile.text import OutColumn
from tsqld.compile.triggered import Fired
from tsqld.errors import error
from tsqld.syntax import nodes as n

CHANGE = "{change}"
SPOOL = "\0spool\0"
"""The table that holds the rows of an INSERT before they are numbered; no statement can hold this text."""


@dataclass(frozen=True, slots=True)
class OutputPlan:
    """Where one OUTPUT clause goes: to the client, or into a table by an INSERT of its own."""

    columns: tuple[OutColumn, ...]
    positions: tuple[int, ...]
    into: ChangePlan | None = None


@dataclass(frozen=True, slots=True)
class ChangePlan:
    """How to run one DML statement.

    `change` fills the change set, or is empty and `apply` is one statement that does it directly.
    `references` are the run-time values of `change` (or of the direct statement). `checks` run on the change
    set before `apply`, `after` behind it. `assigns` are variables set from the last row's outputs. `counted`
    counts the rows that take an identity value where not all do. `many` says that the change set may hold a
    row more than once, of which one stays. `nested` says that the change counts what its output inserts.
    `skips` take rows out of the change set whose keys exist. `spool`, where there is one, yields the rows of
    an INSERT that are to be numbered, and `spooled` inserts them from the table that holds them: another way
    to do what `apply` does.
    """

    kind: str
    table: Table
    name: FullName
    references: tuple[Reference, ...]
    change: str
    apply: tuple[str, ...]
    checks: tuple[KeyCheck, ...] = ()
    after: tuple[KeyCheck, ...] = ()
    outputs: tuple[OutputPlan, ...] = ()
    assigns: tuple[tuple[str, int, OutColumn], ...] = ()
    identity: bool = False
    explicit_identity: str = ""
    reads: frozenset[str] = frozenset()
    hints: frozenset[tuple[str, str]] = frozenset()
    counted: str = ""
    fired: tuple[Fired, ...] = ()
    cascades: tuple[ChangePlan, ...] = ()
    many: bool = False
    nested: bool = False
    skips: tuple[str, ...] = ()
    spool: str = ""
    spooled: str = ""

    @property
    def replaced(self) -> bool:
        """Whether an INSTEAD OF trigger does what the statement does not."""
        return any(fired.instead for fired in self.fired)


@dataclass(frozen=True, slots=True)
class Option:
    """A view's WHERE condition, the qualifiers and the columns (by their own name in the table) it sees."""

    where: n.Expression
    names: tuple[str, ...]
    columns: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Target:
    """A resolved DML target: the base table and its columns as the statement names them.

    `names` are those of `order` where they are not the table's; `exposed` is what the statement calls it;
    `closed` holds its other columns with the error that changing them is; `options` are the conditions that
    CHECK OPTION enforces; `access` is where to note what is done with it.
    """

    table: Table
    name: FullName
    visible: Mapping[str, Column]
    order: tuple[Column, ...]
    names: tuple[str, ...] = ()
    exposed: str = ""
    closed: Mapping[str, int] = field(default_factory=dict)
    options: tuple[Option, ...] = ()
    access: Access | None = None

    def base(self, name: str) -> str:
        """The table's own name, lower case, of a column called `name` here; empty where it is no column of
        it."""
        found = self.visible.get(name.lower())
        return found.name.lower() if found is not None else ""

    def column(self, name: str, line: int) -> Column:
        """A column by the statement's name for it. Errors 207, 4405, 4406."""
        found = self.visible.get(name.lower())
        if found is None:
            number = self.closed.get(name.lower())
            raise error(number, self.exposed, line=line) if number else error(207, name, line=line)
        return found


def whole(table: Table, name: FullName) -> Target:
    return Target(table, name, {column.name.lower(): column for column in table.columns}, table.columns)


def is_stored(column: Column) -> bool:
    return not column.computed or column.persisted


def row_relation(table: Table, alias: str, prefix: str = "") -> Relation:
    """The rows of a change set or of rows about to be stored, as constraints and OUTPUT see them."""
    return Relation(
        alias,
        (table.schema.lower(), table.name.lower()),
        tuple(
            RelationColumn(
                column.name, f"{alias}.{quoted(prefix + column.name)}", column.type, column.nullable
            )
            for column in table.columns
            if is_stored(column)
        ),
        exposed=table.name,
    )


def named(relation: Relation, name: str) -> Relation:
    return replace(relation, names=(name,), exposed=name)


def as_named(target: Target, rows: Relation, name: str) -> Relation:
    """Rows of the table, called `name`, under the names by which the statement knows their columns."""
    if not target.names:
        return named(rows, name)
    columns = []
    for shown, column in zip(target.names, target.order, strict=True):
        found = rows.column(column.name)
        if found is not None:
            columns.append(replace(found, name=shown))
    return named(replace(rows, columns=tuple(columns)), name)
