"""Parses what tables are made of: columns, constraints, indexes; CREATE and ALTER TABLE, CREATE INDEX."""

from __future__ import annotations

from dataclasses import replace

from tsqld.syntax import nodes as n
from tsqld.syntax.dml import DmlParser


class TableParser(DmlParser):
    """The grammar of tables."""

    def table_definition(self) -> n.TableDefinition:
        line = self.line
        self.expect("(")
        columns: list[n.ColumnDefinition] = []
        constraints: list[n.KeyConstraint | n.ForeignKey | n.Check | n.DefaultValue] = []
        indexes: list[n.IndexDefinition] = []
        while not self.at(")"):
            self._table_element(columns, constraints, indexes)
            if not self.accept(",") and not self.at(")"):
                self.fail()
        self.expect(")")
        return n.TableDefinition(line, tuple(columns), tuple(constraints), tuple(indexes))

    def _table_element(
        self,
        columns: list[n.ColumnDefinition],
        constraints: list[n.KeyConstraint | n.ForeignKey | n.Check | n.DefaultValue],
        indexes: list[n.IndexDefinition],
    ) -> None:
        if self.at("CONSTRAINT", "PRIMARY", "UNIQUE", "FOREIGN", "CHECK", "DEFAULT"):
            constraints.append(self.table_constraint())
        elif self.at("INDEX"):
            indexes.append(self._inline_index(()))
        elif self.at("PERIOD") and self.peek().upper == "FOR":
            self.refuse("PERIOD FOR SYSTEM_TIME (temporal tables)")
        else:
            columns.append(self.column_definition(indexes))

    def column_definition(self, indexes: list[n.IndexDefinition] | None = None) -> n.ColumnDefinition:
        line = self.line
        name = self.name()
        if self.accept("AS"):
            return self._computed_column(line, name)
        if self.at_words("TIMESTAMP") and self.peek().upper in (",", ")"):
            type_name = n.TypeName(line, (self.advance().value,))
        elif name.upper() == "TIMESTAMP" and self.at(",", ")"):
            type_name = n.TypeName(line, ("timestamp",))
        else:
            type_name = self.type_name()
        facets: dict[str, object] = {}
        constraints: list[n.KeyConstraint | n.ForeignKey | n.Check] = []
        while self._column_facet(name, facets, constraints, indexes):
            pass
        return n.ColumnDefinition(line, name, type_name, constraints=tuple(constraints), **facets)  # type: ignore[arg-type]

    def _computed_column(self, line: int, name: str) -> n.ColumnDefinition:
        start = self.token
        expression = self.expression()
        text = self.text_between(start)
        persisted = bool(self.accept("PERSISTED"))
        nullable = False if persisted and self.accept_words("NOT", "NULL") else None
        constraints: list[n.KeyConstraint | n.ForeignKey | n.Check] = []
        while self.at("CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK"):
            constraint = self._column_constraint(name, self._constraint_name())
            if isinstance(constraint, n.DefaultValue):
                self.fail()
            constraints.append(constraint)
        return n.ColumnDefinition(
            line,
            name,
            None,
            nullable,
            computed=expression,
            computed_text=text,
            persisted=persisted,
            constraints=tuple(constraints),
        )

    def _column_facet(
        self,
        column: str,
        facets: dict[str, object],
        constraints: list[n.KeyConstraint | n.ForeignKey | n.Check],
        indexes: list[n.IndexDefinition] | None,
    ) -> bool:
        """Read one facet behind a column's type; False when none is left."""
        if self.accept("NULL"):
            facets["nullable"] = True
        elif self.accept_words("NOT", "NULL"):
            facets["nullable"] = False
        elif self.accept_words("NOT", "FOR", "REPLICATION"):
            pass
        elif self.accept("IDENTITY"):
            facets["identity"] = self._identity()
        elif self.accept("COLLATE"):
            facets["collation"] = self.advance().value
        elif self.accept("ROWGUIDCOL"):
            facets["rowguidcol"] = True
        elif self.accept("SPARSE"):
            facets["sparse"] = True
        elif self.at("INDEX") and indexes is not None:
            indexes.append(self._inline_index((n.IndexColumn(self.line, column),)))
        elif self.at("CONSTRAINT", "PRIMARY", "UNIQUE", "FOREIGN", "REFERENCES", "CHECK", "DEFAULT"):
            constraint = self._column_constraint(column, self._constraint_name())
            if isinstance(constraint, n.DefaultValue):
                facets["default"] = constraint
            else:
                constraints.append(constraint)
        elif self.at("MASKED", "ENCRYPTED", "GENERATED", "FILESTREAM", "HIDDEN"):
            self.refuse(f"{self.token.upper} columns")
        else:
            return False
        return True

    def _identity(self) -> tuple[int, int]:
        if not self.accept("("):
            return 1, 1
        seed = self.integer()
        self.expect(",")
        increment = self.integer()
        self.expect(")")
        return seed, increment

    def _constraint_name(self) -> str:
        return self.name() if self.accept("CONSTRAINT") else ""

    def _column_constraint(
        self, column: str, name: str
    ) -> n.KeyConstraint | n.ForeignKey | n.Check | n.DefaultValue:
        line = self.line
        if self.at("PRIMARY", "UNIQUE"):
            return self._key_constraint(name, column)
        if self.accept("DEFAULT"):
            return self._default(line, name)
        if self.accept("CHECK"):
            return self._check(line, name)
        if self.accept("FOREIGN"):
            self.expect("KEY")
        self.expect("REFERENCES")
        return self._references(line, name, (column,))

    def table_constraint(self) -> n.KeyConstraint | n.ForeignKey | n.Check | n.DefaultValue:
        name = self._constraint_name()
        line = self.line
        if self.at("PRIMARY", "UNIQUE"):
            return self._key_constraint(name, "")
        if self.accept("CHECK"):
            return self._check(line, name)
        if self.accept("DEFAULT"):
            default = self._default(line, name)
            self.expect("FOR")
            column = self.name()
            self.accept_words("WITH", "VALUES")
            return n.DefaultValue(line, default.value, default.text, name, column)
        self.expect_words("FOREIGN", "KEY")
        columns = self.name_list()
        self.expect("REFERENCES")
        return self._references(line, name, columns)

    def _key_constraint(self, name: str, column: str) -> n.KeyConstraint:
        line = self.line
        kind = "UNIQUE"
        if self.accept("PRIMARY"):
            self.expect("KEY")
            kind = "PRIMARY KEY"
        else:
            self.expect("UNIQUE")
        clustered = {"CLUSTERED": True, "NONCLUSTERED": False}.get(self.accept("CLUSTERED", "NONCLUSTERED"))
        if self.at("HASH"):
            self.refuse("memory-optimized hash indexes")
        if self.at("("):
            columns = self.index_columns()
        elif column:
            columns = (n.IndexColumn(line, column),)
        else:
            self.fail()
        self._index_options()
        return n.KeyConstraint(line, kind, columns, name, clustered, self.placement())

    def index_columns(self) -> tuple[n.IndexColumn, ...]:
        self.expect("(")
        columns = []
        while True:
            line = self.line
            name = self.name()
            columns.append(n.IndexColumn(line, name, self.accept("ASC", "DESC") == "DESC"))
            if not self.accept(","):
                break
        self.expect(")")
        return tuple(columns)

    def _index_options(self) -> None:
        """WITH (PAD_INDEX = …, …): storage options that change no answer."""
        if self.at("WITH") and self.peek().upper == "(":
            self.advance()
            if self.token.upper and self.at_words("(", "IGNORE_DUP_KEY", "=", "ON"):
                self.refuse("IGNORE_DUP_KEY = ON")
            self._skip_parentheses()
        elif self.at("WITH") and self.peek().upper == "FILLFACTOR":
            self.position += 2
            self.expect("=")
            self.integer()

    def placement(self) -> n.Parts:
        """ON filegroup, ON scheme(column), TEXTIMAGE_ON filegroup."""
        placed: n.Parts = ()
        while self.at("ON", "TEXTIMAGE_ON", "FILESTREAM_ON") and self.peek().upper not in (
            "DELETE",
            "UPDATE",
        ):
            first = self.advance().upper == "ON"
            parts: n.Parts = (self.advance().value,)
            if self.at("("):
                parts += self.name_list()
            placed = parts if first else placed
        return placed

    def _default(self, line: int, name: str) -> n.DefaultValue:
        start = self.token
        value = self.value()
        return n.DefaultValue(line, value, self.text_between(start), name)

    def _check(self, line: int, name: str) -> n.Check:
        self.accept_words("NOT", "FOR", "REPLICATION")
        self.expect("(")
        start = self.token
        condition = self.condition()
        text = self.text_between(start)
        self.expect(")")
        return n.Check(line, condition, text, name)

    def _references(self, line: int, name: str, columns: n.Parts) -> n.ForeignKey:
        table = self.object_name()
        referenced = self.name_list() if self.at("(") else ()
        actions = {"DELETE": "NO ACTION", "UPDATE": "NO ACTION"}
        while self.at("ON") and self.peek().upper in actions:
            self.advance()
            event = self.advance().upper
            if self.accept("NO"):
                self.expect("ACTION")
            elif self.accept("CASCADE"):
                actions[event] = "CASCADE"
            else:
                self.expect("SET")
                actions[event] = f"SET {self.expect('NULL', 'DEFAULT')}"
        self.accept_words("NOT", "FOR", "REPLICATION")
        return n.ForeignKey(line, columns, table, referenced, name, actions["DELETE"], actions["UPDATE"])

    def _inline_index(self, columns: tuple[n.IndexColumn, ...]) -> n.IndexDefinition:
        line = self.advance().line
        name = self.name()
        unique = bool(self.accept("UNIQUE"))
        clustered = self.accept("CLUSTERED", "NONCLUSTERED") == "CLUSTERED"
        kind = self.accept("COLUMNSTORE")
        if self.at("("):
            columns = self.index_columns()
        return self._index_tail(line, name, columns, unique, clustered, kind)

    def _index_tail(
        self,
        line: int,
        name: str,
        columns: tuple[n.IndexColumn, ...],
        unique: bool,
        clustered: bool,
        kind: str,
    ) -> n.IndexDefinition:
        include = self.name_list() if self.accept("INCLUDE") else ()
        if self.at("ORDER") and kind:
            self.advance()
            self.name_list()
        where, text = None, ""
        if self.accept("WHERE"):
            start = self.token
            where = self.condition()
            text = self.text_between(start)
        self._index_options()
        return n.IndexDefinition(
            line, name, columns, unique, clustered, kind, include, where, text, self.placement()
        )

    def create_index(self, line: int) -> n.CreateIndex:
        unique = bool(self.accept("UNIQUE"))
        clustered = self.accept("CLUSTERED", "NONCLUSTERED") == "CLUSTERED"
        kind = self.accept("COLUMNSTORE")
        self.expect("INDEX")
        name = self.name()
        self.expect("ON")
        table = self.object_name()
        columns = self.index_columns() if self.at("(") else ()
        drop_existing = self._drop_existing()
        return n.CreateIndex(
            line, table, self._index_tail(line, name, columns, unique, clustered, kind), drop_existing
        )

    def _drop_existing(self) -> bool:
        """Whether DROP_EXISTING = ON stands in the options of this statement."""
        ahead = 0
        while self.peek(ahead).upper not in ("", ";") or self.peek(ahead).upper == "":
            token = self.peek(ahead)
            if token.upper == ";" or token.kind.value == "end":
                return False
            if token.upper == "DROP_EXISTING":
                return self.peek(ahead + 2).upper == "ON"
            ahead += 1
        return False

    def create_table(self, line: int) -> n.CreateTable:
        name = self.object_name()
        if self.at("AS"):
            self.refuse("CREATE TABLE AS (node, edge, file and external tables)")
        definition = self.table_definition()
        placed = self.placement()
        if self.at("WITH"):
            self._table_options()
        return n.CreateTable(line, name, definition, placed)

    def _table_options(self) -> None:
        """WITH (DATA_COMPRESSION = …): storage only. Others change behaviour and are refused."""
        self.expect("WITH")
        if self.peek().upper not in ("DATA_COMPRESSION", "XML_COMPRESSION"):
            self.refuse(f"the table option {self.peek().value}")
        self._skip_parentheses()

    def alter_table(self, line: int) -> n.AlterTable:
        name = self.object_name()
        with_check = None
        if self.at("WITH") and self.peek().upper in ("CHECK", "NOCHECK"):
            self.advance()
            with_check = self.advance().upper == "CHECK"
        actions = self._alter_actions(with_check)
        return n.AlterTable(line, name, actions)

    def _alter_actions(self, with_check: bool | None) -> tuple[n.AlterAction, ...]:
        line = self.line
        if self.accept("ADD"):
            return (n.AlterAction(line, "ADD", self._added(), with_check=with_check),)
        if self.accept("ALTER"):
            self.expect("COLUMN")
            return (n.AlterAction(line, "ALTER COLUMN", column=self.column_definition()),)
        if self.accept("DROP"):
            return self._dropped()
        if self.at("CHECK", "NOCHECK"):
            kind = self.advance().upper
            self.expect("CONSTRAINT")
            return (n.AlterAction(line, kind, names=self._names_or_all(), with_check=with_check),)
        if self.accept("SWITCH"):
            return (self._switch(line),)
        if self.accept("REBUILD"):
            if self.accept("PARTITION"):
                self.expect("=")
                self.advance()
            self._index_options()
            return (n.AlterAction(line, "REBUILD"),)
        if self.at("ENABLE", "DISABLE") and self.peek().upper == "TRIGGER":
            kind = f"{self.advance().upper} TRIGGER"
            self.advance()
            return (n.AlterAction(line, kind, names=self._names_or_all()),)
        if self.at("SET"):
            self.refuse("ALTER TABLE … SET")
        self.fail()

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
            self.accept("COLUMN")
            self._table_element(columns, constraints, indexes)
            if self.accept_words("WITH", "VALUES") and columns and columns[-1].default is not None:
                filled = replace(columns[-1].default, with_values=True)
                columns[-1] = replace(columns[-1], default=filled)
            if not self.accept(","):
                return n.TableDefinition(line, tuple(columns), tuple(constraints), tuple(indexes))

    def _dropped(self) -> tuple[n.AlterAction, ...]:
        actions = []
        kind = "CONSTRAINT"
        while True:
            line = self.line
            kind = self.accept("COLUMN", "CONSTRAINT") or kind
            if_exists = self.accept_words("IF", "EXISTS")
            name = self.name()
            self._index_options()
            actions.append(n.AlterAction(line, f"DROP {kind}", names=(name,), if_exists=if_exists))
            if not self.accept(","):
                return tuple(actions)

    def _switch(self, line: int) -> n.AlterAction:
        source = self.value() if self.accept("PARTITION") else None
        self.expect("TO")
        target = self.object_name()
        into = self.value() if self.accept("PARTITION") else None
        self._index_options()
        return n.AlterAction(line, "SWITCH", target=target, source_partition=source, target_partition=into)
