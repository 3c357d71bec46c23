"""Constraints as DuckDB queries over a change set: each finds one row that violates it.

DuckDB holds no constraints of ours: an index there slows loading five times, knows no filtered uniqueness, no
case-insensitive keys, and fails child-then-parent deletes in one transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from tsqld.binder.bound import Bound
from tsqld.binder.scope import quoted
from tsqld.catalog.model import NO_ACTION, Check, ForeignKey, Index, Table
from tsqld.compile.context import Environment, FullName
from tsqld.compile.operations import cast_explicit, key
from tsqld.errors import TsqlError, error
from tsqld.types import MAX, nvarchar


@dataclass(frozen=True, slots=True)
class KeyCheck:
    """A query that yields a row where a constraint is violated.

    `columns` are the lower-case columns the change set must hold, `old_columns` those it must hold as they
    were (named `old x`). `places` fill the message of `number`; a duplicate key's values follow them.
    """

    sql: str
    number: int
    places: tuple[str, ...]
    columns: frozenset[str]
    old_columns: frozenset[str] = frozenset()
    state: int | None = None
    quick: str = ""
    other: str = ""
    """Storage of another table that the check reads."""
    reference: str = ""
    """What writers of child and parent lock, so that neither loses the other while both are uncommitted."""
    is_child: bool = False

    def violation(self, row: Sequence[Any]) -> TsqlError:
        if self.number in (2601, 2627):
            shown = ", ".join("<NULL>" if value is None else _shown(value) for value in row)
            return error(self.number, *self.places, f"({shown})", state=self.state)
        return error(self.number, *self.places, state=self.state)


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, bytes):
        return "0x" + value.hex()
    return str(value)


def check_texts(table: Table) -> list[Check]:
    return [check for check in table.checks if not check.disabled]


Filter = Callable[[Table, str, str], str]
"""Compiles a filtered index's condition for the rows of an alias."""


FIRST_LOCAL_ROW: Final = 36028797018960000
"""DuckDB 2.0 numbers the rows a transaction has appended and not committed from here on; a test holds it to
that."""


def appended(table: Table) -> str:
    """The rows that the open transaction has added to a table: what an INSERT must check behind itself."""
    return f"(SELECT * FROM {table.storage} WHERE rowid >= {FIRST_LOCAL_ROW})"


def key_checks(
    table: Table, name: FullName, verb: str, change: str, compiled: Filter
) -> tuple[KeyCheck, ...]:
    """Uniqueness: an INSERT's rows among themselves and against the others, an UPDATE's among the touched
    keys."""
    checks: list[KeyCheck] = []
    for index in table.keys:
        if verb != "INSERT":
            checks.append(_touched(table, index, change, compiled))
            continue
        others, quick = table.storage, ""
        if change == appended(table):
            others = f"(SELECT * FROM {table.storage} WHERE rowid < {FIRST_LOCAL_ROW})"
            quick = _more(table, index, change)
        for check in (
            _within(table, index, change, compiled),
            _against(table, index, change, others, compiled),
        ):
            checks.append(replace(check, quick=quick))
    return tuple(checks)


def ignored_duplicates(table: Table, change: str, compiled: Filter) -> tuple[str, ...]:
    """Texts that take the rows out of a change set whose keys exist, for indexes with IGNORE_DUP_KEY. Of new
    rows with one key the first stays."""
    texts = []
    for index in table.keys:
        if not index.ignores_duplicates:
            continue
        keys = ", ".join(key(_column(table, name, "c")) for name in index.column_names)
        where = f" WHERE {compiled(table, 'c', index.where)}" if index.where else ""
        ranked = (
            f"SELECT c.rowid AS r, row_number() OVER (PARTITION BY {keys} ORDER BY c.rowid) AS n "
            f"FROM {change} AS c{where}"
        )
        texts.append(f"DELETE FROM {change} WHERE rowid IN (SELECT r FROM ({ranked}) WHERE n > 1)")
        exists = _against(table, index, change, table.storage, compiled).sql.removesuffix(" LIMIT 1")
        found = "SELECT c.rowid " + exists[exists.index(f"FROM {change} AS c") :]
        texts.append(f"DELETE FROM {change} WHERE rowid IN ({found})")
    return tuple(texts)


def _more(table: Table, index: Index, rows: str) -> str:
    """A row when some of `rows`, which are in the table, share their key with another: joined to the table
    by the key they are then more than they are. Nothing for a filtered index, which leaves rows out."""
    if index.where:
        return ""
    same = _same(table, index.column_names, table, index.column_names, "t", "c")
    columns = [_column(table, name, "t") for name in index.column_names]
    if len(columns) > 1 or columns[0].type.is_text:
        same = f"{_hash(table, index, 't')} = {_hash(table, index, 'c')}"
    return (
        f"SELECT 1 FROM {table.storage} AS t JOIN {rows} AS c ON {same} "
        f"LIMIT 1 OFFSET (SELECT count(*) FROM {rows} AS c)"
    )


def _hash(table: Table, index: Index, alias: str) -> str:
    """A number for a key, NULLs included: joining by it is faster than by texts, and what it mistakes for a
    duplicate is looked at again."""
    return f"hash({', '.join(key(_column(table, name, alias)) for name in index.column_names)})"


def unique_check(table: Table, index: Index, compiled: Filter) -> KeyCheck:
    """Uniqueness of a whole table, as CREATE UNIQUE INDEX needs it."""
    return _within(table, index, table.storage, compiled)


def _within(table: Table, index: Index, rows: str, compiled: Filter) -> KeyCheck:
    keys = [key(_column(table, name, "c")) for name in index.column_names]
    shown = ", ".join(f"any_value({_told(table, name, 'c')})" for name in index.column_names)
    where = f" WHERE {compiled(table, 'c', index.where)}" if index.where else ""
    sql = f"SELECT {shown} FROM {rows} AS c{where} GROUP BY {', '.join(keys)} HAVING count(*) > 1 LIMIT 1"
    return _unique(table, index, sql)


def _against(table: Table, index: Index, change: str, others: str, compiled: Filter) -> KeyCheck:
    same = _same(table, index.column_names, table, index.column_names, "t", "c")
    where = ""
    if index.where:
        where = f" AND {compiled(table, 'c', index.where)}"
        same += f" AND {compiled(table, 't', index.where)}"
    shown = ", ".join(_told(table, name, "c") for name in index.column_names)
    found = f"EXISTS (SELECT 1 FROM {others} AS t WHERE {same})"
    sql = f"SELECT {shown} FROM {change} AS c WHERE {found}{where} LIMIT 1"
    return _unique(table, index, sql)


def _touched(table: Table, index: Index, change: str, compiled: Filter) -> KeyCheck:
    keys = [key(_column(table, name, "t")) for name in index.column_names]
    shown = ", ".join(f"any_value({_told(table, name, 't')})" for name in index.column_names)
    same = _same(table, index.column_names, table, index.column_names, "t", "c")
    where = f" AND {compiled(table, 't', index.where)}" if index.where else ""
    sql = (
        f"SELECT {shown} FROM {table.storage} AS t "
        f"WHERE EXISTS (SELECT 1 FROM {change} AS c WHERE {same}){where} "
        f"GROUP BY {', '.join(keys)} HAVING count(*) > 1 LIMIT 1"
    )
    return replace(_unique(table, index, sql), quick=_more(table, index, change))


def _unique(table: Table, index: Index, sql: str) -> KeyCheck:
    columns = frozenset(name.lower() for name in index.column_names)
    shown = table.full_name
    if index.is_constraint:
        return KeyCheck(
            sql,
            2627,
            (index.kind if index.kind == "PRIMARY KEY" else "UNIQUE KEY", index.name, shown),
            columns,
        )
    return KeyCheck(sql, 2601, (shown, index.name), columns)


def _told(table: Table, name: str, alias: str) -> str:
    """A column as a message tells its value: dates and numbers as text, the rest as Python has it."""
    value = _column(table, name, alias)
    if value.type.is_text or value.type.is_binary or value.type.name in ("uniqueidentifier", "bit"):
        return value.sql
    return cast_explicit(value, nvarchar(MAX), None, try_=False, line=0).sql


def _column(table: Table, name: str, alias: str, prefix: str = "") -> Bound:
    column = table.column(name)
    assert column is not None, f"{table.full_name} has no column {name}"
    return Bound(f"{alias}.{quoted(prefix + column.name)}", column.type, column.nullable)


def _same(
    left: Table,
    left_columns: Iterable[str],
    right: Table,
    right_columns: Iterable[str],
    left_alias: str,
    right_alias: str,
    prefix: str = "",
) -> str:
    parts = []
    for a, b in zip(left_columns, right_columns, strict=True):
        x, y = _column(left, a, left_alias), _column(right, b, right_alias, prefix)
        operator = "IS NOT DISTINCT FROM" if x.nullable and y.nullable else "="
        parts.append(f"{key(x)} {operator} {key(y)}")
    return " AND ".join(parts)


SAME_TABLE: Final = "FOREIGN KEY SAME TABLE"


def by_time(checks: Iterable[KeyCheck]) -> tuple[tuple[KeyCheck, ...], tuple[KeyCheck, ...]]:
    """Reference checks of an UPDATE or MERGE: those before the change, and those behind it, which look for
    parents in the changed table itself."""
    found = tuple(checks)
    behind = tuple(check for check in found if SAME_TABLE in check.places)
    return tuple(check for check in found if check not in behind), behind


def reference_checks(
    table: Table, name: FullName, verb: str, change: str, changed: set[str] | None, environment: Environment
) -> tuple[KeyCheck, ...]:
    """Foreign keys of the changed table: every new value must have its parent."""
    checks = []
    catalog = environment.catalog(name.database)
    for foreign in table.foreign_keys:
        columns = {column.lower() for column in foreign.columns}
        if foreign.disabled or (changed is not None and not columns & changed):
            continue
        parent = catalog.table(foreign.schema, foreign.table)
        assert parent is not None
        checks.append(_reference(table, foreign, parent, name, verb, change))
    return tuple(checks)


def _reference(
    table: Table, foreign: ForeignKey, parent: Table, name: FullName, verb: str, change: str
) -> KeyCheck:
    present = " AND ".join(f"c.{quoted(column)} IS NOT NULL" for column in foreign.columns)
    same = _same(parent, foreign.referenced, table, foreign.columns, "p", "c")
    missing = f"NOT EXISTS (SELECT 1 FROM {parent.storage} AS p WHERE {same})"
    if parent.storage == table.storage and verb == "INSERT":
        missing += f" AND NOT EXISTS (SELECT 1 FROM {change} AS p WHERE {same})"
    sql = f"SELECT 1 FROM {change} AS c WHERE {present} AND {missing} LIMIT 1"
    kind = SAME_TABLE if parent.storage == table.storage else "FOREIGN KEY"
    where = f", column '{foreign.referenced[0]}'" if len(foreign.columns) == 1 else ""
    places = (verb, kind, foreign.name, name.database, parent.full_name, where)
    columns = frozenset(column.lower() for column in foreign.columns)
    check = KeyCheck(sql, 547, places, columns, state=0)
    return check if kind == SAME_TABLE else _between(check, parent, parent, is_child=True)


def delete_checks(
    table: Table,
    name: FullName,
    verb: str,
    change: str,
    changed: set[str] | None,
    environment: Environment,
    action: str = "",
) -> tuple[KeyCheck, ...]:
    """Foreign keys that reference the changed table: no child may lose its parent. `action` is what a MERGE
    does to the rows."""
    checks = []
    if table.is_temporary:
        return ()
    for child in environment.catalog(name.database).tables():
        for foreign in child.foreign_keys:
            if foreign.disabled or not foreign.references(table):
                continue
            if changed is not None and not {column.lower() for column in foreign.referenced} & changed:
                continue
            if (foreign.on_delete if (action or verb) == "DELETE" else foreign.on_update) != NO_ACTION:
                continue
            checks.append(_orphans(table, child, foreign, name, verb, change))
    return tuple(checks)


def _orphans(
    table: Table, child: Table, foreign: ForeignKey, name: FullName, verb: str, change: str
) -> KeyCheck:
    lost = _same(child, foreign.columns, table, foreign.referenced, "k", "c", "old ")
    kept = _same(child, foreign.columns, table, foreign.referenced, "k", "p")
    sql = (
        f"SELECT 1 FROM {child.storage} AS k WHERE EXISTS (SELECT 1 FROM {change} AS c WHERE {lost}) "
        f"AND NOT EXISTS (SELECT 1 FROM {table.storage} AS p WHERE {kept}) LIMIT 1"
    )
    kind = "SAME TABLE REFERENCE" if child.storage == table.storage else "REFERENCE"
    where = f", column '{foreign.columns[0]}'" if len(foreign.columns) == 1 else ""
    places = (verb, kind, foreign.name, name.database, child.full_name, where)
    old = frozenset(column.lower() for column in foreign.referenced)
    check = KeyCheck(sql, 547, places, frozenset(), old, state=0)
    return check if child.storage == table.storage else _between(check, table, child, is_child=False)


def _between(check: KeyCheck, parent: Table, other: Table, *, is_child: bool) -> KeyCheck:
    return replace(check, other=other.storage, reference=f"references {parent.storage}", is_child=is_child)
