"""Checks of values that DuckDB computes wider than T-SQL has them: sums, aggregated text.

Place in the pipeline: called by the aggregate compiler.
"""

from __future__ import annotations

from tsqld.functions.precedence import shown
from tsqld.functions.sqltext import duck_type, let, raise_error
from tsqld.types import SqlType


def narrowed(sql: str, type: SqlType) -> str:
    """A sum in DuckDB's wider type as `type`; 8115 where it does not fit."""
    overflow = raise_error(8115, "expression", shown(type))
    if type.is_float:
        return let(
            sql,
            lambda v: (
                f"CASE WHEN {v} IS NULL OR isfinite({v}) THEN ({v})::{duck_type(type)} ELSE {overflow} END"
            ),
        )
    return let(
        sql,
        lambda v: (
            f"CASE WHEN {v} IS NOT NULL THEN coalesce(TRY_CAST({v} AS {duck_type(type)}), {overflow}) END"
        ),
    )


def limited(sql: str, type: SqlType, number: int) -> str:
    """Text as `type`; the registered error `number` where it is longer than 8,000 bytes."""
    limit = 4000 if type.is_unicode else 8000
    return let(sql, lambda v: f"CASE WHEN length({v}) > {limit} THEN {raise_error(number)} ELSE {v} END")
