"""What a definition may be made or changed by: asked before its statement does anything.

Each rule follows the Permissions section of the statement's page on Microsoft Learn; the errors are the
"cannot find, or no permission" ones that SQL Server answers with. Of members of sysadmin nothing is asked.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from tsqld.binder.access import Access
from tsqld.catalog.model import Module, Object, Table
from tsqld.errors import TsqlError, error
from tsqld.security.principals import principal_of
from tsqld.security.rights import DATABASE, SERVER, Securable, securable_of
from tsqld.syntax import nodes as n
from tsqld.syntax.walk import walk

if TYPE_CHECKING:
    from tsqld.bulk.options import BulkOptions
    from tsqld.compile.dml.plan import Target
    from tsqld.runtime.ddl.definer import Definer
    from tsqld.runtime.session import Session

_WORDS: Final = {"PROCEDURE": "procedure", "FUNCTION": "function", "VIEW": "view", "TRIGGER": "trigger"}
_TRUSTING: Final = ("TRUSTWORTHY", "DB_CHAINING")
"""Options that reach beyond their database."""


def create_database(session: Session, node: n.CreateDatabase) -> None:
    """Error 262."""
    authority = session.authority
    if authority.allows("CREATE DATABASE", DATABASE, "master"):
        return
    if not authority.allows("CREATE ANY DATABASE", SERVER, "master"):
        raise error(262, "CREATE DATABASE", "master", line=node.line)


def alters_table(session: Session, definer: Definer, parts: n.Parts, line: int, number: int = 1088) -> None:
    """ALTER on a table that there is: TRUNCATE TABLE, SET IDENTITY_INSERT, ALTER TABLE. Error 1088."""
    if session.authority.unlimited or parts[-1].startswith("#"):
        return
    Permits(definer).altered(parts, line, number)


def creates_table(session: Session, definer: Definer, parts: n.Parts, line: int) -> None:
    """A table of SELECT INTO. Errors 262 and 2760."""
    if not session.authority.unlimited and not parts[-1].startswith("#"):
        Permits(definer).created(parts, "CREATE TABLE", line)


class Permits:
    """The rules, by statement."""

    def __init__(self, definer: Definer) -> None:
        self.definer = definer
        self.session = definer.session
        self._rules: dict[type[n.Statement], Callable[[Any], None]] = {
            n.CreateTable: self._create_table,
            n.AlterTable: self._alter_table,
            n.CreateIndex: lambda node: self.altered(node.table, node.line, 1088),
            n.AlterIndex: lambda node: self.altered(node.table, node.line, 1088),
            n.StatisticsStatement: lambda node: self.altered(node.table, node.line, 1088),
            n.Drop: self._drop,
            n.CreateModule: self._module,
            n.CreateSchema: self._create_schema,
            n.TransferObject: self._transfer,
            n.Authorization: self._authorization,
            n.AlterDatabase: self._alter_database,
            n.CreateSequence: self._sequence,
            n.CreateSynonym: lambda node: self.created(node.name, "CREATE SYNONYM", node.line),
            n.CreateType: lambda node: self.created(node.name, "CREATE TYPE", node.line),
            n.CreatePartitionFunction: self._dataspace,
            n.AlterPartitionFunction: self._dataspace,
            n.CreatePartitionScheme: self._dataspace,
            n.AlterPartitionScheme: self._dataspace,
            n.TriggerState: self._trigger_state,
        }

    def ask(self, node: n.Statement) -> None:
        rule = self._rules.get(type(node))
        if rule is not None:
            rule(node)

    # questions

    def _allows(self, permission: str, securable: Securable, database: str) -> bool:
        return self.session.authority.allows(permission, securable, database)

    def created(self, parts: n.Parts, permission: str, line: int) -> None:
        """The permission to create and ALTER on the schema. Errors 262, 2760."""
        name = self.definer.full(parts, line)
        if not self._allows(permission, DATABASE, name.database):
            raise error(262, permission, self.definer.catalog(name.database).name, line=line)
        if not self._allows("ALTER", Securable("SCHEMA", "", name.schema), name.database):
            raise error(2760, name.schema, line=line)

    def _known(self, parts: n.Parts, line: int) -> tuple[Object | None, str]:
        name = self.definer.known(parts, line)
        return self.definer.catalog(name.database).object(name.schema, name.name), name.database

    def altered(self, parts: n.Parts, line: int, number: int) -> None:
        """ALTER on an object; one that there is not is the statement's own error."""
        found, database = self._known(parts, line)
        if found is not None and not self._allows("ALTER", securable_of(found), database):
            raise error(number, ".".join(parts), line=line)

    # tables

    def _create_table(self, node: n.CreateTable) -> None:
        self.created(node.name, "CREATE TABLE", node.line)
        self._references(node)

    def _alter_table(self, node: n.AlterTable) -> None:
        found, database = self._known(node.name, node.line)
        if found is not None and not self._allows("ALTER", securable_of(found), database):
            raise error(1088, ".".join(node.name), line=node.line, state=13)
        self._references(node)

    def _references(self, node: n.Statement) -> None:
        """REFERENCES on the tables of foreign keys. Errors 229, 230."""
        for written in walk(node):
            if isinstance(written, n.ForeignKey):
                parent, database = self._known(written.table, written.line)
                if isinstance(parent, Table):
                    columns = dict.fromkeys(written.referenced)
                    asked = Access("REFERENCES", database, parent, chained=False, columns=columns)
                    self.session.authority.verify([asked], written.line)

    # drops

    def _drop(self, node: n.Drop) -> None:
        if node.kind == "DATABASE":
            self._drop_database(node)
        elif node.kind == "SCHEMA":
            for parts in node.names:
                self._schema_control(parts[-1], "drop", node.line)
        elif node.kind == "STATISTICS":
            for parts in node.names:
                if len(parts) > 1:
                    self._drop_of_table(node, parts, parts[:-1])
        elif node.kind == "INDEX":
            for parts, table in zip(node.names, node.tables or node.names, strict=False):
                self._drop_of_table(node, parts, table)
        elif node.kind.startswith("PARTITION"):
            self._dataspace(node)
        else:
            for parts in node.names:
                self._drop_one(node, parts)

    def _drop_one(self, node: n.Drop, parts: n.Parts) -> None:
        """CONTROL on the object or ALTER on its schema; of a trigger ALTER on its table. Error 3701."""
        name = self.definer.known(parts, node.line)
        catalog = self.definer.catalog(name.database)
        found: Object | None = catalog.object(name.schema, name.name)
        if node.kind == "TYPE":
            found = catalog.user_type(name.schema, name.name)
        if found is None:
            return
        if isinstance(found, Module) and found.kind == "TRIGGER" and found.table is not None:
            parent = catalog.object(*found.table)
            if parent is not None and self._allows("ALTER", securable_of(parent), catalog.name):
                return
        else:
            schema = Securable("SCHEMA", "", found.schema)
            wanted = (("CONTROL", securable_of(found)), ("ALTER", schema))
            if any(self._allows(permission, securable, catalog.name) for permission, securable in wanted):
                return
        raise error(3701, "drop", node.kind.lower(), ".".join(parts), line=node.line)

    def _drop_of_table(self, node: n.Drop, parts: n.Parts, table: n.Parts) -> None:
        found, database = self._known(table, node.line) if table else (None, "")
        if found is not None and not self._allows("ALTER", securable_of(found), database):
            shown = f"{'.'.join(table)}.{parts[-1]}"
            raise error(3701, "drop", node.kind.lower(), shown, line=node.line)

    def _drop_database(self, node: n.Drop) -> None:
        for parts in node.names:
            found = self.session.engine.catalog(parts[-1])
            if found is None:
                continue
            if self._allows("ALTER ANY DATABASE", SERVER, "master"):
                continue
            if not self._allows("CONTROL", DATABASE, found.name):
                raise error(3701, "drop", "database", parts[-1], line=node.line)

    # modules

    def _module(self, node: n.CreateModule) -> None:
        kind = node.kind.split()[-1]
        if kind == "TRIGGER":
            self.altered(node.table, node.line, 8197)
            return
        if node.mode == "ALTER":
            name = self.definer.known(node.name, node.line)
        else:
            name = self.definer.full(node.name, node.line)
        found = self.definer.catalog(name.database).object(name.schema, name.name)
        if found is None or node.mode == "CREATE":
            if node.mode != "ALTER":
                self.created(node.name, f"CREATE {kind}", node.line)
        elif not self._allows("ALTER", securable_of(found), name.database):
            raise error(3704, _WORDS[kind], ".".join(node.name), line=node.line)

    # schemas and owners

    def _here(self) -> str:
        return self.definer.catalog().name

    def _create_schema(self, node: n.CreateSchema) -> None:
        if not self._allows("CREATE SCHEMA", DATABASE, self._here()):
            raise _two(error(262, "CREATE SCHEMA", self._here(), line=node.line), 2759)
        if node.owner:
            self._new_owner(node.owner, node.line)

    def _new_owner(self, name: str, line: int) -> None:
        """To make somebody an owner takes IMPERSONATE on a user, membership in a role or ALTER on it, for
        what an owner owns is open to all that the owner owns. Error 15151."""
        here = self._here()
        if name.lower() in self.session.authority.rights(here).names:
            return
        found = principal_of(self.definer.catalog(), name)
        role = found is not None and found.kind == "R"
        securable = Securable("ROLE" if role else "USER", "", name)
        if not self._allows("ALTER" if role else "IMPERSONATE", securable, here):
            raise error(15151, "find", "principal", name, line=line)

    def _schema_control(self, name: str, verb: str, line: int) -> None:
        schema = self.definer.catalog().schema(name)
        if schema is not None and not self._allows("CONTROL", Securable("SCHEMA", "", name), self._here()):
            raise error(15151, verb, "schema", name, line=line)

    def _transfer(self, node: n.TransferObject) -> None:
        here = self._here()
        if not self._allows("ALTER", Securable("SCHEMA", "", node.schema), here):
            raise error(15151, "alter", "schema", node.schema, line=node.line)
        found, database = self._known(node.name, node.line)
        if found is not None and not self._allows("CONTROL", securable_of(found), database):
            raise error(15151, "find", node.kind.lower(), node.name[-1], line=node.line)

    def _authorization(self, node: n.Authorization) -> None:
        kind, name, here = node.securable_class, node.name[-1], self._here()
        if kind == "DATABASE":
            if self.session.engine.catalog(name) is not None:
                self._database_owner(node)
            return
        securable = Securable(kind, "", name)
        if kind in ("OBJECT", "TYPE"):
            place = self.definer.known(node.name, node.line)
            securable, here = Securable(kind, place.schema, place.name), place.database
        if not self._allows("TAKE OWNERSHIP", securable, here):
            raise error(15151, "find", kind.lower(), name, line=node.line)
        if node.owner != "SCHEMA OWNER":
            self._new_owner(node.owner, node.line)

    def _database_owner(self, node: n.Authorization) -> None:
        """TAKE OWNERSHIP on the database and IMPERSONATE on the login. Error 15151."""
        name = node.name[-1]
        if not self._allows("TAKE OWNERSHIP", DATABASE, name):
            raise error(15151, "find", "database", name, line=node.line)
        if not self._allows("IMPERSONATE", Securable("LOGIN", "", node.owner), "master"):
            raise error(15151, "find", "principal", node.owner, line=node.line)

    # the rest

    def _trigger_state(self, node: n.TriggerState) -> None:
        """Errors 8197 of a table's, 15247 of all that a database or the server has."""
        if not node.scope:
            self.altered(node.table, node.line, 8197)
            return
        permission, securable, database = (
            ("ALTER ANY DATABASE DDL TRIGGER", DATABASE, self.session.database)
            if node.scope == "DATABASE"
            else ("CONTROL SERVER", SERVER, "master")
        )
        if not self._allows(permission, securable, database):
            raise error(15247, line=node.line)

    def _alter_database(self, node: n.AlterDatabase) -> None:
        """Error 5011, told with 5069."""
        name = self.session.database if node.name == "CURRENT" else node.name
        permission = "ALTER ANY DATABASE SCOPED CONFIGURATION" if node.action == "SCOPED" else "ALTER"
        if self.session.engine.catalog(name) is not None and not self._allows(permission, DATABASE, name):
            raise _two(error(5011, name, line=node.line), 5069)
        trusting = any(option.name in _TRUSTING for option in node.options)
        if trusting and not self._allows("CONTROL SERVER", SERVER, "master"):
            raise _two(error(15247, line=node.line), 5069)

    def _sequence(self, node: n.CreateSequence) -> None:
        if node.mode == "ALTER":
            found, database = self._known(node.name, node.line)
            if found is not None and not self._allows("ALTER", securable_of(found), database):
                raise error(15151, "alter", "sequence object", node.name[-1], line=node.line)
            return
        name = self.definer.full(node.name, node.line)
        if not self._allows("CREATE SEQUENCE", Securable("SCHEMA", "", name.schema), name.database):
            raise error(2760, name.schema, line=node.line)

    def _dataspace(self, node: n.Statement) -> None:
        """Error 15247."""
        if not self._allows("ALTER ANY DATASPACE", DATABASE, self._here()):
            raise error(15247, line=node.line)


def _two(first: TsqlError, second: int) -> TsqlError:
    """Two errors told one after the other, of which CATCH sees the second."""
    problem = error(second, line=first.line)
    problem.causes = (first,)
    return problem


def bulk_load(session: Session, line: int) -> None:
    """Reading a file: BULK INSERT and OPENROWSET(BULK …). Error 4834."""
    if not session.authority.allows("ADMINISTER BULK OPERATIONS", SERVER, "master"):
        raise error(4834, line=line)


def loads_into(session: Session, target: Target, options: BulkOptions, line: int) -> None:
    """ALTER on a table, where a load leaves its constraints, triggers or identity aside. Error 1088."""
    table, name = target.table, target.name
    if session.authority.unlimited or table.is_temporary:
        return
    aside = (
        not options.check_constraints and (table.checks or table.foreign_keys),
        not options.fire_triggers and session.catalog(name.database).triggers_of(table),
        options.keep_identity and table.identity is not None,
    )
    if any(aside) and not session.authority.allows("ALTER", securable_of(table), name.database):
        raise error(1088, table.full_name, line=line)
