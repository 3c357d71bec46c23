"""`tsqld serve` as a process of its own, for tests that break it, and connections to it."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyodbc

from warehouse.connection import driver_library

ROOT: Final = Path(__file__).resolve().parents[2]
PASSWORD: Final = "Str0ng!Password"
ENVIRONMENT: Final = {
    **os.environ,
    "PYTHONPATH": str(ROOT / "scripts"),
    "TSQLD_SA_PASSWORD": PASSWORD,
}
pyodbc.pooling = False


@dataclass(frozen=True)
class Served:
    """A server process: where it listens, what it holds, what it logged."""

    process: subprocess.Popen[str]
    port: int
    log: Path

    def connect(self, **more: str) -> pyodbc.Connection:
        """A connection of Microsoft's driver that commits each statement by itself."""
        return connect(self.port, **more)

    def odbc(self) -> str:
        """Its ODBC connection string."""
        return connection_string(self.port)

    def memory(self) -> int:
        """Resident KiB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return int(status.split("VmRSS:")[1].split()[0])

    def highest_memory(self) -> int:
        """The most resident KiB since it was asked last."""
        process = Path(f"/proc/{self.process.pid}")
        highest = int((process / "status").read_text(encoding="ascii").split("VmHWM:")[1].split()[0])
        (process / "clear_refs").write_text("5", encoding="ascii")
        return highest

    def processor_seconds(self) -> float:
        """What it has computed for so far: unlike the clock, the same on a busy machine."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def threads(self) -> int:
        return len(list(Path(f"/proc/{self.process.pid}/task").iterdir()))

    def files(self) -> int:
        """Open file descriptors."""
        return len(list(Path(f"/proc/{self.process.pid}/fd").iterdir()))

    def sessions(self) -> int:
        """Sessions besides those that ask here, the last of which may still be on its way out."""
        connection = self.connect(APP="watching")
        query = "SELECT COUNT(*) FROM sys.dm_exec_sessions WHERE ISNULL(program_name, '') <> 'watching'"
        count = connection.execute(query).fetchval()
        connection.close()
        return int(count)

    def faults(self) -> str:
        """What the log tells of defects of the server's own."""
        text = self.log.read_text(encoding="utf-8")
        return text if "Traceback" in text or "inside" in text else ""

    def kill(self) -> None:
        """As a power cut would."""
        self.process.kill()
        self.process.wait()


def connect(port: int, **more: str) -> pyodbc.Connection:
    return pyodbc.connect(connection_string(port, **more), autocommit=True)


def connection_string(port: int, **more: str) -> str:
    words = {
        "Driver": driver_library(),
        "Server": f"127.0.0.1,{port}",
        "UID": "sa",
        "PWD": f"{{{PASSWORD}}}",
        "Encrypt": "yes",
        "TrustServerCertificate": "yes",
        **more,
    }
    return ";".join(f"{k}={v}" for k, v in words.items())


@contextmanager
def serving(data: Path, *more: str, largest_file: int = 0) -> Iterator[Served]:
    """A server over a directory, killed at the end. Its log lies beside the directory."""
    served = start(data, *more, largest_file=largest_file)
    try:
        yield served
    finally:
        served.kill()
        assert served.process.stdout is not None
        served.process.stdout.close()


def start(data: Path, *more: str, largest_file: int = 0) -> Served:
    """Start a server and wait until it is ready. With `largest_file` no file may have more bytes, as on a
    full disk. Raises RuntimeError with its errors when it ends instead."""

    def limit() -> None:
        if largest_file:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))

    log = data.with_name(f"{data.name}.log")
    with log.open("ab") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "tsqld", "serve", "--port", "0", "--data", str(data), *more],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env=ENVIRONMENT,
            preexec_fn=limit if largest_file else None,
        )
    assert process.stdout is not None
    for line in process.stdout:
        if " ready on " in line:
            return Served(process, int(line.rpartition(":")[2]), log)
    process.wait()
    raise RuntimeError(f"exit code {process.returncode}: {log.read_text(encoding='utf-8')}")


def eventually(holds: Callable[[], Any], seconds: float = 5.0) -> bool:
    """Whether something becomes true within a time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.02)
    return bool(holds())
