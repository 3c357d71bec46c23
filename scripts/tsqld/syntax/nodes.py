"""The statements and expressions of T-SQL as frozen trees.

Made by `syntax.parser`, read by `binder`, `compile` and `runtime`. Every construct the grammar knows has a
node; what it does not know is a syntax error or a refusal, never a dropped clause. Names are tuples of their
written parts, unquoted; keywords are upper case.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tsql.tokens import Kind

Parts = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Node:
    """Anything with a place: `line` counts from 1 in the batch and plays no part in equality."""

    line: int = field(compare=False)


# --- types
# -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TypeName(Node):
    """A type as written: `nvarchar(50)`, `dbo.order_list`; an argument of (max) is -1."""

    parts: Parts
    arguments: tuple[int, ...] = ()


# --- expressions
# -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Expression(Node):
    """A value or a condition."""


@dataclass(frozen=True, slots=True)
class Literal(Expression):
    kind: Kind
    value: str


@dataclass(frozen=True, slots=True)
class Null(Expression):
    pass


@dataclass(frozen=True, slots=True)
class Default(Expression):
    """The keyword DEFAULT where a value may stand."""


@dataclass(frozen=True, slots=True)
class Variable(Expression):
    name: str


@dataclass(frozen=True, slots=True)
class ColumnName(Expression):
    parts: Parts


@dataclass(frozen=True, slots=True)
class Unary(Expression):
    operator: str
    operand: Expression


@dataclass(frozen=True, slots=True)
class Binary(Expression):
    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Comparison(Expression):
    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Quantified(Expression):
    """`value <operator> ANY|ALL (query)`."""

    operator: str
    quantifier: str
    left: Expression
    query: Query


@dataclass(frozen=True, slots=True)
class Logical(Expression):
    """AND or OR."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Not(Expression):
    operand: Expression


@dataclass(frozen=True, slots=True)
class IsNull(Expression):
    operand: Expression
    negated: bool


@dataclass(frozen=True, slots=True)
class IsDistinct(Expression):
    left: Expression
    right: Expression
    negated: bool


@dataclass(frozen=True, slots=True)
class InList(Expression):
    operand: Expression
    items: tuple[Expression, ...]
    negated: bool


@dataclass(frozen=True, slots=True)
class InQuery(Expression):
    operand: Expression
    query: Query
    negated: bool


@dataclass(frozen=True, slots=True)
class Between(Expression):
    operand: Expression
    low: Expression
    high: Expression
    negated: bool


@dataclass(frozen=True, slots=True)
class Like(Expression):
    operand: Expression
    pattern: Expression
    escape: Expression | None
    negated: bool


@dataclass(frozen=True, slots=True)
class Exists(Expression):
    query: Query


@dataclass(frozen=True, slots=True)
class Case(Expression):
    operand: Expression | None
    whens: tuple[tuple[Expression, Expression], ...]
    otherwise: Expression | None


@dataclass(frozen=True, slots=True)
class Cast(Expression):
    """CAST, CONVERT, TRY_CAST, TRY_CONVERT."""

    operand: Expression
    type: TypeName
    style: Expression | None
    is_try: bool


@dataclass(frozen=True, slots=True)
class Parse(Expression):
    """PARSE and TRY_PARSE."""

    operand: Expression
    type: TypeName
    culture: Expression | None
    is_try: bool


@dataclass(frozen=True, slots=True)
class OrderItem(Node):
    expression: Expression
    descending: bool


@dataclass(frozen=True, slots=True)
class Frame(Node):
    """`unit` is ROWS or RANGE; a bound is ('UNBOUNDED PRECEDING' …, None) or ('PRECEDING', count)."""

    unit: str
    start: tuple[str, Expression | None]
    end: tuple[str, Expression | None]


@dataclass(frozen=True, slots=True)
class Window(Node):
    """OVER (…): `base` names a window of the WINDOW clause."""

    base: str
    partition_by: tuple[Expression, ...]
    order_by: tuple[OrderItem, ...]
    frame: Frame | None


@dataclass(frozen=True, slots=True)
class Call(Expression):
    """A function call. `star` is COUNT(*); `nulls` is IGNORE, RESPECT or empty; `datepart` the bare first
    word."""

    name: Parts
    arguments: tuple[Expression, ...]
    distinct: bool = False
    star: bool = False
    over: Window | None = None
    within_group: tuple[OrderItem, ...] = ()
    nulls: str = ""
    options: Parts = ()


@dataclass(frozen=True, slots=True)
class Subquery(Expression):
    query: Query


@dataclass(frozen=True, slots=True)
class Collate(Expression):
    operand: Expression
    collation: str


@dataclass(frozen=True, slots=True)
class AtTimeZone(Expression):
    operand: Expression
    zone: Expression


@dataclass(frozen=True, slots=True)
class NextValue(Expression):
    sequence: Parts
    order_by: tuple[OrderItem, ...] = ()


# --- queries
# ---------------------------------------------------------------------------------------------------


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


# --- statements
# ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Statement(Node):
    """Anything that runs. `text` spans of statements are kept by the parser where a definition is stored."""


@dataclass(frozen=True, slots=True)
class SelectStatement(Statement):
    query: Query


@dataclass(frozen=True, slots=True)
class Target(Node):
    """What DML changes: a table or view by name, a table variable, or an alias of the FROM clause."""

    name: Parts = ()
    variable: str = ""
    hints: Parts = ()


@dataclass(frozen=True, slots=True)
class Output(Node):
    """OUTPUT items, and where they go: nowhere (the client), a table or a table variable."""

    items: tuple[SelectItem | Star, ...]
    into: Target | None = None
    into_columns: Parts = ()


@dataclass(frozen=True, slots=True)
class Insert(Statement):
    """`source` is a Query, rows of VALUES, an Execute, or None for DEFAULT VALUES."""

    target: Target
    columns: Parts
    source: Query | tuple[tuple[Expression, ...], ...] | Execute | None
    top: Top | None = None
    outputs: tuple[Output, ...] = ()
    ctes: tuple[CommonTable, ...] = ()


@dataclass(frozen=True, slots=True)
class Assignment(Node):
    """`column <operator> value`, `@variable = column = value` or `@variable = value`."""

    column: Parts
    operator: str
    value: Expression
    variable: str = ""


@dataclass(frozen=True, slots=True)
class Update(Statement):
    target: Target
    assignments: tuple[Assignment, ...]
    sources: tuple[Source, ...] = ()
    where: Expression | None = None
    top: Top | None = None
    outputs: tuple[Output, ...] = ()
    ctes: tuple[CommonTable, ...] = ()
    cursor: str = ""


@dataclass(frozen=True, slots=True)
class Delete(Statement):
    target: Target
    sources: tuple[Source, ...] = ()
    where: Expression | None = None
    top: Top | None = None
    outputs: tuple[Output, ...] = ()
    ctes: tuple[CommonTable, ...] = ()
    cursor: str = ""


@dataclass(frozen=True, slots=True)
class MergeWhen(Node):
    """`matched` is MATCHED, TARGET (not matched by target) or SOURCE; `action` INSERT, UPDATE or DELETE."""

    matched: str
    condition: Expression | None
    action: str
    assignments: tuple[Assignment, ...] = ()
    columns: Parts = ()
    values: tuple[Expression, ...] | None = None


@dataclass(frozen=True, slots=True)
class Merge(Statement):
    target: Target
    alias: str
    source: Source
    on: Expression
    whens: tuple[MergeWhen, ...]
    top: Top | None = None
    outputs: tuple[Output, ...] = ()
    ctes: tuple[CommonTable, ...] = ()


@dataclass(frozen=True, slots=True)
class BulkInsert(Statement):
    table: Parts
    path: str
    options: tuple[tuple[str, str | int | None], ...]


@dataclass(frozen=True, slots=True)
class Truncate(Statement):
    table: Parts
    partitions: tuple[tuple[int, int], ...] = ()


# --- procedural
# ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Block(Statement):
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Declaration(Node):
    """`type` is a TypeName, a TableDefinition for a table variable, or None for a CURSOR variable."""

    name: str
    type: TypeName | TableDefinition | None
    value: Expression | None


@dataclass(frozen=True, slots=True)
class Declare(Statement):
    declarations: tuple[Declaration, ...]


@dataclass(frozen=True, slots=True)
class SetVariable(Statement):
    name: str
    value: Expression


@dataclass(frozen=True, slots=True)
class SetOption(Statement):
    """SET options ON|OFF, SET option value."""

    options: Parts
    value: str | Expression


@dataclass(frozen=True, slots=True)
class SetIdentityInsert(Statement):
    table: Parts
    on: bool


@dataclass(frozen=True, slots=True)
class If(Statement):
    condition: Expression
    then: Statement
    otherwise: Statement | None


@dataclass(frozen=True, slots=True)
class While(Statement):
    condition: Expression
    body: Statement


@dataclass(frozen=True, slots=True)
class Break(Statement):
    pass


@dataclass(frozen=True, slots=True)
class Continue(Statement):
    pass


@dataclass(frozen=True, slots=True)
class Label(Statement):
    name: str


@dataclass(frozen=True, slots=True)
class Goto(Statement):
    name: str


@dataclass(frozen=True, slots=True)
class Return(Statement):
    value: Expression | None
    query: Query | None = None


@dataclass(frozen=True, slots=True)
class TryCatch(Statement):
    body: Block
    handler: Block


@dataclass(frozen=True, slots=True)
class Throw(Statement):
    number: Expression | None = None
    message: Expression | None = None
    state: Expression | None = None


@dataclass(frozen=True, slots=True)
class Raiserror(Statement):
    message: Expression
    severity: Expression
    state: Expression
    arguments: tuple[Expression, ...] = ()
    options: Parts = ()


@dataclass(frozen=True, slots=True)
class Print(Statement):
    value: Expression


@dataclass(frozen=True, slots=True)
class WaitFor(Statement):
    """`kind` is DELAY or TIME."""

    kind: str
    value: Expression


@dataclass(frozen=True, slots=True)
class ExecArgument(Node):
    """`name` with its @, or empty for a positional argument."""

    name: str
    value: Expression
    output: bool


@dataclass(frozen=True, slots=True)
class Execute(Statement):
    """EXEC of a procedure by name, by variable (`module` is a Variable), or of text (`text` is given)."""

    module: Parts | Variable | None
    arguments: tuple[ExecArgument, ...] = ()
    text: Expression | None = None
    return_variable: str = ""
    result_sets: str | tuple[tuple[ColumnDefinition, ...], ...] | None = None


@dataclass(frozen=True, slots=True)
class Transaction(Statement):
    """`action` is BEGIN, COMMIT, ROLLBACK or SAVE."""

    action: str
    name: Expression | str | None = None


@dataclass(frozen=True, slots=True)
class Use(Statement):
    database: str


@dataclass(frozen=True, slots=True)
class DeclareCursor(Statement):
    name: str
    options: Parts
    query: Query | None
    """None when `source` names a variable's cursor."""


@dataclass(frozen=True, slots=True)
class CursorOperation(Statement):
    """OPEN, CLOSE or DEALLOCATE."""

    action: str
    name: str
    is_global: bool = False


@dataclass(frozen=True, slots=True)
class Fetch(Statement):
    direction: str
    count: Expression | None
    cursor: str
    into: Parts
    is_global: bool = False


# --- definitions
# -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class IndexColumn(Node):
    name: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class KeyConstraint(Node):
    """PRIMARY KEY or UNIQUE; `clustered` None where not written."""

    kind: str
    columns: tuple[IndexColumn, ...]
    name: str = ""
    clustered: bool | None = None
    filegroup: Parts = ()


@dataclass(frozen=True, slots=True)
class ForeignKey(Node):
    columns: Parts
    table: Parts
    referenced: Parts
    name: str = ""
    on_delete: str = "NO ACTION"
    on_update: str = "NO ACTION"


@dataclass(frozen=True, slots=True)
class Check(Node):
    condition: Expression
    text: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class DefaultValue(Node):
    """A DEFAULT constraint; `column` is empty when it stands with its column."""

    value: Expression
    text: str
    name: str = ""
    column: str = ""
    with_values: bool = False


@dataclass(frozen=True, slots=True)
class ColumnDefinition(Node):
    """`computed` replaces the type; `nullable` is None where not written."""

    name: str
    type: TypeName | None
    nullable: bool | None = None
    identity: tuple[int, int] | None = None
    computed: Expression | None = None
    computed_text: str = ""
    persisted: bool = False
    collation: str = ""
    default: DefaultValue | None = None
    constraints: tuple[KeyConstraint | ForeignKey | Check, ...] = ()
    rowguidcol: bool = False
    sparse: bool = False


@dataclass(frozen=True, slots=True)
class IndexDefinition(Node):
    """An index, inline or by CREATE INDEX. `kind` is '' or 'COLUMNSTORE'."""

    name: str
    columns: tuple[IndexColumn, ...] = ()
    unique: bool = False
    clustered: bool = False
    kind: str = ""
    include: Parts = ()
    where: Expression | None = None
    where_text: str = ""
    placed_on: Parts = ()


@dataclass(frozen=True, slots=True)
class TableDefinition(Node):
    columns: tuple[ColumnDefinition, ...]
    constraints: tuple[KeyConstraint | ForeignKey | Check | DefaultValue, ...] = ()
    indexes: tuple[IndexDefinition, ...] = ()


@dataclass(frozen=True, slots=True)
class CreateTable(Statement):
    name: Parts
    definition: TableDefinition
    placed_on: Parts = ()


@dataclass(frozen=True, slots=True)
class AlterAction(Node):
    """One change of ALTER TABLE.

    `kind`: ADD, ALTER COLUMN, DROP COLUMN, DROP CONSTRAINT, CHECK, NOCHECK, SWITCH, REBUILD, ENABLE TRIGGER,
    DISABLE TRIGGER.
    """

    kind: str
    definition: TableDefinition | None = None
    column: ColumnDefinition | None = None
    names: Parts = ()
    if_exists: bool = False
    with_check: bool | None = None
    target: Parts = ()
    source_partition: Expression | None = None
    target_partition: Expression | None = None


@dataclass(frozen=True, slots=True)
class AlterTable(Statement):
    name: Parts
    actions: tuple[AlterAction, ...]


@dataclass(frozen=True, slots=True)
class CreateIndex(Statement):
    table: Parts
    index: IndexDefinition
    drop_existing: bool = False


@dataclass(frozen=True, slots=True)
class AlterIndex(Statement):
    """`action` is REBUILD, REORGANIZE, DISABLE or SET; `name` is empty for ALL."""

    name: str
    table: Parts
    action: str


@dataclass(frozen=True, slots=True)
class Drop(Statement):
    """`kind` is TABLE, VIEW, PROCEDURE, FUNCTION, TRIGGER, SCHEMA, SEQUENCE, SYNONYM, TYPE, INDEX, DATABASE,
    …; for an index, `tables` holds the table of each."""

    kind: str
    names: tuple[Parts, ...]
    if_exists: bool = False
    tables: tuple[Parts, ...] = ()


@dataclass(frozen=True, slots=True)
class Parameter(Node):
    """A parameter of a procedure or function."""

    name: str
    type: TypeName
    default: Expression | None = None
    has_default: bool = False
    output: bool = False
    readonly: bool = False


@dataclass(frozen=True, slots=True)
class CreateModule(Statement):
    """CREATE, ALTER or CREATE OR ALTER of a PROCEDURE, FUNCTION, VIEW or TRIGGER.

    `mode` is CREATE, ALTER or CREATE OR ALTER; `kind` PROCEDURE, VIEW, TRIGGER, SCALAR FUNCTION, INLINE
    FUNCTION or TABLE FUNCTION. `text` is the whole definition. `body` holds statements, `query` the view's or
    inline function's query.
    """

    mode: str
    kind: str
    name: Parts
    text: str
    parameters: tuple[Parameter, ...] = ()
    body: tuple[Statement, ...] = ()
    query: Query | None = None
    columns: Parts = ()
    options: Parts = ()
    returns: TypeName | None = None
    return_variable: str = ""
    return_table: TableDefinition | None = None
    table: Parts = ()
    events: Parts = ()
    check_option: bool = False


@dataclass(frozen=True, slots=True)
class CreateSchema(Statement):
    name: str
    owner: str = ""
    elements: tuple[Statement, ...] = ()


@dataclass(frozen=True, slots=True)
class CreateDatabase(Statement):
    name: str
    collation: str = ""


@dataclass(frozen=True, slots=True)
class AlterDatabase(Statement):
    """`options` are the words of each SET option in order; name is CURRENT for the session's own."""

    name: str
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CreateSequence(Statement):
    """`mode` is CREATE or ALTER; options are START, INCREMENT, MINVALUE, MAXVALUE, CYCLE, CACHE, RESTART."""

    mode: str
    name: Parts
    type: TypeName | None
    options: tuple[tuple[str, int | None], ...]


@dataclass(frozen=True, slots=True)
class CreateSynonym(Statement):
    name: Parts
    base: Parts


@dataclass(frozen=True, slots=True)
class CreateType(Statement):
    """An alias type (`base`) or a table type (`definition`)."""

    name: Parts
    base: TypeName | None = None
    nullable: bool | None = None
    definition: TableDefinition | None = None


@dataclass(frozen=True, slots=True)
class CreatePartitionFunction(Statement):
    name: str
    type: TypeName
    right: bool
    values: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class AlterPartitionFunction(Statement):
    """`action` is SPLIT or MERGE."""

    name: str
    action: str
    value: Expression


@dataclass(frozen=True, slots=True)
class CreatePartitionScheme(Statement):
    name: str
    function: str
    filegroups: Parts


@dataclass(frozen=True, slots=True)
class AlterPartitionScheme(Statement):
    name: str
    filegroup: str


@dataclass(frozen=True, slots=True)
class StatisticsStatement(Statement):
    """CREATE or UPDATE STATISTICS."""

    action: str
    table: Parts
    name: str = ""
    columns: Parts = ()


@dataclass(frozen=True, slots=True)
class Permission(Statement):
    """GRANT, DENY or REVOKE. `permissions` pairs a name with its columns."""

    action: str
    permissions: tuple[tuple[str, Parts], ...]
    securable_class: str
    securable: Parts
    principals: Parts
    with_grant: bool = False


@dataclass(frozen=True, slots=True)
class PrincipalStatement(Statement):
    """CREATE, ALTER or DROP of a LOGIN, USER or ROLE; `options` as name and value pairs."""

    action: str
    kind: str
    name: str
    options: tuple[tuple[str, str], ...] = ()
    if_exists: bool = False


@dataclass(frozen=True, slots=True)
class TriggerState(Statement):
    enable: bool
    triggers: tuple[Parts, ...]
    table: Parts


@dataclass(frozen=True, slots=True)
class Maintenance(Statement):
    """CHECKPOINT, DBCC and such: `words` as written."""

    words: Parts


@dataclass(frozen=True, slots=True)
class Batch(Node):
    """The statements of one batch and its text."""

    statements: tuple[Statement, ...]
    text: str = field(default="")
