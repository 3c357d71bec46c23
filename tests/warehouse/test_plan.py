"""Plans: which steps there are, what they need, what they send, and which files are refused and why."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from warehouse.contracts import Contract, ContractError, load_contracts, read_contract
from warehouse.intake import PlanError, find_files, inspect, named_file
from warehouse.plan import TARGETS, Plan, Step, bind, build_plan
from warehouse.plan.batches import FILE_BATCH, PROCEDURE_BATCH
from warehouse.plan.build import targets_of

PROJECT = Path(__file__).parents[2]
CONTRACTS = load_contracts(PROJECT / "dags" / "contracts")
JOURNEY = [contract for contract in CONTRACTS if contract.source == "journey"]
HEADERS = {c.entity: ",".join(column.name for column in c.columns) for c in JOURNEY}
PRODUCT = "1,2,GROCERY,National,FRUIT,APPLE SAUCE,50 OZ"


def put(landing: Path, entity: str, name: str, data: str | bytes) -> Path:
    """A file in the landing folder of the source journey."""
    path = landing / "journey" / entity / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def products_file(landing: Path, name: str = "products.csv", record: str = PRODUCT) -> Path:
    return put(landing, "products", name, f"{HEADERS['products']}\n{record}\n")


def contract(entity: str) -> Contract:
    return next(contract for contract in JOURNEY if contract.entity == entity)


def plan(landing: Path, prefix: str = "/landing", named: list[Path] | None = None) -> Plan:
    return build_plan(CONTRACTS, find_files(CONTRACTS, landing, named), prefix)


def steps(landing: Path) -> dict[str, Step]:
    return {step.id: step for step in plan(landing).steps}


def value(step: Step, name: str) -> object:
    return next(parameter.value for parameter in step.parameters if parameter.name == name)


def refused(landing: Path, data: str | bytes) -> str:
    """Why a products file with this content is refused."""
    refusal = inspect(contract("products"), landing, put(landing, "products", "p.csv", data)).refusal
    assert refusal is not None
    assert "\n" not in refusal.reason
    return refusal.reason


SILVER_GATES = ("silver.shop_payments", "silver.shop_returns")
GATES = tuple(f"check:{contract.table}" for contract in CONTRACTS)
ALWAYS = [*GATES, *(target.id for target in TARGETS), "ops.quality_metrics", "ops.enforce_retention"]
"""The steps of every plan: gates, loads of silver and gold, the look at the days, retention."""


def test_an_empty_landing_folder_leaves_the_silver_and_gold_steps(tmp_path: Path) -> None:
    assert list(steps(tmp_path)) == ALWAYS


def test_silver_waits_for_every_gate_and_a_gate_for_its_files_however_they_end(tmp_path: Path) -> None:
    products_file(tmp_path)
    file = "bronze.journey_products:journey/products/products.csv"
    found = steps(tmp_path)
    gate = found["check:bronze.journey_products"]
    assert (gate.after, gate.depends_on) == ((file,), ())
    assert (value(gate, "@procedure"), value(gate, "@target")) == (None, "bronze.journey_products")
    for step in found.values():
        is_load = step.layer == "silver" and value(step, "@procedure") not in (None, "ops.detect_anomalies")
        waits = is_load or step.id == "ops.enforce_retention"
        assert (set(GATES) <= set(step.depends_on)) == waits, step.id


def test_every_file_is_one_bronze_step(tmp_path: Path) -> None:
    products_file(tmp_path)
    found = steps(tmp_path)["bronze.journey_products:journey/products/products.csv"]
    assert (found.layer, found.entity) == ("bronze", "journey_products")
    assert found.outlets == ("bronze.journey_products",)
    assert value(found, "@path") == "journey/products/products.csv"
    assert value(found, "@refusal") is None
    assert value(found, "@header") == HEADERS["products"]


def test_a_step_follows_every_step_that_writes_what_it_reads(tmp_path: Path) -> None:
    products_file(tmp_path)
    found = steps(tmp_path)
    file = "bronze.journey_products:journey/products/products.csv"
    assert found["silver.products"].depends_on == (*GATES, file)
    assert found["silver.products"].inlets == ("bronze.journey_products",)
    assert found["gold.fact_order_lines"].depends_on == (
        *SILVER_GATES,
        "silver.order_lines",
        "silver.shop_order_lines",
        "gold.dim_dates",
        "gold.dim_stores",
        "gold.dim_products",
        "gold.dim_customers",
    )


def test_gold_waits_for_the_loads_of_silver_that_a_rule_may_fail(tmp_path: Path) -> None:
    for step in steps(tmp_path).values():
        if step.layer == "gold":
            assert set(SILVER_GATES) <= set(step.depends_on), step.id


def test_each_step_comes_after_those_it_depends_on(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        products_file(tmp_path, name)
    seen: set[str] = set()
    for step in plan(tmp_path).steps:
        assert {*step.depends_on, *step.after} <= seen, step.id
        seen.add(step.id)


def test_files_of_an_entity_are_loaded_one_after_the_other_by_name(tmp_path: Path) -> None:
    for name in ("b.csv", "a.csv"):
        products_file(tmp_path, name)
    found = steps(tmp_path)
    first, second = (f"bronze.journey_products:journey/products/{name}.csv" for name in "ab")
    assert found[second].depends_on == (first,)
    assert found["silver.products"].depends_on == (*GATES, first, second)


def test_a_step_reads_only_what_another_step_or_a_contract_writes() -> None:
    written = {target.table for target in TARGETS}
    assert all(table in written for target in TARGETS for table in (*target.inlets, *target.reads))
    assert all(table in written for contract in CONTRACTS for table in contract.feeds)


def test_a_step_names_every_table_whose_batches_its_procedure_takes_in() -> None:
    """Else the procedure is not called though a batch waits for it (ops.run_step, @inlets)."""
    for target in targets_of(CONTRACTS):
        schema, name = target.procedure.split(".")
        text = (PROJECT / "database" / schema / "procedures" / f"{name}.sql").read_text(encoding="utf-8")
        waiting = re.search(r"FROM ops\.batches AS batches\s+WHERE (.*?)AND NOT EXISTS (.*?)\);", text, re.S)
        assert waiting is not None, target
        fed_by = {contract.table for contract in CONTRACTS if target.table in contract.feeds}
        assert set(re.findall(r"N'([\w.]+)'", waiting[1])) <= {*target.inlets, *fed_by}, target
        assert re.findall(r"consumer = N'([\w.]+)'", waiting[2]) == [target.table], target


def test_every_procedure_that_a_step_calls_is_in_the_project() -> None:
    for target in TARGETS:
        schema, name = target.procedure.split(".")
        assert (PROJECT / "database" / schema / "procedures" / f"{name}.sql").is_file(), target


def test_hash_and_size_are_those_of_the_file_as_delivered(tmp_path: Path) -> None:
    path = products_file(tmp_path)
    found = inspect(contract("products"), tmp_path, path)
    assert found.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert found.size == path.stat().st_size


def test_a_file_larger_than_what_is_read_at_once_is_hashed_as_a_whole(tmp_path: Path) -> None:
    path = put(tmp_path, "products", "p.csv", HEADERS["products"] + "\n" + "1,2,ü,b,c,d,e\n" * 120_000)
    found = inspect(contract("products"), tmp_path, path)
    assert found.refusal is None
    assert found.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_byte_order_mark_and_windows_line_ends_are_no_part_of_the_header(tmp_path: Path) -> None:
    data = b"\xef\xbb\xbf" + HEADERS["products"].encode() + b"\r\n" + PRODUCT.encode() + b"\r\n"
    found = inspect(contract("products"), tmp_path, put(tmp_path, "products", "p.csv", data))
    assert (found.first_line, found.refusal) == (HEADERS["products"], None)


def test_quoted_column_names_are_the_same_header(tmp_path: Path) -> None:
    quoted = ",".join(f'"{name}"' for name in HEADERS["products"].split(","))
    assert inspect(contract("products"), tmp_path, put(tmp_path, "products", "p.csv", quoted)).refusal is None


def test_a_file_with_a_wrong_header_becomes_a_step_that_refuses_it(tmp_path: Path) -> None:
    put(tmp_path, "products", "bad.csv", "product_id,department\n1,2\n")
    step = steps(tmp_path)["bronze.journey_products:journey/products/bad.csv"]
    assert "header lacks manufacturer_id, brand" in str(value(step, "@refusal"))


def test_what_is_wrong_with_a_file_as_a_whole_is_named(tmp_path: Path) -> None:
    header = HEADERS["products"]
    assert "is empty" in refused(tmp_path, b"")
    assert "first line of over 4,000" in refused(tmp_path, b"x" * 5000)
    assert "a quote in its first line" in refused(tmp_path, f'{header},"note\n')
    assert "has brand twice" in refused(tmp_path, f"{header},brand\n")


def test_folders_and_dot_files_are_no_deliveries(tmp_path: Path) -> None:
    put(tmp_path, "products", ".part.csv", "x")
    (tmp_path / "journey" / "products" / "old.csv").mkdir()
    assert list(steps(tmp_path)) == ALWAYS


def test_a_file_that_cannot_be_opened_is_refused(tmp_path: Path) -> None:
    path = products_file(tmp_path)
    path.unlink()
    path.symlink_to(path.parent / "nowhere.csv")
    step = steps(tmp_path)["bronze.journey_products:journey/products/products.csv"]
    assert "cannot be read" in str(value(step, "@refusal"))


def test_a_named_file_alone_is_loaded(tmp_path: Path) -> None:
    products_file(tmp_path, "a.csv")
    named = products_file(tmp_path, "b.csv")
    bronze = plan(tmp_path, named=[named]).layer("bronze")
    assert [value(step, "@path") for step in bronze] == ["journey/products/b.csv"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("journey/products/missing.csv", "there is no such file"),
        ("journey/products/folder.csv", "is a folder"),
        ("elsewhere/products.csv", "does not lie in a folder"),
        ("journey/products/wrong.csv", "its header lacks"),
    ],
)
def test_a_named_file_that_cannot_be_loaded_is_one_line_before_anything_runs(
    tmp_path: Path, name: str, said: str
) -> None:
    put(tmp_path, "products", "wrong.csv", "a,b\n")
    (tmp_path / "journey" / "products" / "folder.csv").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "products.csv").touch()
    with pytest.raises(PlanError) as caught:
        named_file(CONTRACTS, tmp_path, tmp_path / name)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("prefix", "expected"),
    [
        ("/srv/landing", "/srv/landing/journey/products/products.csv"),
        ("/srv/landing/", "/srv/landing/journey/products/products.csv"),
        ("D:\\landing", "D:\\landing\\journey\\products\\products.csv"),
    ],
)
def test_the_path_is_given_as_the_server_sees_it(tmp_path: Path, prefix: str, expected: str) -> None:
    products_file(tmp_path)
    first = plan(tmp_path, prefix).steps[0]
    assert value(first, "@path_on_server") == expected
    assert value(first, "@path") == "journey/products/products.csv"


def test_a_contract_that_feeds_an_unknown_table_is_refused(tmp_path: Path) -> None:
    text = (PROJECT / "dags/contracts/journey/products.yml").read_text(encoding="utf-8")
    file = tmp_path / "journey" / "products.yml"
    file.parent.mkdir()
    file.write_text(text.replace("silver.products", "silver.produce"), encoding="utf-8")
    with pytest.raises(ContractError, match=r"feeds silver\.produce, which nothing loads"):
        build_plan([read_contract(file)], (), "")


def test_binding_declares_the_steps_parameters_and_the_drivers(tmp_path: Path) -> None:
    step = steps(tmp_path)["silver.products"]
    statement, declarations, values = bind(step, {"@run_id": ("bigint", 7)})
    assert statement == PROCEDURE_BATCH
    assert declarations == (
        "@step nvarchar(1200), @procedure nvarchar(300), @target nvarchar(300), @inlets nvarchar(max), "
        "@run_id bigint"
    )
    assert values == (
        "silver.products",
        "silver.load_products",
        "silver.products",
        '["bronze.journey_products"]',
        7,
    )


def test_every_parameter_of_a_batch_is_bound_and_used(tmp_path: Path) -> None:
    products_file(tmp_path)
    for step in plan(tmp_path).steps:
        _, declarations, _ = bind(step, {"@run_id": ("bigint", 7)})
        declared = set(re.findall(r"@\w+", declarations))
        local = set(re.findall(r"DECLARE (@\w+)", step.sql))
        assert not declared & local
        for name in declared:
            assert re.search(rf"= {name}\b|\({name}\b|IF {name}\b", step.sql), name


def test_a_file_name_never_becomes_part_of_the_statement(tmp_path: Path) -> None:
    products_file(tmp_path, "it's; DROP TABLE x.csv")
    step = plan(tmp_path).steps[0]
    assert step.sql == FILE_BATCH
    assert "DROP TABLE" in str(value(step, "@path_on_server"))


def test_a_plan_can_be_handed_over_as_json(tmp_path: Path) -> None:
    products_file(tmp_path)
    for step in plan(tmp_path).steps:
        assert json.loads(json.dumps([p.value for p in step.parameters])) == [
            p.value for p in step.parameters
        ]


@pytest.mark.parametrize("batch", [FILE_BATCH, PROCEDURE_BATCH], ids=["file", "procedure"])
def test_a_batch_parses_by_microsofts_parser(batch: str) -> None:
    maxdop = Path(sys.executable).with_name("maxdop")
    result = subprocess.run(
        [maxdop, "--parser-version", "2019"], input=batch, capture_output=True, text=True, check=False
    )
    assert result.returncode != 1, result.stderr
