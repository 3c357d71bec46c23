"""The DAGs run for real: Airflow's own task runner, pymssql, a server, files in a landing folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from airflow.dag_processing.dagbag import BundleDagBag
from tests.conftest import ROOT
from tests.dags.conftest import Injected
from tests.e2e.cut import Figures

from warehouse.contracts import load_contracts
from warehouse.intake import find_files
from warehouse.plan import build_plan

LAYERS = ("bronze", "silver", "gold")
# Households have no names to compare, and nothing is old enough to go.
WITHOUT_WORK = ("silver.match_candidates", "silver.customer_matches", "ops.enforce_retention")
GOLD = """
SELECT
    COUNT(*) AS order_lines,
    COUNT(DISTINCT facts.order_id) AS orders,
    COUNT(DISTINCT customers.customer_id) AS customers,
    COUNT(DISTINCT products.product_id) AS products,
    SUM(facts.sales_amount) AS sales
FROM gold.fact_order_lines AS facts
INNER JOIN gold.dim_customers AS customers ON customers.customer_key = facts.customer_key
INNER JOIN gold.dim_products AS products ON products.product_key = facts.product_key;
"""


def run(layer: str) -> Any:
    """One run of a layer's DAG, to its end; the files are parsed anew, as the DAG processor does."""
    folder = ROOT / "dags"
    bag = BundleDagBag(dag_folder=str(folder), bundle_path=folder, bundle_name="dags-folder")
    return bag.dags[f"{layer}_injector"].test()


def states(ended: Any) -> dict[str, str]:
    return {task.task_id: str(task.state) for task in ended.get_task_instances()}


def last_run(injected: Injected, layer: str) -> dict[str, Any]:
    """The row in ops.runs of a layer's latest run and its steps' statuses."""
    (row,) = injected.connection.call(
        "SELECT TOP (1) runs.run_id, runs.status, runs.external_id FROM ops.runs AS runs "
        "WHERE runs.driver = @driver ORDER BY runs.run_id DESC;",
        "@driver nvarchar(100)",
        (f"airflow {layer}_injector",),
    ).rows
    steps = injected.connection.call(
        "SELECT steps.step, steps.status FROM ops.run_steps AS steps WHERE steps.run_id = @run_id;",
        "@run_id bigint",
        (row["run_id"],),
    ).rows
    return {**row, "steps": {step["step"]: step["status"] for step in steps}}


@pytest.fixture(scope="module")
def first_runs(injected: Injected) -> dict[str, Any]:
    """Each layer's DAG, run once, in order."""
    return {layer: run(layer) for layer in LAYERS}


@pytest.mark.parametrize("layer", LAYERS)
def test_a_run_of_a_layer_succeeds_in_every_task(first_runs: dict[str, Any], layer: str) -> None:
    found = states(first_runs[layer])
    without_files = {task for task in found if task.startswith("load_shop_") and layer == "bronze"}
    assert {found[task] for task in without_files} <= {"skipped"}
    assert {state for task, state in found.items() if task not in without_files} == {"success"}
    assert str(first_runs[layer].state) == "success"


@pytest.mark.parametrize("layer", LAYERS)
def test_a_run_is_one_run_of_the_warehouse_with_the_steps_of_the_plan(
    first_runs: dict[str, Any], injected: Injected, layer: str
) -> None:
    logged = last_run(injected, layer)
    contracts = load_contracts(ROOT / "dags" / "contracts")
    planned = build_plan(contracts, find_files(contracts, injected.landing), "").layer(layer)
    assert logged["status"] == "succeeded"
    assert logged["external_id"] == first_runs[layer].run_id
    idle = [step.id for step in planned if "shop_" in step.id or step.id in WITHOUT_WORK]
    expected = {step.id: "up to date" if step.id in idle else "done" for step in planned}
    assert logged["steps"] == expected


@pytest.mark.usefixtures("first_runs")
def test_gold_shows_what_the_files_hold(injected: Injected) -> None:
    (row,) = injected.connection.call(GOLD, "", ()).rows
    assert Figures(**row) == injected.expected


@pytest.mark.usefixtures("first_runs")
def test_a_second_run_finds_everything_up_to_date(injected: Injected) -> None:
    before = injected.count("gold.fact_order_lines")
    for layer in LAYERS:
        assert str(run(layer).state) == "success"
        assert set(last_run(injected, layer)["steps"].values()) <= {"up to date"}
    assert injected.count("gold.fact_order_lines") == before


@pytest.mark.usefixtures("first_runs")
def test_files_that_came_later_are_found_and_a_bad_one_is_refused_and_recorded(injected: Injected) -> None:
    folder = injected.landing / "journey" / "products"
    header = (folder / "products.csv").read_text(encoding="utf-8").splitlines()[0]
    (folder / "products_2.csv").write_text(
        f"{header}\n9000001,1,GROCERY,National,A,B,1 OZ\n", encoding="utf-8"
    )
    (folder / "products_3.csv").write_text("product_id,price\n1,2\n", encoding="utf-8")
    assert str(run("bronze").state) == "success"
    steps = last_run(injected, "bronze")["steps"]
    by_file = {step.rpartition("/")[2]: status for step, status in steps.items()}
    assert by_file["products_2.csv"] == "done"
    assert by_file["products_3.csv"] == "refused"
    assert "products.csv" not in by_file


@contextmanager
def without_procedure(injected: Injected, name: str) -> Iterator[None]:
    """The warehouse as if somebody had dropped a procedure."""
    definition = injected.connection.call(
        "SELECT OBJECT_DEFINITION(OBJECT_ID(@name)) AS definition;", "@name nvarchar(300)", (name,)
    ).rows[0]["definition"]
    injected.connection.call(f"DROP PROCEDURE {name};")
    try:
        yield
    finally:
        injected.connection.call(definition)


@pytest.mark.usefixtures("first_runs")
def test_a_step_that_fails_stops_the_layer_at_the_first_try_and_closes_the_run(injected: Injected) -> None:
    with without_procedure(injected, "gold.refresh_daily_sales"):
        ended = run("gold")
    assert str(ended.state) == "failed"
    found = states(ended)
    assert found["daily_sales"] == "failed"
    assert found["announce_gold"] == "upstream_failed"
    assert found["finish_run"] == "success"
    assert {task.try_number for task in ended.get_task_instances() if task.task_id == "daily_sales"} == {1}


@pytest.mark.usefixtures("first_runs")
def test_no_file_is_loaded_behind_one_of_its_entity_that_failed(injected: Injected) -> None:
    folder = injected.landing / "journey" / "demographics"
    lines = (folder / "demographics.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    for name, line in (("later_1.csv", lines[1]), ("later_2.csv", lines[2])):
        (folder / name).write_text(lines[0] + line, encoding="utf-8")
    with without_procedure(injected, "bronze.load_journey_demographics"):
        assert str(run("bronze").state) == "failed"
    known = "SELECT files.path FROM ops.files AS files WHERE files.path LIKE N'%later%' ORDER BY files.path;"
    paths = [row["path"] for row in injected.connection.call(known).rows]
    assert paths == ["journey/demographics/later_1.csv"]  # known, and not loaded
    assert str(run("bronze").state) == "success"
    paths = [row["path"] for row in injected.connection.call(known).rows]
    assert paths == [f"journey/demographics/later_{number}.csv" for number in (1, 2)]


@pytest.mark.usefixtures("first_runs")
def test_an_entity_without_files_does_not_hold_up_the_layer(injected: Injected) -> None:
    folder = injected.landing / "journey" / "demographics"
    folder.rename(folder.with_name("moved"))
    try:
        ended = run("bronze")
    finally:
        folder.with_name("moved").rename(folder)
    assert str(ended.state) == "success"
    assert states(ended)["load_journey_demographics"] == "skipped"
    assert states(ended)["announce_bronze"] == "success"
