"""Values on their way between Python, DuckDB and T-SQL variables."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from tsqld.types import SqlType

_EPOCH = dt.datetime(1970, 1, 1)


def to_duck(value: Any, type: SqlType | None) -> Any:
    """A Python value as a DuckDB parameter."""
    if isinstance(value, dt.datetime) and value.tzinfo is not None:
        offset = value.utcoffset() or dt.timedelta()
        return {
            "utc": value.astimezone(dt.UTC).replace(tzinfo=None),
            "minutes": int(offset.total_seconds() // 60),
        }
    if type is not None and type.name == "sql_variant":
        return _variant(value)
    return value


def _variant(value: Any) -> Any:
    """What a property function answers, with the base type its value has."""
    match value:
        case str():
            return {"type": f"nvarchar({len(value) or 1})", "text": value}
        case int():
            return {"type": "int", "text": str(int(value))}
    return value


def from_duck(type: SqlType) -> Callable[[Any], Any] | None:
    """How a fetched DuckDB value of `type` becomes the Python value; None when it already is."""
    if type.name == "datetimeoffset":
        return _aware
    if type.is_binary:
        return _bytes
    return None


def _aware(value: Any) -> Any:
    if value is None:
        return None
    zone = dt.timezone(dt.timedelta(minutes=value["minutes"]))
    return value["utc"].replace(tzinfo=dt.UTC).astimezone(zone)


def _bytes(value: Any) -> Any:
    return None if value is None else bytes(value)


def rows_from_duck(rows: list[tuple[Any, ...]], types: Sequence[SqlType]) -> Sequence[Sequence[Any]]:
    """Fetched rows as Python values."""
    converters = [(i, convert) for i, type in enumerate(types) if (convert := from_duck(type)) is not None]
    if not converters:
        return rows
    out = []
    for row in rows:
        values = list(row)
        for i, convert in converters:
            values[i] = convert(values[i])
        out.append(values)
    return out
