"""Turns the plan into Airflow tasks: a DAG per layer, a task per step, each one call through MsSqlHook.

Beside `run`, which executes the same plan on its own; only `dags/*_injector.py` import it, for Airflow is an
extra. Adds no logic: the steps, their SQL and their order are the plan's. It adds what Airflow wants to know:
when to try again, assets in and out, owners, documentation. Sources: Airflow 3.3's documentation ("Asset-
Aware Scheduling", "Dynamic Task Mapping", "Setup and Teardown", "Retry policies") and pymssql's reference.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

from airflow.providers.microsoft.mssql.hooks.mssql import MsSqlHook
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import Asset, BaseOperator, Context, RetryDecision, RetryPolicy, TriggerRule
from airflow.sdk.exceptions import AirflowFailException, AirflowRescheduleException

from warehouse.config import check_landing, find_project
from warehouse.contracts import Contract, load_contracts
from warehouse.intake import clear_staged, landing_files, look_into, stage
from warehouse.plan import NEW_FILES, Parameter, Step, bind, build_plan, described
from warehouse.run import TRANSIENT_NUMBERS

CONNECTION_ID: Final = "warehouse"
LAYERS: Final = ("bronze", "silver", "gold")
# Our own: the target, or the landing table of an entity, is still locked by another session.
LOCKED_NUMBERS: Final = frozenset({51002, 51010})
# DB-Library's: not connected, connection dead, read or write failed, timed out.
LOST_CONNECTION: Final = frozenset({20002, 20003, 20004, 20006, 20009, 20047})
_DB_LIBRARY: Final = re.compile(rb"DB-Lib error message (\d+)")
_RETRIES: Final = 5
_FIRST_PAUSE: Final = timedelta(seconds=5)
_LONGEST_PAUSE: Final = timedelta(minutes=10)
_TURN_PAUSE: Final = timedelta(seconds=10)

_START: Final = """
DECLARE @run_id bigint;
EXEC ops.start_run @driver = %s, @external_id = %s, @run_id = @run_id OUTPUT;
SELECT @run_id AS run_id;
"""
_FINISH: Final = """
DECLARE @status nvarchar(20);
EXEC ops.finish_run @run_id = %s, @status = @status OUTPUT;
SELECT @status AS status;
"""


@dataclass(frozen=True)
class Settings:
    """What the environment of Airflow's processes says. `schedule` is a cron expression in UTC, or None."""

    contracts: Path
    landing: Path
    landing_on_server: str | None
    schedule: str | None
    pool: str

    @classmethod
    def from_environment(cls) -> Settings:
        """WAREHOUSE_PROJECT, _LANDING, _LANDING_ON_SERVER, _AIRFLOW_SCHEDULE and _AIRFLOW_POOL.

        Errors: UsageProblem when the project cannot be found.
        """
        named = os.environ.get("WAREHOUSE_PROJECT")
        project = find_project(Path(named) if named else None)
        return cls(
            contracts=project / "dags" / "contracts",
            landing=Path(os.environ.get("WAREHOUSE_LANDING") or project / ".warehouse" / "landing"),
            landing_on_server=os.environ.get("WAREHOUSE_LANDING_ON_SERVER") or None,
            schedule=os.environ.get("WAREHOUSE_AIRFLOW_SCHEDULE") or None,
            pool=os.environ.get("WAREHOUSE_AIRFLOW_POOL") or "default_pool",
        )


def error_number(error: BaseException) -> int:
    """SQL Server's or DB-Library's number in an exception of pymssql; 0 where there is none.

    DB-Library's is taken from its text: before a connection stands, pymssql shows the number of whatever the
    process was last told by another server.
    """
    first = error.args[0] if error.args else None
    if isinstance(first, tuple):  # a failed connect wraps number and text once more
        text = first[1] if len(first) > 1 else b""
        said = _DB_LIBRARY.match(text if isinstance(text, bytes) else str(text).encode())
        if said is not None:
            return int(said[1])
        first = first[0]
    return first if isinstance(first, int) else 0


class RetryTransient(RetryPolicy):
    """Tries again what may pass by itself, each time twice as late; all else fails at the first try."""

    def evaluate(
        self, exception: BaseException, try_number: int, max_tries: int, context: Context | None = None
    ) -> RetryDecision:
        """The decision for one failure; `try_number` begins at 1."""
        number = error_number(exception)
        if number not in TRANSIENT_NUMBERS | LOCKED_NUMBERS | LOST_CONNECTION:
            return RetryDecision.fail(reason=f"{type(exception).__name__} {number} will not pass by itself")
        pause = min(_FIRST_PAUSE * 2 ** (try_number - 1), _LONGEST_PAUSE)
        return RetryDecision.retry(pause, reason=f"error {number} may pass; this was try {try_number}")

    def serialize(self) -> dict[str, Any]:
        """Nothing to configure: the class is enough."""
        return {}


class WarehouseHook(MsSqlHook):
    """MsSqlHook in autocommit mode that takes every result set and writes PRINT to the task's log."""

    def __init__(self) -> None:
        super().__init__(mssql_conn_id=CONNECTION_ID, log_sql=False)

    def get_conn(self) -> Any:
        """A pymssql connection whose server messages are logged as they arrive."""
        connection = super().get_conn()
        connection._conn.set_msghandler(self._log_message)
        return connection

    def call(self, sql: str, values: Sequence[object]) -> dict[str, Any]:
        """Execute `sql` with a value per `%s`; the first row of its last result set, or {}.

        Procedures own their transactions, hence autocommit. Errors: pymssql.Error, also for an error behind
        the first result set, which pymssql raises only when that is taken.
        """
        row = self.run(
            sql, autocommit=True, parameters=tuple(values), handler=_last_row, split_statements=False
        )
        return dict(row) if isinstance(row, Mapping) else {}

    def new_paths(self, files: str) -> frozenset[str]:
        """The paths of those files (JSON, as ops.new_files takes them) that are not taken in yet."""
        statement = "EXEC sys.sp_executesql %s, %s, %s;"
        rows = self.get_records(statement, (NEW_FILES, "@files nvarchar(max)", files))
        return frozenset(str(row[0]) for row in rows)

    def execute_step(self, step: Step, run_id: int) -> dict[str, Any]:
        """The one call that a step is; its result row."""
        statement, declarations, values = bind(step, {"@run_id": ("bigint", run_id)})
        places = ", ".join(["%s"] * (len(values) + 2))
        return self.call(f"EXEC sys.sp_executesql {places};", (statement, declarations, *values))

    def _log_message(
        self, state: int, severity: int, server: bytes, procedure: bytes, line: int, text: bytes
    ) -> None:
        if severity <= 10:
            self.log.info("%s", text.decode("utf-8", "replace"))


def _last_row(cursor: Any) -> dict[str, Any]:
    row: dict[str, Any] = {}
    while True:
        if cursor.description:
            names = [column[0] for column in cursor.description]
            row = next((dict(zip(names, values, strict=True)) for values in cursor.fetchall()), {})
        if not cursor.nextset():
            return row


class StartRun(BaseOperator):
    """EXEC ops.start_run: a row in ops.runs for this DAG run, the same one when tried again; its run_id."""

    def execute(self, context: Context) -> int:
        row = WarehouseHook().call(_START, (f"airflow {self.dag_id}", context["run_id"]))
        return int(row["run_id"])


class FinishRun(BaseOperator):
    """EXEC ops.finish_run: closes the row, however the steps ended."""

    template_fields = ("ops_run_id",)

    def __init__(self, *, ops_run_id: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.ops_run_id = ops_run_id

    def execute(self, context: Context) -> str:
        return str(WarehouseHook().call(_FINISH, (self.ops_run_id,))["status"])


class ExecuteStep(BaseOperator):
    """A step of the plan: one call. Its result row goes to the log and to whoever reads its XCom."""

    template_fields = ("ops_run_id",)
    ui_color = "#e8f0fe"

    def __init__(self, *, step: Step, ops_run_id: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.step = step
        self.ops_run_id = ops_run_id

    def execute(self, context: Context) -> dict[str, Any]:
        return self._execute_step(self.step)

    def _execute_step(self, step: Step) -> dict[str, Any]:
        self.log.info("%s\n%s", step.title, step.sql)
        row = WarehouseHook().execute_step(step, self.ops_run_id)
        if not row:
            raise AirflowFailException(f"{step.id} returned no row; the batch of a step must end with one")
        log = self.log.warning if row["status"] == "refused" else self.log.info
        log(
            "%(status)s: %(rows_read)s rows read, %(rows_written)s written, %(rows_rejected)s rejected, "
            "%(milliseconds)s ms %(message)s",
            {**row, "message": row["message"] or ""},
        )
        return row


class FindFiles(BaseOperator):
    """The plan's steps for the files of one entity that are new in the landing folder now, as JSON.

    Copies that the server needs of them are made here, and those of the last run removed.
    """

    def __init__(self, *, contract: Contract, settings: Settings, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.contract = contract
        self.settings = settings

    def execute(self, context: Context) -> list[dict[str, Any]]:
        landing, contract = self.settings.landing, self.contract
        check_landing(landing)
        clear_staged(landing, f"{contract.source}/{contract.entity}")
        found = landing_files(contract, landing)
        paths = WarehouseHook().new_paths(described(found))
        new = [look_into(file) for file in found if file.relative in paths]
        for file in new:
            stage(landing, file)
        steps = build_plan([contract], new, self.settings.landing_on_server or str(landing)).layer("bronze")
        self.log.info("%d files: %s", len(steps), ", ".join(step.title for step in steps))
        return [asdict(step) for step in steps]


class LoadFile(ExecuteStep):
    """The step of one file, mapped over what FindFiles found; an entity's files follow each other."""

    def __init__(self, *, step: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(step=_step_from_json(step), **kwargs)
        self.title = self.step.title

    def execute(self, context: Context) -> dict[str, Any]:
        self._await_turn(context)
        return super().execute(context)

    def _await_turn(self, context: Context) -> None:
        """A later file's rows win over an earlier one's, so no file may overtake one that is tried again."""
        ti: Any = context["ti"]
        if ti.map_index <= 0:
            return
        earlier = ti.map_index - 1
        states = ti.get_task_states(
            dag_id=ti.dag_id, task_ids=[ti.task_id], run_ids=[ti.run_id], map_index=earlier
        )
        found = {state for by_task in states.values() for state in by_task.values()}
        if found & {"failed", "upstream_failed", "skipped", "removed"}:
            raise AirflowFailException(f"file {earlier} before this one failed; mend it and clear both")
        if found - {"success"}:
            raise AirflowRescheduleException(datetime.now(UTC) + _TURN_PAUSE)  # type: ignore[no-untyped-call]


def _step_from_json(fields: Mapping[str, Any]) -> Step:
    lists = {name: tuple(fields[name]) for name in ("depends_on", "inlets", "outlets", "after")}
    return Step(
        **{**fields, **lists, "parameters": tuple(Parameter(**item) for item in fields["parameters"])}
    )


@cache
def asset(table: str) -> Asset:
    """The asset of a table such as silver.orders, or of an entity's landing folder, landing.<entity>."""
    schema, name = table.split(".")
    uri = f"landing://{name}" if schema == "landing" else f"mssql://warehouse:1433/warehouse/{schema}/{name}"
    return Asset(name=table, uri=uri)


@cache
def layer_asset(layer: str) -> Asset:
    """What a DAG announces once, when all of its steps have succeeded; the next layer starts on it.

    Its tables' own assets would start the next layer beside steps that still run, after a run that failed.
    """
    return Asset(name=layer, uri=f"layer://warehouse/{layer}")


def dag_arguments(layer: str) -> dict[str, Any]:
    """What the DAG of a layer is made with: bronze by hand or by cron, the others after the layer below."""
    settings = Settings.from_environment()
    contracts = load_contracts(settings.contracts)
    below = LAYERS[: LAYERS.index(layer)][-1:]
    return {
        "schedule": [layer_asset(name) for name in below] or settings.schedule,
        "catchup": False,
        "max_active_runs": 1,
        "max_active_tasks": 4,
        "tags": ["warehouse", layer, *sorted({contract.source for contract in contracts})],
        "default_args": {
            "owner": "warehouse",
            "pool": settings.pool,
            "retries": _RETRIES,
            "retry_policy": RetryTransient(),
        },
    }


def bronze_tasks() -> None:
    """Fill the current DAG: per contract one task that finds the files and one, mapped, that loads each."""
    settings = Settings.from_environment()
    start = StartRun(task_id="start_run")
    loads = []
    for contract in load_contracts(settings.contracts):
        find = FindFiles(
            task_id=f"find_{contract.name}",
            contract=contract,
            settings=settings,
            inlets=[asset(f"landing.{contract.name}")],
        )
        load = LoadFile.partial(
            task_id=f"load_{contract.name}",
            owner=contract.source,
            ops_run_id=start.output,
            max_active_tis_per_dagrun=1,
            map_index_template="{{ task.title }}",
            inlets=[asset(f"landing.{contract.name}")],
            outlets=[asset(contract.table)],
            doc_md=f"**{contract.title}** → `{contract.table}`\n\n{contract.description}",
        ).expand(step=find.output)
        start >> find
        loads.append(load)
    _finish("bronze", start, loads)


def target_tasks(layer: str) -> None:
    """Fill the current DAG with the steps of silver or gold, each after the steps it depends on."""
    settings = Settings.from_environment()
    plan = build_plan(load_contracts(settings.contracts), (), "")
    start = StartRun(task_id="start_run")
    tasks: dict[str, ExecuteStep] = {}
    for step in plan.layer(layer):
        tasks[step.id] = task = ExecuteStep(
            task_id=step.entity,
            step=step,
            ops_run_id=start.output,
            inlets=[asset(table) for table in step.inlets],
            outlets=[asset(table) for table in step.outlets],
            doc_md=f"`{'`, `'.join(step.inlets)}` → **{step.title}**\n\n```sql\n{step.sql}\n```",
        )
        for name in (*step.depends_on, *step.after):
            if name in tasks:
                tasks[name] >> task
    _finish(layer, start, list(tasks.values()))


def _finish(layer: str, start: StartRun, tasks: Sequence[Any]) -> None:
    """Announce the layer when nothing failed (an entity without files is skipped); close the run anyway."""
    announce = EmptyOperator(
        task_id=f"announce_{layer}", outlets=[layer_asset(layer)], trigger_rule=TriggerRule.NONE_FAILED
    )
    finish = FinishRun(task_id="finish_run", ops_run_id=start.output)
    list(tasks) >> announce >> finish.as_teardown(setups=start)
