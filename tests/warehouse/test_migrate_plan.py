"""`warehouse migrate plan` and `status`: what would happen, what contradicts the history, what is gone."""

from __future__ import annotations

import pytest
from tests.warehouse.place import ADD_PERSON, NAMES, Place

from warehouse.errors import MigrationProblem
from warehouse.migrations.deploy import Options


@pytest.fixture
def people(place: Place) -> Place:
    place.people()
    place.apply()
    return place


def test_a_plan_of_a_missing_database_creates_nothing(place: Place) -> None:
    place.people()
    ended = place.run("plan")
    assert ended.code == 10
    assert ended.output.splitlines() == [
        "+ create database",
        "+ run migrations/V0001__create_people.sql (2 batches)",
        "+ deploy view hr.names, which is new",
        "+ deploy procedure hr.add_person, which is new",
    ]
    with place.server.connect("master") as connection:
        (row,) = connection.run(f"SELECT DB_ID(N'{place.server.database}') AS id;").rows
    assert row["id"] is None


def test_a_plan_without_changes_ends_with_0(people: Place) -> None:
    ended = people.run("plan")
    assert (ended.code, ended.output) == (0, "nothing to do\n")


def test_a_plan_shows_what_changes_in_an_object_and_changes_nothing(people: Place) -> None:
    people.write("database/hr/views/names.sql", NAMES.replace("people.name", "people.id"))
    ended = people.run("plan")
    assert ended.code == 10
    assert "-CREATE OR ALTER VIEW hr.names AS SELECT people.name FROM hr.people;" in ended.output
    assert "+CREATE OR ALTER VIEW hr.names AS SELECT people.id FROM hr.people;" in ended.output
    assert people.sql("SELECT name FROM sys.columns WHERE object_id = OBJECT_ID(N'hr.names');") == [
        {"name": "name"}
    ]


def test_a_plan_with_an_error_ends_with_2(people: Place) -> None:
    people.write("migrations/V0001__create_people.sql", "SELECT 1;")
    ended = people.run("plan")
    assert ended.code == 2
    assert "migrations/V0001__create_people.sql: was edited after it ran" in ended.errors


def test_a_full_plan_shows_new_texts(people: Place) -> None:
    people.write("migrations/V0002__more.sql", "CREATE TABLE hr.more (id int NOT NULL);\n")
    assert "+   CREATE TABLE hr.more (id int NOT NULL);" in people.run("plan", "--full").output


def test_a_plan_as_json_tells_the_same(people: Place) -> None:
    people.write("migrations/V0002__more.sql", "CREATE TABLE hr.more (id int NOT NULL);\n")
    people.write("database/hr/views/names.sql", NAMES.replace("people.name", "people.id"))
    ended = people.run("plan", "--json")
    assert ended.code == 10
    assert [one["file"] for one in ended.document["pending"]] == ["migrations/V0002__more.sql"]
    (changed,) = ended.document["objects"]
    assert (changed["name"], changed["change"]) == ("names", "changed")
    assert "+CREATE OR ALTER VIEW hr.names AS SELECT people.id FROM hr.people;" in changed["diff"]


def test_a_script_that_comes_too_late_runs_only_when_allowed(people: Place) -> None:
    people.write("migrations/V0003__c.sql", "CREATE TABLE hr.c (id int NOT NULL);")
    people.apply()
    people.write("migrations/V0002__b.sql", "CREATE TABLE hr.b (id int NOT NULL);")
    with pytest.raises(
        MigrationProblem, match=r"V0002__b\.sql: has a lower version than V0003.*--out-of-order"
    ):
        people.apply()
    assert people.run("plan").code == 2
    assert people.apply(Options(out_of_order=True)).applied == ("migrations/V0002__b.sql",)
    assert people.exists("hr.b")


def test_an_object_without_file_is_reported_and_dropped_with_prune(people: Place) -> None:
    (people.project / "database/hr/views/names.sql").unlink()
    plan = people.run("plan")
    assert (plan.code, plan.output) == (0, "  leave view hr.names, whose file is gone\n")
    ended = people.run("apply")
    assert "hr.names has no file any more; drop it with --prune" in ended.errors
    assert people.exists("hr.names")
    assert people.run("plan", "--prune").code == 10
    assert people.apply(Options(prune=True)).dropped == ("hr.names",)
    assert not people.exists("hr.names")
    assert people.run("plan", "--prune").code == 0
    assert people.drift() == []


def test_objects_that_need_each_other_are_dropped_one_after_the_other(people: Place) -> None:
    bound = "CREATE VIEW hr.{name} WITH SCHEMABINDING AS SELECT {columns} FROM hr.{source};"
    people.write("database/hr/views/a.sql", bound.format(name="a", columns="z.id", source="z"))
    people.write("database/hr/views/z.sql", bound.format(name="z", columns="people.id", source="people"))
    people.apply()
    for name in ("a", "z"):
        (people.project / f"database/hr/views/{name}.sql").unlink()
    assert people.apply(Options(prune=True)).dropped == ("hr.a", "hr.z")


def test_a_file_that_comes_back_is_deployed_again(people: Place) -> None:
    (people.project / "database/hr/views/names.sql").unlink()
    people.apply(Options(prune=True))
    people.write("database/hr/views/names.sql", NAMES)
    assert people.apply().deployed == ("hr.names",)


def test_status_lists_migrations_objects_and_problems(people: Place) -> None:
    people.write("migrations/V0002__more.sql", "CREATE TABLE hr.more (id int NOT NULL);")
    people.write("migrations/V0001__create_people.sql", "SELECT 1;")
    people.write(
        "database/hr/procedures/add_person.sql", ADD_PERSON.replace("@id, @name)", "@id + 1, @name)")
    )
    ended = people.run("status", "--json")
    assert ended.code == 0
    versions = [(one["version"], one["state"]) for one in ended.document["versions"]]
    assert versions == [(1, "edited"), (2, "pending")]
    objects = {one["name"]: one["state"] for one in ended.document["objects"]}
    assert objects == {"names": "up to date", "add_person": "changed"}
    assert "was edited after it ran" in ended.document["problems"][0]
    text = people.run("status").output
    assert "procedure hr.add_person: changed" in text
    assert "problem: migrations/V0001__create_people.sql: was edited" in text


def test_status_tells_how_the_last_run_failed(people: Place) -> None:
    people.write("migrations/V0002__half.sql", "SELECT 1;\nGO\n\nSELECT 2;\nTHROW 51000, N'no', 1;\n")
    assert people.run("apply").code == 2
    run = people.run("status", "--json").document["last_run"]
    assert (run["status"], run["error_number"], run["failed_line"]) == ("failed", 51000, 5)
    assert run["failed_file"] == "migrations/V0002__half.sql"
    assert run["failed_statement"] == "THROW 51000, N'no', 1;"


def test_what_ran_before_a_failure_stays_and_the_next_run_goes_on(people: Place) -> None:
    people.write("migrations/V0002__good.sql", "CREATE TABLE hr.good (id int NOT NULL);")
    people.write(
        "migrations/V0003__bad.sql", "CREATE TABLE hr.bad (id int NOT NULL);\nGO\nTHROW 51000, N'no', 1;"
    )
    people.write("migrations/V0004__last.sql", "CREATE TABLE hr.last (id int NOT NULL);")
    assert people.run("apply").code == 2
    assert [people.exists(f"hr.{name}") for name in ("good", "bad", "last")] == [True, False, False]
    people.write("migrations/V0003__bad.sql", "CREATE TABLE hr.bad (id int NOT NULL);")
    assert people.apply().applied == ("migrations/V0003__bad.sql", "migrations/V0004__last.sql")
    assert people.drift() == []


def test_views_on_a_changed_view_see_its_new_columns(people: Place) -> None:
    people.write("database/hr/views/wide.sql", "CREATE VIEW hr.wide AS SELECT * FROM hr.names;")
    people.write("database/hr/views/wider.sql", "CREATE VIEW hr.wider AS SELECT * FROM hr.wide;")
    people.apply()
    people.write(
        "database/hr/views/names.sql", NAMES.replace("people.name FROM", "people.name, people.id FROM")
    )
    assert people.run("plan", "--json").document["refreshed"] == ["hr.wide", "hr.wider"]
    assert people.apply().deployed == ("hr.names",)
    columns = people.sql("SELECT name FROM sys.columns WHERE object_id = OBJECT_ID(N'hr.wider');")
    assert [row["name"] for row in columns] == ["name", "id"]
    assert people.drift() == []
    assert len(people.run("history", "hr.wide", "--json").document["versions"]) == 1
