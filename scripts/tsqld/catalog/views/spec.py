"""How a catalog view is declared, and how its rows become DuckDB text.

A declaration is its columns in one text – `name sysname, object_id int, is_published bit = 0` – and a
function that yields one dict a row; a column that a row leaves out has the default behind `=`, or NULL.
Columns and their order are those of Microsoft Learn's page of the view.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tsqld.binder.scope import quoted
from tsqld.catalog.model import Catalog
from tsqld.compile.context import SystemRelation
from tsqld.compile.pinned import Pins
from tsqld.functions.sqltext import duck_type, quote
from tsqld.types import MAX, SYSNAME, SqlType

if TYPE_CHECKING:
    from tsqld.runtime.session import Session

Row = dict[str, Any]
Rows = Callable[["Session", Catalog], Iterable[Row]]
_COLUMN: Final = re.compile(r"(\w+) (\w+)(?:\((\w+)(?:, *(\d+))?\))?(?: = ('[^']*'|\S+))?$")


@dataclass(frozen=True, slots=True)
class View:
    """A catalog view: its columns with their types, the defaults of some, and what yields its rows."""

    columns: tuple[tuple[str, SqlType], ...]
    defaults: Mapping[str, Any]
    rows: Rows

    def relation(self, session: Session, catalog: Catalog) -> SystemRelation:
        def text(pins: Pins) -> str:
            if session.only_binding or None in pins.values():
                return self._text([])
            return self._text([row for row in self.rows(session, catalog) if self._has(row, pins)])

        return SystemRelation(self.columns, text)

    def _has(self, row: Row, pins: Pins) -> bool:
        return all(row.get(name, self.defaults.get(name)) == value for name, value in pins.items())

    def _text(self, rows: list[Row]) -> str:
        """Rows as JSON, which DuckDB reads ten times as fast as a list of VALUES; defaults as constants."""
        given = [name for name, _ in self.columns if any(name in row for row in rows)]
        types = dict(self.columns)
        texts = []
        for name, type in self.columns:
            source = _read(name, type) if name in given else _literal(self.defaults.get(name), type)
            texts.append(f"CAST({source} AS {duck_type(type)}) AS {quoted(name)}")
        select = f"SELECT {', '.join(texts)}"
        if not rows:
            return f"({select} WHERE FALSE)"
        if not given:
            return f"({' UNION ALL '.join([select] * len(rows))})"
        data = [
            {name: _json(row.get(name, self.defaults.get(name)), types[name]) for name in given}
            for row in rows
        ]
        shape = [{name: _shape(types[name]) for name in given}]
        source = f"from_json({quote(json.dumps(data))}, {quote(json.dumps(shape))})"
        return f"({select} FROM (SELECT unnest({source}) AS v))"


def view(columns: str, rows: Rows) -> View:
    """Declare a view."""
    names, defaults = [], {}
    for written in re.split(r",\s*(?![^(]*\))", columns.strip()):
        match = _COLUMN.match(" ".join(written.split()))
        assert match is not None, written
        name, word, first, second, default = match.groups()
        names.append((name, _type(word, first, second)))
        if default is not None:
            defaults[name] = default[1:-1] if default[0] == "'" else int(default)
    return View(tuple(names), defaults, rows)


def _type(word: str, first: str | None, second: str | None) -> SqlType:
    if word == "sysname":
        return SYSNAME
    if word in ("decimal", "numeric"):
        return SqlType(word, precision=int(first or 18), scale=int(second or 0))
    if word in ("datetime2", "datetimeoffset", "time"):
        return SqlType(word, scale=int(first or 7))
    length = MAX if first == "max" else int(first or 0)
    return SqlType(word, length)


def _shape(type: SqlType) -> Any:
    """How from_json is to read a column."""
    if type.name == "sql_variant":
        return {"type": "VARCHAR", "text": "VARCHAR"}
    return "VARCHAR" if type.is_binary else duck_type(type)


def _read(name: str, type: SqlType) -> str:
    """A column of the unnested rows."""
    source = f"v.{quoted(name)}"
    return f"from_hex({source})" if type.is_binary else source


def _json(value: Any, type: SqlType) -> Any:
    if value is None:
        return None
    if type.name == "bit":
        return bool(value)
    if type.name == "sql_variant":
        base, text = value if isinstance(value, tuple) else (_base(value), value)
        return {"type": base, "text": str(text)}
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int | float):
        return value
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, bytes):
        return value.hex()
    return str(value).ljust(type.length) if type.name in ("char", "nchar") else str(value)


def _literal(value: Any, type: SqlType) -> str:
    if value is None:
        return "NULL"
    if type.name == "bit":
        return "TRUE" if value else "FALSE"
    if type.name == "sql_variant":
        base, text = value if isinstance(value, tuple) else (_base(value), value)
        return f"{{type: {quote(base)}, text: {quote(str(text))}}}"
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, dt.datetime):
        return f"TIMESTAMP '{value.isoformat(sep=' ')}'"
    if isinstance(value, bytes):
        return f"from_hex('{value.hex()}')"
    return quote(str(value).ljust(type.length) if type.name in ("char", "nchar") else str(value))


def _base(value: Any) -> str:
    """The base type of a value in a sql_variant column."""
    return "int" if isinstance(value, int) else f"nvarchar({max(len(str(value)), 1)})"
