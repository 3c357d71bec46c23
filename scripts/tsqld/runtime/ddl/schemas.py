"""CREATE SCHEMA, ALTER SCHEMA … TRANSFER and ALTER AUTHORIZATION."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from tsqld.binder.scope import quoted
from tsqld.catalog.model import Catalog, Grant, Module, Object, Schema, Table, UserType, entry_key
from tsqld.errors import error, unsupported
from tsqld.runtime.ddl.definer import Definer, moment
from tsqld.runtime.ddl.dependents import binders_of
from tsqld.security.principals import OWNER, SA, login_of, principal_of, principals
from tsqld.syntax import nodes as n

_FIXED_SCHEMAS: Final = ("dbo", "guest", "sys", "information_schema")


class Schemas(Definer):
    """Schemas, what moves between them and who owns them."""

    def create_schema(self, node: n.CreateSchema) -> None:
        catalog = self.catalog()
        if catalog.schema(node.name) is not None:
            if node.name.lower() in _FIXED_SCHEMAS:
                raise error(2760, node.name, line=node.line)
            raise error(2714, node.name, line=node.line)
        if node.owner:
            self._owner(catalog, node.owner, node.line)
        number = max((s.schema_id for s in catalog.schemas() if s.schema_id < 16384), default=4) + 1
        self.write(f"CREATE SCHEMA {quoted(catalog.name)}.{quoted(node.name)}")
        owner = node.owner or self.session.authority.user_name(catalog.name)
        self.change(catalog.put(Schema(number, node.name, owner)))
        for element in node.elements:
            for _ in self.session.interpreter.definitions.run(_in_schema(element, node.name)):
                pass

    def _owner(self, catalog: Catalog, name: str, line: int) -> None:
        """A user or role there is. Error 15151."""
        if f"principal:{name}".lower() not in catalog.entries:
            raise error(15151, "find", "principal", name, line=line)

    def transfer(self, node: n.TransferObject) -> None:
        """Error 15151 for what there is not, 15530 for a name taken, 15347, 15348."""
        catalog = self.catalog()
        target = catalog.schema(node.schema)
        if target is None:
            raise error(15151, "alter", "schema", node.schema, line=node.line)
        schema = node.name[-2] if len(node.name) > 1 else "dbo"
        found: Object | None = catalog.object(schema, node.name[-1])
        if node.kind == "TYPE":
            found = catalog.user_type(schema, node.name[-1])
        if found is None:
            raise error(15151, "find", node.kind.lower(), node.name[-1], line=node.line)
        if found.schema.lower() == target.name.lower():
            return
        if isinstance(found, Module) and found.kind == "TRIGGER":
            raise error(15347, line=node.line)
        if next(binders_of(catalog, found), None) is not None:
            raise error(15348, line=node.line)
        if isinstance(found, UserType):
            raise unsupported("ALTER SCHEMA … TRANSFER TYPE", node.line)
        if catalog.object(target.name, found.name) is not None:
            raise error(15530, found.name, line=node.line)
        self.change(self._moved(catalog, found, target.name))

    def _moved(self, catalog: Catalog, found: Any, schema: str) -> Catalog:
        """An object in another schema; its triggers and the keys that reference it follow, permissions go."""
        moved = replace(found, schema=schema, modified=moment())
        followers: list[Any] = []
        if isinstance(found, Table):
            storage = f"{quoted(catalog.name)}.{quoted(schema)}.{quoted(found.name)}"
            self.write(f"CREATE TABLE {storage} AS FROM {found.storage}")
            self.write(f"DROP TABLE {found.storage}")
            keys = tuple(
                replace(key, schema=schema) if key.references(found) else key for key in found.foreign_keys
            )
            moved = replace(moved, storage=storage, foreign_keys=keys)
            followers = _followers(catalog, found, schema)
        gone = [entry_key(found)]
        for entry in catalog.entries.values():
            own = isinstance(entry, Grant) and entry.securable_class == "OBJECT"
            if own and (entry.schema, entry.name) == (found.schema, found.name):  # type: ignore[union-attr]
                gone.append(entry_key(entry))
            if isinstance(entry, Module) and entry.table == (found.schema, found.name):
                gone.append(entry_key(entry))
        return catalog.remove(*gone).put(moved, *followers)

    def authorization(self, node: n.Authorization) -> None:
        """The new owner of a schema, role, object, type or database; permissions on it go, but those on a
        database. Errors 15110, 15151, 15346."""
        if node.securable_class == "DATABASE":
            self._database_owner(node)
            return
        catalog = self.catalog()
        owner = "" if node.owner == "SCHEMA OWNER" else node.owner
        if owner:
            self._owner(catalog, owner, node.line)
        name, kind = node.name[-1], node.securable_class
        found: Any
        if kind == "SCHEMA":
            found = catalog.schema(name)
        elif kind == "ROLE":
            found = principal_of(catalog, name)
        elif kind in ("OBJECT", "TYPE"):
            place = self.known(node.name, node.line)
            of_type = kind == "TYPE"
            lookup = catalog.user_type if of_type else catalog.object
            found = lookup(place.schema, place.name)
        else:
            raise unsupported(f"ALTER AUTHORIZATION ON {kind}", node.line)
        if found is None:
            raise error(15151, "find", kind.lower(), name, line=node.line)
        if isinstance(found, Module) and found.kind == "TRIGGER":
            raise error(15346, line=node.line)
        own = (getattr(found, "schema", ""), found.name)
        gone = [
            key
            for key, entry in catalog.entries.items()
            if isinstance(entry, Grant)
            and entry.securable_class == kind
            and (entry.schema, entry.name) == own
        ]
        self.change(catalog.remove(*gone).put(replace(found, owner=owner)))

    def _database_owner(self, node: n.Authorization) -> None:
        """The login that owns a database, which is its dbo."""
        master, name = self.session.catalog("master"), node.name[-1]
        if self.session.engine.catalog(name) is None:
            raise error(15151, "find", "database", name, line=node.line)
        login = login_of(master, node.owner)
        if login is None and node.owner.lower() != SA:
            raise error(15151, "find", "principal", node.owner, line=node.line)
        catalog = self.session.lock_catalog(name)
        taken = [user for user in principals(catalog) if user.login.lower() == node.owner.lower()]
        if any(user.name.lower() != "dbo" for user in taken):
            raise error(15110, line=node.line)
        self.change(catalog.with_option(OWNER, login.name if login is not None else SA))


def _followers(catalog: Catalog, found: Table, schema: str) -> list[Any]:
    own = (found.schema, found.name)
    followers: list[Any] = [
        replace(module, schema=schema, table=(schema, found.name))
        for module in catalog.modules()
        if module.table == own
    ]
    for other in catalog.tables():
        itself = other.object_id == found.object_id
        if not itself and any(foreign.references(found) for foreign in other.foreign_keys):
            keys = tuple(
                replace(key, schema=schema) if key.references(found) else key for key in other.foreign_keys
            )
            followers.append(replace(other, foreign_keys=keys))
    return followers


def _in_schema(element: n.Statement, schema: str) -> n.Statement:
    """CREATE TABLE and CREATE VIEW inside CREATE SCHEMA are made in it when they name no other."""
    if isinstance(element, n.CreateTable | n.CreateModule) and len(element.name) == 1:
        return replace(element, name=(schema, *element.name))
    return element
