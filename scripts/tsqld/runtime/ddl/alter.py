"""ALTER TABLE: constraints and columns added and dropped, constraints switched on and off, options."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from tsqld.binder.scope import Scope, quoted
from tsqld.catalog.model import Catalog, Check, Column, ForeignKey, Table
from tsqld.compile.checks import reference_checks
from tsqld.compile.context import FullName
from tsqld.compile.expressions import Place
from tsqld.errors import TsqlError, error, unsupported
from tsqld.functions.sqltext import duck_type
from tsqld.runtime.ddl.altercolumn import ColumnAlteration
from tsqld.runtime.ddl.definer import moment, relation_of
from tsqld.runtime.ddl.switch import Switch
from tsqld.runtime.environment import SessionEnvironment
from tsqld.syntax import nodes as n
from tsqld.syntax.walk import parse_condition, parse_value

if TYPE_CHECKING:
    from tsqld.runtime.ddl.modules import Modules

_Switched = TypeVar("_Switched", Check, ForeignKey)


class Alteration:
    """One ALTER TABLE statement."""

    def __init__(self, definitions: Modules, node: n.AlterTable) -> None:
        self.definitions = definitions
        self.session = definitions.session
        self.node = node
        self.table, self.store = definitions.existing(node.name, node.line, 4902)
        temporary = self.table.is_temporary or node.name[-1].startswith("#")
        self.database = "tempdb" if temporary else definitions.full(node.name, node.line).database
        self.home = self.session.frame.database or self.session.database

    def run(self) -> None:
        before = self.table
        for action in sorted(self.node.actions, key=lambda action: action.kind == "DROP COLUMN"):
            self._action(action)
        if self.table != before:
            self.store(replace(self.table, modified=moment()))

    def _action(self, action: n.AlterAction) -> None:
        kind = action.kind
        if kind == "ADD":
            assert action.definition is not None
            self._add(action.definition, action.with_check is not False)
        elif kind == "ALTER COLUMN":
            assert action.column is not None
            self.table = self._column().altered(action.column)
        elif kind in ("ADD PROPERTY", "DROP PROPERTY"):
            add = kind == "ADD PROPERTY"
            self.table = self._column().with_property(*action.names, add=add)
        elif kind == "DROP COLUMN":
            self.table = self._column().dropped(action.names[0], if_exists=action.if_exists)
        elif kind == "DROP CONSTRAINT":
            self._drop_constraint(action)
        elif kind in ("CHECK", "NOCHECK"):
            self._switch_constraints(action)
        elif kind == "SWITCH":
            Switch(self.definitions, self.database).run(self.table, action)
        elif kind in ("ENABLE TRIGGER", "DISABLE TRIGGER"):
            enable = kind == "ENABLE TRIGGER"
            self.definitions.switch_triggers(self.table, action.names, enable, action.line, altering=True)
        elif kind in ("REBUILD", "SET"):
            self._set(action)
        else:
            raise unsupported(f"ALTER TABLE … {kind}", action.line)

    def _column(self) -> ColumnAlteration:
        return ColumnAlteration(self.definitions, self.table, self._name(), self.node.line)

    def _set(self, action: n.AlterAction) -> None:
        shown = ("LOCK_ESCALATION", "DATA_COMPRESSION")
        given = {name: value for name, value in action.options if name in shown}
        self.table = replace(self.table, options=tuple((dict(self.table.options) | given).items()))

    def _rows(self) -> int:
        row = self.session.executor.read(f"SELECT count(*) FROM {self.table.storage}").fetchone()
        assert row is not None
        return int(row[0])

    def _name(self) -> FullName:
        return FullName(self.database, self.table.schema, self.table.name)

    def _catalog(self) -> Catalog:
        return self.session.catalog(self.home if self.database == "tempdb" else self.database)

    # ADD

    def _add(self, definition: n.TableDefinition, check: bool) -> None:
        before = self.table
        table, catalog = self.definitions.built(
            self.table, definition, self._catalog(), altering=True, written=self.node.name
        )
        self._keep_ids(catalog.next_id)
        new = [column for column in table.columns if before.column(column.name) is None]
        filled = {c.name for c in definition.columns if c.default is not None and c.default.with_values}
        for column in new:
            self._add_storage(column, table, column.name in filled)
        self.table = table
        self._verify(before, table, check)

    def _keep_ids(self, next_id: int) -> None:
        current = self._catalog()
        if next_id > current.next_id and self.database != "tempdb":
            self.session.change_catalog(replace(current, next_id=next_id))

    def _add_storage(self, column: Column, table: Table, with_values: bool) -> None:
        if column.computed and not column.persisted:
            return
        rows = self._rows()
        supplied = column.identity is not None or column.is_generated or column.default is not None
        if not column.nullable and not supplied and rows:
            raise error(4901, column.name, self.table.name, line=self.node.line)
        name = quoted(column.name)
        self.definitions.write(f"ALTER TABLE {table.storage} ADD COLUMN {name} {duck_type(column.type)}")
        if not rows:
            return
        if column.identity is not None:
            self._number_rows(column, table, rows)
        elif column.type.name == "rowversion":
            self._stamp_rows(name, table, rows)
        elif column.computed:
            self._compute_rows(column, table)
        elif column.default is not None and (with_values or not column.nullable):
            self._fill(column, table)

    def _number_rows(self, column: Column, table: Table, rows: int) -> None:
        """Existing rows are numbered in their order."""
        assert column.identity is not None
        seed, step = column.identity
        self._set_by_position(
            quoted(column.name), table, f"CAST({seed} + {step} * (n - 1) AS {duck_type(column.type)})"
        )
        counters = self.session.engine.counters
        counters.next_of(self.database, table)
        counters.used(self.database, table, rows)

    def _stamp_rows(self, name: str, table: Table, rows: int) -> None:
        counters = self.session.engine.counters
        first = counters.rowversions(self.database)
        self._set_by_position(name, table, f"unhex(printf('%016x', {first} + n - 1))")
        counters.rowversions_used(self.database, first, rows)

    def _set_by_position(self, name: str, table: Table, value: str) -> None:
        """Set a column from `n`, the position of its row, from 1."""
        numbered = f"SELECT rowid AS r, row_number() OVER (ORDER BY rowid) AS n FROM {table.storage}"
        self.definitions.write(
            f"UPDATE {table.storage} AS t SET {name} = {value} FROM ({numbered}) AS s WHERE t.rowid = s.r"
        )

    def _compute_rows(self, column: Column, table: Table) -> None:
        compiler = self.definitions.compiler()
        value = compiler.value(parse_value(column.computed), Place(Scope([relation_of(self.table)])))
        self._update(column, f"UPDATE {table.storage} AS t SET {quoted(column.name)} = {value.sql}", compiler)

    def _fill(self, column: Column, table: Table) -> None:
        compiler = self.definitions.compiler()
        assert column.default is not None
        value = compiler.value(parse_value(column.default.text), Place(Scope()))
        fitted = compiler.stored(value, column, self._name(), "ALTER TABLE", self.node.line)
        self._update(column, f"UPDATE {table.storage} SET {quoted(column.name)} = {fitted}", compiler)

    def _update(self, column: Column, sql: str, compiler: object) -> None:
        references = compiler.context.references  # type: ignore[attr-defined]
        self.definitions.write(sql, tuple(self.definitions.evaluator.parameters(references)))

    def _verify(self, before: Table, table: Table, check: bool) -> None:
        """Existing rows must meet what was added, unless WITH NOCHECK."""
        for index in table.indexes:
            if index.unique and index not in before.indexes:
                self.definitions.check_unique(table, index, 1505)
        for column in table.columns:
            was = before.column(column.name)
            if was is not None and was.nullable and not column.nullable:
                self._column().no_nulls(column)
        if check:
            self._verify_checks(before, table)
            self._verify_references(before, table)
        else:
            checks = tuple(replace(c, trusted=False) if c not in before.checks else c for c in table.checks)
            foreign = tuple(
                replace(k, trusted=False) if k not in before.foreign_keys else k for k in table.foreign_keys
            )
            self.table = replace(table, checks=checks, foreign_keys=foreign)

    def _verify_checks(self, before: Table, table: Table) -> None:
        compiler = self.definitions.compiler()
        for check in table.checks:
            if check in before.checks or check.disabled:
                continue
            condition = compiler.condition(parse_condition(check.text), Place(Scope([relation_of(table)])))
            row = self.session.executor.read(
                f"SELECT 1 FROM {table.storage} AS t WHERE NOT {condition} LIMIT 1"
            ).fetchone()
            if row is not None:
                raise self._conflict(check, table)

    def _conflict(self, check: Check, table: Table) -> TsqlError:
        where = f", column '{check.column}'" if check.column else ""
        places = ("ALTER TABLE", "CHECK", check.name, self.database, table.full_name, where)
        return error(547, *places, line=self.node.line)

    def _verify_references(self, before: Table, table: Table) -> None:
        added = replace(
            table, foreign_keys=tuple(k for k in table.foreign_keys if k not in before.foreign_keys)
        )
        environment = SessionEnvironment(self.session)
        for check in reference_checks(added, self._name(), "ALTER TABLE", table.storage, None, environment):
            row = self.session.executor.read(check.sql).fetchone()
            if row is not None:
                raise check.violation(row)

    # DROP CONSTRAINT

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
            raise self._missing(action.names[0])
        self.table = changed

    def _missing(self, name: str) -> TsqlError:
        if self._is_elsewhere(name.lower()):
            return error(3733, name, self.table.name, line=self.node.line)
        return error(3728, name, line=self.node.line)

    def _is_elsewhere(self, name: str) -> bool:
        return any(
            taken.lower() == name
            for other in self._catalog().tables()
            if other.schema.lower() == self.table.schema.lower()
            for _, taken, _ in other.constraints()
        )

    def _unreferenced(self, name: str, columns: set[str]) -> None:
        for other in self._catalog().tables():
            for foreign in other.foreign_keys:
                referenced = {column.lower() for column in foreign.referenced}
                if foreign.references(self.table) and referenced == columns:
                    raise error(3725, name, other.name, foreign.name, line=self.node.line)

    # CHECK and NOCHECK CONSTRAINT

    def _switch_constraints(self, action: n.AlterAction) -> None:
        disabled = action.kind == "NOCHECK"
        before = self.table
        names = self._switchable(action)

        def switched(constraint: _Switched) -> _Switched:
            if names and constraint.name.lower() not in names:
                return constraint
            kept = constraint.trusted and not disabled and not constraint.disabled
            return replace(constraint, disabled=disabled, trusted=kept or action.with_check is True)

        self.table = replace(
            before,
            checks=tuple(map(switched, before.checks)),
            foreign_keys=tuple(map(switched, before.foreign_keys)),
        )
        if not disabled and action.with_check is True:
            self._verify_checks(before, self.table)
            self._verify_references(before, self.table)

    def _switchable(self, action: n.AlterAction) -> set[str]:
        """The names, all of them constraints that can be switched. Errors 4917, 11415."""
        known = {c.name.lower() for c in self.table.checks}
        known |= {k.name.lower() for k in self.table.foreign_keys}
        others = {name.lower() for _, name, _ in self.table.constraints()}
        for name in action.names:
            if name.lower() not in known:
                number = 11415 if name.lower() in others else 4917
                problem = error(4916, line=action.line)
                problem.causes = (error(number, name, line=action.line),)
                raise problem
        return {name.lower() for name in action.names}
