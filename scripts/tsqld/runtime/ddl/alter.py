"""ALTER TABLE: columns and constraints added, changed and dropped, partitions switched."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tsqld.binder.bound import Bound
from tsqld.binder.scope import Scope, quoted
from tsqld.binder.typenames import with_collation
from tsqld.catalog.model import Column, Table
from tsqld.compile.checks import reference_checks
from tsqld.compile.context import FullName
from tsqld.compile.expressions import Place
from tsqld.compile.partitions import partitioning
from tsqld.errors import error, unsupported
from tsqld.functions.sqltext import duck_type
from tsqld.runtime.ddl.definer import relation_of
from tsqld.runtime.environment import SessionEnvironment
from tsqld.syntax import nodes as n
from tsqld.syntax.walk import parse_condition, parse_value

if TYPE_CHECKING:
    from tsqld.runtime.ddl.modules import Modules


class Alteration:
    """One ALTER TABLE statement."""

    def __init__(self, definitions: Modules, node: n.AlterTable) -> None:
        self.definitions = definitions
        self.session = definitions.session
        self.node = node
        self.table, self.store = definitions.existing(node.name, node.line, 4902)
        self.database = self.session.frame.database or self.session.database

    def run(self) -> None:
        for action in self.node.actions:
            self._action(action)
        self.store(replace(self.table, modified=self.table.modified))

    def _action(self, action: n.AlterAction) -> None:
        kind = action.kind
        if kind == "ADD":
            assert action.definition is not None
            self._add(action.definition, action.with_check is not False)
        elif kind == "ALTER COLUMN":
            assert action.column is not None
            self._alter_column(action.column)
        elif kind == "DROP COLUMN":
            self._drop_column(action)
        elif kind == "DROP CONSTRAINT":
            self._drop_constraint(action)
        elif kind in ("CHECK", "NOCHECK"):
            self._switch_constraints(action)
        elif kind == "SWITCH":
            self._switch(action)
        elif kind in ("ENABLE TRIGGER", "DISABLE TRIGGER"):
            enable = kind == "ENABLE TRIGGER"
            self.definitions.switch_triggers(self.table, action.names, enable, action.line)
        elif kind != "REBUILD":
            raise unsupported(f"ALTER TABLE … {kind}", action.line)

    def _execute(self, sql: str, parameters: tuple[Any, ...] = ()) -> int:
        return self.session.executor.write(sql, parameters)

    def _rows(self) -> int:
        row = self.session.executor.read(f"SELECT count(*) FROM {self.table.storage}").fetchone()
        assert row is not None
        return int(row[0])

    # ADD

    def _add(self, definition: n.TableDefinition, check: bool) -> None:
        before = self.table
        catalog = self.session.catalog(self.database)
        table, catalog = self.definitions.built(self.table, definition, catalog)
        self._keep_ids(catalog.next_id)
        new = [column for column in table.columns if before.column(column.name) is None]
        filled = {c.name for c in definition.columns if c.default is not None and c.default.with_values}
        for column in new:
            self._add_storage(column, table, column.name in filled)
        self.table = table
        self._verify(before, table, check)

    def _keep_ids(self, next_id: int) -> None:
        current = self.session.catalog(self.database)
        if next_id > current.next_id and not self.table.is_temporary:
            self.session.change_catalog(replace(current, next_id=next_id))

    def _add_storage(self, column: Column, table: Table, with_values: bool) -> None:
        if column.computed and not column.persisted:
            return
        if column.identity is not None or column.computed:
            if self._rows():
                raise unsupported(
                    "adding an identity or persisted column to a table with rows", self.node.line
                )
        elif not column.nullable and column.default is None and self._rows():
            raise error(4901, column.name, self.table.name, line=self.node.line)
        name = quoted(column.name)
        self._execute(f"ALTER TABLE {table.storage} ADD COLUMN {name} {duck_type(column.type)}")
        if column.default is not None and (with_values or not column.nullable):
            compiler = self.definitions.compiler()
            value = compiler.value(parse_value(column.default.text), Place(Scope()))
            fitted = compiler.stored(value, column, self._name(), "ALTER TABLE", self.node.line)
            parameters = self.definitions.evaluator.parameters(compiler.context.references)
            self._execute(f"UPDATE {table.storage} SET {name} = {fitted}", tuple(parameters))

    def _name(self) -> FullName:
        return FullName(self.database, self.table.schema, self.table.name)

    def _verify(self, before: Table, table: Table, check: bool) -> None:
        """Existing rows must meet what was added, unless WITH NOCHECK."""
        for index in table.indexes:
            if index.unique and index not in before.indexes:
                self.definitions.check_unique(table, index, 1505)
        for column in table.columns:
            was = before.column(column.name)
            if was is not None and was.nullable and not column.nullable:
                self._no_nulls(column)
        if check:
            self._verify_checks(before, table)
            self._verify_references(before, table)
        else:
            checks = tuple(replace(c, trusted=False) if c not in before.checks else c for c in table.checks)
            foreign = tuple(
                replace(k, trusted=False) if k not in before.foreign_keys else k for k in table.foreign_keys
            )
            self.table = replace(table, checks=checks, foreign_keys=foreign)

    def _no_nulls(self, column: Column) -> None:
        row = self.session.executor.read(
            f"SELECT 1 FROM {self.table.storage} WHERE {quoted(column.name)} IS NULL LIMIT 1"
        ).fetchone()
        if row is not None:
            shown = f"{self.database}.{self.table.schema}.{self.table.name}"
            raise error(515, column.name, shown, "ALTER TABLE", line=self.node.line)

    def _verify_checks(self, before: Table, table: Table) -> None:

        compiler = self.definitions.compiler()
        for check in table.checks:
            if check in before.checks:
                continue
            condition = compiler.condition(parse_condition(check.text), Place(Scope([relation_of(table)])))
            row = self.session.executor.read(
                f"SELECT 1 FROM {table.storage} AS t WHERE NOT {condition} LIMIT 1"
            ).fetchone()
            if row is not None:
                where = f", column '{check.column}'" if check.column else ""
                raise error(
                    547,
                    "ALTER TABLE",
                    "CHECK",
                    check.name,
                    self.database,
                    table.full_name,
                    where,
                    line=self.node.line,
                )

    def _verify_references(self, before: Table, table: Table) -> None:
        added = replace(
            table, foreign_keys=tuple(k for k in table.foreign_keys if k not in before.foreign_keys)
        )
        environment = SessionEnvironment(self.session)
        for check in reference_checks(added, self._name(), "ALTER TABLE", table.storage, None, environment):
            row = self.session.executor.read(check.sql).fetchone()
            if row is not None:
                raise check.violation(row)

    # ALTER COLUMN

    def _alter_column(self, written: n.ColumnDefinition) -> None:
        column = self.table.column(written.name)
        if column is None or written.type is None:
            raise error(4924, "ALTER COLUMN", written.name, self.table.name, line=self.node.line)
        self._unused(column, "ALTER COLUMN", keys_too=False)
        type = with_collation(self.definitions.type(written.type), written.collation)
        nullable = True if written.nullable is None else written.nullable
        changed = replace(column, type=type, nullable=nullable)
        if column.nullable and not nullable:
            self._no_nulls(column)
        if type != column.type:
            self._convert(column, changed)
        columns = tuple(changed if c is column else c for c in self.table.columns)
        self.table = replace(self.table, columns=columns)

    def _convert(self, column: Column, changed: Column) -> None:
        compiler = self.definitions.compiler()
        name = quoted(column.name)
        fitted = compiler.stored(
            Bound(name, column.type, column.nullable), changed, self._name(), "ALTER TABLE", self.node.line
        )
        self._execute(
            f"ALTER TABLE {self.table.storage} ALTER COLUMN {name} "
            f"TYPE {duck_type(changed.type)} USING {fitted}"
        )

    # DROP

    def _drop_column(self, action: n.AlterAction) -> None:
        column = self.table.column(action.names[0])
        if column is None:
            if action.if_exists:
                return
            raise error(4924, "DROP COLUMN", action.names[0], self.table.name, line=self.node.line)
        self._unused(column, "DROP COLUMN", keys_too=True)
        if not column.computed or column.persisted:
            self._execute(f"ALTER TABLE {self.table.storage} DROP COLUMN {quoted(column.name)}")
        self.table = replace(self.table, columns=tuple(c for c in self.table.columns if c is not column))

    def _unused(self, column: Column, verb: str, *, keys_too: bool) -> None:
        """Error 4922 when an index, constraint or computed column needs the column."""
        name = column.name.lower()
        needs = [
            i.name for i in self.table.indexes if name in {c.lower() for c in (*i.column_names, *i.include)}
        ]
        needs += [k.name for k in self.table.foreign_keys if name in {c.lower() for c in k.columns}]
        needs += [c.name for c in self.table.checks if _mentions(parse_condition(c.text), name)]
        needs += [
            c.name for c in self.table.columns if c.computed and _mentions(parse_value(c.computed), name)
        ]
        if column.default is not None:
            needs.append(column.default.name) if keys_too else None
        if needs:
            problem = error(4922, verb, column.name, line=self.node.line)
            problem.causes = tuple(error(5074, "object", need, "column", column.name) for need in needs)
            raise problem

    def _drop_constraint(self, action: n.AlterAction) -> None:
        name = action.names[0].lower()
        table = self.table
        index = next((i for i in table.indexes if i.is_constraint and i.name.lower() == name), None)
        if index is not None:
            self._unreferenced(index.name, {column.lower() for column in index.column_names})
        changed = replace(
            table,
            indexes=tuple(i for i in table.indexes if i is not index),
            foreign_keys=tuple(k for k in table.foreign_keys if k.name.lower() != name),
            checks=tuple(c for c in table.checks if c.name.lower() != name),
            columns=tuple(
                replace(c, default=None) if c.default and c.default.name.lower() == name else c
                for c in table.columns
            ),
        )
        if changed == table:
            if action.if_exists:
                return
            raise error(3728, action.names[0], line=self.node.line)
        self.table = changed

    def _unreferenced(self, name: str, columns: set[str]) -> None:
        for other in self.session.catalog(self.database).tables():
            for foreign in other.foreign_keys:
                referenced = {column.lower() for column in foreign.referenced}
                if foreign.references(self.table) and referenced == columns:
                    raise error(3725, name, other.name, foreign.name, line=self.node.line)

    # CHECK and NOCHECK CONSTRAINT

    def _switch_constraints(self, action: n.AlterAction) -> None:
        disabled = action.kind == "NOCHECK"
        names = {name.lower() for name in action.names}
        known = {c.name.lower() for c in self.table.checks} | {
            k.name.lower() for k in self.table.foreign_keys
        }
        for name in names - known:
            raise error(4917, name, line=self.node.line)
        before = self.table
        trusted = action.with_check is True
        self.table = replace(
            before,
            checks=tuple(
                replace(c, disabled=disabled, trusted=trusted) if not names or c.name.lower() in names else c
                for c in before.checks
            ),
            foreign_keys=tuple(
                replace(k, disabled=disabled, trusted=trusted) if not names or k.name.lower() in names else k
                for k in before.foreign_keys
            ),
        )
        if not disabled and trusted:
            self._verify_checks(before, self.table)
            self._verify_references(before, self.table)

    # SWITCH

    def _switch(self, action: n.AlterAction) -> None:
        target, _ = self.definitions.existing(action.target, action.line, 4902)
        mine = [(c.name.lower(), c.type, c.nullable) for c in self.table.columns]
        theirs = [(c.name.lower(), c.type, c.nullable) for c in target.columns]
        if mine != theirs:
            raise error(4943, self.table.full_name, target.full_name, line=action.line)
        where = self._partition_filter(self.table, action.source_partition, action.line)
        into = self._partition_filter(target, action.target_partition, action.line)
        occupied = self.session.executor.read(f"SELECT 1 FROM {target.storage}{into} LIMIT 1").fetchone()
        if occupied is not None:
            raise error(4904 if action.target_partition else 4905, target.full_name, line=action.line)
        names = ", ".join(quoted(c.name) for c in self.table.columns if not c.computed or c.persisted)
        for name in (self.table.storage, target.storage):
            self.session.engine.locks.acquire(
                self.session.spid, name, "X", timeout_ms=self.session.options.lock_timeout
            )
        self._execute(
            f"INSERT INTO {target.storage} ({names}) SELECT {names} FROM {self.table.storage}{where}"
        )
        self._execute(f"DELETE FROM {self.table.storage}{where}")
        transaction = self.session.executor.transaction
        assert transaction is not None
        transaction.written.update((self.table.storage, target.storage))

    def _partition_filter(self, table: Table, number: n.Expression | None, line: int) -> str:
        """WHERE of one partition of a table, by its scheme's function."""
        if number is None:
            return ""
        wanted = int(self.definitions.evaluator.value(number)[0])
        found = partitioning(self.session.catalog(self.database), table)
        if found is None:
            raise error(4911, table.full_name, line=line)
        return f" WHERE {found.number} = {wanted}"


def _mentions(node: n.Node, name: str) -> bool:
    from tsqld.syntax.walk import walk

    return any(isinstance(found, n.ColumnName) and found.parts[-1].lower() == name for found in walk(node))
