"""Parses CREATE TABLE and ALTER TABLE."""

from __future__ import annotations

from dataclasses import replace

from tsqld.syntax import nodes as n
from tsqld.syntax.tables import TableParser

_STORAGE_OPTIONS = ("DATA_COMPRESSION", "XML_COMPRESSION")
_COLUMN_PROPERTIES = ("ROWGUIDCOL", "PERSISTED", "SPARSE", "HIDDEN", "MASKED")


class AlterTableParser(TableParser):
    """The statements that make and change tables."""

    def create_table(self, line: int) -> n.CreateTable:
        name = self.object_name()
        if self.at("AS"):
            self.refuse("CREATE TABLE AS (FileTables and external tables)")
        definition = self.table_definition()
        if self.at("AS"):
            self.refuse(f"CREATE TABLE … AS {self.peek().upper} (graph tables)")
        placed = self.placement()
        options = self._table_options() if self.at("WITH") and self.peek().upper == "(" else ()
        return n.CreateTable(line, name, definition, placed, options)

    def _table_options(self) -> n.Options:
        """WITH (DATA_COMPRESSION = …): storage only. Others change behaviour and are refused."""
        if self.peek(2).upper not in _STORAGE_OPTIONS:
            self.refuse(f"the table option {self.peek(2).value}")
        return self.index_options()

    def alter_table(self, line: int) -> n.AlterTable:
        name = self.object_name()
        with_check = None
        if self.at("WITH") and self.peek().upper in ("CHECK", "NOCHECK"):
            self.advance()
            with_check = self.advance().upper == "CHECK"
        return n.AlterTable(line, name, self._alter_actions(with_check))

    def _alter_actions(self, with_check: bool | None) -> tuple[n.AlterAction, ...]:
        line = self.line
        if self.accept("ADD"):
            return (n.AlterAction(line, "ADD", self._added(), with_check=with_check),)
        if self.accept("ALTER"):
            self.expect("COLUMN")
            return (self._alter_column(line),)
        if self.accept("DROP"):
            return self._dropped()
        if self.at("CHECK", "NOCHECK"):
            kind = self.advance().upper
            self.expect("CONSTRAINT")
            return (n.AlterAction(line, kind, names=self._names_or_all(), with_check=with_check),)
        if self.accept("SWITCH"):
            return (self._switch(line),)
        if self.accept("REBUILD"):
            return (n.AlterAction(line, "REBUILD", options=self._rebuild_options()),)
        if self.at("ENABLE", "DISABLE"):
            return (self._enable(line),)
        if self.accept("SET"):
            return (self._table_set(line),)
        if self.at("SPLIT", "MERGE"):
            self.refuse(f"ALTER TABLE … {self.token.upper}")
        self.fail()

    def _alter_column(self, line: int) -> n.AlterAction:
        if self.peek().upper in ("ADD", "DROP") and self.peek(2).upper in (*_COLUMN_PROPERTIES, "NOT"):
            name = self.name()
            verb = self.advance().upper
            if self.accept_words("NOT", "FOR", "REPLICATION"):
                return n.AlterAction(line, f"{verb} PROPERTY", names=(name, "NOT FOR REPLICATION"))
            if self.at("HIDDEN", "MASKED"):
                self.refuse(f"{self.token.upper} columns")
            return n.AlterAction(line, f"{verb} PROPERTY", names=(name, self.advance().upper))
        column = self.column_definition()
        if column.default is not None or column.constraints or column.identity is not None:
            self.refuse("constraints and IDENTITY in ALTER COLUMN")
        return n.AlterAction(line, "ALTER COLUMN", column=column, options=self.index_options())

    def _enable(self, line: int) -> n.AlterAction:
        verb = self.advance().upper
        if not self.at("TRIGGER"):
            self.refuse(f"ALTER TABLE … {verb} {self.token.upper}")
        self.advance()
        return n.AlterAction(line, f"{verb} TRIGGER", names=self._names_or_all())

    def _table_set(self, line: int) -> n.AlterAction:
        self.expect("(")
        if not self.at("LOCK_ESCALATION"):
            self.refuse(f"ALTER TABLE … SET {self.token.upper}")
        self.advance()
        self.expect("=")
        value = self.expect("AUTO", "TABLE", "DISABLE")
        self.expect(")")
        return n.AlterAction(line, "SET", options=(("LOCK_ESCALATION", value),))

    def _rebuild_options(self) -> n.Options:
        options: n.Options = ()
        if self.accept("PARTITION"):
            self.expect("=")
            options = (("PARTITION", self.advance().value.upper()),)
        return (*options, *self.index_options())

    def _names_or_all(self) -> n.Parts:
        if self.accept("ALL"):
            return ()
        names = [self.name()]
        while self.accept(","):
            names.append(self.name())
        return tuple(names)

    def _added(self) -> n.TableDefinition:
        line = self.line
        columns: list[n.ColumnDefinition] = []
        constraints: list[n.KeyConstraint | n.ForeignKey | n.Check | n.DefaultValue] = []
        indexes: list[n.IndexDefinition] = []
        while True:
            self._table_element(columns, constraints, indexes, adding=True)
            if self.accept_words("WITH", "VALUES") and columns and columns[-1].default is not None:
                filled = replace(columns[-1].default, with_values=True)
                columns[-1] = replace(columns[-1], default=filled)
            if not self.accept(","):
                return n.TableDefinition(line, tuple(columns), tuple(constraints), tuple(indexes))

    def _dropped(self) -> tuple[n.AlterAction, ...]:
        if self.accept_words("PERIOD", "FOR"):
            self.refuse("PERIOD FOR SYSTEM_TIME (temporal tables)")
        actions = []
        kind = "CONSTRAINT"
        if_exists = False
        while True:
            line = self.line
            if written := self.accept("COLUMN", "CONSTRAINT"):
                kind = written
                if_exists = self.accept_words("IF", "EXISTS")
            elif self.accept_words("IF", "EXISTS"):
                if_exists = True
            name = self.name()
            self.index_options()
            actions.append(n.AlterAction(line, f"DROP {kind}", names=(name,), if_exists=if_exists))
            if not self.accept(","):
                return tuple(actions)

    def _switch(self, line: int) -> n.AlterAction:
        source = self.value() if self.accept("PARTITION") else None
        self.expect("TO")
        target = self.object_name()
        into = self.value() if self.accept("PARTITION") else None
        self.index_options()
        return n.AlterAction(line, "SWITCH", target=target, source_partition=source, target_partition=into)
