"""Dates and times as text, by CONVERT style.

Place in the pipeline: called by `to_text`. Source: Microsoft Learn, "CAST and CONVERT", date and time styles.
A style is a series of pieces: strftime text, or a mark for what strftime lacks (a day or an hour padded with
a space, the fraction of a second in the type's own digits).
"""

from __future__ import annotations

from typing import Final

from tsqld.errors import TsqlError, error, unsupported
from tsqld.functions import ticks
from tsqld.functions.conversion import Conversion
from tsqld.functions.macros import call
from tsqld.functions.precedence import shown
from tsqld.functions.sqltext import let

_DATES: Final = {
    0: ("%b ", "<day>", " %Y"), 1: ("%m/%d/%y",), 101: ("%m/%d/%Y",), 2: ("%y.%m.%d",), 102: ("%Y.%m.%d",),
    3: ("%d/%m/%y",), 103: ("%d/%m/%Y",), 4: ("%d.%m.%y",), 104: ("%d.%m.%Y",), 5: ("%d-%m-%y",),
    105: ("%d-%m-%Y",),
    6: ("%d %b %y",), 106: ("%d %b %Y",), 7: ("%b %d, %y",), 107: ("%b %d, %Y",), 10: ("%m-%d-%y",),
    110: ("%m-%d-%Y",), 11: ("%y/%m/%d",), 111: ("%Y/%m/%d",), 12: ("%y%m%d",), 112: ("%Y%m%d",),
    23: ("%Y-%m-%d",),
    9: ("%b ", "<day>", " %Y"), 13: ("%d %b %Y",), 20: ("%Y-%m-%d",), 21: ("%Y-%m-%d",), 22: ("%m/%d/%y",),
    126: ("%Y-%m-%d",), 131: ("<hijri>",),
}  # fmt: skip
_TIMES: Final = {
    0: ("<hour>", ":%M%p"), 8: ("%H:%M:%S",), 9: ("<hour>", ":%M:%S", "<fraction>", "%p"),
    13: ("%H:%M:%S", "<fraction>"), 14: ("%H:%M:%S", "<fraction>"), 20: ("%H:%M:%S",),
    21: ("%H:%M:%S", "<point>"), 22: ("<hour>", ":%M:%S %p"), 126: ("%H:%M:%S", "<some>"),
    131: ("<hour>", ":%M:%S", "<fraction>", "%p"),
}  # fmt: skip
_SAME: Final = {100: 0, 109: 9, 113: 13, 114: 14, 120: 20, 121: 21, 25: 21, 24: 8, 108: 8, 127: 126}
_NARROW: Final = frozenset({9, 13, 14, 131})
"""Styles that put a colon before datetime's milliseconds."""


def styled(c: Conversion) -> tuple[str, int]:
    """The DuckDB text of `c` as written by its style, and the most characters it has.

    Errors: 281 for a style that does not exist, 8114 for one that needs what the type has not, 50100 for
    Hijri.
    """
    name = c.source.name
    style = c.style if c.style is not None else (0 if name in ("datetime", "smalldatetime") else 21)
    if style == 130:
        raise unsupported("the Hijri style 130", c.line)
    base = _SAME.get(style, style)
    if base not in _DATES and base not in _TIMES:
        raise error(281, style, name, line=c.line)
    if name == "datetimeoffset":
        return _offset(c, style, base)
    pieces = _pieces(c, base)
    if c.value.exact:
        return let(ticks.local(c.value), lambda t: _rendered(call("floor_ticks", t), pieces, c, t)), _width(
            pieces
        )
    moment = {"date": f"({c.value.sql})::TIMESTAMP", "time": f"(DATE '1900-01-01' + ({c.value.sql}))"}
    if name == "date" and pieces == ("%Y-%m-%d",):
        return f"({c.value.sql})::VARCHAR", 10
    if base in (20, 21, 23) and name not in ("date", "time"):
        return _canonical(c, base)
    return let(moment.get(name, c.value.sql), lambda m: _rendered(m, pieces, c)), _width(pieces)


def _width(pieces: tuple[str, ...]) -> int:
    """The characters that the pieces have at most."""
    marks = {"<day>": 2, "<hour>": 2, "<bare>": 2, "<fraction>": 8, "<point>": 8, "<some>": 8, "<hijri>": 10}
    text = "".join(piece for piece in pieces if piece not in marks)
    return len(text) + 2 * text.count("%Y") + text.count("%b") + sum(marks.get(p, 0) for p in pieces)


def _canonical(c: Conversion, base: int) -> tuple[str, int]:
    """yyyy-mm-dd hh:mm:ss and the fraction, from DuckDB's own text of a TIMESTAMP."""
    text = f"({c.value.sql})::VARCHAR"
    scale = {"datetime": 3, "smalldatetime": 3}.get(c.source.name, c.source.scale)
    if base != 21 or scale == 0:
        width = 10 if base == 23 else 19
        return f"left({text}, {width})", width
    padded = let(
        text,
        lambda t: (
            f"rpad(CASE WHEN strlen({t}) = 19 THEN {t} || '.' ELSE {t} END, {20 + scale}, "
            + (f"CASE WHEN suffix({t}, '.999999') THEN '9' ELSE '0' END)" if scale == 7 else "'0')")
        ),
    )
    return padded, 20 + scale


def _pieces(c: Conversion, base: int) -> tuple[str, ...]:
    name = c.source.name
    if name == "date":
        if base == 14:
            raise error(281, c.style, name, line=c.line)
        if base not in _DATES:
            raise _missing(c)
        return _DATES[base]
    if name == "time":
        if base not in _TIMES:
            raise _missing(c)
        # only a bare time does without the space before a one-digit hour, and only in these styles
        return tuple("<bare>" if p == "<hour>" and base in (0, 9, 131) else p for p in _TIMES[base])
    if base not in _TIMES:
        return _DATES[base]
    if base not in _DATES:
        return _TIMES[base]
    return (*_DATES[base], "T" if base == 126 else " ", *_TIMES[base])


def _missing(c: Conversion) -> TsqlError:
    return error(8114, shown(c.source), shown(c.target), line=c.line)


def _offset(c: Conversion, style: int, base: int) -> tuple[str, int]:
    """datetimeoffset: local time and offset; style 127 is UTC and Z."""
    if style == 127 and c.value.exact:
        return let(f"({c.value.exact}).ticks", lambda t: _in_utc(t, _pieces(c, base), c)), 34
    if style == 127:
        return let(call("utc_of", c.value.sql), lambda m: f"({_rendered(m, _pieces(c, base), c)} || 'Z')"), 34
    pieces = _pieces(c, base)
    if c.value.exact:
        body = let(ticks.local(c.value), lambda t: _rendered(call("floor_ticks", t), pieces, c, t))
        zone = call("offset_text", c.value.exact)
    else:
        body = let(call("local_of", c.value.sql), lambda m: _rendered(m, pieces, c))
        zone = call("offset_text", c.value.sql)
    if base not in _TIMES:
        return body, 34
    gap = "" if base == 126 else " "
    return f"({body} || '{gap}' || {zone})", 41


def _in_utc(t: str, pieces: tuple[str, ...], c: Conversion) -> str:
    return f"({_rendered(call('floor_ticks', t), pieces, c, t)} || 'Z')"


def _rendered(m: str, pieces: tuple[str, ...], c: Conversion, t: str = "") -> str:
    """The pieces joined, neighbouring strftime pieces as one call; `t` are the ticks, if there are some."""
    merged: list[str] = []
    for piece in pieces:
        if merged and not piece.startswith("<") and not merged[-1].startswith("<"):
            merged[-1] += piece
        else:
            merged.append(piece)
    parts = [
        _mark(m, piece, c, t) if piece.startswith("<") else f"strftime({m}, '{piece}')" for piece in merged
    ]
    return parts[0] if len(parts) == 1 else f"({' || '.join(parts)})"


def _mark(m: str, mark: str, c: Conversion, t: str) -> str:
    if mark == "<day>":
        return f"lpad(day({m})::VARCHAR, 2, ' ')"
    if mark == "<hijri>":
        return f"tsqld_hijri(({m})::DATE)"
    if mark == "<bare>":
        return f"((hour({m}) + 11) % 12 + 1)::VARCHAR"
    if mark == "<hour>":
        return f"lpad(((hour({m}) + 11) % 12 + 1)::VARCHAR, 2, ' ')"
    return _fraction(m, mark, c, t)


def _fraction(m: str, mark: str, c: Conversion, t: str) -> str:
    """The fraction of a second: three digits for datetime, the type's scale otherwise."""
    name = c.source.name
    old = name in ("datetime", "smalldatetime")
    scale = 3 if old else c.source.scale
    base = _SAME.get(c.style or 0, c.style or 0)
    point = ":" if old and mark == "<fraction>" and base in _NARROW else "."
    if scale == 0:
        return "''"
    digits = f"strftime({m}, '{point}%f')"
    if t:
        digits = f"({digits} || ({t} % 10)::VARCHAR)"
        if mark == "<some>":
            return f"CASE WHEN {t} % 10000000 = 0 THEN '' ELSE {digits} END"
    elif scale == 7:
        digits = f"({digits} || CASE WHEN microsecond({m}) % 1000000 = 999999 THEN '9' ELSE '0' END)"
    elif scale < 6:
        digits = f"left({digits}, {scale + 1})"
    if mark == "<some>":
        return f"CASE WHEN microsecond({m}) % 1000000 = 0 THEN '' ELSE {digits} END"
    return digits
