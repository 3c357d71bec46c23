"""Rules on statements, wherever they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from tests.layout.subject import Fault, SqlFile

from tsql.tokens import Kind

# What SQL Server 2022 brought: the project supports 2019.
NEWER_FUNCTIONS: Final = frozenset(
    """
    APPROX_PERCENTILE_CONT APPROX_PERCENTILE_DISC BIT_COUNT DATETRUNC DATE_BUCKET GENERATE_SERIES GET_BIT
    GREATEST JSON_ARRAY JSON_OBJECT JSON_PATH_EXISTS LEAST LEFT_SHIFT RIGHT_SHIFT SET_BIT
    """.split()
)
NEWER_WORDS: Final = (
    ("DISTINCT", "FROM"),
    ("IGNORE", "NULLS"),
    ("RESPECT", "NULLS"),
    ("TRIM", "(", "LEADING"),
    ("TRIM", "(", "TRAILING"),
)
BULK_OPTIONS: Final = (
    "DATAFILETYPE =",
    "FIRSTROW =",
    "FIELDTERMINATOR =",
    "ROWTERMINATOR =",
    "KEEPNULLS",
    "MAXERRORS = 0",
    "TABLOCK",
)
# A target with a dot: prose about BULK INSERT has none.
_BULK_INSERT: Final = re.compile(r"BULK INSERT [\w\[\]]+\.[\s\S]+?\);")


def columns_are_listed(file: SqlFile) -> Iterator[Fault]:
    """No SELECT *, and INSERT names its columns; COUNT(*) counts."""
    for index, token in enumerate(file.tokens):
        before = file.tokens[index - 1]
        if token.text == "*" and (before.text == "." or before.upper in ("SELECT", "DISTINCT")):
            yield file.fault("list the columns instead of *", token.line)
    for index in file.find("INSERT", "INTO"):
        _, behind = file.dotted(index + 2)
        if file.at(behind).text != "(" and file.words(behind, 2) != ["DEFAULT", "VALUES"]:
            yield file.fault("INSERT does not list its columns", file.at(index).line)


def names_have_two_parts(file: SqlFile) -> Iterator[Fault]:
    """Tables, views and procedures have their schema; temporary tables, CTEs and aliases have none."""
    local = _local_names(file)
    calls: list[str] = []
    for index, token in enumerate(file.tokens):
        if token.text == "(":
            calls.append(file.tokens[index - 1].upper)
        elif token.text == ")" and calls:
            calls.pop()
        target = _target(file, index)
        if target is None or (token.upper == "FROM" and calls[-1:] == ["TRIM"]):
            continue
        if file.words(index - 1, 2) == ["RETURNS", "TABLE"]:
            continue
        name, behind = file.dotted(target)
        is_function = token.upper in ("FROM", "JOIN", "APPLY") and file.at(behind).text == "("
        if "." not in name and name not in local and not name.startswith("#") and not is_function:
            yield file.fault(f"{name} needs its schema", token.line)


def _target(file: SqlFile, index: int) -> int | None:
    """Where the name of the object stands that the word at `index` introduces."""
    word, after = file.tokens[index].upper, file.at(index + 1)
    if word == "INSERT" and file.tokens[index - 1].upper == "BULK":
        return index + 1
    if word not in ("FROM", "JOIN", "INTO", "UPDATE", "DELETE", "TABLE", "EXEC", "APPLY", "REFERENCES"):
        return None
    if word == "EXEC" and after.kind is Kind.VARIABLE and file.at(index + 2).text == "=":
        return index + 3  # EXEC @result = procedure
    if after.kind not in (Kind.NAME, Kind.QUOTED) or after.upper in ("FROM", "SET", "STATISTICS", "TOP"):
        return None
    if file.tokens[index - 1].upper in ("ON", "FOR", "AFTER", "NEXT", "OF"):
        return None  # ON DELETE, FOR UPDATE, AFTER UPDATE, FETCH NEXT FROM
    return index + 1


def _local_names(file: SqlFile) -> set[str]:
    """CTEs and aliases of the file, and the two tables of an OUTPUT clause."""
    names = {"inserted", "deleted"}
    for index in file.find("AS"):
        before, after = file.tokens[index - 1], file.at(index + 1)
        if after.kind is Kind.NAME:
            names.add(after.text)
        elif after.text == "(" and before.kind is Kind.NAME:
            names.add(before.text)
    return names


def merge_holds_its_lock(file: SqlFile) -> Iterator[Fault]:
    """MERGE says WITH (HOLDLOCK): two of them could insert the same key otherwise."""
    for index in file.find("MERGE"):
        if file.at(index + 1).upper == "RANGE" or file.at(index + 1).upper == "JOIN":
            continue
        if "HOLDLOCK" not in file.words(index, 10):
            yield file.fault("MERGE without WITH (HOLDLOCK)", file.at(index).line)


def hashes_are_sha2_256(file: SqlFile) -> Iterator[Fault]:
    """HASHBYTES takes 'SHA2_256'."""
    for index in file.find("HASHBYTES", "("):
        if file.at(index + 2).value != "SHA2_256":
            yield file.fault("HASHBYTES takes 'SHA2_256' here", file.at(index).line)


def application_locks_are_checked(file: SqlFile) -> Iterator[Fault]:
    """The return code of sp_getapplock is read: it raises no error of its own."""
    for index, token in enumerate(file.tokens):
        if token.text != "sp_getapplock":
            continue
        code = file.tokens[index - 4] if index >= 4 else token
        checked = any(file.words(place + 2, 2) == ["<", ""] for place in _places(file, "IF", code.text))
        if file.tokens[index - 3].text != "=" or code.kind is not Kind.VARIABLE or not checked:
            yield file.fault("the return code of sp_getapplock is not compared with 0", token.line)


def _places(file: SqlFile, word: str, text: str) -> Iterator[int]:
    return (place for place in file.find(word) if file.at(place + 1).text == text)


def errors_are_thrown(file: SqlFile) -> Iterator[Fault]:
    """Own errors are THROWn, 51000 to 51999, as "object: what; do this." """
    for index in file.find("RAISERROR"):
        yield file.fault("raise errors by THROW", file.at(index).line)
    for index in file.find("THROW"):
        number, message = file.at(index + 1), file.at(index + 3)
        if number.kind is Kind.INTEGER and not 51000 <= int(number.text) <= 51999:
            yield file.fault(f"THROW {number.text}: own errors are 51000 to 51999", number.line)
        says = re.fullmatch(rf"{re.escape(file.name)}: [^;]+; [^;]+\.", message.value)
        if message.kind is Kind.NSTRING and file.is_object and not says:
            yield file.fault(f"the message does not read '{file.name}: what; do this.'", message.line)


def nothing_is_newer_than_2019(file: SqlFile) -> Iterator[Fault]:
    """No function or clause that SQL Server 2019 does not know."""
    for index, token in enumerate(file.tokens):
        if token.upper in NEWER_FUNCTIONS and file.at(index + 1).text == "(":
            yield file.fault(f"{token.upper} came with SQL Server 2022", token.line)
        for words in NEWER_WORDS:
            if file.words(index, len(words)) == list(words):
                yield file.fault(f"{' '.join(words)} came with SQL Server 2022", token.line)
        if token.upper == "STRING_SPLIT" and len(list(file.items(index + 1))) > 2:
            yield file.fault("STRING_SPLIT's ordinal came with SQL Server 2022", token.line)


def bulk_insert_states_every_option(file: SqlFile) -> Iterator[Fault]:
    """BULK INSERT leaves nothing to defaults, MAXERRORS = 10 least of all; Linux refuses CODEPAGE."""
    for line, text in bulk_faults(file.text):
        yield file.fault(text, line)


def bulk_faults(text: str) -> Iterator[tuple[int, str]]:
    """The same for any text that holds T-SQL, Python's too: line and fault."""
    for found in _BULK_INSERT.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        for option in BULK_OPTIONS:
            if option not in found[0]:
                yield line, f"BULK INSERT does not state {option}"
        if "CODEPAGE" in found[0]:
            yield line, "BULK INSERT states CODEPAGE, which SQL Server on Linux refuses"


RULES: Final = (
    columns_are_listed,
    names_have_two_parts,
    merge_holds_its_lock,
    hashes_are_sha2_256,
    application_locks_are_checked,
    errors_are_thrown,
    nothing_is_newer_than_2019,
    bulk_insert_states_every_option,
)
