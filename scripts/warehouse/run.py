"""Executes a plan: every step one call, independent steps side by side, each exactly as often as it needs.

After plan. Holds no business logic: a step is a T-SQL batch that the plan wrote, run through sp_executesql. A
step that fails for a passing reason is tried again, which is safe because every step may be repeated; what
depends on a failed step is skipped, and everything else still runs.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any, Final

from warehouse.connection import Server
from warehouse.errors import SqlFailed, Unreachable, WarehouseError
from warehouse.odbc import Answer, Connection
from warehouse.plan import Plan, Step, bind

DRIVER: Final = "warehouse run"
# Deadlock victim, lock time-out, snapshot conflict, and Azure SQL's "try again later" numbers.
TRANSIENT_NUMBERS: Final = frozenset(
    {1205, 1222, 3960, 40197, 40501, 40540, 40613, 10928, 10929, 49918, 49919, 49920}
)
LOST_CONNECTION: Final = frozenset({"08S01", "08001", "08003", "08007", "HYT00", "HYT01"})
_ATTEMPTS: Final = 5
_FIRST_PAUSE_SECONDS: Final = 0.25
_CANCEL_SECONDS: Final = 0.1

_START: Final = """
DECLARE @run_id bigint;
EXEC ops.start_run @driver = @driver, @run_id = @run_id OUTPUT;
SELECT @run_id AS run_id;
"""
_FINISH: Final = """
DECLARE @status nvarchar(20);
EXEC ops.finish_run @run_id = @run_id, @status = @status OUTPUT;
SELECT @status AS status;
"""


@dataclass(frozen=True, slots=True)
class StepResult:
    """How a step ended: 'done', 'up to date', 'refused', 'failed' or 'skipped', its rows and its time.

    `number` is the server's error number of a failed step, `message` the error, the refusal or the reason.
    """

    step: Step
    status: str
    rows_read: int = 0
    rows_written: int = 0
    rows_rejected: int = 0
    milliseconds: int = 0
    message: str = ""
    number: int = 0


class Observer:
    """What is told of a run as it happens; from the thread that called `execute`. This one keeps still."""

    def started(self, step: Step) -> None:
        """A step was handed to a worker."""

    def ended(self, result: StepResult) -> None:
        """A step ended or was skipped."""


@dataclass(frozen=True, slots=True)
class RunResult:
    """A finished run: its number in ops.runs, its steps in the order they ended, and seconds on the clock."""

    run_id: int
    steps: tuple[StepResult, ...]
    seconds: float

    @property
    def failed(self) -> tuple[StepResult, ...]:
        """The steps that failed, without those skipped because of them."""
        return tuple(step for step in self.steps if step.status == "failed")

    def count(self, status: str) -> int:
        """How many steps ended with `status`."""
        return sum(step.status == status for step in self.steps)


def execute(server: Server, plan: Plan, observer: Observer, *, workers: int = 2) -> RunResult:
    """Run `plan` and log it in ops.runs. Errors: Unreachable, SqlFailed when the run cannot be opened.

    KeyboardInterrupt cancels what runs and closes the run before it goes on.
    """
    started = time.monotonic()
    with server.connect() as control:
        run_id = _open_run(control)
        pool = _Pool(server, run_id, workers)
        try:
            results = _schedule(plan, pool, observer)
        finally:
            pool.close()
            _close_run(server, run_id)
    return RunResult(run_id, tuple(results), time.monotonic() - started)


def _open_run(connection: Connection) -> int:
    answer = connection.call(_START, "@driver nvarchar(100)", (DRIVER,))
    return int(answer.rows[0]["run_id"])


def _close_run(server: Server, run_id: int) -> None:
    """Close the run on a connection of its own: the first one may have been lost with a restarted server."""
    try:
        with server.connect() as connection:
            connection.call(_FINISH, "@run_id bigint", (run_id,))
    except Unreachable:
        return  # the next run closes it as abandoned


def _schedule(plan: Plan, pool: _Pool, observer: Observer) -> list[StepResult]:
    """Hand out steps as soon as what they need has ended well."""
    waiting = {step.id: step for step in plan.steps}
    results: dict[str, StepResult] = {}
    running: dict[Future[StepResult], Step] = {}

    def record(result: StepResult) -> None:
        results[result.step.id] = result
        observer.ended(result)

    while waiting or running:
        decided = [step for step in waiting.values() if _decided(step, waiting, running)]
        if not decided and not running:
            raise WarehouseError(f"the steps {', '.join(waiting)} wait for each other; correct the contracts")
        for step in decided:
            del waiting[step.id]
            obstacle = _obstacle(step, results)
            if obstacle:
                record(StepResult(step, "skipped", message=f"{obstacle} did not succeed"))
            else:
                observer.started(step)
                running[pool.submit(step)] = step
        if not running:
            continue
        ended, _ = wait(running, return_when=FIRST_COMPLETED)
        for future in ended:
            del running[future]
            record(future.result())
    return list(results.values())


def _decided(step: Step, waiting: Mapping[str, Step], running: Mapping[Future[StepResult], Step]) -> bool:
    """Whether everything the step waits for has ended. What is no step of this plan counts as ended."""
    active = {item.id for item in running.values()}
    return not any(name in waiting or name in active for name in (*step.depends_on, *step.after))


def _obstacle(step: Step, results: Mapping[str, StepResult]) -> str:
    """The first step it depends on that failed or was skipped, or ''."""
    ended = (results[name] for name in step.depends_on if name in results)
    return next((result.step.id for result in ended if result.status in ("failed", "skipped")), "")


class _Pool:
    """Worker threads with a connection each."""

    def __init__(self, server: Server, run_id: int, workers: int) -> None:
        self._server = server
        self._run_id = run_id
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="step")
        self._local = threading.local()
        self._connections: list[Connection] = []
        self._futures: list[Future[StepResult]] = []
        self._closing = threading.Event()

    def submit(self, step: Step) -> Future[StepResult]:
        """Run a step on the next free worker."""
        future = self._threads.submit(self._run, step)
        self._futures.append(future)
        return future

    def close(self) -> None:
        """Cancel what still runs, wait for the workers, close their connections."""
        self._closing.set()
        self._threads.shutdown(wait=False, cancel_futures=True)
        while not all(future.done() for future in self._futures):
            for connection in self._connections:
                connection.cancel()  # again and again: a call may have begun just after the last time
            time.sleep(_CANCEL_SECONDS)
        for connection in self._connections:
            connection.close()

    def _run(self, step: Step) -> StepResult:
        started = time.monotonic()
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                return _result(step, self._attempt(step))
            except (SqlFailed, Unreachable) as error:
                self._forget_lost_connection(error)
                if attempt == _ATTEMPTS or not is_transient(error) or self._pause(attempt):
                    return _failure(step, error, started)
        raise AssertionError("unreachable: the last attempt returns")

    def _attempt(self, step: Step) -> Answer:
        statement, declarations, values = bind(step, {"@run_id": ("bigint", self._run_id)})
        return self._connection().call(statement, declarations, values)

    def _connection(self) -> Connection:
        known: Connection | None = getattr(self._local, "connection", None)
        if known is None:
            known = self._local.connection = self._server.connect()
            self._connections.append(known)
        return known

    def _forget_lost_connection(self, error: WarehouseError) -> None:
        known: Connection | None = getattr(self._local, "connection", None)
        if known is not None and _lost(error):
            known.close()
            self._connections.remove(known)
            self._local.connection = None

    def _pause(self, attempt: int) -> bool:
        """Wait before the next attempt, twice as long each time; True when the run is closing meanwhile."""
        seconds = _FIRST_PAUSE_SECONDS * 2 ** (attempt - 1)
        return self._closing.wait(seconds * random.uniform(0.5, 1.5))


def is_transient(error: WarehouseError) -> bool:
    """Whether the same step may well succeed when tried again."""
    if _lost(error):
        return True
    return isinstance(error, SqlFailed) and any(
        item.number in TRANSIENT_NUMBERS for item in error.diagnostics
    )


def _lost(error: WarehouseError) -> bool:
    """Whether the connection is gone or could not be made."""
    if isinstance(error, SqlFailed):
        return any(item.sqlstate in LOST_CONNECTION for item in error.diagnostics)
    cause = error.__cause__
    return isinstance(error, Unreachable) and isinstance(cause, SqlFailed) and _lost(cause)


def _result(step: Step, answer: Answer) -> StepResult:
    if not answer.rows:
        return StepResult(
            step, "failed", message="the step returned no result row; its batch must end with one"
        )
    row = answer.rows[-1]
    return StepResult(
        step,
        str(row["status"]),
        _whole(row["rows_read"]),
        _whole(row["rows_written"]),
        _whole(row["rows_rejected"]),
        _whole(row["milliseconds"]),
        str(row["message"] or ""),
    )


def _whole(value: Any) -> int:
    return int(value or 0)


def _failure(step: Step, error: WarehouseError, started: float) -> StepResult:
    milliseconds = round((time.monotonic() - started) * 1000)
    number = error.number if isinstance(error, SqlFailed) else 0
    return StepResult(step, "failed", milliseconds=milliseconds, message=str(error), number=number)
