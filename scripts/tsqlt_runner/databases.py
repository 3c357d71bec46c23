"""Test databases: each migrated with the project's own migrations once, then kept and brought up to date.

After server, sources and framework. A database remembers, in tables of its own, the hash of what was last
deployed from the project, of the framework and of each test file, so that a run deploys only what changed.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tsql.batches import split_batches
from tsql.names import literal, quote
from tsqlt_runner import framework
from tsqlt_runner.connection import BatchFailed, Connection, ServerError
from tsqlt_runner.errors import CannotRun
from tsqlt_runner.server import Server
from tsqlt_runner.sources import SqlFile

PREFIX: Final = "warehouse_test_"
_PROJECT: Final = "project"
_FRAMEWORK: Final = "framework"
_MEMORY: Final = """
IF SCHEMA_ID(N'tsqlt_runner') IS NULL
    EXEC (N'CREATE SCHEMA tsqlt_runner');
IF OBJECT_ID(N'tsqlt_runner.deployed', N'U') IS NULL
    CREATE TABLE tsqlt_runner.deployed (
        item nvarchar(400) NOT NULL CONSTRAINT PK_tsqlt_runner_deployed PRIMARY KEY,
        content_hash char(64) NOT NULL
    );
"""
_DROP: Final = """
IF DB_ID({name}) IS NOT NULL
BEGIN
    ALTER DATABASE {quoted} SET SINGLE_USER WITH ROLLBACK IMMEDIATE;
    DROP DATABASE {quoted};
END;
"""


@dataclass(frozen=True)
class Project:
    """The project under test. `bundled` tells whose framework runs: the package's, or the one installed."""

    root: Path
    bundled: bool = True

    def content_hash(self) -> str:
        """SHA-256 of everything that `warehouse migrate` reads."""
        digest = hashlib.sha256()
        for folder in ("migrations", "database"):
            for file in sorted((self.root / folder).rglob("*.sql")):
                digest.update(f"{file.relative_to(self.root)}\n".encode())
                digest.update(file.read_bytes())
        return digest.hexdigest()


@dataclass
class TestDatabase:
    """One test database and the connection of the thread that uses it."""

    __test__ = False

    server: Server
    name: str
    project: Project
    _connection: Connection | None = None
    _deployed: dict[str, str] = field(default_factory=dict)
    _making: threading.Lock = field(default_factory=threading.Lock)

    @property
    def connection(self) -> Connection:
        """The connection; made anew after it was lost."""
        if self._connection is None:
            self._connection = self.server.connect(self.name)
        return self._connection

    def reconnect(self) -> None:
        """Give the connection up; the next use makes a new one."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def prepare(self) -> None:
        """Migrate and deploy the framework, where they changed. Errors: CannotRun."""
        wanted = self.project.content_hash()
        self._remember()
        if self._deployed.get(_FRAMEWORK) and self.is_littered():
            self._drop()
            self._remember()
        if self._deployed.get(_PROJECT) != wanted:
            self._migrate()
            self._remember()
            self._note(_PROJECT, wanted)
        if not self.project.bundled:
            self._check_installed()
        elif self._deployed.get(_FRAMEWORK) != framework.framework_hash():
            self._deploy_framework()

    def is_littered(self) -> bool:
        """Whether a test left doubles in the place of what they stood in for."""
        if not self.project.bundled:
            return False
        found = self.connection.rows("SELECT COUNT(*) AS doubles FROM tSQLt.Private_TestDoubles;")
        return int(found[0]["doubles"]) > 0

    def deploy(self, file: SqlFile) -> BatchFailed | None:
        """Run a test file whose text changed; the error of its first bad batch, with the file's line."""
        item = str(file.path)[-400:]
        if self._deployed.get(item) == file.content_hash:
            return None
        for batch in file.batches:
            try:
                self.connection.run(batch.text)
            except BatchFailed as problem:
                line = batch.script_line(problem.line)
                return BatchFailed(problem.number, line, problem.procedure, problem.text)
            except ServerError as problem:
                return BatchFailed(0, batch.line, "", str(problem))
        self._note(item, file.content_hash)
        return None

    def _remember(self) -> None:
        """Read what is deployed; nothing where the database does not exist."""
        try:
            self.connection.run(_MEMORY)
            rows = self.connection.rows("SELECT item, content_hash FROM tsqlt_runner.deployed;")
        except CannotRun:
            with self.server.connect("master") as master:
                if master.rows(f"SELECT 1 AS found WHERE DB_ID({literal(self.name)}) IS NOT NULL;"):
                    raise
            rows = []
        self._deployed = {row["item"]: row["content_hash"] for row in rows}

    def _note(self, item: str, content_hash: str) -> None:
        self.connection.run(
            f"DELETE FROM tsqlt_runner.deployed WHERE item = {literal(item)}; "
            "INSERT INTO tsqlt_runner.deployed (item, content_hash) "
            f"VALUES ({literal(item)}, {literal(content_hash)});"
        )
        self._deployed[item] = content_hash

    def _migrate(self) -> None:
        """`warehouse migrate`; where that refuses an edited migration, in a database made anew."""
        self.reconnect()
        first = self._run_migrate()
        if first.returncode == 0:
            return
        self._drop()
        second = self._run_migrate()
        if second.returncode != 0:
            raise CannotRun((second.stderr.strip().splitlines() or ["warehouse migrate failed"])[-1])

    def _drop(self) -> None:
        self.reconnect()
        with self.server.connect("master") as master:
            master.rows(_DROP.format(name=literal(self.name), quoted=quote(self.name)))

    def _run_migrate(self) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "warehouse", "migrate", "--project", str(self.project.root)],
            env={**os.environ, "WAREHOUSE_DSN": self.server.dsn(self.name)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def _deploy_framework(self) -> None:
        for name, text in framework.scripts():
            for batch in split_batches(text):
                try:
                    self.connection.run(batch.text)
                except BatchFailed as problem:
                    line = batch.script_line(problem.line)
                    raise CannotRun(
                        f"the framework's {name} cannot be deployed: line {line}: {problem}"
                    ) from None
        self._note(_FRAMEWORK, framework.framework_hash())

    def _check_installed(self) -> None:
        found = self.connection.rows("SELECT OBJECT_ID(N'tSQLt.RunWithNullResults', N'P') AS id;")
        if found[0]["id"] is None:
            raise CannotRun(
                f"{self.name} has no tSQLt installed; install it there, or run with --framework bundled"
            )
