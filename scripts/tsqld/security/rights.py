"""What one principal may do in one database.

The rule is Microsoft Learn's "Permissions (Database Engine)", the permission check algorithm: of all that was
granted or denied to the principal and its roles on the securable and on what is around it, a DENY of the
permission or of one that covers it refuses; else a GRANT of one of them allows. An owner has CONTROL. A
column's own GRANT outlives a DENY of its table, which is documented as kept for backward compatibility.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from tsqld.catalog.model import Catalog, Grant, Object, UserType, object_type
from tsqld.security import roles
from tsqld.security.hierarchy import OF_KIND, SERVER_CLASSES, covering
from tsqld.security.principals import (
    DBO,
    is_sysadmin,
    memberships,
    owner_of,
    principal_of,
    server_memberships,
    server_role_of,
)

DENY: Final = "DENY"
GRANT: Final = "GRANT"
GRANTABLE: Final = "GRANT_WITH_GRANT_OPTION"
_Place = tuple[str, str, str]
_Key = tuple[str, str, str, str]
"""Class, schema and name of a securable, and a permission, names in lower case."""


@dataclass(frozen=True, slots=True)
class Securable:
    """What a permission is on. A schema, user, role, login or server role is its `name`."""

    kind: str
    schema: str = ""
    name: str = ""

    def place(self, kind: str) -> _Place:
        """Where a covering permission of class `kind` is kept."""
        if kind == self.kind:
            return kind, self.schema.lower(), self.name.lower()
        return (kind, "", self.schema.lower()) if kind == "SCHEMA" else (kind, "", "")


DATABASE: Final = Securable("DATABASE")
SERVER: Final = Securable("SERVER")


def securable_of(found: Object) -> Securable:
    return Securable("TYPE" if isinstance(found, UserType) else "OBJECT", found.schema, found.name)


class Rights:
    """The permissions of a user of a database, and of the login behind it (empty for none).

    `user` is None for a login that has no user here; then it has what its login has.
    """

    def __init__(self, master: Catalog, catalog: Catalog, user: str | None, login: str) -> None:
        self.master = master
        self.catalog = catalog
        self.user = user
        self.login = login
        self.is_dbo = user is not None and user.lower() == DBO
        self.is_sysadmin = bool(login) and is_sysadmin(master, login)
        self.names = frozenset() if user is None else {user.lower(), *memberships(catalog, user)}
        self.server_names = {login.lower(), *server_memberships(master, login)} if login else frozenset()
        self._states: dict[_Key, str] = {}
        self._columns: dict[tuple[str, str, str], dict[str, str]] = {}
        self._seen: dict[int, bool] = {}
        self._collect()

    # what was granted and denied

    def _collect(self) -> None:
        for role in self.names:
            self._add_all(roles.DATABASE_GRANTS.get(role, ()), "DATABASE", GRANT)
            self._add_all(roles.DATABASE_DENIALS.get(role, ()), "DATABASE", DENY)
        for role in self.server_names:
            self._add_all(roles.SERVER_GRANTS.get(role, ()), "SERVER", GRANT)
        for entry in self.catalog.entries.values():
            if isinstance(entry, Grant) and entry.securable_class not in SERVER_CLASSES:
                self._note(entry, self.names)
        for entry in self.master.entries.values():
            if isinstance(entry, Grant) and entry.securable_class in SERVER_CLASSES:
                self._note(entry, self.server_names)

    def _add_all(self, permissions: Iterable[str], kind: str, state: str) -> None:
        for permission in permissions:
            self._add((kind, "", "", permission), state)

    def _note(self, entry: Grant, names: Collection[str]) -> None:
        if entry.principal.lower() not in names:
            return
        schema, name = entry.schema.lower(), entry.name.lower()
        if not entry.column:
            self._add((entry.securable_class, schema, name, entry.permission), entry.state)
            return
        known = self._columns.setdefault((schema, name, entry.permission), {})
        known[entry.column.lower()] = _stronger(known.get(entry.column.lower(), ""), entry.state)

    def _add(self, key: _Key, state: str) -> None:
        self._states[key] = _stronger(self._states.get(key, ""), state)

    # questions

    def allows(self, permission: str, securable: Securable, *, grantable: bool = False) -> bool:
        """Whether a permission is granted and not denied; with `grantable`, whether it may be handed on."""
        if self.is_sysadmin or (self.is_dbo and securable.kind not in SERVER_CLASSES):
            return True
        found = False
        for kind, name in covering(securable.kind, permission):
            state = self._states.get((*securable.place(kind), name), "")
            if state == DENY:
                return False
            enough = state == GRANTABLE or name in ("CONTROL", "CONTROL SERVER") if grantable else state
            found = found or bool(state and enough)
        return found or self.owns(securable)

    def owns(self, securable: Securable) -> bool:
        """Whether the securable, or the schema it is in, belongs to the principal or one of its roles."""
        if not self.names:
            return False
        catalog = self.catalog
        if securable.kind in ("OBJECT", "TYPE"):
            found = (
                catalog.object(securable.schema, securable.name)
                if securable.kind == "OBJECT"
                else catalog.user_type(securable.schema, securable.name)
            )
            if found is not None and owner_of(catalog, found) in self.names:
                return True
        if securable.kind in ("OBJECT", "TYPE", "SCHEMA"):
            name = securable.name if securable.kind == "SCHEMA" else securable.schema
            schema = catalog.schema(name)
            return schema is not None and schema.owner.lower() in self.names
        if securable.kind == "ROLE":
            role = principal_of(catalog, securable.name)
            return role is not None and role.owner.lower() in self.names
        if securable.kind == "SERVER ROLE":
            made = server_role_of(self.master, securable.name)
            return made is not None and made.owner.lower() in self.server_names
        return False

    def missing(
        self, permission: str, securable: Securable, columns: Collection[str], *, required: bool
    ) -> list[str] | None:
        """What is refused: None for nothing, [] for the object as a whole, else the columns.

        With `required` the object must be open even where no column of it is named.
        """
        whole = self.allows(permission, securable)
        key = (securable.schema.lower(), securable.name.lower(), permission)
        states = {} if self.is_dbo or self.is_sysadmin else self._columns.get(key, {})
        if not states:
            return None if whole or not (columns or required) else []
        open_ = set() if self._denied_around(permission, securable) else _granted(states)
        if not columns:
            return None if whole or open_ or not required else []
        refused = [
            column
            for column in columns
            if states.get(column.lower()) == DENY or not (whole or column.lower() in open_)
        ]
        if not refused:
            return None
        return refused if whole or open_ else []

    def column_state(self, permission: str, securable: Securable, column: str) -> bool:
        """Whether one column is open to a permission."""
        return self.missing(permission, securable, (column,), required=True) is None

    def _denied_around(self, permission: str, securable: Securable) -> bool:
        """Whether the schema or what is around it denies: that, a column's GRANT does not outlive."""
        return any(
            self._states.get((*securable.place(kind), name)) == DENY
            for kind, name in covering(securable.kind, permission)
            if kind != securable.kind
        )

    # what is seen

    def sees(self, found: Object) -> bool:
        """Whether the catalog shows an object: any permission on it does, unless its view is denied."""
        if self.is_dbo or self.is_sysadmin:
            return True
        known = self._seen.get(found.object_id)
        if known is None:
            known = self._seen[found.object_id] = self._sees(found)
        return known

    def _sees(self, found: Object) -> bool:
        securable = securable_of(found)
        if self._denied("VIEW DEFINITION", securable):
            return False
        permissions = OF_KIND[object_type(found)]
        if any(self.allows(permission, securable) for permission in permissions):
            return True
        own = (found.schema.lower(), found.name.lower())
        return any(key[:2] == own and _granted(states) for key, states in self._columns.items())

    def sees_definition(self, found: Object) -> bool:
        return self.allows("VIEW DEFINITION", securable_of(found))

    def _denied(self, permission: str, securable: Securable) -> bool:
        return any(
            self._states.get((*securable.place(kind), name)) == DENY
            for kind, name in covering(securable.kind, permission)
        )

    def any_on(self, securable: Securable) -> bool:
        """Whether anything was granted on a principal or schema itself."""
        place = (securable.kind, securable.schema.lower(), securable.name.lower())
        return any(key[:3] == place and state != DENY for key, state in self._states.items())


def _stronger(one: str, other: str) -> str:
    """Which of two states of one permission counts: a DENY, else the GRANT that may be handed on."""
    for state in (DENY, GRANTABLE, GRANT):
        if state in (one, other):
            return state
    return ""


def _granted(states: dict[str, str]) -> set[str]:
    return {column for column, state in states.items() if state != DENY}
