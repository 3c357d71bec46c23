"""The command line, on tests that pass, fail, err, are skipped, or end their transaction."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).resolve().parents[2]
SUBJECTS = """
EXEC tSQLt.NewTestClass N'test_subjects';
GO
CREATE PROCEDURE test_subjects.helper
AS
EXEC tSQLt.AssertEquals 1, 2, N'From the helper:';
GO
CREATE PROCEDURE test_subjects.[test 1 passes] AS RETURN;
GO
CREATE PROCEDURE test_subjects.[test 2 fails]
AS
PRINT N'said on the way';
EXEC test_subjects.helper;
GO
CREATE PROCEDURE test_subjects.[test 3 shows a difference]
AS
CREATE TABLE #expected (id int NULL);
CREATE TABLE #actual (id int NULL);
INSERT INTO #expected (id) VALUES (1);
EXEC tSQLt.AssertEqualsTable N'#expected', N'#actual';
GO
CREATE PROCEDURE test_subjects.[test 4 errs]
AS
DECLARE @zero int = 0;
SET @zero = 1 / @zero;
GO
--[@tSQLt:SkipTest](N'not today')
CREATE PROCEDURE test_subjects.[test 5 is skipped] AS RETURN;
GO
CREATE PROCEDURE test_subjects.[test 6 ends its transaction] AS ROLLBACK TRANSACTION;
GO
CREATE PROCEDURE test_subjects.[test 7 expects an error that does not come]
AS
EXEC tSQLt.ExpectException @Message = N'Nothing came.';
GO
CREATE PROCEDURE test_subjects.[test 8 expects another error]
AS
EXEC tSQLt.ExpectException @ExpectedErrorNumber = 51999, @ExpectedMessage = N'wanted';
THROW 51998, N'found', 1;
GO
CREATE PROCEDURE test_subjects.[test 9 fails in a doomed transaction]
AS
SET XACT_ABORT ON;
DECLARE @zero int = 0;
BEGIN TRY
    SET @zero = 1 / @zero;
END TRY
BEGIN CATCH
    EXEC tSQLt.Fail N'Doomed.';
END CATCH;
GO
CREATE PROCEDURE test_subjects.[test expects no error]
AS
EXEC tSQLt.ExpectNoException;
THROW 51998, N'found', 1;
GO
--[@tSQLt:NoTransaction](DEFAULT)
CREATE PROCEDURE test_subjects.[test leaves a transaction open] AS BEGIN TRANSACTION;
GO
CREATE PROCEDURE test_subjects.[test passes behind all those] AS RETURN;
GO
"""
PREFIX = "test_subjects.test "


@dataclass(frozen=True)
class Runner:
    home: Path

    def __call__(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {name: value for name, value in os.environ.items() if name != "WAREHOUSE_DSN"}
        environment |= {"WAREHOUSE_HOME": str(self.home), "PYTHONPATH": str(ROOT / "scripts")}
        dsn = os.environ.get("WAREHOUSE_TEST_DSN")
        if dsn:
            environment["WAREHOUSE_DSN"] = dsn
        return subprocess.run(
            [sys.executable, "-m", "tsqlt_runner", "run", *arguments],
            env=environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Runner:
    return Runner(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def subjects(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("subjects") / "subjects.sql"
    file.write_text(SUBJECTS, encoding="utf-8")
    return file


@dataclass(frozen=True)
class Ran:
    code: int
    shown: str
    outcomes: dict[str, str]
    messages: dict[str, str]


@pytest.fixture(scope="module")
def ran(runner: Runner, subjects: Path) -> Ran:
    """One run of all subjects, with its JUnit XML."""
    xml = subjects.with_suffix(".xml")
    ended = runner(str(subjects), "--junit", str(xml))
    outcomes, messages = {}, {}
    for case in ElementTree.parse(xml).iter("testcase"):
        name = case.attrib["name"].removeprefix("test ")
        child = next(iter(case), None)
        outcomes[name] = "passed" if child is None else child.tag
        messages[name] = "" if child is None else child.attrib["message"]
    return Ran(ended.returncode, ended.stdout + ended.stderr, outcomes, messages)


def test_each_outcome_is_told_in_the_xml(ran: Ran) -> None:
    assert ran.outcomes == {
        "1 passes": "passed",
        "2 fails": "failure",
        "3 shows a difference": "failure",
        "4 errs": "error",
        "5 is skipped": "skipped",
        "6 ends its transaction": "error",
        "7 expects an error that does not come": "failure",
        "8 expects another error": "failure",
        "9 fails in a doomed transaction": "failure",
        "expects no error": "failure",
        "leaves a transaction open": "error",
        "passes behind all those": "passed",
    }
    assert ran.code == 1


def test_messages_are_those_of_tsqlt(ran: Ran) -> None:
    assert ran.messages["2 fails"] == "From the helper: Expected: <1> but was: <2>"
    assert "|<  |1 |" in ran.messages["3 shows a difference"]
    assert ran.messages["4 errs"].startswith("Divide by zero error encountered.[16,1]{")
    assert ran.messages["5 is skipped"] == "not today"
    assert "ROLLBACK ERROR" in ran.messages["6 ends its transaction"]
    assert ran.messages["7 expects an error that does not come"] == (
        "Nothing came. Expected an error to be raised."
    )
    mismatch = ran.messages["8 expects another error"]
    assert "Exception did not match expectation!" in mismatch
    assert "Expected Message: <wanted>" in mismatch
    assert "Expected Error Number: 51999" in mismatch
    assert "Uncommitable transaction detected!" in ran.messages["9 fails in a doomed transaction"]
    assert "Expected no error to be raised." in ran.messages["expects no error"]


def test_a_failure_is_shown_with_its_line_and_what_was_printed(ran: Ran, subjects: Path) -> None:
    assert "E   |_m_|id|" in ran.shown
    assert "said on the way" in ran.shown
    line = SUBJECTS.splitlines().index("SET @zero = 1 / @zero;") + 1
    assert f"{subjects}:{line} in test_subjects.test 4 errs" in ran.shown
    assert "6 failed, 3 errors, 1 skipped, 2 passed" in ran.shown


def test_the_calls_that_led_to_a_failed_assertion_are_shown(ran: Ran, subjects: Path) -> None:
    lines = SUBJECTS.splitlines()
    caller = lines.index("EXEC test_subjects.helper;") + 1
    helper = lines.index("EXEC tSQLt.AssertEquals 1, 2, N'From the helper:';") + 1
    assert (
        f"{subjects}:{caller} in test_subjects.test 2 fails\n{subjects}:{helper} in test_subjects.helper\n"
    ) in ran.shown


def test_a_selection_runs_alone_and_nothing_found_is_5(runner: Runner, subjects: Path) -> None:
    ended = runner(str(subjects), "-k", "1 passes or behind all")
    assert (ended.returncode, "2 passed" in ended.stdout) == (0, True)
    assert runner(str(subjects), "-k", "no such words").returncode == 5


def test_a_file_that_does_not_deploy_is_named_with_its_line(runner: Runner, tmp_path: Path) -> None:
    broken = tmp_path / "broken.sql"
    broken.write_text(
        "EXEC tSQLt.NewTestClass N'test_broken';\nGO\n"
        "CREATE PROCEDURE test_broken.[test x]\nAS\nSELECT 1 FROM WHERE;\nGO\n",
        encoding="utf-8",
    )
    ended = runner(str(broken))
    assert ended.returncode == 2
    assert f"{broken}:5: Incorrect syntax near" in ended.stdout


def test_a_server_that_is_not_there_is_2_in_one_line(runner: Runner, subjects: Path) -> None:
    ended = runner(str(subjects), "--dsn", "Server=tcp:127.0.0.1,1;UID=sa;PWD=x;Encrypt=no")
    assert ended.returncode == 2
    assert ended.stderr.startswith("tsqlt-runner: cannot connect to master on tcp:127.0.0.1,1")
    assert len(ended.stderr.splitlines()) == 1
