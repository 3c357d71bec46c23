"""Data definition: hands each statement to the module that knows its kind of thing.

The catalog entry is the truth; DuckDB holds only the columns. Both change in the same transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tsqld.catalog.model import Module
from tsqld.errors import unsupported
from tsqld.events import Event
from tsqld.runtime.ddl.alter import Alteration
from tsqld.runtime.ddl.databases import Databases
from tsqld.runtime.ddl.drops import Drops
from tsqld.runtime.ddl.indexes import Indexes
from tsqld.runtime.ddl.modules import Modules
from tsqld.runtime.ddl.objects import Objects
from tsqld.runtime.ddl.partitioning import Partitioning
from tsqld.runtime.ddl.permits import Permits
from tsqld.runtime.ddl.schemas import Schemas
from tsqld.runtime.ddl.tables import Tables
from tsqld.runtime.security import Security
from tsqld.runtime.session import Session
from tsqld.syntax import nodes as n

if TYPE_CHECKING:
    from tsqld.runtime.evaluate import Evaluator


class Definitions(Tables):
    """DDL for a session."""

    def __init__(self, session: Session, evaluator: Evaluator) -> None:
        super().__init__(session, evaluator)
        shared = (session, evaluator, self.notices)
        indexes, modules = Indexes(*shared), Modules(*shared)
        objects, partitioning = Objects(*shared), Partitioning(*shared)
        security = Security(session, self.notices)
        self._modules = modules
        drops, schemas, databases = Drops(*shared), Schemas(*shared), Databases(*shared)
        self._drops = drops.drop
        self._drop_handlers = {"INDEX": indexes.drop_indexes, "STATISTICS": indexes.drop_statistics}
        self._handlers: dict[type[n.Statement], Callable[[Any], None]] = {
            n.CreateTable: self.create_table,
            n.AlterTable: lambda node: Alteration(modules, node).run(),
            n.CreateIndex: indexes.create_index,
            n.AlterIndex: indexes.alter_index,
            n.Drop: self._drop,
            n.CreateModule: modules.create_module,
            n.CreateSchema: schemas.create_schema,
            n.TransferObject: schemas.transfer,
            n.Authorization: schemas.authorization,
            n.CreateDatabase: databases.describe,
            n.AlterDatabase: databases.alter_database,
            n.CreateSequence: objects.sequence,
            n.CreateSynonym: objects.create_synonym,
            n.CreateType: objects.create_type,
            n.CreatePartitionFunction: partitioning.create_function,
            n.AlterPartitionFunction: partitioning.alter_function,
            n.CreatePartitionScheme: partitioning.create_scheme,
            n.AlterPartitionScheme: partitioning.alter_scheme,
            n.StatisticsStatement: indexes.statistics,
            n.TriggerState: modules.trigger_state,
            n.PrincipalStatement: security.principal,
            n.Permission: security.permission,
        }

    def run(self, node: n.Statement) -> Iterator[Event]:
        handler = self._handlers.get(type(node))
        if handler is None:
            raise unsupported(type(node).__name__, node.line)
        if _only_temporary(node):
            self.session.executor.fresh(())
        else:
            self.lock()
            for database in _named_databases(node):
                if self.session.engine.catalog(database) is not None:
                    self.lock(database)
        self.notices.clear()
        if not self.session.authority.unlimited and not _only_temporary(node):
            Permits(self).ask(node)
        handler(node)
        yield from self.notices

    def refresh(self, module: Module) -> Iterator[Event]:
        """Bind a module to what its names mean now."""
        self.lock()
        self._modules.refresh(module)
        yield from ()

    def _drop(self, node: n.Drop) -> None:
        self._drop_handlers.get(node.kind, self._drops)(node)


def single_drops(node: n.Drop) -> list[n.Drop]:
    """A DROP of several names as so many statements: each is dropped or fails by itself."""
    return [replace(node, names=(name,), tables=node.tables[i : i + 1]) for i, name in enumerate(node.names)]


def _named_databases(node: n.Statement) -> list[str]:
    """What names of three parts begin with: a database, or the schema of an index or statistics."""
    match node:
        case n.CreateTable() | n.AlterTable():
            names: tuple[n.Parts, ...] = (node.name,)
        case n.CreateIndex() | n.AlterIndex() | n.StatisticsStatement():
            names = (node.table,)
        case n.Drop():
            names = (*node.names, *node.tables)
        case _:
            names = ()
    return [name[-3] for name in names if len(name) > 2 and name[-3]]


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
