"""Conversions whose result is a date, a time or both.

Place in the pipeline: called by `convert`. ISO text, the usual case, is read by DuckDB after a pattern has
admitted it; every other form goes to `datetext` through the DuckDB functions tsqld_moment and
tsqld_offset_moment. datetime keeps milliseconds rounded to .000, .003, .007; the other types microseconds.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from tsqld.errors import error
from tsqld.functions import dateorder, datetext
from tsqld.functions.conversion import Conversion, family
from tsqld.functions.macros import call
from tsqld.functions.precedence import shown
from tsqld.functions.sqltext import let, quote
from tsqld.types import SqlType

_OLD: Final = ("datetime", "smalldatetime")
_ISO_STYLES: Final = frozenset({None, 0, 20, 21, 23, 25, 100, 101, 102, 110, 111, 112, 120, 121})
_FORMATS: Final = {
    101: (r"[01][0-9]/[0-3][0-9]/[1-9][0-9]{3}", "%m/%d/%Y"),
    102: (r"[1-9][0-9]{3}[.][01][0-9][.][0-3][0-9]", "%Y.%m.%d"),
    103: (r"[0-3][0-9]/[01][0-9]/[1-9][0-9]{3}", "%d/%m/%Y"),
    104: (r"[0-3][0-9][.][01][0-9][.][1-9][0-9]{3}", "%d.%m.%Y"),
    105: (r"[0-3][0-9]-[01][0-9]-[1-9][0-9]{3}", "%d-%m-%Y"),
    110: (r"[01][0-9]-[0-3][0-9]-[1-9][0-9]{3}", "%m-%d-%Y"),
    111: (r"[1-9][0-9]{3}/[01][0-9]/[0-3][0-9]", "%Y/%m/%d"),
    112: (r"[1-9][0-9]{7}", "%Y%m%d"),
}
_DAY: Final = "[1-9][0-9]{3}-[01][0-9]-[0-3][0-9]"
_MODERN: Final = "(?:1[89]|2[0-9])[0-9]{2}-[01][0-9]-[0-3][0-9]"
_CLOCK: Final = "(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"


def ordered(c: Conversion) -> Conversion:
    """`c` with SET DATEFORMAT's order as its style, where that is not the usual and no style settles it."""
    if dateorder.current() != dateorder.DEFAULT and datetext.order_is_open(c.style):
        return replace(c, style=dateorder.CODES[dateorder.current()])
    return c


def text_to_temporal(c: Conversion) -> str:
    """Text in any form of `datetext`; blank text is 1900-01-01 00:00."""
    c = ordered(c)
    if isinstance(c.value.value, str):
        return _literal(c, c.value.value)
    return let(c.value.sql, lambda v: _text(c, v))


def _literal(c: Conversion, text: str) -> str:
    """A constant is read now; one that does not convert still fails only when it is evaluated."""
    from tsqld.errors import TsqlError
    from tsqld.functions.sqltext import raised

    try:
        moment, offset = datetext.convert(text, shown(c.source), c.target.name, c.target.scale, c.style)
    except TsqlError as problem:
        return f"CAST(NULL AS {c.duck})" if c.lenient else raised(problem, c.target)
    return constant(moment, offset, c.target)


def constant(moment: object, offset: int, target: SqlType) -> str:
    """A Python datetime as a DuckDB constant of `target`; `offset` in minutes counts for datetimeoffset."""
    import datetime

    assert isinstance(moment, datetime.datetime)
    if target.name == "date":
        return f"DATE '{moment:%Y-%m-%d}'" if moment.year >= 1000 else f"DATE '{moment.date().isoformat()}'"
    if target.name == "time":
        return f"TIME '{moment.time().isoformat()}'"
    if target.name == "datetimeoffset":
        utc = moment - datetime.timedelta(minutes=offset)
        return f"{{utc: TIMESTAMP '{utc.isoformat(sep=' ')}', minutes: ({offset})::SMALLINT}}"
    return f"TIMESTAMP '{moment.isoformat(sep=' ')}'"


def _text(c: Conversion, v: str) -> str:
    slow = _slow(c, v)
    branches = [f"WHEN {condition} THEN coalesce({read}, {slow})" for condition, read in plain_forms(c, v)]
    return f"CASE {' '.join(branches)} WHEN {v} IS NULL THEN NULL ELSE {slow} END" if branches else slow


def plain_forms(c: Conversion, v: str) -> list[tuple[str, str]]:
    """(condition, how DuckDB reads what meets it), in the order to be tried."""
    name = c.target.name
    found: list[tuple[str, str]] = []
    if name == "datetimeoffset":
        return found
    if c.style is not None and c.style < 0:
        plain = name in _OLD and dateorder.day_first(dateorder.ORDERS[c.style])
        return found if plain else plain_forms(replace(c, style=None), v)
    if c.style in _FORMATS and name != "time":
        pattern, form = _FORMATS[c.style]
        found.append((f"regexp_full_match({v}, '{pattern}')", _ranged(c, f"try_strptime({v}, '{form}')")))
    if c.style not in _ISO_STYLES or c.style == 112:
        return found
    if c.style in (101, 110) and name not in _OLD:
        return found
    if name == "time":
        return [(f"regexp_full_match({v}, '{_CLOCK}')", f"TRY_CAST({v} AS TIME)")]
    date = f"TRY_CAST({v} AS DATE)"
    found.append((f"strlen({v}) = 10 AND {date}::VARCHAR = {v}", _ranged(c, date, whole=True)))
    if name == "datetime":
        found.append((f"regexp_full_match({v}, '{_MODERN}[ T]{_CLOCK}')", f"TRY_CAST({v} AS TIMESTAMP)"))
    elif name != "date":
        moment = f"TRY_CAST({v} AS TIMESTAMP)"
        found.append((f"regexp_full_match({v}, '{_DAY}[ T]{_CLOCK}')", _ranged(c, moment, whole=True)))
    fraction = "{1,3}" if name in _OLD else "{1,6}"
    pattern = f"{_DAY}[ T]{_CLOCK}[.][0-9]{fraction}"
    found.append((f"regexp_full_match({v}, '{pattern}')", _ranged(c, f"TRY_CAST({v} AS TIMESTAMP)")))
    if c.style in (None, 0, 100):
        found.append(
            (
                f"regexp_full_match({v}, '[1-9][0-9]{{7}}')",
                _ranged(c, f"try_strptime({v}, '%Y%m%d')", whole=True),
            )
        )
    return found


def _ranged(c: Conversion, moment: str, *, whole: bool = False) -> str:
    """`moment` rounded to the target's precision (`whole` seconds are), NULL outside its range."""
    if c.target.name == "date":
        return f"({moment})::DATE"
    if not whole or c.target.name in _OLD:
        return rounded(f"({moment})::TIMESTAMP", c.target)
    return f"({moment})::TIMESTAMP"


def rounded(moment: str, target: SqlType) -> str:
    """A TIMESTAMP rounded as `target` keeps it; NULL where datetime and smalldatetime do not reach."""
    if target.name == "datetime":
        return call("to_datetime", moment)
    if target.name == "smalldatetime":
        return call("to_smalldatetime", moment)
    if target.scale >= 6:
        return moment
    return call("round_timestamp", moment, str(10 ** (6 - target.scale)))


def _slow(c: Conversion, v: str) -> str:
    style = "-1" if c.style is None else str(c.style)
    arguments = f"{v}, {quote(shown(c.source))}, {quote(c.target.name)}, {c.target.scale}, {style}"
    lenient = "_or_null" if c.lenient else ""
    if c.target.name == "datetimeoffset":
        return f"tsqld_offset_moment{lenient}({arguments})"
    moment = f"tsqld_moment{lenient}({arguments})"
    return f"({moment})::{c.duck}" if c.target.name in ("date", "time") else moment


# --- from numbers -------------------------------------------------------------------------------------------


def number_to_moment(c: Conversion) -> str:
    """Days since 1900-01-01, fractions of a day being the time."""
    sql = f"({c.value.sql})::UTINYINT" if c.source.name == "bit" else c.value.sql
    if family(c.source) in ("integer", "bit"):
        moved = call("days_to_datetime", sql)
    else:
        moved = call("fraction_to_datetime", f"({sql})::DOUBLE")
    if c.target.name == "smalldatetime":
        moved = call("to_smalldatetime", moved)
    return _or_overflow(c, sql, moved)


def _or_overflow(c: Conversion, sql: str, moved: str) -> str:
    return let(
        moved,
        lambda m: f"CASE WHEN {m} IS NOT NULL OR ({sql}) IS NULL THEN {m} ELSE {c.expression_overflow()} END",
    )


# --- between temporal types ---------------------------------------------------------------------------------


def temporal_to_temporal(c: Conversion) -> str:
    """Missing parts are 1900-01-01 and midnight; extra ones are dropped; fractions are rounded."""
    a, b = c.source.name, c.target.name
    if {a, b} == {"date", "time"}:
        raise error(529, a, b, line=c.line)
    if b == "datetimeoffset" and c.style not in (None, 0, 1):
        raise error(9809, c.style, a, b, line=c.line)
    if a == "datetimeoffset" and b == "datetimeoffset":
        return call("round_offset", c.value.sql, str(10 ** max(0, 6 - c.target.scale)))
    local = _local(c)
    if b == "date":
        return f"({local})::DATE"
    if b == "time":
        return call("round_time", f"({local})::TIME", str(10 ** max(0, 6 - c.target.scale)))
    if b == "datetimeoffset":
        return call("offset_of", rounded(local, c.target), "0")
    if b in _OLD:
        return let(
            local,
            lambda m: (
                f"CASE WHEN {m} IS NULL THEN NULL ELSE "
                f"coalesce({rounded(m, c.target)}, {_out_of_range(c)}) END"
            ),
        )
    return rounded(local, c.target)


def checked_range(c: Conversion, source: str, moved: str) -> str:
    """`moved`, error 242 where it is NULL though `source` is not."""
    return let(
        moved,
        lambda m: f"CASE WHEN {m} IS NOT NULL OR ({source}) IS NULL THEN {m} ELSE {_out_of_range(c)} END",
    )


def _local(c: Conversion) -> str:
    """The source as a TIMESTAMP in its own time zone."""
    a, sql = c.source.name, c.value.sql
    if a == "date":
        return f"({sql})::TIMESTAMP"
    if a == "time":
        return f"(DATE '1900-01-01' + ({sql}))"
    if a == "datetimeoffset":
        return call("local_of", sql)
    if a == "datetime" and c.target.name in ("datetime2", "time", "datetimeoffset") and c.target.scale > 3:
        return call("datetime_thirds", sql)
    return sql


def _out_of_range(c: Conversion) -> str:
    message = error(242, shown(c.source), shown(c.target)).message
    return c.fail_constant(242, message, state=3)
