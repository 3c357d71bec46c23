"""T-SQL tests as pytest items: every .sql file of a folder whose conftest imports `pytest_collect_file`.

Beside cli. Each pytest process has a server and a database of its own, opened by its first T-SQL test and
closed at its end; WAREHOUSE_TEST_DSN names a server to use instead of tsqld.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from tsqlt_runner.connection import BatchFailed
from tsqlt_runner.databases import PREFIX, Project, TestDatabase
from tsqlt_runner.locating import Locator
from tsqlt_runner.places import runner_home
from tsqlt_runner.report import failure_text
from tsqlt_runner.results import Outcome, Result
from tsqlt_runner.running import explained_run
from tsqlt_runner.server import open_servers
from tsqlt_runner.sources import SqlFile, SqlTest, check_classes, find_files, read_file

_STATE: Final = pytest.StashKey["_State"]()


@dataclass
class _State:
    """What a pytest process keeps open."""

    database: TestDatabase
    locator: Locator


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect a .sql file that defines test classes."""
    if file_path.suffix != ".sql":
        return None
    collected: pytest.Collector = TsqlFile.from_parent(parent, path=file_path)
    return collected


class TsqlFile(pytest.File):
    """A file of T-SQL test classes."""

    def collect(self) -> Iterator[pytest.Item]:
        root = self.config.rootpath
        file = read_file(self.path.relative_to(root), root)
        for test in file.tests:
            yield TsqlItem.from_parent(
                self, name=f"{test.name.schema}.{test.name.name}", file=file, test=test
            )


class TsqlItem(pytest.Item):
    """One T-SQL test."""

    def __init__(self, *, file: SqlFile, test: SqlTest, **rest: Any) -> None:
        super().__init__(**rest)
        self._file = file
        self._test = test

    def runtest(self) -> None:
        state = _state(self.config)
        problem = state.database.deploy(self._file)
        if problem is not None:
            raise problem
        result = explained_run(self._test, state.database, state.locator)
        if state.database.is_littered():
            state.database.prepare()
        if result.outcome is Outcome.SKIPPED:
            pytest.skip(result.message)
        if result.outcome.is_bad:
            raise _Failed(result)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        problem = excinfo.value
        if isinstance(problem, _Failed):
            return failure_text(problem.result)
        if isinstance(problem, BatchFailed):
            return f"{self._file.path}:{problem.line}: {problem.text} ({problem.number})"
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, self._test.line - 1, self.name


class _Failed(Exception):
    def __init__(self, result: Result) -> None:
        super().__init__(result.message)
        self.result = result


def _state(config: pytest.Config) -> _State:
    """The process's database; the first call opens it."""
    if _STATE not in config.stash:
        root = config.rootpath
        worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
        stack = ExitStack()
        config.add_cleanup(stack.close)
        (server,) = stack.enter_context(
            open_servers(os.environ.get("WAREHOUSE_TEST_DSN"), runner_home(root, f"tsqlt-{worker}"), 1)
        )
        number = int(worker.removeprefix("gw")) + 1
        database = TestDatabase(server, f"{PREFIX}{number}", Project(root))
        database.prepare()
        files = [read_file(path, root) for path in find_files([root / "tests" / "tsqlt"], root)]
        check_classes(files)
        config.stash[_STATE] = _State(database, Locator(files, root))
    return config.stash[_STATE]
