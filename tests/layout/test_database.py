"""The T-SQL of the project keeps to every rule of its layout and style."""

from __future__ import annotations

import pytest
from tests.conftest import ROOT
from tests.layout.rules import FILE_RULES, TREE_RULES
from tests.layout.subject import FileRule, Tree, TreeRule, read_tree


@pytest.fixture(scope="module")
def tree() -> Tree:
    found = read_tree(ROOT)
    assert len(found.migrations) >= 6
    assert len(list(found.objects)) >= 60
    return found


@pytest.mark.parametrize("rule", FILE_RULES, ids=lambda rule: rule.__name__)
def test_every_file_keeps_to(rule: FileRule, tree: Tree) -> None:
    assert [str(fault) for file in tree.files for fault in rule(file)] == []


@pytest.mark.parametrize("rule", TREE_RULES, ids=lambda rule: rule.__name__)
def test_the_project_keeps_to(rule: TreeRule, tree: Tree) -> None:
    assert [str(fault) for fault in rule(tree)] == []
