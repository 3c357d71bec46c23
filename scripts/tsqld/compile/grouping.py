"""What grouping does to a SELECT: which calls are aggregates, what stands for each key, and staging.

A query usually groups where it selects. It is staged, that is grouped in a derived table first, when a
subquery in its select list or HAVING needs a value that only exists after grouping: an aggregate of this
query's columns, which T-SQL evaluates here however deep it stands, or a key that DuckDB groups in another
form.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from tsqld.binder.bound import Bound
from tsqld.binder.scope import Scope
from tsqld.compile import operations as f
from tsqld.syntax import nodes as n
from tsqld.syntax.walk import walk

STATISTICS: Final = {"STDEV": "stddev_samp", "STDEVP": "stddev_pop", "VAR": "var_samp", "VARP": "var_pop"}
AGGREGATES: Final = frozenset(
    {
        "COUNT", "COUNT_BIG", "SUM", "AVG", "MIN", "MAX", "STRING_AGG", "APPROX_COUNT_DISTINCT",
        "CHECKSUM_AGG", "APPROX_PERCENTILE_CONT", "APPROX_PERCENTILE_DISC", *STATISTICS,
    }
)  # fmt: skip


def is_aggregate(node: n.Node) -> bool:
    return (
        isinstance(node, n.Call)
        and node.over is None
        and len(node.name) == 1
        and node.name[0].upper() in AGGREGATES
    )


def can_be_group_key(node: n.Node) -> bool:
    """Whether a GROUP BY item may read the same: it holds no aggregate, window or subquery (error 144)."""
    return not any(
        is_aggregate(part)
        or (isinstance(part, n.Call) and part.name[-1].upper() in ("GROUPING", "GROUPING_ID"))
        or isinstance(part, n.Subquery | n.Exists)
        or (isinstance(part, n.Call) and part.over is not None)
        for part in walk(node)
    )


@dataclass(slots=True)
class Stage:
    """The derived table in which a staged query groups: the texts it computes, by the names they get."""

    alias: str
    texts: dict[str, str] = field(default_factory=dict)

    def hold(self, sql: str) -> str:
        """Compute `sql` in the derived table; its name outside."""
        name = self.texts.setdefault(sql, f"g{len(self.texts) + 1}")
        return f"{self.alias}.{name}"

    def text(self, grouped: str) -> str:
        """The derived table; `grouped` is FROM, WHERE and GROUP BY of the query."""
        listed = [f"{sql} AS {name}" for sql, name in self.texts.items()]
        return f"(SELECT {', '.join(['count(*) AS g0', *listed])} {grouped}) AS {self.alias}"


@dataclass(slots=True)
class Grouping:
    """How a grouped query is grouped: DuckDB text of each key and the value that stands for it."""

    keys: dict[str, Bound] = field(default_factory=dict)
    shapes: set[type] = field(default_factory=set)
    clause: str = "select list"
    stage: Stage | None = None

    def group_text(self, key: Bound) -> str:
        """The GROUP BY item that stands for a key."""
        return f.key(key)


class StageNeeded(Exception):
    """Something in a subquery needs the query of `scope` to be staged."""

    def __init__(self, scope: Scope) -> None:
        super().__init__()
        self.scope = scope
