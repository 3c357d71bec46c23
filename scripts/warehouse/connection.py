"""Where the server is: connection strings, the ODBC driver, connections.

After odbc; used by every command. The driver is Microsoft's ODBC Driver 18: the installed one when the
connection string names it, else the library inside PyPI's `mssql-python-odbc`. Source: Microsoft Learn, "DSN
and connection string keywords and attributes".
"""

from __future__ import annotations

import platform
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tsql import dsn as connection_text
from tsql.dsn import format_keywords as format_keywords
from warehouse.errors import SqlFailed, Unreachable, UsageProblem
from warehouse.odbc import Connection

DATABASE: Final = "warehouse"
UNKNOWN_DATABASE: Final = 4060
_SECRET_KEYWORDS: Final = frozenset({"pwd", "password"})
_DATABASE_KEYWORDS: Final = frozenset({"database", "initial catalog"})
_FOLDERS: Final = {"debian": "debian_ubuntu", "ubuntu": "debian_ubuntu", "alpine": "alpine", "suse": "suse"}
_INSTALLED_DRIVER: Final = "ODBC Driver 18 for SQL Server"


@dataclass(frozen=True)
class Server:
    """A server to talk to: the keywords of its connection string, without a database.

    `remedy` is what to do when it cannot be reached. `repr` never shows the keywords, for a password is
    among them.
    """

    keywords: Mapping[str, str] = field(repr=False)
    database: str = DATABASE
    remedy: str = "check --dsn or WAREHOUSE_DSN"

    @property
    def address(self) -> str:
        """Host and port, or the DSN's name, for messages."""
        lowered = {key.lower(): value for key, value in self.keywords.items()}
        return lowered.get("server") or lowered.get("addr") or lowered.get("dsn") or "the server"

    def connection_string(self, database: str) -> str:
        """The ODBC connection string for one of its databases."""
        return format_keywords({**self.keywords, "Database": database, "APP": "warehouse"})

    def connect(self, database: str | None = None) -> Connection:
        """A connection to the warehouse, or to another database. Errors: Unreachable."""
        name = database or self.database
        try:
            return Connection(self.connection_string(name))
        except Unreachable as error:
            raise self._explain(error, name) from error.__cause__

    def _explain(self, error: Unreachable, database: str) -> Unreachable:
        cause = error.__cause__
        numbers = [item.number for item in cause.diagnostics] if isinstance(cause, SqlFailed) else []
        if UNKNOWN_DATABASE in numbers:
            return Unreachable(
                f"database '{database}' does not exist on {self.address}; create it with: warehouse migrate"
            )
        return Unreachable(f"cannot connect to {self.address}: {str(error).rstrip('.')}; {self.remedy}")


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
    """The keywords of a connection string. Errors: UsageProblem."""
    try:
        return connection_text.parse_keywords(text)
    except connection_text.DsnProblem as problem:
        raise UsageProblem(str(problem)) from None


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
