"""Views of principals and permissions, and of extended properties.

A row may hold more than its view's columns: `member` and `grantee` are for `restricted`, which decides who
sees it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from tsqld.catalog.model import Catalog, Grant, Property, Table
from tsqld.catalog.views.common import user_type_id
from tsqld.catalog.views.spec import Row, View, view
from tsqld.security.hierarchy import SERVER_CLASSES, code_of
from tsqld.security.principals import (
    SA,
    logins,
    principals,
    server_roles,
    sid_of_login,
    sid_of_user,
)
from tsqld.security.rights import GRANTABLE
from tsqld.security.roles import FIXED_SERVER_ROLES, PUBLIC, SERVER_GRANTS

if TYPE_CHECKING:
    from tsqld.runtime.session import Session

CLASSES: Final = {
    0: "DATABASE",
    1: "OBJECT_OR_COLUMN",
    2: "PARAMETER",
    3: "SCHEMA",
    4: "DATABASE_PRINCIPAL",
    6: "TYPE",
    7: "INDEX",
    10: "XML_SCHEMA_COLLECTION",
    20: "DATASPACE",
    21: "PARTITION_FUNCTION",
}
_KINDS: Final = {"R": "DATABASE_ROLE", "S": "SQL_USER"}
_FIRST_ROLE: Final = 16384
_AFTER_ROLES: Final = 16400
_STATES: Final = {"DENY": "D", "GRANT": "G", GRANTABLE: "W"}
_SERVER_CLASSES: Final = {"SERVER": 100, "LOGIN": 101, "SERVER ROLE": 101}
_HIDDEN: Final = (("INFORMATION_SCHEMA", 3), ("sys", 4))


def principal_ids(catalog: Catalog) -> dict[str, int]:
    fixed = {"information_schema": 3, "sys": 4}
    return {**fixed, **{found.name.lower(): found.principal_id for found in principals(catalog)}}


# users and roles of a database


def _principals(session: Session, catalog: Catalog) -> Iterator[Row]:
    ids, master = principal_ids(catalog), session.catalog("master")
    for found in principals(catalog):
        role = found.kind == "R"
        own = role or not found.login
        guest = found.name.lower() in ("dbo", "guest")
        schema = found.default_schema or (found.name if guest else "dbo")
        yield {
            "name": found.name,
            "principal_id": found.principal_id,
            "type": found.kind,
            "type_desc": _KINDS[found.kind],
            "default_schema_name": None if role else schema,
            "create_date": catalog.created,
            "modify_date": catalog.created,
            "owning_principal_id": ids.get(found.owner.lower(), 1) if role else None,
            "sid": sid_of_user(catalog, found, master),
            "is_fixed_role": role and _FIRST_ROLE <= found.principal_id < _AFTER_ROLES,
            "authentication_type": 0 if own else 1,
            "authentication_type_desc": "NONE" if own else "INSTANCE",
        }
    for name, number in _HIDDEN:
        yield {
            "name": name,
            "principal_id": number,
            "type": "S",
            "type_desc": "SQL_USER",
            "create_date": catalog.created,
            "modify_date": catalog.created,
            "authentication_type": 0,
            "authentication_type_desc": "NONE",
        }


def _members(session: Session, catalog: Catalog) -> Iterator[Row]:
    known = {found.name.lower(): found for found in principals(session.catalog(catalog.name))}
    for principal in known.values():
        for role in principal.member_of:
            if role.lower() in known:
                yield {
                    "role_principal_id": known[role.lower()].principal_id,
                    "member_principal_id": principal.principal_id,
                    "member": principal.name,
                }
    yield {"role_principal_id": _FIRST_ROLE, "member_principal_id": 1, "member": "dbo"}


def _permissions(session: Session, catalog: Catalog) -> Iterator[Row]:
    known = {found.name.lower(): found for found in principals(catalog)}
    for grant in catalog.entries.values():
        if not isinstance(grant, Grant) or grant.securable_class in SERVER_CLASSES:
            continue
        if grant.principal.lower() not in known:
            continue
        class_id, major, minor = _securable(catalog, grant)
        grantor = known.get(grant.grantor.lower())
        yield {
            "class": class_id,
            "class_desc": CLASSES[class_id],
            "major_id": major,
            "minor_id": minor,
            "grantee_principal_id": known[grant.principal.lower()].principal_id,
            "grantor_principal_id": grantor.principal_id if grantor is not None else 1,
            "type": code_of(grant.securable_class, grant.permission),
            "permission_name": grant.permission,
            "state": _STATES[grant.state],
            "state_desc": grant.state,
        }


def _securable(catalog: Catalog, grant: Grant) -> tuple[int, int, int]:
    if grant.securable_class == "SCHEMA":
        schema = catalog.schema(grant.name)
        return 3, schema.schema_id if schema else 0, 0
    if grant.securable_class in ("USER", "ROLE"):
        return 4, principal_ids(catalog).get(grant.name.lower(), 0), 0
    if grant.securable_class == "TYPE":
        found_type = catalog.user_type(grant.schema, grant.name)
        return 6, user_type_id(found_type) if found_type else 0, 0
    if grant.securable_class == "OBJECT":
        found = catalog.object(grant.schema, grant.name)
        column = found.column(grant.column) if isinstance(found, Table) and grant.column else None
        return 1, found.object_id if found else 0, column.column_id if column else 0
    return 0, 0, 0


# the server's


def _fixed_ids() -> dict[str, int]:
    return {role: number for number, role in enumerate((PUBLIC, *FIXED_SERVER_ROLES), 2)}


def _server_ids(master: Catalog) -> dict[str, int]:
    """principal_id of every server principal, by its name in lower case."""
    made = {entry.name.lower(): entry.principal_id for entry in logins(master)}
    made |= {entry.name.lower(): entry.principal_id for entry in server_roles(master)}
    return {SA: 1, **_fixed_ids(), **made}


def _server_principals(session: Session, catalog: Catalog) -> Iterator[Row]:
    master = session.catalog("master")
    ids, dates = _server_ids(master), {"create_date": master.created, "modify_date": master.created}
    common = {"type": "S", "type_desc": "SQL_LOGIN", "default_language_name": "us_english", **dates}
    yield {
        **common,
        "name": SA,
        "principal_id": 1,
        "sid": sid_of_login(master, SA),
        "is_disabled": False,
        "default_database_name": "master",
    }
    for found in logins(master):
        created = found.created or master.created
        yield {
            **common,
            "name": found.name,
            "principal_id": found.principal_id,
            "sid": sid_of_login(master, found.name),
            "is_disabled": found.disabled,
            "create_date": created,
            "modify_date": created,
            "default_database_name": found.database,
            "default_language_name": found.language,
            "is_policy_checked": found.check_policy,
            "is_expiration_checked": found.check_expiration,
        }
    role = {"type": "R", "type_desc": "SERVER_ROLE", "is_disabled": False}
    for name, number in _fixed_ids().items():
        fixed = {"is_fixed_role": name != PUBLIC, "owning_principal_id": 1}
        yield {**dates, **role, **fixed, "name": name, "principal_id": number}
    for made in server_roles(master):
        yield {
            **dates,
            **role,
            "name": made.name,
            "principal_id": made.principal_id,
            "owning_principal_id": ids.get(made.owner.lower(), 1),
        }


def _server_members(session: Session, catalog: Catalog) -> Iterator[Row]:
    master = session.catalog("master")
    ids = _server_ids(master)
    held: list[tuple[str, tuple[str, ...]]] = [(SA, ("sysadmin",))]
    held += [(found.name, found.roles) for found in logins(master)]
    held += [(made.name, made.roles) for made in server_roles(master)]
    for name, roles in held:
        for role in roles:
            number = ids[name.lower()]
            yield {"role_principal_id": ids[role.lower()], "member_principal_id": number, "member": name}


def _server_permissions(session: Session, catalog: Catalog) -> Iterator[Row]:
    master = session.catalog("master")
    ids = _server_ids(master)
    granted = [Grant(PUBLIC, "GRANT", name, "SERVER", grantor=SA) for name in SERVER_GRANTS[PUBLIC][:1]]
    granted += [Grant(found.name, "GRANT", "CONNECT SQL", "SERVER", grantor=SA) for found in logins(master)]
    granted += [entry for entry in master.entries.values() if isinstance(entry, Grant)]
    for grant in granted:
        if grant.securable_class not in SERVER_CLASSES or grant.principal.lower() not in ids:
            continue
        number = _SERVER_CLASSES[grant.securable_class]
        yield {
            "class": number,
            "class_desc": "SERVER" if number == 100 else "SERVER_PRINCIPAL",
            "major_id": ids.get(grant.name.lower(), 0) if grant.name else 0,
            "minor_id": 0,
            "grantee_principal_id": ids[grant.principal.lower()],
            "grantor_principal_id": ids.get(grant.grantor.lower(), 1),
            "type": code_of(grant.securable_class, grant.permission),
            "permission_name": grant.permission,
            "state": _STATES[grant.state],
            "state_desc": grant.state,
            "grantee": grant.principal,
        }


def _sql_logins(session: Session, catalog: Catalog) -> Iterator[Row]:
    return (row for row in _server_principals(session, catalog) if row["type"] == "S")


def _properties(session: Session, catalog: Catalog) -> Iterator[Row]:
    for entry in catalog.entries.values():
        if isinstance(entry, Property):
            yield {
                "class": entry.class_id,
                "class_desc": CLASSES.get(entry.class_id, "OBJECT_OR_COLUMN"),
                "major_id": entry.major_id,
                "minor_id": entry.minor_id,
                "name": entry.name,
                "value": (entry.base, entry.value) if entry.base else None,
            }


_LOGIN: Final = """name sysname, principal_id int, sid varbinary(85), type char(1), type_desc nvarchar(60),
    is_disabled bit, create_date datetime, modify_date datetime, default_database_name sysname,
    default_language_name sysname, credential_id int"""
_PERMISSION: Final = """class tinyint, class_desc nvarchar(60), major_id int, minor_id int,
    grantee_principal_id int, grantor_principal_id int = 1, type char(4), permission_name nvarchar(128),
    state char(1), state_desc nvarchar(60)"""
VIEWS: Final[dict[str, View]] = {
    "database_principals": view(
        """name sysname, principal_id int, type char(1), type_desc nvarchar(60), default_schema_name sysname,
        create_date datetime, modify_date datetime, owning_principal_id int, sid varbinary(85),
        is_fixed_role bit = 0, authentication_type int, authentication_type_desc nvarchar(60),
        default_language_name sysname, default_language_lcid int,
        allow_encrypted_value_modifications bit = 0""",
        _principals,
    ),
    "database_role_members": view("role_principal_id int, member_principal_id int", _members),
    "database_permissions": view(_PERMISSION, _permissions),
    "server_principals": view(
        f"{_LOGIN}, owning_principal_id int, is_fixed_role bit = 0", _server_principals
    ),
    "server_permissions": view(_PERMISSION, _server_permissions),
    "sql_logins": view(
        f"{_LOGIN}, is_policy_checked bit = 1, is_expiration_checked bit = 0, password_hash varbinary(256)",
        _sql_logins,
    ),
    "server_role_members": view("role_principal_id int, member_principal_id int", _server_members),
    "extended_properties": view(
        """class tinyint, class_desc nvarchar(60), major_id int, minor_id int, name sysname,
        value sql_variant""",
        _properties,
    ),
}
