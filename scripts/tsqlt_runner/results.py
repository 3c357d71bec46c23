"""What became of a test. Pure; read by the reports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from tsqlt_runner.sources import SqlTest


class Outcome(Enum):
    """The value is the letter that stands for it on a line of progress."""

    PASSED = "."
    FAILED = "F"
    ERROR = "E"
    SKIPPED = "s"

    @property
    def is_bad(self) -> bool:
        """Whether the run is not a success for it."""
        return self in (Outcome.FAILED, Outcome.ERROR)


OUTCOMES = {
    "Success": Outcome.PASSED,
    "Failure": Outcome.FAILED,
    "Error": Outcome.ERROR,
    "Skipped": Outcome.SKIPPED,
}


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file, or of a module whose file is not known; `what` is the module's name."""

    what: str
    line: int
    path: Path | None = None

    def __str__(self) -> str:
        return f"{self.path}:{self.line} in {self.what}" if self.path else f"{self.what}, line {self.line}"


@dataclass(frozen=True, slots=True)
class Result:
    """A test's outcome. `stack` is where it failed, the test first; `note` what kept that from being known
    better; `printed` what it printed."""

    test: SqlTest
    outcome: Outcome
    message: str
    seconds: float
    stack: tuple[Place, ...] = ()
    note: str = ""
    printed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FileResult:
    """The results of a file's tests; `problem` is what kept the file from being deployed."""

    path: Path
    results: tuple[Result, ...]
    problem: str = ""


def exit_code(files: Sequence[FileResult]) -> int:
    """0 all passed, 1 a test failed, 2 a file could not be deployed, 5 no test found."""
    results = [result for file in files for result in file.results]
    if any(file.problem for file in files):
        return 2
    if any(result.outcome.is_bad for result in results):
        return 1
    return 0 if results else 5
