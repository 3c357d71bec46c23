"""Prints rows per second of six columns through each client: `python -m tests.wire.throughput [ROWS]`.

The stand-in engine repeats one chunk of rows, so what is measured is the wire: encoding, TLS, packets, and
the client itself. CPU times tell the server's share when other work disturbs the clock.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.wire.conftest import CLIENTS, StandIn, running_stand_in


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _measure(server: StandIn, connect: Callable[[StandIn], Any], rows: int) -> tuple[float, float, float]:
    """Seconds by the clock, of the server's CPU and of the client's."""
    connection = connect(server)
    cursor = connection.cursor()
    clock, own, theirs = time.perf_counter(), time.process_time(), _cpu_seconds(server.pid)
    cursor.execute(f"rows {rows}")
    seen = 0
    while chunk := cursor.fetchmany(5000):
        seen += len(chunk)
    assert seen == rows
    taken = time.perf_counter() - clock, _cpu_seconds(server.pid) - theirs, time.process_time() - own
    connection.close()
    return taken


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 500_000
    print(f"{'client':<18}{'rows/s':>10}{'server µs/row':>15}{'client µs/row':>15}{'server MiB':>12}")
    with tempfile.TemporaryDirectory() as folder, running_stand_in(Path(folder)) as server:
        for name in ("microsoft", "microsoft-plain", "freetds", "pymssql", "mssql-python"):
            clock, theirs, own = _measure(server, CLIENTS[name], rows)
            figures = f"{theirs / rows * 1e6:>15.2f}{own / rows * 1e6:>15.2f}{server.memory() / 1024:>12.0f}"
            print(f"{name:<18}{rows / clock:>10,.0f}{figures}", flush=True)


if __name__ == "__main__":
    main()
