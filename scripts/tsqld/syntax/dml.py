"""Parses statements that change rows: INSERT, UPDATE, DELETE, MERGE, BULK INSERT, TRUNCATE TABLE."""

from __future__ import annotations

from tsql.tokens import Kind
from tsqld.errors import error
from tsqld.syntax import nodes as n
from tsqld.syntax.queries import _ASSIGNMENTS, QueryParser


class DmlParser(QueryParser):
    """The DML grammar."""

    def called(self, line: int) -> n.Execute:
        """EXEC of a module or text, its keyword read."""
        raise NotImplementedError

    def with_statement(self) -> n.Statement:
        """A statement that begins with common table expressions."""
        ctes = self.common_tables()
        if self.at("INSERT"):
            return self.insert(ctes)
        if self.at("UPDATE"):
            return self.update(ctes)
        if self.at("DELETE"):
            return self.delete(ctes)
        if self.at("MERGE"):
            return self.merge(ctes)
        if not self.at("SELECT", "("):
            self.fail()
        return n.SelectStatement(self.line, self.query_after_ctes(ctes))

    def nested_change(self, line: int) -> n.Source:
        statement: n.Insert | n.Update | n.Delete | n.Merge
        if self.at("INSERT"):
            statement = self._insert_rows(self.advance().line, ())
        elif self.at("UPDATE"):
            statement = self.update()
        elif self.at("DELETE"):
            statement = self.delete()
        else:
            statement = self.merge(nested=True)
        self.expect(")")
        alias, columns = self._alias_and_columns()
        return n.ChangeSource(line, statement, alias, columns)

    def _change_top(self) -> n.Top | None:
        """TOP of a change: in parentheses, and without ties."""
        if not self.at("TOP"):
            return None
        if self.peek().upper != "(":
            self.advance()
            self.fail()
        top = self.top()
        if top.with_ties:
            self.position -= 2
            self.fail()
        return top

    def _target(self) -> n.Target:
        line = self.line
        if self.token.kind is Kind.VARIABLE:
            return n.Target(line, variable=self.advance().value)
        if self.at("OPENROWSET", "OPENQUERY", "OPENDATASOURCE"):
            self.refuse(f"{self.token.upper} as a target")
        name = self.object_name()
        return n.Target(line, name, hints=self._hints())

    def _outputs(self) -> tuple[n.Output, ...]:
        outputs = []
        while self.at("OUTPUT"):
            outputs.append(self._output())
        if len(outputs) > 2:
            self.fail()
        return tuple(outputs)

    def _output(self) -> n.Output:
        line = self.advance().line
        items = [self.select_item()]
        while self.accept(","):
            items.append(self.select_item())
        if not self.accept("INTO"):
            return n.Output(line, tuple(items))
        target = self._target()
        columns = self.name_list() if self.at("(") else ()
        return n.Output(line, tuple(items), target, columns)

    def insert(self, ctes: tuple[n.CommonTable, ...] = ()) -> n.Insert | n.InsertBulk:
        line = self.advance().line
        if self.at("BULK") and not ctes:
            return self._insert_bulk(line)
        return self._insert_rows(line, ctes)

    def _insert_rows(self, line: int, ctes: tuple[n.CommonTable, ...]) -> n.Insert:
        top = self._change_top()
        self.accept("INTO")
        target = self._target()
        columns = self._column_list() if self.at("(") and not self._query_ahead() else ()
        if not target.hints and self.at("WITH") and self.peek().upper == "(":
            self._hints()
        outputs = self._outputs()
        source: n.Query | tuple[tuple[n.Expression, ...], ...] | n.Execute | None
        if self.accept("DEFAULT"):
            self.expect("VALUES")
            source = None
        elif self.at("VALUES"):
            source = self.value_rows()
        elif self.at("EXEC", "EXECUTE"):
            source = self.called(self.advance().line)
        elif self.at("SELECT", "WITH", "("):
            source = self.query()
        else:
            self.fail()
        recursion = source.max_recursion if isinstance(source, n.Query) else self._recursion()
        return n.Insert(line, target, columns, source, top, outputs, ctes, recursion)

    def _query_ahead(self) -> bool:
        """Whether what stands in parentheses is the query and not the columns."""
        ahead = 0
        while self.peek(ahead).upper == "(":
            ahead += 1
        return self.peek(ahead).upper in ("SELECT", "WITH")

    def _column_list(self) -> n.Parts:
        """Insert columns; a qualifier before the column's own name is allowed and means nothing."""
        self.expect("(")
        names = [self.object_name()[-1]]
        while self.accept(","):
            names.append(self.object_name()[-1])
        self.expect(")")
        return tuple(names)

    def update(self, ctes: tuple[n.CommonTable, ...] = ()) -> n.Update:
        line = self.advance().line
        if self.at("STATISTICS"):
            self.fail()
        top = self._change_top()
        target = self._target()
        self.expect("SET")
        assignments = [self._assignment()]
        while self.accept(","):
            assignments.append(self._assignment())
        outputs = self._outputs()
        sources = self.from_clause() if self.at("FROM") else ()
        where, cursor = self._where_or_cursor()
        recursion = self._recursion()
        return n.Update(
            line, target, tuple(assignments), sources, where, top, outputs, ctes, cursor, recursion
        )

    def _recursion(self) -> int | None:
        return self.option_clause() if self.at("OPTION") else None

    def _where_or_cursor(self) -> tuple[n.Expression | None, str]:
        if not self.accept("WHERE"):
            return None, ""
        if self.accept_words("CURRENT", "OF"):
            scope = "GLOBAL " if self.accept("GLOBAL") else ""
            if self.token.kind is Kind.VARIABLE:
                return None, self.advance().value
            return None, scope + self.name()
        return self.condition(), ""

    def _assignment(self) -> n.Assignment:
        line = self.line
        if self.token.kind is Kind.VARIABLE:
            variable = self.advance().value
            operator = self.expect(*_ASSIGNMENTS)
            if operator == "=" and self.at_name() and self.peek().upper in _ASSIGNMENTS:
                column: n.Parts = (self.name(),)
                inner = self.expect(*_ASSIGNMENTS)
                return n.Assignment(line, column, inner, self.expression(), variable)
            return n.Assignment(line, (), operator, self.expression(), variable)
        column = self.object_name()
        if self.at("("):
            return self._write(line, column)
        operator = self.expect(*_ASSIGNMENTS)
        return n.Assignment(line, column, operator, self.expression())

    def _write(self, line: int, column: n.Parts) -> n.Assignment:
        """`column.WRITE(expression, @offset, @length)`."""
        if len(column) < 2 or column[-1].upper() != "WRITE":
            self.refuse(f"the mutator {column[-1]}() in SET")
        self.expect("(")
        arguments = [self.expression()]
        while self.accept(","):
            arguments.append(self.expression())
        self.expect(")")
        if len(arguments) != 3:
            self.fail()
        return n.Assignment(line, column[:-1], ".WRITE", n.Call(line, ("WRITE",), tuple(arguments)))

    def delete(self, ctes: tuple[n.CommonTable, ...] = ()) -> n.Delete:
        line = self.advance().line
        top = self._change_top()
        self.accept("FROM")
        target = self._target()
        outputs = self._outputs()
        sources = self.from_clause() if self.at("FROM") else ()
        where, cursor = self._where_or_cursor()
        recursion = self._recursion()
        return n.Delete(line, target, sources, where, top, outputs, ctes, cursor, recursion)

    def merge(self, ctes: tuple[n.CommonTable, ...] = (), *, nested: bool = False) -> n.Merge:
        line = self.advance().line
        top = self._change_top()
        self.accept("INTO")
        target = self._target()
        alias = ""
        if self.accept("AS") or (self.at_name() and not self.at("USING")):
            alias = self.name()
        self.expect("USING")
        source = self.source()
        self.expect("ON")
        on = self.condition()
        whens = []
        while self.at("WHEN"):
            whens.append(self._merge_when())
        if not whens:
            self.fail()
        outputs = self._outputs()
        recursion = self._recursion()
        if not nested and not self.at(";"):
            raise error(10713, line=line)
        return n.Merge(line, target, alias, source, on, tuple(whens), top, outputs, ctes, recursion)

    def _merge_when(self) -> n.MergeWhen:
        line = self.advance().line
        matched = "MATCHED"
        if self.accept("NOT"):
            self.expect("MATCHED")
            matched = "TARGET"
            if self.accept("BY"):
                matched = self.expect("TARGET", "SOURCE")
        else:
            self.expect("MATCHED")
        condition = self.condition() if self.accept("AND") else None
        self.expect("THEN")
        action = self.expect("INSERT", "UPDATE", "DELETE")
        if matched == "TARGET" and action != "INSERT":
            raise error(10710, action, line=line)
        if matched != "TARGET" and action == "INSERT":
            clause = "WHEN MATCHED" if matched == "MATCHED" else "WHEN NOT MATCHED BY SOURCE"
            raise error(10711, clause, line=line)
        if action == "DELETE":
            return n.MergeWhen(line, matched, condition, action)
        if action == "UPDATE":
            self.expect("SET")
            assignments = [self._assignment()]
            while self.accept(","):
                assignments.append(self._assignment())
            return n.MergeWhen(line, matched, condition, action, tuple(assignments))
        columns = self._column_list() if self.at("(") else ()
        if self.accept("DEFAULT"):
            self.expect("VALUES")
            return n.MergeWhen(line, matched, condition, action, (), columns, None)
        self.expect("VALUES")
        return n.MergeWhen(line, matched, condition, action, (), columns, self._value_row())

    def bulk_insert(self) -> n.BulkInsert:
        line = self.advance().line
        self.expect("INSERT")
        table = self.object_name()
        self.expect("FROM")
        path = self.string()
        return n.BulkInsert(line, table, path, self._bulk_options())

    def _insert_bulk(self, line: int) -> n.InsertBulk:
        self.advance()
        table = self.object_name()
        columns: list[tuple[str, n.TypeName]] = []
        if self.accept("("):
            while True:
                columns.append((self.name(), self.type_name()))
                if self.accept("COLLATE"):
                    self.name()
                if not self.accept(","):
                    break
            self.expect(")")
        return n.InsertBulk(line, table, tuple(columns), self._bulk_options())

    def _bulk_options(self) -> tuple[tuple[str, str | int | None], ...]:
        options: list[tuple[str, str | int | None]] = []
        if self.accept("WITH"):
            self.expect("(")
            while not self.at(")"):
                options.append(self.bulk_option())
                separated = self.accept(",") or self.at(")") or self.token.kind is Kind.NAME
                if not separated:
                    self.fail()
            self.expect(")")
        return tuple(options)

    def truncate(self) -> n.Truncate:
        line = self.advance().line
        self.expect("TABLE")
        table = self.object_name()
        ranges: list[tuple[int, int]] = []
        if self.accept("WITH"):
            self.expect("(")
            self.expect("PARTITIONS")
            self.expect("(")
            while True:
                first = self.integer()
                ranges.append((first, self.integer() if self.accept("TO") else first))
                if not self.accept(","):
                    break
            self.expect(")")
            self.expect(")")
        return n.Truncate(line, table, tuple(ranges))
