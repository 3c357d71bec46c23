"""Rules on where a file stands, how it begins and how it names things."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from tests.layout.subject import CODE_KINDS, Fault, SqlFile

from tsql.normalise import RESERVED
from tsql.tokens import Kind

SCHEMAS: Final = ("bronze", "gold", "ops", "security", "silver")
CREATES: Final = {
    "functions": "CREATE OR ALTER FUNCTION",
    "partitions": "CREATE PARTITION",
    "procedures": "CREATE OR ALTER PROCEDURE",
    "sequences": "CREATE SEQUENCE",
    "tables": "CREATE TABLE",
    "views": "CREATE OR ALTER VIEW",
}
LONGEST_HEADER: Final = 6
# A keyword, a name, or what is called after its table.
_SPELLING: Final = re.compile(
    r"[A-Z][A-Z0-9_]*|\#?[a-z][a-z0-9_]*|(PK|UQ|FK|CK|DF|IX|PF|PS)_[a-z][a-z0-9_]*|\$action"
)
_VARIABLE: Final = re.compile(r"@[a-z][a-z0-9_]*|@@[A-Z_]+")
_QUOTED_WORDS: Final = RESERVED | {"VALUE", "TYPE"}


def path_equals_object(file: SqlFile) -> Iterator[Fault]:
    """A file of database/ creates the object that its path names, first and alone."""
    if not file.is_object:
        return
    if file.schema not in SCHEMAS or file.kind not in CREATES:
        yield file.fault(f"belongs into database/<{'|'.join(SCHEMAS)}>/<{'|'.join(CREATES)}>/<object>.sql")
        return
    found = re.match(rf"{CREATES[file.kind]}( FUNCTION| SCHEME)? ([\w.]+)", file.code)
    line = len(file.header) + 1
    if found is None:
        yield file.fault(f"begins with {CREATES[file.kind]} after its header", line)
    elif found[2] != (expected := file.stem if file.kind == "partitions" else file.name):
        yield file.fault(f"creates {found[2]}, its path says {expected}", line)
    creates = re.findall(r"^\s*CREATE\b.*", file.code, re.MULTILINE)
    if len([create for create in creates if "INDEX" not in create and "TABLE #" not in create]) > 1:
        yield file.fault("creates more than one object")
    if not file.text.endswith("\nGO\n"):
        yield file.fault("does not end with GO and a line end", file.text.count("\n") + 1)


def header_has_one_to_six_lines(file: SqlFile) -> Iterator[Fault]:
    """A file begins with a comment of one to six lines."""
    if not 1 <= len(file.header) <= LONGEST_HEADER:
        yield file.fault(f"its header has {len(file.header)} lines, not 1 to {LONGEST_HEADER}")


def header_says_what_and_how(file: SqlFile) -> Iterator[Fault]:
    """The header of code ends with an example; a procedure's says what a re-run does."""
    if file.kind not in CODE_KINDS or file.stem.endswith("_drop"):
        return  # BULK INSERT writes to a _drop view: there is no query to show
    last = file.header[-1] if file.header else ""
    if not re.match(r"-- (EXEC|SELECT)\b", last) or file.name not in last:
        yield file.fault(f"its header does not end with an example call of {file.name}", len(file.header))
    if file.kind == "procedures" and "Re-run: " not in " ".join(file.header):
        yield file.fault("its header does not say 'Re-run: …'")


def words_are_upper_and_names_snake_case(file: SqlFile) -> Iterator[Fault]:
    """Keywords are upper case; names are snake_case, but gold's business names."""
    for index, token in enumerate(file.tokens):
        before = file.tokens[index - 1].upper if index else ""
        if token.kind is Kind.NAME and before != "COLLATE" and not _SPELLING.fullmatch(token.text):
            yield file.fault(f"{token.text} is neither KEYWORD nor snake_case", token.line)
        if token.kind is Kind.NAME and token.text.islower() and token.text.upper() in RESERVED:
            yield file.fault(f"{token.text} is a keyword; write {token.text.upper()}", token.line)
        if token.kind is Kind.QUOTED and not _may_be_quoted(file, token.value):
            yield file.fault(f"{token.text} needs no brackets", token.line)
        if token.kind is Kind.VARIABLE and not _VARIABLE.fullmatch(token.text):
            names_parameter = before in (",", *_name_before(file, index)) and file.at(index + 1).text == "="
            if not names_parameter:
                yield file.fault(f"{token.text} is not snake_case", token.line)


def _may_be_quoted(file: SqlFile, name: str) -> bool:
    return file.name.startswith("gold.") or name.upper() in _QUOTED_WORDS


def _name_before(file: SqlFile, index: int) -> tuple[str, ...]:
    """The called system procedure's name, when `index` is its first argument."""
    before = file.tokens[index - 1]
    return (before.upper,) if before.text.startswith("sp_") else ()


RULES: Final = (
    path_equals_object,
    header_has_one_to_six_lines,
    header_says_what_and_how,
    words_are_upper_and_names_snake_case,
)
