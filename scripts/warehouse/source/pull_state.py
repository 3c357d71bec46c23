"""What is known of earlier fetches of an entity, in a file of JSON under the warehouse's home.

Below rest and storage. Written to a file beside it that then takes its place: it is whole at any moment.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from warehouse.contracts import Contract
from warehouse.errors import UsageProblem


def read_state(home: Path, contract: Contract) -> dict[str, Any]:
    """What was kept, {} before the first fetch. Errors: UsageProblem for a file that is damaged."""
    file = _file(home, contract)
    if not file.is_file():
        return {}
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise UsageProblem(f"{file}: is damaged ({error}); remove it to fetch everything again") from error
    return dict(found)


def write_state(home: Path, contract: Contract, state: Mapping[str, Any]) -> None:
    """Keep it. Errors: OSError."""
    file = _file(home, contract)
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_suffix(".part")
    part.write_text(json.dumps(state, ensure_ascii=False, indent=1), encoding="utf-8")
    part.replace(file)


def _file(home: Path, contract: Contract) -> Path:
    return home / "pulls" / f"{contract.name}.json"
