"""Where every record went, and whether that is the truth: `warehouse reconcile`.

On top of connection; the counting is T-SQL's (ops.file_accounts, silver.daily_figures). Here the counts are
held against each other and, where there is one, against truth.json, which docs/truth.md defines.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from warehouse.errors import UsageProblem
from warehouse.odbc import Connection

_ACCOUNTS: Final = """
SELECT
    accounts.file_id,
    accounts.source_system,
    accounts.entity,
    accounts.path,
    accounts.sha256,
    accounts.status,
    accounts.rule_name,
    accounts.records,
    accounts.blank,
    accounts.refused,
    accounts.bronze,
    accounts.removed,
    accounts.current_rows,
    accounts.superseded,
    accounts.superseded_by_file,
    accounts.duplicates_exact,
    accounts.duplicates_by_key,
    accounts.quarantined,
    accounts.is_accounted_for
FROM ops.file_accounts AS accounts
ORDER BY
    accounts.source_system,
    accounts.entity,
    accounts.path,
    accounts.file_id;
"""
_REASONS: Final = """
SELECT
    quarantine.file_id,
    quarantine.rule_name,
    IIF(quarantine.table_name LIKE N'bronze.%', 1, 0) AS is_refused,
    COUNT(*) AS records
FROM ops.quarantine AS quarantine
WHERE quarantine.status NOT IN (N'released', N'replayed')
GROUP BY
    quarantine.file_id,
    quarantine.rule_name,
    IIF(quarantine.table_name LIKE N'bronze.%', 1, 0);
"""
_FIGURES: Final = """
SELECT
    CONVERT(nvarchar(10), figures.figure_date, 23) AS figure_date,
    figures.revenue_amount AS revenue,
    figures.line_count AS lines,
    figures.unit_count AS units,
    figures.order_count AS orders,
    figures.cancelled_count AS cancelled,
    figures.payment_count AS payments,
    figures.paid_amount AS paid,
    figures.return_count AS returns,
    figures.refund_amount AS refunded
FROM silver.daily_figures AS figures
WHERE figures.source_system = @source_system;
"""
COUNTS: Final = {
    "records": "records",
    "blank": "blank",
    "bronze": "bronze",
    "current": "current_rows",
    "superseded": "superseded",
    "superseded_by_file": "superseded_by_file",
    "duplicates_exact": "duplicates_exact",
    "duplicates_by_key": "duplicates_by_key",
}
"""A count's name in truth.json, and the column that holds it."""


@dataclass(frozen=True)
class FileAccount:
    """Where the records of one delivered file went. `refused` and `quarantined` are counted by rule."""

    source: str
    entity: str
    path: str
    sha256: str
    status: str
    counts: Mapping[str, int]
    refused: Mapping[str, int]
    quarantined: Mapping[str, int]
    is_accounted_for: bool


@dataclass
class Verdict:
    """What `reconcile` found: files that do not add up, and differences to the truth, a line each."""

    accounts: Sequence[FileAccount]
    unaccounted: list[str] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)
    compared: str = ""

    @property
    def is_good(self) -> bool:
        return not self.unaccounted and not self.differences

    def __str__(self) -> str:
        records = sum(account.counts["records"] for account in self.accounts)
        done = f"{records:,} records of {len(self.accounts):,} files"
        if self.is_good:
            return f"reconcile: all of {done} accounted for" + (f"; {self.compared}" if self.compared else "")
        found = []
        if self.unaccounted:
            found.append(f"{len(self.unaccounted):,} files do not add up")
        if self.differences:
            found.append(f"{len(self.differences):,} counts and figures differ from the truth")
        return f"reconcile: NOT accounted for: {', '.join(found)} ({done})"


def reconcile(connection: Connection, truth: Path | None = None) -> Verdict:
    """Count, and compare. Errors: UsageProblem for a truth file that cannot be used."""
    known = read_truth(truth) if truth else None
    accounts = read_accounts(connection)
    verdict = Verdict(accounts)
    verdict.unaccounted = [_unaccounted(account) for account in accounts if not account.is_accounted_for]
    if known is not None:
        verdict.differences = [*_file_differences(accounts, known), *_day_differences(connection, known)]
        verdict.compared = (
            f"the truth agrees: {len(known['files']):,} files, {len(known['dates']):,} days, "
            f"revenue {Decimal(known['totals']['revenue']):,} {known['reporting_currency']}"
        )
    return verdict


def read_truth(file: Path) -> dict[str, Any]:
    """A truth.json. Errors: UsageProblem."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageProblem(f"{file}: cannot be read ({error.strerror}); check the name") from error
    except ValueError as error:
        raise UsageProblem(
            f"{file}: is no JSON ({error}); name a truth.json of warehouse generate"
        ) from error
    if not isinstance(found, dict) or found.get("format") != 1:
        raise UsageProblem(f"{file}: is no truth of format 1; name a truth.json of warehouse generate")
    return found


def read_accounts(connection: Connection) -> list[FileAccount]:
    """Every file that the warehouse knows of, by source, entity and path."""
    refused: dict[int, Counter[str]] = {}
    quarantined: dict[int, Counter[str]] = {}
    for row in connection.call(_REASONS).rows:
        by_file = refused if row["is_refused"] else quarantined
        by_file.setdefault(row["file_id"], Counter())[row["rule_name"]] = row["records"]
    return [
        FileAccount(
            source=row["source_system"],
            entity=row["entity"],
            path=row["path"],
            sha256=row["sha256"],
            status=row["status"],
            counts={name: int(row[column]) for name, column in {**COUNTS, "removed": "removed"}.items()},
            refused=(
                Counter({row["rule_name"]: int(row["refused"])} if row["refused"] else {})
                if row["status"] == "refused"
                else refused.get(row["file_id"], Counter())
            ),
            quarantined=quarantined.get(row["file_id"], Counter()),
            is_accounted_for=bool(row["is_accounted_for"]),
        )
        for row in connection.call(_ACCOUNTS).rows
    ]


def _unaccounted(account: FileAccount) -> str:
    counts = ", ".join(f"{name} {number:,}" for name, number in account.counts.items() if number)
    kept = f"refused {sum(account.refused.values()):,}, quarantined {sum(account.quarantined.values()):,}"
    return f"{account.path}: does not add up: {counts}, {kept}; look at it in ops.file_accounts"


def _file_differences(accounts: Sequence[FileAccount], truth: Mapping[str, Any]) -> Iterator[str]:
    """Files are compared by content: of two with the same the truth counts the first, we the loaded one."""
    ours: dict[tuple[str, str], FileAccount] = {}
    for account in accounts:
        if account.source == "shop" and account.status != "duplicate":
            ours[account.entity, account.sha256] = account
    seen = set()
    for file in truth["files"]:
        if file["status"] == "duplicate":
            continue
        key = (file["entity"], file["sha256"])
        seen.add(key)
        if key not in ours:
            yield f"{file['path']}: was never delivered; copy it into the landing folder and run again"
            continue
        mine = ours[key]
        yield from _differing(file["path"], _as_delivered(mine), {name: file[name] for name in COUNTS})
        yield from _differing(f"{file['path']} refused", mine.refused, file["refused"])
        yield from _differing(f"{file['path']} quarantined", mine.quarantined, file["quarantined"])
    for key in sorted(set(ours) - seen):
        yield f"{ours[key].path}: the truth does not know it; it was not generated with the others"


def _as_delivered(account: FileAccount) -> dict[str, int]:
    """The counts as the truth has them, which knows of no retention."""
    counts = dict(account.counts)
    counts["bronze"] += counts.pop("removed")
    return counts


def _day_differences(connection: Connection, truth: Mapping[str, Any]) -> Iterator[str]:
    rows = connection.call(_FIGURES, "@source_system nvarchar(20)", ("shop",)).rows
    ours = {
        row["figure_date"]: {name: Decimal(value) for name, value in row.items() if name != "figure_date"}
        for row in rows
    }
    for day in sorted({*ours, *truth["dates"]}):
        theirs = {name: Decimal(value) for name, value in truth["dates"].get(day, {}).items()}
        yield from _differing(day, ours.get(day, {}), theirs)


def _differing(where: str, ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> Iterator[str]:
    for name in sorted({*ours, *theirs}):
        if (mine := ours.get(name, 0)) != (true := theirs.get(name, 0)):
            yield f"{where}: {name} is {mine:,} here, {true:,} in truth"
