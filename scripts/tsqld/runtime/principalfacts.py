"""The answers of security functions: who the session is, what it may do, who belongs to what.

Specification: Microsoft Learn, "Security functions (Transact-SQL)": SUSER_SNAME, USER_NAME, IS_MEMBER,
IS_ROLEMEMBER, IS_SRVROLEMEMBER, HAS_DBACCESS, HAS_PERMS_BY_NAME.
"""

from __future__ import annotations

from typing import Any, Final

from tsqld.catalog.model import Catalog, Module, Table
from tsqld.errors import TsqlError
from tsqld.runtime.session import Session
from tsqld.security.hierarchy import PERMISSIONS
from tsqld.security.principals import (
    SA,
    login_of,
    logins,
    memberships,
    principal_of,
    principals,
    server_memberships,
    server_role_of,
    server_roles,
    sid_of_login,
)
from tsqld.security.rights import DATABASE, SERVER, Rights, Securable, securable_of
from tsqld.security.roles import FIXED_SERVER_ROLES, PUBLIC

_HIDDEN: Final = {3: "INFORMATION_SCHEMA", 4: "sys"}
_ANY: Final = "ANY"


class PrincipalFunctions:
    """Looks answers up in the session's authority and the catalogs."""

    session: Session

    def _here(self) -> Catalog:
        return self.session.catalog(self.session.frame.database or self.session.database)

    # who

    def _suser_sname(self, sid: Any = None) -> str | None:
        authority, master = self.session.authority, self.session.catalog("master")
        if sid is None:
            return authority.login_name()
        wanted = bytes(sid)
        names = [SA, *(login.name for login in logins(master))]
        return next((name for name in names if sid_of_login(master, name) == wanted), None)

    def _suser_name(self, number: Any = None) -> str | None:
        if number is None:
            return self.session.authority.login_name()
        known = {1: SA, **{role.principal_id: role.name for role in server_roles(self._master())}}
        known |= {login.principal_id: login.name for login in logins(self._master())}
        return known.get(number)

    def _master(self) -> Catalog:
        return self.session.catalog("master")

    def _system_user(self) -> str:
        return self.session.authority.login_name()

    def _original_login(self) -> str:
        found = login_of(self._master(), self.session.login)
        return found.name if found is not None else self.session.login

    def _suser_sid(self, name: str | None = None) -> bytes | None:
        return self.session.authority.sid() if name is None else sid_of_login(self._master(), name)

    def _suser_id(self, name: str | None = None) -> int | None:
        wanted = (name or self.session.authority.login_name()).lower()
        if wanted == SA:
            return 1
        found = login_of(self._master(), wanted)
        return found.principal_id if found is not None else None

    def _user_name(self, principal: Any = None) -> str | None:
        catalog = self._here()
        if principal is None:
            return self.session.authority.user_name(catalog.name)
        shown = self.session.authority.visible(catalog)
        found = (p.name for p in principals(shown) if p.principal_id == principal)
        return next(found, _HIDDEN.get(principal))

    def _current_user(self) -> str:
        return self.session.authority.user_name(self._here().name)

    _session_user = _user = _current_user

    # belonging

    def _is_member(self, role: str) -> int | None:
        """Of sysadmin's members and dbo it is true of every role, as they are asked for none."""
        catalog = self._here()
        found = principal_of(catalog, role or "")
        if found is None or found.kind != "R":
            return None
        authority = self.session.authority
        if authority.unlimited:
            return int(found.name.lower() in (PUBLIC, "db_owner"))
        return int(found.name.lower() in authority.rights(catalog.name).names)

    def _is_rolemember(self, role: str, principal: str | None = None) -> int | None:
        catalog = self._here()
        found = principal_of(catalog, role or "")
        if found is None or found.kind != "R":
            return None
        if principal is None:
            return self._is_member(role)
        member = principal_of(catalog, principal)
        if member is None:
            return None
        return int(found.name.lower() in {member.name.lower(), *memberships(catalog, member.name)})

    def _is_srvrolemember(self, role: str, login: str | None = None) -> int | None:
        master, name = self._master(), (role or "").lower()
        if name not in (*FIXED_SERVER_ROLES, PUBLIC) and server_role_of(master, name) is None:
            return None
        if login is None:
            identity = self.session.authority.identity
            return int(
                name in server_memberships(master, identity.login) if identity.login else name == PUBLIC
            )
        if login.lower() != SA and login_of(master, login) is None:
            return None
        return int(name in server_memberships(master, login))

    def _has_dbaccess(self, name: str) -> int | None:
        found = self.session.engine.catalog(name or "")
        return int(self.session.authority.connects(found.name)) if found is not None else None

    # permissions

    def _has_perms_by_name(
        self,
        securable: str | None,
        kind: str | None,
        permission: str | None,
        part: str | None = None,
        part_kind: str | None = None,
    ) -> int | None:
        """1, 0, or NULL for a securable or permission there is not."""
        word = (permission or "").upper()
        if securable is None and kind is None:
            if word != _ANY and word not in PERMISSIONS["SERVER"]:
                return None
            return self._perms(word, SERVER, self.session.authority, "master")
        found = self._securable(securable, (kind or "").upper())
        if found is None and (kind or "").upper() == "OBJECT":
            return self._system_perms(securable or "", word)
        if found is None or not word:
            return None
        database, target = found
        if word != _ANY and word not in PERMISSIONS[target.kind]:
            return None
        if part is not None and (part_kind or "").upper() == "COLUMN":
            return self._column_perms(word, target, database, part)
        return self._perms(word, target, self.session.authority, database)

    def _system_perms(self, name: str, word: str) -> int | None:
        """What public has on views and procedures that the server brings along; NULL where there is none."""
        from tsqld.catalog.views import has_view
        from tsqld.runtime.metadata import name_parts

        parts = name_parts(name) or ("",)
        schema = parts[-2] if len(parts) > 1 and parts[-2] else ""
        if has_view(schema, parts[-1]):
            public = "SELECT"
        elif self.session.interpreter.procedures.system.knows((schema, parts[-1])):
            public = "" if parts[-1].lower() == "xp_cmdshell" else "EXECUTE"
        else:
            return None
        if word != _ANY and word not in PERMISSIONS["OBJECT"]:
            return None
        return int(word in (_ANY, public) or self.session.authority.unlimited)

    def _perms(self, word: str, target: Securable, authority: Any, database: str) -> int:
        if authority.unlimited:
            return 1
        try:
            rights: Rights = authority.rights(database)
        except TsqlError:
            return 0
        if target.kind not in ("SERVER", "LOGIN", "SERVER ROLE") and not authority.connects(database):
            return 0
        if word != _ANY:
            return int(rights.allows(word, target))
        return int(any(rights.allows(name, target) for name in PERMISSIONS[target.kind]))

    def _column_perms(self, word: str, target: Securable, database: str, column: str) -> int | None:
        found = self.session.catalog(database).object(target.schema, target.name)
        columns = found.columns if isinstance(found, Table | Module) else ()
        if not any(known.name.lower() == column.lower() for known in columns):
            return None
        authority = self.session.authority
        return int(authority.unlimited or authority.rights(database).column_state(word, target, column))

    def _securable(self, name: str | None, kind: str) -> tuple[str, Securable] | None:
        """The database a securable is in, and the securable."""
        from tsqld.runtime.metadata import name_parts

        parts = name_parts(name or "") or ()
        here = self._here()
        if kind == "DATABASE":
            other = self.session.engine.catalog(parts[-1]) if parts else here
            return (other.name, DATABASE) if other is not None else None
        if not parts:
            return None
        if kind in ("LOGIN", "SERVER ROLE"):
            known = login_of(self._master(), parts[-1]) if kind == "LOGIN" else None
            role = server_role_of(self._master(), parts[-1]) if kind == "SERVER ROLE" else None
            fixed = parts[-1].lower() in (SA, *FIXED_SERVER_ROLES)
            return ("master", Securable(kind, "", parts[-1])) if known or role or fixed else None
        if kind == "SCHEMA":
            schema = here.schema(parts[-1])
            return (here.name, Securable(kind, "", schema.name)) if schema is not None else None
        if kind in ("USER", "ROLE"):
            found = principal_of(here, parts[-1])
            well = found is not None and (found.kind == "R") == (kind == "ROLE")
            return (here.name, Securable(kind, "", parts[-1])) if well else None
        catalog = self.session.engine.catalog(parts[-3]) if len(parts) > 2 and parts[-3] else here
        if catalog is None or kind not in ("OBJECT", "TYPE"):
            return None
        schemas = [parts[-2]] if len(parts) > 1 and parts[-2] else ["", "dbo"]
        for written in schemas:
            schema_name = written or self.session.authority.default_schema(catalog.name)
            if kind == "OBJECT":
                made = self.session.catalog(catalog.name).object(schema_name, parts[-1])
            else:
                made = self.session.catalog(catalog.name).user_type(schema_name, parts[-1])
            if made is not None:
                return catalog.name, securable_of(made)
        return None
