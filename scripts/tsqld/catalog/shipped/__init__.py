"""Procedures and table functions that the server brings along, written in T-SQL: one file each, by its name.

`runtime.system` runs the procedures, `compile.sources` expands the functions as it does any inline one. They
read the catalog views; views whose names begin with tsqld_ are for them alone. Specification: Microsoft
Learn's page of each.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Final

from tsqld.binder.typenames import resolve
from tsqld.catalog.model import Module, ModuleParameter
from tsqld.syntax.walk import parse_module

SCHEMA: Final = "sys"
_ROOT: Final = files("tsqld").joinpath("catalog", "shipped")
_WHEN: Final = datetime(2022, 10, 8)


@cache
def names(kind: str) -> frozenset[str]:
    """Lower-case names of what there is: `kind` is 'procedures' or 'functions'."""
    found = (entry.name for entry in _ROOT.joinpath(kind).iterdir())
    return frozenset(name.removesuffix(".sql") for name in found if name.endswith(".sql"))


@cache
def _module(kind: str, name: str) -> Module:
    text = _ROOT.joinpath(kind, f"{name}.sql").read_text(encoding="utf-8").strip()
    node = parse_module(text)
    parameters = tuple(
        ModuleParameter(parameter.name, resolve(parameter.type), parameter.output, parameter.has_default)
        for parameter in node.parameters
    )
    return Module(0, SCHEMA, node.name[-1], _WHEN, _WHEN, node.kind, text, parameters)


def shipped_procedure(name: str) -> Module:
    """A procedure by its name, which `names` lists."""
    return _module("procedures", name.lower())


def shipped_function(parts: Sequence[str]) -> Module | None:
    """The table function a name means: in sys, or an old fn_… without its schema."""
    name = parts[-1].lower()
    schema = parts[-2].lower() if len(parts) > 1 else ""
    ours = schema == SCHEMA or (len(parts) == 1 and name.startswith("fn_"))
    return _module("functions", name) if ours and name in names("functions") else None
