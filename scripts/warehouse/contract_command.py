"""The commands `warehouse contract check` and `warehouse contract write`.

Beside scaffold, which knows what a contract asks for.
"""

from __future__ import annotations

from typing import Final

import click

from warehouse.config import Settings
from warehouse.contracts import contract_named, load_contracts
from warehouse.options import common_options
from warehouse.scaffold.agreement import common_disagreements, disagreements, expected_files
from warehouse.scaffold.bronze import common_files

_EPILOG: Final = "Exit codes: 0 done; 1 contract and database/ disagree; 2 wrong usage or a broken contract."


@click.group()
def contract() -> None:
    """Hold the data contracts against the T-SQL in database/, or write that from them."""


@contract.command(epilog=_EPILOG)
@common_options
def check(settings: Settings) -> int:
    """Prove that tables, typed views, loads and rules are as the contracts say; needs no server."""
    contracts = load_contracts(settings.project / "dags" / "contracts")
    found = [fault for one in contracts for fault in disagreements(one, settings.project)]
    found += common_disagreements(contracts, settings.project)
    for fault in found:
        click.echo(f"warehouse: {fault}", err=True)
    if found:
        click.echo(f"contract check: {len(found)} disagreements; change the contract or the file")
        return 1
    columns = sum(len(one.columns) for one in contracts)
    click.echo(f"contract check: {len(contracts)} contracts, {columns} columns, database/ agrees")
    return 0


@contract.command(epilog=_EPILOG)
@click.argument("entity", metavar="SOURCE/ENTITY")
@common_options
def write(settings: Settings, entity: str) -> int:
    """Write the objects that are made from SOURCE/ENTITY into database/, over what is there.

    With them the views that all contracts are in. Tables need a migration as well: warehouse migrate new.
    """
    contracts = load_contracts(settings.project / "dags" / "contracts")
    files = {**expected_files(contract_named(contracts, entity)), **common_files(contracts)}
    for path, text in files.items():
        file = settings.project / "database" / path
        is_same = file.is_file() and file.read_text(encoding="utf-8") == text
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        click.echo(f"{'unchanged' if is_same else 'written':<9} database/{path}")
    return 0
