"""The transcript of docs/sources.md: its commands, typed again, print what it shows."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.conftest import ROOT
from tests.docs.markdown import snippets

PAGE = "docs/sources.md"


def transcript() -> str:
    """The block of the page that shows commands with what they print."""
    text = (ROOT / PAGE).read_text(encoding="utf-8")
    (block,) = [found for found in snippets(PAGE, text) if found.info == "text transcript"]
    return block.text


def commands(text: str) -> Iterator[tuple[str, str]]:
    """Each command, and what is shown below it."""
    for piece in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, shown = piece.partition("\n")
        yield command, shown


def masked(text: str) -> str:
    """Without what is another each time: seconds, how many steps the project has, a migration's number."""
    lines = (re.sub(r"[\d.,]+", "N", line) if line.startswith("run ") else line for line in text.splitlines())
    return re.sub(r"V\d{4}__", "V0000__", "\n".join(line.rstrip() for line in lines))


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_the_transcript_is_what_the_commands_print(tmp_path: Path) -> None:
    for name in ("database", "dags/contracts", "migrations"):
        shutil.copytree(ROOT / name, tmp_path / name)
    found = list(commands(transcript()))
    assert len(found) >= 6
    (first, shown), *rest = found
    (tmp_path / first.removeprefix("cat ")).write_text(shown.rstrip("\n") + "\n", encoding="utf-8")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WAREHOUSE_")}
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    environment = {**kept, "PATH": path, "PYTHONPATH": str(ROOT / "scripts"), "COLUMNS": "120"}
    for command, expected in rest:
        ended = subprocess.run(
            ["bash", "-o", "pipefail", "-c", command],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert ended.returncode == 0, f"{command}\n{ended.stdout}\n{ended.stderr}"
        assert masked(ended.stdout).strip() == masked(expected).strip(), command
