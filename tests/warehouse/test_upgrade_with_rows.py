"""A database with rows is upgraded over the migration that partitions bronze: they stay as they were."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime

import pytest
from tests.conftest import ROOT
from tests.warehouse.place import Place

BEFORE = 10
"""The last version whose bronze tables lie in one piece."""
MOMENTS = ("2019-05-06T07:08:09.123", "2024-01-31T23:59:59.999", "2024-02-01T00:00:00.000")
"""When files were loaded: before the first month with a partition, on both sides of a boundary; and now."""
TABLES = """
SELECT CONCAT(SCHEMA_NAME(tables.schema_id), N'.', tables.name) AS table_name
FROM sys.tables AS tables
WHERE SCHEMA_NAME(tables.schema_id) IN (N'bronze', N'silver', N'gold', N'ops')
    AND tables.name NOT IN (N'schema_migrations', N'object_versions', N'migration_runs', N'spellings',
        N'shape_facts', N'shape_drift');
"""
COLUMNS = """
SELECT columns.name, TYPE_NAME(columns.user_type_id) AS type_name, columns.is_identity
FROM sys.columns AS columns
WHERE columns.object_id = OBJECT_ID(N'{table}')
ORDER BY columns.column_id;
"""
FILES = """
SET IDENTITY_INSERT ops.runs ON;
INSERT INTO ops.runs (run_id, driver, status, started_at) VALUES (7, N'of old', N'succeeded', '2019-05-06');
SET IDENTITY_INSERT ops.runs OFF;
SET IDENTITY_INSERT ops.files ON;
INSERT INTO ops.files (file_id, source_system, entity, path, sha256, size_bytes, status, form, rows_read,
    rows_written, rows_rejected, blank_lines, record_count, blank_count, run_id, registered_at, loaded_at)
SELECT files.file_id, names.source_system, names.entity, CONCAT(names.entity, N'/', files.file_id, N'.csv'),
    CONVERT(varchar(64), HASHBYTES('SHA2_256', CONCAT(names.entity, files.file_id)), 2), 9, N'loaded', N'csv',
    3, 2, 1, 0, 3, 0, 7, loads.loaded_at, loads.loaded_at
FROM (VALUES {files}) AS loads (file_number, loaded_at)
CROSS JOIN (VALUES {names}) AS names (entity_number, source_system, entity)
CROSS APPLY (VALUES (100 * names.entity_number + loads.file_number)) AS files (file_id);
SET IDENTITY_INSERT ops.files OFF;
INSERT INTO ops.quarantine (run_id, file_id, file_path, table_name, line_number, rule_name, reason, raw_text)
SELECT 7, files.file_id, files.path, CONCAT(N'bronze.', files.source_system, N'_', files.entity), 4, N'shape',
    N'too few fields', N'1;"2'
FROM ops.files AS files;
INSERT INTO ops.batches (batch_id, table_name, file_id, run_id, rows_written)
SELECT files.file_id, CONCAT(N'bronze.', files.source_system, N'_', files.entity), files.file_id, 7, 2
FROM ops.files AS files;
"""


def values(columns: list[dict[str, object]], line: int) -> str:
    """A row of bronze as T-SQL: each text tells its column and line, some are missing, one has a newline."""
    texts = []
    for number, column in enumerate(columns):
        name = str(column["name"])
        if name in ("file_id", "loaded_at"):
            texts.append(f"files.{name}")
        elif name == "line_number":
            texts.append(str(line))
        elif name == "row_hash":
            texts.append(f"HASHBYTES('SHA2_256', CONCAT(files.file_id, N':', {line}))")
        elif (number + line) % 5 == 0:
            texts.append("NULL")
        else:
            texts.append(f"N'{name} {line} Ünï''cödé 漢' + NCHAR(10) + N'\"'")
    return ", ".join(texts)


def contents(place: Place, columns: dict[str, list[str]]) -> dict[str, list[str]]:
    """Every row of every table in these columns, as sorted text."""
    found = {}
    for table, names in columns.items():
        listed = ", ".join(f"rows_of.[{name}]" for name in names)
        rows = place.sql(f"SELECT {listed} FROM {table} AS rows_of;")
        found[table] = sorted(json.dumps(row, default=str) for row in rows)
    return found


@pytest.fixture
def old_place(place: Place) -> Place:
    """Migrated up to BEFORE, with two records of each bronze table loaded at each of four moments."""
    for file in sorted((ROOT / "migrations").glob("V*.sql")):
        if int(file.name[1:5]) <= BEFORE:
            shutil.copy(file, place.project / "migrations")
    place.apply()
    bronze = sorted(
        str(row["table_name"])
        for row in place.sql(TABLES)
        if str(row["table_name"]).startswith("bronze.") and not str(row["table_name"]).endswith("_landing")
    )
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000")
    files = ", ".join(
        f"({number}, CONVERT(datetime2(3), '{moment}'))" for number, moment in enumerate((*MOMENTS, now), 1)
    )
    named = [table.partition(".")[2].partition("_") for table in bronze]
    names = ", ".join(f"({n}, N'{source}', N'{entity}')" for n, (source, _, entity) in enumerate(named, 1))
    place.sql(FILES.format(files=files, names=names))
    for table, (source, _, entity) in zip(bronze, named, strict=True):
        columns = place.sql(COLUMNS.format(table=table))
        listed = ", ".join(str(column["name"]) for column in columns)
        for line in (2, 3):
            place.sql(
                f"INSERT INTO {table} ({listed}) SELECT {values(columns, line)} FROM ops.files AS files "
                f"WHERE files.source_system = N'{source}' AND files.entity = N'{entity}';"
            )
    return place


def test_rows_and_lineage_stay_when_bronze_is_partitioned(old_place: Place) -> None:
    place = old_place
    tables = {str(row["table_name"]) for row in place.sql(TABLES)}
    columns = {
        table: [str(column["name"]) for column in place.sql(COLUMNS.format(table=table))] for table in tables
    }
    before = contents(place, columns)
    assert len(before["bronze.shop_orders"]) == 2 * (len(MOMENTS) + 1)

    shutil.copytree(ROOT / "migrations", place.project / "migrations", dirs_exist_ok=True)
    shutil.copytree(ROOT / "database", place.project / "database", dirs_exist_ok=True)
    place.apply()

    assert contents(place, columns) == before
    orphans = place.sql(
        "SELECT COUNT(*) AS n FROM bronze.shop_orders AS orders "
        "WHERE NOT EXISTS (SELECT 1 FROM ops.files AS files WHERE files.file_id = orders.file_id "
        "AND files.loaded_at = orders.loaded_at);"
    )
    assert orphans[0]["n"] == 0
    lies = place.sql(
        "SELECT partitions.table_name, SUM(partitions.row_count) AS n, "
        "SUM(IIF(partitions.from_at IS NULL, partitions.row_count, 0)) AS before_all, "
        "SUM(IIF(partitions.from_at = '20240101', partitions.row_count, 0)) AS january, "
        "SUM(IIF(partitions.from_at = '20240201', partitions.row_count, 0)) AS february "
        "FROM ops.bronze_partitions AS partitions GROUP BY partitions.table_name;"
    )
    assert len(lies) == sum(name.startswith("bronze.") and not name.endswith("landing") for name in before)
    assert all(
        (row["n"], row["before_all"], row["january"], row["february"]) == (8, 2, 2, 2) for row in lies
    ), lies


def test_what_was_loaded_before_the_upgrade_goes_by_retention_and_the_young_stays(old_place: Place) -> None:
    place = old_place
    shutil.copytree(ROOT / "migrations", place.project / "migrations", dirs_exist_ok=True)
    shutil.copytree(ROOT / "database", place.project / "database", dirs_exist_ok=True)
    place.apply()
    held = "SELECT COUNT(*) AS n, MIN(orders.loaded_at) AS oldest FROM bronze.shop_orders AS orders;"

    place.sql("EXEC ops.apply_retention @dry_run = 0;")
    assert place.sql(held)[0]["n"] == 8, "silver has not taken it in"
    place.sql(
        "INSERT INTO ops.batch_consumers (consumer, batch_id, run_id) "
        "SELECT consumers.value, batches.batch_id, 7 FROM ops.retention_policies AS policies "
        "INNER JOIN ops.batches AS batches ON batches.table_name = policies.table_name "
        "CROSS APPLY OPENJSON(policies.consumers) AS consumers WHERE policies.method = N'partition';"
    )
    removed = place.sql("EXEC ops.apply_retention @dry_run = 0;")
    gone = [row for row in removed if row["policy_name"] == "bronze.shop_orders"]
    assert [(row["row_count"], row["outcome"]) for row in gone] == [(2, "gone")] * 3, gone
    assert place.sql(held)[0]["n"] == 2
    files = "SELECT COUNT(*) AS n FROM ops.files WHERE entity = N'orders' AND bronze_removed_at IS NOT NULL;"
    assert place.sql(files)[0]["n"] == 3
