"""The rows an UPDATE or DELETE finds: its FROM clause, and the relation in it that is the target."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from tsqld.binder.bound import Bound
from tsqld.binder.scope import Relation, Scope
from tsqld.catalog.model import Module, Table
from tsqld.compile.context import Reference, resolve_object
from tsqld.compile.dml.plan import Target, whole
from tsqld.compile.dml.rows import RowCompiler
from tsqld.compile.dml.through import Through
from tsqld.compile.expressions import Place
from tsqld.compile.triggered import replaced, view_rows
from tsqld.errors import TsqlError, error, unsupported
from tsqld.syntax import nodes as n
from tsqld.syntax.walk import walk
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
    alone: bool = False
    """Whether the target is the only source, whatever its text is."""

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
        return not self.alone and (len(self.sources) > 1 or " JOIN " in self.sources[0])

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

    def found(
        self, node: n.Update | n.Delete, visible: Mapping[str, object], columns: Sequence[str] = ()
    ) -> Found:
        """The rows that the FROM and WHERE of a change of `columns` find."""
        view = self._replaced_view(node, visible)
        if view is not None:
            return view
        scope = Scope([], None, visible)
        sources = node.sources or (self._lone_source(node.target),)
        conditions: list[str] = []
        self._expose = True
        try:
            texts = [text for source in sources for text in self._flat(source, scope, conditions)]
        finally:
            self._expose = False
        relation, target, through = self._target_relation(node, scope, texts, columns)
        base = relation
        if relation.alias in self._through:
            text, base = self.base_table(target.table, "", ())
            texts.append(text)
            conditions.append(f"{base.rowid} = {through.rowid}")
        if node.where is not None:
            conditions.append(self.condition(node.where, Place(scope)))
        elif node.cursor:
            conditions.append(self._current_of(node.cursor, base))
        return Found(scope, relation, base, target, tuple(texts), tuple(conditions))

    def _replaced_view(self, node: n.Update | n.Delete, visible: Mapping[str, object]) -> Found | None:
        """The rows of a view whose INSTEAD OF trigger stands in for a change. Errors 414 and 415 where the
        view is joined."""
        event = "UPDATE" if isinstance(node, n.Update) else "DELETE"
        source = self._source_named(node)
        if source is None or (len(source.name) == 1 and source.name[0].lower() in visible):
            return None
        environment = self.context.environment
        try:
            view, name = resolve_object(environment, source.name, source.line)
        except TsqlError:
            return None
        if not isinstance(view, Module) or view.kind != "VIEW":
            return None
        if not replaced(environment, view, name.database, event):
            return None
        if len(node.sources) > 1 or (node.sources and node.sources[0] is not source):
            raise error(414 if event == "UPDATE" else 415, ".".join(source.name), line=node.line)
        if node.cursor:
            raise unsupported("WHERE CURRENT OF in a view with an INSTEAD OF trigger", node.line)
        scope = Scope([], None, visible)
        text = self._source(source, scope, lateral=False)
        relation = replace(scope.relations[0], table=view_rows(view), rowid="0")
        scope.relations[0] = relation
        where = (self.condition(node.where, Place(scope)),) if node.where is not None else ()
        target = replace(whole(view_rows(view), name), access=relation.access)
        return Found(scope, relation, relation, target, (text,), where, alone=True)

    def _source_named(self, node: n.Update | n.Delete) -> n.TableSource | None:
        """The source that the target of a change is, by its alias or its name."""
        target = node.target
        if target.variable:
            return None
        for source in walk(node, into_queries=False):
            if isinstance(source, n.TableSource):
                names = (source.alias,) if source.alias else (source.name[-1], ".".join(source.name))
                if ".".join(target.name).lower() in [name.lower() for name in names]:
                    return source
        return n.TableSource(target.line, target.name)

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
        self, node: n.Update | n.Delete, scope: Scope, texts: list[str], columns: Sequence[str]
    ) -> tuple[Relation, Target, Through]:
        """The target among the sources, or beside them where FROM does not name it."""
        relation = self._named_target(node.target, scope) if node.sources else scope.relations[0]
        if relation is None:
            target = node.target
            if len(target.name) == 1 and target.name[0].lower() in scope.ctes:
                raise error(208, target.name[0], line=node.line)
            self._expose = True
            text, relation = self._leaf(self._lone_source(target), Scope(), False)
            self._expose = False
            scope.relations.insert(0, relation)
            texts.insert(0, text)
        through = self.through_of(relation, columns, node.line)
        return relation, self.target_of(relation, through, node.line), through

    def _named_target(self, target: n.Target, scope: Scope) -> Relation | None:
        """The source that a target means: by the name FROM gives it, else the only one that reads the same
        table, whatever its alias. Error 8154."""
        wanted = (target.variable,) if target.variable else tuple(part for part in target.name if part)
        for relation in scope.relations:
            if relation.exposed.lower() == wanted[-1].lower() and len(wanted) == 1:
                return relation
        found = [r for r in scope.relations if r.answers_to(wanted)]
        if found:
            return found[0]
        storage = self._storage(target)
        same = [r for r in scope.relations if r.table is not None and r.table.storage == storage]
        if len(same) > 1:
            raise error(8154, ".".join(wanted), line=target.line)
        return same[0] if same else None

    def _storage(self, target: n.Target) -> str:
        """Where the rows of a target that is a table are; nothing for what is none."""
        if target.variable:
            table = self.context.environment.table_variable(target.variable)
            return "" if table is None else table.storage
        try:
            found, _ = resolve_object(self.context.environment, target.name, target.line)
        except TsqlError as problem:
            if problem.number != 208:
                raise
            return ""
        return found.storage if isinstance(found, Table) else ""

    def _current_of(self, cursor: str, relation: Relation) -> str:
        """WHERE CURRENT OF: the row a cursor stands on, which the engine knows when the statement runs."""
        assert relation.table is not None
        storage = (Bound("", BIGINT, value=relation.table.storage),)
        rowid = self.context.parameter(Reference("cursor", cursor, storage), BIGINT)
        return f"{relation.rowid} = {rowid}"


def _is_inner(source: n.Source) -> bool:
    """Whether a source is a join whose sides may stand side by side."""
    return isinstance(source, n.JoinSource) and source.kind in ("INNER", "CROSS")
