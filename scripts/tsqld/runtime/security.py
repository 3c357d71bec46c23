"""Logins and server roles, and the way to users, roles and permissions.

Both are kept in master. Specification: Microsoft Learn, "CREATE LOGIN", "ALTER LOGIN", "CREATE SERVER ROLE",
"ALTER SERVER ROLE".
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tsqld.catalog.model import Catalog, Grant, Login, ServerRole, entry_key
from tsqld.errors import error, unsupported
from tsqld.events import Message
from tsqld.runtime.granting import Granting
from tsqld.runtime.passwords import hashed, judged, matches, taken_over
from tsqld.runtime.users import Users
from tsqld.security.hierarchy import SERVER_CLASSES
from tsqld.security.principals import (
    SA,
    is_sysadmin,
    login_of,
    logins,
    owner_of_database,
    server_memberships,
    server_role_of,
    server_roles,
    sid_of_login,
)
from tsqld.security.rights import SERVER, Securable
from tsqld.security.roles import FIXED_SERVER_ROLES, PUBLIC
from tsqld.syntax import nodes as n

if TYPE_CHECKING:
    from tsqld.runtime.session import Session

_FIRST_LOGIN: Final = 256
_SID_LENGTH: Final = 16


class Security:
    """CREATE, ALTER and DROP of principals; GRANT, DENY and REVOKE."""

    def __init__(self, session: Session, notices: list[Message]) -> None:
        self.session = session
        self._users = Users(session)
        self.permission = Granting(session, notices).permission

    def principal(self, node: n.PrincipalStatement) -> None:
        if node.kind == "LOGIN":
            self._login(node)
        elif node.kind == "SERVER ROLE":
            self._server_role(node)
        else:
            self._users.principal(node)

    def _master(self) -> Catalog:
        return self.session.catalog("master")

    def _allows(self, permission: str, kind: str = "SERVER", name: str = "") -> bool:
        securable = SERVER if kind == "SERVER" else Securable(kind, "", name)
        return self.session.authority.allows(permission, securable, "master")

    def _number(self) -> int:
        """The next principal_id of the server."""
        master = self._master()
        taken = [entry.principal_id for entry in logins(master)]
        taken += [entry.principal_id for entry in server_roles(master)]
        return max([_FIRST_LOGIN - 1, *taken]) + 1

    # logins

    def _login(self, node: n.PrincipalStatement) -> None:
        if node.action == "CREATE":
            self._create_login(node)
            return
        name, verb = node.name, node.action.lower()
        old = login_of(self._master(), name)
        if old is None and name.lower() == SA:
            raise unsupported(f"{node.action} LOGIN sa; its password is that of the command line", node.line)
        if old is None and node.if_exists:
            return
        if old is None:
            raise error(15151, verb, "login", name, line=node.line)
        if node.action == "DROP":
            self._drop_login(node, old)
        else:
            self._alter_login(node, old)

    def _create_login(self, node: n.PrincipalStatement) -> None:
        master, options = self._master(), dict(node.options)
        if not self._allows("ALTER ANY LOGIN"):
            raise error(15247, line=node.line)
        if node.name.lower() == SA or login_of(master, node.name) or server_role_of(master, node.name):
            raise error(15025, node.name, line=node.line)
        if "PASSWORD" not in options:
            raise error(102, node.name, line=node.line)
        sid = self._sid(options, node.line)
        made = Login(
            self._number(),
            node.name,
            "",
            database=self._database(options, node.line) or "master",
            sid=sid,
            created=dt.datetime.now().replace(microsecond=0),
        )
        self.session.change_catalog(master.put(self._with_options(made, options, node.line)))

    def _sid(self, options: Mapping[str, str], line: int) -> str:
        """The SID a login is given, or one of its own, in hex. Error 15433."""
        if "SID" not in options:
            return secrets.token_hex(_SID_LENGTH)
        try:
            sid = bytes.fromhex(options["SID"].removeprefix("0x"))
        except ValueError:
            raise error(102, options["SID"], line=line) from None
        master = self._master()
        if any(sid_of_login(master, known.name) == sid for known in logins(master)):
            raise error(15433, line=line)
        return sid.hex()

    def _database(self, options: Mapping[str, str], line: int) -> str:
        """DEFAULT_DATABASE, as the database writes itself. Error 15010."""
        name = options.get("DEFAULT_DATABASE", "")
        found = self.session.engine.catalog(name) if name else None
        if name and found is None:
            raise error(15010, name, line=line)
        return found.name if found is not None else ""

    def _with_options(self, login: Login, options: Mapping[str, str], line: int) -> Login:
        policy = options.get("CHECK_POLICY", "ON" if login.check_policy else "OFF").upper() == "ON"
        expires = options.get("CHECK_EXPIRATION", "ON" if login.check_expiration else "OFF").upper() == "ON"
        if expires and not policy:
            raise error(15122, line=line)
        if "MUST_CHANGE" in options:
            if not expires:
                raise error(15099, line=line)
            raise unsupported("MUST_CHANGE: tsqld changes no passwords at login", line)
        changed = replace(
            login,
            check_policy=policy,
            check_expiration=expires,
            language=options.get("DEFAULT_LANGUAGE", login.language),
        )
        if "PASSWORD" not in options:
            return changed
        if "HASHED" in options:
            kept = taken_over(options["PASSWORD"])
            if kept is None:
                raise unsupported("a HASHED password of this form", line)
            return replace(changed, password=kept)
        problem = judged(options["PASSWORD"], login.name, line) if policy else None
        if problem is not None:
            raise problem
        return replace(changed, password=hashed(options["PASSWORD"]))

    def _alter_login(self, node: n.PrincipalStatement, old: Login) -> None:
        """Anybody may change their own password, knowing it. Error 15151."""
        master, options = self._master(), dict(node.options)
        if not self._allows("ALTER", "LOGIN", old.name):
            own = self.session.authority.identity.login.lower() == old.name.lower()
            known = "OLD_PASSWORD" in options and matches(options["OLD_PASSWORD"], old.password)
            if not (own and known and set(options) == {"PASSWORD", "OLD_PASSWORD"}):
                raise error(15151, "alter", "login", node.name, line=node.line)
        elif is_sysadmin(master, old.name) and not self.session.authority.unlimited:
            raise error(15151, "alter", "login", node.name, line=node.line)
        changed = self._with_options(old, options, node.line)
        if {"ENABLE", "DISABLE"} & set(options):
            changed = replace(changed, disabled="DISABLE" in options)
        changed = replace(changed, database=self._database(options, node.line) or changed.database)
        name = options.get("NAME", "")
        if name and name.lower() != old.name.lower():
            if name.lower() == SA or login_of(master, name) or server_role_of(master, name):
                raise error(15025, name, line=node.line)
            self._renamed(old, replace(changed, name=name))
            return
        self.session.change_catalog(master.put(replace(changed, name=name or old.name)))

    def _renamed(self, old: Login, new: Login) -> None:
        """A login under another name: its users, permissions and databases stay its own."""
        session = self.session
        for known in list(session.engine.catalogs):
            catalog = session.catalog(known)
            users = [
                replace(entry, login=new.name)
                for entry in self._users.mapped(catalog, old.name)
                if entry.name.lower() != "dbo"
            ]
            if users:
                session.change_catalog(catalog.put(*users))
            if owner_of_database(catalog).lower() == old.name.lower():
                session.change_catalog(session.catalog(known).with_option("OWNER", new.name))
        master = session.catalog("master")
        grants = [entry for entry in master.entries.values() if _grant_of(entry, old.name)]
        moved = [replace(entry, principal=new.name) for entry in grants if isinstance(entry, Grant)]
        gone = [entry_key(entry) for entry in (*grants, old)]
        session.change_catalog(master.remove(*gone).put(new, *moved))

    def _drop_login(self, node: n.PrincipalStatement, old: Login) -> None:
        """Errors 15151, 15174, 15434."""
        master, engine = self._master(), self.session.engine
        if not self._allows("ALTER ANY LOGIN"):
            raise error(15151, "drop", "login", node.name, line=node.line)
        if is_sysadmin(master, old.name) and not self.session.authority.unlimited:
            raise error(15151, "drop", "login", node.name, line=node.line)
        owners = (owner_of_database(catalog).lower() for catalog in list(engine.catalogs.values()))
        if old.name.lower() in owners:
            raise error(15174, old.name, line=node.line)
        if any(session.login.lower() == old.name.lower() for session in list(engine.sessions.values())):
            raise error(15434, old.name, line=node.line)
        gone = [entry_key(entry) for entry in master.entries.values() if _grant_of(entry, old.name)]
        self.session.change_catalog(master.remove(entry_key(old), *gone))

    # server roles

    def _server_role(self, node: n.PrincipalStatement) -> None:
        master, name = self._master(), node.name
        fixed = name.lower() in FIXED_SERVER_ROLES
        old = server_role_of(master, name)
        if node.action == "CREATE":
            self._create_server_role(node, master)
            return
        if old is None and not fixed:
            if node.if_exists:
                return
            if name.lower() == PUBLIC and node.action == "ALTER":
                raise error(15081, line=node.line)
            raise error(15151, node.action.lower(), "server role", name, line=node.line)
        if node.action == "DROP":
            self._drop_server_role(node, old, master)
            return
        self._ask_server_role(node, fixed)
        options = dict(node.options)
        if "NAME" in options:
            if old is None:
                raise error(15150, "alter", "server role", name, line=node.line)
            raise unsupported("ALTER SERVER ROLE … WITH NAME", node.line)
        for word, member in node.options:
            master = self._with_member(master, name, member, word.startswith("ADD"), node.line)
        self.session.change_catalog(master)

    def _create_server_role(self, node: n.PrincipalStatement, master: Catalog) -> None:
        if not self._allows("CREATE SERVER ROLE"):
            raise error(15247, line=node.line)
        known = (*FIXED_SERVER_ROLES, PUBLIC, SA)
        if node.name.lower() in known or server_role_of(master, node.name) or login_of(master, node.name):
            raise error(15025, node.name, line=node.line)
        owner = dict(node.options).get("AUTHORIZATION") or self.session.authority.login_name()
        made = ServerRole(self._number(), node.name, owner, created=dt.datetime.now().replace(microsecond=0))
        self.session.change_catalog(master.put(made))

    def _drop_server_role(self, node: n.PrincipalStatement, old: ServerRole | None, master: Catalog) -> None:
        if old is None:
            raise error(15150, "drop", "server role", node.name, line=node.line)
        if not self._allows("CONTROL", "SERVER ROLE", old.name):
            raise error(15151, "drop", "server role", node.name, line=node.line)
        taken = [member.roles for member in logins(master)]
        taken += [member.roles for member in server_roles(master)]
        if any(old.name.lower() in roles for roles in taken):
            raise error(15144, line=node.line)
        gone = [entry_key(entry) for entry in master.entries.values() if _grant_of(entry, old.name)]
        self.session.change_catalog(master.remove(entry_key(old), *gone))

    def _ask_server_role(self, node: n.PrincipalStatement, fixed: bool) -> None:
        """A fixed role takes members from its members; others from who may alter them. Error 15151."""
        authority = self.session.authority
        if authority.unlimited:
            return
        if fixed:
            login = authority.identity.login
            allowed = bool(login) and node.name.lower() in server_memberships(self._master(), login)
        else:
            allowed = self._allows("ALTER", "SERVER ROLE", node.name)
        if not allowed:
            raise error(15151, "alter", "server role", node.name, line=node.line)

    def _with_member(self, master: Catalog, role: str, member: str, add: bool, line: int) -> Catalog:
        found = login_of(master, member) or server_role_of(master, member)
        if found is None or member.lower() == role.lower():
            raise error(15151, "add" if add else "drop", "principal", member, line=line)
        kept = tuple(name for name in found.roles if name != role.lower())
        return master.put(replace(found, roles=(*kept, role.lower()) if add else kept))


def _grant_of(entry: object, principal: str) -> bool:
    """Whether an entry is a permission that a login or server role has, or one on it."""
    if not isinstance(entry, Grant) or entry.securable_class not in SERVER_CLASSES:
        return False
    on_it = entry.securable_class != "SERVER" and entry.name.lower() == principal.lower()
    return on_it or entry.principal.lower() == principal.lower()
