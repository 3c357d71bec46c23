"""Migrations: what a run with nothing to do costs, and a status of a long history, as a user starts them.

On tsqld in a temporary folder or on the server that WAREHOUSE_TEST_DSN names. Prints figures and what they
are held against; seconds belong to the machine they were measured on.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table
from tests.bench.clock import median
from tests.e2e.site import ROOT, Site, new_site, remove_site

OBJECTS: Final = 500
HISTORY_ROWS: Final = 10_000
REPEATS: Final = 5
_TEXT: Final = ROOT / "database" / "silver" / "procedures" / "load_orders.sql"
_FILL: Final = f"""
INSERT INTO ops.object_versions (
    schema_name, object_name, object_kind, outcome, object_text, content_hash, deployed_at, deployed_by,
    tool_version, milliseconds, text_hash
)
SELECT
    versions.schema_name, versions.object_name, versions.object_kind, versions.outcome, versions.object_text,
    versions.content_hash, versions.deployed_at, versions.deployed_by, versions.tool_version,
    versions.milliseconds, versions.text_hash
FROM ops.object_versions AS versions
CROSS JOIN GENERATE_SERIES(1, {HISTORY_ROWS // OBJECTS - 1}) AS copies;
"""


def main() -> None:
    """Measure and print."""
    table = Table("what", "seconds", "at most", title="migrations", title_justify="left")
    with tempfile.TemporaryDirectory(prefix="migrations-bench-") as folder:
        site = new_site(Path(folder))
        try:
            measure_warehouse(site, table)
        finally:
            remove_site(site)
    with tempfile.TemporaryDirectory(prefix="migrations-bench-") as folder:
        site = new_site(Path(folder))
        try:
            measure_many(site, table)
        finally:
            remove_site(site)
    Console(highlight=False, width=120).print(table)


def measure_warehouse(site: Site, table: Table) -> None:
    """The project itself, its server running and started for the command."""
    site.done("migrate")
    if not site.dsn:
        row(table, "nothing to do, tsqld started for it", 3, median(lambda: site.done("migrate"), REPEATS))
    with site.server():
        row(table, "nothing to do, server running", 1, median(lambda: site.done("migrate"), REPEATS))


def measure_many(site: Site, table: Table) -> None:
    """500 procedures of the size of ours, then their history 20 times as long."""
    project = site.home.parent / "project"
    write_project(project)
    named = ("--project", str(project))
    with site.server() as server:
        site.done("migrate", *named, seconds=600)
        seconds = median(lambda: site.done("migrate", *named), REPEATS)
        row(table, f"nothing to do, {OBJECTS} objects", 3, seconds)
        with server.connect() as connection:
            connection.run(_FILL)
        seconds = median(lambda: site.done("migrate", "status", *named), REPEATS)
        row(table, f"status, {HISTORY_ROWS:,} rows of history", 1, seconds)


def write_project(project: Path) -> None:
    """A schema and OBJECTS procedures, each the text of silver.load_orders under another name."""
    procedures = project / "database" / "hr" / "procedures"
    procedures.mkdir(parents=True)
    (project / "migrations").mkdir()
    (project / "migrations" / "V0001__schema.sql").write_text("CREATE SCHEMA hr;\nGO\n", encoding="utf-8")
    text = _TEXT.read_text(encoding="utf-8")
    for number in range(OBJECTS):
        renamed = text.replace("silver.load_orders", f"hr.load_{number}")
        (procedures / f"load_{number}.sql").write_text(renamed, encoding="utf-8")


def row(table: Table, what: str, most: float, seconds: float) -> None:
    """A line of the table."""
    table.add_row(what, f"{seconds:.2f}", f"{most}")
