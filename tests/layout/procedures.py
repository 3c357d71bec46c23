"""Rules on procedures: names, first lines, transactions, what a leaf may do."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from typing import Final

from tests.layout.subject import Fault, SqlFile

VERBS: Final = frozenset(
    (
        "accept apply check deploy detect discard enforce finish load lock maintain plan record refresh "
        "register reject remove replay run split start unmerge"
    ).split()
)
OWNS: Final = "DECLARE @owns_transaction bit = IIF(@@TRANCOUNT = 0, 1, 0);"
CATCH: Final = (
    "BEGIN CATCH\n"
    "    IF @owns_transaction = 1 AND XACT_STATE() <> 0 ROLLBACK TRANSACTION;\n"
    "    THROW;\n"
    "END CATCH;"
)


def names_are_verbs(file: SqlFile) -> Iterator[Fault]:
    """A procedure is called by a verb of the list."""
    if file.kind == "procedures" and file.stem.split("_")[0] not in VERBS:
        yield file.fault(f"a procedure is called by one of {', '.join(sorted(VERBS))}")


def first_lines_set_the_session(file: SqlFile) -> Iterator[Fault]:
    """A procedure begins with SET NOCOUNT, XACT_ABORT ON."""
    begins = re.search(r"^AS\nSET NOCOUNT, XACT_ABORT ON;$", file.code, re.MULTILINE)
    if file.kind == "procedures" and not begins:
        yield file.fault("its first line is not SET NOCOUNT, XACT_ABORT ON;")


def transactions_are_ended_by_who_began_them(file: SqlFile) -> Iterator[Fault]:
    """A procedure ends only a transaction that it began: tests run it inside one of theirs."""
    if file.kind != "procedures" or "BEGIN TRANSACTION" not in file.code:
        return
    if OWNS not in file.code:
        yield file.fault(f"does not say {OWNS}")
    for word, statement in (("BEGIN TRANSACTION", "BEGIN TRANSACTION;"), ("COMMIT", "COMMIT TRANSACTION;")):
        guarded = file.code.count(f"IF @owns_transaction = 1 {statement}")
        if not guarded == file.code.count(word) == 1:
            yield file.fault(f"needs one 'IF @owns_transaction = 1 {statement}' and no other {word}")
    unindented = re.sub(
        r"^( *)BEGIN CATCH\n(.*?)^\1END", _unindented, file.code, flags=re.DOTALL | re.MULTILINE
    )
    if CATCH not in unindented or file.code.count("ROLLBACK") != 1:
        yield file.fault("its CATCH block is not the one of the style, or it rolls back elsewhere too")


def _unindented(found: re.Match[str]) -> str:
    return textwrap.dedent(found[0])


def leaves_load_and_nothing_else(file: SqlFile) -> Iterator[Fault]:
    """A leaf counts its rows in a transaction; it prints and logs nothing, and does not MERGE."""
    if not file.is_leaf:
        return
    for name in ("@rows_read", "@rows_written", "@rows_rejected"):
        if f"    {name} bigint = NULL OUTPUT" not in file.code:
            yield file.fault(f"has no parameter {name} bigint = NULL OUTPUT")
    if "BEGIN TRANSACTION" not in file.code:
        yield file.fault("loads outside a transaction")
    for word in ("PRINT", "MERGE"):
        for index in file.find(word):
            yield file.fault(f"a leaf does not {word}", file.at(index).line)
    for token in file.tokens:
        if token.value == "run_steps":
            yield file.fault("a leaf does not log; ops.run_step does", token.line)


def loads_lock_their_target_and_record_what_they_took_in(file: SqlFile) -> Iterator[Fault]:
    """A load of silver or gold locks its target and records its batch and its sources under that name."""
    if not file.is_leaf or file.schema not in ("silver", "gold"):
        return
    found = re.search(r"EXEC ops\.lock_target @target = N'([\w.]+)';", file.code)
    if found is None:
        yield file.fault("does not lock its target by ops.lock_target")
        return
    target = found[1]
    for needed in (f"@table_name = N'{target}'", f"consumers.consumer = N'{target}'"):
        if needed not in file.code:
            yield file.fault(f"does not say {needed}")
    called = re.sub(r"^(load|refresh)_", "", file.stem)
    if called != (name := target.partition(".")[2]) and not re.fullmatch(rf"[a-z]+_{name}", called):
        yield file.fault(f"locks {target}, which is not what it is called after")


RULES: Final = (
    names_are_verbs,
    first_lines_set_the_session,
    transactions_are_ended_by_who_began_them,
    leaves_load_and_nothing_else,
    loads_lock_their_target_and_record_what_they_took_in,
)
