"""DROP of everything but indexes and principals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tsqld.binder.scope import quoted
from tsqld.catalog.model import (
    Catalog,
    Module,
    Object,
    Property,
    Schema,
    Synonym,
    Table,
    entry_key,
)
from tsqld.catalog.model import (
    Sequence as SequenceObject,
)
from tsqld.compile.context import FullName
from tsqld.errors import error
from tsqld.syntax import nodes as n

if TYPE_CHECKING:
    pass

from tsqld.runtime.ddl.definer import Definer

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


class Drops(Definer):
    """Removes entries, and refuses while something needs them."""

    def drop(self, node: n.Drop) -> None:
        if node.kind == "DATABASE":
            self._drop_databases(node)
            return
        for parts in node.names:
            self._drop_one(node, parts)

    def _drop_one(self, node: n.Drop, parts: tuple[str, ...]) -> None:
        if node.kind == "TABLE" and parts[-1].startswith("#"):
            self._drop_temporary(node, parts[-1])
            return
        catalog = self.catalog()
        if node.kind in ("SCHEMA", "PARTITION FUNCTION", "PARTITION SCHEME", "TYPE", "STATISTICS"):
            self._drop_plain(node, parts, catalog)
            return
        name = self.full(parts, node.line)
        catalog = self.catalog(name.database)
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
        self.change(catalog.remove(entry_key(found), *_properties(catalog, 1, found.object_id)))

    def _drop_table(self, table: Table, catalog: Catalog, name: FullName, line: int) -> None:
        for other in catalog.tables():
            if other.object_id != table.object_id and any(
                foreign.references(table) for foreign in other.foreign_keys
            ):
                raise error(3726, table.full_name, line=line)
        for module in catalog.modules():
            if module.schema_bound and table.name.lower() in module.text.lower():
                raise error(3729, "DROP TABLE", table.full_name, module.name, line=line)
        self.write(f"DROP TABLE {table.storage}")
        triggers = [m for m in catalog.modules() if m.table == (table.schema, table.name)]
        properties = (key for one in (table, *triggers) for key in _properties(catalog, 1, one.object_id))
        self.change(catalog.remove(entry_key(table), *map(entry_key, triggers), *properties))
        self.session.engine.counters.forget(name.database, table.object_id)

    def _drop_temporary(self, node: n.Drop, name: str) -> None:
        for frame in reversed(self.session.frames):
            table = frame.temporaries.pop(name.lower(), None)
            if table is not None:
                self.write(f"DROP TABLE {table.storage}")
                self.session.temporary_version += 1
                return
        shared = self.session.engine.global_temporaries.pop(name.lower(), None)
        if shared is not None:
            self.write(f"DROP TABLE {shared.storage}")
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
            self.write(f"DROP SCHEMA {quoted(catalog.name)}.{quoted(parts[-1])}")
        entry = catalog.entries[key]
        properties = _properties(catalog, 3, entry.schema_id) if isinstance(entry, Schema) else []
        self.change(catalog.remove(key, *properties))

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


def _properties(catalog: Catalog, class_id: int, major_id: int) -> list[str]:
    """Keys of the extended properties of something, which go with it."""
    return [
        key
        for key, entry in catalog.entries.items()
        if isinstance(entry, Property) and (entry.class_id, entry.major_id) == (class_id, major_id)
    ]


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
