"""Table-valued built-ins: STRING_SPLIT, GENERATE_SERIES, OPENJSON.

Place in the pipeline: called by the compiler of FROM clauses; each gives the list of its rows, as
DuckDB text, and its columns. Arguments may refer to tables to the left. Source:
Microsoft Learn, the pages of these functions.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tsqld.binder.bound import Bound
from tsqld.errors import TsqlError, error
from tsqld.functions import arguments as a
from tsqld.functions.comparison import collation_of, told_accents
from tsqld.functions.convert import convert
from tsqld.functions.jsons import json_quote
from tsqld.functions.jsontext import TYPES, Node, find, parse, parse_path, scalar
from tsqld.functions.precedence import shown
from tsqld.functions.registry import JSON, STRING, SYSTEM, elsewhere
from tsqld.functions.sqltext import duck_type, let, quote, raise_text
from tsqld.functions.udfs import udf
from tsqld.types import BIGINT, MAX, TINYINT, SqlType, nvarchar, varchar

Args = Sequence[Bound]
Columns = tuple[tuple[str, SqlType], ...]
_CONSTANT: Final = re.compile(r"[-+ ()\d]+|\(*(CAST\()?\$\d+( AS \w+\))?\)*|CAST\([-\d]+ AS \w+\)")
"""Numbers and parameters, which name no column: what a DuckDB table function takes."""


@dataclass(frozen=True)
class RowList:
    """Rows held in a DuckDB list: `rows` makes it, `cells` are the values of c1 … cn in an element `u`."""

    rows: str
    cells: Sequence[str]
    columns: Columns = ()
    table: str = ""
    """A DuckDB table function of the same rows, which makes them as they are read."""

    @property
    def sql(self) -> str:
        listed = ", ".join(f"{cell} AS c{place}" for place, cell in enumerate(self.cells, 1))
        source = f"{self.table} AS g(u)" if self.table else f"(SELECT unnest({self.rows}) AS u)"
        return f"SELECT {listed} FROM {source}"

    def applied(self, left: str, relations: Sequence[tuple[str, str]], alias: str, *, outer: bool) -> str:
        """A FROM clause of `left` with its `relations` (name and value) and, as `alias`, a row of the list.

        OUTER APPLY makes a row of NULLs of an empty list. So DuckDB needs no join, and keeps the order.
        """
        rows = f"coalesce(nullif({self.rows}, []), [NULL])" if outer else self.rows
        below = ", ".join([f"{value} AS {name}" for name, value in relations] + [f"unnest({rows}) AS u"])
        row = ", ".join(f"c{place} := {cell}" for place, cell in enumerate(self.cells, 1))
        above = ", ".join([*(name for name, _ in relations), f"struct_pack({row}) AS {alias}"])
        return f"(SELECT {above} FROM (SELECT {below} FROM {left}))"


def rows_of(values: Sequence[Sequence[str]]) -> RowList:
    """The rows of a VALUES clause."""
    rows = (
        "{" + ", ".join(f"'c{place}': {value}" for place, value in enumerate(row, 1)) + "}" for row in values
    )
    return RowList(f"[{', '.join(rows)}]", [f"u.c{place}" for place in range(1, len(values[0]) + 1)])


def string_split(args: Args, line: int = 0) -> RowList:
    """STRING_SPLIT(text, separator [, enable_ordinal]). Errors: 174, 189, 214 for a separator of several
    characters.
    """
    if not 2 <= len(args) <= 3:
        raise error(189, "string_split", 2, 3, line=line)
    value, separator = a.text(args[0], 1, "string_split", line), a.text(args[1], 2, "string_split", line)
    wrong = "Procedure expects parameter 'separator' of type 'nchar(1)/nvarchar(1)'."
    if (isinstance(separator.value, str) and len(separator.value) != 1) or separator.is_null:
        raise TsqlError(214, wrong, state=11, line=line)
    mark = separator.sql
    if not isinstance(separator.value, str):
        mark = let(
            mark, lambda s: f"CASE WHEN length({s}) = 1 THEN {s} ELSE {raise_text(214, quote(wrong), 11)} END"
        )
    type = a.varying(value.type)
    ordinal = a.constant_int(args[2]) if len(args) == 3 else 0
    if ordinal is None and not args[2].is_null:
        raise error(8116, shown(args[2].type), 3, "string_split", line=line)
    pieces = f"string_split({value.sql}, {mark})"
    exact = collation_of([value, separator], "string_split", line)
    told_accents([value, separator], "STRING_SPLIT", line)
    caseless = isinstance(separator.value, str) and separator.value.upper() == separator.value.lower()
    if not exact and not caseless:
        pieces = f"string_split_regex({value.sql}, '(?i)' || regexp_escape({mark}))"
    if not ordinal:
        return RowList(pieces, ["u"], (("value", type),))
    numbered = f"list_transform({pieces}, lambda x, i: {{'c1': x, 'c2': i::BIGINT}})"
    return RowList(numbered, ["u.c1", "u.c2"], (("value", type), ("ordinal", BIGINT)))


def generate_series(args: Args, line: int = 0) -> RowList:
    """GENERATE_SERIES(start, stop [, step]). Errors: 5373 for mixed types, 4199 for a step of 0."""
    if not 2 <= len(args) <= 3:
        raise error(189, "generate_series", 2, 3, line=line)
    type = args[0].type
    kinds = {"decimal" if arg.type.is_decimal else arg.type.name for arg in args if not arg.is_null}
    if len(kinds) != 1 or not kinds <= {"tinyint", "smallint", "int", "bigint", "decimal"}:
        text = (
            "All the input parameters should be of the same type. Supported types are tinyint, "
            "smallint, int, bigint, "
        )
        raise TsqlError(5373, text + "decimal and numeric.", line=line)
    scale = max(arg.type.scale for arg in args) if type.is_decimal else 0
    whole = max(arg.type.precision - arg.type.scale for arg in args) if type.is_decimal else 0
    if type.is_decimal:
        type = SqlType("numeric", precision=min(38, whole + scale), scale=scale)
    unit = 10**scale
    first, last = (f"(({arg.sql}) * {unit})::BIGINT" for arg in args[:2])
    zero = raise_text(4199, "'Argument value 0 is invalid for argument 3 of generate_series function.'")
    if len(args) == 3:
        step = let(
            f"(({args[2].sql}) * {unit})::BIGINT", lambda s: f"CASE WHEN {s} = 0 THEN {zero} ELSE {s} END"
        )
    else:
        step = f"CASE WHEN ({args[0].sql}) <= ({args[1].sql}) THEN {unit}::BIGINT ELSE -{unit}::BIGINT END"
    rows = f"generate_series({first}, {last}, {step})"
    table = rows if all(_CONSTANT.fullmatch(arg.sql) for arg in args) else ""
    return RowList(rows, [_number("u", type)], (("value", type),), table)


def _number(number: str, type: SqlType) -> str:
    """A BIGINT of units of the last decimal place as a value of `type`."""
    scale = type.scale
    if not scale:
        return f"({number})::{duck_type(type)}"
    smallest = f"CAST('0.{'0' * (scale - 1)}1' AS DECIMAL({scale},{scale}))"
    return f"({number}::DECIMAL(19,0) * {smallest})::{duck_type(type)}"


def openjson(args: Args, line: int = 0) -> RowList:
    """OPENJSON(json [, path]) without WITH: key, value and type of each member or element."""
    value, path = _json_arguments(args, line)
    return RowList(
        f"tsqld_openjson({value}, {path})",
        ["u.key", "u.value", "u.type::UTINYINT"],
        (("key", nvarchar(4000)), ("value", nvarchar(MAX)), ("type", TINYINT)),
    )


def openjson_with(
    args: Args, fields: Sequence[tuple[str, SqlType, str | None, bool]], line: int = 0
) -> RowList:
    """OPENJSON … WITH: `fields` are (column, type, path or None, AS JSON). Error 13618 for AS JSON on another
    type.
    """
    value, path = _json_arguments(args, line)
    wanted = []
    for name, type, own_path, as_json in fields:
        if as_json and not (type.name == "nvarchar" and type.length == MAX):
            text = "AS JSON option can be specified only for column of nvarchar(max) type in WITH clause."
            raise TsqlError(13618, text, line=line)
        steps = own_path if own_path else f"$.{json_quote(name)}"
        parse_path(steps)
        wanted.append(("j" if as_json else "v") + steps)
    rows = f"tsqld_openjson_rows({value}, {path}, {quote(json.dumps(wanted))})"
    places = [_PLACE.fullmatch(item) for item in wanted]
    if path == "'$'" and all(places):
        rows = let(value, lambda v: _flat_rows(v, [place[1] for place in places if place], rows))
    columns = []
    for place, (_, type, _, _) in enumerate(fields, 1):
        columns.append(convert(Bound(f"u[{place}]", nvarchar(MAX)), type, line=line, explicit=True).sql)
    return RowList(rows, columns, tuple((name, type) for name, type, _, _ in fields))


_PLACE: Final = re.compile(r"v\$\[(\d+)\]")
_FLAT: Final = r'\s*\[\s*\[(?:\s*(?:"(?:[^"\\\x00-\x1f]|\\["\\/bfnrt])*"|null)\s*,?)*\s*\]\s*\]\s*'
"""One array of texts and nulls inside an array: what DuckDB's own JSON reader takes apart without loss."""


def _flat_rows(value: str, places: Sequence[str], otherwise: str) -> str:
    """`otherwise`, but inside DuckDB for documents that are one flat array of texts in an array."""
    cells = ", ".join(f"json_extract_string({value}, '$[0][{place}]')" for place in places)
    flat = f"regexp_full_match({value}, {quote(_FLAT)}) AND json_valid({value})"
    return f"CASE WHEN {flat} THEN [[{cells}]] ELSE {otherwise} END"


def _json_arguments(args: Args, line: int) -> tuple[str, str]:
    if not 1 <= len(args) <= 2:
        raise error(189, "openjson", 1, 2, line=line)
    value = a.text(args[0], 1, "openjson", line)
    path = a.text(args[1], 2, "openjson", line) if len(args) > 1 else Bound("'$'", varchar(1), False, "$")
    return value.sql, path.sql


elsewhere(STRING, "table function", "STRING_SPLIT")
elsewhere(SYSTEM, "table function", "GENERATE_SERIES")
elsewhere(JSON, "table function", "OPENJSON")


# --- Python side: registered by `install` -------------------------------------------------------------------


def _root(text: str, path_text: str) -> Node | None:
    path = parse_path(path_text)
    node = find(parse(text), path.steps)
    if node is None and path.strict:
        raise TsqlError(13608, "Property cannot be found on the specified JSON path.", state=3)
    if node is not None and node.kind not in ("object", "array"):
        if path.strict:
            raise TsqlError(
                13611,
                "Value referenced by JSON path is not an array or object and cannot be opened with OPENJSON.",
                state=1,
            )
        return None
    return node


@udf("openjson", "VARCHAR, VARCHAR", "STRUCT(key VARCHAR, value VARCHAR, type INTEGER)[]", nullable=True)
def openjson_members(text: str, path_text: str) -> list[dict[str, object]]:
    """The members of an object or elements of an array."""
    node = _root(text, path_text)
    if node is None:
        return []
    return [
        {
            "key": key,
            "value": text[m.start : m.end] if m.kind in ("object", "array") else scalar(text, m),
            "type": TYPES[m.kind],
        }
        for key, m in node.members
    ]


@udf("openjson_rows", "VARCHAR, VARCHAR, VARCHAR", "VARCHAR[][]", nullable=True)
def openjson_rows(text: str, path_text: str, wanted: str) -> list[list[str | None]]:
    """A row for each element (an object is one row) with the value of each wanted path: v… scalar, j…
    fragment.
    """
    node = _root(text, path_text)
    if node is None:
        return []
    rows = [member for _, member in node.members] if node.kind == "array" else [node]
    paths = [(spec[0], parse_path(spec[1:])) for spec in json.loads(wanted)]
    return [[_cell(text, row, mode, path.steps, path.strict) for mode, path in paths] for row in rows]


def _cell(text: str, row: Node, mode: str, steps: tuple[str | int, ...], strict: bool) -> str | None:
    node = find(row, steps)
    if node is None:
        if strict:
            raise TsqlError(13608, "Property cannot be found on the specified JSON path.", state=6)
        return None
    composite = node.kind in ("object", "array")
    if mode == "j":
        if composite:
            return text[node.start : node.end]
        if strict:
            raise TsqlError(13624, "Object or array cannot be found in the specified JSON path.", state=1)
        return None
    if composite:
        if strict:
            raise TsqlError(13623, "Scalar value cannot be found in the specified JSON path.", state=1)
        return None
    return scalar(text, node)
