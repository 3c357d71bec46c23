"""Which calls are aggregates, and which expressions a GROUP BY item can stand for."""

from __future__ import annotations

from typing import Final

from tsqld.syntax import nodes as n
from tsqld.syntax.walk import walk

STATISTICS: Final = {"STDEV": "stddev_samp", "STDEVP": "stddev_pop", "VAR": "var_samp", "VARP": "var_pop"}
AGGREGATES: Final = frozenset(
    {"COUNT", "COUNT_BIG", "SUM", "AVG", "MIN", "MAX", "STRING_AGG", "APPROX_COUNT_DISTINCT", *STATISTICS}
)


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
        or isinstance(part, n.Subquery | n.Exists)
        or (isinstance(part, n.Call) and part.over is not None)
        for part in walk(node)
    )
