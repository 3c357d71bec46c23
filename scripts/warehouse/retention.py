"""How long what is kept: the policies of contracts, what retention would take away, and files that go.

On top of contracts and connection; deciding and removing rows is T-SQL's (ops.apply_retention). Delivered
files are moved by `archive`, since a server does not see them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

from warehouse.contracts import Contract, Retention
from warehouse.odbc import Connection

_DEPLOY: Final = "EXEC ops.deploy_retention @policies = @policies;"
_APPLY: Final = """
EXEC ops.apply_retention @dry_run = @dry_run, @as_of = @as_of;
"""
_RECORDS: Final = "records"


def policies(contracts: Sequence[Contract]) -> str:
    """The contracts' retention as JSON, for ops.deploy_retention."""
    return json.dumps([policy for contract in contracts for policy in _policies(contract)])


def _policies(contract: Contract) -> Iterator[dict[str, Any]]:
    for layer, (method, table, age) in _subjects(contract).items():
        kept = contract.retention_of(layer)
        if kept is not None:
            yield {
                "policy_name": f"{layer}.{contract.name}",
                "layer": layer,
                "method": method,
                "table_name": table,
                "age_column": age,
                "source_system": contract.source,
                "entity": contract.entity,
                **_period(kept),
                "consumers": list(contract.feeds) if layer == "bronze" else [],
            }


def _period(kept: Retention) -> dict[str, Any]:
    return {"keep_count": kept.count, "keep_unit": kept.unit}


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


def deploy(connection: Connection, contracts: Sequence[Contract]) -> None:
    """Make the contracts' retention the server's."""
    connection.call(_DEPLOY, "@policies nvarchar(max)", (policies(contracts),))


def apply(connection: Connection, *, dry_run: bool, as_of: str | None = None) -> list[dict[str, Any]]:
    """What is old enough to go, a row each; it goes unless `dry_run`. Errors: SqlFailed 51051."""
    answer = connection.call(_APPLY, "@dry_run bit, @as_of datetime2(3)", (int(dry_run), as_of))
    return [dict(row) for row in answer.rows]
