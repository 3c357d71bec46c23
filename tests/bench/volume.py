"""Many order lines from CSV to gold: rows a second of each step, processor seconds, and memory.

`make bench ARGS=volume` loads LINES order lines of a generated shop; a number behind it loads so many, so
that memory can be compared over sizes: `make bench ARGS="volume 500000"`. It takes long, so it runs only when
it is named.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table
from tests.bench.usage import Spent, command
from tests.e2e.site import Site, new_site, remove_site

from warehouse.connection import Server

LINES: Final = 10_000_000
MEMORY_BAR: Final = 3.0
"""GiB of server and client together."""
DAYS: Final = 20
LINES_PER_ORDER: Final = 2.5
_STEPS: Final = """
SELECT
    LEFT(steps.step, CHARINDEX(N':', CONCAT(steps.step, N':')) - 1) AS step,
    SUM(steps.rows_read) AS rows_read,
    SUM(steps.rows_written) AS rows_written,
    SUM(steps.milliseconds) AS milliseconds
FROM ops.run_steps AS steps
WHERE steps.status = N'done'
GROUP BY LEFT(steps.step, CHARINDEX(N':', CONCAT(steps.step, N':')) - 1)
ORDER BY MIN(steps.step_id);
"""


def main(lines: int = LINES) -> None:
    """Measure and print."""
    console = Console(highlight=False, width=120)
    with tempfile.TemporaryDirectory(prefix="volume-bench-") as folder:
        site = new_site(Path(folder))
        try:
            site.done("migrate")
            with site.server() as server:
                measure(site, server, lines, console)
        finally:
            remove_site(site)


def measure(site: Site, server: Server, lines: int, console: Console) -> None:
    """Generate, load, print."""
    per_day = round(lines / DAYS / LINES_PER_ORDER)
    generated = command(
        site, "generate", "--days", str(DAYS), "--orders-per-day", str(per_day), "--faults", "none",
        "--out", str(site.landing),
    )  # fmt: skip
    files = sorted(site.landing.glob("shop/order_items/*"))
    delivered = sum(path.read_bytes().count(b"\n") - 1 for path in files)
    spent = command(site, "run")
    console.print(step_table(server))
    table = Table("", "seconds", "CPU s", "lines a CPU second", "peak GiB")
    for what, one in (("generate", generated), ("run, CSV to gold", spent)):
        table.add_row(what, *figures(one, delivered))
    console.print(table)
    console.print(
        f"{delivered:,} order lines; client and server held {spent.memory / 2**30:.2f} GiB at most, "
        f"where {MEMORY_BAR:.0f} is the bar"
    )


def figures(spent: Spent, lines: int) -> tuple[str, ...]:
    """The cells of a row."""
    rate = f"{lines / spent.processor:,.0f}" if spent.processor else ""
    return f"{spent.seconds:.0f}", f"{spent.processor:.0f}", rate, f"{spent.memory / 2**30:.2f}"


def step_table(server: Server) -> Table:
    """Rows and seconds of each step, an entity's files together."""
    table = Table("step", "read", "written", "seconds", "rows read a second", title_justify="left")
    with server.connect() as connection:
        for row in connection.run(_STEPS).rows:
            seconds = row["milliseconds"] / 1000
            rate = f"{row['rows_read'] / seconds:,.0f}" if seconds else ""
            table.add_row(
                row["step"], f"{row['rows_read']:,}", f"{row['rows_written']:,}", f"{seconds:.1f}", rate
            )
    return table
