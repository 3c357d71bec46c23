"""The warehouse: what the whole public data set costs from CSV to gold: seconds, rows a second, memory.

Runs the command line as a user does, on tsqld in a temporary folder or on the server that WAREHOUSE_TEST_DSN
names. Prints figures and judges none: they belong to the machine they were measured on.
"""

from __future__ import annotations

import json
import os
import platform
import re
import statistics
import tempfile
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table
from tests.bench.clock import timed
from tests.e2e.cut import figures_of_the_source
from tests.e2e.site import ROOT, Site, new_site, remove_site

from warehouse.config import Settings, open_server
from warehouse.connection import Server
from warehouse.journey import csv_file, export_journey

BULK_REPEATS: Final = 3
_STEPS: Final = """
SELECT steps.step, steps.status, steps.rows_read, steps.rows_written, steps.milliseconds
FROM ops.run_steps AS steps
WHERE steps.run_id = (SELECT MIN(runs.run_id) FROM ops.runs AS runs)
ORDER BY steps.step_id;
"""
_EMPTY: Final = "TRUNCATE TABLE bronze.journey_transactions_landing;"
_BULK: Final = """
DECLARE @bulk nvarchar(max) = CONCAT(
    N'BULK INSERT bronze.journey_transactions_drop FROM ''', REPLACE(@path, N'''', N''''''), N''' WITH (',
    N'FORMAT = ''CSV'', DATAFILETYPE = ''char'', FIRSTROW = 2, FIELDQUOTE = ''"'', FIELDTERMINATOR = '','', ',
    N'ROWTERMINATOR = ''0x0a'', KEEPNULLS, MAXERRORS = 0, TABLOCK);'
);
EXEC sys.sp_executesql @stmt = @bulk;
"""


def main() -> None:
    """Measure and print."""
    console = Console(highlight=False, width=120)
    with tempfile.TemporaryDirectory(prefix="warehouse-bench-") as folder:
        site = new_site(Path(folder))
        try:
            with open_server(_settings(site)) as server:
                measure(site, server, console)
        finally:
            remove_site(site)


def _settings(site: Site) -> Settings:
    return Settings(
        home=site.home,
        landing=site.landing,
        landing_on_server=site.environment.get("WAREHOUSE_LANDING_ON_SERVER") or str(site.landing),
        named_project=ROOT,
        dsn=site.dsn or None,
        password=os.environ.get("WAREHOUSE_PASSWORD"),
    )


def measure(site: Site, server: Server, console: Console) -> None:
    """Everything, from the export to the second run."""
    source = figures_of_the_source()
    rows = source.order_lines
    seconds = {
        "export of the CSV files": timed(lambda: export_journey(site.landing, lambda _: None)),
        "migrate an empty database": timed(lambda: site.done("migrate")),
        "first run, CSV to gold": timed(lambda: site.done("run")),
        "second run, nothing new": timed(lambda: site.done("run")),
    }
    console.print(step_table(server))
    table = Table(
        "what", "figure", title=f"{platform.machine()}, {os.cpu_count()} cores", title_justify="left"
    )
    for what, spent in seconds.items():
        table.add_row(what, f"{spent:.1f} s")
    bulk = bulk_seconds(site, server)
    table.add_row("BULK INSERT of the transactions", f"{bulk:.2f} s, {rows / bulk:,.0f} rows a second")
    memory = engine_memory(site)
    if memory:
        table.add_row("most memory the engine used", f"{memory / 2**30:.2f} GiB")
    equal = "yes" if site.figures() == source else "NO"
    table.add_row("gold equals the source", f"{equal}: {rows:,} order lines, sales {source.sales:,}")
    console.print(table)


def step_table(server: Server) -> Table:
    """Rows and seconds of each step of the first run, as the warehouse logged them."""
    table = Table("step", "rows written", "seconds", "rows a second", title="first run", title_justify="left")
    with server.connect() as connection:
        for row in connection.run(_STEPS).rows:
            seconds, written = row["milliseconds"] / 1000, row["rows_written"]
            rate = f"{written / seconds:,.0f}" if written and seconds else ""
            table.add_row(row["step"], f"{written:,}", f"{seconds:.2f}", rate)
    return table


def bulk_seconds(site: Site, server: Server) -> float:
    """The median time of BULK INSERT alone, into the empty landing table."""
    path = csv_file(Path(_settings(site).landing_on_server), "transactions").as_posix()
    spent = []
    with server.connect() as connection:
        for _ in range(BULK_REPEATS):
            connection.run(_EMPTY)
            spent.append(timed(lambda: connection.call(_BULK, "@path nvarchar(2000)", (path,))))
        connection.run(_EMPTY)
    return statistics.median(spent)


def engine_memory(site: Site) -> int:
    """The most memory tsqld's process held, in bytes; 0 where that cannot be known."""
    address = site.home / "tsqld.json"
    if not address.exists():
        return 0
    pid = json.loads(address.read_text(encoding="utf-8"))["pid"]
    status = Path(f"/proc/{pid}/status")
    found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text()) if status.exists() else None
    return int(found[1]) * 1024 if found else 0
