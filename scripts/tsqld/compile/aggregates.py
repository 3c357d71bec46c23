"""Compiles aggregate functions.

Result types follow Microsoft Learn's page of each function: SUM and AVG of integers stay integers, of
decimals are decimal(38, s); MIN and MAX of text compare by collation and return the text; NULLs order first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from tsqld.binder.bound import Bound
from tsqld.binder.scope import Scope
from tsqld.compile import operations as f
from tsqld.compile.expressions import ExpressionCompiler, Place
from tsqld.compile.grouping import AGGREGATES, STATISTICS, Grouping, StageNeeded
from tsqld.errors import error, unsupported
from tsqld.functions.sqltext import duck_type
from tsqld.syntax import nodes as n
from tsqld.syntax.walk import walk
from tsqld.types import BIGINT, FLOAT, INT, MAX, MONEY, TINYINT, SqlType, decimal, nvarchar, varchar

_REFUSED: Final = ("JSON_OBJECTAGG", "JSON_ARRAYAGG")
_ORDERED: Final = ("STRING_AGG", "APPROX_PERCENTILE_CONT", "APPROX_PERCENTILE_DISC")


class AggregateCompiler(ExpressionCompiler):
    """Adds aggregates to expressions."""

    # given by the classes below

    def window_function(self, name: str, call: n.Call, place: Place) -> Bound | None:
        raise NotImplementedError

    def over(self, window: n.Window, place: Place) -> str:
        raise NotImplementedError

    def order(self, items: Sequence[n.OrderItem], place: Place) -> str:
        raise NotImplementedError

    def order_value(self, item: n.OrderItem, place: Place) -> Bound:
        raise NotImplementedError

    def aggregate_or_window(self, call: n.Call, place: Place) -> Bound | None:
        name = call.name[0].upper()
        if name in _REFUSED:
            raise unsupported(name, call.line)
        if name in ("GROUPING", "GROUPING_ID"):
            return self._grouping_function(name, call, place)
        if name not in AGGREGATES:
            return self.window_function(name, call, place)
        if call.nulls:
            raise unsupported(f"{call.nulls} NULLS of {name}", call.line)
        if call.within_group and name not in _ORDERED:
            raise error(10757, call.name[0], line=call.line)
        if call.over is not None:
            return self._windowed_aggregate(name, call, place)
        return self._aggregate(name, call, place)

    # plain aggregates

    def _aggregate(self, name: str, call: n.Call, place: Place) -> Bound:
        if place.in_aggregate or any(_holds_subquery(argument) for argument in call.arguments):
            raise error(130, line=call.line)
        home = self._home(call, place)
        if home is not place.scope:
            return self._outer_aggregate(name, call, home)
        if not place.allow_aggregates and place.grouping is None:
            raise error(147, line=call.line)
        return self._held(name, call, place)

    def _held(self, name: str, call: n.Call, place: Place) -> Bound:
        inside = replace(place, in_aggregate=True, grouping=None)
        result = replace(self._apply(name, call, inside, ""), aggregated=True)
        if place.grouping is not None and place.grouping.stage is not None:
            return replace(result, sql=place.grouping.stage.hold(result.sql))
        return result

    def _home(self, call: n.Call, place: Place) -> Scope:
        """The query an aggregate belongs to: the one whose columns it reads. Error 8124."""
        roots = [*call.arguments, *(item.expression for item in call.within_group)]
        found = {
            id(scope): scope
            for root in roots
            for node in walk(root, into_queries=False)
            if isinstance(node, n.ColumnName) and not node.parts[-1].startswith("$")
            for scope in [self.resolved(node, place)[2]]
        }
        if not found or (len(found) == 1 and id(place.scope) in found):
            return place.scope
        if len(found) > 1:
            raise error(8124, line=call.line)
        return next(iter(found.values()))

    def _outer_aggregate(self, name: str, call: n.Call, home: Scope) -> Bound:
        """An aggregate of a query around this one, which computes it while it groups. Error 147."""
        if not home.selecting:
            raise error(147, line=call.line)
        grouping = home.grouping
        if not isinstance(grouping, Grouping) or grouping.stage is None:
            raise StageNeeded(home)
        return replace(self._held(name, call, Place(home, grouping)), aggregated=False)

    def _windowed_aggregate(self, name: str, call: n.Call, place: Place) -> Bound:
        if not place.allow_windows:
            raise error(4108, line=call.line)
        if call.distinct:
            raise error(10759, line=call.line)
        assert call.over is not None
        over = self.over(call.over, place)
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
        if name in _ORDERED:
            return self._collected(name, call, place, over)
        if len(call.arguments) != 1:
            raise error(174, name.lower(), 1, line=call.line)
        operand = self.value(call.arguments[0], place)
        if operand.is_null and isinstance(call.arguments[0], n.Null):
            raise error(8117, "NULL", name.lower(), line=call.line)
        if name in ("COUNT", "COUNT_BIG"):
            return self._counted(
                name, f"count({distinct}{f.key(operand) if distinct else operand.sql}){over}"
            )
        if name == "CHECKSUM_AGG":
            return _checksum(operand, distinct, over, call.line)
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
            return Bound(sql, BIGINT)
        return Bound(f"CAST({sql} AS INTEGER)", INT)

    def _collected(self, name: str, call: n.Call, place: Place, over: str) -> Bound:
        """STRING_AGG and the approximate percentiles, which have no OVER and no DISTINCT."""
        if over:
            raise error(4113, call.name[0], line=call.line)
        if call.distinct:
            raise error(102, ",", line=call.line)
        if name == "STRING_AGG":
            return self._string_agg(call, place)
        return quantile(self, name, call, place, "")

    def _string_agg(self, call: n.Call, place: Place) -> Bound:
        if len(call.arguments) != 2:
            raise error(174, "string_agg", 2, line=call.line)
        operand = self.value(call.arguments[0], place)
        if isinstance(call.arguments[0], n.Null):
            raise error(8116, "NULL", 1, "string_agg", line=call.line)
        if operand.type.is_text:
            unicode, large = operand.type.is_unicode, operand.type.length == MAX
        else:
            unicode, large = True, False
        result = nvarchar(MAX if large else 4000) if unicode else varchar(MAX if large else 8000)
        text = f.convert(operand, nvarchar(MAX) if unicode else varchar(MAX), line=call.line)
        if any(isinstance(found, n.ColumnName) for found in walk(call.arguments[1])):
            raise error(8733, line=call.line)
        separator = f.convert(self.value(call.arguments[1], place), result, line=call.line)
        order = ""
        if call.within_group:
            order = " ORDER BY " + self.order(call.within_group, place)
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
        sql = f"CAST({text} AS {duck})"
        if grouping.stage is not None:
            sql = grouping.stage.hold(sql)
        return Bound(sql, type, nullable=False, aggregated=True)


def _holds_subquery(node: n.Node) -> bool:
    return any(isinstance(part, n.Subquery | n.Exists | n.InQuery | n.Quantified) for part in walk(node))


def ordered(value: Bound, descending: bool) -> str:
    """One ORDER BY item: NULL is the lowest value."""
    return directed(f.sort_key(value), descending)


def directed(key: str, descending: bool) -> str:
    return f"{key} {'DESC NULLS LAST' if descending else 'ASC NULLS FIRST'}"


def _extreme(name: str, operand: Bound, over: str, line: int) -> Bound:
    if operand.type.name in ("bit", "text", "ntext", "image", "xml"):
        raise error(8117, operand.type.name, name.lower(), line=line)
    if operand.type.name == "sql_variant":
        raise unsupported(f"{name} of sql_variant", line)
    if operand.type.is_text or operand.type.name == "uniqueidentifier":
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
        # the sum must fit too: Microsoft Learn, AVG, "Remarks"
        return Bound(f"({f.narrowed(total, result)} // nullif({count}, 0))::{duck_type(result)}", result)
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


def _checksum(operand: Bound, distinct: str, over: str, line: int) -> Bound:
    """CHECKSUM_AGG: the exclusive or of its ints, whatever their order."""
    if operand.type.name not in ("int", "smallint", "tinyint"):
        raise error(8117, operand.type.name, "checksum_agg", line=line)
    return Bound(f"bit_xor({distinct}{f.convert(operand, INT, line=line).sql}){over}", INT)


def quantile(compiler: AggregateCompiler, name: str, call: n.Call, place: Place, over: str) -> Bound:
    """A percentile WITHIN GROUP (ORDER BY one value). Errors: 174, 8727 outside 0 to 1."""
    if len(call.arguments) != 1:
        raise error(174, name.lower(), 1, line=call.line)
    if len(call.within_group) != 1:
        raise error(10754, call.name[0], line=call.line)
    item = call.within_group[0]
    value = compiler.order_value(item, place)
    fraction = compiler.value(call.arguments[0], place)
    if not value.type.is_number and name.endswith("CONT"):
        raise error(8117, value.type.name, name.lower(), line=call.line)
    if value.type.is_text:
        raise unsupported(f"{name} of text", call.line)
    if fraction.is_null or (fraction.is_literal and not 0 <= fraction.value <= 1):
        raise error(8727, line=call.line)
    share = f.convert(fraction, FLOAT, line=call.line).sql
    if item.descending:
        share = "1.0" if fraction.is_literal and fraction.value == 0 else f"-({share})"
    if name.endswith("CONT"):
        number = f.convert(value, FLOAT, line=call.line).sql
        return Bound(f"quantile_cont({number}, {share}){over}", FLOAT)
    return Bound(f"quantile_disc({value.sql}, {share}){over}", value.type)
