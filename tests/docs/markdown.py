"""What the Markdown files tell a reader to type: blocks of commands, and commands inside sentences.

docs/gates.md describes how a block says what it is: `sh` is run, `sh needs-…` only parsed, `sh until URL` is
run until that address answers, anything else is no command.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from markdown_it import MarkdownIt
from tests.conftest import ROOT

PARSED_ONLY: Final = ("sh needs-docker", "sh needs-sqlserver")
_PROGRAMS: Final = (
    r"make|warehouse|tsqld|tsqlt-runner|docker|airflow|export|git|pip|python3?|pytest|\.venv/bin/\S+"
)
COMMAND: Final = re.compile(rf"(\$ )?([A-Z_]+=\S+ )*({_PROGRAMS})( .*)?")


@dataclass(frozen=True)
class Snippet:
    """A block, or a piece of code inside a sentence (`info` is then "inline")."""

    file: str
    line: int
    info: str
    text: str

    @property
    def place(self) -> str:
        return f"{self.file}:{self.line}"


def markdown_files() -> list[str]:
    """Every Markdown file that git tracks."""
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"]
    return subprocess.run(listed, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split()


def snippets(file: str, text: str) -> Iterator[Snippet]:
    """Blocks and inline code of a file, in order."""
    for token in MarkdownIt("gfm-like", {"linkify": False}).parse(text):
        line = token.map[0] + 1 if token.map else 1
        if token.type in ("fence", "code_block"):
            yield Snippet(file, line, token.info.strip(), token.content)
        for child in token.children or []:
            if child.type == "code_inline":
                yield Snippet(file, line, "inline", child.content)


def all_snippets() -> list[Snippet]:
    """Those of every file."""
    texts = ((file, (ROOT / file).read_text(encoding="utf-8")) for file in markdown_files())
    return [snippet for file, text in texts for snippet in snippets(file, text)]


def faults(snippet: Snippet) -> Iterator[str]:
    """What is wrong with the way a block says what it is."""
    if snippet.info in ("inline", "text", "text transcript"):  # the last one is replayed by test_sources
        return
    if snippet.info.split()[:1] == ["sh"]:
        if snippet.info not in ("sh", *PARSED_ONLY) and not re.fullmatch(r"sh until \S+", snippet.info):
            yield f"{snippet.place}: '{snippet.info}' is none of sh, {', '.join(PARSED_ONLY)}, sh until URL"
        return
    for line in snippet.text.splitlines():
        if COMMAND.fullmatch(line):
            yield f"{snippet.place}: '{line}' looks like a command in a block that is not marked sh or text"
