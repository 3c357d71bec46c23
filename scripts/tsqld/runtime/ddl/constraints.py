"""Adds constraints and indexes to a table, with the errors of their definitions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tsqld.binder.scope import Scope
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
from tsqld.compile.triggered import is_instead
from tsqld.errors import TsqlError, error
from tsqld.events import Message
from tsqld.runtime.ddl.definer import Definer, relation_of
from tsqld.runtime.ddl.naming import constraint_name, key_name
from tsqld.runtime.ddl.placement import refuse_unaligned
from tsqld.syntax import nodes as n
from tsqld.syntax.walk import walk

_MOST_KEYS = 32
_NO_KEYS = ("text", "ntext", "image", "xml")
_SHOWN_OPTIONS = frozenset(
    """FILLFACTOR PAD_INDEX IGNORE_DUP_KEY ALLOW_ROW_LOCKS ALLOW_PAGE_LOCKS OPTIMIZE_FOR_SEQUENTIAL_KEY
    DATA_COMPRESSION""".split()
)


class ConstraintBuilder(Definer):
    """Constraints and indexes of one table."""

    altering = False
    """Whether what is built is added to a table that exists."""

    def with_constraint(
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
                return self._with_key(table, constraint, object_id, catalog), catalog
            case n.Check():
                return self._with_check(table, constraint, object_id, column), catalog
            case n.ForeignKey():
                return self._with_foreign_key(table, constraint, object_id, catalog, column), catalog
            case n.DefaultValue():
                found = table.column(constraint.column)
                if found is None:
                    raise error(1752, constraint.column, table.name, line=constraint.line)
                if found.default is not None:
                    raise error(1781, line=constraint.line)
                default, catalog = self.default(table, constraint, found, catalog)
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
            raise _undefined(error(2714, name, line=line, state=5))

    # defaults and checks

    def default(
        self, table: Table, written: n.DefaultValue, column: Column, catalog: Catalog
    ) -> tuple[Default, Catalog]:
        if column.identity is not None:
            raise error(1754, table.name, column.name, line=written.line)
        if column.type.name == "rowversion":
            raise error(1755, table.name, column.name, line=written.line)
        object_id, catalog = self.identifier(catalog)
        name = written.name or constraint_name("DF", table, object_id, column.name)
        named = next((node for node in walk(written.value) if isinstance(node, n.ColumnName)), None)
        if named is not None:
            raise error(128, ".".join(named.parts), line=written.line)
        refuse_queries(written.value, written.line)
        self.compiler().value(written.value, Place(Scope()))
        return Default(name, written.text, object_id, not written.name), catalog

    def _with_check(self, table: Table, written: n.Check, object_id: int, column: str) -> Table:
        refuse_queries(written.condition, written.line)
        for node in walk(written.condition):
            other = isinstance(node, n.ColumnName) and node.parts[-1].lower() != column.lower()
            if other and column and table.column(node.parts[-1]) is not None:  # type: ignore[attr-defined]
                raise error(8141, "CHECK", column, table.name, line=written.line)
        self.compiler().condition(written.condition, Place(Scope([relation_of(table)])))
        name = written.name or constraint_name("CK", table, object_id, column)
        found = table.column(column)
        if found is not None and found.computed and not found.persisted:
            raise error(8183, line=written.line)
        check = Check(name, written.text, column=column, object_id=object_id, system_named=not written.name)
        return replace(table, checks=(*table.checks, check))

    # keys

    def _with_key(self, table: Table, written: n.KeyConstraint, object_id: int, catalog: Catalog) -> Table:
        columns = self._key_columns(table, written.columns, written.line)
        if written.kind == "PRIMARY KEY":
            table = self._primary(table, [name for name, _ in columns], written.line)
        clustered = written.clustered
        if clustered is None:
            clustered = written.kind == "PRIMARY KEY" and table.clustered is None
        if clustered and table.clustered is not None:
            if not self.altering:
                raise error(8112, table.name, line=written.line)
            raise _undefined(error(1902, table.name, table.clustered.name, line=written.line))
        short = "PK" if written.kind == "PRIMARY KEY" else "UQ"
        index = Index(
            written.name or key_name(short, table, object_id),
            tuple(columns),
            True,
            clustered,
            written.kind,
            index_id=_index_id(table, clustered),
            object_id=object_id,
            placed_on=self.placed(written.filegroup, table, catalog, written.line),
            system_named=not written.name,
            options=shown_options(written.options),
        )
        refuse_unaligned(catalog, table, index, written.line)
        return replace(table, indexes=(*table.indexes, index))

    def placed(self, placed_on: n.Parts, table: Table, catalog: Catalog, line: int) -> tuple[str, ...]:
        raise NotImplementedError

    def _key_columns(
        self, table: Table, items: Sequence[n.IndexColumn], line: int, noun: str = "index"
    ) -> list[tuple[str, bool]]:
        columns: list[tuple[str, bool]] = []
        for item in items:
            column = table.column(item.name)
            if column is None:
                raise error(1911, item.name, line=item.line)
            if column.type.length == -1 or column.type.name in _NO_KEYS:
                raise error(1919, column.name, table.name, line=item.line)
            if column.name in [name for name, _ in columns]:
                raise error(1909, noun, column.name, line=item.line)
            columns.append((column.name, item.descending))
        return columns

    def _primary(self, table: Table, names: Sequence[str], line: int) -> Table:
        if any(index.kind == "PRIMARY KEY" for index in table.indexes):
            raise error(1779 if self.altering else 8110, table.name, line=line)
        changed = []
        for column in table.columns:
            if column.name in names and column.computed and not column.persisted:
                raise error(1711, column.name, table.name, line=line)
            if column.name in names and column.nullable:
                if not column.computed and self.altering:
                    raise error(8111, table.name, line=line)
                column = replace(column, nullable=False)
            changed.append(column)
        return replace(table, columns=tuple(changed))

    # foreign keys

    def _with_foreign_key(
        self, table: Table, written: n.ForeignKey, object_id: int, catalog: Catalog, column: str
    ) -> Table:
        name = self.known(written.table, written.line)
        shown = written.name or constraint_name("FK", table, object_id, column or written.columns[0])
        if table.kind in ("T#", "T##"):
            skipped = error(1756, written.name or "")
            self.notices.append(Message(skipped.message, 1756, 10, 1, written.line))
            return table
        if name.database.lower() != catalog.name.lower():
            raise error(1763, shown, line=written.line)
        if name.name.startswith("#"):
            raise error(1766, shown, line=written.line)
        itself = (name.schema.lower(), name.name.lower()) == (table.schema.lower(), table.name.lower())
        parent = table if itself else catalog.table(name.schema, name.name)
        if parent is None:
            number = 1767 if catalog.object(name.schema, name.name) is None else 1768
            raise error(number, shown, ".".join(written.table), line=written.line)
        referenced = _referenced_columns(parent, written, shown, table)
        _matching_types(table, parent, written, referenced, shown)
        _possible_actions(table, written, shown)
        for event, action in (("DELETE", written.on_delete), ("UPDATE", written.on_update)):
            if action != "NO ACTION" and any(
                is_instead(trigger) and event in trigger.events for trigger in catalog.triggers_of(table)
            ):
                raise error(1787, shown, table.name, line=written.line)
        foreign = ForeignKey(
            shown,
            tuple(_exact(table, name) for name in written.columns),
            parent.schema,
            parent.name,
            tuple(_exact(parent, name) for name in referenced),
            written.on_delete,
            written.on_update,
            object_id=object_id,
            system_named=not written.name,
        )
        if has_cycle(catalog, table, foreign):
            raise error(1785, shown, table.name, line=written.line)
        return replace(table, foreign_keys=(*table.foreign_keys, foreign))

    # indexes

    def with_index(self, table: Table, written: n.IndexDefinition, catalog: Catalog) -> Table:
        taken = {index.name.lower() for index in table.indexes} | {s.name.lower() for s in table.statistics}
        if written.name.lower() in taken:
            raise error(1913, written.name, table.full_name, line=written.line)
        columns = self._index_key(table, written)
        self._included(table, written, [name for name, _ in columns])
        if written.clustered and table.clustered is not None:
            raise error(1902, table.full_name, table.clustered.name, line=written.line)
        if written.where is not None:
            if written.clustered:
                raise error(1900, line=written.line)
            self.compiler().condition(written.where, Place(Scope([relation_of(table)])))
        if dict(written.options).get("IGNORE_DUP_KEY") == "ON" and not written.unique:
            raise error(1916, "ignore_dup_key", "non-unique", line=written.line)
        index = Index(
            written.name,
            tuple(columns),
            written.unique,
            written.clustered,
            written.kind,
            tuple(_exact(table, name) for name in written.include),
            written.where_text,
            _index_id(table, written.clustered),
            placed_on=self.placed(written.placed_on, table, catalog, written.line),
            options=shown_options(written.options),
        )
        refuse_unaligned(catalog, table, index, written.line)
        return replace(table, indexes=(*table.indexes, index))

    def _index_key(self, table: Table, written: n.IndexDefinition) -> list[tuple[str, bool]]:
        if written.kind == "COLUMNSTORE":
            for item in written.columns:
                if table.column(item.name) is None:
                    raise error(1911, item.name, line=item.line)
            return [(_exact(table, item.name), False) for item in written.columns]
        if len(written.columns) > _MOST_KEYS:
            count = len(written.columns)
            raise error(
                1904, "index", written.name, table.full_name, count, "index", _MOST_KEYS, line=written.line
            )
        return self._key_columns(table, written.columns, written.line)

    def _included(self, table: Table, written: n.IndexDefinition, keys: list[str]) -> None:
        seen = list(keys)
        for name in written.include:
            if table.column(name) is None:
                raise error(1911, name, line=written.line)
            if _exact(table, name) in seen:
                raise error(1909, "index", name, line=written.line)
            seen.append(_exact(table, name))

    def check_unique(self, table: Table, index: Index, number: int) -> None:
        """Error `number` when two rows have one key."""
        check = unique_check(table, index, self.compiler().filter_text)
        row = self.session.executor.read(check.sql).fetchone()
        if row is not None:
            shown = ", ".join("<NULL>" if value is None else str(value) for value in row)
            raise error(number, table.full_name, index.name, f"({shown})")


def refuse_queries(node: n.Expression, line: int) -> None:
    """Error 1046: constraints, defaults and computed columns hold no subqueries."""
    if any(isinstance(found, n.Query) for found in walk(node)):
        raise error(1046, line=line)


def shown_options(options: n.Options) -> n.Options:
    """The options that catalog views show."""
    return tuple((name, value) for name, value in options if name in _SHOWN_OPTIONS)


def _undefined(problem: TsqlError) -> TsqlError:
    """1750 behind the error that kept a constraint from being made."""
    second = error(1750, line=problem.line)
    second.causes = (problem,)
    return second


def _exact(table: Table, name: str) -> str:
    """A column's name as the table spells it."""
    found = table.column(name)
    return found.name if found is not None else name


def _index_id(table: Table, clustered: bool) -> int:
    if clustered:
        return 1
    taken = [*(i.index_id for i in table.indexes), *(s.stats_id for s in table.statistics)]
    return max([1, *taken]) + 1


def _referenced_columns(parent: Table, written: n.ForeignKey, shown: str, table: Table) -> tuple[str, ...]:
    """The columns a foreign key references. Errors 1769, 1770, 1773, 1774, 1776, 8139."""
    line, named = written.line, ".".join(written.table)
    for name in written.columns:
        if table.column(name) is None:
            raise error(1769, shown, name, table.name, line=line)
    referenced = written.referenced
    if not referenced:
        primary = next((index for index in parent.indexes if index.kind == "PRIMARY KEY"), None)
        if primary is None:
            raise error(1773, shown, named, line=line)
        if len(primary.columns) != len(written.columns):
            raise error(1774, shown, named, line=line)
        return primary.column_names
    if len(referenced) != len(written.columns):
        raise error(8139, table.name, line=line)
    for name in referenced:
        if parent.column(name) is None:
            raise error(1770, shown, name, named, line=line)
    wanted = {name.lower() for name in referenced}
    keys = [key for key in parent.keys if not key.where]
    if not any({name.lower() for name in key.column_names} == wanted for key in keys):
        raise error(1776, named, shown, line=line)
    return referenced


def _matching_types(
    table: Table, parent: Table, written: n.ForeignKey, referenced: Sequence[str], shown: str
) -> None:
    """Both sides have one type. Errors 1753, 1757, 1778."""
    for mine, theirs in zip(written.columns, referenced, strict=True):
        child, other = table.column(mine), parent.column(theirs)
        assert child is not None
        assert other is not None
        names = (".".join(written.table), other.name, table.name, child.name, shown)
        kinds = ["decimal" if column.type.is_decimal else column.type.name for column in (child, other)]
        if kinds[0] != kinds[1]:
            raise error(1778, *names, line=written.line)
        one, two = child.type, other.type
        if (one.length, one.precision, one.scale) != (two.length, two.precision, two.scale):
            raise error(1753, *names, line=written.line)
        if one.is_text and one.collation.lower() != two.collation.lower():
            raise error(1757, *names, line=written.line)


def _possible_actions(table: Table, written: n.ForeignKey, shown: str) -> None:
    """SET NULL needs columns that may be NULL, SET DEFAULT such or a default. Errors 1761, 1762."""
    columns = [column for column in map(table.column, written.columns) if column is not None]
    actions = (written.on_delete, written.on_update)
    if "SET NULL" in actions and any(not column.nullable for column in columns):
        raise error(1761, shown, line=written.line)
    if "SET DEFAULT" in actions and any(not c.nullable and c.default is None for c in columns):
        raise error(1762, shown, line=written.line)
