"""Gates for T-SQL: Microsoft's parser, Microsoft's model, the style.

After tools. tests/layout has the rules that the `layout` gate applies.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from tests.gates.embedded import embedded_batches
from tests.gates.tools import files, python, run
from tests.layout import rules

SAMPLES: Final = "tests/engine/"
"""Other people's T-SQL for the engine to run: of any style, and of SQL Server 2022, which it stands for."""

SHIPPED: Final = "scripts/tsqld/catalog/shipped/"
"""Procedures and functions that stand for SQL Server's own: their names and result columns are not ours."""

PEERS: Final = "tests/bench/dbt/"
"""DuckDB's SQL in dbt's templates, which the warehouse is held against."""


def parser(root: Path) -> list[str]:
    """Every .sql file, and the T-SQL of scripts/warehouse, is SQL Server 2019's language (samples: 2022's).

    maxdop is a formatter around Microsoft's ScriptDom. Exit code 2 is a refusal of the formatter, not of the
    parser: only 1 is a parse error.
    """

    def parse(named: tuple[str, str]) -> list[str]:
        name, file = named
        version = "2022" if name.startswith(SAMPLES) else "2019"
        said = run(root, "maxdop", "--parser-version", version, file, passing=(0, 2))
        return [f"{name}: {line}" for line in said]

    with TemporaryDirectory() as folder, ThreadPoolExecutor(2) as pool:
        subjects = [(file, file) for file in files(root, "*.sql") if not file.startswith(PEERS)]
        for number, batch in enumerate(embedded_batches(root)):
            file = Path(folder) / f"{number}.sql"
            file.write_text(batch.text, encoding="utf-8")
            subjects.append((f"{batch.path}:{batch.line} {batch.name}", str(file)))
        return [line for said in pool.map(parse, subjects) for line in said]


def model(root: Path) -> list[str]:
    """Every name in the project's T-SQL, its tests included, resolves by Microsoft's database model."""
    files(root, "database/*.sql")
    return python(root, "tests.gates.dacfx")


def style(root: Path) -> list[str]:
    """sqlfluff finds nothing in any .sql file of our own."""
    ours = [file for file in files(root, "*.sql") if not file.startswith((SAMPLES, SHIPPED, PEERS))]
    return run(root, "sqlfluff", "lint", "--nocolor", "--disable-progress-bar", "--processes", "0", *ours)


def layout(root: Path) -> list[str]:
    """database/ and migrations/ keep to the rules of tests/layout."""
    files(root, "database/*.sql")
    return [str(fault) for fault in rules.faults(root)]
