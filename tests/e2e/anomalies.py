"""Spoils generated files as a source does one day: twelve kinds of harm that no rule on single rows sees.

Knows the generator's files and nothing of the loader. Weekends are made quiet first: a weekday that looks
like one is odd, and a quiet Saturday is not.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

Row = dict[str, str]
QUIET = 0.4


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


def harms(start: date) -> tuple[Harm, ...]:
    """The twelve, each on a day of its own, all on weekdays of a run that starts on a Wednesday."""
    assert start.weekday() == 2
    day = [start + timedelta(days=number) for number in range(60)]
    return (
        Harm("volume drop", "orders", day[28], lambda rows, chance: _some(rows, 0.2, chance)),
        Harm("null burst", "orders", day[33], _set("ship_country", lambda _: "", 0.8)),
        Harm("price × 100", "order_items", day[35], _set("unit_price", _times(100))),
        Harm("stale feed", "inventory", day[37], lambda rows, _: rows[:-1]),
        Harm("duplicate feed", "payments", day[40], lambda rows, _: [*rows, *rows]),
        Harm("currency flip", "payments", day[42], _set("currency", lambda _: "USD")),
        Harm(
            "category vanishes", "orders", day[44], lambda rows, _: [r for r in rows if r["channel"] != "web"]
        ),
        Harm("sign flip", "payments", day[47], _set("amount", _times(-1))),
        Harm("totals scaled", "orders", day[49], _set("order_total", _times(10))),
        Harm("country mix", "orders", day[51], _set("ship_country", lambda _: "PL")),
        Harm("late feed", "payments", day[54], lambda rows, _: rows),
        Harm("weekend on a weekday", "orders", day[57], lambda rows, chance: _some(rows, QUIET, chance)),
    )


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
