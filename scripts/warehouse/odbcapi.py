"""The functions and numbers of ODBC that odbc needs, called through the driver manager's C interface.

Below odbc. Source: Microsoft Learn, "ODBC API reference", "SQLGetDiagField" (driver-specific fields
SQL_DIAG_SS_*) and the headers sql.h, sqlext.h and msodbcsql.h.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import sys
from functools import cache
from typing import Any, Final

from warehouse.errors import Unreachable

ENVIRONMENT, CONNECTION, STATEMENT = 1, 2, 3
SUCCESS, SUCCESS_WITH_INFO, NO_DATA = 0, 1, 100
NULL_DATA, NULL_TERMINATED = -1, -3
ATTR_ODBC_VERSION, ODBC_3 = 200, 3
ATTR_LOGIN_TIMEOUT: Final = 103
FREE_CLOSE, FREE_RESET_PARAMETERS = 0, 3
PARAMETER_INPUT: Final = 1
C_WCHAR, C_BINARY, C_BIGINT, C_DOUBLE = -8, -2, -25, 8
BIT, BIGINT, WVARCHAR = -7, -5, -9
INTEGERS: Final = frozenset({4, 5, -5, -6})
FLOATS: Final = frozenset({6, 7, 8})
DECIMALS: Final = frozenset({2, 3})
BINARIES: Final = frozenset({-2, -3, -4})
DIAG_STATE, DIAG_SEVERITY, DIAG_PROCEDURE, DIAG_LINE = -1150, -1151, -1153, -1154


@cache
def library() -> ctypes.CDLL:
    """The driver manager. Errors: Unreachable when it is not installed."""
    names = {"win32": "odbc32", "darwin": "libodbc.2.dylib"}
    name = names.get(sys.platform) or ctypes.util.find_library("odbc") or "libodbc.so.2"
    try:
        loaded = ctypes.CDLL(name)
    except OSError as error:
        raise Unreachable(
            f"unixODBC is not installed ({name} is missing): apt-get install unixodbc"
        ) from error
    _declare(loaded)
    return loaded


def _declare(loaded: ctypes.CDLL) -> None:
    """Argument types, without which 64-bit handles are cut to 32 bits."""
    pointer, short, integer, unsigned = ctypes.c_void_p, ctypes.c_short, ctypes.c_int, ctypes.c_ushort
    length, size = ctypes.c_ssize_t, ctypes.c_size_t
    signatures: dict[str, list[Any]] = {
        "SQLAllocHandle": [short, pointer, pointer],
        "SQLFreeHandle": [short, pointer],
        "SQLSetEnvAttr": [pointer, integer, pointer, integer],
        "SQLSetConnectAttrW": [pointer, integer, pointer, integer],
        "SQLDriverConnectW": [pointer, pointer, pointer, short, pointer, short, pointer, unsigned],
        "SQLDisconnect": [pointer],
        "SQLBindParameter": [
            *(pointer, unsigned, short, short, short),
            *(size, short, pointer, length, pointer),
        ],
        "SQLExecDirectW": [pointer, pointer, integer],
        "SQLMoreResults": [pointer],
        "SQLNumResultCols": [pointer, pointer],
        "SQLDescribeColW": [pointer, unsigned, pointer, short, pointer, pointer, pointer, pointer, pointer],
        "SQLRowCount": [pointer, pointer],
        "SQLFetch": [pointer],
        "SQLGetData": [pointer, unsigned, short, pointer, length, pointer],
        "SQLFreeStmt": [pointer, unsigned],
        "SQLCancel": [pointer],
        "SQLGetDiagRecW": [short, pointer, short, pointer, pointer, pointer, short, pointer],
        "SQLGetDiagFieldW": [short, pointer, short, short, pointer, short, pointer],
    }
    for name, arguments in signatures.items():
        function = getattr(loaded, name)
        function.argtypes = arguments
        function.restype = short


@cache
def environment() -> ctypes.c_void_p:
    """The process's one environment handle. Errors: Unreachable."""
    handle = ctypes.c_void_p()
    if library().SQLAllocHandle(ENVIRONMENT, None, ctypes.byref(handle)) != SUCCESS:
        raise Unreachable("ODBC gave no environment; is unixODBC installed completely?")
    library().SQLSetEnvAttr(handle, ATTR_ODBC_VERSION, ODBC_3, 0)
    return handle


def allocate(kind: int, parent: ctypes.c_void_p) -> ctypes.c_void_p:
    """A new handle. Errors: Unreachable."""
    handle = ctypes.c_void_p()
    if not succeeded(library().SQLAllocHandle(kind, parent, ctypes.byref(handle))):
        raise Unreachable("ODBC gave no handle; the connection was lost or memory is short")
    return handle


def succeeded(code: int) -> bool:
    """Whether a return code means success, with or without messages."""
    return code in (SUCCESS, SUCCESS_WITH_INFO)


def wide(text: str) -> ctypes.Array[ctypes.c_char]:
    """`text` as zero-terminated UTF-16, which is what the W functions take."""
    return ctypes.create_string_buffer(text.encode("utf-16-le", "surrogatepass") + b"\0\0")
