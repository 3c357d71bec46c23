"""The view that holds how long a contract keeps what, as rows, ready for ops.apply_retention_policies.

Beside quality, and deployed the same way: a policy is T-SQL from the moment its contract is written into
database/, so that whoever works on the server alone has it too. A contract that keeps everything for good has
a view without rows.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from warehouse.contract_rules import literal
from warehouse.contracts import Contract
from warehouse.scaffold.bronze import render

_RECORDS: Final = "records"


def retention_files(contract: Contract) -> dict[str, str]:
    """Text by path below `database/`: the view with the contract's policies."""
    facts = {
        "name": contract.name,
        "source": contract.source,
        "entity": contract.entity,
        "rows": list(_policies(contract)),
    }
    return {f"ops/views/retention_policies_of_{contract.name}.sql": render("retention_policies", facts)}


def _policies(contract: Contract) -> Iterator[tuple[str, ...]]:
    """The values of each policy as T-SQL, in the order of the view's columns."""
    for layer, (method, table, age) in _subjects(contract).items():
        kept = contract.retention_of(layer)
        if kept is not None:
            consumers = literal(json.dumps(contract.feeds)) if layer == "bronze" else "NULL"
            texts = (f"{layer}.{contract.name}", layer, method, table, age)
            yield (*map(literal, texts), str(kept.count), literal(kept.unit), consumers)


def _subjects(contract: Contract) -> dict[str, tuple[str, str, str]]:
    """By layer: how it goes, the table that is looked at, and the column that says how old a row is."""
    found = {
        "bronze": ("partition", contract.table, "loaded_at"),
        "quarantine": ("text", "ops.quarantine", "quarantined_at"),
        "landing": ("file", "ops.files", "registered_at"),
        "archive": ("file", "ops.files", "archived_at"),
    }
    records = f"silver.{contract.name}_{_RECORDS}"
    if records in contract.feeds:
        found[_RECORDS] = ("standing", records, "loaded_at")
    return found
