"""DELETE."""

from __future__ import annotations

from collections.abc import Sequence

from tsqld.binder.scope import Scope, quoted
from tsqld.compile.cascades import Action, actions
from tsqld.compile.checks import delete_checks
from tsqld.compile.context import Context
from tsqld.compile.dml.found import Found
from tsqld.compile.dml.insert import InsertCompiler
from tsqld.compile.dml.plan import CHANGE, ChangePlan, named
from tsqld.compile.triggered import Fired, old_rows
from tsqld.syntax import nodes as n


class DeleteCompiler(InsertCompiler):
    """Adds DELETE, and what foreign keys that act do to their children."""

    def update(self, node: n.Update) -> ChangePlan:
        """Given by the class below."""
        raise NotImplementedError

    def delete(self, node: n.Delete) -> ChangePlan:
        visible = self._statement_ctes(node.ctes, node.max_recursion)
        found = self.found(node, visible)
        table, name, environment = found.target.table, found.target.name, self.context.environment
        environment.demand_change("DELETE", found.target.access, table)
        scope = Scope([named(found.relation, "deleted"), *found.scope.relations])
        outputs, values = self._outputs(node.outputs, scope)
        self._replaced = self._stands_in(found.target, node, "DELETE")
        after = () if self._replaced else delete_checks(table, name, "DELETE", CHANGE, None, environment)
        acting = () if self._replaced else actions(table, name, "DELETE", None, environment)
        fired = self._replaced or self._fires(found.target, node, "DELETE")
        if not (after or outputs or fired or acting):
            return self._plain_delete(node, found)
        needed = {column for check in after for column in check.old_columns}
        needed |= {column for action in acting for column in action.columns}
        listed = [f"{found.base.rowid} AS tsqld_rowid"]
        listed += [
            f"{seen.sql} AS {quoted('old ' + seen.name)}"
            for seen in found.base.columns
            if fired or seen.name.lower() in needed
        ]
        listed += [f"{value.sql} AS o{i}" for i, value in enumerate(values, 1)]
        once = f"DISTINCT ON ({found.base.rowid}) " if found.many else ""
        change = self.topped(node.top, f"SELECT {once}{', '.join(listed)}{found.tail}")
        apply = f"DELETE FROM {table.storage} WHERE rowid IN (SELECT tsqld_rowid FROM {CHANGE})"
        return ChangePlan(
            "DELETE",
            table,
            name,
            tuple(self.context.references),
            self._with_text() + change,
            () if self._replaced else (apply,),
            after=after,
            outputs=outputs,
            reads=frozenset(self.context.reads),
            fired=(Fired("DELETE", "", old_rows(table), frozenset(), self._replaced),) if fired else (),
            cascades=self._cascades(acting),
        )

    def _plain_delete(self, node: n.Delete, found: Found) -> ChangePlan:
        """A DELETE that nobody has to look at: one DuckDB statement."""
        direct = f"DELETE FROM {found.target.table.storage}"
        if found.conditions or node.top is not None or node.sources or found.many:
            once = "DISTINCT " if found.many and node.top is not None else ""
            rows = self.topped(node.top, f"SELECT {once}{found.base.rowid} AS tsqld_rowid{found.tail}")
            direct += f" WHERE rowid IN ({self._with_text()}{rows})"
        references, reads = tuple(self.context.references), frozenset(self.context.reads)
        return ChangePlan(
            "DELETE", found.target.table, found.target.name, references, "", (direct,), reads=reads
        )

    def _cascades(self, acting: Sequence[Action]) -> tuple[ChangePlan, ...]:
        """The change plans of what foreign keys do in other tables."""
        plans = []
        for action in acting:
            inner = type(self)(Context(self.context.environment))
            statement = action.statement
            with self.context.environment.trusted():
                made = inner.delete(statement) if isinstance(statement, n.Delete) else inner.update(statement)
            plans.append(made)
        return tuple(plans)
