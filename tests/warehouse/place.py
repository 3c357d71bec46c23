"""A small project and a database of its own on the running server, for tests of migrations through ODBC."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from click.testing import CliRunner
from jsonschema import validate
from tests.conftest import ROOT

from warehouse.cli import main
from warehouse.connection import Server, format_keywords
from warehouse.errors import SqlFailed
from warehouse.migrations.deploy import Options, Outcome, apply
from warehouse.migrations.verify import Drift, verify

CREATE_PEOPLE = (
    "CREATE SCHEMA hr;\nGO\nCREATE TABLE hr.people (id int NOT NULL, name nvarchar(50) NOT NULL);\nGO\n"
)
NAMES = "CREATE OR ALTER VIEW hr.names AS SELECT people.name FROM hr.people;\nGO\n"
ADD_PERSON = """-- one more row
CREATE OR ALTER PROCEDURE hr.add_person
    @id int,
    @name nvarchar(50)
AS
INSERT INTO hr.people (id, name) VALUES (@id, @name);
GO
"""


IN_USE = 3702
SCHEMA = json.loads((ROOT / "docs" / "migrate.schema.json").read_text(encoding="utf-8"))


def drop_database(server: Server, seconds: float = 20) -> None:
    """Drop a server's database; a session whose client has just gone may hold it for a moment."""
    name = server.database
    until = time.monotonic() + seconds
    with server.connect("master") as connection:
        while True:
            try:
                connection.run(
                    f"IF DB_ID(N'{name}') IS NOT NULL "
                    f"ALTER DATABASE [{name}] SET SINGLE_USER WITH ROLLBACK IMMEDIATE;"
                )
                connection.run(f"DROP DATABASE IF EXISTS [{name}];")
                return
            except SqlFailed as error:
                if error.number != IN_USE or time.monotonic() > until:
                    raise
                time.sleep(0.05)


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    output: str
    errors: str

    @property
    def document(self) -> dict[str, Any]:
        """What --json printed, which must be as docs/migrate.schema.json says."""
        found: dict[str, Any] = json.loads(self.output)
        validate(found, SCHEMA)
        return found


@dataclass(frozen=True)
class Place:
    """A project folder and the database it is deployed to."""

    server: Server
    project: Path
    said: list[str] = field(default_factory=list)

    def write(self, path: str, text: str) -> None:
        """Write a file of the project."""
        file = self.project / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def people(self) -> None:
        """A table, a view on it and a procedure."""
        self.write("migrations/V0001__create_people.sql", CREATE_PEOPLE)
        self.write("database/hr/views/names.sql", NAMES)
        self.write("database/hr/procedures/add_person.sql", ADD_PERSON)

    def apply(self, options: Options = Options()) -> Outcome:  # noqa: B008  # frozen
        return apply(self.server, self.project, self.said.append, options)

    def drift(self, *ignored: str) -> list[Drift]:
        return verify(self.server, self.project, None, ignored)

    def run(self, *arguments: str, **environment: str) -> Ended:
        """`warehouse migrate …` in this process."""
        dsn = format_keywords({**self.server.keywords, "Database": self.server.database})
        ended = CliRunner().invoke(
            main,
            ["migrate", *arguments, "--project", str(self.project)],
            env={"WAREHOUSE_DSN": dsn, "WAREHOUSE_ENV": "", **environment},
        )
        if ended.exception is not None and not isinstance(ended.exception, SystemExit):
            raise ended.exception
        return Ended(ended.exit_code, ended.stdout, ended.stderr)

    def sql(self, text: str) -> list[dict[str, Any]]:
        """The rows of the last result set."""
        with self.server.connect() as connection:
            return [dict(row) for row in connection.run(text).rows]

    def count(self, table: str) -> int:
        return int(self.sql(f"SELECT COUNT(*) AS n FROM {table};")[0]["n"])

    def exists(self, name: str) -> bool:
        return self.sql(f"SELECT OBJECT_ID(N'{name}') AS id;")[0]["id"] is not None
