"""Values on their way between Python, DuckDB and T-SQL variables."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from tsqld.errors import error
from tsqld.functions.ticks import is_fine
from tsqld.runtime.placeholders import UNKEPT
from tsqld.ticks import FineDatetime, FineTime, clock, moment, ticks_of, zoned, zoned_ticks
from tsqld.types import SqlType

_EPOCH = dt.datetime(1970, 1, 1)


def whole_number(value: Any) -> int:
    """What stands where an int is asked for. Error 8114 of text and others that are no number."""
    try:
        return int(value)
    except (TypeError, ValueError):
        raise error(8114, "nvarchar", "int") from None


def to_duck(value: Any, type: SqlType | None) -> Any:
    """A Python value as a DuckDB parameter; UNKEPT for a moment with a seventh digit."""
    if isinstance(value, FineDatetime | FineTime):
        return UNKEPT
    if isinstance(value, dt.datetime) and value.tzinfo is not None:
        offset = value.utcoffset() or dt.timedelta()
        return {
            "utc": value.astimezone(dt.UTC).replace(tzinfo=None),
            "minutes": int(offset.total_seconds() // 60),
        }
    if type is not None and type.name == "sql_variant":
        return _variant(value)
    return value


def in_ticks(value: Any) -> Any:
    """A moment as a DuckDB parameter in ticks of 100 ns."""
    if value is None:
        return None
    return (
        zoned_ticks(value) if isinstance(value, dt.datetime) and value.tzinfo is not None else ticks_of(value)
    )


def _variant(value: Any) -> Any:
    """What a property function answers, with the base type its value has."""
    match value:
        case str():
            return {"type": f"nvarchar({len(value) or 1})", "text": value}
        case int():
            return {"type": "int", "text": str(int(value))}
        case dt.datetime():
            return {"type": "datetime", "text": value.isoformat(" ")}
        case (str(base), told):
            return {"type": base, "text": str(told)}
    return value


def from_duck(type: SqlType) -> Callable[[Any], Any] | None:
    """How a fetched DuckDB value of `type` becomes the Python value; None when it already is."""
    if type.name == "datetimeoffset":
        return _aware
    if type.is_binary:
        return _bytes
    if is_fine(type):
        return _clock if type.name == "time" else _moment
    return None


def _moment(value: Any) -> Any:
    return moment(value) if isinstance(value, int) else value


def _clock(value: Any) -> Any:
    return clock(value) if isinstance(value, int) else value


def _aware(value: Any) -> Any:
    if value is None or value is UNKEPT:
        return value
    if "ticks" in value:
        return zoned(value["ticks"], value["minutes"])
    zone = dt.timezone(dt.timedelta(minutes=value["minutes"]))
    return value["utc"].replace(tzinfo=dt.UTC).astimezone(zone)


def _bytes(value: Any) -> Any:
    return None if value is None else bytes(value)


def rows_from_duck(rows: list[tuple[Any, ...]], types: Sequence[SqlType]) -> Sequence[Sequence[Any]]:
    """Fetched rows as Python values."""
    converters = [
        (i, convert)
        for i, type in enumerate(types)
        if (convert := from_duck(type)) is not None and not _is_plain(rows, i, type)
    ]
    if not converters:
        return rows
    out = []
    for row in rows:
        values = list(row)
        for i, convert in converters:
            values[i] = convert(values[i])
        out.append(values)
    return out


def _is_plain(rows: list[tuple[Any, ...]], place: int, type: SqlType) -> bool:
    """Whether a column of datetime2(7) or time(7) came in microseconds, as Python has them, not in ticks."""
    if not is_fine(type) or type.name == "datetimeoffset":
        return False
    return not isinstance(next((row[place] for row in rows if row[place] is not None), None), int)
