"""The sample warehouse's source files, with the dirt that real ones have, and what they hold.

The same seed gives the same files. `Sources` keeps the rows as the files have them, as text, for the figures
that the tests compute without T-SQL.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

CATEGORIES: Final = {
    "BL-AS": ("Black", "Assam; first flush"),
    "BL-DA": ("Black", 'Darjeeling "special"'),
    "GR-SE": ("Green", "Sencha"),
    "OO-TG": ("Oolong", "Tie Guan Yin"),
    "HE-MI": ("Herbal", "Mint"),
}
_COUNTRIES: Final = ("DE", "Germany", "US", "USA", "United States", "France", " Japan ", "", "  ")
_SHOPS: Final = range(100, 220)
_FIRST_DAY: Final = dt.date(2022, 1, 1)

Row = dict[str, str]


@dataclass
class Sources:
    """What the files hold, by column name."""

    shops: list[Row]
    teas: list[Row]
    lines: list[Row]


def make(seed: int = 11) -> Sources:
    chance = random.Random(seed)
    teas = _teas(chance)
    codes = sorted({tea["tea_code"][6:] for tea in teas})
    return Sources(_shops(chance), teas, _lines(chance, codes))


def write(sources: Sources, folder: Path) -> None:
    """The files: two end their lines as Windows does, two as Linux does."""
    (folder / "crm").mkdir(parents=True, exist_ok=True)
    (folder / "erp").mkdir(exist_ok=True)
    _plain(folder / "crm" / "shops.csv", sources.shops, "\r\n")
    _plain(folder / "crm" / "teas.csv", sources.teas, "\n")
    _plain(folder / "erp" / "order_lines.csv", sources.lines, "\r\n")
    quoted = ['"category_id";"category";"sub_category"']
    for code, (category, sub_category) in CATEGORIES.items():
        if category != "Herbal":
            text = sub_category.replace('"', '""')
            quoted.append(f'"{code.replace("-", "_")} ";{category};"{text}"')
    _text(folder / "erp" / "categories.csv", "\n".join(quoted) + "\n")


def _plain(path: Path, rows: Sequence[Row], end: str) -> None:
    lines = [",".join(rows[0]), *(",".join(row.values()) for row in rows)]
    _text(path, end.join(lines) + end)


def _text(path: Path, text: str) -> None:
    path.write_bytes(text.encode())


def _shops(chance: random.Random) -> list[Row]:
    rows: list[Row] = []
    for shop in _SHOPS:
        for version in range(2 if shop % 13 == 0 else 1):
            rows.append(
                {
                    "shop_id": str(shop),
                    "shop_code": f"SH{shop:06d}",
                    "shop_name": chance.choice(
                        ["Café {}", " Tea House {}", "Corner {} ", "  The {}  "]
                    ).format(shop),
                    "kind": chance.choice(["R", "W", "r ", "", "X"]),
                    "country": chance.choice(_COUNTRIES),
                    "opened_on": str(dt.date(2050 if shop % 31 == 0 else 2015, 3, 1)),
                    "modified_on": str(dt.date(2024, 1, 1) + dt.timedelta(days=shop + 400 * version)),
                }
            )
    unknown = dict.fromkeys(rows[0], "")
    return [*rows, {**unknown, "shop_code": "SH-LOST"}]


def _teas(chance: random.Random) -> list[Row]:
    rows: list[Row] = []
    for number in range(40):
        prefix = sorted(CATEGORIES)[number % len(CATEGORIES)]
        for version in range(1 + number % 3):
            rows.append(
                {
                    "tea_id": str(1000 + len(rows)),
                    "tea_code": f"{prefix}-T{number:03d}",
                    "tea_name": f"{CATEGORIES[prefix][0]} no. {number}",
                    "unit_cost": ""
                    if number % 9 == 0 and version == 0
                    else f"{chance.randrange(100, 900) / 100:.2f}",
                    "family": chance.choice(["B", "g ", "O", "", " "]),
                    "valid_from": f"{2020 + version}-07-01",
                }
            )
    return rows


def _lines(chance: random.Random, codes: Sequence[str]) -> list[Row]:
    rows = []
    for number in range(3000):
        day = _FIRST_DAY + dt.timedelta(days=chance.randrange(800))
        quantity, price = chance.randrange(1, 6), chance.randrange(2, 90)
        amount, shown = str(quantity * price), str(price)
        if number % 97 == 0:
            amount = chance.choice(["", "0", f"-{quantity * price}", str(quantity * price + 1)])
        elif number % 101 == 0:
            shown = chance.choice(["", f"-{price}"])
        rows.append(
            {
                "order_no": f"SO{10000 + number}",
                "tea_code": "T999" if number % 500 == 7 else chance.choice(codes),
                "shop_id": str(chance.choice(_SHOPS)),
                "ordered_on": chance.choice(["0", "2024", "991231"])
                if number % 211 == 0
                else f"{day:%Y%m%d}",
                "shipped_on": "20240231" if number % 307 == 0 else f"{day + dt.timedelta(days=3):%Y%m%d}",
                "amount": amount,
                "quantity": str(quantity),
                "unit_price": shown,
            }
        )
    return rows
