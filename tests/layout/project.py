"""Rules that no single file can break: database/ against migrations/, contracts and the list of errors."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.layout.statements import bulk_faults
from tests.layout.subject import Fault, SqlFile, Tree
from tests.layout.tables import created_tables

from tsql.tokens import Token

ERRORS: Final = "database/README.md"


def only_sql_stands_in_database(tree: Tree) -> Iterator[Fault]:
    """database/ holds .sql files and READMEs."""
    for file in sorted((tree.root / "database").rglob("*")):
        if file.is_file() and file.suffix != ".sql" and file.name != "README.md":
            yield Fault(file.relative_to(tree.root).as_posix(), 1, "is no .sql file and no README.md")


def migrations_are_numbered_without_gaps(tree: Tree) -> Iterator[Fault]:
    """V0001, V0002, …"""
    versioned = [file for file in tree.migrations if file.stem.startswith("V")]
    for number, file in enumerate(versioned, start=1):
        if not re.fullmatch(rf"V{number:04d}__[a-z0-9_]+", file.stem):
            yield file.fault(f"should be called V{number:04d}__<what_it_does>.sql")
            return


def database_describes_what_migrations_create(tree: Tree) -> Iterator[Fault]:
    """Every table has its file; that both make the same is for tests/warehouse/test_migrate_readings.py."""
    described = {file.name for file in tree.objects if file.kind == "tables"}
    for file in tree.migrations:
        for index in file.find("CREATE", "TABLE"):
            name, _ = file.dotted(index + 2)
            if not name.startswith("#") and name not in described:
                yield file.fault(f"database/ does not describe {name}", file.at(index).line)


def tables_are_named_by_layer(tree: Tree) -> Iterator[Fault]:
    """bronze: <source>_<entity> of a contract; gold: dim_, fact_, or an aggregate that is refreshed."""
    contracts = (tree.root / "dags" / "contracts").glob("*/*.yml")
    entities = tuple(f"{contract.parent.name}_{contract.stem}" for contract in contracts)
    procedures = {file.name for file in tree.objects if file.kind == "procedures"}
    for file in tree.objects:
        if file.kind != "tables":
            continue
        if file.schema == "bronze" and not file.stem.startswith(entities):
            yield file.fault("no contract is called so; bronze tables are <source>_<entity>")
        is_star = file.stem.startswith(("dim_", "fact_"))
        if file.schema == "gold" and not is_star and f"gold.refresh_{file.stem}" not in procedures:
            yield file.fault(f"is neither dim_ nor fact_, and there is no gold.refresh_{file.stem}")


def loads_are_named_after_their_table(tree: Tree) -> Iterator[Fault]:
    """load_[<source>_]<target> and refresh_[master_]<target> have a table called target in their schema."""
    tables = {file.name for file in tree.objects if file.kind == "tables"}
    sources = "|".join(folder.name for folder in (tree.root / "dags" / "contracts").glob("*/"))
    for file in tree.objects:
        called = re.sub(r"^(load|refresh)_", "", file.stem)
        targets = {f"{file.schema}.{called}", f"{file.schema}.{re.sub(rf'^({sources}|master)_', '', called)}"}
        if file.is_leaf and not targets & tables:
            yield file.fault(f"there is no table {min(targets)}")


# What a call within the call joins is looked at by itself.
_NEVER_NULL: Final = ("ISNULL", "COALESCE", "NCHAR", "CONCAT_WS")


def row_hashes_tell_null_apart(tree: Tree) -> Iterator[Fault]:
    """CONCAT_WS drops NULLs, so what is hashed has a token for NULL, or fills a column that is NOT NULL."""
    filled = {file.name: _not_null(file) for file in tree.objects if file.kind == "tables"}
    for file in tree.objects:
        target = f"{file.schema}.{re.sub(r'^(load|refresh)_', '', file.stem)}"
        for index in file.find("HASHBYTES", "("):
            for item in list(file.items(index + 1))[1:]:
                for part in _joined(file, index, len(item)):
                    names = {token.text for token in part}
                    if part[0].upper not in _NEVER_NULL and not names & filled.get(target, set()):
                        said = "".join(token.text for token in part)
                        yield file.fault(f"{said} is hashed without a token for NULL", part[0].line)


def _joined(file: SqlFile, start: int, length: int) -> Iterator[list[Token]]:
    """What CONCAT_WS joins within `length` tokens behind the word HASHBYTES, its delimiter aside."""
    for index in range(start, start + length + 4):
        if file.words(index, 2) == ["CONCAT_WS", "("]:
            yield from list(file.items(index + 1))[1:]


def _not_null(file: SqlFile) -> set[str]:
    """The columns of a table that are NOT NULL."""
    items = (item for _, items in created_tables(file) for item in items)
    return {item[0].text for item in items if [token.upper for token in item][-2:] == ["NOT", "NULL"]}


def error_numbers_are_listed_and_used_once(tree: Tree) -> Iterator[Fault]:
    """Every number of THROW stands in database/README.md with the one place that raises it."""
    text = (tree.root / ERRORS).read_text(encoding="utf-8") if (tree.root / ERRORS).exists() else ""
    listed = dict(re.findall(r"^\| (51\d{3}) \| (\S+)", text, re.MULTILINE))
    raised: dict[str, str] = {}
    for place, name, line, number in _thrown(tree):
        if number in raised:
            yield Fault(place, line, f"{number} is also raised in {raised[number]}")
        elif number not in listed or (name and listed[number] != name):
            yield Fault(place, line, f"list {number} in {ERRORS} as raised by {name or place}")
        raised[number] = place
    for number in sorted(set(listed) - set(raised)):
        yield Fault(ERRORS, 1, f"nothing raises {number}")


def _thrown(tree: Tree) -> Iterator[tuple[str, str, int, str]]:
    """Path, object (of a .sql file), line and number of every THROW."""
    for file in tree.objects:
        for index in file.find("THROW"):
            if re.fullmatch(r"51\d{3}", file.at(index + 1).text):
                yield file.path, file.name, file.at(index).line, file.at(index + 1).text
    for path, text in _python(tree.root):
        for found in re.finditer(r"\bTHROW (51\d{3}),", text):
            yield path, "", text.count("\n", 0, found.start()) + 1, found[1]


def bulk_insert_of_the_plan_states_every_option(tree: Tree) -> Iterator[Fault]:
    """The same rule as for .sql files, for the T-SQL that scripts/warehouse sends."""
    for path, text in _python(tree.root):
        for line, fault in bulk_faults(text):
            yield Fault(path, line, fault)


def _python(root: Path) -> Iterator[tuple[str, str]]:
    for file in sorted((root / "scripts" / "warehouse").rglob("*.py")):
        yield file.relative_to(root).as_posix(), file.read_text(encoding="utf-8")


RULES: Final = (
    only_sql_stands_in_database,
    migrations_are_numbered_without_gaps,
    database_describes_what_migrations_create,
    tables_are_named_by_layer,
    loads_are_named_after_their_table,
    row_hashes_tell_null_apart,
    error_numbers_are_listed_and_used_once,
    bulk_insert_of_the_plan_states_every_option,
)
