"""What a login must be allowed to do, asked before anything else is.

First on a connection. VIEW DEFINITION comes before all: a login without it does not see that the history
exists, and a history that cannot be seen must never be taken for one that is not there.
"""

from __future__ import annotations

from typing import Final

from tsql.names import literal
from warehouse.errors import MigrationProblem
from warehouse.odbc import Connection

READING: Final = ("VIEW DEFINITION",)
CHANGING: Final = (
    "VIEW DEFINITION",
    "CREATE SCHEMA",
    "CREATE TABLE",
    "CREATE VIEW",
    "CREATE PROCEDURE",
    "CREATE FUNCTION",
    "ALTER ANY SCHEMA",
)
_AT_FIRST: Final = "CONTROL"
"""On the database, until the schema ops is there: it is made for dbo, which only members of db_owner may."""
_ON_READ: Final = ("SELECT",)
_ON_CHANGE: Final = ("SELECT", "INSERT", "UPDATE", "DELETE", "ALTER")


def check_permissions(connection: Connection, *, changing: bool) -> None:
    """Errors: MigrationProblem that names each missing permission and the GRANT that gives it."""
    missing = [row["permission"] for row in connection.run(permission_query(changing=changing)).rows]
    if missing:
        raise MigrationProblem(
            f"login {_login(connection)} lacks {', '.join(missing)}; grant it as docs/migrations.md says, or "
            f"use "
            "a login of the role db_owner"
        )


def permission_query(*, changing: bool) -> str:
    """The query of the permissions that are missing. Those on schema ops count only where that exists."""
    needed = [
        _needed(name, "DATABASE", "DB_NAME()", "", "NULL") for name in (CHANGING if changing else READING)
    ]
    if changing:
        needed.append(_needed(_AT_FIRST, "DATABASE", "DB_NAME()", " (for the first run)", "0"))
    on_schema = _ON_CHANGE if changing else _ON_READ
    needed += [_needed(name, "SCHEMA", "N'ops'", " on schema ops", "1") for name in on_schema]
    return f"""
    SELECT CONCAT(needed.permission, needed.shown) AS permission
    FROM (VALUES {", ".join(needed)}) AS needed (permission, class, securable, shown, with_ops)
    WHERE (needed.with_ops IS NULL OR needed.with_ops = IIF(SCHEMA_ID(N'ops') IS NULL, 0, 1))
        AND ISNULL(HAS_PERMS_BY_NAME(QUOTENAME(needed.securable), needed.class, needed.permission), 0) = 0;
    """


def _needed(name: str, kind: str, securable: str, shown: str, with_ops: str) -> str:
    """One row: a permission, where it is needed, and whether only with (1) or without (0) the schema ops."""
    return f"({literal(name)}, {literal(kind)}, {securable}, {literal(shown)}, {with_ops})"


def _login(connection: Connection) -> str:
    return str(connection.run("SELECT ORIGINAL_LOGIN() AS login;").rows[0]["login"])
