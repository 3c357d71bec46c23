"""The catalog as a principal may see it: objects it has any permission on, principals it knows.

Source: Microsoft Learn, "Metadata visibility configuration" and the Permissions section of each view's page.
"""

from __future__ import annotations

from dataclasses import replace

from tsqld.catalog.model import (
    Catalog,
    Entry,
    Grant,
    Module,
    Principal,
    Property,
    Sequence,
    Synonym,
    Table,
    UserType,
)
from tsqld.security.hierarchy import SERVER_CLASSES
from tsqld.security.rights import DATABASE, Rights, Securable
from tsqld.security.roles import FIXED_DATABASE_ROLES, SPECIAL_PRINCIPALS


def visible_catalog(rights: Rights) -> Catalog:
    """The catalog without what the principal may not see; its version is the whole one's."""
    kept: dict[str, Entry] = {}
    numbers = _object_ids(rights)
    for key, entry in rights.catalog.entries.items():
        if _shown(rights, entry, numbers):
            kept[key] = entry
    return replace(rights.catalog, entries=kept)


def _object_ids(rights: Rights) -> set[int]:
    return {found.object_id for found in rights.catalog.objects() if _object(rights, found)}


def _object(rights: Rights, found: Table | Module | Sequence | Synonym | UserType) -> bool:
    """A trigger is seen with its table."""
    if isinstance(found, Module) and found.kind == "TRIGGER" and found.table is not None:
        parent = rights.catalog.object(*found.table)
        return parent is not None and rights.sees(parent)
    return rights.sees(found)


def _shown(rights: Rights, entry: Entry, numbers: set[int]) -> bool:
    match entry:
        case Table() | Module() | Sequence() | Synonym() | UserType():
            return entry.object_id in numbers
        case Property():
            return entry.class_id not in (1, 2, 7) or entry.major_id in numbers
        case Principal():
            return sees_principal(rights, entry)
        case Grant():
            return entry.securable_class in SERVER_CLASSES or _sees_grant(rights, entry)
    return True


def sees_principal(rights: Rights, found: Principal) -> bool:
    """Oneself, the roles one is in, the fixed ones; others by permission."""
    name = found.name.lower()
    if name in rights.names or name in SPECIAL_PRINCIPALS or name in FIXED_DATABASE_ROLES:
        return True
    kind = "ROLE" if found.kind == "R" else "USER"
    securable = Securable(kind, "", found.name)
    return (
        rights.allows(f"ALTER ANY {kind}", DATABASE)
        or rights.allows("VIEW DEFINITION", securable)
        or rights.any_on(securable)
        or rights.owns(securable)
    )


def _sees_grant(rights: Rights, grant: Grant) -> bool:
    """One's own; those of others with VIEW DEFINITION of the database or the right to alter them."""
    if grant.principal.lower() in rights.names:
        return True
    return rights.allows("VIEW DEFINITION", DATABASE) or rights.allows("ALTER ANY USER", DATABASE)
