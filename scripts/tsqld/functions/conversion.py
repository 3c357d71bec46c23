"""One requested conversion: what every converter module receives, and how it reports failure.

Place in the pipeline: shared by to_number, to_text, to_date and to_bytes; `convert` builds it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tsqld.binder.bound import Bound
from tsqld.functions.precedence import shown
from tsqld.functions.sqltext import duck_type, quote, raise_text
from tsqld.types import SqlType

DEFAULT_STYLE: Final = 0

FAMILIES: Final = {
    "bit": "bit",
    "tinyint": "integer",
    "smallint": "integer",
    "int": "integer",
    "bigint": "integer",
    "decimal": "decimal",
    "numeric": "decimal",
    "money": "money",
    "smallmoney": "money",
    "float": "float",
    "real": "float",
    "uniqueidentifier": "guid",
    "sql_variant": "variant",
}


def family(type: SqlType) -> str:
    """bit, integer, decimal, money, float, guid, variant, text, bytes, or a temporal type's own name."""
    if type.is_text:
        return "text"
    if type.is_binary:
        return "bytes"
    return FAMILIES.get(type.name, type.name)


@dataclass(frozen=True, slots=True)
class Conversion:
    """`value` to be turned into `target`.

    `style` is CONVERT's third argument, None where none was given. With `lenient`, what does not convert is
    NULL.
    """

    value: Bound
    target: SqlType
    style: int | None = None
    lenient: bool = False
    line: int = 0

    @property
    def source(self) -> SqlType:
        return self.value.type

    @property
    def duck(self) -> str:
        return duck_type(self.target)

    def fail(self, number: int, *message: str, state: int | None = None) -> str:
        """DuckDB text for the failure branch: NULL when lenient, else the error.

        `message` is a series of DuckDB text expressions, joined.
        """
        if self.lenient:
            return "NULL"
        return raise_text(number, " || ".join(message), state)

    def fail_constant(self, number: int, message: str, state: int | None = None) -> str:
        """`fail` with a message that does not depend on the value."""
        return self.fail(number, quote(message), state=state)

    def overflow(self) -> str:
        """8115 in the wording that names both types."""
        words = (
            f"Arithmetic overflow error converting {shown(self.source)} to data type {shown(self.target)}."
        )
        return self.fail_constant(8115, words, state=8 if self.target.is_decimal else 2)

    def expression_overflow(self) -> str:
        """8115 in the wording that names the target only."""
        return self.fail_constant(
            8115, f"Arithmetic overflow error converting expression to data type {shown(self.target)}."
        )

    def unconvertible(self) -> str:
        """8114, which names both types."""
        return self.fail_constant(
            8114, f"Error converting data type {shown(self.source)} to {shown(self.target)}."
        )

    def rejected(self, sql: str) -> str:
        """245, which quotes the value computed by `sql`."""
        return self.fail(
            245,
            quote(f"Conversion failed when converting the {shown(self.source)} value '"),
            sql,
            quote(f"' to data type {shown(self.target)}."),
        )

    def result(self, sql: str, *, fails_to_null: bool | None = None) -> Bound:
        """`sql` as a bound expression of the target type."""
        nullable = self.value.nullable or (self.lenient if fails_to_null is None else fails_to_null)
        return Bound(
            sql, self.target, nullable, aggregated=self.value.aggregated, windowed=self.value.windowed
        )
