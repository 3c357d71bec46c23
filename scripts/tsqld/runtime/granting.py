"""GRANT, DENY and REVOKE.

One entry is kept per principal, permission, securable and column; a statement about a whole object also ends
what was said of its columns. Specification: Microsoft Learn, "GRANT", "DENY", "REVOKE" and their pages of
each class of securable.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from tsqld.catalog.model import Catalog, Grant, Module, Object, Table, entry_key, object_type
from tsqld.errors import error
from tsqld.events import Message
from tsqld.security.hierarchy import OF_COLUMNS, OF_KIND, PERMISSIONS, SERVER_CLASSES
from tsqld.security.principals import (
    DBO,
    GUEST,
    SA,
    login_of,
    owner_of,
    principal_of,
    server_role_of,
)
from tsqld.security.rights import DENY, GRANT, GRANTABLE, Securable
from tsqld.security.roles import FIXED_DATABASE_ROLES, FIXED_SERVER_ROLES
from tsqld.syntax import nodes as n

if TYPE_CHECKING:
    from tsqld.runtime.session import Session

_EVERYTHING: Final = ("ALL", "ALL PRIVILEGES")
_ALL_OF_TABLE: Final = ("DELETE", "INSERT", "REFERENCES", "SELECT", "UPDATE")
_ALL: Final = {
    **dict.fromkeys(("U", "V", "IF", "TF", "SN"), _ALL_OF_TABLE),
    "P": ("EXECUTE",),
    "FN": ("EXECUTE", "REFERENCES"),
}
_ALL_OF_DATABASE: Final = (
    *("BACKUP DATABASE", "BACKUP LOG", "CREATE DATABASE", "CREATE DEFAULT", "CREATE FUNCTION"),
    *("CREATE PROCEDURE", "CREATE RULE", "CREATE TABLE", "CREATE VIEW"),
)
_SYSTEM: Final = ("sys", "information_schema")


@dataclass(frozen=True, slots=True)
class _Target:
    """What a statement is about: the securable, and the object where it is one."""

    securable: Securable
    found: Object | None = None
    owner: str = ""


class Granting:
    """Permissions of a session's database and of the server."""

    def __init__(self, session: Session, notices: list[Message]) -> None:
        self.session = session
        self.notices = notices

    def permission(self, node: n.Permission) -> None:
        catalog = self.session.catalog(self.session.frame.database or self.session.database)
        target = self._target(node, catalog)
        permissions = self._permissions(node, target)
        server = target.securable.kind in SERVER_CLASSES
        if server and catalog.name.lower() != "master":
            raise error(4621, line=node.line)
        for permission, _ in permissions:
            self._ask(node, permission, target)
        for written in node.principals:
            principal = self._grantee(node, written, target, catalog, permissions)
            for permission, columns in permissions:
                for column in columns or ("",):
                    made = self._entry(node, principal, permission, column, target)
                    catalog = _changed(catalog, node, made)
        self.session.change_catalog(catalog)

    # what it is about

    def _target(self, node: n.Permission, catalog: Catalog) -> _Target:
        """Error 15151 of what there is not."""
        kind = node.securable_class
        if kind == "DATABASE" and not node.securable:
            known = PERMISSIONS["DATABASE"]
            of_server = [p for p, _ in node.permissions if p not in known and p in PERMISSIONS["SERVER"]]
            return _Target(Securable("SERVER" if of_server else "DATABASE"))
        name = node.securable[-1]
        if kind == "SERVER":
            return _Target(Securable("SERVER"))
        if kind in ("OBJECT", "TYPE"):
            return self._object(node, catalog)
        found: object | None
        owner = ""
        if kind == "DATABASE":
            found = catalog if name.lower() == catalog.name.lower() else None
            name = ""
        elif kind == "SCHEMA":
            schema = catalog.schema(name)
            found, owner = schema, schema.owner if schema is not None else ""
        elif kind in ("USER", "ROLE"):
            found = principal_of(catalog, name)
        elif kind == "LOGIN":
            found = login_of(self.session.catalog("master"), name) or (name if name.lower() == SA else None)
        else:
            found = server_role_of(self.session.catalog("master"), name)
            found = found or (name if name.lower() in FIXED_SERVER_ROLES else None)
        if found is None:
            raise error(15151, "find", kind.lower(), node.securable[-1], line=node.line)
        return _Target(Securable(kind, "", getattr(found, "name", name) if name else ""), owner=owner)

    def _object(self, node: n.Permission, catalog: Catalog) -> _Target:
        """Error 4610 of another database's."""
        parts, name = node.securable, node.securable[-1]
        if len(parts) > 2 and parts[-3] and parts[-3].lower() != catalog.name.lower():
            raise error(4610, line=node.line)
        schemas = [parts[-2]] if len(parts) > 1 and parts[-2] else []
        schemas = schemas or [self.session.authority.default_schema(catalog.name), DBO]
        for schema in schemas:
            found: Object | None = catalog.object(schema, name)
            if node.securable_class == "TYPE":
                found = catalog.user_type(schema, name)
            if found is not None:
                securable = Securable(node.securable_class, found.schema, found.name)
                return _Target(securable, found, owner_of(catalog, found))
        raise error(15151, "find", node.securable_class.lower(), name, line=node.line)

    def _permissions(self, node: n.Permission, target: _Target) -> list[tuple[str, n.Parts]]:
        """Each permission with its columns, ALL as what it stands for. Errors 102, 1020, 4606, 4615."""
        kind, found = target.securable.kind, target.found
        made: list[tuple[str, n.Parts]] = []
        for word, columns in node.permissions:
            if word in _EVERYTHING:
                every: tuple[str, ...] = _ALL_OF_DATABASE if kind == "DATABASE" else ()
                if found is not None:
                    every = _ALL.get(object_type(found), ())
                if not every:
                    raise error(4623, line=node.line)
                self.notices.append(Message(error(4628).message, 4628, 0, 1, node.line))
                made += [(p, columns if p in OF_COLUMNS else ()) for p in every]
                continue
            permission = {"EXEC": "EXECUTE", "CREATE PROC": "CREATE PROCEDURE"}.get(word, word)
            if not any(permission in known for known in PERMISSIONS.values()):
                raise error(102, word.split()[0], line=node.line)
            possible = OF_KIND[object_type(found)] if found is not None else tuple(PERMISSIONS[kind])
            if permission not in possible:
                raise error(4606, permission, line=node.line)
            made.append((permission, self._columns(permission, columns, found, node.line)))
        return made

    def _columns(self, permission: str, columns: n.Parts, found: Object | None, line: int) -> n.Parts:
        if not columns:
            return ()
        if permission not in OF_COLUMNS or not isinstance(found, Table | Module):
            raise error(1020, line=line)
        known = {column.name.lower(): column.name for column in found.columns}
        for column in columns:
            if column.lower() not in known:
                raise error(4615, column, line=line)
        return tuple(known[column.lower()] for column in columns)

    # who may, and to whom

    def _ask(self, node: n.Permission, permission: str, target: _Target) -> None:
        """CONTROL, or the permission WITH GRANT OPTION, oneself or by a role. Errors 4613, 15151."""
        authority, securable = self.session.authority, target.securable
        if authority.unlimited:
            return
        server = securable.kind in SERVER_CLASSES
        rights = authority.rights("master" if server else self.session.database)
        names = rights.server_names if server else rights.names
        if node.grantor and node.grantor.lower() not in names and not rights.is_dbo:
            raise error(15151, "find", "user", node.grantor, line=node.line)
        manages = "securityadmin" if server else "db_securityadmin"
        if manages in names or rights.allows(permission, securable, grantable=True):
            return
        if securable.kind in ("DATABASE", "SERVER"):
            raise error(4613, line=node.line)
        name = node.securable[-1]
        raise error(15151, "find", securable.kind.lower(), name, line=node.line)

    def _grantee(
        self,
        node: n.Permission,
        written: str,
        target: _Target,
        catalog: Catalog,
        permissions: Sequence[tuple[str, n.Parts]],
    ) -> str:
        """A principal as it writes itself. Errors 4617, 4622, 4624, 4627, 15151, 15182."""
        key = written.lower()
        if target.securable.kind in SERVER_CLASSES:
            return self._server_grantee(node, written)
        found = principal_of(catalog, written)
        if key in (DBO, *_SYSTEM) or (found is not None and target.owner.lower() == key):
            raise error(4624, line=node.line)
        if found is None:
            raise error(15151, "find", "user", written, line=node.line)
        if key in FIXED_DATABASE_ROLES:
            raise error(4617, line=node.line)
        if key == self.session.authority.user_name(catalog.name).lower():
            raise error(4624, line=node.line)
        connect = any(permission == "CONNECT" for permission, _ in permissions)
        if connect and target.securable.kind == "DATABASE":
            if found.kind == "R":
                raise error(4627, line=node.line)
            if key == GUEST and node.action != "GRANT" and catalog.name.lower() in ("master", "tempdb"):
                raise error(15182, line=node.line)
        return found.name

    def _server_grantee(self, node: n.Permission, written: str) -> str:
        master, key = self.session.catalog("master"), written.lower()
        if key == SA or key == self.session.authority.identity.login.lower():
            raise error(4624, line=node.line)
        if key in FIXED_SERVER_ROLES:
            raise error(4617, line=node.line)
        if key == "public":
            return key
        found = login_of(master, written) or server_role_of(master, written)
        if found is None:
            raise error(15151, "find", "login", written, line=node.line)
        return found.name

    def _entry(
        self, node: n.Permission, principal: str, permission: str, column: str, target: _Target
    ) -> Grant:
        securable, authority = target.securable, self.session.authority
        state = DENY if node.action == "DENY" else GRANT
        if node.action == "GRANT" and node.with_grant:
            state = GRANTABLE
        server = securable.kind in SERVER_CLASSES
        own = authority.login_name() if server else authority.user_name(self.session.database)
        return Grant(
            principal,
            state,
            permission,
            securable.kind,
            securable.schema,
            securable.name,
            column,
            node.grantor or own,
        )


def _changed(catalog: Catalog, node: n.Permission, made: Grant) -> Catalog:
    """The catalog after one permission was given, denied or taken. Error 4611."""
    old = catalog.entries.get(entry_key(made))
    grantable = isinstance(old, Grant) and old.state == GRANTABLE
    if node.action != "GRANT" and grantable and not node.cascade:
        raise error(4611, line=node.line)
    gone = [] if made.column else [entry_key(entry) for entry in _columns_of(catalog, made)]
    if node.action != "GRANT" and node.cascade:
        gone += [entry_key(entry) for entry in _handed_on(catalog, made, {made.principal.lower()})]
    if node.action == "REVOKE" and node.with_grant:
        kept = [replace(old, state=GRANT)] if grantable and isinstance(old, Grant) else []
        return catalog.remove(*gone).put(*kept)
    if node.action == "REVOKE":
        return catalog.remove(entry_key(made), *gone)
    return catalog.remove(*gone).put(made)


def _same(one: Grant, other: Grant) -> bool:
    """Whether two entries are of one permission on one securable, whoever's and of whichever column."""
    return (one.permission, one.securable_class, one.schema.lower(), one.name.lower()) == (
        *(other.permission, other.securable_class, other.schema.lower()),
        other.name.lower(),
    )


def _columns_of(catalog: Catalog, made: Grant) -> Iterator[Grant]:
    for entry in catalog.entries.values():
        if not isinstance(entry, Grant) or not entry.column or not _same(entry, made):
            continue
        if entry.principal.lower() == made.principal.lower():
            yield entry


def _handed_on(catalog: Catalog, made: Grant, givers: set[str]) -> Iterator[Grant]:
    """What somebody gave on who had a permission with the right to, and so on."""
    for entry in catalog.entries.values():
        if not isinstance(entry, Grant) or not _same(entry, made) or entry.state == DENY:
            continue
        giver, taker = entry.grantor.lower(), entry.principal.lower()
        if giver in givers and taker not in givers:
            yield entry
            yield from _handed_on(catalog, made, {*givers, taker})
