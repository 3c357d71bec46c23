"""Each gate fails on a file that is broken in its way, and names it.

The other half, that the gates pass on the project as it is, is `make check` itself.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.conftest import ROOT
from tests.gates.__main__ import choose, main, run_one
from tests.gates.catalog import GATES, Gate
from tests.gates.dacfx import ASSEMBLIES, declaration, judge
from tests.gates.embedded import embedded_batches
from tests.gates.links import anchors, faults_of
from tests.gates.tools import CannotRun, files

BY_NAME = {gate.name: gate for gate in GATES}
CONFIGURED = ("pyproject.toml", ".sqlfluff", ".yamllint.yml")
VIEW = "-- Says one.\n-- SELECT * FROM ops.ones;\nCREATE OR ALTER VIEW ops.ones\nAS\nSELECT 1 AS one;\nGO\n"
DAG = "from airflow.sdk import DAG\n\nwith DAG('a', schedule=None):\n    pass\n"
CONTRACT = (ROOT / "dags" / "contracts" / "journey" / "products.yml").read_text(encoding="utf-8")
WORKFLOW = """\
name: checks
on: [push]
jobs:
  check:
    runs-on: ubuntu-latest
    timeout-minutes: 5
    steps:
      - run: make check
"""

# gate: file, a text that it passes, a text that it fails, a part of what it says
EXAMPLES = {
    "ruff": ("scripts/tsql/x.py", "A = 1\n", "import os\n", "F401"),
    "format": ("scripts/tsql/x.py", "A = 1\n", "A   =  1\n", "x.py"),
    "yaml": ("dags/x.yml", "a: 1\n", "a: 1\na: 2\n", "duplication"),
    "shell": (".ci/run", "#!/usr/bin/env bash\n:\n", "#!/usr/bin/env bash\nif :; then\n", "syntax error"),
    "hooks": (".pre-commit-config.yaml", "repos: []\n", "repo: []\n", "repos"),
    "dockerfile": ("Dockerfile", 'FROM a:1\nUSER 1000\nCMD ["b"]\n', "FROM a\n", "DL3006"),
    "links": ("docs/x.md", "# A b\n[a](#a-b)\n", "# A b\n[a](#a-c)\n", "no heading for #a-c"),
    "layout": ("database/ops/views/ones.sql", VIEW, VIEW.replace("ops.ones\n", "ops.twos\n"), "ops.twos"),
    "compose": ("docker-compose.yml", "services: {}\n", "services: {a: {imag: b}}\n", "imag"),
    "workflows": (".github/workflows/x.yml", WORKFLOW, WORKFLOW.replace("runs-on", "run-on"), "run-on"),
    "contracts": (
        "dags/contracts/journey/products.yml",
        CONTRACT,
        CONTRACT.replace("kind: DataC", "kind: C"),
        "kind",
    ),
    "imports": ("scripts/tsql/x.py", "A = 1\n", "import tsqld\n", "tsql imports nothing of ours BROKEN"),
    "parser": ("database/ops/views/ones.sql", VIEW, VIEW.replace("SELECT 1", "SELEC 1"), "Incorrect syntax"),
    "dacfx": ("database/ops/views/ones.sql", VIEW, VIEW.replace("1 AS", "a.b AS"), "ones.sql:1: SQL71005"),
    "dags": ("dags/x.py", DAG, DAG.replace("airflow.sdk", "airflow.nothing"), "No module named"),
    "sqlfluff": ("database/ops/views/ones.sql", VIEW, VIEW.replace("SELECT 1", "select 1"), "CP01"),
    "mypy": ("scripts/x.py", "A: int = 1\n", "A: int = 'x'\n", "Incompatible types"),
}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with the tools' settings and empty packages, and nothing else."""
    for name in CONFIGURED:
        shutil.copy(ROOT / name, tmp_path)
    for package in ("tsql", "tsqld", "warehouse"):
        (tmp_path / "scripts" / package).mkdir(parents=True)
        (tmp_path / "scripts" / package / "__init__.py").write_text("", encoding="utf-8")
    for folder in ("dags", "tests"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "nothing.py").write_text("", encoding="utf-8")
    return tmp_path


def write(root: Path, path: str, text: str) -> None:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


@pytest.mark.parametrize("name", BY_NAME)
def test_a_gate_passes_what_is_right_and_fails_what_is_broken(checkout: Path, name: str) -> None:
    if name == "dacfx" and not ASSEMBLIES.exists() and not os.environ.get("CI"):
        pytest.skip("DacFx is not installed; run: make setup-check")
    path, right, broken, said = EXAMPLES[name]
    write(checkout, path, right)
    result = run_one(BY_NAME[name], checkout)
    assert (result.faults, result.obstacle) == ((), "")
    write(checkout, path, broken)
    result = run_one(BY_NAME[name], checkout)
    assert result.obstacle == ""
    assert said in "\n".join(result.faults)
    assert Path(path).stem in "\n".join(result.faults)


def test_every_gate_has_an_example_and_a_line_in_the_docs() -> None:
    assert list(EXAMPLES) == list(BY_NAME)
    page = (ROOT / "docs" / "gates.md").read_text(encoding="utf-8")
    assert [name for name in BY_NAME if f"| `{name}` |" not in page] == []


def ends(find_faults: Callable[[Path], list[str]], root: Path) -> str:
    return str(run_one(Gate("made-up", find_faults), root))


def test_a_gate_that_finds_nothing_to_look_at_could_not_run(tmp_path: Path) -> None:
    said = ends(lambda root: files(root, "*.sql"), tmp_path)
    assert said == "check: made-up COULD NOT RUN: found no *.sql"


def test_a_gate_without_its_tool_could_not_run_and_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setattr("tests.gates.tools.BIN", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    write(tmp_path, "Dockerfile", "FROM a:1\n")
    assert main(["--only", "dockerfile", "--root", str(tmp_path)]) == 1
    output = capsys.readouterr().out
    assert "check: dockerfile COULD NOT RUN: hadolint is not installed; run: make setup-check" in output
    assert output.endswith("check: 0 gates passed, 1 failed: dockerfile\n")


def test_a_skipped_gate_is_named(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    others = ",".join(name for name in BY_NAME if name not in ("shell", "mypy"))
    assert main(["--skip", others, "--skip", "mypy"]) == 0
    assert (
        f"check: not run: {', '.join(name for name in BY_NAME if name != 'shell')}" in capsys.readouterr().out
    )


@pytest.mark.parametrize("arguments", [["--skip", "mypy"], ["--only", "mypy"], ["--fast"]])
def test_ci_leaves_no_gate_out(
    arguments: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "true")
    assert main(arguments) == 2
    assert "CI leaves no gate out" in capsys.readouterr().err


def test_an_unknown_name_is_refused_with_the_names_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--skip", "mypi"]) == 2
    assert capsys.readouterr().err.startswith("check: there is no gate 'mypi'; the gates are ruff, ")


def test_the_fast_gates_are_those_of_the_commit_hook(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    names = [gate.name for gate in choose([], [], fast=True)]
    assert "layout" in names
    assert not {"mypy", "dacfx", "dags", "sqlfluff"} & set(names)


def test_files_of_a_checkout_are_those_that_git_would_track(tmp_path: Path) -> None:
    assert "Makefile" in files(ROOT, "Make*")
    assert all(".venv" not in path for path in files(ROOT, "*.py"))
    with pytest.raises(CannotRun):
        files(tmp_path, "*.py")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[a](nowhere.md)", "leads nowhere"),
        ("![a](nowhere.png)", "leads nowhere"),
        ("[a](../../etc)", "leads"),
        ("[a][b]\n\n[b]: nowhere.md", "leads nowhere"),
        ("`docs/nowhere.md`", "there is no docs/nowhere.md"),
    ],
)
def test_what_leads_nowhere_is_found_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    write(tmp_path, "x.md", f"# Title\n\n{text}\n")
    [fault] = faults_of(tmp_path, "x.md")
    assert fault.startswith("x.md:3: ")
    assert said in fault


def test_what_leads_somewhere_is_left_alone(tmp_path: Path) -> None:
    write(tmp_path, "docs/a b.md", "# Who may do `what`, and why?\n# x\n# x\n")
    write(tmp_path, "x.md", "[a](docs/a%20b.md#x-1) [b](https://nowhere.example) `docs/<name>.md` `docs/`\n")
    assert list(faults_of(tmp_path, "x.md")) == []
    assert anchors(tmp_path / "docs" / "a b.md") == {"who-may-do-what-and-why", "x", "x-1"}


@dataclass(frozen=True)
class Said:
    """A message of DacFx."""

    Number: int
    MessageType: str
    Message: str


def complaint(element: str, reference: str) -> str:
    return (
        f"Error validating element {element}: SqlProcedure: {element} has an unresolved reference "
        f"to object {reference}."
    )


PLACES = {"ops.v": "database/ops/views/v.sql:3", "ops.finish_batch": "database/finish_batch.sql:1"}


def test_errors_and_two_warnings_of_microsofts_model_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.gates.dacfx.ALLOWED", {})
    text = complaint("[ops].[v]", "[ops].[nothing].[name]")
    found = [
        list(judge([Said(number, kind, text)], PLACES))
        for number, kind in [(71501, "Error"), (71502, "Warning"), (71005, "Warning"), (71558, "Warning")]
    ]
    assert [len(faults) for faults in found] == [1, 1, 1, 0]
    assert found[1] == [
        "database/ops/views/v.sql:3: SQL71502: SqlProcedure: [ops].[v] has an unresolved reference "
        "to object [ops].[nothing].[name]."
    ]


def test_what_is_allowed_not_to_resolve_is_allowed_by_name_and_while_needed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tests.gates.dacfx.ALLOWED", {"ops.finish_batch": ("#batches",), "ops.gone": ("#a",)})
    allowed = Said(71502, "Warning", complaint("[ops].[finish_batch]", "[#batches].[batch_id]"))
    other = Said(71502, "Warning", complaint("[ops].[finish_batch]", "[#batch]"))
    assert list(judge([allowed], PLACES)) == []
    [fault] = judge([allowed, other], PLACES)
    assert "[#batch]" in fault
    doubtful = (
        "Error validating element [ops].[finish_batch]: SqlProcedure: [ops].[finish_batch] contains an "
        "unresolved reference to an object. Either the object does not exist or the reference is ambiguous "
        "because it could refer to any of the following objects: {}::[id] or {}.[id]."
    )
    excused = Said(71502, "Warning", doubtful.format("[ops].[b]", "[#batches].[b]"))
    assert list(judge([excused], PLACES)) == []
    [fault] = judge([excused, Said(71502, "Warning", doubtful.format("[ops].[b]", "[ops].[c]"))], PLACES)
    assert "[ops].[b]::[id]" in fault
    [stale] = judge([], PLACES)
    assert stale == "database/finish_batch.sql:1: nothing refers to #batches any more; take it out of ALLOWED"


def test_the_catalog_need_not_resolve(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.gates.dacfx.ALLOWED", {})
    assert (
        list(judge([Said(71502, "Warning", complaint("[ops].[v]", "[sys].[objects].[name]"))], PLACES)) == []
    )
    [fault] = judge([Said(71502, "Warning", complaint("[ops].[v]", "[system].[objects]"))], PLACES)
    assert "[system].[objects]" in fault


def test_batches_in_python_are_found_and_become_procedures(tmp_path: Path) -> None:
    source = """
'''SELECT is no batch here; a docstring is none.'''
_START: Final = "DECLARE @run_id bigint; EXEC ops.start_run @driver = %s, @run_id = @run_id OUTPUT;"
_NAMES = "SELECT nothing"
_HELP = "Select a file; then run."
_TEMPLATE = "SELECT {name};"
def f():
    _INNER = "SELECT 1;"
"""
    write(tmp_path, "scripts/warehouse/run.py", source)
    [found] = embedded_batches(tmp_path)
    assert (found.path, found.name, found.line) == ("scripts/warehouse/run.py", "_START", 3)
    assert found.as_procedure == (
        "CREATE PROCEDURE [python].[scripts/warehouse/run.py _START] @driver sql_variant AS\n"
        "DECLARE @run_id bigint; EXEC ops.start_run @driver = NULL, @run_id = @run_id OUTPUT;"
    )


def test_samples_of_others_are_of_any_style_and_of_the_engines_version(checkout: Path) -> None:
    write(checkout, "database/ops/views/ones.sql", VIEW)
    write(checkout, "tests/engine/sample/any.sql", "select trim(leading 'x' from 'xa')\n")
    assert run_one(BY_NAME["sqlfluff"], checkout).passed
    assert run_one(BY_NAME["parser"], checkout).passed
    write(checkout, "database/any.sql", "select trim(leading 'x' from 'xa')\n")
    assert "database/any.sql" in str(run_one(BY_NAME["sqlfluff"], checkout))
    assert "database/any.sql" in str(run_one(BY_NAME["parser"], checkout))


def test_microsofts_model_gets_create_without_or_alter() -> None:
    text = "-- CREATE OR ALTER stays in a comment\nCREATE  OR  ALTER VIEW ops.v AS SELECT 'OR ALTER' AS a;"
    expected = "-- CREATE OR ALTER stays in a comment\nCREATE VIEW ops.v AS SELECT 'OR ALTER' AS a;"
    assert declaration(text) == expected
    assert declaration("CREATE TABLE ops.t (a int NULL);") == "CREATE TABLE ops.t (a int NULL);"
    assert declaration("IF TYPE_ID(N'a.b') IS NULL\n    CREATE TYPE a.b;") == "CREATE TYPE a.b;"
    assert declaration("IF SCHEMA_ID(N'a') IS NULL\n    EXEC (N'CREATE SCHEMA a');") == "CREATE SCHEMA a"
    begins = "-- A class.\nEXEC tSQLt.NewTestClass @ClassName = N'test_a';"
    assert declaration(begins) == "CREATE SCHEMA [test_a] AUTHORIZATION [dbo];"
