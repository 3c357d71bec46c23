"""Runs tests: files spread over test databases, one thread and connection each.

After databases. A test runs through `tSQLt.RunWithNullResults`, which leaves its result in tSQLt.TestResult
whatever the test did; that table, not what reaches the client, tells how it went.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Final

from tsql.names import literal
from tsqlt_runner.connection import ServerError
from tsqlt_runner.coverage import Coverage
from tsqlt_runner.databases import TestDatabase
from tsqlt_runner.errors import CannotRun
from tsqlt_runner.locating import Locator
from tsqlt_runner.results import OUTCOMES, FileResult, Outcome, Result
from tsqlt_runner.sources import SqlFile, SqlTest
from tsqlt_runner.tracing import traced

Report = Callable[[FileResult], None]

_RESULT: Final = "SELECT results.Result AS result, results.Msg AS message FROM tSQLt.TestResult AS results;"
_RENAMING: Final = "Caution: Changing any part of an object name could break scripts and stored procedures."


@dataclass(frozen=True, slots=True)
class Job:
    """A file and those of its tests that are to run."""

    file: SqlFile
    tests: tuple[SqlTest, ...]


def run_jobs(
    jobs: Sequence[Job],
    databases: Sequence[TestDatabase],
    locator: Locator,
    report: Report,
    coverage: Coverage | None = None,
) -> None:
    """Run all jobs, each reported when it ends. Errors: CannotRun when a database cannot be prepared."""
    waiting: queue.SimpleQueue[Job] = queue.SimpleQueue()
    for job in sorted(jobs, key=lambda job: -len(job.tests)):
        waiting.put(job)
    reporting = threading.Lock()
    failures: list[BaseException] = []

    def work(database: TestDatabase) -> None:
        try:
            database.prepare()
            with ExitStack() as stack:
                measure = None
                if coverage is not None:
                    name, latency = f"tsqlt_runner_{database.name}", database.server.dispatch_seconds
                    measuring = coverage.measuring(database.connection, name, latency)
                    measure = stack.enter_context(measuring)
                while not failures:
                    result = run_job(waiting.get_nowait(), database, locator)
                    if measure is not None:
                        measure.take()
                    with reporting:
                        report(result)
        except queue.Empty:
            return
        except BaseException as problem:  # noqa: BLE001  raised again below, in the thread that waits
            failures.append(problem)

    threads = [threading.Thread(target=work, args=(database,), daemon=True) for database in databases]
    for thread in threads:
        thread.start()
    for thread in threads:
        while thread.is_alive():
            thread.join(0.2)  # so that Ctrl-C reaches the main thread
    if failures:
        raise failures[0]


def run_job(job: Job, database: TestDatabase, locator: Locator) -> FileResult:
    """Deploy a file where it changed, and run its tests."""
    problem = database.deploy(job.file)
    if problem is not None:
        return FileResult(
            job.file.path, (), f"{job.file.path}:{problem.line}: {problem.text} ({problem.number})"
        )
    results = []
    for test in job.tests:
        results.append(explained_run(test, database, locator))
        if database.is_littered():
            database.prepare()
            database.deploy(job.file)
    return FileResult(job.file.path, tuple(results))


def explained_run(test: SqlTest, database: TestDatabase, locator: Locator) -> Result:
    """Run one test; when it fails, find out where."""
    result = locator.located(run_test(test, database))
    return traced(result, database, locator, _call(test)) if result.outcome.is_bad else result


def _call(test: SqlTest) -> str:
    return f"EXEC tSQLt.RunWithNullResults {literal(test.name.quoted)};"


def run_test(test: SqlTest, database: TestDatabase) -> Result:
    """Run one test; whatever it does to its connection, the next one finds a working one."""
    started = time.monotonic()
    told = ""
    printed: tuple[str, ...] = ()
    try:
        database.connection.rows(_call(test))
        printed = tuple(text for text in database.connection.messages if text != _RENAMING)
    except ServerError as problem:
        told = str(problem)
    result = replace(_recorded(test, database, told), seconds=time.monotonic() - started)
    return replace(result, printed=printed)


def _recorded(test: SqlTest, database: TestDatabase, told: str) -> Result:
    """The result as the framework recorded it; what reached the client where it did not."""
    try:
        rows = database.connection.rows(_RESULT)
        database.connection.rows("IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION;")
    except (ServerError, CannotRun) as problem:
        database.reconnect()
        return Result(test, Outcome.ERROR, told or str(problem), 0.0)
    if len(rows) != 1 or rows[0]["result"] not in OUTCOMES:
        return Result(test, Outcome.ERROR, told or "the framework recorded no result", 0.0)
    outcome = OUTCOMES[rows[0]["result"]]
    message = rows[0]["message"] or ""
    return Result(test, outcome, f"{message}\n{told}".strip() if outcome is Outcome.ERROR else message, 0.0)
