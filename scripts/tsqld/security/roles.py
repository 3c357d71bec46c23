"""The fixed roles and what they are allowed, as permissions of the whole database or server.

Source: Microsoft Learn, "Database-level roles" and "Server-level roles". sysadmin is not listed: nothing is
asked of its members.
"""

from __future__ import annotations

from typing import Final

SYSADMIN: Final = "sysadmin"
PUBLIC: Final = "public"

_DDL: Final = """ALTER ANY ASSEMBLY, ALTER ANY ASYMMETRIC KEY, ALTER ANY CERTIFICATE, ALTER ANY CONTRACT,
    ALTER ANY DATABASE DDL TRIGGER, ALTER ANY DATABASE EVENT NOTIFICATION, ALTER ANY DATASPACE,
    ALTER ANY FULLTEXT CATALOG, ALTER ANY MESSAGE TYPE, ALTER ANY REMOTE SERVICE BINDING, ALTER ANY ROUTE,
    ALTER ANY SCHEMA, ALTER ANY SERVICE, ALTER ANY SYMMETRIC KEY, CHECKPOINT, CREATE AGGREGATE,
    CREATE DEFAULT, CREATE FUNCTION, CREATE PROCEDURE, CREATE QUEUE, CREATE RULE, CREATE SYNONYM,
    CREATE TABLE, CREATE TYPE, CREATE VIEW, CREATE XML SCHEMA COLLECTION, REFERENCES"""


def _listed(text: str) -> tuple[str, ...]:
    return tuple(" ".join(part.split()) for part in text.split(","))


DATABASE_GRANTS: Final[dict[str, tuple[str, ...]]] = {
    "db_owner": ("CONTROL",),
    "db_accessadmin": ("ALTER ANY USER", "CREATE SCHEMA"),
    "db_securityadmin": ("ALTER ANY APPLICATION ROLE", "ALTER ANY ROLE", "CREATE SCHEMA", "VIEW DEFINITION"),
    "db_ddladmin": _listed(_DDL),
    "db_backupoperator": ("BACKUP DATABASE", "BACKUP LOG", "CHECKPOINT"),
    "db_datareader": ("SELECT",),
    "db_datawriter": ("INSERT", "UPDATE", "DELETE"),
    "public": ("VIEW ANY COLUMN ENCRYPTION KEY DEFINITION", "VIEW ANY COLUMN MASTER KEY DEFINITION"),
}
DATABASE_DENIALS: Final[dict[str, tuple[str, ...]]] = {
    "db_denydatareader": ("SELECT",),
    "db_denydatawriter": ("INSERT", "UPDATE", "DELETE"),
}
SERVER_GRANTS: Final[dict[str, tuple[str, ...]]] = {
    "bulkadmin": ("ADMINISTER BULK OPERATIONS",),
    "dbcreator": ("ALTER ANY DATABASE", "CREATE ANY DATABASE"),
    "diskadmin": ("ALTER RESOURCES",),
    "processadmin": ("ALTER ANY CONNECTION", "ALTER SERVER STATE"),
    "public": ("VIEW ANY DATABASE", "CONNECT SQL"),
    "securityadmin": ("ALTER ANY LOGIN",),
    "serveradmin": (
        *("ALTER ANY ENDPOINT", "ALTER RESOURCES", "ALTER SERVER STATE", "ALTER SETTINGS", "SHUTDOWN"),
        "VIEW SERVER STATE",
    ),
    "setupadmin": ("ALTER ANY LINKED SERVER",),
}
FIXED_SERVER_ROLES: Final = (
    *("sysadmin", "securityadmin", "serveradmin", "setupadmin", "processadmin", "diskadmin", "dbcreator"),
    "bulkadmin",
)
FIXED_DATABASE_ROLES: Final = (
    *("db_owner", "db_accessadmin", "db_securityadmin", "db_ddladmin", "db_backupoperator", "db_datareader"),
    *("db_datawriter", "db_denydatareader", "db_denydatawriter"),
)
SPECIAL_PRINCIPALS: Final = ("dbo", "guest", "sys", "information_schema", PUBLIC)
