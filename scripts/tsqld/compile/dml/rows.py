"""Rows as a table stores them: converted, complete, numbered and checked."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from tsqld.binder.bound import Bound
from tsqld.binder.scope import Relation, RelationColumn, Scope, quoted
from tsqld.catalog.model import Column, Table
from tsqld.compile import operations as f
from tsqld.compile.cascades import Raw
from tsqld.compile.checks import check_texts
from tsqld.compile.context import Context, FullName, Reference
from tsqld.compile.dml.plan import Option, Target, is_stored, row_relation
from tsqld.compile.dml.targets import TargetCompiler
from tsqld.compile.expressions import Place
from tsqld.compile.triggered import fires, refuse_output, replaced
from tsqld.errors import error
from tsqld.functions.sqltext import duck_type
from tsqld.syntax import nodes as n
from tsqld.syntax.walk import parse_condition, parse_value, walk
from tsqld.types import BIGINT


class RowCompiler(TargetCompiler):
    """Adds what columns and CHECK constraints demand of a row."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.unchecked = False
        """Whether CHECK and FOREIGN KEY constraints are left aside, as BULK INSERT leaves them."""
        self.fires_instead = True
        """Whether INSTEAD OF triggers stand in for changes: not for those of BULK INSERT."""
        self._replaced = False
        """Whether one does for the change being compiled: its rows are not stored."""

    def value(self, node: n.Expression, place: Place) -> Bound:
        if isinstance(node, Raw):
            return node.make(place.scope.relations[0].alias)
        return super().value(node, place)

    def condition(self, node: n.Expression, place: Place) -> str:
        if isinstance(node, Raw):
            return node.make(place.scope.relations[0].alias).sql
        return super().condition(node, place)

    def default_of(self, column: Column) -> Bound:
        """A column's DEFAULT, or NULL."""
        if column.default is None:
            return f.null()
        self.row_by_row, before = True, self.row_by_row
        with self.context.environment.trusted():
            value = self.value(parse_value(column.default.text), Place(Scope()))
        self.row_by_row = before
        return f.convert(value, column.type)

    def stored(self, value: Bound, column: Column, name: FullName, verb: str, line: int) -> str:
        """A value as `column` stores it: converted, fitting (2628), not NULL where it must not be (515)."""
        database = "tempdb" if name.name.startswith("#") else name.database
        table = f"{database}.{name.schema}.{name.name}" if name.schema else name.name
        fitted = f.assigned(value, column.type, table, column.name, line)
        if column.nullable or self._replaced:
            return fitted.sql
        return f.not_null(fitted, error(515, column.name, table, verb).message)

    def _rowversion(self, table: Table, name: FullName) -> str:
        """The next row versions of the database in row order, as eight bytes."""
        first = self.context.parameter(Reference("rowversion", name.database), BIGINT)
        return f"unhex(printf('%016x', {first} + row_number() OVER () - 1))"

    def _versioned(self, target: Target, new: dict[str, tuple[Column, str]]) -> None:
        """Every changed row gets a new row version."""
        for column in target.table.columns:
            if column.type.name == "rowversion" and new:
                new[column.name.lower()] = (column, self._rowversion(target.table, target.name))

    def _identity_text(self, table: Table, column: Column, ordinal: str) -> str:
        """Identity values in the order of `ordinal`, which numbers the rows from 0; the engine supplies the
        first and learns the count."""
        assert column.identity is not None
        first = self.context.parameter(Reference("identity", table.storage), BIGINT)
        step = column.identity[1]
        return identity_value(f"{first} + {ordinal} * {step}", column)

    def _with_persisted(self, table: Table, name: FullName, rows: str, line: int) -> str:
        """`rows` with the computed columns that are stored, in the order the table stores its columns."""
        if not any(column.computed and column.persisted for column in table.columns):
            return rows
        alias = self.context.alias("n")
        place = Place(Scope([row_relation(table, alias)]))
        parts = []
        for column in table.columns:
            if not is_stored(column):
                continue
            sql = f"{alias}.{quoted(column.name)}"
            if column.computed:
                with self.context.environment.trusted():
                    value = self.value(parse_value(column.computed), place)
                sql = self.stored(value, column, name, "INSERT", line)
            parts.append(f"{sql} AS {quoted(column.name)}")
        return f"SELECT {', '.join(parts)} FROM ({rows}) AS {alias}"

    def after_image(
        self, target: Target, base: Relation, new: dict[str, tuple[Column, str]], line: int
    ) -> Relation:
        """A table's rows as a change leaves them: `new` over what they were. Computed columns follow what
        they are computed from; those that are stored enter `new`."""
        table = target.table
        if not new:
            return base
        columns = {
            seen.name: replace(seen, sql=new[seen.name.lower()][1]) if seen.name.lower() in new else seen
            for seen in base.columns
        }
        image = replace(base, columns=tuple(columns.values()), access=None)
        for column in table.columns:
            if not column.computed:
                continue
            with self.context.environment.trusted():
                value = self.value(parse_value(column.computed), Place(Scope([image])))
            if column.persisted:
                sql = self.stored(value, column, target.name, "UPDATE", line)
                new[column.name.lower()] = (column, sql)
            else:
                sql = f.convert(value, column.type).sql
            columns[column.name] = replace(columns[column.name], sql=sql)
        return replace(image, columns=tuple(columns.values()))

    def checked(self, target: Target, rows: str, verb: str) -> str:
        """`rows` behind a filter that raises what `check_tests` says."""
        alias = self.context.alias("n")
        tests = self.check_tests(target, verb, self.row_relation(target.table, alias))
        return f"SELECT {alias}.* FROM ({rows}) AS {alias} WHERE {' AND '.join(tests)}" if tests else rows

    def check_tests(
        self,
        target: Target,
        verb: str,
        rows: Relation,
        changed: Collection[str] | None = None,
        only: str = "",
    ) -> list[str]:
        """Conditions that raise 547 for a row that violates a CHECK constraint on `changed` columns, and 550
        for one outside the view it is changed through, if the condition `only` holds for it."""
        name = target.name
        tests: list[str] = []
        if self._replaced:
            return tests
        for option in target.options:
            test = self.condition(option.where, Place(Scope([_as_in(option, rows)])))
            inside = f"coalesce({test}, FALSE)"
            spoiled = f"{only} AND NOT {inside}" if only else f"NOT {inside}"
            problem = f"CAST({f.raise_error(550)} AS BOOLEAN)"
            tests.append(f"(CASE WHEN {spoiled} THEN {problem} ELSE TRUE END)")
        for check in () if self.unchecked else check_texts(target.table):
            if changed is not None and not _mentions(check.text, changed):
                continue
            with self.context.environment.trusted():
                condition = self.condition(
                    parse_condition(check.text), Place(Scope([replace(rows, access=None)]))
                )
            where = f", column '{check.column}'" if check.column else ""
            database, shown = name.database, name.two_part
            if target.table.is_temporary:
                own = target.table.name
                database, shown = "tempdb", own if own.startswith("@") else f"dbo.{own}"
            places = (verb, "CHECK", check.name, database, shown, where)
            problem = f.raise_error(547, *places, state=0)
            spoiled = f"{only} AND NOT {condition}" if only else f"NOT {condition}"
            tests.append(f"(CASE WHEN {spoiled} THEN CAST({problem} AS BOOLEAN) ELSE TRUE END)")
        return tests

    def filter_text(self, table: Table, alias: str, text: str) -> str:
        """The condition of a filtered index over rows called `alias`."""
        return self.condition(parse_condition(text), Place(Scope([self.row_relation(table, alias)])))

    def row_relation(self, table: Table, alias: str, prefix: str = "") -> Relation:
        """`row_relation`, with the computed columns that are not stored."""
        relation = row_relation(table, alias, prefix)
        place = Place(Scope([relation]))
        columns = {column.name: column for column in relation.columns}
        for column in table.columns:
            if not is_stored(column):
                value = f.convert(self.value(parse_value(column.computed), place), column.type)
                columns[column.name] = RelationColumn(column.name, value.sql, column.type, column.nullable)
        return replace(relation, columns=tuple(columns[column.name] for column in table.columns))

    def topped(self, top: n.Top | None, rows: str) -> str:
        """The rows that TOP leaves, which of them is anybody's guess."""
        if top is None:
            return rows
        if top.with_ties:
            raise error(1062, line=top.line)
        count = self._top_count(top)
        if top.percent:
            alias = self.context.alias("q")
            count = f"(SELECT CAST(ceil(count(*) * {count} / 100.0) AS BIGINT) FROM ({rows}) AS {alias})"
        return f"{rows} LIMIT {count}"

    def _fires(self, target: Target, node: n.Insert | n.Update | n.Delete | n.Merge, event: str) -> bool:
        """Whether triggers wait for a change; they must be able to see whole rows. Error 334."""
        if not fires(self.context.environment, target.table, target.name, event):
            return False
        refuse_output(node)
        return True

    def _stands_in(self, target: Target, node: n.Insert | n.Update | n.Delete, event: str) -> bool:
        """Whether an INSTEAD OF trigger replaces a change. Error 334."""
        environment = self.context.environment
        if not self.fires_instead:
            return False
        if target.table.kind != "V" and not replaced(environment, target.table, target.name.database, event):
            return False
        refuse_output(node)
        return True


def identity_value(number: str, column: Column) -> str:
    """A number as a value of an identity column. Error 8115 when the column is full."""
    full = f.raise_error(8115, "IDENTITY", column.type.name, state=1)
    return f"coalesce(TRY_CAST({number} AS {duck_type(column.type)}), {full})"


def _as_in(option: Option, rows: Relation) -> Relation:
    """Rows of a table under the names that a view's condition has for them."""
    columns = []
    for exposed, base in option.columns.items():
        column = rows.column(base)
        if column is not None:
            columns.append(replace(column, name=exposed))
    return replace(rows, names=option.names, columns=tuple(columns))


def _mentions(text: str, columns: Collection[str]) -> bool:
    return any(
        isinstance(node, n.ColumnName) and node.parts[-1].lower() in columns
        for node in walk(parse_condition(text))
    )
