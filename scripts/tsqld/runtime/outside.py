"""A few rows that a transaction has inserted, checked against what others have committed since it began.

Place in the pipeline: between `tablelocks`, which asks whether an INSERT may do without seeing the news, and
`changes`, which then has its rows checked here. DuckDB's transaction keeps the snapshot that it began with,
and giving it a new one means running it again from its first statement. An INSERT that reads nothing of what
has news needs that only to check its keys and references; for a few rows these are asked on a connection
beside the transaction, which sees the news and gets the rows handed over. What is not clear there, such as a
row whose parent the transaction itself has inserted, is a doubt: then the transaction is run again after all.
"""

from __future__ import annotations

from typing import Final

import duckdb

from tsqld.compile.checks import appended
from tsqld.compile.dml.plan import ChangePlan
from tsqld.runtime.executor import Executor

FEW: Final = 100
"""Rows that are handed over."""
_ADDED: Final = "temp.main.added"


def looked_at(plan: ChangePlan) -> set[str]:
    """The tables that the checks of a plan read, its own among them."""
    return {plan.table.storage, *(check.other for check in (*plan.checks, *plan.after) if check.other)}


def may_do_without(executor: Executor, plan: ChangePlan) -> bool:
    """Whether a plan is an INSERT that need not see the news in the tables its checks read, but for them."""
    transaction = executor.transaction
    return (
        plan.kind == "INSERT"
        and not (plan.change or plan.outputs or plan.table.is_temporary or looked_at(plan) & plan.reads)
        and transaction is not None
        and bool(transaction.journal)
        and not (transaction.broken or transaction.frozen or transaction.catalogs)
        and executor.engine.defined <= transaction.snapshot
        and executor.has_news(looked_at(plan))
    )


def is_clear(executor: Executor, plan: ChangePlan, count: int) -> bool:
    """Whether no check of the plan finds anything wrong with its `count` new rows beside the transaction."""
    if not (plan.after and count):
        return True
    rows = executor.read(f"SELECT * FROM {appended(plan.table)}").fetchmany(FEW + 1) if count <= FEW else []
    if not count <= len(rows) <= FEW:
        return False
    beside = executor.engine.connection.cursor()
    try:
        beside.execute(f"CREATE TEMP TABLE added AS SELECT * FROM {plan.table.storage} LIMIT 0")
        beside.executemany(f"INSERT INTO {_ADDED} VALUES ({', '.join('?' * len(rows[0]))})", rows)
        return not any(
            _finds(beside, check.sql.replace(appended(plan.table), _ADDED)) for check in plan.after
        )
    except duckdb.Error:
        return False
    finally:
        beside.close()


def _finds(beside: duckdb.DuckDBPyConnection, sql: str) -> bool:
    return beside.execute(sql).fetchone() is not None
