"""Logins, users and roles as the catalogs have them: who a login is in a database, and who belongs to what.

Names are compared in lower case. Source: Microsoft Learn, "Principals (Database Engine)".
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import Final

from tsqld.catalog.model import Catalog, Grant, Login, Object, Principal, Schema, ServerRole
from tsqld.security.roles import PUBLIC, SYSADMIN

SA: Final = "sa"
DBO: Final = "dbo"
GUEST: Final = "guest"
OWNER: Final = "OWNER"
"""The database option that holds the login that owns a database."""
_WITH_GUEST: Final = ("master", "tempdb", "msdb")


def login_of(master: Catalog, name: str) -> Login | None:
    found = master.entries.get(f"login:{name}".lower())
    return found if isinstance(found, Login) else None


def logins(master: Catalog) -> Iterator[Login]:
    return (entry for entry in master.entries.values() if isinstance(entry, Login))


def server_role_of(master: Catalog, name: str) -> ServerRole | None:
    found = master.entries.get(f"server role:{name}".lower())
    return found if isinstance(found, ServerRole) else None


def server_roles(master: Catalog) -> Iterator[ServerRole]:
    return (entry for entry in master.entries.values() if isinstance(entry, ServerRole))


def principal_of(catalog: Catalog, name: str) -> Principal | None:
    found = catalog.entries.get(f"principal:{name}".lower())
    return found if isinstance(found, Principal) else None


def principals(catalog: Catalog) -> Iterator[Principal]:
    return (entry for entry in catalog.entries.values() if isinstance(entry, Principal))


def is_sysadmin(master: Catalog, login: str) -> bool:
    return login.lower() == SA or SYSADMIN in server_memberships(master, login)


def server_memberships(master: Catalog, login: str) -> frozenset[str]:
    """The server roles of a login, those in which its roles are included, and public."""
    own = login_of(master, login)
    found, waiting = {PUBLIC}, list(own.roles if own is not None else ())
    if login.lower() == SA:
        waiting.append(SYSADMIN)
    while waiting:
        role = waiting.pop().lower()
        if role not in found:
            found.add(role)
            made = server_role_of(master, role)
            waiting += made.roles if made is not None else ()
    return frozenset(found)


def memberships(catalog: Catalog, user: str) -> frozenset[str]:
    """The roles of a user or role, those in which its roles are included, and public."""
    own = principal_of(catalog, user)
    found, waiting = {PUBLIC}, list(own.member_of if own is not None else ())
    while waiting:
        role = waiting.pop().lower()
        if role not in found:
            found.add(role)
            made = principal_of(catalog, role)
            waiting += made.member_of if made is not None else ()
    if user.lower() == DBO:
        found.add("db_owner")
    return frozenset(found)


def owner_of_database(catalog: Catalog) -> str:
    return catalog.options.get(OWNER, SA)


def user_of(master: Catalog, catalog: Catalog, login: str) -> str | None:
    """Who a login is in a database, before anything is asked about its right to connect; None for nobody."""
    if is_sysadmin(master, login) or owner_of_database(catalog).lower() == login.lower():
        return DBO
    for found in principals(catalog):
        if found.login and found.kind == "S" and found.login.lower() == login.lower():
            return found.name
    return GUEST if has_guest(catalog) else None


def has_guest(catalog: Catalog) -> bool:
    """Whether logins without a user come in as guest."""
    granted = catalog.entries.get(f"grant:{GUEST}.connect.database...")
    if isinstance(granted, Grant):
        return granted.state != "DENY"
    return catalog.name.lower() in _WITH_GUEST


def owner_of(catalog: Catalog, found: Object) -> str:
    """The owner of an object, lower case: its own, or its schema's."""
    if found.owner:
        return found.owner.lower()
    schema = catalog.schema(found.schema)
    return schema.owner.lower() if schema is not None else DBO


def owned_schemas(catalog: Catalog, owners: Iterable[str]) -> Iterator[Schema]:
    wanted = set(owners)
    return (schema for schema in catalog.schemas() if schema.owner.lower() in wanted)


def sid_text(sid: bytes) -> str:
    """A SID as SUSER_SNAME shows that of a user without login: S-1-9-3-…"""
    parts = [int.from_bytes(sid[i : i + 4], "little") for i in range(12, 28, 4)]
    return "S-1-9-3-" + "-".join(str(part) for part in parts)


def sid_of_user(catalog: Catalog, found: Principal, master: Catalog) -> bytes | None:
    """The SID a user shows: its login's, or one of its own; roles have one of their kind."""
    if found.name.lower() == DBO:
        return sid_of_login(master, owner_of_database(catalog))
    if found.name.lower() == GUEST:
        return b"\0"
    if found.kind == "R":
        return bytes.fromhex("010500000000000904000000") + _made(f"{catalog.name} {found.name}")
    if found.login:
        return sid_of_login(master, found.login)
    own = bytes.fromhex(found.sid) if found.sid else _made(f"{catalog.name} {found.principal_id}")
    return bytes.fromhex("010500000000000903000000") + own


def sid_of_login(master: Catalog, name: str) -> bytes | None:
    if name.lower() == SA:
        return b"\x01"
    found = login_of(master, name)
    if found is None:
        return None
    return bytes.fromhex(found.sid) if found.sid else _made(f"login {found.principal_id} {found.name}")


def _made(text: str) -> bytes:
    """Sixteen bytes for what was stored before SIDs were kept."""
    return hashlib.sha256(text.lower().encode()).digest()[:16]
