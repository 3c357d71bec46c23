"""INSERT."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from tsqld.binder.bound import Bound
from tsqld.binder.scope import Relation, Scope, quoted
from tsqld.catalog.model import Column, Table
from tsqld.compile import operations as f
from tsqld.compile.checks import (
    FIRST_LOCAL_ROW,
    KeyCheck,
    appended,
    ignored_duplicates,
    key_checks,
    reference_checks,
)
from tsqld.compile.context import Context, FullName
from tsqld.compile.dml.outputs import OutputCompiler
from tsqld.compile.dml.plan import CHANGE, SPOOL, ChangePlan, OutputPlan, Target, as_named, is_stored
from tsqld.compile.expressions import Place
from tsqld.compile.text import OutColumn, QueryText, cte_relation
from tsqld.compile.triggered import Fired, new_rows
from tsqld.errors import TsqlError, error, unsupported
from tsqld.functions.sqltext import duck_type
from tsqld.syntax import nodes as n


class InsertCompiler(OutputCompiler):
    """Adds INSERT."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._nested: tuple[str, Relation] | None = None

    def changed(self, node: n.Insert | n.Update | n.Delete | n.Merge) -> ChangePlan:
        """Any change; given by the class below."""
        raise NotImplementedError

    def insert(self, node: n.Insert) -> ChangePlan:
        nested = nested_change(node)
        if nested is not None and self._nested is None:
            return self._insert_nested(node, nested)
        visible = self._statement_ctes(node.ctes, node.max_recursion)
        target = self.target(node.target, node.columns, node.ctes, "INSERT")
        self._refuse_target(target, node.line)
        self.context.environment.demand_change("INSERT", target.access, target.table)
        columns = [] if node.source is None else self._insert_columns(node, target)
        text = self._insert_source(node, target, columns, visible)
        return self.insert_text(node, target, columns, text)

    def _insert_nested(self, node: n.Insert, nested: n.ChangeSource) -> ChangePlan:
        """INSERT … SELECT … FROM (a change with OUTPUT): the plan of that change, its output inserted."""
        plan = type(self)(Context(self.context.environment)).changed(nested.statement)
        (output,) = plan.outputs
        columns = self._named_columns(output.columns, nested.columns, nested.alias, nested.line)
        alias = self.context.alias()
        listed = ", ".join(f"o{position} AS c{i}" for i, position in enumerate(output.positions, 1))
        text = f"(SELECT {listed} FROM {CHANGE}) AS {alias}"
        self._nested = text, cte_relation(alias, nested.alias, columns)
        into = self.insert(node)
        table = into.table
        if into.fired:
            raise error(355, table.name, line=node.line)
        reference = next((check for check in (*into.checks, *into.after) if check.number == 547), None)
        if reference is not None:
            raise error(356, table.name, reference.places[2], line=node.line)
        return replace(plan, outputs=(OutputPlan(output.columns, output.positions, into),), nested=True)

    def _leaf(self, source: n.Source, scope: Scope, lateral: bool) -> tuple[str, Relation]:
        if not isinstance(source, n.ChangeSource):
            return super()._leaf(source, scope, lateral)
        if self._nested is None:
            raise error(10729, line=source.line)
        return self._nested

    def insert_rows_plan(
        self, target_node: n.Target, columns: Sequence[str], text: QueryText, line: int
    ) -> ChangePlan:
        """An INSERT of rows that other compiled text yields: OUTPUT INTO, INSERT … EXEC, BULK INSERT."""
        target = self.target(target_node, columns, (), "INSERT" if self.fires_instead else "")
        self.context.environment.demand_change("INSERT", target.access, target.table)
        node = n.Insert(line, target_node, tuple(columns), None)
        chosen = self._insert_columns(node, target)
        if len(text.columns) != len(chosen):
            raise error(213, line=line)
        return self.insert_text(node, target, chosen, text)

    def _refuse_target(self, target: Target, line: int) -> None:
        if target.table.kind == "S":
            raise error(259, line=line)

    def _insert_columns(self, node: n.Insert, target: Target) -> list[Column]:
        if node.columns:
            chosen = self._columns_named(node, target)
            seen: set[str] = set()
            for column in chosen:
                if column.name.lower() in seen:
                    raise error(264, column.name, line=node.line)
                seen.add(column.name.lower())
            for column in chosen:
                if column.is_generated:
                    raise error(271 if column.computed else 273, column.name, line=node.line)
            return chosen
        if target.closed:
            raise error(next(iter(target.closed.values())), target.exposed, line=node.line)
        explicit = self._identity_insert(target.table)
        return [
            column for column in target.order if not column.is_generated and (explicit or not column.identity)
        ]

    def _columns_named(self, node: n.Insert, target: Target) -> list[Column]:
        found = []
        for position, name in enumerate(node.columns):
            try:
                found.append(target.column(name, node.line))
            except TsqlError as problem:
                self.context.note(node, position, problem)
        return found

    def _identity_insert(self, table: Table) -> bool:
        """Whether SET IDENTITY_INSERT is ON for a table."""
        return self.context.environment.identity_insert == table.storage

    def _insert_source(
        self, node: n.Insert, target: Target, columns: Sequence[Column], visible: Mapping[str, object]
    ) -> QueryText:
        if node.source is None:
            return QueryText("SELECT 1", ())
        if isinstance(node.source, n.Query):
            text = self.query(node.source, None, visible)
            self._refuse_identity(node, target, len(text.columns))
            if len(text.columns) != len(columns):
                number = 121 if len(text.columns) > len(columns) else 120
                raise error(number if node.columns else 213, line=node.line)
            return text
        if isinstance(node.source, n.Execute):
            raise unsupported("INSERT … EXEC here", node.line)
        return self._value_rows(node, node.source, target, columns)

    def _refuse_identity(self, node: n.Insert, target: Target, given: int) -> None:
        """A value for the identity column needs a column list. Error 8101."""
        places = [column for column in target.order if not column.is_generated]
        if not node.columns and target.table.identity in places and given == len(places):
            raise error(8101, target.table.name, line=node.line)

    def _value_rows(
        self,
        node: n.Insert,
        rows: tuple[tuple[n.Expression, ...], ...],
        target: Target,
        columns: Sequence[Column],
    ) -> QueryText:
        place = Place(Scope())
        bound: list[list[Bound]] = []
        if len(rows) > 1000:
            raise error(10738, line=node.line)
        if any(len(row) != len(rows[0]) for row in rows):
            raise error(10709, line=node.line)
        self.row_by_row = len(rows) > 1
        for written in rows:
            row = written if node.columns else self._without_rowversion(written, target, columns, node.line)
            self._refuse_identity(node, target, len(row))
            if len(row) != len(columns):
                if not node.columns:
                    raise error(213, line=node.line)
                raise error(110 if len(row) > len(columns) else 109, line=node.line)
            bound.append(
                [
                    self.default_of(column) if isinstance(item, n.Default) else self.value(item, place)
                    for item, column in zip(row, columns, strict=True)
                ]
            )
        self.row_by_row = False
        if len(bound) == 1:
            listed = ", ".join(f"{value.sql} AS c{i}" for i, value in enumerate(bound[0], 1))
            out = tuple(
                OutColumn("", v.type, v.nullable, literal=v if v.is_literal else None) for v in bound[0]
            )
            return QueryText(f"SELECT {listed}", out)
        return self.rows_text(bound, node.line)

    def _without_rowversion(
        self, row: tuple[n.Expression, ...], target: Target, columns: Sequence[Column], line: int
    ) -> tuple[n.Expression, ...]:
        """A row without the DEFAULT that stands for a row version. Error 273."""
        places = [column for column in target.order if column in columns or column.type.name == "rowversion"]
        if len(places) == len(columns) or len(row) != len(places):
            return row
        kept = []
        for item, column in zip(row, places, strict=True):
            if column.type.name != "rowversion":
                kept.append(item)
            elif not isinstance(item, n.Default):
                raise error(273, line=line)
        return tuple(kept)

    def insert_text(
        self, node: n.Insert, target: Target, columns: Sequence[Column], text: QueryText
    ) -> ChangePlan:
        """The plan of an INSERT whose rows `text` yields."""
        table = target.table
        source = text.sql
        if node.top is not None:
            source = self.topped(node.top, f"SELECT * FROM ({source}) AS {self.context.alias('q')}")
        unnumbered = source
        if table.identity is not None and not text.ordinal and not any(column.identity for column in columns):
            source = f"SELECT *, row_number() OVER () - 1 AS ordinal FROM ({source})"
            text = replace(text, ordinal="ordinal")
        self._replaced = self._stands_in(target, node, "INSERT")
        rows, identity, explicit = self._new_rows(target, columns, text, source, node.line)
        outputs, output_values = self._insert_outputs(node, target)
        stored = [column for column in table.columns if is_stored(column)]
        names = ", ".join(quoted(column.name) for column in stored)
        fired = self._replaced or self._fires(target, node, "INSERT")
        skips = () if self._replaced else ignored_duplicates(table, CHANGE, self.filter_text)
        needs_change = bool(outputs or skips) or self.context.volatile or fired
        fresh = CHANGE if needs_change else appended(table)
        checks = () if self._replaced else self._insert_checks(table, target.name, fresh, bool(explicit))
        with_text = self._with_text() if node.ctes else ""
        reads = frozenset(self.context.reads)
        references = tuple(self.context.references)
        if not needs_change:
            insert = f"INSERT INTO {table.storage} ({names}) "
            spool = f"{with_text}{unnumbered}" if identity and reads and unnumbered != source else ""
            positions = f"SELECT *, rowid - {FIRST_LOCAL_ROW} AS ordinal FROM {SPOOL}"
            return ChangePlan(
                "INSERT",
                table,
                target.name,
                references,
                "",
                (f"{insert}{with_text}{rows}",),
                after=checks,
                identity=identity,
                explicit_identity=explicit,
                reads=reads,
                spool=spool,
                spooled=f"{insert}{rows.replace(source, positions, 1)}" if spool else "",
            )
        change = rows
        if output_values:
            alias = "n"
            listed = ", ".join(f"{value.sql} AS o{i}" for i, value in enumerate(output_values, 1))
            change = f"SELECT {alias}.*, {listed} FROM ({rows}) AS {alias}"
        apply = f"INSERT INTO {table.storage} ({names}) SELECT {names} FROM {CHANGE}"
        return ChangePlan(
            "INSERT",
            table,
            target.name,
            references,
            f"{with_text}{change}",
            () if self._replaced else (apply,),
            checks,
            outputs=outputs,
            identity=identity and not self._replaced,
            explicit_identity="" if self._replaced else explicit,
            reads=reads,
            fired=(Fired("INSERT", new_rows(table), instead=self._replaced),) if fired else (),
            skips=skips,
        )

    def _insert_checks(
        self, table: Table, name: FullName, fresh: str, explicit: bool
    ) -> tuple[KeyCheck, ...]:
        """What an INSERT can violate. A key that holds an identity the engine numbers, it cannot."""
        checks = key_checks(table, name, "INSERT", fresh, self.filter_text)
        identity = table.identity.name.lower() if table.identity and not explicit else ""
        kept = tuple(check for check in checks if identity not in check.columns)
        if self.unchecked:
            return kept
        return kept + reference_checks(table, name, "INSERT", fresh, None, self.context.environment)

    def _new_rows(
        self, target: Target, columns: Sequence[Column], text: QueryText, source: str, line: int
    ) -> tuple[str, bool, str]:
        """DuckDB text of the rows as they will be stored, checked and complete.

        Returns the text, whether the engine numbers the identity column, and the column's name when the
        statement gives its values.
        """
        table, name = target.table, target.name
        alias = self.context.alias("q")
        given = {column.name.lower(): i for i, column in enumerate(columns, 1)}
        explicit = next((column.name for column in columns if column.identity), "")
        if explicit and not self._identity_insert(table):
            raise error(544, table.name, line=line)
        if table.identity and not explicit and self._identity_insert(table):
            raise error(545, table.name, line=line)
        parts = []
        for column in table.columns:
            if not is_stored(column) or column.computed:
                continue
            if column.name.lower() in given:
                position = given[column.name.lower()]
                out = text.columns[position - 1]
                value = replace(out.bound, sql=f"{alias}.c{position}")
                if out.literal is not None and out.literal.is_null:
                    value = f.null()
            elif self._replaced and (column.identity or column.type.name == "rowversion"):
                empty = "NULL" if column.identity is None else "0"
                parts.append(f"CAST({empty} AS {duck_type(column.type)}) AS {quoted(column.name)}")
                continue
            elif column.identity:
                ordinal = text.ordinal and f"{alias}.{text.ordinal}"
                parts.append(f"{self._identity_text(table, column, ordinal)} AS {quoted(column.name)}")
                continue
            elif column.type.name == "rowversion":
                parts.append(f"{self._rowversion(table, name)} AS {quoted(column.name)}")
                continue
            else:
                value = self.default_of(column)
            parts.append(f"{self.stored(value, column, name, 'INSERT', line)} AS {quoted(column.name)}")
        rows = (
            f"SELECT {', '.join(parts)} FROM ({source}) AS {alias}" if parts else f"SELECT 1 FROM ({source})"
        )
        rows = self._with_persisted(table, name, rows, line)
        return self.checked(target, rows, "INSERT"), bool(table.identity) and not explicit, explicit

    def _insert_outputs(self, node: n.Insert, target: Target) -> tuple[tuple[OutputPlan, ...], list[Bound]]:
        rows = as_named(target, self.row_relation(target.table, "n"), "inserted")
        scope = Scope([replace(rows, access=target.access)])
        return self._outputs(node.outputs, scope)


def nested_change(node: n.Insert) -> n.ChangeSource | None:
    """The change that an INSERT takes its rows from. Errors 10716, 10717, 10720, 10721, 10722."""
    body = node.source.body if isinstance(node.source, n.Query) else None
    if not isinstance(body, n.Select) or len(body.sources) != 1:
        return None
    source = body.sources[0]
    if not isinstance(source, n.ChangeSource):
        return None
    assert isinstance(node.source, n.Query)
    statement = source.statement
    if not statement.outputs:
        raise error(10716, line=source.line)
    if any(output.into is not None for output in statement.outputs):
        raise error(10720, line=source.line)
    if getattr(statement, "cursor", ""):
        raise error(10721, line=source.line)
    if body.distinct:
        raise error(10722, line=source.line)
    clauses = {"GROUP BY": body.group_by, "HAVING": body.having, "ORDER BY": node.source.order_by}
    for word, found in clauses.items():
        if found:
            raise error(10717, word, line=source.line)
    if node.outputs:
        raise unsupported("OUTPUT of an INSERT from a nested change", node.line)
    return source
