"""All rules on the T-SQL's layout and style that can be read from its text, and their application.

Last in the package. What sqlfluff judges (case, indentation, aliases, line length) is left to .sqlfluff.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.layout import procedures, project, shape, statements, tables
from tests.layout.subject import Fault, FileRule, Tree, TreeRule, read_tree

FILE_RULES: Final[tuple[FileRule, ...]] = (*shape.RULES, *tables.RULES, *statements.RULES, *procedures.RULES)
TREE_RULES: Final[tuple[TreeRule, ...]] = project.RULES


def faults(root: Path) -> list[Fault]:
    """Everything that is wrong below `root`, in order of path and line."""
    tree = read_tree(root)
    return sorted({*_of_files(tree), *(fault for rule in TREE_RULES for fault in rule(tree))})


def _of_files(tree: Tree) -> Iterator[Fault]:
    for file in tree.files:
        for rule in FILE_RULES:
            yield from rule(file)
