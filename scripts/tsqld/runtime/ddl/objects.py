"""Sequences, synonyms and user types."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tsqld.catalog.model import (
    Sequence as SequenceObject,
)
from tsqld.catalog.model import (
    Synonym,
    Table,
    UserType,
)
from tsqld.errors import error
from tsqld.syntax import nodes as n
from tsqld.types import SqlType

if TYPE_CHECKING:
    pass

from tsqld.runtime.ddl.build import TableBuilder
from tsqld.runtime.ddl.definer import moment


class Objects(TableBuilder):
    """Objects without storage."""

    def sequence(self, node: n.CreateSequence) -> None:
        name = self.full(node.name, node.line)
        catalog = self.catalog(name.database)
        old = catalog.object(name.schema, name.name)
        options = {word: value for word, value in node.options if value is not None}
        mentioned = {word for word, _ in node.options}
        if node.mode == "ALTER":
            if not isinstance(old, SequenceObject):
                raise error(15151, "alter", "sequence object", name.name, line=node.line)
            changed = replace(
                old,
                increment=options.get("INCREMENT", old.increment),
                minimum=options.get("MINVALUE", old.minimum),
                maximum=options.get("MAXVALUE", old.maximum),
                cycle="CYCLE" in options if "CYCLE" in mentioned else old.cycle,
                modified=moment(),
            )
            if "RESTART" in mentioned:
                start = options.get("RESTART", old.start)
                self.session.engine.counters.restart(name.database, old.object_id, start, changed.increment)
            self.change(catalog.put(changed))
            return
        if old is not None:
            raise error(2714, name.name, line=node.line)
        type = self.type(node.type) if node.type else SqlType("bigint")
        low, high = _limits(type)
        increment = options.get("INCREMENT", 1)
        minimum, maximum = options.get("MINVALUE", low), options.get("MAXVALUE", high)
        start = options.get("START", minimum if increment > 0 else maximum)
        object_id, catalog = self.identifier(catalog)
        now = moment()
        made = SequenceObject(
            object_id,
            name.schema,
            name.name,
            now,
            now,
            type,
            start,
            increment,
            minimum,
            maximum,
            "CYCLE" in options,
        )
        self.change(catalog.put(made))

    def create_synonym(self, node: n.CreateSynonym) -> None:
        name = self.full(node.name, node.line)
        catalog = self.catalog(name.database)
        if catalog.object(name.schema, name.name) is not None:
            raise error(2714, name.name, line=node.line)
        object_id, catalog = self.identifier(catalog)
        now = moment()
        self.change(catalog.put(Synonym(object_id, name.schema, name.name, now, now, node.base)))

    def create_type(self, node: n.CreateType) -> None:
        name = self.full(node.name, node.line)
        catalog = self.catalog(name.database)
        if catalog.user_type(name.schema, name.name) is not None:
            raise error(219, f"{name.schema}.{name.name}", line=node.line)
        object_id, catalog = self.identifier(catalog)
        now = moment()
        base = self.type(node.base) if node.base else None
        table = None
        if node.definition is not None:
            table = Table(object_id, name.schema, name.name, now, now, (), kind="TT")
            table, catalog = self.built(table, node.definition, catalog)
        made = UserType(object_id, name.schema, name.name, now, now, base, node.nullable is not False, table)
        self.change(catalog.put(made))


def _limits(type: SqlType) -> tuple[int, int]:
    limits = {"tinyint": (0, 255), "smallint": (-(2**15), 2**15 - 1), "int": (-(2**31), 2**31 - 1)}
    if type.is_decimal:
        return -(10**type.precision - 1), 10**type.precision - 1
    return limits.get(type.name, (-(2**63), 2**63 - 1))
