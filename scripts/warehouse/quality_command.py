"""The command `warehouse quality`: what the checks of the data found, and the rows that broke a rule.

Beside quality, which reads and decides.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import click
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from warehouse.config import Settings, open_server
from warehouse.export import export_csv
from warehouse.options import common_options, console
from warehouse.quality import Result, accept, read_anomalies, read_results, require_rules

_EPILOG: Final = (
    "Exit codes: 0 nothing is kept from being published; 1 a rule failed, or the result to accept has not; "
    "2 wrong usage or unreachable server; 130 interrupted."
)
_STYLES: Final = {
    "passed": "green",
    "warned": "yellow",
    "quarantined": "yellow",
    "accepted": "cyan",
    "failed": "bold red",
}
_ANOMALIES_SHOWN: Final = 20
_EXPORTED: Final = ("result_id", "run_id", "rule_name", "table_name", "status", "row_key")


def _row_count(context: click.Context, parameter: click.Parameter, value: str) -> int | None:
    """A number from 0, or None for all."""
    if value == "all":
        return None
    if not value.isascii() or not value.isdigit():
        raise click.BadParameter(f"{value!r} is neither a number nor all")
    return int(value)


@click.command(name="quality", epilog=_EPILOG)
@click.option("--layer", type=click.Choice(["bronze", "silver", "gold"]), help="Only rules on this layer.")
@click.option(
    "--entity", metavar="NAME", help="Only rules of a contract (shop/orders) or on a table (silver.orders)."
)
@click.option("--history", "has_history", is_flag=True, help="Every result, not only each rule's newest.")
@click.option(
    "--rows",
    default="3",
    show_default=True,
    metavar="N|all",
    callback=_row_count,
    help="So many failing rows of each rule, by key.",
)
@click.option(
    "--export",
    "out",
    type=click.Path(path_type=Path),
    help="Write all failing rows as CSV; - is the terminal.",
)
@click.option(
    "--accept",
    "number",
    type=int,
    metavar="NUMBER",
    help="Take this failed result as it is; the next run goes on.",
)
@click.option("--note", default="", help="Why; it is kept with who and when.")
@common_options
def quality_command(
    settings: Settings,
    layer: str | None,
    entity: str | None,
    has_history: bool,
    rows: int | None,
    out: Path | None,
    number: int | None,
    note: str,
) -> int:
    """What the contracts' rules found in the data: results, failing rows, days unlike the others."""
    with open_server(settings) as server, server.connect() as connection:
        if number is not None:
            accept(connection, number, note)
            click.echo(f"quality: {number} is accepted; run: warehouse run")
            return 0
        require_rules(connection, layer, entity)
        results = read_results(connection, layer, entity, has_history=has_history)
        anomalies = read_anomalies(connection, layer, entity)
    if out is not None:
        return _export(results, out)
    if not results:
        click.echo("quality: nothing was checked yet; run: warehouse run")
        return 0
    terminal = console()
    shown = [result for result in results if entity or has_history or not _is_dull(result)]
    if shown:
        terminal.print(_table(shown, has_history=has_history))
        click.echo()
    for line in _failing_rows(results, rows):
        click.echo(line)
    if anomalies:
        terminal.print(_anomaly_table(anomalies[: None if has_history else _ANOMALIES_SHOWN]))
    click.echo(_summary(results, len(results) - len(shown), anomalies))
    return 1 if any(result.is_open for result in _newest(results)) else 0


def _newest(results: Sequence[Result]) -> list[Result]:
    """Each rule's last result."""
    last: dict[str, Result] = {}
    for result in sorted(results, key=lambda result: result.number):
        last[result.rule] = result
    return list(last.values())


def _is_dull(result: Result) -> bool:
    """What would keep records out, and found none: there are hundreds of these."""
    return result.severity == "quarantine" and result.status == "passed"


def _table(results: Sequence[Result], *, has_history: bool) -> Table:
    table = Table(box=SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0))
    table.add_column("result", justify="right", no_wrap=True)
    if has_history:
        table.add_column("run", justify="right", no_wrap=True)
    for name in ("rule", "on"):
        table.add_column(name, overflow="fold")
    table.add_column("status", no_wrap=True)
    for name in ("checked", "failed", "found"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("which", overflow="fold")
    for result in results:
        table.add_row(
            str(result.number),
            *([str(result.run_id)] if has_history else []),
            Text(result.rule),
            Text(result.table),
            Text(result.status, style=_STYLES[result.status]),
            f"{result.checked:,}",
            f"{result.failed:,}",
            "" if result.observed is None else f"{result.observed:,.2f}".removesuffix(".00"),
            Text(result.threshold),
        )
    return table


def _failing_rows(results: Sequence[Result], limit: int | None) -> Iterator[str]:
    """A paragraph per rule whose rows can be named, then a line per rule that kept records out."""
    for result in results:
        if result.keys and limit != 0:
            about = f"{result.status}, result {result.number}"
            yield f"{result.rule}: {_counted(result.failed, 'row')} of {result.table} ({about})"
            for key in result.keys[:limit]:
                yield f"  {_told(key)}"
            listed = len(result.keys) if limit is None else min(limit, len(result.keys))
            if listed < len(result.keys):
                yield f"  and {result.failed - listed:,} more: warehouse quality --rows all"
            elif listed < result.failed:
                yield f"  and {result.failed - listed:,} more, of which no keys were kept"
            yield ""
    kept_out = [result for result in results if result.status == "quarantined" and limit != 0]
    for result in kept_out:
        yield f"{result.rule}: {_counted(result.failed, 'record')} kept out: warehouse quarantine list"
    if kept_out:
        yield ""


def _told(key: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {'NULL' if value is None else value}" for name, value in key.items())


def _anomaly_table(anomalies: Sequence[Mapping[str, Any]]) -> Table:
    table = Table(box=SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0))
    table.add_column("day", no_wrap=True)
    table.add_column("unlike such days", overflow="fold")
    for name in ("found", "usual", "spreads away"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in anomalies:
        of = f" {row['category']}" if row["category"] else ""
        figures = (row["observed"], row["expected"], row["score"])
        table.add_row(
            row["observed_on"],
            Text(f"{row['rule_name']}{of}"),
            *("" if figure is None else f"{figure:,.3f}".rstrip("0").rstrip(".") for figure in figures),
        )
    return table


def _summary(results: Sequence[Result], left_out: int, anomalies: Sequence[Mapping[str, Any]]) -> str:
    counts = Counter(result.status for result in results)
    told = ", ".join(f"{counts[status]:,} {status}" for status in reversed(_STYLES) if counts[status])
    hidden = f" ({left_out:,} that keep nothing out are not shown)" if left_out else ""
    days = len({(row["observed_on"], str(row["rule_name"]).partition(".")[0]) for row in anomalies})
    return f"quality: {_counted(len(results), 'result')}: {told}{hidden}; {_counted(days, 'unusual day')}"


def _export(results: Sequence[Result], out: Path) -> int:
    rows = [
        (result.number, result.run_id, result.rule, result.table, result.status, json.dumps(key))
        for result in results
        for key in result.keys
    ]
    export_csv(out, _EXPORTED, rows, f"quality: {_counted(len(rows), 'failing row')}")
    return 0


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
