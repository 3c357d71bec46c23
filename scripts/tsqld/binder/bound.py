"""A bound expression: DuckDB text that computes a T-SQL value, and the T-SQL type it has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any, Final

from tsqld.types import SqlType


class _Unknown(Enum):
    UNKNOWN = "unknown"


UNKNOWN: Final = _Unknown.UNKNOWN
"""The `value` of an expression that is not a literal."""


@dataclass(frozen=True, slots=True)
class Fine:
    """The ticks of a moment: `text` gives DuckDB's text for them; they belong to the expression `sql`.

    `constant` says that the moment is known and has a seventh digit.
    """

    sql: str
    text: Callable[[], str]
    constant: bool = False


@dataclass(frozen=True, slots=True)
class Bound:
    """A T-SQL expression compiled to DuckDB.

    `sql` is one DuckDB expression that stands anywhere an operand may (parenthesised where it needs to be)
    and yields DuckDB's type for `type`. `value` is the Python value when the expression is a literal, else
    UNKNOWN; a NULL literal has `value` None and type int, as T-SQL gives it. `nullable` is False where NULL
    is impossible. `aggregated` says that it holds an aggregate, `windowed` a window function.
    """

    sql: str
    type: SqlType
    nullable: bool = True
    value: Any = UNKNOWN
    aggregated: bool = False
    windowed: bool = False
    fine: Fine | None = None

    @property
    def exact(self) -> str:
        """The value in ticks of 100 ns where it may have a seventh digit, which `sql` refuses; or empty."""
        return self.fine.text() if self.fine is not None and self.fine.sql == self.sql else ""

    @property
    def is_literal(self) -> bool:
        return self.value is not UNKNOWN

    @property
    def is_null(self) -> bool:
        return self.value is None

    def with_sql(self, sql: str, type: SqlType | None = None) -> Bound:
        """The same kind of expression with other text, no longer a literal."""
        return replace(self, sql=sql, type=type or self.type, value=UNKNOWN)
