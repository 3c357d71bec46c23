"""DBCC CHECKIDENT: tells or resets the current identity value of a table.

Specification: Microsoft Learn, "DBCC CHECKIDENT". Without NORESEED the value follows the column's highest
when it has fallen behind it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tsqld.binder.scope import quoted
from tsqld.catalog.model import Table
from tsqld.errors import error
from tsqld.events import Event, Message
from tsqld.runtime.session import Session
from tsqld.runtime.values import whole_number
from tsqld.syntax import nodes as n

if TYPE_CHECKING:
    from tsqld.runtime.interpreter import Interpreter


def check_identity(session: Session, interpreter: Interpreter, node: n.Maintenance) -> Iterator[Event]:
    """`words` are DBCC, CHECKIDENT and what stood in parentheses."""
    quiet = "WITH NO_INFOMSGS" in node.words
    name, given = _parsed(tuple(word for word in node.words[2:] if not word.startswith("WITH ")))
    found = interpreter.evaluator._functions.find(name)
    if not isinstance(found, Table):
        raise error(2501, name, line=node.line)
    if found.identity is None or found.identity.identity is None:
        raise error(7997, found.name, line=node.line)
    database = session.frame.database or session.database
    seed, step = found.identity.identity
    counters = session.engine.counters
    following = counters.next_of(database, found)
    session.executor.fresh({found.storage})
    row = session.executor.read(f"SELECT max({quoted(found.identity.name)}) FROM {found.storage}").fetchone()
    highest = row[0] if row else None
    unused = following == seed and highest is None
    current = "NULL" if unused else str(following - step)
    text = f"Checking identity information: current identity value '{current}'"
    if given is not None:
        counters.reseed(database, found, given if unused else given + step)
        text += "."
    else:
        text += f", current column value '{_shown(highest)}'."
        reseeds = "NORESEED" not in {word.upper() for word in node.words}
        if reseeds and highest is not None and (highest > following - step) == (step > 0):
            counters.reseed(database, found, int(highest) + step)
    if quiet:
        return
    yield Message(text, 7998, 0, 1, node.line)
    done = error(2528)
    yield Message(done.message, 2528, 0, 1, node.line)


def _shown(value: object) -> str:
    return "NULL" if value is None else str(value)


def _parsed(words: tuple[str, ...]) -> tuple[str, int | None]:
    """The table, and the new value of RESEED."""
    parts: list[str] = []
    position = 0
    while position < len(words) and words[position] != ",":
        parts.append(words[position])
        position += 1
    rest = [word for word in words[position:] if word != ","]
    given = None
    if len(rest) > 1 and rest[0].upper() == "RESEED":
        given = whole_number("".join(rest[1:]))
    return "".join(parts), given
