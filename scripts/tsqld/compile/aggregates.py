"""Compiles aggregate and window functions.

Result types follow Microsoft Learn's page of each function: SUM and AVG of integers stay integers, of
decimals are decimal(38, s); MIN and MAX of text compare by collation and return the text; NULLs order first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from tsqld.binder.bound import Bound
from tsqld.compile import operations as f
from tsqld.compile.expressions import ExpressionCompiler, Place
from tsqld.compile.grouping import AGGREGATES, STATISTICS
from tsqld.compile.volatile import may_raise, steady
from tsqld.errors import error, unsupported
from tsqld.syntax import nodes as n
from tsqld.types import BIGINT, FLOAT, INT, MAX, MONEY, TINYINT, SqlType, decimal, nvarchar, varchar

_RANKING: Final = {
    "ROW_NUMBER": BIGINT,
    "RANK": BIGINT,
    "DENSE_RANK": BIGINT,
    "PERCENT_RANK": FLOAT,
    "CUME_DIST": FLOAT,
}
_OFFSETS: Final = ("LAG", "LEAD")
_EDGES: Final = ("FIRST_VALUE", "LAST_VALUE")
_WINDOWS: Final = frozenset({*_RANKING, *_OFFSETS, *_EDGES, "NTILE", "PERCENTILE_CONT", "PERCENTILE_DISC"})
_REFUSED: Final = (
    "CHECKSUM_AGG",
    "APPROX_PERCENTILE_CONT",
    "APPROX_PERCENTILE_DISC",
    "JSON_OBJECTAGG",
    "JSON_ARRAYAGG",
)


class AggregateCompiler(ExpressionCompiler):
    """Adds aggregates and windows to expressions."""

    def aggregate_or_window(self, call: n.Call, place: Place) -> Bound | None:
        name = call.name[0].upper()
        if name in _REFUSED:
            raise unsupported(name, call.line)
        if name in ("GROUPING", "GROUPING_ID"):
            return self._grouping_function(name, call, place)
        if name in _WINDOWS:
            return self._window_function(name, call, place)
        if name not in AGGREGATES:
            return None
        if call.over is not None:
            return self._windowed_aggregate(name, call, place)
        return self._aggregate(name, call, place)

    # plain aggregates

    def _aggregate(self, name: str, call: n.Call, place: Place) -> Bound:
        if place.in_aggregate:
            raise error(130, line=call.line)
        if not place.allow_aggregates and place.grouping is None:
            raise error(147, line=call.line)
        inside = replace(place, in_aggregate=True, grouping=None)
        result = self._apply(name, call, inside, "")
        return replace(result, aggregated=True)

    def _windowed_aggregate(self, name: str, call: n.Call, place: Place) -> Bound:
        if not place.allow_windows:
            raise error(4108, line=call.line)
        if call.distinct:
            raise error(10759, line=call.line)
        assert call.over is not None
        over = self._over(call.over, place)
        inside = replace(place, allow_windows=False)
        result = self._apply(name, call, inside, over)
        return replace(result, windowed=True)

    def _apply(self, name: str, call: n.Call, place: Place, over: str) -> Bound:
        """One aggregate over its group, or over a window when `over` is given."""
        distinct = "DISTINCT " if call.distinct else ""
        if call.star:
            if name not in ("COUNT", "COUNT_BIG"):
                raise error(102, "*", line=call.line)
            return self._counted(name, f"count(*){over}")
        if name == "STRING_AGG":
            return self._string_agg(call, place, over)
        if len(call.arguments) != 1:
            raise error(174, name.lower(), 1, line=call.line)
        operand = self.value(call.arguments[0], place)
        if name in ("COUNT", "COUNT_BIG"):
            return self._counted(
                name, f"count({distinct}{f.key(operand) if distinct else operand.sql}){over}"
            )
        if name == "APPROX_COUNT_DISTINCT":
            return Bound(f"count(DISTINCT {f.key(operand)}){over}", BIGINT)
        if name in ("MIN", "MAX"):
            return _extreme(name, operand, over, call.line)
        return _numeric(name, operand, distinct, over, call.line)

    def aggregate_of(self, name: str, operand: Bound, line: int) -> Bound:
        """An aggregate of one value already compiled, as PIVOT needs it."""
        if name in ("COUNT", "COUNT_BIG"):
            return self._counted(name, f"count({operand.sql})")
        if name in ("MIN", "MAX"):
            return _extreme(name, operand, "", line)
        if name not in AGGREGATES or name == "STRING_AGG":
            raise unsupported(f"PIVOT by {name}", line)
        return _numeric(name, operand, "", "", line)

    def _counted(self, name: str, sql: str) -> Bound:
        if name == "COUNT_BIG":
            return Bound(sql, BIGINT, nullable=False)
        return Bound(f"CAST({sql} AS INTEGER)", INT, nullable=False)

    def _string_agg(self, call: n.Call, place: Place, over: str) -> Bound:
        if over:
            raise error(4113, "STRING_AGG", line=call.line)
        if len(call.arguments) != 2:
            raise error(174, "string_agg", 2, line=call.line)
        operand = self.value(call.arguments[0], place)
        if operand.type.is_text:
            unicode, large = operand.type.is_unicode, operand.type.length == MAX
        else:
            unicode, large = True, False
        result = nvarchar(MAX if large else 4000) if unicode else varchar(MAX if large else 8000)
        text = f.convert(operand, nvarchar(MAX) if unicode else varchar(MAX), line=call.line)
        separator = f.convert(self.value(call.arguments[1], place), result, line=call.line)
        order = ""
        if call.within_group:
            order = " ORDER BY " + self._order(call.within_group, place)
        sql = f"string_agg({text.sql}, {separator.sql}{order})"
        if not large:
            sql = f.limited(sql, result, 9829)
        return Bound(sql, result)

    # GROUPING

    def _grouping_function(self, name: str, call: n.Call, place: Place) -> Bound:
        grouping = place.grouping
        if grouping is None:
            raise unsupported(f"{name} outside a grouped query", call.line)
        keys: list[str] = []
        for argument in call.arguments:
            key = self.value(argument, place.plain())
            if key.sql not in grouping.keys:
                raise error(8161, len(keys) + 1, name, line=call.line)
            keys.append(grouping.group_text(key))
        text = f"GROUPING({', '.join(keys)})"
        type, duck = (TINYINT, "UTINYINT") if name == "GROUPING" else (INT, "INTEGER")
        return Bound(f"CAST({text} AS {duck})", type, nullable=False, aggregated=True)

    # windows

    def _window_function(self, name: str, call: n.Call, place: Place) -> Bound:
        if call.over is None:
            raise error(10753, call.name[0], line=call.line)
        if not place.allow_windows:
            raise error(4108, line=call.line)
        if name in ("PERCENTILE_CONT", "PERCENTILE_DISC"):
            return self._percentile(name, call, place)
        if not call.over.order_by and not call.over.base:
            raise error(4112, call.name[0], line=call.line)
        over = self._over(call.over, place)
        inside = replace(place, allow_windows=False)
        if name in _RANKING:
            return Bound(f"{name.lower()}(){over}", _RANKING[name], nullable=False, windowed=True)
        arguments = [self.value(argument, inside) for argument in call.arguments]
        if name == "NTILE":
            count = f.convert(arguments[0], BIGINT, line=call.line)
            return Bound(f"ntile({count.sql}){over}", BIGINT, nullable=False, windowed=True)
        nulls = " IGNORE NULLS" if call.nulls == "IGNORE" else ""
        if name in _EDGES:
            return Bound(f"{name.lower()}({arguments[0].sql}{nulls}){over}", arguments[0].type, windowed=True)
        return self._offset(name, arguments, nulls, over, call.line)

    def _offset(self, name: str, arguments: Sequence[Bound], nulls: str, over: str, line: int) -> Bound:
        value = arguments[0]
        offset = f.convert(arguments[1], BIGINT, line=line).sql if len(arguments) > 1 else "1"
        default = f.convert(arguments[2], value.type, line=line).sql if len(arguments) > 2 else "NULL"
        return Bound(
            f"{name.lower()}({value.sql}, {offset}, {default}{nulls}){over}", value.type, windowed=True
        )

    def _percentile(self, name: str, call: n.Call, place: Place) -> Bound:
        """PERCENTILE_CONT/DISC(x) WITHIN GROUP (ORDER BY v) OVER (PARTITION BY …)."""
        assert call.over is not None
        if len(call.within_group) != 1:
            raise error(102, ")", line=call.line)
        item = call.within_group[0]
        inside = replace(place, allow_windows=False)
        value = self.value(item.expression, inside)
        fraction = f.convert(self.value(call.arguments[0], inside), FLOAT, line=call.line).sql
        if item.descending:
            fraction = f"(1 - {fraction})"
        over = self._over(call.over, place)
        if name == "PERCENTILE_CONT":
            number = f.convert(value, FLOAT, line=call.line).sql
            return Bound(f"quantile_cont({number}, {fraction}){over}", FLOAT, windowed=True)
        return Bound(f"quantile_disc({value.sql}, {fraction}){over}", value.type, windowed=True)

    def _over(self, window: n.Window, place: Place) -> str:
        window = self._named_window(window, place)
        inside = replace(place, allow_windows=False)
        parts = []
        if window.partition_by:
            keys = ", ".join(f.key(self.value(item, inside)) for item in window.partition_by)
            parts.append(f"PARTITION BY {keys}")
        if window.order_by:
            ordering = [self._window_key(item, inside) for item in window.order_by]
            parts.append("ORDER BY " + ", ".join(ordering))
        if window.frame is not None:
            if not window.order_by:
                raise error(10756, line=window.line)
            parts.append(self._frame_text(window.frame, inside))
        return f" OVER ({' '.join(parts)})"

    def _named_window(self, window: n.Window, place: Place) -> n.Window:
        if not window.base:
            return window
        base = place.scope.windows.get(window.base.lower())
        if not isinstance(base, n.Window):
            raise error(5362, window.base, line=window.line)
        base = self._named_window(base, place)
        return n.Window(
            window.line,
            "",
            window.partition_by or base.partition_by,
            window.order_by or base.order_by,
            window.frame or base.frame,
        )

    def _window_key(self, item: n.OrderItem, place: Place) -> str:
        """One ORDER BY item of a window, without DuckDB's error(), which it refuses there."""
        key = f.sort_key(self._order_value(item, place))
        if may_raise(key) and place.grouping is not None:
            key = steady(key)
        elif may_raise(key):
            name = self.context.alias("w")
            place.scope.hoisted.append((name, key))
            key = name
        return directed(key, item.descending)

    def _order(self, items: Sequence[n.OrderItem], place: Place) -> str:
        return ", ".join(ordered(self._order_value(item, place), item.descending) for item in items)

    def _order_value(self, item: n.OrderItem, place: Place) -> Bound:
        """`ORDER BY (SELECT NULL)` is the idiom for no order; an integer constant is error 5308."""
        if isinstance(item.expression, n.Subquery) and _is_constant(item.expression.query):
            return f.null()
        value = self.value(item.expression, place)
        if isinstance(item.expression, n.Literal):
            raise error(5308, line=item.line)
        return value

    def _frame_text(self, frame: n.Frame, place: Place) -> str:
        bounds = [self._bound_text(word, count, place, frame) for word, count in (frame.start, frame.end)]
        return f"{frame.unit} BETWEEN {bounds[0]} AND {bounds[1]}"

    def _bound_text(self, word: str, count: n.Expression | None, place: Place, frame: n.Frame) -> str:
        if count is None:
            return word
        if frame.unit == "RANGE":
            raise error(4194, line=frame.line)
        return f"{f.convert(self.value(count, place), BIGINT, line=frame.line).sql} {word}"


def ordered(value: Bound, descending: bool) -> str:
    """One ORDER BY item: NULL is the lowest value."""
    return directed(f.sort_key(value), descending)


def directed(key: str, descending: bool) -> str:
    return f"{key} {'DESC NULLS LAST' if descending else 'ASC NULLS FIRST'}"


def _is_constant(query: n.Query) -> bool:
    body = query.body
    return isinstance(body, n.Select) and not body.sources and len(body.items) == 1


def _extreme(name: str, operand: Bound, over: str, line: int) -> Bound:
    if operand.type.name in ("bit", "text", "ntext", "image", "xml"):
        raise error(8117, operand.type.name, name.lower(), line=line)
    if operand.type.is_text:
        return Bound(f"arg_{name.lower()}({operand.sql}, {f.sort_key(operand)}){over}", operand.type)
    return Bound(f"{name.lower()}({operand.sql}){over}", operand.type)


def _numeric(name: str, operand: Bound, distinct: str, over: str, line: int) -> Bound:
    type = operand.type
    if not type.is_number or type.name == "bit":
        raise error(8117, type.name, name.lower(), line=line)
    if name in STATISTICS:
        value = f.convert(operand, FLOAT, line=line).sql
        return Bound(f"{STATISTICS[name]}({distinct}{value}){over}", FLOAT)
    result = _summed(type)
    sql = operand.sql
    if name == "SUM":
        return Bound(f.narrowed(f"sum({distinct}{sql}){over}", result), result)
    return _average(sql, type, result, distinct, over, line)


def _summed(type: SqlType) -> SqlType:
    if type.name == "bigint":
        return type
    if type.is_integer:
        return INT
    if type.is_decimal:
        return decimal(38, type.scale)
    return MONEY if type.is_money else FLOAT


def _average(sql: str, type: SqlType, result: SqlType, distinct: str, over: str, line: int) -> Bound:
    total, count = f"sum({distinct}{sql}){over}", f"count({distinct}{sql}){over}"
    if type.is_float:
        return Bound(f"avg({distinct}{sql}){over}", FLOAT)
    if type.is_integer:
        return Bound(f.narrowed(f"({total} // {count})", result), result)
    if type.is_decimal:
        whole = Bound(f"CAST({total} AS DECIMAL(38, {type.scale}))", decimal(38, type.scale))
        return f.convert(
            f.binary("/", whole, Bound(f"nullif({count}, 0)", INT), line),
            decimal(38, max(6, type.scale)),
            line=line,
        )
    whole = Bound(f"CAST({total} AS DECIMAL(19, 4))", MONEY)
    return f.convert(
        f.binary("/", whole, Bound(f"CAST(nullif({count}, 0) AS INTEGER)", INT), line), MONEY, line=line
    )
