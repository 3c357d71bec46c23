"""Items of a SELECT list that differ in nothing but the column they read, compiled and planned once.

A table of three hundred columns has three hundred times `TRY_CONVERT(int, bronze.integer_text(x))`. DuckDB
would plan each of them and hold a vector for each of its operands: gigabytes. Here the columns are put into
lists, a lambda over each list computes its items, and a SELECT around takes the lists apart.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from tsqld.binder.bound import Bound
from tsqld.binder.scope import Relation, RelationColumn, Scope
from tsqld.compile.grouping import is_aggregate
from tsqld.syntax import nodes as n
from tsqld.syntax.visit import field_names, walk

WIDE: Final = 64
"""Shorter SELECT lists are left as they are: a list is computed whole where one of its items is asked for."""
_FEWEST: Final = 4
"""So many items must be alike."""
_LONGEST: Final = 64
"""Columns in a list: what filters by an item computes the whole list once more."""
_SHORTEST: Final = 100
"""Text of an item that is shorter costs less than a list does."""
_APART: Final = (n.Subquery, n.Exists, n.InQuery, n.Quantified, n.NextValue, n.Default)
_VOLATILE: Final = frozenset({"NEWID", "NEWSEQUENTIALID", "RAND", "CRYPT_GEN_RANDOM"})
_QUERY: Final = re.compile(r"\bSELECT\b", re.IGNORECASE)


class _NotAlike(Exception):
    """The expression reads no column or several, or holds what a lambda may not."""


@dataclass(slots=True)
class Alike:
    """The items of a SELECT list that are computed in lists l1 … ln of a subquery `alias`."""

    alias: str
    columns: list[list[str]] = field(default_factory=list)
    """What each list is made of, and below: what is computed of each element, as (name, text)."""
    bodies: list[tuple[str, str]] = field(default_factory=list)
    places: set[int] = field(default_factory=set)
    """Which items come from a list, counted from 1."""
    kinds: dict[object, _Kind | None] = field(default_factory=dict)

    def element(self, kind: _Kind, column: RelationColumn, place: int) -> Bound:
        """The item at `place`, its column added to the list that is being filled."""
        if kind.filling is None or len(self.columns[kind.filling]) == _LONGEST:
            kind.filling = len(self.columns)
            self.columns.append([])
            self.bodies.append((kind.mark, kind.value.sql))
        self.columns[kind.filling].append(column.sql)
        self.places.add(place)
        number = len(self.columns[kind.filling])
        return kind.value.with_sql(f"{self.alias}.l{kind.filling + 1}[{number}]")

    def below(self, values: Sequence[Bound]) -> list[str]:
        """What the subquery lists: the items computed by themselves, and the lists."""
        plain = [f"{value.sql} AS c{i}" for i, value in enumerate(values, 1) if i not in self.places]
        for number, (columns, (mark, body)) in enumerate(zip(self.columns, self.bodies, strict=True), 1):
            plain.append(f"list_transform([{', '.join(columns)}], lambda {mark}: {body}) AS l{number}")
        return plain

    def around(self, values: Sequence[Bound], below: str) -> str:
        """The SELECT over the subquery."""
        listed = [
            f"{value.sql if i in self.places else f'{self.alias}.c{i}'} AS c{i}"
            for i, value in enumerate(values, 1)
        ]
        return f"SELECT {', '.join(listed)} FROM ({below}) AS {self.alias}"


@dataclass(slots=True)
class _Kind:
    """Items of one shape over columns of one type: the value of `mark`, and the list being filled."""

    mark: str
    value: Bound
    filling: int | None = None


class AlikeItems:
    """Finds a SELECT list's items that are alike, as they are compiled one after another."""

    def __init__(self, select: n.Select, alias: str) -> None:
        self.found = Alike(alias)
        self._shapes = [
            _shape_of(item.expression) if isinstance(item, n.SelectItem) else None for item in select.items
        ]
        self._counts = Counter(shape for shape in self._shapes if shape is not None)

    def value(
        self,
        number: int,
        node: n.Expression,
        place: int,
        column_of: Callable[[n.ColumnName], tuple[RelationColumn, Relation, Scope]],
        compiled: Callable[[Scope], Bound | None],
    ) -> Bound | None:
        """The item `number`, the result's column `place`, as an element of a list; None where it has to be
        compiled by itself.

        `compiled` gives the value of the expression in a scope whose only column is the lambda's.
        """
        shape = self._shapes[number]
        if shape is None or self._counts[shape] < _FEWEST:
            return None
        column, relation, scope = column_of(_column_in(node))
        key = (shape, column.type, column.nullable)
        if key not in self.found.kinds:
            mark = f"{self.found.alias}_{len(self.found.kinds)}"
            only = replace(relation, columns=(replace(column, sql=mark),), access=None)
            value = compiled(Scope([only], scope.parent, scope.ctes))
            self.found.kinds[key] = _Kind(mark, value) if value is not None else None
        kind = self.found.kinds[key]
        return self.found.element(kind, column, place) if kind is not None else None


def fits(value: Bound) -> bool:
    """Whether a lambda may compute the value, and is worth it."""
    if value.is_literal or value.exact or value.aggregated or value.windowed:
        return False
    return len(value.sql) >= _SHORTEST and not _QUERY.search(value.sql)


def _shape_of(node: n.Expression) -> object | None:
    """The expression without its one column's name; None where it has none, or holds what sets it apart."""
    if isinstance(node, n.ColumnName | n.Literal | n.Null | n.Variable):
        return None
    names: set[tuple[str, ...]] = set()
    try:
        shape = _shape(node, names)
    except _NotAlike:
        return None
    return shape if len(names) == 1 else None


def _shape(value: object, names: set[tuple[str, ...]]) -> object:
    if isinstance(value, tuple):
        return tuple(_shape(part, names) for part in value)
    if not isinstance(value, n.Node):
        return (value,)
    if isinstance(value, n.ColumnName):
        names.add(tuple(part.lower() for part in value.parts))
        if len(names) > 1 or value.parts[-1].startswith("$"):
            raise _NotAlike
        return n.ColumnName
    if isinstance(value, _APART) or is_aggregate(value):
        raise _NotAlike
    if isinstance(value, n.Call) and (value.over is not None or value.name[-1].upper() in _VOLATILE):
        raise _NotAlike
    kind: Any = type(value)
    fields = (getattr(value, name) for name in field_names(kind) if name != "line")
    return (kind, *(_shape(part, names) for part in fields))


def _column_in(node: n.Expression) -> n.ColumnName:
    return next(found for found in walk(node) if isinstance(found, n.ColumnName))
