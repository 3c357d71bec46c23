"""The rows of a MERGE: source joined to target, each with the clause that takes it and what becomes of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from tsqld.binder.bound import Bound
from tsqld.binder.scope import Relation, Scope, quoted
from tsqld.catalog.model import Column
from tsqld.compile.context import Reference
from tsqld.compile.dml.found import Found
from tsqld.compile.dml.plan import is_stored
from tsqld.compile.dml.rows import identity_value
from tsqld.compile.dml.update import Assigned, UpdateCompiler
from tsqld.compile.expressions import Place
from tsqld.errors import error, unsupported
from tsqld.functions.sqltext import duck_type
from tsqld.syntax import nodes as n
from tsqld.syntax.walk import parse_value
from tsqld.types import BIGINT


@dataclass(frozen=True, slots=True)
class Clause:
    """A WHEN clause: its number, when it takes a row, and the row's new values by lower-case column."""

    number: int
    when: n.MergeWhen
    test: str
    values: dict[str, str]


@dataclass(frozen=True, slots=True)
class Merged:
    """Target and source of a MERGE with the condition that joins them."""

    found: Found
    sources: tuple[Relation, ...]
    source_sql: str
    on: str
    visible: dict[str, object]

    @property
    def target_sql(self) -> str:
        """The target as one operand of a join."""
        if len(self.found.sources) == 1:
            return self.found.sources[0]
        first, second = self.found.sources
        return f"({first} JOIN {second} ON {self.found.conditions[0]})"


_COLUMN: Final = re.compile(r'\w+\."(?:[^"]|"")*"|\w+\.c\d+')
"""A column by itself, which is safe to read in any row."""


class MergeRowCompiler(UpdateCompiler):
    """Adds the rows of a MERGE."""

    def merged(self, node: n.Merge, visible: dict[str, object]) -> Merged:
        """The target, by itself and through what the statement calls it, and the source."""
        columns = [name for when in node.whens for name in when.columns]
        columns += [item.column[-1] for when in node.whens for item in when.assignments if item.column]
        found = self.found(n.Delete(node.line, node.target), visible, columns)
        if node.alias:
            seen = replace(found.relation, names=(node.alias.lower(),), exposed=node.alias)
            base = seen if found.base is found.relation else found.base
            found = replace(found, relation=seen, base=base)
        scope = Scope([], None, visible)
        source_sql = self.from_clause((node.source,), scope)
        sources = tuple(scope.relations)
        for relation in sources:
            Scope([found.relation]).add(relation, node.line)
        on = self.condition(node.on, Place(Scope([found.relation, *sources], None, visible)))
        return Merged(found, sources, source_sql, on, visible)

    # clauses

    def clause(self, number: int, when: n.MergeWhen, merged: Merged) -> Clause:
        mine, sources = merged.found.relation, merged.sources
        seen = {"MATCHED": [mine, *sources], "TARGET": [*sources], "SOURCE": [mine]}[when.matched]
        place = Place(Scope(seen, None, merged.visible))
        test = self.condition(when.condition, place) if when.condition is not None else ""
        values: dict[str, str] = {}
        if when.action == "UPDATE":
            values = self._merge_update(when, merged.found, place)
        elif when.action == "INSERT":
            values = self._merge_insert(when, merged.found, place)
        return Clause(number, when, test, values)

    def _merge_update(self, when: n.MergeWhen, found: Found, place: Place) -> dict[str, str]:
        assigned = Assigned()
        for item in when.assignments:
            if item.variable:
                raise unsupported("variables in MERGE", item.line)
            self.assign(item, found.target, found.base, place, assigned)
        self._versioned(found.target, assigned.new)
        self.after_image(found.target, found.base, assigned.new, when.line)
        return {name: text for name, (_, text) in assigned.new.items()}

    def _merge_insert(self, when: n.MergeWhen, found: Found, place: Place) -> dict[str, str]:
        table = found.target.table
        columns = [found.target.column(column, when.line) for column in when.columns]
        explicit = self._identity_insert(table)
        if not columns:
            columns = [c for c in found.target.order if not c.is_generated and (explicit or not c.identity)]
        items = when.values if when.values is not None else ()
        if when.values is not None and len(items) != len(columns):
            number = 110 if len(items) > len(columns) else 109
            raise error(number if when.columns else 213, line=when.line)
        given = {}
        for column, item in zip(columns, items, strict=False):
            if column.identity and not explicit:
                raise error(544, table.name, line=when.line)
            if column.is_generated:
                raise error(271 if column.computed else 273, column.name, line=when.line)
            if column.name.lower() in given:
                raise error(264, column.name, line=when.line)
            given[column.name.lower()] = (
                self.default_of(column) if isinstance(item, n.Default) else self.value(item, place)
            )
        if table.identity and explicit and table.identity.name.lower() not in given:
            raise error(545, table.name, line=when.line)
        return self._inserted_values(found, given, when.line)

    def _inserted_values(self, found: Found, given: dict[str, Bound], line: int) -> dict[str, str]:
        """Every stored column of a new row; the identity is numbered later."""
        table, name = found.target.table, found.target.name
        values: dict[str, str] = {}
        for column in table.columns:
            key = column.name.lower()
            if column.computed or (column.identity and key not in given):
                continue
            if column.type.name == "rowversion":
                values[key] = self._rowversion(table, name)
                continue
            value = given.get(key) or self.default_of(column)
            values[key] = self.stored(value, column, name, "INSERT", line)
        image = tuple(
            replace(seen, sql=values.get(seen.name.lower(), f"CAST(NULL AS {duck_type(seen.type)})"))
            for seen in found.base.columns
        )
        scope = Scope([replace(found.base, columns=image, access=None)])
        for column in table.columns:
            if column.computed and column.persisted:
                with self.context.environment.trusted():
                    value = self.value(parse_value(column.computed), Place(scope))
                values[column.name.lower()] = self.stored(value, column, name, "INSERT", line)
        return values

    # the change set

    def rows_text_of(self, node: n.Merge, merged: Merged, clauses: Sequence[Clause]) -> str:
        """Every row that a clause takes, as it will be and as it was."""
        kinds = {clause.when.matched for clause in clauses}
        joined = "LEFT JOIN" if "TARGET" in kinds else "JOIN"
        parts = []
        if kinds & {"MATCHED", "TARGET"}:
            chosen = [c for c in clauses if c.when.matched != "SOURCE"]
            source = f"({merged.source_sql})" if " JOIN " in merged.source_sql else merged.source_sql
            listed = self._listed(merged, chosen)
            parts.append(f"SELECT {listed} FROM {source} {joined} {merged.target_sql} ON {merged.on}")
        if "SOURCE" in kinds:
            chosen = [c for c in clauses if c.when.matched == "SOURCE"]
            listed = self._listed(merged, chosen, no_source=True)
            unmatched = f"NOT EXISTS (SELECT 1 FROM {merged.source_sql} WHERE {merged.on})"
            parts.append(f"SELECT {listed} FROM {merged.target_sql} WHERE {unmatched}")
        alias = self.context.alias("m")
        text = " UNION ALL ".join(f"({part})" for part in parts)
        return self.topped(node.top, f"SELECT * FROM ({text}) AS {alias} WHERE tsqld_action > 0")

    def _chosen(self, clauses: Sequence[Clause], found: Found) -> str:
        """The number of the first clause that takes a row, 0 for none."""
        tests = []
        for clause in clauses:
            where = {
                "MATCHED": f"{found.base.rowid} IS NOT NULL",
                "TARGET": f"{found.base.rowid} IS NULL",
                "SOURCE": "",
            }[clause.when.matched]
            test = " AND ".join(part for part in (where, clause.test) if part) or "TRUE"
            tests.append(f"WHEN {test} THEN {clause.number}")
        return f"CASE {' '.join(tests)} ELSE 0 END"

    def _listed(self, merged: Merged, clauses: Sequence[Clause], *, no_source: bool = False) -> str:
        found = merged.found
        action = self._chosen(clauses, found)
        listed = [f"{found.base.rowid} AS tsqld_rowid", f"{action} AS tsqld_action"]
        for column in found.target.table.columns:
            if not is_stored(column):
                continue
            seen = found.base.column(column.name)
            assert seen is not None
            listed.append(f"{self._new_value(column, seen.sql, clauses, action)} AS {quoted(column.name)}")
            listed.append(f"{seen.sql} AS {quoted('old ' + column.name)}")
        position = 0
        for relation in merged.sources:
            for source_column in relation.columns:
                position += 1
                text = f"CAST(NULL AS {duck_type(source_column.type)})" if no_source else source_column.sql
                listed.append(f"{text} AS {quoted(f'source {position}')}")
        return ", ".join(listed)

    def _new_value(self, column: Column, old: str, clauses: Sequence[Clause], action: str) -> str:
        """A column of the row as it will be: by clause, the old value where the clause leaves it. A deleted
        row's does not matter."""
        whens = []
        for clause in clauses:
            if clause.when.action == "DELETE":
                continue
            value = clause.values.get(column.name.lower())
            if value is None and clause.when.action == "UPDATE":
                value = old
            if value is not None:
                whens.append(f"WHEN {clause.number} THEN {value}")
        null = f"CAST(NULL AS {duck_type(column.type)})"
        plain = {value.partition(" THEN ")[2] for value in whens}
        if len(plain) == 1 and _COLUMN.fullmatch(next(iter(plain))):
            return next(iter(plain))
        return f"CASE {action} {' '.join(whens)} ELSE {null} END" if whens else null

    def numbered(self, merged: Merged, clauses: Sequence[Clause], rows: str) -> str:
        """Give inserted rows their identity values."""
        identity = merged.found.target.table.identity
        inserts = numbers(clauses, "INSERT")
        if identity is None or not inserts or self._identity_insert(merged.found.target.table):
            return rows
        assert identity.identity is not None
        first = self.context.parameter(Reference("identity", merged.found.target.table.storage), BIGINT)
        taken = f"tsqld_action IN ({inserts})"
        name = quoted(identity.name)
        number = (
            f"{first} + (sum(CASE WHEN {taken} THEN 1 ELSE 0 END) OVER (ROWS UNBOUNDED PRECEDING) - 1) "
            f"* {identity.identity[1]}"
        )
        value = identity_value(number, identity)
        return f"SELECT * REPLACE (CASE WHEN {taken} THEN {value} ELSE {name} END AS {name}) FROM ({rows})"


def numbers(clauses: Sequence[Clause], *actions: str) -> str:
    """The numbers of the clauses that do one of `actions`, listed."""
    return ", ".join(str(clause.number) for clause in clauses if clause.when.action in actions)
