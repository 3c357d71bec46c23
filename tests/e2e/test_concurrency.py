"""Commands that run at the same time on one database."""

from __future__ import annotations

import pytest
from tests.e2e.cut import figures, write_cut
from tests.e2e.site import Site
from tests.soak import times

from warehouse.journey import csv_file


@pytest.mark.parametrize("_", range(times(1, 20)))
def test_two_runs_at_once_load_everything_exactly_once(site: Site, _: int) -> None:
    write_cut(site.landing, households=20)
    runs = [site.start("run") for _ in range(2)]
    ended = [(run.communicate(timeout=240), run.returncode) for run in runs]
    assert [code for _, code in ended] == [0, 0], ended
    assert site.figures() == figures(csv_file(site.landing, "transactions"))
    assert " 0 rows written" in site.done("run").splitlines()[-1]


def test_a_query_does_not_wait_for_a_load(site: Site) -> None:
    write_cut(site.landing, households=200)
    load = site.start("run")
    answers = 0
    while load.poll() is None:
        site.query("SELECT COUNT(*) AS n FROM gold.fact_order_lines")
        answers += 1
    load.communicate(timeout=60)
    assert load.returncode == 0
    assert answers > 3
