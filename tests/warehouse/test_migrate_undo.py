"""`history`, `diff`, `undo`, `baseline`, `repair`, `new`: every text is kept, and steps can be taken back."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from tests.warehouse.place import CREATE_PEOPLE, NAMES, Place

from warehouse.errors import MigrationProblem
from warehouse.migrations.deploy import Options

SECOND = NAMES.replace("people.name FROM", "people.name, people.id FROM")
THIRD = NAMES.replace("people.name FROM", "people.id FROM")


@pytest.fixture
def people(place: Place) -> Place:
    place.people()
    place.apply()
    return place


def columns(place: Place) -> list[str]:
    query = "SELECT name FROM sys.columns WHERE object_id = OBJECT_ID(N'hr.names') ORDER BY column_id;"
    return [row["name"] for row in place.sql(query)]


def commit(folder: Path) -> str:
    for arguments in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "--message", "all"]):
        identity = ["-c", "user.name=Test", "-c", "user.email=test@example.com"]
        subprocess.run(["git", "-C", str(folder), *identity, *arguments], check=True)
    said = subprocess.run(
        ["git", "-C", str(folder), "rev-parse", "HEAD"], check=True, capture_output=True, text=True
    )
    return said.stdout.strip()


def test_every_text_is_kept_with_who_when_and_from_which_commit(place: Place) -> None:
    place.people()
    first = commit(place.project)
    place.apply()
    place.write("database/hr/views/names.sql", SECOND)
    place.apply()
    versions = place.run("history", "hr.names", "--json").document["versions"]
    assert [one["text"] for one in versions] == [NAMES, SECOND]
    assert [one["git_commit"] for one in versions] == [first, f"{first}+"]
    assert all(one["deployed_by"] and one["host_name"] and one["tool_version"] for one in versions)
    assert len({one["hash"] for one in versions}) == 2
    assert len(place.run("history", "hr.names").output.splitlines()) == 2


def test_history_alone_lists_the_runs(people: Place) -> None:
    people.write("migrations/V0002__bad.sql", "THROW 51000, N'no', 1;")
    people.run("apply")
    runs = people.run("history", "--json").document["runs"]
    assert [(run["command"], run["status"]) for run in runs] == [("apply", "succeeded"), ("apply", "failed")]
    assert "51000" in people.run("history").output


def test_the_history_of_an_unknown_object_is_an_error(people: Place) -> None:
    ended = people.run("history", "hr.nothing")
    assert (ended.code, ended.errors) == (
        2,
        "warehouse: hr.nothing: was never deployed by warehouse migrate; check the name\n",
    )


def test_any_two_texts_compare(people: Place) -> None:
    people.write("database/hr/views/names.sql", SECOND)
    people.apply()
    people.write("database/hr/views/names.sql", THIRD)
    people.sql("ALTER VIEW hr.names AS SELECT 1 AS by_hand;")
    assert people.run("diff", "hr.names").code == 10
    assert people.run("diff", "hr.names", "2", "2").code == 0
    changed = people.run("diff", "hr.names", "1", "2", "--json").document
    assert (changed["from"], changed["to"], changed["diff"][-3:]) == (
        "1",
        "2",
        [f"-{NAMES.splitlines()[0]}", f"+{SECOND.splitlines()[0]}", " GO"],
    )
    assert "by_hand" in people.run("diff", "hr.names", "2", "live").output
    wrong = people.run("diff", "hr.names", "9", "1")
    assert (wrong.code, "give 1 to 2, 'file' or 'live'" in wrong.errors) == (2, True)


def test_a_reformatted_file_is_no_difference(people: Place) -> None:
    people.write("database/hr/views/names.sql", "-- note\n" + NAMES.replace(" AS ", "\r\nAS\r\n"))
    assert people.run("diff", "hr.names").output == "no difference\n"


def test_undo_restores_the_text_before_and_the_one_before_that(people: Place) -> None:
    for text in (SECOND, THIRD):
        people.write("database/hr/views/names.sql", text)
        people.apply()
    assert columns(people) == ["id"]
    assert people.run("undo", "hr.names").code == 0
    assert columns(people) == ["name", "id"]
    assert people.run("undo", "hr.names").code == 0
    assert columns(people) == ["name"]
    ended = people.run("undo", "hr.names")
    assert (ended.code, "has no earlier text" in ended.errors) == (2, True)
    assert people.run("undo", "hr.names", "--to", "3").code == 0
    assert columns(people) == ["id"]
    assert people.drift() == []


def test_after_undo_the_file_is_planned_again(people: Place) -> None:
    people.write("database/hr/views/names.sql", SECOND)
    people.apply()
    people.run("undo", "hr.names")
    assert people.run("plan").code == 10
    people.write("database/hr/views/names.sql", NAMES)
    assert people.run("plan").code == 0


def test_a_dropped_object_comes_back_by_undo(people: Place) -> None:
    (people.project / "database/hr/views/names.sql").unlink()
    people.apply(Options(prune=True))
    assert people.run("undo", "hr.names").code == 0
    assert columns(people) == ["name"]


MORE = "CREATE TABLE hr.more (id int NOT NULL);\n"
DROP_MORE = "DROP TABLE hr.more;\n"


@pytest.fixture
def undoable(people: Place) -> Place:
    people.write("migrations/V0002__more.sql", MORE)
    people.write("migrations/U0002__more.sql", DROP_MORE)
    return people


def test_undo_takes_back_the_newest_migration_and_apply_runs_it_again(undoable: Place) -> None:
    undoable.apply()
    ended = undoable.run("undo")
    assert (ended.code, ended.output.startswith("undid V0002 by migrations/U0002__more.sql (")) == (0, True)
    assert not undoable.exists("hr.more")
    assert undoable.drift() == []
    assert undoable.apply().applied == ("migrations/V0002__more.sql",)


def test_undo_down_to_a_version_takes_back_all_above_newest_first(undoable: Place) -> None:
    undoable.write("migrations/V0003__index.sql", "CREATE INDEX IX_more ON hr.more (id);")
    undoable.write("migrations/U0003__index.sql", "DROP INDEX IX_more ON hr.more;")
    undoable.apply()
    older = undoable.run("undo", "V0002")
    assert (older.code, "V0003 ran later" in older.errors) == (2, True)
    ended = undoable.run("undo", "--to", "V0001", "--json")
    assert ended.document["undone"] == ["migrations/U0003__index.sql", "migrations/U0002__more.sql"]


def test_a_migration_without_undo_script_is_not_undone(people: Place) -> None:
    ended = people.run("undo")
    assert ended.code == 2
    assert "has no undo script; write migrations/U0001__create_people.sql" in ended.errors
    assert people.exists("hr.people")


def test_an_undo_script_that_fails_leaves_everything(undoable: Place) -> None:
    undoable.apply()
    undoable.write("migrations/U0002__more.sql", f"{DROP_MORE}GO\nTHROW 51000, N'no', 1;")
    ended = undoable.run("undo")
    assert (ended.code, "migrations/U0002__more.sql, line 3: error 51000" in ended.errors) == (2, True)
    assert undoable.exists("hr.more")
    assert undoable.count("ops.schema_migrations") == 2


def test_a_rehearsal_tries_undo_scripts_and_leaves_nothing(undoable: Place) -> None:
    ended = undoable.run("undo", "--rehearse", "--json")
    assert ended.document["rehearsed"] == ["migrations/U0002__more.sql"]
    assert not undoable.exists("hr.more")
    assert undoable.count("ops.schema_migrations") == 1


def test_a_rehearsal_finds_what_an_undo_script_forgets(undoable: Place) -> None:
    undoable.write("migrations/V0002__more.sql", f"{MORE}CREATE TABLE hr.forgotten (id int NOT NULL);")
    ended = undoable.run("undo", "--rehearse")
    assert ended.code == 2
    assert "migrations/U0002__more.sql: does not restore the shape: leaves hr.forgotten" in ended.errors
    assert not undoable.exists("hr.forgotten")


@pytest.fixture
def grown(place: Place) -> Place:
    """A database with the shape of V0001 that no migration made."""
    place.people()
    with place.server.connect("master") as connection:
        connection.run(f"CREATE DATABASE [{place.server.database}];")
    for batch in CREATE_PEOPLE.split("GO\n"):
        place.sql(batch)
    return place


def test_a_database_with_objects_and_no_history_is_not_taken_for_an_empty_one(grown: Place) -> None:
    with pytest.raises(
        MigrationProblem, match=r"objects in schema hr and no history.*migrate baseline VERSION"
    ):
        grown.apply()


def test_baseline_records_what_is_there_and_apply_goes_on(grown: Place) -> None:
    grown.write("migrations/V0002__more.sql", MORE)
    ended = grown.run("baseline", "V0001")
    assert ended.output == "recorded migrations/V0001__create_people.sql as applied\n"
    assert grown.drift() == []
    outcome = grown.apply()
    assert outcome.applied == ("migrations/V0002__more.sql",)
    assert [one["state"] for one in grown.run("status", "--json").document["versions"]] == [
        "baseline",
        "applied",
    ]


def test_baseline_is_refused_where_there_is_a_history_or_no_such_version(people: Place) -> None:
    assert "has a history up to V0001" in people.run("baseline", "1").errors
    assert "there is no migrations/V0007__….sql" in people.run("baseline", "7").errors


def test_what_was_taken_over_by_baseline_is_not_undone(grown: Place) -> None:
    grown.write("migrations/U0001__create_people.sql", "DROP TABLE hr.people;")
    grown.run("baseline", "1")
    ended = grown.run("undo")
    assert (ended.code, "was taken over by baseline" in ended.errors) == (2, True)


def test_repair_accepts_edited_scripts_and_forgets_those_that_are_gone(people: Place) -> None:
    people.write("migrations/V0002__more.sql", MORE)
    people.apply()
    people.write("migrations/V0001__create_people.sql", CREATE_PEOPLE + "SELECT 1;")
    (people.project / "migrations/V0002__more.sql").unlink()
    assert people.run("apply").code == 2
    ended = people.run("repair", "--json")
    assert ended.document["done"] == [
        "accepted migrations/V0001__create_people.sql",
        "forgot migrations/V0002__more.sql",
    ]
    assert people.run("apply").code == 0


def test_new_writes_the_next_file(people: Place) -> None:
    ended = people.run("new", "Add stores", "--undo", "--no-transaction", "--json")
    assert ended.document["files"] == ["migrations/V0002__add_stores.sql", "migrations/U0002__add_stores.sql"]
    text = (people.project / "migrations/V0002__add_stores.sql").read_text(encoding="utf-8")
    assert "-- migrate: no-transaction\n" in text
    assert people.apply().applied == ("migrations/V0002__add_stores.sql",)
    wrong = people.run("new", "a/b")
    assert (wrong.code, "is no name for a migration" in wrong.errors) == (2, True)
