"""The commands `warehouse match list|show|accept|reject|unmerge`: customers that may be one person.

On top of connection; scoring, deciding and joining is T-SQL's (ops.match_candidates and its procedures).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import click
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from warehouse.config import Settings, open_server
from warehouse.errors import UsageProblem
from warehouse.odbc import Connection
from warehouse.options import common_options, console

_EPILOG: Final = (
    "Exit codes: 0 done; 1 a pair cannot be decided so; 2 wrong usage or unreachable server; 130 interrupted."
)
_STATUSES: Final = ("pending", "auto_accepted", "accepted", "rejected", "withdrawn")
_LIST: Final = """
SELECT TOP (@limit)
    candidates.candidate_id,
    CONCAT(candidates.left_source_system, N'/', candidates.left_customer_id) AS left_customer,
    CONCAT_WS(N' ', lefts.first_name, lefts.last_name) AS left_name,
    CONCAT(candidates.right_source_system, N'/', candidates.right_customer_id) AS right_customer,
    CONCAT_WS(N' ', rights.first_name, rights.last_name) AS right_name,
    candidates.score,
    candidates.name_score,
    candidates.email_score,
    candidates.phone_score,
    candidates.address_score,
    candidates.status,
    candidates.decided_by,
    CONVERT(nvarchar(23), candidates.decided_at, 126) AS decided_at,
    candidates.note,
    COUNT(*) OVER () AS found
FROM ops.match_candidates AS candidates
LEFT OUTER JOIN silver.customers AS lefts
    ON lefts.source_system = candidates.left_source_system
        AND lefts.customer_id = candidates.left_customer_id
LEFT OUTER JOIN silver.customers AS rights
    ON rights.source_system = candidates.right_source_system
        AND rights.customer_id = candidates.right_customer_id
WHERE (@status IS NULL OR candidates.status = @status)
    AND (@candidate_id IS NULL OR candidates.candidate_id = @candidate_id)
ORDER BY candidates.score DESC, candidates.candidate_id;
"""
_SIDES: Final = """
SELECT
    customers.source_system,
    customers.customer_id,
    customers.first_name,
    customers.last_name,
    customers.email,
    customers.phone,
    customers.street,
    customers.city,
    customers.postal_code,
    CONVERT(nvarchar(10), customers.registered_at, 23) AS registered_at
FROM ops.match_candidates AS candidates
INNER JOIN silver.customers AS customers
    ON (
        customers.source_system = candidates.left_source_system
        AND customers.customer_id = candidates.left_customer_id
    )
    OR (
        customers.source_system = candidates.right_source_system
        AND customers.customer_id = candidates.right_customer_id
    )
WHERE candidates.candidate_id = @candidate_id
ORDER BY customers.source_system, customers.customer_id;
"""
_HISTORY: Final = """
SELECT
    CONVERT(nvarchar(19), decisions.decided_at, 126) AS decided_at,
    decisions.status,
    decisions.score,
    decisions.decided_by,
    decisions.note
FROM ops.match_decisions AS decisions
WHERE decisions.candidate_id = @candidate_id
ORDER BY decisions.decision_id;
"""
_ACCEPT: Final = "EXEC ops.accept_match @candidate_id = @candidate_id, @note = @note;"
_REJECT: Final = "EXEC ops.reject_match @candidate_id = @candidate_id, @note = @note;"
_UNMERGE: Final = "EXEC ops.unmerge_match @candidate_id = @candidate_id, @note = @note;"
_TAKE_OUT: Final = """
EXEC ops.unmerge_customer @source_system = @source_system, @customer_id = @customer_id, @note = @note;
"""


@click.group()
def match() -> None:
    """Customers that may be one person: look at the pairs, join them, keep them apart, take that back."""


@match.command(name="list", epilog=_EPILOG)
@click.option(
    "--status",
    type=click.Choice([*_STATUSES, "all"]),
    default="pending",
    show_default=True,
    help="Only pairs in this state.",
)
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1), help="At most so many.")
@common_options
def list_pairs(settings: Settings, status: str, limit: int) -> int:
    """A line per pair, the most alike first."""
    with open_server(settings) as server, server.connect() as connection:
        rows = _pairs(connection, None if status == "all" else status, None, limit)
    if rows:
        console().print(_table(rows))
    found = rows[0]["found"] if rows else 0
    shown = f", {limit} shown" if found > limit else ""
    pairs = "1 pair" if found == 1 else f"{found:,} pairs"
    click.echo(f"match: {pairs}{'' if status == 'all' else ' ' + status}{shown}")
    return 0


@match.command(epilog=_EPILOG)
@click.argument("number", type=int)
@common_options
def show(settings: Settings, number: int) -> int:
    """Both customers of pair NUMBER side by side, the score by part, and what was decided when."""
    with open_server(settings) as server, server.connect() as connection:
        found = _pairs(connection, None, number, 1)
        sides = connection.call(_SIDES, "@candidate_id bigint", (number,)).rows
        history = connection.call(_HISTORY, "@candidate_id bigint", (number,)).rows
    if not found:
        raise UsageProblem(
            f"{number}: there is no such pair; list them with warehouse match list --status all"
        )
    for name in ("score", "name_score", "email_score", "phone_score", "address_score", "status", "note"):
        if found[0][name] is not None:
            click.echo(f"{name:<15}{found[0][name]}")
    table = Table(box=SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0))
    for title in ("", *(f"{side['source_system']}/{side['customer_id']}" for side in sides)):
        table.add_column(title, overflow="fold")
    for name in "first_name last_name email phone street city postal_code registered_at".split():
        table.add_row(name, *(Text(str(side[name] or "")) for side in sides))
    console().print(table)
    for row in history:
        note = f": {row['note']}" if row["note"] else ""
        click.echo(f"{row['decided_at']}  {row['status']} by {row['decided_by']} at {row['score']}{note}")
    return 0


@match.command(name="accept", epilog=_EPILOG)
@click.argument("numbers", type=int, nargs=-1, required=True, metavar="NUMBER...")
@click.option("--note", help="Why; it is kept with who and when.")
@common_options
def accept_pairs(settings: Settings, numbers: tuple[int, ...], note: str | None) -> int:
    """Take both customers of each pair as one person, from the next warehouse run on in gold too."""
    return _decide(settings, _ACCEPT, numbers, note, "accepted")


@match.command(name="reject", epilog=_EPILOG)
@click.argument("numbers", type=int, nargs=-1, required=True, metavar="NUMBER...")
@click.option("--note", help="Why; it is kept with who and when.")
@common_options
def reject_pairs(settings: Settings, numbers: tuple[int, ...], note: str | None) -> int:
    """Keep both customers of each pair apart; the pair is not proposed again unless one of them changes."""
    return _decide(settings, _REJECT, numbers, note, "rejected")


@match.command(name="unmerge", epilog=_EPILOG)
@click.argument("numbers", type=int, nargs=-1, metavar="[NUMBER...]")
@click.option("--customer", metavar="SOURCE/ID", help="All matches of this customer instead.")
@click.option("--note", help="Why; it is kept with who and when.")
@common_options
def unmerge_pairs(
    settings: Settings, numbers: tuple[int, ...], customer: str | None, note: str | None
) -> int:
    """Take accepted matches back, those that were accepted automatically too; they count as rejected."""
    if bool(numbers) == bool(customer):
        raise UsageProblem("unmerge: give numbers of pairs (warehouse match list) or --customer SOURCE/ID")
    if customer is None:
        return _decide(settings, _UNMERGE, numbers, note, "taken apart")
    source, _, number = customer.partition("/")
    with open_server(settings) as server, server.connect() as connection:
        declared = "@source_system nvarchar(20), @customer_id nvarchar(50), @note nvarchar(1000)"
        connection.call(_TAKE_OUT, declared, (source, number, note))
    click.echo(f"match: {customer} is taken out of its group")
    return 0


def _decide(settings: Settings, sql: str, numbers: Sequence[int], note: str | None, said: str) -> int:
    with open_server(settings) as server, server.connect() as connection:
        for number in numbers:
            connection.call(sql, "@candidate_id bigint, @note nvarchar(1000)", (number, note))
            click.echo(f"match: {number} is {said}")
    return 0


def _pairs(
    connection: Connection, status: str | None, number: int | None, limit: int
) -> list[dict[str, Any]]:
    declared = "@status nvarchar(20), @candidate_id bigint, @limit bigint"
    return [dict(row) for row in connection.call(_LIST, declared, (status, number, limit)).rows]


def _table(rows: Sequence[dict[str, Any]]) -> Table:
    table = Table(box=SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0))
    table.add_column("id", justify="right", no_wrap=True)
    for name in ("one", "", "other", ""):
        table.add_column(name, overflow="fold")
    for name in ("score", "name", "e-mail", "phone", "address"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("status", no_wrap=True)
    for row in rows:
        parts = (row[name] for name in ("score", "name_score", "email_score", "phone_score", "address_score"))
        table.add_row(
            str(row["candidate_id"]),
            row["left_customer"],
            Text(row["left_name"]),
            row["right_customer"],
            Text(row["right_name"]),
            *("" if part is None else f"{part:.2f}" for part in parts),
            row["status"],
        )
    return table
