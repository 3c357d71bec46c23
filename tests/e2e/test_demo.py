"""The whole public data set, as `make demo` loads it."""

from __future__ import annotations

import re

import pytest
from tests.e2e.cut import figures_of_the_source
from tests.e2e.site import Site

LAST_LINE = (
    "gold (journey): 1,469,307 order lines, 155,848 orders, 2,469 customers, 68,509 products sold, "
    "sales 4,596,039.58"
)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_demo_ends_with_the_totals_of_the_source(bare_site: Site) -> None:
    output = bare_site.done("demo", seconds=600, COLUMNS="60")
    source = figures_of_the_source()
    assert output.splitlines()[-1] == LAST_LINE
    assert (
        f"gold (journey): {source.order_lines:,} order lines, {source.orders:,} orders, "
        f"{source.customers:,} customers, {source.products:,} products sold, sales {source.sales:,.2f}"
    ) == LAST_LINE
    second = bare_site.done("run").splitlines()[-1]
    assert "up to date, 0 rows written, 0 rejected, 0 files refused" in second
    assert not re.search(r"failed|skipped", second)
