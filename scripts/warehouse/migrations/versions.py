"""Every text an object has had, from ops.object_versions, and what differs between two of them.

Beside deploy; the commands `history` and `diff`. Versions are numbered per object from 1; `file` stands for
the text in database/, `live` for the one the server runs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tsql.names import NameProblem, ObjectName, literal, parse_name
from tsql.normalise import content_hash
from warehouse.connection import Server
from warehouse.errors import MigrationProblem, UsageProblem
from warehouse.migrations.deploy import known_history
from warehouse.migrations.files import read_project
from warehouse.migrations.session import reading
from warehouse.migrations.verify import unified
from warehouse.odbc import Connection

FILE: Final = "file"
LIVE: Final = "live"
_RUNS: Final = """
SELECT
    runs.run_id, runs.command, runs.status, runs.started_at, runs.finished_at, runs.started_by,
    runs.host_name, runs.tool_version, runs.git_commit, runs.environment, runs.summary, runs.failed_file,
    runs.failed_line, runs.failed_statement, runs.error_number, runs.error_message
FROM ops.migration_runs AS runs
ORDER BY runs.run_id;
"""


@dataclass(frozen=True)
class Version:
    """One text of an object; `number` counts the object's versions from 1, `text` is None where it was
    dropped."""

    number: int
    outcome: str
    kind: str
    content_hash: bytes
    text: str | None
    deployed_at: str
    deployed_by: str
    host_name: str | None
    tool_version: str
    git_commit: str | None
    environment: str | None
    file: str | None

    @property
    def document(self) -> dict[str, Any]:
        """As JSON tells it."""
        return {
            "version": self.number,
            "outcome": self.outcome,
            "kind": self.kind,
            "hash": self.content_hash.hex(),
            "deployed_at": self.deployed_at,
            "deployed_by": self.deployed_by,
            "host_name": self.host_name,
            "tool_version": self.tool_version,
            "git_commit": self.git_commit,
            "environment": self.environment,
            "file": self.file,
            "text": self.text,
        }


def object_name(text: str) -> ObjectName:
    """The name a user typed. Errors: UsageProblem."""
    try:
        return parse_name(text)
    except NameProblem as error:
        raise UsageProblem(str(error)) from error


def versions_of(connection: Connection, name: ObjectName) -> list[Version]:
    """The versions of an object, oldest first. Errors: MigrationProblem when it has none."""
    rows = connection.run(
        f"""
        SELECT
            versions.outcome, versions.object_kind, versions.content_hash, versions.object_text,
            versions.deployed_at, versions.deployed_by, versions.host_name, versions.tool_version,
            versions.git_commit, versions.environment, versions.file_path
        FROM ops.object_versions AS versions
        WHERE versions.schema_name = {literal(name.schema)} AND versions.object_name = {literal(name.name)}
        ORDER BY versions.version_id;
        """
    ).rows
    if not rows:
        raise MigrationProblem(f"{name}: was never deployed by warehouse migrate; check the name")
    return [_version(number, row) for number, row in enumerate(rows, 1)]


def _version(number: int, row: Mapping[str, Any]) -> Version:
    return Version(
        number,
        row["outcome"],
        row["object_kind"],
        row["content_hash"],
        row["object_text"],
        row["deployed_at"],
        row["deployed_by"],
        row["host_name"],
        row["tool_version"],
        row["git_commit"],
        row["environment"],
        row["file_path"],
    )


def object_history(server: Server, name: ObjectName) -> list[Version]:
    """What `migrate history OBJECT` lists. Errors: MigrationProblem."""
    with reading(server) as connection:
        return versions_of(_with_history(connection, server), name)


def run_history(server: Server) -> Sequence[Mapping[str, Any]]:
    """What `migrate history` lists: every run that changed something or failed. Errors: MigrationProblem."""
    with reading(server) as connection:
        return _with_history(connection, server).run(_RUNS).rows


def _with_history(connection: Connection | None, server: Server) -> Connection:
    history = known_history(connection)
    if connection is None or not (history.versions or history.objects or history.last_run):
        raise MigrationProblem(
            f"database '{server.database}' on {server.address} has no history; make one with: warehouse "
            f"migrate"
        )
    return connection


@dataclass(frozen=True)
class Difference:
    """Two texts of an object under their names, and the lines of their unified diff."""

    name: ObjectName
    before: str
    after: str
    lines: tuple[str, ...]


def difference(
    server: Server, folder: Path, name: ObjectName, before: str, after: str, environment: str | None
) -> Difference:
    """What differs between two texts: each a number, `file` or `live`. Errors: MigrationProblem."""
    with reading(server) as connection:
        open_connection = _with_history(connection, server)
        versions = versions_of(open_connection, name)
        texts = [
            _text(open_connection, folder, name, versions, which or str(len(versions)), environment)
            for which in (before, after)
        ]
    lines = unified(texts[0].splitlines(), texts[1].splitlines())
    if content_hash(texts[0]) == content_hash(texts[1]) and FILE in (before, after):
        lines = []  # only line ends, space or comments differ: nothing would be deployed
    return Difference(name, before or str(len(versions)), after, tuple(lines))


def _text(
    connection: Connection,
    folder: Path,
    name: ObjectName,
    versions: Sequence[Version],
    which: str,
    environment: str | None,
) -> str:
    if which == FILE:
        scripts = {script.name.key: script for script in read_project(folder, environment).objects}
        if name.key not in scripts:
            raise MigrationProblem(f"{name}: has no file under database/ any more; compare with a number")
        return scripts[name.key].text
    if which == LIVE:
        query = f"SELECT OBJECT_DEFINITION(OBJECT_ID({literal(name.quoted)})) AS text;"
        return str(connection.run(query).rows[0]["text"] or "")
    if not which.isdecimal() or not 1 <= int(which) <= len(versions):
        raise UsageProblem(
            f"{name}: has no version '{which}'; give 1 to {len(versions)}, '{FILE}' or '{LIVE}'"
        )
    return versions[int(which) - 1].text or ""
