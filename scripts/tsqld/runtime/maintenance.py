"""CHECKPOINT, RECONFIGURE, KILL and DBCC. Specification: Microsoft Learn, "DBCC", "KILL"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from tsqld.errors import error, unsupported
from tsqld.events import Column, Columns, Done, Event, Message, Rows
from tsqld.runtime.checkident import check_identity
from tsqld.runtime.serveroptions import reconfigure
from tsqld.runtime.session import Session
from tsqld.security.rights import DATABASE, SERVER
from tsqld.syntax import nodes as n
from tsqld.types import nvarchar

if TYPE_CHECKING:
    from tsqld.runtime.interpreter import Interpreter

_NOTHING_TO_DO: Final = frozenset(
    """FREEPROCCACHE DROPCLEANBUFFERS FREESYSTEMCACHE FREESESSIONCACHE UPDATEUSAGE SHRINKDATABASE SHRINKFILE
    CLEANTABLE TRACEON TRACEOFF""".split()
)
_CHECKS: Final = frozenset("CHECKDB CHECKTABLE CHECKALLOC CHECKCATALOG CHECKFILEGROUP".split())
_KNOWN: Final = frozenset(
    """CHECKCONSTRAINTS CLONEDATABASE DBREINDEX DBREPAIR HELP INDEXDEFRAG INPUTBUFFER OPENTRAN OUTPUTBUFFER
    PINTABLE PROCCACHE SHOW_STATISTICS SHOWCONTIG SQLPERF TRACESTATUS UNPINTABLE LOGINFO PAGE IND""".split()
)

_OF_SERVER: Final = frozenset(
    "FREEPROCCACHE DROPCLEANBUFFERS FREESYSTEMCACHE FREESESSIONCACHE TRACEON TRACEOFF".split()
)


def maintenance(session: Session, interpreter: Interpreter, node: n.Maintenance) -> Iterator[Event]:
    """Errors 2526 of what is no DBCC statement, 6104, 6106 and 6115 of KILL."""
    verb, *words = node.words
    if verb == "KILL":
        _kill(session, words[0], node.line)
    if verb == "CHECKPOINT" and not session.authority.allows("CHECKPOINT", DATABASE):
        raise error(262, "CHECKPOINT", session.database, line=node.line)
    if verb == "RECONFIGURE" and not session.authority.allows("ALTER SETTINGS", SERVER, "master"):
        raise error(15247, line=node.line)
    if verb == "CHECKPOINT":
        session.executor.checkpoint(session.database)
    if verb == "RECONFIGURE":
        yield from interpreter.transactions.run(lambda: reconfigure(session))
    if verb != "DBCC":
        return
    name = words[0]
    _permitted(session, name, node.line)
    if name == "CHECKIDENT":
        yield from check_identity(session, interpreter, node)
    elif name == "USEROPTIONS":
        yield from _user_options(session)
        yield _completed(node)
    elif name in _NOTHING_TO_DO | _CHECKS:
        if name == "FREEPROCCACHE":
            session.engine.query_stats.forget()
        if name in _CHECKS:
            yield from interpreter.transactions.run(lambda: _read_everything(session, words[1:]))
        if "WITH NO_INFOMSGS" not in words:
            yield _completed(node)
    elif name in _KNOWN:
        raise unsupported(f"DBCC {name}", node.line)
    else:
        raise error(2526, line=node.line)


def _permitted(session: Session, name: str, line: int) -> None:
    """DBCC of the database is for its owner and db_ddladmin, of the server for sysadmin. Error 2571."""
    authority = session.authority
    restricted = _NOTHING_TO_DO | _CHECKS | _KNOWN | {"CHECKIDENT"}
    if authority.unlimited or name == "USEROPTIONS" or name not in restricted:
        return
    rights = authority.rights(session.database)
    if name in _OF_SERVER or not ({"db_owner", "db_ddladmin"} & rights.names):
        raise error(2571, authority.user_name(session.database), name.lower(), line=line)


def _read_everything(session: Session, named: Sequence[str]) -> Iterator[Event]:
    """Read every row of the database that is named, or of the current one: a damaged block is error 824."""
    catalogs = (session.engine.catalog(name) for name in named)
    catalog = next((found for found in catalogs if found is not None), None)
    for table in (catalog or session.catalog(session.database)).tables():
        session.executor.read(f"SELECT count(*), sum(hash(t)) FROM {table.storage} AS t")
        session.executor.fetch(1)
    yield from ()


def _completed(node: n.Maintenance) -> Event:
    return Message(error(2528).message, 2528, 0, 1, node.line)


def _kill(session: Session, spid: str, line: int) -> None:
    if not session.authority.allows("ALTER ANY CONNECTION", SERVER, "master"):
        raise error(6102, line=line)
    if not spid.isdigit():
        raise unsupported("KILL of anything but a session", line)
    if int(spid) == session.spid:
        raise error(6104, line=line)
    other = session.engine.sessions.get(int(spid))
    if other is None:
        raise error(6106, spid, line=line)
    if session.trancount:
        raise error(6115, line=line)
    other.kill()


def _user_options(session: Session) -> Iterator[Event]:
    """What DBCC USEROPTIONS lists: values, and the switches that are on."""
    options = session.options
    rows = [
        ("textsize", str(options.textsize)),
        ("language", options.language),
        ("dateformat", options.dateformat),
        ("datefirst", str(options.datefirst)),
        ("lock_timeout", str(options.lock_timeout)),
        ("quoted_identifier", "SET"),
        *([("nocount", "SET")] if options.nocount else []),
        *([("xact_abort", "SET")] if options.xact_abort else []),
        *([("implicit_transactions", "SET")] if options.implicit_transactions else []),
        ("arithabort", "SET"),
        ("ansi_null_dflt_on", "SET"),
        ("ansi_warnings", "SET"),
        ("ansi_padding", "SET"),
        ("ansi_nulls", "SET"),
        ("concat_null_yields_null", "SET"),
        ("isolation level", options.isolation.lower()),
    ]
    yield Columns((Column("Set Option", nvarchar(128), False), Column("Value", nvarchar(128))))
    yield Rows(rows)
    session.rowcount = len(rows)
    yield Done(None if options.nocount else len(rows), select=True)
