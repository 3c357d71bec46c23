"""The call stack of a failure: the test runs once more while extended events note each statement that starts.

After watching and locating. T-SQL tells of an error the innermost procedure and line only, and of a failed
assertion nothing but the framework's own; the statements that started last at each depth are the stack.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from tsqlt_runner.connection import ServerError
from tsqlt_runner.databases import TestDatabase
from tsqlt_runner.framework import SCHEMA
from tsqlt_runner.locating import Locator
from tsqlt_runner.results import Result
from tsqlt_runner.watching import Started, watching

_MODULES: Final = """
SELECT
    modules.object_id AS id,
    SCHEMA_NAME(objects.schema_id) AS [schema],
    objects.name AS name,
    DB_ID() AS [database]
FROM sys.sql_modules AS modules
INNER JOIN sys.objects AS objects ON objects.object_id = modules.object_id;
"""
_AT: Final = re.compile(r"\[\d+,\d+\]\{(?:.*\.)?(?P<module>[^.]*),(?P<line>\d+)\}")
Name = tuple[str, str]


def traced(result: Result, database: TestDatabase, locator: Locator, run: str) -> Result:
    """The same result with the stack of its failure, where running it again, by `run`, shows one."""
    try:
        rows = database.connection.rows(_MODULES)
        names = {int(row["id"]): (str(row["schema"]), str(row["name"])) for row in rows}
        where = f"[source_database_id] = {rows[0]['database']}"
        session = f"tsqlt_runner_trace_{database.name}"
        with watching(database.connection, session, where, database.server.dispatch_seconds) as watch:
            database.connection.rows(run)
            started = watch.take()
    except ServerError as problem:
        return replace(result, note=f"no call stack: {problem}")
    frames = failing_frames(started, names, result.message)
    own = [(names[frame.object_id], frame.line) for frame in frames if frame.object_id in names]
    stack = tuple(
        locator.place(schema, name, line) for (schema, name), line in own if schema.lower() != SCHEMA.lower()
    )
    return replace(result, stack=stack) if stack else result


def failing_frames(started: Sequence[Started], names: dict[int, Name], message: str) -> tuple[Started, ...]:
    """The statement that ran at each depth when the failure was raised, outermost first; none when unclear.

    That is the first call of Fail, or the last statement at the place that the message of an error names.
    """
    named = _AT.search(message)
    frames: list[Started] = []
    found: tuple[Started, ...] = ()
    for one in started:
        frames = [frame for frame in frames if frame.depth < one.depth] + [one]
        schema, name = names.get(one.object_id, ("", ""))
        if (schema.lower(), name.lower()) == (SCHEMA.lower(), "fail"):
            return tuple(frames)
        if named and name.lower() == named["module"].lower() and one.line == int(named["line"]):
            found = tuple(frames)
    return found
