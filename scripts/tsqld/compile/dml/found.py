"""The rows an UPDATE or DELETE finds: its FROM clause, and the relation in it that is the target."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tsqld.binder.bound import Bound
from tsqld.binder.scope import Relation, Scope
from tsqld.catalog.model import Table
from tsqld.compile.context import FullName, Reference
from tsqld.compile.dml.plan import Target, whole
from tsqld.compile.dml.rows import RowCompiler
from tsqld.compile.expressions import Place
from tsqld.errors import TsqlError, error
from tsqld.syntax import nodes as n
from tsqld.types import BIGINT


@dataclass(frozen=True, slots=True)
class Found:
    """What a change looks through. `relation` is the target as the statement names it, `base` its table with
    all columns. `sources` are DuckDB texts, one of them the target's; `conditions` are those of WHERE and of
    inner joins."""

    scope: Scope
    relation: Relation
    base: Relation
    target: Target
    sources: tuple[str, ...]
    conditions: tuple[str, ...] = ()

    @property
    def tail(self) -> str:
        """FROM and WHERE."""
        return f" FROM {' CROSS JOIN '.join(self.sources)}{self.where}"

    @property
    def where(self) -> str:
        return f" WHERE {' AND '.join(self.conditions)}" if self.conditions else ""

    @property
    def many(self) -> bool:
        """Whether a row of the target may be found more than once."""
        return len(self.sources) > 1 or " JOIN " in self.sources[0]

    @property
    def others(self) -> tuple[str, ...] | None:
        """The sources beside the target's table; None where it cannot stand alone, being part of an outer
        join."""
        mine = f"{self.target.table.storage} AS {self.base.alias}"
        if mine not in self.sources:
            return None
        return tuple(source for source in self.sources if source != mine)


class FindCompiler(RowCompiler):
    """Adds finding the rows to change."""

    def found(self, node: n.Update | n.Delete, visible: Mapping[str, object]) -> Found:
        """The rows that the FROM and WHERE of a change find."""
        scope = Scope([], None, visible)
        sources = node.sources or (self._lone_source(node.target),)
        conditions: list[str] = []
        self._expose = True
        try:
            texts = [text for source in sources for text in self._flat(source, scope, conditions)]
        finally:
            self._expose = False
        relation, target = self._target_relation(node, scope, texts)
        if node.where is not None:
            conditions.append(self.condition(node.where, Place(scope)))
        elif node.cursor:
            conditions.append(self._current_of(node.cursor, relation))
        base = relation
        if relation.rowid != f"{relation.alias}.rowid":
            text, base = self.base_table(target.table, "", ())
            texts.append(text)
            conditions.append(f"{base.rowid} = {relation.rowid}")
        return Found(scope, relation, base, target, tuple(texts), tuple(conditions))

    def _lone_source(self, target: n.Target) -> n.Source:
        """UPDATE t SET …: the target is the only source."""
        if target.variable:
            return n.VariableSource(target.line, target.variable)
        return n.TableSource(target.line, target.name)

    def _flat(self, source: n.Source, scope: Scope, conditions: list[str]) -> list[str]:
        """The sources that inner joins connect, side by side, their conditions put with WHERE's."""
        if not _is_inner(source):
            return [self._source(source, scope, lateral=False)]
        assert isinstance(source, n.JoinSource)
        texts = self._flat(source.left, scope, conditions) + self._flat(source.right, scope, conditions)
        if source.on is not None:
            conditions.append(self.condition(source.on, Place(scope)))
        return texts

    def _target_relation(
        self, node: n.Update | n.Delete, scope: Scope, texts: list[str]
    ) -> tuple[Relation, Target]:
        """The target among the sources, or beside them where FROM does not name it."""
        if not node.sources:
            relation = scope.relations[0]
            return relation, self._relation_target(relation, node.line)
        found = self._named_target(node.target, scope)
        if found is not None:
            return found, self._relation_target(found, node.line)
        target = node.target
        if len(target.name) == 1 and target.name[0].lower() in scope.ctes:
            raise error(208, target.name[0], line=node.line)
        resolved = self._target(target)
        exposed = target.name[-1] if target.name else target.variable
        text, relation = self.base_table(resolved.table, exposed, (exposed.lower(),))
        scope.relations.insert(0, relation)
        texts.insert(0, text)
        return relation, resolved

    def _named_target(self, target: n.Target, scope: Scope) -> Relation | None:
        if target.variable:
            return next((r for r in scope.relations if r.exposed.lower() == target.variable.lower()), None)
        wanted = tuple(part for part in target.name if part)
        for relation in scope.relations:
            if relation.exposed.lower() == wanted[-1].lower() and len(wanted) == 1 and relation.rowid:
                return relation
        found = [r for r in scope.relations if r.answers_to(wanted) and r.rowid]
        if found:
            return found[0]
        table = self._base_of(target)
        same = [
            r
            for r in scope.relations
            if r.table is not None and table is not None and r.table.storage == table.storage
        ]
        return same[0] if len(same) == 1 else None

    def _base_of(self, target: n.Target) -> Table | None:
        try:
            return self._target(target).table
        except TsqlError as problem:
            if problem.number == 208:
                return None
            raise

    def _relation_target(self, relation: Relation, line: int) -> Target:
        if relation.table is None:
            raise error(4405, relation.exposed, line=line)
        table = relation.table
        if table.kind == "T@" and table.name in ("inserted", "deleted"):
            raise error(286, line=line)
        name = FullName(_database(table, self.context.environment.database), table.schema, table.name)
        every = whole(table, name)
        if len(relation.columns) == len(table.columns) and all(
            a.name == b.name for a, b in zip(relation.columns, table.columns, strict=True)
        ):
            return every
        visible = {}
        for column in relation.columns:
            base = every.visible.get(
                (self._base_names.get((relation.alias, column.name.lower())) or column.name).lower()
            )
            if base is not None:
                visible[column.name.lower()] = base
        return Target(table, name, visible, tuple(visible.values()))

    def _current_of(self, cursor: str, relation: Relation) -> str:
        """WHERE CURRENT OF: the row a cursor stands on, which the engine knows when the statement runs."""
        assert relation.table is not None
        storage = (Bound("", BIGINT, value=relation.table.storage),)
        rowid = self.context.parameter(Reference("cursor", cursor, storage), BIGINT)
        return f"{relation.rowid} = {rowid}"


def _is_inner(source: n.Source) -> bool:
    """Whether a source is a join whose sides may stand side by side."""
    return isinstance(source, n.JoinSource) and source.kind in ("INNER", "CROSS")


def _database(table: Table, here: str) -> str:
    """The database of a table, which its storage name begins with; temp tables act in the session's own."""
    if table.is_temporary or not table.storage.startswith('"'):
        return here
    return table.storage[1:].partition('"."')[0].replace('""', '"')
