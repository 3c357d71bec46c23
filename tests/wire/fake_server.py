"""Serves the stand-in engine: `python -m tests.wire.fake_server DIR PASSWORD`, until standard input ends."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.wire.fake_engine import FakeEngine

from tsqld.server import Server
from tsqld.tds.certificate import server_context


def main() -> None:
    data_dir, password = Path(sys.argv[1]), sys.argv[2]
    server = Server(FakeEngine(password), server_context(data_dir), "127.0.0.1", 0)
    server.start()
    print(server.address[1], flush=True)
    sys.stdin.read()
    server.stop()


if __name__ == "__main__":
    main()
