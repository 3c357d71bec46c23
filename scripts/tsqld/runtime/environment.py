"""The session as the compiler sees it: names, types and catalogs of the current frame."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from tsqld.binder.scope import Relation, quoted
from tsqld.catalog.model import Catalog, Module, Object, Table
from tsqld.catalog.shipped import shipped_function
from tsqld.catalog.views import system_relation
from tsqld.compile.context import SystemRelation
from tsqld.compile.inline import Compiler
from tsqld.errors import TsqlError
from tsqld.runtime.session import Session
from tsqld.syntax import nodes as n
from tsqld.types import SqlType


class SessionEnvironment:
    """Looks names up for one compilation, and notes what the compiled text depends on."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.frame = session.frame
        self.lookups: dict[tuple[str, str, str], Object | None] = {}
        self.uses_catalog = False
        self.uses_temporaries = False
        self.uses_system = False
        self.unresolved: list[tuple[n.Node, int, TsqlError]] | None = None
        self._inside = ""

    @property
    def database(self) -> str:
        return self._inside or self.frame.database or self.session.database

    @contextmanager
    def inside(self, database: str) -> Iterator[None]:
        before, self._inside = self._inside, database
        try:
            yield
        finally:
            self._inside = before

    @property
    def identity_insert(self) -> str:
        return self.session.identity_insert

    @property
    def instead(self) -> tuple[int, ...]:
        return self.session.instead

    @property
    def datefirst(self) -> int:
        return self.session.options.datefirst

    def catalog(self, database: str) -> Catalog:
        self.uses_catalog = True
        return self.session.catalog(database)

    def object(self, database: str, schema: str, name: str) -> Object | None:
        found = self.session.catalog(database).object(schema, name)
        self.lookups[database, schema, name] = found
        return found

    def variable_type(self, name: str) -> SqlType | None:
        found = self.frame.variables.get(name.lower())
        return found[0] if found else None

    def table_variable(self, name: str) -> Table | None:
        self.uses_temporaries = True
        return self.frame.tables.get(name.lower())

    def temporary(self, name: str) -> Table | None:
        self.uses_temporaries = True
        wanted = name.lower()
        for frame in reversed(self.session.frames):
            if wanted in frame.temporaries:
                return frame.temporaries[wanted]
        return self.session.engine.global_temporaries.get(wanted)

    def special_table(self, name: str) -> Table | None:
        return self.frame.specials.get(name.lower())

    def system_relation(self, database: str, schema: str, name: str) -> SystemRelation | None:
        found = system_relation(self.session, database, schema, name)
        self.uses_system = self.uses_system or found is not None
        return found

    def system_function(self, parts: Sequence[str]) -> Module | None:
        return shipped_function(parts)

    def bulk_rowset(self, compiler: Compiler, node: n.BulkSource) -> tuple[str, Relation]:
        """A file as a table source; what it compiles to holds for this statement only."""
        self.uses_system = True
        return self.session.interpreter.bulk.rowset(compiler, node)

    def alias_type(self, schema: str, name: str) -> SqlType | None:
        found = self.catalog(self.database).user_type(schema or "dbo", name)
        return found.base if found else None

    def row_function(self, name: str, types: tuple[SqlType, ...], result: SqlType) -> int:
        return self.session.row_calls.catalog_function(name, types, result)

    def row_module(self, module: Module, database: str) -> int:
        calls = self.session.row_calls
        if module.kind == "TABLE FUNCTION":
            return calls.table_function(module, database)
        return calls.scalar_function(module, database)

    def rows_storage(self) -> str:
        return f"temp.main.{quoted(f'function rows {self.session.engine.serial()}')}"
