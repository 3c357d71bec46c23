"""The engine: one DuckDB instance with every database of a data directory attached, and what sessions share.

`Engine.open` takes the directory (one process at a time), `login` hands out sessions. Databases are files
`<name>.duckdb` beside each other; master, tempdb, model and msdb are always there.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import hmac
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

import duckdb

from tsqld.binder.scope import quoted
from tsqld.catalog import store
from tsqld.catalog.model import Catalog
from tsqld.catalog.upgrades import FromTheFuture
from tsqld.errors import TsqlError, error
from tsqld.functions import install
from tsqld.functions.sqltext import quote, udf_error
from tsqld.runtime import rowcalls
from tsqld.runtime.backups import BackupFailed, read_backup, write_backup
from tsqld.runtime.ddl.tempnames import TemporaryNumbers
from tsqld.runtime.eventsessions import EventSessions
from tsqld.runtime.identity import Counters
from tsqld.runtime.keptvalues import unstable_names
from tsqld.runtime.known import KnownDatabases
from tsqld.runtime.locks import LockManager
from tsqld.runtime.passwords import Remembered
from tsqld.runtime.plans import Plans, Texts
from tsqld.runtime.querystats import QueryStats
from tsqld.runtime.session import Session
from tsqld.runtime.walcheck import has_lost_commits
from tsqld.security.principals import SA, login_of
from tsqld.security.rights import SERVER, Rights

SYSTEM_DATABASES = ("master", "tempdb", "model", "msdb")
_FIRST_SPID = 51
_LEFTOVERS = (
    "*.unfinished",
    "*.unfinished.wal",
    "*.restored",
    "*.duckdb.new",
    "*.duckdb.new.wal",
    "kept/*",
)
MEMORY_LIMIT = "1100MiB"
"""What DuckDB may hold; beyond it, sorts and temp tables go to `tmp` in the data directory. A statement that
still does not fit is run again with more: see `Engine.more_memory`."""
_LIMIT = "SET memory_limit = '{}'"
_OWN_LIMIT = "RESET memory_limit"
"""DuckDB's own limit: four fifths of what the machine, or the container, has."""
MORE_MEMORY = (_LIMIT.format("2200MiB"), _OWN_LIMIT)
"""What a statement is given that needs it, first and last."""

LONGEST_LOG = "8MiB"
"""A longer log is taken into its file: a start after a crash reads a mebibyte in a tenth of a second."""


class DataInUse(Exception):
    """Another process serves the data directory."""


class LoginFailed(Exception):
    """A login that is refused: `number` 18456, 18470, 4060 or 4064, and the message for the client.

    `state` and `reason` are for the log only: they would tell a guesser what was wrong.
    """

    def __init__(self, number: int, message: str, state: int = 1, reason: str = "") -> None:
        super().__init__(message)
        self.number = number
        self.message = message
        self.state = state
        self.reason = reason


def locked(data: Path) -> IO[str]:
    """The lock of a data directory, made when missing; held until the file is closed. Error: DataInUse."""
    data.mkdir(parents=True, exist_ok=True)
    lock = (data / "tsqld.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        raise DataInUse(f"{data} is in use by another tsqld") from None
    return lock


class DamagedDatabase(Exception):
    """A database file that cannot be read; the message names it and says what to do."""


class Engine:
    """What all sessions of a server share. Thread-safe where sessions meet."""

    def __init__(self, data: Path, lock: IO[str], sa_password: str) -> None:
        self.data = data
        self.started = dt.datetime.now()
        self.connection = duckdb.connect(":memory:")
        self.locks = LockManager()
        self.counters = Counters(self)
        self.event_sessions = EventSessions()
        self.query_stats = QueryStats()
        self.catalogs: dict[str, Catalog] = {}
        self.committed: dict[str, int] = {}
        self.commits = 0
        self.defined = 0
        """The last commit that changed a catalog."""
        self.committing = threading.RLock()
        """Held from a commit until it is published: who holds it knows of all that anybody can see."""
        self.sessions: dict[int, Session] = {}
        self.global_temporaries: dict[str, Any] = {}
        self.temporary_numbers = TemporaryNumbers()
        self.plans = Plans()
        self.texts = Texts()
        self.row_calls: dict[int, Callable[[Sequence[str | None]], Any]] = {}
        self.unstable_names: frozenset[str] = frozenset()
        """DuckDB's functions that may answer otherwise the next time."""
        self._lock = lock
        self._sa_password = sa_password
        self._passwords = Remembered()
        self._mutex = threading.RLock()
        self._needs: list[int] = []
        self.is_beyond_memory = False
        """DuckDB may hold more than MEMORY_LIMIT."""
        self._serial = 0
        self.known = KnownDatabases(data / "databases.json")

    @classmethod
    def open(cls, data: Path, sa_password: str) -> Engine:
        """Serve a data directory, made when missing. Errors: DataInUse, DamagedDatabase."""
        engine = cls(data, locked(data), sa_password)
        install(engine.connection)
        engine.connection.create_function(
            "tsqld_next_value",
            engine._next_value,
            [duckdb.sqltype("VARCHAR"), duckdb.sqltype("INTEGER")],
            duckdb.sqltype("BIGINT"),
            side_effects=True,
        )
        rowcalls.install(engine)
        engine.unstable_names = unstable_names(engine.connection)
        engine.connection.execute("SET preserve_insertion_order = true")
        # Else each text is searched for names of Python's variables, a third of the time of a small one.
        engine.connection.execute("SET python_enable_replacements = false")
        # Half the work of a large insert went into choosing this one; files are twice as large without it.
        engine.connection.execute("SET disabled_compression_methods = 'dict_fsst'")
        engine.connection.execute(_LIMIT.format(MEMORY_LIMIT))
        engine.connection.execute(f"SET checkpoint_threshold = '{LONGEST_LOG}'")
        engine.connection.execute("SET temp_directory = $1", [str(data / "tmp")])
        try:
            engine._tidy()
            for name in engine.known.names():
                engine._require(name)
            for path in sorted(data.glob("*.duckdb")):
                engine._attach(path.stem)
        except (DamagedDatabase, ValueError) as problem:
            engine.connection.close()
            engine._lock.close()
            if isinstance(problem, DamagedDatabase):
                raise
            raise DamagedDatabase(f"{engine.known.path} is damaged; remove it: it is made anew") from None
        for name in SYSTEM_DATABASES:
            if name.lower() not in engine.catalogs:
                engine._create(name)
        return engine

    @property
    def memory_steps(self) -> int:
        """How often a statement that does not fit is given more."""
        return len(MORE_MEMORY)

    @contextmanager
    def more_memory(self, step: int) -> Iterator[None]:
        """Let DuckDB hold what MORE_MEMORY says at `step` while a statement runs that does not fit."""
        with self._mutex:
            self._needs.append(step)
            self.is_beyond_memory = True
            self._limit_memory(MORE_MEMORY[max(self._needs)])
        try:
            yield
        finally:
            with self._mutex:
                self._needs.remove(step)
            self.less_memory()

    def less_memory(self) -> None:
        """Go back to MEMORY_LIMIT, or to what others need; where something holds more, when it does not."""
        with self._mutex:
            if not self.is_beyond_memory:
                return
            # What a result still holds cannot be taken from it: statements that follow try again.
            with suppress(duckdb.OutOfMemoryException):
                self._limit_memory(
                    MORE_MEMORY[max(self._needs)] if self._needs else _LIMIT.format(MEMORY_LIMIT)
                )
                self.is_beyond_memory = bool(self._needs)

    def _limit_memory(self, sql: str) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute(sql)

    def close(self) -> None:
        """Roll back what is open, write checkpoints, release the directory."""
        for session in list(self.sessions.values()):
            session.close()
        self.counters.close()
        self._limit_memory(_OWN_LIMIT)  # a checkpoint that fails makes its database useless
        for name in list(self.catalogs):
            self.connection.execute(f"DETACH {quoted(self.catalogs[name].name)}")
        self.connection.close()
        self._lock.close()

    # databases

    def _path(self, name: str) -> Path:
        return self.data / f"{name}.duckdb"

    def _attach(self, name: str) -> None:
        target = ":memory:" if name.lower() == "tempdb" else str(self._path(name))
        if has_lost_commits(self._path(name).with_suffix(".duckdb.wal")):
            raise DamagedDatabase(f"{target}.wal is damaged: commits are lost; {self._remedy(name)}")
        try:
            self.connection.execute(f"ATTACH {quote(target)} AS {quoted(name)}")
            self.catalogs[name.lower()] = store.load(self.connection.execute, name)
        except FromTheFuture as problem:
            raise DamagedDatabase(f"{target} cannot be served: {problem}") from None
        except (duckdb.Error, ValueError, StopIteration) as problem:
            first = str(problem).strip().partition("\n")[0] or type(problem).__name__
            raise DamagedDatabase(f"{target} is damaged: {first}; {self._remedy(name)}") from None
        self.known.add(name)
        self._drop_leftovers(name)

    def _remedy(self, name: str) -> str:
        return f"put a backup in its place: tsqld restore --data {self.data} --database {name} --replace FILE"

    def _require(self, name: str) -> None:
        """A database that was here must be here. Error: DamagedDatabase."""
        path = self._path(name)
        if name.lower() != "tempdb" and not path.exists():
            otherwise = f"or take its line out of {self.known.path}"
            raise DamagedDatabase(f"{path} is missing; {self._remedy(name)}, {otherwise}")

    def _tidy(self) -> None:
        """Remove what a crash in the middle of making, restoring or dropping a database has left."""
        for pattern in _LEFTOVERS:
            for path in self.data.glob(pattern):
                path.unlink()
        known = {name.lower() for name in self.known.names()}
        for wal in self.data.glob("*.duckdb.wal"):
            name = wal.name.removesuffix(".duckdb.wal")
            if not self._path(name).exists() and known and name.lower() not in known:
                wal.unlink()

    def _drop_leftovers(self, name: str) -> None:
        """Global temporary tables that a crash has left."""
        found = self.connection.execute(
            "SELECT table_name FROM duckdb_tables() WHERE database_name = $1 AND schema_name = '__tsqld' "
            "AND table_name LIKE '##%'",
            [name],
        ).fetchall()
        for (table,) in found:
            self.connection.execute(f"DROP TABLE {quoted(name)}.__tsqld.{quoted(table)}")

    def _create(self, name: str, owner: str = SA) -> None:
        """A new database, whose file gets its name when it is whole."""
        in_memory = name.lower() == "tempdb"
        made = self._path(name).with_suffix(".duckdb.new")
        target = ":memory:" if in_memory else str(made)
        self.connection.execute(f"ATTACH {quote(target)} AS {quoted(name)}")
        self.connection.execute("BEGIN TRANSACTION")
        now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
        catalog = store.create(self.connection.execute, name, now, "" if owner == SA else owner)
        self.connection.execute("COMMIT")
        if in_memory:
            self.catalogs[name.lower()] = catalog
            return
        self.connection.execute(f"DETACH {quoted(name)}")
        made.replace(self._path(name))
        self._attach(name)

    def create_database(self, name: str, line: int, owner: str = SA) -> None:
        """CREATE DATABASE, by the login that will own it. Error 1801."""
        with self._mutex:
            if name.lower() in self.catalogs:
                raise error(1801, name, line=line)
            self._create(name, owner)

    def backup(self, name: str, path: Path) -> int:
        """Copy a database into a file while it is served; the file's bytes. Error: BackupFailed."""
        catalog = self.catalog(name)
        if catalog is None:
            raise BackupFailed(f"there is no database {name}; SELECT name FROM sys.databases lists them")
        return write_backup(self.connection, catalog.name, path)

    def restore(self, name: str, path: Path, *, replace: bool) -> None:
        """Serve a backup under a name, in the place of its database with `replace`. Error: BackupFailed."""
        with self._mutex:
            known = self.catalog(name)
            if name.lower() in map(str.lower, SYSTEM_DATABASES):
                raise BackupFailed(f"{name} is a system database; stop the server to restore it")
            if known is not None and not replace:
                raise BackupFailed(f"there is a database {known.name} already; add --replace to overwrite it")
            users = [
                session.spid for session in self.sessions.values() if session.database.lower() == name.lower()
            ]
            if users:
                raise BackupFailed(
                    f"database {name} is in use by session {users[0]}; close its connections first"
                )
            arrived = self.data / f"{name}.duckdb.restored"
            read_backup(self.connection, path, known.name if known else name, arrived)
            if known is not None:
                self._detach(known)
            arrived.replace(self._path(known.name if known else name))
            self._attach(known.name if known else name)

    def status(self) -> dict[str, Any]:
        """What runs here: since when, who is connected and doing what, what is locked and who waits, and the
        databases with their bytes on disk."""
        sizes = {
            catalog.name: sum(path.stat().st_size for path in self.data.glob(f"{catalog.name}.duckdb*"))
            for catalog in list(self.catalogs.values())
        }
        return {
            "started": self.started.isoformat(timespec="seconds"),
            "sessions": len(self.sessions),
            "connected": [
                {
                    "session": session.spid,
                    "login": session.login,
                    "host": session.host,
                    "program": session.app,
                    "database": session.database,
                    "since": session.logged_in.isoformat(timespec="seconds"),
                    "running": session.running,
                    "transactions": session.trancount,
                }
                for session in list(self.sessions.values())
            ],
            "locks": [
                {"resource": resource, "mode": mode, "session": spid}
                for resource, mode, spid in self.locks.held()
            ],
            "waiting": [
                {"resource": resource, "mode": mode, "session": spid, "for": blocker}
                for resource, mode, spid, blocker in self.locks.waiting()
            ],
            "databases": sizes,
        }

    def drop_database(self, name: str) -> None:
        with self._mutex:
            catalog = self.catalogs[name.lower()]
            self._detach(catalog)
            self.known.remove(catalog.name)
            for path in (self._path(catalog.name), self._path(catalog.name).with_suffix(".duckdb.wal")):
                path.unlink(missing_ok=True)

    def _detach(self, catalog: Catalog) -> None:
        """Close a database's file; its log is written into it."""
        del self.catalogs[catalog.name.lower()]
        self.counters.forget_database(catalog.name)
        self.connection.execute(f"DETACH {quoted(catalog.name)}")

    def catalog(self, name: str) -> Catalog | None:
        return self.catalogs.get(name.lower())

    def published(self, catalogs: Mapping[str, Catalog], written: Iterable[str]) -> None:
        """A transaction committed: its catalogs are everybody's and its tables have news."""
        with self._mutex:
            for key, catalog in catalogs.items():
                self.catalogs[key] = catalog
            self.commits += 1
            if catalogs:
                self.defined = self.commits
            for name in (*written, *(f"catalog:{key}" for key in catalogs)):
                self.committed[name] = self.commits

    def _next_value(self, sequence: str, spid: int) -> int:
        """The next value of a sequence for one row of a query that a session runs."""
        try:
            return self.sessions[spid].interpreter.evaluator.next_value(sequence)
        except TsqlError as problem:
            raise udf_error(problem) from None

    def serial(self) -> int:
        """A number never given before in this process."""
        with self._mutex:
            self._serial += 1
            return self._serial

    # sessions

    def login(
        self, user: str, password: str, database: str | None, *, app: str = "", host: str = ""
    ) -> Session:
        """A session for a login. Errors: LoginFailed 18456, 18470, 4060, 4064."""
        own = self._admitted(user, password)
        catalog = self.catalog(database or own)
        session = None
        if catalog is not None:
            with self._mutex:
                spid = _FIRST_SPID
                while spid in self.sessions:
                    spid += 1
                session = Session(self, spid, user, catalog.name, app, host)
                self.sessions[spid] = session
            if session.authority.connects(catalog.name):
                return session
            session.close()
        if database is None:
            raise LoginFailed(4064, "Cannot open user default database. Login failed.", 40)
        message = f'Cannot open database "{database}" requested by the login. The login failed.'
        raise LoginFailed(
            4060, message, 38, f"Failed to open the explicitly specified database '{database}'."
        )

    def _admitted(self, user: str, password: str) -> str:
        """The default database of a login whose password is right. Error: LoginFailed."""
        failed = f"Login failed for user '{user}'."
        if user.lower() == SA:
            if hmac.compare_digest(password.encode(), self._sa_password.encode()):
                return "master"
            raise LoginFailed(18456, failed, 8, "Password did not match that for the login provided.")
        login = login_of(self.catalogs["master"], user)
        if login is None:
            reason = "Could not find a login matching the name provided."
            raise LoginFailed(18456, failed, 5, reason)
        if not self._passwords.matches(password, login.password):
            raise LoginFailed(18456, failed, 8, "Password did not match that for the login provided.")
        if login.disabled:
            raise LoginFailed(18470, f"{failed[:-1]}. Reason: The account is disabled.", 7)
        master = self.catalogs["master"]
        if not Rights(master, master, None, login.name).allows("CONNECT SQL", SERVER):
            raise LoginFailed(18456, failed, 12, "Login is valid login, but server access failed.")
        return login.database

    def left(self, session: Session) -> None:
        with self._mutex:
            self.sessions.pop(session.spid, None)
