"""The gate for Markdown: links, anchors and paths lead somewhere.

After tools. Addresses of the web are left alone, since no gate needs the network. Anchors are those that
GitHub makes of headings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Final
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.token import Token
from tests.gates.tools import files

_WEB: Final = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
# Code that reads like a path from the top of the checkout, without placeholders.
_PATH: Final = re.compile(
    r"(\.ci|\.github|dags|database|docs|migrations|powerbi|requirements|scripts|tests)/[\w./-]*"
)


def links(root: Path) -> list[str]:
    """Links, anchors and paths in Markdown lead somewhere."""
    return [fault for file in files(root, "*.md") for fault in faults_of(root, file)]


def faults_of(root: Path, file: str) -> Iterator[str]:
    """What leads nowhere in one file."""
    for line, kind, target in _targets((root / file).read_text(encoding="utf-8")):
        if kind == "path":
            if not (root / target).exists():
                yield f"{file}:{line}: there is no {target}"
        elif not _WEB.match(target):
            yield from (f"{file}:{line}: {fault}" for fault in _fault_of_link(root, file, target))


def _fault_of_link(root: Path, file: str, target: str) -> Iterator[str]:
    path, _, anchor = unquote(target).partition("#")
    aim = (root / file).parent / path if path else root / file
    if not aim.exists():
        yield f"the link leads nowhere: {target}"
    elif not aim.resolve().is_relative_to(root.resolve()):
        yield f"the link leads out of the project: {target}"
    elif anchor and (aim.suffix != ".md" or anchor not in anchors(aim)):
        yield f"there is no heading for {target}"


@cache
def anchors(file: Path) -> frozenset[str]:
    """The anchors of a Markdown file's headings, as GitHub makes them."""
    found: dict[str, int] = {}
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(file.read_text(encoding="utf-8"))
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open":
            slug = re.sub(r"[^\w\- ]", "", _plain(inline).strip().lower()).replace(" ", "-")
            found[slug] = found.get(slug, 0) + 1
    numbered = {f"{slug}-{number}" for slug, count in found.items() for number in range(1, count)}
    return frozenset(found) | numbered


def _plain(inline: Token) -> str:
    return "".join(child.content for child in inline.children or [] if child.type in ("text", "code_inline"))


def _targets(text: str) -> Iterator[tuple[int, str, str]]:
    """Line, kind (link or path) and target of everything that points somewhere."""
    for token in MarkdownIt("gfm-like", {"linkify": False}).parse(text):
        line = token.map[0] + 1 if token.map else 1
        for child in token.children or []:
            if child.type == "link_open":
                yield line, "link", str(child.attrs["href"])
            elif child.type == "image":
                yield line, "link", str(child.attrs["src"])
            elif child.type == "code_inline" and _PATH.fullmatch(child.content):
                yield line, "path", child.content
