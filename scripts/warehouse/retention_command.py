"""The command `warehouse retention`: what is old enough to go, and, with --apply, away with it.

Beside retention and archive, which do the work.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import click
from rich.box import SIMPLE_HEAD
from rich.table import Table

from warehouse import archive, retention
from warehouse.config import Settings, open_server
from warehouse.options import common_options, console, notes

_EPILOG: Final = (
    "Exit codes: 0 done; 1 a statement failed; 2 wrong usage or unreachable server; 130 interrupted."
)


@click.command(name="retention", epilog=_EPILOG)
@click.option("--apply", "is_applied", is_flag=True, help="Do it; without, it is only shown.")
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]),
    help="As if it were that moment, which must have been  [default: now]",
)
@click.option(
    "--archive",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where delivered files go  [default: archive beside the landing folder]",
)
@common_options
def retention_command(
    settings: Settings, is_applied: bool, as_of: datetime | None, folder: Path | None
) -> int:
    """Show what the contracts' retention lets go: months of bronze, records, texts, logs, files.

    A line per month or policy: rows, from when to when, and whether it goes or why it stays.
    """
    moment = as_of.isoformat(timespec="milliseconds") if as_of else None
    with open_server(settings) as server, server.connect() as connection, notes().status("looking") as status:
        rows = retention.apply(connection, dry_run=not is_applied, as_of=moment)
        if is_applied:
            where = folder or settings.landing.parent / "archive"
            filed = str(archive.tidy(connection, settings.landing, where, moment, status.update))
        else:
            due = [row for row in archive.due(connection, moment) if row["action"] != "check"]
            files = "1 file" if len(due) == 1 else f"{len(due):,} files"
            filed = f"archive: {files} would be moved or deleted"
    own = [row for row in rows if row["outcome"] != "for the command line"]
    if own:
        console().print(_table(own))
    click.echo(_summary(own, is_applied))
    click.echo(filed)
    return 0


def _table(rows: Sequence[dict[str, Any]]) -> Table:
    table = Table(box=SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0))
    table.add_column("policy")
    table.add_column("rows", justify="right", no_wrap=True)
    for name in ("from", "to", "outcome"):
        table.add_column(name, overflow="fold")
    for row in rows:
        outcome = ": ".join(part for part in (row["outcome"], row["kept_because"]) if part)
        dates = (str(row[name])[:10] if row[name] is not None else "" for name in ("from_at", "to_at"))
        table.add_row(row["policy_name"], f"{row['row_count']:,}", *dates, outcome)
    return table


def _summary(rows: Sequence[dict[str, Any]], is_applied: bool) -> str:
    going = sum(row["row_count"] for row in rows if row["outcome"] != "kept")
    kept = sum(row["row_count"] for row in rows if row["outcome"] == "kept")
    said = "removed" if is_applied else "would go; remove them with --apply"
    waiting = f", {kept:,} old enough in part stay" if kept else ""
    counted = "1 row" if going == 1 else f"{going:,} rows"
    return f"retention: {counted} {said}{waiting}"
