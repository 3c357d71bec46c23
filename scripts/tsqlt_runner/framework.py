"""The framework that comes with the package: its scripts, in an order that deploys, and their hash.

Source of its behaviour: tsqlt.org, "tSQLt user guide". Schema, types and tables first, then what names other
objects of the framework after them; procedures find each other when they run.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

from tsql.references import definition, references

_FIXED: Final = ("schemas", "types", "tables")
SCHEMA: Final = "tSQLt"


@cache
def scripts() -> tuple[tuple[str, str], ...]:
    """Name and text of each script, in the order of deployment."""
    home = files("tsqlt_runner") / "framework"
    fixed = [script for folder in _FIXED for script in _texts(home / folder)]
    bound = {
        name.lower(): (name, text)
        for folder in ("functions", "views")
        for name, text in _texts(home / folder)
    }
    graph: TopologicalSorter[str] = TopologicalSorter()
    for key, (_, text) in bound.items():
        graph.add(key, *(bound.keys() & _needs(text) - {key}))
    return (*fixed, *(bound[key] for key in graph.static_order()), *_texts(home / "procedures"))


def _texts(folder: Traversable) -> Iterator[tuple[str, str]]:
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        if file.name.endswith(".sql"):
            text = file.read_text(encoding="utf-8")
            found = definition(text)
            yield found.name.name if found else file.name.removesuffix(".sql"), text


def _needs(text: str) -> set[str]:
    return {name for schema, name in references(text) if schema == SCHEMA.lower()}


@cache
def framework_hash() -> str:
    """SHA-256 of all scripts."""
    digest = hashlib.sha256()
    for name, text in scripts():
        digest.update(f"{name}\n{text}\n".encode())
    return digest.hexdigest()
