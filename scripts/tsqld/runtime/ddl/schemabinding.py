"""WITH SCHEMABINDING: what a module bound to its tables may say.

Specification: Microsoft Learn, "CREATE VIEW", "CREATE FUNCTION": names of two parts, of objects of the same
database; views and functions that are bound themselves; no star.
"""

from __future__ import annotations

from tsqld.catalog.model import Catalog, Module
from tsqld.errors import error
from tsqld.syntax import nodes as n
from tsqld.syntax.walk import walk


def refuse_unbound(node: n.CreateModule, catalog: Catalog) -> None:
    """Errors 1054, 4512, 4513."""
    kind, shown = node.kind.split()[-1].lower(), ".".join(node.name)
    roots: list[n.Node] = [*node.body]
    if node.query is not None:
        roots.append(node.query)
    every = [found for root in roots for found in walk(root)]
    tables = {found.name.lower() for found in every if isinstance(found, n.CommonTable)}
    for found in every:
        if isinstance(found, n.Select) and any(isinstance(item, n.Star) for item in found.items):
            raise error(1054, "*", line=found.line)
    for parts in _named(every):
        if len(parts) == 1 and parts[0].lower() in tables:
            continue
        written = ".".join(parts)
        if len(parts) != 2 or parts == node.name:
            raise error(4512, kind, shown, written, line=node.line)
        target = catalog.object(*parts)
        if isinstance(target, Module) and not target.schema_bound:
            raise error(4513, kind, shown, written, line=node.line)


def _named(nodes: list[n.Node]) -> list[n.Parts]:
    """The objects that a module names: in FROM, and functions by two parts or more."""
    return [found.name for found in nodes if isinstance(found, n.TableSource | n.Call) and _is_object(found)]


def _is_object(found: n.TableSource | n.Call) -> bool:
    return isinstance(found, n.TableSource) or (len(found.name) > 1 and not found.name[0].startswith("$"))
