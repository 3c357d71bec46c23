"""Parses CREATE DATABASE and ALTER DATABASE.

Where files lie changes no answer, so file specifications are read and let go; filegroups are kept, since
partition schemes and the catalog name them. Specification: Microsoft Learn, "CREATE DATABASE", "ALTER
DATABASE File and Filegroup Options", "ALTER DATABASE SET options (Transact-SQL)".
"""

from __future__ import annotations

from typing import Final

from tsql.tokens import Kind
from tsqld.syntax import nodes as n
from tsqld.syntax.principals import PrincipalParser

_FILE_WORDS: Final = frozenset({"NAME", "NEWNAME", "FILENAME", "SIZE", "MAXSIZE", "FILEGROWTH", "OFFLINE"})

_VALUED: Final = frozenset({"RECOVERY", "PAGE_VERIFY", "PARAMETERIZATION", "CURSOR_DEFAULT"})


class DatabaseParser(PrincipalParser):
    """The grammar of databases."""

    def _create_database(self, line: int) -> n.CreateDatabase:
        name = self.name()
        if self.accept("CONTAINMENT"):
            self.expect("=")
            if self.expect("NONE", "PARTIAL") == "PARTIAL":
                self.refuse("CONTAINMENT = PARTIAL")
        filegroups = self._files_of_database() if self.accept("ON") else ()
        if self.accept_words("LOG", "ON"):
            self._file_list()
        if self.at("AS", "FOR"):
            self.refuse("snapshot and attach clauses of CREATE DATABASE")
        collation = self.advance().value if self.accept("COLLATE") else ""
        options: tuple[n.DatabaseOption, ...] = ()
        if self.at("WITH"):
            self.advance()
            options = self._database_options()
        return n.CreateDatabase(line, name, collation, filegroups, options)

    def _files_of_database(self) -> tuple[str, ...]:
        """ON [PRIMARY] <file>, …, FILEGROUP name [CONTAINS …] [DEFAULT] <file>, …"""
        self.accept("PRIMARY")
        found: list[str] = []
        while True:
            if self.accept("FILEGROUP"):
                found.append(self.name())
                if self.at("CONTAINS"):
                    self.refuse(f"FILEGROUP … CONTAINS {self.peek().upper}")
                self.accept("DEFAULT")
            self._file()
            if not self.accept(","):
                return tuple(found)

    def _file_list(self) -> None:
        self._file()
        while self.accept(","):
            self._file()

    def _file(self) -> None:
        """One (NAME = …, FILENAME = …, SIZE = …)."""
        self.expect("(")
        while True:
            if self.expect(*_FILE_WORDS) != "OFFLINE":
                self.expect("=")
                self.advance()
                while not self.at(",", ")"):
                    if self.at_end():
                        self.fail()
                    self.advance()
            if not self.accept(","):
                break
        self.expect(")")

    # ALTER DATABASE

    def _alter_database(self, line: int) -> n.AlterDatabase:
        if self.accept_words("SCOPED", "CONFIGURATION"):
            return self._scoped_configuration(line)
        name = "CURRENT" if self.accept("CURRENT") else self.name()
        if self.accept("COLLATE"):
            return n.AlterDatabase(line, name, "COLLATE", self.advance().value)
        if self.accept("ADD"):
            return self._add_to_database(line, name)
        if self.accept("REMOVE"):
            kind = self.expect("FILE", "FILEGROUP")
            return n.AlterDatabase(line, name, f"REMOVE {kind}", self.name())
        if self.accept("MODIFY"):
            return self._modify_database(line, name)
        self.expect("SET")
        options = self._database_options()
        return n.AlterDatabase(line, name, "SET", options=options, others=self._termination())

    def _scoped_configuration(self, line: int) -> n.AlterDatabase:
        """SET name = value, CLEAR PROCEDURE_CACHE: they steer plans, never answers."""
        if self.accept("CLEAR"):
            self.expect("PROCEDURE_CACHE")
            return n.AlterDatabase(line, "CURRENT", "SCOPED")
        self.accept_words("FOR", "SECONDARY")
        self.expect("SET")
        self.name()
        self.expect("=")
        self.advance()
        return n.AlterDatabase(line, "CURRENT", "SCOPED")

    def _add_to_database(self, line: int, name: str) -> n.AlterDatabase:
        if self.accept("FILEGROUP"):
            filegroup = self.name()
            if self.at("CONTAINS"):
                self.refuse(f"FILEGROUP … CONTAINS {self.peek().upper}")
            return n.AlterDatabase(line, name, "ADD FILEGROUP", filegroup)
        self.accept("LOG")
        self.expect("FILE")
        self._file_list()
        target = self.name() if self.accept_words("TO", "FILEGROUP") else ""
        return n.AlterDatabase(line, name, "ADD FILE", target)

    def _modify_database(self, line: int, name: str) -> n.AlterDatabase:
        if self.accept("FILE"):
            self._file()
            return n.AlterDatabase(line, name, "MODIFY FILE")
        if self.accept("FILEGROUP"):
            filegroup = self.name()
            if self.at("NAME", "READ_ONLY", "READONLY"):
                self.refuse(f"MODIFY FILEGROUP … {self.token.upper}")
            self.expect("DEFAULT", "READ_WRITE", "READWRITE", "AUTOGROW_SINGLE_FILE", "AUTOGROW_ALL_FILES")
            return n.AlterDatabase(line, name, "MODIFY FILEGROUP", filegroup)
        self.expect("NAME")
        self.expect("=")
        return n.AlterDatabase(line, name, "MODIFY NAME", self.name())

    def _database_options(self) -> tuple[n.DatabaseOption, ...]:
        """OPTION [=] value, …"""
        options = [self._database_option()]
        while self.accept(","):
            options.append(self._database_option())
        return tuple(options)

    def _termination(self) -> str:
        """WITH ROLLBACK IMMEDIATE and its like; seconds to wait first are not waited."""
        if not (self.at("WITH") and self.peek().upper in ("ROLLBACK", "NO_WAIT")):
            return ""
        self.advance()
        word = self.expect("ROLLBACK", "NO_WAIT")
        if word == "ROLLBACK" and not self.accept("IMMEDIATE"):
            self.expect("AFTER")
            self.integer()
            self.accept("SECONDS")
        return word

    def _database_option(self) -> n.DatabaseOption:
        line, name = self.line, self.name().upper()
        value = ""
        if self.accept("="):
            value = self._option_value()
        elif self.at("ON", "OFF") or (name in _VALUED and self.token.kind is Kind.NAME):
            value = self.advance().upper
        if self.at("("):
            self._skip_parentheses()
        return n.DatabaseOption(line, name, value)

    def _option_value(self) -> str:
        if self.at("("):
            return "ON"
        value = self.advance().value.upper()
        self.accept("SECONDS", "MINUTES")
        return value
