"""Logins, users, roles and permissions: kept in the catalogs and listed, not enforced yet.

A login is kept in master, with its password hashed (PBKDF2, SHA-256). Only members of sysadmin may log in,
since nobody else's permissions would be checked. Specification: Microsoft Learn, "CREATE LOGIN", "CREATE
USER", "ALTER ROLE", "GRANT".
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tsqld.catalog.model import Catalog, Grant, Login, Principal, entry_key
from tsqld.errors import error, unsupported
from tsqld.syntax import nodes as n

if TYPE_CHECKING:
    from tsqld.runtime.session import Session

_ITERATIONS: Final = 210_000
_SYSADMIN: Final = "sysadmin"
_SERVER_ROLES: Final = (
    "sysadmin", "serveradmin", "securityadmin", "processadmin", "setupadmin", "bulkadmin", "diskadmin",
    "dbcreator",
)  # fmt: skip


def hashed(password: str) -> str:
    salt = secrets.token_bytes(16)
    digest = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, _ITERATIONS)
    return f"{_ITERATIONS}${salt.hex()}${digest.hex()}"


def matches(password: str, kept: str) -> bool:
    """Whether a password is the one a hash was made of."""
    iterations, salt, digest = kept.split("$")
    found = hashlib.pbkdf2_hmac("sha256", password.encode(), bytes.fromhex(salt), int(iterations))
    return hmac.compare_digest(found.hex(), digest)


def is_sysadmin(login: Login) -> bool:
    return _SYSADMIN in login.roles


class Security:
    """CREATE, ALTER and DROP of principals; GRANT, DENY and REVOKE."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def principal(self, node: n.PrincipalStatement) -> None:
        if node.kind == "LOGIN":
            self._login(node)
        elif node.kind == "SERVER ROLE":
            self._server_role(node)
        else:
            self._database_principal(node)

    # logins

    def _login(self, node: n.PrincipalStatement) -> None:
        master = self.session.lock_catalog("master")
        key = f"login:{node.name}".lower()
        old = master.entries.get(key)
        options = dict(node.options)
        if node.action == "CREATE":
            if old is not None or node.name.lower() == "sa":
                raise error(15025, node.name, line=node.line)
            if "PASSWORD" not in options or "HASHED" in options:
                raise unsupported("CREATE LOGIN without a plain PASSWORD", node.line)
            number = 256 + sum(isinstance(entry, Login) for entry in master.entries.values())
            home = options.get("DEFAULT_DATABASE", "master")
            self.session.change_catalog(
                master.put(Login(number, node.name, hashed(options["PASSWORD"]), database=home))
            )
            return
        if not isinstance(old, Login):
            if node.if_exists:
                return
            raise error(15151, node.action.lower(), "login", node.name, line=node.line)
        if node.action == "DROP":
            self.session.change_catalog(master.remove(key))
            return
        changed = old
        if "PASSWORD" in options:
            changed = replace(changed, password=hashed(options["PASSWORD"]))
        if {"ENABLE", "DISABLE"} & set(options):
            changed = replace(changed, disabled="DISABLE" in options)
        if "DEFAULT_DATABASE" in options:
            changed = replace(changed, database=options["DEFAULT_DATABASE"])
        if "NAME" in options:
            raise unsupported("ALTER LOGIN … WITH NAME", node.line)
        self.session.change_catalog(master.put(changed))

    def _server_role(self, node: n.PrincipalStatement) -> None:
        if node.action != "ALTER" or node.name.lower() not in _SERVER_ROLES:
            raise unsupported(f"{node.action} SERVER ROLE {node.name}", node.line)
        master = self.session.lock_catalog("master")
        for word, member in node.options:
            login = master.entries.get(f"login:{member}".lower())
            if not isinstance(login, Login):
                raise error(15151, "alter", "login", member, line=node.line)
            roles = tuple(role for role in login.roles if role != node.name.lower())
            if word.startswith("ADD"):
                roles = (*roles, node.name.lower())
            master = master.put(replace(login, roles=roles))
        self.session.change_catalog(master)

    # users and roles

    def _catalog(self) -> Catalog:
        return self.session.catalog(self.session.frame.database or self.session.database)

    def _database_principal(self, node: n.PrincipalStatement) -> None:
        catalog = self._catalog()
        old = catalog.entries.get(f"principal:{node.name}".lower())
        word = node.kind.lower()
        if node.action == "CREATE":
            if old is not None:
                raise error(15023, node.name, line=node.line)
            self.session.change_catalog(catalog.put(self._new(node, catalog)))
            return
        if not isinstance(old, Principal):
            if node.if_exists:
                return
            raise error(15151, node.action.lower(), word, node.name, line=node.line)
        if node.action == "DROP":
            self._drop(node, old, catalog)
            return
        for option, member in node.options:
            if not option.endswith("MEMBER"):
                raise unsupported(f"ALTER {node.kind} … {option}", node.line)
            catalog = self._membership(catalog, old, option.startswith("ADD"), member, node.line)
        self.session.change_catalog(catalog)

    def _new(self, node: n.PrincipalStatement, catalog: Catalog) -> Principal:
        options = dict(node.options)
        taken = [e.principal_id for e in catalog.entries.values() if isinstance(e, Principal)]
        number = max(i for i in (4, *taken) if i < 16384) + 1
        if node.kind == "ROLE":
            return Principal(number, node.name, "R")
        login = "" if "WITHOUT LOGIN" in options else options.get("LOGIN", node.name)
        if login and login.lower() != "sa":
            known = self.session.catalog("master").entries.get(f"login:{login}".lower())
            if known is None:
                raise error(15007, login, line=node.line)
        return Principal(number, node.name, "S", login)

    def _drop(self, node: n.PrincipalStatement, old: Principal, catalog: Catalog) -> None:
        principals = [entry for entry in catalog.entries.values() if isinstance(entry, Principal)]
        if old.principal_id < 5 or old.principal_id >= 16384:
            raise error(15150, "drop", node.kind.lower(), node.name, line=node.line)
        if any(old.name.lower() in map(str.lower, entry.member_of) for entry in principals):
            raise error(15144, line=node.line)
        grants = [
            entry_key(entry)
            for entry in catalog.entries.values()
            if isinstance(entry, Grant) and entry.principal.lower() == old.name.lower()
        ]
        self.session.change_catalog(catalog.remove(entry_key(old), *grants))

    def _membership(self, catalog: Catalog, role: Principal, add: bool, member: str, line: int) -> Catalog:
        if role.kind != "R":
            raise error(15151, "alter", "role", role.name, line=line)
        found = catalog.entries.get(f"principal:{member}".lower())
        if not isinstance(found, Principal) or found.name.lower() == role.name.lower():
            raise error(15151, "add" if add else "drop", "principal", member, line=line)
        kept = tuple(name for name in found.member_of if name.lower() != role.name.lower())
        return catalog.put(replace(found, member_of=(*kept, role.name) if add else kept))

    # permissions

    def permission(self, node: n.Permission) -> None:
        catalog = self._catalog()
        for name in node.principals:
            found = catalog.entries.get(f"principal:{name}".lower())
            if not isinstance(found, Principal):
                raise error(15151, "find", "user", name, line=node.line)
            for made in self._grants(node, found.name, catalog):
                revoked = node.action == "REVOKE"
                catalog = catalog.remove(entry_key(made)) if revoked else catalog.put(made)
        self.session.change_catalog(catalog)

    def _grants(self, node: n.Permission, principal: str, catalog: Catalog) -> Iterator[Grant]:
        if node.securable_class not in ("OBJECT", "SCHEMA", "DATABASE"):
            raise unsupported(f"{node.action} on {node.securable_class}", node.line)
        schema, name = "", ""
        if node.securable_class == "SCHEMA":
            name = node.securable[-1]
            if catalog.schema(name) is None:
                raise error(15151, "find", "schema", name, line=node.line)
        elif node.securable_class == "OBJECT":
            schema = node.securable[-2] if len(node.securable) > 1 and node.securable[-2] else "dbo"
            name = node.securable[-1]
            found = catalog.object(schema, name)
            if found is None:
                raise error(15151, "find", "object", name, line=node.line)
            schema, name = found.schema, found.name
        state = "DENY" if node.action == "DENY" else "GRANT"
        if node.with_grant and node.action == "GRANT":
            state = "GRANT_WITH_GRANT_OPTION"
        for permission, columns in node.permissions:
            shown = "EXECUTE" if permission == "EXEC" else permission
            for column in columns or ("",):
                yield Grant(principal, state, shown, node.securable_class, schema, name, column)
