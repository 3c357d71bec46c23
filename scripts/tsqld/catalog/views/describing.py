"""sys.dm_exec_describe_first_result_set: what a text would return, as a table.

Source: Microsoft Learn's page of the function.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from tsqld.catalog.views.spec import Row, View
from tsqld.compile.context import SystemRelation
from tsqld.errors import COMPILE_TIME, TsqlError, unsupported
from tsqld.types import INT, nvarchar

if TYPE_CHECKING:
    from tsqld.runtime.session import Session

NAME: Final = "dm_exec_describe_first_result_set"
_ERROR: Final = (
    ("error_number", INT),
    ("error_severity", INT),
    ("error_state", INT),
    ("error_message", nvarchar(4000)),
    ("error_type", INT),
    ("error_type_desc", nvarchar(60)),
)
_MISCELLANEOUS: Final = (1, "MISC")
_SYNTAX: Final = (2, "SYNTAX")
_OF_SYNTAX: Final = frozenset({102, 105, 156, 170})


def described(session: Session, arguments: Sequence[Any] | None) -> SystemRelation:
    """The columns of the first result set of a text, or the error of one that cannot be described. Without
    `arguments` nothing but the columns that tell of them."""
    from tsqld.tds.describe import RESULT

    columns = (*((column.name, column.type) for column in RESULT), *_ERROR)
    view = View(columns, {}, lambda session, catalog: _rows(session, arguments) if arguments else ())
    return view.relation(session, session.catalog(session.database))


def _rows(session: Session, arguments: Sequence[Any]) -> Iterator[Row]:
    from tsqld.tds.describe import RESULT, result_rows

    text, parameters, browse = arguments
    if str(browse or 0) != "0":
        raise unsupported(f"sys.{NAME} with @include_browse_information")
    if text is None:
        return
    try:
        found = session.describe(str(text), str(parameters or "")) or ()
    except TsqlError as problem:
        if problem.number not in COMPILE_TIME and problem.number not in _OF_SYNTAX:
            raise
        yield _failure(problem)
        return
    names = [column.name for column in RESULT]
    yield from (dict(zip(names, row, strict=True)) for row in result_rows(found))


def _failure(problem: TsqlError) -> Row:
    kind, word = _SYNTAX if problem.number in _OF_SYNTAX else _MISCELLANEOUS
    return {
        "is_hidden": False,
        "column_ordinal": 0,
        "error_number": problem.number,
        "error_severity": problem.severity,
        "error_state": problem.state,
        "error_message": problem.message,
        "error_type": kind,
        "error_type_desc": word,
    }
