"""What catalog views leave out for those who are not members of sysadmin, beyond the objects they cannot see.

Source: the Permissions section of each view's page on Microsoft Learn, for SQL Server 2022.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tsqld.catalog.model import Catalog
from tsqld.catalog.views.spec import Row, View
from tsqld.errors import TsqlError, error
from tsqld.security.principals import SA
from tsqld.security.rights import DATABASE, SERVER, Rights, Securable
from tsqld.security.roles import FIXED_SERVER_ROLES, PUBLIC

if TYPE_CHECKING:
    from tsqld.runtime.session import Session

_Keep = Callable[["Session", Catalog, Row], bool]
_OPEN: Final = frozenset({"dm_exec_sessions", "dm_exec_requests", "dm_sql_referenced_entities"})
"""Dynamic management views that show everybody their own."""
_SERVER_STATE: Final = "VIEW SERVER PERFORMANCE STATE"
_DATABASE_STATE: Final = "VIEW DATABASE PERFORMANCE STATE"


def restricted(session: Session, name: str, found: View, catalog: Catalog) -> View:
    """A view as the session may see it. Errors 297 with 262 or 300."""
    authority = session.authority
    if name.startswith("dm_") and name not in _OPEN:
        _ask_state(session, name, catalog)
    keep, hide = _KEPT.get(name), _DEFINITIONS.get(name)
    if keep is None and hide is None:
        return found

    def rows(session: Session, catalog: Catalog) -> Iterable[Row]:
        return _rows(session, catalog, found.rows(session, catalog))

    def _rows(session: Session, catalog: Catalog, every: Iterable[Row]) -> Iterator[Row]:
        for row in every:
            if keep is not None and not keep(session, catalog, row):
                continue
            if hide is not None and not authority.allows(
                "VIEW DEFINITION", hide[1](catalog, row), catalog.name
            ):
                row = {**row, hide[0]: None}
            yield row

    return replace(found, rows=rows)


def _ask_state(session: Session, name: str, catalog: Catalog) -> None:
    authority = session.authority
    problem: TsqlError | None = None
    if name.startswith("dm_db_"):
        if not authority.allows(_DATABASE_STATE, DATABASE, catalog.name):
            problem = error(262, _DATABASE_STATE, catalog.name)
    elif not authority.allows(_SERVER_STATE, SERVER, "master"):
        problem = error(300, _SERVER_STATE, "server", "master")
    if problem is not None:
        second = error(297)
        second.causes = (problem,)
        raise second


# which rows


def _database(session: Session, catalog: Catalog, row: Row) -> bool:
    """One's own, master and tempdb; others with VIEW ANY DATABASE or the right to make or alter them."""
    name = str(row["name"])
    if name.lower() in ("master", "tempdb", session.database.lower()):
        return True
    authority = session.authority
    wanted = ("VIEW ANY DATABASE", "ALTER ANY DATABASE")
    if any(authority.allows(permission, SERVER, "master") for permission in wanted):
        return True
    own = authority.rights(name)
    return own.is_dbo or authority.allows("CREATE DATABASE", DATABASE, "master")


def _file(session: Session, catalog: Catalog, row: Row) -> bool:
    wanted = ("VIEW ANY DEFINITION", "ALTER ANY DATABASE", "CREATE ANY DATABASE")
    return any(session.authority.allows(permission, SERVER, "master") for permission in wanted)


def _session(session: Session, catalog: Catalog, row: Row) -> bool:
    own = row.get("session_id", row.get("spid")) == session.spid
    return own or session.authority.allows(_SERVER_STATE, SERVER, "master")


def _server_principal(session: Session, catalog: Catalog, row: Row) -> bool:
    return _sees_login(session.authority.rights("master"), str(row["name"]), role=row["type"] == "R")


def _sees_login(rights: Rights, name: str, *, role: bool) -> bool:
    """Oneself, sa, the fixed roles and those one is in; others by permission."""
    key = name.lower()
    if key in rights.server_names or key in (SA, PUBLIC, *FIXED_SERVER_ROLES):
        return True
    securable = Securable("SERVER ROLE" if role else "LOGIN", "", name)
    permission = "ALTER ANY SERVER ROLE" if role else "ALTER ANY LOGIN"
    return (
        rights.allows(permission, SERVER)
        or rights.allows("VIEW DEFINITION", securable)
        or rights.any_on(securable)
    )


def _server_permission(session: Session, catalog: Catalog, row: Row) -> bool:
    rights = session.authority.rights("master")
    own = str(row.get("grantee", "")).lower() in rights.server_names
    return own or rights.allows("ALTER ANY LOGIN", SERVER) or rights.allows("VIEW ANY DEFINITION", SERVER)


def _server_member(session: Session, catalog: Catalog, row: Row) -> bool:
    """One's own memberships; others with VIEW ANY DEFINITION."""
    rights = session.authority.rights("master")
    own = str(row.get("member", "")).lower() == rights.login.lower()
    return own or rights.allows("VIEW ANY DEFINITION", SERVER)


def _member(session: Session, catalog: Catalog, row: Row) -> bool:
    """One's own memberships; others with VIEW DEFINITION of the database, as db_securityadmin has it."""
    rights = session.authority.rights(catalog.name)
    own = rights.user is not None and str(row.get("member", "")).lower() == rights.user.lower()
    return own or rights.allows("VIEW DEFINITION", DATABASE) or rights.is_dbo


_KEPT: Final[dict[str, _Keep]] = {
    "databases": _database,
    "sysdatabases": _database,
    "master_files": _file,
    "dm_exec_sessions": _session,
    "dm_exec_requests": _session,
    "sysprocesses": _session,
    "server_principals": _server_principal,
    "sql_logins": _server_principal,
    "server_permissions": _server_permission,
    "server_role_members": _server_member,
    "database_role_members": _member,
}


# definitions, which only VIEW DEFINITION shows


def _by_id(catalog: Catalog, row: Row) -> Securable:
    found = catalog.by_id(int(row["object_id"]))
    return Securable("OBJECT", found.schema, found.name) if found is not None else DATABASE


def _comment(catalog: Catalog, row: Row) -> Securable:
    return _by_id(catalog, {"object_id": row["id"]})


def _routine(catalog: Catalog, row: Row) -> Securable:
    return Securable("OBJECT", str(row["ROUTINE_SCHEMA"]), str(row["ROUTINE_NAME"]))


def _view(catalog: Catalog, row: Row) -> Securable:
    return Securable("OBJECT", str(row["TABLE_SCHEMA"]), str(row["TABLE_NAME"]))


_DEFINITIONS: Final[dict[str, tuple[str, Callable[[Catalog, Row], Securable]]]] = {
    "sql_modules": ("definition", _by_id),
    "all_sql_modules": ("definition", _by_id),
    "syscomments": ("text", _comment),
    "routines": ("ROUTINE_DEFINITION", _routine),
    "information views": ("VIEW_DEFINITION", _view),
}
