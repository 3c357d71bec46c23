"""Records a second and memory of `warehouse generate`, in two lengths: memory must not follow the days."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

ORDERS_PER_DAY: Final = 5000
DAYS: Final = (40, 80)


def main() -> None:
    """Print a table."""
    table = Table("days", "records", "CPU s", "records a CPU second", "peak MiB", title="warehouse generate")
    for days in DAYS:
        with tempfile.TemporaryDirectory() as folder:
            seconds, mebibytes, records = generate(Path(folder), days)
        table.add_row(
            str(days), f"{records:,}", f"{seconds:.1f}", f"{records / seconds:,.0f}", f"{mebibytes:.0f}"
        )
    Console().print(table)


def generate(folder: Path, days: int) -> tuple[float, float, int]:
    """Processor seconds, peak memory and records of a shop of so many days, every fault on."""
    command = [sys.executable, "-m", "warehouse", "generate", "--out", str(folder), "--days", str(days)]
    child = subprocess.Popen([*command, "--orders-per-day", str(ORDERS_PER_DAY)], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode == 0
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, truth["totals"]["records"]
