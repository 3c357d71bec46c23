"""What sessions of the real engine see of each other, and where they wait: versions, locks, deadlocks.

Source: Microsoft Learn, "Transaction locking and row versioning guide", "Table hints", "SET LOCK_TIMEOUT",
"SET DEADLOCK_PRIORITY", "sp_getapplock".
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pyodbc
import pytest
from tests.wire.served import Served, eventually

LOCKED = "1222"
VICTIM = "1205"
Sql = Callable[..., Any]


class Client:
    """A session that answers rows, or the number of its error."""

    def __init__(self, served: Served) -> None:
        self.connection = served.connect()

    def close(self) -> None:
        with suppress(pyodbc.Error):
            self.connection.close()

    def __call__(self, sql: str, *parameters: Any) -> Any:
        try:
            cursor = self.connection.execute(sql, *parameters)
            rows: Any = None
            while True:
                if cursor.description:
                    rows = [tuple(row) for row in cursor.fetchall()]
                if not cursor.nextset():
                    return rows
        except pyodbc.Error as problem:
            return str(problem.args[1]).rpartition(" (")[0].rpartition("(")[2].rstrip(")")

    def one(self, sql: str, *parameters: Any) -> Any:
        rows = self(sql, *parameters)
        return rows[0][0] if isinstance(rows, list) else rows

    @property
    def spid(self) -> int:
        return int(self.one("SELECT @@SPID"))


@pytest.fixture
def pair(served: Served) -> Iterator[tuple[Client, Client]]:
    """Two sessions and two small tables; the second session waits for 300 ms."""
    one, two = Client(served), Client(served)
    one(
        "DROP TABLE IF EXISTS children, t, u, log;"
        "CREATE TABLE t (id int NOT NULL PRIMARY KEY, v int NOT NULL);"
        "CREATE TABLE u (id int NOT NULL PRIMARY KEY, v int NOT NULL);"
        "CREATE TABLE children (id int NOT NULL PRIMARY KEY, parent int NOT NULL REFERENCES t (id));"
        "CREATE TABLE log (v int);"
        "INSERT t VALUES (1, 10), (2, 20); INSERT u VALUES (1, 1);"
    )
    two("SET LOCK_TIMEOUT 300")
    yield one, two
    one.close()
    two.close()


@pytest.fixture
def beside() -> Iterator[Callable[..., Future[Any]]]:
    """Runs something on another thread, and gives it time to begin to wait."""
    with ThreadPoolExecutor(4) as threads:

        def start(call: Callable[..., Any], *arguments: Any) -> Future[Any]:
            running = threads.submit(call, *arguments)
            time.sleep(0.3)
            return running

        yield start


# --- readers


def test_a_reader_sees_what_is_committed_and_never_waits(pair: tuple[Client, Client]) -> None:
    one, two = pair
    one("BEGIN TRANSACTION; UPDATE t SET v = 99 WHERE id = 1; INSERT t VALUES (3, 30); DELETE t WHERE id = 2")
    two("SET LOCK_TIMEOUT 0")  # any wait would be an error
    assert two("SELECT id, v FROM t ORDER BY id") == [(1, 10), (2, 20)]
    assert one("SELECT id, v FROM t ORDER BY id") == [(1, 99), (3, 30)]
    one("COMMIT")
    assert two("SELECT id, v FROM t ORDER BY id") == [(1, 99), (3, 30)]


def test_each_statement_of_read_committed_sees_what_was_committed_before_it(
    pair: tuple[Client, Client],
) -> None:
    one, two = pair
    one("BEGIN TRANSACTION; INSERT u VALUES (2, 2)")
    assert one("SELECT SUM(v) FROM t") == [(30,)]
    two("UPDATE t SET v = v + 100")
    assert one("SELECT SUM(v) FROM t") == [(230,)]
    assert one("SELECT SUM(t.v) + COUNT(*) FROM t CROSS JOIN u") == [(464,)]
    one("ROLLBACK")


def test_snapshot_isolation_keeps_the_snapshot_of_its_first_statement(pair: tuple[Client, Client]) -> None:
    one, two = pair
    one("SET TRANSACTION ISOLATION LEVEL SNAPSHOT; BEGIN TRANSACTION")
    two("UPDATE t SET v = 11 WHERE id = 1")
    assert one.one("SELECT v FROM t WHERE id = 1") == 11
    two("UPDATE t SET v = 12 WHERE id = 1; INSERT t VALUES (3, 30)")
    assert one("SELECT SUM(v), COUNT(*) FROM t") == [(31, 2)]
    one("COMMIT")
    assert one("SELECT SUM(v), COUNT(*) FROM t") == [(62, 3)]


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("UPDATE t SET v = 12 WHERE id = 1", "UPDATE t SET v = v + 1 WHERE id = 1"),
        ("DELETE t WHERE id = 1", "UPDATE t SET v = v + 1 WHERE id = 1"),
        ("UPDATE t SET v = 12 WHERE id = 1", "DELETE t WHERE id = 1"),
        ("INSERT t VALUES (3, 30)", "INSERT t VALUES (3, 33)"),
        ("DELETE t WHERE id = 2", "INSERT children VALUES (1, 2)"),
    ],
)
def test_a_snapshot_transaction_does_not_write_what_others_changed_since(
    pair: tuple[Client, Client], theirs: str, ours: str
) -> None:
    one, two = pair
    one("SET TRANSACTION ISOLATION LEVEL SNAPSHOT; BEGIN TRANSACTION; SELECT * FROM t")
    two(theirs)
    expected = two("SELECT * FROM t ORDER BY id"), two("SELECT * FROM children")
    assert one(ours) == "3960"
    assert one.one("SELECT @@TRANCOUNT") == 0
    assert (two("SELECT * FROM t ORDER BY id"), two("SELECT * FROM children")) == expected


def test_snapshot_isolation_cannot_begin_inside_a_transaction(pair: tuple[Client, Client]) -> None:
    one, _ = pair
    one("BEGIN TRANSACTION; SELECT * FROM t; SET TRANSACTION ISOLATION LEVEL SNAPSHOT")
    assert one("SELECT * FROM t") == "3951"


@pytest.mark.parametrize("level", ["REPEATABLE READ", "SERIALIZABLE"])
def test_stricter_isolation_keeps_writers_out_until_its_end(pair: tuple[Client, Client], level: str) -> None:
    one, two = pair
    one(f"SET TRANSACTION ISOLATION LEVEL {level}; BEGIN TRANSACTION")
    assert one("SELECT SUM(v) FROM t") == [(30,)]
    assert two("UPDATE t SET v = 0") == LOCKED
    assert two("SELECT SUM(v) FROM t") == [(30,)]
    assert one("SELECT SUM(v) FROM t") == [(30,)]
    one("COMMIT")
    assert two("UPDATE t SET v = 0") is None


def test_two_serializable_transactions_cannot_both_write_what_the_other_read(
    pair: tuple[Client, Client], beside: Callable[..., Future[Any]]
) -> None:
    for client in pair:
        client("SET LOCK_TIMEOUT -1; SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; BEGIN TRANSACTION")
        client("SELECT SUM(v) FROM t")
    one, two = pair
    waiting = beside(one, "UPDATE t SET v = -v WHERE id = 1")
    assert two("UPDATE t SET v = -v WHERE id = 2") == VICTIM
    assert waiting.result(5) is None
    one("COMMIT")
    assert one.one("SELECT SUM(v) FROM t") == 10


# --- hints


@pytest.mark.parametrize("hint", ["UPDLOCK", "XLOCK", "TABLOCKX", "HOLDLOCK", "TABLOCK, HOLDLOCK"])
def test_what_a_hint_locks_stays_locked_until_the_transaction_ends(
    pair: tuple[Client, Client], hint: str
) -> None:
    one, two = pair
    one(f"BEGIN TRANSACTION; SELECT v FROM t WITH ({hint}) WHERE id = 1")
    assert two("UPDATE t SET v = 0 WHERE id = 1") == LOCKED
    assert two("SELECT COUNT(*) FROM t") == [(2,)]
    one("COMMIT")
    assert two("UPDATE t SET v = 0 WHERE id = 1") is None


def test_read_then_write_with_updlock_loses_no_update(
    pair: tuple[Client, Client], beside: Callable[..., Future[Any]]
) -> None:
    one, two = pair
    two("SET LOCK_TIMEOUT -1")
    add = (
        "DECLARE @v int; BEGIN TRANSACTION; SELECT @v = v FROM t WITH (UPDLOCK) WHERE id = 1;"
        "WAITFOR DELAY '00:00:00.5'; UPDATE t SET v = @v + 1 WHERE id = 1; COMMIT"
    )
    waiting = beside(two, add)
    one(add)
    waiting.result(5)
    assert one.one("SELECT v FROM t WHERE id = 1") == 12


def test_nowait_and_readcommittedlock_meet_a_writer(pair: tuple[Client, Client]) -> None:
    one, two = pair
    one("BEGIN TRANSACTION; UPDATE t SET v = 0 WHERE id = 1")
    two("SET LOCK_TIMEOUT 120000")
    started = time.monotonic()
    assert two("SELECT * FROM t WITH (UPDLOCK, NOWAIT)") == LOCKED
    assert two("UPDATE t WITH (NOWAIT) SET v = 1") == LOCKED
    assert time.monotonic() - started < 60
    two("SET LOCK_TIMEOUT 100")
    assert two("SELECT * FROM t WITH (READCOMMITTEDLOCK)") == LOCKED
    assert two("SELECT COUNT(*) FROM t WITH (NOLOCK)") == [(2,)]
    one("ROLLBACK")
    assert two("SELECT COUNT(*) FROM t WITH (READCOMMITTEDLOCK)") == [(2,)]
    assert one("UPDATE t SET v = 1") is None


def test_a_hint_on_a_view_locks_its_tables(pair: tuple[Client, Client]) -> None:
    one, two = pair
    one("CREATE OR ALTER VIEW seen AS SELECT id, v FROM t")
    one("BEGIN TRANSACTION; SELECT v FROM seen WITH (UPDLOCK)")
    assert two("UPDATE t SET v = 0") == LOCKED
    one("ROLLBACK")


# --- writers


def test_a_writer_waits_for_a_writer_and_gives_up_after_its_lock_timeout(
    pair: tuple[Client, Client], beside: Callable[..., Future[Any]]
) -> None:
    one, two = pair
    one("BEGIN TRANSACTION; UPDATE t SET v = 11 WHERE id = 1")
    started = time.monotonic()
    assert two("UPDATE t SET v = 12 WHERE id = 1") == LOCKED
    assert 0.25 < time.monotonic() - started < 60
    two("SET LOCK_TIMEOUT -1")
    waiting = beside(two, "UPDATE t SET v = v + 1 WHERE id = 1")
    assert not waiting.done()
    one("COMMIT")
    waiting.result(5)
    assert one.one("SELECT v FROM t WHERE id = 1") == 12


def test_one_of_a_deadlock_is_its_victim_and_the_other_goes_on(
    pair: tuple[Client, Client], beside: Callable[..., Future[Any]]
) -> None:
    one, two = pair
    two("SET LOCK_TIMEOUT -1")
    one("BEGIN TRANSACTION; UPDATE t SET v = 0")
    two("BEGIN TRANSACTION; UPDATE u SET v = 0")
    waiting = beside(two, "UPDATE t SET v = 1")
    assert one("UPDATE u SET v = 1") == VICTIM
    assert waiting.result(5) is None
    assert (one.one("SELECT @@TRANCOUNT"), two.one("SELECT @@TRANCOUNT")) == (0, 1)
    two("COMMIT")


def test_the_session_of_lower_deadlock_priority_is_the_victim(
    pair: tuple[Client, Client], beside: Callable[..., Future[Any]]
) -> None:
    one, two = pair
    two("SET LOCK_TIMEOUT -1; SET DEADLOCK_PRIORITY LOW")
    one("SET DEADLOCK_PRIORITY 3; BEGIN TRANSACTION; UPDATE t SET v = 0")
    two("BEGIN TRANSACTION; UPDATE u SET v = 0")
    waiting = beside(two, "UPDATE t SET v = 1")
    assert one("UPDATE u SET v = 1") is None
    assert waiting.result(5) == VICTIM
    one("COMMIT")


def test_no_child_outlives_its_parent(
    pair: tuple[Client, Client], beside: Callable[..., Future[Any]]
) -> None:
    one, two = pair
    one("BEGIN TRANSACTION; INSERT children VALUES (1, 1)")
    assert two("DELETE t WHERE id = 1") == LOCKED
    assert two("UPDATE t SET v = 5 WHERE id = 1") is None
    two("SET LOCK_TIMEOUT -1")
    waiting = beside(two, "DELETE t WHERE id = 1")
    one("COMMIT")
    assert waiting.result(5) == "547"
    two("BEGIN TRANSACTION; DELETE t WHERE id = 2")
    waiting = beside(one, "INSERT children VALUES (2, 2)")
    two("COMMIT")
    assert waiting.result(5) == "547"


def test_a_transaction_never_holds_other_rows_than_it_has_told(pair: tuple[Client, Client]) -> None:
    one, two = pair
    one("SET XACT_ABORT OFF; BEGIN TRANSACTION; UPDATE u SET v = (SELECT SUM(v) FROM t)")
    assert one.one("SELECT v FROM u") == 30
    two("UPDATE t SET v = v + 100")
    assert one.one("SELECT SUM(v) FROM t") == 230
    assert one.one("SELECT v FROM u") == 30
    assert one("INSERT u VALUES (1, 1)") == "2627"
    assert one("SELECT v FROM u") == VICTIM
    assert one("SELECT v FROM u") == [(1,)]


def test_a_transaction_goes_on_when_what_it_read_has_not_changed(pair: tuple[Client, Client]) -> None:
    one, two = pair
    one("SET XACT_ABORT OFF; BEGIN TRANSACTION; UPDATE u SET v = (SELECT v FROM t WHERE id = 1)")
    two("INSERT log VALUES (1)")
    two("UPDATE t SET v = 21 WHERE id = 2")
    one("INSERT t VALUES (3, 3)")
    assert one("SELECT v, (SELECT SUM(v) FROM t), (SELECT COUNT(*) FROM log) FROM u") == [(10, 34, 1)]
    one("COMMIT")
    assert two.one("SELECT v FROM u") == 10


def test_a_table_made_by_another_session_is_seen_inside_a_transaction(pair: tuple[Client, Client]) -> None:
    one, two = pair
    one("BEGIN TRANSACTION; UPDATE u SET v = 2; SELECT * FROM t")
    two("DROP TABLE IF EXISTS later; CREATE TABLE later (v int); INSERT later VALUES (1)")
    assert one("SELECT v FROM later") == [(1,)]
    one("INSERT later VALUES (2); COMMIT")
    assert two("SELECT v FROM later ORDER BY v") == [(1,), (2,)]


def test_a_table_in_use_is_not_dropped_altered_or_emptied(pair: tuple[Client, Client]) -> None:
    one, two = pair
    one("BEGIN TRANSACTION; INSERT log VALUES (1)")
    for change in ("DROP TABLE log", "ALTER TABLE log ADD w int", "TRUNCATE TABLE log"):
        assert two(change) == LOCKED, change
    one("COMMIT")
    assert two("ALTER TABLE log ADD w int") is None
    assert one("SELECT * FROM log") == [(1, None)]


# --- application locks

APPLOCK = (
    "DECLARE @r int; EXEC @r = sp_getapplock @Resource = 'r', @LockMode = ?, @LockOwner = ?, "
    "@LockTimeout = ?; SELECT @r"
)


def test_application_locks_exclude_by_their_modes(pair: tuple[Client, Client]) -> None:
    one, two = pair
    allowed = {
        "Shared": {"Shared", "Update", "IntentShared"},
        "Update": {"Shared", "IntentShared"},
        "Exclusive": set[str](),
        "IntentShared": {"Shared", "Update", "IntentShared", "IntentExclusive"},
        "IntentExclusive": {"IntentShared", "IntentExclusive"},
    }
    for held, lets_in in allowed.items():
        assert one.one(APPLOCK, held, "Session", 0) == 0
        for wanted in allowed:
            found = two.one(APPLOCK, wanted, "Session", 0)
            assert found == (0 if wanted in lets_in else -1), (held, wanted)
            if found == 0:
                two("EXEC sp_releaseapplock 'r', 'Session'")
        one("EXEC sp_releaseapplock 'r', 'Session'")


def test_an_application_lock_waits_and_tells_that_it_did(
    pair: tuple[Client, Client], beside: Callable[..., Future[Any]]
) -> None:
    one, two = pair
    assert one.one(APPLOCK, "Exclusive", "Session", 0) == 0
    waiting = beside(two.one, APPLOCK, "Exclusive", "Session", 5000)
    one("EXEC sp_releaseapplock 'r', 'Session'")
    assert waiting.result(5) == 1
    assert one.one(APPLOCK, "Exclusive", "Session", 100) == -1
    two.connection.close()
    assert eventually(lambda: one.one(APPLOCK, "Exclusive", "Session", 0) == 0)


def test_an_application_lock_of_a_transaction_ends_with_it(pair: tuple[Client, Client]) -> None:
    one, two = pair
    one("BEGIN TRANSACTION")
    assert one.one(APPLOCK, "Exclusive", "Transaction", 0) == 0
    assert two.one(APPLOCK, "Shared", "Session", 0) == -1
    one("ROLLBACK")
    assert two.one(APPLOCK, "Shared", "Session", 0) == 0


def test_a_deadlock_over_application_locks_is_minus_three(
    pair: tuple[Client, Client], beside: Callable[..., Future[Any]]
) -> None:
    one, two = pair
    take = APPLOCK.replace("'r'", "?")
    for client, name in zip(pair, "ab", strict=True):
        client("SET LOCK_TIMEOUT -1; BEGIN TRANSACTION")
        assert client.one(take, name, "Exclusive", "Transaction", 0) == 0
    waiting = beside(one.one, take, "b", "Exclusive", "Transaction", 20000)
    assert two.one(take, "a", "Exclusive", "Transaction", 20000) == -3
    two("ROLLBACK")
    assert waiting.result(5) == 1
    one("ROLLBACK")


# --- KILL


def test_kill_ends_an_idle_session_and_rolls_it_back(pair: tuple[Client, Client]) -> None:
    one, two = pair
    spid = two.spid
    two("BEGIN TRANSACTION; UPDATE t SET v = 0")
    assert one(f"KILL {spid}") is None
    assert eventually(lambda: not one("SELECT 1 FROM sys.dm_exec_sessions WHERE session_id = ?", spid))
    assert one("SET LOCK_TIMEOUT 2000; UPDATE t SET v = 1 WHERE id = 1") is None
    with pytest.raises(pyodbc.Error):
        two.connection.execute("SELECT 1")


def test_kill_ends_a_running_session_which_is_told(
    pair: tuple[Client, Client], beside: Callable[..., Future[Any]]
) -> None:
    one, two = pair
    spid = two.spid
    two("BEGIN TRANSACTION; UPDATE t SET v = 0")
    waiting = beside(two, "WAITFOR DELAY '00:01:00'")
    one(f"KILL {spid}")
    assert waiting.result(2) == "596"
    assert one("SET LOCK_TIMEOUT 2000; UPDATE t SET v = 1 WHERE id = 1") is None


def test_kill_refuses_itself_and_whom_it_does_not_know(pair: tuple[Client, Client]) -> None:
    one, two = pair
    assert one(f"KILL {one.spid}") == "6104"
    assert one("KILL 9999") == "6106"
    assert one(f"BEGIN TRANSACTION; KILL {two.spid}") == "6115"
    one("ROLLBACK")


# --- many at once


def test_no_update_is_lost_between_threads(served: Served) -> None:
    setup = Client(served)
    setup("DROP TABLE IF EXISTS counter; CREATE TABLE counter (v int NOT NULL); INSERT counter VALUES (0)")
    clients = [Client(served) for _ in range(4)]

    def add(client: Client) -> None:
        for _ in range(25):
            assert client("UPDATE counter SET v = v + 1") is None

    threads = [threading.Thread(target=add, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert setup.one("SELECT v FROM counter") == 100


def test_what_a_transaction_has_gathered_outlasts_news_in_what_it_was_gathered_from(
    pair: tuple[Client, Client],
) -> None:
    one, two = pair
    one("CREATE TABLE #share (share float NOT NULL); CREATE TABLE #days (id int NOT NULL PRIMARY KEY)")
    one("BEGIN TRANSACTION; INSERT #days SELECT id FROM t; INSERT #share SELECT SUM(v * 0.1) / 7 FROM t")
    for number in range(3, 6):
        assert two(f"INSERT t VALUES ({number}, {number})") is None
        assert one("INSERT log SELECT SUM(t.v) FROM t INNER JOIN #days AS days ON days.id = t.id") is None
    one("UPDATE #share SET share *= 10; INSERT log SELECT COUNT(*) FROM #days")
    assert one("SELECT share FROM #share") == [(pytest.approx(30 / 7),)]
    assert one("COMMIT") is None
    assert two("SELECT v FROM log ORDER BY v") == [(2,), (30,), (30,), (30,)]
