"""Values that were computed before: DuckDB is not asked twice for the value of a text and a few arguments.

Place in the pipeline: `executor` asks here before it asks DuckDB for a value without tables. Conditions such
as `IIF(@@TRANCOUNT = 0, 1, 0)` stand in every procedure and see the same arguments again and again; asking
takes longer than anything in them. A text is remembered when each function it names always answers alike,
which DuckDB itself tells (`duckdb_functions().stability`), and its arguments are small.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, Final

import duckdb

Row = tuple[Any, ...]

_MOST: Final = 500
"""Values that are kept."""
_LONGEST: Final = 4000
"""Characters of a text and of its longest argument."""
_ARGUMENTS: Final = (bool, int, str, type(None))
_ANSWERS: Final = (*_ARGUMENTS, float, bytes, Decimal, dt.date, dt.time)
_WORD: Final = re.compile(r"\w+")
_CLOCKS: Final = frozenset({"current_timestamp", "current_time", "localtimestamp", "localtime"})
"""Words that are no functions and answer otherwise each time."""
_UNSTABLE: Final = """
SELECT DISTINCT lower(function_name), macro_definition
FROM duckdb_functions()
WHERE function_type = 'macro'
    OR (function_type = 'scalar' AND stability IS DISTINCT FROM 'CONSISTENT' AND function_name <> 'error')
"""


def unstable_names(connection: duckdb.DuckDBPyConnection) -> frozenset[str]:
    """Functions that may answer otherwise the next time, and macros that call them, lower case."""
    rows = connection.execute(_UNSTABLE).fetchall()
    found = {*_CLOCKS, *(name for name, macro in rows if macro is None)}
    macros = [(name, {word.lower() for word in _WORD.findall(macro)}) for name, macro in rows if macro]
    while more := {name for name, words in macros if words & found} - found:
        found |= more
    return frozenset(found)


class KeptValues:
    """The last values of one session."""

    def __init__(self, unstable: frozenset[str]) -> None:
        self._unstable = unstable
        self._stable: dict[str, bool] = {}
        self._rows: dict[tuple[Any, ...], Row] = {}

    def row(self, sql: str, parameters: Sequence[Any], ask: Callable[[], Row]) -> Row:
        """What `ask` answered when it was asked the same, or answers now."""
        if not self._may_keep(sql, parameters):
            return ask()
        key = (sql, *((type(value), value) for value in parameters))
        known = self._rows.get(key)
        if known is not None:
            return known
        row = ask()
        if all(isinstance(value, _ANSWERS) for value in row):
            if len(self._rows) >= _MOST:
                del self._rows[next(iter(self._rows))]
            self._rows[key] = row
        return row

    def _may_keep(self, sql: str, parameters: Sequence[Any]) -> bool:
        if not all(
            type(value) in _ARGUMENTS and not (isinstance(value, str) and len(value) > _LONGEST)
            for value in parameters
        ):
            return False
        stable = self._stable.get(sql)
        if stable is None:
            words = {word.lower() for word in _WORD.findall(sql)}
            stable = len(sql) <= _LONGEST and not words & self._unstable
            if len(self._stable) >= 2 * _MOST:
                self._stable.clear()
            self._stable[sql] = stable
        return stable
