"""String functions that build text: CONCAT, QUOTENAME, STR, characters, SOUNDEX, escapes.

Place in the pipeline: entered in `registry`. Source: Microsoft Learn, "String functions".
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Final

from tsqld.binder.bound import Bound
from tsqld.errors import TsqlError, error
from tsqld.functions import arguments as a
from tsqld.functions.macros import call
from tsqld.functions.precedence import shown
from tsqld.functions.registry import STRING, define
from tsqld.functions.sqltext import let, quote
from tsqld.functions.udfs import udf
from tsqld.functions.unitext import ansi_bytes, ansi_text, utf16_length
from tsqld.types import INT, MAX, SqlType, nvarchar, varchar

Args = Sequence[Bound]

_QUOTES: Final = {
    "[": "[]", "]": "[]", "'": "''", '"': '""', "(": "()", ")": "()", "<": "<>", ">": "<>", "{": "{}",
    "}": "{}",
    "`": "``",
}  # fmt: skip
_CODES: Final = {c: d for d, cs in enumerate(("BFPV", "CGJKQSXZ", "DT", "L", "MN", "R"), 1) for c in cs}
_UNEQUAL: Final = (
    "The second and third arguments of the TRANSLATE built-in function must contain an "
    "equal number of characters."
)
_VOWELS: Final = "AEIOUY"


@define("CONCAT", STRING, 2, 254)
def _concat(args: Args, line: int) -> Bound:
    values = [a.text(arg, place, "concat", line) for place, arg in enumerate(args, 1)]
    type = _joined_type(values, sum(_width(arg) for arg in args))
    sql = " || ".join(_never_null(value) for value in values)
    return a.made(_limited(f"({sql})", type, values), type, *values, nullable=False)


@define("CONCAT_WS", STRING, 3, 254)
def _concat_ws(args: Args, line: int) -> Bound:
    """NULL arguments are left out with their separator; a NULL separator is empty."""
    values = [a.text(arg, place, "concat_ws", line) for place, arg in enumerate(args, 1)]
    separator, parts = values[0], values[1:]
    type = _joined_type(values, sum(_width(arg) for arg in [*args[1:], *[args[0]] * (len(parts) - 1)]))
    sql = f"concat_ws({_never_null(separator)}, {', '.join(part.sql for part in parts)})"
    return a.made(_limited(sql, type, values), type, *values, nullable=False)


def _never_null(value: Bound) -> str:
    return value.sql if not value.nullable else f"coalesce({value.sql}, '')"


_WIDTHS: Final = {
    "bit": 1, "tinyint": 4, "smallint": 6, "int": 12, "bigint": 24, "real": 23, "float": 23, "decimal": 41,
    "numeric": 41,
}  # fmt: skip
"""What CONCAT reserves for a value that is no text; 40 for every other type."""


def _width(argument: Bound) -> int:
    if argument.is_null:
        return 0
    if argument.type.is_text or argument.type.is_binary:
        return argument.type.length
    return _WIDTHS.get(argument.type.name, 40)


def _joined_type(values: Sequence[Bound], width: int) -> SqlType:
    if a.is_max(*values):
        return a.text_type(values, MAX)
    return a.text_type(values, width)


def _limited(sql: str, type: SqlType, values: Sequence[Bound]) -> str:
    limit = 4000 if type.is_unicode else 8000
    if type.length == MAX or sum(value.type.length for value in values) <= limit:
        return sql
    return call("left_units", sql, str(limit))


@define("ASCII", STRING, 1)
def _ascii(args: Args, line: int) -> Bound:
    value = a.text(args[0], 1, "ascii", line)
    return a.made(f"tsqld_ascii({value.sql})", INT, value, nullable=True)


@define("UNICODE", STRING, 1)
def _unicode(args: Args, line: int) -> Bound:
    value = a.text(args[0], 1, "unicode", line)
    return a.made(f"tsqld_unicode({value.sql})", INT, value, nullable=True)


@define("CHAR", STRING, 1)
def _char(args: Args, line: int) -> Bound:
    value = a.integer(args[0], 1, "char", line)
    sql = _constant_character(args[0], 0x7F) or f"tsqld_char({value.sql})"
    return a.made(sql, SqlType("char", 1), value, nullable=True)


@define("NCHAR", STRING, 1, note="a lone surrogate (0xD800 to 0xDFFF) is NULL")
def _nchar(args: Args, line: int) -> Bound:
    value = a.integer(args[0], 1, "nchar", line)
    sql = _constant_character(args[0], 0xD7FF) or call("nchar", value.sql)
    return a.made(sql, SqlType("nchar", 1), value, nullable=True)


def _constant_character(code: Bound, last: int) -> str:
    """The character of a constant up to `last` as DuckDB's constant; empty for any other."""
    constant = isinstance(code.value, int) and 0 < code.value <= last
    return quote(chr(code.value)) if constant else ""


@define("QUOTENAME", STRING, 1, 2)
def _quotename(args: Args, line: int) -> Bound:
    value = a.text(args[0], 1, "quotename", line)
    quote_char = (
        a.text(args[1], 2, "quotename", line) if len(args) > 1 else Bound("'['", varchar(1), False, "[")
    )
    sql = f"tsqld_quotename({value.sql}, {quote_char.sql})"
    if quote_char.value == "[":
        sql = call("bracketed", value.sql)
    return a.made(sql, nvarchar(258), value, nullable=True)


@define("STR", STRING, 1, 3)
def _str(args: Args, line: int) -> Bound:
    value = a.floating(args[0], 1, "str", line)
    length = a.integer(args[1], 2, "str", line) if len(args) > 1 else Bound("10", INT, False, 10)
    decimals = a.integer(args[2], 3, "str", line) if len(args) > 2 else Bound("0", INT, False, 0)
    known = a.constant_int(args[1]) if len(args) > 1 else 10
    type = varchar(known if known is not None and 0 < known <= 8000 else 8000)
    return a.made(
        f"tsqld_str({value.sql}, {length.sql}, {decimals.sql})", type, value, length, decimals, nullable=True
    )


@define("SOUNDEX", STRING, 1)
def _soundex(args: Args, line: int) -> Bound:
    value = a.text(args[0], 1, "soundex", line)
    return a.made(f"tsqld_soundex({value.sql})", varchar(4), value)


@define("DIFFERENCE", STRING, 2)
def _difference(args: Args, line: int) -> Bound:
    x, y = (a.text(arg, place, "difference", line) for place, arg in enumerate(args, 1))
    return a.made(f"tsqld_difference({x.sql}, {y.sql})", INT, x, y)


@define("STRING_ESCAPE", STRING, 2)
def _string_escape(args: Args, line: int) -> Bound:
    value = a.text(args[0], 1, "string_escape", line)
    kind = args[1]
    if not isinstance(kind.value, str) or kind.value.lower() != "json":
        raise error(8116, shown(kind.type), 2, "string_escape", line=line)
    special = quote("[" + '"\\\\' + "/\\x00-\\x1f\\x7f]")
    sql = let(
        value.sql,
        lambda t: f"CASE WHEN regexp_matches({t}, {special}) THEN tsqld_json_escape({t}) ELSE {t} END",
    )
    return a.made(sql, nvarchar(MAX), value)


# --- Python side: registered by `install` -------------------------------------------------------------------


@udf("ascii", "VARCHAR", "INTEGER", nullable=True)
def ascii_of(text: str) -> int | None:
    """The code page 1252 byte of the first character."""
    return ansi_bytes(text[:1])[0] if text else None


@udf("unicode", "VARCHAR", "INTEGER", nullable=True)
def unicode_of(text: str) -> int | None:
    """The UTF-16 unit the text begins with."""
    if not text:
        return None
    code = ord(text[0])
    return code if code <= 0xFFFF else 0xD800 + ((code - 0x10000) >> 10)


@udf("char", "INTEGER", "VARCHAR", nullable=True)
def char_of(code: int) -> str | None:
    return ansi_text(bytes([code])) if 0 <= code <= 255 else None


@udf("quotename", "VARCHAR, VARCHAR", "VARCHAR", nullable=True)
def quotename(text: str, quote_char: str) -> str | None:
    pair = _QUOTES.get(quote_char[:1])
    if pair is None or utf16_length(text) > 128:
        return None
    return pair[0] + text.replace(pair[1], pair[1] * 2) + pair[1]


@udf("str", "DOUBLE, INTEGER, INTEGER", "VARCHAR", nullable=True)
def str_of(value: float, length: int, decimals: int) -> str | None:
    """STR: rounded to `decimals` (at most 16) as `length` allows, right-aligned; stars when too long."""
    if length <= 0 or decimals < 0 or length > 8000:
        return None
    exact = Decimal(f"{value:.17g}")
    whole = f"{exact.quantize(Decimal(1), rounding=ROUND_HALF_UP, context=Context(prec=400)):f}"
    if len(whole) > length:
        return "*" * length
    room = max(0, length - len(f"{int(exact)}") - (1 if value < 0 and int(exact) == 0 else 0) - 1)
    places = min(decimals, 16, room)
    rounded = exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP, context=Context(prec=400))
    return f"{rounded:f}"[:length].rjust(length)


@udf("soundex", "VARCHAR", "VARCHAR")
def soundex(text: str) -> str:
    """One letter and three digits; like letters next to each other, or parted by H or W, count once."""
    letters = text.strip(" ").upper()
    if not letters or not letters[0].isascii() or not letters[0].isalpha():
        return "0000"
    result, last = letters[0], _CODES.get(letters[0], 0)
    for char in letters[1:]:
        if not (char.isascii() and char.isalpha()):
            break
        code = _CODES.get(char, 0)
        if code and code != last:
            result += str(code)
        if char in _VOWELS or code:
            last = code
    return result[:4].ljust(4, "0")


@udf("difference", "VARCHAR, VARCHAR", "INTEGER")
def difference(left: str, right: str) -> int:
    """How many of the four SOUNDEX places are equal."""
    return sum(x == y for x, y in zip(soundex(left), soundex(right), strict=True))


@udf("json_escape", "VARCHAR", "VARCHAR")
def json_escape(text: str) -> str:
    named = {
        '"': '\\"',
        "\\": "\\\\",
        "/": "\\/",
        "\b": "\\b",
        "\f": "\\f",
        "\n": "\\n",
        "\r": "\\r",
        "\t": "\\t",
    }
    return "".join(named.get(c) or (f"\\u{ord(c):04x}" if c < " " else c) for c in text)


@udf("translate", "VARCHAR, VARCHAR, VARCHAR, BOOLEAN", "VARCHAR")
def translate(text: str, wanted: str, into: str, exact: bool) -> str:
    """Each character of `wanted` replaced by the one at its place in `into`; the first place counts."""
    if utf16_length(wanted) != utf16_length(into):
        raise TsqlError(9828, _UNEQUAL)
    table: dict[str, str] = {}
    for old, new in zip(wanted, into, strict=False):
        for key in {old} if exact else {old.lower(), old.upper()}:
            table.setdefault(key, new)
    return "".join(table.get(c, c) for c in text)
