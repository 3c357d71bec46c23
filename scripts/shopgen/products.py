"""Products and their stock: a catalogue of constant size whose products come, change price and go.

What will happen to a product is planned when it is introduced; its stock is written day by day.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from shopgen.calendar import Calendar
from shopgen.drops import Drops
from shopgen.kinds import Faults
from shopgen.ledger import Ledger
from shopgen.records import CURRENT, Afflicter, Record, settle_versions
from shopgen.schema import INVENTORY, PRODUCTS
from shopgen.streams import Stream
from shopgen.words import ADJECTIVES, BRANDS, CATEGORIES, WAREHOUSES

_STRUCK: Final = 0.15
_STOCK_STRUCK: Final = 0.02
_LEAST_LIFE: Final = 20
_LONGEST_LIFE: Final = 150
_FULL: Final = 500
# In cents: six lines of three such things stay below the greatest order_total in every currency.
MOST_EXPENSIVE: Final = 24_999


class Product:
    """A product on sale: list prices in cents by day and `today`, whether a record of it is good, stock."""

    __slots__ = ("known", "last_levels", "levels", "prices", "product_id", "retires", "sold", "today")

    def __init__(self, product_id: str, day: int, price: int, retires: int) -> None:
        self.product_id = product_id
        self.prices = [(day, price)]
        self.today = price
        self.retires = retires
        self.known = False
        self.sold = 0
        self.levels = [_FULL] * len(WAREHOUSES)
        self.last_levels: list[int | None] = [None] * len(WAREHOUSES)

    def price(self, day: int) -> int:
        """The list price on a day, in cents."""
        return next(price for since, price in reversed(self.prices) if since <= day)


class Products:
    """The catalogue: `on_sale` are the products of today."""

    def __init__(
        self, calendar: Calendar, drops: Drops, faults: Faults, ledger: Ledger, seed: int, size: int
    ) -> None:
        self._calendar = calendar
        self._drops = drops
        self._faults = faults
        self._ledger = ledger
        self._seed = seed
        self._size = size
        self._count = 0
        self.on_sale: list[Product] = []

    def open(self, day: int) -> None:
        """Take out what is sold no more, and fill the catalogue up."""
        for product in self.on_sale:
            if product.retires == day:
                self._note_stock(product)
        self.on_sale = [product for product in self.on_sale if product.retires > day]
        stream = Stream(self._seed, "products", day)
        afflicter = Afflicter(PRODUCTS, self._faults, stream, self._calendar.last)
        while len(self.on_sale) < self._size:
            self.on_sale.append(self._plan(day, stream, afflicter))
        for product in self.on_sale:
            product.today = product.price(day)

    def take_stock(self, day: int) -> None:
        """Write the levels at the end of a day."""
        stream = Stream(self._seed, "inventory", day)
        afflicter = Afflicter(INVENTORY, self._faults, stream, self._calendar.last)
        for product in self.on_sale:
            for place, warehouse in enumerate(WAREHOUSES):
                taken = product.sold - product.sold // 2 if place == 0 else product.sold // 2
                level = product.levels[place] - taken
                product.levels[place] = level if level > 20 else _FULL + stream.below(100)
                self._write_level(day, product, place, warehouse, stream, afflicter)
            product.sold = 0

    def close(self) -> None:
        """Note the levels of what is still on sale after the last day."""
        for product in self.on_sale:
            self._note_stock(product)

    def _plan(self, day: int, stream: Stream, afflicter: Afflicter) -> Product:
        self._count += 1
        last = self._calendar.last
        life = stream.between(_LEAST_LIFE if day else 2, _LONGEST_LIFE)
        product = Product(f"P{self._count:06d}", day, stream.between(199, MOST_EXPENSIVE), day + life)
        category = stream.pick(tuple(CATEGORIES))
        versions = [Record(day, self._fields(product, category, day, stream))]
        when = day + stream.between(3, 25)
        while when < product.retires:
            price = min(MOST_EXPENSIVE, max(99, product.price(when) * stream.between(85, 118) // 100))
            product.prices.append((when, price))
            fields = self._next(versions[-1].clean, 4, f"{price // 100}.{price % 100:02d}", when, stream)
            versions.append(Record(when, fields))
            when += stream.between(3, 40)
        versions.append(
            Record(product.retires, self._next(versions[-1].clean, 5, "false", product.retires, stream))
        )
        losers: list[Record] = []
        if stream.chance(_STRUCK):
            losers = afflicter.strike_versions([version for version in versions if version.day <= last])
        versions = [version for version in versions if version.day <= last]
        current = settle_versions(versions)
        if current is not None:
            current.label = CURRENT
            product.known = True
            self._ledger.history("products", product.product_id, PRODUCTS.tracked, versions)
        for record in (*losers, *versions):
            self._drops.add(PRODUCTS, record)
        return product

    def _fields(self, product: Product, category: str, day: int, stream: Stream) -> tuple[str, ...]:
        price = product.prices[0][1]
        return (
            product.product_id,
            f"{stream.pick(ADJECTIVES)} {stream.pick(CATEGORIES[category])}",
            category,
            stream.pick(BRANDS) if stream.chance(0.85) else "",
            f"{price // 100}.{price % 100:02d}",
            "true",
            self._calendar.text(day),
            self._calendar.moment(day, stream.below(20_000)),
        )

    def _next(self, fields: Sequence[str], place: int, value: str, day: int, stream: Stream
              ) -> tuple[str, ...]:  # fmt: skip
        changed = list(fields)
        changed[place] = value
        changed[-1] = self._calendar.moment(day, stream.below(20_000))
        return tuple(changed)

    def _write_level(
        self, day: int, product: Product, place: int, warehouse: str, stream: Stream, afflicter: Afflicter
    ) -> None:
        level = product.levels[place]
        moment = self._calendar.moment(day, 86_000 + place)
        record = Record(day, (product.product_id, warehouse, self._calendar.text(day), str(level), moment))
        if stream.chance(_STOCK_STRUCK):
            self._strike_level(record, afflicter)
        if not record.label:
            record.label = CURRENT if product.known else "!unknown_key:product_id"
            if product.known:
                product.last_levels[place] = level
        self._drops.add(INVENTORY, record)

    def _strike_level(self, record: Record, afflicter: Afflicter) -> None:
        for _ in range(8):
            kind = afflicter.draw()
            if kind == "unknown_key":
                record.clean = record.fields = (f"P9{record.clean[0][2:]}", *record.clean[1:])
                record.label = "!unknown_key:product_id"
                self._faults.counts[kind] += 1
                return
            if kind == "duplicate_key":
                loser = afflicter.rival(record)
                if loser is not None:
                    self._drops.add(INVENTORY, loser)
                    return
            elif kind is None or afflicter.damage(kind, record):
                return

    def _note_stock(self, product: Product) -> None:
        for warehouse, level in zip(WAREHOUSES, product.last_levels, strict=True):
            if level is not None:
                self._ledger.stock(product.product_id, warehouse, level)
