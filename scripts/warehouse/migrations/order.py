"""Sorts objects so that each is deployed after those it needs.

After files. Views and functions are bound when they are created, so the ones they mention come first.
Procedures are bound when they run (deferred name resolution), so they come last in any order.
"""

from __future__ import annotations

from collections.abc import Sequence
from graphlib import CycleError, TopologicalSorter

from warehouse.errors import MigrationProblem
from warehouse.migrations.files import ObjectScript


def deployment_order(scripts: Sequence[ObjectScript]) -> list[ObjectScript]:
    """`scripts` in an order that always works, the same for the same input.

    Errors: MigrationProblem naming the files of a cycle.
    """
    bound = {script.name.key: script for script in scripts if script.kind != "procedure"}
    graph: TopologicalSorter[tuple[str, str]] = TopologicalSorter()
    for key in sorted(bound):
        graph.add(key, *sorted((bound[key].references & bound.keys()) - {key}))
    try:
        ordered = [bound[key] for key in graph.static_order()]
    except CycleError as error:
        raise MigrationProblem(_describe(bound, error.args[1])) from error
    procedures = [script for script in scripts if script.kind == "procedure"]
    return ordered + sorted(procedures, key=lambda script: script.name.key)


def _describe(bound: dict[tuple[str, str], ObjectScript], cycle: Sequence[tuple[str, str]]) -> str:
    names = " → ".join(str(bound[key].name) for key in cycle)
    return f"{bound[cycle[0]].file}: objects need each other in a circle ({names}); break it at one of them"
