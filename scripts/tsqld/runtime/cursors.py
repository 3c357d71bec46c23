"""T-SQL cursors: DECLARE CURSOR, OPEN, FETCH, CLOSE, DEALLOCATE, cursor variables, WHERE CURRENT OF.

A cursor's rows are read when it opens. STATIC, INSENSITIVE and FAST_FORWARD cursors keep them; a KEYSET or
DYNAMIC cursor over one table looks a row up again, by its identity, once something was written since. Rows
inserted after OPEN are not seen. Specification: Microsoft Learn, "DECLARE CURSOR", "FETCH", "@@CURSOR_ROWS".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from tsqld.binder.scope import quoted
from tsqld.catalog.model import Table
from tsqld.compile.context import Reference, resolve_object
from tsqld.compile.inline import Compiler
from tsqld.compile.text import OutColumn
from tsqld.errors import error
from tsqld.events import Column, Columns, Done, Event, Rows
from tsqld.runtime.tablelocks import Hints
from tsqld.runtime.values import from_duck, rows_from_duck
from tsqld.syntax import nodes as n
from tsqld.syntax.walk import walk
from tsqld.types import MAX, SqlType

if TYPE_CHECKING:
    from tsqld.runtime.interpreter import Interpreter
    from tsqld.runtime.session import Session

_TYPES: Final = ("STATIC", "KEYSET", "DYNAMIC", "FAST_FORWARD")
_CONFLICTS: Final = (
    ("LOCAL", "GLOBAL"),
    ("FORWARD_ONLY", "SCROLL"),
    ("FAST_FORWARD", "SCROLL"),
    ("FAST_FORWARD", "SCROLL_LOCKS"),
    ("FAST_FORWARD", "OPTIMISTIC"),
    ("READ_ONLY", "SCROLL_LOCKS"),
    ("READ_ONLY", "OPTIMISTIC"),
    ("SCROLL_LOCKS", "OPTIMISTIC"),
    ("STATIC", "SCROLL_LOCKS"),
)
_INTEGERS: Final = {
    "tinyint": (0, 255),
    "smallint": (-(2**15), 2**15 - 1),
    "int": (-(2**31), 2**31 - 1),
    "bigint": (-(2**63), 2**63 - 1),
}
_HIDDEN: Final = "tsqld_key"


@dataclass(slots=True)
class Cursor:
    """A declared cursor. `rows` is None while it is closed; `position` counts from 0, -1 is before the first
    row. `table` is the table whose rows it stands on when it may be changed through; `keys` its key columns,
    selected behind the `columns` the query names."""

    name: str
    kind: str
    forward_only: bool
    read_only: bool
    sql: str
    references: tuple[Reference, ...]
    parameters: list[Any]
    columns: tuple[OutColumn, ...]
    reads: frozenset[str]
    hints: Hints
    table: Table | None = None
    keys: tuple[str, ...] = ()
    rows: list[Sequence[Any]] | None = None
    position: int = -1
    stamp: tuple[int, int] = (0, 0)
    current: Sequence[Any] | None = None

    @property
    def refreshes(self) -> bool:
        return self.kind in ("KEYSET", "DYNAMIC") and self.table is not None


class Cursors:
    """The cursors of a session: local ones live in frames, global ones in the session."""

    def __init__(self, session: Session, interpreter: Interpreter) -> None:
        self.session = session
        self.interpreter = interpreter
        self.globals: dict[str, Cursor] = {}
        self.last: Cursor | None = None

    # names

    def find(self, name: str, *, only_global: bool = False) -> Cursor | None:
        """The cursor a name or variable stands for: local before global."""
        key = name.lower()
        frame = self.session.frame
        if key.startswith("@"):
            return frame.cursor_variables.get(key)
        if not only_global and key in frame.cursors:
            return frame.cursors[key]
        return self.globals.get(key)

    def _need(self, name: str, only_global: bool, line: int) -> Cursor:
        found = self.find(name, only_global=only_global)
        if found is not None:
            return found
        if name.startswith("@"):
            if name.lower() not in self.session.frame.cursor_variables:
                raise error(137, name, line=line)
            raise error(16950, name, line=line)
        raise error(16916, name, line=line)

    def open_rows(self) -> int:
        """@@CURSOR_ROWS of the cursor opened last."""
        cursor = self.last
        if cursor is None or cursor.rows is None:
            return 0
        return -1 if cursor.kind in ("DYNAMIC", "FAST_FORWARD") else len(cursor.rows)

    def status(self, scope: str, name: str) -> int:
        """CURSOR_STATUS: 1 rows, 0 none, -1 closed, -2 no cursor in the variable, -3 unknown."""
        key = name.lower()
        frame = self.session.frame
        if scope.lower() == "variable":
            if key not in frame.cursor_variables:
                return -3
            cursor = frame.cursor_variables[key]
            if cursor is None:
                return -2
        else:
            home = frame.cursors if scope.lower() == "local" else self.globals
            cursor = home.get(key)
            if cursor is None:
                return -3
        if cursor.rows is None:
            return -1
        return 1 if cursor.rows or cursor.kind == "DYNAMIC" else 0

    # DECLARE

    def declare(self, node: n.DeclareCursor) -> Iterator[Event]:
        frame = self.session.frame
        key = node.name.lower()
        if key.startswith("@"):
            if key not in frame.cursor_variables:
                raise error(137, node.name, line=node.line)
            frame.cursor_variables[key] = self._made(node)
            return
        local = "LOCAL" in node.options or ("GLOBAL" not in node.options and self._local_by_default())
        home = frame.cursors if local else self.globals
        if key in home:
            raise error(16915, node.name, line=node.line)
        home[key] = self._made(node)
        yield from ()

    def _local_by_default(self) -> bool:
        session = self.session
        catalog = session.catalog(session.frame.database or session.database)
        return catalog.options.get("CURSOR_DEFAULT", "GLOBAL") == "LOCAL"

    def assign(self, name: str, value: n.Expression, line: int) -> None:
        """SET @cursor = another cursor, by name or variable."""
        other = value.name if isinstance(value, n.Variable) else ""
        if isinstance(value, n.ColumnName) and len(value.parts) == 1:
            other = value.parts[0]
        if not other:
            raise error(102, "=", line=line)
        self.session.frame.cursor_variables[name.lower()] = self._need(other, False, line)

    def _made(self, node: n.DeclareCursor) -> Cursor:
        options = set(node.options)
        for one, other in _CONFLICTS:
            if {one, other} <= options:
                raise error(1048, one, other, line=node.line)
        assert node.query is not None
        table = self._base_table(node.query)

        def make(compiler: Compiler) -> Cursor:
            return self._compiled(compiler, node, options, table)

        made: Cursor = self.interpreter.evaluator.compiled(node, "cursor", make)
        if made.table is not None and not made.keys:
            self.session.executor.positions_matter = True
        parameters = self.interpreter.evaluator.parameters(made.references)
        return replace(made, parameters=parameters, rows=None, position=-1, current=None)

    def _compiled(
        self, compiler: Compiler, node: n.DeclareCursor, options: set[str], table: Table | None
    ) -> Cursor:
        query = node.query
        assert query is not None
        kind = _kind(options, query, table)
        stands = table is not None and kind in ("KEYSET", "DYNAMIC")
        keys: tuple[str, ...] = ()
        if stands:
            assert table is not None
            keys = _key_columns(table)
            query = _with_keys(query, keys)
        text = compiler.query(query, None, expose_rowid=stands)
        visible = text.columns[: len(text.columns) - len(keys)]
        typed = options & set(_TYPES)
        forward = "SCROLL" not in options and (
            not typed or "FAST_FORWARD" in options or "FORWARD_ONLY" in options
        )
        return Cursor(
            node.name,
            kind,
            forward,
            not stands or "READ_ONLY" in options,
            text.sql,
            tuple(compiler.context.references),
            [],
            visible,
            frozenset(compiler.context.reads),
            frozenset(compiler.context.hints),
            table if stands else None,
            keys,
        )

    def _base_table(self, query: n.Query) -> Table | None:
        """The one table whose rows a query passes on, or None."""
        body = query.body
        if not isinstance(body, n.Select) or query.ctes or query.offset is not None or query.for_clause:
            return None
        if body.group_by or body.distinct or body.having or body.top or len(body.sources) != 1:
            return None
        source = body.sources[0]
        compiler = self.interpreter.evaluator.compiler()
        if compiler.aggregates_in(body, query) or any(
            isinstance(found, n.Call) and found.over is not None for found in walk(body)
        ):
            return None
        if isinstance(source, n.VariableSource):
            return self.session.frame.tables.get(source.name.lower())
        if not isinstance(source, n.TableSource):
            return None
        found, _ = resolve_object(compiler.context.environment, source.name, source.line)
        return found if isinstance(found, Table) and found.kind != "S" else None

    # OPEN, CLOSE, DEALLOCATE

    def operate(self, node: n.CursorOperation) -> Iterator[Event]:
        cursor = self._need(node.name, node.is_global, node.line)
        if node.action == "OPEN":
            self._open(cursor, node.line)
        elif node.action == "CLOSE":
            if cursor.rows is None:
                raise error(16917, line=node.line)
            self._close(cursor)
            self.session.rowcount = 0
        else:
            self._deallocate(node)
            self.session.rowcount = 0
        yield from ()

    def _open(self, cursor: Cursor, line: int) -> None:
        if cursor.rows is not None:
            raise error(16905, line=line)
        self.interpreter.transactions.begin_implicitly()
        executor = self.session.executor
        self.session.table_locks.reading(cursor.reads, cursor.hints)
        cursor.rows = list(executor.read(cursor.sql, cursor.parameters).fetchall())
        cursor.position, cursor.current = -1, None
        cursor.stamp = self._stamp()
        self.last = cursor
        self.session.rowcount = 0

    def _stamp(self) -> tuple[int, int]:
        """Changes with every write of this session and every commit of another."""
        return self.session.executor.writes, self.session.engine.commits

    def _close(self, cursor: Cursor) -> None:
        cursor.rows, cursor.current, cursor.position = None, None, -1

    def _deallocate(self, node: n.CursorOperation) -> None:
        key = node.name.lower()
        frame = self.session.frame
        if key.startswith("@"):
            frame.cursor_variables[key] = None
        elif key in frame.cursors and not node.is_global:
            del frame.cursors[key]
        else:
            del self.globals[key]

    def committed(self) -> None:
        """COMMIT closes every cursor where SET CURSOR_CLOSE_ON_COMMIT says so."""
        if self.session.options.cursor_close_on_commit:
            self._close_all(lambda _: True)

    def rolled_back(self) -> None:
        """ROLLBACK closes every cursor but the static ones, and those too under CURSOR_CLOSE_ON_COMMIT."""
        every = self.session.options.cursor_close_on_commit
        self._close_all(lambda cursor: every or cursor.refreshes)

    def every(self) -> Iterator[Cursor]:
        """Every cursor there is, open or not; one with two names comes twice."""
        yield from self.globals.values()
        for frame in self.session.frames:
            yield from frame.cursors.values()
            yield from (cursor for cursor in frame.cursor_variables.values() if cursor is not None)

    def _close_all(self, chosen: Callable[[Cursor], bool]) -> None:
        for cursor in self.every():
            if chosen(cursor):
                self._close(cursor)

    # FETCH

    def fetch(self, node: n.Fetch) -> Iterator[Event]:
        session = self.session
        cursor = self._need(node.cursor, node.is_global, node.line)
        if cursor.rows is None:
            session.fetch_status = -1
            raise error(16917, line=node.line)
        self._allowed(cursor, node)
        if node.into and len(node.into) != len(cursor.columns):
            session.fetch_status = -1
            raise error(16924, line=node.line)
        self.interpreter.transactions.begin_implicitly()
        status, row = self._moved(cursor, node)
        session.fetch_status = status
        session.rowcount = 1 if row is not None else 0
        if node.into:
            if row is not None:
                self._into(node, cursor, row)
            return
        yield Columns(tuple(Column(c.name, c.type, c.nullable) for c in cursor.columns))
        if row is not None:
            visible = [tuple(row[: len(cursor.columns)])]
            yield Rows(rows_from_duck(visible, [column.type for column in cursor.columns]))
        yield Done(None if session.options.nocount else session.rowcount, select=True)

    def _allowed(self, cursor: Cursor, node: n.Fetch) -> None:
        if node.direction == "NEXT":
            return
        if cursor.forward_only:
            raise error(16911, "fetch", node.direction.lower(), line=node.line)
        if cursor.kind == "DYNAMIC" and node.direction == "ABSOLUTE":
            raise error(16925, "absolute", line=node.line)

    def _moved(self, cursor: Cursor, node: n.Fetch) -> tuple[int, Sequence[Any] | None]:
        """Move to the row a FETCH asks for: its status and, if there is one, the row."""
        assert cursor.rows is not None
        step = -1 if node.direction in ("PRIOR", "LAST") else 1
        position = self._target(cursor, node)
        while True:
            cursor.position = max(-1, min(position, len(cursor.rows)))
            cursor.current = None
            if not 0 <= position < len(cursor.rows):
                return -1, None
            row = self._row(cursor, position)
            if row is not None:
                cursor.current = row
                return 0, row
            if cursor.kind == "KEYSET":
                return -2, None
            position += step

    def _target(self, cursor: Cursor, node: n.Fetch) -> int:
        assert cursor.rows is not None
        count = 0
        if node.count is not None:
            value = self.interpreter.evaluator.converted(node.count, SqlType("int"))
            count = 0 if value is None else int(value)
        match node.direction:
            case "NEXT":
                return cursor.position + 1
            case "PRIOR":
                return cursor.position - 1
            case "FIRST":
                return 0
            case "LAST":
                return len(cursor.rows) - 1
            case "ABSOLUTE":
                return count - 1 if count >= 0 else max(len(cursor.rows) + count, -1)
        return cursor.position + count

    def _row(self, cursor: Cursor, position: int) -> Sequence[Any] | None:
        """A row as it is now; None when it is gone."""
        assert cursor.rows is not None
        row = cursor.rows[position]
        if not cursor.refreshes or cursor.stamp == self._stamp():
            return row
        rowid = self._rowid(cursor, row)
        if rowid is None:
            return None
        place = len(cursor.parameters) + 1
        sql = f"SELECT * FROM ({cursor.sql}) WHERE tsqld_rowid_1 = ${place}"
        return self.session.executor.read(sql, [*cursor.parameters, rowid]).fetchone()

    def _rowid(self, cursor: Cursor, row: Sequence[Any]) -> int | None:
        """Where a fetched row is stored now: by its key when the table has one, else where it was."""
        assert cursor.table is not None
        executor = self.session.executor
        executor.fresh({cursor.table.storage})
        values = row[len(cursor.columns) : len(cursor.columns) + len(cursor.keys)]
        if cursor.keys:
            tests = [f"{quoted(key)} = ${i}" for i, key in enumerate(cursor.keys, 1)]
        else:
            tests, values = ["rowid = $1"], [row[-1]]
        sql = f"SELECT rowid FROM {cursor.table.storage} WHERE {' AND '.join(tests)}"
        found = executor.read(sql, list(values)).fetchone()
        return None if found is None else int(found[0])

    def _into(self, node: n.Fetch, cursor: Cursor, row: Sequence[Any]) -> None:
        frame = self.session.frame
        targets = []
        for name in node.into:
            if name.lower() not in frame.variables:
                raise error(137, name, line=node.line)
            targets.append(name.lower())
        for name, column, raw in zip(targets, cursor.columns, row, strict=False):
            convert = from_duck(column.type)
            value = convert(raw) if convert else raw
            frame.assign(name, self.fitted(value, column.type, frame.variables[name][0]))

    def fitted(self, value: Any, source: SqlType, target: SqlType) -> Any:
        """A value as a variable takes it, converted only where it must be."""
        if value is None or source == target:
            return value
        if source.name in _INTEGERS and target.name in _INTEGERS:
            low, high = _INTEGERS[target.name]
            if low <= value <= high:
                return value
        if isinstance(value, str) and target.name in ("varchar", "nvarchar"):
            room = target.length == MAX or len(value) <= target.length
            if room and (target.is_unicode or value.isascii()) and source.is_text:
                return value
        return self.interpreter.evaluator.literal_text(value, source, target)

    # WHERE CURRENT OF

    def current_rowid(self, name: str, storage: str) -> int:
        """The stored row a cursor stands on, for UPDATE and DELETE … WHERE CURRENT OF."""
        only_global = name.startswith("GLOBAL ")
        cursor = self._need(name.removeprefix("GLOBAL "), only_global, 0)
        if cursor.rows is None:
            raise error(16917)
        if cursor.read_only:
            raise error(16929)
        if cursor.current is None:
            raise error(16931)
        if cursor.table is None or cursor.table.storage != storage:
            raise error(16933)
        rowid = self._rowid(cursor, cursor.current)
        if rowid is None:
            raise error(16947)
        return rowid


def _kind(options: set[str], query: n.Query, table: Table | None) -> str:
    """What sort of cursor a declaration becomes: "Implicit cursor conversions" of Microsoft Learn."""
    if "STATIC" in options or "INSENSITIVE" in options:
        return "STATIC"
    if "FAST_FORWARD" in options:
        return "FAST_FORWARD"
    if table is None:
        return "STATIC"
    keyset = "KEYSET" if _key_columns(table) else "STATIC"
    if "KEYSET" in options or ("SCROLL" in options and "DYNAMIC" not in options):
        return keyset
    return "DYNAMIC" if _index_orders(query, table) else keyset


def _index_orders(query: n.Query, table: Table) -> bool:
    """Whether an index yields the ORDER BY, so that a dynamic cursor can follow it."""
    if not query.order_by:
        return True
    wanted = [
        item.expression.parts[-1].lower() if isinstance(item.expression, n.ColumnName) else ""
        for item in query.order_by
    ]
    return any([c.lower() for c in i.column_names[: len(wanted)]] == wanted for i in table.indexes)


def _key_columns(table: Table) -> tuple[str, ...]:
    """The columns of a unique key without NULLs: the primary key when there is one."""
    keys = sorted(table.keys, key=lambda index: index.kind != "PRIMARY KEY")
    for key in keys:
        columns = [table.column(name) for name in key.column_names]
        if not key.where and all(c and not c.nullable and not c.computed for c in columns):
            return key.column_names
    return ()


def _with_keys(query: n.Query, keys: Sequence[str]) -> n.Query:
    body = query.body
    assert isinstance(body, n.Select)
    items = [
        n.SelectItem(body.line, n.ColumnName(body.line, (key,)), f"{_HIDDEN} {i}")
        for i, key in enumerate(keys)
    ]
    return replace(query, body=replace(body, items=(*body.items, *items)))
