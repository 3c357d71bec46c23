"""Run a script until an address answers, then interrupt it: `python until.py SCRIPT URL SECONDS`.

A process of its own, so that it can stand in a network namespace of its own, where no other process has taken
the ports. Exit code 0 when the address answered, 1 when the script ended before or the time was up.
"""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import struct
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

SIOCSIFFLAGS = 0x8914
IFF_UP = 1


def main() -> int:
    script, url, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])
    if "--namespace" in sys.argv:
        bring_loopback_up()
    running = subprocess.Popen(["bash", "-eu", "-o", "pipefail", script], start_new_session=True)
    try:
        deadline = time.monotonic() + seconds
        while running.poll() is None and time.monotonic() < deadline:
            if answers(url):
                print(f"{url} answered")
                return 0
            time.sleep(0.5)
        print(f"{url} did not answer; the script ended with {running.poll()}", file=sys.stderr)
        return 1
    finally:
        stop(running)


def bring_loopback_up() -> None:
    """What `ip link set lo up` does, without the program."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP))


def answers(url: str) -> bool:
    """Whether the address says 200, or takes a connection where it is `tcp://HOST:PORT`."""
    place = urllib.parse.urlsplit(url)
    try:
        if place.scheme == "tcp":
            socket.create_connection((place.hostname, place.port), timeout=5).close()
            return True
        with urllib.request.urlopen(url, timeout=5) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def stop(running: subprocess.Popen[bytes]) -> None:
    """Interrupt the script's whole process group as Ctrl-C does, and end what stays."""
    for number, seconds in ((signal.SIGINT, 20), (signal.SIGKILL, 10)):
        try:
            os.killpg(running.pid, number)
            running.wait(seconds)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            continue


if __name__ == "__main__":
    sys.exit(main())
