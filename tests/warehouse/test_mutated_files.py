"""Files that something has damaged: none stops a load, and each of their records is accounted for."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.soak import chance, is_soak, times
from tests.warehouse.deployed import CONTRACTS, Database, database, deploy

HEADER = ",".join(
    column.name for contract in CONTRACTS if contract.name == "shop_returns" for column in contract.columns
)
RECORDS = "".join(
    f'R{number},O{number},1,2025-01-02 10:00:00,1,2.50,"too ""big"",\nsaid {number} é",2025-01-02 11:00:00\n'
    for number in range(20)
)
GOOD = f"{HEADER}\n{RECORDS}".encode()


def flip(data: bytearray, at: random.Random) -> None:
    for _ in range(at.randint(1, 20)):
        data[at.randrange(len(data))] = at.randrange(256)


def cut(data: bytearray, at: random.Random) -> None:
    del data[at.randrange(len(data)) :]


def inflate(data: bytearray, at: random.Random) -> None:
    place = at.randrange(len(data))
    data[place:place] = at.choice((b"x", b",", b"9", b"\xc3\xa9")) * at.randint(5_000, 200_000)


def put_nul(data: bytearray, at: random.Random) -> None:
    place = at.randrange(len(data))
    data[place:place] = b"\0" * at.randint(1, 9)


def put_quotes(data: bytearray, at: random.Random) -> None:
    for _ in range(at.randint(1, 5)):
        data.insert(at.randrange(len(data)), ord('"'))


def put_lines(data: bytearray, at: random.Random) -> None:
    for _ in range(at.randint(1, 9)):
        place = at.randrange(len(data))
        data[place:place] = at.choice((b"\n", b"\r\n", b"\n\n", b"\r"))


def encode(data: bytearray, at: random.Random) -> None:
    text = data.decode("utf-8", "replace")
    data[:] = text.encode(at.choice(("utf-16", "cp1252", "utf-16-le", "utf-8-sig", "utf-32")), "replace")


MUTATIONS: tuple[Callable[[bytearray, random.Random], None], ...] = (
    flip,
    cut,
    inflate,
    put_nul,
    put_quotes,
    put_lines,
    encode,
)


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Database]:
    template = tmp_path / "template"
    deploy(template)
    with database(template, tmp_path) as deployed:
        yield deployed


@pytest.mark.timeout(3600 if is_soak() else 300)
def test_no_damage_stops_a_load_and_every_record_is_accounted_for(warehouse: Database) -> None:
    at = chance("damage to files")
    folder = warehouse.landing / "shop" / "returns"
    folder.mkdir(parents=True)
    for number in range(times(14, 200)):
        data = bytearray(GOOD)
        for mutate in (MUTATIONS[number % len(MUTATIONS)], *at.sample(MUTATIONS, at.randint(0, 2))):
            if data:
                mutate(data, at)
        (folder / f"returns_{number:03d}.csv").write_bytes(data)
    warehouse.load()
    wrong = "SELECT path, status FROM ops.file_accounts WHERE is_accounted_for = 0;"
    assert warehouse.run(wrong) == []
    silent = "SELECT path FROM ops.files WHERE status = N'refused' AND (reason IS NULL OR rule_name IS NULL);"
    assert warehouse.run(silent) == []
    (counted,) = warehouse.run("SELECT COUNT(*), SUM(IIF(status = N'registered', 1, 0)) FROM ops.files;")
    assert counted == (times(14, 200), 0)
