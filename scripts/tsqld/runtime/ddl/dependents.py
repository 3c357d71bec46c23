"""Who needs an object: schema-bound modules, constraints that call a function, defaults that draw numbers."""

from __future__ import annotations

from collections.abc import Iterator

from tsqld.catalog.model import Catalog, Grant, Module, Object, Property, Table, entry_key
from tsqld.catalog.views.dependencies import references_of
from tsqld.syntax import nodes as n
from tsqld.syntax.walk import parse_condition, parse_value, walk


def binders_of(catalog: Catalog, found: Object) -> Iterator[str]:
    """Names of the schema-bound modules and constraints that reference an object."""
    for module in catalog.modules():
        if module.schema_bound and module.object_id != found.object_id and names(module, found):
            yield module.name
    for table in catalog.tables():
        for name, node in _expressions(table):
            if any(_is(found, parts) for parts in _called(node)):
                yield name


def names(module: Module, found: Object) -> bool:
    """Whether a module's text names an object."""
    wanted = (found.schema.lower(), found.name.lower())
    return any((r.schema.lower() or "dbo", r.name.lower()) == wanted for r in references_of(module))


def mentions(node: n.Node, column: str) -> bool:
    """Whether an expression or a module names a column."""
    wanted = column.lower()
    return any(isinstance(found, n.ColumnName) and found.parts[-1].lower() == wanted for found in walk(node))


def _expressions(table: Table) -> Iterator[tuple[str, n.Expression]]:
    for check in table.checks:
        yield check.name, parse_condition(check.text)
    for column in table.columns:
        if column.computed:
            yield table.name, parse_value(column.computed)
        if column.default is not None:
            yield column.default.name, parse_value(column.default.text)


def _called(node: n.Expression) -> Iterator[n.Parts]:
    for inner in walk(node):
        if isinstance(inner, n.Call) and len(inner.name) > 1:
            yield inner.name
        elif isinstance(inner, n.NextValue):
            yield inner.sequence


def _is(found: Object, parts: n.Parts) -> bool:
    schema = parts[-2].lower() if len(parts) > 1 else "dbo"
    return (schema, parts[-1].lower()) == (found.schema.lower(), found.name.lower())


def without(catalog: Catalog, found: Object) -> Catalog:
    """The catalog without an object and what hangs on it: triggers, properties, permissions."""
    own = (found.schema, found.name)
    gone = [entry_key(found)]
    numbers = {found.object_id}
    if isinstance(found, Table):
        numbers |= {number for _, _, number in found.constraints()}
    for entry in catalog.entries.values():
        if isinstance(entry, Module) and entry.table == own:
            gone.append(entry_key(entry))
            numbers.add(entry.object_id)
    for entry in catalog.entries.values():
        is_property = isinstance(entry, Property) and entry.class_id in (1, 2, 7)
        if is_property and entry.major_id in numbers:  # type: ignore[union-attr]
            gone.append(entry_key(entry))
        is_grant = isinstance(entry, Grant) and entry.securable_class == "OBJECT"
        if is_grant and (entry.schema, entry.name) == own:  # type: ignore[union-attr]
            gone.append(entry_key(entry))
    return catalog.remove(*gone)


def properties_of(catalog: Catalog, class_id: int, major_id: int) -> list[str]:
    """Keys of the extended properties of something."""
    return [
        entry_key(entry)
        for entry in catalog.entries.values()
        if isinstance(entry, Property) and (entry.class_id, entry.major_id) == (class_id, major_id)
    ]
