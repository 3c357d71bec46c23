"""Compiles values and conditions to DuckDB text with T-SQL types.

`value` gives a Bound, `condition` DuckDB text of a three-valued boolean. T-SQL keeps the two apart: a
condition is no value (error 102) and a value no condition (error 4145).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from tsqld.binder.bound import Bound
from tsqld.binder.scope import Relation, RelationColumn, Scope
from tsqld.binder.typenames import collation_named, resolve, with_collation
from tsqld.compile import operations as f
from tsqld.compile.context import Context, Reference, full_name
from tsqld.compile.grouping import Grouping, StageNeeded, can_be_group_key
from tsqld.compile.partitions import partition_number
from tsqld.errors import TsqlError, error, unsupported
from tsqld.functions.sqltext import duck_type
from tsqld.syntax import nodes as n
from tsqld.types import DEFAULT_COLLATION, INT, SYSNAME, SqlType, nvarchar, varchar

_CONDITIONS = (
    n.Comparison,
    n.Quantified,
    n.Logical,
    n.Not,
    n.IsNull,
    n.IsDistinct,
    n.InList,
    n.InQuery,
    n.Between,
    n.Like,
    n.Exists,
)


_NOWHERE = Relation("", (), ())
"""What a column belongs to whose name nothing answers to."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an expression stands: the names it sees and whether it is grouped or inside an aggregate."""

    scope: Scope
    grouping: Grouping | None = None
    in_aggregate: bool = False
    allow_aggregates: bool = False
    allow_windows: bool = False

    def plain(self) -> Place:
        return Place(self.scope)


class ExpressionCompiler:
    """The expression half of the compiler; queries, aggregates and windows are in the classes below it."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.row_by_row = False

    # given by the classes below

    def scalar_subquery(self, query: n.Query, place: Place) -> Bound:
        raise NotImplementedError

    def subquery_values(self, query: n.Query, place: Place) -> tuple[str, Bound]:
        raise NotImplementedError

    def exists(self, query: n.Query, place: Place) -> str:
        raise NotImplementedError

    def aggregate_or_window(self, call: n.Call, place: Place) -> Bound | None:
        raise NotImplementedError

    def session_function(self, call: n.Call, place: Place) -> Bound | None:
        raise NotImplementedError

    def user_function(self, call: n.Call, place: Place) -> Bound:
        raise NotImplementedError

    # values

    def value(self, node: n.Expression, place: Place) -> Bound:
        if place.grouping is not None and not place.in_aggregate:
            grouped = self._group_key(node, place)
            if grouped is not None:
                return grouped
        match node:
            case n.Literal():
                return f.literal(node.kind, node.value, node.line)
            case n.ColumnName():
                return self._column(node, place)
            case n.Variable():
                return self._variable(node)
            case n.Null():
                return f.null()
            case n.Binary():
                left, right = self.value(node.left, place), self.value(node.right, place)
                return _flagged(f.binary(node.operator, left, right, node.line), left, right)
            case n.Unary():
                operand = self.value(node.operand, place)
                return _flagged(f.unary(node.operator, operand, node.line), operand)
            case n.Call():
                return self._call(node, place)
            case n.Cast():
                return self._cast(node, place)
            case n.Case():
                return self._case(node, place)
            case n.Subquery():
                return self.scalar_subquery(node.query, place)
            case n.Collate():
                return self._collate(node, place)
            case n.Parse():
                return self._parse(node, place)
            case n.AtTimeZone():
                arguments = [self.value(node.operand, place), self.value(node.zone, place)]
                return _flagged(f.call("AT TIME ZONE", arguments, node.line), *arguments)
            case n.NextValue():
                return self._next_value(node, place)
            case n.Default():
                raise error(156, "DEFAULT", line=node.line)
            case _ if isinstance(node, _CONDITIONS):
                near = getattr(node, "operator", "") or _word(node)
                raise error(156 if near.isalpha() else 102, near, line=node.line)
        raise unsupported(f"the expression {type(node).__name__}", node.line)

    def _group_key(self, node: n.Expression, place: Place) -> Bound | None:
        """The key that `node` is, when the query is grouped by the same expression."""
        grouping = place.grouping
        assert grouping is not None
        if type(node) not in grouping.shapes or isinstance(node, n.Literal | n.Null):
            return None
        if isinstance(node, n.ColumnName):
            column, _, scope = self.resolved(node, place)
            return grouping.keys.get(column.sql) if scope is place.scope else None
        if not can_be_group_key(node):
            return None
        references = len(self.context.references)
        plain = self.value(node, place.plain())
        found = grouping.keys.get(plain.sql)
        if found is None and len(self.context.references) > references:
            return None
        return found

    def resolved(self, node: n.ColumnName, place: Place) -> tuple[RelationColumn, Relation, Scope]:
        """The column a name means. Errors 207, 209 and 4104, which a compilation that only looks for more of
        them notes and goes on."""
        try:
            return place.scope.resolve(node.parts, node.line)
        except TsqlError as problem:
            self.context.note(node, 0, problem)
            return RelationColumn(node.parts[-1], f.null().sql, f.null().type), _NOWHERE, place.scope

    def real_column(self, node: n.ColumnName, place: Place) -> n.ColumnName:
        """$IDENTITY and $ROWGUID as the column that they stand for. Errors 207 and 209."""
        word = node.parts[-1]
        if word not in ("$IDENTITY", "$ROWGUID"):
            return node
        qualifier = node.parts[:-1]
        meant = [
            (relation, column.name)
            for relation in place.scope.relations
            if relation.table is not None and (not qualifier or relation.answers_to(qualifier))
            for column in relation.table.columns
            if (column.identity is not None if word == "$IDENTITY" else column.rowguidcol)
        ]
        if len(meant) != 1:
            raise error(209 if meant else 207, word, line=node.line)
        relation, name = meant[0]
        return n.ColumnName(node.line, (*relation.names, name))

    def _column(self, node: n.ColumnName, place: Place) -> Bound:
        node = self.real_column(node, place)
        if node.parts[-1].startswith("$"):
            return self.pseudo_column(node, place)
        column, relation, scope = self.resolved(node, place)
        if relation is _NOWHERE:
            return f.null()
        if place.grouping is not None and not place.in_aggregate and scope is place.scope:
            number = {"HAVING": 8121, "ORDER BY": 8127}.get(place.grouping.clause, 8120)
            raise error(number, self._shown(node, place), line=node.line)
        if scope is not place.scope and isinstance(scope.grouping, Grouping):
            return self._outer_key(node, column.sql, scope, scope.grouping, place)
        return Bound(column.sql, column.type, column.nullable)

    def _outer_key(
        self, node: n.ColumnName, sql: str, scope: Scope, grouping: Grouping, place: Place
    ) -> Bound:
        """A column of a grouped query around this subquery, which only has its keys. Error 8120."""
        key = grouping.keys.get(sql)
        if key is None:
            raise error(8120, self._shown(node, place), line=node.line)
        if grouping.stage is None and key.sql != sql:
            raise StageNeeded(scope)
        return key

    def pseudo_column(self, node: n.ColumnName, place: Place) -> Bound:
        raise error(207, node.parts[-1], line=node.line)

    def _shown(self, node: n.ColumnName, place: Place) -> str:
        """A column as error messages name it: the table as it was written, or the alias, then the column."""
        column, relation, _ = self.resolved(node, place)
        owner = relation.written or relation.exposed
        return f"{owner}.{column.name}" if owner else column.name

    def _variable(self, node: n.Variable) -> Bound:
        if node.name.startswith("@@"):
            return self.global_variable(node)
        return self.context.variable(node.name, node.line)

    def global_variable(self, node: n.Variable) -> Bound:
        type = GLOBALS.get(node.name.upper())
        if type is None:
            raise error(137, node.name, line=node.line)
        return Bound(self.context.parameter(Reference("session", node.name.upper()), type), type)

    # calls

    def _call(self, node: n.Call, place: Place) -> Bound:
        if len(node.name) > 1:
            if node.name[0] == "$PARTITION":
                return self.partition_number(node, place)
            return self.user_function(node, place)
        special = self.aggregate_or_window(node, place)
        if special is not None:
            return special
        name = node.name[0].upper()
        if node.over is not None or node.within_group or node.distinct or node.nulls:
            raise error(195, node.name[0], "built-in function name", line=node.line)
        if name in f.NOW_FUNCTIONS:
            if node.arguments:
                raise error(174, name.lower(), 0, line=node.line)
            type = f.NOW_FUNCTIONS[name]
            return Bound(self.context.parameter(Reference("now", name), type), type, nullable=False)
        own = self._own_function(name, node, place)
        if own is not None:
            return own
        session = self.session_function(node, place)
        if session is not None:
            return session
        if not f.is_known(name):
            raise error(195, node.name[0], "built-in function name", line=node.line)
        arguments = self._arguments(name, node, place)
        if node.options:
            arguments = [*arguments, *(Bound("", varchar(10), value=option) for option in node.options)]
        return _flagged(f.call(name, arguments, node.line), *arguments)

    def _arguments(self, name: str, node: n.Call, place: Place) -> list[Bound]:
        """The arguments of a built-in function; `*` stands for every column of FROM in the checksums."""
        if not node.star:
            return [self.value(argument, place) for argument in node.arguments]
        if name not in ("CHECKSUM", "BINARY_CHECKSUM"):
            raise error(102, "*", line=node.line)
        columns = [column for relation in place.scope.relations for column in relation.columns]
        return [Bound(column.sql, column.type, column.nullable) for column in columns]

    def _own_function(self, name: str, node: n.Call, place: Place) -> Bound | None:
        """Functions whose arguments are typed together, or hold conditions."""
        if name == "COALESCE":
            return self._coalesce(node, place)
        if name == "NULLIF":
            return self._nullif(node, place)
        if name == "IIF":
            if len(node.arguments) != 3:
                raise error(174, "iif", 3, line=node.line)
            condition, then, otherwise = node.arguments
            return self._case(n.Case(node.line, None, ((condition, then),), otherwise), place)
        if name in ("NEWID", "NEWSEQUENTIALID"):
            if node.arguments:
                raise error(174, name.lower(), 0, line=node.line)
            self.context.volatile = True
            return Bound("uuid()", SqlType("uniqueidentifier"), nullable=False)
        return None

    def _coalesce(self, node: n.Call, place: Place) -> Bound:
        values = [self.value(argument, place) for argument in node.arguments]
        if len(values) < 2:
            raise error(180, "coalesce", line=node.line)
        if all(value.is_null for value in values):
            raise error(4127, line=node.line)
        common = f.common_of(values)
        texts = ", ".join(f.convert(value, common, line=node.line).sql for value in values)
        # unlike ISNULL it counts as nullable, whatever its arguments are
        return _flagged(Bound(f"coalesce({texts})", common), *values)

    def _nullif(self, node: n.Call, place: Place) -> Bound:
        if len(node.arguments) != 2:
            raise error(174, "nullif", 2, line=node.line)
        left, right = (self.value(argument, place) for argument in node.arguments)
        if left.is_null:
            raise error(4151, line=node.line)
        same = f.compare("=", left, right, node.line).sql
        type = _narrowest(left)
        kept = f.cast_explicit(left, type, None, try_=False, line=node.line)
        return _flagged(Bound(f"(CASE WHEN {same} THEN NULL ELSE {kept.sql} END)", type), left, right)

    def _cast(self, node: n.Cast, place: Place) -> Bound:
        operand = self.value(node.operand, place)
        target = resolve(node.type, self.context.environment.alias_type, default_length=30)
        style = self.value(node.style, place) if node.style is not None else None
        result = f.cast_explicit(operand, target, style, try_=node.is_try, line=node.line)
        return _flagged(result, operand)

    def _parse(self, node: n.Parse, place: Place) -> Bound:
        operand = self.value(node.operand, place)
        target = resolve(node.type, self.context.environment.alias_type)
        culture = self.value(node.culture, place) if node.culture is not None else None
        return _flagged(f.parse(operand, target, culture, try_=node.is_try, line=node.line), operand)

    def _collate(self, node: n.Collate, place: Place) -> Bound:
        operand = self.value(node.operand, place)
        if not operand.type.is_text:
            raise error(447, operand.type.name, line=node.line)
        # Said explicitly, the default wins over what a column has; left out, it would not.
        name = collation_named(node.collation, node.line) or DEFAULT_COLLATION
        return replace(operand, type=replace(with_collation(operand.type, name), said=True))

    def _case(self, node: n.Case, place: Place) -> Bound:
        operand = self.value(node.operand, place) if node.operand is not None else None
        conditions = [self._when(operand, when, place) for when, _ in node.whens]
        results = [self.value(then, place) for _, then in node.whens]
        otherwise = self.value(node.otherwise, place) if node.otherwise is not None else f.null()
        every = [*results, otherwise]
        if all(result.is_null for result in every):
            raise error(8133, line=node.line)
        common = f.common_of(every)
        parts = [
            f"WHEN {condition} THEN {f.convert(result, common, line=node.line).sql}"
            for condition, result in zip(conditions, results, strict=True)
        ]
        last = f.convert(otherwise, common, line=node.line).sql
        nullable = any(result.nullable for result in every)
        flags = [*every, *([operand] if operand else [])]
        return _flagged(Bound(f"(CASE {' '.join(parts)} ELSE {last} END)", common, nullable), *flags)

    def _when(self, operand: Bound | None, when: n.Expression, place: Place) -> str:
        if operand is None:
            return self.condition(when, place)
        return f.compare("=", operand, self.value(when, place), when.line).sql

    def _next_value(self, node: n.NextValue, place: Place) -> Bound:
        """One value a statement, or one a row where there are rows."""
        if node.order_by:
            raise unsupported("NEXT VALUE FOR … OVER (ORDER BY …)", node.line)
        name = full_name(self.context.environment, node.sequence, node.line)
        sequence = self.context.environment.catalog(name.database).object(name.schema, name.name)
        if sequence is None:
            raise error(208, ".".join(node.sequence), line=node.line)
        type = getattr(sequence, "type", None)
        if type is None:
            raise error(11726, name.two_part, line=node.line)
        self.context.environment.demand("UPDATE", sequence, name)
        self.context.volatile = True
        full = f"{name.database}.{name.schema}.{name.name}"
        if not (place.scope.relations or self.row_by_row):
            return Bound(self.context.parameter(Reference("sequence", full), type), type, nullable=False)
        spid = self.context.parameter(Reference("session", "@@SPID"), INT)
        sql = f"CAST(tsqld_next_value({f.quote(full)}, {spid}) AS {duck_type(type)})"
        return Bound(sql, type, nullable=False)

    def partition_number(self, node: n.Call, place: Place) -> Bound:
        """`$PARTITION.function(value)`: how many boundaries the value has passed, plus one."""
        name = node.name[1]
        environment = self.context.environment
        function = environment.catalog(environment.database).partition_function(name)
        if function is None:
            raise error(208, name, line=node.line)
        value = f.convert(self.value(node.arguments[0], place), function.type, line=node.line)
        return Bound(partition_number(function, value.sql), INT)

    # conditions

    def condition(self, node: n.Expression, place: Place) -> str:
        match node:
            case n.Logical():
                left_text, right_text = self.condition(node.left, place), self.condition(node.right, place)
                return f"({left_text} {node.operator} {right_text})"
            case n.Not():
                return f"(NOT {self.condition(node.operand, place)})"
            case n.Comparison():
                left, right = self.value(node.left, place), self.value(node.right, place)
                return f.compare(node.operator, left, right, node.line).sql
            case n.IsNull():
                word = "IS NOT NULL" if node.negated else "IS NULL"
                return f"({self.value(node.operand, place).sql} {word})"
            case n.IsDistinct():
                left, right = self._pair(node.left, node.right, place, node.line)
                word = "IS NOT DISTINCT FROM" if node.negated else "IS DISTINCT FROM"
                return f"({f.key(left)} {word} {f.key(right)})"
            case n.InList():
                return self._in_list(node, place)
            case n.InQuery():
                return self._in_query(node.operand, node.query, place, node.negated, node.line)
            case n.Between():
                return self._between(node, place)
            case n.Like():
                return self._like(node, place)
            case n.Exists():
                return self.exists(node.query, place)
            case n.Quantified():
                return self._quantified(node, place)
        raise error(4145, _near(node), line=node.line)

    def _pair(self, left: n.Expression, right: n.Expression, place: Place, line: int) -> tuple[Bound, Bound]:
        first, second = self.value(left, place), self.value(right, place)
        common = f.common_of([first, second])
        return f.convert(first, common, line=line), f.convert(second, common, line=line)

    def _in_list(self, node: n.InList, place: Place) -> str:
        operand = self.value(node.operand, place)
        items = [self.value(item, place) for item in node.items]
        for item in items:
            f.collation_of([operand, item], "equal to", node.line)
        commons = {f.common_of([operand, item]) if not item.is_null else operand.type for item in items}
        if len({(common.name, common.collation) for common in commons}) == 1:
            common = f.common_of([operand, *items])
            keys = ", ".join(f.key(f.convert(item, common, line=node.line)) for item in items)
            text = f"({f.key(f.convert(operand, common, line=node.line))} IN ({keys}))"
        else:
            text = "(" + " OR ".join(f.compare("=", operand, item, node.line).sql for item in items) + ")"
        return f"(NOT {text})" if node.negated else text

    def _in_query(self, operand: n.Expression, query: n.Query, place: Place, negated: bool, line: int) -> str:
        left = self.value(operand, place)
        source, column = self.subquery_values(query, place)
        f.collation_of([left, column], "equal to", line)
        common = f.common_of([left, column])
        inner = f.key(f.convert(column, common, line=line))
        word = "NOT IN" if negated else "IN"
        return f"({f.key(f.convert(left, common, line=line))} {word} (SELECT {inner} FROM {source}))"

    def _between(self, node: n.Between, place: Place) -> str:
        operand = self.value(node.operand, place)
        low = f.compare(">=", operand, self.value(node.low, place), node.line).sql
        high = f.compare("<=", operand, self.value(node.high, place), node.line).sql
        return f"(NOT ({low} AND {high}))" if node.negated else f"({low} AND {high})"

    def _like(self, node: n.Like, place: Place) -> str:
        escape = self.value(node.escape, place) if node.escape is not None else None
        operand, pattern = self.value(node.operand, place), self.value(node.pattern, place)
        text = f.like(operand, pattern, escape, node.line).sql
        return f"(NOT {text})" if node.negated else text

    def _quantified(self, node: n.Quantified, place: Place) -> str:
        left = self.value(node.left, place)
        source, column = self.subquery_values(node.query, place)
        common = f.common_of([left, column])
        inner = f.key(f.convert(column, common, line=node.line))
        outer = f.key(f.convert(left, common, line=node.line))
        return f"({outer} {node.operator} {node.quantifier} (SELECT {inner} FROM {source}))"


def _flagged(result: Bound, *operands: Bound) -> Bound:
    """Carry aggregate and window marks from operands to a result."""
    aggregated = any(operand.aggregated for operand in operands)
    windowed = any(operand.windowed for operand in operands)
    if aggregated or windowed:
        return replace(
            result, aggregated=result.aggregated or aggregated, windowed=result.windowed or windowed
        )
    return result


def _narrowest(value: Bound) -> SqlType:
    """The type NULLIF gives its first argument: an int constant becomes the least integer that holds it."""
    if value.type != INT or not isinstance(value.value, int):
        return value.type
    if 0 <= value.value <= 255:
        return SqlType("tinyint")
    return SqlType("smallint") if -32768 <= value.value <= 32767 else INT


def _word(node: n.Expression) -> str:
    words = {
        n.Exists: "EXISTS",
        n.Like: "LIKE",
        n.InList: "IN",
        n.InQuery: "IN",
        n.Between: "BETWEEN",
        n.Not: "NOT",
        n.IsNull: "IS",
        n.IsDistinct: "IS",
    }
    return words.get(type(node), "(")


def _near(node: n.Expression) -> str:
    match node:
        case n.ColumnName():
            return node.parts[-1]
        case n.Variable():
            return node.name
        case n.Literal():
            return node.value
    return ")"


GLOBALS: dict[str, SqlType] = {
    "@@ROWCOUNT": INT,
    "@@TRANCOUNT": INT,
    "@@ERROR": INT,
    "@@IDENTITY": SqlType("decimal", precision=38, scale=0),
    "@@SPID": SqlType("smallint"),
    "@@NESTLEVEL": INT,
    "@@PROCID": INT,
    "@@FETCH_STATUS": INT,
    "@@CURSOR_ROWS": INT,
    "@@SERVERNAME": SYSNAME,
    "@@SERVICENAME": SYSNAME,
    "@@VERSION": nvarchar(300),
    "@@LANGUAGE": SYSNAME,
    "@@DATEFIRST": SqlType("tinyint"),
    "@@LOCK_TIMEOUT": INT,
    "@@MAX_PRECISION": SqlType("tinyint"),
    "@@OPTIONS": INT,
    "@@TEXTSIZE": INT,
    "@@MICROSOFTVERSION": INT,
    "@@DBTS": SqlType("varbinary", 8),
    "@@LANGID": SqlType("smallint"),
    "@@MAX_CONNECTIONS": INT,
    "@@REMSERVER": SYSNAME,
    "@@CPU_BUSY": INT,
    "@@IO_BUSY": INT,
    "@@IDLE": INT,
    "@@CONNECTIONS": INT,
    "@@TIMETICKS": INT,
    "@@PACK_RECEIVED": INT,
    "@@PACK_SENT": INT,
    "@@PACKET_ERRORS": INT,
    "@@TOTAL_ERRORS": INT,
    "@@TOTAL_READ": INT,
    "@@TOTAL_WRITE": INT,
}
