"""SELECT: select lists, FROM clauses, set operators and common table expressions."""

from __future__ import annotations

from dataclasses import dataclass

from tsqld.syntax.nodes.base import Expression, Node, Parts, Statement, TypeName
from tsqld.syntax.nodes.expressions import Call, OrderItem, Window


@dataclass(frozen=True, slots=True)
class Star(Node):
    """`*` or `alias.*` in a select list."""

    qualifier: Parts


@dataclass(frozen=True, slots=True)
class SelectItem(Node):
    """An output column, or an assignment to `variable`."""

    expression: Expression
    alias: str = ""
    variable: str = ""


@dataclass(frozen=True, slots=True)
class Top(Node):
    count: Expression
    percent: bool
    with_ties: bool


@dataclass(frozen=True, slots=True)
class Source(Node):
    """Something in a FROM clause."""


@dataclass(frozen=True, slots=True)
class TableSource(Source):
    """A table, view or synonym by name."""

    name: Parts
    alias: str = ""
    hints: Parts = ()
    sample: str = ""
    """TABLESAMPLE as DuckDB writes it; empty also for all of a table."""


@dataclass(frozen=True, slots=True)
class VariableSource(Source):
    name: str
    alias: str = ""


@dataclass(frozen=True, slots=True)
class DerivedSource(Source):
    query: Query
    alias: str
    columns: Parts = ()


@dataclass(frozen=True, slots=True)
class ValuesSource(Source):
    rows: tuple[tuple[Expression, ...], ...]
    alias: str
    columns: Parts = ()


@dataclass(frozen=True, slots=True)
class JsonColumn(Node):
    """A column of OPENJSON … WITH: `path` empty means `$.name`."""

    name: str
    type: TypeName
    path: str
    as_json: bool


@dataclass(frozen=True, slots=True)
class FunctionSource(Source):
    """A table-valued function."""

    call: Call
    alias: str = ""
    columns: Parts = ()
    json_columns: tuple[JsonColumn, ...] = ()


@dataclass(frozen=True, slots=True)
class BulkSource(Source):
    """OPENROWSET(BULK 'path', options)."""

    path: str
    options: tuple[tuple[str, str | int | None], ...]
    alias: str = ""
    columns: Parts = ()


@dataclass(frozen=True, slots=True)
class JoinSource(Source):
    """`kind` is INNER, LEFT, RIGHT, FULL, CROSS, CROSS APPLY or OUTER APPLY."""

    kind: str
    left: Source
    right: Source
    on: Expression | None


@dataclass(frozen=True, slots=True)
class PivotSource(Source):
    source: Source
    aggregate: Call
    column: Parts
    values: Parts
    alias: str


@dataclass(frozen=True, slots=True)
class UnpivotSource(Source):
    source: Source
    value: str
    column: str
    columns: tuple[Parts, ...]
    alias: str


@dataclass(frozen=True, slots=True)
class Grouping(Node):
    """`kind` is ROLLUP, CUBE, SETS or SET; `items` are expressions or nested groupings."""

    kind: str
    items: tuple[Expression | Grouping, ...]


@dataclass(frozen=True, slots=True)
class Select(Node):
    items: tuple[SelectItem | Star, ...]
    distinct: bool = False
    top: Top | None = None
    into: Parts = ()
    sources: tuple[Source, ...] = ()
    where: Expression | None = None
    group_by: tuple[Expression | Grouping, ...] = ()
    having: Expression | None = None
    windows: tuple[tuple[str, Window], ...] = ()


@dataclass(frozen=True, slots=True)
class SetOperation(Node):
    """`operator` is UNION, UNION ALL, EXCEPT or INTERSECT."""

    operator: str
    left: Select | SetOperation | Query
    right: Select | SetOperation | Query


@dataclass(frozen=True, slots=True)
class CommonTable(Node):
    name: str
    columns: Parts
    query: Query


@dataclass(frozen=True, slots=True)
class ForClause(Node):
    """FOR JSON or FOR XML: `mode` is 'JSON PATH', 'JSON AUTO', 'XML PATH', …; `options` as written."""

    mode: str
    element: str | None
    options: tuple[tuple[str, str | None], ...]


@dataclass(frozen=True, slots=True)
class Query(Node):
    body: Select | SetOperation | Query
    ctes: tuple[CommonTable, ...] = ()
    order_by: tuple[OrderItem, ...] = ()
    offset: Expression | None = None
    fetch: Expression | None = None
    for_clause: ForClause | None = None
    max_recursion: int | None = None


@dataclass(frozen=True, slots=True)
class SelectStatement(Statement):
    query: Query
