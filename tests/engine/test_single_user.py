"""ALTER DATABASE … SET SINGLE_USER: Microsoft Learn, "ALTER DATABASE SET options", termination."""

from __future__ import annotations

from tests.engine.session import Client

from tsqld.runtime.engine import Engine


def test_rollback_immediate_ends_the_other_sessions_of_the_database(engine: Engine, database: str) -> None:
    mine, other = engine.login("sa", "x", database), engine.login("sa", "x", database)
    ended = []
    other.on_kill = lambda: ended.append(other.spid)
    assert Client(mine)(f"ALTER DATABASE {database} SET SINGLE_USER WITH ROLLBACK IMMEDIATE").errors == []
    assert ended == [other.spid]
    mine.close()
    other.close()


def test_no_wait_is_error_5070_while_others_are_there(engine: Engine, database: str) -> None:
    mine, other = engine.login("sa", "x", database), engine.login("sa", "x", database)
    assert Client(mine)(f"ALTER DATABASE {database} SET SINGLE_USER WITH NO_WAIT").numbers == [5070, 5069]
    other.close()
    assert Client(mine)(f"ALTER DATABASE {database} SET SINGLE_USER WITH NO_WAIT").errors == []
    mine.close()


def test_nobody_else_may_use_a_database_of_a_single_user(engine: Engine, database: str) -> None:
    mine, other = engine.login("sa", "x", database), engine.login("sa", "x", "master")
    Client(mine)(f"ALTER DATABASE {database} SET SINGLE_USER")
    assert Client(other)(f"USE {database}").numbers == [924]
    Client(mine)(f"ALTER DATABASE {database} SET MULTI_USER")
    assert Client(other)(f"USE {database}").errors == []
    mine.close()
    other.close()
