"""A shop's days: what the sixty-first costs against the second, when each is as large.

Days are delivered one at a time where they are measured and all at once between. Processor seconds of client
and server together, since seconds on the clock belong to whatever else the machine does.
"""

from __future__ import annotations

import re
import shutil
import statistics
import tempfile
from collections.abc import Iterable, Mapping, Sequence
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
    with tempfile.TemporaryDirectory(prefix="days-bench-") as folder:
        site = new_site(Path(folder))
        delivered = Path(folder) / "delivered"
        try:
            site.done("migrate")
            with site.server():
                measure(site, delivered)
        finally:
            remove_site(site)


def measure(site: Site, delivered: Path) -> None:
    """The days one after the other; prints a table."""
    site.done(
        "generate", "--days", str(LATE[-1]), "--orders-per-day", str(ORDERS_PER_DAY), "--faults", "none",
        "--out", str(delivered),
    )  # fmt: skip
    days = by_day(delivered)
    table = Table("day", "files", "lines", "CPU s", title="days of a shop", title_justify="left")
    spent: dict[int, float] = {}
    deliver(site, delivered, days[:1])
    command(site, "run")
    for number in EARLY:
        spent[number] = one_day(site, delivered, days[number - 1], number, table)
    deliver(site, delivered, days[EARLY[-1] : LATE[0] - 1])
    between = command(site, "run")
    table.add_row(f"{EARLY[-1] + 1} to {LATE[0] - 1}", "", "", f"{between.processor:.1f}")
    for number in LATE:
        spent[number] = one_day(site, delivered, days[number - 1], number, table)
    nothing = command(site, "run").processor
    table.add_row("nothing new", "0", "0", f"{nothing:.1f}")
    console = Console(highlight=False, width=120)
    console.print(table)
    said = f"days {LATE[0]} to {LATE[-1]} against days {EARLY[0]} to {EARLY[-1]}, medians:"
    console.print(f"{said} {ratio(days, spent, 0.0):.2f} (at most {BAR}) per file;")
    console.print(f"{ratio(days, spent, nothing):.2f} when what a run costs that finds nothing is left out")


def ratio(days: Sequence[Sequence[Path]], spent: Mapping[int, float], nothing: float) -> float:
    """What a late day costs against an early one of the same size: per file, of which some days have more."""
    early, late = (
        statistics.median((spent[number] - nothing) / len(days[number - 1]) for number in numbers)
        for numbers in (EARLY, LATE)
    )
    return late / early


def one_day(site: Site, delivered: Path, files: Sequence[Path], number: int, table: Table) -> float:
    """Deliver a day and load it; its processor seconds."""
    lines = sum(path.read_bytes().count(b"\n") for path in files)
    deliver(site, delivered, [files])
    spent = command(site, "run").processor
    table.add_row(str(number), str(len(files)), f"{lines:,}", f"{spent:.1f}")
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
