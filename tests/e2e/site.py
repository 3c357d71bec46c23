"""A warehouse of its own for a test: home, landing folder, and the command line run as a user runs it.

With WAREHOUSE_TEST_DSN the same tests run on that server, in a database of their own; its landing folder is
then WAREHOUSE_TEST_LANDING, seen by the server as WAREHOUSE_TEST_LANDING_ON_SERVER.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.e2e.cut import Figures

from warehouse.connection import Server, format_keywords, parse_keywords, server_from_dsn
from warehouse.embedded import embedded_server
from warehouse.errors import Diagnostic
from warehouse.odbc import Columns, Rows

ROOT = Path(__file__).resolve().parents[2]
TEST_DSN = os.environ.get("WAREHOUSE_TEST_DSN")


@dataclass(frozen=True)
class Site:
    """Where a test's warehouse lives. `environment` is what its commands see."""

    home: Path
    landing: Path
    environment: dict[str, str] = field(repr=False)

    @property
    def dsn(self) -> str:
        """The connection string of the site's database; empty for the embedded engine."""
        return self.environment.get("WAREHOUSE_DSN", "")

    def run(
        self, *arguments: str, text: str = "", seconds: int = 240, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Run `warehouse …` to its end, which must come in time; `text` is its standard input."""
        return subprocess.run(
            [sys.executable, "-m", "warehouse", *arguments],
            env={**self.environment, **environment},
            cwd=self.home.parent,
            input=text,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )

    def done(self, *arguments: str, text: str = "", seconds: int = 240, **environment: str) -> str:
        """Run `warehouse …`, which must succeed; what it printed."""
        ended = self.run(*arguments, text=text, seconds=seconds, **environment)
        assert ended.returncode == 0, f"{arguments}: exit {ended.returncode}\n{ended.stdout}\n{ended.stderr}"
        return ended.stdout

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start `warehouse …` in a process group of its own, as a terminal would."""
        return subprocess.Popen(
            [sys.executable, "-m", "warehouse", *arguments],
            env=self.environment,
            cwd=self.home.parent,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    @contextmanager
    def server(self) -> Iterator[Server]:
        """The site's server; the embedded engine is joined, or started for as long as the context lasts."""
        if self.dsn:
            yield server_from_dsn(self.dsn)
            return
        with embedded_server(self.home) as server:
            yield server

    def query(self, statement: str) -> list[dict[str, Any]]:
        """The rows of a SELECT; dates and times are text."""
        names: list[str] = []
        rows: list[dict[str, Any]] = []
        with self.server() as server, server.connect() as connection:
            for event in connection.batch(statement):
                assert not isinstance(event, Diagnostic) or not event.is_error, event
                if isinstance(event, Columns):
                    names = [column.name for column in event.columns]
                elif isinstance(event, Rows):
                    rows += [dict(zip(names, row, strict=True)) for row in event.rows]
        return rows

    def figures(self) -> Figures:
        """What gold shows."""
        (row,) = self.query(
            """
            SELECT
                COUNT(*) AS order_lines,
                COUNT(DISTINCT facts.order_id) AS orders,
                COUNT(DISTINCT customers.customer_id) AS customers,
                COUNT(DISTINCT products.product_id) AS products,
                SUM(facts.sales_amount) AS sales
            FROM gold.fact_order_lines AS facts
            INNER JOIN gold.dim_customers AS customers ON customers.customer_key = facts.customer_key
            INNER JOIN gold.dim_products AS products ON products.product_key = facts.product_key;
            """
        )
        return Figures(**row)


def new_site(folder: Path) -> Site:
    """A site under `folder`, with an empty landing folder and no database yet."""
    home, landing = folder / "home", folder / "landing"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("WAREHOUSE_")}
    environment |= {"WAREHOUSE_HOME": str(home), "WAREHOUSE_PROJECT": str(ROOT), "COLUMNS": "200"}
    environment["PYTHONPATH"] = str(ROOT / "scripts")
    if TEST_DSN:
        name = f"warehouse_test_{uuid.uuid4().hex[:12]}"
        keywords = {
            key: value for key, value in parse_keywords(TEST_DSN).items() if key.lower() != "database"
        }
        environment["WAREHOUSE_DSN"] = format_keywords({**keywords, "Database": name})
        landing = Path(os.environ.get("WAREHOUSE_TEST_LANDING", str(landing))) / name
        on_server = os.environ.get("WAREHOUSE_TEST_LANDING_ON_SERVER")
        if on_server:
            environment["WAREHOUSE_LANDING_ON_SERVER"] = f"{on_server}/{name}"
    landing.mkdir(parents=True, exist_ok=True)
    return Site(home, landing, {**environment, "WAREHOUSE_LANDING": str(landing)})


def migrated_site(folder: Path, template: Path) -> Site:
    """A site whose database is migrated: a copy of the one in `template`, which the first caller makes."""
    site = new_site(folder)
    if TEST_DSN:
        site.done("migrate")
        return site
    copy_migrated(template, site.home)
    return site


def copy_migrated(template: Path, home: Path) -> None:
    """Copy the migrated database in `template`; the first that asks makes it, the others wait."""
    template.parent.mkdir(parents=True, exist_ok=True)
    with template.with_name("lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not template.exists():
            original = new_site(template.with_name("making"))
            original.done("migrate")
            original.home.replace(template)
    shutil.copytree(template, home, dirs_exist_ok=True)


def remove_site(site: Site) -> None:
    """Drop the site's database where it is on a server that outlives the test."""
    if site.dsn:
        name = parse_keywords(site.dsn)["Database"]
        drop = f"ALTER DATABASE [{name}] SET SINGLE_USER WITH ROLLBACK IMMEDIATE; DROP DATABASE [{name}];"
        keywords = {**parse_keywords(site.dsn), "Database": "master"}
        site.run("sql", drop, WAREHOUSE_DSN=format_keywords(keywords))
