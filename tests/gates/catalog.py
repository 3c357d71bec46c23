"""Every gate of `make check`, the quick ones first. docs/gates.md says what each one proves.

After sql, config, links. A gate gets the folder of a checkout and says what is wrong in it, a line each.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.gates import config, links, sql
from tests.gates.tools import files, run


@dataclass(frozen=True)
class Gate:
    """`find_faults` has the gate's promise as its docstring; `is_fast`: fit for a hook before each commit."""

    name: str
    find_faults: Callable[[Path], list[str]]
    is_fast: bool = False

    @property
    def promise(self) -> str:
        """What it proves, in a sentence."""
        return (self.find_faults.__doc__ or "").strip().partition("\n")[0]


def ruff(root: Path) -> list[str]:
    """ruff finds nothing in any Python file."""
    return run(root, "ruff", "check", "--quiet", "--output-format", "concise", *files(root, "*.py"))


def formatting(root: Path) -> list[str]:
    """Every Python file is formatted as ruff formats it."""
    return run(root, "ruff", "format", "--check", *files(root, "*.py"))


def mypy(root: Path) -> list[str]:
    """mypy --strict finds nothing in scripts, dags and tests."""
    return run(root, "mypy", "--no-error-summary")


def imports(root: Path) -> list[str]:
    """Packages import only what the contracts in pyproject.toml let them."""
    return run(root, "lint-imports", "--no-cache")


GATES: Final = (
    Gate("ruff", ruff, is_fast=True),
    Gate("format", formatting, is_fast=True),
    Gate("yaml", config.yaml, is_fast=True),
    Gate("shell", config.shell, is_fast=True),
    Gate("hooks", config.hooks, is_fast=True),
    Gate("dockerfile", config.dockerfile, is_fast=True),
    Gate("links", links.links, is_fast=True),
    Gate("layout", sql.layout, is_fast=True),
    Gate("compose", config.compose),
    Gate("workflows", config.workflows),
    Gate("contracts", config.contracts),
    Gate("imports", imports),
    Gate("parser", sql.parser),
    Gate("dacfx", sql.model),
    Gate("dags", config.dags),
    Gate("sqlfluff", sql.style),
    Gate("mypy", mypy),
)
