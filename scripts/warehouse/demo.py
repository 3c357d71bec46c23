"""`warehouse demo`: the public data set from CSV to gold, and what gold says about it.

On top of journey, migrations and pipeline. Every figure printed is read from the gold schema; the last line
has the same form whatever the terminal, so that it can be compared with totals computed elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

import click
from rich.console import Console

from warehouse.config import Settings, open_server
from warehouse.journey import export_journey
from warehouse.migrations.deploy import apply
from warehouse.odbc import Connection
from warehouse.pipeline import load, read_landing
from warehouse.report import bar_table

SOURCE_SYSTEM: Final = "journey"
_DEPARTMENTS_SHOWN: Final = 10

_BY_DEPARTMENT: Final = """
SELECT departments.department AS label, departments.sales_amount AS amount
FROM gold.sales_by_department AS departments
ORDER BY departments.sales_amount DESC, departments.department;
"""
_BY_MONTH: Final = """
SELECT months.year_month AS label, months.sales_amount AS amount
FROM gold.sales_by_month AS months
ORDER BY months.year_month;
"""
_TOTALS: Final = """
SELECT
    COUNT(*) AS order_lines,
    COUNT(DISTINCT facts.order_id) AS orders,
    COUNT(DISTINCT customers.customer_id) AS customers,
    COUNT(DISTINCT products.product_id) AS products,
    ISNULL(SUM(facts.sales_amount), 0) AS sales
FROM gold.fact_order_lines AS facts
INNER JOIN gold.dim_customers AS customers ON customers.customer_key = facts.customer_key
INNER JOIN gold.dim_products AS products ON products.product_key = facts.product_key
WHERE facts.source_system = @source_system;
"""


def run_demo(settings: Settings, results: Console, notes: Console, workers: int) -> int:
    """Export, migrate, run, show; the exit code. Errors: as those of its parts."""
    with notes.status("exporting the data set to CSV") as status:
        export_journey(settings.landing, status.update)
        status.update("reading the landing folder")
        delivery = read_landing(settings)
        status.update("starting")
        with open_server(settings) as server:
            outcome = apply(server, settings.project, status.update)
            click.echo(f"migrate: {outcome}")
            status.stop()
            result = load(server, settings, delivery, results, notes, workers)
            if result.failed:
                return 1
            results.print()
            with server.connect() as connection:
                show_revenue(connection, results)
                click.echo(totals_line(connection))
    return 0


def show_revenue(connection: Connection, console: Console) -> None:
    """Print revenue by department, the ten largest and the rest, and by month."""
    departments = with_rest(_amounts(connection.call(_BY_DEPARTMENT).rows), _DEPARTMENTS_SHOWN)
    console.print(bar_table("revenue by department", "department", "sales", departments))
    console.print()
    months = _amounts(connection.call(_BY_MONTH).rows)
    console.print(bar_table("revenue by month", "month", "sales", months))
    console.print()


def totals_line(connection: Connection) -> str:
    """The line the demo ends with, from gold."""
    (row,) = connection.call(_TOTALS, "@source_system nvarchar(20)", (SOURCE_SYSTEM,)).rows
    return (
        f"gold ({SOURCE_SYSTEM}): {row['order_lines']:,} order lines, {row['orders']:,} orders, "
        f"{row['customers']:,} customers, {row['products']:,} products sold, sales {row['sales']:,.2f}"
    )


def with_rest(rows: Sequence[tuple[str, Decimal]], shown: int) -> list[tuple[str, Decimal]]:
    """The first `shown` rows, and one row with the sum of the others when there are any."""
    rest = rows[shown:]
    if not rest:
        return list(rows)
    return [*rows[:shown], (f"{len(rest):,} others", sum((amount for _, amount in rest), Decimal(0)))]


def _amounts(rows: Sequence[Mapping[str, Any]]) -> list[tuple[str, Decimal]]:
    return [(str(row["label"]), Decimal(row["amount"])) for row in rows]
