"""DROP of everything but indexes, statistics and principals."""

from __future__ import annotations

from tsqld.binder.scope import quoted
from tsqld.catalog.model import Catalog, Module, Object, PartitionScheme, Synonym, Table, UserType, entry_key
from tsqld.catalog.model import Sequence as SequenceObject
from tsqld.compile.context import FullName
from tsqld.errors import error
from tsqld.runtime.ddl.databases import others_in
from tsqld.runtime.ddl.definer import Definer
from tsqld.runtime.ddl.dependents import binders_of, properties_of, without
from tsqld.syntax import nodes as n

_WORDS = {
    "PROCEDURE": "procedure",
    "VIEW": "view",
    "TRIGGER": "trigger",
    "TABLE": "table",
    "SEQUENCE": "sequence",
    "SYNONYM": "synonym",
    "FUNCTION": "function",
}
_FIXED_SCHEMAS = ("dbo", "guest", "sys", "information_schema")
_SYSTEM_DATABASES = ("master", "tempdb", "model", "msdb")


class Drops(Definer):
    """Removes entries, and refuses while something needs them."""

    def drop(self, node: n.Drop) -> None:
        for parts in node.names:
            match node.kind:
                case "DATABASE":
                    self._drop_database(node, parts[-1])
                case "SCHEMA":
                    self._drop_schema(node, parts[-1])
                case "TYPE":
                    self._drop_type(node, parts)
                case "PARTITION FUNCTION":
                    self._drop_partition_function(node, parts[-1])
                case "PARTITION SCHEME":
                    self._drop_partition_scheme(node, parts[-1])
                case "TABLE" if parts[-1].startswith("#"):
                    self._drop_temporary(node, parts[-1])
                case _:
                    self._drop_object(node, parts)

    def _drop_object(self, node: n.Drop, parts: n.Parts) -> None:
        name = self.known(parts, node.line)
        catalog = self.catalog(name.database)
        found = catalog.object(name.schema, name.name)
        written = ".".join(parts)
        if found is None:
            if node.if_exists:
                return
            raise error(3701, "drop", _WORDS[node.kind], written, line=node.line)
        if not _is_kind(found, node.kind):
            word = _kind_word(found)
            raise error(3705, node.kind, written, written, word, word.upper(), line=node.line)
        if isinstance(found, Table):
            self._refuse_referenced(found, catalog, written, node.line)
        binder = next(binders_of(catalog, found), None)
        if binder is not None:
            raise error(3729, f"DROP {node.kind}", written, binder, line=node.line)
        if isinstance(found, Table):
            self._drop_table(found, name)
        self.change(without(self.catalog(name.database), found))

    def _refuse_referenced(self, table: Table, catalog: Catalog, written: str, line: int) -> None:
        for other in catalog.tables():
            if other.object_id != table.object_id and any(
                foreign.references(table) for foreign in other.foreign_keys
            ):
                raise error(3726, written, line=line)

    def _drop_table(self, table: Table, name: FullName) -> None:
        self.seize(table)
        self.write(f"DROP TABLE {table.storage}")
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

    def _drop_schema(self, node: n.Drop, name: str) -> None:
        catalog = self.catalog()
        schema = catalog.schema(name)
        if schema is None:
            if node.if_exists:
                return
            raise error(15151, "drop", "schema", name, line=node.line)
        if name.lower() in _FIXED_SCHEMAS:
            raise error(15150, "drop", "schema", name, line=node.line)
        inside = next((o for o in catalog.objects() if o.schema.lower() == name.lower()), None)
        if inside is not None:
            raise error(3729, "drop schema", name, inside.name, line=node.line)
        self.write(f"DROP SCHEMA {quoted(catalog.name)}.{quoted(schema.name)}")
        self.change(catalog.remove(entry_key(schema), *properties_of(catalog, 3, schema.schema_id)))

    def _drop_type(self, node: n.Drop, parts: n.Parts) -> None:
        catalog = self.catalog()
        schema = parts[-2] if len(parts) > 1 else "dbo"
        found = catalog.user_type(schema, parts[-1])
        if found is None:
            if node.if_exists:
                return
            raise error(218, ".".join(parts), line=node.line)
        user = _user_of(catalog, found)
        if user is not None:
            raise error(3732, ".".join(parts), user, line=node.line)
        self.change(catalog.remove(entry_key(found), *properties_of(catalog, 6, found.type_id)))

    def _drop_partition_function(self, node: n.Drop, name: str) -> None:
        catalog = self.catalog()
        found = catalog.partition_function(name)
        if found is None:
            raise error(15151, "drop", "partition function", name, line=node.line)
        for entry in catalog.entries.values():
            if isinstance(entry, PartitionScheme) and entry.function.lower() == name.lower():
                raise error(7706, found.name, line=node.line)
        self.change(catalog.remove(entry_key(found)))

    def _drop_partition_scheme(self, node: n.Drop, name: str) -> None:
        catalog = self.catalog()
        found = catalog.partition_scheme(name)
        if found is None:
            raise error(15151, "drop", "partition scheme", name, line=node.line)
        for table in catalog.tables():
            places = [table.placed_on, *(index.placed_on for index in table.indexes)]
            if any(place and place[0].lower() == name.lower() for place in places):
                raise error(7717, found.name, line=node.line)
        self.change(catalog.remove(entry_key(found)))

    def _drop_database(self, node: n.Drop, name: str) -> None:
        if self.session.trancount:
            raise error(574, "DROP DATABASE", line=node.line)
        found = self.session.engine.catalog(name)
        if found is None:
            if node.if_exists:
                return
            raise error(3701, "drop", "database", name, line=node.line, state=1)
        if name.lower() in _SYSTEM_DATABASES:
            raise error(3708, "drop", "database", name, "database", line=node.line)
        if self.session.database.lower() == found.name.lower() or others_in(self.session, found.name):
            raise error(3702, found.name, line=node.line)
        self.session.engine.drop_database(found.name)


def _user_of(catalog: Catalog, found: UserType) -> str | None:
    """An object with a column or parameter of a user type."""
    own = (found.schema, found.name)
    for entry in catalog.objects():
        columns = entry.columns if isinstance(entry, Table | Module) else ()
        parameters = entry.parameters if isinstance(entry, Module) else ()
        if any(c.alias == own for c in columns) or any(own in (p.alias, p.table_type) for p in parameters):
            return entry.name
    return None


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
