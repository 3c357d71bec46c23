"""Which DuckDB text may raise one of our errors, and what to write where DuckDB allows none.

DuckDB calls error() volatile and refuses volatile expressions in the ORDER BY of a window. Such keys are
computed below the SELECT (`hoisted_from`), or, in a grouped query, raise by a failing cast (`steady`).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from typing import Final

from tsqld.binder.scope import Relation
from tsqld.functions import MACROS
from tsqld.functions.sqltext import END

_CALLED: Final = re.compile(r"\btsqld\.(\w+)\(")
_ERROR: Final = "error('tsqld:"
_MESSAGE_END: Final = re.compile(rf"chr\(3\)(?=\))|{END}'(?=\))")
_COLUMN: Final = re.compile(r'\w+\.(?:\w+|"(?:[^"]|"")*")')


@functools.cache
def _volatile_macros() -> frozenset[str]:
    """Macros that call error(), themselves or through another."""
    bodies = {}
    for statement in MACROS:
        head, _, body = statement.partition(" AS (")
        if name := _CALLED.search(head):
            bodies[name[1]] = body
    found = {name for name, body in bodies.items() if _ERROR in body}
    while True:
        more = {name for name, body in bodies.items() if found & set(_CALLED.findall(body))} - found
        if not more:
            return frozenset(found)
        found |= more


def may_raise(sql: str) -> bool:
    """Whether `sql` holds error(), directly or in a macro."""
    return _ERROR in sql or not _volatile_macros().isdisjoint(_CALLED.findall(sql))


def steady(sql: str) -> str:
    """A key of a grouped query whose errors are failing casts; count(*) keeps DuckDB from folding them."""
    start = "CASE WHEN CAST(left(CAST(count(*) AS VARCHAR), 0) || 'tsqld:"
    parts = sql.split(_ERROR)
    text = parts[0]
    for part in parts[1:]:
        end = next(match.end() for match in _MESSAGE_END.finditer(part))
        text += f"{start}{part[:end]} AS INTEGER) = 0 THEN NULL END{part[end + 1 :]}"
    return text


def hoisted_from(
    from_sql: str, where: str, relations: Sequence[Relation], keys: Sequence[tuple[str, str]], alias: str
) -> str:
    """A FROM clause that yields every relation as a struct of its name, and the keys (name, text)."""
    listed = [f"{_packed(relation)} AS {relation.alias}" for relation in relations]
    listed += [f"{text} AS {name}" for name, text in keys]
    condition = f" WHERE {where}" if where else ""
    return f"(SELECT {', '.join(listed)} FROM {from_sql}{condition}) AS {alias}"


def row_of(relation: Relation) -> str:
    """A relation's row as a struct, with what DuckDB's own name for it leaves out."""
    return _packed(relation) if relation.rowid == f"{relation.alias}.rowid" else relation.alias


def _packed(relation: Relation) -> str:
    prefix = relation.alias + "."
    texts = [column.sql for column in relation.columns if _COLUMN.fullmatch(column.sql)]
    if relation.rowid:
        texts.append(relation.rowid)
    fields = [f"{text.removeprefix(prefix)} := {text}" for text in dict.fromkeys(texts)]
    return f"struct_pack({', '.join(fields)})"
