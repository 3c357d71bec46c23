"""The silver table of an entity of its own, its load, its migration and its tests, as its contract
describes them.

Beside bronze. Written once, by `warehouse source add`; then they belong to whoever asked for them, and
nothing holds them against the contract any more.
"""

from __future__ import annotations

from typing import Any, Final

from warehouse.contracts import Contract
from warehouse.scaffold.bronze import bronze_files, facts_of, render, typed_files
from warehouse.scaffold.samples import samples_of

_SILVER: Final = {
    "silver/tables/{name}.sql": "silver_table",
    "silver/procedures/load_{name}.sql": "load_silver",
}
_TESTS: Final = {
    "bronze/test_bronze_load_{name}.sql": "test_load",
    "bronze/test_bronze_{name}_typed.sql": "test_typed",
    "silver/test_silver_load_{name}_records.sql": "test_records",
    "silver/test_silver_load_{name}.sql": "test_silver",
}


def silver_files(contract: Contract) -> dict[str, str]:
    """Text by path below `database/`: the table `silver.<source>_<entity>` and its load."""
    facts = _own_facts(contract)
    return {path.format(name=contract.name): render(template, facts) for path, template in _SILVER.items()}


def test_files(contract: Contract) -> dict[str, str]:
    """Text by path below `tests/tsqlt/`: what the loads and the typed view promise, on invented values."""
    facts = {**_own_facts(contract), **samples_of(contract)}
    return {path.format(name=contract.name): render(template, facts) for path, template in _TESTS.items()}


def migration_text(contract: Contract) -> str:
    """The script that makes the entity's tables."""
    made = {**bronze_files(contract), **typed_files(contract), **silver_files(contract)}
    tables = [text for path, text in made.items() if "/tables/" in path]
    return (
        f"-- The tables of {contract.source}/{contract.entity}, from what lands to silver.\n\n"
        + "\n".join(tables)
    )


def _own_facts(contract: Contract) -> dict[str, Any]:
    facts = facts_of(contract)
    # silver calls the hash of a record's values row_hash
    own_key = ["row_hash" if name == "value_hash" else name for name in facts["key"]]
    return {**facts, "own_key": own_key, "grain": _grain(contract)}


def _grain(contract: Contract) -> str:
    if contract.identity == "content":
        return "one record, and one more for each time that a file has the same again"
    return f"one {', '.join(contract.key)}"
