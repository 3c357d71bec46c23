"""The permission matrix over the wire: two roles and a plain user, each a real login, each driver.

What a login may do is tried over schemas, tables, views, procedures and functions, and every refusal is told
by SQL Server's number. `tests/engine/cases/security` has the rules one by one.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pymssql
import pyodbc
import pytest

from warehouse.connection import driver_library

ROOT: Final = Path(__file__).resolve().parents[2]
_SA: Final = "Str0ng!Password"
_OWN: Final = "0wn!Password"
_DATABASE: Final = "matrix"
_PEOPLE: Final = ("reader", "loader", "plain")

_SCRIPT: Final = f"""
CREATE DATABASE {_DATABASE};
GO
USE {_DATABASE};
GO
CREATE SCHEMA shop;
GO
CREATE SCHEMA vault;
GO
CREATE TABLE shop.orders (id int NOT NULL, amount int NOT NULL, note varchar(20) NULL);
INSERT INTO shop.orders VALUES (1, 10, 'first');
CREATE TABLE vault.keys (id int NOT NULL, word varchar(20) NULL);
INSERT INTO vault.keys VALUES (1, 'open');
GO
CREATE VIEW shop.totals AS SELECT SUM(amount) AS total FROM shop.orders;
GO
CREATE VIEW shop.words AS SELECT word FROM vault.keys;
GO
CREATE PROCEDURE shop.add_order @id int, @amount int AS
INSERT INTO shop.orders (id, amount) VALUES (@id, @amount);
GO
CREATE PROCEDURE shop.read_word AS SELECT word FROM vault.keys;
GO
CREATE PROCEDURE shop.read_word_dynamically AS EXEC ('SELECT word FROM vault.keys');
GO
CREATE FUNCTION shop.doubled(@n int) RETURNS int AS BEGIN RETURN @n * 2; END;
GO
CREATE ROLE readers;
CREATE ROLE loaders;
GRANT SELECT ON SCHEMA::shop TO readers;
GRANT EXECUTE ON shop.doubled TO readers;
DENY SELECT ON shop.orders (note) TO readers;
GRANT INSERT, UPDATE, SELECT ON shop.orders TO loaders;
GRANT EXECUTE ON SCHEMA::shop TO loaders;
DENY EXECUTE ON shop.doubled TO loaders;
GO
"""


@dataclass(frozen=True)
class Answer:
    """The first row of a statement, or the number of the error that refused it."""

    row: tuple[Any, ...] | None = None
    error: int = 0


_ROW: Final = "a row"
_DONE: Final = "done"
# What each may do: the number of the refusal, or what comes back.
_MATRIX: Final[tuple[tuple[str, tuple[object, object, object]], ...]] = (
    # statement, and what (reader, loader, plain) get
    ("SELECT id, amount FROM shop.orders", (_ROW, _ROW, 229)),
    ("SELECT note FROM shop.orders", (230, _ROW, 229)),
    ("SELECT * FROM shop.orders", (230, _ROW, 229)),
    ("SELECT total FROM shop.totals", (_ROW, 229, 229)),
    ("SELECT word FROM shop.words", (_ROW, 229, 229)),
    ("SELECT word FROM vault.keys", (229, 229, 229)),
    ("INSERT INTO shop.orders (id, amount) VALUES (9, 9)", (229, _DONE, 229)),
    ("UPDATE shop.orders SET amount = 11 WHERE id = 9", (229, _DONE, 229)),
    ("DELETE FROM shop.orders WHERE id = 9", (229, 229, 229)),
    ("TRUNCATE TABLE shop.orders", (1088, 1088, 1088)),
    ("EXEC shop.add_order 8, 8", (229, _DONE, 229)),
    ("EXEC shop.read_word", (229, _ROW, 229)),
    ("EXEC shop.read_word_dynamically", (229, 229, 229)),
    ("SELECT shop.doubled(2) AS n", (_ROW, 229, 229)),
    ("CREATE TABLE shop.more (id int)", (262, 262, 262)),
    ("DROP TABLE shop.orders", (3701, 3701, 3701)),
    ("ALTER TABLE shop.orders ADD more int", (1088, 1088, 1088)),
    ("DROP PROCEDURE shop.add_order", (3701, 3701, 3701)),
    ("CREATE DATABASE another", (262, 262, 262)),
    ("GRANT SELECT ON shop.orders TO public", (15151, 15151, 15151)),
    ("CREATE USER another WITHOUT LOGIN", (15247, 15247, 15247)),
    ("BULK INSERT shop.orders FROM '/no/such/file'", (4834, 4834, 4834)),
    ("SELECT 1 AS one", (_ROW, _ROW, _ROW)),
    ("CREATE TABLE #own (id int); INSERT INTO #own VALUES (1)", (_DONE, _DONE, _DONE)),
)


@dataclass
class Server:
    """A served engine, and connections of logins by each driver."""

    port: int
    log: Path

    def odbc(self, user: str, password: str = _OWN, database: str = _DATABASE) -> pyodbc.Connection:
        words = f"Driver={driver_library()};Server=127.0.0.1,{self.port};UID={user};PWD={{{password}}}"
        words += f";Database={database}" if database else ""
        return pyodbc.connect(f"{words};Encrypt=yes;TrustServerCertificate=yes", autocommit=True)

    def pymssql(self, user: str, password: str = _OWN, database: str = _DATABASE) -> Any:
        return pymssql.connect(
            server="127.0.0.1",
            port=str(self.port),
            user=user,
            password=password,
            database=database,
            autocommit=True,
        )


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("permissions")
    log = folder / "log"
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "scripts"), "TSQLD_SA_PASSWORD": _SA}
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "tsqld", "serve", "--port", "0", "--data", str(folder / "data")],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env=environment,
        )
    assert process.stdout is not None
    try:
        line = next(line for line in process.stdout if " ready on " in line)
        made = Server(int(line.rpartition(":")[2]), log)
        _prepare(made)
        yield made
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def _prepare(server: Server) -> None:
    connection = server.odbc("sa", _SA, "")
    for batch in _SCRIPT.strip().removesuffix("\nGO").split("\nGO\n"):
        connection.execute(batch)
    for name in _PEOPLE:
        connection.execute(
            f"CREATE LOGIN {name} WITH PASSWORD = N'{_OWN}'; CREATE USER {name} FOR LOGIN {name};"
        )
    connection.execute("ALTER ROLE readers ADD MEMBER reader; ALTER ROLE loaders ADD MEMBER loader;")
    connection.close()


def _number(problem: Exception) -> int:
    """SQL Server's number of an error as a driver shows it; ODBC's first when there are several."""
    if isinstance(problem, pymssql.Error):
        return int(problem.args[0] if isinstance(problem.args[0], int) else problem.args[0][0])
    found = re.search(r"\((\d+)\) \(SQL", str(problem))
    assert found is not None, problem
    return int(found[1])


def _ask(connection: Any, text: str) -> Answer:
    cursor = connection.cursor()
    try:
        cursor.execute(text)
        row = cursor.fetchone() if cursor.description else None
    except (pyodbc.Error, pymssql.Error) as problem:
        return Answer(error=_number(problem))
    return Answer(tuple(row) if row is not None else None)


@pytest.mark.parametrize("driver", ["odbc", "pymssql"])
@pytest.mark.parametrize("position", range(len(_PEOPLE)), ids=_PEOPLE)
def test_the_permission_matrix(server: Server, driver: str, position: int) -> None:
    connect: Callable[[str], Any] = getattr(server, driver)
    connection = connect(_PEOPLE[position])
    wrong = []
    for text, expected in _MATRIX:
        answer = _ask(connection, text)
        wanted = expected[position]
        if wanted == _ROW:
            fits = answer.row is not None
        elif wanted == _DONE:
            fits = answer.error == 0
        else:
            fits = answer.error == wanted
        if not fits:
            wrong.append((text, wanted, answer))
    connection.close()
    assert not wrong


def test_a_role_taken_away_is_gone_at_once(server: Server) -> None:
    boss, person = server.odbc("sa", _SA), server.odbc("plain")
    text = "SELECT id FROM shop.orders"
    assert _ask(person, text).error == 229
    boss.execute("ALTER ROLE readers ADD MEMBER plain")
    assert _ask(person, text).row is not None
    boss.execute("ALTER ROLE readers DROP MEMBER plain")
    assert _ask(person, text).error == 229
    boss.close()
    person.close()


def test_two_logins_on_one_text_get_each_their_own_answer(server: Server) -> None:
    """What one session has compiled gives no other session its permission."""
    reader, plain = server.odbc("reader"), server.odbc("plain")
    for _ in range(3):
        assert _ask(reader, "SELECT id FROM shop.orders").row is not None
        assert _ask(plain, "SELECT id FROM shop.orders").error == 229
    reader.close()
    plain.close()


def test_prepared_statements_and_procedure_calls_are_asked_for_too(server: Server) -> None:
    plain, loader = server.odbc("plain"), server.odbc("loader")
    with pytest.raises(pyodbc.Error, match="SELECT permission was denied on the object 'orders'"):
        plain.execute("SELECT id FROM shop.orders WHERE id = ?", 1)
    with pytest.raises(pyodbc.Error, match="EXECUTE permission was denied on the object 'add_order'"):
        plain.execute("{CALL shop.add_order (?, ?)}", 5, 5)
    loader.execute("{CALL shop.add_order (?, ?)}", 5, 5)
    cursor = plain.cursor()
    cursor.fast_executemany = True
    with pytest.raises(pyodbc.Error, match="INSERT permission was denied"):
        cursor.executemany("INSERT INTO shop.orders (id, amount) VALUES (?, ?)", [(6, 6), (7, 7)])
    plain.close()
    loader.close()


def test_the_catalog_shows_a_login_what_it_may_use(server: Server) -> None:
    plain, reader = server.odbc("plain"), server.odbc("reader")
    assert _ask(plain, "SELECT COUNT(*) AS n FROM sys.tables").row == (0,)
    assert _ask(reader, "SELECT COUNT(*) AS n FROM sys.tables").row == (1,)
    assert _ask(plain, "SELECT OBJECT_ID('shop.orders') AS id").row == (None,)
    assert [row.table_name for row in plain.cursor().tables(schema="shop")] == []
    assert sorted(row.table_name for row in reader.cursor().tables(schema="shop")) == [
        "orders",
        "totals",
        "words",
    ]
    names = "SELECT name FROM sys.server_principals WHERE type = 'S' ORDER BY name"
    assert [row[0] for row in plain.execute(names)] == ["plain", "sa"]
    plain.close()
    reader.close()


def test_a_database_without_a_user_is_closed(server: Server) -> None:
    boss = server.odbc("sa", _SA, "")
    boss.execute("IF DB_ID('closed') IS NULL CREATE DATABASE closed")
    with pytest.raises(pyodbc.Error, match=r"4060"):
        server.odbc("plain", database="closed")
    plain = server.odbc("plain")
    assert _ask(plain, "USE closed").error == 916
    assert _ask(plain, "SELECT name FROM closed.sys.tables").error == 916
    plain.close()
    boss.close()


def test_a_refused_login_is_told_little_late_and_the_log_more(server: Server) -> None:
    started = time.monotonic()
    with pytest.raises(pyodbc.Error, match=r"Login failed for user 'plain'.*18456"):
        server.odbc("plain", "wrong")
    with pytest.raises(pyodbc.Error, match=r"Login failed for user 'nobody'.*18456"):
        server.odbc("nobody", "wrong")
    assert time.monotonic() - started > 1
    told = server.log.read_text(encoding="utf-8")
    assert "Password did not match that for the login provided" in told
    assert "Could not find a login matching the name provided" in told
    assert "wrong" not in told


def test_a_new_password_counts_from_the_next_login_on(server: Server) -> None:
    boss = server.odbc("sa", _SA, "")
    boss.execute(f"CREATE LOGIN changing WITH PASSWORD = N'{_OWN}'")
    own = server.odbc("changing", database="")
    own.execute(f"ALTER LOGIN changing WITH PASSWORD = N'N3w!password' OLD_PASSWORD = N'{_OWN}'")
    assert _ask(own, "ALTER LOGIN plain WITH PASSWORD = N'N3w!password'").error == 15151
    own.close()
    with pytest.raises(pyodbc.Error, match="18456"):
        server.odbc("changing", database="")
    server.odbc("changing", "N3w!password", "").close()
    boss.close()


def test_server_roles_open_what_they_are_for(server: Server) -> None:
    boss = server.odbc("sa", _SA, "")
    for name, role in (("maker", "dbcreator"), ("keeper", "securityadmin"), ("killer", "processadmin")):
        boss.execute(
            f"CREATE LOGIN {name} WITH PASSWORD = N'{_OWN}'; ALTER SERVER ROLE {role} ADD MEMBER {name};"
        )
    maker = server.odbc("maker", database="")
    maker.execute("CREATE DATABASE made_by_maker")
    maker.execute("USE made_by_maker")
    assert _ask(maker, "SELECT USER_NAME() AS who").row == ("dbo",)
    maker.execute("CREATE TABLE own (id int)")
    keeper = server.odbc("keeper", database="")
    keeper.execute(f"CREATE LOGIN kept WITH PASSWORD = N'{_OWN}'; DROP LOGIN kept;")
    assert _ask(keeper, "ALTER SERVER ROLE sysadmin ADD MEMBER keeper").error == 15151
    assert _ask(keeper, "CREATE DATABASE not_made").error == 262
    assert _ask(maker, "KILL 30000").error == 6102
    killer = server.odbc("killer", database="")
    assert _ask(killer, "KILL 30000").error == 6106
    for connection in (maker, keeper, killer, boss):
        connection.close()
