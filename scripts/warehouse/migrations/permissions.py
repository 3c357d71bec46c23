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
    """The query of the permissions that are missing; those on schema ops count only where that exists."""
    database = [f"({literal(name)}, N'DATABASE', DB_NAME())" for name in (CHANGING if changing else READING)]
    schema = [f"({literal(name)}, N'SCHEMA', N'ops')" for name in (_ON_CHANGE if changing else _ON_READ)]
    return f"""
    SELECT
        CONCAT(needed.permission, IIF(needed.class = N'SCHEMA', N' on schema ops', N'')) AS permission
    FROM (VALUES {", ".join(database + schema)}) AS needed (permission, class, securable)
    WHERE (needed.class = N'DATABASE' OR SCHEMA_ID(N'ops') IS NOT NULL)
        AND ISNULL(HAS_PERMS_BY_NAME(QUOTENAME(needed.securable), needed.class, needed.permission), 0) = 0;
    """


def _login(connection: Connection) -> str:
    return str(connection.run("SELECT ORIGINAL_LOGIN() AS login;").rows[0]["login"])
