"""Tables have two readings, the migrations and database/: both build the same catalog, on the server under
test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.conftest import ROOT
from tests.warehouse.place import Place, drop_database

from tsql.batches import split_batches
from warehouse.migrations.deploy import apply
from warehouse.migrations.history import resource
from warehouse.migrations.undo import rehearse
from warehouse.odbc import Connection

ORDER = ("partitions", "sequences", "tables")
Facts = set[tuple[str, str, str, str]]


def facts(connection: Connection) -> Facts:
    """The shape of a database without its views and modules, which are deployed from one reading only."""
    connection.run(resource("facts.sql"))
    rows = connection.run(
        "SELECT schema_name, object_name, object_kind, fact FROM #live_facts "
        "WHERE object_kind NOT IN (N'view', N'function', N'procedure', N'trigger', N'partition function');"
    ).rows
    found = {(r["schema_name"], r["object_name"], r["object_kind"], r["fact"]) for r in rows}
    return found | descriptions(connection) | boundaries(connection)


def boundaries(connection: Connection) -> Facts:
    """Where partitions begin: facts.sql leaves out those that a procedure moves, and files hold none."""
    rows = connection.run(
        "SELECT functions.name, CONVERT(nvarchar(200), boundaries.value) AS boundary "
        "FROM sys.partition_functions AS functions INNER JOIN sys.partition_range_values AS boundaries "
        "ON boundaries.function_id = functions.function_id;"
    ).rows
    return {("", r["name"], "boundary", r["boundary"]) for r in rows}


def descriptions(connection: Connection) -> Facts:
    """What is said of tables and columns; drift does not count it, the two readings do."""
    rows = connection.run(
        "SELECT OBJECT_SCHEMA_NAME(major_id) AS schema_name, OBJECT_NAME(major_id) AS object_name, "
        "CONCAT(COL_NAME(major_id, minor_id), N': ', CONVERT(nvarchar(3750), value)) AS said "
        "FROM sys.extended_properties WHERE class = 1 AND name = N'MS_Description';"
    ).rows
    return {(r["schema_name"], r["object_name"], "description", r["said"]) for r in rows}


@contextmanager
def described(place: Place, project: Path) -> Iterator[Connection]:
    """A database made of what database/ describes: schemas, then files in the order in which they succeed."""
    with place.server.connect("master") as connection:
        connection.run(f"CREATE DATABASE [{place.server.database}];")
    with place.server.connect() as connection:
        for folder in sorted((project / "database").iterdir()):
            if folder.is_dir():
                connection.run(f"CREATE SCHEMA {folder.name} AUTHORIZATION dbo;")
        files = [file for kind in ORDER for file in sorted((project / "database").glob(f"*/{kind}/*.sql"))]
        for file in sorted(files, key=lambda file: (file.parent.name != "partitions", _needs(file, files))):
            for batch in split_batches(file.read_text(encoding="utf-8")):
                connection.run(batch.text)
        yield connection


def _needs(file: Path, files: list[Path], depth: int = 0) -> int:
    """How many tables stand before this one in the longest chain of foreign keys."""
    text = file.read_text(encoding="utf-8")
    needed = [
        other
        for other in files
        if other != file and f"REFERENCES {other.parents[1].name}.{other.stem} " in text
    ]
    assert depth < len(files), f"{file}: foreign keys in a circle"
    return max(
        (1 + _needs(other, files, depth + 1) for other in needed), default=int(file.stem.startswith("PS_"))
    )


def test_the_migrations_make_what_database_describes(place: Place, tmp_path: Path) -> None:
    with described(place, ROOT) as connection:
        from_files = facts(connection)
    drop_database(place.server)
    apply(place.server, ROOT, lambda _: None)
    with place.server.connect() as connection:
        from_migrations = facts(connection)
    assert from_files - from_migrations == set(), "database/ describes what no migration makes"
    assert from_migrations - from_files == set(), "a migration makes what database/ does not describe"
    assert len(from_files) > 300
    assert ("bronze", "shop_orders", "description", "order_id: The order.") in from_files


def test_every_undo_script_of_the_project_restores_the_shape_before(place: Place) -> None:
    scripts = sorted((ROOT / "migrations").glob("U*.sql"))
    assert [Path(file).name for file in rehearse(place.server, ROOT, place.said.append)] == [
        script.name for script in scripts
    ]
