"""The T-SQL keeps to the layout and to the rules of style that can be checked on its text.

Every file of database/ and migrations/: path equals object, one object per file, header, named constraints,
parses by Microsoft's parser for SQL Server 2019; tables are the same in both places; error numbers stand in
one list.
"""

from __future__ import annotations

import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import pytest

from tsql.batches import Batch, split_batches
from tsql.normalise import content_hash
from tsql.tokens import Kind, tokenize

PROJECT = Path(__file__).parents[2]
DATABASE = PROJECT / "database"
OBJECTS = sorted(DATABASE.glob("*/*/*.sql"))
MIGRATIONS = sorted((PROJECT / "migrations").glob("*.sql"))
PROCEDURES = [file for file in OBJECTS if file.parent.name == "procedures"]
VERBS = ("apply", "check", "finish", "load", "lock", "refresh", "register", "replay", "run", "split", "start")
CREATES = {
    "functions": "CREATE OR ALTER FUNCTION",
    "partitions": "CREATE PARTITION",
    "procedures": "CREATE OR ALTER PROCEDURE",
    "sequences": "CREATE SEQUENCE",
    "tables": "CREATE TABLE",
    "views": "CREATE OR ALTER VIEW",
}


def name_of(file: Path) -> str:
    return file.relative_to(PROJECT).as_posix()


def is_leaf(file: Path) -> bool:
    """Whether a procedure loads a table of bronze, silver or gold."""
    return file.parent.name == "procedures" and file.stem.startswith(("load_", "refresh_"))


@cache
def header_of(file: Path) -> tuple[str, ...]:
    """The comment lines that a file begins with."""
    lines: list[str] = []
    for line in file.read_text(encoding="utf-8").splitlines():
        if not line.startswith("--"):
            break
        lines.append(line)
    return tuple(lines)


@cache
def code_of(file: Path) -> str:
    """The text without its header."""
    text = file.read_text(encoding="utf-8")
    return "\n".join(text.splitlines()[len(header_of(file)) :])


def each(files: list[Path]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("file", files, ids=name_of)


def test_every_file_parses_by_microsofts_parser_for_sql_server_2019() -> None:
    maxdop = Path(sys.executable).with_name("maxdop")

    def parse(file: Path) -> str:
        command = [str(maxdop), "--parser-version", "2019", str(file)]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        return result.stderr if result.returncode == 1 else ""

    with ThreadPoolExecutor(4) as pool:
        assert [error for error in pool.map(parse, OBJECTS + MIGRATIONS) if error] == []


def test_there_are_no_other_files_and_kinds() -> None:
    assert {file.suffix for file in DATABASE.rglob("*") if file.is_file()} == {".sql", ".md"}
    assert set(OBJECTS) == set(DATABASE.rglob("*.sql"))
    assert {file.parent.name for file in OBJECTS} <= set(CREATES)


@each(OBJECTS)
def test_path_equals_object(file: Path) -> None:
    schema, kind, name = file.parents[1].name, file.parent.name, file.stem
    found = re.match(rf"{CREATES[kind]}( FUNCTION| SCHEME)? ([\w.]+)", code_of(file))
    assert found is not None, f"begins with {CREATES[kind]} after its header"
    assert found[2] == (name if kind == "partitions" else f"{schema}.{name}")


@each(OBJECTS)
def test_a_file_holds_one_object_and_ends_with_go(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert text.endswith("\nGO\n")
    creates = re.findall(r"^\s*CREATE\b.*", code_of(file), re.MULTILINE)
    objects = [line for line in creates if "INDEX" not in line and "TABLE #" not in line]
    assert len(objects) == 1


@each(OBJECTS)
def test_a_header_has_one_to_six_lines(file: Path) -> None:
    assert 1 <= len(header_of(file)) <= 6


@each([file for file in OBJECTS if file.parent.name in ("procedures", "functions", "views")])
def test_the_header_of_code_ends_with_an_example(file: Path) -> None:
    name = f"{file.parents[1].name}.{file.stem}"
    if file.stem.endswith("_drop"):
        return  # BULK INSERT writes to it: there is no query to show
    assert re.match(r"-- (EXEC|SELECT)\b", header_of(file)[-1])
    assert name in header_of(file)[-1]


@each(PROCEDURES)
def test_the_header_of_a_procedure_says_what_a_re_run_does(file: Path) -> None:
    assert "Re-run: " in " ".join(header_of(file))


@each(PROCEDURES)
def test_a_procedure_is_named_by_a_verb_and_sets_nocount_and_xact_abort_first(file: Path) -> None:
    assert file.stem.split("_")[0] in VERBS
    assert re.search(r"^AS\nSET NOCOUNT, XACT_ABORT ON;$", code_of(file), re.MULTILINE)


@each([file for file in PROCEDURES if "BEGIN TRANSACTION" in code_of(file)])
def test_a_procedure_ends_only_a_transaction_that_it_began(file: Path) -> None:
    code = code_of(file)
    assert "DECLARE @owns_transaction bit = IIF(@@TRANCOUNT = 0, 1, 0);" in code
    assert code.count("IF @owns_transaction = 1 BEGIN TRANSACTION;") == code.count("BEGIN TRANSACTION") == 1
    assert code.count("IF @owns_transaction = 1 COMMIT TRANSACTION;") == code.count("COMMIT") == 1
    catch = (
        "BEGIN CATCH\n"
        "    IF @owns_transaction = 1 AND XACT_STATE() <> 0 ROLLBACK TRANSACTION;\n"
        "    THROW;\n"
        "END CATCH;"
    )
    assert catch in code
    assert code.count("ROLLBACK") == 1


@each([file for file in PROCEDURES if is_leaf(file)])
def test_a_leaf_procedure_counts_its_rows_and_logs_nothing(file: Path) -> None:
    code = code_of(file)
    for name in ("@rows_read", "@rows_written", "@rows_rejected"):
        assert f"    {name} bigint = NULL OUTPUT" in code
    assert "BEGIN TRANSACTION" in code
    assert "PRINT" not in code
    assert "run_steps" not in code
    assert " MERGE " not in code


@each([file for file in PROCEDURES if is_leaf(file) and file.parents[1].name in ("silver", "gold")])
def test_a_silver_or_gold_load_locks_its_target_and_records_what_it_took_in(file: Path) -> None:
    code = code_of(file)
    target = re.search(r"EXEC ops\.lock_target @target = N'([\w.]+)';", code)
    assert target is not None
    assert f"@table_name = N'{target[1]}'" in code
    assert f"consumers.consumer = N'{target[1]}'" in code
    assert target[1].split(".")[1] == re.sub(r"^(load|refresh)_", "", file.stem)


@each(OBJECTS + MIGRATIONS)
def test_names_are_two_part_and_queries_name_their_columns(file: Path) -> None:
    code = code_of(file)
    assert not re.search(r"\bSELECT\s+(DISTINCT\s+)?\*", code)
    assert not re.search(r"\.\*", code)
    for table in re.findall(r"\b(?:INTO|UPDATE|DELETE FROM|TABLE|EXEC) +([a-z]\w+)\b(?!\.)(?!\s*\()", code):
        followed = rf"(UPDATE {table}\s+SET|DELETE {table})\b[\s\S]+?FROM [\w.#]+ AS {table}\b"
        assert re.search(followed, code), f"{table} needs its schema"


@each([file for file in OBJECTS if file.parent.name == "tables"])
def test_every_column_states_null_or_not_null_and_every_constraint_has_its_name(file: Path) -> None:
    code = code_of(file)
    table = f"{file.parents[1].name}_{file.stem}"
    for line in re.findall(r"^    ([a-z]\w* .*)$", code, re.MULTILINE):
        if not line.startswith("status IN"):
            assert " NULL" in line, line
    constraints = re.findall(r"CONSTRAINT (\w+)\s+(PRIMARY KEY|UNIQUE|FOREIGN KEY|CHECK|DEFAULT)", code)
    prefixes = {"PRIMARY KEY": "PK", "UNIQUE": "UQ", "FOREIGN KEY": "FK", "CHECK": "CK", "DEFAULT": "DF"}
    for name, kind in constraints:
        assert name.startswith(f"{prefixes[kind]}_{table}"), name
    kinds = re.findall(r"\b(PRIMARY KEY|FOREIGN KEY|CHECK|DEFAULT)\b", code)
    assert len(kinds) == len([kind for _, kind in constraints if kind != "UNIQUE"]), (
        "a constraint has no name"
    )
    for unique, name in re.findall(r"CREATE (UNIQUE )?[A-Z ]*INDEX (\w+)", code):
        assert name.startswith(f"{'UQ' if unique else 'IX'}_{table}"), name


@each([file for file in OBJECTS if file.parent.name in ("tables", "sequences", "partitions")])
def test_what_the_migrations_create_is_what_database_describes(file: Path) -> None:
    created = {content_hash(batch.text) for path in MIGRATIONS for batch in batches_of(path)}
    for batch in batches_of(file):
        assert content_hash(batch.text) in created, f"no migration runs: {batch.text[:200]}"


def test_every_table_that_a_migration_creates_is_described() -> None:
    described = {f"{file.parents[1].name}.{file.stem}" for file in OBJECTS if file.parent.name == "tables"}
    created = {
        name
        for path in MIGRATIONS
        for name in re.findall(r"^CREATE TABLE ([\w.]+)", code_of(path), re.MULTILINE)
    }
    assert created == described


def test_migrations_are_numbered_without_gaps() -> None:
    numbers = [int(file.name[1:5]) for file in MIGRATIONS]
    assert numbers == list(range(1, len(numbers) + 1))


def test_every_error_number_is_raised_in_one_place_and_listed_in_the_readme() -> None:
    listed = dict(re.findall(r"^\| (51\d{3}) \| (\S+)", (DATABASE / "README.md").read_text(), re.MULTILINE))
    raised: dict[str, str] = {}
    for file in [*OBJECTS, *(PROJECT / "scripts" / "warehouse").rglob("*.py")]:
        for number in re.findall(r"\bTHROW (51\d{3}),", file.read_text(encoding="utf-8")):
            assert number not in raised, f"{number} is also raised in {raised[number]}"
            raised[number] = name_of(file)
            if file.suffix == ".sql":
                assert listed.get(number) == f"{file.parents[1].name}.{file.stem}", (
                    f"list {number} in README.md"
                )
    assert set(raised) == set(listed)


@each([file for file in OBJECTS if "THROW 5" in code_of(file)])
def test_an_error_says_the_object_what_and_what_to_do(file: Path) -> None:
    name = f"{file.parents[1].name}.{file.stem}"
    texts = [
        token.text for token in tokenize(code_of(file)) if token.kind == Kind.NSTRING and name in token.text
    ]
    assert texts
    throws = re.findall(r"THROW 51\d{3}, (N'[^']*'|@message)", code_of(file))
    for literal in throws:
        if literal != "@message":
            assert re.fullmatch(rf"N'{re.escape(name)}: [^;]+; [^;]+\.'", literal), literal


def batches_of(file: Path) -> list[Batch]:
    return [batch for batch in split_batches(file.read_text(encoding="utf-8")) if batch.text.strip()]
