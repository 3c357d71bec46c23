"""Customers: who registers on a day, and all that will happen to them.

A customer orders within WINDOW days of registering and moves, or changes address, within as many; so no more
than that many days of customers are remembered, and of each day no more than MOST.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from itertools import islice
from typing import Final, NamedTuple

from shopgen.calendar import Calendar
from shopgen.drops import Drops
from shopgen.kinds import Faults
from shopgen.ledger import Ledger
from shopgen.records import CURRENT, Afflicter, Record, settle_versions
from shopgen.schema import CUSTOMERS
from shopgen.streams import Stream
from shopgen.words import CITIES, COUNTRIES, FIRST_NAMES, LAST_NAMES, PREFIXES, STREETS

WINDOW: Final = 30
MOST: Final = 5000
_STRUCK: Final = 0.08
_DOMAINS: Final = ("com", "net", "org")
_ASCII: Final = str.maketrans("áäåçéèêëíîïñóôöøúü", "aaaceeeeiiinoooouu")


class Customer(NamedTuple):
    """What orders need to know: `known` is whether any record of the customer is good."""

    customer_id: str
    country: str
    known: bool


class Customers:
    """Registers customers and remembers those that may order."""

    def __init__(self, calendar: Calendar, drops: Drops, faults: Faults, ledger: Ledger, seed: int) -> None:
        self._calendar = calendar
        self._drops = drops
        self._faults = faults
        self._ledger = ledger
        self._seed = seed
        self._count = 0
        self._days: deque[list[Customer]] = deque(maxlen=WINDOW)
        self.pool: list[Customer] = []

    def register(self, day: int, number: int) -> None:
        """Let so many customers register on a day."""
        stream = Stream(self._seed, "customers", day)
        afflicter = Afflicter(CUSTOMERS, self._faults, stream, self._calendar.last)
        registered = (self._plan(day, stream, afflicter) for _ in range(number))
        self._days.append(list(islice(registered, MOST)))
        for _ in registered:
            pass  # written like the others
        self.pool = [customer for customers in self._days for customer in customers]

    def _plan(self, day: int, stream: Stream, afflicter: Afflicter) -> Customer:
        self._count += 1
        first = self._person(f"C{self._count:08d}", day, stream)
        versions = [Record(day, first)]
        when = day
        while stream.chance(0.25):
            when += stream.between(1, 10)
            versions.append(Record(when, self._changed(versions[-1].clean, when, stream)))
        losers: list[Record] = []
        if stream.chance(_STRUCK):
            losers = afflicter.strike_versions([v for v in versions if v.day <= self._calendar.last])
        if versions[0].label and len(versions) == 1 and stream.chance(0.5):
            when = day + stream.between(1, 3)
            versions.append(Record(when, self._changed(first, when, stream)))
        versions = [version for version in versions if version.day <= self._calendar.last]
        current = settle_versions(versions)
        if current is not None:
            current.label = CURRENT
            self._ledger.history("customers", first[0], CUSTOMERS.tracked, versions)
        for record in (*losers, *versions):
            self._drops.add(CUSTOMERS, record)
        return Customer(first[0], first[8], current is not None)

    def _person(self, customer_id: str, day: int, stream: Stream) -> tuple[str, ...]:
        first_name, last_name = stream.pick(FIRST_NAMES), stream.pick(LAST_NAMES)
        country = stream.pick(COUNTRIES)
        registered_at = self._calendar.moment(day, stream.below(80_000))
        return (
            customer_id,
            f"{_plain(first_name)}.{_plain(last_name)}{self._count}@example.{stream.pick(_DOMAINS)}",
            first_name if stream.chance(0.9) else "",
            last_name,
            f"+{PREFIXES[country]}{stream.between(100_000_000, 999_999_999)}" if stream.chance(0.8) else "",
            *_address(country, stream),
            country,
            registered_at,
            registered_at,
        )

    def _changed(self, fields: Sequence[str], day: int, stream: Stream) -> tuple[str, ...]:
        """The next version: moved within the country, or with a new phone, or merely exported again."""
        changed = list(fields)
        if stream.chance(0.7):
            changed[5:8] = _address(fields[8], stream)
        elif stream.chance(0.8):
            changed[4] = f"+{PREFIXES[fields[8]]}{stream.between(100_000_000, 999_999_999)}"
        changed[10] = self._calendar.moment(day, stream.below(86_400))
        return tuple(changed)


def _plain(name: str) -> str:
    """The name as it stands in an address of e-mail."""
    return "".join(
        letter for letter in name.lower().translate(_ASCII) if letter.isascii() and letter.isalnum()
    )


def _address(country: str, stream: Stream) -> tuple[str, str, str]:
    street = f"{stream.between(1, 299)} {stream.pick(STREETS)}"
    if stream.chance(0.1):
        street += f"\nFlat {stream.between(1, 40)}"
    postal_code = str(stream.between(10_000, 99_999)) if stream.chance(0.95) else ""
    return street if stream.chance(0.97) else "", stream.pick(CITIES[country]), postal_code
