"""Which file a path means."""

from __future__ import annotations

from pathlib import Path

import pytest

from tsqld.bulk.paths import local


@pytest.fixture
def file(tmp_path: Path) -> Path:
    found = tmp_path / "Data Sets" / "Customers.csv"
    found.parent.mkdir()
    found.write_text("a\n")
    return found


def windows(file: Path) -> str:
    return "C:" + str(file).replace("/", "\\")


def test_a_windows_path_is_the_same_folders_below_the_root(file: Path) -> None:
    assert local(windows(file)) == str(file)
    assert local(windows(file).replace("\\", "/").replace("C:", "d:")) == str(file)


def test_letters_may_differ_in_case_on_a_windows_path(file: Path) -> None:
    assert local(windows(file).replace("Data Sets", "data sets").replace(".csv", ".CSV")) == str(file)


def test_two_names_alike_are_nobody(file: Path) -> None:
    (file.parent / "CUSTOMERS.csv").write_text("b\n")
    assert local(windows(file)) == str(file)
    unclear = windows(file).replace("Customers", "customers")
    assert local(unclear) == unclear


def test_a_path_without_a_file_stays_as_it_is_written(file: Path) -> None:
    missing = windows(file).replace("Customers", "Products")
    assert local(missing) == missing


def test_a_linux_path_keeps_its_case(file: Path) -> None:
    other = str(file).replace("Customers", "customers")
    assert local(other) == other
