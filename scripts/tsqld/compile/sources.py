"""Compiles FROM clauses: tables, views, joins, APPLY, derived tables, functions, PIVOT and UNPIVOT.

Every source gets its own DuckDB alias, so that T-SQL's qualifiers never meet DuckDB's name rules. Views and
inline functions are expanded from their text; their names see only what they may.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from tsqld.binder.access import Access
from tsqld.binder.bound import Bound
from tsqld.binder.scope import Relation, RelationColumn, Scope, quoted
from tsqld.binder.typenames import resolve
from tsqld.catalog.model import Module, Table
from tsqld.compile import operations as f
from tsqld.compile.context import Context, FullName, SystemRelation, full_name, resolve_object
from tsqld.compile.expressions import Place
from tsqld.compile.pinned import Pins
from tsqld.compile.text import OutColumn, QueryText, cte_relation
from tsqld.compile.volatile import row_of
from tsqld.compile.windows import WindowCompiler
from tsqld.errors import COMPILE_TIME, UNSUPPORTED, TsqlError, error, unsupported
from tsqld.syntax import nodes as n
from tsqld.syntax.walk import parse_module, parse_value
from tsqld.types import INTEGERS, SqlType, nvarchar

_MAX_NESTING = 32
SYSTEM_FUNCTIONS = {
    "fn_my_permissions": 2,
    "fn_builtin_permissions": 1,
    "dm_exec_describe_first_result_set": 3,
}
"""Table functions of sys, and how many arguments each takes."""
_BUILT_IN = ("OPENJSON", "STRING_SPLIT", "GENERATE_SERIES")


class SourceCompiler(WindowCompiler):
    """Adds FROM clauses to expressions."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.arguments: list[Mapping[str, Bound]] = []
        """Arguments of the inline functions being expanded, innermost last; views expand with none."""
        self.pins: Mapping[str, Pins] = {}
        """Of the catalog views in the FROM clause under way, by the names it gives them."""
        self._row_lists: dict[str, tuple[str, f.RowList]] = {}
        """Sources whose rows are a list: their DuckDB text, to their alias and the list."""

    # given by the class below

    def query(
        self,
        query: n.Query,
        parent: Scope | None,
        ctes: Mapping[str, object] | None = None,
        *,
        allow_order: bool = True,
        expose_rowid: bool = False,
    ) -> QueryText:
        raise NotImplementedError

    def cte_source(self, source: n.TableSource, found: object) -> tuple[str, Relation]:
        raise NotImplementedError

    def bulk_source(self, source: n.BulkSource) -> tuple[str, Relation]:
        raise unsupported("OPENROWSET(BULK …) here", source.line)

    def table_function(self, source: n.FunctionSource, module: Module, scope: Scope) -> tuple[str, Relation]:
        raise unsupported(f"the multi-statement function {module.full_name} here", source.line)

    # variables of expanded functions

    def _variable(self, node: n.Variable) -> Bound:
        if self.arguments and not node.name.startswith("@@"):
            found = self.arguments[-1].get(node.name.lower())
            if found is None:
                raise error(137, node.name, line=node.line)
            return found
        return super()._variable(node)

    # FROM

    def from_clause(self, sources: tuple[n.Source, ...], scope: Scope) -> str:
        texts = [self._source(source, scope, lateral=False) for source in sources]
        return " CROSS JOIN ".join(texts)

    def _source(self, source: n.Source, scope: Scope, *, lateral: bool) -> str:
        if isinstance(source, n.JoinSource):
            return self._join(source, scope)
        text, relation = self._leaf(source, scope, lateral)
        if isinstance(source, n.TableSource):
            relation = replace(relation, written=".".join(source.name))
        elif isinstance(source, n.VariableSource):
            relation = replace(relation, written=source.name)
        scope.add(relation, source.line)
        return text

    def _leaf(self, source: n.Source, scope: Scope, lateral: bool) -> tuple[str, Relation]:
        match source:
            case n.TableSource():
                return self._table(source, scope)
            case n.VariableSource():
                return self._table_variable(source)
            case n.DerivedSource():
                return self._derived(source, scope, lateral)
            case n.ValuesSource():
                return self._values(source, scope, lateral)
            case n.FunctionSource():
                return self._function(source, scope if lateral else Scope([], scope.parent, scope.ctes))
            case n.PivotSource():
                return self._pivot(source, scope)
            case n.UnpivotSource():
                return self._unpivot(source, scope)
            case n.BulkSource():
                return self.bulk_source(source)
        raise unsupported(f"{type(source).__name__} in FROM", source.line)

    def _join(self, source: n.JoinSource, scope: Scope) -> str:
        before = len(scope.relations)
        left = self._source(source.left, scope, lateral=False)
        middle = len(scope.relations)
        apply = source.kind.endswith("APPLY")
        right = self._source(source.right, scope, lateral=apply)
        if isinstance(source.right, n.JoinSource):
            right = f"({right})"
        if source.kind == "CROSS":
            return f"{left} CROSS JOIN {right}"
        if apply:
            if right in self._row_lists:
                alias, listed = self._row_lists[right]
                outer = source.kind == "OUTER APPLY"
                if outer:
                    self._make_nullable(scope, middle, len(scope.relations))
                packed = [(relation.alias, row_of(relation)) for relation in scope.relations[before:middle]]
                return f"{listed.applied(left, packed, alias, outer=outer)} AS {self.context.alias()}"
            right = _behind_select(right)
            if source.kind == "CROSS APPLY":
                return f"{left} CROSS JOIN LATERAL {right}"
            self._make_nullable(scope, middle, len(scope.relations))
            return f"{left} LEFT JOIN LATERAL {right} ON TRUE"
        assert source.on is not None
        condition = self.condition(source.on, Place(scope))
        if source.kind in ("LEFT", "FULL"):
            self._make_nullable(scope, middle, len(scope.relations))
        if source.kind in ("RIGHT", "FULL"):
            self._make_nullable(scope, before, middle)
        return f"{left} {source.kind} JOIN {right} ON {condition}"

    def _make_nullable(self, scope: Scope, start: int, end: int) -> None:
        """The columns of an outer join's optional side may be NULL."""
        for position in range(start, end):
            relation = scope.relations[position]
            columns = tuple(replace(column, nullable=True) for column in relation.columns)
            scope.relations[position] = replace(relation, columns=columns)

    # tables and views

    def _table(self, source: n.TableSource, scope: Scope) -> tuple[str, Relation]:
        if len(source.name) == 1:
            found = scope.ctes.get(source.name[0].lower())
            if found is not None:
                return self.cte_source(source, found)
        environment = self.context.environment
        target, name = resolve_object(environment, source.name, source.line)
        exposed = source.alias or source.name[-1]
        names = (exposed.lower(),) if source.alias else _qualifiers(name)
        if isinstance(target, Table):
            access = environment.demand("SELECT", target, name)
            text, relation = self.base_table(target, exposed, names, source.hints)
            return text + source.sample, replace(relation, access=access)
        if source.sample:
            raise error(494, line=source.line)
        if isinstance(target, SystemRelation):
            return self._system(target, exposed, names, self.pins.get(exposed.lower(), {}))
        if isinstance(target, Module) and target.kind == "VIEW":
            access = environment.demand("SELECT", target, name)
            before = self.context.inherited
            self.context.inherited = (*before, *source.hints)
            try:
                inside = environment.inside(name.database, target, access)
                with self._binding(source.name, target, source.line), inside:
                    text, relation = self._view(target, exposed, names, source.line)
            finally:
                self.context.inherited = before
            return text, replace(relation, access=access)
        raise error(208, ".".join(source.name), line=source.line)

    def base_table(
        self, table: Table, exposed: str, names: tuple[str, ...], hints: Sequence[str] = ()
    ) -> tuple[str, Relation]:
        alias = self.context.alias()
        self.context.read(table.storage, hints)
        relation = Relation(
            alias,
            names,
            tuple(
                RelationColumn(
                    column.name,
                    f"{alias}.{quoted(column.name)}",
                    column.type.read_from_a_column,
                    column.nullable,
                    column.identity,
                )
                for column in table.columns
            ),
            table,
            exposed,
            f"{alias}.rowid",
        )
        virtual = [column for column in table.columns if column.computed and not column.persisted]
        if virtual:
            relation = self._with_computed(relation, table)
        return f"{table.storage} AS {alias}", relation

    def _with_computed(self, relation: Relation, table: Table) -> Relation:
        """Computed columns that are not stored are computed where they are read."""
        scope = Scope([relation])
        columns = []
        for column, seen in zip(table.columns, relation.columns, strict=True):
            if column.computed and not column.persisted:
                with self.context.environment.trusted():
                    value = self.value(parse_value(column.computed), Place(scope))
                seen = replace(seen, sql=f.convert(value, column.type).sql)
            columns.append(seen)
        return replace(relation, columns=tuple(columns))

    def _system(
        self, target: SystemRelation, exposed: str, names: tuple[str, ...], pins: Pins
    ) -> tuple[str, Relation]:
        alias = self.context.alias()
        columns = tuple(
            RelationColumn(name, f"{alias}.{quoted(name)}", type) for name, type in target.columns
        )
        numbers = {name.lower(): name for name, type in target.columns if type.name in INTEGERS}
        text = target.text({numbers[name]: value for name, value in pins.items() if name in numbers})
        return f"{text} AS {alias}", Relation(alias, names, columns, exposed=exposed)

    @contextmanager
    def _binding(self, written: n.Parts, module: Module, line: int) -> Iterator[None]:
        """While a view or function is expanded: its own errors are told from it, and then error 4413."""
        environment = self.context.environment
        noted = environment.unresolved
        own: list[tuple[n.Node, int, TsqlError]] = []
        if noted is not None:
            environment.unresolved = own
        problems: list[TsqlError] = []
        try:
            yield
        except TsqlError as problem:
            if problem.number == UNSUPPORTED or problem.number not in (*COMPILE_TIME, 4502):
                raise
            problems = [*problem.causes, problem]
        finally:
            environment.unresolved = noted
        problems[:0] = [one for _, _, one in own]
        if problems:
            for one in problems:
                one.procedure = one.procedure or module.name
            unusable = error(4413, ".".join(written), line=line)
            unusable.causes = tuple(problems)
            raise unusable

    def _view(self, module: Module, exposed: str, names: tuple[str, ...], line: int) -> tuple[str, Relation]:
        self.context.depth += 1
        if self.context.depth > _MAX_NESTING:
            raise error(217, line=line)
        definition = parse_module(module.text)
        assert definition.query is not None
        self.arguments.append({})
        text = self.query(definition.query, None, {})
        self.arguments.pop()
        self.context.depth -= 1
        columns = view_columns(module, text.columns, line)
        alias = self.context.alias()
        return f"({text.sql}) AS {alias}", replace(cte_relation(alias, exposed, columns), names=names)

    def _table_variable(self, source: n.VariableSource) -> tuple[str, Relation]:
        table = self.context.environment.table_variable(source.name)
        if table is None:
            raise error(1087, source.name, line=source.line)
        exposed = source.alias or source.name
        return self.base_table(table, exposed, (exposed.lower(),))

    # derived tables

    def _derived(self, source: n.DerivedSource, scope: Scope, lateral: bool) -> tuple[str, Relation]:
        parent = scope if lateral else scope.parent
        text = self.query(source.query, parent, scope.ctes, allow_order=False)
        columns = self._named_columns(text.columns, source.columns, source.alias, source.line)
        alias = self.context.alias()
        return f"({text.sql}) AS {alias}", cte_relation(alias, source.alias, columns)

    def _named_columns(
        self, columns: tuple[OutColumn, ...], names: tuple[str, ...], owner: str, line: int
    ) -> tuple[OutColumn, ...]:
        raise NotImplementedError

    def _values(self, source: n.ValuesSource, scope: Scope, lateral: bool) -> tuple[str, Relation]:
        parent = scope if lateral else (scope.parent or Scope())
        place = Place(parent)
        rows = [[self.value(item, place) for item in row] for row in source.rows]
        text = self.rows_text(rows, source.line)
        columns = self._named_columns(text.columns, source.columns, source.alias, source.line)
        alias = self.context.alias()
        sql = f"({text.sql}) AS {alias}"
        if lateral:
            types = [column.type for column in text.columns]
            self._row_lists[sql] = alias, f.rows_of(self._cells(rows, types, source.line))
        return sql, cte_relation(alias, source.alias, columns)

    def _cells(self, rows: list[list[Bound]], types: list[SqlType], line: int) -> list[list[str]]:
        return [
            [f.convert(value, type, line=line).sql for value, type in zip(row, types, strict=True)]
            for row in rows
        ]

    def rows_text(self, rows: list[list[Bound]], line: int) -> QueryText:
        """Rows of values with a common type per column. Error 10709 for unequal widths."""
        width = len(rows[0])
        if any(len(row) != width for row in rows):
            raise error(10709, line=line)
        types = [f.common_of([row[i] for row in rows]) for i in range(width)]
        lines = [f"({', '.join(cells)})" for cells in self._cells(rows, types, line)]
        nullable = [any(row[i].nullable for row in rows) for i in range(width)]
        names = ", ".join(f"c{i}" for i in range(1, width + 1))
        alias = self.context.alias("v")
        sql = f"SELECT {names} FROM (VALUES {', '.join(lines)}) AS {alias}({names})"
        untyped = [f.null() if all(row[i].is_null for row in rows) else None for i in range(width)]
        columns = zip(types, nullable, untyped, strict=True)
        return QueryText(sql, tuple(OutColumn("", type, null, literal=nil) for type, null, nil in columns))

    # functions

    def _function(self, source: n.FunctionSource, scope: Scope) -> tuple[str, Relation]:
        name = source.call.name
        if len(name) == 1 and name[0].upper() in _BUILT_IN:
            return self._built_in(source, scope)
        if name[-1].lower() in SYSTEM_FUNCTIONS and (len(name) == 1 or name[-2].lower() == "sys"):
            exposed = source.alias or name[-1]
            if len(source.call.arguments) != SYSTEM_FUNCTIONS[name[-1].lower()]:
                raise error(313, name[-1], line=source.line)
            given = [self._known_now(argument, name[-1]) for argument in source.call.arguments]
            known = None if None in given else [value[0] for value in given if value is not None]
            listed = self.context.environment.system_rows(name[-1].lower(), known)
            return self._system(listed, exposed, (exposed.lower(),), {})
        shipped = self.context.environment.system_function(name)
        if shipped is not None:
            database = full_name(self.context.environment, name, source.line).database
            return self._inline_function(source, shipped, database, scope, None)
        target, full = resolve_object(self.context.environment, name, source.line)
        if not isinstance(target, Module):
            raise error(208, ".".join(name), line=source.line)
        if target.kind not in ("TABLE FUNCTION", "INLINE FUNCTION"):
            raise error(208, ".".join(name), line=source.line)
        access = self.context.environment.demand("SELECT", target, full)
        if target.kind == "TABLE FUNCTION":
            return self.table_function(source, target, scope)
        return self._inline_function(source, target, full.database, scope, access)

    def _known_now(self, node: n.Expression, function: str) -> tuple[Any, ...] | None:
        """The value of an argument of a system function, which is asked for when the statement is compiled;
        None where it has none yet."""
        if isinstance(node, n.Null | n.Default):
            return (None,)
        if isinstance(node, n.Literal):
            return (node.value,)
        if not isinstance(node, n.Variable):
            raise unsupported(f"{function} of anything but literals and variables", node.line)
        bound = self.value(node, Place(Scope()))
        return self.context.environment.known(bound.sql, self.context.references)

    def _inline_function(
        self,
        source: n.FunctionSource,
        module: Module,
        database: str,
        scope: Scope,
        access: Access | None,
    ) -> tuple[str, Relation]:
        definition = parse_module(module.text)
        assert definition.query is not None
        arguments = self.bound_arguments(source.call, module, definition, Place(scope))
        self.context.depth += 1
        if self.context.depth > _MAX_NESTING:
            raise error(217, line=source.line)
        self.arguments.append(arguments)
        inside = self.context.environment.inside(database, module, access)
        with self._binding(source.call.name, module, source.line), inside:
            text = self.query(definition.query, scope, {})
        self.arguments.pop()
        self.context.depth -= 1
        exposed = source.alias or source.call.name[-1]
        alias = self.context.alias()
        names = self._named_columns(text.columns, source.columns, exposed, source.line)
        return f"({text.sql}) AS {alias}", cte_relation(alias, exposed, names)

    def bound_arguments(
        self, call: n.Call, module: Module, definition: n.CreateModule, place: Place
    ) -> dict[str, Bound]:
        """A function's parameters with the values a call gives them. Errors 313, 8144."""
        if len(call.arguments) > len(module.parameters):
            raise error(8144, module.full_name, line=call.line)
        if len(call.arguments) < len(module.parameters):
            raise error(313, module.full_name, line=call.line)
        bound: dict[str, Bound] = {}
        for argument, parameter, written in zip(
            call.arguments, module.parameters, definition.parameters, strict=True
        ):
            if isinstance(argument, n.Default):
                value = self.value(written.default, place) if written.default is not None else f.null()
            else:
                value = self.value(argument, place)
            converted = f.convert(value, parameter.type, line=call.line)
            bound[parameter.name.lower()] = converted.with_sql(converted.sql)
        return bound

    def _built_in(self, source: n.FunctionSource, scope: Scope) -> tuple[str, Relation]:
        name = source.call.name[0].upper()
        place = Place(scope)
        arguments = [self.value(argument, place) for argument in source.call.arguments]
        alias = self.context.alias()
        exposed = source.alias or source.call.name[0]
        if name == "STRING_SPLIT":
            listed = f.string_split(arguments, source.line)
        elif name == "GENERATE_SERIES":
            listed = f.generate_series(arguments, source.line)
        elif source.json_columns:
            fields = [
                (
                    column.name,
                    resolve(column.type, self.context.environment.alias_type, default_length=1),
                    column.path,
                    column.as_json,
                )
                for column in source.json_columns
            ]
            listed = f.openjson_with(arguments, fields, source.line)
        else:
            listed = f.openjson(arguments, source.line)
        out = tuple(OutColumn(column_name, type) for column_name, type in listed.columns)
        if source.columns:
            out = self._named_columns(out, source.columns, exposed, source.line)
        text = f"({listed.sql}) AS {alias}"
        self._row_lists[text] = alias, listed
        return text, cte_relation(alias, exposed, out)

    # PIVOT and UNPIVOT

    def _inner(self, source: n.Source, scope: Scope) -> tuple[str, Relation]:
        """A single source below a PIVOT or UNPIVOT, in a scope of its own."""
        inner = Scope([], scope.parent, scope.ctes)
        text = self._source(source, inner, lateral=False)
        if len(inner.relations) != 1:
            raise unsupported("PIVOT or UNPIVOT of a join", source.line)
        return text, inner.relations[0]

    def _pivot(self, source: n.PivotSource, scope: Scope) -> tuple[str, Relation]:
        text, relation = self._inner(source.source, scope)
        place = Place(Scope([relation]))
        pivot_column = self.value(n.ColumnName(source.line, source.column), place)
        operands = [node for node in source.aggregate.arguments if isinstance(node, n.ColumnName)]
        if source.aggregate.star or len(operands) != len(source.aggregate.arguments):
            raise error(102, "(", line=source.line)
        used = {source.column[-1].lower(), *(node.parts[-1].lower() for node in operands)}
        relation.touch_all()
        keys = [column for column in relation.columns if column.name.lower() not in used]
        values = [self._pivot_value(source, value, pivot_column, place) for value in source.values]
        columns = [OutColumn(column.name, column.type, column.nullable) for column in keys]
        columns += [OutColumn(name, bound.type) for name, bound in zip(source.values, values, strict=True)]
        grouped = [f.key(Bound(column.sql, column.type)) for column in keys]
        shown = [
            column.sql if key == column.sql else f"any_value({column.sql})"
            for key, column in zip(grouped, keys, strict=True)
        ]
        listed = ", ".join(f"{sql} AS c{i}" for i, sql in enumerate([*shown, *(v.sql for v in values)], 1))
        group = f" GROUP BY {', '.join(grouped)}" if grouped else ""
        alias = self.context.alias()
        return f"(SELECT {listed} FROM {text}{group}) AS {alias}", cte_relation(alias, source.alias, columns)

    def _pivot_value(self, source: n.PivotSource, value: str, column: Bound, place: Place) -> Bound:
        """The aggregate over the rows whose pivot column equals one of the listed values."""
        literal = f.convert(f.string(value, unicode=True), column.type, line=source.line)
        operand = self.value(source.aggregate.arguments[0], place)
        same = f.compare("=", column, literal, source.line).sql
        chosen = Bound(f"(CASE WHEN {same} THEN {operand.sql} END)", operand.type)
        return self.aggregate_of(source.aggregate.name[0].upper(), chosen, source.line)

    def _unpivot(self, source: n.UnpivotSource, scope: Scope) -> tuple[str, Relation]:
        text, relation = self._inner(source.source, scope)
        place = Place(Scope([relation]))
        values = [self.value(n.ColumnName(source.line, parts), place) for parts in source.columns]
        for value in values[1:]:
            if value.type != values[0].type:
                raise error(8167, source.columns[values.index(value)][-1], line=source.line)
        used = {parts[-1].lower() for parts in source.columns}
        relation.touch_all()
        keys = [column for column in relation.columns if column.name.lower() not in used]
        rows = ", ".join(
            f"({f.string(parts[-1], unicode=True).sql}, {value.sql})"
            for parts, value in zip(source.columns, values, strict=True)
        )
        inner = self.context.alias("u")
        columns = [OutColumn(column.name, column.type, column.nullable) for column in keys]
        columns += [
            OutColumn(source.value, values[0].type, False),
            OutColumn(source.column, nvarchar(128), False),
        ]
        listed = [column.sql for column in keys] + [f"{inner}.v", f"{inner}.n"]
        select = ", ".join(f"{sql} AS c{i}" for i, sql in enumerate(listed, 1))
        alias = self.context.alias()
        sql = (
            f"(SELECT {select} FROM {text} CROSS JOIN LATERAL (VALUES {rows}) AS {inner}(n, v) "
            f"WHERE {inner}.v IS NOT NULL) AS {alias}"
        )
        return sql, cte_relation(alias, source.alias, columns)


def view_columns(module: Module, columns: Sequence[OutColumn], line: int) -> tuple[OutColumn, ...]:
    """The columns of a view by the names it was created with: a star in it does not grow with its table.
    Error 4502."""
    names = [column.name for column in module.columns]
    if len(names) > len(columns):
        raise error(4502, module.name, line=line)
    return tuple(replace(column, name=name) for column, name in zip(columns, names, strict=False))


def _qualifiers(name: FullName) -> tuple[str, ...]:
    return (name.database.lower(), name.schema.lower(), name.name.lower())


def _behind_select(applied: str) -> str:
    """What is applied to each row, with a SELECT around it where it begins with its common tables: DuckDB 2.0
    fails to take such a one apart once it may raise an error."""
    if not applied.startswith("(WITH "):
        return applied
    return f"(SELECT * FROM {applied}) AS {applied.rpartition(' AS ')[2]}"
