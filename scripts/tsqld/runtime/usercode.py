"""Runs the body of a function written in T-SQL, where it cannot be folded into the query that calls it.

Specification: Microsoft Learn, "CREATE FUNCTION": a function changes nothing but its own table variables, so
what it computes depends on its arguments and on what it reads.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from tsqld.catalog.model import Module, Table
from tsqld.errors import TsqlError, error
from tsqld.runtime.frame import BatchAborted, Frame, Returned
from tsqld.runtime.session import Session
from tsqld.runtime.values import from_duck
from tsqld.syntax import nodes as n
from tsqld.syntax.modules import NULL_ON_NULL
from tsqld.syntax.parser import parse_batch
from tsqld.syntax.walk import parse_module, walk

_MAX_NESTING: Final = 32


def returned_value(session: Session, module: Module, database: str, values: Sequence[Any]) -> Any:
    """What a scalar function returns. Error 217 when functions call each other too deep."""
    if NULL_ON_NULL in parse_module(module.text).options and any(value is None for value in values):
        return None
    frame = _frame(session, module, database, values)
    with _running(session, frame, module):
        _run(session, module)
        return frame.result


def returned_rows(
    session: Session, module: Module, database: str, values: Sequence[Any]
) -> list[tuple[Any, ...]]:
    """The rows of a multi-statement function's table."""
    frame = _frame(session, module, database, values)
    with _running(session, frame, module):
        table = _filled(session, module, frame)
        session.executor.fresh(())
        rows = session.executor.read(f"SELECT * FROM {table.storage}").fetchall()
        _drop(session, table.storage)
    converters = [from_duck(column.type) for column in table.columns]
    return [tuple(c(v) if c else v for c, v in zip(converters, row, strict=True)) for row in rows]


def fill(session: Session, module: Module, database: str, values: Sequence[Any], storage: str) -> None:
    """Leave a multi-statement function's rows in the temp table `storage`."""
    frame = _frame(session, module, database, values)
    with _running(session, frame, module):
        table = _filled(session, module, frame)
        text = f"CREATE OR REPLACE TEMP TABLE {storage} AS SELECT * FROM {table.storage}"
        if session.executor.transaction is not None:
            session.executor.fresh(())
            session.executor.write(text)
        else:
            session.executor.cursor.execute(text)
        _drop(session, table.storage)


def _drop(session: Session, storage: str) -> None:
    text = f"DROP TABLE IF EXISTS {storage}"
    if session.executor.transaction is not None:
        session.executor.write(text)
    else:
        session.executor.cursor.execute(text)


def _frame(session: Session, module: Module, database: str, values: Sequence[Any]) -> Frame:
    nest = session.frame.nest + 1
    if nest > _MAX_NESTING:
        raise error(217)
    frame = Frame(
        procedure=module.full_name,
        procedure_id=module.object_id,
        tree=parse_batch(module.text),
        database=database,
        schema=module.schema,
        owned=(database, module),
        nest=nest,
        in_function=True,
        returns=module.returns,
    )
    for parameter, value in zip(module.parameters, values, strict=True):
        frame.declare(parameter.name.lower(), parameter.type, value)
    return frame


def _filled(session: Session, module: Module, frame: Frame) -> Table:
    definition = parse_module(module.text)
    assert definition.return_table is not None
    definitions = session.interpreter.definitions
    table = definitions.table_variable(definition.return_variable, definition.return_table)
    frame.tables[definition.return_variable.lower()] = table
    _run(session, module)
    return table


def _run(session: Session, module: Module) -> None:
    try:
        body = parse_module(module.text).body
        session.interpreter.scopes.enter(body)
        for _ in session.interpreter.run(body):
            pass
    except Returned:
        return
    except BatchAborted:
        raise TsqlError(50101, "tsqld: a function ended its batch.") from None


@contextmanager
def _running(session: Session, frame: Frame, module: Module) -> Iterator[None]:
    """The session as a function body finds it, and as its caller gets it back.

    An error must end the caller's statement, so the body runs as inside TRY; a statement that has begun its
    own transaction must not see the body's statements begin another.
    """
    state = (session.rowcount, session.last_error, session.fetch_status, session.statement_time)
    depth, frames, count = session.try_depth, len(session.frames), session.trancount
    session.try_depth = depth + 1
    if session.executor.transaction is not None and not count:
        session.trancount = 1
    identities = session.authority.depth
    identity = session.authority.as_module(module, frame.database)
    if identity is not None:
        session.authority.push(identity)
    frame.identities = session.authority.depth
    session.frames.append(frame)
    try:
        yield
    finally:
        del session.frames[frames:]
        session.authority.unwind(identities)
        session.try_depth, session.trancount = depth, count
        session.rowcount, session.last_error, session.fetch_status, session.statement_time = state
        for table in frame.tables.values():
            if session.executor.transaction is None:
                session.executor.cursor.execute(f"DROP TABLE IF EXISTS {table.storage}")


_SIDE_EFFECTS: Final[dict[type[n.Statement], str]] = {
    n.CreateTable: "CREATE TABLE",
    n.Truncate: "TRUNCATE TABLE",
    n.BulkInsert: "BULK INSERT",
    n.Print: "PRINT",
    n.Raiserror: "RAISERROR",
    n.Throw: "THROW",
    n.TryCatch: "BEGIN TRY",
    n.WaitFor: "WAITFOR",
    n.SetOption: "SET OPTION ON/OFF",
    n.Use: "USE DATABASE",
}


def refuse_side_effects(node: n.CreateModule) -> None:
    """What CREATE FUNCTION does not take. Errors 443, 444, 455, 1075 and 2772."""
    for found in (below for statement in node.body for below in walk(statement)):
        if isinstance(found, n.SelectStatement):
            body = found.query.body
            if not isinstance(body, n.Select) or not all(
                isinstance(item, n.SelectItem) and item.variable for item in body.items
            ):
                raise error(444, line=found.line)
        elif isinstance(found, n.Insert | n.Update | n.Delete | n.Merge):
            if not _own_table(found):
                raise error(443, type(found).__name__.upper(), line=found.line)
        elif isinstance(found, n.Transaction):
            words = {"BEGIN": "BEGIN TRANSACTION", "COMMIT": "COMMIT TRANSACTION"}
            raise error(443, words.get(found.action, f"{found.action} TRANSACTION"), line=found.line)
        elif isinstance(found, n.Execute) and found.text is not None:
            raise error(443, "EXECUTE STRING", line=found.line)
        elif isinstance(found, n.Statement) and type(found) in _SIDE_EFFECTS:
            raise error(443, _SIDE_EFFECTS[type(found)], line=found.line)
        elif isinstance(found, n.Return) and found.value is None and node.kind == "SCALAR FUNCTION":
            raise error(1075, line=found.line)
        elif isinstance(found, n.TableSource) and found.name[-1].startswith("#"):
            raise error(2772, line=found.line)
        elif isinstance(found, n.Call) and tuple(map(str.upper, found.name)) in (("NEWID",), ("RAND",)):
            raise error(443, found.name[0].lower(), line=found.line)
    whole = node.body[0]
    last = whole.statements[-1] if isinstance(whole, n.Block) else whole
    if not isinstance(last, n.Return):
        raise error(455, line=last.line)


def _own_table(node: n.Insert | n.Update | n.Delete | n.Merge) -> bool:
    """Whether DML changes a table variable: named, or by its alias in FROM."""
    if node.target.variable:
        return True
    if isinstance(node, n.Update | n.Delete) and len(node.target.name) == 1:
        wanted = node.target.name[0].lower()
        for source in node.sources:
            for found in walk(source):
                if isinstance(found, n.VariableSource) and found.alias.lower() == wanted:
                    return True
    return False
