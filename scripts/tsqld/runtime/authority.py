"""On whose behalf a session acts, and what that may do.

A session begins as its login. EXECUTE AS and modules that name a user put another identity on top; REVERT, or
the end of the module, takes it off. Of a member of sysadmin nothing is ever asked, which is what keeps the
common case free. Source: Microsoft Learn, "EXECUTE AS", "EXECUTE AS Clause", "Ownership chains", "Extending
Database Impersonation by Using EXECUTE AS".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tsqld.binder.access import Access
from tsqld.catalog.model import Catalog, Module, Object
from tsqld.errors import TsqlError, error
from tsqld.security.principals import (
    DBO,
    GUEST,
    SA,
    is_sysadmin,
    login_of,
    owner_of,
    owner_of_database,
    principal_of,
    sid_of_login,
    sid_of_user,
    sid_text,
    user_of,
)
from tsqld.security.rights import DATABASE, SERVER, Rights, Securable, securable_of

if TYPE_CHECKING:
    from tsqld.runtime.session import Session

Chain = tuple[str, str]
"""A database and an owner, lower case: what else that owner has there is open."""
_MAX_NESTING: Final = 32


@dataclass(frozen=True, slots=True)
class Identity:
    """A login, or a user of one database that is nobody outside of it."""

    login: str = ""
    database: str = ""
    user: str = ""
    cookie: bytes | None = None
    revertible: bool = True

    @property
    def confined(self) -> bool:
        return bool(self.database)


class Authority:
    """A session's identities, outermost first, and their rights."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.stack: list[Identity] = []
        self._base = Identity(session.login)
        self._is_sa = session.login.lower() == SA
        self._sysadmin: tuple[Catalog, str, bool] | None = None
        self._rights: dict[str, tuple[Identity, Rights]] = {}
        self._visible: dict[str, tuple[Rights, Catalog]] = {}

    # who

    @property
    def identity(self) -> Identity:
        return self.stack[-1] if self.stack else self._base

    @property
    def unlimited(self) -> bool:
        """Whether nothing need be asked: sa and the members of sysadmin."""
        if self._is_sa and not self.stack:
            return True
        identity = self.identity
        if identity.confined:
            return False
        master = self.session.catalog("master")
        known = self._sysadmin
        if known is None or known[0] is not master or known[1] != identity.login:
            known = self._sysadmin = (master, identity.login, is_sysadmin(master, identity.login))
        return known[2]

    def token(self) -> tuple[Any, ...]:
        """What a compiled text depends on besides names: who asks, on what chain, under which grants."""
        if self.unlimited:
            return ()
        session = self.session
        versions = tuple(session.catalog(name).version for name in list(session.engine.catalogs))
        return (self.identity, self.chain, versions)

    def rights(self, database: str) -> Rights:
        """What the present identity may do in a database."""
        session, identity = self.session, self.identity
        master, catalog = session.catalog("master"), session.catalog(database)
        known = self._rights.get(catalog.name)
        if known is not None and known[0] is identity:
            made = known[1]
            if made.master is master and made.catalog is catalog:
                return made
        user: str | None = None
        if not identity.confined:
            user = user_of(master, catalog, identity.login)
        elif identity.database.lower() == catalog.name.lower():
            user = identity.user
        made = Rights(master, catalog, user, identity.login)
        self._rights[catalog.name] = (identity, made)
        return made

    def connects(self, database: str) -> bool:
        """Whether the identity may enter a database."""
        if self.unlimited or database.lower() == "tempdb":
            return True
        rights = self.rights(database)
        if rights.user is None:
            return not self.identity.confined and rights.allows("CONNECT ANY DATABASE", SERVER)
        return rights.user.lower() == GUEST or rights.allows("CONNECT", DATABASE)

    def enter(self, database: str, line: int = 0) -> None:
        """Error 916 where the identity may not enter a database."""
        if not self.connects(database):
            raise error(916, self.login_name(), database, line=line)

    def user_name(self, database: str) -> str:
        if self.unlimited:
            return DBO
        return self.rights(database).user or GUEST

    def login_name(self) -> str:
        """SUSER_SNAME(): the login, or the SID of a user without one."""
        identity = self.identity
        session = self.session
        master = session.catalog("master")
        name = identity.login
        if identity.confined:
            catalog = session.catalog(identity.database)
            found = principal_of(catalog, identity.user)
            name = found.login if found is not None else ""
            if identity.user.lower() == DBO:
                name = owner_of_database(catalog)
            if not name and found is not None:
                return sid_text(sid_of_user(catalog, found, master) or bytes(28))
        known = login_of(master, name)
        return known.name if known is not None else name

    def sid(self) -> bytes | None:
        identity = self.identity
        if identity.confined:
            catalog = self.session.catalog(identity.database)
            found = principal_of(catalog, identity.user)
            return sid_of_user(catalog, found, self.session.catalog("master")) if found else None
        return sid_of_login(self.session.catalog("master"), identity.login)

    def default_schema(self, database: str) -> str:
        """Where names without a schema are looked for first."""
        if self.unlimited:
            return DBO
        user = self.rights(database).user
        found = principal_of(self.session.catalog(database), user) if user else None
        return (found.default_schema if found is not None else "") or DBO

    # impersonation

    @property
    def depth(self) -> int:
        return len(self.stack)

    def caller(self, identities: int) -> Identity:
        """Whom the running module was called by: EXECUTE AS CALLER."""
        return self.stack[identities - 2] if identities > 1 else self._base

    def unwind(self, depth: int) -> None:
        """Back to the identities there were."""
        del self.stack[depth:]

    def push(self, identity: Identity) -> None:
        """Error 15159."""
        if len(self.stack) >= _MAX_NESTING:
            raise error(15159, _MAX_NESTING)
        self.stack.append(identity)

    def as_login(self, name: str, line: int = 0) -> Identity:
        """A login to act as, with permission to. Error 15406."""
        master = self.session.catalog("master")
        known = login_of(master, name)
        allowed = name.lower() == SA or known is not None
        if allowed and not self.unlimited and self.identity.login.lower() != name.lower():
            rights = self.rights("master")
            target = Securable("LOGIN", "", name)
            allowed = not self.identity.confined and rights.allows("IMPERSONATE", target)
            if is_sysadmin(master, name) and not rights.allows("CONTROL SERVER", SERVER):
                allowed = allowed and rights.any_on(target)
        if not allowed:
            raise error(15406, name, line=line)
        return Identity(known.name if known is not None else SA)

    def as_user(self, database: str, name: str, line: int = 0, *, asked: bool = True) -> Identity:
        """A user of a database to act as, with permission to when `asked`. Error 15517."""
        catalog = self.session.catalog(database)
        found = principal_of(catalog, name)
        allowed = found is not None and found.kind == "S" and found.name.lower() not in ("sys", "guest")
        if allowed and asked and not self.unlimited:
            rights = self.rights(database)
            own = rights.user is not None and rights.user.lower() == name.lower()
            allowed = own or rights.allows("IMPERSONATE", Securable("USER", "", name))
        if not allowed or found is None:
            raise error(15517, name, line=line)
        return self._trusted(catalog, found.name, found.login) or Identity("", catalog.name, found.name)

    def _trusted(self, catalog: Catalog, user: str, login: str) -> Identity | None:
        """The login behind a user, where the database is TRUSTWORTHY and its owner vouches for the server."""
        owner = owner_of_database(catalog)
        login = owner if user.lower() == DBO else login
        if not login or catalog.options.get("TRUSTWORTHY", "OFF") != "ON":
            return None
        return Identity(login) if is_sysadmin(self.session.catalog("master"), owner) else None

    def as_module(self, module: Module, database: str) -> Identity | None:
        """Whom a module runs as; None for its caller. Error 15517."""
        if not module.execute_as:
            return None
        owner = module.execute_as == "OWNER"
        name = owner_of(self.session.catalog(database), module) if owner else module.execute_as
        return self.as_user(database, name, asked=False)

    def revert(self, floor: int, cookie: bytes | None, line: int) -> None:
        """REVERT: one identity back, never below those a module began with. Errors 15196, 15199."""
        if len(self.stack) <= floor:
            return
        identity = self.stack[-1]
        if not identity.revertible or (identity.cookie is not None and identity.cookie != cookie):
            raise error(15196, line=line)
        if identity.confined and identity.database.lower() != self.session.database.lower():
            raise error(15199, "EXECUTE AS", line=line)
        self.stack.pop()

    # questions

    def allows(self, permission: str, securable: Securable = DATABASE, database: str = "") -> bool:
        if self.unlimited:
            return True
        frame = self.session.frame
        return self.rights(database or frame.database or self.session.database).allows(permission, securable)

    @property
    def chain(self) -> Chain | None:
        """The chain that the running module is on; None in a batch and in dynamic text."""
        owned = self.session.frame.owned
        return self.chain_of(*owned) if owned is not None else None

    def chain_of(self, database: str, found: Object) -> Chain:
        catalog = self.session.catalog(database)
        return catalog.name.lower(), owner_of(catalog, found)

    def access(self, permission: str, database: str, found: Object, line: int) -> None:
        """Ask for a permission on an object outside of a query: EXECUTE. Error 229."""
        if self.unlimited or self.chain == self.chain_of(database, found):
            return
        self.enter(database, line)
        self.verify([Access(permission, database, found, chained=False)], line)

    def verify(self, accesses: list[Access], line: int = 0) -> None:
        """Errors 229 and 230 of what is refused, each object and column once."""
        problems: dict[str, TsqlError] = {}
        for access in accesses:
            if access.chained:
                continue
            found = access.found
            rights = self.rights(access.database)
            securable = securable_of(found)
            missing = rights.missing(
                access.permission, securable, tuple(access.columns), required=access.required
            )
            if missing is None:
                continue
            place = (found.name, rights.catalog.name, found.schema)
            for column in missing:
                one = error(230, access.permission, column, *place, line=line)
                problems.setdefault(one.message, one)
            if not missing:
                one = error(229, access.permission, *place, line=line)
                problems.setdefault(one.message, one)
        if problems:
            *causes, last = problems.values()
            last.causes = tuple(causes)
            raise last

    # the catalog

    def visible(self, catalog: Catalog) -> Catalog:
        """A catalog as its views show it to the present identity."""
        if self.unlimited:
            return catalog
        from tsqld.security.visibility import visible_catalog

        try:
            rights = self.rights(catalog.name)
        except TsqlError:
            return catalog
        if rights.is_dbo:
            return catalog
        known = self._visible.get(catalog.name)
        if known is None or known[0] is not rights:
            known = self._visible[catalog.name] = (rights, visible_catalog(rights))
        return known[1]

    def sees_definition(self, database: str, found: Object) -> bool:
        return self.unlimited or self.rights(database).sees_definition(found)
