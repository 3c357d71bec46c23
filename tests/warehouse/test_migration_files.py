"""Which scripts there are, in which order they go, and what is refused before anything runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from warehouse.errors import MigrationProblem
from warehouse.migrations.files import ObjectScript, object_scripts, versioned_scripts
from warehouse.migrations.history import Applied, Deployed, History
from warehouse.migrations.order import deployment_order
from warehouse.migrations.plan import changed_objects, pending_versions

ROOT = Path(__file__).resolve().parents[2]
EMPTY = History({}, {})


@pytest.fixture(autouse=True)
def folders(tmp_path: Path) -> None:
    """A project has both folders."""
    for name in ("migrations", "database"):
        (tmp_path / name).mkdir()


def write(project: Path, path: str, text: str) -> None:
    file = project / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def view(name: str, *needs: str) -> str:
    sources = " CROSS JOIN ".join(needs) or "(SELECT 1 AS one) AS nothing"
    return f"CREATE OR ALTER VIEW {name} AS SELECT 1 AS one FROM {sources};\nGO\n"


def history_of(project: Path) -> History:
    return History(
        {
            script.version: Applied(script.file, script.content_hash, text_hash=script.text_hash)
            for script in versioned_scripts(project)
        },
        {
            script.name.key: Deployed(script.name, script.kind, script.content_hash)
            for script in object_scripts(project)
        },
    )


def names(scripts: list[ObjectScript]) -> list[str]:
    return [str(script.name) for script in scripts]


def test_versions_are_ordered_as_numbers(tmp_path: Path) -> None:
    for name in ("V10__ten", "V0002__two", "V1__one"):
        write(tmp_path, f"migrations/{name}.sql", "SELECT 1;")
    assert [script.version for script in versioned_scripts(tmp_path)] == [1, 2, 10]


def test_a_version_given_twice_names_both_files(tmp_path: Path) -> None:
    write(tmp_path, "migrations/V1__a.sql", "SELECT 1;")
    write(tmp_path, "migrations/V0001__b.sql", "SELECT 1;")
    with pytest.raises(MigrationProblem, match=r"V1__a.*V0001__b|V0001__b.*V1__a"):
        versioned_scripts(tmp_path)


def test_a_script_with_another_name_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "migrations/create tables.sql", "SELECT 1;")
    with pytest.raises(
        MigrationProblem, match=r"migrations/create tables\.sql: the name must be like V0001__"
    ):
        versioned_scripts(tmp_path)


def test_a_script_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "migrations/V1__a.sql", "")
    (tmp_path / "migrations/V1__a.sql").write_bytes("SELECT 'ä'".encode("latin-1"))
    with pytest.raises(MigrationProblem, match=r"V1__a\.sql: not UTF-8 at byte 8"):
        versioned_scripts(tmp_path)


def test_a_header_line_takes_a_script_out_of_its_transaction(tmp_path: Path) -> None:
    write(tmp_path, "migrations/V1__a.sql", "-- migrate: no-transaction\nSELECT 1;")
    write(tmp_path, "migrations/V2__b.sql", "SELECT 1; -- not migrate: no-transaction at all")
    assert [script.transactional for script in versioned_scripts(tmp_path)] == [False, True]


def test_everything_is_pending_in_an_empty_database(tmp_path: Path) -> None:
    write(tmp_path, "migrations/V1__a.sql", "SELECT 1;")
    assert len(pending_versions(versioned_scripts(tmp_path), EMPTY)) == 1


def test_nothing_is_pending_after_reformatting(tmp_path: Path) -> None:
    write(tmp_path, "migrations/V1__a.sql", "SELECT 1;\n")
    history = history_of(tmp_path)
    write(tmp_path, "migrations/V1__a.sql", "-- why\r\nselect   1;\r\nGO\r\n")
    assert pending_versions(versioned_scripts(tmp_path), history) == []


def test_a_script_edited_after_it_ran_names_file_and_remedy(tmp_path: Path) -> None:
    write(tmp_path, "migrations/V1__a.sql", "SELECT 'a';")
    history = history_of(tmp_path)
    write(tmp_path, "migrations/V1__a.sql", "SELECT 'A';")
    with pytest.raises(
        MigrationProblem, match=r"migrations/V1__a\.sql: was edited after it ran.*new migration"
    ):
        pending_versions(versioned_scripts(tmp_path), history)


def test_a_script_that_ran_and_is_gone_is_an_error(tmp_path: Path) -> None:
    history = History({3: Applied("migrations/V3__c.sql", b"")}, {})
    with pytest.raises(MigrationProblem, match=r"migrations/V3__c\.sql: ran in this database but is gone"):
        pending_versions([], history)


def test_a_script_older_than_what_ran_is_out_of_order(tmp_path: Path) -> None:
    write(tmp_path, "migrations/V1__a.sql", "SELECT 1;")
    write(tmp_path, "migrations/V3__c.sql", "SELECT 1;")
    history = history_of(tmp_path)
    write(tmp_path, "migrations/V2__b.sql", "SELECT 1;")
    with pytest.raises(
        MigrationProblem, match=r"V2__b\.sql: has a lower version than V0003.*rename it to V0004"
    ):
        pending_versions(versioned_scripts(tmp_path), history)


def test_objects_are_found_by_kind_and_tables_are_left_to_migrations(tmp_path: Path) -> None:
    write(tmp_path, "database/a/views/v.sql", view("a.v"))
    write(tmp_path, "database/a/procedures/p.sql", "CREATE PROCEDURE a.p AS SELECT 1;")
    write(tmp_path, "database/a/tables/t.sql", "CREATE TABLE a.t (c int NOT NULL);")
    assert {(str(script.name), script.kind) for script in object_scripts(tmp_path)} == {
        ("a.v", "view"),
        ("a.p", "procedure"),
    }


def test_a_plain_create_is_deployed_as_create_or_alter(tmp_path: Path) -> None:
    write(tmp_path, "database/a/procedures/p.sql", "-- first\nCREATE PROCEDURE a.p AS SELECT 1;")
    (script,) = object_scripts(tmp_path)
    assert script.text == "-- first\nCREATE OR ALTER PROCEDURE a.p AS SELECT 1;"


def test_a_file_that_defines_another_object_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "database/a/views/v.sql", view("a.w"))
    with pytest.raises(MigrationProblem, match=r"database/a/views/v\.sql: defines view a\.w, not view a\.v"):
        changed_objects(object_scripts(tmp_path), EMPTY)


def test_a_file_whose_text_never_closes_names_the_line(tmp_path: Path) -> None:
    write(tmp_path, "database/a/views/v.sql", "CREATE VIEW a.v AS\nSELECT 'x AS y;")
    with pytest.raises(MigrationProblem, match=r"database/a/views/v\.sql, line 2: Unclosed quotation mark"):
        changed_objects(object_scripts(tmp_path), EMPTY)


def test_views_follow_the_views_and_functions_they_mention_whatever_their_names(tmp_path: Path) -> None:
    write(tmp_path, "database/a/views/a.sql", view("a.a", "a.b", "a.z(1) AS z"))
    write(tmp_path, "database/a/views/b.sql", view("a.b", "c.c"))
    write(tmp_path, "database/c/views/c.sql", view("c.c"))
    write(
        tmp_path,
        "database/a/functions/z.sql",
        "CREATE FUNCTION a.z (@x int) RETURNS TABLE AS RETURN SELECT 1 AS one;",
    )
    order = names(deployment_order(object_scripts(tmp_path)))
    assert order.index("c.c") < order.index("a.b") < order.index("a.a")
    assert order.index("a.z") < order.index("a.a")


def test_procedures_come_last_since_their_names_are_resolved_when_they_run(tmp_path: Path) -> None:
    write(tmp_path, "database/a/procedures/a.sql", "CREATE PROCEDURE a.a AS EXEC a.b;")
    write(tmp_path, "database/a/procedures/b.sql", "CREATE PROCEDURE a.b AS EXEC a.a;")
    write(tmp_path, "database/z/views/z.sql", view("z.z"))
    assert names(deployment_order(object_scripts(tmp_path))) == ["z.z", "a.a", "a.b"]


def test_a_comment_orders_what_dynamic_sql_hides(tmp_path: Path) -> None:
    write(tmp_path, "database/a/views/a.sql", "-- migrate: depends on a.b\n" + view("a.a"))
    write(tmp_path, "database/a/views/b.sql", view("a.b"))
    assert names(deployment_order(object_scripts(tmp_path))) == ["a.b", "a.a"]


def test_objects_that_need_each_other_are_reported_as_a_circle(tmp_path: Path) -> None:
    write(tmp_path, "database/a/views/a.sql", view("a.a", "a.b"))
    write(tmp_path, "database/a/views/b.sql", view("a.b", "a.a"))
    with pytest.raises(MigrationProblem, match=r"in a circle \(a\.[ab] → a\.[ab] → a\.[ab]\)"):
        deployment_order(object_scripts(tmp_path))


def test_only_objects_whose_meaning_changed_are_deployed_again(tmp_path: Path) -> None:
    write(tmp_path, "database/a/views/a.sql", view("a.a"))
    write(tmp_path, "database/a/views/b.sql", view("a.b"))
    history = history_of(tmp_path)
    write(tmp_path, "database/a/views/a.sql", "-- a header\n" + view("a.a").lower())
    write(tmp_path, "database/a/views/b.sql", view("a.b").replace("one", "two"))
    assert names(changed_objects(object_scripts(tmp_path), history)) == ["a.b"]


def test_the_projects_own_scripts_are_in_order() -> None:
    assert deployment_order(object_scripts(ROOT))
    assert pending_versions(versioned_scripts(ROOT), EMPTY) == versioned_scripts(ROOT)
