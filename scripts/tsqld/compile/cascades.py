"""Foreign keys that act: ON DELETE and ON UPDATE CASCADE, SET NULL, SET DEFAULT.

Each action is a change plan of the child table whose texts read the parent's change set (`{parent}`), so the
child's own keys, references and triggers are honoured. Source: Microsoft Learn, "Cascading referential
integrity constraints".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tsqld.binder.bound import Bound
from tsqld.binder.scope import quoted
from tsqld.catalog.model import NO_ACTION, Catalog, ForeignKey, Table
from tsqld.compile.checks import _column, _same
from tsqld.compile.context import Environment, FullName
from tsqld.syntax import nodes as n
from tsqld.types import SqlType

PARENT = "{parent}"
_BIT = SqlType("bit")


@dataclass(frozen=True, slots=True)
class Raw(n.Expression):
    """An expression or condition that is DuckDB text already, given the alias of the changed table."""

    make: Callable[[str], Bound]


@dataclass(frozen=True, slots=True)
class Action:
    """What a foreign key does to a child when its parent changes, as a statement; `columns` are the parent's
    columns it needs, lower case."""

    statement: n.Update | n.Delete
    columns: frozenset[str]


def actions(
    table: Table, name: FullName, verb: str, changed: set[str] | None, environment: Environment
) -> list[Action]:
    """The statements that a change of `table` brings about in other tables."""
    found: list[Action] = []
    if table.is_temporary:
        return found
    for child in environment.catalog(name.database).tables():
        for foreign in child.foreign_keys:
            action = foreign.on_delete if verb == "DELETE" else foreign.on_update
            if foreign.disabled or action == NO_ACTION or not foreign.references(table):
                continue
            columns = frozenset(column.lower() for column in foreign.referenced)
            if changed is not None and not columns & changed:
                continue
            found.append(Action(_statement(table, child, foreign, name, verb, action), columns))
    return found


def acts(table: Table, name: FullName, environment: Environment) -> bool:
    """Whether any foreign key that references `table` acts."""
    return not table.is_temporary and any(
        foreign.references(table) and (foreign.on_delete, foreign.on_update) != (NO_ACTION, NO_ACTION)
        for child in environment.catalog(name.database).tables()
        for foreign in child.foreign_keys
    )


def _statement(
    table: Table, child: Table, foreign: ForeignKey, name: FullName, verb: str, action: str
) -> n.Update | n.Delete:
    target = n.Target(0, (name.database, child.schema, child.name))

    def lost(alias: str) -> Bound:
        same = _same(child, foreign.columns, table, foreign.referenced, alias, "c", "old ")
        if verb == "UPDATE":
            moved = " OR ".join(
                f"c.{quoted(_name(table, column))} IS DISTINCT FROM c.{quoted('old ' + _name(table, column))}"
                for column in foreign.referenced
            )
            same = f"{same} AND ({moved})"
        return Bound(f"EXISTS (SELECT 1 FROM {PARENT} AS c WHERE {same})", _BIT)

    where = Raw(0, lost)
    if action == "CASCADE" and verb == "DELETE":
        return n.Delete(0, target, where=where)
    assignments = tuple(
        n.Assignment(0, (mine,), "=", _new_value(table, child, foreign, action, theirs))
        for mine, theirs in zip(foreign.columns, foreign.referenced, strict=True)
    )
    return n.Update(0, target, assignments, where=where)


def _new_value(table: Table, child: Table, foreign: ForeignKey, action: str, theirs: str) -> n.Expression:
    if action == "SET NULL":
        return n.Null(0)
    if action == "SET DEFAULT":
        return n.Default(0)

    def value(alias: str) -> Bound:
        same = _same(child, foreign.columns, table, foreign.referenced, alias, "c", "old ")
        column = _column(table, theirs, "c")
        return Bound(f"(SELECT {column.sql} FROM {PARENT} AS c WHERE {same} LIMIT 1)", column.type)

    return Raw(0, value)


def _name(table: Table, column: str) -> str:
    found = table.column(column)
    assert found is not None
    return found.name


def has_cycle(catalog: Catalog, child: Table, foreign: ForeignKey) -> bool:
    """Whether a new acting foreign key closes a cycle or gives a table a second cascade path to another."""
    if (foreign.on_delete, foreign.on_update) == (NO_ACTION, NO_ACTION):
        return False
    parents: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for table in catalog.tables():
        if table.object_id != child.object_id:
            _collect(parents, table)
    _collect(parents, child)
    mine = (child.schema.lower(), child.name.lower())
    parent = (foreign.schema.lower(), foreign.table.lower())
    above_parent = _ancestors(parents, parent)
    return mine in above_parent or bool(above_parent & (_ancestors(parents, mine) - {mine}))


def _collect(parents: dict[tuple[str, str], set[tuple[str, str]]], table: Table) -> None:
    for foreign in table.foreign_keys:
        if (foreign.on_delete, foreign.on_update) != (NO_ACTION, NO_ACTION):
            above = parents.setdefault((table.schema.lower(), table.name.lower()), set())
            above.add((foreign.schema.lower(), foreign.table.lower()))


def _ancestors(
    parents: dict[tuple[str, str], set[tuple[str, str]]], start: tuple[str, str]
) -> set[tuple[str, str]]:
    seen, waiting = {start}, [start]
    while waiting:
        for above in parents.get(waiting.pop(), ()):
            if above not in seen:
                seen.add(above)
                waiting.append(above)
    return seen
