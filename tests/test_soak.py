"""Samples repeat themselves, soaking does not, and a printed seed repeats a run.

Shown on a project of its own, with this one's settings and plugin.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.conftest import ROOT

LONG_TEST = """
from hypothesis import given, settings, strategies as st
from tests.soak import chance, times

SEEN = []

@given(st.integers())
def test_generated(number):
    SEEN.append(number)

def test_counted():
    numbers = chance("numbers")
    drawn = [numbers.randrange(1000) for _ in range(times(3, 30))]
    print("drawn", drawn, "generated", len(SEEN), hash(tuple(SEEN)))
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "tests").mkdir()
    for name in ("pyproject.toml", "tests/soak.py"):
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "tests" / "conftest.py").write_text('pytest_plugins = ["tests.soak"]\n', encoding="utf-8")
    (tmp_path / "tests" / "test_long.py").write_text(LONG_TEST, encoding="utf-8")
    return tmp_path


def output(project: Path, *arguments: str) -> str:
    """What pytest prints, with the test's own output."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("WAREHOUSE_TEST_S", "PYTEST"))
    }
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-rP", *arguments],
        cwd=project,
        env={**kept, "PYTHONPATH": f"{project}:{ROOT / 'scripts'}"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def drawn(text: str) -> tuple[list[int], int, str]:
    """The numbers that the test drew, how many hypothesis generated, and a hash of those."""
    match = re.search(r"drawn \[(.+)\] generated (\d+) (-?\d+)", text)
    assert match is not None, text
    return [int(number) for number in match[1].split(", ")], int(match[2]), match[3]


def test_a_sample_is_small_and_always_the_same(project: Path) -> None:
    first, second = (output(project) for _ in range(2))
    assert first.startswith("tests: a sample of the long tests, seed 7")
    assert len(drawn(first)[0]) == 3
    assert drawn(first)[1] <= 100
    assert drawn(first) == drawn(second)


def test_soaking_takes_full_counts_and_prints_the_seed_that_repeats_it(project: Path) -> None:
    first = output(project, "--soak")
    seed = re.match(r"tests: the long tests in full, seed (\d+); repeat with --soak --seed \1\n", first)
    assert seed is not None, first
    assert len(drawn(first)[0]) == 30
    assert drawn(first)[1] > 1000
    again = output(project, "--soak", "--seed", seed[1])
    assert drawn(again) == drawn(first)
    assert drawn(output(project, "--soak"))[0] != drawn(first)[0]


def test_workers_draw_what_one_process_draws(project: Path) -> None:
    assert drawn(output(project, "--seed", "11", "-n", "2", "--dist", "loadfile")) == drawn(
        output(project, "--seed", "11")
    )
