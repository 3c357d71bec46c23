"""What statements compile to, and which texts were bound: a session's own, and for all that of modules.

A module's statements are the same trees in every session, and nothing of a session is in what they compile
to unless the compiler's environment notes it (`SessionEnvironment.is_of_session`). So the next session need
not compile them again, as SQL Server keeps a procedure's plan in its cache for everybody.

Source: Microsoft Learn, "Query processing architecture guide": execution plan caching and reuse.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from tsqld.catalog.model import Object, Table
from tsqld.syntax import nodes as n

Lookups = tuple[tuple[tuple[str, str, str], Object | None], ...]
Temporaries = tuple[tuple[str, Table | None], ...]
Plan = tuple[tuple[Any, ...], int, Lookups, Temporaries, Any]
"""What a compiled text depends on, the catalog's version or -1, the names it looked up, the temp tables and
table variables, and the text."""
_STATEMENTS: Final = 4000
_VARIANTS: Final = 8


class Plans:
    """Plans by statement and purpose. Thread-safe: each step is one of a dict or list."""

    def __init__(self) -> None:
        self._kept: dict[tuple[int, str], tuple[n.Node, tuple[Plan, ...]]] = {}

    def of(self, node: n.Node, purpose: str) -> Sequence[Plan]:
        """The latest first."""
        known = self._kept.get((id(node), purpose))
        return known[1] if known is not None else ()

    def keep(self, node: n.Node, purpose: str, plan: Plan) -> None:
        """Keep a plan, and its statement with it, whose `id` nothing else can have then."""
        if len(self._kept) > _STATEMENTS:
            self._kept.clear()
        self._kept[id(node), purpose] = (node, (plan, *self.of(node, purpose)[: _VARIANTS - 1]))


class Texts:
    """Statements that were made ready together, each with what was found. Thread-safe as `Plans` is."""

    def __init__(self) -> None:
        self._declared: dict[int, tuple[Sequence[n.Statement], tuple[n.Declaration, ...]]] = {}
        self._bound: dict[int, tuple[Sequence[n.Statement], tuple[Any, ...]]] = {}

    def declared(self, statements: Sequence[n.Statement]) -> tuple[n.Declaration, ...] | None:
        """The variables that they declare, once `declares` has told."""
        known = self._declared.get(id(statements))
        return known[1] if known is not None else None

    def declares(self, statements: Sequence[n.Statement], found: tuple[n.Declaration, ...]) -> None:
        if len(self._declared) > _STATEMENTS:
            self._declared.clear()
        self._declared[id(statements)] = (statements, found)

    def is_bound(self, statements: Sequence[n.Statement], meaning: tuple[Any, ...]) -> bool:
        """Whether their names were bound where they mean the same."""
        known = self._bound.get(id(statements))
        return known is not None and known[1] == meaning

    def bind(self, statements: Sequence[n.Statement], meaning: tuple[Any, ...]) -> None:
        if len(self._bound) > _STATEMENTS:
            self._bound.clear()
        self._bound[id(statements)] = (statements, meaning)
