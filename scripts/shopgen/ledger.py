"""What a loader must find, counted as it is planned: dates, versions and stock here, files in drops."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final

from shopgen.records import CURRENT, SUPERSEDED, Record

TEN_THOUSANDTHS: Final = 10_000
# Files beside truth.json: too long for it, and written as they come.
DETAILS: Final = {
    "scd2_customers": ("customer_id", "versions"),
    "scd2_products": ("product_id", "versions"),
    "inventory_end": ("product_id", "warehouse", "on_hand"),
}


class Day:
    """Figures of one date; money in ten-thousandths of a dollar."""

    __slots__ = (
        "cancelled",
        "lines",
        "orders",
        "paid",
        "payments",
        "refunded",
        "returns",
        "revenue",
        "units",
    )

    def __init__(self) -> None:
        self.revenue = self.lines = self.units = self.orders = self.cancelled = 0
        self.payments = self.paid = self.returns = self.refunded = 0


def dollars(cents: int, rate: int) -> int:
    """Ten-thousandths of a dollar for so many hundredths, never negative, at a rate in millionths."""
    return (cents * rate + 5000) // TEN_THOUSANDTHS


class Ledger:
    """The counts that do not belong to a file; a context that holds the detail files open."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.days: dict[int, Day] = {}
        self.versions: dict[str, Counter[int]] = {"customers": Counter(), "products": Counter()}
        self.imputed: dict[str, Counter[str]] = {"orders": Counter(), "order_items": Counter()}
        self.stock_products: Counter[str] = Counter()
        self.stock_units: Counter[str] = Counter()
        self._files = {
            name: (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") for name in DETAILS
        }
        self._writers = {name: csv.writer(file, lineterminator="\n") for name, file in self._files.items()}
        for name, header in DETAILS.items():
            self._writers[name].writerow(header)

    def __enter__(self) -> Ledger:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for file in self._files.values():
            file.close()

    def day(self, number: int) -> Day:
        """The figures of a date, by its number."""
        known = self.days.get(number)
        if known is None:
            known = self.days[number] = Day()
        return known

    def history(self, entity: str, key: str, tracked: Sequence[int], versions: Iterable[Record]) -> None:
        """Count the SCD2 versions of a key that has a good record, from its settled versions in order."""
        count = 0
        before: list[str] = []
        for version in versions:
            if version.label in (SUPERSEDED, CURRENT):
                now = [version.clean[place] for place in tracked]
                count += now != before
                before = now
        self.versions[entity][count] += 1
        self._writers[f"scd2_{entity}"].writerow((key, count))

    def stock(self, product_id: str, warehouse: str, on_hand: int) -> None:
        """Note the last good level of a product that is stocked no more, or at the end of the run."""
        self.stock_products[warehouse] += 1
        self.stock_units[warehouse] += on_hand
        self._writers["inventory_end"].writerow((product_id, warehouse, on_hand))
