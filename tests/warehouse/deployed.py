"""The project's database in an engine of its own, for tests of its T-SQL without a server between."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tsql.batches import split_batches
from tsqld.events import Argument, Columns, Error, Event, Rows
from tsqld.runtime.engine import Engine
from tsqld.types import MAX, SqlType
from warehouse.contracts import load_contracts
from warehouse.intake import clear_staged, find_files, stage
from warehouse.migrations.files import object_scripts
from warehouse.migrations.order import deployment_order
from warehouse.plan import build_plan

PROJECT = Path(__file__).parents[2]
CONTRACTS = load_contracts(PROJECT / "dags" / "contracts")
HEADERS = {
    c.entity: ",".join(column.name for column in c.columns) for c in CONTRACTS if c.source == "journey"
}
_PASSWORD = "engine"


class SqlError(Exception):
    """An error of the batch: its number, procedure and text."""


class Database:
    """A session in the deployed database, and the landing folder its plan reads."""

    def __init__(self, engine: Engine, landing: Path) -> None:
        self._session = engine.login("sa", _PASSWORD, "warehouse")
        self.landing = landing

    def run(self, text: str) -> list[tuple[Any, ...]]:
        """The rows of the batch's last result set. Errors: SqlError."""
        return last_rows(self._session.batch(text))

    def deliver(self, entity: str, name: str, text: str) -> None:
        """Put a file with the entity's header and these records into the landing folder."""
        file = self.landing / "journey" / entity / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(f"{HEADERS[entity]}\n{text}".encode())

    def load(self) -> dict[str, tuple[str, int]]:
        """Run the plan; status and rows written of every step."""
        (start,) = self.run(
            "DECLARE @run_id bigint; EXEC ops.start_run @driver = N'test', @run_id = @run_id OUTPUT;"
            "SELECT @run_id;"
        )
        outcome: dict[str, tuple[str, int]] = {}
        files = find_files(CONTRACTS, self.landing)
        for file in files:
            stage(self.landing, file)
        for step in build_plan(CONTRACTS, files, str(self.landing)).steps:
            parameters = [(p.name, p.type, p.value) for p in step.parameters]
            parameters.append(("@run_id", "bigint", start[0]))
            declarations = ", ".join(f"{name} {kind}" for name, kind, _ in parameters)
            arguments = [Argument(name, sql_type(kind), value) for name, kind, value in parameters]
            (row,) = last_rows(self._session.execute_sql(step.sql, declarations, arguments))
            outcome[step.id.split("/")[-1]] = (row[0], row[2])
        self.run(f"EXEC ops.finish_run @run_id = {start[0]};")
        clear_staged(self.landing)
        return outcome


def deploy(data: Path) -> None:
    """Make an engine's data folder with the whole database in it, empty."""
    engine = Engine.open(data, _PASSWORD)
    try:
        last_rows(engine.login("sa", _PASSWORD, "master").batch("CREATE DATABASE warehouse;"))
        session = engine.login("sa", _PASSWORD, "warehouse")
        for batch in (batch for script in scripts() for batch in split_batches(script)):
            last_rows(session.batch(batch.text))
    finally:
        engine.close()


@contextmanager
def database(template: Path, folder: Path) -> Iterator[Database]:
    """A copy of a deployed data folder, served from below `folder`."""
    engine = Engine.open(shutil.copytree(template, folder / "data"), _PASSWORD)
    try:
        yield Database(engine, folder / "landing")
    finally:
        engine.close()


def scripts() -> Iterator[str]:
    """The text of every migration, then of every object, in the order of deployment."""
    for path in sorted((PROJECT / "migrations").glob("V*.sql")):
        yield path.read_text(encoding="utf-8")
    for script in deployment_order(object_scripts(PROJECT)):
        yield script.text


def last_rows(events: Iterable[Event]) -> list[tuple[Any, ...]]:
    """The rows of the last result set. Errors: SqlError."""
    rows: list[tuple[Any, ...]] = []
    for event in events:
        if isinstance(event, Error):
            raise SqlError(f"{event.number} in {event.procedure}, line {event.line}: {event.text}")
        if isinstance(event, Columns):
            rows = []
        elif isinstance(event, Rows):
            rows.extend(tuple(row) for row in event.rows)
    return rows


def sql_type(declared: str) -> SqlType:
    """The type of a plan's parameter."""
    name, _, length = declared.removesuffix(")").partition("(")
    if length == "max":
        return SqlType(name, MAX)
    return SqlType(name, int(length)) if length else SqlType(name)


def literals(rows: Sequence[Sequence[str | int | None]]) -> str:
    """Rows as the VALUES of an INSERT."""
    return ", ".join(f"({', '.join(map(_literal, row))})" for row in rows)


def _literal(value: str | int | None) -> str:
    if value is None:
        return "NULL"
    return str(value) if isinstance(value, int) else "N'" + value.replace("'", "''") + "'"
