"""Runs one script: its batches and its row of the history in one transaction, an error with its place in the
file.

Under everything that runs scripts. Nothing is recorded that did not run, and nothing runs that is not
recorded.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from tsql.batches import Batch, split_batches
from tsql.tokens import TokenError, tokenize
from warehouse.errors import Diagnostic, MigrationProblem, ScriptFailed, SqlFailed
from warehouse.migrations.run import ROLLBACK
from warehouse.migrations.session import quietly
from warehouse.odbc import Connection

_BEGIN: Final = "SET XACT_ABORT ON; BEGIN TRANSACTION;"
STILL_OPEN: Final = """
IF @@TRANCOUNT <> 1
    THROW 51090, N'the script opened or ended a transaction; take that out, or put -- migrate:
    no-transaction in it', 1;
"""
_LONGEST_STATEMENT: Final = 4000


@dataclass(frozen=True)
class Script:
    """What to run: where it stands, its text, and what gives the statement that records it, asked with the
    milliseconds it took. `defines` is the object it defines, `before` what has to run first."""

    file: str
    text: str
    record: Callable[[str], str]
    defines: str = ""
    before: str = ""
    transactional: bool = True


def run_script(connection: Connection, script: Script) -> int:
    """Run it and return the milliseconds it took. Errors: ScriptFailed, MigrationProblem."""
    started = time.monotonic()
    batches = batches_of(script.file, script.text)
    if script.transactional:
        connection.run(_BEGIN)
    if script.before:
        batches = [Batch(script.before, 1), *batches]
    _run_batches(connection, script, batches)
    milliseconds = round((time.monotonic() - started) * 1000)
    record = script.record(str(milliseconds))
    _finish(
        connection, script, f"{STILL_OPEN}{record}\nCOMMIT TRANSACTION;" if script.transactional else record
    )
    return milliseconds


def run_statements(connection: Connection, file: str, text: str) -> None:
    """Run a script inside the transaction that is open, recording nothing. Errors: ScriptFailed."""
    _run_batches(connection, Script(file, text, lambda _: ""), batches_of(file, text))


def batches_of(file: str, text: str) -> list[Batch]:
    """The batches of a script. Errors: MigrationProblem for a string or comment that never closes."""
    try:
        return split_batches(text)
    except TokenError as error:
        raise MigrationProblem(f"{file}, line {error.line}: {error}; correct the file") from error


def _run_batches(connection: Connection, script: Script, batches: Sequence[Batch]) -> None:
    for batch in batches:
        for _ in range(batch.repeat):
            try:
                connection.run(batch.text)
            except SqlFailed as error:
                quietly(connection, ROLLBACK)
                raise _located(script, batch, error) from error


def _finish(connection: Connection, script: Script, statements: str) -> None:
    """Write the history row and, where there is one, commit the script's transaction with it."""
    try:
        connection.run(statements)
    except SqlFailed as error:
        quietly(connection, ROLLBACK)
        remains = "nothing of it remains" if script.transactional else "what it did stays"
        raise ScriptFailed(
            f"{script.file}: {error}; {remains}, correct it and run again",
            file=script.file,
            line=0,
            statement="",
            number=error.number,
        ) from error


def _located(script: Script, batch: Batch, error: SqlFailed) -> ScriptFailed:
    """`file, line n: error 208: message; remedy`, with the line in the file."""
    first = error.diagnostics[0]
    inside = first.procedure.lower() not in ("", script.defines.lower())
    line = (batch.line if inside else batch.script_line(first.line)) or batch.line
    messages = "; ".join(_message(item, inside=inside) for item in error.diagnostics)
    remains = "nothing of this script remains" if script.transactional else "what ran before this line stays"
    return ScriptFailed(
        f"{script.file}, line {line}: {messages}; {remains}, correct it and run again",
        file=script.file,
        line=line,
        statement=statement_at(batch.text, 0 if inside else first.line),
        number=first.number,
    )


def _message(item: Diagnostic, *, inside: bool) -> str:
    place = f" in {item.procedure}, line {item.line}" if inside and item.procedure else ""
    return f"error {item.number}{place}: {item.text.rstrip('.')}"


def statement_at(text: str, line: int) -> str:
    """The statement of a batch that begins on `line`, up to its semicolon; from the first word when no line
    is known. At most 4,000 characters."""
    found = ""
    try:
        tokens = [token for token in tokenize(text)[:-1] if token.line >= line]
    except TokenError:
        return text.strip()[:_LONGEST_STATEMENT]
    if tokens:
        end = next((token.end for token in tokens if token.text == ";"), tokens[-1].end)
        found = text[tokens[0].start : end]
    return (found or text.strip())[:_LONGEST_STATEMENT]
