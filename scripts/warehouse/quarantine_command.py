"""The commands `warehouse quarantine list|show|export|replay|discard`.

Beside quarantine, which reads and decides.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import click
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from warehouse.config import Settings, open_server
from warehouse.contracts import load_contracts
from warehouse.errors import UsageProblem
from warehouse.export import export_csv
from warehouse.odbc import Connection
from warehouse.options import common_options, console
from warehouse.quarantine import EXPORTED, Filter, correct, discard, entry, read_entries, replay

_EPILOG: Final = (
    "Exit codes: 0 done; 1 an entry is not open; 2 wrong usage or unreachable server; 130 interrupted."
)
_STATUSES: Final = ("open", "released", "replaying", "replayed", "corrected", "discarded")


def _filter_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """--entity, --rule, --status: which entries."""
    for option in (
        click.option("--entity", metavar="SOURCE/ENTITY", help="Only records of this entity."),
        click.option("--rule", help="Only records that this rule kept out; * stands for anything."),
        click.option(
            "--status",
            type=click.Choice([*_STATUSES, "all"]),
            default="open",
            show_default=True,
            help="Only entries in this state.",
        ),
    ):
        command = option(command)
    return command


@click.group()
def quarantine() -> None:
    """Records that a rule kept out: look at them, correct them, send them on again or give them up."""


@quarantine.command(name="list", epilog=_EPILOG)
@_filter_options
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1), help="At most so many.")
@common_options
def list_entries(settings: Settings, entity: str | None, rule: str | None, status: str, limit: int) -> int:
    """A line per entry, oldest first, and how many there are of each rule."""
    with open_server(settings) as server, server.connect() as connection:
        found = read_entries(connection, _chosen(entity, rule, status))
    console().print(_table(found[:limit]))
    by_rule: dict[str, int] = {}
    for row in found:
        by_rule[row["rule_name"]] = by_rule.get(row["rule_name"], 0) + 1
    told = ", ".join(f"{name} {count:,}" for name, count in sorted(by_rule.items()))
    shown = f", {limit} shown" if len(found) > limit else ""
    click.echo(f"quarantine: {len(found):,} entries{shown}" + (f": {told}" if told else ""))
    return 0


@quarantine.command(epilog=_EPILOG)
@click.argument("number", type=int)
@common_options
def show(settings: Settings, number: int) -> int:
    """All that is known of entry NUMBER, with the record as it was delivered."""
    with open_server(settings) as server, server.connect() as connection:
        row = entry(connection, number)
    for name in EXPORTED:
        if row[name] is not None and name != "raw_text":
            click.echo(f"{name:<16}{row[name]}")
    click.echo(f"\n{row['raw_text']}")
    return 0


@quarantine.command(epilog=_EPILOG)
@_filter_options
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="File to write; - is the terminal."
)
@common_options
def export(settings: Settings, entity: str | None, rule: str | None, status: str, out: Path) -> int:
    """Write the entries as CSV, with the records as they were delivered."""
    with open_server(settings) as server, server.connect() as connection:
        found = read_entries(connection, _chosen(entity, rule, status))
    rows = [[row[name] for name in EXPORTED] for row in found]
    export_csv(out, EXPORTED, rows, f"quarantine: {len(found):,} entries")
    return 0


@quarantine.command(name="replay", epilog=_EPILOG)
@click.argument("numbers", type=int, nargs=-1, required=True, metavar="NUMBER...")
@click.option(
    "--set", "changes", multiple=True, metavar="COLUMN=VALUE", help="Correct a column of the record."
)
@click.option("--note", help="Why; it is kept with who and when.")
@common_options
def replay_entries(
    settings: Settings, numbers: tuple[int, ...], changes: tuple[str, ...], note: str | None
) -> int:
    """Send the records of these entries on their way again, each exactly once, with the next warehouse run.

    Without --set the record is looked at as it was delivered: the rule has been changed. With it the record
    is delivered again, corrected, as a file of its own.
    """
    wanted = _changes(changes)
    if wanted and len(numbers) > 1:
        raise UsageProblem("--set corrects one record; name one entry")
    contracts = load_contracts(settings.project / "dags" / "contracts") if wanted else ()

    def decide(connection: Connection, number: int) -> str:
        if not wanted:
            replay(connection, number, note)
            return f"quarantine: {number} will be looked at again; run: warehouse run"
        path = correct(connection, contracts, settings.landing, number, wanted, note)
        return f"quarantine: {number} is delivered again as {path}; run: warehouse run"

    return _decide(settings, numbers, decide)


@quarantine.command(name="discard", epilog=_EPILOG)
@click.argument("numbers", type=int, nargs=-1, required=True, metavar="NUMBER...")
@click.option("--note", help="Why; it is kept with who and when.")
@common_options
def discard_entries(settings: Settings, numbers: tuple[int, ...], note: str | None) -> int:
    """Give the records of these entries up; they stay in the quarantine."""

    def decide(connection: Connection, number: int) -> str:
        discard(connection, number, note)
        return f"quarantine: {number} is discarded"

    return _decide(settings, numbers, decide)


def _decide(settings: Settings, numbers: Sequence[int], decide: Callable[[Connection, int], str]) -> int:
    with open_server(settings) as server, server.connect() as connection:
        for number in numbers:
            click.echo(decide(connection, number))
    return 0


def _chosen(entity: str | None, rule: str | None, status: str) -> Filter:
    return Filter(entity=entity, rule=rule, status=None if status == "all" else status)


def _changes(texts: Sequence[str]) -> dict[str, str]:
    """COLUMN=VALUE pairs. Errors: UsageProblem."""
    found = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise UsageProblem(f"--set {text}: is no COLUMN=VALUE")
        found[name.strip().lower()] = value
    return found


def _table(rows: Sequence[dict[str, Any]]) -> Table:
    table = Table(box=SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0))
    table.add_column("id", justify="right", no_wrap=True)
    for name in ("file", "line", "rule", "reason", "status"):
        table.add_column(name, overflow="fold")
    for row in rows:
        cells = (row["file_path"], row["line_number"], row["rule_name"], row["reason"], row["status"])
        table.add_row(str(row["quarantine_id"]), *(Text(str(cell)) for cell in cells))
    return table
