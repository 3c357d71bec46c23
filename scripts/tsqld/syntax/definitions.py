"""Parses CREATE, ALTER and DROP of everything but tables: schemas, sequences, types, partitions, principals
…"""

from __future__ import annotations

from typing import NoReturn

from tsql.tokens import Kind
from tsqld.errors import error
from tsqld.syntax import nodes as n
from tsqld.syntax.databases import DatabaseParser

_REFUSED = frozenset(
    """SECURITY CERTIFICATE SYMMETRIC ASYMMETRIC MASTER CREDENTIAL ASSEMBLY XML FULLTEXT QUEUE SERVICE MESSAGE
    CONTRACT ROUTE ENDPOINT EVENT AGGREGATE RULE DEFAULT SERVER AVAILABILITY BROKER REMOTE RESOURCE WORKLOAD
    COLUMN CRYPTOGRAPHIC EXTERNAL SEARCH SELECTIVE SPATIAL APPLICATION""".split()
)


_DROPPED = (
    *("TABLE", "VIEW", "PROCEDURE", "FUNCTION", "TRIGGER", "SCHEMA", "SEQUENCE", "SYNONYM", "TYPE", "INDEX"),
    *("DATABASE", "STATISTICS", "PARTITION FUNCTION", "PARTITION SCHEME"),
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
            if any(token.upper != ";" for token in self.tokens[:start]):
                raise error(111, "CREATE SCHEMA", line=line)
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
            return self.create_statistics(line)
        if self.at_principal():
            return self.principal("CREATE", line)
        if self.at_words("EVENT", "SESSION"):
            return self.event_session("CREATE", line)
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
            return self.alter_index(line)
        if self.accept("DATABASE"):
            return self._alter_database(line)
        if self.accept("SEQUENCE"):
            return self._sequence("ALTER", line)
        if self.accept("PARTITION"):
            return self._alter_partition(line)
        if self.at_principal():
            return self.principal("ALTER", line)
        if self.at_words("EVENT", "SESSION"):
            return self.event_session("ALTER", line)
        if self.accept("SCHEMA"):
            return self._transfer(line)
        if self.accept("AUTHORIZATION"):
            return self._authorization(line)
        self._refuse_definition("ALTER")

    def drop(self) -> n.Statement:
        line = self.advance().line
        if self.at_principal():
            return self.principal("DROP", line)
        if self.at_words("EVENT", "SESSION"):
            return self.event_session("DROP", line)
        kind = self.word()
        if kind == "PROC":
            kind = "PROCEDURE"
        if kind == "PARTITION":
            kind = f"PARTITION {self.expect('FUNCTION', 'SCHEME')}"
        if kind not in _DROPPED:
            self.refuse(f"DROP {kind}") if kind in _REFUSED else self.fail()
        if_exists = self.accept_words("IF", "EXISTS")
        names: list[n.Parts] = []
        tables: list[n.Parts] = []
        while True:
            names.append(self.object_name())
            if kind == "INDEX" and self.accept("ON"):
                tables.append(self.object_name())
                self.index_options()
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

    def _transfer(self, line: int) -> n.TransferObject:
        schema = self.name()
        self.expect("TRANSFER")
        kind = "OBJECT"
        if self.at("OBJECT", "TYPE", "XML") and self.peek().upper == "::":
            kind = self.advance().upper
            self.advance()
        if kind == "XML":
            self.refuse("XML schema collections")
        return n.TransferObject(line, schema, kind, self.object_name())

    def _authorization(self, line: int) -> n.Authorization:
        self.expect("ON")
        kind = "OBJECT"
        if self.peek().upper == "::":
            kind = self.word()
            self.advance()
        name = self.object_name()
        self.expect("TO")
        if self.accept_words("SCHEMA", "OWNER"):
            return n.Authorization(line, kind, name, "SCHEMA OWNER")
        return n.Authorization(line, kind, name, self.name())

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
                word = self.advance().upper
                options.append(("NO CACHE" if word == "CACHE" else word, None))
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
        every = bool(self.accept("ALL"))
        self.expect("TO")
        self.expect("(")
        groups = [self.advance().value]
        while self.accept(","):
            groups.append(self.advance().value)
        self.expect(")")
        return n.CreatePartitionScheme(line, name, function, tuple(groups), every)

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
