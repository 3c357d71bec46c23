"""Control flow, variables, EXEC, transactions and cursors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tsqld.syntax.nodes.base import Expression, Node, Parts, Statement, TypeName
from tsqld.syntax.nodes.expressions import Variable
from tsqld.syntax.nodes.queries import Query

if TYPE_CHECKING:
    from tsqld.syntax.nodes.tables import ColumnDefinition, TableDefinition


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
    """EXEC of a procedure by name, by variable (`module` is a Variable), or of text (`text` is given).
    `impersonated` tells USER or LOGIN, and whom a text runs as."""

    module: Parts | Variable | None
    arguments: tuple[ExecArgument, ...] = ()
    text: Expression | None = None
    return_variable: str = ""
    result_sets: str | tuple[tuple[ColumnDefinition, ...], ...] | None = None
    impersonated: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class ExecuteAs(Statement):
    """EXECUTE AS. `kind` is USER, LOGIN or CALLER; `cookie` the variable of WITH COOKIE INTO."""

    kind: str
    name: Expression | None = None
    no_revert: bool = False
    cookie: str = ""


@dataclass(frozen=True, slots=True)
class Revert(Statement):
    """REVERT, with the cookie of an EXECUTE AS that made one."""

    cookie: Expression | None = None


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
