"""What a command and the server beside it cost: processor seconds and memory, as Linux counts them."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.e2e.site import Site

_TICKS: Final = os.sysconf("SC_CLK_TCK")
_LOOK: Final = 0.2
"""Seconds between two looks at the memory in use."""


@dataclass
class Spent:
    """`seconds` on the clock; `processor` seconds and the most bytes of `memory` of client and server."""

    seconds: float = 0.0
    processor: float = 0.0
    memory: int = 0


def server_pid(site: Site) -> int:
    """The process of the site's embedded engine; 0 where none runs that can be seen."""
    address = site.home / "tsqld.json"
    with suppress(OSError, ValueError, KeyError):
        return int(json.loads(address.read_text(encoding="utf-8"))["pid"])
    return 0


def command(site: Site, *arguments: str) -> Spent:
    """Run `warehouse …` to its end beside the site's running server; what both spent."""
    pid = server_pid(site)
    with measured(pid) as spent:
        child = subprocess.Popen(
            [sys.executable, "-m", "warehouse", *arguments],
            env=site.environment,
            cwd=site.home.parent,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        with watched((pid, child.pid), spent):
            output, _ = child.communicate()
    assert child.returncode == 0, output
    return spent


@contextmanager
def measured(pid: int) -> Iterator[Spent]:
    """Seconds, and processor seconds of the children that end meanwhile and of the process `pid`."""
    spent = Spent()
    started, children, server = time.perf_counter(), _children(), processor_seconds(pid)
    yield spent
    spent.seconds = time.perf_counter() - started
    spent.processor = _children() - children + processor_seconds(pid) - server


@contextmanager
def watched(pids: tuple[int, ...], spent: Spent) -> Iterator[None]:
    """Keep the most memory that the processes held together."""
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(_LOOK):
            spent.memory = max(spent.memory, sum(map(resident, pids)))

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def processor_seconds(pid: int) -> float:
    """User and system time of a process so far; 0 where it cannot be seen."""
    with suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS
    return 0.0


def resident(pid: int) -> int:
    """Bytes of memory that a process holds; 0 where it cannot be seen."""
    with suppress(OSError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return 0


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
