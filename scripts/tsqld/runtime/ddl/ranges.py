"""Ranges of values: what a partition holds, and what trusted check constraints let into a table.

SWITCH into a partitioned table needs the proof that every row of the source lies in the target's partition.
It comes from the definitions alone: comparisons of the partitioning column with constants, joined by AND.
Anything else proves nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from tsqld.catalog.model import Column, PartitionFunction, Table
from tsqld.errors import TsqlError
from tsqld.syntax import nodes as n
from tsqld.syntax.walk import parse_condition, parse_value, walk
from tsqld.types import SqlType

Constant = Callable[[n.Expression, SqlType], Any]
_MIRROR = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "="}


@dataclass(frozen=True, slots=True)
class Bounds:
    """From `low` to `high`, each included or not, None for no end; `null` whether NULL is let in."""

    low: Any = None
    low_included: bool = True
    high: Any = None
    high_included: bool = True
    null: bool = True

    def inside(self, other: Bounds) -> bool:
        """Whether every value here is one of the other's."""
        if self.null and not other.null:
            return False
        return self._above(other) and self._below(other)

    def _above(self, other: Bounds) -> bool:
        if other.low is None:
            return True
        if self.low is None:
            return False
        return bool(self.low > other.low) or (
            self.low == other.low and (other.low_included or not self.low_included)
        )

    def _below(self, other: Bounds) -> bool:
        if other.high is None:
            return True
        if self.high is None:
            return False
        return bool(self.high < other.high) or (
            self.high == other.high and (other.high_included or not self.high_included)
        )

    def narrowed(self, operator: str, value: Any) -> Bounds:
        """With `column <operator> value` known as well."""
        bounds = self
        if operator in (">", ">=", "=") and (bounds.low is None or value >= bounds.low):
            bounds = replace(bounds, low=value, low_included=operator != ">")
        if operator in ("<", "<=", "=") and (bounds.high is None or value <= bounds.high):
            bounds = replace(bounds, high=value, high_included=operator != "<")
        return bounds


def partition_bounds(function: PartitionFunction, number: int, constant: Constant) -> Bounds:
    """What the numbered partition holds; NULL lies in the first."""
    values = [constant(parse_value(text), function.type) for text in function.values]
    low = values[number - 2] if number > 1 else None
    high = values[number - 1] if number <= len(values) else None
    return Bounds(low, function.right, high, not function.right, null=number == 1)


def allowed_by(table: Table, column: Column, type: SqlType, constant: Constant) -> Bounds:
    """What the trusted checks of a table let into a column. A check lets NULL pass unless it says IS NOT
    NULL."""
    bounds = Bounds(null=column.nullable)
    for check in table.checks:
        if check.disabled or not check.trusted:
            continue
        for part in _conjuncts(parse_condition(check.text)):
            bounds = _with(bounds, part, column, type, constant)
    return bounds


def _conjuncts(node: n.Expression) -> Iterator[n.Expression]:
    if isinstance(node, n.Logical) and node.operator == "AND":
        yield from _conjuncts(node.left)
        yield from _conjuncts(node.right)
    elif isinstance(node, n.Between) and not node.negated:
        yield n.Comparison(node.line, ">=", node.operand, node.low)
        yield n.Comparison(node.line, "<=", node.operand, node.high)
    else:
        yield node


def _with(bounds: Bounds, part: n.Expression, column: Column, type: SqlType, constant: Constant) -> Bounds:
    if isinstance(part, n.IsNull) and part.negated and _is_column(part.operand, column):
        return replace(bounds, null=False)
    if not isinstance(part, n.Comparison) or part.operator not in _MIRROR:
        return bounds
    if _is_column(part.left, column) and _is_constant(part.right):
        operator, value = part.operator, part.right
    elif _is_column(part.right, column) and _is_constant(part.left):
        operator, value = _MIRROR[part.operator], part.left
    else:
        return bounds
    try:
        return bounds.narrowed(operator, constant(value, type))
    except TsqlError:
        return bounds


def _is_column(node: n.Expression, column: Column) -> bool:
    return isinstance(node, n.ColumnName) and node.parts[-1].lower() == column.name.lower()


def _is_constant(node: n.Expression) -> bool:
    kinds = (n.Literal, n.Unary, n.Cast, n.TypeName)
    return all(isinstance(inner, kinds) for inner in walk(node))
