"""`warehouse sql` against a running server."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import signal
import subprocess
import sys
import time
from decimal import Decimal

import pytest
from tests.e2e.site import Site


def test_a_pipe_gets_csv_with_header(shared_site: Site) -> None:
    assert (
        shared_site.done("sql", "SELECT 1 AS one, N'x,y' AS two, NULL AS three")
        == 'one,two,three\n1,"x,y",\n'
    )


def test_a_terminal_gets_a_table(shared_site: Site) -> None:
    terminal, its_end = pty.openpty()
    command = [sys.executable, "-m", "warehouse", "sql", "SELECT 42 AS answer"]
    ended = subprocess.run(command, env=shared_site.environment, stdout=its_end, timeout=60, check=False)
    os.close(its_end)
    shown = os.read(terminal, 65536).decode()
    os.close(terminal)
    assert ended.returncode == 0
    assert "answer" in shown
    assert "┃" in shown


def test_json_keeps_types(shared_site: Site) -> None:
    text = shared_site.done(
        "sql",
        "--json",
        "SELECT 1 AS whole, CAST(1.10 AS decimal(9, 2)) AS exact, CAST(1 AS bit) AS flag, N'ü' AS text, "
        "NULL AS nothing, CAST('2017-01-01' AS date) AS day, 0x01AB AS bytes, 0.5E0 AS real",
    )
    (row,) = json.loads(text, parse_float=Decimal)
    assert row == {
        "whole": 1,
        "exact": Decimal("1.10"),
        "flag": True,
        "text": "ü",
        "nothing": None,
        "day": "2017-01-01",
        "bytes": "0x01AB",
        "real": Decimal("0.5"),
    }


def test_long_and_foreign_text_arrives_whole(shared_site: Site) -> None:
    text = shared_site.done("sql", "SELECT REPLICATE(CAST(N'añ漢😀' AS nvarchar(max)), 20000) AS long")
    ((value,),) = list(csv.reader(io.StringIO(text)))[1:]
    assert value == "añ漢😀" * 20000


def test_several_result_sets_are_all_shown(shared_site: Site) -> None:
    assert shared_site.done("sql", "SELECT 1 AS a; SELECT 2 AS b;") == "a\n1\n\nb\n2\n"


def test_an_update_that_finds_no_row_does_not_end_the_batch(shared_site: Site) -> None:
    text = "CREATE TABLE #t (a int); UPDATE #t SET a = 1; SELECT 3 AS three"
    assert shared_site.done("sql", f"SET NOCOUNT ON; {text}").splitlines() == ["three", "3"]
    assert shared_site.done("sql", "DELETE ops.runs WHERE 1 = 0; SELECT 4 AS four").splitlines()[-2:] == [
        "four",
        "4",
    ]


def test_a_reader_that_has_seen_enough_is_no_error(shared_site: Site) -> None:
    text = "WITH n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 90) "
    text += "SELECT REPLICATE(N'x', 4000) AS x FROM n CROSS JOIN n AS m"
    command = f'{sys.executable} -m warehouse sql "{text}" | head -1'
    ended = subprocess.run(
        command, shell=True, env=shared_site.environment, capture_output=True, timeout=60, check=False
    )
    assert ended.stdout == b"x\n"
    assert ended.stderr == b""


def test_batches_share_a_session(shared_site: Site) -> None:
    text = "CREATE TABLE #kept (n int NOT NULL);\nGO\nINSERT INTO #kept (n) VALUES (7);\nGO 3\n"
    text += "SELECT COUNT(*) AS n FROM #kept;"
    assert shared_site.done("sql", "-", text=text) == "n\n3\n"


def test_print_goes_to_stderr(shared_site: Site) -> None:
    ended = shared_site.run("sql", "PRINT N'hello'; SELECT 1 AS one;")
    assert (ended.stdout, ended.stderr, ended.returncode) == ("one\n1\n", "hello\n", 0)


ERRORS = [
    ("\nSELECT 1 AS one FROM nowhere.nothing;", "Msg 208, Level 16, State 1, Line 2"),
    ("SELECT 1;\nSELECT 1 / 0;", "Msg 8134, Level 16, State 1, Line 2"),
    ("SELECT 1\nSELEC 2;", "Msg 102, Level 15, State 1, Line 2"),
    ("RAISERROR(N'mine', 14, 7);", "Msg 50000, Level 14, State 7, Line 1"),
    ("\nTHROW 51234, N'mine', 5;", "Msg 51234, Level 16, State 5, Line 2"),
    ("SELECT 'never closed", "Msg 105, Level 15, State 1, Line 1"),
]


@pytest.mark.parametrize(("statement", "heading"), ERRORS)
def test_an_error_prints_number_level_state_and_line_and_exits_1(
    shared_site: Site, statement: str, heading: str
) -> None:
    ended = shared_site.run("sql", statement)
    assert ended.returncode == 1
    assert heading in ended.stderr.splitlines()


def test_an_error_behind_a_result_set_still_surfaces(shared_site: Site) -> None:
    ended = shared_site.run("sql", "SELECT 1 AS one; THROW 51000, N'late', 1;")
    assert (ended.stdout, ended.returncode) == ("one\n1\n", 1)
    assert "late" in ended.stderr


def test_an_error_inside_a_procedure_names_it(shared_site: Site) -> None:
    ended = shared_site.run("sql", "EXEC ops.finish_run @run_id = -1;")
    assert "Msg 51001, Level 16, State 1, Procedure" in ended.stderr
    assert "finish_run" in ended.stderr.splitlines()[0]


def test_after_an_error_no_further_batch_runs(shared_site: Site) -> None:
    ended = shared_site.run("sql", "-", text="THROW 51000, N'first', 1;\nGO\nSELECT 2 AS two;\n")
    assert (ended.stdout, ended.returncode) == ("", 1)


def test_a_password_in_argv_is_refused(shared_site: Site) -> None:
    ended = shared_site.run("sql", "--dsn", "Server=x;UID=sa;PWD=secret", "SELECT 1")
    assert ended.returncode == 2
    assert "WAREHOUSE_PASSWORD" in ended.stderr
    assert "secret" not in ended.stderr


def test_an_unreachable_server_is_one_line_and_exit_code_2(shared_site: Site) -> None:
    dsn = "Server=127.0.0.1,1;UID=sa;ConnectRetryCount=0"
    ended = shared_site.run("sql", "SELECT 1", WAREHOUSE_DSN=dsn, WAREHOUSE_PASSWORD="x")
    assert ended.returncode == 2
    assert len(ended.stderr.splitlines()) == 1
    assert ended.stderr.startswith("warehouse: cannot connect to 127.0.0.1,1: ")


def test_a_database_that_does_not_exist_names_the_remedy(bare_site: Site) -> None:
    ended = bare_site.run("sql", "SELECT 1")
    assert ended.returncode == 2
    assert "create it with: warehouse migrate" in ended.stderr


def test_ctrl_c_ends_a_long_statement_in_one_line(shared_site: Site) -> None:
    command = shared_site.start("sql", "WAITFOR DELAY '00:01:00'; SELECT 1 AS late;")
    time.sleep(3)
    started = time.monotonic()
    command.send_signal(signal.SIGINT)
    output, errors = command.communicate(timeout=60)
    assert (output, command.returncode) == ("", 130)
    assert errors.splitlines()[-1] == "warehouse: interrupted; run the same command again to go on"
    assert time.monotonic() - started < 20
