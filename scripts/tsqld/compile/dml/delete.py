"""DELETE."""

from __future__ import annotations

from collections.abc import Sequence

from tsqld.binder.scope import Scope, quoted
from tsqld.compile.cascades import Action, actions
from tsqld.compile.checks import delete_checks
from tsqld.compile.context import Context
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
        scope, from_sql, relation, target = self._change_scope(node.target, node.sources, visible, node.line)
        where = self._where(node.where, scope) or self._current_of(node.cursor, relation)
        table = target.table
        out_scope = Scope([named(relation, "deleted"), *scope.relations])
        outputs, output_values = self._outputs(node.outputs, out_scope)
        after = delete_checks(table, target.name, "DELETE", CHANGE, None, self.context.environment)
        limit = self._top_rows(node.top)
        references, reads = tuple(self.context.references), frozenset(self.context.reads)
        with_text = self._with_text()
        fired = self._fires(target, node, "DELETE")
        acting = actions(table, target.name, "DELETE", None, self.context.environment)
        if not after and not outputs and not fired and not acting:
            if not where and not limit and not node.sources:
                direct = f"DELETE FROM {table.storage}"
            else:
                rows = f"{with_text}SELECT {relation.rowid} FROM {from_sql}{where}{limit}"
                direct = f"DELETE FROM {table.storage} WHERE rowid IN ({rows})"
            return ChangePlan("DELETE", table, target.name, references, "", (direct,), reads=reads)
        old = [
            f"{seen.sql} AS {quoted('old ' + seen.name)}"
            for seen in relation.columns
            if fired
            or seen.name.lower() in {name for check in after for name in check.old_columns}
            or any(seen.name.lower() in action.columns for action in acting)
        ]
        listed = [f"{relation.rowid} AS tsqld_rowid", *old]
        listed += [f"{value.sql} AS o{i}" for i, value in enumerate(output_values, 1)]
        head = f"SELECT DISTINCT ON ({relation.rowid}) " if " JOIN " in from_sql else "SELECT "
        change = f"{with_text}{head}{', '.join(listed)} FROM {from_sql}{where}{limit}"
        apply = f"DELETE FROM {table.storage} WHERE rowid IN (SELECT tsqld_rowid FROM {CHANGE})"
        return ChangePlan(
            "DELETE",
            table,
            target.name,
            references,
            change,
            (apply,),
            (),
            after,
            outputs,
            reads=reads,
            fired=(Fired("DELETE", deleted=old_rows(table)),) if fired else (),
            cascades=self._cascades(acting),
        )

    def _cascades(self, acting: Sequence[Action]) -> tuple[ChangePlan, ...]:
        """The change plans of what foreign keys do in other tables."""
        plans = []
        for action in acting:
            inner = type(self)(Context(self.context.environment))
            statement = action.statement
            made = inner.delete(statement) if isinstance(statement, n.Delete) else inner.update(statement)
            plans.append(made)
        return tuple(plans)
