"""What an error ends: its statement, the batch, the transaction; and how it is told to the client."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tsqld.bulk.errors import BulkError
from tsqld.errors import COMPILE_TIME, NO_LINE, TsqlError, error
from tsqld.events import Error, Event
from tsqld.syntax import nodes as n

# Errors that end the batch and roll the transaction back even with XACT_ABORT OFF: conversions and deadlocks.
_BATCH_ENDING: Final = frozenset(
    {217, 235, 241, 245, 293, 295, 1205, 3960, 8114, 8146, 8169, 9400, 9420, 9421, 9436, 9437, 9448, 9455}
    | {9459, 50100, 50101}
)
# Errors in defining a constraint, followed by 1750, and in dropping one, followed by 3727.
_CAUSES: Final = frozenset(
    {1505, 1711, 1753, 1754, 1755, 1757, 1761, 1762, 1763, 1766, 1767, 1768, 1769, 1770, 1773, 1774, 1776}
    | {1778, 1779, 1781, 1785, 1787, 1904, 1908, 1909, 1911, 1919, 3725, 3728, 3733, 8111, 8139}
)
_DROP_CAUSES: Final = (3725, 3728, 3733)


def ends_transaction(problem: TsqlError) -> bool:
    """Errors that end batch and transaction even with XACT_ABORT OFF."""
    return problem.ends_batch or problem.number in _BATCH_ENDING or isinstance(problem, BulkError)


def told(problem: TsqlError) -> Iterator[Event]:
    """An error as the client gets it: a failed bulk load is a chain of them."""
    if isinstance(problem, BulkError):
        chain = (*problem.rows, problem, *problem.following)
        for one in chain:
            yield error_event(with_line(one, problem.line, problem.procedure))
        return
    for cause in problem.causes:
        yield error_event(with_line(cause, problem.line, problem.procedure))
    yield error_event(problem)


def with_consequence(problem: TsqlError, node: n.Statement) -> TsqlError:
    """Some errors of definitions are told together with a second one, which is what CATCH sees."""
    number = 3727 if problem.number in _DROP_CAUSES else 1750
    if problem.number not in _CAUSES or not isinstance(node, n.CreateTable | n.AlterTable):
        return problem
    second = error(number, line=problem.line)
    second.causes = (problem,)
    return second


def error_event(problem: TsqlError) -> Error:
    return Error(
        problem.number,
        problem.message,
        problem.severity,
        problem.state,
        told_line(problem.line),
        problem.procedure,
    )


def is_undone(problem: TsqlError, node: n.Statement) -> bool:
    """Whether an error is told together with 3621: one met while rows were being changed."""
    changes = isinstance(node, n.Insert | n.Update | n.Delete | n.Merge)
    known_before = problem.number in COMPILE_TIME or problem.number in (544, 545, 8101, 8102, 3609)
    return changes and not known_before and not problem.raised and not ends_transaction(problem)


def told_line(line: int) -> int:
    return 0 if line == NO_LINE else max(line, 1)


def with_line(problem: TsqlError, line: int, procedure: str) -> TsqlError:
    """Give an error the place it does not have yet."""
    if not problem.line:
        problem.line = line
    if not problem.procedure and not problem.in_dynamic_text:
        problem.procedure = procedure
    return problem
