"""Puts the macros and the Python functions that compiled T-SQL calls into a DuckDB instance.

Place in the pipeline: called once by the engine when it opens DuckDB, on its root connection, which must stay
open as long as any cursor uses the functions. DuckDB needs numpy for Python functions.
"""

from __future__ import annotations

import duckdb
from duckdb.func import FunctionNullHandling

from tsqld.functions.macros import MACROS
from tsqld.functions.udfs import UDFS


def install(connection: duckdb.DuckDBPyConnection) -> None:
    """Creates macros and functions; a second call on the same instance renews the macros only."""
    for name, entry in UDFS.items():
        try:
            connection.create_function(
                name,
                entry.function,
                [duckdb.sqltype(parameter) for parameter in entry.parameters],
                duckdb.sqltype(entry.result),
                null_handling=FunctionNullHandling.SPECIAL
                if entry.nullable
                else FunctionNullHandling.DEFAULT,
            )
        except duckdb.NotImplementedException:
            continue  # entered before
    for statement in MACROS:
        connection.execute(statement)
