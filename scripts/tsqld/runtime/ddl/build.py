"""Builds a table from what was written: its columns, then its constraints and indexes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tsqld.binder.scope import Scope
from tsqld.binder.typenames import collation_named, with_collation
from tsqld.catalog.facets import max_length
from tsqld.catalog.model import Catalog, Column, Table
from tsqld.compile.expressions import Place
from tsqld.errors import TsqlError, error
from tsqld.runtime.ddl.constraints import ConstraintBuilder, refuse_queries
from tsqld.runtime.ddl.definer import relation_of
from tsqld.runtime.ddl.placement import checked_placement
from tsqld.runtime.determinism import NONDETERMINISTIC
from tsqld.syntax import nodes as n
from tsqld.syntax.walk import walk
from tsqld.types import SqlType

_Constraint = n.KeyConstraint | n.ForeignKey | n.Check | n.DefaultValue
_WIDEST_ROW = 8060
_IDENTITY_TYPES = ("tinyint", "smallint", "int", "bigint", "decimal", "numeric")
_NEVER_SPARSE = ("text", "ntext", "image", "rowversion")
_VARIABLE = ("varchar", "nvarchar", "varbinary", "text", "ntext", "image", "xml", "sql_variant")


class TableBuilder(ConstraintBuilder):
    """Adds a definition's parts to a table; ALTER TABLE … ADD goes the same way."""

    def built(
        self,
        table: Table,
        definition: n.TableDefinition,
        catalog: Catalog,
        *,
        altering: bool = False,
        written: n.Parts = (),
    ) -> tuple[Table, Catalog]:
        """A table with the columns, constraints and indexes of a definition added. Foreign keys come last:
        they may reference keys that stand behind them. `written` is the table's name as the statement has it,
        by which error 2705 calls it."""
        self.altering = altering
        self._written = ".".join(written) or table.name
        table, catalog = self._with_columns(table, definition.columns, catalog)
        table = replace(table, placed_on=checked_placement(table.placed_on, table, catalog, definition.line))
        named: list[tuple[_Constraint, str]] = [(constraint, "") for constraint in definition.constraints]
        named[:0] = [(c, one.name) for one in definition.columns for c in one.constraints]
        for one in definition.columns:
            _refuse_twice(table, one)
        _refuse_nullable_key(table.name, definition)
        for constraint, column in sorted(named, key=lambda one: isinstance(one[0], n.ForeignKey)):
            table, catalog = self.with_constraint(table, constraint, catalog, column)
        for index in definition.indexes:
            table = self.with_index(table, index, catalog)
        _refuse_wide_rows(table, definition.line)
        return table, catalog

    def placed(self, placed_on: n.Parts, table: Table, catalog: Catalog, line: int) -> tuple[str, ...]:
        return checked_placement(placed_on, table, catalog, line)

    def _with_columns(
        self, table: Table, columns: Sequence[n.ColumnDefinition], catalog: Catalog
    ) -> tuple[Table, Catalog]:
        """Columns added as written. A computed one may name a plain one that stands after it."""
        before, first = len(table.columns), table.next_column_id
        for written in sorted(columns, key=lambda column: column.computed is not None):
            table, catalog = self._with_column(table, written, catalog)
        added = {column.name: column for column in table.columns[before:]}
        ordered = [
            replace(added[written.name], column_id=number)
            for number, written in enumerate(columns, first + 1)
        ]
        return replace(table, columns=(*table.columns[:before], *ordered)), catalog

    def _with_column(
        self, table: Table, written: n.ColumnDefinition, catalog: Catalog
    ) -> tuple[Table, Catalog]:
        if table.column(written.name) is not None:
            state = 4 if self.altering else 3
            raise error(2705, written.name, self._written, line=written.line, state=state)
        column_id = table.next_column_id + 1
        if written.computed is not None:
            column = self._computed(table, written, column_id)
        else:
            column, catalog = self._plain_column(table, written, column_id, catalog)
        return replace(table, columns=(*table.columns, column), next_column_id=column_id), catalog

    def column_type(self, written: n.ColumnDefinition, column_id: int) -> SqlType:
        """A column's type, with the errors as columns report them: 2715, 131."""
        name = written.type
        assert name is not None
        try:
            collation = collation_named(written.collation, name.line) if written.collation else ""
            return with_collation(self.type(name), collation)
        except TsqlError as problem:
            if problem.number == 243:
                raise error(2715, column_id, ".".join(name.parts), line=name.line) from None
            if problem.number in (131, 2717):
                limit = 4000 if name.parts[-1].lower().startswith("n") else 8000
                raise error(131, name.arguments[0], written.name, limit, line=name.line) from None
            raise

    def _plain_column(
        self, table: Table, written: n.ColumnDefinition, column_id: int, catalog: Catalog
    ) -> tuple[Column, Catalog]:
        assert written.type is not None
        alias = self.alias(written.type)
        type = self.column_type(written, column_id)
        _refuse_identity(table, written, type)
        _refuse_facets(table, written, type)
        keyed = any(isinstance(c, n.KeyConstraint) and c.kind == "PRIMARY KEY" for c in written.constraints)
        nullable = written.nullable
        if nullable is None:
            never = keyed or written.identity is not None or type.name == "rowversion"
            nullable = not never and self.nullable_alias(alias)
        if keyed and nullable:
            raise error(8111, table.name, line=written.line)
        column = Column(
            written.name,
            type,
            nullable,
            written.identity,
            rowguidcol=written.rowguidcol,
            column_id=column_id,
            sparse=written.sparse,
            alias=alias,
        )
        if written.default is not None:
            default, catalog = self.default(table, written.default, column, catalog)
            column = replace(column, default=default)
        return column, catalog

    def _computed(self, table: Table, written: n.ColumnDefinition, column_id: int) -> Column:
        assert written.computed is not None
        refuse_queries(written.computed, written.line)
        for node in walk(written.computed):
            named = table.column(node.parts[-1]) if isinstance(node, n.ColumnName) else None
            if named is not None and named.computed:
                raise error(1759, named.name, table.name, line=written.line)
            called = isinstance(node, n.Call) and len(node.name) == 1
            if called and written.persisted and node.name[0].upper() in NONDETERMINISTIC:  # type: ignore[attr-defined]
                raise error(4936, written.name, table.name, line=written.line)
        value = self.compiler().value(written.computed, Place(Scope([relation_of(table)])))
        nullable = value.nullable if written.nullable is None else written.nullable
        return Column(
            written.name,
            value.type,
            nullable,
            computed=written.computed_text,
            persisted=written.persisted,
            column_id=column_id,
        )


def _refuse_identity(table: Table, written: n.ColumnDefinition, type: SqlType) -> None:
    """Errors 2744, 2749, 2753, 8147."""
    if written.identity is None:
        return
    if table.identity is not None:
        raise error(2744, table.name, line=written.line)
    if type.name not in _IDENTITY_TYPES or type.scale:
        raise error(2749, written.name, line=written.line)
    if written.identity[1] == 0:
        raise error(2753, written.name, line=written.line)
    if written.nullable:
        raise error(8147, written.name, table.name, line=written.line)


def _refuse_facets(table: Table, written: n.ColumnDefinition, type: SqlType) -> None:
    """Errors 1731, 2738, 2761, 8148, 8150, 8196."""
    line = written.line
    if written.second_null:
        raise error(8150, written.name, table.name, line=line)
    if written.second_default:
        raise error(8148, "DEFAULT", written.name, table.name, line=line)
    if written.rowguidcol and type.name != "uniqueidentifier":
        raise error(2761, line=line)
    if written.rowguidcol and any(column.rowguidcol for column in table.columns):
        raise error(8196, line=line)
    if type.name == "rowversion" and any(column.type.name == "rowversion" for column in table.columns):
        raise error(2738, table.name, written.name, line=line)
    never = written.nullable is False or written.identity is not None or written.rowguidcol
    if written.sparse and (never or type.name in _NEVER_SPARSE):
        raise error(1731, written.name, table.name, line=line)


def _refuse_twice(table: Table, written: n.ColumnDefinition) -> None:
    """One constraint of a kind stands with a column. Errors 8148, 8151."""
    kinds = [c.kind for c in written.constraints if isinstance(c, n.KeyConstraint)]
    kinds += ["CHECK" for c in written.constraints if isinstance(c, n.Check)]
    for kind in kinds:
        if kinds.count(kind) > 1:
            raise error(8148, kind, written.name, table.name, line=written.line)
    if {"PRIMARY KEY", "UNIQUE"} <= set(kinds):
        raise error(8151, written.name, table.name, line=written.line)


def _refuse_nullable_key(table: str, definition: n.TableDefinition) -> None:
    """A column written as NULL cannot be of the primary key. Error 8111."""
    nullable = {column.name.lower() for column in definition.columns if column.nullable}
    for constraint in definition.constraints:
        if isinstance(constraint, n.KeyConstraint) and constraint.kind == "PRIMARY KEY":
            for column in constraint.columns:
                if column.name.lower() in nullable:
                    raise error(8111, table, line=constraint.line)


def _refuse_wide_rows(table: Table, line: int) -> None:
    """Columns of fixed length must fit a row. Error 1701."""
    fixed = [
        column
        for column in table.columns
        if column.type.name not in _VARIABLE
        and not column.sparse
        and not (column.computed and not column.persisted)
    ]
    overhead = 4 + 2 + (len(table.columns) + 7) // 8
    width = overhead + sum(max_length(column.type) for column in fixed)
    if width > _WIDEST_ROW:
        raise error(1701, table.name, width, overhead, _WIDEST_ROW, line=line)
