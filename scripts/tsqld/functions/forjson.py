"""FOR JSON AUTO's nesting: rows of one JSON fragment per table become arrays within arrays.

Place in the pipeline: compiled by `compile.forclauses`, run by DuckDB. Source: Microsoft Learn, "Format JSON
output automatically with AUTO mode".
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
