"""UPDATE."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tsqld.binder.bound import Bound
from tsqld.binder.scope import Relation, Scope, quoted
from tsqld.catalog.model import Column, Table
from tsqld.compile import operations as f
from tsqld.compile.cascades import actions
from tsqld.compile.checks import check_texts, delete_checks, key_checks, reference_checks
from tsqld.compile.context import FullName
from tsqld.compile.dml.delete import DeleteCompiler
from tsqld.compile.dml.plan import CHANGE, ChangePlan, Target, named
from tsqld.compile.expressions import Place
from tsqld.compile.grouping import is_aggregate
from tsqld.compile.text import OutColumn
from tsqld.compile.triggered import Fired, new_rows, old_rows
from tsqld.errors import error, unsupported
from tsqld.syntax import nodes as n
from tsqld.syntax.walk import parse_condition, walk


class UpdateCompiler(DeleteCompiler):
    """Adds UPDATE."""

    def update(self, node: n.Update) -> ChangePlan:
        visible = self._statement_ctes(node.ctes, node.max_recursion)
        scope, from_sql, relation, target = self._change_scope(node.target, node.sources, visible, node.line)
        where = self._where(node.where, scope) or self._current_of(node.cursor, relation)
        place = Place(scope)
        new: dict[str, tuple[Column, str]] = {}
        assigns: list[tuple[str, OutColumn, Bound]] = []
        for item in node.assignments:
            if any(is_aggregate(part) for part in walk(item, into_queries=False)):
                raise error(157, line=item.line)
            self._assignment(item, target, relation, place, new, assigns)
        if not new and not assigns:
            raise error(102, "SET", line=node.line)
        self._versioned(target, new)
        return self._update_plan(node, scope, from_sql, where, relation, target, new, assigns)

    def _assignment(
        self,
        item: n.Assignment,
        target: Target,
        relation: Relation,
        place: Place,
        new: dict[str, tuple[Column, str]],
        assigns: list[tuple[str, OutColumn, Bound]],
    ) -> None:
        if not item.column:
            value = self._assigned_variable(item, place)
            assigns.append((item.variable, OutColumn("", value.type), value))
            return
        column = target.column(item.column[-1], item.line)
        if column.identity:
            raise error(8102, column.name, line=item.line)
        if column.is_generated:
            raise error(271 if column.computed else 272, column.name, line=item.line)
        if column.name.lower() in new:
            raise error(264, column.name, line=item.line)
        value = (
            self.default_of(column) if isinstance(item.value, n.Default) else self.value(item.value, place)
        )
        if item.operator != "=":
            old = relation.column(column.name)
            assert old is not None
            value = f.binary(item.operator[:-1], Bound(old.sql, old.type, old.nullable), value, item.line)
        text = self.stored(value, column, target.name, "UPDATE", item.line)
        new[column.name.lower()] = (column, text)
        if item.variable:
            assigns.append((item.variable, OutColumn("", column.type), Bound(text, column.type)))

    def _assigned_variable(self, item: n.Assignment, place: Place) -> Bound:
        if item.operator != "=":
            raise unsupported(f"{item.variable} {item.operator} in UPDATE", item.line)
        for found in walk(item.value):
            if isinstance(found, n.Variable) and found.name.lower() == item.variable.lower():
                raise unsupported("a variable that an UPDATE carries from row to row", item.line)
        return self.value(item.value, place)

    def _update_plan(
        self,
        node: n.Update,
        scope: Scope,
        from_sql: str,
        where: str,
        relation: Relation,
        target: Target,
        new: dict[str, tuple[Column, str]],
        assigns: list[tuple[str, OutColumn, Bound]],
    ) -> ChangePlan:
        table = target.table
        stored = dict(new)
        inserted = self._inserted_relation(table, relation, stored)
        self._recomputed(table, target.name, relation, inserted, stored, node.line)
        out_scope = Scope([inserted, named(relation, "deleted"), *scope.relations])
        outputs, output_values = self._outputs(node.outputs, out_scope)
        positions = []
        for variable, column, value in assigns:
            output_values.append(value)
            positions.append((variable, len(output_values), column))
        changed = {column.name.lower() for column, _ in stored.values()}
        fired = self._fires(target, node, "UPDATE")
        after = tuple(
            check
            for check in key_checks(table, target.name, "UPDATE", CHANGE, self.filter_text)
            if changed & set(check.columns)
        )
        checks = reference_checks(table, target.name, "UPDATE", CHANGE, changed, self.context.environment)
        after += delete_checks(table, target.name, "UPDATE", CHANGE, changed, self.context.environment)
        acting = actions(table, target.name, "UPDATE", changed, self.context.environment)
        acted = {name for action in acting for name in action.columns}
        listed = [f"{text} AS {quoted(column.name)}" for column, text in stored.values()]
        needed = ({name for check in (*checks, *after) for name in check.columns} | acted) - changed
        was = acted | {name for check in after for name in check.old_columns}
        needed_sql = [
            f"{seen.sql} AS {quoted(seen.name)}" for seen in relation.columns if seen.name.lower() in needed
        ]
        old = [
            f"{seen.sql} AS {quoted('old ' + seen.name)}"
            for seen in relation.columns
            if fired or seen.name.lower() in was
        ]
        listed += needed_sql + old
        listed += [f"{value.sql} AS o{i}" for i, value in enumerate(output_values, 1)]
        joined = " JOIN " in from_sql
        head = f"SELECT DISTINCT ON ({relation.rowid}) " if joined else "SELECT "
        limit = self._top_rows(node.top)
        rows = (
            f"{head}{', '.join([f'{relation.rowid} AS tsqld_rowid', *listed])} FROM {from_sql}{where}{limit}"
        )
        rows = self._update_checked(
            table, target.name, rows, stored, relation, from_sql, where, limit, head, listed
        )
        rows = self._with_text() + rows
        setters = ", ".join(
            f"{quoted(column.name)} = ch.{quoted(column.name)}" for column, _ in stored.values()
        )
        reads, references = frozenset(self.context.reads), tuple(self.context.references)
        needs_change = bool(
            checks or after or outputs or positions or self.context.volatile or fired or acting
        )
        if not stored:
            return ChangePlan(
                "UPDATE",
                table,
                target.name,
                references,
                rows,
                (),
                (),
                (),
                outputs,
                tuple(positions),
                reads=reads,
            )
        if needs_change:
            found = f"FROM {CHANGE} AS ch WHERE u.rowid = ch.tsqld_rowid"
            apply = f"UPDATE {table.storage} AS u SET {setters} {found}"
            return ChangePlan(
                "UPDATE",
                table,
                target.name,
                references,
                rows,
                (apply,),
                checks,
                after,
                outputs,
                tuple(positions),
                reads=reads,
                fired=(Fired("UPDATE", new_rows(table, changed), old_rows(table), frozenset(changed)),)
                if fired
                else (),
                cascades=self._cascades(acting),
            )
        direct = (
            f"UPDATE {table.storage} AS u SET {setters} FROM ({rows}) AS ch WHERE u.rowid = ch.tsqld_rowid"
        )
        return ChangePlan("UPDATE", table, target.name, references, "", (direct,), reads=reads)

    def _update_checked(
        self,
        table: Table,
        name: FullName,
        rows: str,
        stored: Mapping[str, tuple[Column, str]],
        relation: Relation,
        from_sql: str,
        where: str,
        limit: str,
        head: str,
        listed: Sequence[str],
    ) -> str:
        """Rows of an UPDATE filtered through the CHECK constraints their new values must meet."""
        texts = [check for check in check_texts(table) if _mentions(check.text, set(stored))]
        if not texts:
            return rows
        alias = self.context.alias("n")
        every = [
            f"{stored.get(seen.name.lower(), (None, seen.sql))[1]} AS {quoted('new ' + seen.name)}"
            for seen in relation.columns
        ]
        parts = ", ".join([f"{relation.rowid} AS tsqld_rowid", *listed, *every])
        rows = f"{head}{parts} FROM {from_sql}{where}{limit}"
        scope = Scope([self.row_relation(table, alias, "new ")])
        tests = []
        for check in texts:
            condition = self.condition(parse_condition(check.text), Place(scope))
            place = f", column '{check.column}'" if check.column else ""
            problem = f.raise_error(
                547, "UPDATE", "CHECK", check.name, name.database, name.two_part, place, state=0
            )
            tests.append(f"(CASE WHEN NOT {condition} THEN CAST({problem} AS BOOLEAN) ELSE TRUE END)")
        return f"SELECT {alias}.* FROM ({rows}) AS {alias} WHERE {' AND '.join(tests)}"


def _mentions(text: str, columns: set[str]) -> bool:
    return any(
        isinstance(node, n.ColumnName) and node.parts[-1].lower() in columns
        for node in walk(parse_condition(text))
    )
