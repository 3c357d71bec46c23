"""Rules on tables: columns, constraints, indexes, facts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from tests.layout.subject import Fault, SqlFile

from tsql.tokens import Token

PREFIXES: Final = {
    "PRIMARY": "PK",
    "UNIQUE": "UQ",
    "FOREIGN": "FK",
    "REFERENCES": "FK",
    "CHECK": "CK",
    "DEFAULT": "DF",
}
# What the end of a column's name promises of its type; bronze holds text as it came.
TYPES: Final = (
    (re.compile(r"\w+_at"), "datetime2(3)"),
    (re.compile(r"\w+_date"), "date"),
    (re.compile(r"(is|has)_\w+"), "bit"),
    (re.compile(r"\w+_amount"), "decimal(19,4)"),
    (re.compile(r"\w+_key"), "int"),
    (re.compile(r"\w+_key"), "bigint"),
)


def created_tables(file: SqlFile) -> Iterator[tuple[str, list[list[Token]]]]:
    """Each CREATE TABLE: the name and what stands between its commas."""
    for index in file.find("CREATE", "TABLE"):
        name, opening = file.dotted(index + 2)
        yield name, list(file.items(opening))


def columns_state_null(file: SqlFile) -> Iterator[Fault]:
    """Every column says NULL or NOT NULL, those of temporary tables too."""
    for _, items in created_tables(file):
        for item in items:
            words = [token.upper for token in item]
            if words[0] not in (*PREFIXES, "CONSTRAINT", "INDEX", "PERIOD") and "NULL" not in words:
                if "AS" in words[:2]:
                    continue  # a computed column
                yield file.fault(f"{item[0].text} states neither NULL nor NOT NULL", item[0].line)


def temporary_text_has_the_collation_of_the_database(file: SqlFile) -> Iterator[Fault]:
    """Text of # tables says COLLATE: left alone it has tempdb's, and a join with ours is error 468."""
    for name, items in created_tables(file):
        if not name.startswith("#"):
            continue
        for item in items:
            words = [token.upper for token in item]
            if "CHAR" in words[1] and "COLLATE" not in words:
                yield file.fault(f"{item[0].text} of {name} states no collation", item[0].line)


def column_names_tell_types(file: SqlFile) -> Iterator[Fault]:
    """_at is datetime2(3), _date date, is_ and has_ bit, _amount decimal(19, 4), _key int or bigint."""
    if file.schema == "bronze":
        return
    for name, items in created_tables(file):
        if name.startswith(("#", "bronze.")):
            continue
        for item in items:
            column, allowed = item[0].text, [said for name, said in TYPES if name.fullmatch(item[0].text)]
            written = "".join(token.text for token in item[1:])
            if allowed and not any(written.startswith(said) for said in allowed):
                yield file.fault(f"{column} is not {' or '.join(allowed)}", item[0].line)


def constraints_are_named(file: SqlFile) -> Iterator[Fault]:
    """Every constraint of a lasting table is called PK_, UQ_, FK_, CK_ or DF_<schema>_<table>…"""
    for name, items in created_tables(file):
        if not name.startswith("#"):
            for item in items:
                yield from _unnamed(file, name, item)
    for index in file.find("ALTER", "TABLE"):
        name, start = file.dotted(index + 2)
        yield from _unnamed(file, name, _statement(file, start))


def _statement(file: SqlFile, start: int) -> list[Token]:
    """The tokens from `start` to the semicolon."""
    tokens: list[Token] = []
    for token in file.tokens[start:]:
        if token.text == ";":
            break
        tokens.append(token)
    return tokens


def _unnamed(file: SqlFile, table: str, item: list[Token]) -> Iterator[Fault]:
    depth, is_foreign = 0, False
    for place, token in enumerate(item):
        depth += (token.text == "(") - (token.text == ")")
        if depth or token.upper not in PREFIXES or (token.upper == "REFERENCES" and is_foreign):
            continue
        is_foreign = is_foreign or token.upper == "FOREIGN"
        named = place >= 2 and item[place - 2].upper == "CONSTRAINT"
        prefix = f"{PREFIXES[token.upper]}_{table.replace('.', '_')}"
        if not named:
            yield file.fault(f"{token.upper} of {table} has no name; call it {prefix}…", token.line)
        elif not item[place - 1].text.startswith(prefix):
            yield file.fault(f"{item[place - 1].text} should begin with {prefix}", token.line)


def indexes_are_named_after_their_table(file: SqlFile) -> Iterator[Fault]:
    """An index is called IX_<schema>_<table>…, a unique one UQ_."""
    for index in file.find("INDEX"):
        before = {file.at(place).upper for place in range(max(0, index - 3), index)}
        if "CREATE" not in before or file.at(index + 2).upper != "ON":
            continue
        table, _ = file.dotted(index + 3)
        prefix = f"{'UQ' if 'UNIQUE' in before else 'IX'}_{table.replace('.', '_')}"
        if not table.startswith("#") and not file.at(index + 1).text.startswith(prefix):
            yield file.fault(f"{file.at(index + 1).text} should begin with {prefix}", file.at(index).line)


def facts_are_partitioned_columnstores(file: SqlFile) -> Iterator[Fault]:
    """A fact is a clustered columnstore on a partition scheme; its key is not clustered."""
    if file.kind != "tables" or not file.name.startswith("gold.fact_"):
        return
    code = " ".join(token.upper or token.text for token in file.tokens)
    for needed in ("CLUSTERED COLUMNSTORE INDEX", "PRIMARY KEY NONCLUSTERED", ") ON PS_"):
        if needed not in code:
            yield file.fault(f"a fact needs {needed.removeprefix(') ')}")


RULES: Final = (
    columns_state_null,
    temporary_text_has_the_collation_of_the_database,
    column_names_tell_types,
    constraints_are_named,
    indexes_are_named_after_their_table,
    facts_are_partitioned_columnstores,
)
