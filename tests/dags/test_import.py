"""The DAG files as Airflow's DAG processor sees them: nothing runs here."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from airflow.dag_processing.dagbag import BundleDagBag
from airflow.sdk import DAG
from airflow.serialization.serialized_objects import DagSerialization
from tests.conftest import ROOT

from warehouse.contracts import load_contracts
from warehouse.injector import ExecuteStep, LoadFile, RetryTransient
from warehouse.plan import build_plan

CONTRACTS = load_contracts(ROOT / "dags" / "contracts")


def parse(folder: Path) -> BundleDagBag:
    return BundleDagBag(dag_folder=str(folder), bundle_path=folder, bundle_name="dags-folder")


@pytest.fixture(scope="module")
def dags() -> dict[str, DAG]:
    bag = parse(ROOT / "dags")
    assert bag.import_errors == {}
    return dict(bag.dags)


def schedule(dag: DAG) -> list[str]:
    condition: Any = getattr(dag.timetable, "asset_condition", None)
    return [asset.name for asset in condition.objects] if condition else []


def outlets(task: Any) -> list[str]:
    return [asset.name for asset in task.outlets]


def test_there_is_one_dag_per_layer(dags: dict[str, DAG]) -> None:
    assert sorted(dags) == ["bronze_injector", "gold_injector", "silver_injector"]


def test_a_dag_file_is_a_few_lines() -> None:
    for file in (ROOT / "dags").glob("*.py"):
        assert len(file.read_text(encoding="utf-8").splitlines()) <= 15, file.name


def test_bronze_is_started_by_hand_and_each_layer_starts_on_the_one_below(dags: dict[str, DAG]) -> None:
    assert schedule(dags["bronze_injector"]) == []
    assert schedule(dags["silver_injector"]) == ["bronze"]
    assert schedule(dags["gold_injector"]) == ["silver"]


def test_a_cron_expression_in_the_environment_schedules_bronze_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("WAREHOUSE_AIRFLOW_SCHEDULE", "0 5 * * *")
    bag = parse(ROOT / "dags")
    assert bag.import_errors == {}
    assert getattr(bag.dags["bronze_injector"].timetable, "expression", "") == "0 5 * * *"
    assert schedule(bag.dags["silver_injector"]) == ["bronze"]


@pytest.mark.parametrize("layer", ["bronze", "silver", "gold"])
def test_a_layer_is_announced_by_one_task_only(dags: dict[str, DAG], layer: str) -> None:
    announcing = [task.task_id for task in dags[f"{layer}_injector"].tasks if layer in outlets(task)]
    assert announcing == [f"announce_{layer}"]


@pytest.mark.parametrize("layer", ["silver", "gold"])
def test_the_tasks_of_a_layer_are_the_steps_of_the_plan(dags: dict[str, DAG], layer: str) -> None:
    planned = build_plan(CONTRACTS, (), "").layer(layer)
    tasks = {task.step.id: task for task in dags[f"{layer}_injector"].tasks if isinstance(task, ExecuteStep)}
    assert sorted(tasks) == sorted(step.id for step in planned)
    for step in planned:
        task = tasks[step.id]
        assert task.step == step
        assert outlets(task) == list(step.outlets)
        assert [item.name for item in task.inlets if hasattr(item, "name")] == list(step.inlets)
        within = {tasks[name].task_id for name in (*step.depends_on, *step.after) if name in tasks}
        assert within == {name for name in task.upstream_task_ids if name != "start_run"}


def test_bronze_finds_files_when_it_runs_and_maps_a_load_over_them(dags: dict[str, DAG]) -> None:
    dag = dags["bronze_injector"]
    for contract in CONTRACTS:
        load: Any = dag.get_task(f"load_{contract.name}")
        assert load.is_mapped
        assert load.operator_class is LoadFile
        assert f"find_{contract.name}" in load.upstream_task_ids
        assert load.max_active_tis_per_dagrun == 1
        assert load.owner == contract.source
        assert contract.title in load.doc_md
        assert outlets(load) == [contract.table]


def test_every_task_retries_what_may_pass_and_nothing_else(dags: dict[str, DAG]) -> None:
    for dag in dags.values():
        for task in dag.tasks:
            assert task.retries == 5, task.task_id
            assert isinstance(task.retry_policy, RetryTransient), task.task_id


def test_dags_bound_the_load_on_the_server(dags: dict[str, DAG]) -> None:
    for dag in dags.values():
        assert dag.max_active_runs == 1
        assert dag.max_active_tasks == 4
        assert dag.doc_md


def test_the_scheduler_can_store_every_dag(dags: dict[str, DAG]) -> None:
    for dag in dags.values():
        stored = DagSerialization.from_dict(DagSerialization.to_dict(dag))
        assert sorted(stored.task_ids) == sorted(dag.task_ids)


def test_the_pool_is_named_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAREHOUSE_AIRFLOW_POOL", "warehouse")
    for dag in parse(ROOT / "dags").dags.values():
        assert {task.pool for task in dag.tasks} == {"warehouse"}


def test_a_broken_contract_is_an_import_error_that_names_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in ("database", "migrations"):
        (tmp_path / folder).mkdir()
    shutil.copytree(ROOT / "dags", tmp_path / "dags", ignore=shutil.ignore_patterns("__pycache__"))
    contract = tmp_path / "dags" / "contracts" / "journey" / "products.yml"
    contract.write_text(contract.read_text(encoding="utf-8") + "\nsurprise: true\n", encoding="utf-8")
    monkeypatch.setenv("WAREHOUSE_PROJECT", str(tmp_path))
    errors = parse(tmp_path / "dags").import_errors
    assert len(errors) == 3
    assert all("products.yml" in text and "surprise" in text for text in errors.values())
