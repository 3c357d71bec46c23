"""A survey of hundreds of columns goes all the way to silver, and takes no more than a laptop has."""

from __future__ import annotations

import csv
import json
import os
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from tests.e2e.site import Site, migrated_site, remove_site
from tests.warehouse.test_source_add import copied_project

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
COLUMNS, RECORDS = 281, 300
SECONDS, MEBIBYTES = 90, 2048
"""Some three times the seconds of computing that it took when this was written, and twice the memory."""
_VALUES: dict[str, Callable[[random.Random], str]] = {
    "Q{}": lambda chance: str(chance.randint(0, 5000)),
    "Q{} Do you agree?": lambda chance: chance.choice(("Yes", "No", "")),
    "Q{} Other (please specify)": lambda chance: "x" if chance.random() < 0.01 else "",
    "Other": lambda chance: chance.choice(("", "", 'She said\n"no", twice')),
    "Q{} When?": lambda chance: f"{chance.randint(1, 28):02}/{chance.randint(1, 12):02}/2024",
    "Q{} Text": lambda chance: chance.choice(("Agree", "Neutral", "Disagree")),
    "Q{} Amount": lambda chance: f"{chance.random() * 1000:.2f}",
}


def survey(file: Path) -> list[list[str]]:
    """Write it: single questions of each kind, and matrices of 24; its records."""
    chance = random.Random(1)
    names, values = ["ResponseId"], [_VALUES["Q{}"]]
    for question in range(1, COLUMNS):
        for name, value in _VALUES.items():
            names.append(name.format(question))
            values.append(value)
        for item in range(1, 25):
            names.append(f"Q{question}_{item}")
            values.append(lambda chance: str(chance.randint(1, 5)) if chance.random() > 0.2 else "")
    records = [
        [f"R_{number:06}", *(value(chance) for value in values[1:COLUMNS])] for number in range(RECORDS)
    ]
    with file.open("w", newline="", encoding="utf-8") as out:
        csv.writer(out).writerows([names[:COLUMNS], *records])
    return records


class Process:
    """What the embedded engine's process has computed and held."""

    def __init__(self, site: Site) -> None:
        pid = json.loads((site.home / "tsqld.json").read_text(encoding="utf-8"))["pid"]
        self._folder = Path(f"/proc/{pid}")

    @property
    def seconds(self) -> float:
        fields = (self._folder / "stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def mebibytes(self) -> int:
        """The most at any time."""
        status = (self._folder / "status").read_text(encoding="ascii")
        return int(status.split("VmHWM:")[1].split()[0]) // 1024


def test_a_survey_of_281_columns_reaches_silver_at_a_bearable_price(tmp_path: Path, template: Path) -> None:
    records = survey(tmp_path / "survey.csv")
    project = copied_project(tmp_path / "project")
    site = migrated_site(tmp_path, template)
    site = replace(site, environment={**site.environment, "WAREHOUSE_PROJECT": str(project)})
    site.done("source", "add", str(tmp_path / "survey.csv"), "--source", "w", "--entity", "survey")
    with site.server():
        site.done("migrate", seconds=600)
        process = None if site.dsn else Process(site)
        before = process.seconds if process else 0
        site.done("run", seconds=800)
        if process:
            assert process.seconds - before < SECONDS
            assert process.mebibytes < MEBIBYTES
        (found,) = site.query(
            "SELECT COUNT(*) AS n, SUM(q1) AS a, SUM(q1_24) AS b, SUM(q3_amount) AS c, MAX(other) AS d, "
            "SUM(CASE q2_do_you_agree WHEN 1 THEN 1 ELSE 0 END) AS e FROM silver.w_survey"
        )
        assert found["n"] == RECORDS
        assert found["a"] == sum(int(record[1]) for record in records)
        assert found["b"] == sum(int(record[31] or 0) for record in records)
        assert found["d"] == 'She said\n"no", twice'
        assert found["e"] == sum(record[33] == "Yes" for record in records)
        assert f"{found['c']:.2f}" == f"{sum(float(record[69]) for record in records):.2f}"
        assert "accounted for" in site.done("reconcile")
        assert "up to date" in site.done("run")
    remove_site(site)
