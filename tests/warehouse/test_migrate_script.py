"""`warehouse migrate script`: one file that a DBA runs, which ends where apply ends and may run again."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import ROOT, SqlServer
from tests.warehouse.place import NAMES, Place, drop_database

from tsql.batches import split_batches
from warehouse.connection import Server, server_from_dsn
from warehouse.errors import Diagnostic
from warehouse.migrations.deploy import apply
from warehouse.migrations.files import read_project
from warehouse.migrations.history import resource
from warehouse.migrations.offline import whole_script

_VERSIONS = """
SELECT version, script_name, file_path, content_hash, is_baseline FROM ops.schema_migrations ORDER BY version;
"""
_OBJECTS = """
SELECT schema_name, object_name, object_kind, outcome, file_path, object_text, content_hash
FROM ops.object_versions ORDER BY version_id;
"""
_SHAPE = "SELECT schema_name, object_name, object_kind, fact FROM ops.shape_facts;"


def parses(text: str, folder: Path) -> bool:
    file = folder / "script.sql"
    file.write_text(text, encoding="utf-8")
    maxdop = Path(sys.executable).with_name("maxdop")
    command = [str(maxdop), "--parser-version", "2019", str(file)]
    return subprocess.run(command, capture_output=True, check=False).returncode != 1


def as_management_studio(server: Server, text: str) -> tuple[list[str], list[str]]:
    """Run every batch on one connection whatever the ones before did; messages and errors."""
    messages: list[str] = []
    errors: list[str] = []
    with server.connect() as connection:
        for batch in split_batches(text):
            for event in connection.batch(batch.text):
                if isinstance(event, Diagnostic):
                    (errors if event.is_error else messages).append(event.text)
    return messages, errors


def created(place: Place) -> Place:
    with place.server.connect("master") as connection:
        connection.run(f"CREATE DATABASE [{place.server.database}];")
    return place


def everything(server: Server) -> list[Any]:
    with server.connect() as connection:
        rows = [[dict(row) for row in connection.run(query).rows] for query in (_VERSIONS, _OBJECTS)]
        shape = {tuple(row.values()) for row in connection.run(_SHAPE).rows}
        connection.run(resource("facts.sql"))
        live = {
            tuple(row.values())
            for row in connection.run(
                "SELECT schema_name, object_name, object_kind, fact FROM #live_facts;"
            ).rows
        }
    assert shape == live
    return [*rows, shape]


def test_the_script_of_the_whole_project_ends_where_apply_ends(
    place: Place, tsqld_server: SqlServer, tmp_path: Path
) -> None:
    text = whole_script(read_project(ROOT))
    assert parses(text, tmp_path)
    created(place)
    messages, errors = as_management_studio(place.server, text)
    assert errors == []
    assert messages[-1] == "done"
    before = everything(place.server)
    runs = place.count("ops.migration_runs")
    assert as_management_studio(place.server, text) == (["up to date"], [])
    assert everything(place.server) == before
    assert place.count("ops.migration_runs") == runs
    assert str(apply(place.server, ROOT, place.said.append)).startswith("up to date")
    other = server_from_dsn(tsqld_server.dsn(f"{place.server.database}_applied"))
    try:
        apply(other, ROOT, place.said.append)
        assert everything(other) == before
    finally:
        drop_database(other)


@pytest.fixture
def people(place: Place) -> Place:
    place.people()
    return created(place)


def script(place: Place, *arguments: str) -> str:
    ended = place.run("script", *arguments)
    assert ended.code == 0, ended.errors
    return ended.output


def test_an_error_stops_everything_behind_it_and_the_lock_is_released(people: Place) -> None:
    people.write("migrations/V0002__bad.sql", "CREATE TABLE hr.bad (id int NOT NULL);\nGO\nSELECT 1 / 0;")
    people.write("migrations/V0003__last.sql", "CREATE TABLE hr.last (id int NOT NULL);")
    text = script(people)
    _, errors = as_management_studio(people.server, text)
    assert len(errors) == 1
    assert "migrations/V0002__bad.sql: error 8134" in errors[0]
    names = ("hr.people", "hr.bad", "hr.last", "hr.names")
    assert [people.exists(name) for name in names] == [True, False, False, False]
    (run,) = people.sql("SELECT status, failed_file, error_number FROM ops.migration_runs;")
    assert run == {"status": "failed", "failed_file": "migrations/V0002__bad.sql", "error_number": 8134}
    people.write("migrations/V0002__bad.sql", "CREATE TABLE hr.bad (id int NOT NULL);")
    assert as_management_studio(people.server, script(people))[1] == []
    assert people.exists("hr.names")
    assert people.drift() == []


def test_an_edited_migration_stops_the_script(people: Place) -> None:
    people.apply()
    people.write("migrations/V0001__create_people.sql", "SELECT 1;")
    people.write("migrations/V0002__more.sql", "CREATE TABLE hr.more (id int NOT NULL);")
    _, errors = as_management_studio(people.server, script(people))
    assert errors == [
        "migrations/V0001__create_people.sql: was edited after it ran; compare with: warehouse migrate status"
    ]
    assert not people.exists("hr.more")


def test_the_script_refuses_to_run_in_master(people: Place) -> None:
    master = Server(people.server.keywords, "master")
    _, errors = as_management_studio(master, script(people))
    assert errors == ["choose the database of the warehouse first, then run this script again"]


def test_the_script_waits_for_nobody_who_holds_the_lock(people: Place) -> None:
    text = script(people).replace("@LockTimeout = 60000", "@LockTimeout = 100")
    with people.server.connect() as holder:
        holder.run(
            "EXEC sys.sp_getapplock @Resource = N'warehouse migrate', @LockMode = N'Exclusive', "
            "@LockOwner = N'Session';"
        )
        _, errors = as_management_studio(people.server, text)
    assert errors == ["another migrate still runs on this database; wait for it and run this script again"]
    assert not people.exists("hr.people")


def test_strings_comments_go_and_repeats_survive_the_script(people: Place) -> None:
    people.write(
        "migrations/V0002__fill.sql",
        "/* /* GO */\nGO\n*/ INSERT INTO hr.people (id, name) VALUES (1, N'it''s\nGO\n');\nGO 5\n",
    )
    assert as_management_studio(people.server, script(people))[1] == []
    assert people.count("hr.people") == 5
    assert people.sql("SELECT DISTINCT name FROM hr.people;") == [{"name": "it's\nGO\n"}]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("CREATE TABLE #t (a int NULL);\nGO\nSELECT a FROM #t;", "#t"),
        ("SET IDENTITY_INSERT hr.people ON;\nGO\nSET IDENTITY_INSERT hr.people OFF;", "SET IDENTITY_INSERT"),
    ],
)
def test_what_cannot_be_carried_is_refused(people: Place, text: str, what: str) -> None:
    people.write("migrations/V0002__two_batches.sql", text)
    ended = people.run("script")
    assert ended.code == 2
    assert f"{what} lasts over more than one batch, which an offline script cannot carry" in ended.errors


def test_a_pending_script_holds_only_what_the_server_lacks(people: Place, tmp_path: Path) -> None:
    people.apply()
    people.write("migrations/V0002__more.sql", "CREATE TABLE hr.more (id int NOT NULL);")
    people.write("database/hr/views/names.sql", NAMES.replace("name FROM", "id FROM"))
    text = script(people, "--pending")
    assert "V0002__more" in text
    assert "CREATE TABLE hr.people" not in text
    assert "hr.add_person" not in text
    assert parses(text, tmp_path)
    assert as_management_studio(people.server, text)[1] == []
    assert people.run("plan").code == 0
    assert people.drift() == []


def test_a_script_can_be_written_to_a_file_without_any_server(people: Place, tmp_path: Path) -> None:
    target = tmp_path / "all.sql"
    ended = people.run(
        "script", "--output", str(target), "--json", WAREHOUSE_DSN="Server=tcp:127.0.0.1,1;UID=x;PWD=x"
    )
    assert ended.document == {"command": "script", "file": str(target), "text": None}
    assert target.read_text(encoding="utf-8").startswith("-- Written by warehouse migrate script")
