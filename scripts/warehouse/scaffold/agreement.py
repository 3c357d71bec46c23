"""Holds a contract against the T-SQL that is made from it: bronze, the typed view and silver's records.

Last in the package. Where a contract says how every column is typed, its files are what the templates make of
it, to the letter; a typed view written by hand is held to the columns and to what must not be missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from warehouse.contracts import Contract
from warehouse.scaffold.bronze import bronze_files, common_files, typed_files
from warehouse.scaffold.quality import quality_files
from warehouse.scaffold.retention import retention_files


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A file of `database/` that is not as a contract says: where, and what."""

    path: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"database/{self.path}, line {self.line}: {self.what}"


def expected_files(contract: Contract) -> dict[str, str]:
    """Text by path below `database/` of all that is made from the contract."""
    typed = typed_files(contract) if contract.is_typed else {}
    return {**bronze_files(contract), **typed, **quality_files(contract), **retention_files(contract)}


def common_disagreements(contracts: Sequence[Contract], project: Path) -> Iterator[Disagreement]:
    """Where the files that all contracts are in differ from them."""
    for path, text in common_files(contracts).items():
        file = project / "database" / path
        if not file.is_file() or file.read_text(encoding="utf-8") != text:
            what = "is not as all contracts ask for; write it with warehouse contract write"
            yield Disagreement(path, 1, what)


def disagreements(contract: Contract, project: Path) -> Iterator[Disagreement]:
    """Where the project's files differ from the contract."""
    for path, text in expected_files(contract).items():
        file = project / "database" / path
        if not file.is_file():
            yield Disagreement(path, 1, "is missing; write it with warehouse contract write")
            continue
        yield from _first_difference(contract, path, file.read_text(encoding="utf-8"), text)
    if not contract.is_typed:
        yield from _typed_view_differences(contract, project)
    target = contract.silver_target
    if target and not (project / "database" / "silver" / "tables" / f"{target.split('.')[1]}.sql").is_file():
        yield Disagreement(
            f"silver/tables/{target.split('.')[1]}.sql", 1, f"is missing: {contract.file.name} names it"
        )
    loaded_by = contract.loaded_by.partition(".")[2]
    if loaded_by and not (project / "database" / "silver" / "procedures" / f"{loaded_by}.sql").is_file():
        yield Disagreement(
            f"silver/procedures/{loaded_by}.sql", 1, f"is missing: {contract.file.name} names it"
        )


def _first_difference(contract: Contract, path: str, found: str, expected: str) -> Iterator[Disagreement]:
    ours, theirs = found.splitlines(), expected.splitlines()
    for number, (mine, wanted) in enumerate(zip(ours, theirs, strict=False), start=1):
        if mine != wanted:
            yield Disagreement(
                path,
                number,
                f"has {mine.strip()!r} where {contract.source}/{contract.file.name} asks for "
                f"{wanted.strip()!r}",
            )
            return
    if len(ours) != len(theirs):
        yield Disagreement(
            path, min(len(ours), len(theirs)), f"has {len(ours)} lines instead of {len(theirs)}"
        )


def _typed_view_differences(contract: Contract, project: Path) -> Iterator[Disagreement]:
    path = f"bronze/views/{contract.name}_typed.sql"
    file = project / "database" / path
    text = file.read_text(encoding="utf-8") if file.is_file() else ""
    listed = re.findall(r"delivered\.(\w+)\)? AS \1,", text)
    names = [column.name for column in contract.columns]
    if [name for name in listed if name in names] != names:
        yield Disagreement(path, 1, f"does not read the columns {', '.join(names)} in this order")
    for column in contract.columns:
        is_checked = f"N'{column.name} is missing'" in text
        if is_checked != column.required:
            wanted = "must not" if column.required else "may"
            yield Disagreement(
                path, 1, f"judges {column.name} otherwise: by the contract it {wanted} be missing"
            )
