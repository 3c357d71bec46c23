"""What the sample warehouse must come to, computed from its source rows without T-SQL."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from tests.engine.warehouse_sample.sources import CATEGORIES, Row, Sources

_KINDS = {"R": "Retail", "W": "Wholesale"}
_NAMES = {"DE": "Germany", "US": "United States", "USA": "United States", "": "n/a"}


@dataclass(frozen=True)
class Line:
    """A sales line as silver holds it."""

    tea_code: str
    shop_id: int
    ordered_on: dt.date | None
    amount: int
    quantity: int
    unit_price: int | None


def shops(sources: Sources) -> dict[int, tuple[str, str, str, dt.date | None]]:
    """Name, kind, country and opening day by id: the version modified last."""
    newest: dict[int, Row] = {}
    for row in sources.shops:
        if row["shop_id"]:
            shop = int(row["shop_id"])
            if shop not in newest or row["modified_on"] > newest[shop]["modified_on"]:
                newest[shop] = row
    return {shop: _shop(row) for shop, row in newest.items()}


def _shop(row: Row) -> tuple[str, str, str, dt.date | None]:
    opened = dt.date.fromisoformat(row["opened_on"])
    country = row["country"].strip()
    return (
        row["shop_name"].strip(),
        _KINDS.get(row["kind"].strip().upper(), "n/a"),
        _NAMES.get(country, country),
        None if opened > dt.date.today() else opened,
    )


def current_teas(sources: Sources) -> dict[str, tuple[str, str | None, Decimal]]:
    """Name, category and cost by code: the version without a successor."""
    found = {}
    for row in sorted(sources.teas, key=lambda row: row["valid_from"]):
        category = CATEGORIES[row["tea_code"][:5]][0]
        known = None if category == "Herbal" else category
        found[row["tea_code"][6:]] = (row["tea_name"], known, Decimal(row["unit_cost"] or "0"))
    return found


def lines(sources: Sources) -> list[Line]:
    return [_line(row) for row in sources.lines]


def _line(row: Row) -> Line:
    quantity = int(row["quantity"])
    amount = int(row["amount"]) if row["amount"] else None
    price = int(row["unit_price"]) if row["unit_price"] else None
    right = None if price is None else quantity * abs(price)
    # As in SQL, a comparison with an unknown price is not true.
    wrong = amount is None or amount <= 0 or (right is not None and amount != right)
    given = None if amount is None else abs(amount) // quantity * (1 if amount > 0 else -1)
    kept = right if wrong else amount
    assert kept is not None
    return Line(
        row["tea_code"],
        int(row["shop_id"]),
        dt.datetime.strptime(row["ordered_on"], "%Y%m%d").date() if len(row["ordered_on"]) == 8 else None,
        kept,
        quantity,
        given if price is None or price <= 0 else price,
    )


def months(sold: list[Line]) -> list[tuple[Any, ...]]:
    """Month, total, running total, change, and the mean of three months, which T-SQL cuts to an int."""
    totals: dict[dt.date, int] = defaultdict(int)
    for line in sold:
        if line.ordered_on is not None:
            totals[line.ordered_on.replace(day=1)] += line.amount
    rows: list[tuple[Any, ...]] = []
    running, before = 0, list[int]()
    for month, total in sorted(totals.items()):
        running += total
        last = [*before[-2:], total]
        rows.append((month, total, running, total - before[-1] if before else None, sum(last) // len(last)))
        before.append(total)
    return rows


def best_teas(sources: Sources, sold: list[Line]) -> list[tuple[Any, ...]]:
    """The two best of each category, ties sharing a place, with their share of what the best two sold."""
    teas = current_teas(sources)
    revenue: dict[tuple[str | None, str], int] = defaultdict(int)
    for line in sold:
        if line.tea_code in teas:
            name, category, _ = teas[line.tea_code]
            revenue[category, name] += line.amount
    kept = []
    for category in {category for category, _ in revenue}:
        ranks = sorted({total for (other, _), total in revenue.items() if other == category}, reverse=True)
        best = [
            (category, name, total, ranks.index(total) + 1)
            for (other, name), total in revenue.items()
            if other == category and total in ranks[:2]
        ]
        whole = sum(total for _, _, total, _ in best)
        kept += [(*row, f"{round(row[2] / whole * 100, 2):g}%") for row in best]
    return sorted(kept, key=lambda row: (row[0] or "", row[3], row[1]))


def segments(sold: list[Line]) -> dict[str, tuple[int, int]]:
    """Shops and what they spent, by segment."""
    found: dict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for shop in {line.shop_id for line in sold}:
        own = [line for line in sold if line.shop_id == shop]
        spent = sum(line.amount for line in own)
        days = sorted(line.ordered_on for line in own if line.ordered_on)
        apart = (days[-1].year - days[0].year) * 12 + days[-1].month - days[0].month
        segment = "new" if apart < 12 else "large" if spent > 20000 else "regular"
        shops, before = found[segment]
        found[segment] = (shops + 1, before + spent)
    return dict(found)


def countries(sources: Sources, sold: list[Line]) -> dict[tuple[str, str], tuple[int, Decimal | None]]:
    """Total and margin by country and year, with the totals of each country and of all."""
    places, teas = shops(sources), current_teas(sources)
    found: dict[tuple[str, str], tuple[int, Decimal | None]] = {}
    for line in sold:
        if line.ordered_on is None:
            continue
        country, year = places[line.shop_id][2], str(line.ordered_on.year)
        tea = teas.get(line.tea_code)
        margin = None if tea is None else line.amount - line.quantity * tea[2]
        for key in ((country, year), (country, "all"), ("all", "all")):
            total, earned = found.get(key, (0, None))
            found[key] = (total + line.amount, earned if margin is None else (earned or Decimal(0)) + margin)
    cent = Decimal("0.01")
    return {k: (t, None if m is None else m.quantize(cent, ROUND_HALF_UP)) for k, (t, m) in found.items()}
