"""The session as the compiler sees it: names, types and catalogs of the current frame."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from tsqld.binder.access import Access
from tsqld.binder.bound import Bound
from tsqld.binder.scope import Relation, quoted
from tsqld.catalog.model import Catalog, Module, Object, Table
from tsqld.catalog.shipped import shipped_function
from tsqld.catalog.views import describing, system_relation
from tsqld.catalog.views.permissionlists import system_function
from tsqld.compile.context import FullName, Reference, SystemRelation
from tsqld.compile.inline import Compiler
from tsqld.errors import TsqlError
from tsqld.runtime.session import Session
from tsqld.syntax import nodes as n
from tsqld.types import SqlType

_PLACE: Final = re.compile(r"\$(\d+)")


class SessionEnvironment:
    """Looks names up for one compilation, and notes what the compiled text depends on."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.frame = session.frame
        self.lookups: dict[tuple[str, str, str], Object | None] = {}
        self.uses_catalog = False
        self.temporaries: dict[str, Table | None] = {}
        """The temp tables and table variables that were looked up."""
        self.uses_system = False
        self.is_of_session = False
        """Whether what is compiled holds in this session only."""
        self.unresolved: list[tuple[n.Node, int, TsqlError]] | None = None
        self._inside = ""
        self._schema = self.frame.schema
        self.checks = not session.authority.unlimited
        """Whether what is compiled must be asked for."""
        self.accesses: list[Access] = []
        self._chain = session.authority.chain if self.checks else None
        self._parent: Access | None = None
        self._passed: Access | None = None

    @property
    def database(self) -> str:
        return self._inside or self.frame.database or self.session.database

    @property
    def default_schema(self) -> str:
        """Where a name without a schema is looked for before dbo."""
        return self._schema or self.session.authority.default_schema(self.database)

    @contextmanager
    def inside(
        self, database: str, module: Module | None = None, access: Access | None = None
    ) -> Iterator[None]:
        before = (self._inside, self._schema, self._chain, self._parent)
        self._inside = database
        if module is not None:
            self._schema = module.schema
            self._parent = access
            if self.checks:
                self._chain = self.session.authority.chain_of(database, module)
        try:
            yield
        finally:
            self._inside, self._schema, self._chain, self._parent = before

    def in_schema(self, schema: str) -> None:
        """Compile as part of a module of that schema that does not exist yet; of a definition with none."""
        self._schema = schema

    # permissions

    @contextmanager
    def trusted(self) -> Iterator[None]:
        """While the text of a constraint, default or computed column is compiled: its table's owner vouches
        for it."""
        before, self.checks = self.checks, False
        try:
            yield
        finally:
            self.checks = before

    def demand(
        self, permission: str, found: Object, name: FullName, *, required: bool = True
    ) -> Access | None:
        """Note that a statement uses an object; None where nothing need be asked. Error 916."""
        if not self.checks or (isinstance(found, Table) and found.is_temporary):
            return None
        authority = self.session.authority
        authority.enter(name.database)
        chain, parent = self._chain, self._parent
        if self._passed is not None:
            parent, self._passed = self._passed, None
            parent.permission = permission
            self.accesses.append(parent)
            chain = authority.chain_of(parent.database, parent.found)
        chained = chain == authority.chain_of(name.database, found)
        made = Access(permission, name.database, found, chained, parent, required)
        self.accesses.append(made)
        return made

    def through_synonym(self, found: Object, name: FullName) -> None:
        """Note that the object resolved next was named by a synonym, which is a link of the chain."""
        if self.checks:
            chained = self._chain == self.session.authority.chain_of(name.database, found)
            self._passed = Access("", name.database, found, chained, self._parent)

    def demand_change(
        self, permission: str, access: Access | None, table: Table, columns: Collection[str] = ()
    ) -> None:
        """Note that a statement changes a table: by itself, or through the view that `access` is.

        Every view and synonym on the way is changed, too, unless the chain of owners leads to it.
        """
        if access is None:
            return
        link: Access | None = self._leaf(access, table)
        while link is not None:
            link.required = False
            named = {name: None for name in columns if _has_column(link.found, name)}
            self.accesses.append(link.changing(permission, named))
            link = link.parent

    def _leaf(self, access: Access, table: Table) -> Access:
        """The table's own access, below that of the view a statement names."""
        for one in self.accesses:
            link: Access | None = one
            if isinstance(one.found, Table) and one.found.object_id == table.object_id:
                while link is not None:
                    if link is access:
                        return one
                    link = link.parent
        return access

    def discount(self, known: int) -> None:
        """Forget that what was noted since is read: it only leads to the table of a change."""
        for access in self.accesses[known:]:
            access.columns.clear()
            access.required = False

    def verify(self) -> None:
        """Errors 229 and 230 of what was compiled."""
        if self.accesses:
            self.session.authority.verify(self.accesses)

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

    def enter(self, database: str, line: int) -> None:
        """Error 916 where the session may not go into another database."""
        self._passed = None
        if self.checks:
            self.session.authority.enter(self.session.catalog(database).name, line)

    def variable_type(self, name: str) -> SqlType | None:
        found = self.frame.variables.get(name.lower())
        return found[0] if found else None

    def table_variable(self, name: str) -> Table | None:
        found = self.frame.tables.get(name.lower())
        self.temporaries[name.lower()] = found
        return found

    def temporary(self, name: str) -> Table | None:
        found = self.session.temporary(name)
        self.temporaries[name.lower()] = found
        return found

    def special_table(self, name: str) -> Table | None:
        found = self.frame.specials.get(name.lower())
        self.is_of_session = self.is_of_session or found is not None
        return found

    def system_relation(self, database: str, schema: str, name: str) -> SystemRelation | None:
        found = system_relation(self.session, database, schema, name)
        self.uses_system = self.uses_system or found is not None
        return found

    def known(self, sql: str, references: Sequence[Reference]) -> tuple[Any, ...] | None:
        named = {int(place) for place in _PLACE.findall(sql)}
        used = [reference if place in named else None for place, reference in enumerate(references, 1)]
        if self.session.only_binding or not all(one is None or self._is_there(one) for one in used):
            return None
        evaluator = self.session.interpreter.evaluator
        values = [None if one is None else evaluator.parameter(one) for one in used]
        try:
            return self.session.executor.scalar_row(f"SELECT {sql}", values)
        except TsqlError:
            return None  # it is raised again, in its place, when the query runs

    def _is_there(self, reference: Reference) -> bool:
        """Whether a parameter has a value before the query runs, and asking for it does nothing else."""
        if reference.kind == "variable":
            return reference.name in self.frame.variables
        return reference.kind in ("function", "scalar") and all(
            isinstance(inner, Bound) or self._is_there(inner) for inner in reference.arguments
        )

    def system_function(self, parts: Sequence[str]) -> Module | None:
        return shipped_function(parts)

    def system_rows(self, name: str, arguments: Sequence[Any] | None) -> SystemRelation:
        self.uses_system = True
        if name == describing.NAME:
            return describing.described(self.session, arguments)
        return system_function(self.session, name, arguments)

    def bulk_rowset(self, compiler: Compiler, node: n.BulkSource) -> tuple[str, Relation]:
        """A file as a table source; what it compiles to holds for this statement only."""
        self.uses_system = True
        return self.session.interpreter.bulk.rowset(compiler, node)

    def alias_type(self, schema: str, name: str) -> SqlType | None:
        found = self.catalog(self.database).user_type(schema or "dbo", name)
        return found.base if found else None

    def row_function(self, name: str, types: tuple[SqlType, ...], result: SqlType) -> int:
        self.is_of_session = True
        return self.session.row_calls.catalog_function(name, types, result)

    def row_module(self, module: Module, database: str) -> int:
        self.is_of_session = True
        calls = self.session.row_calls
        if module.kind == "TABLE FUNCTION":
            return calls.table_function(module, database)
        return calls.scalar_function(module, database)

    def rows_storage(self) -> str:
        self.is_of_session = True
        return f"temp.main.{quoted(f'function rows {self.session.engine.serial()}')}"


def _has_column(found: Object, name: str) -> bool:
    columns = found.columns if isinstance(found, Table | Module) else ()
    return any(column.name.lower() == name.lower() for column in columns)
