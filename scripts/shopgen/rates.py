"""Daily reference rates: the eighth entity, planned some weeks ahead since payments and returns need them."""

from __future__ import annotations

from typing import Final

from shopgen.calendar import Calendar
from shopgen.drops import Drops
from shopgen.kinds import Faults
from shopgen.records import CURRENT, Afflicter, Record, settle_versions
from shopgen.schema import FX_RATES
from shopgen.streams import Stream
from shopgen.words import FIRST_RATES

MILLION: Final = 1_000_000
_RESTATED: Final = 0.04
_STRUCK: Final = 0.12


class Rates:
    """The rates of every currency, in millionths of a dollar, as a loader knows them at the end."""

    def __init__(self, calendar: Calendar, drops: Drops, faults: Faults, seed: int) -> None:
        self._calendar = calendar
        self._drops = drops
        self._faults = faults
        self._seed = seed
        self._walk = dict(FIRST_RATES)
        self._planned = 0  # days before this one are planned
        self._known = dict(FIRST_RATES)
        self._days: dict[int, dict[str, int]] = {}

    def prepare(self, first: int, beyond: int) -> None:
        """Plan the days before `beyond`, and forget those before `first`."""
        while self._planned < min(beyond, self._calendar.days):
            self._plan(self._planned)
            self._planned += 1
        for day in [day for day in self._days if day < first]:
            del self._days[day]

    def on(self, day: int, currency: str) -> int:
        """The rate of a currency on a prepared day."""
        return MILLION if currency == "USD" else self._days[day][currency]

    def _plan(self, day: int) -> None:
        if day == 0 or not self._calendar.is_weekend(day):
            stream = Stream(self._seed, "fx_rates", day)
            afflicter = Afflicter(FX_RATES, self._faults, stream, self._calendar.last)
            for currency in self._walk:
                self._plan_rate(day, currency, stream, afflicter)
        self._days[day] = dict(self._known)

    def _plan_rate(self, day: int, currency: str, stream: Stream, afflicter: Afflicter) -> None:
        calendar = self._calendar
        step = 1 + (stream.random() - 0.5) / 100
        rate = self._walk[currency] = round(self._walk[currency] * step)
        versions = [(Record(day, self._fields(currency, day, rate, calendar.moment(day, 57_600))), rate)]
        following = day + (3 if calendar.is_weekend(day + 1) else 1)
        if stream.chance(_RESTATED) and following <= calendar.last and not calendar.is_weekend(following):
            restated = round(rate * (1 + (stream.random() - 0.5) / 1000)) + 1
            moment = calendar.moment(following, 30_000)
            versions.append((Record(following, self._fields(currency, day, restated, moment)), restated))
        losers: list[Record] = []
        if day and stream.chance(_STRUCK):
            losers = afflicter.strike_versions([version for version, _ in versions])
            for version, _ in versions:
                if calendar.is_weekend(version.day):
                    version.day -= 1
        current = settle_versions(version for version, _ in versions)
        if current is not None:
            current.label = CURRENT
            self._known[currency] = next(value for version, value in versions if version is current)
        for record in (*losers, *(version for version, _ in versions)):
            self._drops.add(FX_RATES, record)

    def _fields(self, currency: str, day: int, rate: int, updated_at: str) -> tuple[str, ...]:
        return (currency, self._calendar.text(day), f"{rate // MILLION}.{rate % MILLION:06d}", updated_at)
