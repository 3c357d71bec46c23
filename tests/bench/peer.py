"""The journey from CSV to gold: the warehouse against dbt with DuckDB, the same tables, the checks of both.

`tests/bench/dbt` is the same flow as a dbt project: bronze as text with hashes and line numbers, silver typed
and without duplicates, gold with dimensions, facts and daily sums, then keys, references and missing values
checked. dbt is installed into a virtual environment of its own, `.warehouse/dbt`. Both sides take turns, each
into an empty database, starting what they need. Processor seconds tell what each costs, seconds on the clock
what the machine made of it.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import duckdb
from rich.console import Console
from rich.table import Table
from tests.bench.usage import Spent, measured
from tests.e2e.cut import Figures, figures_of_the_source
from tests.e2e.site import ROOT, new_site, remove_site

from warehouse.connection import Server
from warehouse.journey import export_journey

REPEATS: Final = 3
PACKAGES: Final = ("dbt-core==1.11.16", "dbt-duckdb==1.11.1", "duckdb==2.0.0")
_VENV: Final = ROOT / ".warehouse" / "dbt"
_PROJECT: Final = Path(__file__).parent / "dbt"
_PROFILE: Final = (
    "journey:\n  target: bench\n  outputs:\n    bench: {type: duckdb, path: '%s', threads: %d}\n"
)
_FIGURES: Final = """
SELECT count(*), count(DISTINCT facts.order_id), count(DISTINCT customers.customer_id),
    count(DISTINCT products.product_id), sum(facts.sales_amount)
FROM gold.fact_order_lines AS facts
JOIN gold.dim_customers AS customers USING (customer_key)
JOIN gold.dim_products AS products USING (product_key)
"""
_STEPS: Final = """
SELECT steps.step, steps.milliseconds
FROM ops.run_steps AS steps
WHERE steps.status = N'done'
ORDER BY steps.milliseconds DESC;
"""


def main() -> None:
    """Measure and print."""
    console = Console(highlight=False, width=120)
    dbt = installed()
    mine: list[Spent] = []
    theirs: list[Spent] = []
    with tempfile.TemporaryDirectory(prefix="peer-bench-") as name:
        landing = Path(name) / "landing"
        export_journey(landing, lambda _: None)
        for number in range(REPEATS):
            with loaded(Path(name) / f"warehouse{number}", landing) as (server, spent):
                mine.append(spent)
                steps = steps_of(server)
            theirs.append(built(dbt, Path(name) / f"dbt{number}", landing))
    console.print(steps_table(steps, theirs_of(dbt)))
    table = Table("", "warehouse", "dbt", "ratio", title=f"the journey, medians of {REPEATS} by turns")
    for what, figures in (
        ("seconds", [[one.seconds for one in side] for side in (mine, theirs)]),
        ("processor seconds", [[one.processor for one in side] for side in (mine, theirs)]),
    ):
        left, right = map(statistics.median, figures)
        table.add_row(what, f"{left:.1f}", f"{right:.1f}", f"{left / right:.2f}")
    console.print(table)


def installed() -> Path:
    """dbt's program, installed when it is missing or another version."""
    program, stamp = _VENV / "bin" / "dbt", _VENV / "packages.json"
    if program.exists() and stamp.exists() and json.loads(stamp.read_text()) == list(PACKAGES):
        return program
    print(f"bench: installing {' '.join(PACKAGES)} into {_VENV}", flush=True)
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(_VENV)], check=True)
    subprocess.run([str(_VENV / "bin" / "pip"), "install", "--quiet", *PACKAGES], check=True)
    stamp.write_text(json.dumps(PACKAGES), encoding="utf-8")
    return program


@contextmanager
def loaded(folder: Path, landing: Path) -> Iterator[tuple[Server, Spent]]:
    """The journey loaded into a new warehouse, whose database is made beforehand."""
    folder.mkdir()
    site = new_site(folder)
    shutil.copytree(landing, site.landing, dirs_exist_ok=True)
    try:
        site.done("migrate")
        with measured(0) as spent:
            site.done("run", seconds=1800)
        with site.server() as server:
            same("warehouse", site.figures())
            yield server, spent
    finally:
        remove_site(site)


def built(dbt: Path, folder: Path, landing: Path) -> Spent:
    """The same by `dbt build`, which also runs the project's tests."""
    folder.mkdir()
    database = folder / "journey.duckdb"
    (folder / "profiles.yml").write_text(_PROFILE % (database, os.cpu_count()), encoding="utf-8")
    command_line = [
        str(dbt), "build", "--quiet", "--project-dir", str(_PROJECT), "--profiles-dir", str(folder),
        "--target-path", str(_VENV / "target"), "--log-path", str(folder / "logs"),
        "--vars", json.dumps({"landing": str(landing)}),
    ]  # fmt: skip
    with measured(0) as spent:
        ended = subprocess.run(
            command_line, env=_quiet(os.environ), capture_output=True, text=True, check=False
        )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    with duckdb.connect(str(database), read_only=True) as connection:
        row = connection.execute(_FIGURES).fetchone()
    assert row is not None
    same("dbt", Figures(*row))
    return spent


def same(side: str, found: Figures) -> None:
    """Both must have loaded the same, or their times compare nothing."""
    expected = figures_of_the_source()
    assert found == expected, f"{side}: {found}, the source says {expected}"


def steps_of(server: Server) -> list[tuple[str, float]]:
    """The warehouse's steps and their seconds, the longest first."""
    with server.connect() as connection:
        return [(row["step"], row["milliseconds"] / 1000) for row in connection.run(_STEPS).rows]


def theirs_of(dbt: Path) -> list[tuple[str, float]]:
    """dbt's models, and its tests together, the longest first."""
    results = json.loads((dbt.parents[1] / "target" / "run_results.json").read_text(encoding="utf-8"))[
        "results"
    ]
    seconds = {"all tests": 0.0}
    for result in results:
        kind, _, *name = result["unique_id"].split(".")
        what = name[0] if kind == "model" else "all tests"
        seconds[what] = seconds.get(what, 0.0) + result["execution_time"]
    return sorted(seconds.items(), key=lambda item: -item[1])


def steps_table(mine: list[tuple[str, float]], theirs: list[tuple[str, float]]) -> Table:
    """Both sides' steps side by side, each by its length."""
    table = Table("warehouse", "seconds", "dbt", "seconds", title="where the time goes, last turn")
    for place in range(max(len(mine), len(theirs))):
        cells: list[str] = []
        for side in (mine, theirs):
            name, seconds = side[place] if place < len(side) else ("", 0.0)
            cells += [name.partition(":")[0], f"{seconds:.2f}" if name else ""]
        table.add_row(*cells)
    return table


def _quiet(environment: Mapping[str, str]) -> dict[str, str]:
    return {**environment, "DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "PYTHONPATH": ""}
