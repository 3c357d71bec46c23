"""The command line `tsqlt-runner`: options, exit codes, one-line errors; the work is in the other modules.

Last in the package. Exit codes: 0 all passed, 1 a test failed, 2 tests could not run, 5 no test found,
130 interrupted.
"""

from __future__ import annotations

import datetime as dt
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import click

from tsqlt_runner.connection import BatchFailed, ServerError
from tsqlt_runner.coverage import Coverage
from tsqlt_runner.databases import PREFIX, Project, TestDatabase
from tsqlt_runner.errors import CannotRun
from tsqlt_runner.junit import junit_xml
from tsqlt_runner.locating import Locator
from tsqlt_runner.places import find_root, runner_home
from tsqlt_runner.report import Reporter
from tsqlt_runner.results import exit_code
from tsqlt_runner.running import Job, run_jobs
from tsqlt_runner.selection import selection
from tsqlt_runner.server import Server, open_servers
from tsqlt_runner.sources import SqlFile, check_classes, find_files, read_file
from tsqlt_runner.watchfiles import changes

_INTERRUPTED: Final = 130
_TESTS: Final = Path("tests/tsqlt")
_EPILOG: Final = (
    "Exit codes: 0 all passed, 1 a test failed, 2 tests could not run, 5 no test found, 130 interrupted."
)


@dataclass(frozen=True)
class Settings:
    """What the command was told. `dsn` None means tsqld as a child process, over a folder under `home`."""

    root: Path
    paths: tuple[Path, ...]
    expression: str
    jobs: int
    bundled: bool
    home: Path
    verbose: bool = False
    junit: Path | None = None
    coverage: bool = False
    watch: bool = False
    dsn: str | None = field(default=None, repr=False)

    def files(self) -> list[SqlFile]:
        """The test files, read. Errors: CannotRun."""
        found = [read_file(path, self.root) for path in find_files(self.paths, self.root)]
        check_classes(found)
        return found


@click.group(epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="sql-server-warehouse", prog_name="tsqlt-runner")
def main() -> None:
    """T-SQL unit tests on SQL Server, or on the engine that comes with the warehouse."""


@main.command(epilog=_EPILOG)
@click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path(path_type=Path))
@click.option("-k", "expression", default="", metavar="EXPR", help="Only tests with these words.")
@click.option(
    "-n", "--jobs", default=0, metavar="N", type=click.IntRange(0, 32), help="Databases side by side."
)
@click.option("-v", "--verbose", is_flag=True, help="A line per test.")
@click.option("--junit", type=click.Path(dir_okay=False, path_type=Path), help="Write JUnit XML.")
@click.option("--coverage", is_flag=True, help="Show the statements of the procedures that no test reached.")
@click.option("--watch", is_flag=True, help="Go on: run again what a changed file concerns.")
@click.option(
    "--framework",
    type=click.Choice(["bundled", "installed"]),
    default="bundled",
    show_default=True,
    help="The framework of this package, or the tSQLt that the test databases have.",
)
@click.option(
    "--dsn",
    envvar="WAREHOUSE_DSN",
    metavar="TEXT",
    help="ODBC connection string of the server; without one tsqld is started. Give a password in the "
    "environment only: in WAREHOUSE_DSN or WAREHOUSE_PASSWORD.",
)
def run(
    paths: tuple[Path, ...],
    expression: str,
    jobs: int,
    verbose: bool,
    junit: Path | None,
    coverage: bool,
    watch: bool,
    framework: str,
    dsn: str | None,
) -> None:
    """Run the tests of tests/tsqlt, or of the files and folders named by PATH.

    They run in databases warehouse_test_1, warehouse_test_2, … of the server, which are made when missing,
    migrated when the project's scripts changed, and kept.
    """
    root = find_root()
    settings = Settings(
        root=root,
        paths=paths or (root / _TESTS,),
        expression=expression,
        jobs=jobs,
        bundled=framework == "bundled",
        home=runner_home(root),
        verbose=verbose,
        junit=junit,
        coverage=coverage,
        watch=watch,
        dsn=dsn or None,
    )
    try:
        sys.exit(run_settings(settings))
    except (CannotRun, ServerError, BatchFailed) as problem:
        click.echo(f"tsqlt-runner: {' '.join(str(problem).split())}", err=True)
        sys.exit(2)
    except KeyboardInterrupt:
        click.echo("tsqlt-runner: interrupted", err=True)
        sys.exit(_INTERRUPTED)


def run_settings(settings: Settings) -> int:
    """Run what was asked for once; the exit code. Errors: CannotRun."""
    files = settings.files()
    chosen = choose(files, settings.expression)
    if not chosen and not settings.watch:
        click.echo("no tests found")
        return 5
    count = max(1, workers(settings, len(chosen)))
    with open_servers(settings.dsn, settings.home, count) as servers:
        databases = open_databases(settings, servers)
        code = run_chosen(settings, files, chosen, databases)
        if settings.watch:
            _watch(settings, databases)
        return code


def _watch(settings: Settings, databases: Sequence[TestDatabase]) -> None:
    """Run again whenever a file changes: its own tests for a test file, all that are chosen for any other."""
    for changed in changes([*settings.paths, settings.root / "database", settings.root / "migrations"]):
        try:
            files = settings.files()
            chosen = choose(files, settings.expression)
            own = [job for job in chosen if (settings.root / job.file.path).resolve() in changed]
            run_chosen(settings, files, own or chosen, databases)
        except (CannotRun, ServerError, BatchFailed) as problem:
            click.echo(f"tsqlt-runner: {problem}", err=True)


def choose(files: Sequence[SqlFile], expression: str) -> list[Job]:
    """The files with the tests that an expression selects, those without any left out."""
    matches = selection(expression)
    jobs = [Job(file, tuple(test for test in file.tests if matches(test.identifier))) for file in files]
    return [job for job in jobs if job.tests]


def workers(settings: Settings, files: int) -> int:
    """As many as are useful: one per processor, no more than files, unless a number was given."""
    return min(settings.jobs or os.cpu_count() or 1, files)


def open_databases(settings: Settings, servers: Sequence[Server]) -> list[TestDatabase]:
    """A test database on each server."""
    project = Project(settings.root, settings.bundled)
    return [
        TestDatabase(server, f"{PREFIX}{number}", project) for number, server in enumerate(servers, start=1)
    ]


def run_chosen(
    settings: Settings, files: Sequence[SqlFile], chosen: Sequence[Job], databases: Sequence[TestDatabase]
) -> int:
    """Run, report and write the XML; the exit code."""
    started, clock = dt.datetime.now(), time.monotonic()
    reporter = Reporter(sum(len(job.tests) for job in chosen), verbose=settings.verbose)
    coverage = Coverage() if settings.coverage else None
    run_jobs(chosen, databases, Locator(files, settings.root), reporter, coverage)
    for line in coverage.lines() if coverage else ():
        click.echo(line)
    reporter.summary(time.monotonic() - clock)
    if settings.junit is not None:
        settings.junit.write_text(junit_xml(reporter.files, started), encoding="utf-8")
    return exit_code(reporter.files)
