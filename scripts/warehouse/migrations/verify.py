"""Finds drift: objects that were changed, added or dropped by hand since the last migration, fact by fact.

Beside deploy. `ops.shape_facts` says what the last run left, the catalog views say what there is. Schemas
that the project does not describe and no migration made can be left out.
"""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from warehouse.connection import Server
from warehouse.errors import MigrationProblem
from warehouse.migrations.deploy import known_history, named
from warehouse.migrations.files import read_project
from warehouse.migrations.history import Shape, resource
from warehouse.migrations.plan import check_environment, history_problems
from warehouse.migrations.session import reading
from warehouse.odbc import Connection

_TEXT: Final = "text "


@dataclass(frozen=True)
class Drift:
    """An object that is not what the last migration left: `change` is changed, added or dropped."""

    schema: str
    name: str
    kind: str
    change: str
    missing: tuple[str, ...]
    unexpected: tuple[str, ...]

    @property
    def object(self) -> str:
        """Kind and name, for messages."""
        return named(self.schema, self.name, self.kind)

    @property
    def diff(self) -> list[str]:
        """What was expected against what there is, as unified diff without its header."""
        return unified(_lines(self.missing), _lines(self.unexpected))

    @property
    def document(self) -> dict[str, Any]:
        """As JSON tells it."""
        return {
            "schema": self.schema,
            "name": self.name,
            "kind": self.kind,
            "change": self.change,
            "missing": list(self.missing),
            "unexpected": list(self.unexpected),
            "diff": self.diff,
        }


def verify(
    server: Server, folder: Path, environment: str | None = None, ignored: Collection[str] = ()
) -> list[Drift]:
    """The drift of a database; `ignored` are schemas to leave out. Errors: MigrationProblem when there is no
    shape to compare with, or the files contradict the history."""
    project = read_project(folder, environment)
    with reading(server) as connection:
        if connection is None:
            raise MigrationProblem(
                f"database '{server.database}' does not exist on {server.address}; create it with: warehouse "
                f"migrate"
            )
        history = known_history(connection)
        check_environment(project, history)
        for problem in history_problems(project.versioned, history):
            raise MigrationProblem(problem)
        if history.shape is not Shape.RECORDED:
            raise MigrationProblem(
                f"the shape of the database was {history.shape.value}, so there is nothing to compare with; "
                "let warehouse migrate apply record it"
            )
        return find_drift(connection, ignored)


def find_drift(connection: Connection, ignored: Collection[str] = ()) -> list[Drift]:
    """What differs between ops.shape_facts and the catalog. Errors: SqlFailed."""
    connection.run(resource("facts.sql"))
    rows = connection.run(resource("shape_differences.sql")).rows
    left_out = {schema.lower() for schema in ignored}
    facts: dict[tuple[str, str, str], dict[bool, list[str]]] = defaultdict(lambda: {True: [], False: []})
    for row in rows:
        if row["schema_name"].lower() not in left_out:
            key = (row["schema_name"], row["object_name"], row["object_kind"])
            facts[key][row["is_expected"]].append(row["fact"])
    whole = _whole_objects(connection, facts)
    return [
        Drift(*key, _change(key, sides, whole), tuple(sorted(sides[True])), tuple(sorted(sides[False])))
        for key, sides in sorted(facts.items())
    ]


def _whole_objects(
    connection: Connection, facts: Collection[tuple[str, str, str]]
) -> dict[str, frozenset[tuple[str, str, str]]]:
    """The objects that ops.shape_facts knows, and those that live, in lower case."""
    if not facts:
        return {}
    known, live = connection.run(
        """
        SELECT DISTINCT schema_name, object_name, object_kind FROM ops.shape_facts;
        SELECT DISTINCT schema_name, object_name, object_kind FROM #live_facts;
        """
    ).results
    return {"known": frozenset(map(_key, known)), "live": frozenset(map(_key, live))}


def _key(row: Any) -> tuple[str, str, str]:
    return row["schema_name"].lower(), row["object_name"].lower(), row["object_kind"]


def _change(
    key: tuple[str, str, str],
    sides: dict[bool, list[str]],
    whole: dict[str, frozenset[tuple[str, str, str]]],
) -> str:
    folded = (key[0].lower(), key[1].lower(), key[2])
    if folded not in whole["known"]:
        return "added"
    return "changed" if folded in whole["live"] else "dropped"


def _lines(facts: Iterable[str]) -> list[str]:
    """Facts as lines; the text of a module is as many lines as it has."""
    lines: list[str] = []
    for fact in facts:
        lines += fact.removeprefix(_TEXT).splitlines() if fact.startswith(_TEXT) else [fact]
    return lines


def unified(before: list[str], after: list[str]) -> list[str]:
    """The lines of a unified diff, without the two lines of its header."""
    return list(difflib.unified_diff(before, after, lineterm="", n=3))[2:]
