"""The embedded engine's process: started once, joined by others, never left behind."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.e2e.site import Site
from tests.soak import times

from warehouse.embedded import running

LISTENER = """
import socket, time
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
time.sleep(60)
"""
SELECT_ONE = ("sql", "-d", "master", "SELECT 1 AS one")
HOLD = "WAITFOR DELAY '00:00:0{seconds}';"


def wait_for(condition: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def engines(site: Site) -> list[int]:
    """The processes that serve this site's data folder."""
    data = str(site.home / "data").encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            arguments = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue  # it ended while we looked
        if data in arguments and b"serve" in arguments:
            found.append(int(folder.name))
    return found


def hold(site: Site, seconds: int) -> subprocess.Popen[str]:
    """A command that uses the engine for some seconds."""
    return site.start("sql", "-d", "master", HOLD.format(seconds=seconds))


def up(site: Site) -> bool:
    return running(site.home) is not None


def test_a_command_without_dsn_starts_the_engine_and_stops_it(embedded_site: Site) -> None:
    assert embedded_site.done(*SELECT_ONE) == "one\n1\n"
    assert engines(embedded_site) == []
    assert not (embedded_site.home / "tsqld.json").exists()


def test_a_second_command_joins_the_engine_that_runs(embedded_site: Site) -> None:
    holder = hold(embedded_site, 4)
    wait_for(lambda: up(embedded_site))
    embedded_site.done(*SELECT_ONE)
    assert len(engines(embedded_site)) == 1
    assert holder.wait(30) == 0


def test_the_address_file_is_for_its_owner_only_and_holds_port_password_and_pid(embedded_site: Site) -> None:
    holder = hold(embedded_site, 2)
    wait_for(lambda: up(embedded_site))
    file = embedded_site.home / "tsqld.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert set(json.loads(file.read_text())) == {"port", "password", "pid"}
    assert holder.wait(30) == 0


def test_the_password_is_in_no_command_line(embedded_site: Site) -> None:
    holder = hold(embedded_site, 2)
    wait_for(lambda: up(embedded_site))
    password = json.loads((embedded_site.home / "tsqld.json").read_text())["password"]
    for pid in engines(embedded_site):
        assert password not in Path(f"/proc/{pid}/cmdline").read_text()
    assert holder.wait(30) == 0


def test_the_engine_outlives_the_command_that_started_it_until_the_last_one_leaves(
    embedded_site: Site,
) -> None:
    starter = hold(embedded_site, 1)
    wait_for(lambda: up(embedded_site))
    joined = hold(embedded_site, 4)
    assert joined.wait(30) == 0
    assert starter.wait(30) == 0
    assert engines(embedded_site) == []


def test_the_engine_ends_with_a_killed_starter(embedded_site: Site) -> None:
    starter = hold(embedded_site, 9)
    wait_for(lambda: up(embedded_site))
    starter.send_signal(signal.SIGKILL)
    starter.wait(30)
    wait_for(lambda: engines(embedded_site) == [])


def test_the_next_command_works_at_once_after_a_kill(embedded_site: Site) -> None:
    starter = hold(embedded_site, 9)
    wait_for(lambda: up(embedded_site))
    starter.send_signal(signal.SIGKILL)
    assert embedded_site.done(*SELECT_ONE) == "one\n1\n"
    assert engines(embedded_site) == []


@pytest.mark.parametrize("content", ["", "{", "[]", '{"port": 1}', '{"port": 1, "pid": 1, "password": "x"}'])
def test_a_stale_or_broken_address_file_is_ignored(embedded_site: Site, content: str) -> None:
    embedded_site.home.mkdir()
    (embedded_site.home / "tsqld.json").write_text(content)
    embedded_site.done(*SELECT_ONE)


def test_a_port_that_another_program_took_is_not_mistaken_for_the_engine(embedded_site: Site) -> None:
    other = subprocess.Popen([sys.executable, "-c", LISTENER], stdout=subprocess.PIPE, text=True)
    assert other.stdout is not None
    port = int(other.stdout.readline())
    embedded_site.home.mkdir()
    stale = {"port": port, "pid": other.pid, "password": "x"}
    (embedded_site.home / "tsqld.json").write_text(json.dumps(stale))
    embedded_site.done(*SELECT_ONE)
    other.kill()
    other.wait(10)


@pytest.mark.parametrize("_", range(times(1, 30)))
def test_commands_that_start_together_share_one_engine(embedded_site: Site, _: int) -> None:
    commands = [embedded_site.start(*SELECT_ONE) for _ in range(4)]
    ended = [(command.communicate(timeout=120), command.returncode) for command in commands]
    assert [(output, code) for (output, _), code in ended] == [("one\n1\n", 0)] * 4, ended
    assert engines(embedded_site) == []


def test_a_data_folder_in_use_by_another_engine_is_one_clear_line(embedded_site: Site) -> None:
    data = embedded_site.home / "data"
    embedded_site.home.mkdir()
    environment = {**embedded_site.environment, "TSQLD_SA_PASSWORD": "Test-only-1"}
    command = [sys.executable, "-m", "tsqld", "serve", "--port", "0", "--data", str(data)]
    other = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    assert other.stdout is not None
    assert "ready on" in other.stdout.readline()
    ended = embedded_site.run(*SELECT_ONE)
    os.kill(other.pid, signal.SIGTERM)
    other.wait(30)
    assert ended.returncode == 2
    assert ended.stderr.splitlines() == [
        f"warehouse: {data} is in use by another tsqld; stop it or set WAREHOUSE_HOME to another folder"
    ]
