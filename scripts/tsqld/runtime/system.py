"""System procedures: sp_executesql, application locks, session context, renaming, help and catalog
procedures."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from tsqld.catalog import shipped
from tsqld.catalog.model import Module, Table
from tsqld.catalog.spelling import spelled_value
from tsqld.errors import TsqlError, error, unsupported
from tsqld.events import Argument, Column, Columns, Done, Event, Message, ReturnStatus, Rows
from tsqld.runtime import roleprocs, serveroptions, usermessages
from tsqld.runtime.datatypes import datatype_info
from tsqld.runtime.properties import NAMES, change
from tsqld.runtime.sequenceranges import get_range
from tsqld.runtime.session import Session
from tsqld.runtime.values import whole_number
from tsqld.security.rights import SERVER
from tsqld.types import SqlType, nvarchar

if TYPE_CHECKING:
    from tsqld.runtime.interpreter import Interpreter

_Work = Callable[[Session, Mapping[str, Any]], Iterator[Event]]
_PIECE: Final = 255
_MODES: Final = {
    "shared": "S",
    "update": "U",
    "exclusive": "X",
    "intentshared": "IS",
    "intentexclusive": "IX",
}


def _described(given: Mapping[str, Any]) -> tuple[str, str]:
    """The text to describe and the parameters it declares. Errors 201, and 214 of what is not text."""
    if "tsql" not in given:
        raise error(201, "sp_describe_first_result_set", "@tsql")
    if not isinstance(given.get("tsql"), str):
        raise error(214, "@tsql", "ntext/nchar/nvarchar")
    return given["tsql"], given.get("params") or ""


class SystemProcedures:
    """What a session may EXEC without anybody having created it."""

    def __init__(self, session: Session, interpreter: Interpreter) -> None:
        self.session = session
        self.interpreter = interpreter
        self._known: dict[str, Callable[[Sequence[Argument]], Iterator[Event]]] = {
            "sp_executesql": self._executesql,
            "xp_cmdshell": self._cmdshell,
            "sp_getapplock": self._getapplock,
            "sp_releaseapplock": self._releaseapplock,
            "sp_set_session_context": self._set_session_context,
            "sp_rename": self._rename,
            "sp_helptext": self._helptext,
            "sp_reset_connection": self._reset,
            "sp_datatype_info": lambda arguments: self._datatype_info(arguments, knows_2008=False),
            "sp_datatype_info_90": lambda arguments: self._datatype_info(arguments, knows_2008=False),
            "sp_datatype_info_100": lambda arguments: self._datatype_info(arguments, knows_2008=True),
            "sp_addextendedproperty": lambda arguments: self._property("add", arguments),
            "sp_updateextendedproperty": lambda arguments: self._property("update", arguments),
            "sp_dropextendedproperty": lambda arguments: self._property("drop", arguments),
            **{name: partial(self._shipped, name) for name in shipped.names("procedures")},
            **{
                name: partial(self._written, name, names, work)
                for name, names, work in (
                    ("sp_addmessage", usermessages.ADD, usermessages.add),
                    ("sp_altermessage", usermessages.ALTER, usermessages.alter),
                    ("sp_dropmessage", usermessages.DROP, usermessages.drop),
                    ("sp_tsqld_configure", ("number", "value"), serveroptions.configure),
                    *((name, names, work) for name, (names, work) in roleprocs.PROCEDURES.items()),
                )
            },
            "sp_sequence_get_range": lambda arguments: get_range(self.session, self._database, arguments),
            "sp_describe_first_result_set": self._describe,
            "sp_describe_undeclared_parameters": self._describe_parameters,
            "sp_updatestats": self._nothing,
            "sp_recompile": self._recompile,
            "sp_refreshview": partial(self._refresh, "viewname", "sp_refreshview"),
            "sp_refreshsqlmodule": partial(self._refresh, "name", "sp_refreshsqlmodule"),
            "sp_db_vardecimal_storage_format": self._nothing,
        }

    @property
    def _database(self) -> str:
        """Where the call is at home: a module's database, or the one the procedure's name began with."""
        return self.session.frame.database or self.session.database

    def names(self) -> tuple[str, ...]:
        """The procedures there are."""
        return tuple(name for name in self._known if not name.startswith("sp_tsqld_"))

    def knows(self, parts: Sequence[str]) -> bool:
        schema = parts[-2].lower() if len(parts) > 1 else ""
        return parts[-1].lower() in self._known and schema in ("", "sys", "dbo")

    def call(self, name: str, arguments: Sequence[Argument], line: int) -> Iterator[Event]:
        events = self._known[name](arguments)
        status = False
        for event in events:
            status = status or isinstance(event, ReturnStatus)
            yield event
        if not status:
            yield ReturnStatus(0)

    def _named(self, arguments: Sequence[Argument], names: Sequence[str], procedure: str) -> dict[str, Any]:
        """Argument values by lower-case parameter name without @."""
        values: dict[str, Any] = {}
        for position, argument in enumerate(arguments):
            key = argument.name.lower().lstrip("@")
            if not key:
                if position >= len(names):
                    raise error(8144, procedure)
                key = names[position]
            if key not in names:
                raise error(8145, argument.name, procedure)
            if not argument.is_default:
                values[key] = argument.value
        return values

    # dynamic SQL

    def _executesql(self, arguments: Sequence[Argument]) -> Iterator[Event]:
        if not arguments:
            raise error(201, "sp_executesql", "@statement")
        statement = arguments[0].value
        if statement is None:
            return
        if not arguments[0].type.is_unicode:
            raise error(214, "@statement", "ntext/nchar/nvarchar")
        declarations = ""
        if len(arguments) > 1 and arguments[1].value is not None:
            if not arguments[1].type.is_unicode:
                raise error(214, "@params", "ntext/nchar/nvarchar")
            declarations = arguments[1].value
        yield from self.interpreter.procedures.parameterised(statement, declarations, arguments[2:], 2)

    # the shell

    def _cmdshell(self, arguments: Sequence[Argument]) -> Iterator[Event]:
        """Turned off, as it is on a new server."""
        name = "xp_cmdshell"
        raise error(15281, "procedure", "sys.xp_cmdshell", name, name, name, name)

    # application locks

    def _getapplock(self, arguments: Sequence[Argument]) -> Iterator[Event]:
        names = ("resource", "lockmode", "lockowner", "locktimeout", "dbprincipal")
        values = self._named(arguments, names, "sp_getapplock")
        session = self.session
        owner = str(values.get("lockowner") or "Transaction").lower()
        mode = _MODES.get(str(values.get("lockmode") or "").lower())
        if owner not in ("transaction", "session"):
            yield _notice(15625, "sp_getapplock", 39, values["lockowner"], "@LockOwner")
        if mode is None or owner not in ("transaction", "session") or values.get("resource") is None:
            yield ReturnStatus(-999)
            return
        if owner == "transaction" and not session.trancount:
            yield _notice(15626, "sp_getapplock", 52)
            yield ReturnStatus(-999)
            return
        timeout = values.get("locktimeout")
        resource = f"applock:{session.database}:{values['resource']}"
        try:
            waited = session.engine.locks.acquire(
                session.spid,
                resource,
                mode,
                owner=owner,
                timeout_ms=session.options.lock_timeout if timeout is None else whole_number(timeout),
                cancelled=session.cancelled.is_set,
            )
        except TsqlError as problem:
            if problem.number not in (1222, 1205):
                raise
            yield ReturnStatus(-1 if problem.number == 1222 else -3)
            return
        session.executor.fresh(())
        yield ReturnStatus(1 if waited else 0)

    def _releaseapplock(self, arguments: Sequence[Argument]) -> Iterator[Event]:
        values = self._named(arguments, ("resource", "lockowner", "dbprincipal"), "sp_releaseapplock")
        owner = str(values.get("lockowner") or "Transaction").lower()
        resource = f"applock:{self.session.database}:{values.get('resource')}"
        if not self.session.engine.locks.release(self.session.spid, resource, owner):
            raise error(1223, f"{values.get('resource')}")
        yield ReturnStatus(0)

    # session context

    def _set_session_context(self, arguments: Sequence[Argument]) -> Iterator[Event]:
        values = self._named(arguments, ("key", "value", "read_only"), "sp_set_session_context")
        key = str(values.get("key") or "").lower()
        if not key:
            raise error(15666, "@key")
        known = self.session.context.get(key)
        if known is not None and known[1]:
            raise error(15664, values["key"])
        value = values.get("value")
        if value is not None:
            given = next(
                argument
                for position, argument in enumerate(arguments)
                if argument.name.lower() == "@value" or (not argument.name and position == 1)
            )
            value = self.interpreter.evaluator.literal_text(value, given.type, SqlType("sql_variant"))
        self.session.context[key] = (value, bool(values.get("read_only")))
        yield ReturnStatus(0)

    # renaming

    def _rename(self, arguments: Sequence[Argument]) -> Iterator[Event]:
        values = self._named(arguments, ("objname", "newname", "objtype"), "sp_rename")
        kind = str(values.get("objtype") or "OBJECT").upper()
        yield from self.interpreter.transactions.run(
            lambda: self._renamed(str(values["objname"]), str(values["newname"]), kind)
        )
        yield Message(
            "Caution: Changing any part of an object name could break scripts and stored procedures.",
            15477,
            0,
            1,
        )

    def _renamed(self, old: str, new: str, kind: str) -> Iterator[Event]:
        from tsqld.runtime.renaming import rename

        rename(self.session, self._database, old, new, kind)
        yield from ()

    # catalog procedures

    def _shipped(self, name: str, arguments: Sequence[Argument]) -> Iterator[Event]:
        """A procedure in T-SQL, run in the database of the call."""
        if name == "sp_configure" and len(arguments) > 1:
            self._ask_settings()
        module = shipped.shipped_procedure(name)
        return self.interpreter.procedures.run_module(module, self._database, arguments)

    def _ask_settings(self) -> None:
        """What members of sysadmin and serveradmin may change. Error 15247."""
        if not self.session.authority.allows("ALTER SETTINGS", SERVER, "master"):
            raise error(15247)

    def _written(
        self, name: str, names: Sequence[str], work: _Work, arguments: Sequence[Argument]
    ) -> Iterator[Event]:
        """A procedure that changes a catalog."""
        values = self._named(arguments, names, name)
        if name.endswith("message") or name == "sp_tsqld_configure":
            self._ask_settings()
        yield from self.interpreter.transactions.run(lambda: work(self.session, values))

    # descriptions

    def _describe(self, arguments: Sequence[Argument]) -> Iterator[Event]:
        from tsqld.tds.describe import first_result_set

        names = ("tsql", "params", "browse_information_mode")
        given = self._named(arguments, names, "sp_describe_first_result_set")
        if given.get("browse_information_mode"):
            raise unsupported("sp_describe_first_result_set with @browse_information_mode")
        yield from first_result_set(self.session.describe(*_described(given)) or ())

    def _describe_parameters(self, arguments: Sequence[Argument]) -> Iterator[Event]:
        from tsqld.tds.describe import undeclared_parameters

        given = self._named(arguments, ("tsql", "params"), "sp_describe_undeclared_parameters")
        yield from undeclared_parameters(self.session.undeclared(*_described(given)))

    # extended properties

    def _property(self, verb: str, arguments: Sequence[Argument]) -> Iterator[Event]:
        names = tuple(name for name in NAMES if verb != "drop" or name != "value")
        values = self._named(arguments, names, f"sp_{verb}extendedproperty")
        yield from self.interpreter.transactions.run(lambda: change(self.session, verb, values))

    # help

    def _helptext(self, arguments: Sequence[Argument]) -> Iterator[Event]:
        """The text as lines that end with CR and LF, cut into pieces of 255 characters. Errors 15009, 15197,
        15218, 15645, 15646."""
        values = self._named(arguments, ("objname", "columnname"), "sp_helptext")
        name, column = values.get("objname"), values.get("columnname")
        found = self.interpreter.evaluator._functions.find(str(name))
        if found is None:
            raise error(15009, name or "(null)", self._database)
        if column is not None:
            text = _computed_text(found, str(name), str(column))
        elif isinstance(found, Module):
            if not self.session.authority.sees_definition(self._database, found):
                raise error(15197, name)
            text = found.text
        else:
            raise error(15197, name)
        rows = [(piece,) for line in re.split(r"(?<=\r\n)", text) for piece in _pieces(line)]
        yield Columns((Column("Text", nvarchar(255)),))
        yield Rows(rows)
        yield Done(None, select=True)

    def _datatype_info(self, arguments: Sequence[Argument], *, knows_2008: bool) -> Iterator[Event]:
        values = self._named(arguments, ("data_type", "odbcver"), "sp_datatype_info")
        number, version = values.get("data_type") or 0, values.get("odbcver") or 2
        return datatype_info(whole_number(number), whole_number(version), knows_2008=knows_2008)

    def _reset(self, arguments: Sequence[Argument]) -> Iterator[Event]:
        self.session.reset(keep_transaction=False)
        yield ReturnStatus(0)

    def _recompile(self, arguments: Sequence[Argument]) -> Iterator[Event]:
        """Nothing is compiled for good. Error 15165."""
        name = self._named(arguments, ("objname",), "sp_recompile").get("objname")
        if self.interpreter.evaluator._functions.find(str(name)) is None:
            raise error(15165, name)
        yield _notice(15070, "sp_recompile", 61, name)
        yield ReturnStatus(0)

    def _refresh(self, parameter: str, procedure: str, arguments: Sequence[Argument]) -> Iterator[Event]:
        """Bind a module to what its names mean now. Error 15165."""
        values = self._named(arguments, (parameter, "namespace"), procedure)
        found = self.interpreter.evaluator._functions.find(str(values.get(parameter)))
        if not isinstance(found, Module):
            raise error(15165, values.get(parameter))
        definitions = self.interpreter.definitions
        yield from self.interpreter.transactions.run(lambda: definitions.refresh(found))
        yield ReturnStatus(0)

    def _nothing(self, arguments: Sequence[Argument]) -> Iterator[Event]:
        yield ReturnStatus(0)


def _computed_text(found: object, name: str, column: str) -> str:
    if not isinstance(found, Table):
        raise error(15218, name)
    known = found.column(column)
    if known is None:
        raise error(15645, column)
    if not known.computed:
        raise error(15646, column)
    return spelled_value(known.computed)


def _pieces(line: str) -> list[str]:
    return [line[start : start + _PIECE] for start in range(0, len(line), _PIECE)]


def _notice(number: int, procedure: str, line: int, *places: object) -> Message:
    """What a system procedure prints."""
    return Message(error(number, *places).message, number, 0, 1, line, procedure)
