"""`warehouse source add`: files as people publish them reach silver with nothing edited by hand."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from tests.conftest import ROOT
from tests.e2e.site import Site, new_site, remove_site
from tests.layout.rules import faults
from tests.warehouse.deliveries import BANK, DELIVERIES, EXCEL, SALES, Delivery

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@dataclass(frozen=True)
class Added:
    """A project with all deliveries added, its warehouse, and what each command showed."""

    site: Site
    project: Path
    shown: dict[str, str]

    def said(self, delivery: Delivery) -> list[tuple[object, ...]]:
        """What silver says, decimals as text."""
        rows = self.site.query(delivery.query)
        return [
            tuple(
                value if isinstance(value, (int, str, bool)) or value is None else str(value)
                for value in row.values()
            )
            for row in rows
        ]


def copied_project(folder: Path) -> Path:
    """A project like this one, without its tests."""
    for name in ("database", "dags/contracts", "migrations"):
        shutil.copytree(ROOT / name, folder / name)
    return folder


def site_of(folder: Path) -> Site:
    """A warehouse whose project is a copy."""
    project = copied_project(folder / "project")
    site = new_site(folder / "site")
    return replace(site, environment={**site.environment, "WAREHOUSE_PROJECT": str(project)})


def written(folder: Path, delivery: Delivery) -> Path:
    """The first delivery as a file."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / delivery.file
    file.write_bytes(delivery.text.encode(delivery.encoding))
    return file


def add(site: Site, file: Path, delivery: Delivery, *more: str) -> subprocess.CompletedProcess[str]:
    return site.run(
        "source", "add", str(file), "--source", "t", "--entity", delivery.name, *delivery.options, *more
    )


@pytest.fixture(scope="module")
def added(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Added]:
    """All deliveries added, migrated and loaded."""
    folder = tmp_path_factory.mktemp("sources")
    (folder / "site").mkdir()
    site = site_of(folder)
    shown = {}
    for delivery in DELIVERIES:
        ended = add(site, written(folder / "mail", delivery), delivery)
        assert ended.returncode == 0, ended.stdout + ended.stderr
        shown[delivery.name] = ended.stdout
    with site.server():
        site.done("migrate")
        site.done("run", seconds=600)
        yield Added(site, folder / "project", shown)
    remove_site(site)


@pytest.mark.parametrize("delivery", DELIVERIES, ids=lambda delivery: delivery.name)
def test_what_a_file_is_is_shown_on_the_screen(added: Added, delivery: Delivery) -> None:
    assert [words for words in delivery.found if words not in added.shown[delivery.name]] == []


@pytest.mark.parametrize("delivery", DELIVERIES, ids=lambda delivery: delivery.name)
def test_its_records_are_in_silver_with_types(added: Added, delivery: Delivery) -> None:
    assert added.said(delivery) == delivery.said


def test_contracts_and_database_agree_and_every_record_is_accounted_for(added: Added) -> None:
    assert "database/ agrees" in added.site.done("contract", "check")
    assert "all of 42 records of 10 files accounted for" in added.site.done("reconcile")


def test_what_is_written_keeps_the_rules_of_layout(added: Added) -> None:
    found = [fault for fault in faults(added.project) if "t_" in fault.path]
    assert [str(fault) for fault in found] == []


def test_the_second_delivery_changes_records_by_key_or_by_content(added: Added) -> None:
    for delivery in DELIVERIES:
        file = added.site.landing / "t" / delivery.name / f"second {delivery.file}"
        file.write_bytes(delivery.second.encode(delivery.encoding))
    added.site.done("run", seconds=600)
    said = {delivery.name: added.said(delivery) for delivery in DELIVERIES}
    assert said == {delivery.name: delivery.said_again for delivery in DELIVERIES}
    assert "accounted for" in added.site.done("reconcile")
    assert "up to date" in added.site.done("run")


def test_titles_and_footers_are_no_records_and_are_kept_with_the_file(added: Added) -> None:
    rows = added.site.query(
        "SELECT header, record_count FROM ops.files WHERE path = N't/excel/Regional sales.csv'"
    )
    assert rows[0]["record_count"] == 4
    assert "Regional sales report" in rows[0]["header"]
    assert "Source: finance department" in rows[0]["header"]


@pytest.mark.parametrize("delivery", [BANK, EXCEL, SALES], ids=lambda delivery: delivery.name)
def test_the_tests_that_it_wrote_are_green(added: Added, delivery: Delivery) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "tsqlt_runner", "run", "-n", "1", "-k", f"t_{delivery.name}"],
        cwd=added.project,
        env={**os.environ, "PYTHONPATH": str(ROOT / "scripts"), "WAREHOUSE_HOME": str(added.site.home)},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert " passed" in ended.stdout


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    site = site_of(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    ended = add(site, written(tmp_path, SALES), SALES, "--dry-run")
    assert ended.returncode == 0
    assert "would write dags/contracts/t/sales.yml" in ended.stdout
    assert sorted(set(tmp_path.rglob("*")) - set(before)) == [tmp_path / SALES.file]


def test_what_cannot_be_added_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    site = site_of(tmp_path)
    file = written(tmp_path, SALES)
    assert add(site, file, SALES).returncode == 0
    headerless = tmp_path / "a.csv"
    headerless.write_text("1,2\n3,4\n5,6\n")
    empty = tmp_path / "b.csv"
    empty.write_text("\n")
    for ended, said in (
        (add(site, file, SALES), "is there already"),
        (add(site, headerless, BANK), "has no header"),
        (add(site, empty, BANK), "is empty"),
        (add(site, tmp_path / "nothing.csv", BANK), "there is no such file"),
        (add(site, file, BANK, "--key", "Nothing"), "has no column 'Nothing'"),
        (add(site, file, replace(BANK, name="Bank Account")), "such as bank_account"),
    ):
        assert ended.returncode == 2, ended.stdout + ended.stderr
        assert said in ended.stderr
        assert ended.stderr.count("\n") == 1


def test_a_key_can_be_named_or_done_without(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    site = site_of(tmp_path)
    file = written(tmp_path, SALES)
    named = add(site, file, SALES, "--dry-run", "--key", "User,Is Gift").stdout
    assert "key       user_text + is_gift" in named
    assert "key       none" in add(site, file, SALES, "--dry-run", "--no-key").stdout
