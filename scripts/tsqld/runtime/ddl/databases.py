"""CREATE SCHEMA and ALTER DATABASE."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tsqld.binder.scope import quoted
from tsqld.catalog.model import (
    Schema,
)
from tsqld.errors import error, unsupported
from tsqld.syntax import nodes as n

if TYPE_CHECKING:
    pass

from tsqld.runtime.ddl.definer import Definer


class Databases(Definer):
    """Schemas, and the options of databases."""

    def create_schema(self, node: n.CreateSchema) -> None:
        catalog = self.catalog()
        if catalog.schema(node.name) is not None:
            raise error(2714, node.name, line=node.line)
        number = max((s.schema_id for s in catalog.schemas() if s.schema_id < 16384), default=4) + 1
        self.write(f"CREATE SCHEMA {quoted(catalog.name)}.{quoted(node.name)}")
        self.change(catalog.put(Schema(number, node.name, node.owner or "dbo")))
        for element in node.elements:
            for _ in self.session.interpreter.definitions.run(element):
                pass

    def alter_database(self, node: n.AlterDatabase) -> None:
        name = self.session.database if node.name == "CURRENT" else node.name
        catalog = self.catalog(name)
        words = [word.upper() for word in node.options if word not in (",", "=")]
        if words[:1] in (["COLLATE"], ["MODIFY NAME"]):
            raise unsupported(f"ALTER DATABASE … {words[0]}", node.line)
        known = (
            "READ_COMMITTED_SNAPSHOT",
            "ALLOW_SNAPSHOT_ISOLATION",
            "RECOVERY",
            "COMPATIBILITY_LEVEL",
            "AUTO_CLOSE",
            "AUTO_SHRINK",
            "AUTO_CREATE_STATISTICS",
            "AUTO_UPDATE_STATISTICS",
            "QUERY_STORE",
            "PAGE_VERIFY",
            "DELAYED_DURABILITY",
            "TRUSTWORTHY",
            "TARGET_RECOVERY_TIME",
            "MULTI_USER",
            "ANSI_NULLS",
            "QUOTED_IDENTIFIER",
            "ARITHABORT",
            "ANSI_WARNINGS",
            "ANSI_PADDING",
            "CONCAT_NULL_YIELDS_NULL",
            "AUTO_UPDATE_STATISTICS_ASYNC",
            "ACCELERATED_DATABASE_RECOVERY",
            "RECURSIVE_TRIGGERS",
            "PARAMETERIZATION",
            "NUMERIC_ROUNDABORT",
            "DB_CHAINING",
            "CURSOR_DEFAULT",
            "CURSOR_CLOSE_ON_COMMIT",
        )
        if not words or words[0] not in known:
            raise unsupported(f"ALTER DATABASE … SET {words[0] if words else ''}", node.line)
        self.change(catalog.with_option(words[0], words[1] if len(words) > 1 else "ON"))
