"""Sorts objects so that each is deployed after those it needs.

After files. Types, synonyms, views and functions are bound when they are created, so the ones they mention
come first. Procedures and triggers are bound when they run (deferred name resolution): they come behind
those, in any order, except where a comment declares one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from graphlib import CycleError, TopologicalSorter
from typing import Final

from tsql.references import declared_dependencies
from warehouse.errors import MigrationProblem
from warehouse.migrations.files import ObjectScript

Key = tuple[str, str]
_LATE: Final = ("procedure", "trigger")


def deployment_order(scripts: Sequence[ObjectScript]) -> list[ObjectScript]:
    """`scripts` in an order that always works, the same for the same input.

    Errors: MigrationProblem naming the objects of a cycle.
    """
    bound = {script.name.key: script for script in scripts if script.kind not in _LATE}
    late = {script.name.key: script for script in scripts if script.kind in _LATE}
    needed = {key: script.references for key, script in bound.items()}
    declared = {key: declared_dependencies(script.text) for key, script in late.items()}
    return _sorted(bound, needed) + _sorted(late, declared)


def dependents(scripts: Sequence[ObjectScript], changed: Set[Key]) -> list[ObjectScript]:
    """The views and functions that mention what changed, directly or through others, in deployment order.

    The server keeps what it knew of their columns when they were created, so they have to be made anew.
    """
    stale = set(changed)
    found: list[ObjectScript] = []
    for script in deployment_order(scripts):
        if script.kind in ("view", "function") and script.references & stale - {script.name.key}:
            stale.add(script.name.key)
            found.append(script)
    return [script for script in found if script.name.key not in changed]


def _sorted(scripts: Mapping[Key, ObjectScript], needed: Mapping[Key, Set[Key]]) -> list[ObjectScript]:
    graph: TopologicalSorter[Key] = TopologicalSorter()
    for key in sorted(scripts, key=lambda key: (scripts[key].kind == "trigger", key)):
        graph.add(key, *sorted((needed[key] & scripts.keys()) - {key}))
    try:
        return [scripts[key] for key in graph.static_order()]
    except CycleError as error:
        raise MigrationProblem(_describe(scripts, error.args[1])) from error


def _describe(scripts: Mapping[Key, ObjectScript], cycle: Sequence[Key]) -> str:
    names = " → ".join(str(scripts[key].name) for key in cycle)
    return f"{scripts[cycle[0]].file}: objects need each other in a circle ({names}); break it at one of them"
