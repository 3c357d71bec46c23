"""Recounts truth.json from the delivered files alone, by the rules of docs/truth.md.

The reference for loaders. Everything is held in memory and looked up in plain dictionaries; the order of
delivery plays no part. It imports nothing of ours.

    python -m tests.shopgen.recount DIR      compares DIR/truth.json with the files below DIR/shop
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

from tests.shopgen.reading import (
    BAD,
    COLUMNS,
    KEYS,
    LONGEST,
    TYPES,
    Misfit,
    Value,
    decoded,
    delimiter_of,
    split_fields,
    split_records,
    trimmed,
    unpacked,
)

NAME = re.compile(r"([a-z_]+)_(\d{4}-\d{2}-\d{2})(?:_r(\d+))?\.csv(?:\.gz|\.zip)?")
PLACES = Decimal("0.0001")
BRONZE = ("current", "superseded", "superseded_by_file", "duplicates_exact", "duplicates_by_key")


@dataclass
class File:
    """One content of an entity, however often it was delivered."""

    path: str
    entity: str
    business_date: str
    revision: int
    sha256: str
    status: str = "loaded"
    encoding: str = ""
    delimiter: str = ""
    refused_because: str = ""
    duplicate_of: str = ""
    blank: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    bronze: int = 0
    fates: Counter[str] = field(default_factory=Counter)
    quarantined: Counter[str] = field(default_factory=Counter)

    def summary(self) -> dict[str, Any]:
        return {
            "records": self.blank + self.refused.total() + self.bronze,
            "blank": self.blank,
            "refused": dict(self.refused),
            "bronze": self.bronze,
            **{name: self.fates[name] for name in BRONZE},
            "quarantined": dict(self.quarantined),
        }


@dataclass(eq=False)
class Row:
    """One record that reached bronze."""

    file: File
    number: int
    fields: dict[str, str]
    values: dict[str, Any] = field(default_factory=dict)
    key: tuple[Value, ...] = ()

    def rank(self) -> tuple[Any, ...]:
        """The greatest of a key is the best: section 4 C."""
        return (self.values["updated_at"], self.file.business_date, self.file.revision, self.number)


class Count:
    """The whole count of a folder, stage by stage."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files = sorted(
            self._deliveries(), key=lambda file: (file.entity, file.business_date, file.revision)
        )
        self.rows: dict[str, list[Row]] = defaultdict(list)
        self.versions: dict[str, list[Row]] = defaultdict(list)
        self.best: dict[str, list[Row]] = {}
        self.current: dict[str, dict[tuple[Value, ...], Row]] = {}
        self._load_files()
        for entity in COLUMNS:
            self.best[entity] = self._by_key(entity, [row for row in self.rows[entity] if self._is_good(row)])
        for entity in ("fx_rates", "customers", "products"):
            self._keep(entity, self.best[entity])
        self._judge_orders()
        self._judge_lines()
        self._judge_payments()
        self._judge_returns()
        self._keep("inventory", self._known("inventory", self.best["inventory"], "product_id", "products"))

    # Section 1: files ---------------------------------------------------------------------------------------

    def _deliveries(self) -> Iterator[File]:
        for path in (self.folder / "shop").glob("*/*"):
            match = NAME.fullmatch(path.name)
            assert match, path
            assert match[1] == path.parent.name, path
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            yield File(
                path.relative_to(self.folder).as_posix(), match[1], match[2], int(match[3] or 1), digest
            )

    def _load_files(self) -> None:
        seen: dict[tuple[str, str], str] = {}
        live: dict[tuple[str, str], tuple[File, list[Row]]] = {}
        for file in self.files:
            file.duplicate_of = seen.setdefault((file.entity, file.sha256), file.path)
            if file.duplicate_of != file.path:
                file.status = "duplicate"
                continue
            rows = self._read(file)
            if file.status == "refused":
                continue
            place = (file.entity, file.business_date)
            if place in live:
                older, older_rows = live[place]
                older.status = "superseded"
                older.fates["superseded_by_file"] = len(older_rows)
            live[place] = (file, rows)
        for file, rows in live.values():
            self.rows[file.entity] += rows

    def _read(self, file: File) -> list[Row]:
        text, file.encoding = decoded(unpacked(self.folder / file.path))
        file.delimiter = delimiter_of(text)
        records = list(split_records(text))
        header = split_fields(records.pop(0), file.delimiter) if records else []
        assert not isinstance(header, str)
        names = [name.strip().lower() for name in header]
        missing = [column.name for column in COLUMNS[file.entity] if column.name not in names]
        if missing:
            file.status = "refused"
            file.refused_because = f"missing_column:{missing[0]}" if names else "no_header"
            file.refused[file.refused_because] = len(records)
            file.refused += Counter()
            return []
        rows = []
        for number, record in enumerate(records):
            fields = split_fields(record, file.delimiter)
            is_blank = not record.strip(f"{file.delimiter} \t")
            reason = "blank" if is_blank else _structure(record, fields, len(names))
            if reason == "blank":
                file.blank += 1
            elif reason:
                file.refused[reason] += 1
            else:
                rows.append(Row(file, number, dict(zip(names, fields, strict=True))))
        file.bronze = len(rows)
        return rows

    # Section 4: records -------------------------------------------------------------------------------------

    def _is_good(self, row: Row) -> bool:
        """Stage B; quarantines the record when it is not."""
        reason = _misfit(row)
        if reason:
            row.file.quarantined[reason] += 1
            return False
        row.key = tuple(row.values[name] for name in KEYS[row.file.entity])
        return True

    def _by_key(self, entity: str, rows: list[Row]) -> list[Row]:
        """Stage C: the best of each key; what the others are is counted."""
        keys: dict[tuple[Value, ...], list[Row]] = defaultdict(list)
        for row in rows:
            keys[row.key].append(row)
        best = []
        for same in keys.values():
            same.sort(key=Row.rank, reverse=True)
            best.append(same[0])
            self.versions[entity].append(same[0])
            for place, row in enumerate(same[1:], 1):
                better = same[:place]
                if any(other.values == row.values for other in better):
                    row.file.fates["duplicates_exact"] += 1
                elif better[-1].values["updated_at"] == row.values["updated_at"]:
                    row.file.fates["duplicates_by_key"] += 1
                else:
                    row.file.fates["superseded"] += 1
                    self.versions[entity].append(row)
        return best

    def _keep(self, entity: str, rows: Iterable[Row]) -> None:
        """Stage E: these are current."""
        self.current[entity] = {row.key: row for row in rows}
        for row in self.current[entity].values():
            row.file.fates["current"] += 1

    def _known(self, entity: str, rows: Iterable[Row], column: str, parent: str) -> Iterator[Row]:
        """The rows whose parent is current; the others are quarantined."""
        for row in rows:
            if (row.values[column],) in self.current[parent]:
                yield row
            else:
                row.file.quarantined[f"unknown_key:{column}"] += 1

    def _judge_orders(self) -> None:
        lines: dict[str, list[Decimal]] = defaultdict(list)
        for row in self.best["order_items"]:
            if (row.values["product_id"],) in self.current["products"]:
                lines[row.values["order_id"]].append(_amount(row))
        good = []
        for row in self._known("orders", self.best["orders"], "customer_id", "customers"):
            amounts = lines[row.values["order_id"]]
            if self.rate(row.values["ordered_at"].date(), row.values["currency"]) is None:
                row.file.quarantined["no_rate"] += 1
            elif len(amounts) == row.values["line_count"] and sum(amounts) != row.values["order_total"]:
                row.file.quarantined["order_total_mismatch"] += 1
            else:
                good.append(row)
        self._keep("orders", good)

    def _judge_lines(self) -> None:
        known = self._known("order_items", self.best["order_items"], "order_id", "orders")
        self._keep("order_items", list(self._known("order_items", known, "product_id", "products")))

    def _judge_payments(self) -> None:
        good = []
        paid: Counter[str] = Counter()
        rows = sorted(
            self.best["payments"], key=lambda row: (row.values["paid_at"], row.values["payment_id"])
        )
        for row in self._known("payments", rows, "order_id", "orders"):
            order = self._order(row)
            if row.values["currency"] != order["currency"]:
                row.file.quarantined["currency_mismatch"] += 1
            elif row.values["paid_at"] < order["ordered_at"]:
                row.file.quarantined["before_order"] += 1
            else:
                paid[order["order_id"]] += row.values["amount"]
                if paid[order["order_id"]] > order["order_total"]:
                    row.file.quarantined["payment_exceeds_total"] += 1
                else:
                    good.append(row)
        self._keep("payments", good)

    def _judge_returns(self) -> None:
        good = []
        returned: Counter[tuple[Value, ...]] = Counter()
        rows = sorted(
            self.best["returns"], key=lambda row: (row.values["returned_at"], row.values["return_id"])
        )
        for row in self._known("returns", rows, "order_id", "orders"):
            line = (row.values["order_id"], row.values["line_no"])
            if line not in self.current["order_items"]:
                row.file.quarantined["unknown_key:line_no"] += 1
            elif row.values["returned_at"] < self._order(row)["ordered_at"]:
                row.file.quarantined["before_order"] += 1
            else:
                returned[line] += row.values["quantity"]
                if returned[line] > self.current["order_items"][line].values["quantity"]:
                    row.file.quarantined["return_exceeds_sold"] += 1
                else:
                    good.append(row)
        self._keep("returns", good)

    def _order(self, row: Row) -> dict[str, Any]:
        return self.current["orders"][row.values["order_id"],].values

    # Section 5: figures -------------------------------------------------------------------------------------

    def rate(self, day: date, currency: str) -> Decimal | None:
        """The rate on a date: that of the greatest rate_date not after it."""
        rows = [row.values for key, row in self.current["fx_rates"].items() if key[0] == currency]
        rates: dict[date, Decimal] = {row["rate_date"]: row["rate"] for row in rows}
        known = [rate_date for rate_date in rates if rate_date <= day]
        return Decimal(1) if currency == "USD" else rates[max(known)] if known else None

    def dates(self) -> dict[str, dict[str, Any]]:
        """Per date, as in truth.json."""
        days: dict[date, Counter[str]] = defaultdict(Counter)
        rates: dict[tuple[date, str], Decimal | None] = {}

        def converted(amount: Decimal, day: date, currency: str) -> Any:
            if (day, currency) not in rates:
                rates[day, currency] = self.rate(day, currency)
            rate = rates[day, currency]
            assert rate is not None
            return (amount * rate).quantize(PLACES, ROUND_HALF_UP)

        for row in self.current["orders"].values():
            day = days[row.values["ordered_at"].date()]
            day["orders"] += 1
            day["cancelled"] += row.values["status"] == "cancelled"
        for row in self.current["order_items"].values():
            order = self._order(row)
            if order["status"] != "cancelled":
                on = order["ordered_at"].date()
                days[on]["lines"] += 1
                days[on]["units"] += int(row.values["quantity"])
                days[on]["revenue"] += converted(_amount(row), on, order["currency"])
        for row in self.current["payments"].values():
            on = row.values["paid_at"].date()
            days[on]["payments"] += 1
            days[on]["paid"] += converted(row.values["amount"], on, row.values["currency"])
        for row in self.current["returns"].values():
            on = row.values["returned_at"].date()
            days[on]["returns"] += 1
            days[on]["refunded"] += converted(row.values["refund_amount"], on, self._order(row)["currency"])
        return {day.isoformat(): _figures(figures) for day, figures in sorted(days.items())}

    def scd2(self, entity: str) -> dict[str, int]:
        """Versions by key."""
        tracked = [column.name for column in COLUMNS[entity] if column.tracked]
        history: dict[str, list[Row]] = defaultdict(list)
        for row in self.versions[entity]:
            history[str(row.key[0])].append(row)
        versions = {}
        for key, rows in history.items():
            rows.sort(key=Row.rank)
            states = [[row.values[name] for name in tracked] for row in rows]
            versions[key] = 1 + sum(before != after for before, after in pairwise(states))
        return versions

    def inventory_end(self) -> dict[tuple[str, str], int]:
        """The last level by product and warehouse."""
        rows = sorted(self.current["inventory"].values(), key=lambda row: row.values["stock_date"])
        return {
            (row.values["product_id"], row.values["warehouse"]): int(row.values["on_hand"]) for row in rows
        }

    def imputed(self, entity: str) -> dict[str, int]:
        """Current records with an imputed column."""
        column = {"orders": "ship_country", "order_items": "discount"}.get(entity)
        number = sum(row.values[column] is None for row in self.current[entity].values()) if column else 0
        return {column: number} if column and number else {}

    def entity(self, name: str) -> dict[str, Any]:
        """The sums of an entity, as in truth.json."""
        files = [file for file in self.files if file.entity == name]
        total = File("", name, "", 0, "")
        for file in files:
            total.blank += file.blank
            total.bronze += file.bronze
            total.refused += file.refused
            total.fates += file.fates
            total.quarantined += file.quarantined
        return {"files": len(files), **total.summary(), "imputed": self.imputed(name)}


def _structure(record: str, fields: list[str] | str, width: int) -> str:
    """Why a record is refused (stage A), or nothing."""
    if isinstance(fields, str):
        return fields
    if len(fields) != width:
        return "wrong_field_count"
    if any(len(text) > LONGEST for text in fields):
        return "field_too_long"
    return "bad_encoding" if BAD in record else ""


def _misfit(row: Row) -> str:
    """Why a record is quarantined for itself alone (stage B), or nothing; fills in its values."""
    columns = COLUMNS[row.file.entity]
    texts = {column.name: trimmed(row.fields[column.name]) for column in columns}
    for column in columns:
        if column.required and texts[column.name] is None:
            return f"not_null:{column.name}"
    for column in columns:
        text = texts[column.name]
        try:
            row.values[column.name] = None if text is None else TYPES[column.type](text)
        except Misfit as misfit:
            return f"{misfit}:{column.name}"
    for column in columns:
        value = row.values[column.name]
        if isinstance(value, date) and not 2000 <= value.year <= 2099:
            return f"out_of_range:{column.name}"
        if isinstance(value, Decimal) and not column.least <= value <= column.greatest:
            return f"out_of_range:{column.name}"
    moments = [value for value in row.values.values() if isinstance(value, date)]
    if any(_later(first, then) for first, then in pairwise(moments)):
        return "dates_out_of_order"
    if row.file.entity == "order_items" and _amount(row) < 0:
        return "discount_exceeds_amount"
    return ""


def _later(first: date, then: date) -> bool:
    """Whether the first is after the other; a date is compared with the date of a moment. In every entity the
    columns stand in the order in which their moments must come."""
    if isinstance(first, datetime) and isinstance(then, datetime):
        return first > then
    return first > (then.date() if isinstance(then, datetime) else then)


def _amount(line: Row) -> Decimal:
    values = line.values
    return cast(Decimal, values["quantity"] * values["unit_price"] - (values["discount"] or 0))


def _figures(day: Counter[str]) -> dict[str, Any]:
    counts = {name: day[name] for name in ("lines", "units", "orders", "cancelled", "payments", "returns")}
    return counts | {name: f"{day[name]:.4f}" for name in ("revenue", "paid", "refunded")}


def differences(folder: Path) -> list[str]:
    """What truth.json says otherwise than the files, one line each."""
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    count = Count(folder)
    found: list[str] = []

    def compare(what: str, told: Any, counted: Any) -> None:
        if told != counted:
            found.append(f"{what}: the truth says {told}, the files say {counted}")

    told_files = {file["path"]: file for file in truth["files"]}
    compare("paths", sorted(told_files), sorted(file.path for file in count.files))
    for file in count.files:
        told = told_files.get(file.path, {})
        counted = {"status": file.status, "sha256": file.sha256, "bytes": (folder / file.path).stat().st_size}
        if file.status == "duplicate":
            counted |= {"duplicate_of": file.duplicate_of}
        elif file.status == "refused":
            counted |= {"refused_because": file.refused_because}
        if file.encoding and counted["bytes"]:
            counted |= {"encoding": file.encoding, "delimiter": file.delimiter}
        counted |= file.summary()
        for name, value in counted.items():
            compare(f"{file.path} {name}", told.get(name), value)
    for entity in COLUMNS:
        compare(entity, truth["entities"][entity], count.entity(entity))
    compare("dates", truth["dates"], count.dates())
    for entity in ("customers", "products"):
        versions = count.scd2(entity)
        by_versions = {str(number): keys for number, keys in Counter(versions.values()).items()}
        compare(f"scd2 {entity}", truth["scd2"][entity]["by_versions"], by_versions)
        details = _detail(folder, f"scd2_{entity}")
        compare(f"scd2_{entity}.csv", {key: int(number) for key, number in details}, versions)
    levels = count.inventory_end()
    details = _detail(folder, "inventory_end")
    compare("inventory_end.csv", {(key, place): int(level) for key, place, level in details}, levels)
    for warehouse, told in truth["inventory_end"].items():
        on_hand = [level for (_, place), level in levels.items() if place == warehouse]
        compare(f"inventory_end {warehouse}", told, {"products": len(on_hand), "on_hand": sum(on_hand)})
    for name in ("revenue", "paid", "refunded"):
        total = sum((Decimal(day[name]) for day in truth["dates"].values()), Decimal(0))
        compare(f"totals {name}", Decimal(truth["totals"][name]), total)
    return found


def _detail(folder: Path, name: str) -> list[list[str]]:
    lines = (folder / "truth" / f"{name}.csv").read_text(encoding="utf-8").splitlines()
    return [line.split(",") for line in lines[1:]]


if __name__ == "__main__":
    lines = differences(Path(sys.argv[1]))
    print("\n".join(lines[:40]) or "the truth and the files agree")
    sys.exit(bool(lines))
