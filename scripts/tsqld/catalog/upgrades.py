"""What catalogs written by an earlier tsqld lack: steps that a database takes, once each, when it is opened.

Place in the pipeline: `store` writes with every catalog how many steps it has behind it; the engine lets a
database that has taken fewer take the others, in one transaction.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tsqld.catalog.model import Catalog, Grant, Principal

_FIRST_OWN_USER: Final = 5


def _let_users_connect(catalog: Catalog) -> Catalog:
    """CREATE USER has granted CONNECT since permissions are enforced: users from before have not got it.

    Where anybody has, or is denied it, the database is of a later time, and whoever lacks it has lost it.
    """
    entries = catalog.entries.values()
    if any(isinstance(entry, Grant) and entry.permission == "CONNECT" for entry in entries):
        return catalog
    users = [entry.name for entry in entries if isinstance(entry, Principal) and _is_own_user(entry)]
    return catalog.put(*(Grant(name, "GRANT", "CONNECT", "DATABASE") for name in users))


def _is_own_user(principal: Principal) -> bool:
    return principal.kind == "S" and principal.principal_id >= _FIRST_OWN_USER


STEPS: Final[tuple[Callable[[Catalog], Catalog], ...]] = (_let_users_connect,)
"""In the order in which they came; only ever added to."""


class FromTheFuture(ValueError):
    """A catalog that a later tsqld has written."""


def upgraded(catalog: Catalog, taken: int) -> Catalog:
    """The catalog after the steps it has not taken. Error: FromTheFuture."""
    if taken > len(STEPS):
        raise FromTheFuture(f"it was written by a later tsqld (step {taken}; this one knows {len(STEPS)})")
    for step in STEPS[taken:]:
        catalog = step(catalog)
    return catalog
