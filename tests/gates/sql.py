"""Gates for T-SQL: Microsoft's parser, Microsoft's model, the style.

After tools. tests/layout has the rules that the `layout` gate applies.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.gates.tools import files, python, run
from tests.layout import rules


def parser(root: Path) -> list[str]:
    """Every .sql file parses as SQL Server 2019's language.

    maxdop is a formatter around Microsoft's ScriptDom. Exit code 2 is a refusal of the formatter, not of the
    parser: only 1 is a parse error.
    """

    def parse(file: str) -> list[str]:
        said = run(root, "maxdop", "--parser-version", "2019", file, passing=(0, 2))
        return [f"{file}: {line}" for line in said]

    with ThreadPoolExecutor(2) as pool:
        return [line for said in pool.map(parse, files(root, "*.sql")) for line in said]


def model(root: Path) -> list[str]:
    """Every name in database/ resolves by Microsoft's database model."""
    files(root, "database/*.sql")
    return python(root, "tests.gates.dacfx")


def style(root: Path) -> list[str]:
    """sqlfluff finds nothing in any .sql file."""
    return run(root, "sqlfluff", "lint", "--nocolor", "--disable-progress-bar", *files(root, "*.sql"))


def layout(root: Path) -> list[str]:
    """database/ and migrations/ keep to the rules of tests/layout."""
    files(root, "database/*.sql")
    return [str(fault) for fault in rules.faults(root)]
