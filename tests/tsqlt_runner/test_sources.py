"""What is found in a test file."""

from __future__ import annotations

from pathlib import Path

import pytest

from tsqlt_runner.errors import CannotRun
from tsqlt_runner.sources import check_classes, find_files, read_file

TEXT = """-- A class.
EXEC tSQLt.NewTestClass @ClassName = N'test_orders';
GO
CREATE PROCEDURE test_orders.SetUp AS RETURN;
GO

-- The helper of none.
CREATE PROCEDURE [test_orders].[Test an order's lines]
AS
RETURN;
GO
CREATE PROCEDURE other.[test of another class] AS RETURN;
GO
"""


def test_tests_are_found_with_the_lines_of_their_batches(tmp_path: Path) -> None:
    (tmp_path / "orders.sql").write_text(TEXT, encoding="utf-8")
    file = read_file(Path("orders.sql"), tmp_path)
    assert file.classes == ("test_orders",)
    assert [(str(test.name), test.line) for test in file.tests] == [("test_orders.Test an order's lines", 6)]
    assert [line for _, line in file.modules] == [4, 6, 12]


def test_a_text_that_never_closes_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "broken.sql").write_text("SELECT 1;\nGO\nSELECT N'never;\n", encoding="utf-8")
    with pytest.raises(CannotRun, match=r"broken\.sql:3: Unclosed quotation mark"):
        read_file(Path("broken.sql"), tmp_path)


def test_two_files_may_not_make_one_class(tmp_path: Path) -> None:
    for name in ("a.sql", "b.sql"):
        (tmp_path / name).write_text(TEXT, encoding="utf-8")
    files = [read_file(path, tmp_path) for path in find_files([tmp_path], tmp_path)]
    with pytest.raises(CannotRun, match=r"b\.sql: the test class test_orders is made in a\.sql too"):
        check_classes(files)


def test_a_path_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CannotRun, match="no such file or folder"):
        find_files([tmp_path / "nowhere"], tmp_path)
