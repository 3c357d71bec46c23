"""A history that cannot be read, is half there or of an earlier version is never taken for an empty one."""

from __future__ import annotations

import pytest
from tests.warehouse.place import Place

from tsql.batches import split_batches
from warehouse.errors import MigrationProblem, SqlFailed
from warehouse.migrations.permissions import permission_query

EARLIER = """
CREATE SCHEMA ops;
GO
CREATE TABLE ops.schema_migrations (
    version int NOT NULL, script_name nvarchar(200) NOT NULL, file_path nvarchar(400) NOT NULL,
    content_hash binary(32) NOT NULL, applied_at datetime2(3) NOT NULL, applied_by nvarchar(128) NOT NULL,
    host_name nvarchar(128) NULL, tool_version nvarchar(40) NOT NULL, milliseconds bigint NOT NULL,
    CONSTRAINT PK_ops_schema_migrations PRIMARY KEY CLUSTERED (version)
);
CREATE TABLE ops.deployed_objects (
    schema_name nvarchar(128) NOT NULL, object_name nvarchar(128) NOT NULL, object_kind nvarchar(20) NOT NULL,
    file_path nvarchar(400) NOT NULL, content_hash binary(32) NOT NULL, deployed_at datetime2(3) NOT NULL,
    deployed_by nvarchar(128) NOT NULL, host_name nvarchar(128) NULL, tool_version nvarchar(40) NOT NULL,
    milliseconds bigint NOT NULL,
    CONSTRAINT PK_ops_deployed_objects PRIMARY KEY CLUSTERED (schema_name, object_name)
);
GO
INSERT INTO ops.schema_migrations SELECT * FROM #versions;
INSERT INTO ops.deployed_objects SELECT * FROM #objects;
"""


@pytest.fixture
def people(place: Place) -> Place:
    place.people()
    place.apply()
    return place


@pytest.fixture
def earlier(people: Place) -> Place:
    """The same database with the history that version 0.1.0 of this tool wrote."""
    with people.server.connect() as connection:
        connection.run(
            """
            SELECT version, script_name, file_path, content_hash, applied_at, applied_by, host_name,
                tool_version, milliseconds
            INTO #versions FROM ops.schema_migrations;
            SELECT schema_name, object_name, object_kind, file_path, content_hash, deployed_at, deployed_by,
                host_name, tool_version, milliseconds
            INTO #objects FROM ops.object_versions;
            DROP TABLE ops.schema_migrations, ops.object_versions, ops.migration_runs, ops.shape_facts,
                ops.shape_drift;
            DROP SCHEMA ops;
            """
        )
        for batch in split_batches(EARLIER):
            connection.run(batch.text)
    return people


def test_a_history_of_an_earlier_version_is_taken_over_with_its_texts(earlier: Place) -> None:
    for command in ("plan", "status", "verify", "history"):
        ended = earlier.run(command)
        assert (ended.code, "of an earlier version" in ended.errors) == (2, True)
    assert str(earlier.apply()).startswith("up to date")
    assert not earlier.exists("ops.deployed_objects")
    assert earlier.drift() == []
    (version,) = earlier.run("history", "hr.names", "--json").document["versions"]
    assert "SELECT people.name FROM hr.people" in version["text"]


def test_a_history_that_lost_its_first_table_is_not_an_empty_one(people: Place) -> None:
    people.sql("DROP TABLE ops.schema_migrations;")
    for command in ("apply", "plan", "status", "verify"):
        ended = people.run(command)
        assert (ended.code, "ops.schema_migrations is gone" in ended.errors) == (2, True), command
    assert people.run("baseline", "1").code == 0
    assert str(people.apply()).startswith("up to date")


def test_a_history_that_cannot_be_read_stops_everything(people: Place) -> None:
    people.sql("ALTER TABLE ops.schema_migrations DROP COLUMN file_path;")
    with pytest.raises(SqlFailed, match="error 207"):
        people.apply()
    ended = people.run("apply")
    assert (ended.code, "error 207" in ended.errors) == (2, True)
    assert people.count("hr.people") == 0


def test_history_tables_that_were_half_made_are_completed(people: Place) -> None:
    people.sql("DROP TABLE ops.shape_facts, ops.shape_drift, ops.migration_runs;")
    assert str(people.apply()).startswith("up to date")
    assert people.drift() == []


def test_a_login_with_every_permission_lacks_none(people: Place) -> None:
    for changing in (True, False):
        assert people.sql(permission_query(changing=changing)) == []


def test_a_missing_permission_is_named_with_its_object(people: Place) -> None:
    query = permission_query(changing=True).replace("HAS_PERMS_BY_NAME(", "NULLIF(1, 1) + LEN(CONCAT(")
    query = query.replace("needed.permission), 0)", "needed.permission)), 0)")
    missing = [row["permission"] for row in people.sql(query)]
    assert missing[0] == "VIEW DEFINITION"
    assert missing[-1] == "ALTER on schema ops"


def test_a_database_with_unrelated_objects_is_as_good_as_empty(place: Place) -> None:
    place.people()
    with place.server.connect("master") as connection:
        connection.run(f"CREATE DATABASE [{place.server.database}];")
    place.sql("CREATE TABLE dbo.somebody_elses (id int NOT NULL);")
    assert len(place.apply().applied) == 1


def test_history_without_any_is_an_error(place: Place) -> None:
    place.people()
    for arguments in (["history"], ["diff", "hr.names"], ["verify"]):
        assert place.run(*arguments).code == 2
    with pytest.raises(MigrationProblem, match="does not exist"):
        place.drift()
