"""Views of what queries have cost: sys.dm_exec_query_stats, and the texts behind sys.dm_exec_sql_text.

Reads, writes, memory grants and threads are not measured and are zero. Source: Microsoft Learn,
"sys.dm_exec_query_stats", "sys.dm_exec_sql_text".
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha1
from typing import TYPE_CHECKING, Any, Final

from tsql.tokens import Kind, TokenError, tokenize
from tsqld.catalog.model import Catalog, Module
from tsqld.catalog.views.spec import Row, View, view
from tsqld.runtime.querystats import Counted, Measure, Text, sql_handle
from tsqld.syntax.spans import spans_of

if TYPE_CHECKING:
    from tsqld.runtime.session import Session

_TICKS: Final = 2
"""Bytes of a character, in which offsets count."""
_LITERALS: Final = (
    Kind.STRING, Kind.NSTRING, Kind.INTEGER, Kind.DECIMAL, Kind.FLOAT, Kind.MONEY, Kind.BINARY,
)  # fmt: skip


def _texts_kept(session: Session) -> Iterator[Text]:
    """What is remembered, without modules that are changed or gone."""
    for text in session.engine.query_stats.texts():
        if text.module:
            catalog = session.engine.catalog(text.database)
            module = catalog.by_id(text.module) if catalog is not None else None
            if not isinstance(module, Module) or module.text != text.tree.text:
                continue
        yield text


def _stats(session: Session, catalog: Catalog) -> Iterator[Row]:
    for text in _texts_kept(session):
        for counted in list(text.statements.values()):
            start, end, hashed = counted.place or _found(text, counted)
            yield {
                "sql_handle": text.handle,
                "plan_handle": text.plan_handle,
                "statement_start_offset": _TICKS * start,
                "statement_end_offset": _TICKS * max(end - 1, start),
                "creation_time": text.created,
                "last_execution_time": counted.began,
                "execution_count": counted.count,
                "query_hash": hashed,
                "query_plan_hash": hashed,
                **_measured("worker_time", counted.worker),
                **_measured("elapsed_time", counted.elapsed),
                **_measured("rows", counted.rows),
            }


def _found(text: Text, asked: Counted) -> tuple[int, int, bytes]:
    """The place of a statement in its text; those of the text's other statements are noted too."""
    whole = text.tree.text
    spans = spans_of(text.tree)
    for number, counted in list(text.statements.items()):
        start, end = spans.get(number, (0, len(whole)))
        counted.place = (start, end, _query_hash(whole[start:end]))
    assert asked.place is not None
    return asked.place


def _measured(name: str, measure: Measure) -> dict[str, Any]:
    return {
        f"total_{name}": measure.total,
        f"last_{name}": measure.last,
        f"min_{name}": measure.least,
        f"max_{name}": measure.greatest,
    }


def _query_hash(statement: str) -> bytes:
    """The same for statements that differ in their literals, spaces and comments only."""
    try:
        words = ["?" if token.kind in _LITERALS else token.upper for token in tokenize(statement)]
    except TokenError:
        words = [statement]
    return sha1(" ".join(words).encode("utf-16-le", "surrogatepass")).digest()[:8]


def _texts(session: Session, catalog: Catalog) -> Iterator[Row]:
    """The last text of every session, and what is remembered, each by the handles that name it."""
    ids = session.interpreter.evaluator._functions.database_ids()
    for other in sorted(session.engine.sessions.values(), key=lambda one: one.spid):
        yield {
            "sql_handle": sql_handle(other.text),
            "spid": other.spid,
            "dbid": ids.get(other.database),
            "text": other.text,
        }
    for text in _texts_kept(session):
        for handle in (text.handle, text.plan_handle):
            yield {
                "sql_handle": handle,
                "dbid": ids.get(text.database),
                "objectid": text.module or None,
                "text": text.tree.text,
            }


def _quantity(name: str, of: str = "") -> str:
    return ", ".join(f"{part}_{name} bigint{of}" for part in ("total", "last", "min", "max"))


VIEWS: Final[dict[str, View]] = {
    "dm_exec_query_stats": view(
        f"""sql_handle varbinary(64), statement_start_offset int, statement_end_offset int,
        plan_generation_num bigint = 1, plan_handle varbinary(64), creation_time datetime,
        last_execution_time datetime, execution_count bigint, {_quantity("worker_time")},
        {_quantity("physical_reads", " = 0")}, {_quantity("logical_writes", " = 0")},
        {_quantity("logical_reads", " = 0")}, {_quantity("clr_time", " = 0")},
        {_quantity("elapsed_time")}, query_hash binary(8), query_plan_hash binary(8), {_quantity("rows")},
        statement_sql_handle varbinary(64), statement_context_id bigint, {_quantity("dop", " = 0")},
        {_quantity("grant_kb", " = 0")}, {_quantity("used_grant_kb", " = 0")},
        {_quantity("ideal_grant_kb", " = 0")}, {_quantity("reserved_threads", " = 0")},
        {_quantity("used_threads", " = 0")}, {_quantity("columnstore_segment_reads", " = 0")},
        {_quantity("columnstore_segment_skips", " = 0")}, {_quantity("spills", " = 0")},
        {_quantity("num_physical_reads", " = 0")}, {_quantity("page_server_reads", " = 0")},
        {_quantity("num_page_server_reads", " = 0")}""",
        _stats,
    ),
    "tsqld_sql_texts": view(
        "sql_handle varbinary(64), spid smallint, dbid smallint, objectid int, text nvarchar(max)", _texts
    ),
}
