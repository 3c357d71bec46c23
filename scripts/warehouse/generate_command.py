"""`warehouse generate`: an invented shop's daily exports and the truth about them, by the package shopgen.

Beside migrate_command. The only module that imports shopgen, which shares no code with the loader.
"""

from __future__ import annotations

import time
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import Final

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from shopgen.errors import ShopError
from shopgen.kinds import parse_kinds
from shopgen.run import TRUTH
from shopgen.run import generate as write_shop
from shopgen.truth import Arguments
from warehouse.config import Settings
from warehouse.errors import UsageProblem
from warehouse.options import common_options

_PATIENCE: Final = 2.0  # seconds before a bar is worth showing
_EPILOG: Final = (
    "Exit codes: 0 written, or all there already; 2 wrong usage, a folder that is not empty or cannot be "
    "written; 130 interrupted."
)


@click.command(epilog=_EPILOG)
@click.option("--days", default=30, show_default=True, type=click.IntRange(min=1), help="Business days.")
@click.option(
    "--orders-per-day", default=100, show_default=True, type=click.IntRange(min=1), help="About so many."
)
@click.option("--seed", default=1, show_default=True, help="Another seed, another shop.")
@click.option(
    "--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="Folder to write."
)
@click.option(
    "--faults",
    default="all",
    show_default=True,
    metavar="all|none|LIST",
    help="Kinds of fault, separated by commas; docs/truth.md lists them.",
)
@click.option(
    "--start-date",
    default="2025-01-01",
    show_default=True,
    type=click.DateTime(formats=["%Y-%m-%d"]),
    help="First business date.",
)
@common_options
def generate(
    settings: Settings,
    days: int,
    orders_per_day: int,
    seed: int,
    out: Path,
    faults: str,
    start_date: datetime,
) -> int:
    """Write an invented shop's daily exports, with faults in them, and what a loader must find in them.

    The files go to OUT/shop, the right answers to OUT/truth.json; docs/truth.md defines both. The same
    arguments give the same bytes. A folder that holds this very shop is left alone; any other folder that is
    not empty is refused.
    """
    try:
        kinds = parse_kinds(faults)
        arguments = Arguments(days, orders_per_day, seed, _date(start_date), kinds)
        with _Bar(days) as bar:
            document = write_shop(arguments, out, bar.advance)
    except ShopError as error:
        raise UsageProblem(str(error)) from error
    if document is None:
        click.echo(f"shop: all of it is there already; {out / TRUTH}")
        return 0
    totals = document["totals"]
    click.echo(
        f"shop: {days:,} days, {totals['files']:,} files, {totals['records']:,} records, "
        f"{totals['orders']:,} orders, revenue {_grouped(totals['revenue'])} USD; {out / TRUTH}"
    )
    return 0


def _date(moment: datetime) -> date:
    return moment.date()


def _grouped(amount: str) -> str:
    whole, _, places = amount.partition(".")
    return f"{int(whole):,}.{places}"


class _Bar:
    """Counts days on stderr, once the work has taken two seconds."""

    def __init__(self, days: int) -> None:
        self._days = days
        self._begun = time.monotonic()
        self._is_shown = False
        self._progress = Progress(
            TextColumn("days"),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True, highlight=False),
            transient=True,
        )
        self._task = self._progress.add_task("days", total=days)

    def __enter__(self) -> _Bar:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._is_shown:
            self._progress.stop()

    def advance(self, done: int) -> None:
        """So many days are done."""
        if not self._is_shown and time.monotonic() - self._begun > _PATIENCE and done < self._days:
            self._is_shown = True
            self._progress.start()
        self._progress.update(self._task, completed=done)
