"""What a change gives its AFTER triggers: `inserted` and `deleted`, as texts over the change set."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from tsqld.binder.scope import quoted
from tsqld.catalog.model import Column, Module, Table
from tsqld.compile.context import Environment, FullName
from tsqld.errors import error
from tsqld.syntax import nodes as n

CHANGE = "{change}"


@dataclass(frozen=True, slots=True)
class Fired:
    """One event of a change. `inserted` and `deleted` are queries over the change set, empty where the event
    has no such rows; `updated` are the lower-case columns UPDATE() is true for, None for all. `instead` says
    that the change itself is left to an INSTEAD OF trigger."""

    event: str
    inserted: str = ""
    deleted: str = ""
    updated: frozenset[str] | None = None
    instead: bool = False


def fires(environment: Environment, table: Table, name: FullName, event: str) -> bool:
    """Whether an enabled trigger waits for `event` on a table."""
    if table.is_temporary or table.kind != "U":
        return False
    waiting = environment.catalog(name.database).triggers_of(table)
    return any(event in trigger.events and not is_instead(trigger) for trigger in waiting)


def is_instead(trigger: Module) -> bool:
    return "INSTEAD OF" in trigger.events


def replaced(environment: Environment, target: Table | Module, database: str, event: str) -> bool:
    """Whether an INSTEAD OF trigger stands in for `event` on a table or view. Inside the trigger itself none
    does."""
    if isinstance(target, Table) and (target.is_temporary or target.kind != "U"):
        return False
    return any(
        is_instead(trigger) and event in trigger.events and trigger.object_id not in environment.instead
        for trigger in environment.catalog(database).triggers_of(target)
    )


def view_rows(view: Module) -> Table:
    """A view as the table that `inserted` and `deleted` of its INSTEAD OF triggers look like: all columns may
    be NULL, since nothing is stored."""
    columns = tuple(replace(column, nullable=True) for column in view.columns)
    storage = f"view {view.full_name}"
    return Table(
        view.object_id,
        view.schema,
        view.name,
        view.created,
        view.modified,
        columns,
        storage=storage,
        kind="V",
    )


def refuse_output(node: n.Insert | n.Update | n.Delete | n.Merge) -> None:
    """OUTPUT to the client cannot be told from what triggers tell. Error 334, which names the target as it is
    written."""
    if any(output.into is None for output in node.outputs):
        alias = node.alias if isinstance(node, n.Merge) else ""
        raise error(334, alias or ".".join(node.target.name), line=node.line)


def stored(table: Table) -> list[Column]:
    return [column for column in table.columns if not column.computed or column.persisted]


def new_rows(table: Table, changed: Collection[str] | None = None, where: str = "") -> str:
    """`inserted`: the columns the change set holds anew, the others as they were."""
    parts = []
    for column in stored(table):
        kept = changed is not None and column.name.lower() not in changed
        source = quoted("old " + column.name) if kept else quoted(column.name)
        parts.append(f"{source} AS {quoted(column.name)}")
    return f"SELECT {', '.join(parts)} FROM {CHANGE}{where}"


def old_rows(table: Table, where: str = "") -> str:
    """`deleted`: the rows as they were."""
    parts = [f"{quoted('old ' + column.name)} AS {quoted(column.name)}" for column in stored(table)]
    return f"SELECT {', '.join(parts)} FROM {CHANGE}{where}"
