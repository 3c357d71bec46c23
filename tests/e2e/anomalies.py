"""Spoils generated files as a source does one day: twelve of fifteen kinds of harm, days and kinds by chance.

Knows the generator's files and nothing of the loader. Weekends are made quiet first: a weekday that looks
like one is odd, and a quiet Saturday is not.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

Row = dict[str, str]
QUIET = 0.4
WEEKEND = "weekend on a weekday"


@dataclass(frozen=True)
class Harm:
    """What happens to the file of an entity on a day."""

    name: str
    entity: str
    day: date
    change: Callable[[list[Row], random.Random], list[Row]]


def _some(rows: list[Row], share: float, chance: random.Random) -> list[Row]:
    return [row for row in rows if chance.random() < share]


def _set(column: str, value: Callable[[str], str], share: float = 1.0) -> Callable[..., list[Row]]:
    def change(rows: list[Row], chance: random.Random) -> list[Row]:
        return [{**row, column: value(row[column])} if chance.random() < share else row for row in rows]

    return change


def _times(factor: int) -> Callable[[str], str]:
    return lambda text: f"{float(text) * factor:.2f}"


def _burst(key: str, copies: int) -> Callable[..., list[Row]]:
    """So many more rows, each under a key of its own."""

    def change(rows: list[Row], chance: random.Random) -> list[Row]:
        more = ({**row, key: f"{row[key]}-{number}"} for number in range(1, copies) for row in rows)
        return [*rows, *more]

    return change


def _as_first(column: str) -> Callable[..., list[Row]]:
    return lambda rows, chance: [{**row, column: rows[0][column]} for row in rows]


def _without(column: str, value: str) -> Callable[..., list[Row]]:
    return lambda rows, chance: [row for row in rows if row[column] != value]


_KINDS: tuple[tuple[str, str, Callable[[list[Row], random.Random], list[Row]]], ...] = (
    ("volume drop", "orders", lambda rows, chance: _some(rows, 0.3, chance)),
    ("volume burst", "payments", _burst("payment_id", 3)),
    ("null burst", "orders", _set("ship_country", lambda _: "", 0.5)),
    ("price × 100", "order_items", _set("unit_price", _times(100))),
    ("stale feed", "inventory", lambda rows, _: rows[:-1]),
    ("duplicate feed", "payments", lambda rows, _: [*rows, *rows]),
    ("distinct collapse", "orders", _as_first("customer_id")),
    ("sum shift", "orders", _set("order_total", _times(5))),
    ("missing category", "orders", _without("channel", "web")),
    ("currency mix", "payments", _set("currency", lambda _: "USD")),
    ("late feed", "payments", lambda rows, _: rows),
    ("negative burst", "payments", _set("amount", _times(-1), 0.5)),
    ("country mix", "orders", _set("ship_country", lambda _: "PL")),
    ("quantity × 10", "order_items", _set("quantity", lambda text: str(10 * int(text)))),
    (WEEKEND, "orders", lambda rows, chance: _some(rows, QUIET, chance)),
)


def harms(start: date, days: int, entities: Collection[str], chance: random.Random) -> tuple[Harm, ...]:
    """Up to twelve, on every third day from the fourth week on."""
    free = [start + timedelta(days=number) for number in range(22, days - 2, 3)][:12]
    kinds = [kind for kind in _KINDS if kind[1] in entities]
    chosen = chance.sample(kinds, min(len(free), len(kinds)))
    return tuple(
        Harm(name, entity, _weekday(day) if name == WEEKEND else day, change)
        for day, (name, entity, change) in zip(free, chosen, strict=False)
    )


def _weekday(day: date) -> date:
    return day - timedelta(days=max(0, day.weekday() - 4))


def file_of(shop: Path, entity: str, day: date) -> Path:
    """The generated file of an entity's day."""
    return shop / "shop" / entity / f"{entity}_{day.isoformat()}.csv"


def spoil(shop: Path, chosen: tuple[Harm, ...], chance: random.Random) -> None:
    """Make weekends quiet and do the harms to the files, in place; the late one is left as it is."""
    for file in sorted((shop / "shop" / "orders").glob("*.csv")):
        if date.fromisoformat(file.stem[-10:]).weekday() >= 5:
            _rewrite(file, lambda rows, of: _some(rows, QUIET, of), chance)
    for harm in chosen:
        file = file_of(shop, harm.entity, harm.day)
        if harm.name == "stale feed":
            before = file_of(shop, harm.entity, harm.day - timedelta(days=1))
            file.write_bytes(before.read_bytes())
        _rewrite(file, harm.change, chance)


def _rewrite(
    file: Path, change: Callable[[list[Row], random.Random], list[Row]], chance: random.Random
) -> None:
    with file.open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream)
        names = list(reader.fieldnames or ())
        rows = list(reader)
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(change(rows, chance))
