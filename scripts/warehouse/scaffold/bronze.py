"""The bronze objects of an entity, as its contract describes them.

After contracts. Templates are Jinja2's; what they are filled with are names that the contract reader has let
through (letters, digits and _), so nothing needs quoting.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from warehouse.contracts import Column, Contract
from warehouse.scaffold.typing import EARLIEST, LATEST, typing_of

_LINE: Final = 84
_WIDEST_ROW: Final = 4000  # what CONCAT returns of nvarchar(n), as Microsoft Learn has it
_ENVIRONMENT: Final = Environment(
    loader=PackageLoader("warehouse.scaffold", "templates"),
    undefined=StrictUndefined,
    keep_trailing_newline=True,
    trim_blocks=True,
    autoescape=False,  # T-SQL, not HTML
)
_MOST_ARGUMENTS: Final = 120  # in a line each, some of them two; CONCAT and CONCAT_WS take 254


def _call(arguments: Sequence[str], function: str, indent: int, before: str = "") -> str:
    """The call of a function that joins texts, an argument a line; calls within it where they are too many.

    `before` is an argument that each call has in front.
    """
    margin, inner = " " * indent, " " * (indent + 4)
    parts = [arguments[at : at + _MOST_ARGUMENTS] for at in range(0, len(arguments), _MOST_ARGUMENTS)]
    if len(parts) > 1:
        arguments = [_call(part, function, indent + 4, before) for part in parts]
    if len(arguments) == 1:  # neither function takes one text alone
        arguments = [*arguments, "NCHAR(30)" if before else "N''"]
    lines = ",\n".join(f"{inner}{text}" for text in ([before] if before else []) + list(arguments))
    return f"{function}(\n{lines}\n{margin})"


_ENVIRONMENT.filters["call"] = _call
_ENVIRONMENT.filters["literal"] = lambda text: text.replace("'", "''")
_BRONZE: Final = {
    "tables/{name}.sql": "table",
    "tables/{name}_landing.sql": "landing",
    "tables/{name}_lines_landing.sql": "lines_landing",
    "views/{name}_drop.sql": "drop",
    "views/{name}_lines_drop.sql": "lines_drop",
    "procedures/load_{name}.sql": "load",
}
_TYPED: Final = {
    "bronze/views/{name}_typed.sql": "typed",
    "silver/tables/{name}_records.sql": "records_table",
    "silver/procedures/load_{name}_records.sql": "load_records",
}


_COMMON: Final = {
    "ops/views/record_counts.sql": "record_counts",
    "silver/views/duplicates.sql": "duplicates",
}


def bronze_files(contract: Contract) -> dict[str, str]:
    """Text by path below `database/`: tables, views and the load procedure of the bronze layer."""
    facts = _facts(contract)
    return {
        f"bronze/{path.format(name=contract.name)}": render(template, facts)
        for path, template in _BRONZE.items()
    }


def typed_files(contract: Contract) -> dict[str, str]:
    """Text by path below `database/`: the typed view, and the silver records that are made from it.

    For a contract whose columns all say how they are typed.
    """
    facts = facts_of(contract)
    return {path.format(name=contract.name): render(template, facts) for path, template in _TYPED.items()}


def facts_of(contract: Contract) -> dict[str, Any]:
    """What templates are filled with, for a contract whose columns all say how they are typed."""
    return {**_facts(contract), **_typed_facts(contract)}


def common_files(contracts: Sequence[Contract]) -> dict[str, str]:
    """Text by path below `database/`: the views that every contract with silver records is in."""
    typed = [contract for contract in contracts if contract.is_typed]
    facts = {"contracts": typed, "targets": _targets(typed)}
    return {path: render(template, facts) for path, template in _COMMON.items()}


def _targets(contracts: Sequence[Contract]) -> list[tuple[str, str]]:
    """Each silver table with each source that has rows in it, once."""
    pairs = ((contract.silver_target, contract.source) for contract in contracts if contract.silver_target)
    return list(dict.fromkeys(pairs))


def render(template: str, facts: Mapping[str, Any]) -> str:
    """The template `<template>.sql.j2` filled with `facts`."""
    return _ENVIRONMENT.get_template(f"{template}.sql.j2").render(facts)


def _facts(contract: Contract) -> dict[str, Any]:
    lengths = [
        int(found[1])
        for column in contract.columns
        if (found := re.search(r"\((\d+)\)", column.physical_type))
    ]
    is_wide = sum(lengths) + len(lengths) > _WIDEST_ROW
    return {
        "name": contract.name,
        "table": contract.table,
        "source": contract.source,
        "entity": contract.entity,
        "description": contract.description,
        "file_pattern": contract.dialect.file_pattern,
        "delimiter": contract.dialect.delimiter,
        "is_jsonl": contract.dialect.form == "jsonl",
        "columns": contract.columns,
        "column_names": list(_wrapped(json.dumps([column.name for column in contract.columns]))),
        "longest_field": min(lengths),
        "texts_delivered": [
            _maximal(f"landing.{column.name}", place, is_wide)
            for place, column in enumerate(contract.columns)
        ],
        "hashed_fields": [
            f"ISNULL({_maximal(f'delivered.{column.name}', place, is_wide)}, NCHAR(30))"
            for place, column in enumerate(contract.columns)
        ],
        "is_wide": is_wide,
    }


def _maximal(text: str, place: int, is_wide: bool) -> str:
    """The text, in front of others converted to what makes CONCAT return nvarchar(max)."""
    return f"CONVERT(nvarchar(max), {text})" if is_wide and place % _MOST_ARGUMENTS == 0 else text


def _typed_facts(contract: Contract) -> dict[str, Any]:
    typed = [TypedColumn.of(column, contract.null_words) for column in contract.columns]
    is_wide = sum(_length(column.sql_type) for column in typed) > _WIDEST_ROW
    by_content = contract.identity == "content"
    keys = _CONTENT if by_content else [c for name in contract.key for c in typed if c.name == name]
    return {
        "typed": typed,
        "checks": list(_checks(contract, typed)),
        "text_ending": _text_ending(contract),
        "raw_fields": list(_raw_fields(contract)),
        "hashed_values": [
            f"ISNULL({_maximal(column.hashed, place, is_wide)}, NCHAR(30))"
            for place, column in enumerate(typed)
        ],
        "by_content": by_content,
        "version": contract.version_column,
        "key": [column.name for column in keys],
        "key_columns": keys,
        "qualified_key": ", ".join(f"records.{column.name}" for column in keys),
        "records": f"silver.{contract.name}_records",
        "silver_target": contract.silver_target,
    }


def _length(sql_type: str) -> int:
    """Characters that a value may have, its delimiter among them."""
    found = re.fullmatch(r"nvarchar\((\d+)\)", sql_type)
    return 1 + (int(found[1]) if found else 50)


def _raw_fields(contract: Contract) -> Iterator[str]:
    """The fields of a record, with the delimiter in front of all but the first."""
    delimiter = contract.dialect.delimiter
    mark = "NCHAR(9)" if delimiter == "\t" else f"N'{delimiter}'"
    for place, column in enumerate(contract.columns):
        value = f"delivered.{column.name}"
        field = f"csv_field({value})" if delimiter == "," else f"delimited_field({value}, {mark})"
        yield f"{f'{mark}, ' if place else ''}bronze.{field}"


@dataclass(frozen=True, slots=True)
class TypedColumn:
    """A column with the T-SQL that reads it. `domain` names the spellings it is looked up in, or is ''."""

    name: str
    sql_type: str
    domain: str = ""
    cleaned: str = ""
    shaped: str = ""
    converted: str = ""
    hashed: str = ""

    @classmethod
    def of(cls, column: Column, null_words: Sequence[str] = ()) -> TypedColumn:
        """What the contract says of it, in T-SQL."""
        typing, name = typing_of(column), column.name
        looked_up = f"{name}_spellings.standard_value"
        cleaned = f"bronze.field_text(delivered.{name})"
        for word in null_words:
            quoted = word.replace("'", "''")
            cleaned = f"NULLIF({cleaned}, N'{quoted}')"
        return cls(
            cleaned=cleaned,
            name=name,
            sql_type=typing.sql_type,
            domain=typing.domain,
            shaped=looked_up if typing.domain else typing.shape.format(x=f"cleaned.{name}"),
            converted=typing.convert.format(x=f"shaped.{name}"),
            hashed=typing.hashed.format(x=f"typed.{name}"),
        )


# What tells records apart that have no key: all that they say, and which of several such in its file this is.
_CONTENT: Final = [TypedColumn("value_hash", "binary(32)"), TypedColumn("occurrence", "int")]


@dataclass(frozen=True, slots=True)
class Check:
    """What a record may break: `condition` over the CTE converted, `problem` an expression over judged.

    `meaning` says in words what is asked.
    """

    name: str
    condition: str
    problem: str
    meaning: str

    @property
    def is_long(self) -> bool:
        """Whether condition and name need a line each."""
        return "\n" in self.condition or len(self.condition) + len(self.name) > _LINE - 20

    @property
    def is_long_to_tell(self) -> bool:
        """Whether name and problem need a line each."""
        return len(self.problem) + len(self.name) > _LINE - 10


def _text_ending(contract: Contract) -> str:
    """What stands behind a column's name where the typed view means its text; no other column ends so."""
    taken = {"raw_text", *(column.name for column in contract.columns)}
    endings = ("_text", *(f"_text_{number}" for number in range(2, len(taken) + 2)))
    return next(
        ending
        for ending in endings
        if not any(f"{column.name}{ending}" in taken for column in contract.columns)
    )


def checks_of(contract: Contract) -> tuple[Check, ...]:
    """What the typed view holds each record against; for a contract whose columns say how they are typed."""
    return tuple(_checks(contract, [TypedColumn.of(column) for column in contract.columns]))


def _checks(contract: Contract, typed: Sequence[TypedColumn]) -> Iterator[Check]:
    """In the order in which the first that applies counts."""
    ending = _text_ending(contract)
    if contract.identity == "content":
        texts = ", ".join(f"converted.{column.name}{ending}" for column in contract.columns)
        nothing = f"COALESCE({texts}) IS NULL" if len(contract.columns) > 1 else f"{texts} IS NULL"
        condition, problem = "\n    ".join(_wrapped(nothing)), "N'the record has no values'"
        yield Check("no_values", condition, problem, "a record says something")
    for column in contract.columns:
        if column.required:
            name = column.name
            condition, problem = f"converted.{name}{ending} IS NULL", f"N'{name} is missing'"
            yield Check(f"not_null:{name}", condition, problem, f"{name} is there")
    for column in contract.columns:
        typing, name = typing_of(column), column.name
        if typing.rule:
            present = "" if column.required else f" AND converted.{name}{ending} IS NOT NULL"
            yield Check(
                f"{typing.rule}:{name}",
                f"converted.{name} IS NULL{present}",
                f"CONCAT(N'{name} {typing.phrase}: ', LEFT(judged.{name}{ending}, 200))",
                f"{name} {_asked(typing.phrase)}",
            )
    for column in contract.columns:
        condition, phrase = _limits(column, ending)
        if condition:
            name = column.name
            problem = f"CONCAT(N'{name} is not {phrase}: ', LEFT(judged.{name}{ending}, 200))"
            yield Check(f"out_of_range:{name}", condition, problem, f"{name} is {phrase}")
    names = "|".join(column.name for column in typed)
    for rule in contract.rules:
        condition = re.sub(rf"(?<![\w.@])({names})\b", r"converted.\1", rule.violation)
        told = rule.description.rstrip(".")
        yield Check(rule.name, condition, "N'" + told.replace("'", "''") + "'", told)


def _asked(phrase: str) -> str:
    """What a text should be, of what it is not: is not a number, is neither true nor false."""
    return phrase.replace("is neither", "is").replace(" nor ", " or ").replace("not ", "")


def _limits(column: Column, ending: str) -> tuple[str, str]:
    """The condition under which a value is out of range, and what it should have been."""
    typing, value = typing_of(column), f"converted.{column.name}"
    if column.typed_as in ("date", "timestamp"):
        if column.minimum is not None and column.maximum is not None:
            first, last = date.fromisoformat(column.minimum), date.fromisoformat(column.maximum)
            after = last + timedelta(days=1)
            return (
                f"{value} < '{first:%Y%m%d}' OR {value} >= '{after:%Y%m%d}'",
                f"from {first} to {last}",
            )
        return f"{value} < '{EARLIEST}' OR {value} >= '{LATEST}'", "in the years 2000 to 2099"
    if typing.longest:
        return f"LEN({value}{ending}) > {typing.longest}", f"of at most {typing.longest} characters"
    if column.minimum is not None and column.maximum is not None:
        return f"{value} NOT BETWEEN {column.minimum} AND {column.maximum}", (
            f"from {column.minimum} to {column.maximum}"
        )
    return "", ""


def _wrapped(text: str) -> Iterator[str]:
    """Pieces of the text that fit a line, cut behind a comma and a space."""
    piece = ""
    for part in re.split(r"(?<=, )", text):
        if piece and len(piece) + len(part) > _LINE:
            yield piece
            piece = ""
        piece += part
    yield piece
