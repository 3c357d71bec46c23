"""Users and roles of a database.

Specification: Microsoft Learn, "CREATE USER", "ALTER USER", "DROP USER", "CREATE ROLE", "ALTER ROLE", "DROP
ROLE".
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tsqld.catalog.model import Catalog, Entry, Grant, Module, Principal, Schema, Table, entry_key
from tsqld.errors import TsqlError, error
from tsqld.security.principals import (
    DBO,
    GUEST,
    SA,
    login_of,
    memberships,
    owner_of_database,
    principal_of,
    principals,
)
from tsqld.security.rights import DATABASE, GRANT, Securable
from tsqld.security.roles import FIXED_DATABASE_ROLES, PUBLIC
from tsqld.syntax import nodes as n

if TYPE_CHECKING:
    from tsqld.runtime.session import Session

_FIRST_FIXED_ROLE: Final = 16384
_HIDDEN: Final = ("sys", "information_schema")


class Users:
    """CREATE, ALTER and DROP of users and roles."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def _catalog(self) -> Catalog:
        return self.session.catalog(self.session.frame.database or self.session.database)

    def _allows(self, permission: str, securable: Securable = DATABASE) -> bool:
        return self.session.authority.allows(permission, securable, self._catalog().name)

    def mapped(self, catalog: Catalog, login: str) -> Iterator[Principal]:
        """The users of a login."""
        return (found for found in principals(catalog) if found.login.lower() == login.lower())

    def principal(self, node: n.PrincipalStatement) -> None:
        catalog, word = self._catalog(), node.kind.lower()
        old = principal_of(catalog, node.name)
        if node.action == "CREATE":
            self._create(node, catalog, old)
            return
        if old is None or (old.kind == "R") != (node.kind == "ROLE"):
            if node.if_exists and old is None:
                return
            raise error(15151, node.action.lower(), word, node.name, line=node.line)
        if node.action == "DROP":
            self._drop(node, old, catalog)
        elif node.kind == "USER":
            self._alter_user(node, old, catalog)
        else:
            self._alter_role(node, old, catalog)

    # making

    def _create(self, node: n.PrincipalStatement, catalog: Catalog, old: Principal | None) -> None:
        user = node.kind == "USER"
        if not self._allows("CREATE USER" if user else "CREATE ROLE"):
            raise error(15247, line=node.line)
        if old is not None or node.name.lower() in _HIDDEN:
            raise error(15023, node.name, line=node.line)
        number = self._number(catalog)
        if not user:
            owner = dict(node.options).get("AUTHORIZATION", "")
            if owner and principal_of(catalog, owner) is None:
                raise error(15151, "find", "user", owner, line=node.line)
            own = self.session.authority.user_name(catalog.name)
            self.session.change_catalog(catalog.put(Principal(number, node.name, "R", owner=owner or own)))
            return
        made = self._new_user(node, catalog, number)
        connect = Grant(made.name, GRANT, "CONNECT", "DATABASE")
        self.session.change_catalog(catalog.put(made, connect))

    def _number(self, catalog: Catalog) -> int:
        taken = [found.principal_id for found in principals(catalog)]
        return max(i for i in (4, *taken) if i < _FIRST_FIXED_ROLE) + 1

    def _new_user(self, node: n.PrincipalStatement, catalog: Catalog, number: int) -> Principal:
        """Errors 15007, 15063."""
        options = dict(node.options)
        schema = options.get("DEFAULT_SCHEMA", "")
        if "WITHOUT LOGIN" in options:
            return Principal(number, node.name, "S", default_schema=schema, sid=secrets.token_hex(16))
        login = options.get("LOGIN", node.name)
        return Principal(
            number, node.name, "S", self._login(catalog, login, node.line), default_schema=schema
        )

    def _login(self, catalog: Catalog, name: str, line: int) -> str:
        """A login that has no user here yet, as it writes itself."""
        known = login_of(self.session.catalog("master"), name)
        if known is None and name.lower() != SA:
            raise error(15007, name, line=line)
        taken = any(found.name.lower() != DBO for found in self.mapped(catalog, name))
        if taken or owner_of_database(catalog).lower() == name.lower():
            raise error(15063, line=line)
        return known.name if known is not None else SA

    # changing

    def _alter_user(self, node: n.PrincipalStatement, old: Principal, catalog: Catalog) -> None:
        """A new name takes ALTER ANY USER, another login CONTROL of the database; one's own default schema
        nothing. Errors 15150, 15151."""
        options, changed = dict(node.options), old
        own = self.session.authority.user_name(catalog.name).lower() == old.name.lower()
        allowed = self._allows("ALTER", Securable("USER", "", old.name))
        if "NAME" in options:
            allowed = allowed and self._allows("ALTER ANY USER")
        if "LOGIN" in options:
            allowed = allowed and self._allows("CONTROL")
        if not allowed and not (own and set(options) == {"DEFAULT_SCHEMA"}):
            raise error(15151, "alter", "user", node.name, line=node.line)
        if old.name.lower() in (DBO, GUEST):
            raise error(15150, "alter", "user", node.name, line=node.line)
        if "DEFAULT_SCHEMA" in options:
            changed = replace(changed, default_schema=options["DEFAULT_SCHEMA"])
        if "LOGIN" in options and options["LOGIN"].lower() != old.login.lower():
            changed = replace(changed, login=self._login(catalog, options["LOGIN"], node.line))
        name = options.get("NAME", "")
        if name and name != old.name:
            catalog = self._renamed(catalog, old, name, node.line)
            changed = replace(changed, name=name)
        self.session.change_catalog(catalog.put(changed))

    def _alter_role(self, node: n.PrincipalStatement, old: Principal, catalog: Catalog) -> None:
        options = dict(node.options)
        fixed = old.name.lower() in FIXED_DATABASE_ROLES
        if old.name.lower() == PUBLIC:
            raise error(15081, line=node.line)
        if not self._may_alter(old, catalog):
            raise error(15151, "alter", "role", node.name, line=node.line)
        if "NAME" in options:
            if fixed:
                raise error(15150, "alter", "role", node.name, line=node.line)
            catalog = self._renamed(catalog, old, options["NAME"], node.line)
            self.session.change_catalog(catalog.put(replace(old, name=options["NAME"])))
            return
        for option, member in node.options:
            catalog = self._membership(catalog, old, option.startswith("ADD"), member, node.line)
        self.session.change_catalog(catalog)

    def _may_alter(self, role: Principal, catalog: Catalog) -> bool:
        """Fixed roles take members from db_owner alone; so does no other."""
        if role.name.lower() not in FIXED_DATABASE_ROLES:
            return self._allows("ALTER", Securable("ROLE", "", role.name))
        return self._allows("CONTROL")

    def _membership(self, catalog: Catalog, role: Principal, add: bool, member: str, line: int) -> Catalog:
        """Errors 15151, 15405, 15413."""
        verb = "add" if add else "drop"
        found = principal_of(catalog, member)
        if found is None:
            raise error(15151, verb, "principal", member, line=line)
        if found.name.lower() in (DBO, PUBLIC) or found.name.lower() in FIXED_DATABASE_ROLES:
            raise error(15405, member, line=line)
        below = memberships(catalog, role.name) - {PUBLIC}
        if add and (found.name.lower() == role.name.lower() or found.name.lower() in below):
            raise error(15413, line=line)
        kept = tuple(name for name in found.member_of if name.lower() != role.name.lower())
        return catalog.put(replace(found, member_of=(*kept, role.name) if add else kept))

    def _renamed(self, catalog: Catalog, old: Principal, name: str, line: int) -> Catalog:
        """The catalog with what refers to a principal changed to its new name; not yet the principal."""
        if principal_of(catalog, name) is not None and name.lower() != old.name.lower():
            raise error(15023, name, line=line)
        own = old.name.lower()
        changed: list[Entry] = []
        gone = [entry_key(old)]
        for entry in catalog.entries.values():
            match entry:
                case Grant() if own in (entry.principal.lower(), entry.grantor.lower()):
                    gone.append(entry_key(entry))
                    mine = entry.principal.lower() == own
                    grantor = name if entry.grantor.lower() == own else entry.grantor
                    changed.append(
                        replace(entry, principal=name if mine else entry.principal, grantor=grantor)
                    )
                case Schema() if entry.owner.lower() == own:
                    changed.append(replace(entry, owner=name))
                case Principal() if own in map(str.lower, entry.member_of) or entry.owner.lower() == own:
                    roles = tuple(name if role.lower() == own else role for role in entry.member_of)
                    owner = name if entry.owner.lower() == own else entry.owner
                    changed.append(replace(entry, member_of=roles, owner=owner))
                case Module() if entry.execute_as.lower() == own or entry.owner.lower() == own:
                    runs_as = name if entry.execute_as.lower() == own else entry.execute_as
                    owner = name if entry.owner.lower() == own else entry.owner
                    changed.append(replace(entry, execute_as=runs_as, owner=owner))
                case Table() if entry.owner.lower() == own:
                    changed.append(replace(entry, owner=name))
        return catalog.remove(*gone).put(*changed)

    # dropping

    def _drop(self, node: n.PrincipalStatement, old: Principal, catalog: Catalog) -> None:
        kind = node.kind.lower()
        securable = Securable(node.kind, "", old.name)
        if not (self._allows("CONTROL", securable) or self._allows(f"ALTER ANY {node.kind}")):
            raise error(15151, "drop", kind, node.name, line=node.line)
        if old.name.lower() == GUEST:
            raise error(15539, old.name, line=node.line)
        if old.principal_id < 5 or old.principal_id >= _FIRST_FIXED_ROLE:
            raise error(15150, "drop", kind, node.name, line=node.line)
        problem = self._kept_by(old, catalog, node.line)
        if problem is not None:
            raise problem
        own = old.name.lower()
        gone = [
            entry_key(entry)
            for entry in catalog.entries.values()
            if isinstance(entry, Grant)
            and (
                entry.principal.lower() == own
                or (entry.securable_class in ("USER", "ROLE") and entry.name.lower() == own)
            )
        ]
        self.session.change_catalog(catalog.remove(entry_key(old), *gone))

    def _kept_by(self, old: Principal, catalog: Catalog, line: int) -> TsqlError | None:
        """Why a principal cannot go: 15136, 15138, 15144, 15183, 15284, 15421."""
        own = old.name.lower()
        entries = list(catalog.entries.values())
        if any(own in map(str.lower, e.member_of) for e in entries if isinstance(e, Principal)):
            return error(15144, line=line)
        if any(e.owner.lower() == own for e in entries if isinstance(e, Schema)):
            return error(15138, "schema", line=line)
        if any(e.owner.lower() == own for e in entries if isinstance(e, Principal)):
            return error(15421, line=line)
        if any(found.owner.lower() == own for found in catalog.objects()):
            return error(15183, line=line)
        if any(module.execute_as.lower() == own for module in catalog.modules()):
            return error(15136, line=line)
        if any(e.grantor.lower() == own for e in entries if isinstance(e, Grant)):
            return error(15284, line=line)
        return None
