"""ALTER TABLE … SWITCH: partitions change tables when both tables are alike and the target is empty.

Specification: Microsoft Learn, "ALTER TABLE", SWITCH, and "Transferring data efficiently by using partition
switching". Rows are moved by INSERT and DELETE.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tsqld.binder.scope import quoted
from tsqld.catalog.model import Column, Index, Table
from tsqld.catalog.spelling import spelled_condition, spelled_value
from tsqld.compile.partitions import Partitioning, partitioning
from tsqld.errors import error
from tsqld.events import Message
from tsqld.runtime.ddl.ranges import Bounds, allowed_by, partition_bounds
from tsqld.syntax import nodes as n

if TYPE_CHECKING:
    from tsqld.runtime.ddl.modules import Modules


@dataclass(frozen=True, slots=True)
class _Side:
    """One table of a switch, the partition named, and how errors write the table."""

    table: Table
    partitions: Partitioning | None
    number: int | None
    shown: str

    @property
    def where(self) -> str:
        if self.partitions is None or self.number is None:
            return ""
        return f" WHERE {self.partitions.number} = {self.number}"


class Switch:
    """One SWITCH of one table."""

    def __init__(self, definitions: Modules, database: str) -> None:
        self.definitions = definitions
        self.database = database

    def run(self, table: Table, action: n.AlterAction) -> None:
        target, _ = self.definitions.existing(action.target, action.line, 4902)
        source = self._side(table, action.source_partition, action.line)
        into = self._side(target, action.target_partition, action.line)
        if table.storage == target.storage and source.number == into.number:
            raise error(4955, source.shown, into.shown, line=action.line)
        _same_columns(source, into, action.line)
        self._refuse_keys(source, into, action.line)
        _same_indexes(source, into, action.line)
        _same_checks(source, into, action.line)
        self._within_range(source, into, action.line)
        self._empty(into, action.line)
        self._move(source, into)

    def _side(self, table: Table, written: n.Expression | None, line: int) -> _Side:
        """Errors 4911, 4950; a partition of a table that has none is warned of and ignored (4903)."""
        found = partitioning(self.definitions.catalog(self.database), table)
        number = None if written is None else int(self.definitions.evaluator.value(written)[0])
        shown = f"{self.database}.{table.full_name}"
        if found is None and number is not None:
            text = error(4903, number, shown).message
            self.definitions.notices.append(Message(text, 4903, 10, 1, line))
            number = None
        if found is not None and number is None:
            raise error(4911, shown, line=line)
        if found is not None and number is not None and not 1 <= number <= found.count:
            raise error(4950, number, shown, line=line)
        return _Side(table, found, number, shown)

    def _refuse_keys(self, source: _Side, into: _Side, line: int) -> None:
        """Errors 4967 to 4969: foreign keys to the source, and those of the target."""
        for other in self.definitions.catalog(self.database).tables():
            for foreign in other.foreign_keys:
                if foreign.references(source.table) and not foreign.disabled:
                    key = next((i.name for i in source.table.keys if i.is_constraint), foreign.name)
                    raise error(4967, source.shown, key, line=line)
        for theirs in into.table.foreign_keys:
            wanted = (theirs.columns, theirs.schema, theirs.table, theirs.referenced)
            mine = [
                k for k in source.table.foreign_keys if (k.columns, k.schema, k.table, k.referenced) == wanted
            ]
            if not mine:
                raise error(4968, into.shown, theirs.name, source.shown, line=line)
            if mine[0].disabled and not theirs.disabled:
                raise error(4969, mine[0].name, source.shown, theirs.name, into.shown, line=line)

    def _within_range(self, source: _Side, into: _Side, line: int) -> None:
        """The source's rows fit the target's partition by definition. Errors 4973, 4982."""
        if into.partitions is None or into.number is None:
            return
        function = into.partitions.function
        wanted = partition_bounds(function, into.number, self._constant)
        if source.partitions is not None and source.number is not None:
            have: Bounds = partition_bounds(source.partitions.function, source.number, self._constant)
            if not have.inside(wanted):
                raise error(4973, source.number, source.shown, into.number, into.shown, line=line)
            return
        column = source.table.column(into.partitions.column)
        assert column is not None
        have = allowed_by(source.table, column, function.type, self._constant)
        if not have.inside(wanted):
            raise error(4982, source.shown, into.number, into.shown, line=line)

    def _constant(self, node: n.Expression, type: Any) -> Any:
        return self.definitions.evaluator.converted(node, type)

    def _empty(self, into: _Side, line: int) -> None:
        occupied = self.definitions.session.executor.read(
            f"SELECT 1 FROM {into.table.storage}{into.where} LIMIT 1"
        ).fetchone()
        if occupied is not None:
            if into.number is None:
                raise error(4905, into.shown, line=line)
            raise error(4904, into.number, into.shown, line=line)

    def _move(self, source: _Side, into: _Side) -> None:
        session = self.definitions.session
        mine, theirs = source.table, into.table
        columns = [c for c in mine.columns if not c.computed or c.persisted]
        names = ", ".join(quoted(column.name) for column in columns)
        for name in (mine.storage, theirs.storage):
            session.table_locks.take(name, "X")
        self.definitions.write(
            f"INSERT INTO {theirs.storage} ({names}) SELECT {names} FROM {mine.storage}{source.where}"
        )
        self.definitions.write(f"DELETE FROM {mine.storage}{source.where}")
        session.executor.wrote(mine)
        session.executor.wrote(theirs)


def _same_columns(source: _Side, into: _Side, line: int) -> None:
    """Errors 4942 to 4946, 4958, 4965, 4966, 4985."""
    mine, theirs = source.table.columns, into.table.columns
    if len(mine) != len(theirs):
        raise error(4943, source.shown, len(mine), into.shown, len(theirs), line=line)
    for ordinal, (one, other) in enumerate(zip(mine, theirs, strict=True), 1):
        if one.name.lower() != other.name.lower():
            raise error(4942, one.name, ordinal, source.shown, other.name, into.shown, line=line)
        _same_column(one, other, source, into, line)


def _same_column(one: Column, other: Column, source: _Side, into: _Side, line: int) -> None:
    both = (one.name, source.shown, into.shown)
    if bool(one.computed) != bool(other.computed):
        where = (source.shown, into.shown) if one.computed else (into.shown, source.shown)
        raise error(4965, one.name, *where, line=line)
    if one.computed:
        spelled = [spelled_value(column.computed) for column in (one, other)]
        if spelled[0] != spelled[1]:
            raise error(4966, one.name, spelled[0], source.shown, into.shown, spelled[1], line=line)
        if one.persisted != other.persisted:
            raise error(4946, *both, line=line)
    if one.type.collation.lower() != other.type.collation.lower():
        raise error(4945, *both, line=line)
    if one.type != other.type:
        raise error(4944, one.name, one.type, source.shown, other.type, into.shown, line=line)
    if one.nullable != other.nullable:
        raise error(4985, *both, line=line)
    if one.rowguidcol != other.rowguidcol:
        raise error(4958, *both, line=line)


def _shape(index: Index) -> tuple[Any, ...]:
    columns = tuple((name.lower(), descending) for name, descending in index.columns)
    return (
        columns,
        index.unique,
        index.clustered,
        index.kind == "COLUMNSTORE",
        tuple(sorted(name.lower() for name in index.include)),
        spelled_condition(index.where) if index.where else "",
    )


def _same_indexes(source: _Side, into: _Side, line: int) -> None:
    """Errors 4913, 4947."""
    for one, other in ((source, into), (into, source)):
        if one.table.clustered is not None and other.table.clustered is None:
            raise error(4913, one.shown, one.table.clustered.name, other.shown, line=line)
    have = {_shape(index) for index in source.table.indexes}
    for index in into.table.indexes:
        if not index.disabled and _shape(index) not in have:
            raise error(4947, source.shown, index.name, into.shown, line=line)


def _same_checks(source: _Side, into: _Side, line: int) -> None:
    """Every check of the target is one of the source, and as trusted. Errors 4960, 4970, 4971."""
    mine = {spelled_condition(check.text): check for check in source.table.checks}
    for check in into.table.checks:
        if check.disabled:
            continue
        found = mine.get(spelled_condition(check.text))
        if found is None:
            number = 4971 if check.column else 4970
            raise error(number, into.shown, check.name, source.shown, line=line)
        if not found.trusted and check.trusted:
            raise error(4960, found.name, source.shown, check.name, into.shown, line=line)
