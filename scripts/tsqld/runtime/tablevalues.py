"""Table-valued parameters: what a client sends becomes the rows of a variable of the parameter's table type.

The rows are inserted as an INSERT into the variable would: converted to the types of its columns, with the
defaults, identity values and computed columns of those that the client leaves to the server, and checked
against the constraints of the type. Source: Microsoft Learn, "Use table-valued parameters"; [MS-TDS]
2.2.5.5.5.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from tsqld.binder.scope import quoted
from tsqld.catalog.model import ModuleParameter, Table
from tsqld.compile.dml.plan import is_stored
from tsqld.compile.text import OutColumn, QueryText
from tsqld.errors import TsqlError, error, unsupported
from tsqld.events import Argument, Event
from tsqld.runtime.frame import Frame
from tsqld.syntax import nodes as n
from tsqld.types import SqlType

if TYPE_CHECKING:
    from tsqld.runtime.interpreter import Interpreter
    from tsqld.runtime.session import Session


def bind_table(
    session: Session,
    interpreter: Interpreter,
    parameter: ModuleParameter,
    argument: Argument | None,
    frame: Frame,
) -> None:
    """Give a parameter of a table type its rows, in the frame that is to run. Errors: 206 of what is no
    table, 500 of another number of columns, and those of an INSERT."""
    assert parameter.table_type is not None
    schema, name = parameter.table_type
    table = interpreter.definitions.table_of_type(parameter.name, n.TypeName(0, (schema, name)))
    assert table is not None
    frame.tables[parameter.name.lower()] = table
    value = argument.value if argument is not None else None
    if argument is None or value is None:
        return
    if hasattr(value, "storage"):
        session.executor.change(f"INSERT INTO {table.storage} SELECT * FROM {value.storage}")
        return
    rows = getattr(value, "rows", value)
    if not isinstance(rows, Sequence) or isinstance(rows, str | bytes):
        raise error(206, argument.type.name, name)
    if rows:
        _insert(session, interpreter, frame, table, getattr(value, "columns", None), rows)


def _insert(
    session: Session,
    interpreter: Interpreter,
    frame: Frame,
    table: Table,
    columns: Sequence[Any] | None,
    rows: Sequence[Sequence[Any]],
) -> None:
    """Insert the rows; a variable whose rows are refused is gone."""
    places, types = _given(table, columns)
    kept = [[row[place] for place in places] for row in rows] if len(places) < len(rows[0]) else rows
    state = session.rowcount, session.last_identity
    session.frames.append(frame)
    try:
        for _ in interpreter.transactions.run(
            lambda: _change(interpreter, table, [table.columns[place].name for place in places], types, kept)
        ):
            pass
    except TsqlError:
        for _ in interpreter.procedures.drop_temporaries(frame):
            pass
        raise
    finally:
        session.frames.remove(frame)
        session.rowcount, session.last_identity = state
        frame.scope_identity = None


def _given(table: Table, columns: Sequence[Any] | None) -> tuple[list[int], list[SqlType]]:
    """The places of the columns whose values the client sends, and the types in which it does."""
    if columns is None:
        places = [place for place, column in enumerate(table.columns) if is_stored(column)]
        return places, [table.columns[place].type for place in places]
    if len(columns) != len(table.columns):
        raise error(500, len(columns), len(table.columns))
    places = [place for place, column in enumerate(columns) if not column.is_default]
    if not places:
        raise unsupported("a table-valued parameter all of whose columns are left to their defaults")
    return places, [columns[place].type for place in places]


def _change(
    interpreter: Interpreter,
    table: Table,
    names: Sequence[str],
    types: Sequence[SqlType],
    rows: Sequence[Sequence[Any]],
) -> Iterator[Event]:
    compiler = interpreter.bulk.compiler()
    with interpreter.definitions.rows_table(types, rows) as source:
        listed = ", ".join(quoted(f"c{place}") for place in range(1, len(names) + 1))
        text = QueryText(f"SELECT {listed} FROM {source}", tuple(OutColumn("", type) for type in types))
        plan = compiler.insert_rows_plan(n.Target(0, variable=table.name), names, text, 0)
        yield from interpreter.changes.run(plan)
