"""Which names a query sees: relations of FROM clauses, their columns, and the queries around them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tsqld.binder.access import Access
from tsqld.catalog.model import Table
from tsqld.errors import error
from tsqld.types import SqlType


def quoted(name: str) -> str:
    """A DuckDB identifier."""
    return '"' + name.replace('"', '""') + '"'


@dataclass(frozen=True, slots=True)
class RelationColumn:
    """A column as an expression sees it: its T-SQL name, DuckDB text, type and nullability."""

    name: str
    sql: str
    type: SqlType
    nullable: bool = True
    identity: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Relation:
    """A table source in scope.

    `names` are the qualifiers it answers to, from its alias or the parts of its name, lower case. `table` is
    the base table when it is one, `alias` its DuckDB alias.
    """

    alias: str
    names: tuple[str, ...]
    columns: tuple[RelationColumn, ...]
    table: Table | None = None
    exposed: str = ""
    rowid: str = ""
    written: str = ""
    """The table's name as FROM wrote it, by which errors 8120, 8121 and 8127 call its columns."""
    access: Access | None = None
    """Where to note which columns are read, when somebody must be asked."""

    def column(self, name: str) -> RelationColumn | None:
        wanted = name.lower()
        return next((column for column in self.columns if column.name.lower() == wanted), None)

    def touch_all(self) -> None:
        """Note that every column is read."""
        if self.access is not None:
            for column in self.columns:
                self.access.touch(column.name)

    def answers_to(self, qualifier: tuple[str, ...]) -> bool:
        """`alias`, `table`, `schema.table` or `database.schema.table`."""
        wanted = tuple(part.lower() for part in qualifier)
        return self.names[-len(wanted) :] == wanted


@dataclass(slots=True)
class Scope:
    """The relations of one query, with the scope of the query around it."""

    relations: list[Relation] = field(default_factory=list)
    parent: Scope | None = None
    ctes: Mapping[str, object] = field(default_factory=dict)
    windows: Mapping[str, object] = field(default_factory=dict)
    hoisted: list[tuple[str, str]] = field(default_factory=list)
    """Window keys computed below the SELECT: (name, DuckDB text)."""
    selecting: bool = False
    """Whether the select list, HAVING or ORDER BY is being compiled, where aggregates may stand."""
    grouping: object | None = None
    """How the query is grouped, while those clauses of a grouped query are being compiled."""

    def resolve(self, parts: tuple[str, ...], line: int) -> tuple[RelationColumn, Relation, Scope]:
        """The column that `parts` names. Errors: 207, 209, 4104."""
        scope: Scope | None = self
        while scope is not None:
            found = scope._here(parts, line)
            if found is not None:
                if found[1].access is not None:
                    found[1].access.touch(found[0].name)
                return found[0], found[1], scope
            scope = scope.parent
        if len(parts) > 1:
            raise error(4104, ".".join(parts), line=line)
        raise error(207, parts[0], line=line)

    def _here(self, parts: tuple[str, ...], line: int) -> tuple[RelationColumn, Relation] | None:
        name, qualifier = parts[-1], parts[:-1]
        matches = []
        for relation in self.relations:
            if qualifier and not relation.answers_to(qualifier):
                continue
            column = relation.column(name)
            if column is not None:
                matches.append((column, relation))
            elif qualifier and len(qualifier) == 1 and relation.answers_to(qualifier):
                raise error(207, name, line=line)
        if len(matches) > 1:
            raise error(209, name, line=line)
        return matches[0] if matches else None

    def relation(self, qualifier: tuple[str, ...], line: int) -> Relation:
        """The relation `qualifier` names. Error 107."""
        for relation in self.relations:
            if relation.answers_to(qualifier):
                return relation
        raise error(107, ".".join(qualifier), line=line)

    def add(self, relation: Relation, line: int) -> None:
        """Bring a relation into scope. Error 1013 when its exposed name is taken."""
        for other in self.relations:
            if relation.exposed and other.exposed.lower() == relation.exposed.lower():
                raise error(1013, other.exposed, relation.exposed, line=line)
        self.relations.append(relation)
