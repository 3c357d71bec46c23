"""`warehouse generate`: its last line, its errors, its exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest


def generated(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "warehouse", "generate", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_last_line_counts_and_a_second_time_nothing_is_written(tmp_path: Path) -> None:
    arguments = ("--days", "3", "--orders-per-day", "10", "--seed", "4", "--out", tmp_path / "out")
    first = generated(*arguments)
    totals = json.loads((tmp_path / "out/truth.json").read_text(encoding="utf-8"))["totals"]
    assert (first.returncode, first.stderr) == (0, "")
    assert first.stdout.startswith(f"shop: 3 days, {totals['files']} files, {totals['records']} records")
    assert generated(*arguments).stdout.startswith("shop: all of it is there already")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--out", "full"), "warehouse: full: not empty, and not a shop of the same arguments; name another"),
        (
            ("--out", "new", "--faults", "bad_date,nonsense"),
            "warehouse: --faults: there is no kind 'nonsense'",
        ),
        (
            ("--out", "new", "--start-date", "1999-12-31"),
            "warehouse: --start-date and --days must lie between",
        ),
        (("--out", "new", "--days", "99999999"), "warehouse: --start-date and --days must lie between"),
        (("--out", "/dev/null/new"), "warehouse: Not a directory: /dev/null/new"),
    ],
)
def test_what_cannot_be_written_is_one_line_and_exit_code_2(
    arguments: tuple[str, ...], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "full").mkdir()
    (tmp_path / "full/mine.txt").touch()
    ended = generated(*arguments)
    (line,) = ended.stderr.splitlines()
    assert (ended.returncode, ended.stdout) == (2, "")
    assert line.startswith(said)
    assert not (tmp_path / "new").exists()
