"""OUTPUT: to the client, or into a table by an INSERT of its own."""

from __future__ import annotations

from collections.abc import Sequence

from tsqld.binder.bound import Bound
from tsqld.binder.scope import Scope
from tsqld.compile.checks import check_texts
from tsqld.compile.context import Context
from tsqld.compile.dml.found import FindCompiler
from tsqld.compile.dml.plan import CHANGE, ChangePlan, OutputPlan
from tsqld.compile.expressions import Place
from tsqld.compile.text import OutColumn, QueryText
from tsqld.errors import error
from tsqld.syntax import nodes as n


class OutputCompiler(FindCompiler):
    """Adds OUTPUT clauses."""

    def insert_rows_plan(
        self, target_node: n.Target, columns: Sequence[str], text: QueryText, line: int
    ) -> ChangePlan:
        """Given by the class below."""
        raise NotImplementedError

    def _outputs(
        self, outputs: Sequence[n.Output], scope: Scope
    ) -> tuple[tuple[OutputPlan, ...], list[Bound]]:
        """Compile OUTPUT items where `inserted` and `deleted` are in scope; `o1 …` in the change set."""
        plans: list[OutputPlan] = []
        values: list[Bound] = []
        for output in outputs:
            columns, bound = self.items(n.Select(output.line, output.items), Place(scope))
            first = len(values) + 1
            values += bound
            positions = tuple(range(first, first + len(bound)))
            into = self._output_into(output, columns, positions) if output.into is not None else None
            plans.append(OutputPlan(tuple(columns), positions, into))
        return tuple(plans), values

    def _output_into(
        self, output: n.Output, columns: Sequence[OutColumn], positions: Sequence[int]
    ) -> ChangePlan:
        assert output.into is not None
        listed = ", ".join(f"o{position} AS c{i}" for i, position in enumerate(positions, 1))
        inner = type(self)(Context(self.context.environment))
        self._refuse_into(output.into)
        text = QueryText(f"SELECT {listed} FROM {CHANGE}", tuple(columns))
        return inner.insert_rows_plan(output.into, output.into_columns, text, output.line)

    def _refuse_into(self, into: n.Target) -> None:
        """What a table cannot have that OUTPUT INTO fills. Errors 330 to 333."""
        target = self.target(into)
        table = target.table
        if target.names:
            raise error(330, target.exposed, line=into.line)
        if table.is_temporary:
            return
        catalog = self.context.environment.catalog(target.name.database)
        if catalog.triggers_of(table):
            raise error(331, table.name, line=into.line)
        keys = [key for key in table.foreign_keys if not key.disabled]
        keys += [key for child in catalog.tables() for key in child.foreign_keys if key.references(table)]
        if keys:
            raise error(332, table.name, keys[0].name, line=into.line)
        if check_texts(table):
            raise error(333, table.name, check_texts(table)[0].name, line=into.line)
