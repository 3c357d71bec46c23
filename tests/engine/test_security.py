"""Logins, users, roles and permissions: kept and listed."""

from __future__ import annotations

import pytest
from tests.engine.session import Client

from tsqld.runtime.engine import Engine, LoginFailed


def test_a_login_of_sysadmin_may_log_in(engine: Engine, client: Client) -> None:
    client("CREATE LOGIN loader WITH PASSWORD = N'Str0ng!pass'")
    with pytest.raises(LoginFailed):
        engine.login("loader", "wrong", None)
    with pytest.raises(LoginFailed, match="sysadmin"):
        engine.login("loader", "Str0ng!pass", None)
    client("ALTER SERVER ROLE sysadmin ADD MEMBER loader")
    session = engine.login("LOADER", "Str0ng!pass", None)
    assert Client(session)("SELECT SUSER_SNAME()").rows[0][0].lower() == "loader"
    session.close()
    client("ALTER LOGIN loader DISABLE")
    with pytest.raises(LoginFailed) as refused:
        engine.login("loader", "Str0ng!pass", None)
    assert refused.value.number == 18470
    client("DROP LOGIN loader")
    assert client("DROP LOGIN loader").numbers == [15151]


def test_a_password_is_not_kept_in_the_clear(engine: Engine, client: Client) -> None:
    client("CREATE LOGIN secretive WITH PASSWORD = N'Str0ng!pass'")
    kept = str(engine.catalogs["master"].entries["login:secretive"])
    assert "Str0ng!pass" not in kept
    client("DROP LOGIN secretive")


def test_roles_have_members_and_permissions(client: Client) -> None:
    client("CREATE TABLE t (a int)")
    client("CREATE USER reader WITHOUT LOGIN")
    client("CREATE ROLE readers")
    client("ALTER ROLE readers ADD MEMBER reader")
    client("GRANT SELECT, INSERT ON dbo.t TO readers")
    client("DENY DELETE ON SCHEMA::dbo TO reader")
    told = client("""
        SELECT r.name, m.name FROM sys.database_role_members AS x
        JOIN sys.database_principals AS r ON r.principal_id = x.role_principal_id
        JOIN sys.database_principals AS m ON m.principal_id = x.member_principal_id
        WHERE r.is_fixed_role = 0;
    """)
    assert told.rows == [("readers", "reader")]
    told = client("""
        SELECT p.class_desc, p.permission_name, p.state_desc, USER_NAME(p.grantee_principal_id)
        FROM sys.database_permissions AS p ORDER BY p.permission_name;
    """)
    assert told.rows == [
        ("SCHEMA", "DELETE", "DENY", "reader"),
        ("OBJECT_OR_COLUMN", "INSERT", "GRANT", "readers"),
        ("OBJECT_OR_COLUMN", "SELECT", "GRANT", "readers"),
    ]
    client("REVOKE INSERT ON dbo.t FROM readers")
    assert client.value("COUNT(*) FROM sys.database_permissions") == 2
    assert client("DROP ROLE readers").numbers == [15144]
    assert client("ALTER ROLE readers DROP MEMBER reader; DROP ROLE readers; DROP USER reader;").errors == []


def test_a_user_of_an_unknown_login_is_refused(client: Client) -> None:
    assert client("CREATE USER nobody FOR LOGIN nobody").numbers == [15007]
    assert client("GRANT SELECT TO nobody").numbers == [15151]
