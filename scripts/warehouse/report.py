"""Shows a run on the terminal: bars while it goes on, a table and one line of figures at its end.

Beside run. Bars and notes go to stderr, results to stdout; a last line is never wrapped, since scripts read
it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from types import TracebackType
from typing import Final

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table
from rich.text import Text

from warehouse.plan import Plan, Step
from warehouse.run import Observer, RunResult, StepResult

_STYLES: Final = {
    "done": "green",
    "up to date": "dim",
    "refused": "yellow",
    "skipped": "yellow",
    "failed": "bold red",
}
_GRAVITY: Final = ("up to date", "done", "refused", "skipped", "failed")
_FILES_SHOWN: Final = 5
"""More files of a table than these are shown as one row."""
_BAR_CELLS: Final = 24
_EIGHTHS: Final = " ▏▎▍▌▋▊▉"


class ProgressBars(Observer):
    """A bar per layer, counting its steps, with the names of those that run."""

    def __init__(self, plan: Plan, console: Console) -> None:
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description:<7}"),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[running]}", style="dim"),
            console=console,
            transient=True,
        )
        self._layers: dict[str, TaskID] = {}
        self._running: dict[str, list[str]] = {}
        for step in plan.steps:
            if step.layer not in self._layers:
                total = sum(other.layer == step.layer for other in plan.steps)
                self._running[step.layer] = []
                self._layers[step.layer] = self._progress.add_task(
                    step.layer, total=total, start=False, running=""
                )

    def __enter__(self) -> ProgressBars:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def started(self, step: Step) -> None:
        self._progress.start_task(self._layers[step.layer])
        self._running[step.layer].append(step.title)
        self._show(step.layer)

    def ended(self, result: StepResult) -> None:
        layer = result.step.layer
        if result.step.title in self._running[layer]:
            self._running[layer].remove(result.step.title)
        self._progress.advance(self._layers[layer])
        self._show(layer)

    def _show(self, layer: str) -> None:
        self._progress.update(self._layers[layer], running=", ".join(self._running[layer]))


def step_table(steps: Sequence[StepResult], order: Sequence[Step]) -> Table:
    """Rows and seconds of every step that found something to do, in the order of the plan."""
    table = Table(box=SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0))
    table.add_column("step", overflow="fold")
    table.add_column("status", no_wrap=True)
    for name in ("read", "written", "rejected", "seconds"):
        table.add_column(name, justify="right", no_wrap=True)
    tables = Counter(step.outlets for step in order if step.layer == "bronze")
    by_id = {result.step.id: result for result in steps if result.status != "up to date"}
    shown: set[tuple[str, ...]] = set()
    for step in order:
        result = by_id.get(step.id)
        if result is None:
            continue
        files = tables[step.outlets] if step.layer == "bronze" else 0
        if files <= _FILES_SHOWN:
            table.add_row(*_step_cells(", ".join(step.outlets) if files == 1 else step.title, result))
        elif step.outlets not in shown:
            shown.add(step.outlets)
            together = [
                by_id[other.id] for other in order if other.outlets == step.outlets and other.id in by_id
            ]
            table.add_row(*_step_cells(f"{', '.join(step.outlets)} from {files:,} files", _summed(together)))
    return table


def _summed(results: Sequence[StepResult]) -> StepResult:
    """Many files of a table as one row: the worst status, the rest added up."""
    worst = max(results, key=lambda result: _GRAVITY.index(result.status))
    return StepResult(
        worst.step,
        worst.status,
        sum(result.rows_read for result in results),
        sum(result.rows_written for result in results),
        sum(result.rows_rejected for result in results),
        sum(result.milliseconds for result in results),
    )


def _step_cells(name: str, result: StepResult) -> list[Text]:
    ran = result.status in ("done", "up to date", "refused")
    counts = (result.rows_read, result.rows_written, result.rows_rejected)
    return [
        Text(name),
        Text(result.status, style=_STYLES.get(result.status, "")),
        *(Text(f"{count:,}" if ran else "") for count in counts),
        Text(f"{result.milliseconds / 1000:.2f}" if result.status != "skipped" else ""),
    ]


def troubles(result: RunResult) -> list[str]:
    """One line for each step that failed or was refused, with what to do, and one for those skipped."""
    lines = [_failure_line(step) for step in result.failed]
    lines += [
        f"{step.step.title}: refused: {step.message}" for step in result.steps if step.status == "refused"
    ]
    skipped = [step.step.title for step in result.steps if step.status == "skipped"]
    return [*lines, f"skipped, since they need what failed: {', '.join(skipped)}"] if skipped else lines


def _failure_line(result: StepResult) -> str:
    remedy = "correct the cause and run again: what is done stays done"
    return f"{result.step.title}: failed: {result.message.rstrip('.')}; {remedy}"


def summary(result: RunResult) -> str:
    """The last line of a run: steps, rows written and rejected, files refused, seconds."""
    parts = [_counted(len(result.steps), "step")]
    parts += [
        f"{result.count(status):,} {status}"
        for status in ("failed", "skipped", "up to date")
        if result.count(status)
    ]
    written = sum(step.rows_written for step in result.steps)
    rejected = sum(step.rows_rejected for step in result.steps)
    parts.append(f"{_counted(written, 'row')} written")
    parts.append(f"{rejected:,} rejected")
    parts.append(f"{_counted(result.count('refused'), 'file')} refused")
    return f"run {result.run_id}: {', '.join(parts)}, {result.seconds:.1f} s"


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def bar_table(title: str, label: str, measure: str, rows: Sequence[tuple[str, Decimal]]) -> Table:
    """Label, amount and a bar as long as its share of the largest amount."""
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, show_edge=False)
    table.add_column(label)
    table.add_column(measure, justify="right")
    table.add_column("", no_wrap=True)
    largest = max((amount for _, amount in rows), default=Decimal(0))
    for name, amount in rows:
        table.add_row(Text(name), Text(f"{amount:,.2f}"), Text(bar(amount, largest), style="cyan"))
    return table


def bar(amount: Decimal, largest: Decimal) -> str:
    """A bar of up to 24 characters in steps of an eighth; empty for nothing, less or an unknown largest."""
    if largest <= 0 or amount <= 0:
        return ""
    whole, eighths = divmod(round(amount / largest * _BAR_CELLS * 8), 8)
    return "█" * whole + (_EIGHTHS[eighths] if eighths else "")
