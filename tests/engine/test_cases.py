"""Every `.test` file below `cases`, one test per case; WAREHOUSE_TEST_DSN names a server to run them on."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.engine.cases import casefile, coverage, playing

from tsqld.errors import UNSUPPORTED
from tsqld.runtime.engine import Engine
from warehouse.connection import server_from_dsn

_FILES = casefile.read_all()
_CASES = [(file, case) for file in _FILES for case in file.cases]
_SERVER = os.environ.get("WAREHOUSE_TEST_DSN", "")
Connect = Callable[[casefile.CaseFile], playing.Player]


@pytest.fixture(scope="session")
def connect(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connect]:
    """Gives a new connection to the database of a file, set up when it is first asked for."""
    if _SERVER:
        yield from _on_server()
        return
    engine = Engine.open(tmp_path_factory.mktemp("cases"), "x")
    databases: dict[Path, str] = {}

    def connected(file: casefile.CaseFile) -> playing.Player:
        if file.path not in databases:
            databases[file.path] = name = f"cases_{len(databases)}"
            admin = playing.EnginePlayer(engine.login("sa", "x", "master"))
            _must(admin, f"CREATE DATABASE {name}", f"USE {name}", *file.setup)
        return playing.EnginePlayer(engine.login("sa", "x", databases[file.path]))

    yield connected
    engine.close()


def _on_server() -> Iterator[Connect]:
    databases: dict[Path, str] = {}
    server = server_from_dsn(_SERVER)

    def opened(name: str) -> playing.Player:
        return playing.OdbcPlayer(server.connection_string(name))

    def connected(file: casefile.CaseFile) -> playing.Player:
        if file.path not in databases:
            databases[file.path] = name = f"cases_{secrets.token_hex(8)}"
            snapshots = ("READ_COMMITTED_SNAPSHOT ON", "ALLOW_SNAPSHOT_ISOLATION ON")
            options = [f"ALTER DATABASE {name} SET {option}" for option in snapshots]
            _must(opened("master"), f"CREATE DATABASE {name}", *options)
            _must(opened(name), *file.setup)
        return opened(databases[file.path])

    yield connected
    _must(opened("master"), *[f"DROP DATABASE {name}" for name in databases.values()])


def _must(player: playing.Player, *batches: str) -> None:
    """Run the set-up of a file, which may not fail."""
    try:
        for batch in batches:
            failures = [answer for answer in player.play(batch) if isinstance(answer, playing.Failure)]
            assert not failures, f"set-up failed: {failures[0]}\n{batch}"
    finally:
        player.close()


@pytest.mark.parametrize(
    ("file", "case"),
    _CASES,
    ids=[f"{file.path.relative_to(casefile.FOLDER).with_suffix('')}: {case.name}" for file, case in _CASES],
)
def test_tsqld_answers_as_sql_server(
    file: casefile.CaseFile, case: casefile.Case, connect: Connect, request: pytest.FixtureRequest
) -> None:
    if case.mark == "only" and (case.note == "sqlserver") != bool(_SERVER):
        pytest.skip(f"only on {case.note}")
    if case.mark == "deviation" and not _SERVER:
        request.applymarker(pytest.mark.xfail(strict=True, reason=case.note))
    player = connect(file)
    try:
        answers = playing.run(case, player)
    finally:
        player.close()
    if case.mark == "refused" and not _SERVER:
        numbers = [answer.number for answer in answers if isinstance(answer, playing.Failure)]
        assert UNSUPPORTED in numbers, f"{case.path}:{case.line}: not refused: {answers}"
        return
    found = playing.differences(case.expected, answers, metadata=player.knows_metadata)
    assert not found, f"{case.path}:{case.line}: {case.name}\n{found}"


def test_the_coverage_page_is_up_to_date() -> None:
    assert coverage.PAGE.read_text(encoding="utf-8") == coverage.page(_FILES), (
        "run: python -m tests.engine.cases.coverage"
    )


def test_there_are_at_least_600_cases() -> None:
    assert len(_CASES) >= 600
