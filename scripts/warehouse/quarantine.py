"""Records that a rule kept out: which they are, and what a person decides of them.

On top of connection; deciding is T-SQL's (ops.replay_quarantine, ops.discard_quarantine). A corrected record
becomes a delivery of its own, so that it passes the same gates as everything else and is counted like it.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from warehouse.contracts import Contract, path_parts
from warehouse.errors import UsageProblem
from warehouse.odbc import Connection

_LIST: Final = """
SELECT TOP (@limit)
    quarantine.quarantine_id,
    files.source_system,
    files.entity,
    quarantine.file_path,
    quarantine.line_number,
    quarantine.table_name,
    quarantine.rule_name,
    quarantine.reason,
    quarantine.status,
    CONVERT(nvarchar(23), quarantine.quarantined_at, 126) AS quarantined_at,
    quarantine.run_id,
    quarantine.decided_by,
    CONVERT(nvarchar(23), quarantine.decided_at, 126) AS decided_at,
    quarantine.note,
    quarantine.corrected_path,
    quarantine.raw_text,
    files.delimiter,
    files.columns_delivered
FROM ops.quarantine AS quarantine
INNER JOIN ops.files AS files ON files.file_id = quarantine.file_id
WHERE (@quarantine_id IS NULL OR quarantine.quarantine_id = @quarantine_id)
    AND (@entity IS NULL OR CONCAT(files.source_system, N'/', files.entity) = @entity)
    AND (@rule IS NULL OR quarantine.rule_name LIKE @rule)
    AND (@status IS NULL OR quarantine.status = @status)
ORDER BY quarantine.quarantine_id;
"""
_PARAMETERS: Final = (
    "@quarantine_id bigint, @entity nvarchar(200), @rule nvarchar(100), @status nvarchar(20), @limit bigint"
)
_REPLAY: Final = """
EXEC ops.replay_quarantine
    @quarantine_id = @quarantine_id,
    @corrected_path = @corrected_path,
    @note = @note;
"""
_DISCARD: Final = """
EXEC ops.discard_quarantine @quarantine_id = @quarantine_id, @note = @note;
"""
_LONGEST_FIELD: Final = 1 << 26
EVERYTHING: Final = 2**40
"""A limit beyond any quarantine."""
EXPORTED: Final = (
    "quarantine_id source_system entity file_path line_number table_name rule_name reason status "
    "quarantined_at run_id decided_by decided_at note raw_text"
).split()


@dataclass(frozen=True, slots=True)
class Filter:
    """Which entries: by number, `<source>/<entity>`, rule (`*`: anything) and status; None is all."""

    number: int | None = None
    entity: str | None = None
    rule: str | None = None
    status: str | None = None
    limit: int = EVERYTHING


def read_entries(connection: Connection, chosen: Filter) -> list[dict[str, Any]]:
    """The entries in the order in which they came."""
    rule = chosen.rule.replace("[", "[[]").replace("_", "[_]").replace("%", "[%]") if chosen.rule else None
    pattern = rule.replace("*", "%") if rule else None
    values = (chosen.number, chosen.entity, pattern, chosen.status, chosen.limit)
    return [dict(row) for row in connection.call(_LIST, _PARAMETERS, values).rows]


def entry(connection: Connection, number: int) -> dict[str, Any]:
    """One entry. Errors: UsageProblem when there is none of that number."""
    found = read_entries(connection, Filter(number))
    if not found:
        raise UsageProblem(f"{number}: there is no such entry; list them with warehouse quarantine list")
    return found[0]


def replay(connection: Connection, number: int, note: str | None, corrected_path: str | None = None) -> None:
    """Have the next run look at the record again, or at its corrected delivery. Errors: SqlFailed 51020."""
    declarations = "@quarantine_id bigint, @corrected_path nvarchar(1000), @note nvarchar(1000)"
    connection.call(_REPLAY, declarations, (number, corrected_path, note))


def discard(connection: Connection, number: int, note: str | None) -> None:
    """Give the record up. Errors: SqlFailed 51021."""
    connection.call(_DISCARD, "@quarantine_id bigint, @note nvarchar(1000)", (number, note))


def correct(
    connection: Connection,
    contracts: Sequence[Contract],
    landing: Path,
    number: int,
    changes: dict[str, str],
    note: str | None,
) -> Path:
    """Deliver the record again with some of its columns changed; the file for the next run.

    Errors: UsageProblem for a record that cannot be split or a column that it has not; SqlFailed 51020.
    """
    row = entry(connection, number)
    contract = next(c for c in contracts if (c.source, c.entity) == (row["source_system"], row["entity"]))
    is_json = contract.dialect.form == "jsonl"
    fields = json_fields(row, contract) if is_json else _fields(row, contract)
    unknown = sorted(set(changes) - set(fields))
    if unknown:
        raise UsageProblem(f"{number}: has no column {', '.join(unknown)}; it has {', '.join(fields)}")
    name = f"quarantine_{number}{'.jsonl' if is_json else '.csv'}"
    path = landing / contract.source / contract.entity / name
    if path.exists():
        raise UsageProblem(f"{path}: is there already; entry {number} has been corrected before")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("x", encoding="utf-8", newline="") as stream:
        if is_json:
            stream.write(json_line({**fields, **changes}, contract) + "\n")
        else:
            writer = csv.writer(stream, delimiter=contract.dialect.delimiter, lineterminator="\n")
            writer.writerows([list(fields), list({**fields, **changes}.values())])
    try:
        replay(connection, number, note, path.relative_to(landing).as_posix())
    except BaseException:
        path.unlink()
        raise
    return path


def json_fields(row: dict[str, Any], contract: Contract) -> dict[str, Any]:
    """The values of a record that is a line of JSON, by the contract's columns."""
    try:
        found = json.loads(row["raw_text"])
    except ValueError as error:
        raise UsageProblem(
            f"{row['quarantine_id']}: is no JSON; correct its file and deliver that again"
        ) from error
    values: dict[str, Any] = {}
    for column in contract.columns:
        place: Any = found
        for name in path_parts(column.json_path):
            place = place.get(name) if isinstance(place, dict) else None
        values[column.name] = place
    return values


def json_line(values: Mapping[str, Any], contract: Contract) -> str:
    """The values as a line of JSON, where the contract's paths have them."""
    found: dict[str, Any] = {}
    for column in contract.columns:
        *parents, name = path_parts(column.json_path)
        place = found
        for parent in parents:
            place = place.setdefault(parent, {})
        place[name] = values[column.name]
    return json.dumps(found, ensure_ascii=False)


def _fields(row: dict[str, Any], contract: Contract) -> dict[str, str]:
    """The record's fields by the contract's columns."""
    delimiter = row["delimiter"] or contract.dialect.delimiter
    own = [column.name for column in contract.columns]
    delivered = json.loads(row["columns_delivered"]) if row["columns_delivered"] else own
    csv.field_size_limit(_LONGEST_FIELD)
    as_text = csv.reader(io.StringIO(row["raw_text"], newline=""), delimiter=delimiter)
    fields = next(as_text, [])
    if len(fields) != len(delivered):
        raise UsageProblem(
            f"{row['quarantine_id']}: has {len(fields)} fields instead of {len(delivered)}; correct its "
            "file and deliver that again"
        )
    found = dict(zip(delivered, fields, strict=True))
    return {name: found[name] for name in own}
