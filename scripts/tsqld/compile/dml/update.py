"""UPDATE."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from tsqld.binder.bound import Bound
from tsqld.binder.scope import Relation, Scope, quoted
from tsqld.catalog.model import Column, Table
from tsqld.compile import operations as f
from tsqld.compile.cascades import Action, actions
from tsqld.compile.checks import KeyCheck, by_time, delete_checks, key_checks, reference_checks
from tsqld.compile.dml.delete import DeleteCompiler
from tsqld.compile.dml.found import Found
from tsqld.compile.dml.plan import CHANGE, ChangePlan, OutputPlan, Target, named
from tsqld.compile.expressions import Place
from tsqld.compile.grouping import is_aggregate
from tsqld.compile.text import OutColumn
from tsqld.compile.triggered import Fired, new_rows, old_rows
from tsqld.errors import TsqlError, error, unsupported
from tsqld.functions.sqltext import raise_text
from tsqld.syntax import nodes as n
from tsqld.syntax.walk import walk
from tsqld.types import BIGINT, MAX


@dataclass(slots=True)
class Assigned:
    """What SET gives: `new` holds columns by lower-case name with the text each gets, `variables` the
    variables with their values."""

    new: dict[str, tuple[Column, str]] = field(default_factory=dict)
    variables: list[tuple[str, OutColumn, Bound]] = field(default_factory=list)


class UpdateCompiler(DeleteCompiler):
    """Adds UPDATE."""

    def update(self, node: n.Update) -> ChangePlan:
        visible = self._statement_ctes(node.ctes, node.max_recursion)
        found = self.found(node, visible, [item.column[-1] for item in node.assignments if item.column])
        self._replaced = self._stands_in(found.target, node, "UPDATE")
        assigned = Assigned()
        refuse_carried(node.assignments)
        for item in node.assignments:
            if any(is_aggregate(part) for part in walk(item, into_queries=False)):
                raise error(157, line=item.line)
            self.assign(item, found.target, found.base, Place(found.scope), assigned)
        named = [item.column[-1] for item in node.assignments if item.column]
        self.context.environment.demand_change("UPDATE", found.target.access, found.target.table, named)
        self._versioned(found.target, assigned.new)
        return self._update_plan(node, found, assigned)

    def assign(
        self, item: n.Assignment, target: Target, base: Relation, place: Place, assigned: Assigned
    ) -> None:
        """One item of SET. Errors 207, 264, 271, 272, 8102."""
        if not item.column:
            value = self.value(item.value, place)
            assigned.variables.append((item.variable, OutColumn("", value.type), value))
            return
        try:
            column = target.column(item.column[-1], item.line)
        except TsqlError as problem:
            self.context.note(item, 0, problem)
            self.value(item.value, place)
            return
        if column.identity:
            raise error(8102, column.name, line=item.line)
        if column.is_generated:
            raise error(271 if column.computed else 272, column.name, line=item.line)
        if column.name.lower() in assigned.new:
            raise error(264, column.name, line=item.line)
        old = base.column(column.name)
        assert old is not None
        if item.operator == ".WRITE":
            assert isinstance(item.value, n.Call)
            value = self._overwritten(item.value, Bound(old.sql, old.type, old.nullable), place)
        elif isinstance(item.value, n.Default):
            value = self.default_of(column)
        else:
            value = self.value(item.value, place)
        if item.operator != "=" and target.access is not None:
            target.access.touch(column.name)
        if item.operator not in ("=", ".WRITE"):
            value = f.binary(item.operator[:-1], Bound(old.sql, old.type, old.nullable), value, item.line)
        text = self.stored(value, column, target.name, "UPDATE", item.line)
        assigned.new[column.name.lower()] = (column, text)
        if item.variable:
            assigned.variables.append((item.variable, OutColumn("", column.type), Bound(text, column.type)))

    def _overwritten(self, call: n.Call, old: Bound, place: Place) -> Bound:
        """`.WRITE(text, offset, length)`: NULL text cuts at the offset, a NULL offset appends, a NULL length
        reaches to the end."""
        if old.type.length != MAX or not (old.type.is_text or old.type.is_binary):
            raise unsupported(f".WRITE() into a column of type {old.type}", call.line)
        text, offset, length = (self.value(argument, place) for argument in call.arguments)
        new = f.convert(text, old.type, line=call.line).sql
        start = f.convert(offset, BIGINT, line=call.line).sql
        count = f.convert(length, BIGINT, line=call.line).sql
        binary = old.type.is_binary
        size = f"octet_length({old.sql})" if binary else f"length({old.sql})"
        head = f"array_slice({old.sql}, 1, {start})" if binary else f"left({old.sql}, {start})"
        tail = f"substring({old.sql}, {start} + 1 + {count})"
        if binary:
            tail = f"array_slice({old.sql}, {start} + 1 + {count}, {size})"
        outside = raise_text(7116, f"'Offset ' || {start} || ' is not in the range of available LOB data.'")
        missing = f.raise_error(50100, f".WRITE() into NULL (line {call.line})")
        sql = (
            f"(CASE WHEN {old.sql} IS NULL THEN {missing} WHEN {start} IS NULL THEN {old.sql} || {new} "
            f"WHEN {start} < 0 OR {start} > {size} THEN {outside} WHEN {new} IS NULL THEN {head} "
            f"WHEN {count} IS NULL THEN {head} || {new} ELSE {head} || {new} || {tail} END)"
        )
        return Bound(sql, old.type, old.nullable)

    def _assigned_variable(self, item: n.Assignment, place: Place) -> Bound:
        if item.operator != "=":
            raise unsupported(f"{item.variable} {item.operator} in UPDATE", item.line)
        for found in walk(item.value):
            if isinstance(found, n.Variable) and found.name.lower() == item.variable.lower():
                raise unsupported("a variable that an UPDATE carries from row to row", item.line)
        return self.value(item.value, place)

    def _update_plan(self, node: n.Update, found: Found, assigned: Assigned) -> ChangePlan:
        table, name = found.target.table, found.target.name
        environment = self.context.environment
        image = self.after_image(found.target, found.base, assigned.new, node.line)
        outputs, values = self._update_outputs(node, found, image)
        assigns = []
        for variable, column, value in assigned.variables:
            values.append(value)
            assigns.append((variable, len(values), column))
        changed = set(assigned.new)
        fired = self._replaced or (self._fires(found.target, node, "UPDATE") and bool(changed))
        checks: tuple[KeyCheck, ...] = ()
        after: tuple[KeyCheck, ...] = ()
        acting: Sequence[Action] = ()
        if not self._replaced:
            keys = key_checks(table, name, "UPDATE", CHANGE, self.filter_text)
            after = tuple(check for check in keys if changed & set(check.columns))
            after += delete_checks(table, name, "UPDATE", CHANGE, changed, environment)
            checks, behind = by_time(reference_checks(table, name, "UPDATE", CHANGE, changed, environment))
            after += behind
            acting = actions(table, name, "UPDATE", changed, environment)
        acted = {column for action in acting for column in action.columns}
        needed = ({column for check in (*checks, *after) for column in check.columns} | acted) - changed
        was = acted | {column for check in after for column in check.old_columns}
        tests = self._update_tests(found, image, changed)
        if not (checks or after or outputs or assigns or self.context.volatile or fired or acting):
            return self._plain_update(node, found, assigned, image, tests)
        listed = [f"{text} AS {quoted(column.name)}" for column, text in assigned.new.values()]
        listed += [f"{c.sql} AS {quoted(c.name)}" for c in found.base.columns if c.name.lower() in needed]
        listed += [
            f"{seen.sql} AS {quoted('old ' + seen.name)}"
            for seen in found.base.columns
            if fired or seen.name.lower() in was
        ]
        listed += [f"{value.sql} AS o{i}" for i, value in enumerate(values, 1)]
        change = self._with_text() + self._update_rows(node, found, listed, image, tests)
        setters = ", ".join(f"{quoted(c.name)} = ch.{quoted(c.name)}" for c, _ in assigned.new.values())
        apply = (
            f"UPDATE {table.storage} AS u SET {setters} FROM {CHANGE} AS ch WHERE u.rowid = ch.tsqld_rowid"
        )
        events = Fired(
            "UPDATE", new_rows(table, changed), old_rows(table), frozenset(changed), self._replaced
        )
        return ChangePlan(
            "UPDATE",
            table,
            name,
            tuple(self.context.references),
            change,
            (apply,) if changed and not self._replaced else (),
            checks,
            after,
            outputs,
            tuple(assigns),
            reads=frozenset(self.context.reads),
            fired=(events,) if fired else (),
            cascades=self._cascades(acting),
            many=found.many and node.top is None,
        )

    def _plain_update(
        self, node: n.Update, found: Found, assigned: Assigned, image: Relation, tests: Sequence[str]
    ) -> ChangePlan:
        """An UPDATE that nobody has to look at: one DuckDB statement. DuckDB updates a row once, however
        often it is found."""
        table, others = found.target.table, found.others
        numbered = any(column.type.name == "rowversion" for column, _ in assigned.new.values())
        if others is None or tests or numbered or node.top is not None:
            listed = [f"{text} AS {quoted(column.name)}" for column, text in assigned.new.values()]
            rows = self._update_rows(node, found, listed, image, tests)
            setters = ", ".join(f"{quoted(c.name)} = ch.{quoted(c.name)}" for c, _ in assigned.new.values())
            tail = f" FROM ({rows}) AS ch WHERE u.rowid = ch.tsqld_rowid"
            alias = "u"
        else:
            setters = ", ".join(f"{quoted(column.name)} = {text}" for column, text in assigned.new.values())
            tail = (f" FROM {' CROSS JOIN '.join(others)}" if others else "") + found.where
            alias = found.base.alias
        direct = f"{self._with_text()}UPDATE {table.storage} AS {alias} SET {setters}{tail}"
        references, reads = tuple(self.context.references), frozenset(self.context.reads)
        return ChangePlan(
            "UPDATE", table, found.target.name, references, "", (direct,), reads=reads, many=found.many
        )

    def _update_rows(
        self, node: n.Update, found: Found, listed: Sequence[str], image: Relation, tests: Sequence[str]
    ) -> str:
        """The rows to change by identity, behind the CHECK constraints that their new values must meet."""
        once = f"DISTINCT ON ({found.base.rowid}) " if found.many and node.top is not None else ""
        every = [f"{seen.sql} AS {quoted('new ' + seen.name)}" for seen in image.columns] if tests else []
        parts = ", ".join([f"{found.base.rowid} AS tsqld_rowid", *listed, *every])
        rows = self.topped(node.top, f"SELECT {once}{parts}{found.tail}")
        return f"SELECT n.* FROM ({rows}) AS n WHERE {' AND '.join(tests)}" if tests else rows

    def _update_tests(self, found: Found, image: Relation, changed: Collection[str]) -> list[str]:
        columns = tuple(replace(seen, sql=f"n.{quoted('new ' + seen.name)}") for seen in image.columns)
        rows = replace(image, names=_names(found.target.table), columns=columns)
        return self.check_tests(found.target, "UPDATE", rows, changed)

    def _update_outputs(
        self, node: n.Update, found: Found, image: Relation
    ) -> tuple[tuple[OutputPlan, ...], list[Bound]]:
        """OUTPUT sees the rows before and after by the names of the target, and the other sources."""
        columns = []
        for seen in found.relation.columns:
            after = image.column(found.target.base(seen.name))
            columns.append(replace(seen, sql=after.sql) if after is not None else seen)
        inserted = named(replace(found.relation, columns=tuple(columns)), "inserted")
        scope = Scope([inserted, named(found.relation, "deleted"), *found.scope.relations])
        return self._outputs(node.outputs, scope)


def _names(table: Table) -> tuple[str, ...]:
    return (table.schema.lower(), table.name.lower())


def refuse_carried(assignments: Sequence[n.Assignment]) -> None:
    """A variable that an UPDATE both sets and reads goes from row to row, in an order nobody promises."""
    names = {item.variable.lower() for item in assignments if item.variable}
    for item in assignments:
        read = {part.name.lower() for part in walk(item.value) if isinstance(part, n.Variable)}
        if item.operator != "=" and not item.column:
            read.add(item.variable.lower())
        if names & read:
            raise unsupported("a variable that an UPDATE carries from row to row", item.line)
