"""`warehouse migrate verify`: what was done by hand is found, object by object, and no run adopts it."""

from __future__ import annotations

import pytest
from tests.warehouse.place import NAMES, Place

from warehouse.errors import MigrationProblem
from warehouse.migrations.deploy import Options

SHAPE = """
CREATE SCHEMA hr;
GO
CREATE TABLE hr.towns (id int NOT NULL CONSTRAINT PK_hr_towns PRIMARY KEY);
CREATE TABLE hr.people (
    id int IDENTITY(1, 1) NOT NULL CONSTRAINT PK_hr_people PRIMARY KEY,
    name nvarchar(50) NOT NULL,
    note nvarchar(50) NULL,
    age int NULL CONSTRAINT DF_hr_people_age DEFAULT (0),
    town_id int NULL CONSTRAINT FK_hr_people_towns REFERENCES hr.towns (id),
    CONSTRAINT CK_hr_people_age CHECK (age >= 0)
);
CREATE INDEX IX_hr_people_name ON hr.people (name) INCLUDE (age) WHERE age > 1;
CREATE SEQUENCE hr.numbers AS bigint START WITH 1;
CREATE ROLE readers;
GRANT SELECT ON hr.people TO readers;
GRANT EXECUTE ON SCHEMA::hr TO readers;
"""


@pytest.fixture
def people(place: Place) -> Place:
    place.write("migrations/V0001__shape.sql", SHAPE)
    place.write("database/hr/views/names.sql", NAMES)
    place.apply()
    return place


def test_a_database_as_the_migrations_left_it_has_no_drift(people: Place) -> None:
    ended = people.run("verify")
    assert (ended.code, ended.output) == (0, "no drift\n")


BY_HAND = {
    "a column added": (
        "ALTER TABLE hr.people ADD email nvarchar(80) NULL;",
        "column email nvarchar(80) NULL",
    ),
    "a column's type": (
        "ALTER TABLE hr.people ALTER COLUMN note nvarchar(60) NULL;",
        "column note nvarchar(60) NULL",
    ),
    "an index dropped": (
        "DROP INDEX IX_hr_people_name ON hr.people;",
        "index IX_hr_people_name nonclustered (name) including (age) where ([age]>(1))",
    ),
    "an index added": (
        "CREATE UNIQUE INDEX UQ_x ON hr.people (age DESC);",
        "unique index UQ_x nonclustered (age DESC)",
    ),
    "a check dropped": ("ALTER TABLE hr.people DROP CONSTRAINT CK_hr_people_age;", "check CK_hr_people_age"),
    "a default dropped": (
        "ALTER TABLE hr.people DROP CONSTRAINT DF_hr_people_age;",
        "default DF_hr_people_age",
    ),
    "a foreign key dropped": ("ALTER TABLE hr.people DROP CONSTRAINT FK_hr_people_towns;", "foreign key FK_"),
    "a foreign key disabled": (
        "ALTER TABLE hr.people NOCHECK CONSTRAINT FK_hr_people_towns;",
        "(town_id) references hr.towns (id) disabled",
    ),
    "a permission given": ("GRANT DELETE ON hr.people TO readers;", "grant DELETE to readers"),
    "a permission taken": ("REVOKE SELECT ON hr.people FROM readers;", "grant SELECT to readers"),
    "a permission on a column": (
        "DENY SELECT ON hr.people (name) TO readers;",
        "deny SELECT (name) to readers",
    ),
    "a permission on the schema": ("DENY INSERT ON SCHEMA::hr TO readers;", "deny INSERT to readers"),
    "a view changed": (
        "ALTER VIEW hr.names AS SELECT people.id FROM hr.people;",
        "SELECT people.id FROM hr.people;",
    ),
    "a sequence changed": ("ALTER SEQUENCE hr.numbers INCREMENT BY 5;", "increment 5"),
}


@pytest.mark.parametrize("what", BY_HAND)
def test_what_is_changed_by_hand_is_found(people: Place, what: str) -> None:
    statement, fact = BY_HAND[what]
    people.sql(statement)
    (found,) = people.drift()
    assert found.change == "changed"
    assert any(fact in line for line in found.diff), found.diff
    assert people.run("verify").code == 10


def test_what_is_added_and_dropped_by_hand_is_found(people: Place) -> None:
    people.sql("CREATE TABLE dbo.extra (id int NOT NULL); DROP VIEW hr.names; CREATE ROLE writers;")
    found = {one.object: one.change for one in people.drift()}
    assert found == {"table dbo.extra": "added", "view hr.names": "dropped", "role writers": "added"}


def test_a_schema_can_be_left_out(people: Place) -> None:
    people.sql("CREATE TABLE dbo.extra (id int NOT NULL);")
    assert people.drift("DBO") == []


def test_drift_as_json_tells_object_change_and_diff(people: Place) -> None:
    people.sql("GRANT DELETE ON hr.people TO readers;")
    ended = people.run("verify", "--json")
    (found,) = ended.document["drift"]
    assert (found["schema"], found["name"], found["kind"], found["change"]) == (
        "hr",
        "people",
        "table",
        "changed",
    )
    assert found["unexpected"] == ["grant DELETE to readers"]


def test_a_migration_does_not_adopt_what_was_done_by_hand(people: Place) -> None:
    people.sql("ALTER TABLE hr.people ADD email nvarchar(80) NULL;")
    people.write("migrations/V0002__more.sql", "CREATE TABLE hr.more (id int NOT NULL);")
    assert people.apply().drifted == ("table hr.people",)
    assert [one.object for one in people.drift()] == ["table hr.people"]


def test_a_migration_takes_over_the_object_that_it_changes(people: Place) -> None:
    people.sql("ALTER TABLE hr.people ADD email nvarchar(80) NULL;")
    people.write("migrations/V0002__drop.sql", "ALTER TABLE hr.people DROP COLUMN email;")
    people.apply()
    assert people.drift() == []


def test_a_failed_run_records_the_shape_it_left(people: Place) -> None:
    people.write("migrations/V0002__more.sql", "CREATE TABLE hr.more (id int NOT NULL);")
    people.write("migrations/V0003__bad.sql", "THROW 51000, N'no', 1;")
    assert people.run("apply").code == 2
    (people.project / "migrations/V0003__bad.sql").unlink()
    assert people.drift() == []


def test_a_text_written_by_hand_is_kept_before_it_is_replaced(people: Place) -> None:
    by_hand = "ALTER VIEW hr.names AS SELECT people.id AS by_hand FROM hr.people;"
    people.sql(by_hand)
    assert people.apply(Options(redeploy_drifted=True)).deployed == ("hr.names",)
    assert people.drift() == []
    versions = people.run("history", "hr.names", "--json").document["versions"]
    assert [one["outcome"] for one in versions] == ["deployed", "changed by hand", "deployed"]
    assert "by_hand" in versions[1]["text"]


def test_a_dropped_view_is_deployed_again_on_request(people: Place) -> None:
    people.sql("DROP VIEW hr.names;")
    assert people.run("apply").code == 0
    assert not people.exists("hr.names")
    assert people.run("apply", "--redeploy-drifted").code == 0
    assert people.exists("hr.names")
    assert people.drift() == []


def test_repair_accepts_drift_on_request(people: Place) -> None:
    people.sql("ALTER TABLE hr.people ADD email nvarchar(80) NULL;")
    assert people.run("repair").output == "nothing to repair\n"
    assert people.run("repair", "--accept-drift").output == "accepted table hr.people\n"
    assert people.drift() == []


def test_a_run_that_was_cut_off_is_no_drift(people: Place) -> None:
    people.sql(
        "UPDATE ops.migration_runs SET status = N'running', is_shape_recorded = 0;"
        "CREATE TABLE hr.half_done (id int NOT NULL);"
    )
    with pytest.raises(MigrationProblem, match=r"shape of the database was cut off.*warehouse migrate apply"):
        people.drift()
    assert people.apply().drifted == ()
    assert people.drift() == []
    statuses = people.sql("SELECT status FROM ops.migration_runs ORDER BY run_id;")
    assert [row["status"] for row in statuses] == ["abandoned", "succeeded"]


def test_verify_refuses_files_that_contradict_the_history(people: Place) -> None:
    people.write("migrations/V0001__shape.sql", "SELECT 1;")
    ended = people.run("verify", "--json")
    assert ended.code == 2
    assert "was edited after it ran" in ended.document["error"]["message"]


def test_a_dependent_that_was_changed_by_hand_is_not_made_anew(people: Place) -> None:
    people.write("database/hr/views/wide.sql", "CREATE VIEW hr.wide AS SELECT names.name FROM hr.names;")
    people.apply()
    people.sql("ALTER VIEW hr.wide AS SELECT N'by hand' AS name;")
    people.write(
        "database/hr/views/names.sql", NAMES.replace("people.name FROM", "people.name, people.id FROM")
    )
    assert people.apply().deployed == ("hr.names",)
    assert people.sql("SELECT name FROM hr.wide;") == [{"name": "by hand"}]
    assert [one.object for one in people.drift()] == ["view hr.wide"]
