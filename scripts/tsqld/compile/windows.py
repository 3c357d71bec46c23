"""Compiles window functions: ranking, offset and distribution functions, OVER clauses and their frames.

Source: Microsoft Learn, "SELECT - OVER clause", "SELECT - WINDOW" and the page of each function. NULL is the
lowest value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from tsqld.binder.bound import Bound
from tsqld.compile import operations as f
from tsqld.compile.aggregates import AggregateCompiler, directed, ordered, quantile
from tsqld.compile.expressions import Place
from tsqld.compile.volatile import may_raise, steady
from tsqld.errors import error, unsupported
from tsqld.syntax import nodes as n
from tsqld.syntax.walk import walk
from tsqld.types import BIGINT, FLOAT

_RANKING: Final = {
    "ROW_NUMBER": BIGINT,
    "RANK": BIGINT,
    "DENSE_RANK": BIGINT,
    "PERCENT_RANK": FLOAT,
    "CUME_DIST": FLOAT,
}
_OFFSETS: Final = ("LAG", "LEAD")
_EDGES: Final = ("FIRST_VALUE", "LAST_VALUE")
_PERCENTILES: Final = ("PERCENTILE_CONT", "PERCENTILE_DISC")
_WINDOWS: Final = frozenset({*_RANKING, *_OFFSETS, *_EDGES, *_PERCENTILES, "NTILE"})


class WindowCompiler(AggregateCompiler):
    """Adds window functions to expressions and aggregates."""

    def window_function(self, name: str, call: n.Call, place: Place) -> Bound | None:
        if name not in _WINDOWS:
            return None
        if call.over is None:
            raise error(10753, call.name[0], line=call.line)
        if not place.allow_windows:
            raise error(4108, line=call.line)
        if call.nulls and name not in (*_OFFSETS, *_EDGES):
            raise unsupported(f"{call.nulls} NULLS of {name}", call.line)
        self._check_window(name, call, call.over, place)
        if name in _PERCENTILES:
            return self._percentile(name, call, place)
        if call.within_group:
            raise error(10757, call.name[0], line=call.line)
        _check_arguments(name, call)
        over = self.over(call.over, place)
        inside = replace(place, allow_windows=False)
        if name in _RANKING:
            return Bound(f"{name.lower()}(){over}", _RANKING[name], nullable=False, windowed=True)
        if name == "NTILE":
            return self._ntile(call, inside, over)
        arguments = [self.value(argument, inside) for argument in call.arguments]
        nulls = " IGNORE NULLS" if call.nulls == "IGNORE" else ""
        if name in _EDGES:
            return Bound(f"{name.lower()}({arguments[0].sql}{nulls}){over}", arguments[0].type, windowed=True)
        return self._offset(name, arguments, nulls, over, call.line)

    def _check_window(self, name: str, call: n.Call, window: n.Window, place: Place) -> None:
        """Whether the window has an order where the function needs one, and no frame where it takes none.

        Errors: 4112, 10752, 10758 for what OVER says itself; 5366, 4106, 5363 for what a named window says.
        """
        whole = self._named_window(window, place)
        shown = call.name[0]
        if whole.frame is not None and name not in _EDGES:
            raise error(10752 if window.frame is not None else 4106, shown, line=call.line)
        if name in _PERCENTILES:
            if whole.order_by:
                raise error(10758 if window.order_by else 5363, shown, line=call.line)
        elif not whole.order_by:
            raise error(5366 if window.base else 4112, shown, line=call.line)

    def _ntile(self, call: n.Call, place: Place, over: str) -> Bound:
        """Errors: 4195 for a column of the query, 4116 for what is no positive integer."""
        argument = call.arguments[0]
        for node in walk(argument, into_queries=False):
            if isinstance(node, n.ColumnName) and self.resolved(node, place)[2] is place.scope:
                raise error(4195, node.parts[-1], line=call.line)
        count = self.value(argument, place)
        if not count.type.is_integer or (isinstance(count.value, int) and count.value < 1):
            raise error(4116, "ntile", line=call.line)
        sql = f.convert(count, BIGINT, line=call.line).sql
        if not isinstance(count.value, int):
            sql = f"(CASE WHEN {sql} < 1 THEN {f.raise_error(4116, 'ntile')} ELSE {sql} END)"
        return Bound(f"ntile({sql}){over}", BIGINT, nullable=False, windowed=True)

    def _offset(self, name: str, arguments: Sequence[Bound], nulls: str, over: str, line: int) -> Bound:
        """LAG and LEAD. Error 8730 for an offset below zero."""
        value = arguments[0]
        offset = "1"
        if len(arguments) > 1:
            count = arguments[1]
            if isinstance(count.value, int) and count.value < 0:
                raise error(8730, line=line)
            offset = f.convert(count, BIGINT, line=line).sql
            if not isinstance(count.value, int):
                offset = f"(CASE WHEN {offset} < 0 THEN {f.raise_error(8730)} ELSE {offset} END)"
        default = f.convert(arguments[2], value.type, line=line).sql if len(arguments) > 2 else "NULL"
        return Bound(
            f"{name.lower()}({value.sql}, {offset}, {default}{nulls}){over}", value.type, windowed=True
        )

    def _percentile(self, name: str, call: n.Call, place: Place) -> Bound:
        """PERCENTILE_CONT/DISC(x) WITHIN GROUP (ORDER BY v) OVER (PARTITION BY …)."""
        assert call.over is not None
        over = self.over(call.over, place)
        result = quantile(self, name, call, replace(place, allow_windows=False), over)
        return replace(result, windowed=True)

    # OVER

    def over(self, window: n.Window, place: Place) -> str:
        whole = self._named_window(window, place)
        inside = replace(place, allow_windows=False)
        parts = []
        if whole.partition_by:
            keys = ", ".join(f.key(self.value(item, inside)) for item in whole.partition_by)
            parts.append(f"PARTITION BY {keys}")
        if whole.order_by:
            ordering = [self._window_key(item, inside) for item in whole.order_by]
            parts.append("ORDER BY " + ", ".join(ordering))
        if whole.frame is not None:
            if not whole.order_by:
                raise error(5364 if window.base else 10756, line=window.line)
            parts.append(self._frame_text(whole.frame, inside))
        return f" OVER ({' '.join(parts)})"

    def _named_window(self, window: n.Window, place: Place, path: tuple[str, ...] = ()) -> n.Window:
        """`window` with what its base says. Errors: 5362, 5365 for a circle, 4123 for what both say."""
        if not window.base:
            return window
        name = window.base.lower()
        base = place.scope.windows.get(name)
        if not isinstance(base, n.Window) or path[-1:] == (name,):
            raise error(5362, window.base, line=window.line)
        if name in path:
            raise error(5365, line=window.line)
        base = self._named_window(base, place, (*path, name))
        for own, others in (
            (window.partition_by, base.partition_by),
            (window.order_by, base.order_by),
            (window.frame, base.frame),
        ):
            if own and others:
                raise error(4123, line=window.line)
        return n.Window(
            window.line,
            "",
            window.partition_by or base.partition_by,
            window.order_by or base.order_by,
            window.frame or base.frame,
        )

    def _window_key(self, item: n.OrderItem, place: Place) -> str:
        """One ORDER BY item of a window, without DuckDB's error(), which it refuses there."""
        key = f.sort_key(self.order_value(item, place))
        if may_raise(key) and place.grouping is not None:
            if place.grouping.stage is not None:
                raise unsupported("this window order beside an aggregate of an outer column", item.line)
            key = steady(key)
        elif may_raise(key):
            name = self.context.alias("w")
            place.scope.hoisted.append((name, key))
            key = name
        return directed(key, item.descending)

    def order(self, items: Sequence[n.OrderItem], place: Place) -> str:
        return ", ".join(ordered(self.order_value(item, place), item.descending) for item in items)

    def order_value(self, item: n.OrderItem, place: Place) -> Bound:
        """`ORDER BY (SELECT NULL)` is the idiom for no order; constants are errors 5308 and 5309."""
        if isinstance(item.expression, n.Subquery) and _is_constant(item.expression.query):
            return f.null()
        value = self.value(item.expression, place)
        if value.is_literal:
            whole = isinstance(value.value, int) and value.type.name == "int" and value.value > 0
            raise error(5308 if whole else 5309, line=item.line)
        return value

    def _frame_text(self, frame: n.Frame, place: Place) -> str:
        _check_frame(frame)
        bounds = [self._bound_text(word, count, place, frame) for word, count in (frame.start, frame.end)]
        return f"{frame.unit} BETWEEN {bounds[0]} AND {bounds[1]}"

    def _bound_text(self, word: str, count: n.Expression | None, place: Place, frame: n.Frame) -> str:
        if count is None:
            return word
        if frame.unit == "RANGE":
            raise error(4194, line=frame.line)
        return f"{f.convert(self.value(count, place), BIGINT, line=frame.line).sql} {word}"


def _check_arguments(name: str, call: n.Call) -> None:
    """Errors: 174, and 10755 for LAG and LEAD."""
    count = len(call.arguments) + call.star
    if name in _OFFSETS:
        if not 1 <= count <= 3:
            raise error(10755, call.name[0], 1, 3, line=call.line)
        return
    wanted = 0 if name in _RANKING else 1
    if count != wanted:
        raise error(174, name.lower(), wanted, line=call.line)


_FRAME_ORDER: Final = (
    "UNBOUNDED PRECEDING", "PRECEDING", "CURRENT ROW", "FOLLOWING", "UNBOUNDED FOLLOWING",
)  # fmt: skip


def _check_frame(frame: n.Frame) -> None:
    """Error 4193 for a frame that ends before it starts."""
    start, end = frame.start[0], frame.end[0]
    if _FRAME_ORDER.index(end) < _FRAME_ORDER.index(start):
        raise error(4193, start.replace("UNBOUNDED ", ""), end.replace("UNBOUNDED ", ""), line=frame.line)


def _is_constant(query: n.Query) -> bool:
    body = query.body
    return isinstance(body, n.Select) and not body.sources and len(body.items) == 1
