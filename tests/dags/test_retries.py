"""Which failures are tried again, and when."""

from __future__ import annotations

from datetime import timedelta

import pymssql
import pytest
from airflow.sdk import RetryAction

from warehouse.errors import UsageProblem
from warehouse.injector import RetryTransient, error_number

POLICY = RetryTransient()


@pytest.mark.parametrize("number", [1205, 1222, 3960, 51002, 51010, 20003, 20047, 40613])
def test_what_may_pass_by_itself_is_tried_again(number: int) -> None:
    decision = POLICY.evaluate(pymssql.OperationalError(number, b"text"), 1, 5)
    assert decision.action is RetryAction.RETRY


@pytest.mark.parametrize("number", [102, 207, 208, 2627, 4860, 8134, 18456, 50000, 51001])
def test_what_will_not_pass_fails_at_the_first_try(number: int) -> None:
    decision = POLICY.evaluate(pymssql.OperationalError(number, b"text"), 1, 5)
    assert decision.action is RetryAction.FAIL


@pytest.mark.parametrize("error", [ValueError("x"), UsageProblem("no folder"), RuntimeError()])
def test_an_error_that_is_not_the_servers_fails_at_the_first_try(error: Exception) -> None:
    assert POLICY.evaluate(error, 1, 5).action is RetryAction.FAIL


def test_each_pause_is_twice_the_one_before_and_ten_minutes_at_most() -> None:
    lost = pymssql.OperationalError(20003, b"timed out")
    pauses = [POLICY.evaluate(lost, number, 20).retry_delay for number in range(1, 12)]
    assert pauses[:4] == [timedelta(seconds=seconds) for seconds in (5, 10, 20, 40)]
    assert pauses[-1] == timedelta(minutes=10)


def test_a_number_is_read_from_both_forms_of_pymssqls_exceptions() -> None:
    assert error_number(pymssql.OperationalError(1205, b"deadlock")) == 1205
    assert error_number(pymssql.OperationalError((20009, b"unable to connect"))) == 20009
    assert error_number(pymssql.InterfaceError("connection is closed")) == 0
    assert error_number(RuntimeError()) == 0


def test_a_server_that_is_not_there_is_tried_again() -> None:
    with pytest.raises(pymssql.Error) as caught:
        pymssql.connect("127.0.0.1", "sa", "x", port="1", login_timeout=1)
    assert POLICY.evaluate(caught.value, 1, 5).action is RetryAction.RETRY


def test_a_server_that_is_not_there_is_told_from_the_last_refusal_of_another() -> None:
    refused = pymssql.OperationalError((18456, b"DB-Lib error message 20009, severity 9:\nUnable to connect"))
    assert error_number(refused) == 20009
    assert error_number(pymssql.OperationalError((18456, b"Login failed for user 'x'."))) == 18456
