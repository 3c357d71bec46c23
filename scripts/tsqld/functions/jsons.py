"""JSON functions.

Place in the pipeline: entered in `registry`; `json_text` also serves FOR JSON. Source: Microsoft Learn, "JSON
functions". Paths are lax by default: what they do not find is NULL.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tsqld.binder.bound import Bound
from tsqld.errors import TsqlError, error, unsupported
from tsqld.functions import arguments as a
from tsqld.functions.convert import convert
from tsqld.functions.jsontext import find, parse, parse_path, scalar
from tsqld.functions.macros import call
from tsqld.functions.precedence import shown
from tsqld.functions.registry import JSON, define, elsewhere
from tsqld.functions.sqltext import quote
from tsqld.functions.texts import json_escape
from tsqld.functions.udfs import udf
from tsqld.types import INT, MAX, nvarchar, varchar

Args = Sequence[Bound]

_FRAGMENTS: Final = ("tsqld_json_query(", "tsqld_json_modify(", "('{' ||", "('[' ||")
"""How the text of a call begins whose result is JSON already and is not quoted again."""


@define("ISJSON", JSON, 1, 2)
def _isjson(args: Args, line: int) -> Bound:
    """1 for JSON of the kind asked for; without one, for an object or an array."""
    value = a.text(args[0], 1, "isjson", line)
    kind = quote(str(args[1].value)) if len(args) > 1 else "''"
    return a.made(f"tsqld_isjson({value.sql}, {kind})", INT, value)


@define("JSON_VALUE", JSON, 2)
def _json_value(args: Args, line: int) -> Bound:
    value, path = a.text(args[0], 1, "json_value", line), a.text(args[1], 2, "json_value", line)
    sql = f"tsqld_json_value({value.sql}, {path.sql})"
    if isinstance(path.value, str) and not parse_path(path.value).strict:
        quick = path.value.strip().removeprefix("lax").strip()
        sql = call("json_value", value.sql, quote(quick))
    return a.made(sql, nvarchar(4000), value, path, nullable=True)


@define("JSON_QUERY", JSON, 1, 2)
def _json_query(args: Args, line: int) -> Bound:
    value = a.text(args[0], 1, "json_query", line)
    path = a.text(args[1], 2, "json_query", line) if len(args) > 1 else Bound("'$'", varchar(1), False, "$")
    type = nvarchar(MAX) if a.is_max(value) or not value.type.is_unicode else nvarchar(value.type.length)
    return a.made(f"tsqld_json_query({value.sql}, {path.sql})", type, value, path, nullable=True)


@define("JSON_PATH_EXISTS", JSON, 2)
def _json_path_exists(args: Args, line: int) -> Bound:
    value, path = a.text(args[0], 1, "json_path_exists", line), a.text(args[1], 2, "json_path_exists", line)
    return a.made(f"tsqld_json_path_exists({value.sql}, {path.sql})", INT, value, path)


@define("JSON_MODIFY", JSON, 3)
def _json_modify(args: Args, line: int) -> Bound:
    value, path = a.text(args[0], 1, "json_modify", line), a.text(args[1], 2, "json_modify", line)
    new = json_text(args[2], line)
    sql = f"tsqld_json_modify({value.sql}, {path.sql}, {new})"
    return a.made(sql, nvarchar(MAX), value, path, args[2], nullable=True)


@define("JSON_OBJECT", JSON, 0, 508)
def _json_object(args: Args, line: int) -> Bound:
    args, absent = _null_clause(args, absent=False)
    if len(args) % 2:
        raise error(102, ")", line=line)
    parts = []
    for key, value in zip(args[::2], args[1::2], strict=True):
        name = f"(tsqld_json_quote({a.text(key, 1, 'json_object', line).sql}) || ':')"
        parts.append(_part(f"{name} || ", value, absent, line))
    return _joined("{", "}", parts, args)


@define("JSON_ARRAY", JSON, 0, 254)
def _json_array(args: Args, line: int) -> Bound:
    args, absent = _null_clause(args, absent=True)
    return _joined("[", "]", [_part("", value, absent, line) for value in args], args)


def _null_clause(args: Args, *, absent: bool) -> tuple[list[Bound], bool]:
    """The values, and whether NULLs are left out, as NULL ON NULL or ABSENT ON NULL says."""
    values = [arg for arg in args if arg.sql]
    options = [arg.value for arg in args if not arg.sql]
    return values, options[-1] == "ABSENT" if options else absent


def _part(prefix: str, value: Bound, absent: bool, line: int) -> str:
    text = json_text(value, line)
    return f"{prefix}{text}" if absent else f"{prefix}coalesce({text}, 'null')"


def _joined(opening: str, closing: str, parts: list[str], args: Sequence[Bound]) -> Bound:
    inner = f"concat_ws(',', {', '.join(f'({part})' for part in parts)})" if parts else "''"
    return a.made(f"('{opening}' || {inner} || '{closing}')", nvarchar(MAX), *args, nullable=False)


def json_text(value: Bound, line: int = 0) -> str:
    """DuckDB text that gives `value` as a JSON value, NULL for NULL: numbers bare, bit true or false, the
    rest quoted.
    """
    type = value.type
    if value.is_null:
        return "CAST(NULL AS VARCHAR)"
    if value.sql.startswith(_FRAGMENTS):
        return value.sql
    if type.name == "bit":
        return f"(CASE WHEN {value.sql} THEN 'true' WHEN NOT {value.sql} THEN 'false' END)"
    if type.is_float:
        style = Bound("2", INT, False, 2 if type.name == "float" else 1)
        return convert(value, varchar(40), style=style, line=line).sql
    if type.is_money:
        return convert(value, varchar(40), style=Bound("2", INT, False, 2), line=line).sql
    if type.is_number:
        return f"({value.sql})::VARCHAR"
    if type.is_temporal:
        style = Bound("126", INT, False, 126)
        text = convert(value, varchar(40), style=style, line=line).sql
        return f"('\"' || {text} || '\"')"
    if type.is_binary:
        return f"('\"' || to_base64({value.sql}) || '\"')"
    if type.name == "uniqueidentifier":
        return f"('\"' || upper(({value.sql})::VARCHAR) || '\"')"
    if type.is_text:
        return f"tsqld_json_quote({value.sql})"
    raise unsupported(f"{shown(type)} as a JSON value", line)


elsewhere(JSON, "table functions", "OPENJSON")


# --- Python side: registered by `install` -------------------------------------------------------------------


@udf("isjson", "VARCHAR, VARCHAR", "INTEGER")
def isjson(text: str, wanted: str) -> int:
    """1 for well-formed JSON of the kind `wanted`: an object or array when that is empty."""
    try:
        kind = parse(text).kind
    except TsqlError:
        return 0
    kinds = {
        "": ("object", "array"),
        "OBJECT": ("object",),
        "ARRAY": ("array",),
        "SCALAR": ("string", "number"),
    }
    return int(wanted == "VALUE" or kind in kinds[wanted])


def _not_found() -> TsqlError:
    return TsqlError(13608, "Property cannot be found on the specified JSON path.", state=1)


@udf("json_value", "VARCHAR, VARCHAR", "VARCHAR", nullable=True)
def json_value(text: str, path_text: str) -> str | None:
    """The scalar at a path. Errors: 13607, 13609; strict: 13608, 13623, 13625."""
    path = parse_path(path_text)
    node = find(parse(text), path.steps)
    if node is None:
        if path.strict:
            raise _not_found()
        return None
    if node.kind in ("object", "array"):
        if path.strict:
            raise TsqlError(13623, "Scalar value cannot be found in the specified JSON path.", state=2)
        return None
    value = scalar(text, node)
    if value is not None and len(value) > 4000:
        if path.strict:
            raise TsqlError(13625, "String value in the specified JSON path would be truncated.", state=1)
        return None
    return value


@udf("json_query", "VARCHAR, VARCHAR", "VARCHAR", nullable=True)
def json_query(text: str, path_text: str) -> str | None:
    """The object or array at a path, as it is written. Errors: 13607, 13609; strict: 13608, 13624."""
    path = parse_path(path_text)
    node = find(parse(text), path.steps)
    if node is None:
        if path.strict:
            raise _not_found()
        return None
    if node.kind not in ("object", "array"):
        if path.strict:
            raise TsqlError(13624, "Object or array cannot be found in the specified JSON path.", state=2)
        return None
    return text[node.start : node.end]


@udf("json_path_exists", "VARCHAR, VARCHAR", "INTEGER")
def json_path_exists(text: str, path_text: str) -> int:
    """1 when the path finds something; malformed JSON finds nothing."""
    path = parse_path(path_text)
    try:
        return int(find(parse(text), path.steps) is not None)
    except TsqlError:
        return 0


@udf("json_quote", "VARCHAR", "VARCHAR")
def json_quote(text: str) -> str:
    return f'"{json_escape(text)}"'


@udf("json_modify", "VARCHAR, VARCHAR, VARCHAR", "VARCHAR", takes_null=True)
def json_modify(text: str | None, path_text: str | None, new: str | None) -> str | None:
    """`text` with the value at a path replaced, inserted, appended or, by NULL in lax mode, removed.

    Errors: 13607, 13609; strict: 13608 for a key that is not there.
    """
    if text is None or path_text is None:
        return None
    path, root = parse_path(path_text), parse(text)
    if not path.steps and not path.append:
        raise TsqlError(13619, "Unsupported JSON path found in argument 2 of JSON_MODIFY.", state=1)
    node = find(root, path.steps)
    if path.append:
        return _appended(text, path.steps, path.strict, new)
    if node is not None:
        if new is None and not path.strict:
            return _removed(text, path.steps)
        return text[: node.start] + (new or "null") + text[node.end :]
    if path.strict:
        raise _not_found()
    return text if new is None else _inserted(text, path.steps, new)


def _appended(text: str, steps: tuple[str | int, ...], strict: bool, new: str | None) -> str:
    node = find(parse(text), steps)
    if node is None:
        if strict:
            raise _not_found()
        return _inserted(text, steps, f"[{new or 'null'}]")
    if node.kind != "array":
        if strict:
            raise TsqlError(13621, "Array cannot be found in the specified JSON path.", state=1)
        return text
    comma = "," if node.members else ""
    return text[: node.end - 1] + comma + (new or "null") + text[node.end - 1 :]


def _inserted(text: str, steps: tuple[str | int, ...], new: str) -> str:
    """A new member of the object one step up; nothing happens when there is no such object."""
    parent = find(parse(text), steps[:-1])
    key = steps[-1]
    if parent is None or parent.kind != "object" or not isinstance(key, str):
        return text
    comma = "," if parent.members else ""
    return text[: parent.end - 1] + f"{comma}{json_quote(key)}:{new}" + text[parent.end - 1 :]


def _removed(text: str, steps: tuple[str | int, ...]) -> str:
    """A member is cut out with its comma; an element becomes null, so that the others keep their places."""
    parent = find(parse(text), steps[:-1])
    assert parent is not None
    key = steps[-1]
    if isinstance(key, int):
        node = parent.members[key][1]
        return text[: node.start] + "null" + text[node.end :]
    place = next(i for i, (name, _) in enumerate(parent.members) if name == key)
    start, end = parent.places[place]
    if place + 1 < len(parent.places):
        end = parent.places[place + 1][0]
    elif place:
        start = parent.places[place - 1][1]
    return text[:start] + text[end:]
