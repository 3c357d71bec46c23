"""Columns of catalog views that a query asks to be one number: the views then yield those rows alone.

Place in the pipeline: asked by `queries` before FROM is compiled. `WHERE c.object_id = OBJECT_ID(N'dbo.t')`
is how the catalog is nearly always asked, and the rows of all objects, written into the text for DuckDB, take
a hundred times as long as those of one. WHERE stays as it is, so that what is left out here is only what it
would leave out: rows that miss a condition which AND joins to the others, on a column of a view that FROM
names itself. (On the optional side of an outer join the row that a pin takes away leaves NULLs, which the
condition refuses, too.)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from tsqld.syntax import nodes as n
from tsqld.syntax.visit import walk

Pins = Mapping[str, int | None]
"""The number that each of some columns must be, by lower-case name; None for no row: nothing equals NULL."""

_ASKED: Final = frozenset({"OBJECT_ID", "SCHEMA_ID", "TYPE_ID", "DB_ID", "USER_ID"})


def conditions(select: n.Select) -> Iterator[tuple[str, str, n.Expression]]:
    """(name of a catalog view in FROM, column, what it must equal) where the last needs no row."""
    leaves = [leaf for source in select.sources for leaf in _leaves(source)]
    exposed = [_exposed(leaf) for leaf in leaves]
    views = {
        name
        for name, leaf in zip(exposed, leaves, strict=True)
        if _is_view(leaf) and exposed.count(name) == 1
    }
    if not views or select.where is None:
        return
    for condition in _joined(select.where):
        if isinstance(condition, n.Comparison) and condition.operator == "=":
            for column, value in ((condition.left, condition.right), (condition.right, condition.left)):
                if isinstance(column, n.ColumnName) and len(column.parts) <= 2 and _needs_no_row(value):
                    name = column.parts[0].lower() if len(column.parts) == 2 else exposed[0]
                    if name in views and (len(column.parts) == 2 or len(leaves) == 1):
                        yield name, column.parts[-1].lower(), value


def _leaves(source: n.Source) -> Iterator[n.Source]:
    if isinstance(source, n.JoinSource):
        yield from _leaves(source.left)
        yield from _leaves(source.right)
    else:
        yield source


def _exposed(source: n.Source) -> str:
    alias = str(getattr(source, "alias", ""))
    return (alias or (source.name[-1] if isinstance(source, n.TableSource) else "")).lower()


def _is_view(source: n.Source) -> bool:
    return isinstance(source, n.TableSource) and len(source.name) > 1 and source.name[-2].lower() == "sys"


def _joined(condition: n.Expression) -> Iterator[n.Expression]:
    """The conditions that AND joins."""
    if isinstance(condition, n.Logical) and condition.operator == "AND":
        yield from _joined(condition.left)
        yield from _joined(condition.right)
    else:
        yield condition


def _needs_no_row(value: n.Expression) -> bool:
    """Whether a value is known before the query runs, and has no other effect."""
    return all(
        isinstance(node, n.Literal | n.Binary)
        or (isinstance(node, n.Variable) and not node.name.startswith("@@"))
        or (isinstance(node, n.Call) and len(node.name) == 1 and node.name[0].upper() in _ASKED)
        for node in walk(value)
    )
