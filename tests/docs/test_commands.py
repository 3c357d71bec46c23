"""What the documentation tells a reader to type works, or is marked as what cannot be run here."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest
from tests.conftest import ROOT
from tests.docs import markdown, usage
from tests.docs.markdown import PARSED_ONLY, Snippet, all_snippets
from tests.e2e.cut import write_cut
from tests.e2e.site import TEST_DSN, copy_migrated

SNIPPETS: Final = all_snippets()
BLOCKS: Final = [snippet for snippet in SNIPPETS if snippet.info.split()[:1] == ["sh"]]
RUN: Final = [block for block in BLOCKS if block.info == "sh"]
RUN_UNTIL: Final = [block for block in BLOCKS if block.info.startswith("sh until ")]
INLINE_RUN: Final = [
    snippet for snippet in SNIPPETS if snippet.info == "inline" and snippet.text.startswith(".venv/")
]
# Targets that are not run again inside a test but with --dry-run: which file covers each.
COVERED: Final = {
    "demo": "tests/e2e/test_demo.py",
    "test": "tests",
    "check": "tests/gates/test_gates.py",
    "soak": "tests/test_soak.py",
    "bench": "tests/bench",
    "setup": ".ci/run",
    "setup-test": ".ci/run",
    "setup-check": ".ci/run",
}
_COVERED_CALL: Final = re.compile(rf"^(\s*)make (?={'|'.join(COVERED)}\b)", re.MULTILINE)


def named(snippet: Snippet) -> str:
    return snippet.place


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory, template: Path) -> Path:
    """A copy of the checkout with its virtual environment, and a home with a small cut of the demo loaded."""
    copy = tmp_path_factory.mktemp("docs") / "checkout"
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    for path in subprocess.run(listed, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split(
        "\0"
    ):
        if path and (ROOT / path).is_file():
            (copy / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / path, copy / path)  # with its time, which make compares with its stamps
    (copy / ".venv").symlink_to(sys.prefix)
    subprocess.run(["git", "init", "--quiet"], cwd=copy, check=True)
    write_cut(copy / ".warehouse" / "landing")
    if not TEST_DSN:
        copy_migrated(template, copy / ".warehouse")
    for command in ("migrate", "run"):
        ended = run(copy, f".venv/bin/warehouse {command}")
        assert ended.returncode == 0, ended.stdout + ended.stderr
    return copy


def environment(home: Path) -> dict[str, str]:
    """As a reader's shell has it: no settings of the project, none of CI."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("WAREHOUSE_", "AIRFLOW", "TSQLD"))
    }
    kept.pop("CI", None)
    kept.pop("MAKEFLAGS", None)
    return {
        **kept,
        "HOME": str(home),
        "PRE_COMMIT_HOME": str(home / "pre-commit"),
        "PYTHONPATH": str(ROOT / "scripts"),
    }


def run(checkout: Path, script: str, seconds: int = 120) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-eu", "-o", "pipefail", "-c", script],
        cwd=checkout,
        env=environment(checkout.parent),
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )


def test_every_block_says_what_it_is() -> None:
    assert [fault for snippet in SNIPPETS for fault in markdown.faults(snippet)] == []
    assert len(BLOCKS) >= 8


@pytest.mark.parametrize("block", BLOCKS, ids=named)
def test_a_block_of_commands_is_valid_bash(block: Snippet) -> None:
    ended = subprocess.run(["bash", "-n"], input=block.text, text=True, capture_output=True, check=False)
    assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize("block", RUN, ids=named)
def test_a_block_of_commands_succeeds(block: Snippet, checkout: Path) -> None:
    ended = run(checkout, _COVERED_CALL.sub(r"\1make --dry-run ", block.text))
    assert ended.returncode == 0, ended.stdout + ended.stderr


@pytest.mark.parametrize("snippet", INLINE_RUN, ids=named)
def test_a_command_in_a_sentence_succeeds(snippet: Snippet, checkout: Path) -> None:
    ended = run(checkout, snippet.text)
    assert ended.returncode == 0, ended.stdout + ended.stderr


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.parametrize("block", RUN_UNTIL, ids=named)
def test_a_block_that_serves_answers(block: Snippet, checkout: Path, tmp_path: Path) -> None:
    script = tmp_path / "script.sh"
    script.write_text(_COVERED_CALL.sub(r"\1make --dry-run ", block.text), encoding="utf-8")
    url = block.info.removeprefix("sh until ")
    waiting = [sys.executable, str(ROOT / "tests" / "docs" / "until.py"), str(script), url, "300"]
    if subprocess.run(["unshare", "--net", "true"], capture_output=True, check=False).returncode == 0:
        waiting = ["unshare", "--net", *waiting, "--namespace"]
    log = tmp_path / "output"
    with log.open("w") as output:
        ended = subprocess.run(
            waiting,
            cwd=checkout,
            env=environment(tmp_path),
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    assert ended.returncode == 0, log.read_text(encoding="utf-8")[-4000:]


def test_every_command_that_is_not_run_exists_as_written() -> None:
    found = []
    for snippet in SNIPPETS:
        if snippet.info in ("inline", "text", *PARSED_ONLY):
            for line in snippet.text.splitlines():
                command = re.split(r" {2,}", line.strip())[0]
                found += [f"{snippet.place}: {fault}" for fault in usage.faults(command)]
    assert found == []


def test_what_covers_the_targets_that_are_not_run_exists() -> None:
    assert [path for path in COVERED.values() if not (ROOT / path).exists()] == []
    assert set(COVERED) <= usage.targets()


@pytest.mark.parametrize(
    ("info", "text", "said"),
    [
        ("", "make demo\n", "looks like a command"),
        ("", "$ warehouse run\n", "looks like a command"),
        ("sql", "WAREHOUSE_DSN=x warehouse run\n", "looks like a command"),
        ("sh needs-magic", "make demo\n", "is none of sh"),
    ],
)
def test_a_block_that_does_not_say_what_it_is_is_found(info: str, text: str, said: str) -> None:
    [fault] = markdown.faults(Snippet("x.md", 1, info, text))
    assert said in fault


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("make demon", "make has no target demon"),
        ("warehouse runn", "has no command runn"),
        ("warehouse run --wokers 2", "run has no option --wokers"),
        ("tsqlt-runner run --job 2", "run has no option --job"),
        ("tsqld serv", "has no command serv"),
        ("WAREHOUSE_DSN=x .venv/bin/warehouse mirgate && true", "has no command mirgate"),
    ],
)
def test_a_command_that_does_not_exist_is_found(command: str, said: str) -> None:
    [fault] = usage.faults(command)
    assert fault.endswith(said)


@pytest.mark.parametrize(
    "command",
    [
        "make",
        "make test ARGS=x",
        "warehouse COMMAND --help",
        "warehouse run --workers 2 a.csv",
        "sqlcmd --nothing",
    ],
)
def test_a_command_that_exists_is_left_alone(command: str) -> None:
    assert list(usage.faults(command)) == []


def test_blocks_and_inline_code_are_found_with_their_lines() -> None:
    text = "Say `make x`.\n\n```sh needs-docker\nmake y\n```\n"
    assert list(markdown.snippets("x.md", text)) == [
        Snippet("x.md", 1, "inline", "make x"),
        Snippet("x.md", 3, "sh needs-docker", "make y\n"),
    ]
