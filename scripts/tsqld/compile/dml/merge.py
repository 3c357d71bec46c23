"""Compiles MERGE: one change set of source joined to target, each row with the clause that takes it.

The change set holds the target's row identity, the clause's number, the row as it will be, the row as it was,
and the source's columns when OUTPUT wants them; then one DELETE, one UPDATE and one INSERT apply it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from tsqld.binder.bound import Bound
from tsqld.binder.scope import Relation, RelationColumn, Scope, quoted
from tsqld.catalog.model import Column
from tsqld.compile import operations as f
from tsqld.compile.cascades import acts
from tsqld.compile.checks import KeyCheck, check_texts, delete_checks, key_checks, reference_checks
from tsqld.compile.context import Reference
from tsqld.compile.dml.plan import CHANGE, ChangePlan, OutputPlan, Target, is_stored, named
from tsqld.compile.dml.update import UpdateCompiler
from tsqld.compile.expressions import Place
from tsqld.compile.triggered import Fired, new_rows, old_rows
from tsqld.errors import error, unsupported
from tsqld.functions.sqltext import duck_type
from tsqld.syntax import nodes as n
from tsqld.syntax.walk import parse_condition
from tsqld.types import BIGINT, nvarchar


@dataclass(frozen=True, slots=True)
class _Clause:
    """A WHEN clause: its number, when it takes a row, and the row's new values by lower-case column."""

    number: int
    when: n.MergeWhen
    test: str
    values: dict[str, str]


_CLAUSES: Final = {
    "MATCHED": "WHEN MATCHED",
    "TARGET": "WHEN NOT MATCHED",
    "SOURCE": "WHEN NOT MATCHED BY SOURCE",
}


class MergeCompiler(UpdateCompiler):
    """Adds MERGE."""

    _action = ""

    def pseudo_column(self, node: n.ColumnName, place: Place) -> Bound:
        if node.parts[-1] == "$ACTION" and self._action:
            return Bound(self._action, nvarchar(10), nullable=False)
        return super().pseudo_column(node, place)

    def merge(self, node: n.Merge) -> ChangePlan:
        self._refuse_twice(node)
        visible = self._statement_ctes(node.ctes, node.max_recursion)
        target = self._target(node.target)
        exposed = node.alias or (node.target.name[-1] if node.target.name else node.target.variable)
        target_sql, mine = self.base_table(target.table, exposed, (exposed.lower(),))
        if len(target.visible) != len(target.table.columns):
            raise unsupported("MERGE into a view", node.line)
        scope = Scope([], None, visible)
        source_sql = self.from_clause((node.source,), scope)
        sources = list(scope.relations)
        both = Scope([mine, *sources], None, visible)
        on = self.condition(node.on, Place(both))
        clauses = self._clauses(node, target, mine, sources, visible)
        rows = self._rows_text(node, target, mine, sources, clauses, source_sql, target_sql, on)
        return self._merge_plan(node, target, mine, sources, clauses, rows)

    def _refuse_twice(self, node: n.Merge) -> None:
        """An unconditional clause ends its kind. Error 5324."""
        for kind in ("MATCHED", "TARGET", "SOURCE"):
            whens = [when for when in node.whens if when.matched == kind]
            if any(when.condition is None for when in whens[:-1]):
                raise error(5324, line=node.line)
            actions = [when.action for when in whens]
            clause = _CLAUSES[kind]
            for action in set(actions):
                if actions.count(action) > 1:
                    raise error(10714, action, clause, line=node.line)

    # clauses

    def _clauses(
        self,
        node: n.Merge,
        target: Target,
        mine: Relation,
        sources: Sequence[Relation],
        visible: dict[str, object],
    ) -> list[_Clause]:
        clauses = []
        for number, when in enumerate(node.whens, 1):
            seen = {"MATCHED": [mine, *sources], "TARGET": [*sources], "SOURCE": [mine]}[when.matched]
            scope = Scope(list(seen), None, visible)
            test = self.condition(when.condition, Place(scope)) if when.condition is not None else "TRUE"
            values: dict[str, str] = {}
            if when.action == "UPDATE":
                values = self._merge_update(when, target, mine, Place(scope))
            elif when.action == "INSERT":
                values = self._merge_insert(when, target, Place(scope))
            clauses.append(_Clause(number, when, test, values))
        return clauses

    def _merge_update(
        self, when: n.MergeWhen, target: Target, mine: Relation, place: Place
    ) -> dict[str, str]:
        new: dict[str, tuple[Column, str]] = {}
        for item in when.assignments:
            if item.variable:
                raise unsupported("variables in MERGE", item.line)
            self._assignment(item, target, mine, place, new, [])
        self._versioned(target, new)
        if any(column.computed and column.persisted for column in target.table.columns):
            inserted = self._inserted_relation(target.table, mine, new)
            self._recomputed(target.table, target.name, mine, inserted, new, when.line)
        return {name: text for name, (_, text) in new.items()}

    def _merge_insert(self, when: n.MergeWhen, target: Target, place: Place) -> dict[str, str]:
        table, name = target.table, target.name
        columns = [target.column(column, when.line) for column in when.columns]
        if not columns:
            columns = [c for c in table.columns if not c.is_generated and not c.identity]
        items = when.values if when.values is not None else ()
        if when.values is not None and len(items) != len(columns):
            raise error(110 if len(items) > len(columns) else 109, line=when.line)
        given = {}
        for column, item in zip(columns, items, strict=False):
            if column.identity:
                raise error(544, table.name, line=when.line)
            given[column.name.lower()] = (
                self.default_of(column) if isinstance(item, n.Default) else self.value(item, place)
            )
        values: dict[str, str] = {}
        for column in table.columns:
            if not is_stored(column):
                continue
            if column.computed:
                raise unsupported("MERGE … INSERT into a table with persisted computed columns", when.line)
            if column.identity:
                continue
            if column.type.name == "rowversion":
                values[column.name.lower()] = self._rowversion(table, name)
                continue
            value = given.get(column.name.lower()) or self.default_of(column)
            values[column.name.lower()] = self.stored(value, column, name, "INSERT", when.line)
        return values

    # the change set

    def _rows_text(
        self,
        node: n.Merge,
        target: Target,
        mine: Relation,
        sources: Sequence[Relation],
        clauses: Sequence[_Clause],
        source_sql: str,
        target_sql: str,
        on: str,
    ) -> str:
        kinds = {clause.when.matched for clause in clauses}
        joined = "LEFT JOIN" if "TARGET" in kinds else "JOIN"
        parts = []
        if kinds & {"MATCHED", "TARGET"}:
            chosen = [c for c in clauses if c.when.matched != "SOURCE"]
            action = self._chosen(chosen, f"{mine.rowid} IS NOT NULL")
            listed = self._listed(target, mine, sources, chosen, action)
            wrapped = f"({source_sql})" if " JOIN " in source_sql else source_sql
            parts.append(f"SELECT {listed} FROM {wrapped} {joined} {target_sql} ON {on}")
        if "SOURCE" in kinds:
            chosen = [c for c in clauses if c.when.matched == "SOURCE"]
            listed = self._listed(target, mine, sources, chosen, self._chosen(chosen, ""), no_source=True)
            parts.append(
                f"SELECT {listed} FROM {target_sql} WHERE NOT EXISTS (SELECT 1 FROM {source_sql} WHERE {on})"
            )
        alias = self.context.alias("m")
        text = " UNION ALL ".join(f"({part})" for part in parts)
        rows = f"SELECT * FROM ({text}) AS {alias} WHERE tsqld_action > 0{self._top_rows(node.top)}"
        return self._numbered_rows(target, clauses, rows)

    def _chosen(self, clauses: Sequence[_Clause], matched: str) -> str:
        """The number of the first clause that takes a row, 0 for none."""
        tests = []
        for clause in clauses:
            where = {"MATCHED": matched, "TARGET": f"NOT ({matched})", "SOURCE": "TRUE"}[clause.when.matched]
            tests.append(f"WHEN {where} AND {clause.test} THEN {clause.number}")
        return f"CASE {' '.join(tests)} ELSE 0 END"

    def _listed(
        self,
        target: Target,
        mine: Relation,
        sources: Sequence[Relation],
        clauses: Sequence[_Clause],
        action: str,
        *,
        no_source: bool = False,
    ) -> str:
        listed = [f"{mine.rowid} AS tsqld_rowid", f"{action} AS tsqld_action"]
        for column in target.table.columns:
            if not is_stored(column):
                continue
            seen = mine.column(column.name)
            assert seen is not None
            listed.append(f"{self._new_value(column, seen.sql, clauses, action)} AS {quoted(column.name)}")
            listed.append(f"{seen.sql} AS {quoted('old ' + column.name)}")
        position = 0
        for relation in sources:
            for source_column in relation.columns:
                position += 1
                text = f"CAST(NULL AS {duck_type(source_column.type)})" if no_source else source_column.sql
                listed.append(f"{text} AS {quoted(f'source {position}')}")
        return ", ".join(listed)

    def _new_value(self, column: Column, old: str, clauses: Sequence[_Clause], action: str) -> str:
        """A column of the row as it will be: by clause, the old value where the clause leaves it."""
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
        return f"CASE {action} {' '.join(whens)} ELSE {null} END" if whens else null

    def _numbered_rows(self, target: Target, clauses: Sequence[_Clause], rows: str) -> str:
        """Give inserted rows their identity values."""
        identity = target.table.identity
        inserts = [str(clause.number) for clause in clauses if clause.when.action == "INSERT"]
        if identity is None or not inserts:
            return rows
        assert identity.identity is not None
        first = self.context.parameter(Reference("identity", target.table.storage), BIGINT)
        taken = f"tsqld_action IN ({', '.join(inserts)})"
        name = quoted(identity.name)
        number = (
            f"{first} + (sum(CASE WHEN {taken} THEN 1 ELSE 0 END) OVER (ROWS UNBOUNDED PRECEDING) - 1) "
            f"* {identity.identity[1]}"
        )
        return (
            f"SELECT * REPLACE (CASE WHEN {taken} THEN CAST({number} AS {duck_type(identity.type)}) "
            f"ELSE {name} END AS {name}) FROM ({rows})"
        )

    # the plan

    def _merge_plan(
        self,
        node: n.Merge,
        target: Target,
        mine: Relation,
        sources: Sequence[Relation],
        clauses: Sequence[_Clause],
        rows: str,
    ) -> ChangePlan:
        table, name = target.table, target.name
        environment = self.context.environment
        if acts(table, name, environment):
            raise unsupported(f"MERGE into {table.full_name}, which foreign keys cascade from", node.line)
        rows = self._merge_checked(target, clauses, rows)
        outputs, values = self._merge_outputs(node, target, sources, clauses)
        if values:
            listed = ", ".join(f"{value.sql} AS o{i}" for i, value in enumerate(values, 1))
            rows = f"SELECT n.*, {listed} FROM ({rows}) AS n"
        changed = {column for clause in clauses for column in clause.values}
        deletes = any(clause.when.action == "DELETE" for clause in clauses)
        once = [str(c.number) for c in clauses if c.when.action != "INSERT"]
        checks: tuple[KeyCheck, ...] = ()
        if once:
            sql = (
                f"SELECT 1 FROM {CHANGE} WHERE tsqld_action IN ({', '.join(once)}) "
                "GROUP BY tsqld_rowid HAVING count(*) > 1 LIMIT 1"
            )
            checks = (KeyCheck(sql, 8672, (), frozenset()),)
        checks += reference_checks(table, name, "MERGE", CHANGE, changed, environment)
        after: tuple[KeyCheck, ...] = ()
        if changed:
            after = key_checks(table, name, "UPDATE", CHANGE, self.filter_text)
        lost = {c for clause in clauses if clause.when.action == "UPDATE" for c in clause.values}
        after += delete_checks(table, name, "MERGE", CHANGE, None if deletes else lost, environment)
        identity = table.identity is not None and any(c.when.action == "INSERT" for c in clauses)
        inserts = [str(c.number) for c in clauses if c.when.action == "INSERT"]
        counted = f"SELECT count(*) FROM {CHANGE} WHERE tsqld_action IN ({', '.join(inserts) or '0'})"
        return ChangePlan(
            "MERGE",
            table,
            name,
            tuple(self.context.references),
            self._with_text() + rows,
            self._applies(target, clauses),
            checks,
            after,
            outputs,
            (),
            identity,
            "",
            frozenset(self.context.reads),
            counted if identity else "",
            self._merge_fired(node, target, clauses),
        )

    def _merge_fired(self, node: n.Merge, target: Target, clauses: Sequence[_Clause]) -> tuple[Fired, ...]:
        """The events that triggers wait for, among those a MERGE names."""
        found = []
        for action in ("INSERT", "UPDATE", "DELETE"):
            chosen = [clause for clause in clauses if clause.when.action == action]
            if not chosen or not self._fires(target, node, action):
                continue
            where = f" WHERE tsqld_action IN ({', '.join(str(clause.number) for clause in chosen)})"
            new = "" if action == "DELETE" else new_rows(target.table, None, where)
            old = "" if action == "INSERT" else old_rows(target.table, where)
            updated = frozenset(column for clause in chosen for column in clause.values)
            found.append(Fired(action, new, old, updated if action == "UPDATE" else None))
        return tuple(found)

    def _applies(self, target: Target, clauses: Sequence[_Clause]) -> tuple[str, ...]:
        storage = target.table.storage
        texts = []
        numbers = {
            action: ", ".join(str(c.number) for c in clauses if c.when.action == action)
            for action in ("DELETE", "UPDATE", "INSERT")
        }
        if numbers["DELETE"]:
            texts.append(
                f"DELETE FROM {storage} WHERE rowid IN "
                f"(SELECT tsqld_rowid FROM {CHANGE} WHERE tsqld_action IN ({numbers['DELETE']}))"
            )
        if numbers["UPDATE"]:
            changed = {c for clause in clauses if clause.when.action == "UPDATE" for c in clause.values}
            columns = [c for c in target.table.columns if c.name.lower() in changed]
            setters = ", ".join(f"{quoted(c.name)} = ch.{quoted(c.name)}" for c in columns)
            texts.append(
                f"UPDATE {storage} AS u SET {setters} FROM {CHANGE} AS ch "
                f"WHERE u.rowid = ch.tsqld_rowid AND ch.tsqld_action IN ({numbers['UPDATE']})"
            )
        if numbers["INSERT"]:
            names = ", ".join(quoted(c.name) for c in target.table.columns if is_stored(c))
            texts.append(
                f"INSERT INTO {storage} ({names}) SELECT {names} FROM {CHANGE} "
                f"WHERE tsqld_action IN ({numbers['INSERT']})"
            )
        return tuple(texts)

    def _merge_checked(self, target: Target, clauses: Sequence[_Clause], rows: str) -> str:
        texts = check_texts(target.table)
        if not texts:
            return rows
        scope = Scope([self.row_relation(target.table, "n")])
        writes = ", ".join(str(c.number) for c in clauses if c.when.action != "DELETE") or "0"
        tests = []
        for check in texts:
            condition = self.condition(parse_condition(check.text), Place(scope))
            where = f", column '{check.column}'" if check.column else ""
            name = target.name
            problem = f.raise_error(
                547, "MERGE", "CHECK", check.name, name.database, name.two_part, where, state=0
            )
            tests.append(
                f"(CASE WHEN n.tsqld_action IN ({writes}) AND NOT {condition} "
                f"THEN CAST({problem} AS BOOLEAN) ELSE TRUE END)"
            )
        return f"SELECT n.* FROM ({rows}) AS n WHERE {' AND '.join(tests)}"

    def _merge_outputs(
        self, node: n.Merge, target: Target, sources: Sequence[Relation], clauses: Sequence[_Clause]
    ) -> tuple[tuple[OutputPlan, ...], list[Bound]]:
        if not node.outputs:
            return (), []
        inserted = named(self.row_relation(target.table, "n"), "inserted")
        old = self.row_relation(target.table, "n", "old ")
        inserts = ", ".join(str(c.number) for c in clauses if c.when.action == "INSERT")
        if inserts:
            hidden = tuple(
                replace(
                    c,
                    sql=f"(CASE WHEN n.tsqld_action IN ({inserts}) THEN NULL ELSE {c.sql} END)",
                    nullable=True,
                )
                for c in old.columns
            )
            old = replace(old, columns=hidden)
        position = 0
        seen = []
        for relation in sources:
            columns = []
            for column in relation.columns:
                position += 1
                columns.append(
                    RelationColumn(column.name, f"n.{quoted(f'source {position}')}", column.type, True)
                )
            seen.append(replace(relation, columns=tuple(columns)))
        words = " ".join(f"WHEN {c.number} THEN '{c.when.action}'" for c in clauses)
        self._action = f"(CASE n.tsqld_action {words} END)"
        try:
            return self._outputs(node.outputs, Scope([inserted, named(old, "deleted"), *seen]))
        finally:
            self._action = ""
