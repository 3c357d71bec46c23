"""Values and conditions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tsql.tokens import Kind
from tsqld.syntax.nodes.base import Expression, Node, Parts, TypeName

if TYPE_CHECKING:
    from tsqld.syntax.nodes.queries import Query


@dataclass(frozen=True, slots=True)
class Literal(Expression):
    kind: Kind
    value: str


@dataclass(frozen=True, slots=True)
class Null(Expression):
    pass


@dataclass(frozen=True, slots=True)
class Default(Expression):
    """The keyword DEFAULT where a value may stand."""


@dataclass(frozen=True, slots=True)
class Variable(Expression):
    name: str


@dataclass(frozen=True, slots=True)
class ColumnName(Expression):
    parts: Parts


@dataclass(frozen=True, slots=True)
class Unary(Expression):
    operator: str
    operand: Expression


@dataclass(frozen=True, slots=True)
class Binary(Expression):
    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Comparison(Expression):
    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Quantified(Expression):
    """`value <operator> ANY|ALL (query)`."""

    operator: str
    quantifier: str
    left: Expression
    query: Query


@dataclass(frozen=True, slots=True)
class Logical(Expression):
    """AND or OR."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Not(Expression):
    operand: Expression


@dataclass(frozen=True, slots=True)
class IsNull(Expression):
    operand: Expression
    negated: bool


@dataclass(frozen=True, slots=True)
class IsDistinct(Expression):
    left: Expression
    right: Expression
    negated: bool


@dataclass(frozen=True, slots=True)
class InList(Expression):
    operand: Expression
    items: tuple[Expression, ...]
    negated: bool


@dataclass(frozen=True, slots=True)
class InQuery(Expression):
    operand: Expression
    query: Query
    negated: bool


@dataclass(frozen=True, slots=True)
class Between(Expression):
    operand: Expression
    low: Expression
    high: Expression
    negated: bool


@dataclass(frozen=True, slots=True)
class Like(Expression):
    operand: Expression
    pattern: Expression
    escape: Expression | None
    negated: bool


@dataclass(frozen=True, slots=True)
class Exists(Expression):
    query: Query


@dataclass(frozen=True, slots=True)
class Case(Expression):
    operand: Expression | None
    whens: tuple[tuple[Expression, Expression], ...]
    otherwise: Expression | None


@dataclass(frozen=True, slots=True)
class Cast(Expression):
    """CAST, CONVERT, TRY_CAST, TRY_CONVERT."""

    operand: Expression
    type: TypeName
    style: Expression | None
    is_try: bool


@dataclass(frozen=True, slots=True)
class Parse(Expression):
    """PARSE and TRY_PARSE."""

    operand: Expression
    type: TypeName
    culture: Expression | None
    is_try: bool


@dataclass(frozen=True, slots=True)
class OrderItem(Node):
    expression: Expression
    descending: bool


@dataclass(frozen=True, slots=True)
class Frame(Node):
    """`unit` is ROWS or RANGE; a bound is ('UNBOUNDED PRECEDING' …, None) or ('PRECEDING', count)."""

    unit: str
    start: tuple[str, Expression | None]
    end: tuple[str, Expression | None]


@dataclass(frozen=True, slots=True)
class Window(Node):
    """OVER (…): `base` names a window of the WINDOW clause."""

    base: str
    partition_by: tuple[Expression, ...]
    order_by: tuple[OrderItem, ...]
    frame: Frame | None


@dataclass(frozen=True, slots=True)
class Call(Expression):
    """A function call. `star` is COUNT(*); `nulls` is IGNORE, RESPECT or empty; `datepart` the bare first
    word."""

    name: Parts
    arguments: tuple[Expression, ...]
    distinct: bool = False
    star: bool = False
    over: Window | None = None
    within_group: tuple[OrderItem, ...] = ()
    nulls: str = ""
    options: Parts = ()


@dataclass(frozen=True, slots=True)
class Subquery(Expression):
    query: Query


@dataclass(frozen=True, slots=True)
class Collate(Expression):
    operand: Expression
    collation: str


@dataclass(frozen=True, slots=True)
class AtTimeZone(Expression):
    operand: Expression
    zone: Expression


@dataclass(frozen=True, slots=True)
class NextValue(Expression):
    sequence: Parts
    order_by: tuple[OrderItem, ...] = ()
