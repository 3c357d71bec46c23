"""Runs SELECT: rows to the client, into variables or into a new table."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from tsqld.compile.context import Reference
from tsqld.compile.grouping import AGGREGATES
from tsqld.compile.identityitem import identity_item
from tsqld.compile.inline import Compiler
from tsqld.compile.session import assigned_variables
from tsqld.compile.text import OutColumn
from tsqld.errors import error, unsupported
from tsqld.events import Column, Columns, Done, Event, Rows
from tsqld.runtime.frame import Handlers
from tsqld.runtime.portions import CHUNK, Portions
from tsqld.runtime.session import Session
from tsqld.runtime.tablelocks import Hints
from tsqld.runtime.values import from_duck, rows_from_duck
from tsqld.syntax import nodes as n
from tsqld.syntax.walk import walk
from tsqld.types import SqlType

if TYPE_CHECKING:
    from tsqld.runtime.interpreter import Interpreter


@dataclass(frozen=True, slots=True)
class SelectPlan:
    """A compiled query: text, parameters, columns, and the variables it assigns."""

    sql: str
    references: tuple[Reference, ...]
    columns: tuple[OutColumn, ...]
    reads: frozenset[str]
    hints: Hints
    assigns: tuple[tuple[str, SqlType], ...] = ()
    is_values: bool = False
    """One row of values, computed without tables."""


class Queries:
    """Queries of a session."""

    def __init__(self, session: Session, interpreter: Interpreter) -> None:
        self.session = session
        self.interpreter = interpreter
        self.evaluator = interpreter.evaluator
        self.handlers: Handlers = {
            n.SelectStatement: self._select,
        }

    def _select(self, node: n.SelectStatement) -> Iterator[Event]:
        session = self.session
        session.statement_time = dt.datetime.now()
        body = node.query.body
        if isinstance(body, n.SetOperation):
            node, body = _into_first(node)
        if isinstance(body, n.Select) and body.into:
            if session.options.fmtonly:
                return
            yield from self.interpreter.transactions.run(lambda: self._into(node, body))
            return
        plan = self.plan(node)
        if session.options.fmtonly:
            yield from self._described(plan)
            return
        if _from_tables(node.query):
            self.interpreter.transactions.begin_implicitly()
        if plan.assigns:
            self._assign(node, plan)
            yield from ()
            return
        yield from self._rows(plan)

    def plan(self, node: n.SelectStatement) -> SelectPlan:
        def make(compiler: Compiler) -> SelectPlan:
            if assigned_variables(node.query):
                return self._assign_plan(compiler, node.query)
            compiler.context.told = node.query if node.query.for_clause is None else None
            text = compiler.query(node.query, None)
            context = compiler.context
            return SelectPlan(
                text.sql,
                tuple(context.references),
                text.columns,
                frozenset(context.reads),
                frozenset(context.hints),
            )

        return self.evaluator.compiled(node, "select", make)  # type: ignore[no-any-return]

    def _assign_plan(self, compiler: Compiler, query: n.Query) -> SelectPlan:
        body = query.body
        assert isinstance(body, n.Select)
        assigns, items = [], []
        for item in body.items:
            assert isinstance(item, n.SelectItem)
            found = compiler.context.environment.variable_type(item.variable)
            if found is None:
                raise error(137, item.variable, line=item.line)
            assigns.append((item.variable.lower(), found))
            type_name = n.TypeName(item.line, (found.name,), _type_arguments(found))
            cast = n.Cast(item.line, item.expression, type_name, None, False)
            items.append(n.SelectItem(item.line, cast))
        changed = replace(query, body=replace(body, items=tuple(items)))
        compiler.context.told = changed
        text = compiler.query(changed, None)
        context = compiler.context
        return SelectPlan(
            text.sql,
            tuple(context.references),
            text.columns,
            frozenset(context.reads),
            frozenset(context.hints),
            tuple(assigns),
            not context.reads and _is_values(query, body),
        )

    def _assign(self, node: n.SelectStatement, plan: SelectPlan) -> None:
        """SELECT @a = …: the last row decides; none leaves the variables alone."""
        session = self.session
        names = {name for name, _ in plan.assigns}
        carried = any(
            reference.kind.startswith("variable") and reference.name in names for reference in plan.references
        )
        body = node.query.body
        assert isinstance(body, n.Select)
        if carried and not (body.sources and _one_row(body)):
            self.interpreter.procedures.assign_by_row(node, plan)
            return
        session.table_locks.reading(plan.reads, plan.hints)
        parameters = self.evaluator.parameters(plan.references)
        count, last = 0, None
        if plan.is_values:
            count, last = 1, session.executor.scalar_row(plan.sql, parameters)
        else:
            session.executor.read(plan.sql, parameters)
            while rows := session.executor.fetch(CHUNK):
                count += len(rows)
                last = rows[-1]
        if last is not None:
            for (name, type), value in zip(plan.assigns, last, strict=True):
                convert = from_duck(type)
                session.frame.assign(name, convert(value) if convert else value)
        session.rowcount = count

    def _described(self, plan: SelectPlan) -> Iterator[Event]:
        """Under SET FMTONLY ON a query tells its columns and reads nothing."""
        if not plan.assigns:
            yield Columns(columns_of(plan.columns))
            yield Done(0, select=True)

    def _rows(self, plan: SelectPlan) -> Iterator[Event]:
        session = self.session
        executor = session.executor
        session.table_locks.reading(plan.reads, plan.hints)
        parameters = self.evaluator.parameters(plan.references)
        executor.read(plan.sql, parameters)
        types = [column.type for column in plan.columns]
        limit = session.options.rowcount
        count = 0
        portions = Portions(types)
        rows = executor.fetch(portions.rows)
        yield Columns(columns_of(plan.columns))
        while rows:
            if limit and count + len(rows) > limit:
                rows = rows[: limit - count]
            count += len(rows)
            yield Rows(rows_from_duck(rows, types))
            if limit and count >= limit:
                break
            portions.had(rows)
            rows = executor.fetch(portions.rows)
        session.rowcount = count
        yield Done(None if session.options.nocount else count, select=True)

    def _into(self, node: n.SelectStatement, body: n.Select) -> Iterator[Event]:
        query = node.query
        numbered = identity_item(body)
        if numbered is not None and not isinstance(query.body, n.Select):
            raise unsupported("IDENTITY() beside a set operator", node.line)
        if isinstance(query.body, n.Select):
            items = body.items if numbered is None else numbered.replaced(body.items)
            query = replace(query, body=replace(body, into=(), items=items))
        stripped = n.SelectStatement(node.line, query)
        plan = self.plan(stripped)
        if len(body.sources) != 1 or not isinstance(body.sources[0], n.TableSource):
            # a join does not hand an identity on
            plan = replace(plan, columns=tuple(replace(column, source=None) for column in plan.columns))
        if numbered is not None:
            inherited = next((c.name for c in plan.columns if c.source and c.source.identity), "")
            if inherited:
                raise error(8108, body.into[-1], inherited, line=node.line)
            sql, columns = numbered.numbered(plan.sql, plan.columns)
            plan = replace(plan, sql=sql, columns=columns)
        plan = replace(plan, columns=_identity_once(plan.columns))
        empty = isinstance(query.body, n.Select) and _takes_none(query.body.top)
        count = self.interpreter.definitions.create_from_query(body.into, plan, node.line, empty=empty)
        self.session.rowcount = count
        yield Done(None if self.session.options.nocount else count)


def _identity_once(columns: Sequence[OutColumn]) -> tuple[OutColumn, ...]:
    """Columns of a new table: an identity that is listed twice is handed on to neither."""
    found = [column for column in columns if column.source is not None and column.source.identity]
    if len(found) < 2:
        return tuple(columns)
    return tuple(replace(column, source=None) if column in found else column for column in columns)


def _from_tables(query: n.Query) -> bool:
    """Whether a query selects from anything: one that does not begins no implicit transaction."""
    return any(isinstance(found, n.Source) for found in walk(query))


def _one_row(select: n.Select) -> bool:
    """Whether a SELECT aggregates all its rows into one, which no other row can follow."""
    return not select.group_by and any(
        isinstance(node, n.Call) and node.over is None and node.name[-1].upper() in AGGREGATES
        for item in select.items
        for node in walk(item, into_queries=False)
    )


def _takes_none(top: n.Top | None) -> bool:
    """TOP (0), which copies a table's columns."""
    return top is not None and isinstance(top.count, n.Literal) and top.count.value == "0"


def _is_values(query: n.Query, select: n.Select) -> bool:
    """Whether a query is a list of values, as SET takes them one by one."""
    plain = n.Query(query.line, n.Select(select.line, select.items))
    return query == plain and not any(
        isinstance(node, n.Query) for item in select.items for node in walk(item)
    )


def columns_of(columns: Sequence[OutColumn]) -> tuple[Column, ...]:
    return tuple(
        Column(column.name, column.type, column.nullable, bool(column.source and column.source.identity))
        for column in columns
    )


def _into_first(node: n.SelectStatement) -> tuple[n.SelectStatement, Any]:
    """SELECT … INTO … UNION …: the INTO of the first SELECT, and the query without it."""
    first: Any = node.query.body
    while isinstance(first, n.SetOperation):
        first = first.left
    if not isinstance(first, n.Select) or not first.into:
        return node, node.query.body
    stripped = _without_into(node.query.body)
    return n.SelectStatement(node.line, replace(node.query, body=stripped)), first


def _without_into(body: Any) -> Any:
    if isinstance(body, n.SetOperation):
        return replace(body, left=_without_into(body.left))
    return replace(body, into=())


def _type_arguments(type: SqlType) -> tuple[int, ...]:
    if type.is_decimal:
        return (type.precision, type.scale)
    if type.length:
        return (type.length,)
    if type.name in ("time", "datetime2", "datetimeoffset"):
        return (type.scale,)
    return ()
