"""Pieces of DuckDB text with what T-SQL knows of them: output columns, compiled queries, SELECT clauses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tsqld.binder.bound import Bound
from tsqld.binder.scope import Relation, RelationColumn, Scope
from tsqld.compile.alike import Alike
from tsqld.compile.grouping import Stage
from tsqld.compile.volatile import hoisted_from
from tsqld.errors import unsupported
from tsqld.types import SqlType


@dataclass(frozen=True, slots=True)
class OutColumn:
    """An output column; `source` is the column it passes through unchanged, `literal` the literal it is."""

    name: str
    type: SqlType
    nullable: bool = True
    source: RelationColumn | None = None
    literal: Bound | None = None

    @property
    def bound(self) -> Bound:
        """The column as an operand: NULL literals keep their freedom to become any type."""
        return self.literal or Bound("", self.type, self.nullable)


@dataclass(frozen=True, slots=True)
class QueryText:
    """A compiled query: DuckDB text yielding c1 … cn. `source` is the one relation below when rows keep
    identity; `ordinal` names a further column, where there is one, that numbers the rows in order from 0."""

    sql: str
    columns: tuple[OutColumn, ...]
    source: Scope | None = None
    ordinal: str = ""


@dataclass(frozen=True, slots=True)
class Select:
    """The clauses of one SELECT, compiled."""

    from_sql: str
    where: str
    group_by: str = ""
    having: str = ""
    values: tuple[Bound, ...] = ()
    rowid: str = ""
    scope: Scope | None = None
    stage: Stage | None = None
    alike: Alike | None = None

    def text(self) -> str:
        if self.stage is not None:
            return self._staged(self.stage)
        from_sql, where = self.from_sql, self.where
        if self.scope is not None and self.scope.hoisted:
            keys = self.scope.hoisted
            from_sql = hoisted_from(from_sql, where, self.scope.relations, keys, f"{keys[0][0]}_rows")
            where = ""
        listed = [f"{value.sql} AS c{i}" for i, value in enumerate(self.values, 1)]
        if self.alike is not None:
            listed = self.alike.below(self.values)
        if self.rowid:
            listed.append(self.rowid)
        parts = [f"SELECT {', '.join(listed)}"]
        if from_sql:
            parts.append(f"FROM {from_sql}")
        if where:
            parts.append(f"WHERE {where}")
        if self.group_by:
            parts.append(f"GROUP BY {self.group_by}")
        if self.having:
            parts.append(f"HAVING {self.having}")
        text = " ".join(parts)
        return text if self.alike is None else self.alike.around(self.values, text)

    def _staged(self, stage: Stage) -> str:
        if self.rowid:
            raise unsupported("changing rows through a query of this form", 0)
        grouped = [
            f"{word} {sql}"
            for word, sql in (("FROM", self.from_sql), ("WHERE", self.where), ("GROUP BY", self.group_by))
            if sql
        ]
        listed = ", ".join(f"{value.sql} AS c{i}" for i, value in enumerate(self.values, 1))
        having = f" WHERE {self.having}" if self.having else ""
        return f"SELECT {listed} FROM {stage.text(' '.join(grouped))}{having}"


def cte_relation(alias: str, exposed: str, columns: Sequence[OutColumn]) -> Relation:
    """A relation over a text that yields c1 … cn."""
    return Relation(
        alias,
        (exposed.lower(),),
        tuple(
            RelationColumn(column.name, f"{alias}.c{i}", column.type.of_a_column, column.nullable)
            for i, column in enumerate(columns, 1)
        ),
        exposed=exposed,
    )
