"""What every definition needs: the catalog, a lock on it, new ids, names and types."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tsqld.binder.scope import Relation, RelationColumn, quoted
from tsqld.binder.typenames import resolve
from tsqld.catalog.model import (
    Catalog,
    Table,
)
from tsqld.compile.context import Context, FullName, full_name, located
from tsqld.compile.inline import Compiler
from tsqld.errors import error
from tsqld.events import Message
from tsqld.runtime.environment import SessionEnvironment
from tsqld.runtime.session import Session
from tsqld.syntax import nodes as n
from tsqld.types import SqlType

if TYPE_CHECKING:
    from tsqld.runtime.evaluate import Evaluator


class Definer:
    """Changes the catalog of a session's database within its transaction."""

    def __init__(self, session: Session, evaluator: Evaluator, notices: list[Message] | None = None) -> None:
        self.session = session
        self.evaluator = evaluator
        self.notices = [] if notices is None else notices
        """Messages of the statement under way, told behind it."""

    def lock(self, database: str = "") -> None:
        """Nobody else defines anything in the database until this transaction ends."""
        session = self.session
        session.lock_catalog(database or session.frame.database or session.database)

    def catalog(self, database: str = "") -> Catalog:
        return self.session.catalog(database or self.session.frame.database or self.session.database)

    def change(self, catalog: Catalog) -> None:
        self.session.change_catalog(catalog)

    def identifier(self, catalog: Catalog) -> tuple[int, Catalog]:
        """A new object_id."""
        following = catalog.next_id + 16
        return catalog.next_id, replace(catalog, next_id=following)

    def write(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        return self.session.executor.write(sql, parameters)

    def full(self, parts: Sequence[str], line: int) -> FullName:
        """A name as a definition means it: in the user's default schema, wherever it is said."""
        environment = SessionEnvironment(self.session)
        environment.in_schema("")
        return full_name(environment, parts, line)

    def known(self, parts: Sequence[str], line: int) -> FullName:
        """The name of something there is: where no schema was written, dbo's comes second."""
        environment = SessionEnvironment(self.session)
        environment.in_schema("")
        name = full_name(environment, parts, line)
        return located(environment, name, parts)[0]

    def type(self, name: n.TypeName) -> SqlType:
        """A declared type. Error 2715 as variables and columns report it."""
        return resolve(name, SessionEnvironment(self.session).alias_type)

    def alias(self, name: n.TypeName) -> tuple[str, str] | None:
        """The user type that a written type is, by schema and name; sysname is one of schema sys."""
        word = name.parts[-1].lower()
        if len(name.parts) == 1 and word == "sysname":
            return "sys", "sysname"
        found = self.catalog().user_type(name.parts[-2] if len(name.parts) > 1 else "dbo", word)
        return (found.schema, found.name) if found is not None and found.table is None else None

    def nullable_alias(self, alias: tuple[str, str] | None) -> bool:
        """Whether a column of this user type may be NULL when its definition does not say."""
        if alias is None or alias[0] == "sys":
            return alias is None
        found = self.catalog().user_type(*alias)
        return found is None or found.nullable

    def compiler(self, schema: str = "") -> Compiler:
        """A compiler of a definition's texts, or of a module to be made in a schema."""
        environment = SessionEnvironment(self.session)
        if schema:
            environment.in_schema(schema)
        return Compiler(Context(environment))

    def existing(
        self, parts: Sequence[str], line: int, number: int, *, locks: bool = True
    ) -> tuple[Table, Callable[[Table], None]]:
        """A table to be changed, locked unless told otherwise, and how its new shape is kept."""
        session = self.session
        if parts[-1].startswith("#"):
            for frame in reversed(session.frames):
                found = frame.temporaries.get(parts[-1].lower())
                if found is not None:
                    return found, self._temporary_store(frame.temporaries)
            shared = session.engine.global_temporaries
            if parts[-1].lower() in shared:
                return shared[parts[-1].lower()], self._temporary_store(shared)
            raise error(number, ".".join(parts), line=line)
        name = self.known(parts, line)
        catalog = self.catalog(name.database)
        table = catalog.table(name.schema, name.name)
        if table is None:
            raise error(number, ".".join(parts), line=line)
        if locks:
            self.seize(table)

        def store(changed: Table) -> None:
            current = self.catalog(name.database)
            self.change(replace(current, next_id=max(current.next_id, catalog.next_id)).put(changed))

        return table, store

    def seize(self, table: Table) -> None:
        """Wait until nobody else has uncommitted rows in a table, and see what they committed."""
        self.session.table_locks.take(table.storage, "X")
        self.session.executor.fresh({table.storage})

    def _temporary_store(self, home: dict[str, Table]) -> Callable[[Table], None]:
        def store(changed: Table) -> None:
            home[changed.name.lower()] = changed
            self.session.temporary_version += 1

        return store


def moment() -> dt.datetime:
    return dt.datetime.now().replace(microsecond=0)


def relation_of(table: Table, alias: str = "t") -> Relation:
    columns = tuple(
        RelationColumn(
            column.name,
            f"{alias}.{quoted(column.name)}",
            column.type.read_from_a_column,
            column.nullable,
        )
        for column in table.columns
    )
    return Relation(alias, (table.schema.lower(), table.name.lower()), columns, exposed=table.name)
