"""The view that holds a contract's quality rules as rows, ready for ops.check_rules and ops.detect_anomalies.

Beside bronze. A rule becomes T-SQL here, when its contract is written into database/, and never later: what
a check puts into dynamic SQL was deployed, reviewed and hashed like any procedure. Each entity has a view of
its own, so that a new one touches nothing that others share.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from warehouse.contract_rules import ROW_KINDS, QualityRule, Threshold, as_written, literal, phrase, violation
from warehouse.contracts import Column, Contract
from warehouse.scaffold.bronze import checks_of, render
from warehouse.scaffold.typing import TYPINGS

_WIDEST: Final = 100
_CATEGORIES: Final = ("currency", "country", "order_status", "channel", "payment_method", "flag", "word")
_NUMBERS: Final = ("integer", "decimal", "rate")
_ALWAYS: Final = Threshold()
_READ: Final = "checked.standing <> N'misfit'"


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A row of ops.quality_rules, but for the entity it belongs to; docs/quality.md describes the columns."""

    rule_name: str
    severity: str
    kind: str
    table_name: str
    reads: str
    scope_column: str | None
    description: str
    threshold: Threshold = _ALWAYS
    row_filter: str | None = None
    violation: str | None = None
    measure: str | None = None
    key_columns: str | None = None

    @property
    def values(self) -> tuple[str, ...]:
        """Its values as T-SQL, each on as many lines as it needs, in the order of the view's columns."""
        told = self.threshold
        texts = (
            *(self.rule_name, self.severity, self.kind, self.table_name, self.reads, self.scope_column),
            *(self.row_filter, self.violation, self.measure, self.key_columns, told.operator),
        )
        return (
            *(_quoted(text) for text in texts),
            *(told.low, told.high or "NULL", _quoted(told.unit), _quoted(self.description)),
        )


def quality_files(contract: Contract) -> dict[str, str]:
    """Text by path below `database/`: the view with the contract's rules."""
    facts = {
        "name": contract.name,
        "source": contract.source,
        "entity": contract.entity,
        "rows": [row.values for row in rule_rows(contract)],
    }
    return {f"ops/views/quality_rules_of_{contract.name}.sql": render("quality_rules", facts)}


def rule_rows(contract: Contract) -> tuple[RuleRow, ...]:
    """Every rule of the contract: what keeps records out, what is counted, what is watched."""
    return (
        *_kept_out(contract),
        *(_counted(contract, rule) for rule in contract.quality),
        *_watched(contract),
    )


def _kept_out(contract: Contract) -> Iterator[RuleRow]:
    """What the typed view keeps out, counted where it does; of a view written by hand, what must be there."""
    if contract.is_typed:
        for check in checks_of(contract):
            kind = {"not_null": "not_null", "out_of_range": "range"}.get(
                check.name.partition(":")[0], "predicate"
            )
            yield replace(
                _bronze_row(contract, check.name, kind, check.meaning),
                violation=f"checked.rule_name = {literal(check.name)}",
            )
        return
    for column in contract.columns:
        if column.required:
            row = _bronze_row(contract, f"not_null:{column.name}", "not_null", f"{column.name} is there")
            yield replace(row, violation=f"{column.name} IS NULL")  # an empty field has become none


def _bronze_row(contract: Contract, name: str, kind: str, description: str) -> RuleRow:
    reads = f"{contract.table}_typed" if contract.is_typed else contract.table
    return RuleRow(
        f"{contract.name}.{name}", "quarantine", kind, contract.table, reads, "file_id", description,
        key_columns=_json(("file_id", "line_number", *contract.key)),
    )  # fmt: skip


def _counted(contract: Contract, rule: QualityRule) -> RuleRow:
    """A rule that warns or fails."""
    table = rule.on or contract.table
    is_ours = table == contract.table
    row = _bronze_row(contract, rule.name, rule.kind, rule.description or phrase(rule))
    row = replace(row, severity=rule.severity, threshold=rule.threshold)
    if not is_ours:
        row = replace(row, table_name=table, reads=table, scope_column="batch_id", key_columns=None)
    if rule.key:
        row = replace(row, key_columns=_json(rule.key))
    where = rule.where
    if is_ours and contract.is_typed and not where and rule.kind not in ("row_count", "query"):
        # What is kept out anyway is not judged twice; a rule on rule_name counts just that.
        where = "" if "rule_name" in str(rule.settings.get("violation", "")) else "checked.rule_name IS NULL"
    row = replace(row, row_filter=where or None)
    if rule.kind in ROW_KINDS:
        return replace(row, violation=violation(rule, is_text=is_ours and not contract.is_typed))
    if rule.kind == "unique":
        return replace(row, violation=_repeated(rule, table, is_ours))
    if rule.kind == "referential":
        return replace(row, violation=_orphaned(rule))
    if rule.kind == "reconciliation":
        return _reconciled(rule, row)
    if rule.kind == "query":
        return replace(row, reads="", scope_column=None, key_columns=None, measure=_query(rule, table))
    measure = "COUNT_BIG(*)" if rule.kind == "row_count" else _age(contract, rule)
    return replace(row, scope_column=row.scope_column if is_ours else None, key_columns=None, measure=measure)


def _repeated(rule: QualityRule, table: str, is_ours: bool) -> str:
    """Rows whose values are there more than once: in their file, or in the whole of a table."""
    names = [str(name) for name in rule.settings["columns"]]
    there = " AND ".join(f"checked.{name} IS NOT NULL" for name in names)
    if is_ours:
        parts = ", ".join(f"checked.{name}" for name in ("file_id", *names))
        return f"COUNT_BIG(*) OVER (PARTITION BY {parts}) > 1 AND {there}"
    same = " AND ".join(f"others.{name} = checked.{name}" for name in names)
    narrowed = f" AND ({rule.where})" if rule.where else ""
    return f"(SELECT COUNT_BIG(*) FROM {table} AS others WHERE {same}{narrowed}) > 1"


def _orphaned(rule: QualityRule) -> str:
    settings = rule.settings
    names = [str(name) for name in settings["columns"]]
    others = [str(name) for name in settings.get("referencedColumns", names)]
    there = " AND ".join(f"checked.{name} IS NOT NULL" for name in names)
    same = " AND ".join(
        f"parents.{other} = checked.{name}" for name, other in zip(names, others, strict=True)
    )
    return f"{there} AND NOT EXISTS (SELECT 1 FROM {settings['references']} AS parents WHERE {same})"


def _age(contract: Contract, rule: QualityRule) -> str:
    """Hours from the newest value until now, or until the end of the newest business date delivered."""
    newest = f"MAX(checked.{rule.settings['column']})"
    if rule.settings.get("relativeTo", "now") == "now":
        return f"DATEDIFF_BIG(MINUTE, {newest}, SYSUTCDATETIME()) / 60.0"
    end = (
        "(SELECT DATEADD(DAY, 1, CONVERT(datetime2(3), MAX(files.business_date))) FROM ops.files AS files "
        f"WHERE files.source_system = {literal(contract.source)} "
        f"AND files.entity = {literal(contract.entity)} "
        "AND files.status = N'loaded' AND files.superseded_by_file_id IS NULL)"
    )
    return f"DATEDIFF_BIG(MINUTE, {newest}, {end}) / 60.0"


def _reconciled(rule: QualityRule, row: RuleRow) -> RuleRow:
    """Sums of two tables side by side, by group, for the groups that the new rows belong to."""
    settings, other = rule.settings, rule.settings["with"]
    by, other_by = settings.get("by"), other.get("by")
    written = ""
    if by:
        key = row.scope_column
        written = (
            f"SELECT {by} FROM {row.reads} AS written "
            f"WHERE EXISTS (SELECT 1 FROM #scope AS scope WHERE scope.{key} = written.{key})"
        )
    ours = _sums(row.reads, str(settings["value"]), by, rule.where, written)
    theirs = _sums(str(other["table"]), str(other["value"]), other_by, str(other.get("where", "")), written)
    reads = (
        "(SELECT ISNULL(ours.compared, theirs.compared) AS compared, ours.amount AS here, "
        f"theirs.amount AS there FROM ({ours}) AS ours FULL OUTER JOIN ({theirs}) AS theirs "
        "ON theirs.compared = ours.compared)"
    )
    tolerance = as_written(settings.get("tolerance", 0))
    return replace(
        row,
        reads=reads,
        scope_column=None,
        row_filter=None,
        violation=f"ABS(ISNULL(checked.here, 0) - ISNULL(checked.there, 0)) > {tolerance}",
        key_columns=_json(("compared", "here", "there")),
    )


def _sums(table: str, value: str, by: object, where: str, written: str) -> str:
    conditions = [f"({where})"] * bool(where) + [f"{by} IN ({written})"] * bool(written)
    narrowed = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    grouped = f" GROUP BY {by}" if by else ""
    return f"SELECT {by or '1'} AS compared, SUM({value}) AS amount FROM {table}{narrowed}{grouped}"


def _query(rule: QualityRule, table: str) -> str:
    """The standard lets a query call its table ${table}."""
    text = str(rule.settings["query"]).strip().rstrip(";")
    return f"({text.replace('${table}', table)})"


def _watched(contract: Contract) -> Iterator[RuleRow]:
    """What ops.detect_anomalies measures of every day: volume first, then what its columns hold."""
    yield _measure(contract, "volume", "rows", "COUNT_BIG(*)", "as many records as on such days")
    if not contract.is_typed:
        for column in contract.columns:
            yield from _watched_text(contract, column)
        return
    misfits = "AVG(CASE WHEN checked.standing = N'misfit' THEN 1.0 ELSE 0.0 END)"
    yield _measure(contract, "rejected", "share", misfits, "as few records kept out as on such days")
    yield _measure(contract, "repeated", "share", _copies(), "as few copies as on such days")
    for column in contract.columns:
        yield from _watched_column(contract, column)


def _copies() -> str:
    """The share of records that say what another of the same day says."""
    return "1 - COUNT(DISTINCT checked.value_hash) * 1.0 / COUNT_BIG(*)"


def _watched_text(contract: Contract, column: Column) -> Iterator[RuleRow]:
    name = column.name
    if not column.required:
        share = f"AVG(CASE WHEN checked.{name} IS NULL THEN 1.0 ELSE 0.0 END)"
        yield _measure(
            contract, f"missing_{name}", "share", share, f"{name} missing as often as on such days"
        )
    if column.logical_type == "number" and column.required:
        total = f"SUM(TRY_CONVERT(float, checked.{name}))"
        yield _measure(
            contract, f"sum_{name}", "amount", total, f"{name} adding up to as much as on such days"
        )


def _watched_column(contract: Contract, column: Column) -> Iterator[RuleRow]:
    name, typed_as = column.name, column.typed_as
    if not column.required:
        share = f"AVG(CASE WHEN {_READ} THEN CASE WHEN checked.{name} IS NULL THEN 1.0 ELSE 0.0 END END)"
        yield _measure(
            contract, f"missing_{name}", "share", share, f"{name} missing as often as on such days"
        )
    if typed_as in _NUMBERS and not column.key_position:
        value = f"CASE WHEN {_READ} THEN CONVERT(float, checked.{name}) END"
        usual = f"{name} as large as on such days"
        if typed_as == "integer":
            yield _measure(contract, f"mean_{name}", "amount", f"AVG({value})", usual)
        else:
            yield _measure(contract, f"typical_{name}", "typical", _typical(name), usual)
        if TYPINGS[typed_as].sql_type == "decimal(19, 4)":
            adding = f"{name} adding up to as much as on such days"
            yield _measure(contract, f"sum_{name}", "amount", f"SUM({value})", adding)
    if typed_as in _CATEGORIES and not column.key_position:
        yield _measure(contract, f"mix_{name}", "mix", f"checked.{name}", f"{name} mixed as on such days")
    if typed_as == "code":
        count = f"COUNT(DISTINCT checked.{name})"
        yield _measure(
            contract, f"distinct_{name}", "distinct", count, f"as many different {name} as on such days"
        )
    if typed_as == "timestamp" and name == "updated_at":
        end = "DATEADD(DAY, 1, CONVERT(datetime2(3), days.observed_on))"
        age = f"DATEDIFF_BIG(MINUTE, MAX(checked.updated_at), {end}) / 60.0"
        yield _measure(contract, "age", "hours", age, "as fresh as on such days")


def _typical(name: str) -> str:
    """The geometric mean, sign kept: a few large amounts among many small ones move it little."""
    value = f"CONVERT(float, checked.{name})"
    mean = f"AVG(CASE WHEN {_READ} THEN SIGN({value}) * LOG(1 + ABS({value})) END)"
    return f"SIGN({mean}) * (EXP(ABS({mean})) - 1)"


def _measure(contract: Contract, name: str, unit: str, measure: str, description: str) -> RuleRow:
    records = f"silver.{contract.name}_records" if contract.is_typed else contract.table
    return RuleRow(
        f"{contract.name}.{name}", "warn", "anomaly", contract.table, records, "file_id", description,
        threshold=Threshold(unit=unit), measure=measure,
    )  # fmt: skip


def _json(names: Sequence[str]) -> str:
    unique = dict.fromkeys(names)
    return "[" + ", ".join(f'"{name}"' for name in unique) + "]"


def _quoted(text: str | None) -> str:
    """A T-SQL literal, added up over several lines when it is longer than one may be."""
    if text is None:
        return "NULL"
    pieces = list(_pieces(" ".join(text.split()) if "'" not in text else text.replace("\n", " ")))
    return "\n        + ".join(literal(piece) for piece in pieces)


def _pieces(text: str) -> Iterator[str]:
    while len(text) > _WIDEST:
        cut = text.rfind(" ", 0, _WIDEST) + 1 or _WIDEST
        yield text[:cut]
        text = text[cut:]
    yield text
