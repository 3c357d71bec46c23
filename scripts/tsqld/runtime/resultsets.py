"""EXECUTE … WITH RESULT SETS: the shape a caller gives to what a procedure or text returns.

Specification: Microsoft Learn, "EXECUTE", section "WITH result_sets_option".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from tsqld.errors import error
from tsqld.events import Column, Columns, Event, Rows
from tsqld.types import SqlType

Convert = Callable[[Any, SqlType, SqlType], Any]
Shapes = Sequence[Sequence[Column]]


def shaped(events: Iterator[Event], shapes: Shapes, convert: Convert, line: int) -> Iterator[Event]:
    """Events with every result set renamed and converted as `shapes` says.

    Errors 11535 to 11538 and 11553 where the sets are others than promised.
    """
    sets = 0
    source: tuple[Column, ...] = ()
    for event in events:
        if isinstance(event, Columns):
            if sets >= len(shapes):
                raise error(11535, len(shapes), line=line)
            source = event.columns
            target = shapes[sets]
            sets += 1
            if len(target) != len(source):
                raise error(11537, len(target), sets, len(source), line=line)
            yield Columns(tuple(target))
        elif isinstance(event, Rows):
            yield Rows([_converted(row, source, target, convert, sets, line) for row in event.rows])
        else:
            yield event
    if sets < len(shapes):
        raise error(11536, len(shapes), sets, line=line)


def _converted(
    row: Sequence[Any],
    source: Sequence[Column],
    target: Sequence[Column],
    convert: Convert,
    place: int,
    line: int,
) -> tuple[Any, ...]:
    values = []
    for position, (value, old, new) in enumerate(zip(row, source, target, strict=True), 1):
        if value is None and not new.nullable:
            raise error(11553, position, place, line=line)
        values.append(convert(value, old.type, new.type))
    return tuple(values)
