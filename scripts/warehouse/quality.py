"""What the checks of the data found: results by rule, the rows that broke one, days unlike the others.

On top of connection; checking and deciding is T-SQL's (ops.check_rules, ops.detect_anomalies,
ops.accept_quality).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from warehouse.errors import UsageProblem
from warehouse.odbc import Connection

# Of results or of rules; both call it told.
_ASKED_FOR: Final = """(@layer IS NULL OR told.table_name LIKE CONCAT(@layer, N'.%'))
        AND (
            @entity IS NULL
            OR @entity IN (
                CONCAT(told.source_system, N'/', told.entity),
                told.table_name,
                SUBSTRING(told.table_name, CHARINDEX(N'.', told.table_name) + 1, 300)
            )
        )"""
_RESULTS: Final = f"""
WITH results AS (
    SELECT
        told.result_id,
        told.run_id,
        told.rule_name,
        told.table_name,
        told.severity,
        told.status,
        told.checked,
        told.failed,
        told.observed,
        told.threshold,
        told.failing_keys,
        CONVERT(nvarchar(19), told.checked_at, 126) AS checked_at,
        told.accepted_by,
        told.note,
        ROW_NUMBER() OVER (PARTITION BY told.rule_name ORDER BY told.result_id DESC) AS recency
    FROM ops.quality_results AS told
    WHERE {_ASKED_FOR}
)

SELECT
    results.result_id,
    results.run_id,
    results.rule_name,
    results.table_name,
    results.severity,
    results.status,
    results.checked,
    results.failed,
    results.observed,
    results.threshold,
    results.failing_keys,
    results.checked_at,
    results.accepted_by,
    results.note
FROM results
WHERE results.recency = 1
    OR @has_history = 1
ORDER BY
    CASE results.status
        WHEN N'failed' THEN 1
        WHEN N'accepted' THEN 2
        WHEN N'warned' THEN 3
        WHEN N'quarantined' THEN 4
        ELSE 5
    END,
    results.table_name,
    results.rule_name,
    results.result_id;
"""
_ANOMALIES: Final = f"""
SELECT
    CONVERT(nvarchar(10), metrics.observed_on, 23) AS observed_on,
    metrics.rule_name,
    metrics.category,
    metrics.observed,
    metrics.expected,
    metrics.score
FROM ops.quality_metrics AS metrics
INNER JOIN ops.quality_rules AS told ON told.rule_name = metrics.rule_name
WHERE metrics.is_anomaly = 1
    AND {_ASKED_FOR}
ORDER BY
    metrics.observed_on DESC,
    metrics.rule_name,
    metrics.category;
"""
_KNOWN: Final = f"""
SELECT
    COUNT(*) AS rules,
    ISNULL(SUM(CASE WHEN {_ASKED_FOR} THEN 1 ELSE 0 END), 0) AS asked_for
FROM ops.quality_rules AS told;
"""
_PARAMETERS: Final = "@layer nvarchar(10), @entity nvarchar(300)"
_ACCEPT: Final = "EXEC ops.accept_quality @result_id = @result_id, @note = @note;"


@dataclass(frozen=True, slots=True)
class Result:
    """A rule as it was found in a check. `keys` are the rows that broke it, each as its key's columns."""

    number: int
    run_id: int
    rule: str
    table: str
    severity: str
    status: str
    checked: int
    failed: int
    observed: Any
    threshold: str
    keys: tuple[Mapping[str, Any], ...]
    checked_at: str
    accepted_by: str
    note: str

    @property
    def is_open(self) -> bool:
        """Whether it keeps its data from being published: a rule that failed, and nobody accepted it."""
        return self.status == "failed" and not self.accepted_by


def read_results(
    connection: Connection, layer: str | None, entity: str | None, *, has_history: bool
) -> tuple[Result, ...]:
    """The newest result of each rule, or all of them; what failed first."""
    declarations = f"{_PARAMETERS}, @has_history bit"
    rows = connection.call(_RESULTS, declarations, (layer, entity, int(has_history))).rows
    return tuple(_result(row) for row in rows)


def require_rules(connection: Connection, layer: str | None, entity: str | None) -> None:
    """Errors: UsageProblem where there are rules, and none of what is asked for."""
    (row,) = connection.call(_KNOWN, _PARAMETERS, (layer, entity)).rows
    if row["rules"] and not row["asked_for"]:
        asked = " ".join(name for name in (layer, entity) if name)
        raise UsageProblem(
            f"there is no rule on {asked}; see warehouse quality --history for what is checked"
        )


def _result(row: Mapping[str, Any]) -> Result:
    return Result(
        number=row["result_id"],
        run_id=row["run_id"],
        rule=row["rule_name"],
        table=row["table_name"],
        severity=row["severity"],
        status=row["status"],
        checked=row["checked"],
        failed=row["failed"],
        observed=row["observed"],
        threshold=row["threshold"],
        keys=tuple(json.loads(row["failing_keys"] or "[]")),
        checked_at=row["checked_at"],
        accepted_by=row["accepted_by"] or "",
        note=row["note"] or "",
    )


def read_anomalies(
    connection: Connection, layer: str | None, entity: str | None
) -> tuple[Mapping[str, Any], ...]:
    """Figures of days that are unlike the others, newest first."""
    return connection.call(_ANOMALIES, _PARAMETERS, (layer, entity)).rows


def accept(connection: Connection, number: int, note: str) -> None:
    """Take a failed result as it is. Errors: SqlFailed 51043; UsageProblem without a note."""
    if not note.strip():
        raise UsageProblem("--accept needs --note: who reads this later wants to know why")
    connection.call(_ACCEPT, "@result_id bigint, @note nvarchar(1000)", (number, note))
