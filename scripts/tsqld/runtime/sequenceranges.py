"""sp_sequence_get_range: many values of a sequence at once, as OUTPUT parameters.

Specification: Microsoft Learn, "sys.sp_sequence_get_range".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from tsqld.catalog.model import Sequence as SequenceObject
from tsqld.errors import error, unsupported
from tsqld.events import Argument, Event, ReturnStatus, ReturnValue
from tsqld.runtime.metadata import name_parts
from tsqld.runtime.session import Session
from tsqld.runtime.values import whole_number
from tsqld.types import INT, SqlType

_NAMES: Final = (
    "sequence_name",
    "range_size",
    "range_first_value",
    "range_last_value",
    "range_cycle_count",
    "sequence_increment",
    "sequence_min_value",
    "sequence_max_value",
)
_VARIANT: Final = SqlType("sql_variant")


def get_range(session: Session, database: str, arguments: Sequence[Argument]) -> Iterator[Event]:
    """Errors: 201, 8144, 8145 for the parameters, 208 and 11726 for the name, 11732 where the range does not
    fit."""
    given = _given(arguments)
    name = str(given["sequence_name"][1].value)
    parts = name_parts(name) or (name,)
    found = session.catalog(database).object(parts[-2] if len(parts) > 1 else "dbo", parts[-1])
    if found is None:
        raise error(208, name)
    if not isinstance(found, SequenceObject):
        raise error(11726, name)
    size = whole_number(given["range_size"][1].value or 0)
    if size < 1:
        raise unsupported("sp_sequence_get_range of less than one value")
    taken = session.engine.counters.sequence_range(database, found, size)
    if taken is None:
        raise error(11732, f"{found.schema}.{found.name}")
    first, last, cycles = taken
    values: dict[str, Any] = {
        "range_first_value": _variant(found.type, first),
        "range_last_value": _variant(found.type, last),
        "range_cycle_count": cycles,
        "sequence_increment": _variant(found.type, found.increment),
        "sequence_min_value": _variant(found.type, found.minimum),
        "sequence_max_value": _variant(found.type, found.maximum),
    }
    for key, value in values.items():
        if key in given and given[key][1].is_output:
            type = INT if key == "range_cycle_count" else _VARIANT
            yield ReturnValue(f"@{key}", type, value, given[key][0])
    yield ReturnStatus(0)


def _given(arguments: Sequence[Argument]) -> dict[str, tuple[int, Argument]]:
    """Each argument with its place, by parameter."""
    found = {}
    for place, argument in enumerate(arguments):
        if not argument.name and place >= len(_NAMES):
            raise error(8144, "sp_sequence_get_range")
        key = argument.name.lower().lstrip("@") or _NAMES[place]
        if key not in _NAMES:
            raise error(8145, argument.name, "sp_sequence_get_range")
        found[key] = (place, argument)
    for key in _NAMES[:3]:
        if key not in found:
            raise error(201, "sp_sequence_get_range", f"@{key}")
    return found


def _variant(type: SqlType, value: int) -> dict[str, str]:
    return {"type": str(type), "text": str(value)}
