"""`warehouse migrate` as a login of its own: refused by name of what it lacks, content with what it needs."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from tests.conftest import ROOT
from tests.warehouse.place import Place

from warehouse.connection import format_keywords


@dataclass(frozen=True)
class Deployer:
    """A login with a user in the place's database, and nothing granted."""

    place: Place
    name: str
    dsn: str

    def grant(self, permissions: str) -> None:
        self.place.sql(f"GRANT {permissions} TO {self.name};")

    def run(self, *arguments: str) -> tuple[int, str]:
        """Exit code and standard error of `warehouse migrate …` as this login."""
        ended = self.place.run(*arguments, WAREHOUSE_DSN=self.dsn)
        return ended.code, ended.errors


@pytest.fixture
def deployer(place: Place) -> Iterator[Deployer]:
    name, password = f"deployer_{secrets.token_hex(4)}", f"Str0ng!{secrets.token_hex(8)}"
    server = place.server
    with server.connect("master") as connection:
        connection.run(f"CREATE DATABASE [{server.database}];")
        connection.run(f"ALTER DATABASE [{server.database}] SET READ_COMMITTED_SNAPSHOT ON;")
        connection.run(f"ALTER DATABASE [{server.database}] SET ALLOW_SNAPSHOT_ISOLATION ON;")
        connection.run(f"CREATE LOGIN {name} WITH PASSWORD = N'{password}';")
    place.sql(f"CREATE USER {name} FOR LOGIN {name};")
    words = {key: value for key, value in server.keywords.items() if key.lower() not in ("uid", "pwd")}
    own = {**words, "UID": name, "PWD": password, "Database": server.database}
    yield Deployer(place, name, format_keywords(own))
    with server.connect("master") as connection:
        connection.run(f"ALTER DATABASE [{server.database}] SET SINGLE_USER WITH ROLLBACK IMMEDIATE;")
        connection.run(f"DROP DATABASE [{server.database}];")
        connection.run(f"DROP LOGIN {name};")


def documented() -> list[str]:
    """What docs/migrations.md grants to the login that deploys: permissions, with their ON."""
    text = (ROOT / "docs" / "migrations.md").read_text(encoding="utf-8")
    return re.findall(r"^GRANT (.*) TO deployer;", text, re.MULTILINE)


def test_the_first_run_takes_the_database_owner(deployer: Deployer) -> None:
    deployer.place.people()
    code, said = deployer.run("apply")
    assert code == 2
    lacking = "VIEW DEFINITION, CREATE SCHEMA, CREATE TABLE, CREATE VIEW, CREATE PROCEDURE, CREATE FUNCTION"
    assert f"login {deployer.name} lacks {lacking}, ALTER ANY SCHEMA, CONTROL (for the first run);" in said
    assert "docs/migrations.md" in said
    deployer.place.sql(f"ALTER ROLE db_owner ADD MEMBER {deployer.name};")
    assert deployer.run("apply")[0] == 0
    assert deployer.place.exists("hr.add_person")


def test_a_login_that_lacks_one_permission_is_told_that_one(deployer: Deployer) -> None:
    deployer.place.people()
    deployer.place.apply()
    before, behind = documented()
    deployer.grant(before.replace("CREATE VIEW, ", ""))
    deployer.grant(behind)
    code, said = deployer.run("apply")
    assert code == 2
    assert f"login {deployer.name} lacks CREATE VIEW; grant it" in said


def test_a_reader_may_plan_with_what_reading_needs(deployer: Deployer) -> None:
    deployer.place.people()
    assert deployer.run("plan")[0] == 2
    deployer.grant("VIEW DEFINITION")
    assert deployer.run("plan")[0] == 10
    deployer.place.apply()
    assert "lacks SELECT on schema ops" in deployer.run("plan")[1]
    deployer.grant("SELECT ON SCHEMA::ops")
    assert deployer.run("plan")[0] == 0


def test_what_the_page_grants_is_enough_to_deploy(deployer: Deployer) -> None:
    deployer.place.people()
    deployer.place.apply()
    for permissions in documented():
        deployer.grant(permissions)
    deployer.place.write(
        "migrations/V0002__create_pets.sql",
        "CREATE SCHEMA zoo;\nGO\nCREATE TABLE zoo.pets (id int NOT NULL);\nGO\n",
    )
    deployer.place.write(
        "database/hr/views/names.sql",
        "CREATE OR ALTER VIEW hr.names AS SELECT people.name, people.id FROM hr.people;\nGO\n",
    )
    assert deployer.run("apply")[0] == 0
    assert deployer.place.exists("zoo.pets")
