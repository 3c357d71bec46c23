"""Sequences, synonyms and user types."""

from __future__ import annotations

from dataclasses import replace

from tsqld.catalog.model import Catalog, Synonym, Table, UserType
from tsqld.catalog.model import Sequence as SequenceObject
from tsqld.compile.context import FullName
from tsqld.errors import TsqlError, error
from tsqld.runtime.ddl.build import TableBuilder
from tsqld.runtime.ddl.definer import moment
from tsqld.syntax import nodes as n
from tsqld.types import SqlType

_INTEGERS = ("tinyint", "smallint", "int", "bigint")
_FIRST_TYPE = 257
Options = dict[str, int]


class Objects(TableBuilder):
    """Objects without storage."""

    def sequence(self, node: n.CreateSequence) -> None:
        name = self.full(node.name, node.line)
        catalog = self.catalog(name.database)
        if catalog.schema(name.schema) is None:
            raise error(2760, name.schema, line=node.line)
        old = catalog.object(name.schema, name.name)
        if node.mode == "ALTER":
            self._alter_sequence(node, name, catalog, old)
            return
        if old is not None:
            raise error(2714, name.name, line=node.line)
        shown = ".".join(node.name) if len(node.name) > 1 else f"{name.schema}.{name.name}"
        type = self.type(node.type) if node.type else SqlType("bigint")
        if type.name not in _INTEGERS and not (type.is_decimal and type.scale == 0):
            raise error(11702, shown, line=node.line)
        object_id, catalog = self.identifier(catalog)
        made = _new_sequence(node, name, type, object_id)
        _refuse_impossible(made, shown, node.line)
        if not made.minimum <= made.start <= made.maximum:
            raise error(11703, shown, line=node.line)
        self.change(catalog.put(made))

    def _alter_sequence(self, node: n.CreateSequence, name: FullName, catalog: Catalog, old: object) -> None:
        if not isinstance(old, SequenceObject):
            raise error(15151, "alter", "sequence object", name.name, line=node.line)
        low, high = _limits(old.type)
        options = {word: value for word, value in node.options if value is not None}
        mentioned = {word for word, _ in node.options}
        minimum = options.get("MINVALUE", low if "MINVALUE" in mentioned else old.minimum)
        maximum = options.get("MAXVALUE", high if "MAXVALUE" in mentioned else old.maximum)
        changed = replace(
            old,
            increment=options.get("INCREMENT", old.increment),
            minimum=minimum,
            maximum=maximum,
            cycle="CYCLE" in options if "CYCLE" in mentioned else old.cycle,
            modified=moment(),
            **_caching(node, old.cached, old.cache_size),  # type: ignore[arg-type]
        )
        shown = f"{name.schema}.{name.name}"
        _refuse_impossible(changed, shown, node.line)
        counters = self.session.engine.counters
        if "RESTART" in mentioned:
            start = options.get("RESTART", changed.start)
            if not changed.minimum <= start <= changed.maximum:
                raise error(11703, shown, line=node.line)
            counters.restart(name.database, old.object_id, start, changed.increment)
            changed = replace(changed, start=start)
        else:
            current = counters.last.get((name.database.lower(), old.object_id), old.start)
            if not changed.minimum <= current <= changed.maximum:
                raise error(11704, current, shown, line=node.line)
        self.change(catalog.put(changed))

    def create_synonym(self, node: n.CreateSynonym) -> None:
        name = self.full(node.name, node.line)
        catalog = self.catalog(name.database)
        if catalog.schema(name.schema) is None:
            raise error(2760, name.schema, line=node.line)
        if catalog.object(name.schema, name.name) is not None:
            raise error(2714, name.name, line=node.line)
        object_id, catalog = self.identifier(catalog)
        now = moment()
        self.change(catalog.put(Synonym(object_id, name.schema, name.name, now, now, node.base)))

    def create_type(self, node: n.CreateType) -> None:
        name = self.full(node.name, node.line)
        catalog = self.catalog(name.database)
        if catalog.schema(name.schema) is None:
            raise error(2760, name.schema, line=node.line)
        if catalog.user_type(name.schema, name.name) is not None:
            raise error(219, f"{name.schema}.{name.name}", line=node.line)
        object_id, catalog = self.identifier(catalog)
        now = moment()
        table = None
        if node.definition is not None:
            table = Table(object_id, name.schema, name.name, now, now, (), kind="TT")
            table, catalog = self.built(table, node.definition, catalog)
        taken = [e.type_id for e in catalog.entries.values() if isinstance(e, UserType)]
        made = UserType(
            object_id,
            name.schema,
            name.name,
            now,
            now,
            self._base(node) if node.base else None,
            node.nullable is not False,
            table,
            max([_FIRST_TYPE - 1, *taken]) + 1,
        )
        self.change(catalog.put(made))

    def _base(self, node: n.CreateType) -> SqlType:
        """The base of an alias type, a system type. Error 222."""
        assert node.base is not None
        if self.alias(node.base) not in (None, ("sys", "sysname")):
            raise error(222, ".".join(node.base.parts), line=node.line)
        try:
            return self.type(node.base)
        except TsqlError as problem:
            if problem.number == 243:
                raise error(222, ".".join(node.base.parts), line=node.line) from None
            raise


def _new_sequence(node: n.CreateSequence, name: FullName, type: SqlType, object_id: int) -> SequenceObject:
    options = {word: value for word, value in node.options if value is not None}
    low, high = _limits(type)
    increment = options.get("INCREMENT", 1)
    minimum, maximum = options.get("MINVALUE", low), options.get("MAXVALUE", high)
    start = options.get("START", minimum if increment > 0 else maximum)
    now = moment()
    return SequenceObject(
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
        **_caching(node, True, None),  # type: ignore[arg-type]
    )


def _caching(node: n.CreateSequence, cached: bool, size: int | None) -> dict[str, object]:
    """CACHE n, CACHE and NO CACHE; neither keeps what was."""
    for word, value in node.options:
        if word == "CACHE":
            return {"cached": True, "cache_size": value}
        if word == "NO CACHE":
            return {"cached": False, "cache_size": None}
    return {"cached": cached, "cache_size": size}


def _refuse_impossible(made: SequenceObject, shown: str, line: int) -> None:
    """Errors 11700, 11705, 11706."""
    if made.increment == 0:
        raise error(11700, shown, line=line)
    if made.minimum >= made.maximum:
        raise error(11705, shown, line=line)
    if made.cache_size is not None and made.cache_size <= 0:
        raise error(11706, shown, line=line)


def _limits(type: SqlType) -> tuple[int, int]:
    limits = {"tinyint": (0, 255), "smallint": (-(2**15), 2**15 - 1), "int": (-(2**31), 2**31 - 1)}
    if type.is_decimal:
        highest = min(10**type.precision - 1, 2**63 - 1)
        return -highest, highest
    return limits.get(type.name, (-(2**63), 2**63 - 1))
