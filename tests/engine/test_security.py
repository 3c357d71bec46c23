"""Logins, users, roles and permissions: kept and listed."""

from __future__ import annotations

import hashlib

import pytest
from tests.engine.session import Client

from tsqld.runtime.engine import Engine, LoginFailed


def _refused(engine: Engine, user: str, password: str, database: str | None = None) -> int:
    """The number of the error that a login is refused with."""
    with pytest.raises(LoginFailed) as refused:
        engine.login(user, password, database)
    return refused.value.number


def test_a_login_logs_in_with_its_password_while_it_is_enabled(engine: Engine, client: Client) -> None:
    client("CREATE LOGIN loader WITH PASSWORD = N'Str0ng!pass'")
    assert _refused(engine, "loader", "wrong") == 18456
    assert _refused(engine, "nobody", "Str0ng!pass") == 18456
    session = engine.login("LOADER", "Str0ng!pass", None)
    assert Client(session)("SELECT SUSER_SNAME(), DB_NAME(), USER_NAME()").rows == [
        ("loader", "master", "guest")
    ]
    assert client("DROP LOGIN loader").numbers == [15434]
    session.close()
    client("ALTER LOGIN loader DISABLE")
    assert _refused(engine, "loader", "Str0ng!pass") == 18470
    client("ALTER LOGIN loader ENABLE; ALTER LOGIN loader WITH PASSWORD = N'An0ther!pass'")
    assert _refused(engine, "loader", "Str0ng!pass") == 18456
    engine.login("loader", "An0ther!pass", None).close()
    client("ALTER LOGIN loader WITH NAME = lifter")
    assert _refused(engine, "loader", "An0ther!pass") == 18456
    engine.login("lifter", "An0ther!pass", None).close()
    client("DROP LOGIN lifter")
    assert client("DROP LOGIN lifter").numbers == [15151]


def test_a_login_enters_only_databases_where_it_has_a_user(
    engine: Engine, client: Client, database: str
) -> None:
    client("CREATE LOGIN guestless WITH PASSWORD = N'Str0ng!pass'")
    assert _refused(engine, "guestless", "Str0ng!pass", database) == 4060
    assert _refused(engine, "guestless", "Str0ng!pass", "no_such") == 4060
    client("CREATE USER somebody FOR LOGIN guestless")
    session = engine.login("guestless", "Str0ng!pass", database)
    assert Client(session)("SELECT SUSER_SNAME(), USER_NAME()").rows == [("guestless", "somebody")]
    session.close()
    client("DENY CONNECT TO somebody")
    assert _refused(engine, "guestless", "Str0ng!pass", database) == 4060
    client(f"ALTER LOGIN guestless WITH DEFAULT_DATABASE = {database}")
    assert _refused(engine, "guestless", "Str0ng!pass") == 4064
    client("DROP USER somebody; DROP LOGIN guestless;")


def test_a_member_of_sysadmin_is_dbo_everywhere(engine: Engine, client: Client, database: str) -> None:
    client("CREATE LOGIN boss WITH PASSWORD = N'Str0ng!pass'; ALTER SERVER ROLE sysadmin ADD MEMBER boss;")
    session = engine.login("boss", "Str0ng!pass", database)
    assert Client(session)(
        "CREATE TABLE own (a int); SELECT USER_NAME(), IS_SRVROLEMEMBER('sysadmin')"
    ).rows == [("dbo", 1)]
    client("ALTER SERVER ROLE sysadmin DROP MEMBER boss")
    assert Client(session)("SELECT a FROM own").numbers == [916]
    session.close()
    client("DROP LOGIN boss")


def test_a_hashed_password_is_taken_over(engine: Engine, client: Client) -> None:
    salt = bytes.fromhex("01020304")
    digest = hashlib.sha512("Str0ng!pass".encode("utf-16-le") + salt).hexdigest()
    client(f"CREATE LOGIN moved WITH PASSWORD = 0x0200{salt.hex()}{digest} HASHED")
    engine.login("moved", "Str0ng!pass", None).close()
    assert _refused(engine, "moved", "Str0ng!Pass") == 18456
    client("DROP LOGIN moved")


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
        ("DATABASE", "CONNECT", "GRANT", "reader"),
        ("SCHEMA", "DELETE", "DENY", "reader"),
        ("OBJECT_OR_COLUMN", "INSERT", "GRANT", "readers"),
        ("OBJECT_OR_COLUMN", "SELECT", "GRANT", "readers"),
    ]
    client("REVOKE INSERT ON dbo.t FROM readers")
    assert client.value("COUNT(*) FROM sys.database_permissions") == 3
    assert client("DROP ROLE readers").numbers == [15144]
    assert client("ALTER ROLE readers DROP MEMBER reader; DROP ROLE readers; DROP USER reader;").errors == []


def test_a_user_of_an_unknown_login_is_refused(client: Client) -> None:
    assert client("CREATE USER nobody FOR LOGIN nobody").numbers == [15007]
    assert client("GRANT SELECT TO nobody").numbers == [15151]
