"""`warehouse contract`: contracts and database/ agree, and a difference is found."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.conftest import ROOT

from warehouse.cli import main


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name in ("database", "dags/contracts", "migrations"):
        shutil.copytree(ROOT / name, tmp_path / name)
    return tmp_path


def run(project: Path, *arguments: str) -> tuple[int, str, str]:
    ended = CliRunner().invoke(main, ["contract", *arguments, "--project", str(project)])
    return ended.exit_code, ended.stdout, ended.stderr


def change(file: Path, before: str, after: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert before in text
    file.write_text(text.replace(before, after), encoding="utf-8")


def test_the_contracts_of_the_project_agree_with_its_database(project: Path) -> None:
    code, said, errors = run(project, "check")
    assert (code, errors) == (0, "")
    assert "database/ agrees" in said


@pytest.mark.parametrize(
    ("file", "before", "after", "said"),
    [
        ("dags/contracts/shop/orders.yml", "maximum: 100\n", "maximum: 99\n", "shop_orders_typed.sql"),
        ("dags/contracts/shop/orders.yml", "web, app or store", "web or app", "'web or app.'"),
        ("dags/contracts/shop/orders.yml", "name: channel", "name: shop_channel", "tables/shop_orders.sql"),
        (
            "database/bronze/tables/shop_payments.sql",
            "    method nvarchar(4000)",
            "    way nvarchar(4000)",
            "shop_payments.sql, line",
        ),
        ("database/bronze/procedures/load_shop_returns.sql", "4000,", "400,", "load_shop_returns.sql"),
        (
            "database/bronze/views/journey_products_typed.sql",
            "product_id is missing",
            "product_id lacks",
            "must not",
        ),
        ("dags/contracts/journey/products.yml", "silver.products", "silver.produce", "produce"),
    ],
)
def test_a_difference_is_found_and_named(
    project: Path, file: str, before: str, after: str, said: str
) -> None:
    change(project / file, before, after)
    code, _, errors = run(project, "check")
    assert code == 1
    assert said in errors


def test_what_is_written_agrees_again(project: Path) -> None:
    change(project / "dags/contracts/shop/orders.yml", "maximum: 100\n", "maximum: 99\n")
    code, said, _ = run(project, "write", "shop/orders")
    assert code == 0
    assert "written   database/bronze/views/shop_orders_typed.sql" in said
    assert run(project, "check")[0] == 0


def test_an_unknown_entity_is_one_line(project: Path) -> None:
    code, _, errors = run(project, "write", "shop/nothing")
    assert (code, errors.count("\n")) == (2, 1)
    assert "no contract is called so" in errors
