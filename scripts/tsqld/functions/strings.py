"""String functions: parts, searching, case, length.

Place in the pipeline: entered in `registry`. Source: Microsoft Learn, "String functions". Positions and
lengths count UTF-16 units; searching follows the collation, so without case by default.
"""

from __future__ import annotations

from collections.abc import Sequence

from tsqld.binder.bound import Bound
from tsqld.errors import error
from tsqld.functions import arguments as a
from tsqld.functions.accents import alike
from tsqld.functions.comparison import collation_of, told_accents
from tsqld.functions.like import NEVER, patindex_regexes
from tsqld.functions.macros import call
from tsqld.functions.precedence import shown
from tsqld.functions.registry import STRING, define
from tsqld.functions.sqltext import let, quote
from tsqld.types import BIGINT, INT, MAX, SqlType, varchar

Args = Sequence[Bound]


@define("LEN", STRING, 1)
def _len(args: Args, line: int) -> Bound:
    value = a.text(args[0], 1, "len", line)
    type = a.count_type(value)
    return a.made(f"{call('len_units', value.sql)}{_wide(type)}", type, value)


def _wide(type: SqlType) -> str:
    return "::BIGINT" if type == BIGINT else "::INTEGER"


@define("DATALENGTH", STRING, 1)
def _datalength(args: Args, line: int) -> Bound:
    value = args[0]
    type = value.type
    counted = a.count_type(value)
    if type.is_text:
        macro = "utf16_size" if type.is_unicode else "units"
        if type.is_utf8:
            return a.made(f"strlen({value.sql}){_wide(counted)}", counted, value)
        return a.made(f"{call(macro, value.sql)}{_wide(counted)}", counted, value)
    if type.name == "sql_variant":
        sql = let(value.sql, lambda v: f"tsqld_variant_length(({v}).type, ({v}).text)")
        return a.made(sql, INT, value)
    if type.is_binary:
        return a.made(f"octet_length({value.sql}){_wide(counted)}", counted, value)
    return a.made(f"(CASE WHEN ({value.sql}) IS NOT NULL THEN {_storage(type, line)} END)", INT, value)


def _storage(type: SqlType, line: int) -> int:
    if type.is_decimal:
        return 5 if type.precision < 10 else 9 if type.precision < 20 else 13 if type.precision < 29 else 17
    if type.name in ("time", "datetime2", "datetimeoffset"):
        base = {"time": 3, "datetime2": 6, "datetimeoffset": 8}[type.name]
        return base + (0 if type.scale < 3 else 1 if type.scale < 5 else 2)
    sizes = {"bit": 1, "tinyint": 1, "smallint": 2, "int": 4, "bigint": 8, "real": 4, "float": 8, "money": 8,
             "smallmoney": 4, "date": 3, "datetime": 8, "smalldatetime": 4,
             "uniqueidentifier": 16}  # fmt: skip
    if type.name not in sizes:
        raise error(8116, shown(type), 1, "datalength", line=line)
    return sizes[type.name]


@define("LEFT", STRING, 2)
def _left(args: Args, line: int) -> Bound:
    value = a.text(args[0], 1, "left", line)
    count = a.integer(args[1], 2, "left", line)
    type = a.varying(value.type)
    known = a.constant_int(args[1])
    if known is not None and known >= 0:
        type = type.with_length(_shorter(type.length, known))
        return a.made(call("left_units", value.sql, str(known)), type, value)
    return a.made(call("left_checked", value.sql, count.sql), type, value, count)


def _shorter(length: int, count: int) -> int:
    return max(
        1, count if length == MAX and count <= 8000 else min(length, count) if length != MAX else length
    )


@define("RIGHT", STRING, 2)
def _right(args: Args, line: int) -> Bound:
    value = a.text(args[0], 1, "right", line)
    count = a.integer(args[1], 2, "right", line)
    type = a.varying(value.type)
    known = a.constant_int(args[1])
    if known is not None and known >= 0:
        type = type.with_length(_shorter(type.length, known))
    return a.made(call("right_checked", value.sql, count.sql), type, value, count)


@define("SUBSTRING", STRING, 3)
def _substring(args: Args, line: int) -> Bound:
    value = args[0]
    if value.is_null:
        raise error(8116, "NULL", 1, "substring", line=line)
    start = a.integer(args[1], 2, "substring", line)
    length = a.integer(args[2], 3, "substring", line)
    if value.type.is_binary:
        width, count = value.type.length or MAX, a.constant_int(args[2])
        type = SqlType("varbinary", _shorter(width, count) if count is not None and count >= 0 else width)
        return a.made(call("sub_bytes", value.sql, start.sql, length.sql), type, value, start, length)
    value = a.text(value, 1, "substring", line, strict=True)
    type = a.varying(value.type)
    first, count = a.constant_int(args[1]), a.constant_int(args[2])
    if count is not None and count >= 0:
        type = type.with_length(_shorter(type.length, count))
        if first is not None:
            begin = max(first, 1)
            cut = str(max(0, min(first + count - begin, 2147483647)))
            return a.made(call("sub_units", value.sql, str(begin), cut), type, value)
    return a.made(call("sub_checked", value.sql, start.sql, length.sql), type, value, start, length)


@define("UPPER", STRING, 1)
def _upper(args: Args, line: int) -> Bound:
    value = a.text(args[0], 1, "upper", line)
    macro = "upper_unicode" if value.type.is_unicode else "upper_ansi"
    return a.made(call(macro, value.sql), a.varying(value.type), value)


@define("LOWER", STRING, 1)
def _lower(args: Args, line: int) -> Bound:
    value = a.text(args[0], 1, "lower", line)
    return a.made(f"lower({value.sql})", a.varying(value.type), value)


@define("LTRIM", STRING, 1, 2)
def _ltrim(args: Args, line: int) -> Bound:
    return _trimmed("ltrim", "LEADING", args[0], args[1] if len(args) > 1 else None, line)


@define("RTRIM", STRING, 1, 2)
def _rtrim(args: Args, line: int) -> Bound:
    return _trimmed("rtrim", "TRAILING", args[0], args[1] if len(args) > 1 else None, line)


@define("TRIM", STRING, 1, 2)
def _trim(args: Args, line: int) -> Bound:
    side = "BOTH"
    if not args[-1].sql:
        side, args = str(args[-1].value), args[:-1]
    return _trimmed("trim", side, args[0], args[1] if len(args) > 1 else None, line)


def _trimmed(function: str, side: str, value: Bound, characters: Bound | None, line: int) -> Bound:
    """Spaces, or any of `characters` (as the collation compares them), cut from one or both ends."""
    value = a.text(value, 1, function, line)
    duck = {"LEADING": "ltrim", "TRAILING": "rtrim", "BOTH": "trim"}[side]
    type = a.varying(value.type)
    if characters is None:
        macro = {"ltrim": "ltrim_spaces", "rtrim": "key_cs", "trim": "trim_spaces"}[duck]
        return a.made(call(macro, value.sql), type, value)
    chars = a.text(characters, 2, function, line)
    wanted = chars.sql
    told_accents([value, chars], "TRIM", line)
    if not collation_of([value, chars], function, line):
        wanted = let(chars.sql, lambda c: f"(lower({c}) || upper({c}))")
    return a.made(f"{duck}({value.sql}, {wanted})", type, value, chars)


@define("CHARINDEX", STRING, 2, 3)
def _charindex(args: Args, line: int) -> Bound:
    find = a.text(args[0], 1, "charindex", line)
    within = a.text(args[1], 2, "charindex", line)
    exact = collation_of([find, within], "charindex", line)
    find, within = alike([find, within])
    type = a.count_type(within)
    needle = _folded(find, exact)
    caseless = isinstance(find.value, str) and find.value.upper() == find.value.lower()
    hay = within.sql if exact or caseless else f"lower({within.sql})"
    if len(args) < 3:
        return a.made(f"{call('position', hay, needle)}{_wide(type)}", type, find, within)
    start = a.big_integer(args[2], 3, "charindex", line)
    return a.made(f"{call('position_from', hay, needle, start.sql)}{_wide(type)}", type, find, within, start)


def _folded(value: Bound, exact: bool) -> str:
    if exact:
        return value.sql
    return quote(value.value.lower()) if isinstance(value.value, str) else f"lower({value.sql})"


@define("PATINDEX", STRING, 2)
def _patindex(args: Args, line: int) -> Bound:
    if args[1].is_null:
        raise error(8116, "NULL", 2, "patindex", line=line)
    pattern = a.text(args[0], 1, "patindex", line)
    within = a.text(args[1], 2, "patindex", line)
    exact = collation_of([pattern, within], "patindex", line)
    pattern, within = alike([pattern, within])
    blanks = not (pattern.type.is_unicode or within.type.is_unicode)
    type = a.count_type(within)
    if not isinstance(pattern.value, str):
        sql = f"tsqld_patindex({pattern.sql}, {within.sql}, {exact}, {blanks}){_wide(type)}"
        return a.made(sql, type, pattern, within)
    found = patindex_regexes(pattern.value, exact, blanks) or (NEVER, NEVER)
    sql = let(within.sql, lambda v: _regex_position(v, *found))
    return a.made(f"({sql}){_wide(type)}", type, within)


def _regex_position(v: str, search: str, before: str) -> str:
    prefix = f"regexp_extract({v}, {quote(before)}, 1)"
    return (
        f"CASE WHEN regexp_matches({v}, {quote(search)}) THEN {call('units', prefix)} + 1 "
        f"WHEN {v} IS NOT NULL THEN 0 END"
    )


@define("REPLACE", STRING, 3)
def _replace(args: Args, line: int) -> Bound:
    value, find, by = (a.text(arg, place, "replace", line) for place, arg in enumerate(args, 1))
    exact = collation_of([value, find], "replace", line)
    told_accents([value, find], "REPLACE", line)
    large = a.is_max(value)
    type = a.text_type([value, find, by], MAX if large else 8000)
    if exact:
        sql = call("replace_exact", value.sql, find.sql, by.sql)
    elif isinstance(find.value, str) and find.value.upper() == find.value.lower() and find.value:
        sql = f"replace({value.sql}, {find.sql}, {by.sql})"
    else:
        sql = call("replace_folded", value.sql, find.sql, by.sql)
    if not large and not (
        by.value == "" or (isinstance(by.value, str) and len(by.value) <= len(str(find.value or "")))
    ):
        sql = call("left_units", sql, str(4000 if type.is_unicode else 8000))
    return a.made(sql, type, value, find, by)


@define("STUFF", STRING, 4)
def _stuff(args: Args, line: int) -> Bound:
    if args[0].type.is_binary:
        raise error(8116, shown(args[0].type), 1, "stuff", line=line)
    value, by = a.text(args[0], 1, "stuff", line), args[3]
    start, length = a.integer(args[1], 2, "stuff", line), a.integer(args[2], 3, "stuff", line)
    by = a.text(by, 4, "stuff", line) if not by.is_null else Bound("''", varchar(1), False, "")
    total = MAX if a.is_max(value, by) else value.type.length + by.type.length
    type = a.text_type([value, by], total)
    filled = f"coalesce({by.sql}, '')"
    sql = call("stuffed", value.sql, start.sql, length.sql, filled)
    return a.made(sql, type, value, start, length, nullable=True)


@define("REVERSE", STRING, 1)
def _reverse(args: Args, line: int) -> Bound:
    value = a.text(args[0], 1, "reverse", line)
    return a.made(call("reversed", value.sql), a.varying(value.type), value)


@define("TRANSLATE", STRING, 3)
def _translate(args: Args, line: int) -> Bound:
    value, wanted, into = (a.text(arg, place, "translate", line) for place, arg in enumerate(args, 1))
    exact = collation_of([value, wanted], "translate", line)
    told_accents([value, wanted], "TRANSLATE", line)
    type = a.text_type([value, wanted, into], MAX if a.is_max(value) else value.type.length)
    sql = f"tsqld_translate({value.sql}, {wanted.sql}, {into.sql}, {exact})"
    return a.made(sql, type, value, wanted, into)


@define("REPLICATE", STRING, 2)
def _replicate(args: Args, line: int) -> Bound:
    value = a.text(args[0], 1, "replicate", line)
    count = a.big_integer(args[1], 2, "replicate", line)
    type = a.varying(value.type)
    if a.is_max(value):
        return a.made(call("repeated", value.sql, count.sql, "2147483647"), type, value, count, nullable=True)
    limit = 4000 if type.is_unicode else 8000
    known = a.constant_int(args[1])
    length = min(limit, type.length * known) if known is not None and known >= 0 else limit
    sql = call("repeated", value.sql, count.sql, str(limit))
    return a.made(sql, type.with_length(max(1, length)), value, count, nullable=True)


@define("SPACE", STRING, 1)
def _space(args: Args, line: int) -> Bound:
    count = a.integer(args[0], 1, "space", line)
    known = a.constant_int(args[0])
    length = known if known is not None and 0 < known <= 8000 else 8000
    return a.made(call("repeated", "' '", count.sql, "8000"), varchar(length), count, nullable=True)
