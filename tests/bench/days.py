"""A shop's days: what the sixty-first costs against the second of the same size.

A shop's later days bring more lines than its early ones: what was ordered before is paid for and comes back.
So the early days are those of a second shop, which takes as many orders more as makes its days as long. Days
are delivered one at a time where they are measured and all at once between. Processor seconds of client and
server together, since seconds on the clock belong to whatever else the machine does.
"""

from __future__ import annotations

import re
import shutil
import statistics
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table
from tests.bench.usage import command
from tests.e2e.site import Site, new_site, remove_site

ORDERS_PER_DAY: Final = 100
EARLY: Final = (2, 3, 4)
LATE: Final = (59, 60, 61)
BAR: Final = 1.2
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d")


def main() -> None:
    """Measure and print."""
    console = Console(highlight=False, width=120)
    table = Table("shop", "day", "files", "lines", "CPU s", title="days of two shops", title_justify="left")
    with tempfile.TemporaryDirectory(prefix="days-bench-") as folder:
        early, late = Path(folder) / "early", Path(folder) / "late"
        for shop in (early, late):
            shop.mkdir()
        days = generated(late, LATE[-1], ORDERS_PER_DAY)
        longer = lines_of(days, LATE) / lines_of(days, EARLY)
        loads = [
            loaded(early, generated(early, EARLY[-1], round(ORDERS_PER_DAY * longer)), EARLY, table),
            loaded(late, days, LATE, table),
        ]
    console.print(table)
    first, last = (statistics.median(spent) for spent in loads)
    said = f"days {LATE[0]} to {LATE[-1]} against days {EARLY[0]} to {EARLY[-1]} of the same size, medians:"
    console.print(f"{said} {last / first:.2f} (at most {BAR})")


def generated(folder: Path, days: int, orders: int) -> list[list[Path]]:
    """The files of each day of a shop of so many orders a day."""
    site = new_site(folder)
    site.done(
        "generate", "--days", str(days), "--orders-per-day", str(orders), "--faults", "none",
        "--out", str(folder / "delivered"),
    )  # fmt: skip
    return by_day(folder / "delivered")


def lines_of(days: Sequence[Sequence[Path]], numbers: Sequence[int]) -> int:
    """Lines of all files of some days."""
    return sum(_lines(days[number - 1]) for number in numbers)


def loaded(
    folder: Path, days: Sequence[Sequence[Path]], measured: Sequence[int], table: Table
) -> list[float]:
    """Load a shop up to the measured days, then these one by one; the processor seconds of each."""
    site = new_site(folder)
    delivered = folder / "delivered"
    try:
        site.done("migrate")
        with site.server():
            deliver(site, delivered, days[: measured[0] - 1])
            command(site, "run")
            return [one_day(site, delivered, days[number - 1], number, table) for number in measured]
    finally:
        remove_site(site)


def one_day(site: Site, delivered: Path, files: Sequence[Path], number: int, table: Table) -> float:
    """Deliver a day and load it; its processor seconds."""
    lines = _lines(files)
    deliver(site, delivered, [files])
    spent = command(site, "run").processor
    table.add_row(site.home.parent.name, str(number), str(len(files)), f"{lines:,}", f"{spent:.1f}")
    return spent


def by_day(delivered: Path) -> list[list[Path]]:
    """The files of each day, by the date in their names."""
    days: dict[str, list[Path]] = {}
    for path in sorted(delivered.glob("shop/*/*")):
        found = _DATE.search(path.name)
        assert found is not None, path
        days.setdefault(found[0], []).append(path)
    return [days[date] for date in sorted(days)]


def deliver(site: Site, delivered: Path, days: Iterable[Sequence[Path]]) -> None:
    """Move files into the landing folder."""
    for files in days:
        for path in files:
            target = site.landing / path.relative_to(delivered)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(path, target)


def _lines(files: Iterable[Path]) -> int:
    return sum(path.read_bytes().count(b"\n") for path in files)
