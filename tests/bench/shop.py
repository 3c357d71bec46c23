"""Records a second and memory of `warehouse generate`, which must follow neither the days nor the orders."""

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

SHOPS: Final = ((20, 5000), (40, 5000), (5, 40_000))
"""Days, and orders a day."""


def main() -> None:
    """Print a table."""
    headers = ("days", "orders a day", "records", "CPU s", "records a CPU second", "peak MiB")
    table = Table(*headers, title="warehouse generate")
    for days, orders in SHOPS:
        with tempfile.TemporaryDirectory() as folder:
            seconds, mebibytes, records = generate(Path(folder), days, orders)
        speed = f"{seconds:.1f}", f"{records / seconds:,.0f}", f"{mebibytes:.0f}"
        table.add_row(str(days), f"{orders:,}", f"{records:,}", *speed)
    Console().print(table)


def generate(folder: Path, days: int, orders: int) -> tuple[float, float, int]:
    """Processor seconds, peak memory and records of a shop of so many days, every fault on."""
    command = [sys.executable, "-m", "warehouse", "generate", "--out", str(folder), "--days", str(days)]
    child = subprocess.Popen([*command, "--orders-per-day", str(orders)], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode == 0
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, truth["totals"]["records"]
