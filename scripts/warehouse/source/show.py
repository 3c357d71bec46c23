"""Shows what was found in a file: a table a column a row, and what somebody should know.

Last in the package. Printed on standard output; nothing here decides anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from rich.box import SIMPLE_HEAD
from rich.table import Table as Shown
from rich.text import Text

from warehouse.intake.quoting import Quoting
from warehouse.source.profile import Profile, ProfiledColumn

_DELIMITERS: Final = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
_LONGEST_EXAMPLE: Final = 28
_TYPES: Final = {
    "whole_number": "whole number",
    "timestamp": "date and time",
    "flag": "yes or no",
    "identifier": "text",
}


def file_lines(profile: Profile) -> Iterator[str]:
    """What the file is as a whole, a line each."""
    table, outline = profile.table, profile.outline
    if table is not None:
        mark = ", byte order mark" if table.has_mark else ""
        mark += ", lines end with CR" if table.has_cr else ""
        yield f"text      {table.encoding}{mark}, {_DELIMITERS[table.delimiter]} between fields"
        yield from _quoting_lines(table.quoting)
    if outline is not None:
        if outline.titles:
            texts = " / ".join(row.text.strip() for row in outline.titles if row.text.strip())
            yield f"titles    {len(outline.titles)} lines above the header: {_cut(texts, 80)}"
        if outline.header_rows > 1:
            yield f"header    {outline.header_rows} lines, read as one"
        if not outline.header_rows:
            yield "header    none; columns are told by their order, and records begin on line 2"
        if outline.footer:
            shown = _cut(outline.footer[0].text, 60)
            yield f"footer    {len(outline.footer)} lines, the first of them: {shown}"
    if profile.null_words:
        yield f"nothing   is also written {', '.join(map(repr, profile.null_words))}"
    if profile.left_out:
        yield f"left out  {', '.join(profile.left_out)}: no name and no values"
    yield f"records   {profile.records:,}"
    others = [candidate for candidate in profile.keys if candidate != profile.key]
    also = f" (or {'; '.join(' + '.join(one) for one in others[:3])})" if others else ""
    if profile.key:
        yield f"key       {' + '.join(profile.key)}{also}"
    else:
        yield "key       none: records are the same when all they say is; if there is one, name it with --key"


def _quoting_lines(quoting: Quoting) -> Iterator[str]:
    if not quoting.quote:
        yield "quotes    stand for themselves: no field is quoted"
    elif quoting.quote != '"':
        yield f"quotes    are {quoting.quote}"
    if quoting.escape:
        yield "quotes    have a backslash before them inside fields"
    if quoting.skip_blanks:
        yield "quotes    may have blanks before them"


def column_table(profile: Profile) -> Shown:
    """A row per column."""
    shown = Shown(box=SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0))
    shown.add_column("column", no_wrap=True)
    shown.add_column("in the file")
    shown.add_column("type", no_wrap=True)
    shown.add_column("blank", justify="right")
    shown.add_column("different", justify="right")
    shown.add_column("from … to, or an example")
    for column in profile.columns:
        name = Text(column.name, style="bold" if column.name in profile.key else "")
        shown.add_row(
            name,
            Text(column.header or f"(no name, number {column.place})"),
            Text(_type(column)),
            f"{column.nulls:,}",
            f"{column.distinct:,}",
            Text(_values(column)),
        )
    return shown


def _type(column: ProfiledColumn) -> str:
    kind = column.kind
    said = _TYPES.get(kind.typed_as, kind.typed_as)
    if kind.date_format:
        return f"{said} {kind.date_format}"
    extra = [kind.unit] if kind.unit and kind.typed_as != "percent" else []
    if kind.decimal_mark == "," and kind.typed_as != "text":
        extra.append("decimal comma")
    return f"{said}, {', '.join(extra)}" if extra else said


def _values(column: ProfiledColumn) -> str:
    if column.kind.least:
        return f"{column.kind.least} … {column.kind.greatest}"
    if column.few:
        return _cut(" | ".join(column.few), 2 * _LONGEST_EXAMPLE)
    return _cut(column.example, _LONGEST_EXAMPLE)


def _cut(text: str, length: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= length else f"{line[: length - 1]}…"
