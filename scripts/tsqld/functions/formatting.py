"""FORMAT and FORMATMESSAGE.

Place in the pipeline: entered in `registry`. Source: Microsoft Learn, "FORMAT", "FORMATMESSAGE". FORMAT costs
about 5 µs a row here (and is slow in SQL Server too).
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from decimal import Decimal

from tsqld.binder.bound import Bound
from tsqld.errors import TsqlError, error, unsupported
from tsqld.functions import arguments as a
from tsqld.functions.cultures import CULTURES, Culture
from tsqld.functions.macros import call
from tsqld.functions.netdates import format_date, format_time, strftime_of
from tsqld.functions.netnumbers import format_number
from tsqld.functions.precedence import shown
from tsqld.functions.registry import STRING, define
from tsqld.functions.sqltext import quote
from tsqld.functions.udfs import udf
from tsqld.types import nvarchar, varchar

Args = Sequence[Bound]


@define("FORMAT", STRING, 2, 3, note="cultures en-US, en-GB and de-DE")
def _format(args: Args, line: int) -> Bound:
    value, pattern = args[0], a.text(args[1], 2, "format", line)
    type = value.type
    if not ((type.is_number and type.name != "bit") or type.is_temporal):
        raise error(8116, shown(type), 1, "format", line=line)
    culture = (
        a.text(args[2], 3, "format", line) if len(args) > 2 else Bound("'en-US'", varchar(5), False, "en-US")
    )
    if isinstance(culture.value, str) and culture.value.lower() not in CULTURES:
        raise unsupported(f"FORMAT with the culture {culture.value}", line)
    tail = f"{pattern.sql}, {culture.sql}"
    if type.is_float:
        sql = f"tsqld_format_number(printf('%.17g', ({value.sql})::DOUBLE), {tail}, 'float')"
    elif type.is_number:
        kind = "int" if type.is_integer else "decimal"
        sql = f"tsqld_format_number(({value.sql})::VARCHAR, {tail}, '{kind}')"
    elif type.name == "time":
        sql = f"tsqld_format_time({value.sql}, {tail})"
    elif type.name == "datetimeoffset":
        sql = f"tsqld_format_offset({call('local_of', value.sql)}, ({value.sql}).minutes::INTEGER, {tail})"
    else:
        moment = f"({value.sql})::TIMESTAMP"
        quick = strftime_of(pattern.value) if culture.value == "en-US" else None
        sql = f"strftime({moment}, {quote(quick)})" if quick else f"tsqld_format_date({moment}, {tail})"
    return a.made(sql, nvarchar(4000), value, pattern, nullable=True)


@define("FORMATMESSAGE", STRING, 1, 21, note="a message text, not a number of sys.messages")
def _formatmessage(args: Args, line: int) -> Bound:
    if not args[0].type.is_text:
        raise unsupported("FORMATMESSAGE of a message number", line)
    message = a.text(args[0], 1, "formatmessage", line)
    values = [
        f"'i' || ({arg.sql})::VARCHAR"
        if arg.type.is_integer
        else f"'s' || {a.text(arg, 2, 'formatmessage', line).sql}"
        for arg in args[1:]
    ]
    listed = f"[{', '.join(values)}]" if values else "[]::VARCHAR[]"
    return a.made(f"tsqld_format_message({message.sql}, {listed})", nvarchar(4000), message, nullable=True)


def _culture(name: str) -> Culture:
    found = CULTURES.get(name.lower())
    if found is None:
        raise unsupported(f"FORMAT with the culture {quote(name)}")
    return found


@udf("format_number", "VARCHAR, VARCHAR, VARCHAR, VARCHAR", "VARCHAR", nullable=True)
def net_number(text: str, pattern: str, culture: str, kind: str) -> str | None:
    return format_number(Decimal(text), pattern, _culture(culture), kind)


@udf("format_date", "TIMESTAMP, VARCHAR, VARCHAR", "VARCHAR", nullable=True)
def net_date(value: datetime.datetime, pattern: str, culture: str) -> str | None:
    return format_date(value, pattern, _culture(culture), None)


@udf("format_offset", "TIMESTAMP, INTEGER, VARCHAR, VARCHAR", "VARCHAR", nullable=True)
def net_offset(value: datetime.datetime, minutes: int, pattern: str, culture: str) -> str | None:
    return format_date(value, pattern, _culture(culture), minutes)


@udf("format_time", "TIME, VARCHAR, VARCHAR", "VARCHAR", nullable=True)
def net_time(value: datetime.time, pattern: str, culture: str) -> str | None:
    _culture(culture)
    return format_time(value, pattern)


@udf("format_message", "VARCHAR, VARCHAR[]", "VARCHAR", nullable=True)
def format_message(message: str, values: list[str | None]) -> str:
    """printf-like: %s %d %i %u %x %X %o with flags, width and precision, %%; RAISERROR's rules."""
    return render_message(
        message, [None if v is None else int(v[1:]) if v[0] == "i" else v[1:] for v in values]
    )


def render_message(message: str, values: Sequence[int | str | None]) -> str:
    """RAISERROR's and FORMATMESSAGE's substitution; at most 2,047 characters. Errors: 2786, 2787."""
    out: list[str] = []
    place = used = 0
    spec = re.compile(r"%([-+0# ]*)(\*|\d+)?(?:\.(\*|\d+))?([hl]|I64)?([diouxXs%])")
    while place < len(message):
        mark = message.find("%", place)
        if mark < 0:
            break
        out.append(message[place:mark])
        found = spec.match(message, mark)
        if found is None:
            raise TsqlError(2787, f"Invalid format specification: '{message[mark:]}'.")
        place = found.end()
        if found[5] == "%":
            out.append("%")
            continue
        width, used = _number(found[2], values, used)
        precision, used = _number(found[3], values, used)
        value = values[used] if used < len(values) else None
        used += 1
        out.append(_substituted(found[1], width, precision, found[5], value, used))
    return "".join([*out, message[place:] if place < len(message) else ""])[:2047]


def _number(written: str | None, values: Sequence[int | str | None], used: int) -> tuple[int | None, int]:
    if written != "*":
        return (int(written) if written else None), used
    value = values[used] if used < len(values) else None
    if not isinstance(value, int):
        raise _wrong_type(used + 1)
    return value, used + 1


def _wrong_type(place: int) -> TsqlError:
    return TsqlError(
        2786,
        f"The data type of substitution parameter {place} does not match the expected type of the "
        "format specification.",
    )


def _substituted(
    flags: str, width: int | None, precision: int | None, kind: str, value: object, place: int
) -> str:
    if value is None:
        text = "(null)"
    elif kind == "s":
        if not isinstance(value, str):
            raise _wrong_type(place)
        text = value if precision is None else value[:precision]
    else:
        if not isinstance(value, int):
            raise _wrong_type(place)
        text = _integer_text(flags, precision, kind, value)
    if width is None or len(text) >= width:
        return text
    if "-" in flags:
        return text.ljust(width)
    if "0" in flags and kind != "s" and precision is None and value is not None:
        sign = text[:1] if text[:1] in "+-" else ""
        return sign + text[len(sign) :].rjust(width - len(sign), "0")
    return text.rjust(width)


def _integer_text(flags: str, precision: int | None, kind: str, value: int) -> str:
    if kind in "di":
        digits = str(abs(value)).rjust(precision or 0, "0")
        sign = "-" if value < 0 else "+" if "+" in flags else " " if " " in flags else ""
        return sign + digits
    if value < 0:
        value += 1 << (32 if value >= -(1 << 31) else 64)
    digits = {"u": f"{value}", "o": f"{value:o}", "x": f"{value:x}", "X": f"{value:X}"}[kind].rjust(
        precision or 0, "0"
    )
    prefix = {"o": "0", "x": "0x", "X": "0X"}.get(kind, "") if "#" in flags and value else ""
    return prefix + digits
