"""What compiling a statement needs to know and what it produces besides text: names, types, parameters."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from tsqld.binder.access import Access
from tsqld.binder.bound import Bound, Fine
from tsqld.binder.scope import Relation
from tsqld.catalog.model import Catalog, Module, Object, Synonym, Table
from tsqld.compile.pinned import Pins
from tsqld.errors import TsqlError, error
from tsqld.functions.sqltext import duck_type
from tsqld.functions.ticks import TYPES as TICKS
from tsqld.functions.ticks import is_fine
from tsqld.syntax.nodes import BulkSource, Node
from tsqld.types import SqlType

DBO = "dbo"


@dataclass(frozen=True, slots=True)
class Reference:
    """A value known only when the statement runs.

    `kind` is 'variable' (local variable `name`), 'variable in ticks' (of 100 ns, as `Bound.exact`), 'now'
    (the statement's clock, `name` the function), 'session' (a session value such as @@ROWCOUNT), 'rows' (a
    number of rows, checked: `name` is the error and the least) or 'function' (a catalog or session function
    of `arguments`).
    """

    kind: str
    name: str
    arguments: tuple[Reference | Bound, ...] = ()
    type: SqlType | None = None


@dataclass(frozen=True, slots=True)
class SystemRelation:
    """A catalog view: its columns, and what makes DuckDB text of the rows that `Pins` leave, once."""

    columns: tuple[tuple[str, SqlType], ...]
    text: Callable[[Pins], str]


class Environment(Protocol):
    """The session as the compiler sees it."""

    unresolved: list[tuple[Node, int, TsqlError]] | None
    """Where a compilation that failed notes each name it cannot resolve; None while it may still work."""

    @property
    def database(self) -> str: ...

    @property
    def default_schema(self) -> str:
        """Where a name without a schema is looked for before dbo."""
        ...

    def inside(
        self, database: str, module: Module | None = None, access: Access | None = None
    ) -> AbstractContextManager[None]:
        """While the text of a module of that database is compiled, whose names mean what they mean there and
        whose owner's objects are open."""
        ...

    def trusted(self) -> AbstractContextManager[None]:
        """While a text is compiled that its table's owner vouches for."""
        ...

    def enter(self, database: str, line: int) -> None:
        """Error 916 where the session may not go into another database."""
        ...

    def demand(
        self, permission: str, found: Object, name: FullName, *, required: bool = True
    ) -> Access | None:
        """Note that the statement uses an object; None where nothing need be asked."""
        ...

    def through_synonym(self, found: Object, name: FullName) -> None:
        """Note that the object resolved next was named by a synonym."""
        ...

    def demand_change(
        self, permission: str, access: Access | None, table: Table, columns: Collection[str] = ()
    ) -> None:
        """Note that the statement changes a table: by itself, or through the view that `access` is."""
        ...

    @property
    def checks(self) -> bool:
        """Whether what is compiled must be asked for."""
        ...

    @property
    def accesses(self) -> list[Access]:
        """What has been noted."""
        ...

    def discount(self, known: int) -> None:
        """Forget that what was noted since is read."""
        ...

    def in_schema(self, schema: str) -> None:
        """Look names up first in that schema, as a module of it does."""
        ...

    def verify(self) -> None:
        """Errors 229 and 230 of what was noted."""
        ...

    @property
    def identity_insert(self) -> str:
        """Storage name of the table SET IDENTITY_INSERT is ON for, or empty."""
        ...

    @property
    def instead(self) -> tuple[int, ...]:
        """The INSTEAD OF triggers that run, by object_id."""
        ...

    @property
    def datefirst(self) -> int:
        """The first day of the week, 1 is Monday: SET DATEFIRST."""
        ...

    def catalog(self, database: str) -> Catalog:
        """The catalog as of this transaction. Error 911."""
        ...

    def object(self, database: str, schema: str, name: str) -> Object | None:
        """An object by its name, as of this transaction; what was compiled holds while it is the same one.
        Error 911."""
        ...

    def variable_type(self, name: str) -> SqlType | None: ...

    def table_variable(self, name: str) -> Table | None: ...

    def temporary(self, name: str) -> Table | None:
        """A temp table visible here by its #name."""
        ...

    def system_relation(self, database: str, schema: str, name: str) -> SystemRelation | None: ...

    def known(self, sql: str, references: Sequence[Reference]) -> tuple[Any, ...] | None:
        """The value that a text without columns has now, alone in a tuple; None where it has none yet."""
        ...

    def system_rows(self, name: str, arguments: Sequence[Any] | None) -> SystemRelation:
        """The rows of a system function that is asked for at once; only its columns without arguments."""
        ...

    def system_function(self, parts: Sequence[str]) -> Module | None:
        """A table function that the server brings along."""
        ...

    def special_table(self, name: str) -> Table | None:
        """`inserted` and `deleted` inside a trigger."""
        ...

    def bulk_rowset(self, compiler: Any, node: BulkSource) -> tuple[str, Relation]:
        """OPENROWSET(BULK …) as DuckDB text and the relation it is."""
        ...

    def alias_type(self, schema: str, name: str) -> SqlType | None: ...

    def row_function(self, name: str, types: tuple[SqlType, ...], result: SqlType) -> int:
        """The handle of a catalog function that DuckDB calls row by row."""
        ...

    def row_module(self, module: Module, database: str) -> int:
        """The handle of a T-SQL function that DuckDB calls row by row."""
        ...

    def rows_storage(self) -> str:
        """A new name for a temp table that holds a function's rows."""
        ...


@dataclass(slots=True)
class Context:
    """One compilation: collects parameters, hands out aliases."""

    environment: Environment
    references: list[Reference] = field(default_factory=list)
    volatile: bool = False
    reads: set[str] = field(default_factory=set)
    hints: set[tuple[str, str]] = field(default_factory=set)
    """Tables, each with a hint it is read with."""
    inherited: tuple[str, ...] = ()
    """Hints of the view whose text is being compiled."""
    depth: int = 0
    told: Node | None = None
    """The query whose rows go to the client or into variables, which take a seventh digit of a second."""
    leaves: frozenset[int] = frozenset()
    """Its SELECTs, by identity, while UNION ALL of them is compiled in ticks of 100 ns."""
    has_ticks: bool = False
    """Whether a SELECT had a value that may have a seventh digit."""
    max_recursion: int | None = None
    """OPTION (MAXRECURSION n) of the statement: it holds for the views it reads too."""
    _positions: dict[Reference, int] = field(default_factory=dict)
    _aliases: int = 0

    def parameter(self, reference: Reference, type: SqlType) -> str:
        """DuckDB text of a run-time value, the same place for the same value."""
        return self._placed(reference, duck_type(type))

    def _placed(self, reference: Reference, duck: str) -> str:
        position = self._positions.get(reference)
        if position is None:
            self.references.append(reference)
            position = self._positions[reference] = len(self.references)
        return f"CAST(${position} AS {duck})"

    def note(self, node: Node, position: int, problem: TsqlError) -> None:
        """Raise the error of the name at a position of a node, or note it where more of them are sought."""
        noted = self.environment.unresolved
        if noted is None:
            raise problem
        if not any(node is other and position == place for other, place, _ in noted):
            noted.append((node, position, problem))

    def read(self, storage: str, hints: Sequence[str] = ()) -> None:
        """A text reads a table, with these hints."""
        self.reads.add(storage)
        self.hints.update((storage, hint) for hint in (*hints, *self.inherited))

    def forget(self, count: int) -> None:
        """Give parameters back that no text uses: all but the first `count`."""
        for reference in self.references[count:]:
            del self._positions[reference]
        del self.references[count:]

    def alias(self, prefix: str = "t") -> str:
        self._aliases += 1
        return f"{prefix}{self._aliases}"

    def variable(self, name: str, line: int) -> Bound:
        """A local variable. Error 137."""
        type = self.environment.variable_type(name)
        if type is None:
            raise error(137, name, line=line)
        value = Bound(self.parameter(Reference("variable", name.lower()), type), type)
        if not is_fine(type):
            return value
        ticks = Reference("variable in ticks", name.lower())
        return replace(value, fine=Fine(value.sql, lambda: self._placed(ticks, TICKS[type.name])))


Resolved = Object | SystemRelation


@dataclass(frozen=True, slots=True)
class FullName:
    """An object's three-part name, complete."""

    database: str
    schema: str
    name: str

    @property
    def two_part(self) -> str:
        return f"{self.schema}.{self.name}"


def full_name(environment: Environment, parts: Sequence[str], line: int) -> FullName:
    """Complete a written name with the database and the schema in which it is looked for first."""
    if len(parts) == 4:
        from tsqld.errors import unsupported

        raise unsupported("four-part names (linked servers)", line)
    name = parts[-1]
    schema = parts[-2] if len(parts) > 1 and parts[-2] else environment.default_schema
    database = parts[-3] if len(parts) > 2 and parts[-3] else environment.database
    return FullName(database, schema, name)


def resolve_object(environment: Environment, parts: Sequence[str], line: int) -> tuple[Resolved, FullName]:
    """The table, view, function, sequence or catalog view that a name means. Error 208."""
    name = full_name(environment, parts, line)
    if name.name.startswith("#"):
        temporary = environment.temporary(name.name)
        if temporary is None:
            raise error(208, ".".join(parts), line=line)
        return temporary, name
    if len(parts) == 1:
        special = environment.special_table(name.name)
        if special is not None:
            return special, name
    try:
        name, found = located(environment, name, parts)
    except TsqlError:
        raise error(208, ".".join(parts), line=line) from None
    environment.enter(name.database, line)
    system = _system(environment, name, parts)
    if system is not None:
        return system, name
    if isinstance(found, Synonym):
        base = resolve_object(environment, found.base, line)
        environment.through_synonym(found, name)
        return base
    if found is None:
        raise error(208, ".".join(parts), line=line)
    return found, FullName(name.database, found.schema, found.name)


def located(environment: Environment, name: FullName, parts: Sequence[str]) -> tuple[FullName, Object | None]:
    """An object by its completed name: where no schema was written, dbo's comes second. Error 911."""
    found = environment.object(name.database, name.schema, name.name)
    if found is None and name.schema.lower() != DBO and not (len(parts) > 1 and parts[-2]):
        name = FullName(name.database, DBO, name.name)
        found = environment.object(name.database, name.schema, name.name)
    return name, found


def _system(environment: Environment, name: FullName, parts: Sequence[str]) -> SystemRelation | None:
    if len(parts) > 1 and name.schema.lower() in ("sys", "information_schema"):
        return environment.system_relation(name.database, name.schema.lower(), name.name.lower())
    if (name.database.lower(), name.schema.lower(), name.name.lower()) == ("master", "dbo", "spt_values"):
        return environment.system_relation("master", "dbo", "spt_values")
    if name.schema.lower() == "dbo" and (
        name.name.lower().startswith("sys") or name.database.lower() == "msdb"
    ):
        return environment.system_relation(name.database, "dbo", name.name.lower())
    return None
