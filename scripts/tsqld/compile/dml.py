"""Compiles INSERT, UPDATE, DELETE and MERGE into change plans.

A change plan computes its rows once. Where keys, references or OUTPUT must look at them, they are first put
into a *change set* (a DuckDB temp table, `{change}` in the texts), checked there, then applied by row
identity; else one DuckDB statement does it all. Constraints live in the catalog: DuckDB knows none of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from tsqld.binder.bound import Bound
from tsqld.binder.scope import Relation, RelationColumn, Scope, quoted
from tsqld.catalog.model import Column, Module, Table
from tsqld.compile import operations as f
from tsqld.compile.cascades import Action, Raw, actions
from tsqld.compile.checks import KeyCheck, appended, check_texts, delete_checks, key_checks, reference_checks
from tsqld.compile.context import Context, FullName, Reference, resolve_object
from tsqld.compile.expressions import Place
from tsqld.compile.queries import CteName, QueryCompiler, is_aggregate
from tsqld.compile.text import OutColumn, QueryText
from tsqld.compile.triggered import Fired, fires, new_rows, old_rows, refuse_output
from tsqld.errors import TsqlError, error, unsupported
from tsqld.functions.sqltext import duck_type
from tsqld.syntax import nodes as n
from tsqld.syntax.walk import parse_condition, parse_module, parse_value, walk
from tsqld.types import BIGINT

CHANGE = "{change}"


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
    counts the rows that take an identity value where not all do.
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
    counted: str = ""
    fired: tuple[Fired, ...] = ()
    cascades: tuple[ChangePlan, ...] = ()


@dataclass(frozen=True, slots=True)
class _Target:
    """A resolved DML target: the base table, its columns as the statement names them, its relation in
    scope."""

    table: Table
    name: FullName
    visible: Mapping[str, Column]
    order: tuple[Column, ...]

    def column(self, name: str, line: int) -> Column:
        found = self.visible.get(name.lower())
        if found is None:
            raise error(207, name, line=line)
        return found


class DmlCompiler(QueryCompiler):
    """Adds statements that change rows."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.unchecked = False
        """Whether CHECK and FOREIGN KEY constraints are left aside, as BULK INSERT leaves them."""
        self._with: list[str] = []
        self._expose = False
        self._base_names: dict[tuple[str, str], str] = {}
        self._cte_definitions: dict[str, n.CommonTable] = {}
        self._cte_scopes: dict[str, dict[str, object]] = {}

    # targets

    def _target(self, target: n.Target) -> _Target:
        """The base table a target names, through updatable views and synonyms."""
        if target.variable:
            table = self.context.environment.table_variable(target.variable)
            if table is None:
                raise error(1087, target.variable, line=target.line)
            return _whole(table, FullName(self.context.environment.database, "", target.variable))
        found, name = resolve_object(self.context.environment, target.name, target.line)
        if isinstance(found, Table):
            if len(target.name) == 1 and found is self.context.environment.special_table(name.name):
                raise error(286, line=target.line)
            return _whole(found, name)
        if isinstance(found, Module) and found.kind == "VIEW":
            return self._through_view(found, target.line)
        raise error(208, ".".join(target.name), line=target.line)

    def _through_view(self, module: Module, line: int) -> _Target:
        """A view over one table, whose columns are that table's columns."""
        definition = parse_module(module.text)
        query = definition.query
        body = query.body if query else None
        if (
            not isinstance(body, n.Select)
            or len(body.sources) != 1
            or not isinstance(body.sources[0], n.TableSource)
        ):
            raise error(4405, module.full_name, line=line)
        if body.group_by or body.distinct or body.top or (query and query.ctes):
            raise error(4406, module.full_name, line=line)
        if body.where is not None and definition.check_option:
            raise unsupported("changes through a view WITH CHECK OPTION", line)
        inner = self._target(n.Target(line, body.sources[0].name))
        scope = Scope()
        self.from_clause(body.sources, scope)
        visible: dict[str, Column] = {}
        order: list[Column] = []
        columns, _ = self._items(body, Place(scope))
        for position, column in enumerate(columns):
            if column.source is None:
                continue
            base = inner.column(column.source.name, line)
            name = definition.columns[position] if definition.columns else column.name
            visible[name.lower()] = base
            order.append(base)
        return _Target(inner.table, inner.name, visible, tuple(order))

    # INSERT

    def insert(self, node: n.Insert) -> ChangePlan:
        visible = self._statement_ctes(node.ctes)
        target = self._target(node.target)
        self._refuse_target(target, node.line)
        columns = [] if node.source is None else self._insert_columns(node, target)
        text = self._insert_source(node, target, columns, visible)
        return self.insert_text(node, target, columns, text)

    def insert_rows_plan(
        self, target_node: n.Target, columns: Sequence[str], text: QueryText, line: int
    ) -> ChangePlan:
        """An INSERT of rows that other compiled text yields: OUTPUT INTO, INSERT … EXEC, BULK INSERT."""
        target = self._target(target_node)
        node = n.Insert(line, target_node, tuple(columns), None)
        chosen = self._insert_columns(node, target)
        if len(text.columns) != len(chosen):
            raise error(213, line=line)
        return self.insert_text(node, target, chosen, text)

    def _statement_ctes(self, ctes: Sequence[n.CommonTable]) -> dict[str, object]:
        """Common tables of a DML statement, expanded where they are named."""
        visible: dict[str, object] = {}
        self._with = [self._common_table(cte, visible, None) for cte in ctes]
        return visible

    def _with_text(self) -> str:
        if not self._with:
            return ""
        recursive = "RECURSIVE " if any("UNION ALL" in item for item in self._with) else ""
        return f"WITH {recursive}{', '.join(self._with)} "

    def _refuse_target(self, target: _Target, line: int) -> None:
        if target.table.kind == "S":
            raise error(259, line=line)

    def _insert_columns(self, node: n.Insert, target: _Target) -> list[Column]:
        if node.columns:
            chosen = [target.column(name, node.line) for name in node.columns]
            seen: set[str] = set()
            for column in chosen:
                if column.name.lower() in seen:
                    raise error(264, column.name, line=node.line)
                seen.add(column.name.lower())
            for column in chosen:
                if column.is_generated:
                    raise error(271 if column.computed else 273, column.name, line=node.line)
            return chosen
        explicit = self._identity_insert(target.table)
        return [
            column for column in target.order if not column.is_generated and (explicit or not column.identity)
        ]

    def _identity_insert(self, table: Table) -> bool:
        """Whether SET IDENTITY_INSERT is ON for a table."""
        return self.context.environment.identity_insert == table.storage

    def _insert_source(
        self, node: n.Insert, target: _Target, columns: Sequence[Column], visible: Mapping[str, object]
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

    def _refuse_identity(self, node: n.Insert, target: _Target, given: int) -> None:
        """A value for the identity column needs a column list. Error 8101."""
        places = [column for column in target.order if not column.is_generated]
        if not node.columns and target.table.identity in places and given == len(places):
            raise error(8101, target.table.name, line=node.line)

    def _value_rows(
        self,
        node: n.Insert,
        rows: tuple[tuple[n.Expression, ...], ...],
        target: _Target,
        columns: Sequence[Column],
    ) -> QueryText:
        place = Place(Scope())
        bound: list[list[Bound]] = []
        if len(rows) > 1000:
            raise error(10738, line=node.line)
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
        self, row: tuple[n.Expression, ...], target: _Target, columns: Sequence[Column], line: int
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

    def default_of(self, column: Column) -> Bound:
        """A column's DEFAULT, or NULL."""
        if column.default is None:
            return f.null()
        self.row_by_row, before = True, self.row_by_row
        value = self.value(parse_value(column.default.text), Place(Scope()))
        self.row_by_row = before
        return f.convert(value, column.type)

    def insert_text(
        self, node: n.Insert, target: _Target, columns: Sequence[Column], text: QueryText
    ) -> ChangePlan:
        """The plan of an INSERT whose rows `text` yields."""
        table = target.table
        source = text.sql
        if node.top is not None:
            count = f.convert(self.value(node.top.count, Place(Scope())), BIGINT, line=node.line).sql
            source = f"SELECT * FROM ({source}) AS {self.context.alias('q')} LIMIT {count}"
        rows, identity, explicit = self._new_rows(table, target.name, columns, text, source, node.line)
        outputs, output_values = self._insert_outputs(node, target)
        stored = [column for column in table.columns if _stored(column)]
        names = ", ".join(quoted(column.name) for column in stored)
        fired = self._fires(target, node, "INSERT")
        needs_change = bool(outputs) or self.context.volatile or fired
        fresh = CHANGE if needs_change else appended(table)
        checks = self._insert_checks(table, target.name, fresh, bool(explicit))
        with_text = self._with_text() if node.ctes else ""
        reads = frozenset(self.context.reads)
        references = tuple(self.context.references)
        if not needs_change:
            direct = f"INSERT INTO {table.storage} ({names}) {with_text}{rows}"
            return ChangePlan(
                "INSERT",
                table,
                target.name,
                references,
                "",
                (direct,),
                after=checks,
                identity=identity,
                explicit_identity=explicit,
                reads=reads,
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
            (apply,),
            checks,
            outputs=outputs,
            identity=identity,
            explicit_identity=explicit,
            reads=reads,
            fired=(Fired("INSERT", new_rows(table)),) if fired else (),
        )

    def value(self, node: n.Expression, place: Place) -> Bound:
        if isinstance(node, Raw):
            return node.make(place.scope.relations[0].alias)
        return super().value(node, place)

    def condition(self, node: n.Expression, place: Place) -> str:
        if isinstance(node, Raw):
            return node.make(place.scope.relations[0].alias).sql
        return super().condition(node, place)

    def _cascades(self, acting: Sequence[Action]) -> tuple[ChangePlan, ...]:
        """The change plans of what foreign keys do in other tables."""
        plans = []
        for action in acting:
            inner = type(self)(Context(self.context.environment))
            statement = action.statement
            made = inner.delete(statement) if isinstance(statement, n.Delete) else inner.update(statement)
            plans.append(made)
        return tuple(plans)

    def _fires(self, target: _Target, node: n.Insert | n.Update | n.Delete | n.Merge, event: str) -> bool:
        """Whether triggers wait for a change; they must be able to see whole rows. Error 334."""
        if not fires(self.context.environment, target.table, target.name, event):
            return False
        refuse_output(node.outputs, target.table, node.line)
        if len(target.order) != len(target.table.columns) and event != "INSERT":
            raise unsupported(f"{event} through a view of a table that has triggers", node.line)
        return True

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

    def filter_text(self, table: Table, alias: str, text: str) -> str:
        """The condition of a filtered index over rows called `alias`."""
        return self.condition(parse_condition(text), Place(Scope([self.row_relation(table, alias)])))

    def _new_rows(
        self,
        table: Table,
        name: FullName,
        columns: Sequence[Column],
        text: QueryText,
        source: str,
        line: int,
    ) -> tuple[str, bool, str]:
        """DuckDB text of the rows as they will be stored, checked and complete.

        Returns the text, whether the engine numbers the identity column, and the column's name when the
        statement gives its values.
        """
        alias = self.context.alias("q")
        given = {column.name.lower(): i for i, column in enumerate(columns, 1)}
        explicit = next((column.name for column in columns if column.identity), "")
        if explicit and not self._identity_insert(table):
            raise error(544, table.name, line=line)
        if table.identity and not explicit and self._identity_insert(table):
            raise error(545, table.name, line=line)
        parts = []
        for column in table.columns:
            if not _stored(column) or column.computed:
                continue
            if column.name.lower() in given:
                position = given[column.name.lower()]
                out = text.columns[position - 1]
                value = replace(out.bound, sql=f"{alias}.c{position}")
                if out.literal is not None and out.literal.is_null:
                    value = f.null()
            elif column.identity:
                parts.append(f"{self._identity_text(table, column)} AS {quoted(column.name)}")
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
        return self._checked(table, name, rows, "INSERT"), bool(table.identity) and not explicit, explicit

    def _rowversion(self, table: Table, name: FullName) -> str:
        """The next row versions of the database in row order, as eight bytes."""
        first = self.context.parameter(Reference("rowversion", name.database), BIGINT)
        return f"unhex(printf('%016x', {first} + row_number() OVER () - 1))"

    def _versioned(self, target: _Target, new: dict[str, tuple[Column, str]]) -> None:
        """Every changed row gets a new row version."""
        for column in target.table.columns:
            if column.type.name == "rowversion" and new:
                new[column.name.lower()] = (column, self._rowversion(target.table, target.name))

    def _identity_text(self, table: Table, column: Column) -> str:
        """The next identity values in row order; the engine supplies the first and learns the count."""
        assert column.identity is not None
        first = self.context.parameter(Reference("identity", table.storage), BIGINT)
        step = column.identity[1]
        return f"CAST({first} + (row_number() OVER () - 1) * {step} AS {duck_type(column.type)})"

    def stored(self, value: Bound, column: Column, name: FullName, verb: str, line: int) -> str:
        """A value as `column` stores it: converted, fitting (2628), not NULL where it must not be (515)."""
        database = "tempdb" if name.name.startswith("#") else name.database
        table = f"{database}.{name.schema}.{name.name}" if name.schema else name.name
        fitted = f.assigned(value, column.type, table, column.name, line)
        if column.nullable:
            return fitted.sql
        return f.not_null(fitted, error(515, column.name, table, verb).message)

    def _with_persisted(self, table: Table, name: FullName, rows: str, line: int) -> str:
        persisted = [column for column in table.columns if column.computed and column.persisted]
        if not persisted:
            return rows
        alias = self.context.alias("n")
        scope = Scope([row_relation(table, alias)])
        parts = [
            f"{self.stored(self.value(parse_value(c.computed), Place(scope)), c, name, 'INSERT', line)} "
            f"AS {quoted(c.name)}"
            for c in persisted
        ]
        return f"SELECT {alias}.*, {', '.join(parts)} FROM ({rows}) AS {alias}"

    def _checked(self, table: Table, name: FullName, rows: str, verb: str) -> str:
        """`rows` behind a filter that raises 547 for a row that violates a CHECK constraint."""
        texts = check_texts(table)
        if not texts or self.unchecked:
            return rows
        alias = self.context.alias("n")
        scope = Scope([self.row_relation(table, alias)])
        tests = []
        for check in texts:
            condition = self.condition(parse_condition(check.text), Place(scope))
            where = f", column '{check.column}'" if check.column else ""
            problem = f.raise_error(
                547, verb, "CHECK", check.name, name.database, name.two_part, where, state=0
            )
            tests.append(f"(CASE WHEN NOT {condition} THEN CAST({problem} AS BOOLEAN) ELSE TRUE END)")
        return f"SELECT {alias}.* FROM ({rows}) AS {alias} WHERE {' AND '.join(tests)}"

    def row_relation(self, table: Table, alias: str, prefix: str = "") -> Relation:
        """`row_relation`, with the computed columns that are not stored."""
        relation = row_relation(table, alias, prefix)
        place = Place(Scope([relation]))
        columns = {column.name: column for column in relation.columns}
        for column in table.columns:
            if not _stored(column):
                value = f.convert(self.value(parse_value(column.computed), place), column.type)
                columns[column.name] = RelationColumn(column.name, value.sql, column.type, column.nullable)
        return replace(relation, columns=tuple(columns[column.name] for column in table.columns))

    # OUTPUT

    def _insert_outputs(self, node: n.Insert, target: _Target) -> tuple[tuple[OutputPlan, ...], list[Bound]]:
        rows = self.row_relation(target.table, "n")
        scope = Scope([_named(rows, "inserted")])
        return self._outputs(node.outputs, scope)

    def _outputs(
        self, outputs: Sequence[n.Output], scope: Scope
    ) -> tuple[tuple[OutputPlan, ...], list[Bound]]:
        """Compile OUTPUT items where `inserted` and `deleted` are in scope; `o1 …` in the change set."""
        plans: list[OutputPlan] = []
        values: list[Bound] = []
        for output in outputs:
            columns, bound = self._items(n.Select(output.line, output.items), Place(scope))
            first = len(values) + 1
            values += bound
            positions = tuple(range(first, first + len(bound)))
            into = self._output_into(output, columns, positions) if output.into is not None else None
            plans.append(OutputPlan(tuple(columns), positions, into))
        return tuple(plans), values

    def _output_into(
        self, output: n.Output, columns: Sequence[OutColumn], positions: Sequence[int]
    ) -> ChangePlan:
        assert output.into is not None
        listed = ", ".join(f"o{position} AS c{i}" for i, position in enumerate(positions, 1))
        inner = type(self)(Context(self.context.environment))
        text = QueryText(f"SELECT {listed} FROM {CHANGE}", tuple(columns))
        return inner.insert_rows_plan(output.into, output.into_columns, text, output.line)

    # UPDATE

    def update(self, node: n.Update) -> ChangePlan:
        visible = self._statement_ctes(node.ctes)
        scope, from_sql, relation, target = self._change_scope(node.target, node.sources, visible, node.line)
        where = self._where(node.where, scope) or self._current_of(node.cursor, relation)
        place = Place(scope)
        new: dict[str, tuple[Column, str]] = {}
        assigns: list[tuple[str, OutColumn, Bound]] = []
        for item in node.assignments:
            if any(is_aggregate(part) for part in walk(item, into_queries=False)):
                raise error(157, line=item.line)
            self._assignment(item, target, relation, place, new, assigns)
        if not new and not assigns:
            raise error(102, "SET", line=node.line)
        self._versioned(target, new)
        return self._update_plan(node, scope, from_sql, where, relation, target, new, assigns)

    def _assignment(
        self,
        item: n.Assignment,
        target: _Target,
        relation: Relation,
        place: Place,
        new: dict[str, tuple[Column, str]],
        assigns: list[tuple[str, OutColumn, Bound]],
    ) -> None:
        if not item.column:
            value = self._assigned_variable(item, place)
            assigns.append((item.variable, OutColumn("", value.type), value))
            return
        column = target.column(item.column[-1], item.line)
        if column.identity:
            raise error(8102, column.name, line=item.line)
        if column.is_generated:
            raise error(271 if column.computed else 272, column.name, line=item.line)
        if column.name.lower() in new:
            raise error(264, column.name, line=item.line)
        value = (
            self.default_of(column) if isinstance(item.value, n.Default) else self.value(item.value, place)
        )
        if item.operator != "=":
            old = relation.column(column.name)
            assert old is not None
            value = f.binary(item.operator[:-1], Bound(old.sql, old.type, old.nullable), value, item.line)
        text = self.stored(value, column, target.name, "UPDATE", item.line)
        new[column.name.lower()] = (column, text)
        if item.variable:
            assigns.append((item.variable, OutColumn("", column.type), Bound(text, column.type)))

    def _assigned_variable(self, item: n.Assignment, place: Place) -> Bound:
        if item.operator != "=":
            raise unsupported(f"{item.variable} {item.operator} in UPDATE", item.line)
        for found in walk(item.value):
            if isinstance(found, n.Variable) and found.name.lower() == item.variable.lower():
                raise unsupported("a variable that an UPDATE carries from row to row", item.line)
        return self.value(item.value, place)

    def _update_plan(
        self,
        node: n.Update,
        scope: Scope,
        from_sql: str,
        where: str,
        relation: Relation,
        target: _Target,
        new: dict[str, tuple[Column, str]],
        assigns: list[tuple[str, OutColumn, Bound]],
    ) -> ChangePlan:
        table = target.table
        stored = dict(new)
        inserted = self._inserted_relation(table, relation, stored)
        self._recomputed(table, target.name, relation, inserted, stored, node.line)
        out_scope = Scope([inserted, _named(relation, "deleted"), *scope.relations])
        outputs, output_values = self._outputs(node.outputs, out_scope)
        positions = []
        for variable, column, value in assigns:
            output_values.append(value)
            positions.append((variable, len(output_values), column))
        changed = {column.name.lower() for column, _ in stored.values()}
        fired = self._fires(target, node, "UPDATE")
        after = tuple(
            check
            for check in key_checks(table, target.name, "UPDATE", CHANGE, self.filter_text)
            if changed & set(check.columns)
        )
        checks = reference_checks(table, target.name, "UPDATE", CHANGE, changed, self.context.environment)
        after += delete_checks(table, target.name, "UPDATE", CHANGE, changed, self.context.environment)
        acting = actions(table, target.name, "UPDATE", changed, self.context.environment)
        acted = {name for action in acting for name in action.columns}
        listed = [f"{text} AS {quoted(column.name)}" for column, text in stored.values()]
        needed = ({name for check in (*checks, *after) for name in check.columns} | acted) - changed
        was = acted | {name for check in after for name in check.old_columns}
        needed_sql = [
            f"{seen.sql} AS {quoted(seen.name)}" for seen in relation.columns if seen.name.lower() in needed
        ]
        old = [
            f"{seen.sql} AS {quoted('old ' + seen.name)}"
            for seen in relation.columns
            if fired or seen.name.lower() in was
        ]
        listed += needed_sql + old
        listed += [f"{value.sql} AS o{i}" for i, value in enumerate(output_values, 1)]
        joined = " JOIN " in from_sql
        head = f"SELECT DISTINCT ON ({relation.rowid}) " if joined else "SELECT "
        limit = self._top_rows(node.top)
        rows = (
            f"{head}{', '.join([f'{relation.rowid} AS tsqld_rowid', *listed])} FROM {from_sql}{where}{limit}"
        )
        rows = self._update_checked(
            table, target.name, rows, stored, relation, from_sql, where, limit, head, listed
        )
        rows = self._with_text() + rows
        setters = ", ".join(
            f"{quoted(column.name)} = ch.{quoted(column.name)}" for column, _ in stored.values()
        )
        reads, references = frozenset(self.context.reads), tuple(self.context.references)
        needs_change = bool(
            checks or after or outputs or positions or self.context.volatile or fired or acting
        )
        if not stored:
            return ChangePlan(
                "UPDATE",
                table,
                target.name,
                references,
                rows,
                (),
                (),
                (),
                outputs,
                tuple(positions),
                reads=reads,
            )
        if needs_change:
            found = f"FROM {CHANGE} AS ch WHERE u.rowid = ch.tsqld_rowid"
            apply = f"UPDATE {table.storage} AS u SET {setters} {found}"
            return ChangePlan(
                "UPDATE",
                table,
                target.name,
                references,
                rows,
                (apply,),
                checks,
                after,
                outputs,
                tuple(positions),
                reads=reads,
                fired=(Fired("UPDATE", new_rows(table, changed), old_rows(table), frozenset(changed)),)
                if fired
                else (),
                cascades=self._cascades(acting),
            )
        direct = (
            f"UPDATE {table.storage} AS u SET {setters} FROM ({rows}) AS ch WHERE u.rowid = ch.tsqld_rowid"
        )
        return ChangePlan("UPDATE", table, target.name, references, "", (direct,), reads=reads)

    def _update_checked(
        self,
        table: Table,
        name: FullName,
        rows: str,
        stored: Mapping[str, tuple[Column, str]],
        relation: Relation,
        from_sql: str,
        where: str,
        limit: str,
        head: str,
        listed: Sequence[str],
    ) -> str:
        """Rows of an UPDATE filtered through the CHECK constraints their new values must meet."""
        texts = [check for check in check_texts(table) if _mentions(check.text, set(stored))]
        if not texts:
            return rows
        alias = self.context.alias("n")
        every = [
            f"{stored.get(seen.name.lower(), (None, seen.sql))[1]} AS {quoted('new ' + seen.name)}"
            for seen in relation.columns
        ]
        parts = ", ".join([f"{relation.rowid} AS tsqld_rowid", *listed, *every])
        rows = f"{head}{parts} FROM {from_sql}{where}{limit}"
        scope = Scope([self.row_relation(table, alias, "new ")])
        tests = []
        for check in texts:
            condition = self.condition(parse_condition(check.text), Place(scope))
            place = f", column '{check.column}'" if check.column else ""
            problem = f.raise_error(
                547, "UPDATE", "CHECK", check.name, name.database, name.two_part, place, state=0
            )
            tests.append(f"(CASE WHEN NOT {condition} THEN CAST({problem} AS BOOLEAN) ELSE TRUE END)")
        return f"SELECT {alias}.* FROM ({rows}) AS {alias} WHERE {' AND '.join(tests)}"

    def _inserted_relation(
        self, table: Table, relation: Relation, new: Mapping[str, tuple[Column, str]]
    ) -> Relation:
        columns = tuple(
            replace(seen, sql=new[seen.name.lower()][1]) if seen.name.lower() in new else seen
            for seen in relation.columns
        )
        return _named(replace(relation, columns=columns), "inserted")

    def _recomputed(
        self,
        table: Table,
        name: FullName,
        relation: Relation,
        inserted: Relation,
        stored: dict[str, tuple[Column, str]],
        line: int,
    ) -> None:
        """Stored computed columns follow the columns they are computed from."""
        for column in table.columns:
            if column.computed and column.persisted:
                value = self.value(parse_value(column.computed), Place(Scope([inserted])))
                stored[column.name.lower()] = (column, self.stored(value, column, name, "UPDATE", line))

    def _where(self, where: n.Expression | None, scope: Scope) -> str:
        return f" WHERE {self.condition(where, Place(scope))}" if where is not None else ""

    def _current_of(self, cursor: str, relation: Relation) -> str:
        """WHERE CURRENT OF: the row a cursor stands on, which the engine knows when the statement runs."""
        if not cursor:
            return ""
        assert relation.table is not None
        storage = (Bound("", BIGINT, value=relation.table.storage),)
        rowid = self.context.parameter(Reference("cursor", cursor, storage), BIGINT)
        return f" WHERE {relation.rowid} = {rowid}"

    def _top_rows(self, top: n.Top | None) -> str:
        if top is None:
            return ""
        if top.percent:
            raise unsupported("TOP … PERCENT in a change", top.line)
        return f" LIMIT {f.convert(self.value(top.count, Place(Scope())), BIGINT, line=top.line).sql}"

    def _change_scope(
        self, target: n.Target, sources: Sequence[n.Source], visible: Mapping[str, object], line: int
    ) -> tuple[Scope, str, Relation, _Target]:
        """The FROM of an UPDATE or DELETE and the relation in it that is the target."""
        scope = Scope([], None, visible)
        if not sources:
            return self._lone_target(target, visible, scope, line)
        from_sql = self._sources_with_rowids(sources, scope)
        relation = self._target_relation(target, scope)
        if relation is None:
            if len(target.name) == 1 and target.name[0].lower() in visible:
                raise error(208, target.name[0], line=line)
            resolved = self._target(target)
            text, relation = self.base_table(
                resolved.table,
                target.name[-1] if target.name else target.variable,
                (target.name[-1].lower(),) if target.name else (target.variable.lower(),),
            )
            scope.relations.insert(0, relation)
            return scope, f"{text} CROSS JOIN {from_sql}", relation, resolved
        return scope, from_sql, relation, self._relation_target(relation, line)

    def _sources_with_rowids(self, sources: Sequence[n.Source], scope: Scope) -> str:
        self._expose = True
        try:
            return self.from_clause(tuple(sources), scope)
        finally:
            self._expose = False

    def _target_relation(self, target: n.Target, scope: Scope) -> Relation | None:
        if target.variable:
            return next((r for r in scope.relations if r.exposed.lower() == target.variable.lower()), None)
        wanted = tuple(part for part in target.name if part)
        for relation in scope.relations:
            if relation.exposed.lower() == wanted[-1].lower() and len(wanted) == 1 and relation.rowid:
                return relation
        found = [r for r in scope.relations if r.answers_to(wanted) and r.rowid]
        if found:
            return found[0]
        table = self._base_of(target)
        same = [
            r
            for r in scope.relations
            if r.table is not None and table is not None and r.table.storage == table.storage
        ]
        return same[0] if len(same) == 1 else None

    def _base_of(self, target: n.Target) -> Table | None:
        try:
            return self._target(target).table
        except TsqlError as problem:
            if problem.number == 208:
                return None
            raise

    def _relation_target(self, relation: Relation, line: int) -> _Target:
        if relation.table is None:
            raise error(4405, relation.exposed, line=line)
        table = relation.table
        if table.kind == "T@" and table.name in ("inserted", "deleted"):
            raise error(286, line=line)
        name = FullName(self.context.environment.database, table.schema, table.name)
        whole = _whole(table, name)
        if len(relation.columns) == len(table.columns) and all(
            a.name == b.name for a, b in zip(relation.columns, table.columns, strict=True)
        ):
            return whole
        visible = {}
        for column in relation.columns:
            base = whole.visible.get(
                (self._base_names.get((relation.alias, column.name.lower())) or column.name).lower()
            )
            if base is not None:
                visible[column.name.lower()] = base
        return _Target(table, name, visible, tuple(visible.values()))

    def _lone_target(
        self, target: n.Target, visible: Mapping[str, object], scope: Scope, line: int
    ) -> tuple[Scope, str, Relation, _Target]:
        """UPDATE t SET …: the target is the only source. A common table or view passes through to its
        table."""
        source: n.Source
        if target.variable:
            source = n.VariableSource(line, target.variable)
        else:
            source = n.TableSource(line, target.name)
        from_sql = self._sources_with_rowids((source,), scope)
        relation = scope.relations[0]
        if relation.table is None:
            raise error(4405, relation.exposed, line=line)
        return scope, from_sql, relation, self._relation_target(relation, line)

    # views and common tables that rows can be changed through

    def _view(self, module: Module, exposed: str, names: tuple[str, ...], line: int) -> tuple[str, Relation]:
        if not self._expose or not self._updatable(parse_module(module.text).query):
            return super()._view(module, exposed, names, line)
        definition = parse_module(module.text)
        assert definition.query is not None
        self.arguments.append({})
        text = self.query(definition.query, None, {}, expose_rowid=True)
        self.arguments.pop()
        return self._passing(text, definition.columns, exposed, names)

    def cte_source(self, source: n.TableSource, found: object) -> tuple[str, Relation]:
        assert isinstance(found, CteName)
        definition = self._cte_definitions.get(found.alias)
        if not self._expose or definition is None or not self._updatable(definition.query):
            return super().cte_source(source, found)
        text = self.query(definition.query, None, self._cte_scopes[found.alias], expose_rowid=True)
        exposed = source.alias or source.name[-1]
        return self._passing(text, definition.columns, exposed, (exposed.lower(),))

    def _common_table(self, cte: n.CommonTable, visible: dict[str, object], recursion: int | None) -> str:
        before = dict(visible)
        text = super()._common_table(cte, visible, recursion)
        found = visible[cte.name.lower()]
        assert isinstance(found, CteName)
        self._cte_definitions = {**self._cte_definitions, found.alias: cte}
        self._cte_scopes = {**self._cte_scopes, found.alias: before}
        return text

    def _updatable(self, query: n.Query | None) -> bool:
        body = query.body if query else None
        return (
            isinstance(body, n.Select)
            and len(body.sources) == 1
            and isinstance(body.sources[0], n.TableSource | n.VariableSource)
            and not (body.group_by or body.distinct or body.having)
        )

    def _passing(
        self, text: QueryText, given: Sequence[str], exposed: str, names: tuple[str, ...]
    ) -> tuple[str, Relation]:
        """A relation over a query that passes its base table's rows through."""
        assert text.source is not None
        alias = self.context.alias()
        columns = []
        bases = dict(self._base_names)
        for i, column in enumerate(text.columns, 1):
            name = given[i - 1] if given else column.name
            columns.append(RelationColumn(name, f"{alias}.c{i}", column.type, column.nullable))
            if column.source is not None:
                inner = bases.get((text.source.alias, column.source.name.lower()), column.source.name)
                bases[alias, name.lower()] = inner
        self._base_names = bases
        relation = Relation(alias, names, tuple(columns), text.source.table, exposed, f"{alias}.tsqld_rowid")
        return f"({text.sql}) AS {alias}", relation

    # DELETE

    def delete(self, node: n.Delete) -> ChangePlan:
        visible = self._statement_ctes(node.ctes)
        scope, from_sql, relation, target = self._change_scope(node.target, node.sources, visible, node.line)
        where = self._where(node.where, scope) or self._current_of(node.cursor, relation)
        table = target.table
        out_scope = Scope([_named(relation, "deleted"), *scope.relations])
        outputs, output_values = self._outputs(node.outputs, out_scope)
        after = delete_checks(table, target.name, "DELETE", CHANGE, None, self.context.environment)
        limit = self._top_rows(node.top)
        references, reads = tuple(self.context.references), frozenset(self.context.reads)
        with_text = self._with_text()
        fired = self._fires(target, node, "DELETE")
        acting = actions(table, target.name, "DELETE", None, self.context.environment)
        if not after and not outputs and not fired and not acting:
            if not where and not limit and not node.sources:
                direct = f"DELETE FROM {table.storage}"
            else:
                rows = f"{with_text}SELECT {relation.rowid} FROM {from_sql}{where}{limit}"
                direct = f"DELETE FROM {table.storage} WHERE rowid IN ({rows})"
            return ChangePlan("DELETE", table, target.name, references, "", (direct,), reads=reads)
        old = [
            f"{seen.sql} AS {quoted('old ' + seen.name)}"
            for seen in relation.columns
            if fired
            or seen.name.lower() in {name for check in after for name in check.old_columns}
            or any(seen.name.lower() in action.columns for action in acting)
        ]
        listed = [f"{relation.rowid} AS tsqld_rowid", *old]
        listed += [f"{value.sql} AS o{i}" for i, value in enumerate(output_values, 1)]
        head = f"SELECT DISTINCT ON ({relation.rowid}) " if " JOIN " in from_sql else "SELECT "
        change = f"{with_text}{head}{', '.join(listed)} FROM {from_sql}{where}{limit}"
        apply = f"DELETE FROM {table.storage} WHERE rowid IN (SELECT tsqld_rowid FROM {CHANGE})"
        return ChangePlan(
            "DELETE",
            table,
            target.name,
            references,
            change,
            (apply,),
            (),
            after,
            outputs,
            reads=reads,
            fired=(Fired("DELETE", deleted=old_rows(table)),) if fired else (),
            cascades=self._cascades(acting),
        )


def _whole(table: Table, name: FullName) -> _Target:
    return _Target(table, name, {column.name.lower(): column for column in table.columns}, table.columns)


def _stored(column: Column) -> bool:
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
            if _stored(column)
        ),
        exposed=table.name,
    )


def _named(relation: Relation, name: str) -> Relation:
    return replace(relation, names=(name,), exposed=name)


def _mentions(text: str, columns: set[str]) -> bool:
    return any(
        isinstance(node, n.ColumnName) and node.parts[-1].lower() in columns
        for node in walk(parse_condition(text))
    )
