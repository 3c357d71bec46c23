"""Tables and their storage: CREATE TABLE, temp tables, table variables, SELECT INTO, TRUNCATE."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from tsqld.binder.scope import quoted
from tsqld.catalog.model import (
    Column,
    Table,
)
from tsqld.compile.dml.plan import is_stored
from tsqld.errors import error, unsupported
from tsqld.events import Event
from tsqld.functions.sqltext import duck_type
from tsqld.runtime.filling import fill
from tsqld.runtime.partitions import partition_condition
from tsqld.syntax import nodes as n
from tsqld.types import INT, SqlType

if TYPE_CHECKING:
    from tsqld.runtime.changes import Changes
    from tsqld.runtime.queries import SelectPlan

from tsqld.runtime.ddl import permits
from tsqld.runtime.ddl.build import TableBuilder
from tsqld.runtime.ddl.definer import moment

_MAKE: Final = "CREATE OR REPLACE TEMP TABLE"


class Tables(TableBuilder):
    """Makes, fills and empties tables."""

    def create_table(self, node: n.CreateTable) -> None:
        if node.name[-1].startswith("#"):
            self._create_temporary(node)
            return
        name = self.full(node.name, node.line)
        catalog = self.catalog(name.database)
        schema = catalog.schema(name.schema)
        if schema is None:
            raise error(2760, name.schema, line=node.line)
        if catalog.object(name.schema, name.name) is not None:
            raise error(2714, name.name, line=node.line)
        storage = f"{quoted(catalog.name)}.{quoted(schema.name)}.{quoted(name.name)}"
        object_id, catalog = self.identifier(catalog)
        now = moment()
        table = Table(
            object_id,
            schema.name,
            name.name,
            now,
            now,
            (),
            storage=storage,
            placed_on=node.placed_on,
            options=tuple((word, value) for word, value in node.options if word == "DATA_COMPRESSION"),
        )
        table, catalog = self.built(table, node.definition, catalog, written=node.name)
        self.create_storage(table)
        self.session.engine.counters.begin(catalog.name, table)
        self.change(catalog.put(table))

    def _create_temporary(self, node: n.CreateTable) -> None:
        name = node.name[-1]
        session = self.session
        shared = name.startswith("##")
        home = session.engine.global_temporaries if shared else session.frame.temporaries
        if name.lower() in home:
            raise error(2714, name, line=node.line)
        serial, storage = self._temporary_place(name, node.line)
        now = moment()
        kind = "T##" if shared else "T#"
        table = Table(-serial, "dbo", name, now, now, (), storage=storage, kind=kind)
        table, _ = self.built(table, node.definition, self.catalog(), written=node.name)
        self.create_storage(table)
        home[name.lower()] = table
        session.temporary_version += 1

    def _temporary_place(self, name: str, line: int) -> tuple[int, str]:
        """The number and storage of a temp table; a global one lies in the current database until its session
        ends."""
        session = self.session
        if not name.startswith("##"):
            return session.temporary_names.take(name)
        if session.trancount:
            raise unsupported("making a global temporary table inside a transaction", line)
        serial = session.engine.serial()
        session.shared_temporaries.append(name.lower())
        return serial, f"{quoted(self.catalog().name)}.__tsqld.{quoted(f'{name} {serial}')}"

    def table_variable(self, name: str, definition: n.TableDefinition) -> Table:
        """A table variable: like a temp table, but it outlives rollbacks."""
        serial, storage = self.session.temporary_names.take(name)
        now = moment()
        table = Table(-serial, "dbo", name, now, now, (), storage=storage, kind="T@")
        table, _ = self.built(table, definition, self.catalog())
        self._outside(table)
        self.session.temporary_version += 1
        return table

    def table_of_type(self, name: str, type_name: n.TypeName) -> Table | None:
        """A variable of a table type."""
        parts = type_name.parts
        found = self.catalog().user_type(parts[-2] if len(parts) > 1 else "dbo", parts[-1])
        if found is None or found.table is None:
            return None
        serial, storage = self.session.temporary_names.take(name)
        table = replace(found.table, object_id=-serial, name=name, storage=storage, kind="T@")
        self._outside(table)
        self.session.temporary_version += 1
        return table

    def _outside(self, table: Table) -> None:
        """Make a table variable's storage, also in the middle of a transaction."""
        executor = self.session.executor
        executor.fresh(())
        executor.change(self.storage_text(table))

    def refill(self, table: Table, rows: Sequence[Sequence[Any]]) -> None:
        """Make these a table variable's rows, each with a value per stored column."""
        executor = self.session.executor
        executor.fresh(())
        columns = self.storage_text(table).removeprefix(_MAKE)
        executor.change(f"CREATE TEMP TABLE IF NOT EXISTS{columns}")
        executor.change(f"DELETE FROM {table.storage}")
        fill(executor, table.storage, [column.type for column in table.columns if is_stored(column)], rows)

    def temporaries_mark(self) -> list[dict[str, Table]]:
        return [dict(frame.temporaries) for frame in self.session.frames]

    def temporaries_back(self, mark: list[dict[str, Table]]) -> None:
        """Forget temp tables whose creation was undone."""
        for frame, known in zip(self.session.frames, mark, strict=False):
            if frame.temporaries != known:
                frame.temporaries.clear()
                frame.temporaries.update(known)
                self.session.temporary_version += 1

    def storage_text(self, table: Table) -> str:
        columns = ", ".join(
            f"{quoted(column.name)} {duck_type(column.type)}"
            for column in table.columns
            if not column.computed or column.persisted
        )
        if table.is_temporary:
            return f"{_MAKE} {table.storage.removeprefix('temp.main.')} ({columns})"
        return f"CREATE TABLE {table.storage} ({columns})"

    def create_storage(self, table: Table) -> None:
        self.write(self.storage_text(table))

    def truncate(self, node: n.Truncate, changes: Changes) -> Iterator[Event]:
        table, _ = self.existing(node.table, node.line, 4701)
        where = ""
        if node.partitions:
            where = f" WHERE {partition_condition(self.catalog(), table, node.partitions, node.line)}"
        if not table.is_temporary:
            for other in self.catalog().tables():
                if other.storage != table.storage and any(
                    foreign.references(table) for foreign in other.foreign_keys
                ):
                    raise error(4712, table.full_name, line=node.line)
        self.write(f"DELETE FROM {table.storage}{where}")
        if not where and table.identity is not None and table.identity.identity is not None:
            self.session.engine.counters.reseed(self.session.database, table, table.identity.identity[0])
        self.session.executor.wrote(table)
        self.session.rowcount = 0
        yield from ()

    def set_identity_insert(self, node: n.SetIdentityInsert) -> None:
        permits.alters_table(self.session, self, node.table, node.line)
        table, _ = self.existing(node.table, node.line, 1088, locks=False)
        if table.identity is None:
            raise error(8106, table.full_name, line=node.line)
        session = self.session
        if node.on and session.identity_insert not in ("", table.storage):
            other = session.identity_insert.replace('"', "")
            raise error(8107, other, table.full_name, line=node.line)
        session.identity_insert = table.storage if node.on else ""

    def create_from_query(
        self, parts: tuple[str, ...], plan: SelectPlan, line: int, *, empty: bool = False
    ) -> int:
        """A new table of a query's columns, filled with its rows; how many. `empty` tells there are none."""
        temporary = parts[-1].startswith("#")
        session = self.session
        permits.creates_table(session, self, parts, line)
        name = self.full(parts, line)
        if not temporary:
            self.lock(name.database)
        catalog = self.catalog() if temporary else self.catalog(name.database)
        columns = []
        seen: set[str] = set()
        for i, column in enumerate(plan.columns, 1):
            if not column.name:
                raise error(1038, line=line)
            if column.name.lower() in seen:
                raise error(2705, column.name, ".".join(parts), line=line)
            seen.add(column.name.lower())
            type = column.type
            if column.literal is not None and column.literal.is_null:
                type = INT
            nullable = column.nullable
            identity = column.source.identity if column.source is not None else None
            columns.append(Column(column.name, type, nullable, identity, column_id=i))
        now = moment()
        if temporary:
            if parts[-1].lower() in session.frame.temporaries:
                raise error(2714, parts[-1], line=line)
            shared = parts[-1].startswith("##")
            if shared and parts[-1].lower() in session.engine.global_temporaries:
                raise error(2714, parts[-1], line=line)
            serial, storage = self._temporary_place(parts[-1], line)
            table = Table(
                -serial,
                "dbo",
                parts[-1],
                now,
                now,
                tuple(columns),
                storage=storage,
                kind="T##" if shared else "T#",
                next_column_id=len(columns),
            )
        else:
            schema = catalog.schema(name.schema)
            if schema is None:
                raise error(2760, name.schema, line=line)
            if catalog.object(name.schema, name.name) is not None:
                raise error(2714, name.name, line=line)
            object_id, catalog = self.identifier(catalog)
            storage = f"{quoted(catalog.name)}.{quoted(schema.name)}.{quoted(name.name)}"
            table = Table(
                object_id,
                schema.name,
                name.name,
                now,
                now,
                tuple(columns),
                storage=storage,
                next_column_id=len(columns),
            )
        self.create_storage(table)
        session.table_locks.reading(plan.reads, plan.hints)
        parameters = self.evaluator.parameters(plan.references)
        count = 0 if empty else self.write(f"INSERT INTO {table.storage} {plan.sql}", parameters)
        session.executor.wrote(table)
        if temporary:
            home = session.engine.global_temporaries if shared else session.frame.temporaries
            home[parts[-1].lower()] = table
            session.temporary_version += 1
        else:
            self.change(catalog.put(table))
        if table.identity is not None:
            session.engine.counters.begin(catalog.name, table)
            self._continue_identity(catalog.name, table)
        return count

    def _continue_identity(self, database: str, table: Table) -> None:
        """Number on from the identity values that a table was created with."""
        assert table.identity is not None
        assert table.identity.identity is not None
        extreme = "max" if table.identity.identity[1] > 0 else "min"
        cursor = self.session.executor.read(
            f"SELECT {extreme}({quoted(table.identity.name)}) FROM {table.storage}"
        )
        row = cursor.fetchone()
        if row is not None and row[0] is not None:
            self.session.engine.counters.explicit(database, table, row[0])

    @contextmanager
    def rows_table(self, types: Sequence[SqlType], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
        """A temp table c1 … cn holding rows from Python, for as long as needed."""
        name = quoted(f"rows {self.session.engine.serial()}")
        executor = self.session.executor
        executor.fresh(())
        columns = ", ".join(f"c{i} {duck_type(type)}" for i, type in enumerate(types, 1))
        executor.change(f"CREATE TEMP TABLE {name} ({columns})")
        fill(executor, f"temp.main.{name}", types, rows)
        yield f"temp.main.{name}"
        executor.change(f"DROP TABLE {name}")
