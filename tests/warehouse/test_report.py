"""Bars, tables and last lines."""

from __future__ import annotations

import io
from decimal import Decimal

import pytest
from rich.console import Console

from warehouse.demo import with_rest
from warehouse.errors import Diagnostic, SqlFailed, Unreachable
from warehouse.plan import Step
from warehouse.report import bar, bar_table, step_table, summary, troubles
from warehouse.run import RunResult, StepResult, is_transient


def step(name: str) -> Step:
    return Step(name, name.split(".")[0], name.split(".")[1], name, "SELECT 1;", (), (), (), (name,))


def shown(table: object) -> str:
    console = Console(file=io.StringIO(), width=100, highlight=False)
    console.print(table)
    output = console.file
    assert isinstance(output, io.StringIO)
    return output.getvalue()


RESULT = RunResult(
    7,
    (
        StepResult(step("bronze.a"), "done", 10, 9, 1, 1500),
        StepResult(
            step("bronze.b"), "refused", message="its header lacks week; deliver it as b.yml describes"
        ),
        StepResult(
            step("silver.a"), "failed", message="error 8134: Divide by zero error encountered.", number=8134
        ),
        StepResult(step("gold.a"), "skipped", message="silver.a did not succeed"),
        StepResult(step("gold.b"), "up to date"),
    ),
    2.345,
)


def test_the_last_line_counts_steps_rows_and_files() -> None:
    assert summary(RESULT) == (
        "run 7: 5 steps, 1 failed, 1 skipped, 1 up to date, 9 rows written, 1 rejected, 1 file refused, 2.3 s"
    )


def test_troubles_name_step_cause_and_remedy() -> None:
    assert troubles(RESULT) == [
        "silver.a: failed: error 8134: Divide by zero error encountered; correct the cause and run again: "
        "what is done stays done",
        "bronze.b: refused: its header lacks week; deliver it as b.yml describes",
        "skipped, since they need what failed: gold.a",
    ]


def test_the_table_shows_steps_that_had_something_to_do_in_the_order_of_the_plan() -> None:
    order = [step(name) for name in ("gold.a", "gold.b", "bronze.a")]
    lines = [line.split() for line in shown(step_table(RESULT.steps, order)).splitlines()]
    assert lines[-2] == "gold.a skipped".split()
    assert lines[-1] == "bronze.a done 10 9 1 1.50".split()


@pytest.mark.parametrize(
    ("amount", "largest", "expected"),
    [
        ("0", "0", ""),
        ("5", "0", ""),
        ("-1", "5", ""),
        ("8", "8", "█" * 24),
        ("4", "8", "█" * 12),
        ("1", "192", "▏"),
    ],
)
def test_a_bar_is_as_long_as_its_share_of_the_largest(amount: str, largest: str, expected: str) -> None:
    assert bar(Decimal(amount), Decimal(largest)) == expected


def test_a_table_of_bars_shows_amounts_with_two_decimals() -> None:
    text = shown(bar_table("t", "month", "sales", [("2017-01", Decimal("1234.5")), ("2017-02", Decimal(0))]))
    assert "1,234.50" in text
    assert "█" * 24 in text


def test_what_is_not_shown_is_summed_up() -> None:
    rows = [("a", Decimal(3)), ("b", Decimal(2)), ("c", Decimal(1))]
    assert with_rest(rows, 1) == [("a", Decimal(3)), ("2 others", Decimal(3))]
    assert with_rest(rows, 3) == rows


def failure(number: int, sqlstate: str = "42000") -> SqlFailed:
    return SqlFailed((Diagnostic(number, 16, 1, 1, "", "text", sqlstate),))


def test_deadlocks_time_outs_and_lost_connections_are_tried_again_and_nothing_else() -> None:
    assert is_transient(failure(1205, "40001"))
    assert is_transient(failure(1222))
    assert is_transient(failure(0, "08S01"))
    assert not is_transient(failure(8134))
    lost = Unreachable("gone")
    lost.__cause__ = failure(0, "08001")
    assert is_transient(lost)
    assert not is_transient(Unreachable("login failed"))
