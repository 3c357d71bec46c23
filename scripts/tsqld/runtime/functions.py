"""The answers of session and catalog functions: @@ROWCOUNT, ERROR_MESSAGE(), OBJECT_ID(), SESSION_CONTEXT()
…"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tsql.tokens import TokenError, tokenize
from tsqld.catalog.model import Catalog, Column, Module, Principal, Table, object_type
from tsqld.catalog.model import Sequence as SequenceObject
from tsqld.errors import error, unsupported
from tsqld.runtime.messages import formatted, user_message
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
_SERVER_PROPERTIES: dict[str, Any] = {
    "PRODUCTVERSION": "16.0.4165.4",
    "PRODUCTLEVEL": "RTM",
    "PRODUCTMAJORVERSION": "16",
    "PRODUCTMINORVERSION": "0",
    "EDITION": "Developer Edition (64-bit)",
    "ENGINEEDITION": 3,
    "EDITIONID": -2117995310,
    "SERVERNAME": "tsqld",
    "MACHINENAME": "tsqld",
    "INSTANCENAME": None,
    "COLLATION": "SQL_Latin1_General_CP1_CI_AS",
    "ISCLUSTERED": 0,
    "ISHADRENABLED": 0,
    "ISINTEGRATEDSECURITYONLY": 0,
    "ISFULLTEXTINSTALLED": 0,
    "ISXTPSUPPORTED": 0,
    "ISPOLYBASEINSTALLED": 0,
    "ISSINGLEUSER": 0,
    "LCID": 1033,
    "RESOURCEVERSION": "16.00.4165",
    "BUILDCLRVERSION": "v4.0.30319",
}


def name_parts(text: str) -> tuple[str, ...] | None:
    """The parts of a name inside a string, or None when it is no name."""
    try:
        tokens = tokenize(text.strip())
    except TokenError:
        return None
    parts: list[str] = []
    expect_name = True
    for token in tokens[:-1]:
        if token.upper == ".":
            if expect_name:
                parts.append("")
            expect_name = True
        elif expect_name and token.kind.value in ("name", "quoted", "variable"):
            parts.append(token.value)
            expect_name = False
        else:
            return None
    return tuple(parts) if parts and not expect_name and len(parts) <= 4 else None


class SessionFunctions:
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

    def _suser_sname(self, sid: Any = None) -> str:
        return self.session.login

    _suser_name = _original_login = _system_user = _suser_sname

    def _user_name(self, principal: Any = None) -> str | None:
        if principal is None:
            return "dbo"
        found = [
            p
            for p in self._catalog().entries.values()
            if isinstance(p, Principal) and p.principal_id == principal
        ]
        return found[0].name if found else None

    _current_user = _session_user = _user = _user_name

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

    def _is_member(self, role: str) -> int:
        return 1

    def _is_rolemember(self, role: str, principal: str | None = None) -> int:
        return 1 if role.lower() in ("db_owner", "public") else 0

    def _is_srvrolemember(self, role: str, login: str | None = None) -> int:
        return 1 if role.lower() in ("sysadmin", "public") else 0

    def _has_dbaccess(self, name: str) -> int | None:
        return 1 if self.session.engine.catalog(name) else None

    def _has_perms_by_name(self, *arguments: Any) -> int:
        return 1

    def _trigger_nestlevel(self, trigger: int | None = None, type: Any = None, category: Any = None) -> int:
        running = [frame.trigger for frame in self.session.frames if frame.trigger]
        return len(running) if trigger is None else running.count(trigger)

    def _tsqld_updated(self, column: str) -> int:
        """UPDATE(column) of the trigger under way. Error 207."""
        frame = self.session.frame
        if frame.fired_on is None:
            raise error(4145, "UPDATE")
        if frame.fired_on.column(column) is None:
            raise error(207, column)
        return int(frame.updated is None or column.lower() in frame.updated)

    def _columns_updated(self) -> bytes | None:
        """One bit a column, the lowest first."""
        frame = self.session.frame
        if frame.fired_on is None:
            return None
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

    # the catalog

    def _catalog(self) -> Catalog:
        return self.session.catalog(self.session.frame.database or self.session.database)

    def _db_name(self, database_id: int | None = None) -> str | None:
        if database_id is None:
            return self.session.frame.database or self.session.database
        names = self.database_ids()
        return next((name for name, number in names.items() if number == database_id), None)

    def _db_id(self, name: str | None = None) -> int | None:
        wanted = (name or self.session.database).lower()
        return next(
            (number for known, number in self.database_ids().items() if known.lower() == wanted), None
        )

    def database_ids(self) -> dict[str, int]:
        fixed = {"master": 1, "tempdb": 2, "model": 3, "msdb": 4}
        names = [catalog.name for catalog in self.session.engine.catalogs.values()]
        users = sorted(name for name in names if name.lower() not in fixed)
        return {**fixed, **{name: 5 + i for i, name in enumerate(users)}}

    def find(self, text: str) -> Any:
        """The object a name in a string means, or None."""
        parts = name_parts(text)
        if parts is None:
            return None
        name = parts[-1]
        if name.startswith("#"):
            for frame in reversed(self.session.frames):
                if name.lower() in frame.temporaries:
                    return frame.temporaries[name.lower()]
            return self.session.engine.global_temporaries.get(name.lower())
        schema = parts[-2] if len(parts) > 1 and parts[-2] else "dbo"
        database = (
            parts[-3]
            if len(parts) > 2 and parts[-3]
            else (self.session.frame.database or self.session.database)
        )
        if self.session.engine.catalog(database) is None:
            return None
        return self.session.catalog(database).object(schema, name)

    def _object_id(self, name: str | None, kind: str | None = None) -> int | None:
        if name is None:
            return None
        found = self.find(name)
        if found is None:
            return self._constraint_id(name, kind)
        if kind is not None and object_type(found) != kind.strip().upper():
            return None
        return int(found.object_id)

    def _constraint_id(self, text: str, kind: str | None) -> int | None:
        """Constraints are objects too: found by name in their table's schema."""
        parts = name_parts(text)
        if parts is None:
            return None
        schema = (parts[-2] if len(parts) > 1 and parts[-2] else "dbo").lower()
        wanted = parts[-1].lower()
        for table in self._catalog().tables():
            if table.schema.lower() != schema:
                continue
            for code, name, object_id in table.constraints():
                if name.lower() == wanted and (kind is None or kind.strip().upper() == code):
                    return object_id
        return None

    def _by_id(self, object_id: int | None) -> Any:
        return self._catalog().by_id(object_id) if object_id is not None else None

    def _object_name(self, object_id: int | None, database: Any = None) -> str | None:
        return getattr(self._by_id(object_id), "name", None)

    def _object_schema_name(self, object_id: int | None, database: Any = None) -> str | None:
        return getattr(self._by_id(object_id), "schema", None)

    def _object_definition(self, object_id: int | None) -> str | None:
        return getattr(self._by_id(object_id), "text", None)

    def _objectproperty(self, object_id: int | None, name: str) -> int | None:
        found = self._by_id(object_id)
        if found is None:
            return None
        kind = object_type(found)
        kinds = {
            "ISTABLE": ("U",),
            "ISUSERTABLE": ("U",),
            "ISVIEW": ("V",),
            "ISPROCEDURE": ("P",),
            "ISTRIGGER": ("TR",),
            "ISSCALARFUNCTION": ("FN",),
            "ISTABLEFUNCTION": ("IF", "TF"),
            "ISINLINEFUNCTION": ("IF",),
        }
        if name.upper() in kinds:
            return int(kind in kinds[name.upper()])
        if isinstance(found, Table):
            facts = {
                "TABLEHASIDENTITY": found.identity is not None,
                "TABLEHASPRIMARYKEY": any(index.kind == "PRIMARY KEY" for index in found.indexes),
                "TABLEHASCLUSTINDEX": found.clustered is not None,
                "TABLEHASFOREIGNKEY": bool(found.foreign_keys),
            }
            if name.upper() in facts:
                return int(facts[name.upper()])
        if name.upper() == "ISSCHEMABOUND":
            return int(bool(getattr(found, "schema_bound", False)))
        raise unsupported(f"OBJECTPROPERTY {name}")

    def _schema_name(self, schema_id: int | None = None) -> str | None:
        if schema_id is None:
            return "dbo"
        return next((s.name for s in self._catalog().schemas() if s.schema_id == schema_id), None)

    def _schema_id(self, name: str | None = None) -> int | None:
        found = self._catalog().schema(name or "dbo")
        return found.schema_id if found else None

    def _columns(self, found: Any) -> Sequence[Column]:
        return found.columns if isinstance(found, Table | Module) else ()

    def _col_length(self, table: str, name: str) -> int | None:
        from tsqld.catalog.facets import max_length

        column = self._column(self.find(table), name)
        return max_length(column.type) if column else None

    def _col_name(self, object_id: int, column_id: int) -> str | None:
        return next((c.name for c in self._columns(self._by_id(object_id)) if c.column_id == column_id), None)

    def _column(self, found: Any, name: str) -> Column | None:
        return next((c for c in self._columns(found) if c.name.lower() == (name or "").lower()), None)

    def _columnproperty(self, object_id: int, name: str, property: str) -> int | None:
        column = self._column(self._by_id(object_id), name)
        if column is None:
            return None
        facts: dict[str, int] = {
            "ALLOWSNULL": int(column.nullable),
            "ISIDENTITY": int(column.identity is not None),
            "ISCOMPUTED": int(bool(column.computed)),
            "COLUMNID": column.column_id,
            "ORDINAL": column.column_id,
            "PRECISION": column.type.precision or column.type.length,
            "SCALE": column.type.scale,
            "ISROWGUIDCOL": int(column.rowguidcol),
            "ISSPARSE": 0,
            "ISHIDDEN": 0,
            "GENERATEDALWAYSTYPE": 0,
        }
        if property.upper() not in facts:
            raise unsupported(f"COLUMNPROPERTY {property}")
        return facts[property.upper()]

    def _type_id(self, name: str) -> int | None:
        from tsqld.catalog.facets import TYPE_IDS
        from tsqld.catalog.views.common import user_type_id

        parts = name_parts(name) or ("",)
        found = self._catalog().user_type(parts[-2] if len(parts) > 1 else "dbo", parts[-1])
        if found is not None:
            return user_type_id(found)
        return TYPE_IDS.get(parts[-1].lower()) if len(parts) == 1 or parts[-2].lower() == "sys" else None

    def _type_name(self, number: int) -> str | None:
        from tsqld.catalog.facets import TYPE_IDS
        from tsqld.catalog.views.common import user_type_id, user_types

        known = {id: name for name, id in TYPE_IDS.items()}
        made = {user_type_id(found): found.name for found in user_types(self._catalog())}
        return known.get(number) or made.get(number)

    def _identity_table(self, name: str) -> tuple[Table, str] | None:
        found = self.find(name)
        if not isinstance(found, Table) or found.identity is None:
            return None
        return found, self.session.database

    def _ident_current(self, name: str) -> int | None:
        found = self._identity_table(name)
        if found is None:
            return None
        table, database = found
        assert table.identity is not None
        assert table.identity.identity is not None
        seed, step = table.identity.identity
        following = self.session.engine.counters.next_of(database, table)
        return following - step if following != seed else seed

    def _ident_seed(self, name: str) -> int | None:
        found = self._identity_table(name)
        return found[0].identity.identity[0] if found else None  # type: ignore[union-attr,index]

    def _ident_incr(self, name: str) -> int | None:
        found = self._identity_table(name)
        return found[0].identity.identity[1] if found else None  # type: ignore[union-attr,index]

    def _serverproperty(self, name: str) -> Any:
        return _SERVER_PROPERTIES.get((name or "").upper())

    def _fulltextserviceproperty(self, name: str) -> int | None:
        """0 where it asks whether full-text search is installed: it is not."""
        return 0 if (name or "").upper() == "ISFULLTEXTINSTALLED" else None

    def _connectionproperty(self, name: str) -> Any:
        known = {"NET_TRANSPORT": "TCP", "PROTOCOL_TYPE": "TSQL", "AUTH_SCHEME": "SQL"}
        return known.get((name or "").upper())

    def _databasepropertyex(self, database: str, name: str) -> Any:
        catalog = self.session.engine.catalog(database)
        if catalog is None:
            return None
        known = {
            "STATUS": "ONLINE",
            "COLLATION": "SQL_Latin1_General_CP1_CI_AS",
            "RECOVERY": catalog.options.get("RECOVERY", "FULL"),
            "UPDATEABILITY": "READ_WRITE",
            "USERACCESS": "MULTI_USER",
            "VERSION": 957,
            "ISAUTOCLOSE": 0,
            "ISAUTOSHRINK": 0,
            "ISINSTANDBY": 0,
            "EDITION": "Developer Edition",
        }
        return known.get((name or "").upper())
