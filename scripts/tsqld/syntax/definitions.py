"""Parses CREATE, ALTER and DROP of everything but tables: schemas, sequences, types, partitions, principals
…"""

from __future__ import annotations

from dataclasses import replace
from typing import NoReturn

from tsql.tokens import Kind
from tsqld.syntax import nodes as n
from tsqld.syntax.databases import DatabaseParser

_SECURABLE_CLASSES = ("OBJECT", "SCHEMA", "DATABASE", "TYPE", "LOGIN", "USER", "ROLE", "SERVER")
_REFUSED = frozenset(
    """SECURITY CERTIFICATE SYMMETRIC ASYMMETRIC MASTER CREDENTIAL ASSEMBLY XML FULLTEXT QUEUE SERVICE MESSAGE
    CONTRACT ROUTE ENDPOINT EVENT AGGREGATE RULE DEFAULT SERVER AVAILABILITY BROKER REMOTE RESOURCE WORKLOAD
    COLUMN CRYPTOGRAPHIC EXTERNAL SEARCH SELECTIVE SPATIAL APPLICATION""".split()
)


class DefinitionParser(DatabaseParser):
    """The grammar of definitions other than tables and modules."""

    def module(self, mode: str, line: int, start: int) -> n.Statement:
        raise NotImplementedError

    def statement(self) -> n.Statement:
        raise NotImplementedError

    def create(self) -> n.Statement:
        start = self.position
        line = self.advance().line
        if self.accept_words("OR", "ALTER"):
            return self.module("CREATE OR ALTER", line, start)
        if self.at("PROC", "PROCEDURE", "FUNCTION", "VIEW", "TRIGGER"):
            return self.module("CREATE", line, start)
        if self.accept("TABLE"):
            return self.create_table(line)
        if self.at("UNIQUE", "CLUSTERED", "NONCLUSTERED", "COLUMNSTORE", "INDEX"):
            return self.create_index(line)
        if self.accept("SCHEMA"):
            return self._create_schema(line)
        if self.accept("DATABASE"):
            return self._create_database(line)
        if self.accept("SEQUENCE"):
            return self._sequence("CREATE", line)
        if self.accept("SYNONYM"):
            name = self.object_name()
            self.expect("FOR")
            return n.CreateSynonym(line, name, self.object_name())
        if self.accept("TYPE"):
            return self._create_type(line)
        if self.accept("PARTITION"):
            return self._create_partition(line)
        if self.accept("STATISTICS"):
            return self._create_statistics(line)
        if self.at("LOGIN", "USER", "ROLE"):
            return self._principal("CREATE", line)
        self._refuse_definition("CREATE")

    def _refuse_definition(self, verb: str) -> NoReturn:
        if self.token.upper in _REFUSED:
            self.refuse(f"{verb} {self.token.upper}")
        self.fail()

    def alter(self) -> n.Statement:
        start = self.position
        line = self.advance().line
        if self.at("PROC", "PROCEDURE", "FUNCTION", "VIEW", "TRIGGER"):
            return self.module("ALTER", line, start)
        if self.accept("TABLE"):
            return self.alter_table(line)
        if self.accept("INDEX"):
            return self._alter_index(line)
        if self.accept("DATABASE"):
            return self._alter_database(line)
        if self.accept("SEQUENCE"):
            return self._sequence("ALTER", line)
        if self.accept("PARTITION"):
            return self._alter_partition(line)
        if self.at("LOGIN", "USER", "ROLE"):
            return self._principal("ALTER", line)
        if self.accept("SERVER"):
            return replace(self._principal("ALTER", line), kind="SERVER ROLE")
        if self.at("SCHEMA", "AUTHORIZATION"):
            self.refuse(f"ALTER {self.token.upper}")
        self._refuse_definition("ALTER")

    def drop(self) -> n.Statement:
        line = self.advance().line
        if self.at("LOGIN", "USER", "ROLE"):
            return self._principal("DROP", line)
        kind = self.word()
        if kind == "PROC":
            kind = "PROCEDURE"
        if kind == "PARTITION":
            kind = f"PARTITION {self.expect('FUNCTION', 'SCHEME')}"
        known = (
            "TABLE",
            "VIEW",
            "PROCEDURE",
            "FUNCTION",
            "TRIGGER",
            "SCHEMA",
            "SEQUENCE",
            "SYNONYM",
            "TYPE",
            "INDEX",
            "DATABASE",
            "STATISTICS",
            "PARTITION FUNCTION",
            "PARTITION SCHEME",
        )
        if kind not in known:
            self.refuse(f"DROP {kind}") if kind in _REFUSED else self.fail()
        if_exists = self.accept_words("IF", "EXISTS")
        names: list[n.Parts] = []
        tables: list[n.Parts] = []
        while True:
            names.append(self.object_name())
            if kind == "INDEX" and self.accept("ON"):
                tables.append(self.object_name())
                self._index_options()
            if not self.accept(","):
                break
        if kind == "TRIGGER" and self.accept("ON"):
            self.refuse("DDL triggers")
        return n.Drop(line, kind, tuple(names), if_exists, tuple(tables))

    def _create_schema(self, line: int) -> n.CreateSchema:
        if self.accept("AUTHORIZATION"):
            owner = self.name()
            name = owner
        else:
            name = self.name()
            owner = self.name() if self.accept("AUTHORIZATION") else ""
        elements = []
        while self.at("CREATE", "GRANT", "REVOKE", "DENY"):
            elements.append(self.statement())
        return n.CreateSchema(line, name, owner, tuple(elements))

    def _sequence(self, mode: str, line: int) -> n.CreateSequence:
        name = self.object_name()
        type_name = self.type_name() if mode == "CREATE" and self.accept("AS") else None
        options: list[tuple[str, int | None]] = []
        while True:
            if self.at("START", "RESTART", "INCREMENT"):
                word = self.advance().upper
                follows = self.accept("WITH", "BY")
                options.append((word, self.integer() if follows else None))
            elif self.at("MINVALUE", "MAXVALUE", "CACHE"):
                word = self.advance().upper
                value = self.integer() if self.token.kind is Kind.INTEGER or self.at("-") else None
                options.append((word, value))
            elif self.accept("CYCLE"):
                options.append(("CYCLE", 1))
            elif self.at("NO") and self.peek().upper in ("MINVALUE", "MAXVALUE", "CYCLE", "CACHE"):
                self.advance()
                options.append((self.advance().upper, None))
            else:
                return n.CreateSequence(line, mode, name, type_name, tuple(options))

    def _create_type(self, line: int) -> n.CreateType:
        name = self.object_name()
        if self.accept("FROM"):
            base = self.type_name()
            nullable = False if self.accept_words("NOT", "NULL") else (bool(self.accept("NULL")) or None)
            return n.CreateType(line, name, base, nullable)
        if self.accept("EXTERNAL"):
            self.refuse("CLR types")
        self.expect("AS")
        self.expect("TABLE")
        return n.CreateType(line, name, definition=self.table_definition())

    def _create_partition(self, line: int) -> n.Statement:
        if self.accept("FUNCTION"):
            name = self.name()
            self.expect("(")
            type_name = self.type_name()
            self.expect(")")
            self.expect_words("AS", "RANGE")
            right = self.accept("LEFT", "RIGHT") == "RIGHT"
            self.expect_words("FOR", "VALUES")
            self.expect("(")
            values: list[n.Expression] = []
            while not self.at(")"):
                values.append(self.expression())
                self.accept(",")
            self.expect(")")
            return n.CreatePartitionFunction(line, name, type_name, right, tuple(values))
        self.expect("SCHEME")
        name = self.name()
        self.expect_words("AS", "PARTITION")
        function = self.name()
        self.accept("ALL")
        self.expect("TO")
        self.expect("(")
        groups = [self.advance().value]
        while self.accept(","):
            groups.append(self.advance().value)
        self.expect(")")
        return n.CreatePartitionScheme(line, name, function, tuple(groups))

    def _alter_partition(self, line: int) -> n.Statement:
        if self.accept("SCHEME"):
            name = self.name()
            self.expect_words("NEXT", "USED")
            group = "" if self.at_end() or self.at(";") else self.advance().value
            return n.AlterPartitionScheme(line, name, group)
        self.expect("FUNCTION")
        name = self.name()
        if self.accept("("):
            self.expect(")")
        action = self.expect("SPLIT", "MERGE")
        self.expect("RANGE")
        self.expect("(")
        value = self.expression()
        self.expect(")")
        return n.AlterPartitionFunction(line, name, action, value)

    def _create_statistics(self, line: int) -> n.StatisticsStatement:
        name = self.name()
        self.expect("ON")
        table = self.object_name()
        columns = self.name_list()
        self._statistics_tail()
        return n.StatisticsStatement(line, "CREATE", table, name, columns)

    def update_statistics(self) -> n.StatisticsStatement:
        line = self.advance().line
        self.expect("STATISTICS")
        table = self.object_name()
        if self.at("("):
            self.name_list()
        elif self.at_name() and not self.at("WITH"):
            self.name()
        self._statistics_tail()
        return n.StatisticsStatement(line, "UPDATE", table)

    def _statistics_tail(self) -> None:
        """WHERE and WITH options: they steer the optimizer only."""
        if self.accept("WHERE"):
            self.condition()
        if self.accept("WITH"):
            while True:
                self.advance()
                if self.accept("="):
                    self.advance()
                elif self.token.kind is Kind.INTEGER:
                    self.advance()
                    self.accept("PERCENT", "ROWS")
                if not self.accept(","):
                    return

    def _alter_index(self, line: int) -> n.AlterIndex:
        name = "" if self.accept("ALL") else self.name()
        self.expect("ON")
        table = self.object_name()
        action = self.expect("REBUILD", "REORGANIZE", "DISABLE", "SET")
        if self.accept("PARTITION"):
            self.expect("=")
            self.advance()
        if self.at("WITH"):
            self.advance()
            self._skip_parentheses()
        elif self.at("(") and action == "SET":
            self._skip_parentheses()
        return n.AlterIndex(line, name, table, action)

    # principals and permissions

    def _principal(self, action: str, line: int) -> n.PrincipalStatement:
        kind = self.advance().upper
        if_exists = action == "DROP" and self.accept_words("IF", "EXISTS")
        name = self.name()
        options: list[tuple[str, str]] = []
        if self.at("FROM", "FOR", "WITHOUT"):
            word = self.advance().upper
            if word == "WITHOUT":
                self.expect("LOGIN")
                options.append(("WITHOUT LOGIN", ""))
            elif self.accept("LOGIN"):
                options.append(("LOGIN", self.name()))
            else:
                self.refuse(f"{action} {kind} FROM {self.token.upper}")
        if self.accept("AUTHORIZATION"):
            options.append(("AUTHORIZATION", self.name()))
        if self.at("ADD", "DROP") and kind == "ROLE":
            word = self.advance().upper
            self.expect("MEMBER")
            options.append((f"{word} MEMBER", self.name()))
        if self.at("ENABLE", "DISABLE") and kind == "LOGIN":
            options.append((self.advance().upper, ""))
        if self.accept("WITH"):
            self._principal_options(options)
        return n.PrincipalStatement(line, action, kind, name, tuple(options), if_exists)

    def _principal_options(self, options: list[tuple[str, str]]) -> None:
        while True:
            word = self.word()
            self.expect("=")
            value = self.advance().value
            options.append((word, value))
            while self.at("HASHED", "MUST_CHANGE", "UNLOCK", "OLD_PASSWORD"):
                options.append((self.advance().upper, ""))
                if self.accept("="):
                    self.advance()
            if not self.accept(","):
                return

    def permission(self) -> n.Permission:
        line = self.line
        action = self.advance().upper
        grant_option = action == "REVOKE" and self.accept_words("GRANT", "OPTION", "FOR")
        permissions = [self._permission_name()]
        while self.accept(","):
            permissions.append(self._permission_name())
        securable_class = "DATABASE"
        securable: n.Parts = ()
        if self.accept("ON"):
            securable_class = "OBJECT"
            if self.at(*_SECURABLE_CLASSES) and self.peek().upper == "::":
                securable_class = self.advance().upper
                self.advance()
            securable = self.object_name()
            if self.at("("):
                columns = self.name_list()
                permissions = [(name, columns) for name, _ in permissions]
        self.expect("TO", "FROM")
        principals = [self._principal_name()]
        while self.accept(","):
            principals.append(self._principal_name())
        with_grant = self.accept_words("WITH", "GRANT", "OPTION")
        self.accept("CASCADE")
        if self.accept("AS"):
            self.name()
        return n.Permission(
            line,
            action,
            tuple(permissions),
            securable_class,
            securable,
            tuple(principals),
            with_grant or grant_option,
        )

    def _principal_name(self) -> str:
        return self.advance().value if self.at("PUBLIC") else self.name()

    def _permission_name(self) -> tuple[str, n.Parts]:
        words = []
        while self.token.kind is Kind.NAME and not self.at("ON", "TO", "FROM"):
            words.append(self.advance().upper)
        if not words:
            self.fail()
        return " ".join(words), self.name_list() if self.at("(") else ()
