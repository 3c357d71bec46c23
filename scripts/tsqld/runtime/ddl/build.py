"""Builds a table from what was written: columns, constraints and indexes, with their errors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from tsqld.binder.scope import Relation, RelationColumn, Scope, quoted
from tsqld.binder.typenames import with_collation
from tsqld.catalog.model import (
    Catalog,
    Check,
    Column,
    Default,
    ForeignKey,
    Index,
    Table,
)
from tsqld.compile.cascades import has_cycle
from tsqld.compile.checks import unique_check
from tsqld.compile.expressions import Place
from tsqld.errors import TsqlError, error
from tsqld.syntax import nodes as n
from tsqld.types import SqlType

if TYPE_CHECKING:
    pass

from tsqld.runtime.ddl.definer import Definer, relation_of


class TableBuilder(Definer):
    """Adds a definition's parts to a table; ALTER TABLE … ADD goes the same way."""

    def built(self, table: Table, definition: n.TableDefinition, catalog: Catalog) -> tuple[Table, Catalog]:
        """A table with the columns, constraints and indexes of a definition added."""
        table, catalog = self._with_columns(table, definition.columns, catalog)
        for written in definition.columns:
            for constraint in written.constraints:
                table, catalog = self._with_constraint(table, constraint, catalog, written.name)
        _refuse_nullable_key(table.name, definition)
        for separate in definition.constraints:
            table, catalog = self._with_constraint(table, separate, catalog, "")
        for index in definition.indexes:
            table = self.with_index(table, index)
        return table, catalog

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
            raise error(2705, written.name, table.name, line=written.line)
        column_id = table.next_column_id + 1
        if written.computed is not None:
            column = self._computed(table, written, column_id)
        else:
            assert written.type is not None
            column, catalog = self._plain_column(table, written, column_id, catalog)
        return replace(table, columns=(*table.columns, column), next_column_id=column_id), catalog

    def _column_type(self, written: n.ColumnDefinition, name: n.TypeName, column_id: int) -> SqlType:
        """A column's type, with the errors as columns report them: 2715, 131."""
        try:
            return self.type(name)
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
        type = with_collation(self._column_type(written, written.type, column_id), written.collation)
        if written.identity is not None and table.identity is not None:
            raise error(2744, table.name, line=written.line)
        keyed = any(isinstance(c, n.KeyConstraint) and c.kind == "PRIMARY KEY" for c in written.constraints)
        nullable = written.nullable
        if nullable is None:
            nullable = not (keyed or written.identity is not None or type.name == "rowversion")
        if keyed and nullable:
            raise error(8111, table.name, line=written.line)
        default = None
        if written.default is not None:
            default, catalog = self._default(table, written.default, written.name, catalog)
        column = Column(
            written.name,
            type,
            nullable,
            written.identity,
            default,
            rowguidcol=written.rowguidcol,
            column_id=column_id,
        )
        return column, catalog

    def _default(
        self, table: Table, written: n.DefaultValue, column: str, catalog: Catalog
    ) -> tuple[Default, Catalog]:
        object_id, catalog = self.identifier(catalog)
        name = written.name or f"DF__{table.name[:9]}__{column[:5]}__{object_id:08X}"
        self.compiler().value(written.value, Place(Scope()))
        return Default(name, written.text, object_id, not written.name), catalog

    def _computed(self, table: Table, written: n.ColumnDefinition, column_id: int) -> Column:
        alias = "t"
        relation = Relation(
            alias,
            (table.name.lower(),),
            tuple(
                RelationColumn(column.name, f"{alias}.{quoted(column.name)}", column.type, column.nullable)
                for column in table.columns
            ),
            exposed=table.name,
        )
        assert written.computed is not None
        value = self.compiler().value(written.computed, Place(Scope([relation])))
        nullable = value.nullable if written.nullable is None else written.nullable
        return Column(
            written.name,
            value.type,
            nullable,
            computed=written.computed_text,
            persisted=written.persisted,
            column_id=column_id,
        )

    def _with_constraint(
        self,
        table: Table,
        constraint: n.KeyConstraint | n.ForeignKey | n.Check | n.DefaultValue,
        catalog: Catalog,
        column: str,
    ) -> tuple[Table, Catalog]:
        object_id, catalog = self.identifier(catalog)
        self._unused_name(constraint.name, table, catalog, constraint.line)
        match constraint:
            case n.KeyConstraint():
                return self._with_key(table, constraint, object_id), catalog
            case n.Check():
                name = constraint.name or f"CK__{table.name[:9]}__{object_id:08X}"
                relation = relation_of(table)
                self.compiler().condition(constraint.condition, Place(Scope([relation])))
                check = Check(
                    name,
                    constraint.text,
                    column=column,
                    object_id=object_id,
                    system_named=not constraint.name,
                )
                return replace(table, checks=(*table.checks, check)), catalog
            case n.ForeignKey():
                return self._with_foreign_key(table, constraint, object_id, catalog), catalog
            case n.DefaultValue():
                found = table.column(constraint.column)
                if found is None:
                    raise error(1752, constraint.column, table.name, line=constraint.line)
                if found.default is not None:
                    raise error(1781, line=constraint.line)
                default, catalog = self._default(table, constraint, found.name, catalog)
                changed = tuple(replace(c, default=default) if c is found else c for c in table.columns)
                return replace(table, columns=changed), catalog

    def _unused_name(self, name: str, table: Table, catalog: Catalog, line: int) -> None:
        if not name or table.is_temporary:
            return
        taken = {
            taken.lower()
            for other in catalog.tables()
            if other.schema.lower() == table.schema.lower()
            for _, taken, _ in other.constraints()
        }
        taken |= {found.lower() for _, found, _ in table.constraints()}
        if name.lower() in taken or catalog.object(table.schema, name) is not None:
            raise error(2714, name, line=line)

    def _with_key(self, table: Table, written: n.KeyConstraint, object_id: int) -> Table:
        columns = []
        for item in written.columns:
            column = table.column(item.name)
            if column is None:
                raise error(1911, item.name, line=item.line)
            columns.append((column.name, item.descending))
        if written.kind == "PRIMARY KEY":
            table = self._primary(table, [name for name, _ in columns], written.line)
        clustered = written.clustered
        if clustered is None:
            clustered = written.kind == "PRIMARY KEY" and table.clustered is None
        short = "PK" if written.kind == "PRIMARY KEY" else "UQ"
        name = written.name or f"{short}__{table.name[:9]}__{object_id:016X}"
        index = Index(
            name,
            tuple(columns),
            True,
            clustered,
            written.kind,
            index_id=_index_id(table, clustered),
            object_id=object_id,
            placed_on=written.filegroup,
            system_named=not written.name,
        )
        return replace(table, indexes=(*table.indexes, index))

    def _primary(self, table: Table, names: Sequence[str], line: int) -> Table:
        existing = table.is_temporary or table.created != table.modified
        if any(index.kind == "PRIMARY KEY" for index in table.indexes):
            raise error(1779 if existing else 8110, table.name, line=line)
        changed = []
        for column in table.columns:
            if column.name in names and column.nullable:
                if not column.computed and table.created != table.modified:
                    raise error(8111, table.name, line=line)
                column = replace(column, nullable=False)
            changed.append(column)
        return replace(table, columns=tuple(changed))

    def _with_foreign_key(
        self, table: Table, written: n.ForeignKey, object_id: int, catalog: Catalog
    ) -> Table:
        name = self.full(written.table, written.line)
        itself = (name.schema.lower(), name.name.lower()) == (table.schema.lower(), table.name.lower())
        parent = table if itself else catalog.table(name.schema, name.name)
        shown = written.name or f"FK__{table.name[:9]}__{object_id:08X}"
        if parent is None:
            raise error(1767, shown, ".".join(written.table), line=written.line)
        referenced = written.referenced
        if not referenced:
            primary = next((index for index in parent.indexes if index.kind == "PRIMARY KEY"), None)
            if primary is None:
                raise error(1773, shown, parent.name, line=written.line)
            referenced = primary.column_names
        for column in written.columns:
            if table.column(column) is None:
                raise error(1769, shown, column, table.name, line=written.line)
        wanted = {column.lower() for column in referenced}
        if not any(
            {name.lower() for name in key.column_names} == wanted for key in parent.keys if not key.where
        ):
            raise error(1776, parent.full_name, shown, line=written.line)
        foreign = ForeignKey(
            shown,
            written.columns,
            parent.schema,
            parent.name,
            referenced,
            written.on_delete,
            written.on_update,
            object_id=object_id,
            system_named=not written.name,
        )
        if has_cycle(catalog, table, foreign):
            raise error(1785, shown, table.name, line=written.line)
        return replace(table, foreign_keys=(*table.foreign_keys, foreign))

    def with_index(self, table: Table, written: n.IndexDefinition) -> Table:
        if any(index.name.lower() == written.name.lower() for index in table.indexes):
            raise error(1913, written.name, table.full_name, line=written.line)
        columns = []
        for item in written.columns:
            column = table.column(item.name)
            if column is None:
                raise error(1911, item.name, line=item.line)
            columns.append((column.name, item.descending))
        for name in written.include:
            if table.column(name) is None:
                raise error(1911, name, line=written.line)
        if written.clustered and table.clustered is not None:
            raise error(1902, table.full_name, table.clustered.name, line=written.line)
        if written.where is not None:
            self.compiler().condition(written.where, Place(Scope([relation_of(table)])))
        index = Index(
            written.name,
            tuple(columns),
            written.unique,
            written.clustered,
            written.kind,
            written.include,
            written.where_text,
            _index_id(table, written.clustered),
            placed_on=written.placed_on,
        )
        return replace(table, indexes=(*table.indexes, index))

    def check_unique(self, table: Table, index: Index, number: int) -> None:
        check = unique_check(table, index, self.compiler().filter_text)
        row = self.session.executor.read(check.sql).fetchone()
        if row is not None:
            shown = ", ".join("<NULL>" if value is None else str(value) for value in row)
            raise error(number, table.full_name, index.name, f"({shown})")


def _refuse_nullable_key(table: str, definition: n.TableDefinition) -> None:
    """A column written as NULL cannot be of the primary key. Error 8111."""
    nullable = {column.name.lower() for column in definition.columns if column.nullable}
    for constraint in definition.constraints:
        if isinstance(constraint, n.KeyConstraint) and constraint.kind == "PRIMARY KEY":
            for column in constraint.columns:
                if column.name.lower() in nullable:
                    raise error(8111, table, line=constraint.line)


def _index_id(table: Table, clustered: bool) -> int:
    if clustered:
        return 1
    return max([1, *(index.index_id for index in table.indexes)]) + 1
