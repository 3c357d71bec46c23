"""The older procedures that make logins, users and roles: each is the statement that took its place.

Specification: Microsoft Learn, "sp_addrolemember", "sp_addsrvrolemember", "sp_grantdbaccess", "sp_addlogin",
"sp_password", "sp_changedbowner" and their like.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from tsqld.catalog.model import Principal
from tsqld.errors import error
from tsqld.events import Event
from tsqld.runtime.session import Session
from tsqld.security.principals import SA, login_of, principal_of, server_role_of
from tsqld.security.roles import FIXED_SERVER_ROLES
from tsqld.syntax import nodes as n

_Values = Mapping[str, Any]
_Work = Callable[[Session, _Values], Iterator[Event]]
Options = tuple[tuple[str, str], ...]


def _run(session: Session, action: str, kind: str, name: Any, *options: tuple[str, str]) -> Iterator[Event]:
    node = n.PrincipalStatement(
        1, action, kind, str(name or ""), tuple(o for o in options if o[1] is not None)
    )
    yield from session.interpreter.definitions.run(node)


def _role(session: Session, name: Any) -> Principal:
    """Error 15014."""
    catalog = session.catalog(session.frame.database or session.database)
    found = principal_of(catalog, str(name or ""))
    if found is None or found.kind != "R":
        raise error(15014, name)
    return found


def _member(word: str) -> _Work:
    def work(session: Session, values: _Values) -> Iterator[Event]:
        role = _role(session, values.get("rolename"))
        catalog = session.catalog(session.frame.database or session.database)
        member = str(values.get("membername") or "")
        if principal_of(catalog, member) is None:
            raise error(15410, member)
        yield from _run(session, "ALTER", "ROLE", role.name, (f"{word} MEMBER", member))

    return work


def _server_member(word: str) -> _Work:
    def work(session: Session, values: _Values) -> Iterator[Event]:
        master = session.catalog("master")
        role, login = str(values.get("rolename") or ""), str(values.get("loginame") or "")
        if role.lower() not in FIXED_SERVER_ROLES and server_role_of(master, role) is None:
            raise error(15402, role)
        if login.lower() != SA and login_of(master, login) is None:
            raise error(15007, login)
        yield from _run(session, "ALTER", "SERVER ROLE", role, (f"{word} MEMBER", login))

    return work


def _add_role(session: Session, values: _Values) -> Iterator[Event]:
    owner = values.get("ownername")
    options = (("AUTHORIZATION", str(owner)),) if owner else ()
    yield from _run(session, "CREATE", "ROLE", values.get("rolename"), *options)


def _drop_role(session: Session, values: _Values) -> Iterator[Event]:
    yield from _run(session, "DROP", "ROLE", _role(session, values.get("rolename")).name)


def _grant_access(session: Session, values: _Values) -> Iterator[Event]:
    login = values.get("loginame")
    yield from _run(session, "CREATE", "USER", values.get("name_in_db") or login, ("LOGIN", str(login or "")))
    role = values.get("grpname")
    if role:
        member = str(values.get("name_in_db") or login)
        yield from _run(session, "ALTER", "ROLE", _role(session, role).name, ("ADD MEMBER", member))


def _drop_user(session: Session, values: _Values) -> Iterator[Event]:
    yield from _run(session, "DROP", "USER", values.get("name_in_db"))


def _add_login(session: Session, values: _Values) -> Iterator[Event]:
    """sp_addlogin makes a login without a policy for its password."""
    options = [("PASSWORD", str(values.get("passwd") or "")), ("CHECK_POLICY", "OFF")]
    for given, option in (("defdb", "DEFAULT_DATABASE"), ("deflanguage", "DEFAULT_LANGUAGE")):
        if values.get(given):
            options.append((option, str(values[given])))
    yield from _run(session, "CREATE", "LOGIN", values.get("loginame"), *options)


def _drop_login(session: Session, values: _Values) -> Iterator[Event]:
    yield from _run(session, "DROP", "LOGIN", values.get("loginame"))


def _password(session: Session, values: _Values) -> Iterator[Event]:
    options = [("PASSWORD", str(values.get("new") or ""))]
    if values.get("old") is not None:
        options.append(("OLD_PASSWORD", str(values["old"])))
    name = values.get("loginame") or session.authority.login_name()
    yield from _run(session, "ALTER", "LOGIN", name, *options)


def _default_database(session: Session, values: _Values) -> Iterator[Event]:
    option = ("DEFAULT_DATABASE", str(values.get("defdb") or ""))
    yield from _run(session, "ALTER", "LOGIN", values.get("loginame"), option)


def _change_owner(session: Session, values: _Values) -> Iterator[Event]:
    name = session.frame.database or session.database
    node = n.Authorization(1, "DATABASE", (name,), str(values.get("loginame") or ""))
    yield from session.interpreter.definitions.run(node)


PROCEDURES: Final[dict[str, tuple[tuple[str, ...], _Work]]] = {
    "sp_addrole": (("rolename", "ownername"), _add_role),
    "sp_droprole": (("rolename",), _drop_role),
    "sp_addrolemember": (("rolename", "membername"), _member("ADD")),
    "sp_droprolemember": (("rolename", "membername"), _member("DROP")),
    "sp_addsrvrolemember": (("loginame", "rolename"), _server_member("ADD")),
    "sp_dropsrvrolemember": (("loginame", "rolename"), _server_member("DROP")),
    "sp_grantdbaccess": (("loginame", "name_in_db"), _grant_access),
    "sp_revokedbaccess": (("name_in_db",), _drop_user),
    "sp_adduser": (("loginame", "name_in_db", "grpname"), _grant_access),
    "sp_dropuser": (("name_in_db",), _drop_user),
    "sp_addlogin": (("loginame", "passwd", "defdb", "deflanguage", "sid", "encryptopt"), _add_login),
    "sp_droplogin": (("loginame",), _drop_login),
    "sp_password": (("old", "new", "loginame"), _password),
    "sp_defaultdb": (("loginame", "defdb"), _default_database),
    "sp_changedbowner": (("loginame", "map"), _change_owner),
}
