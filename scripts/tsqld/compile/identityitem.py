"""IDENTITY(type, seed, increment) in the select list of SELECT … INTO, which numbers the new table's rows.

Source: Microsoft Learn, "IDENTITY (Function)". Errors: 177 without INTO, 8108 beside an inherited identity.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tsql.tokens import Kind
from tsqld.binder.scope import RelationColumn
from tsqld.binder.typenames import resolve
from tsqld.compile.text import OutColumn
from tsqld.errors import unsupported
from tsqld.functions.sqltext import duck_type
from tsqld.syntax import nodes as n
from tsqld.types import SqlType


@dataclass(frozen=True, slots=True)
class IdentityItem:
    """The item at `position` (from 0), called `alias`, and how it numbers the rows."""

    position: int
    alias: str
    type: SqlType
    seed: int
    increment: int

    def replaced(self, items: Sequence[n.SelectItem | n.Star]) -> tuple[n.SelectItem | n.Star, ...]:
        """The select list with a number in its place, which the query itself can compute."""
        item = items[self.position]
        assert isinstance(item, n.SelectItem)
        stand_in = replace(item, expression=n.Null(item.line))
        return (*items[: self.position], stand_in, *items[self.position + 1 :])

    def numbered(self, sql: str, columns: Sequence[OutColumn]) -> tuple[str, tuple[OutColumn, ...]]:
        """The query with its rows numbered, in the order in which it yields them."""
        place = next(
            i
            for i, column in enumerate(columns)
            if column.name == self.alias and column.literal is not None and column.literal.is_null
        )
        number = f"{self.seed} + (row_number() OVER () - 1) * {self.increment}"
        listed = [f"c{i}" for i in range(1, len(columns) + 1)]
        listed[place] = f"CAST({number} AS {duck_type(self.type)}) AS c{place + 1}"
        name = columns[place].name
        source = RelationColumn(name, "", self.type, False, (self.seed, self.increment))
        column = OutColumn(name, self.type, False, source)
        return (
            f"SELECT {', '.join(listed)} FROM ({sql}) AS numbered",
            (*columns[:place], column, *columns[place + 1 :]),
        )


def identity_item(body: n.Select) -> IdentityItem | None:
    """The IDENTITY() of a select list."""
    for position, item in enumerate(body.items):
        call = item.expression if isinstance(item, n.SelectItem) else None
        if not isinstance(call, n.Call) or len(call.name) != 1 or call.name[0].upper() != "IDENTITY":
            continue
        numbers = [_number(argument) for argument in call.arguments[1:]]
        if len(numbers) not in (0, 2):
            raise unsupported("IDENTITY() with a seed and no increment", call.line)
        seed, increment = numbers or (1, 1)
        assert isinstance(item, n.SelectItem)
        return IdentityItem(position, item.alias, _type(call.arguments[0]), seed, increment)
    return None


def _type(argument: n.Expression) -> SqlType:
    """The type, which stands where a value would: `int` or `decimal(10, 0)`."""
    if isinstance(argument, n.ColumnName):
        return resolve(n.TypeName(argument.line, argument.parts))
    if isinstance(argument, n.Call):
        facets = tuple(_number(facet) for facet in argument.arguments)
        return resolve(n.TypeName(argument.line, argument.name, facets))
    raise unsupported("this type in IDENTITY()", argument.line)


def _number(argument: n.Expression) -> int:
    if isinstance(argument, n.Unary) and argument.operator == "-":
        return -_number(argument.operand)
    if isinstance(argument, n.Literal) and argument.kind is Kind.INTEGER:
        return int(argument.value)
    raise unsupported("IDENTITY() of something other than numbers", argument.line)
