"""What a request may be answered with: several results, messages, errors, OUTPUT parameters, transactions."""

from __future__ import annotations

from typing import Any

import pymssql
import pyodbc
import pytest
from tests.wire.conftest import StandIn

from tsqld.events import Column, Columns, Done, Error, Event, ReturnStatus, ReturnValue, Rows
from tsqld.tds import tokens
from tsqld.tds.protocol import TDS_74
from tsqld.tds.responses import Transactions, batch_tokens, call_tokens
from tsqld.types import INT, MAX, nvarchar


def _rows(cursor: Any) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in cursor.fetchall()]


def test_several_results_come_one_after_the_other(client: Any) -> None:
    cursor = client.cursor()
    cursor.execute("sets")
    results = []
    while True:
        if cursor.description:
            results.append([tuple(row) for row in cursor.fetchall()])
        if not cursor.nextset():
            break
    assert results == [[(1,), (2,)], [], [(3,)]]


def test_row_counts_follow_their_statements(microsoft: pyodbc.Connection) -> None:
    cursor = microsoft.execute("counts")
    assert cursor.rowcount == 3
    assert cursor.nextset()
    assert cursor.rowcount == 4
    assert not cursor.nextset()


def test_print_and_warnings_reach_the_client(microsoft: pyodbc.Connection) -> None:
    cursor = microsoft.execute("print good day")
    texts = [text for _, text in cursor.messages]
    assert any("good day" in text for text in texts)
    assert any("a warning" in text for text in texts)


def test_a_message_arrives_while_the_batch_still_runs(stand_in: StandIn) -> None:
    import time

    connection = stand_in.pymssql()
    heard: list[float] = []
    connection._conn.set_msghandler(lambda *_: heard.append(time.monotonic()))
    connection.cursor().execute("slowly")
    assert time.monotonic() - heard[0] > 2
    connection.close()


def test_an_error_carries_number_severity_state_line_and_procedure(stand_in: StandIn) -> None:
    connection = stand_in.pymssql()
    with pytest.raises(pymssql.IntegrityError) as caught:
        connection.cursor().execute("fail")
    assert caught.value.args[0] == 547
    seen: list[tuple[Any, ...]] = []
    connection._conn.set_msghandler(lambda *said: seen.append(said))
    with pytest.raises(pymssql.Error):
        connection.cursor().execute("fail")
    state, severity, server, procedure, line, text = seen[0]
    assert (state, severity, server, procedure, line) == (2, 16, b"tsqld", b"silver.load_orders", 12)
    assert text == b"The INSERT statement conflicted."
    connection.close()


def test_an_error_ends_one_request_and_not_the_connection(client: Any) -> None:
    cursor = client.cursor()
    with pytest.raises(Exception, match="INSERT statement conflicted"):
        cursor.execute("fail")
    cursor = client.cursor()
    cursor.execute("exec x")
    assert _rows(cursor) == [(1,)]


def test_an_error_amid_rows_comes_after_the_rows_before_it(microsoft: pyodbc.Connection) -> None:
    cursor = microsoft.cursor()
    with pytest.raises(pyodbc.Error, match="Divide by zero"):
        cursor.execute("partly").fetchall()


@pytest.mark.parametrize("command", ["broken", "bad rows"])
def test_a_defect_inside_is_an_error_and_a_line_in_the_log(
    stand_in: StandIn, microsoft: pyodbc.Connection, command: str
) -> None:
    with pytest.raises(pyodbc.Error, match="tsqld failed"):
        microsoft.execute(command).fetchall()
    assert microsoft.execute("exec x").fetchval() == 1
    assert "a request failed inside" in stand_in.log.read_text(encoding="utf-8")


def test_a_procedure_gives_its_return_code_and_output_parameters(stand_in: StandIn) -> None:
    connection = stand_in.pymssql()
    cursor = connection.cursor()
    given = cursor.callproc("outputs", (1, pymssql.output(int, 21), "x", pymssql.output(str, "y")))
    while cursor.nextset():
        continue
    assert (given[1], given[3], cursor.returnvalue) == (42, "<y>", 7)
    connection.close()


def test_a_procedure_is_called_by_name_and_the_prepared_call_again(binding_client: Any) -> None:
    for number in (1, 2):
        cursor = binding_client.cursor()
        cursor.execute("{CALL dbo.p (?, ?)}", (number, "x"))
        row = cursor.fetchone()
        assert (row[0], row[2], row[4]) == ("dbo.p", number, "x")


def test_a_statement_is_described_without_running(microsoft: pyodbc.Connection) -> None:
    cursor = microsoft.cursor()
    cursor.execute("{CALL sp_describe_first_result_set (?)}", "rows 5")
    described = [(row.column_ordinal, row.name, row.system_type_name) for row in cursor.fetchall()]
    assert described[2:4] == [(3, "amount", "decimal(18,2)"), (4, "name", "nvarchar(50)")]
    cursor.execute("{CALL sp_describe_first_result_set (?)}", "print")
    assert cursor.fetchall() == []


def test_a_missing_procedure_is_error_2812(stand_in: StandIn) -> None:
    connection = stand_in.pymssql()
    with pytest.raises(pymssql.Error, match="Could not find stored procedure"):
        connection.cursor().callproc("missing")
    connection.close()


def test_a_prepared_statement_runs_again_and_again(binding_client: Any) -> None:
    cursor = binding_client.cursor()
    for number in range(20):
        cursor.execute("echo ?", (number,))
        assert cursor.fetchone()[2] == number


def test_transactions_of_the_driver_begin_and_end(stand_in: StandIn) -> None:
    connection = stand_in.microsoft()
    connection.autocommit = False
    connection.execute("exec x").fetchall()
    connection.commit()
    connection.execute("exec x").fetchall()
    connection.rollback()
    connection.autocommit = True
    connection.execute("begin")
    connection.execute("rollback")
    connection.close()


def test_use_tells_the_client_its_new_database(microsoft: pyodbc.Connection) -> None:
    microsoft.execute("use warehouse")
    assert microsoft.getinfo(pyodbc.SQL_DATABASE_NAME) == "warehouse"


def test_catalog_functions_are_calls_by_name(microsoft: pyodbc.Connection) -> None:
    cursor = microsoft.cursor()
    assert cursor.tables().fetchone()[0] == "[sys].sp_tables"
    assert cursor.columns("t").fetchone()[0] == "[sys].sp_columns_100"


def test_a_refused_login_says_18456(stand_in: StandIn) -> None:
    with pytest.raises(pyodbc.InterfaceError, match="Login failed for user 'sa'"):
        stand_in.microsoft(PWD="wrong")
    with pytest.raises(pymssql.OperationalError, match="18456"):
        stand_in.pymssql(password="wrong")


def test_an_unknown_database_says_4060(stand_in: StandIn) -> None:
    with pytest.raises(pyodbc.Error, match='Cannot open database "nowhere"'):
        stand_in.microsoft(Database="nowhere")


def test_the_version_is_that_of_sql_server_2022(microsoft: pyodbc.Connection) -> None:
    assert microsoft.getinfo(pyodbc.SQL_DBMS_VER).startswith("16.00.4")
    assert microsoft.getinfo(pyodbc.SQL_DBMS_NAME) == "Microsoft SQL Server"
    assert microsoft.getinfo(pyodbc.SQL_SERVER_NAME) == "tsqld"


# --- the order of tokens and their bits


def _kinds(stream: bytes) -> list[tuple[int, int, int, int]]:
    """DONE tokens of a stream that holds nothing else: token, status, command, count."""
    import struct

    return list(struct.iter_unpack("<BHHQ", stream))


def _batch(*events: Event) -> list[bytes]:
    return list(batch_tokens(events, TDS_74, Transactions()))


def _call(*events: Event) -> list[bytes]:
    return list(call_tokens(events, TDS_74, Transactions()))


def test_only_the_last_statement_of_a_batch_says_that_nothing_follows() -> None:
    statuses = _kinds(b"".join(_batch(Done(1), Done(None), Done(2))))
    assert statuses == [(0xFD, 0x11, 0, 1), (0xFD, 0x10, 0, 2)]


def test_a_batch_without_results_ends_with_one_done() -> None:
    assert _kinds(b"".join(_batch(Done(None), Done(None)))) == [(0xFD, 0, 0, 0)]
    assert _kinds(b"".join(_batch())) == [(0xFD, 0, 0, 0)]


def test_a_select_says_its_command_and_count() -> None:
    *_, last = _batch(Columns((Column("a", INT),)), Rows([(1,)]), Done(1, select=True))
    assert _kinds(last) == [(0xFD, 0x10, 0xC1, 1)]


def test_a_failed_statement_is_marked_even_when_nothing_ended_it() -> None:
    *_, last = _batch(Error(208, "Invalid object name 'x'.", 16, 1, 1))
    assert _kinds(last) == [(0xFD, tokens.DONE_ERROR, 0, 0)]
    stream = _batch(Error(2627, "x", 14, 1, 1), Columns((Column("a", INT),)), Done(0, select=True))
    assert _kinds(stream[1]) == [(0xFD, tokens.DONE_ERROR | tokens.DONE_MORE, 0, 0)]


def test_a_remote_call_ends_with_status_outputs_and_doneproc() -> None:
    value = ReturnValue("@n", INT, 5, 3)
    stream = _call(Done(4), value, ReturnStatus(9))
    assert [piece[0] for piece in stream] == [0xFF, 0x79, 0xAC, 0xFE]
    assert stream[1] == b"\x79\x09\x00\x00\x00"
    assert stream[2][1:3] == b"\x03\x00"
    assert _kinds(stream[0]) == [(0xFF, 0x11, 0, 4)]


def test_large_output_parameters_come_last() -> None:
    large, small = ReturnValue("@a", nvarchar(MAX), "x", 0), ReturnValue("@b", INT, 1, 1)
    stream = _call(large, small, ReturnStatus(0))
    assert [piece[1] for piece in stream if piece[0] == 0xAC] == [1, 0]


def test_use_says_its_message_once(microsoft: pyodbc.Connection) -> None:
    cursor = microsoft.execute("use warehouse")
    assert cursor.messages is not None
    assert len(cursor.messages) == 1
