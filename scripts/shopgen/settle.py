"""What becomes of an order and all that hangs on it: section 4 C to E of docs/truth.md, for one order.

An order is planned with its whole life, so it can be settled, and its figures counted, the moment it is
planned; only its records wait for their days. Money is in hundredths of the order's currency.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from shopgen.ledger import Ledger, dollars
from shopgen.rates import Rates
from shopgen.records import CURRENT, VALID, Record, settle_versions

UNKNOWN_ORDER: Final = "!unknown_key:order_id"


class OrderVersion(Record):
    """One status of an order."""

    __slots__ = ("is_cancelled", "lacks_country", "total")

    def __init__(self, day: int, fields: Sequence[str], total: int, is_cancelled: bool) -> None:
        super().__init__(day, fields)
        self.total = total
        self.is_cancelled = is_cancelled
        self.lacks_country = False


class LineVersion(Record):
    """One line as delivered; `amount` is quantity × unit_price − discount."""

    __slots__ = ("amount", "lacks_discount", "quantity")

    def __init__(self, day: int, fields: Sequence[str], quantity: int, amount: int) -> None:
        super().__init__(day, fields)
        self.quantity = quantity
        self.amount = amount
        self.lacks_discount = False


class Line:
    """The versions of a line; `known` is whether its product is."""

    __slots__ = ("known", "versions")

    def __init__(self, versions: list[LineVersion], known: bool) -> None:
        self.versions = versions
        self.known = known


class Movement(Record):
    """A payment, or a return of a line: `key` is its id, `at` its moment on day number `moved_on`."""

    __slots__ = ("amount", "at", "currency", "key", "line_no", "moved_on", "quantity")

    def __init__(
        self, day: int, fields: Sequence[str], key: str, at: str, moved_on: int, amount: int
    ) -> None:
        super().__init__(day, fields)
        self.key = key
        self.at = at
        self.moved_on = moved_on
        self.amount = amount
        self.currency = ""
        self.line_no = self.quantity = 0


class Order:
    """An order of day number `day`, with everything that hangs on it."""

    __slots__ = (
        "currency",
        "customer_known",
        "day",
        "lines",
        "ordered_at",
        "others",
        "payments",
        "returns",
        "versions",
    )

    def __init__(self, day: int, ordered_at: str, currency: str, customer_known: bool) -> None:
        self.day = day
        self.ordered_at = ordered_at
        self.currency = currency
        self.customer_known = customer_known
        self.versions: list[OrderVersion] = []
        self.lines: list[Line] = []
        self.payments: list[Movement] = []
        self.returns: list[Movement] = []
        self.others: list[tuple[str, Record]] = []  # losers and strays, by entity, already labelled

    def cut(self, last_day: int) -> None:
        """Forget what happens after the run."""
        self.versions = [version for version in self.versions if version.day <= last_day]
        for line in self.lines:
            line.versions = [version for version in line.versions if version.day <= last_day]
        self.payments = [payment for payment in self.payments if payment.day <= last_day]
        self.returns = [movement for movement in self.returns if movement.day <= last_day]


def settle_order(order: Order, rates: Rates, ledger: Ledger) -> None:
    """Label every record of the order and count its figures."""
    best = settle_versions(order.versions)
    lines = [(line, settle_versions(line.versions)) for line in order.lines]
    if best is not None:
        best.label = _judge(order, best, lines)
    good = best if best is not None and best.label == CURRENT else None
    if good is not None:
        _count_order(order, good, ledger)
    sold = _settle_lines(order, good, lines, rates, ledger)
    _settle_payments(order, good, rates, ledger)
    _settle_returns(order, good, sold, rates, ledger)


def _judge(order: Order, best: OrderVersion, lines: list[tuple[Line, LineVersion | None]]) -> str:
    if not order.customer_known:
        return "!unknown_key:customer_id"
    amounts = [version.amount for line, version in lines if version is not None and line.known]
    if len(amounts) == len(order.lines) and sum(amounts) != best.total:
        return "!order_total_mismatch"
    return CURRENT


def _count_order(order: Order, best: OrderVersion, ledger: Ledger) -> None:
    day = ledger.day(order.day)
    day.orders += 1
    day.cancelled += best.is_cancelled
    if best.lacks_country:
        ledger.imputed["orders"]["ship_country"] += 1


def _settle_lines(
    order: Order,
    best: OrderVersion | None,
    lines: list[tuple[Line, LineVersion | None]],
    rates: Rates,
    ledger: Ledger,
) -> dict[int, int]:
    """Returns the quantity sold by line_no, of lines that are current."""
    sold: dict[int, int] = {}
    if best is not None:
        day, rate = ledger.day(order.day), rates.on(order.day, order.currency)
    for place, (line, version) in enumerate(lines):
        if version is None:
            continue
        if best is None:
            version.label = UNKNOWN_ORDER
        elif not line.known:
            version.label = "!unknown_key:product_id"
        else:
            version.label = CURRENT
            sold[place + 1] = version.quantity
            if version.lacks_discount:
                ledger.imputed["order_items"]["discount"] += 1
            if not best.is_cancelled:
                day.lines += 1
                day.units += version.quantity
                day.revenue += dollars(version.amount, rate)
    return sold


def _settle_payments(order: Order, best: OrderVersion | None, rates: Rates, ledger: Ledger) -> None:
    paid = 0
    for payment in _valid(order.payments):
        if best is None:
            payment.label = UNKNOWN_ORDER
        elif payment.currency != order.currency:
            payment.label = "!currency_mismatch"
        elif payment.at < order.ordered_at:
            payment.label = "!before_order"
        else:
            paid += payment.amount
            if paid > best.total:
                payment.label = "!payment_exceeds_total"
                continue
            payment.label = CURRENT
            day = ledger.day(payment.moved_on)
            day.payments += 1
            day.paid += dollars(payment.amount, rates.on(payment.moved_on, order.currency))


def _settle_returns(
    order: Order, best: OrderVersion | None, sold: dict[int, int], rates: Rates, ledger: Ledger
) -> None:
    returned: dict[int, int] = {}
    for movement in _valid(order.returns):
        line_no = movement.line_no
        if best is None:
            movement.label = UNKNOWN_ORDER
        elif line_no not in sold:
            movement.label = "!unknown_key:line_no"
        elif movement.at < order.ordered_at:
            movement.label = "!before_order"
        else:
            returned[line_no] = returned.get(line_no, 0) + movement.quantity
            if returned[line_no] > sold[line_no]:
                movement.label = "!return_exceeds_sold"
                continue
            movement.label = CURRENT
            day = ledger.day(movement.moved_on)
            day.returns += 1
            day.refunded += dollars(movement.amount, rates.on(movement.moved_on, order.currency))


def _valid(movements: list[Movement]) -> list[Movement]:
    """Those without a reason so far, in the order in which they happened."""
    valid = [movement for movement in movements if movement.label == VALID]
    return sorted(valid, key=lambda movement: (movement.at, movement.key)) if len(valid) > 1 else valid
