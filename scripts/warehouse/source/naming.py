"""Makes the column names of a warehouse of what a file calls its columns.

Beside outline. Lower-case words with _ between them, none that T-SQL or the warehouse itself uses, each
once, and an
ending that promises a type (style.md: _at, _date, is_, _amount, _key) only where the column has that type.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

from tsql.normalise import RESERVED

LONGEST: Final = 30
"""Longer names would break the lines of the T-SQL that is made of them."""
# Columns that bronze, silver's records and silver itself have beside those of the source.
_TAKEN: Final = frozenset(
    """
    file_id line_number raw_text row_hash loaded_at ordinal business_date revision value_hash occurrence
    standing
    rule_name problem judged_rule_name judged_problem records_batch_id judged_batch_id source_system batch_id
    created_at updated_at
    """.split()
)
# Words that T-SQL has uses for, though it lets columns be called so; unquoted they read badly or break tools.
_AWKWARD: Final = frozenset(
    "date time datetime value type text int bit money char level row rows partition action year month day "
    "offset first last next format status_ hour minute second name_ count sum min max avg rank".split()
)
_SIGNS: Final = {"%": " percent ", "#": " number ", "&": " and ", "€": " eur ", "$": " usd ", "£": " gbp ",
"@": " at ",
    "°": " deg ", "µ": " micro ", "²": "2", "³": "3", "ß": "ss", "ø": "o", "æ": "ae", "ł": "l", "œ": "oe",
    "ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"}  # fmt: skip
_PROMISES: Final = (
    (re.compile(r"\w+_at"), "timestamp"),
    (re.compile(r"\w+_date"), "date"),
    (re.compile(r"(is|has)_\w+"), "flag"),
    (re.compile(r"\w+_amount"), "number"),
    (re.compile(r"\w+_key"), "whole_number"),
)


def column_names(headers: Sequence[str], kinds: Sequence[str], places: Sequence[int]) -> list[str]:
    """A name for each header, by the columns' typedAs (`kinds`) and places in the file, from 1."""
    names: list[str] = []
    for header, kind, place in zip(headers, kinds, places, strict=True):
        name = _promising(words_of(header) or f"column_{place}", kind)
        names.append(_once(name, names))
    return names


def identifier(text: str) -> str:
    """The text as a name for a source or an entity; '' for one that has no letter."""
    return words_of(text)


def words_of(header: str) -> str:
    """The header in lower case with _ between its words, cut to the length of a name."""
    text = re.sub("[" + re.escape("".join(_SIGNS)) + "]", lambda found: _SIGNS[found[0]], header)
    text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    text = re.sub(r"(?<=[a-z0-9])(?=[A-Z][a-z])|(?<=[a-z])(?=[A-Z])", " ", text)
    name = "_".join(re.findall(r"[a-z0-9]+", text.lower().replace("'", "")))
    if name[:1].isdigit():
        name = f"in_{name}" if re.fullmatch(r"\d{4}(_\w+)?", name) else f"n_{name}"
    return _shortened(name)


def _shortened(name: str) -> str:
    if len(name) <= LONGEST:
        return name
    cut = name[: LONGEST + 1].rpartition("_")[0]
    return cut if len(cut) > LONGEST // 2 else name[:LONGEST].rstrip("_")


def _promising(name: str, kind: str) -> str:
    """The name, or one like it that is free and promises no other type than `kind`."""
    if name in _TAKEN:
        name = f"source_{name}"
    if kind == "timestamp" and re.fullmatch(r"\w+_date", name):
        name = f"{name.removesuffix('_date')}_at"
    if kind == "date" and re.fullmatch(r"\w+_at", name):
        name = f"{name.removesuffix('_at')}_date"
    for pattern, promised in _PROMISES:
        if pattern.fullmatch(name) and kind != promised:
            name = f"said_{name}" if promised == "flag" else f"{name}_given"
    if name.upper() in RESERVED or name in _AWKWARD:
        name = _UNRESERVED.get(kind, "{}_given").format(name)
    return _shortened(name) if len(name) > LONGEST + 10 else name


_UNRESERVED: Final = {
    "date": "on_{}",
    "timestamp": "on_{}",
    "number": "{}_number",
    "whole_number": "{}_number",
    "float": "{}_number",
    "percent": "{}_share",
    "text": "{}_text",
    "identifier": "{}_text",
}


def _once(name: str, names: Sequence[str]) -> str:
    if name not in names:
        return name
    number = 2
    while f"{name}_{number}" in names:
        number += 1
    return f"{name}_{number}"
