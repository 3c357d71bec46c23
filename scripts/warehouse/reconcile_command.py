"""The command `warehouse reconcile`: the accounts as a table, what does not add up, and the verdict.

Beside reconcile, which finds all of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click
from rich.box import SIMPLE_HEAD
from rich.table import Table

from warehouse.config import Settings, open_server
from warehouse.options import common_options, console
from warehouse.reconcile import FileAccount, reconcile

_SHOWN: Final = 20
_EPILOG: Final = (
    "Exit codes: 0 all accounted for; 1 not; 2 wrong usage or unreachable server; 130 interrupted."
)


@click.command(name="reconcile", epilog=_EPILOG)
@click.option(
    "--truth", type=click.Path(path_type=Path), help="truth.json of warehouse generate to compare with."
)
@click.option(
    "--all", "show_all", is_flag=True, help="Every line that does not add up, not only the first 20."
)
@common_options
def reconcile_command(settings: Settings, truth: Path | None, show_all: bool) -> int:
    """Account for every record of every delivered file, and compare with the truth where it is known.

    records = blank + refused + bronze + removed by retention; bronze + removed = current + superseded +
    duplicates + quarantined. The last
    line is the verdict.
    """
    with open_server(settings) as server, server.connect() as connection:
        verdict = reconcile(connection, truth)
    console().print(account_table(verdict.accounts))
    troubles = [*verdict.unaccounted, *verdict.differences]
    for line in troubles if show_all else troubles[:_SHOWN]:
        click.echo(f"warehouse: {line}", err=True)
    if len(troubles) > _SHOWN and not show_all:
        click.echo(f"warehouse: and {len(troubles) - _SHOWN:,} more; show them with --all", err=True)
    click.echo(str(verdict))
    return 0 if verdict.is_good else 1


def account_table(accounts: Sequence[FileAccount]) -> Table:
    """A row per entity."""
    table = Table(box=SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0))
    table.add_column("entity")
    for (
        name
    ) in "files records blank refused bronze removed current superseded duplicates quarantined".split():
        table.add_column(name, justify="right", no_wrap=True)
    for source, entity in sorted({(account.source, account.entity) for account in accounts}):
        own = [account for account in accounts if (account.source, account.entity) == (source, entity)]

        def total(*names: str, of: Sequence[FileAccount] = own) -> int:
            return sum(account.counts[name] for account in of for name in names)

        numbers = (
            len(own),
            total("records"),
            total("blank"),
            sum(sum(account.refused.values()) for account in own),
            total("bronze"),
            total("removed"),
            total("current"),
            total("superseded", "superseded_by_file"),
            total("duplicates_exact", "duplicates_by_key"),
            sum(sum(account.quarantined.values()) for account in own),
        )
        table.add_row(f"{source}/{entity}", *(f"{number:,}" for number in numbers))
    return table
