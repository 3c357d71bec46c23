"""What is left of a run that was killed: nothing that the next run does not put right."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from tests.e2e.cut import figures, write_cut
from tests.e2e.site import TEST_DSN, Site
from tests.soak import chance, is_soak, times

from warehouse.embedded import running
from warehouse.journey import csv_file

HOUSEHOLDS = 60


def serves(idle_site: Site) -> list[int]:
    """The engine processes over this idle_site's data folder."""
    data = str(idle_site.home / "data").encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if data in (folder / "cmdline").read_bytes().split(b"\0"):
                found.append(int(folder.name))
        except OSError:
            continue  # it ended while we looked
    return found


def no_engine_is_left(idle_site: Site) -> bool:
    deadline = time.monotonic() + 30
    while serves(idle_site) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not serves(idle_site)


@pytest.mark.timeout(3600 if is_soak() else 300)
def test_a_run_killed_at_any_moment_is_completed_by_the_next(idle_site: Site) -> None:
    write_cut(idle_site.landing, households=HOUSEHOLDS)
    moments = chance("moments of a kill")
    for _ in range(times(5, 100)):
        victim = idle_site.start("run")
        time.sleep(moments.uniform(1.0, 4.0))
        victim.kill()
        victim.communicate(timeout=60)
        assert TEST_DSN or no_engine_is_left(idle_site)
    idle_site.done("run")
    assert idle_site.figures() == figures(csv_file(idle_site.landing, "transactions"))
    assert " 0 rows written" in idle_site.done("run").splitlines()[-1]
    assert idle_site.query("SELECT status FROM ops.runs WHERE status = N'running'") == []


def start_and_wait_for(site: Site, step: str) -> subprocess.Popen[str]:
    """A run in which a step that begins with `step` is at work."""
    victim = site.start("run")
    deadline = time.monotonic() + 120
    statement = f"SELECT status FROM ops.run_steps WHERE step LIKE N'{step}%' AND status = N'running'"
    while time.monotonic() < deadline and victim.poll() is None:
        if (TEST_DSN or running(site.home)) and site.query(statement):
            return victim
        time.sleep(0.01)
    victim.kill()
    pytest.fail(f"{step or 'a step'} was never seen at work: {victim.communicate(timeout=60)}")


def test_a_run_killed_in_the_silver_load_is_completed_by_the_next(idle_site: Site) -> None:
    write_cut(idle_site.landing, households=400)
    victim = start_and_wait_for(idle_site, "silver.order_lines")
    os.kill(victim.pid, signal.SIGKILL)
    victim.communicate(timeout=60)
    assert TEST_DSN or no_engine_is_left(idle_site)
    idle_site.done("run")
    assert idle_site.figures() == figures(csv_file(idle_site.landing, "transactions"))


def test_an_interrupted_run_ends_in_one_line_and_the_next_completes_it(idle_site: Site) -> None:
    write_cut(idle_site.landing, households=400)
    victim = start_and_wait_for(idle_site, "")
    os.kill(victim.pid, signal.SIGINT)
    _, errors = victim.communicate(timeout=60)
    assert victim.returncode == 130
    assert errors.splitlines()[-1] == "warehouse: interrupted; run the same command again to go on"
    assert "Traceback" not in errors
    assert TEST_DSN or no_engine_is_left(idle_site)
    idle_site.done("run")
    assert idle_site.figures() == figures(csv_file(idle_site.landing, "transactions"))
