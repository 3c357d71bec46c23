"""sp_rename: objects, constraints, columns and indexes get another name, and what refers to them follows.

Called by `system`. The texts of modules are not changed, as SQL Server does not change them either; what a
schema-bound module refers to cannot be renamed. Source: Microsoft Learn, "sp_rename".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from tsqld.binder.scope import quoted
from tsqld.catalog.model import Catalog, Grant, Module, Object, Table, entry_key
from tsqld.catalog.views.dependencies import referenced_objects
from tsqld.errors import TsqlError, error, unsupported
from tsqld.runtime.ddl.dependents import mentions, names
from tsqld.runtime.metadata import name_parts
from tsqld.runtime.session import Session
from tsqld.security.rights import securable_of
from tsqld.syntax import nodes as n
from tsqld.syntax.walk import parse_condition, parse_module, parse_value


def rename(session: Session, database: str, old: str, new: str, kind: str) -> None:
    """Rename inside the open transaction. Errors 15225, 15248, 15335, 15336."""
    parts = name_parts(old)
    if parts is None:
        raise error(15225, old, database, kind)
    catalog = session.lock_catalog(database)
    if kind in ("COLUMN", "INDEX"):
        table = catalog.table(parts[-3] if len(parts) > 2 else "dbo", parts[-2]) if len(parts) > 1 else None
        if table is None:
            raise error(15248, "@objname", kind)
        _ask(session, catalog, table, error(15248, "@objname", kind))
        if kind == "COLUMN":
            _rename_column(session, catalog, table, parts[-1], new, old)
        else:
            session.change_catalog(catalog.put(_with_index(table, parts[-1], new)))
        return
    if kind not in ("OBJECT", "TABLE"):
        raise unsupported(f"sp_rename of {kind}")
    schema = parts[-2] if len(parts) > 1 else "dbo"
    if catalog.object(schema, new) is not None or _owner_of_constraint(catalog, schema, new) is not None:
        raise error(15335, new, "object")
    found = catalog.object(schema, parts[-1])
    if found is not None:
        _ask(session, catalog, found, error(15225, old, database, kind))
        _rename_object(session, catalog, found, new)
        return
    owner = _owner_of_constraint(catalog, schema, parts[-1])
    if owner is None:
        raise error(15225, old, database, kind)
    _ask(session, catalog, owner, error(15225, old, database, kind))
    session.change_catalog(catalog.put(_with_constraint(owner, parts[-1], new)))


def _ask(session: Session, catalog: Catalog, found: Object, missing: TsqlError) -> None:
    """ALTER on what is to be renamed. Error 15247, or that it is not there for who does not see it."""
    authority = session.authority
    if not authority.allows("ALTER", securable_of(found), catalog.name):
        raise error(15247) if authority.rights(catalog.name).sees(found) else missing


def _rename_object(session: Session, catalog: Catalog, found: Object, new: str) -> None:
    for module in catalog.modules():
        if module.schema_bound and found.object_id in referenced_objects(catalog, module):
            raise error(15336, f"{found.schema}.{found.name}")
    moved: Any = replace(found, name=new)
    own = (found.schema, found.name)
    followers: list[Table | Module] = []
    followers += [replace(m, table=(own[0], new)) for m in catalog.modules() if m.table == own]
    if isinstance(found, Table):
        session.executor.write(f"ALTER TABLE {found.storage} RENAME TO {quoted(new)}")
        moved = replace(
            found,
            name=new,
            storage=f"{quoted(catalog.name)}.{quoted(found.schema)}.{quoted(new)}",
            foreign_keys=_following_keys(found, found, new),
        )
        followers += [
            replace(other, foreign_keys=_following_keys(other, found, new))
            for other in catalog.tables()
            if other.object_id != found.object_id
            and any(foreign.references(found) for foreign in other.foreign_keys)
        ]
    gone, grants = _following_grants(catalog, found, new)
    session.change_catalog(catalog.remove(entry_key(found), *gone).put(moved, *followers, *grants))


def _following_grants(
    catalog: Catalog, found: Object, new: str, old_column: str = ""
) -> tuple[list[str], list[Grant]]:
    """The permissions on an object, or on a column of it, under its old name and under its new one."""
    mine = [
        entry
        for entry in catalog.entries.values()
        if isinstance(entry, Grant)
        and entry.securable_class == "OBJECT"
        and (entry.schema, entry.name) == (found.schema, found.name)
        and (not old_column or entry.column.lower() == old_column.lower())
    ]
    moved = [replace(entry, column=new) if old_column else replace(entry, name=new) for entry in mine]
    return [entry_key(entry) for entry in mine], moved


def _following_keys(table: Table, renamed: Table, new: str) -> tuple[Any, ...]:
    """Foreign keys of `table`; those to the renamed table by its new name."""
    return tuple(replace(key, table=new) if key.references(renamed) else key for key in table.foreign_keys)


def _owner_of_constraint(catalog: Catalog, schema: str, name: str) -> Table | None:
    return next(
        (
            table
            for table in catalog.tables()
            if table.schema.lower() == schema.lower()
            and any(constraint.lower() == name.lower() for _, constraint, _ in table.constraints())
        ),
        None,
    )


def _with_constraint(table: Table, old: str, new: str) -> Table:
    """The table with a constraint of another name, which is then no longer one the server gave."""

    def named(entry: Any) -> Any:
        return replace(entry, name=new, system_named=False) if entry.name.lower() == old.lower() else entry

    return replace(
        table,
        indexes=tuple(map(named, table.indexes)),
        foreign_keys=tuple(map(named, table.foreign_keys)),
        checks=tuple(map(named, table.checks)),
        columns=tuple(
            replace(column, default=named(column.default)) if column.default else column
            for column in table.columns
        ),
    )


def _with_index(table: Table, old: str, new: str) -> Table:
    if not any(index.name.lower() == old.lower() for index in table.indexes):
        raise error(15248, "@objname", "INDEX")
    return replace(
        table,
        indexes=tuple(replace(i, name=new) if i.name.lower() == old.lower() else i for i in table.indexes),
    )


def _rename_column(session: Session, catalog: Catalog, table: Table, old: str, new: str, called: str) -> None:
    """Give a column another name, which keys and indexes follow. Error 15336 where an expression needs it."""
    column = table.column(old)
    if column is None:
        raise error(15248, "@objname", "COLUMN")
    expressions: list[n.Node] = [parse_condition(check.text) for check in table.checks]
    expressions += [parse_value(other.computed) for other in table.columns if other.computed]
    expressions += [parse_condition(index.where) for index in table.indexes if index.where]
    expressions += [parse_module(m.text) for m in catalog.modules() if m.schema_bound and names(m, table)]
    if any(mentions(expression, old) for expression in expressions):
        raise error(15336, called)
    if not column.computed or column.persisted:
        session.executor.write(
            f"ALTER TABLE {table.storage} RENAME COLUMN {quoted(column.name)} TO {quoted(new)}"
        )

    def swap(name: str) -> str:
        return new if name.lower() == old.lower() else name

    def swapped(names: Iterable[str]) -> tuple[str, ...]:
        return tuple(map(swap, names))

    changed = replace(
        table,
        columns=tuple(replace(c, name=swap(c.name)) for c in table.columns),
        indexes=tuple(
            replace(i, columns=tuple((swap(c), d) for c, d in i.columns), include=swapped(i.include))
            for i in table.indexes
        ),
        foreign_keys=tuple(
            replace(
                k,
                columns=swapped(k.columns),
                referenced=swapped(k.referenced) if k.references(table) else k.referenced,
            )
            for k in table.foreign_keys
        ),
        statistics=tuple(replace(made, columns=swapped(made.columns)) for made in table.statistics),
    )
    followers = [
        replace(
            other,
            foreign_keys=tuple(
                replace(k, referenced=swapped(k.referenced)) if k.references(table) else k
                for k in other.foreign_keys
            ),
        )
        for other in catalog.tables()
        if other.object_id != table.object_id and any(k.references(table) for k in other.foreign_keys)
    ]
    gone, grants = _following_grants(catalog, table, new, old)
    session.change_catalog(catalog.remove(*gone).put(changed, *followers, *grants))
