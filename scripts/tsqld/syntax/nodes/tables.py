"""CREATE and ALTER of tables and indexes, and DROP."""

from __future__ import annotations

from dataclasses import dataclass

from tsqld.syntax.nodes.base import Expression, Node, Parts, Statement, TypeName

Options = tuple[tuple[str, str], ...]
"""WITH (name = value, …): both in upper case."""


@dataclass(frozen=True, slots=True)
class IndexColumn(Node):
    name: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class KeyConstraint(Node):
    """PRIMARY KEY or UNIQUE; `clustered` None where not written."""

    kind: str
    columns: tuple[IndexColumn, ...]
    name: str = ""
    clustered: bool | None = None
    filegroup: Parts = ()
    options: Options = ()


@dataclass(frozen=True, slots=True)
class ForeignKey(Node):
    columns: Parts
    table: Parts
    referenced: Parts
    name: str = ""
    on_delete: str = "NO ACTION"
    on_update: str = "NO ACTION"


@dataclass(frozen=True, slots=True)
class Check(Node):
    condition: Expression
    text: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class DefaultValue(Node):
    """A DEFAULT constraint; `column` is empty when it stands with its column."""

    value: Expression
    text: str
    name: str = ""
    column: str = ""
    with_values: bool = False


@dataclass(frozen=True, slots=True)
class ColumnDefinition(Node):
    """`computed` replaces the type; `nullable` is None where not written."""

    name: str
    type: TypeName | None
    nullable: bool | None = None
    identity: tuple[int, int] | None = None
    computed: Expression | None = None
    computed_text: str = ""
    persisted: bool = False
    collation: str = ""
    default: DefaultValue | None = None
    constraints: tuple[KeyConstraint | ForeignKey | Check, ...] = ()
    rowguidcol: bool = False
    sparse: bool = False
    second_default: bool = False
    """Two DEFAULTs were written: error 8148."""
    second_null: bool = False
    """NULL or NOT NULL was written twice: error 8150."""


@dataclass(frozen=True, slots=True)
class IndexDefinition(Node):
    """An index, inline or by CREATE INDEX. `kind` is '' or 'COLUMNSTORE'."""

    name: str
    columns: tuple[IndexColumn, ...] = ()
    unique: bool = False
    clustered: bool = False
    kind: str = ""
    include: Parts = ()
    where: Expression | None = None
    where_text: str = ""
    placed_on: Parts = ()
    options: Options = ()


@dataclass(frozen=True, slots=True)
class TableDefinition(Node):
    columns: tuple[ColumnDefinition, ...]
    constraints: tuple[KeyConstraint | ForeignKey | Check | DefaultValue, ...] = ()
    indexes: tuple[IndexDefinition, ...] = ()


@dataclass(frozen=True, slots=True)
class CreateTable(Statement):
    name: Parts
    definition: TableDefinition
    placed_on: Parts = ()
    options: Options = ()


@dataclass(frozen=True, slots=True)
class AlterAction(Node):
    """One change of ALTER TABLE.

    `kind`: ADD, ALTER COLUMN, DROP COLUMN, DROP CONSTRAINT, CHECK, NOCHECK, SWITCH, REBUILD, SET, ENABLE
    TRIGGER, DISABLE TRIGGER; ADD PROPERTY and DROP PROPERTY for a column's `names[1]`, such as ROWGUIDCOL.
    """

    kind: str
    definition: TableDefinition | None = None
    column: ColumnDefinition | None = None
    names: Parts = ()
    if_exists: bool = False
    with_check: bool | None = None
    target: Parts = ()
    source_partition: Expression | None = None
    target_partition: Expression | None = None
    options: Options = ()


@dataclass(frozen=True, slots=True)
class AlterTable(Statement):
    name: Parts
    actions: tuple[AlterAction, ...]


@dataclass(frozen=True, slots=True)
class CreateIndex(Statement):
    table: Parts
    index: IndexDefinition


@dataclass(frozen=True, slots=True)
class AlterIndex(Statement):
    """`action` is REBUILD, REORGANIZE, DISABLE or SET; `name` is empty for ALL."""

    name: str
    table: Parts
    action: str
    options: Options = ()


@dataclass(frozen=True, slots=True)
class Drop(Statement):
    """`kind` is TABLE, VIEW, PROCEDURE, FUNCTION, TRIGGER, SCHEMA, SEQUENCE, SYNONYM, TYPE, INDEX, DATABASE,
    …; for an index, `tables` holds the table of each."""

    kind: str
    names: tuple[Parts, ...]
    if_exists: bool = False
    tables: tuple[Parts, ...] = ()
