"""LIKE and PATINDEX patterns: %, _, [set], [^set] and ESCAPE, as DuckDB conditions.

Place in the pipeline: `like` is called by the expression compiler, `pattern_parts` by PATINDEX. Constant
patterns are translated once; others by the DuckDB function tsqld_like_regex. Source: Microsoft Learn, "LIKE",
"PATINDEX". A set's range of letters holds those with accents too; other ranges follow code points.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tsqld.binder.bound import Bound
from tsqld.errors import TsqlError, error
from tsqld.functions.accents import alike
from tsqld.functions.comparison import collation_of
from tsqld.functions.convert import convert
from tsqld.functions.macros import call
from tsqld.functions.sqltext import let, quote
from tsqld.functions.udfs import udf
from tsqld.functions.unitext import utf16_length
from tsqld.types import BIT, MAX, SqlType

ANY: Final = "%any"
NEVER: Final = "[^\\s\\S]"
"""A regular expression that matches nothing: what an unfinished pattern stands for."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a pattern: `%`, one character given by a regular expression, or one literal character."""

    regex: str
    literal: str = ""


def parts_of(pattern: str, escape: str = "") -> list[Part] | None:
    """`pattern` taken apart, or None when it can match nothing (an open set, a dangling escape)."""
    parts: list[Part] = []
    place = 0
    while place < len(pattern):
        char = pattern[place]
        place += 1
        if escape and char == escape:
            if place == len(pattern):
                return None
            parts.append(_literal(pattern[place]))
            place += 1
        elif char == "%":
            parts.append(Part(ANY))
        elif char == "_":
            parts.append(Part("."))
        elif char == "[":
            found = _set(pattern, place, escape)
            if found is None:
                return None
            regex, place = found
            parts.append(Part(regex))
        else:
            parts.append(_literal(char))
    return parts


def _literal(char: str) -> Part:
    return Part(re.escape(char) if char not in " \n\t" else char, char)


def _set(pattern: str, place: int, escape: str) -> tuple[str, int] | None:
    """The set that begins behind `[` as a regular expression, and the place behind it."""
    negated = pattern[place : place + 1] == "^"
    place += negated
    members: list[str] = []
    ranged = False
    while place < len(pattern):
        char = pattern[place]
        if char == "]":
            return _set_regex(members, negated), place + 1
        if escape and char == escape and place + 1 < len(pattern):
            place += 1
            char = pattern[place]
        elif char == "-" and members and not ranged and pattern[place + 1 : place + 2] not in ("", "]"):
            ranged = True
            place += 1
            continue
        if ranged:
            low = members.pop()
            if len(low) == 1 and low <= char:
                members.append(low + char)
            ranged = False
        else:
            members.append(char)
        place += 1
    return None


def _set_regex(members: list[str], negated: bool) -> str:
    if not members:
        return "(?s:.)" if negated else NEVER
    inner = "".join(_member(item[0]) + (f"-{_member(item[1])}" if len(item) == 2 else "") for item in members)
    inner += "".join(_accented(item[0], item[1]) for item in members if len(item) == 2)
    return f"[{'^' if negated else ''}{inner}]"


@functools.cache
def _letters_with_accents() -> tuple[tuple[str, str], ...]:
    """(letter, its base) of the lower-case letters of Latin-1 and Latin Extended-A that have one."""
    letters = [chr(code) for code in range(0xDF, 0x180) if chr(code).islower()]
    based = [(letter, unicodedata.normalize("NFD", letter)[0]) for letter in letters]
    return tuple((letter, base) for letter, base in based if base != letter and base.isascii())


def _accented(low: str, high: str) -> str:
    """Letters with accents inside a range of letters: they sort right behind their base."""
    if not (low.isascii() and low.isalpha() and high.isascii() and high.isalpha()):
        return ""
    first, last = low.lower(), high.lower()
    return "".join(letter for letter, base in _letters_with_accents() if first <= base < last)


def _member(char: str) -> str:
    return f"\\{char}" if char in "\\^]-[" else char


def flags(case_sensitive: bool) -> str:
    return "(?s)" if case_sensitive else "(?is)"


@udf("like_regex", "VARCHAR, VARCHAR, BOOLEAN, BOOLEAN", "VARCHAR")
@functools.lru_cache(maxsize=1024)
def like_regex(pattern: str, escape: str, case_sensitive: bool, blanks: bool) -> str:
    """The regular expression (RE2) that the whole value has to match; `blanks` lets it end in spaces."""
    if len(escape) > 1:
        raise _invalid_escape(escape)
    parts = parts_of(pattern, escape)
    if parts is None:
        return NEVER
    body = "".join(".*" if part.regex == ANY else part.regex for part in parts)
    return f"{flags(case_sensitive)}{body}{' *' if blanks and not body.endswith('.*') else ''}"


def _invalid_escape(escape: str) -> TsqlError:
    return TsqlError(506, f'The invalid escape character "{escape}" was specified in a LIKE predicate.')


def like(value: Bound, pattern: Bound, escape: Bound | None = None, line: int = 0) -> Bound:
    """`value LIKE pattern ESCAPE escape` as a DuckDB condition.

    Spaces at the end of a char or varchar value are ignored, those of an nvarchar are not. Errors: 506 for an
    escape that is not one character, 8116 for types that are no text and do not become text.
    """
    value, pattern = _as_text(value, 1, line), _as_text(pattern, 2, line)
    case_sensitive = collation_of([value, pattern], "like", line)
    value, pattern = alike([value, pattern])
    blanks = not (value.type.is_unicode or pattern.type.is_unicode)
    nullable = value.nullable or pattern.nullable or (escape is not None and escape.nullable)
    if isinstance(pattern.value, str) and (escape is None or isinstance(escape.value, str)):
        written = escape.value if escape is not None else ""
        if escape is not None and len(written) != 1:
            raise _with_line(_invalid_escape(written), line)
        sql = _constant(value, pattern.value, written, case_sensitive, blanks)
    else:
        escape_sql = escape.sql if escape is not None else "''"
        regex = f"tsqld_like_regex({pattern.sql}, {escape_sql}, {case_sensitive}, {blanks})"
        sql = f"regexp_full_match({value.sql}, {regex})"
    return Bound(
        sql,
        BIT,
        nullable,
        aggregated=value.aggregated or pattern.aggregated,
        windowed=value.windowed or pattern.windowed,
    )


def _with_line(problem: TsqlError, line: int) -> TsqlError:
    problem.line = line
    return problem


def _as_text(value: Bound, place: int, line: int) -> Bound:
    if value.type.is_text:
        return value
    if value.type.is_binary or value.type.name == "sql_variant":
        raise error(8116, value.type.name, place, "like", line=line)
    return convert(value, SqlType("varchar", MAX), line=line, explicit=True)


def _constant(value: Bound, pattern: str, escape: str, case_sensitive: bool, blanks: bool) -> str:
    """Patterns of literals and % become DuckDB's LIKE, which knows prefixes and infixes; others a regular
    expression.
    """
    parts = parts_of(pattern, escape)
    if parts is None:
        return let(value.sql, lambda v: f"(CASE WHEN {v} IS NOT NULL THEN FALSE END)")
    open_end = bool(parts) and parts[-1].regex == ANY
    if all(part.literal or part.regex in (ANY, ".") for part in parts) and (open_end or not blanks):
        return _plain(value.sql, parts, case_sensitive)
    simple = all(part.literal or part.regex == ANY for part in parts)
    if blanks and not open_end and simple and _ends_inked(parts):
        return _plain(call("key_cs", value.sql), parts, case_sensitive)
    return _regex(value.sql, pattern, escape, case_sensitive, blanks)


def _ends_inked(parts: Sequence[Part]) -> bool:
    """Whether the pattern ends in a character that is no space, so that spaces behind it do not matter."""
    return bool(parts) and bool(parts[-1].literal.strip(" "))


def _regex(sql: str, pattern: str, escape: str, case_sensitive: bool, blanks: bool) -> str:
    return f"regexp_full_match({sql}, {quote(like_regex(pattern, escape, case_sensitive, blanks))})"


def _plain(sql: str, parts: Sequence[Part], case_sensitive: bool) -> str:
    text = "".join(_plain_part(part) for part in parts)
    marked = any(part.literal in ("%", "_", "\\") for part in parts)
    escape = " ESCAPE '\\'" if marked else ""
    if case_sensitive:
        return f"({sql} LIKE {quote(text)}{escape})"
    return f"(lower({sql}) LIKE {quote(text.lower())}{escape})"


def _plain_part(part: Part) -> str:
    if part.literal:
        return f"\\{part.literal}" if part.literal in ("%", "_", "\\") else part.literal
    return "%" if part.regex == ANY else "_"


@functools.lru_cache(maxsize=1024)
def patindex_regexes(pattern: str, case_sensitive: bool, blanks: bool) -> tuple[str, str] | None:
    """For PATINDEX: the expression found anywhere in the text, and one whose group 1 is what stands before
    it.

    None when the pattern can match nothing.
    """
    parts = parts_of(pattern)
    if parts is None:
        return None
    start = bool(parts) and parts[0].regex == ANY
    end = bool(parts) and parts[-1].regex == ANY
    inner = parts[1 if start else 0 : len(parts) - (1 if end and len(parts) > (1 if start else 0) else 0)]
    body = "".join(".*?" if part.regex == ANY else part.regex for part in inner)
    tail = "" if end else (" *$" if blanks else "$")
    mark = flags(case_sensitive)
    if not start:
        return f"{mark}^{body}{tail}", f"{mark}^(){body}{tail}"
    return f"{mark}{body}{tail}", f"{mark}^(.*?){body}{tail}"


@udf("patindex", "VARCHAR, VARCHAR, BOOLEAN, BOOLEAN", "BIGINT")
def patindex(pattern: str, text: str, case_sensitive: bool, blanks: bool) -> int:
    """PATINDEX with a pattern that is not constant: the 1-based place of its first match, in UTF-16 units, or
    0.
    """
    found = patindex_regexes(pattern, case_sensitive, blanks)
    match = re.search(found[0], text) if found else None
    return utf16_length(text[: match.start()]) + 1 if match else 0
