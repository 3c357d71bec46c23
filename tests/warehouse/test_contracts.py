"""Data contracts: those of the project follow the standard, and a broken one is one line with a remedy."""

from __future__ import annotations

import json
from importlib import import_module, resources
from pathlib import Path

import pytest
import yaml

from warehouse.contracts import ContractError, load_contracts, read_contract
from warehouse.errors import UsageProblem

CONTRACTS = Path(__file__).parents[2] / "dags" / "contracts"
FILES = sorted(CONTRACTS.glob("*/*.yml"))

GOOD = """\
apiVersion: v3.1.0
kind: DataContract
id: shop-orders
name: Orders
version: 1.0.0
status: active
schema:
  - name: orders
    physicalName: bronze.shop_orders
    customProperties:
      - property: feeds
        value: [silver.orders]
    properties:
      - name: order_id
        logicalType: integer
        physicalType: nvarchar(200)
        required: true
        primaryKey: true
        primaryKeyPosition: 1
      - name: note
        logicalType: string
        physicalType: nvarchar(200)
"""


def written(folder: Path, text: str, name: str = "shop/orders.yml") -> Path:
    """A contract file below `folder`."""
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def refusal(folder: Path, before: str, after: str) -> str:
    """The error of the good contract with one thing changed."""
    assert before in GOOD
    with pytest.raises(ContractError) as caught:
        read_contract(written(folder, GOOD.replace(before, after)))
    return str(caught.value)


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_a_contract_of_the_project_is_valid_by_the_standards_json_schema(file: Path) -> None:
    schema = json.loads(resources.files("open_data_contract_standard").joinpath("schema.json").read_text())
    import_module("jsonschema").validate(yaml.safe_load(file.read_text(encoding="utf-8")), schema)


def test_the_journey_delivers_transactions_products_and_demographics() -> None:
    contracts = {contract.name: contract for contract in load_contracts(CONTRACTS)}
    assert contracts["journey_transactions"].key == ("household_id", "basket_id", "product_id")
    assert contracts["journey_products"].table == "bronze.journey_products"
    assert contracts["journey_demographics"].feeds == ("silver.customers",)


def test_the_columns_of_a_contract_are_those_of_its_bronze_table() -> None:
    for contract in load_contracts(CONTRACTS):
        table = CONTRACTS.parents[1] / "database" / "bronze" / "tables" / f"{contract.name}_landing.sql"
        text = table.read_text(encoding="utf-8")
        listed = [f"    {column.name} {column.physical_type} NULL," for column in contract.columns]
        assert "\n".join(listed) in text, contract.file


def test_a_contract_without_a_dialect_is_plain_csv(tmp_path: Path) -> None:
    dialect = read_contract(written(tmp_path, GOOD)).dialect
    assert (dialect.file_pattern, dialect.delimiter, dialect.quote, dialect.encoding) == (
        "*.csv",
        ",",
        '"',
        "utf-8",
    )


def test_an_error_of_a_contract_is_a_usage_problem_of_one_line(tmp_path: Path) -> None:
    message = refusal(tmp_path, "apiVersion: v3.1.0", "apiVersion: v2.2.0")
    assert issubclass(ContractError, UsageProblem)
    assert "\n" not in message
    assert message.endswith("shop/orders.yml: apiVersion is 'v2.2.0'; write v3.1.0")


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("kind: DataContract\n", "", "kind is missing; write DataContract"),
        ("version: 1.0.0\n", "", "version is missing"),
        ("  - name: orders\n", "  - name: order\n", "schema[0].name is 'order'; write orders"),
        ("bronze.shop_orders", "bronze.orders", "schema[0].physicalName is 'bronze.orders'"),
        ("name: note", "name: order_id", "properties[1].name 'order_id' is there twice"),
        ("name: note", "name: Note text", "properties[1].name 'Note text' is no column name"),
        ("logicalType: string", "logicalType: text", "properties[1].logicalType is 'text'; write one of"),
        ("primaryKeyPosition: 1", "primaryKeyPosition: 2", "primaryKeyPosition counts [2]"),
        ("required: true", "requird: true", "schema[0].properties[0].requird is not in the standard"),
        ("required: true", "required: perhaps", "schema[0].properties[0].required"),
        ("[silver.orders]", "silver.orders", "schema[0].customProperties.feeds is 'silver.orders'"),
        (
            "property: feeds\n        value: [silver.orders]",
            "property: quote\n        value: x",
            "quote is 'x'",
        ),
        (
            "property: feeds\n        value: [silver.orders]",
            "property: delimiter\n        value: x",
            "use one of",
        ),
        (
            "property: feeds\n        value: [silver.orders]",
            "property: encoding\n        value: klingon",
            "use a name such as utf-8",
        ),
        (
            "property: feeds\n        value: [silver.orders]",
            "property: filePattern\n        value: ../*.csv",
            "filePattern",
        ),
    ],
)
def test_a_broken_contract_names_the_place_and_the_remedy(
    tmp_path: Path, before: str, after: str, said: str
) -> None:
    message = refusal(tmp_path, before, after)
    assert "shop/orders.yml" in message
    assert said in message
    assert "; " in message


def test_broken_yaml_names_line_and_column(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match=r"orders\.yml, line 3, column \d+: .*; correct the YAML"):
        read_contract(written(tmp_path, "apiVersion: v3.1.0\nkind: [a\n"))


def test_a_file_that_is_no_mapping_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="holds no mapping"):
        read_contract(written(tmp_path, "- a\n"))


def test_a_contract_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    file = written(tmp_path, GOOD)
    file.write_bytes(b"name: \xff\n")
    with pytest.raises(ContractError, match="not UTF-8 at byte 6"):
        read_contract(file)


def test_a_folder_without_contracts_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="add a contract"):
        load_contracts(tmp_path)
