"""Calls of T-SQL functions that are run rather than folded, and catalog functions over columns.

A call without columns is answered once, before its statement runs; one over columns is answered row by row
through `runtime.rowcalls`.
"""

from __future__ import annotations

from collections.abc import Sequence

from tsqld.binder.bound import Bound
from tsqld.binder.scope import Relation, Scope, quoted
from tsqld.catalog.model import Module
from tsqld.compile import operations as f
from tsqld.compile.context import Context, Reference
from tsqld.compile.expressions import Place
from tsqld.compile.session import FUNCTIONS
from tsqld.compile.session import Compiler as SessionCompiler
from tsqld.compile.text import OutColumn, cte_relation
from tsqld.errors import unsupported
from tsqld.functions.sqltext import duck_type
from tsqld.syntax import nodes as n
from tsqld.syntax.walk import parse_module, walk
from tsqld.types import INT, SqlType

_BY_ROW = frozenset(
    """OBJECT_ID OBJECT_NAME OBJECT_SCHEMA_NAME OBJECT_DEFINITION OBJECTPROPERTY OBJECTPROPERTYEX SCHEMA_NAME
    SCHEMA_ID TYPE_ID TYPE_NAME COL_LENGTH COL_NAME COLUMNPROPERTY DB_NAME DB_ID USER_NAME SUSER_SNAME
    SUSER_NAME IDENT_CURRENT IDENT_SEED IDENT_INCR FORMATMESSAGE HAS_DBACCESS INDEXPROPERTY INDEX_COL
    TYPEPROPERTY FILEGROUP_NAME PARSENAME IS_MEMBER IS_ROLEMEMBER IS_SRVROLEMEMBER DATABASE_PRINCIPAL_ID
    HAS_PERMS_BY_NAME STATS_DATE DATABASEPROPERTYEX DATABASEPROPERTY FILEGROUPPROPERTY INDEXKEY_PROPERTY
    FILEPROPERTY FILE_NAME FILE_ID FILE_IDEX LOGINPROPERTY XML_SCHEMA_NAMESPACE""".split()
)
_NO_TEXT = ("datetimeoffset", "sql_variant")


class UserCallCompiler(SessionCompiler):
    """Adds calls of functions that the interpreter runs."""

    # catalog functions

    def session_function(self, call: n.Call, place: Place) -> Bound | None:
        name = call.name[0].upper()
        if name in _BY_ROW and name in FUNCTIONS and self._over_columns(call.arguments, place):
            type, fewest, most = FUNCTIONS[name]
            if fewest <= len(call.arguments) <= most:
                arguments = [self.value(argument, place) for argument in call.arguments]
                handle = self.context.environment.row_function(
                    name, tuple(argument.type for argument in arguments), type
                )
                return self._row_value(handle, arguments, type)
        return super().session_function(call, place)

    def _over_columns(self, arguments: Sequence[n.Expression], place: Place) -> bool:
        """Whether arguments name columns, or parameters that an expansion has replaced by expressions."""
        for argument in arguments:
            for found in walk(argument, into_queries=False):
                if isinstance(found, n.ColumnName) or (
                    self.arguments and isinstance(found, n.Variable) and not found.name.startswith("@@")
                ):
                    return True
                if isinstance(found, n.Subquery) and place.scope.relations:
                    return True
        return False

    def _row_value(self, handle: int, arguments: Sequence[Bound], type: SqlType) -> Bound:
        texts = ", ".join(as_text(argument) for argument in arguments)
        sql = from_text(f"tsqld_row_value({handle}, [{texts}]::VARCHAR[])", type)
        return Bound(
            sql,
            type,
            True,
            aggregated=any(argument.aggregated for argument in arguments),
            windowed=any(argument.windowed for argument in arguments),
        )

    # scalar functions

    def called_function(
        self,
        call: n.Call,
        module: Module,
        database: str,
        arguments: Sequence[Bound],
        place: Place,
        known: int,
    ) -> Bound:
        """A scalar function that is run. `known` counts the parameters before its arguments were bound."""
        assert module.returns is not None
        early = self._early_arguments(call, module, place)
        if early is not None:
            self.context.forget(known)
            reference = Reference("user function", _named_module(module, database), early, module.returns)
            return Bound(self.context.parameter(reference, module.returns), module.returns)
        for type in (module.returns, *(argument.type for argument in arguments)):
            if type.name in _NO_TEXT:
                raise unsupported(f"{module.full_name} over columns: it passes {type.name}", call.line)
        handle = self.context.environment.row_module(module, database)
        return self._row_value(handle, arguments, module.returns)

    def _early_arguments(self, call: n.Call, module: Module, place: Place) -> tuple[Reference, ...] | None:
        """The arguments as values known before the statement runs; None when they need its rows."""
        if self._over_columns(call.arguments, place):
            return None
        definition = parse_module(module.text)
        early = []
        for argument, parameter, written in zip(
            call.arguments, module.parameters, definition.parameters, strict=True
        ):
            node: n.Expression = argument
            if isinstance(argument, n.Default):
                node = written.default or n.Null(argument.line)
            inner = type(self)(Context(self.context.environment))
            value = f.convert(inner.value(node, Place(Scope())), parameter.type, line=call.line)
            kind = "table scalar" if inner.context.reads else "scalar"
            references = tuple(inner.context.references)
            early.append(Reference(kind, value.sql, references, parameter.type))
        return tuple(early)

    # multi-statement table functions

    def table_function(self, source: n.FunctionSource, module: Module, scope: Scope) -> tuple[str, Relation]:
        call = source.call
        place = Place(scope)
        known = len(self.context.references)
        bound = self.bound_arguments(call, module, parse_module(module.text), place)
        database = self.context.environment.database
        if len(call.name) > 2 and call.name[-3]:
            database = call.name[-3]
        early = self._early_arguments(call, module, place)
        if early is not None:
            self.context.forget(known)
            text = self._filled(module, database, early)
        else:
            text = self._row_table(module, database, list(bound.values()), call.line)
        exposed = source.alias or call.name[-1]
        out = tuple(OutColumn(column.name, column.type, column.nullable) for column in module.columns)
        if source.columns:
            out = self._named_columns(out, source.columns, exposed, source.line)
        alias = self.context.alias()
        return f"({text}) AS {alias}", cte_relation(alias, exposed, out)

    def _filled(self, module: Module, database: str, early: tuple[Reference, ...]) -> str:
        """Rows that the engine puts into a temp table when it fills the statement's parameters in."""
        storage = self.context.environment.rows_storage()
        name = f"{_named_module(module, database)}\0{storage}"
        filled = self.context.parameter(Reference("function rows", name, early, INT), INT)
        listed = ", ".join(f"{quoted(column.name)} AS c{i}" for i, column in enumerate(module.columns, 1))
        return f"SELECT {listed} FROM {storage} WHERE {filled} >= 0"

    def _row_table(self, module: Module, database: str, arguments: Sequence[Bound], line: int) -> str:
        for type in (*(c.type for c in module.columns), *(argument.type for argument in arguments)):
            if type.name in _NO_TEXT:
                raise unsupported(f"{module.full_name} over columns: it passes {type.name}", line)
        handle = self.context.environment.row_module(module, database)
        texts = ", ".join(as_text(argument) for argument in arguments)
        row = self.context.alias("r")
        listed = ", ".join(
            f"{from_text(f'{row}.r[{i}]', column.type)} AS c{i}" for i, column in enumerate(module.columns, 1)
        )
        rows = f"SELECT unnest(tsqld_row_table({handle}, [{texts}]::VARCHAR[])) AS r"
        return f"SELECT {listed} FROM ({rows}) AS {row}"


def as_text(value: Bound) -> str:
    """DuckDB text of a value on its way to Python."""
    if value.type.is_binary:
        return f"hex({value.sql})"
    return f"CAST({value.sql} AS VARCHAR)"


def from_text(sql: str, type: SqlType) -> str:
    """DuckDB text of a value on its way back."""
    if type.is_text:
        return sql
    if type.is_binary:
        return f"unhex({sql})"
    if type.name == "sql_variant":
        return f"""from_json({sql}, '{{"type": "VARCHAR", "text": "VARCHAR"}}')"""
    return f"CAST({sql} AS {duck_type(type)})"


def _named_module(module: Module, database: str) -> str:
    return "\0".join((database, module.schema, module.name))
