"""Runs the gates side by side: `python -m tests.gates [--only NAME] [--skip NAME] [--fast]`.

Last in the package; `make check` runs it. Exit codes: 0 all passed, 1 one failed or could not run, 2 wrong
usage. Every gate that did not run is named. With CI=true in the environment none may be left out.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.gates.catalog import GATES, Gate
from tests.gates.tools import CannotRun

ROOT: Final = Path(__file__).parents[2]
MOST_LINES: Final = 60


@dataclass(frozen=True)
class Result:
    """How a gate ended: what it found, or why it could not look."""

    gate: Gate
    faults: tuple[str, ...]
    obstacle: str
    seconds: float

    @property
    def passed(self) -> bool:
        return not self.faults and not self.obstacle

    def __str__(self) -> str:
        if self.obstacle:
            return f"check: {self.gate.name} COULD NOT RUN: {self.obstacle}"
        said = "ok" if self.passed else f"FAILED: {self.gate.promise} It found:"
        lines = [f"check: {self.gate.name:<11}{said}  {self.seconds:.1f} s"] if self.passed else []
        lines += [f"check: {self.gate.name} {said}"] if self.faults else []
        lines += [f"  {fault}" for fault in self.faults[:MOST_LINES]]
        if len(self.faults) > MOST_LINES:
            lines.append(f"  and {len(self.faults) - MOST_LINES} more lines")
        return "\n".join(lines)


class UsageError(Exception):
    """Wrong usage, in one line."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what the arguments choose and print how each gate ended."""
    parser = argparse.ArgumentParser(prog="make check", description=__doc__)
    parser.add_argument("--root", type=Path, default=ROOT, help="the checkout to look at")
    parser.add_argument("--only", action="append", default=[], help="run these gates, by name")
    parser.add_argument("--skip", action="append", default=[], help="leave these gates out, by name")
    parser.add_argument("--fast", action="store_true", help="run those that a commit hook runs")
    chosen = parser.parse_args(arguments)
    try:
        gates = choose(_names(chosen.only), _names(chosen.skip), fast=chosen.fast)
    except UsageError as error:
        print(f"check: {error}", file=sys.stderr)
        return 2
    return report(run_all(gates, chosen.root.resolve()), [gate for gate in GATES if gate not in gates])


def _names(values: list[str]) -> list[str]:
    return [name for value in values for name in value.replace(",", " ").split()]


def choose(only: list[str], skip: list[str], *, fast: bool) -> list[Gate]:
    """The gates to run. Errors: UsageError for a name that no gate has, and for a choice in CI."""
    known = [gate.name for gate in GATES]
    for name in only + skip:
        if name not in known:
            raise UsageError(f"there is no gate '{name}'; the gates are {', '.join(known)}")
    if (only or skip or fast) and os.environ.get("CI", "").lower() not in ("", "0", "false"):
        raise UsageError("CI leaves no gate out; run without SKIP, ONLY and FAST, or unset CI")
    wanted = [gate for gate in GATES if gate.name in (only or known) and gate.name not in skip]
    return [gate for gate in wanted if gate.is_fast or not fast]


def run_all(gates: Sequence[Gate], root: Path) -> list[Result]:
    """Run them, a core each, the longest first, and print each one's result when it ends."""
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        pending = [pool.submit(run_one, gate, root) for gate in reversed(gates)]
        return [future.result() for future in pending]


def run_one(gate: Gate, root: Path) -> Result:
    """Run one gate; what it raises is an obstacle, never a pass."""
    started = time.monotonic()
    faults: tuple[str, ...] = ()
    obstacle = ""
    try:
        faults = tuple(gate.find_faults(root))
    except CannotRun as error:
        obstacle = str(error)
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        obstacle = f"{type(error).__name__}: {error}"
    result = Result(gate, faults, obstacle, time.monotonic() - started)
    print(result, flush=True)
    return result


def report(results: Sequence[Result], skipped: Sequence[Gate]) -> int:
    """The closing lines, and the exit code."""
    failed = [result.gate.name for result in results if not result.passed]
    if skipped:
        print(f"check: not run: {', '.join(gate.name for gate in skipped)}")
    passed = len(results) - len(failed)
    names = f", {len(failed)} failed: {', '.join(failed)}" if failed else ""
    print(f"check: {passed} gates passed{names}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
