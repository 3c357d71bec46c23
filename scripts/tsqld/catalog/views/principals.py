"""Views of principals and permissions, and of extended properties."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from tsqld.catalog.model import Catalog, Grant, Login, Principal, Property, Table
from tsqld.catalog.views.spec import Row, View, view

if TYPE_CHECKING:
    from tsqld.runtime.session import Session

CLASSES: Final = {
    0: "DATABASE",
    1: "OBJECT_OR_COLUMN",
    2: "PARAMETER",
    3: "SCHEMA",
    6: "TYPE",
    7: "INDEX",
    10: "XML_SCHEMA_COLLECTION",
    20: "DATASPACE",
    21: "PARTITION_FUNCTION",
}
_KINDS: Final = {"R": "DATABASE_ROLE", "S": "SQL_USER"}
_FIRST_ROLE: Final = 16384
_AFTER_ROLES: Final = 16400
_STATES: Final = {"DENY": "D", "GRANT": "G"}
_CODES: Final = {
    "SELECT": "SL", "INSERT": "IN", "UPDATE": "UP", "DELETE": "DL", "EXECUTE": "EX", "REFERENCES": "RF",
    "ALTER": "AL", "CONTROL": "CL", "TAKE OWNERSHIP": "TO", "VIEW DEFINITION": "VW", "CONNECT": "CO",
    "CREATE TABLE": "CRTB", "CREATE VIEW": "CRVW", "CREATE PROCEDURE": "CRPR", "CREATE FUNCTION": "CRFN",
    "CREATE SCHEMA": "CRSM", "CREATE TYPE": "CRTY", "CREATE ROLE": "CRRL", "ALTER ANY SCHEMA": "ALSM",
    "ALTER ANY USER": "ALUS", "ALTER ANY ROLE": "ALRL", "BACKUP DATABASE": "BADB", "BACKUP LOG": "BALO",
    "SHOWPLAN": "SPLN", "VIEW DATABASE STATE": "VWDS", "VIEW CHANGE TRACKING": "VWCT",
}  # fmt: skip


def principals(catalog: Catalog) -> Iterator[Principal]:
    return (entry for entry in catalog.entries.values() if isinstance(entry, Principal))


def principal_ids(catalog: Catalog) -> dict[str, int]:
    fixed = {"information_schema": 3, "sys": 4}
    return {**fixed, **{found.name.lower(): found.principal_id for found in principals(catalog)}}


def _principals(session: Session, catalog: Catalog) -> Iterator[Row]:
    ids = principal_ids(catalog)
    for found in principals(catalog):
        role = found.kind == "R"
        yield {
            "name": found.name,
            "principal_id": found.principal_id,
            "type": found.kind,
            "type_desc": _KINDS[found.kind],
            "default_schema_name": None if role else found.default_schema or "dbo",
            "create_date": catalog.created,
            "modify_date": catalog.created,
            "owning_principal_id": ids.get(found.owner.lower(), 1) if role else None,
            "is_fixed_role": role and _FIRST_ROLE <= found.principal_id < _AFTER_ROLES,
            "authentication_type": 0 if role or not found.login else 1,
            "authentication_type_desc": "NONE" if role or not found.login else "INSTANCE",
        }
    for name, number in (("INFORMATION_SCHEMA", 3), ("sys", 4)):
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
    known = {found.name.lower(): found for found in principals(catalog)}
    for principal in known.values():
        for role in principal.member_of:
            if role.lower() in known:
                yield {
                    "role_principal_id": known[role.lower()].principal_id,
                    "member_principal_id": principal.principal_id,
                }
    yield {"role_principal_id": _FIRST_ROLE, "member_principal_id": 1}


def _permissions(session: Session, catalog: Catalog) -> Iterator[Row]:
    known = {found.name.lower(): found for found in principals(catalog)}
    for grant in catalog.entries.values():
        if not isinstance(grant, Grant) or grant.principal.lower() not in known:
            continue
        class_id, major, minor = _securable(catalog, grant)
        yield {
            "class": class_id,
            "class_desc": CLASSES[class_id],
            "major_id": major,
            "minor_id": minor,
            "grantee_principal_id": known[grant.principal.lower()].principal_id,
            "type": _CODES.get(grant.permission, ""),
            "permission_name": grant.permission,
            "state": _STATES.get(grant.state, "W"),
            "state_desc": grant.state,
        }


def _securable(catalog: Catalog, grant: Grant) -> tuple[int, int, int]:
    if grant.securable_class == "SCHEMA":
        schema = catalog.schema(grant.name)
        return 3, schema.schema_id if schema else 0, 0
    if grant.securable_class == "TYPE":
        found_type = catalog.user_type(grant.schema, grant.name)
        return 6, found_type.type_id if found_type else 0, 0
    if grant.securable_class == "OBJECT":
        found = catalog.object(grant.schema, grant.name)
        column = found.column(grant.column) if isinstance(found, Table) and grant.column else None
        return 1, found.object_id if found else 0, column.column_id if column else 0
    return 0, 0, 0


def _server_principals(session: Session, catalog: Catalog) -> Iterator[Row]:
    master = session.catalog("master")
    dates = {"create_date": master.created, "modify_date": master.created}
    common = {"type": "S", "type_desc": "SQL_LOGIN", "default_language_name": "us_english", **dates}
    yield {**common, "name": "sa", "principal_id": 1, "is_disabled": False, "default_database_name": "master"}
    for found in master.entries.values():
        if isinstance(found, Login):
            yield {
                **common,
                "name": found.name,
                "principal_id": found.principal_id,
                "is_disabled": found.disabled,
                "default_database_name": found.database,
            }
    for number, role in enumerate(_SERVER_ROLES, 2):
        yield {
            **dates,
            "name": role,
            "principal_id": number,
            "type": "R",
            "type_desc": "SERVER_ROLE",
            "is_disabled": False,
            "is_fixed_role": role != "public",
            "owning_principal_id": 1,
        }


_SERVER_ROLES: Final = (
    "public", "sysadmin", "securityadmin", "serveradmin", "setupadmin", "processadmin", "diskadmin",
    "dbcreator", "bulkadmin",
)  # fmt: skip


def _server_members(session: Session, catalog: Catalog) -> Iterator[Row]:
    numbers = {role: number for number, role in enumerate(_SERVER_ROLES, 2)}
    yield {"role_principal_id": numbers["sysadmin"], "member_principal_id": 1}
    for found in session.catalog("master").entries.values():
        if isinstance(found, Login):
            for role in found.roles:
                yield {"role_principal_id": numbers[role], "member_principal_id": found.principal_id}


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
    "database_permissions": view(
        """class tinyint, class_desc nvarchar(60), major_id int, minor_id int, grantee_principal_id int,
        grantor_principal_id int = 1, type char(4), permission_name nvarchar(128), state char(1),
        state_desc nvarchar(60)""",
        _permissions,
    ),
    "server_principals": view(
        f"{_LOGIN}, owning_principal_id int, is_fixed_role bit = 0", _server_principals
    ),
    "sql_logins": view(f"{_LOGIN}, is_policy_checked bit = 1, is_expiration_checked bit = 0", _sql_logins),
    "server_role_members": view("role_principal_id int, member_principal_id int", _server_members),
    "extended_properties": view(
        """class tinyint, class_desc nvarchar(60), major_id int, minor_id int, name sysname,
        value sql_variant""",
        _properties,
    ),
}
