"""What `warehouse source add` writes into a project: contract, T-SQL, migration, tests, and the file's
delivery.

After contract_text. Everything is made in memory first and held against what is there; then it is written,
the migration last, so that a command that was interrupted can be repeated.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from warehouse.contracts import Contract, load_contracts, read_contract
from warehouse.errors import UsageProblem
from warehouse.migrations.files import versioned_scripts
from warehouse.scaffold.agreement import expected_files
from warehouse.scaffold.bronze import common_files
from warehouse.scaffold.silver import migration_text, silver_files, test_files
from warehouse.source.contract_text import contract_text
from warehouse.source.profile import Profile


@dataclass(frozen=True, slots=True)
class Written:
    """Texts by path below the project: new ones, and views that all sources are in, made anew."""

    contract: Contract
    new: dict[str, str]
    changed: dict[str, str]

    def write(self, project: Path) -> None:
        """Write them all. Errors: OSError."""
        for path, text in {**self.changed, **self.new}.items():
            file = project / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8", newline="\n")


def made_files(profile: Profile, project: Path, source: str, entity: str) -> Written:
    """What is to be written. Errors: UsageProblem for files that are there already."""
    text = contract_text(profile, source, entity)
    contract = _as_contract(text, source, entity)
    contract_path = f"dags/contracts/{source}/{entity}.yml"
    database = {**expected_files(contract), **silver_files(contract)}
    new = {contract_path: text}
    new |= {f"database/{path}": made for path, made in database.items()}
    new |= {f"tests/tsqlt/{path}": made for path, made in test_files(contract).items()}
    for path in new:
        if (project / path).exists():
            raise UsageProblem(
                f"{path}: is there already, so {source}/{entity} is no new source; "
                "name another entity, or change the contract and run: warehouse contract write"
            )
    version = max((script.version for script in versioned_scripts(project)), default=0) + 1
    new[f"migrations/V{version:04d}__create_{contract.name}.sql"] = migration_text(contract)
    contracts = project / "dags" / "contracts"
    known = load_contracts(contracts) if any(contracts.glob("*/*.yml")) else ()
    both = sorted((*known, contract), key=lambda one: (one.source, one.entity))
    changed = {f"database/{path}": made for path, made in common_files(both).items()}
    return Written(contract, new, changed)


def _as_contract(text: str, source: str, entity: str) -> Contract:
    """The contract as the project will read it."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / source / f"{entity}.yml"
        file.parent.mkdir()
        file.write_text(text, encoding="utf-8")
        return read_contract(file)


def deliver(file: Path, landing: Path, contract: Contract) -> Path | None:
    """Copy the file to where its entity's files land; None where it lies there already.

    Errors: UsageProblem when another file of its name does.
    """
    folder = landing / contract.source / contract.entity
    target = folder / file.name.lstrip(".")  # a dot in front marks what is not yet delivered
    if target.exists():
        if target.samefile(file) or target.read_bytes() == file.read_bytes():
            return None
        raise UsageProblem(f"{target}: is there already with other content; name the file otherwise")
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f".{file.name}.part"
    shutil.copyfile(file, part)
    part.replace(target)
    return target
