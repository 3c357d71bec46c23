"""Microsoft's SQL Tools Service as a process: what VS Code's mssql extension and Azure Data Studio talk to.

It is a program of its own with SqlClient, SMO and DacFx inside, for Linux, in the package mssql-cli; `make
setup-check` lays it beside the environment. Its protocol is JSON-RPC over standard streams, as language
servers speak it: microsoft/sqltoolsservice, docs/guide.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path(sys.prefix) / "tools" / "toolsservice"
Message = dict[str, Any]


class ServiceFailed(Exception):
    """The service answered with an error, or ended."""


class ToolsService:
    """One process. Requests are answered one at a time; events wait until somebody asks for them."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._arrived: queue.Queue[Message | None] = queue.Queue()
        self._kept: list[Message] = []
        self._number = 0
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        stream = self._process.stdout
        assert stream is not None
        while head := stream.readline():
            name, _, value = head.decode().partition(":")
            if name.lower() == "content-length":
                while stream.readline().strip():
                    pass  # the other headers
                self._arrived.put(json.loads(stream.read(int(value))))
        self._arrived.put(None)

    def _send(self, message: Message) -> None:
        body = json.dumps(message).encode()
        assert self._process.stdin is not None
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self._process.stdin.flush()

    def _wait(self, wanted: Callable[[Message], bool], seconds: float) -> Message:
        end = time.monotonic() + seconds
        while True:
            for message in self._kept:
                if wanted(message):
                    self._kept.remove(message)
                    return message
            try:
                message_or_end = self._arrived.get(timeout=max(end - time.monotonic(), 0.01))
            except queue.Empty:
                raise ServiceFailed(f"no answer in {seconds} s") from None
            if message_or_end is None:
                raise ServiceFailed("the service has ended")
            self._kept.append(message_or_end)

    def call(self, method: str, seconds: float = 60, **parameters: Any) -> Any:
        """The result of a request. Raises ServiceFailed with its error."""
        self._number += 1
        number = str(self._number)
        self._send({"jsonrpc": "2.0", "id": number, "method": method, "params": parameters})
        answer = self._wait(lambda message: message.get("id") == number, seconds)
        if "error" in answer:
            raise ServiceFailed(f"{method}: {answer['error']['message']}")
        return answer.get("result")

    def event(
        self, method: str, seconds: float = 60, wanted: Callable[[Message], bool] = lambda _: True
    ) -> Message:
        """The next event of a name that is `wanted`."""
        found = self._wait(lambda m: m.get("method") == method and wanted(m["params"]), seconds)
        return dict(found["params"])

    def connect(self, uri: str, options: Message) -> Message:
        """Open a connection under a name. Raises ServiceFailed with the server's message."""
        self.call("connection/connect", ownerUri=uri, connection={"options": options})
        told = self.event("connection/complete", wanted=lambda p: p["ownerUri"] == uri)
        if told.get("errorMessage"):
            raise ServiceFailed(str(told["messages"]))
        return told

    def query(self, uri: str, text: str) -> list[list[list[str]]]:
        """The rows of each result set of a batch, as the grid shows them."""
        self.call("query/executeString", ownerUri=uri, query=text)
        (batch,) = self.event("query/complete", wanted=lambda p: p["ownerUri"] == uri)["batchSummaries"]
        found = []
        for shown in batch["resultSetSummaries"]:
            subset = self.call(
                "query/subset",
                ownerUri=uri,
                batchIndex=0,
                resultSetIndex=shown["id"],
                rowsStartIndex=0,
                rowsCount=shown["rowCount"],
            )["resultSubset"]
            found.append([[cell["displayValue"] for cell in row] for row in subset["rows"]])
        return found

    def finished(self, seconds: float = 300) -> list[str]:
        """Wait for the task under way. Gives what went wrong, nothing when it succeeded."""
        said = []
        while True:
            told = self.event("tasks/statuschanged", seconds)
            said.append(str(told.get("message")))
            if told["status"] in (2, 3):
                return []
            if told["status"] in (4, 5, 6):
                return said


def options(port: int, database: str, password: str) -> Message:
    """How the service is told where to connect."""
    return {
        "server": f"127.0.0.1,{port}",
        "user": "sa",
        "password": password,
        "database": database,
        "authenticationType": "SqlLogin",
        "encrypt": False,
        "trustServerCertificate": True,
    }


@contextmanager
def running(folder: Path) -> Iterator[ToolsService]:
    """The service, ended at the end. `folder` is for its log and the names of the libraries it loads.

    It wants OpenSSL 1.1, which lies in the package pymssql, and to be told which ICU there is.
    """
    (libraries,) = Path(sys.prefix).glob("lib/python*/site-packages/pymssql.libs")
    (tls,) = libraries.glob("libssl-*.so.1.1*")
    (folder / "libssl.so.1.1").symlink_to(tls)
    environment = {
        **os.environ,
        "LD_LIBRARY_PATH": f"{folder}:{libraries}",
        "CLR_ICU_VERSION_OVERRIDE": _icu_version(),
    }
    with (folder / "service.err").open("wb") as errors:
        process = subprocess.Popen(
            [str(FOLDER / "MicrosoftSqlToolsServiceLayer"), "--log-file", str(folder / "service.log")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=environment,
        )
    try:
        yield ToolsService(process)
    finally:
        process.kill()
        process.wait()


def _icu_version() -> str:
    """Such as 72.1, of the newest ICU that the machine has."""
    found = [path.name.partition(".so.")[2] for path in Path("/usr/lib").glob("*/libicuuc.so.*.*")]
    return max(found, key=lambda version: [int(part) for part in version.split(".")])
