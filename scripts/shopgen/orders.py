"""Orders of a day and their whole lives: lines, statuses, payments, returns. The hot path of the package."""

from __future__ import annotations

from typing import Final

from shopgen.afflict import OrderAfflicter
from shopgen.calendar import TIMES, Calendar
from shopgen.customers import Customer
from shopgen.drops import Drops
from shopgen.kinds import Faults
from shopgen.ledger import Ledger
from shopgen.products import Product
from shopgen.rates import MILLION, Rates
from shopgen.schema import ENTITIES, ORDER_ITEMS, ORDERS, PAYMENTS, RETURNS
from shopgen.settle import Line, LineVersion, Movement, Order, OrderVersion, settle_order
from shopgen.streams import Stream
from shopgen.words import COMMENTS, CURRENCY_OF

# Days after an order on which its last payment or return may happen, with some to spare.
HORIZON: Final = 25
_STRUCK: Final = 0.09
_RETURN_STRUCK: Final = 0.25
_CHANNELS: Final = ("web", "web", "web", "app", "app", "store")
_METHODS: Final = ("card", "card", "card", "paypal", "transfer")
_LINES: Final = (1, 1, 1, 2, 2, 2, 3, 3, 4, 6)
_NAMED: Final = {entity.name: entity for entity in ENTITIES}


class Orders:
    """Takes orders, and hands their records to the days' files."""

    def __init__(
        self, calendar: Calendar, drops: Drops, faults: Faults, ledger: Ledger, rates: Rates, seed: int
    ) -> None:
        self._calendar = calendar
        self._drops = drops
        self._faults = faults
        self._ledger = ledger
        self._rates = rates
        self._seed = seed
        self._orders = self._payments = self._returns = 0

    def take(self, day: int, number: int, customers: list[Customer], products: list[Product]) -> None:
        """Take so many orders on a day."""
        stream = Stream(self._seed, "orders", day)
        afflicter = OrderAfflicter(self._faults, Stream(self._seed, "order faults", day), self._calendar.last)
        last = self._calendar.last
        for _ in range(number):
            order = self._plan(day, stream, customers, products)
            if stream.chance(_STRUCK):
                afflicter.strike(order)
            if order.returns and stream.chance(_RETURN_STRUCK):
                afflicter.strike_return(order)
            order.cut(last)
            settle_order(order, self._rates, self._ledger)
            self._hand_over(order)

    def _hand_over(self, order: Order) -> None:
        add = self._drops.add
        for name, record in order.others:
            add(_NAMED[name], record)
        for version in order.versions:
            add(ORDERS, version)
        for line in order.lines:
            for line_version in line.versions:
                add(ORDER_ITEMS, line_version)
        for payment in order.payments:
            add(PAYMENTS, payment)
        for movement in order.returns:
            add(RETURNS, movement)

    def _plan(self, day: int, stream: Stream, customers: list[Customer], products: list[Product]) -> Order:
        chance = stream.random
        self._orders += 1
        order_id = f"O{self._orders:09d}"
        customer = customers[int(chance() * len(customers))]
        currency = CURRENCY_OF[customer.country] if chance() < 0.95 else "USD"
        second = int(chance() * 80_000)
        text = self._calendar.text(day)
        ordered_at = f"{text} {TIMES[second]}"
        order = Order(day, ordered_at, currency, customer.known)
        total = self._plan_lines(order, order_id, second, products, stream)
        paid_on = day if chance() < 0.85 else day + 1
        start = paid_on
        common = (order_id, customer.customer_id, ordered_at)
        channel = _CHANNELS[int(chance() * 6)]
        rest = (currency, channel, customer.country)
        count = str(len(order.lines))
        money = f"{total // 100}.{total % 100:02d}"

        def status(when: int, status: str, shipped_at: str, delivered_at: str, updated_at: str) -> None:
            fields = (*common, status, *rest, shipped_at, delivered_at, count, money, updated_at)
            order.versions.append(OrderVersion(when, fields, total, status == "cancelled"))

        moment = self._calendar.moment
        fate = chance()
        if fate < 0.01:
            status(day, "cancelled", "", "", f"{text} {TIMES[second + 900]}")
            return order
        if paid_on > day:
            status(day, "created", "", "", ordered_at)
        status(paid_on, "paid", "", "", moment(paid_on, second + 300))
        if paid_on == day and fate > 0.98:
            start += 1
            total = self._amend(order, second)
            money = f"{total // 100}.{total % 100:02d}"
            status(start, "paid", "", "", moment(start, second + 300))
        self._plan_payments(order, order_id, order.versions[0].total, paid_on, second + 200, stream)
        if fate < 0.05:
            cancelled_on = start + 1 + int(chance() * 2)
            status(cancelled_on, "cancelled", "", "", moment(cancelled_on, int(chance() * 86_400)))
            return order
        shipped_on = start + 1 + int(chance() * 2)
        shipped_at = moment(shipped_on, int(chance() * 86_400))
        status(shipped_on, "shipped", shipped_at, "", shipped_at)
        delivered_on = shipped_on + 1 + int(chance() * 3)
        delivered_at = moment(delivered_on, int(chance() * 86_400))
        status(delivered_on, "delivered", shipped_at, delivered_at, delivered_at)
        if fate < 0.12:
            returned_on = delivered_on + 2 + int(chance() * 7)
            self._plan_returns(order, order_id, returned_on, stream)
            status(returned_on, "returned", shipped_at, delivered_at, moment(returned_on, 86_399))
        return order

    def _plan_lines(
        self, order: Order, order_id: str, second: int, products: list[Product], stream: Stream
    ) -> int:
        """Returns the order's total."""
        chance = stream.random
        day, total = order.day, 0
        rate = self._rates.on(day, order.currency)
        for number in range(1, 1 + _LINES[int(chance() * 10)]):
            product = products[int(chance() * len(products))]
            quantity = (1, 1, 1, 2, 3)[int(chance() * 5)]
            price = product.today * MILLION // rate
            gross = quantity * price
            discount = gross * int(chance() * 25) // 100 if chance() < 0.2 else 0
            product.sold += quantity
            fields = (
                order_id,
                str(number),
                product.product_id,
                str(quantity),
                f"{price // 100}.{price % 100:02d}",
                f"{discount // 100}.{discount % 100:02d}",
                order.ordered_at,
            )
            order.lines.append(Line([LineVersion(day, fields, quantity, gross - discount)], product.known))
            total += gross - discount
        return total

    def _amend(self, order: Order, second: int) -> int:
        """One more of the first line, a day later; returns the new total."""
        first = order.lines[0].versions[0]
        number, product_id, price, discount = (first.clean[place] for place in (1, 2, 4, 5))
        cents = int(price.replace(".", ""))
        fields = (
            first.clean[0],
            number,
            product_id,
            str(first.quantity + 1),
            price,
            discount,
            self._calendar.moment(order.day + 1, second + 250),
        )
        order.lines[0].versions.append(
            LineVersion(order.day + 1, fields, first.quantity + 1, first.amount + cents)
        )
        return sum(line.versions[-1].amount for line in order.lines)

    def _plan_payments(
        self, order: Order, order_id: str, total: int, day: int, second: int, stream: Stream
    ) -> None:
        method = _METHODS[int(stream.random() * 5)]
        if stream.random() < 0.08:
            part = 1 + total // 3
            self._pay(order, order_id, part, "gift_card", day, second)
            total -= part
        if total > 0:
            self._pay(order, order_id, total, method, day, second)

    def _pay(self, order: Order, order_id: str, cents: int, method: str, day: int, second: int) -> None:
        self._payments += 1
        key = f"Y{self._payments:09d}"
        at = self._calendar.moment(day, second)
        fields = (key, order_id, at, method, f"{cents // 100}.{cents % 100:02d}", order.currency, at)
        payment = Movement(day, fields, key, at, day, cents)
        payment.currency = order.currency
        order.payments.append(payment)

    def _plan_returns(self, order: Order, order_id: str, day: int, stream: Stream) -> None:
        for place, line in enumerate(order.lines[:2]):
            version = line.versions[0]
            quantity = stream.between(1, version.quantity)
            refund = version.amount * quantity // version.quantity
            self._returns += 1
            key = f"R{self._returns:09d}"
            at = self._calendar.moment(day, stream.below(80_000))
            money = f"{refund // 100}.{refund % 100:02d}"
            fields = (key, order_id, str(place + 1), at, str(quantity), money, stream.pick(COMMENTS), at)
            movement = Movement(day, fields, key, at, day, refund)
            movement.line_no, movement.quantity = place + 1, quantity
            order.returns.append(movement)
