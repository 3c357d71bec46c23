"""Writes a shop: day by day, records as they are planned, files as their day ends, the truth last.

What is remembered from one day to the next: the products on sale, so many customers of the last weeks, the
figures per date; the records that wait for their day lie on disk. None of it grows with the number of orders,
and with the number of days only the figures do, by less than 1 kB a day.
"""

from __future__ import annotations

import gc
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final, TextIO

from shopgen.calendar import Calendar
from shopgen.customers import Customers
from shopgen.drops import Drops
from shopgen.errors import ShopError
from shopgen.kinds import Faults
from shopgen.ledger import DETAILS as DETAIL_FILES
from shopgen.ledger import Ledger
from shopgen.orders import HORIZON, Orders
from shopgen.products import Products
from shopgen.rates import Rates
from shopgen.streams import Stream
from shopgen.truth import Arguments, Files, truth

TRUTH: Final = "truth.json"
DETAILS: Final = "truth"
SHOP: Final = "shop"
_STARTED: Final = ".shop.json"
_FILES: Final = ".files.jsonl"
_FIRST_DATE: Final = date(2001, 1, 1)
_LAST_DATE: Final = date(2098, 12, 31)
_REGISTRATIONS: Final = 0.15  # per order
_LEAST_PRODUCTS: Final = 20
_MOST_PRODUCTS: Final = 2000
# Told after every day: how many are done.
Progress = Callable[[int], None]


def generate(arguments: Arguments, folder: Path, progress: Progress | None = None) -> dict[str, Any] | None:
    """Write the shop and its truth below the folder; returns the truth but for its `files`.

    None when all of it is there already. Errors: ShopError for arguments or a folder that will not do.
    """
    _check(arguments)
    if _is_complete(arguments, folder):
        return None
    _take(arguments, folder)
    part = folder / f"{TRUTH}.part"
    with part.open("w", encoding="utf-8") as out, _no_collector():
        document = _write(arguments, folder, out, progress or (lambda days: None))
    part.replace(folder / TRUTH)
    (folder / _STARTED).unlink()
    return document


def _check(arguments: Arguments) -> None:
    if arguments.days < 1 or arguments.orders_per_day < 1:
        raise ShopError("--days and --orders-per-day must be at least 1")
    try:
        end = arguments.start_date + timedelta(days=arguments.days)
    except OverflowError:
        end = date.max
    if arguments.start_date < _FIRST_DATE or end > _LAST_DATE:
        raise ShopError(f"--start-date and --days must lie between {_FIRST_DATE} and {_LAST_DATE}")


def _is_complete(arguments: Arguments, folder: Path) -> bool:
    """Whether the folder holds this very shop, every file of it in its full size."""
    known = _read_json(folder / TRUTH)
    if known.get("arguments") != arguments.document():
        return False
    details = all((folder / DETAILS / f"{name}.csv").exists() for name in DETAIL_FILES)
    return details and all(_has_size(folder / file["path"], file["bytes"]) for file in known["files"])


def _has_size(file: Path, size: int) -> bool:
    return file.is_file() and file.stat().st_size == size


def _take(arguments: Arguments, folder: Path) -> None:
    """Make the folder ours: empty, or emptied of this shop when it was left unfinished or was damaged."""
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        marks = [_read_json(folder / name).get("arguments") for name in (TRUTH, _STARTED)]
        if arguments.document() not in marks:
            raise ShopError(
                f"{folder}: not empty, and not a shop of the same arguments; name another folder or empty it"
            )
        for name in (SHOP, DETAILS):
            shutil.rmtree(folder / name, ignore_errors=True)
        (folder / TRUTH).unlink(missing_ok=True)
    (folder / _STARTED).write_text(json.dumps({"arguments": arguments.document()}), encoding="utf-8")


def _read_json(file: Path) -> dict[str, Any]:
    """The object in a file, empty when there is none."""
    try:
        known = json.loads(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


@contextmanager
def _no_collector() -> Iterator[None]:
    """Let Python not look for cycles, a tenth of the time: records hold none."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _write(arguments: Arguments, folder: Path, out: TextIO, progress: Progress) -> dict[str, Any]:
    seed, number = arguments.seed, arguments.orders_per_day
    calendar = Calendar(arguments.start_date, arguments.days)
    faults = Faults(arguments.faults, seed)
    (folder / SHOP).mkdir(exist_ok=True)
    with Ledger(folder / DETAILS) as ledger, Files(folder / _FILES) as files:
        drops = Drops(calendar, faults, seed, folder, files.note)
        rates = Rates(calendar, drops, faults, seed)
        customers = Customers(calendar, drops, faults, ledger, seed)
        size = min(_MOST_PRODUCTS, max(_LEAST_PRODUCTS, number * 3 // 5))
        products = Products(calendar, drops, faults, ledger, seed, size)
        orders = Orders(calendar, drops, faults, ledger, rates, seed)
        for day in range(arguments.days):
            stream = Stream(seed, "day", day)
            rates.prepare(day, day + HORIZON)
            products.open(day)
            customers.register(
                day, max(1, number * 2 if day == 0 else stream.number(number * _REGISTRATIONS))
            )
            taken = max(1, stream.between(number * 9 // 10, number * 11 // 10))
            orders.take(day, taken, customers.pool, products.on_sale)
            products.take_stock(day)
            drops.write(day)
            progress(day + 1)
        products.close()
        drops.close()
        document = truth(arguments, calendar, files, ledger, faults.counts)
        files.write(document, out)
    return document
