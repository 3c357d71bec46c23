"""CREATE SCHEMA and ALTER DATABASE."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final

from tsqld.catalog.model import FILEGROUPS, Catalog
from tsqld.errors import TsqlError, error, unsupported
from tsqld.runtime.ddl.definer import Definer
from tsqld.runtime.session import Session
from tsqld.syntax import nodes as n

_ACCESS: Final = ("SINGLE_USER", "RESTRICTED_USER", "MULTI_USER")
_ALONE: Final = ("SINGLE_USER", "RESTRICTED_USER")
_PAUSE: Final = 0.05
_MOST_SECONDS: Final = 5
"""How long killed sessions are waited for."""
_LEVELS: Final = ("100", "110", "120", "130", "140", "150", "160")
_KNOWN: Final = frozenset(
    """READ_COMMITTED_SNAPSHOT ALLOW_SNAPSHOT_ISOLATION RECOVERY COMPATIBILITY_LEVEL AUTO_CLOSE AUTO_SHRINK
    AUTO_CREATE_STATISTICS AUTO_UPDATE_STATISTICS AUTO_UPDATE_STATISTICS_ASYNC QUERY_STORE PAGE_VERIFY
    DELAYED_DURABILITY TRUSTWORTHY TARGET_RECOVERY_TIME ANSI_NULL_DEFAULT ANSI_NULLS QUOTED_IDENTIFIER
    ARITHABORT ANSI_WARNINGS ANSI_PADDING CONCAT_NULL_YIELDS_NULL ACCELERATED_DATABASE_RECOVERY
    RECURSIVE_TRIGGERS PARAMETERIZATION NUMERIC_ROUNDABORT DB_CHAINING CURSOR_DEFAULT CURSOR_CLOSE_ON_COMMIT
    ENABLE_BROKER DISABLE_BROKER NEW_BROKER HONOR_BROKER_PRIORITY DATE_CORRELATION_OPTIMIZATION FILESTREAM
    OPTIMIZED_LOCKING AUTOMATIC_TUNING MEMORY_OPTIMIZED_ELEVATE_TO_SNAPSHOT MIXED_PAGE_ALLOCATION
    TEMPORAL_HISTORY_RETENTION CATALOG_COLLATION""".split()
)


class Databases(Definer):
    """The options of databases."""

    def describe(self, node: n.CreateDatabase) -> None:
        """Keep what CREATE DATABASE said about a database that has just been made."""
        self.change(described_database(self.catalog(node.name), node))

    def alter_database(self, node: n.AlterDatabase) -> None:
        if self.session.trancount:
            raise error(226, "ALTER DATABASE", line=node.line)
        name = self.session.database if node.name == "CURRENT" else node.name
        if self.session.engine.catalog(name) is None:
            raise _failed(error(5011, name, line=node.line))
        catalog = self.catalog(name)
        if node.action in ("SCOPED", "ADD FILE", "REMOVE FILE", "MODIFY FILE", "MODIFY FILEGROUP"):
            return
        if node.action == "SET":
            if any(option.name in _ALONE for option in node.options):
                self._wait_for_others(name, node)
            self.change(with_database_options(catalog, node.options))
        elif node.action in ("ADD FILEGROUP", "REMOVE FILEGROUP"):
            self.change(_with_filegroup(catalog, node))
        else:
            raise unsupported(f"ALTER DATABASE … {node.action}", node.line)

    def _wait_for_others(self, name: str, node: n.AlterDatabase) -> None:
        """Until no other session is in a database: ROLLBACK ends them, NO_WAIT is error 5070 with 5069."""
        session = self.session
        end = time.monotonic() + _MOST_SECONDS
        while others := others_in(session, name):
            if node.others == "NO_WAIT":
                raise _failed(error(5070, name, line=node.line))
            if node.others == "ROLLBACK":
                for other in others:
                    other.kill()
                if time.monotonic() > end:
                    return
            if session.cancelled.wait(_PAUSE):
                raise InterruptedError


def others_in(session: Session, database: str) -> list[Session]:
    """The other sessions that are in a database."""
    every = list(session.engine.sessions.values())
    return [
        other
        for other in every
        if other is not session and not other.ended and other.database.lower() == database.lower()
    ]


def _failed(problem: TsqlError) -> TsqlError:
    """5069 behind the error that kept a database from being altered."""
    second = error(5069, line=problem.line)
    second.causes = (problem,)
    return second


def _with_filegroup(catalog: Catalog, node: n.AlterDatabase) -> Catalog:
    """The catalog with one filegroup more or less. Error 50100 when it cannot be."""
    found = catalog.filegroups
    same = [each for each in found if each.lower() == node.argument.lower()]
    if node.action == "ADD FILEGROUP":
        if same or node.argument.lower() == "primary":
            raise unsupported(f"a second filegroup {node.argument}", node.line)
        return catalog.with_option(FILEGROUPS, "\n".join((*found, node.argument)))
    if not same:
        raise unsupported(f"removing the filegroup {node.argument}, which is not there", node.line)
    return catalog.with_option(FILEGROUPS, "\n".join(each for each in found if each not in same))


def described_database(catalog: Catalog, node: n.CreateDatabase) -> Catalog:
    """The catalog of a new database with the clauses of CREATE DATABASE. Error 50100 for what matters."""
    if node.collation:
        catalog = catalog.with_option("COLLATION", _collation(node.collation, node.line))
    if node.filegroups:
        catalog = catalog.with_option(FILEGROUPS, "\n".join(node.filegroups))
    return with_database_options(catalog, node.options)


def with_database_options(catalog: Catalog, options: Sequence[n.DatabaseOption]) -> Catalog:
    """The catalog with options of CREATE or ALTER DATABASE set, under the names sys.databases knows them by.

    What they steer is storage, plans and logging, which change no answer, or defaults that ODBC and every
    other client here overrides when it connects; what would change answers is refused.
    """
    for option in options:
        if option.name in _ACCESS:
            catalog = catalog.with_option("USER_ACCESS", option.name)
        elif (option.name, option.value) == ("LEDGER", "OFF"):
            continue
        elif option.name == "READ_WRITE":
            catalog = catalog.with_option("UPDATEABILITY", option.name)
        elif option.name == "COMPATIBILITY_LEVEL" and option.value not in _LEVELS:
            raise _failed(error(15048, line=option.line))
        elif option.name in _KNOWN:
            catalog = catalog.with_option(option.name, option.value or "ON")
        else:
            raise unsupported(f"ALTER DATABASE … SET {option.name}", option.line)
    return catalog


def _collation(collation: str, line: int) -> str:
    """A database's collation, when it compares as ours does: by neither case nor code page. Error 50100."""
    name = collation.upper()
    if (not name.endswith("_CI_AS") and "_CI_AS_" not in name) or name.endswith("UTF8"):
        raise unsupported(f"the collation {collation} of a database", line)
    return collation
