"""Every other definition: modules, schemas, databases, types, partitioning, permissions."""

from __future__ import annotations

from dataclasses import dataclass

from tsqld.syntax.nodes.base import Expression, Node, Parts, Statement, TypeName
from tsqld.syntax.nodes.queries import Query
from tsqld.syntax.nodes.tables import TableDefinition


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
class DatabaseOption(Node):
    """One option of SET or WITH; the value is ON, OFF, a word, a number, or empty where the name says all."""

    name: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class CreateDatabase(Statement):
    name: str
    collation: str = ""
    filegroups: Parts = ()
    options: tuple[DatabaseOption, ...] = ()


@dataclass(frozen=True, slots=True)
class AlterDatabase(Statement):
    """`action` is SET, COLLATE, SCOPED, or ADD, REMOVE or MODIFY with FILE, FILEGROUP or NAME.

    `argument` is what it names; the database is CURRENT for the session's own. `others` is what becomes of
    other sessions that a state must be waited for: ROLLBACK, NO_WAIT, or nothing for waiting.
    """

    name: str
    action: str
    argument: str = ""
    options: tuple[DatabaseOption, ...] = ()
    others: str = ""


@dataclass(frozen=True, slots=True)
class TransferObject(Statement):
    """ALTER SCHEMA … TRANSFER. `kind` is OBJECT or TYPE."""

    schema: str
    kind: str
    name: Parts


@dataclass(frozen=True, slots=True)
class Authorization(Statement):
    """ALTER AUTHORIZATION ON class::name TO owner."""

    securable_class: str
    name: Parts
    owner: str


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
    """`every` is ALL TO."""

    name: str
    function: str
    filegroups: Parts
    every: bool = False


@dataclass(frozen=True, slots=True)
class AlterPartitionScheme(Statement):
    name: str
    filegroup: str


@dataclass(frozen=True, slots=True)
class StatisticsStatement(Statement):
    """CREATE or UPDATE STATISTICS. `names` are the statistics an UPDATE names, empty for all."""

    action: str
    table: Parts
    name: str = ""
    columns: Parts = ()
    where_text: str = ""
    names: Parts = ()


@dataclass(frozen=True, slots=True)
class Permission(Statement):
    """GRANT, DENY or REVOKE. `permissions` pairs a name with its columns.

    `with_grant` is WITH GRANT OPTION, and GRANT OPTION FOR of a REVOKE; `grantor` the principal of AS.
    """

    action: str
    permissions: tuple[tuple[str, Parts], ...]
    securable_class: str
    securable: Parts
    principals: Parts
    with_grant: bool = False
    cascade: bool = False
    grantor: str = ""


@dataclass(frozen=True, slots=True)
class PrincipalStatement(Statement):
    """CREATE, ALTER or DROP of a LOGIN, USER, ROLE or SERVER ROLE; `options` as name and value pairs."""

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
    scope: str = ""
    """DATABASE or SERVER, whose triggers are meant instead of a table's."""


@dataclass(frozen=True, slots=True)
class Maintenance(Statement):
    """CHECKPOINT, DBCC and such: `words` as written."""

    words: Parts
