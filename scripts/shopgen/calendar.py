"""Days of a run by number, and their text: day 0 is the first business date."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

# Every second of a day as text: writing a moment is one look-up.
TIMES: Final = tuple(f"{s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}" for s in range(86_400))


class Calendar:
    """The dates of a run of so many days."""

    def __init__(self, start: date, days: int) -> None:
        self.start = start
        self.days = days
        self.last = days - 1
        self._texts: dict[int, str] = {}

    def text(self, day: int) -> str:
        """The date, YYYY-MM-DD; days before and after the run have one too."""
        known = self._texts.get(day)
        if known is None:
            known = (self.start + timedelta(days=day)).isoformat()
            if len(self._texts) > 1000:
                self._texts.clear()
            self._texts[day] = known
        return known

    def moment(self, day: int, second: int) -> str:
        """A second of a day, YYYY-MM-DD hh:mm:ss."""
        return f"{self._texts.get(day) or self.text(day)} {TIMES[second]}"

    def is_weekend(self, day: int) -> bool:
        """Saturday or Sunday."""
        return (self.start.weekday() + day) % 7 >= 5
