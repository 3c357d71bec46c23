"""`warehouse source add` on many kinds of files in one project: right values, or one line that says why."""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.e2e.site import Site, migrated_site, remove_site
from tests.warehouse.published import LOADED, PUBLISHED, REFUSED, Published, Refused
from tests.warehouse.test_source_add import copied_project

from warehouse.cli import main

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@dataclass(frozen=True)
class World:
    """The project with the files of LOADED added and loaded."""

    site: Site
    project: Path


def written(folder: Path, published: Published) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / published.file
    data = published.text.encode(published.encoding)
    file.write_bytes(gzip.compress(data) if file.suffix == ".gz" else data)
    return file


def added(project: Path, landing: Path, file: Path, entity: str, *options: str) -> tuple[int, str]:
    """`warehouse source add` in this process: its exit code, and what it printed."""
    environment = {"WAREHOUSE_PROJECT": str(project), "WAREHOUSE_LANDING": str(landing), "COLUMNS": "200"}
    command = ["source", "add", str(file), "--source", "p", "--entity", entity, *options]
    ended = CliRunner().invoke(main, command, env={**os.environ, **environment})
    if ended.exception is not None and not isinstance(ended.exception, SystemExit):
        raise ended.exception
    return ended.exit_code, ended.output


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, template: Path) -> Iterator[World]:
    """All files added, migrated and loaded."""
    folder = tmp_path_factory.mktemp("published")
    (folder / "site").mkdir()
    project = copied_project(folder / "project")
    site = migrated_site(folder / "site", template)
    site = replace(site, environment={**site.environment, "WAREHOUSE_PROJECT": str(project)})
    for published in LOADED:
        file = written(folder / "mail", published)
        code, said = added(project, site.landing, file, published.name, *published.options)
        assert code == 0, f"{published.name}: {said}"
    with site.server():
        site.done("migrate", seconds=600)
        site.done("run", seconds=600)
        yield World(site, project)
    remove_site(site)


@pytest.mark.parametrize("published", PUBLISHED, ids=lambda published: published.name)
def test_what_is_found_is_said(tmp_path: Path, published: Published) -> None:
    project = tmp_path / "project"
    for name in ("dags/contracts", "database", "migrations"):
        (project / name).mkdir(parents=True)
    file = written(tmp_path, published)
    code, said = added(project, tmp_path, file, published.name, *published.options, "--dry-run")
    assert code == 0, said
    assert [words for words in published.found if words not in said] == [], said


@pytest.mark.parametrize("published", LOADED, ids=lambda published: published.name)
def test_silver_has_the_right_values(world: World, published: Published) -> None:
    rows = world.site.query(published.query)
    said = [
        tuple(
            value if isinstance(value, (int, str, bool)) or value is None else str(value)
            for value in row.values()
        )
        for row in rows
    ]
    assert said == published.said


@pytest.mark.parametrize("published", LOADED, ids=lambda published: published.name)
def test_only_what_was_told_is_in_quarantine(world: World, published: Published) -> None:
    rows = world.site.query(
        "SELECT quarantine.rule_name, quarantine.reason FROM ops.quarantine AS quarantine "
        f"WHERE quarantine.file_path LIKE N'p/{published.name.replace('_', '[_]')}/%'"
    )
    assert len(rows) == published.kept_out, rows


def test_everything_agrees_and_is_accounted_for(world: World) -> None:
    assert "database/ agrees" in world.site.done("contract", "check")
    assert "accounted for" in world.site.done("reconcile")
    assert "up to date" in world.site.done("run")
    world.site.done("quality")


@pytest.mark.parametrize("refused", REFUSED, ids=lambda refused: refused.file)
def test_what_cannot_be_added_is_said_in_one_line(tmp_path: Path, refused: Refused) -> None:
    file = tmp_path / refused.file
    file.write_bytes(refused.data)
    project = tmp_path / "project"
    for name in ("dags/contracts", "database", "migrations"):
        (project / name).mkdir(parents=True)
    code, said = added(project, tmp_path / "landing", file, "thing")
    assert code == 2, said
    assert said.count("\n") == 1, said
    assert [words for words in refused.words if words not in said] == [], said
    assert not list(project.rglob("*.sql"))


# What the second delivery of some sources looks like, a record of each with something wrong in it.
_SECOND = {
    # fewer titles
    "units": "Air quality\nStation,Measured at,NO2,PM10,Temp\n,,µg/m³,µg/m³,°C\n"
    "DE3,2024-01-02 00:00,2.0,1,broken\n",
    # more titles, a column more, another footer
    "notes": "Table 12: Waste collected\nRevised\n\nBorough,Tonnes,Remark,Recycled (%),Change on year\n"
    'Elm,many,"new, small",50.0%,1\nTotal,"1",,,\n',
    # other delimiter, encoding and order of columns
    "german": "Filiale,Datum,PLZ,Umsatz,Menge,Rabatt\n"
    '"Bonn; Mitte",01.03.2024,53111,much,3,"0,0 %"\nKöln,02.03.2024,50667,"1.000,00",4,"0,0 %"\n',
    "no_header": "x,1,1,1,setosa\n",
    "escaped": '9,"a \\"b\\"",x\n'.join(("id,name,n\n", "")),
}
_SILVER = "SELECT {} AS v FROM silver.p_{} WHERE {}"
_CORRECTIONS = {
    "units": ("temp_deg_c=3.5", _SILVER.format("temp_deg_c", "units", "station = N'DE3'"), "3.5000"),
    "notes": ("tonnes=77", _SILVER.format("tonnes", "notes", "borough = N'Elm'"), "77"),
    "german": ("umsatz=5,25", _SILVER.format("umsatz", "german", "filiale = N'Bonn; Mitte'"), "5.2500"),
    "no_header": ("length=9.25", _SILVER.format("length", "no_header", "length > 9"), "9.2500"),
    "escaped": ("n=8", _SILVER.format("CONCAT(name, n)", "escaped", "id = 9"), 'a "b"8'),
}


def test_drift_is_told_and_corrected_records_of_any_file_come_in(world: World) -> None:
    by_name = {published.name: published for published in LOADED}
    for name, text in _SECOND.items():
        (world.site.landing / "p" / name / f"second {by_name[name].file}").write_text(text, encoding="utf-8")
    renamed = world.site.landing / "p" / "ids" / "renamed.csv"
    renamed.write_text("order id,called,zip,ean,big\n4,a,1,2,3\n", encoding="utf-8")
    ended = world.site.run("run", seconds=600)
    assert "its header lacks tracking" in ended.stdout + ended.stderr
    told = world.site.query("SELECT subject, message FROM ops.alerts WHERE subject LIKE N'p/%second%'")
    notices = {row["subject"].split("/")[1]: row["message"] for row in told}
    assert "'remark'" in notices["notes"]
    assert "has ',' between fields" in notices["german"]
    assert "is UTF-8 and was read so, not as windows-1252" in notices["german"]
    renamed.unlink()
    for name, (change, _, _) in _CORRECTIONS.items():
        (row,) = world.site.query(
            "SELECT quarantine_id FROM ops.quarantine "
            f"WHERE file_path LIKE N'p/{name}/second%' AND status = N'open'"
        )
        world.site.done("quarantine", "replay", str(row["quarantine_id"]), "--set", change)
    world.site.done("run", seconds=600)
    said = {name: world.site.query(query) for name, (_, query, _) in _CORRECTIONS.items()}
    wanted = {name: value for name, (_, _, value) in _CORRECTIONS.items()}
    assert {name: [str(row["v"]) for row in rows] for name, rows in said.items()} == {
        name: [str(value)] for name, value in wanted.items()
    }
    assert "accounted for" in world.site.done("reconcile")
