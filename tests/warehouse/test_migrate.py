"""`warehouse migrate` against a running server, with small projects of its own."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.e2e.site import ROOT, Site


def write(project: Path, path: str, text: str) -> None:
    file = project / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


@pytest.fixture
def site(bare_site: Site) -> Iterator[Site]:
    """A server without the warehouse's database, running during the whole test."""
    with bare_site.server():
        yield bare_site


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with one table, a view on it and a procedure."""
    folder = tmp_path / "project"
    write(
        folder,
        "migrations/V0001__create_people.sql",
        "CREATE SCHEMA hr;\nGO\nCREATE TABLE hr.people (id int NOT NULL, name nvarchar(50) NOT NULL);\nGO\n",
    )
    write(
        folder,
        "database/hr/views/names.sql",
        "CREATE OR ALTER VIEW hr.names AS SELECT people.name FROM hr.people;\nGO\n",
    )
    write(folder, "database/hr/procedures/add_person.sql", ADD_PERSON)
    return folder


ADD_PERSON = """-- one more row
CREATE OR ALTER PROCEDURE hr.add_person
    @id int,
    @name nvarchar(50)
AS
INSERT INTO hr.people (id, name) VALUES (@id, @name);
GO
"""


HALF = """CREATE TABLE hr.half (id int NOT NULL);
GO

INSERT INTO hr.half (id)
VALUES (1);
INSERT INTO hr.half (id) VALUES (1 / 0);
GO
"""


def migrate(site: Site, project: Path) -> str:
    return site.done("migrate", "--project", str(project))


def failure(site: Site, project: Path) -> str:
    ended = site.run("migrate", "--project", str(project))
    assert ended.returncode == 2, ended.stdout + ended.stderr
    (line,) = ended.stderr.splitlines()
    return line


def test_the_first_run_creates_database_tables_and_objects(site: Site, project: Path) -> None:
    output = migrate(site, project)
    assert output.splitlines()[-1] == "applied 1 of 1 migrations, deployed 2 of 2 objects"
    site.done("sql", "EXEC hr.add_person @id = 1, @name = N'Ada';")
    assert site.query("SELECT name FROM hr.names") == [{"name": "Ada"}]


def test_the_new_database_has_readers_that_do_not_block(site: Site, project: Path) -> None:
    migrate(site, project)
    (row,) = site.query(
        "SELECT is_read_committed_snapshot_on AS rcsi, snapshot_isolation_state AS si "
        "FROM sys.databases WHERE database_id = DB_ID();"
    )
    assert row == {"rcsi": True, "si": 1}


def test_the_second_run_does_nothing(site: Site, project: Path) -> None:
    migrate(site, project)
    assert migrate(site, project) == "up to date: 1 migrations, 2 objects\n"


def test_the_history_names_file_hash_login_and_time(site: Site, project: Path) -> None:
    migrate(site, project)
    (row,) = site.query(
        "SELECT version, script_name, file_path, is_baseline, DATALENGTH(content_hash) AS bytes, "
        "IIF(applied_at <= SYSUTCDATETIME(), 1, 0) AS past, IIF(LEN(applied_by) > 0, 1, 0) AS named "
        "FROM ops.schema_migrations;"
    )
    assert row == {
        "version": 1,
        "script_name": "create_people",
        "file_path": "migrations/V0001__create_people.sql",
        "is_baseline": False,
        "bytes": 32,
        "past": 1,
        "named": 1,
    }


def test_only_what_changed_is_deployed_again(site: Site, project: Path) -> None:
    migrate(site, project)
    write(
        project,
        "database/hr/procedures/add_person.sql",
        ADD_PERSON.replace("(@id, @name)", "(@id * 10, @name)"),
    )
    assert "deployed 1 of 2 objects" in migrate(site, project)
    site.done("sql", "EXEC hr.add_person @id = 1, @name = N'Ada';")
    assert site.query("SELECT id FROM hr.people") == [{"id": 10}]


def test_reformatting_deploys_nothing(site: Site, project: Path) -> None:
    migrate(site, project)
    write(
        project,
        "database/hr/procedures/add_person.sql",
        "/* other */\r\n" + ADD_PERSON.replace("\n", "\r\n  "),
    )
    assert migrate(site, project).startswith("up to date")


def test_an_edited_migration_stops_before_anything_runs(site: Site, project: Path) -> None:
    migrate(site, project)
    write(project, "migrations/V0001__create_people.sql", "SELECT 1;")
    write(project, "migrations/V0002__more.sql", "CREATE TABLE hr.more (id int NOT NULL);")
    assert "migrations/V0001__create_people.sql: was edited after it ran" in failure(site, project)
    assert site.query("SELECT OBJECT_ID(N'hr.more') AS more") == [{"more": None}]


def test_a_failed_script_leaves_nothing_and_names_the_line_in_the_file(site: Site, project: Path) -> None:
    migrate(site, project)
    write(project, "migrations/V0002__half.sql", HALF)
    line = failure(site, project)
    assert line.startswith("warehouse: migrations/V0002__half.sql, line 6: error 8134: Divide by zero")
    assert "nothing of this script remains" in line
    assert site.query("SELECT OBJECT_ID(N'hr.half') AS half") == [{"half": None}]
    assert len(site.query("SELECT version FROM ops.schema_migrations")) == 1


def test_a_corrected_script_runs_the_next_time(site: Site, project: Path) -> None:
    write(
        project,
        "migrations/V0002__half.sql",
        "CREATE TABLE hr.half (id int NOT NULL);\nGO\nTHROW 51000, N'not yet', 1;",
    )
    failure(site, project)
    write(project, "migrations/V0002__half.sql", "CREATE TABLE hr.half (id int NOT NULL);\nGO\n")
    assert "applied 1 of 2 migrations, deployed 2 of 2 objects" in migrate(site, project)


def test_an_error_in_a_procedures_text_names_its_line(site: Site, project: Path) -> None:
    broken = ADD_PERSON.replace("INSERT INTO", "SELECT FROM WHERE")
    write(project, "database/hr/procedures/add_person.sql", broken)
    assert failure(site, project).startswith(
        "warehouse: database/hr/procedures/add_person.sql, line 6: error 1"
    )


def test_go_with_a_number_repeats_in_a_migration(site: Site, project: Path) -> None:
    text = "INSERT INTO hr.people (id, name) VALUES (1, N'\nGO\n');\nGO 5\n"
    write(project, "migrations/V0002__fill.sql", text)
    migrate(site, project)
    assert site.query("SELECT COUNT(*) AS n FROM hr.people") == [{"n": 5}]


def test_temporary_tables_and_settings_last_from_batch_to_batch(site: Site, project: Path) -> None:
    text = """
    CREATE TABLE #names (name nvarchar(50) NOT NULL);
    GO
    INSERT INTO #names (name) VALUES (N'Ada'), (N'Grace');
    GO
    INSERT INTO hr.people (id, name) SELECT 1, names.name FROM #names AS names;
    """
    write(project, "migrations/V0002__fill.sql", text)
    migrate(site, project)
    assert site.query("SELECT COUNT(*) AS n FROM hr.people") == [{"n": 2}]


def test_a_script_that_ends_its_transaction_is_refused(site: Site, project: Path) -> None:
    write(project, "migrations/V0002__own.sql", "CREATE TABLE hr.own (id int NOT NULL);\nCOMMIT TRANSACTION;")
    assert "-- migrate: no-transaction" in failure(site, project)
    assert len(site.query("SELECT version FROM ops.schema_migrations")) == 1


def test_a_header_lets_a_script_run_outside_a_transaction(site: Site, project: Path) -> None:
    write(
        project,
        "migrations/V0002__own.sql",
        "-- migrate: no-transaction\nIF @@TRANCOUNT > 0 THROW 51000, N'there is one', 1;",
    )
    migrate(site, project)


def test_views_are_deployed_in_the_order_they_need_each_other(site: Site, project: Path) -> None:
    write(
        project,
        "database/hr/views/a_first.sql",
        "CREATE OR ALTER VIEW hr.a_first AS SELECT z.name FROM hr.z_last AS z;",
    )
    write(
        project,
        "database/hr/views/z_last.sql",
        "CREATE OR ALTER VIEW hr.z_last AS SELECT n.name FROM hr.names AS n;",
    )
    assert "deployed 4 of 4 objects" in migrate(site, project)


def test_a_second_migrate_waits_for_the_first(site: Site, project: Path) -> None:
    migrate(site, project)
    write(project, "migrations/V0002__slow.sql", "WAITFOR DELAY '00:00:03';")
    commands = [site.start("migrate", "--project", str(project)) for _ in range(2)]
    ended = [(command.communicate(timeout=120), command.returncode) for command in commands]
    assert [code for _, code in ended] == [0, 0], ended
    assert len(site.query("SELECT version FROM ops.schema_migrations")) == 2


def test_the_projects_own_scripts_build_the_warehouse_and_then_do_nothing(site: Site) -> None:
    site.done("migrate")
    started = time.monotonic()
    site.done("sql", "SELECT 1 AS one;")
    least = time.monotonic() - started
    started = time.monotonic()
    assert site.done("migrate").startswith("up to date")
    seconds = time.monotonic() - started
    assert seconds < 5 + 5 * least, (
        f"{seconds:.1f} s for nothing to do, where any command takes {least:.1f} s"
    )


def test_a_project_is_found_by_its_folders(site: Site, project: Path) -> None:
    shutil.rmtree(project / "migrations")
    ended = site.run("migrate", "--project", str(project))
    assert ended.returncode == 2
    assert "has no database/ and migrations/ folders" in ended.stderr
    assert (ROOT / "migrations").is_dir()
