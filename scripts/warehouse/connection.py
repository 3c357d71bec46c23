"""Where the server is and how to talk to it: connection strings, pyodbc connections, one call per step.

After config; used by every command. The driver is Microsoft's ODBC Driver 18: the installed one when the
connection string names it, else the library inside PyPI's `mssql-python-odbc`. Sources: Microsoft Learn, "DSN
and connection string keywords and attributes" and "sp_executesql".
"""

from __future__ import annotations

import contextlib
import platform
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from warehouse.errors import Diagnostic, SqlFailed, Unreachable, UsageProblem
from warehouse.interrupts import interruptibly
from warehouse.odbc import OdbcConnection, strip_prefixes

if TYPE_CHECKING:
    import pyodbc

DATABASE: Final = "warehouse"
UNKNOWN_DATABASE: Final = 4060
_SECRET_KEYWORDS: Final = frozenset({"pwd", "password"})
_DATABASE_KEYWORDS: Final = frozenset({"database", "initial catalog"})
_FOLDERS: Final = {"debian": "debian_ubuntu", "ubuntu": "debian_ubuntu", "alpine": "alpine", "suse": "suse"}
# pyodbc writes `[state] [vendor][driver][server]message (number) (function); [state] …`.
_RECORD_START: Final = re.compile(r"(?:^|; )\[[0-9A-Z]{5}\] (?=\[)")
_RECORD: Final = re.compile(r"(?P<text>.*?)(?: \((?P<number>-?\d+)\))?(?: \(SQL\w+\))?", re.DOTALL)
_INSTALLED_DRIVER: Final = "ODBC Driver 18 for SQL Server"


@dataclass(frozen=True)
class Server:
    """A server to talk to: the keywords of its connection string, without a database.

    `repr` never shows the keywords, for a password is among them.
    """

    keywords: Mapping[str, str] = field(repr=False)
    database: str = DATABASE

    @property
    def address(self) -> str:
        """Host and port, or the DSN's name, for messages."""
        lowered = {key.lower(): value for key, value in self.keywords.items()}
        return lowered.get("server") or lowered.get("addr") or lowered.get("dsn") or "the server"

    def connection_string(self, database: str) -> str:
        """The ODBC connection string for one of its databases."""
        return format_keywords({**self.keywords, "Database": database, "APP": "warehouse"})

    def batches(self, database: str | None = None) -> OdbcConnection:
        """A connection for batches whose errors must name their line. Errors: Unreachable."""
        name = database or self.database
        try:
            return OdbcConnection(self.connection_string(name))
        except Unreachable as error:
            raise self._explain(error, name) from error.__cause__

    def connect(self) -> Connection:
        """A connection to the warehouse for calls with parameters. Errors: Unreachable."""
        driver = load_pyodbc()
        try:
            text = self.connection_string(self.database)
            return Connection(driver.connect(text, autocommit=True, timeout=15))
        except driver.Error as error:
            failure = sql_failure(error)
            raise self._explain(Unreachable(failure.diagnostics[0].text), self.database, failure) from failure

    def _explain(
        self, error: Unreachable, database: str, failure: BaseException | None = None
    ) -> Unreachable:
        cause = failure or error.__cause__
        numbers = [item.number for item in cause.diagnostics] if isinstance(cause, SqlFailed) else []
        if UNKNOWN_DATABASE in numbers:
            return Unreachable(
                f"database '{database}' does not exist on {self.address}; create it with: warehouse migrate"
            )
        return Unreachable(f"cannot connect to {self.address}: {error}; check --dsn or WAREHOUSE_DSN")


def server_from_dsn(dsn: str, *, password: str | None = None) -> Server:
    """The server that an ODBC connection string names; driver and password are filled in where it has none.

    Errors: UsageProblem for text that is no connection string.
    """
    keywords = parse_keywords(dsn)
    lowered = {key.lower() for key in keywords}
    database = next((value for key, value in keywords.items() if key.lower() in _DATABASE_KEYWORDS), DATABASE)
    keywords = {key: value for key, value in keywords.items() if key.lower() not in _DATABASE_KEYWORDS}
    if not lowered & {"driver", "dsn", "filedsn"}:
        keywords = {"Driver": driver_library(), **keywords}
    if password is not None and not lowered & _SECRET_KEYWORDS:
        keywords["PWD"] = password
    return Server(keywords, database)


def holds_secret(dsn: str) -> bool:
    """Whether a connection string contains a password. Errors: UsageProblem as `parse_keywords`."""
    return any(key.lower() in _SECRET_KEYWORDS for key in parse_keywords(dsn))


def parse_keywords(text: str) -> dict[str, str]:
    """`Key=value;Key={value with ; and }}}` as a mapping. Errors: UsageProblem."""
    found: dict[str, str] = {}
    position = 0
    while position < len(text):
        key, equals, _ = text[position:].partition("=")
        if not equals:
            if key.strip(" ;\t\n"):
                raise UsageProblem(
                    "the DSN must be an ODBC connection string such as 'Server=host,1433;UID=sa'; "
                    f"'{key.strip()}' has no '='"
                )
            break
        value, position = _value(text, position + len(key) + 1)
        found[key.strip(" ;\t\n")] = value
    return found


def _value(text: str, start: int) -> tuple[str, int]:
    """The value that begins at `start` and the offset behind its semicolon."""
    if not text.startswith("{", start):
        end = text.find(";", start)
        end = len(text) if end < 0 else end
        return text[start:end].strip(), end + 1
    pieces, position = [], start + 1
    while True:
        end = text.find("}", position)
        if end < 0:
            raise UsageProblem("the DSN has a '{' without its '}'")
        pieces.append(text[position:end])
        if not text.startswith("}}", end):
            return "}".join(pieces), end + 2
        position = end + 2


def format_keywords(keywords: Mapping[str, str]) -> str:
    """The opposite of `parse_keywords`."""
    return ";".join(f"{key}={_braced(value)}" for key, value in keywords.items())


def _braced(value: str) -> str:
    if value and not set(value) & set("[]{}(),;?*=!@ "):
        return value
    return "{" + value.replace("}", "}}") + "}"


def driver_library() -> str:
    """The driver to use when the connection string names none: the wheel's library, else the installed
    one."""
    try:
        import mssql_python_odbc
    except ImportError:
        return _INSTALLED_DRIVER
    libraries = Path(mssql_python_odbc.get_libs_dir())
    found = sorted(libraries.glob(_driver_pattern()))
    preferred = [str(path) for path in found if _distribution_folder() in path.parts]
    return next(iter(preferred or map(str, found)), _INSTALLED_DRIVER)


def _driver_pattern() -> str:
    machine = platform.machine().lower().replace("aarch64", "arm64").replace("amd64", "x86_64")
    if sys.platform == "darwin":
        return f"macos/{machine}/lib/libmsodbcsql*.dylib"
    if sys.platform == "win32":
        return f"windows/{machine.replace('x86_64', 'x64')}/msodbcsql*.dll"
    return f"linux/*/{machine}/lib/libmsodbcsql*.so*"


def _distribution_folder() -> str:
    """The wheel's folder for this Linux; Red Hat and its like when nothing else fits."""
    try:
        release = platform.freedesktop_os_release()
    except OSError:
        return "rhel"
    names = f"{release.get('ID', '')} {release.get('ID_LIKE', '')}".lower()
    return next((folder for name, folder in _FOLDERS.items() if name in names), "rhel")


def load_pyodbc() -> Any:
    """The module pyodbc, without its pooling: a closed connection must end its session and its locks.

    Errors: Unreachable when unixODBC is missing.
    """
    try:
        import pyodbc
    except ImportError as error:
        raise Unreachable(f"pyodbc cannot start ({error}): apt-get install unixodbc") from error
    pyodbc.pooling = False
    return pyodbc


def sql_failure(error: Exception) -> SqlFailed:
    """pyodbc's exception as ours. Severity, state, line and procedure are lost on the way: 16, 1, 0 and
    ''."""
    sqlstate = str(error.args[0]) if error.args else ""
    text = str(error.args[-1]) if error.args else str(error)
    records = [record for record in _RECORD_START.split(text) if record]
    return SqlFailed(tuple(_diagnostic(sqlstate, record) for record in records))


def _diagnostic(sqlstate: str, record: str) -> Diagnostic:
    match = _RECORD.fullmatch(record)
    message, number = (match["text"], int(match["number"] or 0)) if match else (record, 0)
    return Diagnostic(number, 16, 1, 0, "", strip_prefixes(message), sqlstate)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call ended with: the rows of its last result set as mappings, and what it printed."""

    rows: tuple[Mapping[str, Any], ...]
    messages: tuple[str, ...]


class Connection:
    """A pyodbc connection in autocommit mode: one call at a time, from one thread, except `cancel`."""

    def __init__(self, connection: pyodbc.Connection) -> None:
        self._connection = connection
        self._cursor: pyodbc.Cursor | None = None

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the session; the server rolls back what is open and drops its locks."""
        with contextlib.suppress(load_pyodbc().Error):  # a lost connection is as good as a closed one
            self._connection.close()

    def cancel(self) -> None:
        """Ask the server to end the running call; callable from any thread."""
        cursor = self._cursor
        if cursor is not None:
            with contextlib.suppress(load_pyodbc().Error):  # it may have ended this very moment
                cursor.cancel()

    def execute(self, statement: str, declarations: str = "", values: Sequence[object] = ()) -> Answer:
        """One sp_executesql call: `statement` with its @names, their declarations, their values in that
        order.

        Errors: SqlFailed.
        """
        places = ", ?" * (len(values) + 1) if declarations else ""
        arguments = (statement, declarations, *values) if declarations else (statement,)
        return self._call(f"{{CALL sys.sp_executesql (?{places})}}", arguments)

    def _call(self, statement: str, values: Sequence[object]) -> Answer:
        driver = load_pyodbc()
        try:
            self._cursor = cursor = self._connection.cursor()
            cursor.setinputsizes([_input_size(driver, value) for value in values])
            return interruptibly(lambda: _drain(cursor.execute(statement, *values)), self.cancel)
        except driver.Error as error:
            raise sql_failure(error) from error
        finally:
            cursor, self._cursor = self._cursor, None
            if cursor is not None:
                with contextlib.suppress(driver.Error):
                    cursor.close()


def _drain(cursor: pyodbc.Cursor) -> Answer:
    """Take every result set: an error behind the first one surfaces only so."""
    messages: list[str] = []
    rows: list[Mapping[str, Any]] = []
    while True:
        messages += [strip_prefixes(text) for _, text in cursor.messages or ()]
        if cursor.description:
            names = [column[0] for column in cursor.description]
            rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        if not cursor.nextset():
            return Answer(tuple(rows), tuple(messages))


def _input_size(driver: Any, value: object) -> Any:
    """The type to bind, so that the driver need not ask the server; NULL goes as nvarchar."""
    if isinstance(value, bool):
        return (driver.SQL_BIT, 0, 0)
    if isinstance(value, int):
        return (driver.SQL_BIGINT, 0, 0)
    return (driver.SQL_WVARCHAR, 0, 0) if value is None or isinstance(value, str) else None
