"""Reads what the driver says about its last call: every message with number, severity, state, line,
procedure.

Between odbcapi and odbc. These fields are why there is an odbc module: pyodbc and mssql-python report a
number and a text only.
"""

from __future__ import annotations

import ctypes

from warehouse import odbcapi as api
from warehouse.errors import Diagnostic

_PREFIXES = 3  # [vendor][driver][server]


def diagnostics(kind: int, handle: ctypes.c_void_p) -> list[Diagnostic]:
    """The messages of the last call on a connection's or statement's handle, in their order."""
    found: list[Diagnostic] = []
    while (message := _diagnostic(kind, handle, len(found) + 1)) is not None:
        found.append(message)
    return found


def _diagnostic(kind: int, handle: ctypes.c_void_p, record: int) -> Diagnostic | None:
    sqlstate, text = ctypes.create_string_buffer(12), ctypes.create_string_buffer(16400)
    number, length = ctypes.c_int(), ctypes.c_short()
    code = api.library().SQLGetDiagRecW(
        kind, handle, record, sqlstate, ctypes.byref(number), text, 8192, ctypes.byref(length)
    )
    if not api.succeeded(code):
        return None
    message = ctypes.string_at(text, min(length.value, 8191) * 2).decode("utf-16-le", "replace")
    return Diagnostic(
        number=number.value,
        severity=_number(kind, handle, record, api.DIAG_SEVERITY),
        state=_number(kind, handle, record, api.DIAG_STATE),
        line=_number(kind, handle, record, api.DIAG_LINE) & 0xFFFF,
        procedure=_text(kind, handle, record, api.DIAG_PROCEDURE),
        text=strip_prefixes(message),
        sqlstate=ctypes.string_at(sqlstate, 10).decode("utf-16-le"),
    )


def _number(kind: int, handle: ctypes.c_void_p, record: int, field: int) -> int:
    value = ctypes.c_longlong()  # the line fills 16 of its bits only, the others 32
    api.library().SQLGetDiagFieldW(kind, handle, record, field, ctypes.byref(value), 0, None)
    return value.value & 0xFFFFFFFF


def _text(kind: int, handle: ctypes.c_void_p, record: int, field: int) -> str:
    text, length = ctypes.create_string_buffer(1024), ctypes.c_short()
    api.library().SQLGetDiagFieldW(kind, handle, record, field, text, 1024, ctypes.byref(length))
    return ctypes.string_at(text, min(length.value, 1022)).decode("utf-16-le", "replace")


def strip_prefixes(message: str) -> str:
    """A driver's message without `[Microsoft][ODBC Driver 18 for SQL Server][SQL Server]` before it."""
    for _ in range(_PREFIXES):
        if not message.startswith("[") or "]" not in message:
            break
        message = message.partition("]")[2]
    return message.strip()
