"""Compiles MERGE: one change set of source joined to target, each row with the clause that takes it.

The change set holds the target's row identity, the clause's number, the row as it will be, the row as it was,
and the source's columns when OUTPUT wants them; then one DELETE, one UPDATE and one INSERT apply it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from tsqld.binder.bound import Bound
from tsqld.binder.scope import Relation, Scope, quoted
from tsqld.catalog.model import Module, Table
from tsqld.compile.cascades import PARENT, Action, actions
from tsqld.compile.checks import KeyCheck, by_time, delete_checks, key_checks, reference_checks
from tsqld.compile.context import resolve_object
from tsqld.compile.dml.mergerows import Clause, Merged, MergeRowCompiler, numbers
from tsqld.compile.dml.plan import CHANGE, ChangePlan, OutputPlan, Target, as_named, is_stored
from tsqld.compile.expressions import Place
from tsqld.compile.triggered import Fired, new_rows, old_rows, replaced
from tsqld.errors import error, unsupported
from tsqld.syntax import nodes as n
from tsqld.types import nvarchar

_CLAUSES: Final = {
    "MATCHED": "WHEN MATCHED",
    "TARGET": "WHEN NOT MATCHED",
    "SOURCE": "WHEN NOT MATCHED BY SOURCE",
}


class MergeCompiler(MergeRowCompiler):
    """Adds MERGE."""

    _action = ""

    def pseudo_column(self, node: n.ColumnName, place: Place) -> Bound:
        if node.parts[-1] == "$ACTION" and self._action:
            return Bound(self._action, nvarchar(10), nullable=False)
        return super().pseudo_column(node, place)

    def changed(self, node: n.Insert | n.Update | n.Delete | n.Merge) -> ChangePlan:
        match node:
            case n.Insert():
                return self.insert(node)
            case n.Update():
                return self.update(node)
            case n.Delete():
                return self.delete(node)
        return self.merge(node)

    def merge(self, node: n.Merge) -> ChangePlan:
        self._refuse_twice(node)
        self._refuse_instead(node)
        visible = self._statement_ctes(node.ctes, node.max_recursion)
        merged = self.merged(node, visible)
        clauses = [self.clause(number, when, merged) for number, when in enumerate(node.whens, 1)]
        self._demand_changes(merged, clauses)
        rows = self.numbered(merged, clauses, self.rows_text_of(node, merged, clauses))
        return self._merge_plan(node, merged, clauses, rows)

    def _demand_changes(self, merged: Merged, clauses: Sequence[Clause]) -> None:
        target = merged.found.target
        for action in ("INSERT", "UPDATE", "DELETE"):
            chosen = [clause for clause in clauses if clause.when.action == action]
            items = [item for clause in chosen for item in clause.when.assignments if item.column]
            named = [item.column[-1] for item in items]
            if chosen:
                self.context.environment.demand_change(action, target.access, target.table, named)

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

    def _refuse_instead(self, node: n.Merge) -> None:
        """INSTEAD OF triggers stand in for all actions of a MERGE or for none. Error 5316."""
        if node.target.variable or node.target.name[-1].lower() in {cte.name.lower() for cte in node.ctes}:
            return
        environment = self.context.environment
        found, name = resolve_object(environment, node.target.name, node.line)
        if not isinstance(found, Table | Module):
            return
        actions = {when.action for when in node.whens}
        standing = [action for action in actions if replaced(environment, found, name.database, action)]
        if len(standing) == len(actions):
            raise unsupported("MERGE for which INSTEAD OF triggers stand in", node.line)
        if standing:
            raise error(5316, ".".join(node.target.name), line=node.line)

    # the plan

    def _merge_plan(self, node: n.Merge, merged: Merged, clauses: Sequence[Clause], rows: str) -> ChangePlan:
        target = merged.found.target
        table, name = target.table, target.name
        outputs, values = self._merge_outputs(node, merged, clauses)
        writes = numbers(clauses, "INSERT", "UPDATE")
        tests: list[str] = []
        if writes:
            new = self.row_relation(table, "n")
            tests = self.check_tests(target, "MERGE", new, None, f"n.tsqld_action IN ({writes})")
        checks, after = self._merge_checks(target, clauses)
        acting = self._merge_actions(target, clauses)
        fired = self._merge_fired(node, target, clauses)
        listed = ["n.tsqld_rowid", "n.tsqld_action"]
        inserts = numbers(clauses, "INSERT")
        new_needed = {column for clause in clauses for column in clause.values}
        new_needed |= {column for check in (*checks, *after) for column in check.columns}
        old_needed = {column for check in (*checks, *after) for column in check.old_columns}
        for action, plans in acting.items():
            for made in plans:
                old_needed |= made.columns
                new_needed |= made.columns if action == "UPDATE" else set()
        for column in table.columns:
            if is_stored(column):
                if fired or inserts or column.name.lower() in new_needed:
                    listed.append(f"n.{quoted(column.name)}")
                if fired or column.name.lower() in old_needed:
                    listed.append(f"n.{quoted('old ' + column.name)}")
        listed += [f"{value.sql} AS o{i}" for i, value in enumerate(values, 1)]
        where = f" WHERE {' AND '.join(tests)}" if tests else ""
        change = f"{self._with_text()}SELECT {', '.join(listed)} FROM ({rows}) AS n{where}"
        explicit = self._identity_insert(table)
        counted = f"SELECT count(*) FROM {CHANGE} WHERE tsqld_action IN ({inserts or '0'})"
        identity = table.identity is not None and bool(inserts) and not explicit
        return ChangePlan(
            "MERGE",
            table,
            name,
            tuple(self.context.references),
            change,
            self._applies(target, clauses),
            checks,
            after,
            outputs,
            identity=identity,
            explicit_identity=table.identity.name if table.identity and inserts and explicit else "",
            reads=frozenset(self.context.reads),
            counted=counted if identity else "",
            fired=fired,
            cascades=tuple(
                plan
                for action, actions in acting.items()
                for plan in self._merge_cascades(actions, numbers(clauses, action))
            ),
        )

    def _merge_checks(
        self, target: Target, clauses: Sequence[Clause]
    ) -> tuple[tuple[KeyCheck, ...], tuple[KeyCheck, ...]]:
        """What is checked before the change, and what behind it."""
        table, name, environment = target.table, target.name, self.context.environment
        if numbers(clauses, "INSERT") and any(index.ignores_duplicates for index in table.keys):
            raise unsupported("MERGE into a table with IGNORE_DUP_KEY = ON")
        checks: tuple[KeyCheck, ...] = ()
        once = numbers(clauses, "UPDATE", "DELETE")
        if once:
            sql = (
                f"SELECT 1 FROM {CHANGE} WHERE tsqld_action IN ({once}) "
                "GROUP BY tsqld_rowid HAVING count(*) > 1 LIMIT 1"
            )
            checks = (KeyCheck(sql, 8672, (), frozenset()),)
        changed = {column for clause in clauses for column in clause.values}
        writes = numbers(clauses, "INSERT", "UPDATE")
        after: tuple[KeyCheck, ...] = ()
        if writes:
            references = reference_checks(table, name, "MERGE", _taken(writes), changed, environment)
            before, after = by_time(references)
            checks += before
        for check in key_checks(table, name, "UPDATE", CHANGE, self.filter_text):
            touching = [
                str(clause.number)
                for clause in clauses
                if clause.when.action == "INSERT" or check.columns & set(clause.values)
            ]
            if touching:
                rows = _taken(", ".join(touching))
                sql, quick = check.sql.replace(CHANGE, rows), check.quick.replace(CHANGE, rows)
                after += (replace(check, sql=sql, quick=quick),)
        for action in ("UPDATE", "DELETE"):
            taken = numbers(clauses, action)
            lost = {c for clause in clauses if clause.when.action == action for c in clause.values}
            if taken:
                after += delete_checks(
                    table,
                    name,
                    "MERGE",
                    _taken(taken),
                    lost if action == "UPDATE" else None,
                    environment,
                    action,
                )
        return checks, after

    def _merge_actions(self, target: Target, clauses: Sequence[Clause]) -> dict[str, list[Action]]:
        """What foreign keys do in other tables, by the action of the MERGE that makes them."""
        found = {}
        for action in ("UPDATE", "DELETE"):
            chosen = [clause for clause in clauses if clause.when.action == action]
            changed = {column for clause in chosen for column in clause.values}
            if chosen:
                lost = changed if action == "UPDATE" else None
                environment = self.context.environment
                found[action] = actions(target.table, target.name, action, lost, environment)
        return found

    def _merge_cascades(self, acting: Sequence[Action], taken: str) -> list[ChangePlan]:
        """The plans of cascades, which see the rows of their own clauses only."""
        parent = f"(SELECT * FROM {PARENT} WHERE tsqld_action IN ({taken}))"
        return [
            replace(
                plan,
                change=plan.change.replace(PARENT, parent),
                apply=tuple(text.replace(PARENT, parent) for text in plan.apply),
            )
            for plan in self._cascades(acting)
        ]

    def _merge_fired(self, node: n.Merge, target: Target, clauses: Sequence[Clause]) -> tuple[Fired, ...]:
        """The events that triggers wait for, among those a MERGE names."""
        found = []
        for action in ("INSERT", "UPDATE", "DELETE"):
            taken = numbers(clauses, action)
            if not taken or not self._fires(target, node, action):
                continue
            where = f" WHERE tsqld_action IN ({taken})"
            new = "" if action == "DELETE" else new_rows(target.table, None, where)
            old = "" if action == "INSERT" else old_rows(target.table, where)
            chosen = [clause for clause in clauses if clause.when.action == action]
            updated = frozenset(column for clause in chosen for column in clause.values)
            found.append(Fired(action, new, old, updated if action == "UPDATE" else None))
        return tuple(found)

    def _applies(self, target: Target, clauses: Sequence[Clause]) -> tuple[str, ...]:
        storage = target.table.storage
        texts = []
        if taken := numbers(clauses, "DELETE"):
            texts.append(f"DELETE FROM {storage} WHERE rowid IN (SELECT tsqld_rowid FROM {_taken(taken)})")
        if taken := numbers(clauses, "UPDATE"):
            changed = {c for clause in clauses if clause.when.action == "UPDATE" for c in clause.values}
            columns = [c for c in target.table.columns if c.name.lower() in changed]
            setters = ", ".join(f"{quoted(c.name)} = ch.{quoted(c.name)}" for c in columns)
            texts.append(
                f"UPDATE {storage} AS u SET {setters} FROM {CHANGE} AS ch "
                f"WHERE u.rowid = ch.tsqld_rowid AND ch.tsqld_action IN ({taken})"
            )
        if taken := numbers(clauses, "INSERT"):
            names = ", ".join(quoted(c.name) for c in target.table.columns if is_stored(c))
            texts.append(
                f"INSERT INTO {storage} ({names}) SELECT {names} FROM {CHANGE} "
                f"WHERE tsqld_action IN ({taken})"
            )
        return tuple(texts)

    def _merge_outputs(
        self, node: n.Merge, merged: Merged, clauses: Sequence[Clause]
    ) -> tuple[tuple[OutputPlan, ...], list[Bound]]:
        if not node.outputs:
            return (), []
        table = merged.found.target.table
        new = self.row_relation(table, "n")
        old = self.row_relation(table, "n", "old ")
        target = merged.found.target
        inserted = as_named(target, _hidden(new, numbers(clauses, "DELETE")), "inserted")
        deleted = as_named(target, _hidden(old, numbers(clauses, "INSERT")), "deleted")
        inserted = replace(inserted, access=target.access)
        deleted = replace(deleted, access=target.access)
        position = 0
        seen = []
        for relation in merged.sources:
            columns = []
            for column in relation.columns:
                position += 1
                columns.append(replace(column, sql=f"n.{quoted(f'source {position}')}", nullable=True))
            seen.append(replace(relation, columns=tuple(columns)))
        words = " ".join(f"WHEN {c.number} THEN '{c.when.action}'" for c in clauses)
        self._action = f"(CASE n.tsqld_action {words} END)"
        try:
            return self._outputs(node.outputs, Scope([inserted, deleted, *seen]))
        finally:
            self._action = ""


def _taken(taken: str) -> str:
    """The part of the change set that some clauses have taken."""
    return f"(SELECT * FROM {CHANGE} WHERE tsqld_action IN ({taken}))"


def _hidden(rows: Relation, taken: str) -> Relation:
    """Rows that are NULL where one of the numbered clauses took them: an inserted row was not before."""
    if not taken:
        return rows
    return replace(
        rows,
        columns=tuple(
            replace(
                c, sql=f"(CASE WHEN n.tsqld_action IN ({taken}) THEN NULL ELSE {c.sql} END)", nullable=True
            )
            for c in rows.columns
        ),
    )
