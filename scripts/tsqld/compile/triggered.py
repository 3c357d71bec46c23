"""What a change gives its AFTER triggers: `inserted` and `deleted`, as texts over the change set."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from tsqld.binder.scope import quoted
from tsqld.catalog.model import Column, Table
from tsqld.compile.context import Environment, FullName
from tsqld.errors import error
from tsqld.syntax import nodes as n

CHANGE = "{change}"


@dataclass(frozen=True, slots=True)
class Fired:
    """One event of a change. `inserted` and `deleted` are queries over the change set, empty where the event
    has no such rows; `updated` are the lower-case columns UPDATE() is true for, None for all."""

    event: str
    inserted: str = ""
    deleted: str = ""
    updated: frozenset[str] | None = None


def fires(environment: Environment, table: Table, name: FullName, event: str) -> bool:
    """Whether an enabled trigger waits for `event` on a table."""
    if table.is_temporary or table.kind != "U":
        return False
    return any(event in trigger.events for trigger in environment.catalog(name.database).triggers_of(table))


def refuse_output(outputs: Sequence[n.Output], table: Table, line: int) -> None:
    """OUTPUT to the client cannot be told from what triggers tell. Error 334."""
    if any(output.into is None for output in outputs):
        raise error(334, table.name, line=line)


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
