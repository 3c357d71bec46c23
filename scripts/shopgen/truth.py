"""The document truth.json: docs/truth.md says what each figure means, docs/truth.schema.json its shape.

What it says of a file is written down as soon as it is final, and only added up; so the document does not
have to fit into memory.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, Final, TextIO

from shopgen.calendar import Calendar
from shopgen.delivery import SUPERSEDED_BY_FILE, Facts
from shopgen.ledger import TEN_THOUSANDTHS, Day, Ledger
from shopgen.records import BLANK, BY_KEY, CURRENT, EXACT, SUPERSEDED
from shopgen.schema import ENTITIES
from shopgen.words import WAREHOUSES

FORMAT: Final = 1
CURRENCY: Final = "USD"
_IN_BRONZE: Final = (CURRENT, SUPERSEDED, SUPERSEDED_BY_FILE, EXACT, BY_KEY)


@dataclass(frozen=True)
class Arguments:
    """What a shop depends on."""

    days: int
    orders_per_day: int
    seed: int
    start_date: date
    faults: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        """As in truth.json."""
        return {**asdict(self), "start_date": self.start_date.isoformat(), "faults": list(self.faults)}


class Files:
    """What truth.json says of the files: one line each in a file of its own, and their sums by entity."""

    def __init__(self, place: Path) -> None:
        self._place = place
        self._out = place.open("w", encoding="utf-8")
        self.numbers: Counter[str] = Counter()
        self.labels: dict[str, Counter[str]] = {entity.name: Counter() for entity in ENTITIES}

    def __enter__(self) -> Files:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._out.close()
        self._place.unlink()

    def note(self, facts: Facts) -> None:
        """Write down what is final."""
        self.numbers[facts.entity] += 1
        self.labels[facts.entity].update(facts.counts)
        self._out.write(json.dumps(_file(facts), ensure_ascii=False) + "\n")

    def write(self, document: dict[str, Any], out: TextIO) -> None:
        """Write the whole document, which lacks the files."""
        self._out.flush()
        out.write(json.dumps(document, indent=1, ensure_ascii=False).removesuffix("\n}"))
        mark = ',\n "files": [\n  '
        with self._place.open(encoding="utf-8") as lines:
            for line in lines:
                out.write(mark + line.rstrip("\n"))
                mark = ",\n  "
        out.write("\n ]\n}\n")


def truth(
    arguments: Arguments, calendar: Calendar, files: Files, ledger: Ledger, faults: Counter[str]
) -> dict[str, Any]:
    """The document but for its `files`."""
    entities = {entity.name: _entity(files, ledger, entity.name) for entity in ENTITIES}
    days = ledger.days.values()
    return {
        "format": FORMAT,
        "arguments": arguments.document(),
        "reporting_currency": CURRENCY,
        "totals": {
            "files": files.numbers.total(),
            "records": sum(entity["records"] for entity in entities.values()),
            "customers": entities["customers"]["current"],
            "products": entities["products"]["current"],
            "orders": entities["orders"]["current"],
            "order_lines": entities["order_items"]["current"],
            "payments": entities["payments"]["current"],
            "returns": entities["returns"]["current"],
            "revenue": money(sum(day.revenue for day in days)),
            "paid": money(sum(day.paid for day in days)),
            "refunded": money(sum(day.refunded for day in days)),
        },
        "entities": entities,
        "dates": {calendar.text(number): _day(day) for number, day in sorted(ledger.days.items())},
        "scd2": {name: _versions(counts) for name, counts in ledger.versions.items()},
        "inventory_end": {
            name: {"products": ledger.stock_products[name], "on_hand": ledger.stock_units[name]}
            for name in WAREHOUSES
            if ledger.stock_products[name]
        },
        "faults": dict(sorted(faults.items())),
    }


def money(amount: int) -> str:
    """Ten-thousandths of a dollar as text with four places."""
    return f"{amount // TEN_THOUSANDTHS}.{amount % TEN_THOUSANDTHS:04d}"


def _entity(files: Files, ledger: Ledger, name: str) -> dict[str, Any]:
    imputed = dict(sorted(ledger.imputed.get(name, {}).items()))
    return {"files": files.numbers[name], **_counts(files.labels[name]), "imputed": imputed}


def _file(file: Facts) -> dict[str, Any]:
    optional = {
        "refused_because": file.refused_because,
        "duplicate_of": file.duplicate_of,
        "superseded_by": file.superseded_by,
    }
    return {
        "path": file.path,
        "entity": file.entity,
        "business_date": file.business_date,
        "revision": file.revision,
        "delivered_on": file.delivered_on,
        "sha256": file.sha256,
        "bytes": file.size,
        "encoding": file.dialect.encoding,
        "delimiter": file.dialect.delimiter,
        "line_ends": file.dialect.line_ends,
        "compression": file.dialect.compression,
        "drift": file.drift,
        "status": file.status,
        **{name: value for name, value in optional.items() if value},
        **_counts(file.counts),
    }


def _counts(labels: Counter[str]) -> dict[str, Any]:
    """Counts of truth.json from records by label."""
    quarantined = {
        label[1:]: number for label, number in sorted(labels.items()) if label[0] == "!" and number
    }
    refused = {label[1:]: number for label, number in sorted(labels.items()) if label[0] == "?" and number}
    bronze = sum(labels[name] for name in _IN_BRONZE) + sum(quarantined.values())
    return {
        "records": labels.total(),
        "blank": labels[BLANK],
        "refused": refused,
        "bronze": bronze,
        **{name: labels[name] for name in _IN_BRONZE},
        "quarantined": quarantined,
    }


def _day(day: Day) -> dict[str, Any]:
    return {
        "revenue": money(day.revenue),
        "lines": day.lines,
        "units": day.units,
        "orders": day.orders,
        "cancelled": day.cancelled,
        "payments": day.payments,
        "paid": money(day.paid),
        "returns": day.returns,
        "refunded": money(day.refunded),
    }


def _versions(counts: Counter[int]) -> dict[str, Any]:
    return {
        "keys": counts.total(),
        "versions": sum(versions * keys for versions, keys in counts.items()),
        "by_versions": {str(versions): keys for versions, keys in sorted(counts.items())},
    }
