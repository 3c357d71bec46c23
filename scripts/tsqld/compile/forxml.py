"""Compiles FOR XML: the rows of a query become one XML text.

Specification: Microsoft Learn, "Use PATH mode with FOR XML", "Use RAW mode", "Use AUTO mode", "Columns with a
name specified as an XPath". EXPLICIT mode, schemas and binary data as URLs are refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from tsqld.binder.bound import Bound
from tsqld.compile.text import OutColumn
from tsqld.errors import error, unsupported
from tsqld.functions import json_text
from tsqld.functions.sqltext import let, quote
from tsqld.syntax import nodes as n

RAW_TEXT: Final = "RAW TEXT"
"""An option of ours: the text of the XML alone, as .value('.', …) reads it."""
_OPTIONS: Final = ("ROOT", "TYPE", "ELEMENTS", "BINARY", RAW_TEXT)
_INLINE: Final = ("", "*", "text()", "node()", "data()")
_XSI: Final = ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'


@dataclass(slots=True)
class _Element:
    """An element that is open while columns that name it follow one another."""

    tag: str
    attributes: list[str] = field(default_factory=list)
    content: list[str | _Element] = field(default_factory=list)
    spaced: bool = False
    """Whether the last piece of content is data(), which the next one follows behind a space."""

    def text(self) -> str:
        """DuckDB text of the element, NULL where it has neither attributes nor content."""
        heads, body = _joined(self.attributes), self.inner()
        pair = f"{{h: {heads}, b: {body}}}"
        opening, closing = quote(f"<{self.tag}"), quote(f"</{self.tag}>")
        return let(
            pair,
            lambda e: (
                f"CASE WHEN {e}.h <> '' OR {e}.b <> '' THEN {opening} || {e}.h || CASE WHEN {e}.b = '' "
                f"THEN '/>' ELSE '>' || {e}.b || {closing} END END"
            ),
        )

    def inner(self) -> str:
        return _joined([part if isinstance(part, str) else part.text() for part in self.content])


def _joined(parts: Sequence[str]) -> str:
    return "(" + (" || ".join(f"coalesce({part}, '')" for part in parts) or "''") + ")"


@dataclass(frozen=True, slots=True)
class Source:
    """The rows to be written: columns, DuckDB alias, FROM text, order, and how the tables were written."""

    columns: Sequence[OutColumn]
    alias: str
    text: str
    keys: str
    written: dict[str, str]


class Writer:
    """One FOR XML clause."""

    def __init__(self, clause: n.ForClause, source: Source) -> None:
        self.clause, self.source = clause, source
        self.options = dict(clause.options)
        for option in self.options:
            if option not in _OPTIONS:
                raise unsupported(f"FOR {clause.mode} … {option}", clause.line)
        if clause.mode == "XML EXPLICIT":
            raise unsupported("FOR XML EXPLICIT", clause.line)
        self.nil = self.options.get("ELEMENTS") == "XSINIL"
        self.attributes = clause.mode != "XML PATH" and "ELEMENTS" not in self.options
        self.element = "row" if clause.element is None else clause.element
        if not self.element and self.attributes:
            raise error(6864, line=clause.line)

    def sql(self) -> str:
        """The query of one row and column that the clause makes of its source."""
        if RAW_TEXT in self.options:
            rows = self._aggregated(_joined([self._text(i) for i in range(len(self.source.columns))]))
        elif self.clause.mode == "XML AUTO":
            rows = self._auto()
        else:
            rows = self._rows()
        if "ROOT" in self.options and RAW_TEXT not in self.options:
            root = xml_name(self.options["ROOT"] if self.options["ROOT"] is not None else "root")
            opening, closing = quote(f"<{root}{_XSI if self.nil else ''}>"), quote(f"</{root}>")
            rows = f"{opening} || {rows} || {closing}"
        return f"SELECT {rows} AS c1 FROM {self.source.text} HAVING count(*) > 0"

    def _aggregated(self, body: str, separator: str = "") -> str:
        return f"string_agg({body}, {quote(separator)} ORDER BY {self.source.keys})"

    # PATH and RAW

    def _rows(self) -> str:
        row = _Element(xml_name(self.element))
        path = self.clause.mode == "XML PATH"
        if self.nil and self.element and "ROOT" not in self.options:
            row.attributes.append(quote(_XSI))
        for place, column in enumerate(self.source.columns):
            if not path and not column.name:
                raise error(6809, line=self.clause.line)
            if path:
                self._place(row, column.name, place)
            elif self.attributes:
                row.attributes.append(self._attribute(column.name, place))
            else:
                row.content.append(self._leaf(column.name, place))
        if not self.element:
            names = [column.name for column in self.source.columns]
            only = self._text(0) if names == ["data()"] else row.inner()
            return self._aggregated(only, " " if names == ["data()"] else "")
        empty = quote(f"<{row.tag}/>")
        return self._aggregated(f"coalesce({row.text()}, {empty})")

    def _place(self, row: _Element, name: str, place: int) -> None:
        """Put a column where its XPath says. Error 6852 for an attribute behind content."""
        *steps, last = name.split("/") if name not in _INLINE else [name]
        element = row
        for step in steps:
            if not step:
                raise error(6850, name, line=self.clause.line)
            latest = element.content[-1] if element.content else None
            if not (isinstance(latest, _Element) and latest.tag == xml_name(step)):
                latest = _Element(xml_name(step))
                element.content.append(latest)
            element = latest
        if last.startswith("@"):
            if element.content:
                raise error(6852, name, line=self.clause.line)
            if element is row and not self.element:
                raise error(6864, line=self.clause.line)
            element.attributes.append(self._attribute(last[1:], place))
            return
        if last == "data()" and element.spaced:
            element.content.append(f"' ' || {self._escaped(place)}")
        elif last in _INLINE:
            element.content.append(self._escaped(place))
        elif last == "comment()":
            element.content.append(f"'<!--' || {self._text(place)} || '-->'")
        elif last.endswith(")"):
            raise unsupported(f"the path '{name}' in FOR XML", self.clause.line)
        else:
            element.content.append(self._leaf(last, place))
        element.spaced = last == "data()"

    def _leaf(self, name: str, place: int) -> str:
        tag = xml_name(name)
        opening, closing, nil = quote(f"<{tag}>"), quote(f"</{tag}>"), quote(f'<{tag} xsi:nil="true"/>')
        written = f"({opening} || {self._escaped(place)} || {closing})"
        return f"coalesce({written}, {nil})" if self.nil else written

    def _attribute(self, name: str, place: int) -> str:
        opening = quote(f' {xml_name(name)}="')
        return f"({opening} || {self._escaped(place, attribute=True)} || '\"')"

    # AUTO

    def _auto(self) -> str:
        """Each table's columns are an element, which holds those of the tables named after it."""
        levels: dict[str, list[str]] = {}
        current = ""
        for place, column in enumerate(self.source.columns):
            if not column.name:
                raise error(6809, line=self.clause.line)
            current = owner_of(column) or current or next(iter(levels), "")
            if not current:
                raise unsupported("FOR XML AUTO of columns of no table", self.clause.line)
            made = self._attribute if self.attributes else self._leaf
            levels.setdefault(current, []).append(made(column.name, place))
        texts = ", ".join(_joined(parts) for parts in levels.values())
        tags = ", ".join(quote(xml_name(self.source.written.get(owner, owner))) for owner in levels)
        head = quote(_XSI if self.nil and "ROOT" not in self.options else "")
        rows = f"list([{texts}] ORDER BY {self.source.keys})"
        return f"tsqld_xml_nested({rows}, [{tags}], {self.attributes}, {head})"

    # values

    def _bound(self, place: int) -> Bound:
        return Bound(f"{self.source.alias}.c{place + 1}", self.source.columns[place].type)

    def _text(self, place: int) -> str:
        return xml_text(self._bound(place), self.clause.line)

    def _escaped(self, place: int, *, attribute: bool = False) -> str:
        """A value as it stands in XML; XML itself is not escaped again."""
        column = self.source.columns[place]
        if column.type.is_binary and self.attributes and "BINARY" not in self.options:
            raise unsupported(
                f"binary data in FOR {self.clause.mode} without BINARY BASE64", self.clause.line
            )
        if column.type.name == "xml" and not attribute:
            return self._text(place)
        return escaped(self._text(place), attribute=attribute)


def owner_of(column: OutColumn) -> str:
    """The DuckDB alias of the table a column comes from."""
    return column.source.sql.split(".", 1)[0] if column.source is not None else ""


def xml_text(value: Bound, line: int) -> str:
    """A value as FOR XML writes it: like JSON, without quotes; bit as 0 or 1."""
    if value.type.is_text:
        return value.sql
    if value.type.name == "bit":
        return f"CAST(CAST({value.sql} AS INTEGER) AS VARCHAR)"
    text = json_text(value, line)
    return f"trim({text}, '\"')" if not value.type.is_number else text


def escaped(text: str, *, attribute: bool = False) -> str:
    pairs = [("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")]
    if attribute:
        pairs += [('"', "&quot;"), ("\t", "&#x09;"), ("\n", "&#x0A;")]
    for plain, entity in [*pairs, ("\r", "&#x0D;")]:
        shown = f"chr({ord(plain)})" if plain < " " else quote(plain)
        text = f"replace({text}, {shown}, {quote(entity)})"
    return text


def xml_name(name: str) -> str:
    """A column name as an XML name: what may not stand in one becomes _xHHHH_."""
    made = []
    for position, char in enumerate(name):
        allowed = char.isalpha() or char == "_" or (position and (char.isdigit() or char in "-."))
        made.append(char if allowed else f"_x{ord(char):04X}_")
    return "".join(made)
