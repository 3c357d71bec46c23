"""The nesting of FOR JSON AUTO and FOR XML AUTO: rows of one fragment per table become arrays within arrays,
or elements within elements.

Place in the pipeline: compiled by `compile.forclauses` and `compile.forxml`, run by DuckDB. Source: Microsoft
Learn, "Format JSON output automatically with AUTO mode", "Use AUTO mode with FOR XML".
"""

from __future__ import annotations

from itertools import groupby

from tsqld.functions.udfs import udf


@udf("json_nested", "VARCHAR[][], VARCHAR[]", "VARCHAR", nullable=True)
def json_nested(rows: list[list[str]], names: list[str]) -> str | None:
    """Objects of the first table, each with an array of the second's, and so on; `names` are the quoted names
    of the inner tables. Adjacent rows that agree on a table's members share its object."""
    return ",".join(_objects(rows, names, 0)) if rows else None


def _objects(rows: list[list[str]], names: list[str], level: int) -> list[str]:
    made = []
    for members, group in groupby(rows, key=lambda row: row[level]):
        if level == len(names):
            made += [f"{{{members}}}" for _ in group]
            continue
        inner = ",".join(_objects(list(group), names, level + 1))
        nested = f"{names[level]}:[{inner}]"
        made.append(f"{{{members},{nested}}}" if members else f"{{{nested}}}")
    return made


@udf("xml_nested", "VARCHAR[][], VARCHAR[], BOOLEAN, VARCHAR", "VARCHAR", nullable=True)
def xml_nested(rows: list[list[str]], tags: list[str], attributes: bool, head: str) -> str | None:
    """Elements of the first table, each with those of the second, and so on. A fragment is a table's
    attributes or its elements; `head` goes into each outermost element. Adjacent rows that agree share an
    element."""
    return "".join(_elements(rows, tags, attributes, head, 0)) if rows else None


def _elements(rows: list[list[str]], tags: list[str], attributes: bool, head: str, level: int) -> list[str]:
    made = []
    tag = tags[level]
    for fragment, group in groupby(rows, key=lambda row: row[level]):
        opening = f"<{tag}{head}{fragment if attributes else ''}"
        content = "" if attributes else fragment
        if level + 1 == len(tags):
            made += [f"{opening}>{content}</{tag}>" if content else f"{opening}/>" for _ in group]
            continue
        inner = "".join(_elements(list(group), tags, attributes, "", level + 1))
        made.append(f"{opening}>{content}{inner}</{tag}>")
    return made
