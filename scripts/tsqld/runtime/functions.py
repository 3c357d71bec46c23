"""The answers of session and catalog functions: @@ROWCOUNT, ERROR_MESSAGE(), OBJECT_ID(), SESSION_CONTEXT()
…"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tsqld.catalog.model import Sequence as SequenceObject
from tsqld.errors import error, unsupported
from tsqld.runtime.messages import formatted, user_message
from tsqld.runtime.metadata import MetadataFunctions
from tsqld.runtime.principalfacts import PrincipalFunctions
from tsqld.runtime.serverfacts import connection_property, login_property, server_property, session_property
from tsqld.runtime.session import Session

if TYPE_CHECKING:
    from tsqld.runtime.evaluate import Evaluator

VERSION = (
    "Microsoft SQL Server 2022 (RTM-CU16) - 16.0.4165.4 (X64) \n"
    "\ttsqld, an embedded engine of T-SQL on DuckDB"
)
_NOT_COUNTED = (
    "@@IO_BUSY", "@@IDLE", "@@PACK_RECEIVED", "@@PACK_SENT", "@@PACKET_ERRORS", "@@TOTAL_ERRORS",
    "@@TOTAL_READ", "@@TOTAL_WRITE",
)  # fmt: skip
"""Statistics of a server that this engine does not keep."""


class SessionFunctions(MetadataFunctions, PrincipalFunctions):
    """Looks answers up in the session, its caught error and the catalogs."""

    def __init__(self, session: Session, evaluator: Evaluator) -> None:
        self.session = session
        self.evaluator = evaluator

    def global_value(self, name: str) -> Any:
        session = self.session
        values = {
            "@@ROWCOUNT": session.rowcount,
            "@@TRANCOUNT": session.trancount,
            "@@ERROR": session.last_error,
            "@@IDENTITY": session.last_identity,
            "@@SPID": session.spid,
            "@@NESTLEVEL": session.frame.nest,
            "@@PROCID": session.frame.procedure_id,
            "@@FETCH_STATUS": session.fetch_status,
            "@@CURSOR_ROWS": session.interpreter.cursors.open_rows(),
            "@@SERVERNAME": "tsqld",
            "@@SERVICENAME": "MSSQLSERVER",
            "@@VERSION": VERSION,
            "@@LANGUAGE": session.options.language,
            "@@DATEFIRST": session.options.datefirst,
            "@@LOCK_TIMEOUT": session.options.lock_timeout,
            "@@MAX_PRECISION": 38,
            "@@OPTIONS": self._options(),
            "@@TEXTSIZE": session.options.textsize,
            "@@MICROSOFTVERSION": 0x10001045,
            "@@LANGID": 0,
            "@@MAX_CONNECTIONS": 32767,
            "@@REMSERVER": None,
            "@@TIMETICKS": 31250,
            "@@CONNECTIONS": session.spid,
            "@@CPU_BUSY": int(time.process_time() * 32),
            **dict.fromkeys(_NOT_COUNTED, 0),
        }
        if name == "@@DBTS":
            database = session.frame.database or session.database
            return (session.engine.counters.rowversion(database) - 1).to_bytes(8, "big")
        return values[name]

    def _options(self) -> int:
        """The bits of "Configure the user options": Microsoft Learn, @@OPTIONS."""
        options = self.session.options
        bits = 8 | 16 | 32 | 64 | 256 | 1024 | 4096
        bits |= 2 if options.implicit_transactions else 0
        bits |= 512 if options.nocount else 0
        return bits | (16384 if options.xact_abort else 0)

    def call(self, name: str, arguments: Sequence[Any]) -> Any:
        method = getattr(self, f"_{name.lower()}", None)
        if method is None:
            raise unsupported(f"the function {name}")
        return method(*arguments)

    def next_value(self, name: str) -> int:
        database, schema, short = name.split(".", 2)
        found = self.session.catalog(database).object(schema, short)
        if not isinstance(found, SequenceObject):
            raise error(11705, short)
        value = self.session.engine.counters.sequence_next(database, found)
        if value is None:
            raise error(11728, short)
        return value

    # the caught error

    def _problem(self) -> Any:
        return self.session.caught[-1].problem if self.session.caught else None

    def _error_number(self) -> Any:
        return getattr(self._problem(), "number", None)

    def _error_message(self) -> Any:
        return getattr(self._problem(), "message", None)

    def _error_severity(self) -> Any:
        return getattr(self._problem(), "severity", None)

    def _error_state(self) -> Any:
        return getattr(self._problem(), "state", None)

    def _error_line(self) -> Any:
        line = getattr(self._problem(), "line", None)
        return None if line is None else max(line, 0)

    def _error_procedure(self) -> Any:
        return getattr(self._problem(), "procedure", None) or None

    # the session

    def _xact_state(self) -> int:
        if not self.session.trancount:
            return 0
        transaction = self.session.executor.transaction
        return -1 if transaction is not None and transaction.doomed else 1

    def _scope_identity(self) -> Any:
        return self.session.frame.scope_identity

    def _rowcount_big(self) -> int:
        return self.session.rowcount

    def _current_transaction_id(self) -> int:
        return self.session.spid * 1_000_000 + self.session.engine.commits

    def _host_name(self) -> str:
        return self.session.host

    def _app_name(self) -> str:
        return self.session.app

    def _original_db_name(self) -> str:
        return self.session.home

    def _context_info(self) -> bytes | None:
        return self.session.context_info

    def _session_context(self, key: str | None) -> Any:
        found = self.session.context.get((key or "").lower())
        return found[0] if found else None

    def _trigger_nestlevel(self, trigger: int | None = None, type: Any = None, category: Any = None) -> int:
        running = [frame.trigger for frame in self.session.frames if frame.trigger]
        return len(running) if trigger is None else running.count(trigger)

    def _tsqld_updated(self, column: str) -> int:
        """UPDATE(column) of the trigger under way. Error 207."""
        frame = self.session.frame
        if frame.fired_on is None:
            raise error(140)
        if frame.fired_on.column(column) is None:
            raise error(207, column)
        return int(frame.updated is None or column.lower() in frame.updated)

    def _columns_updated(self) -> bytes | None:
        """One bit a column, the lowest first."""
        frame = self.session.frame
        if frame.fired_on is None:
            return None
        if frame.updated == frozenset():
            return b""
        bits = bytearray((max(c.column_id for c in frame.fired_on.columns) + 7) // 8)
        for column in frame.fired_on.columns:
            if frame.updated is None or column.name.lower() in frame.updated:
                bits[(column.column_id - 1) // 8] |= 1 << (column.column_id - 1) % 8
        return bytes(bits)

    def _min_active_rowversion(self) -> bytes:
        database = self.session.frame.database or self.session.database
        return self.session.engine.counters.rowversion(database).to_bytes(8, "big")

    def _rand(self, seed: Any, _call: str) -> float:
        """One number a call and statement; a seed starts the session's sequence anew."""
        numbers = self.session.random_numbers
        if seed is not None:
            numbers.seed(int(seed))
        return numbers.next()

    def _formatmessage(self, template: Any, *arguments: Any) -> str | None:
        if isinstance(template, int):
            known = user_message(self.session.catalog("master"), template)
            template = known.text if known else None
        if template is None:
            return None
        return formatted(str(template), arguments)

    def _applock_mode(self, principal: str, resource: str, owner: str) -> str:
        mode = self.session.engine.locks.holds(
            self.session.spid, f"applock:{self.session.database}:{resource}", owner.lower()
        )
        names = {
            "S": "Shared",
            "U": "Update",
            "X": "Exclusive",
            "IS": "IntentShared",
            "IX": "IntentExclusive",
        }
        return names.get(mode or "", "NoLock")

    def _applock_test(self, principal: str, resource: str, mode: str, owner: str) -> int:
        short = {
            "shared": "S",
            "update": "U",
            "exclusive": "X",
            "intentshared": "IS",
            "intentexclusive": "IX",
        }
        name = f"applock:{self.session.database}:{resource}"
        return int(self.session.engine.locks.available(self.session.spid, name, short[mode.lower()]))

    def _cursor_status(self, scope: str, name: str) -> int:
        return self.session.interpreter.cursors.status(scope or "", name or "")

    # the server

    def _serverproperty(self, name: str) -> Any:
        return server_property(self.session, name)

    def _loginproperty(self, login: str | None, name: str | None) -> Any:
        return login_property(self.session, login, name)

    def _xml_schema_namespace(self, schema: str | None, name: str | None, space: str | None = None) -> None:
        """Error 6314: no collection of XML schemas can be made."""
        if (schema or "").lower() != "sys" or (name or "").lower() != "sys":
            raise error(6314, name)

    def _sessionproperty(self, name: str) -> Any:
        return session_property(self.session, name)

    def _fulltextserviceproperty(self, name: str) -> int | None:
        """0 where it asks whether full-text search is installed: it is not."""
        return 0 if (name or "").upper() == "ISFULLTEXTINSTALLED" else None

    def _connectionproperty(self, name: str) -> Any:
        return connection_property(name)
