"""The generated shop against docs/truth.md: the same bytes again, and a truth that the files bear out."""

from __future__ import annotations

import hashlib
import json
import tracemalloc
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from tests import soak
from tests.bench.shop import generate as measured
from tests.conftest import ROOT
from tests.shopgen.recount import BRONZE, differences

from shopgen.errors import ShopError
from shopgen.kinds import KINDS, parse_kinds
from shopgen.run import generate
from shopgen.truth import Arguments

SCHEMA = json.loads((ROOT / "docs/truth.schema.json").read_text(encoding="utf-8"))


def shop(
    folder: Path,
    *,
    days: int = 30,
    orders: int = 100,
    seed: int = 7,
    faults: str = "all",
    start: str = "2025-01-01",
) -> dict[str, Any]:
    arguments = Arguments(days, orders, seed, date.fromisoformat(start), parse_kinds(faults))
    assert generate(arguments, folder) is not None
    document: dict[str, Any] = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    return document


def digest(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Thirty days of a hundred orders with every fault."""
    folder = tmp_path_factory.mktemp("month")
    shop(folder)
    return folder


@pytest.fixture(scope="module")
def truth(month: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((month / "truth.json").read_text(encoding="utf-8"))
    return document


def test_the_same_arguments_give_the_same_bytes(month: Path, tmp_path: Path) -> None:
    shop(tmp_path)
    assert digest(tmp_path) == digest(month)


def test_another_seed_gives_another_shop(month: Path, tmp_path: Path) -> None:
    shop(tmp_path, seed=8)
    assert not set(digest(tmp_path).values()) & set(digest(month).values()) - {hashlib.sha256().hexdigest()}


def test_the_truth_fits_its_schema(truth: dict[str, Any]) -> None:
    Draft202012Validator.check_schema(SCHEMA)
    Draft202012Validator(SCHEMA, format_checker=FormatChecker()).validate(truth)


def test_every_kind_of_fault_appears_in_thirty_days_of_a_hundred_orders(
    truth: dict[str, Any], tmp_path: Path
) -> None:
    assert set(truth["faults"]) == set(KINDS)
    for seed in range(3 if not soak.is_soak() else 100):
        assert set(shop(tmp_path / str(seed), seed=seed)["faults"]) == set(KINDS)


def test_every_reason_of_the_specification_appears(truth: dict[str, Any]) -> None:
    text = (ROOT / "docs/truth.md").read_text(encoding="utf-8")
    reasons = Counter[str]()
    for entity in truth["entities"].values():
        reasons.update(entity["quarantined"])
        reasons.update(entity["refused"])
    kinds = {reason.split(":")[0] for reason in reasons}
    assert [kind for kind in kinds if f"`{kind}" not in text] == []
    assert kinds >= {
        *("open_quote", "stray_quote", "wrong_field_count", "field_too_long", "bad_encoding"),
        *("not_null", "not_a_number", "not_a_date", "not_a_flag", "not_an_email", "not_a_phone"),
        *("unknown_currency", "unknown_country", "unknown_value", "out_of_range", "dates_out_of_order"),
        *("discount_exceeds_amount", "unknown_key", "order_total_mismatch", "payment_exceeds_total"),
        *("return_exceeds_sold", "currency_mismatch", "before_order", "missing_column"),
    }
    assert "no_header" in {file.get("refused_because") for file in truth["files"]}


def test_the_kinds_are_those_of_the_specification() -> None:
    section = (ROOT / "docs/truth.md").read_text(encoding="utf-8").split("## 6. Faults")[1]
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    assert {name.strip(" `") for row in rows for name in row.split(",")} == set(KINDS)


def test_records_are_accounted_for_in_every_file_and_entity(truth: dict[str, Any]) -> None:
    for counts in (*truth["files"], *truth["entities"].values()):
        assert counts["records"] == counts["blank"] + sum(counts["refused"].values()) + counts["bronze"]
        quarantined = sum(counts["quarantined"].values())
        assert counts["bronze"] == quarantined + sum(counts[name] for name in BRONZE)


def test_the_sums_over_files_are_those_of_their_entity(truth: dict[str, Any]) -> None:
    for name, entity in truth["entities"].items():
        files = [file for file in truth["files"] if file["entity"] == name]
        assert len(files) == entity["files"]
        for count in ("records", "blank", "bronze", *BRONZE):
            assert sum(file[count] for file in files) == entity[count], (name, count)
        for reasons in ("refused", "quarantined"):
            total = Counter[str]()
            for file in files:
                total.update(file[reasons])
            assert total == Counter(entity[reasons]), (name, reasons)


def test_without_faults_files_are_plain_and_every_record_is_a_version(tmp_path: Path) -> None:
    document = shop(tmp_path, days=20, faults="none")
    assert document["faults"] == {}
    plain = {"encoding": "utf-8", "delimiter": ",", "line_ends": "lf", "compression": "none", "drift": []}
    for file in document["files"]:
        assert file["status"] == "loaded"
        assert {name: file[name] for name in plain} == plain
        assert file["records"] == file["current"] + file["superseded"]
    assert differences(tmp_path) == []


def test_the_files_bear_the_truth_out(month: Path) -> None:
    assert differences(month) == []


@pytest.mark.parametrize("number", range(3 if not soak.is_soak() else 60))
def test_the_files_bear_the_truth_out_for_other_seeds_lengths_and_sizes(number: int, tmp_path: Path) -> None:
    seed = soak.seed() * 1000 + number
    shop(tmp_path, days=1 + seed % 35, orders=1 + seed % 90, seed=seed, start="2024-02-20")
    assert differences(tmp_path) == []


@pytest.mark.parametrize("kind", KINDS)
def test_the_files_bear_the_truth_out_with_one_kind_of_fault(kind: str, tmp_path: Path) -> None:
    document = shop(tmp_path, days=16, orders=60, faults=kind)
    assert set(document["faults"]) == {kind}
    assert differences(tmp_path) == []


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("entities", "orders", "current"), 1),
        (("dates", "2025-01-09", "revenue"), "1.0000"),
        (("scd2", "customers", "by_versions"), {"1": 1}),
        (("inventory_end", "EAST", "on_hand"), 1),
        (("files", 20, "bronze"), 1),
        (("files", 20, "sha256"), "0" * 64),
    ],
)
def test_the_recount_finds_a_truth_that_is_none(
    place: tuple[str | int, ...], value: object, month: Path, tmp_path: Path
) -> None:
    document: Any = json.loads((month / "truth.json").read_text(encoding="utf-8"))
    *way, last = place
    inner = document
    for step in way:
        inner = inner[step]
    inner[last] = value
    for name in ("shop", "truth"):
        (tmp_path / name).symlink_to(month / name)
    (tmp_path / "truth.json").write_text(json.dumps(document), encoding="utf-8")
    assert differences(tmp_path)


def test_a_folder_that_holds_the_shop_is_left_alone(tmp_path: Path) -> None:
    shop(tmp_path, days=2, orders=5)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    assert generate(Arguments(2, 5, 7, date(2025, 1, 1), KINDS), tmp_path) is None
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_a_folder_whose_shop_is_damaged_or_unfinished_is_written_anew(tmp_path: Path) -> None:
    document = shop(tmp_path, days=2, orders=5)
    whole = digest(tmp_path)
    (tmp_path / document["files"][0]["path"]).write_bytes(b"damaged")
    shop(tmp_path, days=2, orders=5)
    assert digest(tmp_path) == whole
    (tmp_path / "truth.json").rename(tmp_path / ".shop.json")  # as a killed run leaves it
    shop(tmp_path, days=2, orders=5)
    assert digest(tmp_path) == whole


def test_a_folder_of_something_else_is_refused_and_not_touched(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(ShopError, match="not empty, and not a shop of the same arguments"):
        shop(tmp_path, days=1, orders=1)
    assert digest(tmp_path) == {"mine.txt": hashlib.sha256(b"mine").hexdigest()}


def test_a_kind_of_fault_that_does_not_exist_is_named() -> None:
    with pytest.raises(ShopError, match="there is no kind 'bad_nmber'"):
        parse_kinds("bad_date,bad_nmber")


@pytest.mark.slow
def test_memory_does_not_grow_with_the_number_of_days(tmp_path: Path) -> None:
    peaks: dict[int, int] = {}

    def note(done: int) -> None:
        if done in (100, 200):
            peaks[done] = tracemalloc.get_traced_memory()[1]
            tracemalloc.reset_peak()

    tracemalloc.start()
    try:
        arguments = Arguments(200, 12, 7, date(2025, 1, 1), KINDS)
        generate(arguments, tmp_path, note)
    finally:
        tracemalloc.stop()
    assert peaks[200] < 1.15 * peaks[100]


@pytest.mark.slow
def test_memory_does_not_grow_with_the_number_of_orders(tmp_path: Path) -> None:
    _, few, _ = measured(tmp_path / "few", days=2, orders=1500)
    _, many, _ = measured(tmp_path / "many", days=2, orders=12_000)
    assert many < 1.5 * few
