"""What the terminal shows, in pytest's manner: a line of letters per file, failures in full, a summary.

After results; writes through a callable that takes a line.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import click

from tsqlt_runner.results import FileResult, Outcome, Result

Write = Callable[[str], None]

_WIDTH: Final = 100
_COLOURS: Final = {
    Outcome.PASSED: "green",
    Outcome.FAILED: "red",
    Outcome.ERROR: "red",
    Outcome.SKIPPED: "yellow",
}
_WORDS: Final = {
    Outcome.FAILED: "failed",
    Outcome.ERROR: "errors",
    Outcome.SKIPPED: "skipped",
    Outcome.PASSED: "passed",
}


class Reporter:
    """Reports files as they end; `total` is the number of tests to come."""

    def __init__(self, total: int, write: Write = click.echo, *, verbose: bool = False) -> None:
        self._total = total
        self._write = write
        self._verbose = verbose
        self._done = 0
        self.files: list[FileResult] = []

    def __call__(self, file: FileResult) -> None:
        """A file ended."""
        self.files.append(file)
        self._done += len(file.results)
        if file.problem:
            self._write(f"{file.path} {click.style('cannot be deployed', fg='red')}")
            return
        share = f"[{100 * self._done // max(self._total, 1):3d}%]"
        if self._verbose:
            for result in file.results:
                word = click.style(result.outcome.name, fg=_COLOURS[result.outcome])
                self._write(f"{result.test.identifier} {word} ({result.seconds:.2f} s)")
            return
        letters = "".join(click.style(one.outcome.value, fg=_COLOURS[one.outcome]) for one in file.results)
        gap = " " * max(1, _WIDTH - len(str(file.path)) - 1 - len(file.results) - len(share))
        self._write(f"{file.path} {letters}{gap}{share}")

    def summary(self, seconds: float) -> None:
        """Failures in full, then a line for each, then the counts."""
        results = [result for file in self.files for result in file.results]
        bad = [result for result in results if result.outcome.is_bad]
        if bad:
            self._write(_rule(" FAILURES "))
        for result in bad:
            self._write(failure_text(result, title=click.style))
        for file in self.files:
            if file.problem:
                self._write(_rule(f" {file.path} "))
                self._write(file.problem)
        if bad:
            self._write(_rule(" short test summary info "))
        for result in bad:
            first = (result.message.strip().splitlines() or [""])[0]
            self._write(f"{result.outcome.name} {result.test.identifier} - {first}"[: 2 * _WIDTH])
        self._write(_rule(f" {counts(results)} in {seconds:.2f}s ", bad=bool(bad)))


def counts(results: Sequence[Result]) -> str:
    """`1 failed, 2 passed`."""
    parts = [
        f"{number} {word}"
        for outcome, word in _WORDS.items()
        if (number := sum(result.outcome is outcome for result in results))
    ]
    return ", ".join(parts) or "no tests ran"


def failure_text(result: Result, title: Callable[..., str] = lambda text, **_: text) -> str:
    """A failure in full: what it said, what it printed, where it came from."""
    name = title(f"{'_' * 4} {result.test.name} {'_' * 4}", fg="red")
    lines = [name, "", *(f"E   {line}" for line in result.message.strip().splitlines()), ""]
    if result.printed:
        lines += ["Printed:", *(f"    {text}" for text in result.printed), ""]
    lines += [str(place) for place in result.stack]
    lines += [result.note] if result.note else []
    return "\n".join(lines) + "\n"


def _rule(text: str, *, bad: bool = False) -> str:
    line = text.center(_WIDTH, "=")
    return click.style(line, fg="red") if bad else line
