"""Runs change plans: the change set, its checks, the change, OUTPUT rows and identity values, in one
transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

from tsqld.binder.scope import quoted
from tsqld.compile.cascades import PARENT
from tsqld.compile.checks import KeyCheck, appended
from tsqld.compile.dml.plan import CHANGE, SPOOL, ChangePlan, OutputPlan
from tsqld.errors import TsqlError, error
from tsqld.events import Column, Columns, Done, Event, Message, Rows
from tsqld.runtime.evaluate import Evaluator
from tsqld.runtime.outside import is_clear, looked_at
from tsqld.runtime.session import Session
from tsqld.runtime.values import from_duck, rows_from_duck

_CHUNK = 5000
SPOOLED_FROM = 50_000
"""Rows of a table that an INSERT reads from which its rows may go through a table that numbers them."""
SPOOLED_TO = 5_000_000
"""Rows beyond which that table would need too much memory."""
_WASTING = frozenset({515, 547, 2601, 2627})
"""Violations found after a row has got its identity value."""


class Changes:
    """INSERT, UPDATE, DELETE and MERGE for a session."""

    def __init__(self, session: Session, evaluator: Evaluator) -> None:
        self.session = session
        self.evaluator = evaluator

    def run(self, plan: ChangePlan) -> Iterator[Event]:
        """Run a plan inside the open DuckDB transaction; sets the session's row count."""
        session = self.session
        if session.executor.transaction is not None and session.executor.transaction.doomed:
            raise error(3930)
        session.table_locks.writing(plan)
        if plan.identity:
            with session.engine.counters.lock(plan.name.database, plan.table):
                yield from self._apply(plan)
        else:
            yield from self._apply(plan)
        if not plan.replaced:
            session.executor.wrote(plan.table)

    def _apply(self, plan: ChangePlan) -> Iterator[Event]:
        if plan.change:
            yield from self._by_change_set(plan)
            return
        parameters = self._parameters(plan)
        count = 0
        try:
            count = self._added(plan, parameters)
            self._check_added(plan, count)
        except TsqlError as problem:
            self._wasted(plan, problem, count)
            raise
        self._numbered(plan, count, None)
        self._versioned(plan, parameters, count)
        self.session.rowcount = count

    def _wasted(self, plan: ChangePlan, problem: TsqlError, count: int) -> None:
        """A row that violates a constraint has taken its identity value, which is not given again."""
        if plan.identity and problem.number in _WASTING:
            self.session.engine.counters.used(plan.name.database, plan.table, count or 1)

    def _by_change_set(self, plan: ChangePlan) -> Iterator[Event]:
        session, executor = self.session, self.session.executor
        parameters = self._parameters(plan)
        name = f'temp.main."change {session.engine.serial()}"'
        try:
            executor.write(
                f"CREATE TEMP TABLE {name.removeprefix('temp.main.')} AS {plan.change}", parameters
            )
        except TsqlError as problem:
            self._wasted(plan, problem, 0)
            raise
        numbered = 0
        count = self._once(name) if plan.many else self._count(f"SELECT count(*) FROM {name}")
        try:
            numbered = count
            if plan.counted:
                numbered = self._count(plan.counted.replace(CHANGE, name))
            skipped = sum(executor.write(text.replace(CHANGE, name)) for text in plan.skips)
            if skipped:
                count -= skipped
                yield Message(error(3604).message, 3604, 0, 1)
            self._check(plan.checks, name)
            for text in plan.apply:
                executor.write(text.replace(CHANGE, name))
            self._versioned(plan, parameters, count)
            for inner in plan.cascades:
                yield from self._cascade(inner, name)
            self._check(plan.after, name)
            self._numbered(plan, numbered, name)
            numbered = 0
            self._assign(plan, name)
            for output in plan.outputs:
                if output.into is None:
                    yield from self._output(output, name)
                    continue
                inserted = self._output_into(output.into, name)
                count = inserted if plan.nested else count
            if plan.fired:
                yield from session.interpreter.triggers.fire(plan, name, count)
        except TsqlError as problem:
            if numbered:
                self._wasted(plan, problem, numbered)
            raise
        finally:
            if executor.transaction is not None and not executor.transaction.broken:
                executor.write(f"DROP TABLE IF EXISTS {name}")
        session.rowcount = count

    def _count(self, text: str) -> int:
        row = self.session.executor.read(text).fetchone()
        assert row is not None
        return int(row[0])

    def _once(self, change: str) -> int:
        """Keep one of the rows that a join found for a row of the target; how many rows there are."""
        rows = self._count(f"SELECT count(*) FROM {change}")
        distinct = self._count(f"SELECT count(DISTINCT tsqld_rowid) FROM {change}")
        if distinct < rows:
            kept = f"SELECT min(rowid) FROM {change} GROUP BY tsqld_rowid"
            self.session.executor.write(f"DELETE FROM {change} WHERE rowid NOT IN ({kept})")
        return distinct

    def _versioned(self, plan: ChangePlan, parameters: list[Any], count: int) -> None:
        """Give unused row versions back; a join may have numbered rows twice."""
        for reference, first in zip(plan.references, parameters, strict=True):
            if reference.kind == "rowversion" and not plan.many:
                self.session.engine.counters.rowversions_used(reference.name, first, count)

    def _cascade(self, plan: ChangePlan, parent: str) -> Iterator[Event]:
        """What a foreign key does to the children of the rows in the change set `parent`."""
        change = plan.change.replace(PARENT, parent)
        apply = tuple(text.replace(PARENT, parent) for text in plan.apply)
        yield from self._apply(replace(plan, change=change, apply=apply))
        self.session.executor.wrote(plan.table)

    def _parameters(self, plan: ChangePlan) -> list[Any]:
        values = []
        for reference in plan.references:
            if reference.kind == "identity":
                values.append(self.session.engine.counters.next_of(plan.name.database, plan.table))
            elif reference.kind == "rowversion":
                values.append(self.session.engine.counters.rowversions(reference.name))
            else:
                values.append(self.evaluator.parameter(reference))
        return values

    def _check(self, checks: Iterable[KeyCheck], change: str) -> None:
        """Raise what the first violated check says."""
        read = self.session.executor.read
        passed: set[str] = set()
        for check in checks:
            if check.quick in passed:
                continue
            if check.quick and read(check.quick.replace(CHANGE, change)).fetchone() is None:
                passed.add(check.quick)
                continue
            row = read(check.sql.replace(CHANGE, change)).fetchone()
            if row is not None:
                raise check.violation(row)

    def _added(self, plan: ChangePlan, parameters: list[Any]) -> int:
        """Change the table by one statement, but for many rows that are to be numbered; how many they are.

        row_number() keeps DuckDB on one core, and a table that was filled on all of them knows the position
        of each of its rows; so the way round is the shorter.
        """
        executor = self.session.executor
        if not (plan.spool and SPOOLED_FROM <= self._most(plan.reads) <= SPOOLED_TO):
            return executor.write(plan.apply[0], parameters)
        spool = f'temp.main."rows {self.session.engine.serial()}"'
        executor.write(f"CREATE TEMP TABLE {spool.removeprefix('temp.main.')} AS {plan.spool}", parameters)
        count = executor.write(plan.spooled.replace(SPOOL, spool), parameters)
        executor.write(f"DROP TABLE {spool}")
        return count

    def _most(self, tables: Iterable[str]) -> int:
        """The rows of the largest of some tables."""
        counts = " UNION ALL ".join(f"SELECT count(*) AS n FROM {table}" for table in sorted(tables))
        return self._count(f"SELECT max(n) FROM ({counts})")

    def _check_added(self, plan: ChangePlan, count: int) -> None:
        """Check rows that are in the table, also against what others have committed and the transaction does
        not see."""
        executor, storage = self.session.executor, plan.table.storage
        transaction = executor.transaction
        if transaction is not None and not transaction.frozen and executor.has_news(looked_at(plan)):
            if is_clear(executor, plan, count):
                with suppress(TsqlError):
                    self._check(plan.after, storage)
                    transaction.unseen.add(storage)
                    return
            executor.fresh(looked_at(plan))
        self._check(plan.after, storage)

    def _numbered(self, plan: ChangePlan, count: int, change: str | None) -> None:
        """Tell the counter what was used, and SCOPE_IDENTITY() what was last."""
        counters = self.session.engine.counters
        if plan.identity and count:
            last = counters.used(plan.name.database, plan.table, count)
        elif plan.explicit_identity and count:
            source = change or appended(plan.table)
            name = quoted(plan.explicit_identity)
            assert plan.table.identity is not None
            assert plan.table.identity.identity is not None
            extreme = "max" if plan.table.identity.identity[1] > 0 else "min"
            found = self.session.executor.read(
                f"SELECT {extreme}({name}), last({name}) FROM {source}"
            ).fetchone()
            assert found is not None
            counters.explicit(plan.name.database, plan.table, int(found[0]))
            last = int(found[1])
        else:
            return
        self.session.last_identity = last
        self.session.frame.scope_identity = last

    def _assign(self, plan: ChangePlan, change: str) -> None:
        """SET @variable = … in UPDATE: the last row decides."""
        if not plan.assigns:
            return
        names = ", ".join(f"o{position}" for _, position, _ in plan.assigns)
        row = self.session.executor.read(
            f"SELECT {names} FROM {change} ORDER BY tsqld_rowid DESC LIMIT 1"
        ).fetchone()
        if row is None:
            return
        for (variable, _, column), value in zip(plan.assigns, row, strict=True):
            found = self.session.frame.variables.get(variable.lower())
            if found is None:
                raise error(137, variable)
            convert = from_duck(column.type)
            value = convert(value) if convert else value
            if found[0] != column.type:
                value = self.evaluator.literal_text(value, column.type, found[0])
            self.session.frame.assign(variable.lower(), value)

    def _output(self, output: OutputPlan, change: str) -> Iterator[Event]:
        executor = self.session.executor
        names = ", ".join(f"o{position}" for position in output.positions)
        columns = tuple(Column(column.name, column.type, column.nullable) for column in output.columns)
        types = [column.type for column in columns]
        yield Columns(columns)
        rows = executor.read(f"SELECT {names} FROM {change}").fetchall()
        for start in range(0, len(rows), _CHUNK):
            yield Rows(rows_from_duck(rows[start : start + _CHUNK], types))
        yield Done(None if self.session.options.nocount else len(rows), select=True)

    def _output_into(self, plan: ChangePlan, change: str) -> int:
        """An INSERT of what OUTPUT says of the change set `change`; how many rows."""
        session, executor = self.session, self.session.executor
        parameters = self._parameters(plan)
        inner = change
        if plan.change:
            inner = f'temp.main."change {session.engine.serial()}"'
            text = plan.change.replace(CHANGE, change)
            executor.write(f"CREATE TEMP TABLE {inner.removeprefix('temp.main.')} AS {text}", parameters)
            self._check(plan.checks, inner)
            count = executor.write(plan.apply[0].replace(CHANGE, inner))
            executor.write(f"DROP TABLE {inner}")
        else:
            count = executor.write(plan.apply[0].replace(CHANGE, change), parameters)
            self._check(plan.after, plan.table.storage)
        if plan.identity and count:
            session.engine.counters.used(plan.name.database, plan.table, count)
        executor.wrote(plan.table)
        return count
