"""Functions whose answer is the session's or the catalog's, not DuckDB's: they become run-time values.

Their arguments are computed before the statement runs, so they may hold variables and expressions but no
columns.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from tsqld.binder.bound import Bound
from tsqld.binder.scope import Scope
from tsqld.compile import operations as f
from tsqld.compile.context import Context, Reference
from tsqld.compile.dml.merge import MergeCompiler
from tsqld.compile.expressions import Place
from tsqld.errors import TsqlError, error, unsupported
from tsqld.syntax import nodes as n
from tsqld.syntax.walk import walk
from tsqld.types import BIGINT, INT, MAX, SQL_VARIANT, SYSNAME, SqlType, decimal, nvarchar, varbinary

_NUMERIC_38: Final = decimal(38, 0)

# name: (result type, fewest arguments, most arguments)
FUNCTIONS: Final[dict[str, tuple[SqlType, int, int]]] = {
    "ERROR_NUMBER": (INT, 0, 0),
    "ERROR_MESSAGE": (nvarchar(4000), 0, 0),
    "ERROR_SEVERITY": (INT, 0, 0),
    "ERROR_STATE": (INT, 0, 0),
    "ERROR_LINE": (INT, 0, 0),
    "ERROR_PROCEDURE": (SYSNAME, 0, 0),
    "XACT_STATE": (SqlType("smallint"), 0, 0),
    "SCOPE_IDENTITY": (_NUMERIC_38, 0, 0),
    "IDENT_CURRENT": (_NUMERIC_38, 1, 1),
    "IDENT_SEED": (_NUMERIC_38, 1, 1),
    "IDENT_INCR": (_NUMERIC_38, 1, 1),
    "ROWCOUNT_BIG": (BIGINT, 0, 0),
    "DB_NAME": (SYSNAME, 0, 1),
    "DB_ID": (SqlType("smallint"), 0, 1),
    "OBJECT_ID": (INT, 1, 2),
    "OBJECT_NAME": (SYSNAME, 1, 2),
    "OBJECT_SCHEMA_NAME": (SYSNAME, 1, 2),
    "OBJECT_DEFINITION": (nvarchar(MAX), 1, 1),
    "OBJECTPROPERTY": (INT, 2, 2),
    "OBJECTPROPERTYEX": (SQL_VARIANT, 2, 2),
    "INDEXPROPERTY": (INT, 3, 3),
    "INDEX_COL": (SYSNAME, 3, 3),
    "INDEXKEY_PROPERTY": (INT, 4, 4),
    "STATS_DATE": (SqlType("datetime"), 2, 2),
    "DATABASE_PRINCIPAL_ID": (INT, 0, 1),
    "USER_ID": (INT, 0, 1),
    "FILEGROUP_ID": (INT, 1, 1),
    "FILEGROUP_NAME": (nvarchar(128), 1, 1),
    "FILE_ID": (SqlType("smallint"), 1, 1),
    "FILE_IDEX": (INT, 1, 1),
    "FILE_NAME": (nvarchar(128), 1, 1),
    "FILEPROPERTY": (INT, 2, 2),
    "FILEGROUPPROPERTY": (INT, 2, 2),
    "SCHEMA_NAME": (SYSNAME, 0, 1),
    "SCHEMA_ID": (INT, 0, 1),
    "TYPE_ID": (INT, 1, 1),
    "TYPE_NAME": (SYSNAME, 1, 1),
    "COL_LENGTH": (SqlType("smallint"), 2, 2),
    "COL_NAME": (SYSNAME, 2, 2),
    "COLUMNPROPERTY": (INT, 3, 3),
    "SUSER_SNAME": (SYSNAME, 0, 1),
    "SUSER_NAME": (SYSNAME, 0, 1),
    "SUSER_SID": (varbinary(85), 0, 2),
    "SUSER_ID": (INT, 0, 1),
    "ORIGINAL_LOGIN": (SYSNAME, 0, 0),
    "SYSTEM_USER": (SYSNAME, 0, 0),
    "USER_NAME": (SYSNAME, 0, 1),
    "CURRENT_USER": (SYSNAME, 0, 0),
    "SESSION_USER": (SYSNAME, 0, 0),
    "USER": (SYSNAME, 0, 0),
    "HOST_NAME": (nvarchar(128), 0, 0),
    "APP_NAME": (nvarchar(128), 0, 0),
    "ORIGINAL_DB_NAME": (nvarchar(128), 0, 0),
    "SESSION_CONTEXT": (SQL_VARIANT, 1, 1),
    "CONTEXT_INFO": (varbinary(128), 0, 0),
    "SERVERPROPERTY": (SQL_VARIANT, 1, 1),
    "SESSIONPROPERTY": (SQL_VARIANT, 1, 1),
    "LOGINPROPERTY": (SQL_VARIANT, 2, 2),
    "XML_SCHEMA_NAMESPACE": (SqlType("xml"), 2, 3),
    "DATABASEPROPERTYEX": (SQL_VARIANT, 2, 2),
    "DATABASEPROPERTY": (INT, 2, 2),
    "CONNECTIONPROPERTY": (SQL_VARIANT, 1, 1),
    "FULLTEXTSERVICEPROPERTY": (INT, 1, 1),
    "APPLOCK_MODE": (nvarchar(32), 3, 3),
    "APPLOCK_TEST": (SqlType("smallint"), 4, 4),
    "CURSOR_STATUS": (SqlType("smallint"), 2, 2),
    "CURRENT_TRANSACTION_ID": (BIGINT, 0, 0),
    "IS_MEMBER": (INT, 1, 1),
    "IS_ROLEMEMBER": (INT, 1, 2),
    "IS_SRVROLEMEMBER": (INT, 1, 2),
    "HAS_DBACCESS": (INT, 1, 1),
    "HAS_PERMS_BY_NAME": (INT, 3, 5),
    "RAND": (SqlType("float"), 0, 1),
    "FORMATMESSAGE": (nvarchar(2048), 1, 21),
    "TRIGGER_NESTLEVEL": (INT, 0, 3),
    "TSQLD_UPDATED": (INT, 1, 1),
    "MIN_ACTIVE_ROWVERSION": (SqlType("binary", 8), 0, 0),
    "COLUMNS_UPDATED": (varbinary(128), 0, 0),
    "GET_FILESTREAM_TRANSACTION_CONTEXT": (varbinary(MAX), 0, 0),
}

_SUNDAY: Final = 7
_WEEKS: Final = dict.fromkeys(("week", "wk", "ww"), "week")
_BY_WEEK: Final = {
    "DATEPART": {**_WEEKS, **dict.fromkeys(("weekday", "dw", "w"), "weekday")},
    "DATENAME": _WEEKS,
    "DATETRUNC": _WEEKS,
}


class Compiler(MergeCompiler):
    """The whole compiler of queries and changes."""

    def session_function(self, call: n.Call, place: Place) -> Bound | None:
        name = call.name[0].upper()
        if self.context.environment.datefirst != _SUNDAY and name in _BY_WEEK:
            return self._by_first_day(name, call, place)
        known = FUNCTIONS.get(name)
        if known is None:
            return None
        type, fewest, most = known
        if not fewest <= len(call.arguments) <= most:
            number, counts = (174, (fewest,)) if fewest == most else (189, (fewest, most))
            raise error(number, name.lower(), *counts, line=call.line)
        if name == "RAND" and any(_each_row(argument) for argument in call.arguments):
            return f.call(name, [self.value(argument, place) for argument in call.arguments], call.line)
        arguments = tuple(self._early(argument, name) for argument in call.arguments)
        if name == "RAND":
            # every call in a statement draws a number of its own
            arguments = (*(arguments or (f.null(),)), f.string(self.context.alias("r"), unicode=False))
        return Bound(self.context.parameter(Reference("function", name, arguments, type), type), type)

    def _by_first_day(self, name: str, call: n.Call, place: Place) -> Bound | None:
        """Parts of a date that depend on SET DATEFIRST, where that is not Sunday; None for all others."""
        written = call.arguments[0] if len(call.arguments) == 2 else None
        part = _BY_WEEK[name].get(written.value.lower()) if isinstance(written, n.Literal) else None
        if part is None:
            return None
        if name == "DATETRUNC" and part == "week":
            return self._by_week(call, place)
        if name != "DATEPART":
            raise unsupported(f"{name} of weeks under SET DATEFIRST other than 7", call.line)
        arguments = self._arguments(name, call, place)
        first = self.context.environment.datefirst
        day = f.call(name, [replace(arguments[0], value="weekday"), arguments[1]], call.line)
        weekday = f"(({day.sql} + {_SUNDAY - 1 - first}) % 7 + 1)"
        if part == "weekday":
            return replace(day, sql=weekday)
        day_of_year = f.call(name, [replace(arguments[0], value="dayofyear"), arguments[1]], call.line).sql
        before = f"((({weekday} - {day_of_year}) % 7 + 7) % 7)"
        return replace(day, sql=f"(({day_of_year} + {before} - 1) // 7 + 1)")

    def _by_week(self, call: n.Call, place: Place) -> Bound:
        """DATETRUNC(week, …): the day, and from it back to the first day of its week."""
        part, value = self._arguments("DATETRUNC", call, place)
        first = self.context.environment.datefirst % _SUNDAY
        day = f.call("DATETRUNC", [replace(part, value="day"), value], call.line)
        weekday = f.call("DATEPART", [replace(part, value="weekday"), day], call.line)
        back = replace(weekday, sql=f"(-(({weekday.sql} + {_SUNDAY - 1 - first}) % {_SUNDAY}))")
        return f.call("DATEADD", [replace(part, value="day"), back, day], call.line)

    def _early(self, node: n.Expression, function: str) -> Reference | Bound:
        """An argument known before the statement runs."""
        inner = type(self)(Context(self.context.environment))
        inner.arguments = self.arguments
        try:
            value = inner.value(node, Place(Scope()))
        except TsqlError as problem:
            if problem.number in (207, 4104):
                raise unsupported(f"{function} of a column", node.line) from None
            raise
        if value.is_literal:
            return value
        return Reference("scalar", value.sql, tuple(inner.context.references), value.type)

    def user_function(self, call: n.Call, place: Place) -> Bound:
        return self.scalar_function(call, place)

    def scalar_function(self, call: n.Call, place: Place) -> Bound:
        raise unsupported(f"the scalar function {'.'.join(call.name)} here", call.line)


def _each_row(node: n.Expression) -> bool:
    """Whether the seed of RAND differs from row to row: it reads a column or makes a NEWID."""
    return any(
        isinstance(part, n.ColumnName) or (isinstance(part, n.Call) and part.name[-1].upper() == "NEWID")
        for part in walk(node)
    )


def assigned_variables(query: n.Query) -> bool:
    """Whether a SELECT assigns variables instead of returning rows. Error 141 when it mixes both."""
    body = query.body
    if not isinstance(body, n.Select):
        return False
    marks = {bool(item.variable) if isinstance(item, n.SelectItem) else False for item in body.items}
    if marks == {True, False}:
        raise error(141, line=body.line)
    return marks == {True}
