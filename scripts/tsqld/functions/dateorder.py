"""The order of day, month and year in text, as SET DATEFORMAT sets it for the statement being compiled.

Place in the pipeline: the interpreter tells it before each statement; `to_date` and `dateparts` write it into
the DuckDB text, as a style below zero, where CONVERT's style does not settle the order. Source: Microsoft
Learn, "SET DATEFORMAT", "date", "datetime" (supported string literal formats).
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import Final

DEFAULT: Final = "mdy"
CODES: Final = {"mdy": -1, "dmy": -2, "ymd": -3, "ydm": -4, "myd": -5, "dym": -6}
"""Each order as the style that stands for it."""
ORDERS: Final = {code: order for order, code in CODES.items()}

_current: ContextVar[str] = ContextVar("dateformat", default=DEFAULT)


def use(order: str) -> None:
    """Read dates in this order from now on, in this thread."""
    if _current.get() != order:
        _current.set(order)


def current() -> str:
    return _current.get()


def day_first(order: str) -> bool:
    """Whether the day comes before the month."""
    return order.index("d") < order.index("m")
