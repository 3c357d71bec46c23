"""ALTER TABLE … ALTER COLUMN and DROP COLUMN: what a column may become, and who forbids it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from tsqld.binder.bound import Bound
from tsqld.binder.scope import quoted
from tsqld.catalog.model import Catalog, Column, Property, Table, entry_key
from tsqld.compile.context import FullName
from tsqld.errors import error, unsupported
from tsqld.functions.sqltext import duck_type
from tsqld.runtime.ddl.dependents import mentions, names
from tsqld.syntax import nodes as n
from tsqld.syntax.walk import parse_condition, parse_module, parse_value
from tsqld.types import MAX, SqlType

if TYPE_CHECKING:
    from tsqld.runtime.ddl.modules import Modules

_VARIABLE = ("varchar", "nvarchar", "varbinary")
_IDENTITY_TYPES = ("tinyint", "smallint", "int", "bigint", "decimal", "numeric")
Need = tuple[str, str]
"""What needs a column: the word of error 5074 (object, index, column, statistics) and its name."""


class ColumnAlteration:
    """Changes or drops one column of a table."""

    def __init__(self, definitions: Modules, table: Table, name: FullName, line: int) -> None:
        self.definitions = definitions
        self.table = table
        self.name = name
        self.line = line

    # ALTER COLUMN

    def altered(self, written: n.ColumnDefinition) -> Table:
        column = self.table.column(written.name)
        if column is None or written.type is None:
            raise error(4924, "ALTER TABLE ALTER COLUMN", written.name, self.table.name, line=self.line)
        if column.computed or column.type.name == "rowversion":
            kind = "COMPUTED" if column.computed else "timestamp"
            raise error(4928, column.name, kind, line=self.line)
        changed = self._changed(column, written)
        self._refuse_dependents(column, changed)
        if column.nullable and not changed.nullable:
            self.no_nulls(column)
        if changed.type != column.type:
            self._convert(column, changed)
        return replace(self.table, columns=tuple(changed if c is column else c for c in self.table.columns))

    def _changed(self, column: Column, written: n.ColumnDefinition) -> Column:
        assert written.type is not None
        type = self.definitions.column_type(written, column.column_id)
        if type.name == "rowversion":
            raise error(4927, column.name, "timestamp", line=self.line)
        if column.identity is not None and (type.name not in _IDENTITY_TYPES or type.scale):
            raise error(2749, column.name, line=self.line)
        alias = self.definitions.alias(written.type)
        nullable = written.nullable
        if nullable is None:
            nullable = column.identity is None and self.definitions.nullable_alias(alias)
        if nullable and column.identity is not None:
            raise error(8147, column.name, self.table.name, line=self.line)
        sparse = column.sparse or written.sparse
        return replace(column, type=type, nullable=nullable, alias=alias, sparse=sparse)

    def _refuse_dependents(self, column: Column, changed: Column) -> None:
        """Error 4922, by the rules of Microsoft Learn's list "The modified column can't be"."""
        same = changed.type == column.type and changed.nullable == column.nullable
        if same:
            return
        widened = _is_widened(column.type, changed.type) and column.nullable == changed.nullable
        needs = []
        for word, need in self._needs(column):
            primary = any(i.kind == "PRIMARY KEY" and i.name == need for i in self.table.indexes)
            check = any(c.name == need for c in self.table.checks)
            keys = any(k.name == need for k in self.table.foreign_keys) or primary
            if keys or (not widened and not (check and _is_resized(column.type, changed.type))):
                needs.append((word, need))
        if column.default is not None and changed.type.name != column.type.name:
            needs.append(("object", column.default.name))
        needs += self._references(column)
        self._refuse("ALTER TABLE ALTER COLUMN", column, needs)

    def _refuse(self, verb: str, column: Column, needs: list[Need]) -> None:
        if needs:
            problem = error(4922, verb, column.name, line=self.line)
            problem.causes = tuple(error(5074, word, need, "column", column.name) for word, need in needs)
            raise problem

    def no_nulls(self, column: Column) -> None:
        """Error 515 when a row has NULL in a column that may hold it no longer."""
        row = self.definitions.session.executor.read(
            f"SELECT 1 FROM {self.table.storage} WHERE {quoted(column.name)} IS NULL LIMIT 1"
        ).fetchone()
        if row is not None:
            shown = f"{self.name.database}.{self.table.schema}.{self.table.name}"
            raise error(515, column.name, shown, "UPDATE", line=self.line)

    def _convert(self, column: Column, changed: Column) -> None:
        compiler = self.definitions.compiler()
        name = quoted(column.name)
        bound = Bound(name, column.type, column.nullable)
        fitted = compiler.stored(bound, changed, self.name, "ALTER TABLE", self.line)
        self.definitions.write(
            f"ALTER TABLE {self.table.storage} ALTER COLUMN {name} "
            f"TYPE {duck_type(changed.type)} USING {fitted}"
        )

    # ALTER COLUMN … ADD and DROP of a property

    def with_property(self, name: str, word: str, *, add: bool) -> Table:
        column = self.table.column(name)
        if column is None:
            raise error(4924, "ALTER TABLE ALTER COLUMN", name, self.table.name, line=self.line)
        if word == "ROWGUIDCOL":
            changed = self._rowguid(column, add)
        elif word == "SPARSE":
            if add and not column.nullable:
                raise error(1731, column.name, self.table.name, line=self.line)
            changed = replace(column, sparse=add)
        elif word == "NOT FOR REPLICATION":
            changed = column
        else:
            raise unsupported(f"ALTER COLUMN … {'ADD' if add else 'DROP'} {word}", self.line)
        return replace(self.table, columns=tuple(changed if c is column else c for c in self.table.columns))

    def _rowguid(self, column: Column, add: bool) -> Column:
        if add and any(other.rowguidcol for other in self.table.columns):
            raise error(4925, self.table.name, line=self.line)
        if add and column.type.name != "uniqueidentifier":
            raise error(2761, line=self.line)
        if not add and not column.rowguidcol:
            raise error(4989, column.name, self.table.name, line=self.line)
        return replace(column, rowguidcol=add)

    # DROP COLUMN

    def dropped(self, name: str, *, if_exists: bool) -> Table:
        column = self.table.column(name)
        if column is None:
            if if_exists:
                return self.table
            raise error(4924, "ALTER TABLE DROP COLUMN", name, self.table.name, line=self.line)
        needs = list(self._needs(column))
        if column.default is not None:
            needs.append(("object", column.default.name))
        needs += self._references(column)
        self._refuse("ALTER TABLE DROP COLUMN", column, needs)
        if not [other for other in self.table.columns if other is not column and not other.computed]:
            raise error(4923, column.name, self.table.name, line=self.line)
        if not column.computed or column.persisted:
            self.definitions.write(f"ALTER TABLE {self.table.storage} DROP COLUMN {quoted(column.name)}")
        self._forget_properties(column)
        return replace(self.table, columns=tuple(c for c in self.table.columns if c is not column))

    def _forget_properties(self, column: Column) -> None:
        if self.table.is_temporary:
            return
        catalog = self.definitions.catalog(self.name.database)
        place = (1, self.table.object_id, column.column_id)
        gone = [
            entry_key(entry)
            for entry in catalog.entries.values()
            if isinstance(entry, Property) and (entry.class_id, entry.major_id, entry.minor_id) == place
        ]
        if gone:
            self.definitions.change(catalog.remove(*gone))

    # who needs a column

    def _needs(self, column: Column) -> Iterator[Need]:
        """Indexes, constraints, statistics and computed columns of the table itself."""
        name, table = column.name.lower(), self.table
        for index in table.indexes:
            used = {c.lower() for c in (*index.column_names, *index.include, *index.placed_on[1:])}
            if name in used or (index.where and mentions(parse_condition(index.where), name)):
                yield "object" if index.is_constraint else "index", index.name
        for foreign in table.foreign_keys:
            if name in {c.lower() for c in foreign.columns}:
                yield "object", foreign.name
        for check in table.checks:
            if mentions(parse_condition(check.text), name):
                yield "object", check.name
        for other in table.columns:
            if other.computed and mentions(parse_value(other.computed), name):
                yield "column", other.name
        for made in table.statistics:
            if name in {c.lower() for c in made.columns}:
                yield "statistics", made.name

    def _references(self, column: Column) -> list[Need]:
        """Foreign keys and schema-bound modules elsewhere that name the column."""
        if self.table.is_temporary:
            return []
        catalog = self.definitions.catalog(self.name.database)
        return [*_foreign(catalog, self.table, column), *_bound(catalog, self.table, column)]


def _foreign(catalog: Catalog, table: Table, column: Column) -> Iterator[Need]:
    for other in catalog.tables():
        if other.object_id != table.object_id:
            for foreign in other.foreign_keys:
                named = column.name.lower() in {name.lower() for name in foreign.referenced}
                if named and foreign.references(table):
                    yield "object", foreign.name


def _bound(catalog: Catalog, table: Table, column: Column) -> Iterator[Need]:
    for module in catalog.modules():
        if module.schema_bound and names(module, table) and mentions(parse_module(module.text), column.name):
            yield "object", module.name


def _is_resized(old: SqlType, new: SqlType) -> bool:
    return old.name == new.name and old.name in _VARIABLE and old.collation == new.collation


def _is_widened(old: SqlType, new: SqlType) -> bool:
    longer = new.length == MAX or (old.length != MAX and new.length >= old.length)
    return _is_resized(old, new) and longer
