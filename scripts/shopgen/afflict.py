"""Faults of orders and what hangs on them, those that need to know the order: section 6 of docs/truth.md."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from shopgen.kinds import Faults
from shopgen.records import Afflicter, Record
from shopgen.schema import ORDER_ITEMS, ORDERS, PAYMENTS, RETURNS, Entity
from shopgen.settle import UNKNOWN_ORDER, LineVersion, Movement, Order
from shopgen.streams import Stream

_OFTEN: Final = (ORDERS, ORDERS, ORDER_ITEMS, ORDER_ITEMS, PAYMENTS)
_MOST_DISCOUNT: Final = 9_000_000  # cents; a discount above the greatest allowed would be another fault


class OrderAfflicter:
    """Strikes an order with one fault, or one of its returns with another."""

    def __init__(self, faults: Faults, stream: Stream, last_day: int) -> None:
        self._faults = faults
        self._stream = stream
        self._last_day = last_day
        self._by_entity = {
            entity.name: Afflicter(entity, faults, stream, last_day)
            for entity in (ORDERS, ORDER_ITEMS, PAYMENTS, RETURNS)
        }

    def strike(self, order: Order) -> None:
        """Put one fault into the order, a line or a payment."""
        entity = self._stream.pick(_OFTEN)
        self._strike(entity, order)

    def strike_return(self, order: Order) -> None:
        """Put one fault into a return of the order."""
        self._strike(RETURNS, order)

    def _strike(self, entity: Entity, order: Order) -> None:
        afflicter = self._by_entity[entity.name]
        for _ in range(60):
            kind = afflicter.draw()
            if kind is None or self._put(kind, entity, order, afflicter):
                return

    def _put(self, kind: str, entity: Entity, order: Order, afflicter: Afflicter) -> bool:
        """Put the fault in; false when it does not apply to this order."""
        record = self._one(entity, order)
        if record is None:
            return False
        if kind == "duplicate_key":
            loser = afflicter.rival(record)
            if loser is not None:
                order.others.append((entity.name, loser))
            return loser is not None
        if kind == "stale_version":
            return afflicter.delay(order.versions)
        planned = _PLANNED.get((entity.name, kind))
        if planned is None:
            return afflicter.damage(kind, record)
        done = planned(self, order, record)
        self._faults.counts[kind] += done
        return done

    def _one(self, entity: Entity, order: Order) -> Record | None:
        """One of the order's records of the entity that come before the end of the run."""
        records: Sequence[Record]
        if entity is ORDERS:
            records = order.versions
        elif entity is ORDER_ITEMS:
            records = self._stream.pick(order.lines).versions
        else:
            records = order.payments if entity is PAYMENTS else order.returns
        written = [record for record in records if record.day <= self._last_day]
        return self._stream.pick(written) if written else None

    def unknown_customer(self, order: Order, record: Record) -> bool:
        order.customer_known = False
        _rewrite(ORDERS, order.versions, customer_id=f"C9{record.clean[1][2:]}")
        return True

    def missing_country(self, order: Order, record: Record) -> bool:
        _rewrite(ORDERS, order.versions, ship_country="")
        for version in order.versions:
            version.lacks_country = True
        return True

    def total_mismatch(self, order: Order, record: Record) -> bool:
        more = self._stream.between(1, 5000)
        for version in order.versions:
            version.total += more
            _rewrite(ORDERS, (version,), order_total=f"{version.total // 100}.{version.total % 100:02d}")
        return True

    def unknown_product(self, order: Order, record: Record) -> bool:
        line = next(line for line in order.lines if record in line.versions)
        line.known = False
        _rewrite(ORDER_ITEMS, line.versions, product_id=f"P9{record.clean[2][2:]}")
        return True

    def discount_exceeds(self, order: Order, record: Record) -> bool:
        assert isinstance(record, LineVersion)
        gross = record.quantity * int(record.clean[4].replace(".", ""))
        discount = gross + self._stream.between(1, 999)
        if discount > _MOST_DISCOUNT:
            return False
        _rewrite(ORDER_ITEMS, (record,), discount=f"{discount // 100}.{discount % 100:02d}")
        record.label, record.copied = "!discount_exceeds_amount", False
        return True

    def missing_discount(self, order: Order, record: Record) -> bool:
        line = next(line for line in order.lines if record in line.versions)
        if record.clean[5] != "0.00":
            return False
        _rewrite(ORDER_ITEMS, line.versions, discount="")
        for version in line.versions:
            version.lacks_discount = True
        return True

    def unknown_order(self, order: Order, record: Record) -> bool:
        fields = (f"Y9{record.clean[0][2:]}", f"O9{record.clean[1][2:]}", *record.clean[2:])
        stray = Record(record.day, fields)
        stray.label = UNKNOWN_ORDER
        order.others.append((PAYMENTS.name, stray))
        return True

    def paid_twice(self, order: Order, record: Record) -> bool:
        """The same amount once more, an hour later, for an order that has been paid in full."""
        assert isinstance(record, Movement)
        key = f"Y8{record.key[2:]}"
        hour = (int(record.at[11:13]) + 1) % 24
        at = f"{record.at[:11]}{hour:02d}{record.at[13:]}"
        if at < record.at:
            return False
        again = Movement(record.day, (key, record.clean[1], at, *record.clean[3:6], at), key, at,
                         record.moved_on, record.amount)  # fmt: skip
        again.currency = record.currency
        order.payments.append(again)
        return True

    def other_currency(self, order: Order, record: Record) -> bool:
        assert isinstance(record, Movement)
        record.currency = "CHF" if record.currency != "CHF" else "CAD"
        _rewrite(PAYMENTS, (record,), currency=record.currency)
        return True

    def before_order(self, order: Order, record: Record) -> bool:
        assert isinstance(record, Movement)
        record.at = f"{int(record.at[:4]) - 1}-06-15{record.at[10:]}"
        name = "paid_at" if record in order.payments else "returned_at"
        _rewrite(PAYMENTS if name == "paid_at" else RETURNS, (record,), **{name: record.at})
        return True

    def unknown_line(self, order: Order, record: Record) -> bool:
        assert isinstance(record, Movement)
        record.line_no = self._stream.between(50, 99)
        _rewrite(RETURNS, (record,), line_no=str(record.line_no))
        return True

    def returned_too_much(self, order: Order, record: Record) -> bool:
        assert isinstance(record, Movement)
        record.quantity = 5 + self._stream.below(5)
        _rewrite(RETURNS, (record,), quantity=str(record.quantity))
        return True


def _rewrite(entity: Entity, records: Sequence[Record], **values: str) -> None:
    """Give columns of the records other values."""
    for record in records:
        fields = list(record.clean)
        for name, value in values.items():
            fields[entity.index[name]] = value
        record.clean = record.fields = tuple(fields)


_PLANNED: Final = {
    ("orders", "unknown_key"): OrderAfflicter.unknown_customer,
    ("orders", "missing_ship_country"): OrderAfflicter.missing_country,
    ("orders", "order_total_mismatch"): OrderAfflicter.total_mismatch,
    ("order_items", "unknown_key"): OrderAfflicter.unknown_product,
    ("order_items", "discount_exceeds_amount"): OrderAfflicter.discount_exceeds,
    ("order_items", "missing_discount"): OrderAfflicter.missing_discount,
    ("payments", "unknown_key"): OrderAfflicter.unknown_order,
    ("payments", "payment_exceeds_total"): OrderAfflicter.paid_twice,
    ("payments", "currency_mismatch"): OrderAfflicter.other_currency,
    ("payments", "before_order"): OrderAfflicter.before_order,
    ("returns", "unknown_key"): OrderAfflicter.unknown_line,
    ("returns", "before_order"): OrderAfflicter.before_order,
    ("returns", "return_exceeds_sold"): OrderAfflicter.returned_too_much,
}
