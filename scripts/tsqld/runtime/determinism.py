"""Whether a function, a view or a computed column is deterministic, precise and fit for an index.

Source: Microsoft Learn, "Deterministic and nondeterministic functions", "Create indexed views" and
"OBJECTPROPERTY". A module that is not schema-bound is none of it.
"""

from __future__ import annotations

from typing import Final

from tsqld.catalog.model import Catalog, Column, Module
from tsqld.syntax import nodes as n
from tsqld.syntax.walk import parse_module, parse_value, walk
from tsqld.types import MAX

NONDETERMINISTIC: Final = frozenset(
    """GETDATE GETUTCDATE SYSDATETIME SYSUTCDATETIME SYSDATETIMEOFFSET CURRENT_TIMESTAMP NEWID NEWSEQUENTIALID
    RAND USER_NAME SUSER_NAME SUSER_SNAME HOST_NAME HOST_ID APP_NAME CURRENT_USER SESSION_USER SYSTEM_USER
    USER FORMAT CURRENT_TIMEZONE CURRENT_TRANSACTION_ID FORMATMESSAGE GETANSINULL ISDATE MIN_ACTIVE_ROWVERSION
    PARSENAME SESSION_CONTEXT""".split()
)
_OF_INDEXED_VIEWS: Final = frozenset("SUM COUNT_BIG".split())
_AGGREGATES: Final = frozenset(
    """AVG MIN MAX COUNT STDEV STDEVP VAR VARP STRING_AGG CHECKSUM_AGG APPROX_COUNT_DISTINCT GROUPING
    GROUPING_ID""".split()
)
_FLOATS: Final = ("float", "real")
_NEVER_KEYS: Final = ("text", "ntext", "image", "xml")


def is_deterministic(catalog: Catalog, module: Module) -> bool:
    """A table function or view may read tables and be deterministic, a scalar function may not."""
    if not module.schema_bound:
        return False
    tree = parse_module(module.text)
    if module.kind == "SCALAR FUNCTION" and reads_data(module):
        return False
    return _same_always(catalog, tree)


def is_precise(catalog: Catalog, module: Module) -> bool:
    types = [parameter.type for parameter in module.parameters]
    types += [column.type for column in module.columns] + ([module.returns] if module.returns else [])
    return is_deterministic(catalog, module) and not any(type.name in _FLOATS for type in types)


def reads_data(module: Module) -> bool:
    """Whether a module's text reads tables; what is not schema-bound counts as if it did."""
    if not module.schema_bound:
        return True
    return any(isinstance(node, n.TableSource) for node in walk(parse_module(module.text)))


def column_is_deterministic(catalog: Catalog, column: Column) -> bool:
    """A computed column."""
    return _same_always(catalog, parse_value(column.computed))


def column_fact(catalog: Catalog, found: object, column: Column, word: str) -> int | None:
    """COLUMNPROPERTY of what concerns an index. Only computed columns are deterministic or not."""
    deterministic = not column.computed or column_is_deterministic(catalog, column)
    if word == "ISINDEXABLE":
        long = column.type.length == MAX or column.type.name in _NEVER_KEYS
        return int(deterministic and not long)
    if word in ("SYSTEMDATAACCESS", "USERDATAACCESS"):
        return 0
    if not column.computed:
        return None
    return int(deterministic and (word != "ISPRECISE" or column.type.name not in _FLOATS))


def is_indexable(catalog: Catalog, view: Module) -> bool:
    """Whether a view may have a clustered index."""
    tree = parse_module(view.text)
    if tree.query is None or not is_precise(catalog, view) or not isinstance(tree.query.body, n.Select):
        return False
    select = tree.query.body
    nodes = list(walk(tree.query))
    calls = {node.name[-1].upper() for node in nodes if isinstance(node, n.Call)}
    plain_joins = all(node.kind == "INNER" for node in nodes if isinstance(node, n.JoinSource))
    tables = [node.name for node in nodes if isinstance(node, n.TableSource)]
    outside = [name for name in tables if len(name) != 2 or catalog.table(name[-2], name[-1]) is None]
    nested = sum(isinstance(node, n.Select | n.SetOperation) for node in nodes) > 1
    windowed = any(isinstance(node, n.Call) and node.over is not None for node in nodes)
    grouped = bool(select.group_by) or bool(calls & _OF_INDEXED_VIEWS)
    return not (
        outside
        or len(set(tables)) != len(tables)
        or nested
        or windowed
        or not plain_joins
        or calls & _AGGREGATES
        or select.distinct
        or select.top is not None
        or (grouped and ("COUNT_BIG" not in calls or select.having is not None))
    )


def _same_always(catalog: Catalog, tree: n.Node) -> bool:
    for node in walk(tree):
        if not isinstance(node, n.Call):
            continue
        if len(node.name) == 1 and node.name[0].upper() in NONDETERMINISTIC:
            return False
        called = catalog.object(node.name[-2], node.name[-1]) if len(node.name) > 1 else None
        if isinstance(called, Module) and not is_deterministic(catalog, called):
            return False
    return True
