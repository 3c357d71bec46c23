"""Data definition: creates, alters and drops what catalogs hold, and the DuckDB tables behind it.

The catalog entry is the truth; DuckDB holds only the columns. Both change in the same transaction.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tsqld.binder.scope import Relation, RelationColumn, Scope, quoted
from tsqld.binder.typenames import resolve, with_collation
from tsqld.catalog.model import (
    Catalog,
    Check,
    Column,
    Default,
    ForeignKey,
    Index,
    Module,
    ModuleParameter,
    Object,
    PartitionFunction,
    PartitionScheme,
    Schema,
    Synonym,
    Table,
    UserType,
    entry_key,
)
from tsqld.catalog.model import (
    Sequence as SequenceObject,
)
from tsqld.compile.cascades import has_cycle
from tsqld.compile.checks import unique_check
from tsqld.compile.context import Context, FullName, full_name
from tsqld.compile.expressions import Place
from tsqld.compile.inline import Compiler
from tsqld.errors import TsqlError, error, unsupported
from tsqld.events import Event
from tsqld.functions.sqltext import duck_type
from tsqld.runtime.environment import SessionEnvironment
from tsqld.runtime.partitions import partition_condition
from tsqld.runtime.security import Security
from tsqld.runtime.session import Session
from tsqld.runtime.usercode import refuse_side_effects
from tsqld.runtime.values import to_duck
from tsqld.syntax import nodes as n
from tsqld.syntax.walk import parse_value
from tsqld.types import INT, SqlType

if TYPE_CHECKING:
    from tsqld.runtime.changes import Changes
    from tsqld.runtime.evaluate import Evaluator
    from tsqld.runtime.interpreter import SelectPlan

_WORDS = {
    "PROCEDURE": "procedure",
    "VIEW": "view",
    "TRIGGER": "trigger",
    "TABLE": "table",
    "SEQUENCE": "sequence object",
    "SYNONYM": "synonym",
    "FUNCTION": "function",
    "TYPE": "type",
    "SCHEMA": "schema",
    "INDEX": "index",
}


class Definitions:
    """DDL for a session."""

    def __init__(self, session: Session, evaluator: Evaluator) -> None:
        self.session = session
        self.evaluator = evaluator
        self._handlers: dict[type[n.Statement], Callable[[Any], None]] = {
            n.CreateTable: self._create_table,
            n.AlterTable: self._alter_table,
            n.CreateIndex: self._create_index,
            n.AlterIndex: self._alter_index,
            n.Drop: self._drop,
            n.CreateModule: self._create_module,
            n.CreateSchema: self._create_schema,
            n.AlterDatabase: self._alter_database,
            n.CreateSequence: self._sequence,
            n.CreateSynonym: self._create_synonym,
            n.CreateType: self._create_type,
            n.CreatePartitionFunction: self._create_partition_function,
            n.AlterPartitionFunction: self._alter_partition_function,
            n.CreatePartitionScheme: self._create_partition_scheme,
            n.AlterPartitionScheme: self._alter_partition_scheme,
            n.StatisticsStatement: self._statistics,
            n.TriggerState: self._trigger_state,
            n.PrincipalStatement: Security(session).principal,
            n.Permission: Security(session).permission,
        }

    def run(self, node: n.Statement) -> Iterator[Event]:
        handler = self._handlers.get(type(node))
        if handler is None:
            raise unsupported(_construct(node), node.line)
        if _only_temporary(node):
            self.session.executor.fresh(())
        else:
            self._lock()
        handler(node)
        yield from ()

    def _lock(self) -> None:
        """One definer at a time per database, until its transaction ends."""
        session = self.session
        session.engine.locks.acquire(
            session.spid,
            f"catalog:{session.database.lower()}",
            "X",
            timeout_ms=session.options.lock_timeout,
            cancelled=session.cancelled.is_set,
        )
        session.executor.fresh(())

    # catalogs and ids

    def _catalog(self, database: str = "") -> Catalog:
        return self.session.catalog(database or self.session.frame.database or self.session.database)

    def _change(self, catalog: Catalog) -> None:
        self.session.change_catalog(catalog)

    def _identifier(self, catalog: Catalog) -> tuple[int, Catalog]:
        """A new object_id."""
        following = catalog.next_id + 16
        return catalog.next_id, replace(catalog, next_id=following)

    def _write(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        return self.session.executor.write(sql, parameters)

    def _full(self, parts: Sequence[str], line: int) -> FullName:
        return full_name(SessionEnvironment(self.session), parts, line)

    def type(self, name: n.TypeName) -> SqlType:
        """A declared type. Error 2715 as variables and columns report it."""
        return resolve(name, SessionEnvironment(self.session).alias_type)

    def compiler(self) -> Compiler:
        return Compiler(Context(SessionEnvironment(self.session)))

    # schemas, databases

    def _create_schema(self, node: n.CreateSchema) -> None:
        catalog = self._catalog()
        if catalog.schema(node.name) is not None:
            raise error(2714, node.name, line=node.line)
        number = max((s.schema_id for s in catalog.schemas() if s.schema_id < 16384), default=4) + 1
        self._write(f"CREATE SCHEMA {quoted(catalog.name)}.{quoted(node.name)}")
        self._change(catalog.put(Schema(number, node.name, node.owner or "dbo")))
        for element in node.elements:
            for _ in self.run(element):
                pass

    def _alter_database(self, node: n.AlterDatabase) -> None:
        name = self.session.database if node.name == "CURRENT" else node.name
        catalog = self._catalog(name)
        words = [word.upper() for word in node.options if word not in (",", "=")]
        if words[:1] in (["COLLATE"], ["MODIFY NAME"]):
            raise unsupported(f"ALTER DATABASE … {words[0]}", node.line)
        known = (
            "READ_COMMITTED_SNAPSHOT",
            "ALLOW_SNAPSHOT_ISOLATION",
            "RECOVERY",
            "COMPATIBILITY_LEVEL",
            "AUTO_CLOSE",
            "AUTO_SHRINK",
            "AUTO_CREATE_STATISTICS",
            "AUTO_UPDATE_STATISTICS",
            "QUERY_STORE",
            "PAGE_VERIFY",
            "DELAYED_DURABILITY",
            "TRUSTWORTHY",
            "TARGET_RECOVERY_TIME",
            "MULTI_USER",
            "ANSI_NULLS",
            "QUOTED_IDENTIFIER",
            "ARITHABORT",
            "ANSI_WARNINGS",
            "ANSI_PADDING",
            "CONCAT_NULL_YIELDS_NULL",
            "AUTO_UPDATE_STATISTICS_ASYNC",
            "ACCELERATED_DATABASE_RECOVERY",
            "RECURSIVE_TRIGGERS",
            "PARAMETERIZATION",
            "NUMERIC_ROUNDABORT",
            "DB_CHAINING",
            "CURSOR_DEFAULT",
            "CURSOR_CLOSE_ON_COMMIT",
        )
        if not words or words[0] not in known:
            raise unsupported(f"ALTER DATABASE … SET {words[0] if words else ''}", node.line)
        self._change(catalog.with_option(words[0], words[1] if len(words) > 1 else "ON"))

    # tables

    def _create_table(self, node: n.CreateTable) -> None:
        if node.name[-1].startswith("#"):
            self._create_temporary(node)
            return
        name = self._full(node.name, node.line)
        catalog = self._catalog(name.database)
        schema = catalog.schema(name.schema)
        if schema is None:
            raise error(2760, name.schema, line=node.line)
        if catalog.object(name.schema, name.name) is not None:
            raise error(2714, name.name, line=node.line)
        storage = f"{quoted(catalog.name)}.{quoted(schema.name)}.{quoted(name.name)}"
        object_id, catalog = self._identifier(catalog)
        now = _now()
        table = Table(
            object_id, schema.name, name.name, now, now, (), storage=storage, placed_on=node.placed_on
        )
        table, catalog = self.built(table, node.definition, catalog)
        self._create_storage(table)
        self._change(catalog.put(table))

    def _create_temporary(self, node: n.CreateTable) -> None:
        name = node.name[-1]
        session = self.session
        shared = name.startswith("##")
        home = session.engine.global_temporaries if shared else session.frame.temporaries
        if name.lower() in home:
            raise error(2714, name, line=node.line)
        serial = session.engine.serial()
        storage = f"temp.main.{quoted(f'{name} {serial}')}"
        if shared:
            storage = self._shared_storage(name, node.line)
        now = _now()
        kind = "T##" if shared else "T#"
        table = Table(-serial, "dbo", name, now, now, (), storage=storage, kind=kind)
        table, _ = self.built(table, node.definition, self._catalog())
        self._create_storage(table)
        home[name.lower()] = table
        session.temporary_version += 1

    def _shared_storage(self, name: str, line: int) -> str:
        """Where a global temporary table is kept: in the current database, until its session ends."""
        session = self.session
        if session.trancount:
            raise unsupported("making a global temporary table inside a transaction", line)
        storage = f"{quoted(self._catalog().name)}.__tsqld.{quoted(f'{name} {session.engine.serial()}')}"
        session.shared_temporaries.append(name.lower())
        return storage

    def table_variable(self, name: str, definition: n.TableDefinition) -> Table:
        """A table variable: like a temp table, but it outlives rollbacks."""
        serial = self.session.engine.serial()
        now = _now()
        table = Table(
            -serial, "dbo", name, now, now, (), storage=f"temp.main.{quoted(f'{name} {serial}')}", kind="T@"
        )
        table, _ = self.built(table, definition, self._catalog())
        self._outside(table)
        self.session.temporary_version += 1
        return table

    def table_of_type(self, name: str, type_name: n.TypeName) -> Table | None:
        """A variable of a table type."""
        parts = type_name.parts
        found = self._catalog().user_type(parts[-2] if len(parts) > 1 else "dbo", parts[-1])
        if found is None or found.table is None:
            return None
        serial = self.session.engine.serial()
        storage = f"temp.main.{quoted(f'{name} {serial}')}"
        table = replace(found.table, object_id=-serial, name=name, storage=storage, kind="T@")
        self._outside(table)
        self.session.temporary_version += 1
        return table

    def _outside(self, table: Table) -> None:
        """Make a table variable's storage, also in the middle of a transaction."""
        executor = self.session.executor
        text = self._storage_text(table)
        if executor.transaction is not None:
            executor.fresh(())
            executor.write(text)
        else:
            executor.cursor.execute(text)

    def refill(self, table: Table, rows: Sequence[Sequence[Any]]) -> None:
        """Put a table variable's rows back after a rollback."""
        cursor = self.session.executor.cursor
        cursor.execute(
            self._storage_text(table).replace("CREATE TEMP TABLE", "CREATE TEMP TABLE IF NOT EXISTS", 1)
        )
        cursor.execute(f"DELETE FROM {table.storage}")
        if rows:
            places = ", ".join(f"${i}" for i in range(1, len(rows[0]) + 1))
            cursor.executemany(f"INSERT INTO {table.storage} VALUES ({places})", [list(row) for row in rows])

    def temporaries_mark(self) -> list[dict[str, Table]]:
        return [dict(frame.temporaries) for frame in self.session.frames]

    def temporaries_back(self, mark: list[dict[str, Table]]) -> None:
        """Forget temp tables whose creation was undone."""
        for frame, known in zip(self.session.frames, mark, strict=False):
            if frame.temporaries != known:
                frame.temporaries.clear()
                frame.temporaries.update(known)
                self.session.temporary_version += 1

    def _storage_text(self, table: Table) -> str:
        columns = ", ".join(
            f"{quoted(column.name)} {duck_type(column.type)}"
            for column in table.columns
            if not column.computed or column.persisted
        )
        if table.is_temporary:
            return f"CREATE TEMP TABLE {table.storage.removeprefix('temp.main.')} ({columns})"
        return f"CREATE TABLE {table.storage} ({columns})"

    def _create_storage(self, table: Table) -> None:
        self._write(self._storage_text(table))

    def built(self, table: Table, definition: n.TableDefinition, catalog: Catalog) -> tuple[Table, Catalog]:
        """A table with the columns, constraints and indexes of a definition added."""
        for written in definition.columns:
            table, catalog = self._with_column(table, written, catalog)
        for written in definition.columns:
            for constraint in written.constraints:
                table, catalog = self._with_constraint(table, constraint, catalog, written.name)
        _refuse_nullable_key(table.name, definition)
        for separate in definition.constraints:
            table, catalog = self._with_constraint(table, separate, catalog, "")
        for index in definition.indexes:
            table = self._with_index(table, index)
        return table, catalog

    def _with_column(
        self, table: Table, written: n.ColumnDefinition, catalog: Catalog
    ) -> tuple[Table, Catalog]:
        if table.column(written.name) is not None:
            raise error(2705, written.name, table.name, line=written.line)
        column_id = table.next_column_id + 1
        if written.computed is not None:
            column = self._computed(table, written, column_id)
        else:
            assert written.type is not None
            column, catalog = self._plain_column(table, written, column_id, catalog)
        return replace(table, columns=(*table.columns, column), next_column_id=column_id), catalog

    def _column_type(self, written: n.ColumnDefinition, name: n.TypeName, column_id: int) -> SqlType:
        """A column's type, with the errors as columns report them: 2715, 131."""
        try:
            return self.type(name)
        except TsqlError as problem:
            if problem.number == 243:
                raise error(2715, column_id, ".".join(name.parts), line=name.line) from None
            if problem.number == 2717:
                limit = 4000 if name.parts[-1].lower().startswith("n") else 8000
                raise error(131, name.arguments[0], written.name, limit, line=name.line) from None
            raise

    def _plain_column(
        self, table: Table, written: n.ColumnDefinition, column_id: int, catalog: Catalog
    ) -> tuple[Column, Catalog]:
        assert written.type is not None
        type = with_collation(self._column_type(written, written.type, column_id), written.collation)
        if written.identity is not None and table.identity is not None:
            raise error(2744, table.name, line=written.line)
        keyed = any(isinstance(c, n.KeyConstraint) and c.kind == "PRIMARY KEY" for c in written.constraints)
        nullable = written.nullable
        if nullable is None:
            nullable = not (keyed or written.identity is not None or type.name == "rowversion")
        if keyed and nullable:
            raise error(8111, table.name, line=written.line)
        default = None
        if written.default is not None:
            default, catalog = self._default(table, written.default, written.name, catalog)
        column = Column(
            written.name,
            type,
            nullable,
            written.identity,
            default,
            rowguidcol=written.rowguidcol,
            column_id=column_id,
        )
        return column, catalog

    def _default(
        self, table: Table, written: n.DefaultValue, column: str, catalog: Catalog
    ) -> tuple[Default, Catalog]:
        object_id, catalog = self._identifier(catalog)
        name = written.name or f"DF__{table.name[:9]}__{column[:5]}__{object_id:08X}"
        self.compiler().value(written.value, Place(Scope()))
        return Default(name, written.text, object_id, not written.name), catalog

    def _computed(self, table: Table, written: n.ColumnDefinition, column_id: int) -> Column:
        alias = "t"
        relation = Relation(
            alias,
            (table.name.lower(),),
            tuple(
                RelationColumn(column.name, f"{alias}.{quoted(column.name)}", column.type, column.nullable)
                for column in table.columns
            ),
            exposed=table.name,
        )
        assert written.computed is not None
        value = self.compiler().value(written.computed, Place(Scope([relation])))
        nullable = value.nullable if written.nullable is None else written.nullable
        return Column(
            written.name,
            value.type,
            nullable,
            computed=written.computed_text,
            persisted=written.persisted,
            column_id=column_id,
        )

    def _with_constraint(
        self,
        table: Table,
        constraint: n.KeyConstraint | n.ForeignKey | n.Check | n.DefaultValue,
        catalog: Catalog,
        column: str,
    ) -> tuple[Table, Catalog]:
        object_id, catalog = self._identifier(catalog)
        self._unused_name(constraint.name, table, catalog, constraint.line)
        match constraint:
            case n.KeyConstraint():
                return self._with_key(table, constraint, object_id), catalog
            case n.Check():
                name = constraint.name or f"CK__{table.name[:9]}__{object_id:08X}"
                relation = _relation(table)
                self.compiler().condition(constraint.condition, Place(Scope([relation])))
                check = Check(
                    name,
                    constraint.text,
                    column=column,
                    object_id=object_id,
                    system_named=not constraint.name,
                )
                return replace(table, checks=(*table.checks, check)), catalog
            case n.ForeignKey():
                return self._with_foreign_key(table, constraint, object_id, catalog), catalog
            case n.DefaultValue():
                found = table.column(constraint.column)
                if found is None:
                    raise error(1752, constraint.column, table.name, line=constraint.line)
                if found.default is not None:
                    raise error(1781, line=constraint.line)
                default, catalog = self._default(table, constraint, found.name, catalog)
                changed = tuple(replace(c, default=default) if c is found else c for c in table.columns)
                return replace(table, columns=changed), catalog

    def _unused_name(self, name: str, table: Table, catalog: Catalog, line: int) -> None:
        if not name or table.is_temporary:
            return
        taken = {
            taken.lower()
            for other in catalog.tables()
            if other.schema.lower() == table.schema.lower()
            for _, taken, _ in other.constraints()
        }
        taken |= {found.lower() for _, found, _ in table.constraints()}
        if name.lower() in taken or catalog.object(table.schema, name) is not None:
            raise error(2714, name, line=line)

    def _with_key(self, table: Table, written: n.KeyConstraint, object_id: int) -> Table:
        columns = []
        for item in written.columns:
            column = table.column(item.name)
            if column is None:
                raise error(1911, item.name, line=item.line)
            columns.append((column.name, item.descending))
        if written.kind == "PRIMARY KEY":
            table = self._primary(table, [name for name, _ in columns], written.line)
        clustered = written.clustered
        if clustered is None:
            clustered = written.kind == "PRIMARY KEY" and table.clustered is None
        short = "PK" if written.kind == "PRIMARY KEY" else "UQ"
        name = written.name or f"{short}__{table.name[:9]}__{object_id:016X}"
        index = Index(
            name,
            tuple(columns),
            True,
            clustered,
            written.kind,
            index_id=_index_id(table, clustered),
            object_id=object_id,
            placed_on=written.filegroup,
            system_named=not written.name,
        )
        return replace(table, indexes=(*table.indexes, index))

    def _primary(self, table: Table, names: Sequence[str], line: int) -> Table:
        existing = table.is_temporary or table.created != table.modified
        if any(index.kind == "PRIMARY KEY" for index in table.indexes):
            raise error(1779 if existing else 8110, table.name, line=line)
        changed = []
        for column in table.columns:
            if column.name in names and column.nullable:
                if not column.computed and table.created != table.modified:
                    raise error(8111, table.name, line=line)
                column = replace(column, nullable=False)
            changed.append(column)
        return replace(table, columns=tuple(changed))

    def _with_foreign_key(
        self, table: Table, written: n.ForeignKey, object_id: int, catalog: Catalog
    ) -> Table:
        name = self._full(written.table, written.line)
        itself = (name.schema.lower(), name.name.lower()) == (table.schema.lower(), table.name.lower())
        parent = table if itself else catalog.table(name.schema, name.name)
        shown = written.name or f"FK__{table.name[:9]}__{object_id:08X}"
        if parent is None:
            raise error(1767, shown, ".".join(written.table), line=written.line)
        referenced = written.referenced
        if not referenced:
            primary = next((index for index in parent.indexes if index.kind == "PRIMARY KEY"), None)
            if primary is None:
                raise error(1773, shown, parent.name, line=written.line)
            referenced = primary.column_names
        for column in written.columns:
            if table.column(column) is None:
                raise error(1769, shown, column, table.name, line=written.line)
        wanted = {column.lower() for column in referenced}
        if not any(
            {name.lower() for name in key.column_names} == wanted for key in parent.keys if not key.where
        ):
            raise error(1776, parent.full_name, shown, line=written.line)
        foreign = ForeignKey(
            shown,
            written.columns,
            parent.schema,
            parent.name,
            referenced,
            written.on_delete,
            written.on_update,
            object_id=object_id,
            system_named=not written.name,
        )
        if has_cycle(catalog, table, foreign):
            raise error(1785, shown, table.name, line=written.line)
        return replace(table, foreign_keys=(*table.foreign_keys, foreign))

    # indexes

    def _with_index(self, table: Table, written: n.IndexDefinition) -> Table:
        if any(index.name.lower() == written.name.lower() for index in table.indexes):
            raise error(1913, written.name, table.full_name, line=written.line)
        columns = []
        for item in written.columns:
            column = table.column(item.name)
            if column is None:
                raise error(1911, item.name, line=item.line)
            columns.append((column.name, item.descending))
        for name in written.include:
            if table.column(name) is None:
                raise error(1911, name, line=written.line)
        if written.clustered and table.clustered is not None:
            raise error(1902, table.full_name, table.clustered.name, line=written.line)
        if written.where is not None:
            self.compiler().condition(written.where, Place(Scope([_relation(table)])))
        index = Index(
            written.name,
            tuple(columns),
            written.unique,
            written.clustered,
            written.kind,
            written.include,
            written.where_text,
            _index_id(table, written.clustered),
            placed_on=written.placed_on,
        )
        return replace(table, indexes=(*table.indexes, index))

    def _create_index(self, node: n.CreateIndex) -> None:
        table, store = self._existing(node.table, node.line, 1088)
        if node.drop_existing:
            kept = tuple(index for index in table.indexes if index.name.lower() != node.index.name.lower())
            table = replace(table, indexes=kept)
        table = self._with_index(table, node.index)
        index = table.indexes[-1]
        if index.unique:
            self._check_unique(table, index, 1505)
        store(replace(table, modified=_now()))

    def _check_unique(self, table: Table, index: Index, number: int) -> None:
        check = unique_check(table, index, self.compiler().filter_text)
        row = self.session.executor.read(check.sql).fetchone()
        if row is not None:
            shown = ", ".join("<NULL>" if value is None else str(value) for value in row)
            raise error(number, table.full_name, index.name, f"({shown})")

    def _alter_index(self, node: n.AlterIndex) -> None:
        table, store = self._existing(node.table, node.line, 1088)
        names = {index.name.lower() for index in table.indexes}
        if node.name and node.name.lower() not in names:
            raise error(2727, node.name, line=node.line)
        if node.action in ("REBUILD", "DISABLE"):
            disabled = node.action == "DISABLE"
            changed = tuple(
                replace(index, disabled=disabled)
                if not node.name or index.name.lower() == node.name.lower()
                else index
                for index in table.indexes
            )
            if not disabled:
                for index in changed:
                    if index.unique:
                        self._check_unique(table, index, 1505)
            store(replace(table, indexes=changed))

    # an existing table, and where its changed form goes

    def _existing(
        self, parts: Sequence[str], line: int, number: int
    ) -> tuple[Table, Callable[[Table], None]]:
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
        name = self._full(parts, line)
        catalog = self._catalog(name.database)
        table = catalog.table(name.schema, name.name)
        if table is None:
            raise error(number, ".".join(parts), line=line)

        def store(changed: Table) -> None:
            current = self._catalog(name.database)
            self._change(replace(current, next_id=max(current.next_id, catalog.next_id)).put(changed))

        return table, store

    def _temporary_store(self, home: dict[str, Table]) -> Callable[[Table], None]:
        def store(changed: Table) -> None:
            home[changed.name.lower()] = changed
            self.session.temporary_version += 1

        return store

    # ALTER TABLE

    def _alter_table(self, node: n.AlterTable) -> None:
        from tsqld.runtime.alter import Alteration

        Alteration(self, node).run()

    # TRUNCATE

    def truncate(self, node: n.Truncate, changes: Changes) -> Iterator[Event]:
        table, _ = self._existing(node.table, node.line, 4701)
        where = ""
        if node.partitions:
            where = f" WHERE {partition_condition(self._catalog(), table, node.partitions, node.line)}"
        if not table.is_temporary:
            changes.lock_table(table.storage, "X")
            for other in self._catalog().tables():
                if other.storage != table.storage and any(
                    foreign.references(table) for foreign in other.foreign_keys
                ):
                    raise error(4712, table.full_name, line=node.line)
        self.session.executor.fresh((table.storage,))
        self._write(f"DELETE FROM {table.storage}{where}")
        if not where and table.identity is not None and table.identity.identity is not None:
            self.session.engine.counters.reseed(self.session.database, table, table.identity.identity[0])
        transaction = self.session.executor.transaction
        assert transaction is not None
        transaction.written.add(table.storage)
        self.session.rowcount = 0
        yield from ()

    def set_identity_insert(self, node: n.SetIdentityInsert) -> None:
        table, _ = self._existing(node.table, node.line, 1088)
        if table.identity is None:
            raise error(8106, table.full_name, line=node.line)
        session = self.session
        if node.on and session.identity_insert not in ("", table.storage):
            other = session.identity_insert.replace('"', "")
            raise error(8107, other, table.full_name, line=node.line)
        session.identity_insert = table.storage if node.on else ""

    # modules

    def _create_module(self, node: n.CreateModule) -> None:
        name, fired_on = self._full(node.name, node.line), None
        if node.kind == "TRIGGER":
            name, fired_on = self._trigger_names(node)
        catalog = self._catalog(name.database)
        schema = catalog.schema(name.schema)
        if schema is None:
            raise error(2760, name.schema, line=node.line)
        old = catalog.object(name.schema, name.name)
        same = isinstance(old, Module) and old.kind.split()[-1] == node.kind.split()[-1]
        if old is not None and (node.mode == "CREATE" or not same):
            raise error(2714, name.name, line=node.line, state=3)
        if old is None and node.mode == "ALTER":
            raise error(208, ".".join(node.name), line=node.line)
        now = _now()
        if old is None:
            object_id, catalog = self._identifier(catalog)
            created = now
        else:
            object_id, created = old.object_id, old.created
        columns = self._module_columns(node)
        if node.kind in ("SCALAR FUNCTION", "TABLE FUNCTION"):
            refuse_side_effects(node)
        module = Module(
            object_id,
            schema.name,
            name.name,
            created,
            now,
            node.kind,
            node.text,
            tuple(self._parameter(parameter) for parameter in node.parameters),
            columns,
            self.type(node.returns) if node.returns else None,
            "SCHEMABINDING" in node.options,
            fired_on,
            node.events,
        )
        self._change(catalog.put(module))

    def _trigger_names(self, node: n.CreateModule) -> tuple[FullName, tuple[str, str]]:
        """A trigger's name, which lives in its table's schema, and the table. Error 8197."""
        on = self._full(node.table, node.line)
        found = self._catalog(on.database).object(on.schema, on.name)
        if isinstance(found, Module) and found.kind == "VIEW":
            raise unsupported("triggers on views", node.line)
        if not isinstance(found, Table):
            raise error(8197, ".".join(node.table), line=node.line)
        return FullName(on.database, found.schema, node.name[-1]), (found.schema, found.name)

    def _trigger_state(self, node: n.TriggerState) -> None:
        table, _ = self._existing(node.table, node.line, 8197)
        self.switch_triggers(table, tuple(name[-1] for name in node.triggers), node.enable, node.line)

    def switch_triggers(self, table: Table, names: Sequence[str], enable: bool, line: int) -> None:
        """ENABLE or DISABLE TRIGGER; no names mean all. Error 8197."""
        catalog = self._catalog()
        mine = {
            module.name.lower(): module
            for module in catalog.modules()
            if module.kind == "TRIGGER" and module.table == (table.schema, table.name)
        }
        for name in names or tuple(mine):
            if name.lower() not in mine:
                raise error(8197, name, line=line)
            catalog = catalog.put(replace(mine[name.lower()], disabled=not enable))
        self._change(catalog)

    def _parameter(self, written: n.Parameter) -> ModuleParameter:
        found = self._catalog().user_type(
            written.type.parts[-2] if len(written.type.parts) > 1 else "dbo", written.type.parts[-1]
        )
        if found is not None and found.table is not None:
            if not written.readonly:
                raise error(352, written.name, line=written.line)
            table_type = (found.schema, found.name)
            return ModuleParameter(written.name, INT, False, False, True, table_type)
        return ModuleParameter(written.name, self.type(written.type), written.output, written.has_default)

    def _module_columns(self, node: n.CreateModule) -> tuple[Column, ...]:
        """The columns a view or inline function yields; compiling it finds its errors now."""
        if node.return_table is not None:
            now = _now()
            table = Table(0, "", node.return_variable, now, now, (), kind="T@")
            return self.built(table, node.return_table, self._catalog())[0].columns
        if node.query is None:
            return ()
        compiler = self.compiler()
        if node.kind == "INLINE FUNCTION":
            from tsqld.binder.bound import Bound

            compiler.arguments.append(
                {
                    parameter.name.lower(): Bound(
                        f"CAST(NULL AS {duck_type(self.type(parameter.type))})", self.type(parameter.type)
                    )
                    for parameter in node.parameters
                }
            )
        else:
            compiler.arguments.append({})
        text = compiler.query(node.query, None, allow_order=False)
        for position, column in enumerate(text.columns if not node.columns else (), 1):
            if not column.name:
                raise error(4511, position, line=node.line)
        named = compiler._named_columns(text.columns, node.columns, node.name[-1], node.line)
        return tuple(
            Column(column.name, column.type, column.nullable, column_id=i)
            for i, column in enumerate(named, 1)
        )

    # DROP

    def _drop(self, node: n.Drop) -> None:
        if node.kind == "INDEX":
            self._drop_indexes(node)
            return
        if node.kind == "DATABASE":
            self._drop_databases(node)
            return
        for parts in node.names:
            self._drop_one(node, parts)

    def _drop_one(self, node: n.Drop, parts: tuple[str, ...]) -> None:
        if node.kind == "TABLE" and parts[-1].startswith("#"):
            self._drop_temporary(node, parts[-1])
            return
        catalog = self._catalog()
        if node.kind in ("SCHEMA", "PARTITION FUNCTION", "PARTITION SCHEME", "TYPE", "STATISTICS"):
            self._drop_plain(node, parts, catalog)
            return
        name = self._full(parts, node.line)
        catalog = self._catalog(name.database)
        found = catalog.object(name.schema, name.name)
        if found is None:
            if node.if_exists:
                return
            raise error(3701, "drop", _WORDS[node.kind], ".".join(parts), line=node.line)
        if not _is_kind(found, node.kind):
            raise error(
                3705,
                node.kind,
                ".".join(parts),
                ".".join(parts),
                _kind_word(found),
                _kind_word(found).upper(),
                line=node.line,
            )
        if isinstance(found, Table):
            self._drop_table(found, catalog, name, node.line)
            return
        self._change(catalog.remove(entry_key(found)))

    def _drop_table(self, table: Table, catalog: Catalog, name: FullName, line: int) -> None:
        for other in catalog.tables():
            if other.object_id != table.object_id and any(
                foreign.references(table) for foreign in other.foreign_keys
            ):
                raise error(3726, table.full_name, line=line)
        for module in catalog.modules():
            if module.schema_bound and table.name.lower() in module.text.lower():
                raise error(3729, "DROP TABLE", table.full_name, module.name, line=line)
        self._write(f"DROP TABLE {table.storage}")
        triggers = [m for m in catalog.modules() if m.table == (table.schema, table.name)]
        self._change(catalog.remove(entry_key(table), *map(entry_key, triggers)))
        self.session.engine.counters.forget(name.database, table.object_id)

    def _drop_temporary(self, node: n.Drop, name: str) -> None:
        for frame in reversed(self.session.frames):
            table = frame.temporaries.pop(name.lower(), None)
            if table is not None:
                self._write(f"DROP TABLE {table.storage}")
                self.session.temporary_version += 1
                return
        shared = self.session.engine.global_temporaries.pop(name.lower(), None)
        if shared is not None:
            self._write(f"DROP TABLE {shared.storage}")
            return
        if not node.if_exists:
            raise error(3701, "drop", "table", name, line=node.line)

    def _drop_plain(self, node: n.Drop, parts: tuple[str, ...], catalog: Catalog) -> None:
        if node.kind == "STATISTICS":
            return
        key = f"{node.kind.lower()}:{parts[-1]}".lower()
        if node.kind == "TYPE":
            key = f"type:{parts[-2] if len(parts) > 1 else 'dbo'}.{parts[-1]}".lower()
        if key not in catalog.entries:
            if node.if_exists:
                return
            raise error(
                15151 if node.kind == "SCHEMA" else 3701, "drop", node.kind.lower(), parts[-1], line=node.line
            )
        if node.kind == "SCHEMA":
            inside = next((o for o in catalog.objects() if o.schema.lower() == parts[-1].lower()), None)
            if inside is not None:
                raise error(3729, "drop schema", parts[-1], inside.name, line=node.line)
            self._write(f"DROP SCHEMA {quoted(catalog.name)}.{quoted(parts[-1])}")
        self._change(catalog.remove(key))

    def _drop_indexes(self, node: n.Drop) -> None:
        for position, parts in enumerate(node.names):
            table_parts = node.tables[position] if position < len(node.tables) else parts[:-1]
            table, store = self._existing(table_parts, node.line, 4902)
            index = next((i for i in table.indexes if i.name.lower() == parts[-1].lower()), None)
            if index is None:
                if node.if_exists:
                    continue
                raise error(3701, "drop", "index", f"{table.name}.{parts[-1]}", line=node.line)
            if index.is_constraint:
                raise error(3723, f"{table.full_name}.{index.name}", index.kind, line=node.line)
            store(replace(table, indexes=tuple(i for i in table.indexes if i is not index)))

    def _drop_databases(self, node: n.Drop) -> None:
        for parts in node.names:
            found = self.session.engine.catalog(parts[-1])
            if found is None:
                if node.if_exists:
                    continue
                raise error(3701, "drop", "database", parts[-1], line=node.line)
            users = [
                s for s in self.session.engine.sessions.values() if s.database.lower() == found.name.lower()
            ]
            if users:
                raise error(3702, found.name, line=node.line)
            self.session.engine.drop_database(found.name)

    # sequences, synonyms, types, partitions

    def _sequence(self, node: n.CreateSequence) -> None:
        name = self._full(node.name, node.line)
        catalog = self._catalog(name.database)
        old = catalog.object(name.schema, name.name)
        options = {word: value for word, value in node.options if value is not None}
        mentioned = {word for word, _ in node.options}
        if node.mode == "ALTER":
            if not isinstance(old, SequenceObject):
                raise error(15151, "alter", "sequence object", name.name, line=node.line)
            changed = replace(
                old,
                increment=options.get("INCREMENT", old.increment),
                minimum=options.get("MINVALUE", old.minimum),
                maximum=options.get("MAXVALUE", old.maximum),
                cycle="CYCLE" in options if "CYCLE" in mentioned else old.cycle,
                modified=_now(),
            )
            if "RESTART" in mentioned:
                start = options.get("RESTART", old.start)
                self.session.engine.counters.restart(name.database, old.object_id, start, changed.increment)
            self._change(catalog.put(changed))
            return
        if old is not None:
            raise error(2714, name.name, line=node.line)
        type = self.type(node.type) if node.type else SqlType("bigint")
        low, high = _limits(type)
        increment = options.get("INCREMENT", 1)
        minimum, maximum = options.get("MINVALUE", low), options.get("MAXVALUE", high)
        start = options.get("START", minimum if increment > 0 else maximum)
        object_id, catalog = self._identifier(catalog)
        now = _now()
        made = SequenceObject(
            object_id,
            name.schema,
            name.name,
            now,
            now,
            type,
            start,
            increment,
            minimum,
            maximum,
            "CYCLE" in options,
        )
        self._change(catalog.put(made))

    def _create_synonym(self, node: n.CreateSynonym) -> None:
        name = self._full(node.name, node.line)
        catalog = self._catalog(name.database)
        if catalog.object(name.schema, name.name) is not None:
            raise error(2714, name.name, line=node.line)
        object_id, catalog = self._identifier(catalog)
        now = _now()
        self._change(catalog.put(Synonym(object_id, name.schema, name.name, now, now, node.base)))

    def _create_type(self, node: n.CreateType) -> None:
        name = self._full(node.name, node.line)
        catalog = self._catalog(name.database)
        if catalog.user_type(name.schema, name.name) is not None:
            raise error(219, f"{name.schema}.{name.name}", line=node.line)
        object_id, catalog = self._identifier(catalog)
        now = _now()
        base = self.type(node.base) if node.base else None
        table = None
        if node.definition is not None:
            table = Table(object_id, name.schema, name.name, now, now, (), kind="TT")
            table, catalog = self.built(table, node.definition, catalog)
        made = UserType(object_id, name.schema, name.name, now, now, base, node.nullable is not False, table)
        self._change(catalog.put(made))

    def _create_partition_function(self, node: n.CreatePartitionFunction) -> None:
        catalog = self._catalog()
        if catalog.partition_function(node.name) is not None:
            raise error(7707, node.name, line=node.line)
        type = self.type(node.type)
        number = 65536 + len([e for e in catalog.entries.values() if isinstance(e, PartitionFunction)])
        values = self._boundaries(node.values, type)
        self._change(catalog.put(PartitionFunction(number, node.name, type, node.right, values)))

    def _boundaries(self, nodes: Sequence[n.Expression], type: SqlType) -> tuple[str, ...]:
        """Boundary values in order, as T-SQL literals."""
        values = sorted(self.evaluator.converted(node, type) for node in nodes)
        return tuple(_literal(value) for value in values)

    def _alter_partition_function(self, node: n.AlterPartitionFunction) -> None:
        catalog = self._catalog()
        found = catalog.partition_function(node.name)
        if found is None:
            raise error(15151, "alter", "partition function", node.name, line=node.line)
        text = _literal(self.evaluator.converted(node.value, found.type))
        if node.action == "SPLIT":
            if text in found.values:
                raise error(7721, text, line=node.line)
            every = [parse_value(value) for value in (*found.values, text)]
            values = self._boundaries(every, found.type)
        else:
            if text not in found.values:
                raise error(7715, line=node.line)
            values = tuple(value for value in found.values if value != text)
        self._change(catalog.put(replace(found, values=values)))

    def _create_partition_scheme(self, node: n.CreatePartitionScheme) -> None:
        catalog = self._catalog()
        if catalog.partition_function(node.function) is None:
            raise error(7726, node.function, line=node.line)
        number = 65601 + len([e for e in catalog.entries.values() if isinstance(e, PartitionScheme)])
        self._change(catalog.put(PartitionScheme(number, node.name, node.function, node.filegroups)))

    def _alter_partition_scheme(self, node: n.AlterPartitionScheme) -> None:
        if self._catalog().partition_scheme(node.name) is None:
            raise error(15151, "alter", "partition scheme", node.name, line=node.line)

    def _statistics(self, node: n.StatisticsStatement) -> None:
        """Statistics steer plans only; the table must exist."""
        self._existing(node.table, node.line, 1088)

    # SELECT INTO and rows from Python

    def create_from_query(self, parts: tuple[str, ...], plan: SelectPlan, line: int) -> int:
        """A new table of a query's columns, filled with its rows; how many."""
        temporary = parts[-1].startswith("#")
        if not temporary:
            self._lock()
        session = self.session
        name = self._full(parts, line)
        catalog = self._catalog() if temporary else self._catalog(name.database)
        columns = []
        seen: set[str] = set()
        for i, column in enumerate(plan.columns, 1):
            if not column.name:
                raise error(1038, line=line)
            if column.name.lower() in seen:
                raise error(2705, column.name, parts[-1], line=line)
            seen.add(column.name.lower())
            type = column.type
            if column.literal is not None and column.literal.is_null:
                type = INT
            nullable = column.nullable
            identity = column.source.identity if column.source is not None else None
            columns.append(Column(column.name, type, nullable, identity, column_id=i))
        now = _now()
        if temporary:
            if parts[-1].lower() in session.frame.temporaries:
                raise error(2714, parts[-1], line=line)
            serial = session.engine.serial()
            storage = f"temp.main.{quoted(f'{parts[-1]} {serial}')}"
            shared = parts[-1].startswith("##")
            if shared:
                if parts[-1].lower() in session.engine.global_temporaries:
                    raise error(2714, parts[-1], line=line)
                storage = self._shared_storage(parts[-1], line)
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
            object_id, catalog = self._identifier(catalog)
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
        self._create_storage(table)
        session.executor.fresh(plan.reads)
        parameters = self.evaluator.parameters(plan.references)
        count = self._write(f"INSERT INTO {table.storage} {plan.sql}", parameters)
        if temporary:
            home = session.engine.global_temporaries if shared else session.frame.temporaries
            home[parts[-1].lower()] = table
            session.temporary_version += 1
        else:
            self._change(catalog.put(table))
        if table.identity is not None:
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
    def rows_table(self, types: Sequence[SqlType], rows: Sequence[Sequence[Any]]) -> Iterator[str]:
        """A temp table c1 … cn holding rows from Python, for as long as needed."""
        name = quoted(f"rows {self.session.engine.serial()}")
        cursor = self.session.executor.cursor
        columns = ", ".join(f"c{i} {duck_type(type)}" for i, type in enumerate(types, 1))
        cursor.execute(f"CREATE TEMP TABLE {name} ({columns})")
        try:
            if rows:
                places = ", ".join(f"${i}" for i in range(1, len(types) + 1))
                values = [[to_duck(v, t) for v, t in zip(row, types, strict=True)] for row in rows]
                cursor.executemany(f"INSERT INTO {name} VALUES ({places})", values)
            yield f"temp.main.{name}"
        finally:
            transaction = self.session.executor.transaction
            if transaction is None:
                cursor.execute(f"DROP TABLE IF EXISTS {name}")


def _refuse_nullable_key(table: str, definition: n.TableDefinition) -> None:
    """A column written as NULL cannot be of the primary key. Error 8111."""
    nullable = {column.name.lower() for column in definition.columns if column.nullable}
    for constraint in definition.constraints:
        if isinstance(constraint, n.KeyConstraint) and constraint.kind == "PRIMARY KEY":
            for column in constraint.columns:
                if column.name.lower() in nullable:
                    raise error(8111, table, line=constraint.line)


def _only_temporary(node: n.Statement) -> bool:
    """Whether a definition concerns temp tables alone, which no other session shares."""
    match node:
        case n.CreateTable() | n.AlterTable():
            return node.name[-1].startswith("#")
        case n.CreateIndex() | n.AlterIndex() | n.StatisticsStatement():
            return node.table[-1].startswith("#")
        case n.Drop() if node.kind == "TABLE":
            return all(name[-1].startswith("#") for name in node.names)
    return False


def _construct(node: n.Statement) -> str:
    match node:
        case n.Permission():
            return node.action
        case n.PrincipalStatement():
            return f"{node.action} {node.kind}"
        case n.DeclareCursor() | n.CursorOperation() | n.Fetch():
            return "cursors"
        case n.TriggerState():
            return "triggers"
    return type(node).__name__


def _now() -> dt.datetime:
    return dt.datetime.now().replace(microsecond=0)


def _relation(table: Table, alias: str = "t") -> Relation:
    columns = tuple(
        RelationColumn(column.name, f"{alias}.{quoted(column.name)}", column.type, column.nullable)
        for column in table.columns
    )
    return Relation(alias, (table.schema.lower(), table.name.lower()), columns, exposed=table.name)


def _index_id(table: Table, clustered: bool) -> int:
    if clustered:
        return 1
    return max([1, *(index.index_id for index in table.indexes)]) + 1


def _is_kind(found: Object, kind: str) -> bool:
    if isinstance(found, Module):
        return found.kind.split()[-1] == kind
    return isinstance(
        found, {"TABLE": Table, "SEQUENCE": SequenceObject, "SYNONYM": Synonym}.get(kind, type(None))
    )


def _kind_word(found: Object) -> str:
    if isinstance(found, Module):
        return found.kind.split()[-1].lower()
    return {Table: "table", SequenceObject: "sequence", Synonym: "synonym"}.get(type(found), "type")


def _limits(type: SqlType) -> tuple[int, int]:
    limits = {"tinyint": (0, 255), "smallint": (-(2**15), 2**15 - 1), "int": (-(2**31), 2**31 - 1)}
    if type.is_decimal:
        return -(10**type.precision - 1), 10**type.precision - 1
    return limits.get(type.name, (-(2**63), 2**63 - 1))


def _literal(value: Any) -> str:
    """A boundary value as T-SQL text."""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, int):
        return str(value)
    if isinstance(value, dt.datetime):
        return f"'{value.isoformat(timespec='milliseconds')}'"
    if isinstance(value, dt.date):
        return f"'{value.isoformat()}'"
    if isinstance(value, str):
        return "N'" + value.replace("'", "''") + "'"
    return str(value)
