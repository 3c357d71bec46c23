"""Parses queries: SELECT, FROM, set operators, common table expressions, FOR and OPTION."""

from __future__ import annotations

from tsql.tokens import Kind
from tsqld.errors import error
from tsqld.syntax import nodes as n
from tsqld.syntax.expressions import ExpressionParser

# Microsoft Learn, "Table hints": read and set aside; locks are the engine's own.
TABLE_HINTS = frozenset(
    """FORCESCAN FORCESEEK HOLDLOCK IGNORE_CONSTRAINTS IGNORE_TRIGGERS INDEX KEEPDEFAULTS KEEPIDENTITY
    NOEXPAND NOLOCK NOWAIT PAGLOCK READCOMMITTED READCOMMITTEDLOCK READPAST READUNCOMMITTED REPEATABLEREAD
    ROWLOCK SERIALIZABLE SNAPSHOT SPATIAL_WINDOW_MAX_CELLS TABLOCK TABLOCKX UPDLOCK XLOCK""".split()
)
# Microsoft Learn, "Query hints".
_QUERY_HINTS = frozenset(
    """HASH ORDER CONCAT MERGE LOOP FAST FORCE KEEP KEEPFIXED MAXDOP MAXRECURSION MAX_GRANT_PERCENT
    MIN_GRANT_PERCENT NO_PERFORMANCE_SPOOL OPTIMIZE PARAMETERIZATION RECOMPILE ROBUST USE
    DISABLE_OPTIMIZED_PLAN_FORCING EXPAND IGNORE_NONCLUSTERED_COLUMNSTORE_INDEX LABEL DISABLE ENABLE
    QUERYTRACEON""".split()
)
_ASSIGNMENTS = ("=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=")
_JOIN_WORDS = ("INNER", "LEFT", "RIGHT", "FULL", "CROSS", "OUTER", "JOIN")


class QueryParser(ExpressionParser):
    """The query grammar."""

    def query(self) -> n.Query:
        ctes = self.common_tables() if self.at("WITH") else ()
        return self.query_after_ctes(ctes)

    def common_tables(self) -> tuple[n.CommonTable, ...]:
        self.expect("WITH")
        if self.at("XMLNAMESPACES"):
            self.refuse("WITH XMLNAMESPACES")
        tables = [self._common_table()]
        while self.accept(","):
            tables.append(self._common_table())
        return tuple(tables)

    def _common_table(self) -> n.CommonTable:
        line = self.line
        name = self.name()
        columns = self.name_list() if self.at("(") else ()
        self.expect("AS")
        self.expect("(")
        query = self.query()
        self.expect(")")
        return n.CommonTable(line, name, columns, query)

    def query_after_ctes(self, ctes: tuple[n.CommonTable, ...]) -> n.Query:
        line = self.line
        body = self._set_operations()
        order: tuple[n.OrderItem, ...] = ()
        offset = fetch = None
        if self.at("ORDER"):
            order = self.order_items()
            if self.accept("OFFSET"):
                offset = self.value()
                self.expect("ROW", "ROWS")
                if self.accept("FETCH"):
                    self.expect("FIRST", "NEXT")
                    fetch = self.value()
                    self.expect("ROW", "ROWS")
                    self.expect("ONLY")
        cursor_ends = self.peek().upper in ("READ", "UPDATE")
        for_clause = self._for_clause() if self.at("FOR") and not cursor_ends else None
        recursion = self.option_clause() if self.at("OPTION") else None
        return n.Query(line, body, ctes, order, offset, fetch, for_clause, recursion)

    def _set_operations(self) -> n.Select | n.SetOperation | n.Query:
        left = self._intersections()
        while self.at("UNION", "EXCEPT"):
            token = self.advance()
            operator = token.upper
            if operator == "UNION" and self.accept("ALL"):
                operator = "UNION ALL"
            left = n.SetOperation(token.line, operator, left, self._intersections())
        return left

    def _intersections(self) -> n.Select | n.SetOperation | n.Query:
        left = self._query_term()
        while self.at("INTERSECT"):
            line = self.advance().line
            left = n.SetOperation(line, "INTERSECT", left, self._query_term())
        return left

    def _query_term(self) -> n.Select | n.SetOperation | n.Query:
        if self.accept("("):
            query = self.query()
            self.expect(")")
            simple = not (query.ctes or query.order_by or query.offset or query.for_clause)
            return query.body if simple else query
        return self._select()

    def _select(self) -> n.Select:
        line = self.line
        self.expect("SELECT")
        distinct = bool(self.accept("DISTINCT"))
        if not distinct:
            self.accept("ALL")
        top = self.top() if self.at("TOP") else None
        items = [self.select_item()]
        while self.accept(","):
            items.append(self.select_item())
        into = self.object_name() if self.accept("INTO") else ()
        if into and self.accept("ON"):
            self.name()
        sources = self.from_clause() if self.at("FROM") else ()
        where = self.condition() if self.accept("WHERE") else None
        group_by = self._group_by() if self.at("GROUP") else ()
        having = self.condition() if self.accept("HAVING") else None
        windows = self._windows() if self.at("WINDOW") else ()
        return n.Select(line, tuple(items), distinct, top, into, sources, where, group_by, having, windows)

    def top(self) -> n.Top:
        line = self.line
        self.expect("TOP")
        if self.accept("("):
            count = self.expression()
            self.expect(")")
        else:
            count = self._primary()
        percent = bool(self.accept("PERCENT"))
        ties = self.at_words("WITH", "TIES")
        if ties:
            self.position += 2
        return n.Top(line, count, percent, ties)

    def select_item(self) -> n.SelectItem | n.Star:
        line = self.line
        if self.accept("*"):
            return n.Star(line, ())
        if star := self._qualified_star():
            return star
        if self.token.kind is Kind.VARIABLE and self.peek().upper in _ASSIGNMENTS:
            variable = self.advance().value
            return n.SelectItem(line, self.assigned_value(line, variable), variable=variable)
        if self._alias_equals():
            alias = self.advance().value
            self.expect("=")
            return n.SelectItem(line, self.expression(), alias)
        expression = self.expression()
        return n.SelectItem(line, expression, self._column_alias())

    def assigned_value(self, line: int, variable: str) -> n.Expression:
        """What `= value` or `<operator>= value` gives a variable: `@x += v` is `@x = @x + v`."""
        operator = self.expect(*_ASSIGNMENTS)
        value = self.expression()
        return value if operator == "=" else n.Binary(line, operator[:-1], n.Variable(line, variable), value)

    def _alias_equals(self) -> bool:
        """`alias = expression` in a select list; there is no bare comparison in T-SQL."""
        return self.peek().upper == "=" and (self.at_name() or self.at_string())

    def _qualified_star(self) -> n.Star | None:
        position = self.position
        line = self.line
        parts = []
        while self.at_name() and self.peek().upper == ".":
            parts.append(self.advance().value)
            self.advance()
            if self.accept("*"):
                return n.Star(line, tuple(parts))
        self.position = position
        return None

    def _column_alias(self) -> str:
        if self.accept("AS"):
            if self.at_string():
                return self.advance().value
            return self.name()
        if self.at_string():
            return self.advance().value
        return self.name() if self._alias_here() else ""

    def _alias_here(self) -> bool:
        """Whether the bare word here is an alias rather than the start of what follows."""
        if self.at("WINDOW") and self.peek(2).upper == "AS":
            return False
        return self.at_name()

    def _windows(self) -> tuple[tuple[str, n.Window], ...]:
        self.expect("WINDOW")
        windows = []
        while True:
            name = self.name()
            self.expect("AS")
            windows.append((name, self.window()))
            if not self.accept(","):
                return tuple(windows)

    # FROM

    def from_clause(self) -> tuple[n.Source, ...]:
        self.expect("FROM")
        sources = [self.source()]
        while self.accept(","):
            sources.append(self.source())
        return tuple(sources)

    def source(self) -> n.Source:
        left = self._pivoted(self._source_primary())
        while self.at(*_JOIN_WORDS):
            line = self.line
            kind = self._join_kind()
            right = self._pivoted(self._source_primary())
            if kind in ("CROSS", "CROSS APPLY", "OUTER APPLY"):
                left = n.JoinSource(line, kind, left, right, None)
                continue
            right = self._nested_joins(right)
            self.expect("ON")
            left = n.JoinSource(line, kind, left, right, self.condition())
        return left

    def _nested_joins(self, right: n.Source) -> n.Source:
        """`a JOIN b JOIN c ON … ON …`: joins opened before the first ON belong to the right side."""
        while self.at(*_JOIN_WORDS):
            line = self.line
            kind = self._join_kind()
            inner = self._pivoted(self._source_primary())
            if kind in ("CROSS", "CROSS APPLY", "OUTER APPLY"):
                right = n.JoinSource(line, kind, right, inner, None)
                continue
            inner = self._nested_joins(inner)
            self.expect("ON")
            right = n.JoinSource(line, kind, right, inner, self.condition())
        return right

    def _join_kind(self) -> str:
        if self.accept("CROSS"):
            return "CROSS APPLY" if self.expect("JOIN", "APPLY") == "APPLY" else "CROSS"
        if self.accept("OUTER"):
            self.expect("APPLY")
            return "OUTER APPLY"
        kind = self.accept("INNER", "LEFT", "RIGHT", "FULL") or "INNER"
        if kind != "INNER":
            self.accept("OUTER")
        self.accept("LOOP", "HASH", "MERGE", "REMOTE")
        self.expect("JOIN")
        return kind

    def _pivoted(self, source: n.Source) -> n.Source:
        while self.at("PIVOT", "UNPIVOT"):
            source = self._pivot(source) if self.at("PIVOT") else self._unpivot(source)
        return source

    def _pivot(self, source: n.Source) -> n.Source:
        line = self.advance().line
        self.expect("(")
        aggregate = self._primary()
        if not isinstance(aggregate, n.Call):
            self.fail()
        self.expect("FOR")
        column = self.object_name()
        self.expect("IN")
        values = self.name_list()
        self.expect(")")
        return n.PivotSource(line, source, aggregate, column, values, self._required_alias())

    def _unpivot(self, source: n.Source) -> n.Source:
        line = self.advance().line
        self.expect("(")
        value = self.name()
        self.expect("FOR")
        column = self.name()
        self.expect("IN")
        self.expect("(")
        columns = [self.object_name()]
        while self.accept(","):
            columns.append(self.object_name())
        self.expect(")")
        self.expect(")")
        return n.UnpivotSource(line, source, value, column, tuple(columns), self._required_alias())

    def _required_alias(self) -> str:
        self.accept("AS")
        return self.name()

    def _source_primary(self) -> n.Source:
        line = self.line
        if self.at("("):
            return self._parenthesised_source()
        if self.token.kind is Kind.VARIABLE:
            name = self.advance().value
            if self.at("."):
                self.refuse("XML methods")
            return n.VariableSource(line, name, self._table_alias())
        if self.at("OPENROWSET"):
            return self._openrowset()
        if self.at("OPENQUERY", "OPENDATASOURCE", "OPENXML", "CONTAINSTABLE", "FREETEXTTABLE"):
            self.refuse(self.token.upper)
        name_parts = self.object_name()
        if self.at("(") and not self._old_hint():
            return self._function_source(name_parts, line)
        if self.at("FOR") and self.peek().upper in ("SYSTEM_TIME",):
            self.refuse("FOR SYSTEM_TIME (temporal tables)")
        hints = self._hints()
        alias = self._table_alias()
        sample = self._sample() if self.at("TABLESAMPLE") else ""
        return n.TableSource(line, name_parts, alias, hints + self._hints(), sample)

    def _sample(self) -> str:
        """`TABLESAMPLE [SYSTEM] (n [PERCENT | ROWS]) [REPEATABLE (seed)]`. Error 1031 beyond 100 percent.

        SQL Server samples pages; here rows are, which serves the same promise of roughly so many.
        """
        line = self.advance().line
        self.accept("SYSTEM")
        self.expect("(")
        count = float(self.advance().value)
        unit = self.accept("PERCENT", "ROWS") or "PERCENT"
        self.expect(")")
        seed = ""
        if self.accept("REPEATABLE"):
            self.expect("(")
            seed = f" REPEATABLE ({self.integer()})"
            self.expect(")")
        if unit == "ROWS":
            return f" TABLESAMPLE reservoir({count:.0f} ROWS){seed}"
        if not 0 <= count <= 100:
            raise error(1031, line=line)
        return f" TABLESAMPLE bernoulli({count}%){seed}" if count < 100 else ""

    def _old_hint(self) -> bool:
        """`FROM t (NOLOCK)`: a hint without WITH."""
        return self.peek().upper in TABLE_HINTS and self.peek(2).upper in (")", ",")

    def _hints(self) -> n.Parts:
        if self.at("(") and self._old_hint():
            return self._hint_list()
        if self.at("WITH") and self.peek().upper == "(":
            self.advance()
            return self._hint_list()
        return ()

    def _hint_list(self) -> n.Parts:
        self.expect("(")
        hints = []
        while not self.at(")"):
            if not self.at(*TABLE_HINTS):
                raise error(321, self.token.value, line=self.line)
            hints.append(self.advance().upper)
            if self.accept("="):
                self.advance()
            if self.at("("):
                self._skip_parentheses()
            self.accept(",")
        self.expect(")")
        return tuple(hints)

    def _skip_parentheses(self) -> None:
        self.expect("(")
        depth = 1
        while depth:
            if self.at_end():
                self.fail()
            depth += self.at("(") - self.at(")")
            self.advance()

    def _table_alias(self) -> str:
        if self.accept("AS"):
            return self.name()
        return self.name() if self._alias_here() else ""

    def _parenthesised_source(self) -> n.Source:
        line = self.line
        if self._query_starts_here():
            self.expect("(")
            query = self.query()
            self.expect(")")
            alias, columns = self._alias_and_columns()
            return n.DerivedSource(line, query, alias, columns)
        self.expect("(")
        if self.at("VALUES"):
            rows = self.value_rows()
            self.expect(")")
            alias, columns = self._alias_and_columns()
            return n.ValuesSource(line, rows, alias, columns)
        if self.at("INSERT", "UPDATE", "DELETE", "MERGE"):
            return self.nested_change(line)
        source = self.source()
        self.expect(")")
        return source

    def nested_change(self, line: int) -> n.Source:
        """A change whose OUTPUT is a table source, behind its parenthesis; given by the class below."""
        raise NotImplementedError

    def _query_starts_here(self) -> bool:
        """`((SELECT …) UNION …) a` against `((a JOIN b ON …) JOIN c ON …)`."""
        ahead = 0
        while self.peek(ahead).upper == "(":
            ahead += 1
        if self.peek(ahead).upper not in ("SELECT", "WITH"):
            return False
        return ahead == 1 or self._closes_as_query(ahead)

    def _alias_and_columns(self) -> tuple[str, n.Parts]:
        self.accept("AS")
        alias = self.name()
        return alias, self.name_list() if self.at("(") else ()

    def value_rows(self) -> tuple[tuple[n.Expression, ...], ...]:
        self.expect("VALUES")
        rows = [self._value_row()]
        while self.accept(","):
            rows.append(self._value_row())
        return tuple(rows)

    def _value_row(self) -> tuple[n.Expression, ...]:
        self.expect("(")
        values = [self.expression()]
        while self.accept(","):
            values.append(self.expression())
        self.expect(")")
        return tuple(values)

    def _function_source(self, name: n.Parts, line: int) -> n.Source:
        call = self._call(name, line)
        if not isinstance(call, n.Call):
            self.fail()
        json_columns: tuple[n.JsonColumn, ...] = ()
        if name[-1].upper() == "OPENJSON" and len(name) == 1 and self.accept("WITH"):
            json_columns = self._json_columns()
        alias = self._table_alias()
        columns = self.name_list() if alias and self.at("(") else ()
        return n.FunctionSource(line, call, alias, columns, json_columns)

    def _json_columns(self) -> tuple[n.JsonColumn, ...]:
        self.expect("(")
        columns = []
        while True:
            line = self.line
            name = self.name()
            type_name = self.type_name()
            path = self.string() if self.at_string() else ""
            as_json = self.accept_words("AS", "JSON")
            columns.append(n.JsonColumn(line, name, type_name, path, as_json))
            if not self.accept(","):
                break
        self.expect(")")
        return tuple(columns)

    def _openrowset(self) -> n.Source:
        line = self.advance().line
        self.expect("(")
        if not self.accept("BULK"):
            self.refuse("OPENROWSET without BULK")
        path = self.string()
        options: list[tuple[str, str | int | None]] = []
        while self.accept(","):
            options.append(self.bulk_option())
        self.expect(")")
        if self.at("WITH"):
            self.refuse("OPENROWSET(BULK …) WITH (columns)")
        alias = self._table_alias()
        columns = self.name_list() if alias and self.at("(") else ()
        return n.BulkSource(line, path, tuple(options), alias, columns)

    def bulk_option(self) -> tuple[str, str | int | None]:
        name = self.word()
        if name == "ORDER":
            self._skip_parentheses()
            return name, None
        if not self.accept("="):
            return name, None
        if self.at_string():
            return name, self.string()
        return name, self.integer()

    # GROUP BY, FOR, OPTION

    def _group_by(self) -> tuple[n.Expression | n.Grouping, ...]:
        self.expect_words("GROUP", "BY")
        if self.at("ALL"):
            self.refuse("GROUP BY ALL")
        line = self.line
        items = [self._grouping_item()]
        while self.accept(","):
            items.append(self._grouping_item())
        if self.at("WITH") and self.peek().upper in ("ROLLUP", "CUBE"):
            self.advance()
            return (n.Grouping(line, self.advance().upper, tuple(items)),)
        return tuple(items)

    def _grouping_item(self) -> n.Expression | n.Grouping:
        line = self.line
        if self.at("ROLLUP", "CUBE") and self.peek().upper == "(":
            return n.Grouping(line, self.advance().upper, self._grouping_list())
        if self.accept_words("GROUPING", "SETS"):
            return n.Grouping(line, "SETS", self._grouping_list())
        if self.at("(") and self.peek().upper == ")":
            return n.Grouping(line, "SETS", (n.Grouping(line, "SET", self._grouping_set()),))
        return self.expression()

    def _grouping_list(self) -> tuple[n.Expression | n.Grouping, ...]:
        self.expect("(")
        items: list[n.Expression | n.Grouping] = []
        while True:
            if self.at("(") and not self._query_starts():
                items.append(n.Grouping(self.line, "SET", self._grouping_set()))
            else:
                items.append(self._grouping_item())
            if not self.accept(","):
                break
        self.expect(")")
        return tuple(items)

    def _grouping_set(self) -> tuple[n.Expression | n.Grouping, ...]:
        self.expect("(")
        if self.accept(")"):
            return ()
        items = [self._grouping_item()]
        while self.accept(","):
            items.append(self._grouping_item())
        self.expect(")")
        return tuple(items)

    def _for_clause(self) -> n.ForClause | None:
        line = self.line
        self.expect("FOR")
        if self.accept("BROWSE"):
            return None
        kind = self.expect("JSON", "XML")
        mode = (
            self.expect("PATH", "AUTO") if kind == "JSON" else self.expect("PATH", "AUTO", "RAW", "EXPLICIT")
        )
        element = None
        if kind == "XML" and self.accept("("):
            element = self.string()
            self.expect(")")
        options: list[tuple[str, str | None]] = []
        while self.accept(","):
            name = self.word()
            value = None
            if self.accept("("):
                value = self.string()
                self.expect(")")
            elif name == "BINARY":
                self.expect("BASE64")
            elif name == "ELEMENTS":
                value = self.accept("XSINIL", "ABSENT") or None
            options.append((name, value))
        return n.ForClause(line, f"{kind} {mode}", element, tuple(options))

    def option_clause(self) -> int | None:
        """OPTION (…): MAXRECURSION is kept, other documented hints change no answer."""
        self.expect("OPTION")
        self.expect("(")
        recursion = None
        while not self.at(")"):
            if not self.at(*_QUERY_HINTS):
                self.fail()
            if self.accept("MAXRECURSION"):
                recursion = self.integer()
            else:
                self.advance()
            while not self.at(")", ","):
                if self.at_end():
                    self.fail()
                if self.at("("):
                    self._skip_parentheses()
                else:
                    self.advance()
            self.accept(",")
        self.expect(")")
        return recursion
