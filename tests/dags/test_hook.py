"""The one way in which tasks talk to the server."""

from __future__ import annotations

import pymssql
import pytest
from structlog.testing import capture_logs
from tests.dags.conftest import Injected

from warehouse.injector import WarehouseHook
from warehouse.plan import Parameter, Step

pytestmark = pytest.mark.usefixtures("injected")

STEP = Step(
    id="test",
    layer="silver",
    entity="test",
    title="test",
    sql="SELECT @text AS text_there, @none AS nothing, @run_id AS run_id;",
    parameters=(
        Parameter("@text", "nvarchar(100)", "'; DROP TABLE x; -- %s {{ é }}"),
        Parameter("@none", "int", None),
    ),
    depends_on=(),
    inlets=(),
    outlets=(),
)


def test_the_last_result_set_is_the_answer() -> None:
    assert WarehouseHook().call("SELECT %s AS a; SELECT %s AS b;", (1, 2)) == {"b": 2}


def test_a_call_without_result_set_answers_nothing() -> None:
    assert WarehouseHook().call("DECLARE @a int = %s;", (1,)) == {}


def test_an_error_behind_the_first_result_set_fails_the_task() -> None:
    with pytest.raises(pymssql.Error, match="too late"):
        WarehouseHook().call("SELECT %s AS a; THROW 51999, N'too late', 1;", (1,))


def test_print_reaches_the_log_of_the_task() -> None:
    with capture_logs() as records:
        WarehouseHook().call("PRINT N'first'; SELECT %s AS a; PRINT N'second';", (1,))
    printed = [str(record["event"]) % record.get("positional_args", ()) for record in records]
    assert printed[-2:] == ["first", "second"]


def test_values_arrive_as_they_are_whatever_they_hold() -> None:
    row = WarehouseHook().execute_step(STEP, 7)
    assert row == {"text_there": "'; DROP TABLE x; -- %s {{ é }}", "nothing": None, "run_id": 7}


def test_what_a_procedure_commits_stays_though_a_later_statement_fails(injected: Injected) -> None:
    hook = WarehouseHook()
    hook.call("CREATE TABLE dbo.kept (a int NOT NULL); SELECT %s AS a;", (1,))
    with pytest.raises(pymssql.Error):
        hook.call("INSERT INTO dbo.kept (a) VALUES (%s); THROW 51999, N'later', 1;", (1,))
    assert injected.count("dbo.kept") == 1
