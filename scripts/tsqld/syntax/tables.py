"""Parses what tables are made of: columns with their facets, and constraints."""

from __future__ import annotations

from tsqld.errors import error
from tsqld.syntax import nodes as n
from tsqld.syntax.indexes import IndexParser


class TableParser(IndexParser):
    """The grammar of columns and constraints."""

    def table_definition(self) -> n.TableDefinition:
        line = self.line
        self.expect("(")
        columns: list[n.ColumnDefinition] = []
        constraints: list[n.KeyConstraint | n.ForeignKey | n.Check | n.DefaultValue] = []
        indexes: list[n.IndexDefinition] = []
        if self.at(")"):
            self.fail()
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
        *,
        adding: bool = False,
    ) -> None:
        if self.at("CONSTRAINT", "PRIMARY", "UNIQUE", "FOREIGN", "CHECK", "DEFAULT"):
            constraints.append(self.table_constraint(adding=adding))
        elif self.at("INDEX"):
            indexes.append(self.inline_index(()))
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
        if self.at("NULL") or (self.at("NOT") and self.peek().upper == "NULL"):
            facets["second_null"] = "nullable" in facets
            facets["nullable"] = not self.accept("NOT")
            self.advance()
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
        elif self.at("CONSTRAINT") and self.peek(2).upper in ("NULL", "NOT"):
            self.position += 2
        elif self.at("INDEX") and indexes is not None:
            indexes.append(self.inline_index((n.IndexColumn(self.line, column),)))
        elif self.at("CONSTRAINT", "PRIMARY", "UNIQUE", "FOREIGN", "REFERENCES", "CHECK", "DEFAULT"):
            constraint = self._column_constraint(column, self._constraint_name())
            if isinstance(constraint, n.DefaultValue):
                if "default" in facets:
                    facets["second_default"] = True
                facets["default"] = constraint
            else:
                constraints.append(constraint)
        elif self.at("MASKED", "ENCRYPTED", "GENERATED", "FILESTREAM", "HIDDEN", "COLUMN_SET"):
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

    def table_constraint(
        self, *, adding: bool = False
    ) -> n.KeyConstraint | n.ForeignKey | n.Check | n.DefaultValue:
        """A constraint of a table; DEFAULT … FOR only where ALTER TABLE adds it (error 142)."""
        name = self._constraint_name()
        line = self.line
        if self.at("PRIMARY", "UNIQUE"):
            return self._key_constraint(name, "")
        if self.accept("CHECK"):
            return self._check(line, name)
        if self.accept("DEFAULT"):
            default = self._default(line, name)
            if not adding:
                raise error(142, "TABLE", line=line)
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
        options = self.index_options()
        return n.KeyConstraint(line, kind, columns, name, clustered, self.placement(), options)

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
