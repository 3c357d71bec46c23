"""Parses values and conditions.

Precedence is Microsoft Learn's "Operator precedence": ~ / * % + - & ^ | comparison NOT AND OR (with BETWEEN,
IN, LIKE, ANY at comparison). Conditions and values share one grammar; the binder tells them apart (error
4145).
"""

from __future__ import annotations

from dataclasses import replace

from tsql.tokens import Kind
from tsqld.errors import error
from tsqld.syntax import nodes as n
from tsqld.syntax.stream import TokenStream

_COMPARISONS = ("=", "<>", "!=", "<", ">", "<=", ">=", "!<", "!>")
_LITERALS = (
    Kind.INTEGER,
    Kind.DECIMAL,
    Kind.FLOAT,
    Kind.MONEY,
    Kind.STRING,
    Kind.NSTRING,
    Kind.BINARY,
)
# Reserved words that are functions, with and without parentheses.
_BARE_FUNCTIONS = ("CURRENT_TIMESTAMP", "CURRENT_USER", "SESSION_USER", "SYSTEM_USER", "USER", "CURRENT_DATE")
_RESERVED_FUNCTIONS = ("COALESCE", "NULLIF", "LEFT", "RIGHT", "CONVERT", "TRY_CONVERT", "IDENTITY")
_JSON_KINDS = ("VALUE", "ARRAY", "OBJECT", "SCALAR")
_DATEPART_FUNCTIONS = (
    "DATEADD",
    "DATEDIFF",
    "DATEDIFF_BIG",
    "DATEPART",
    "DATENAME",
    "DATETRUNC",
    "DATE_BUCKET",
)
_TYPE_SYNONYMS = {
    ("DOUBLE", "PRECISION"): "float",
    ("CHARACTER", "VARYING"): "varchar",
    ("CHAR", "VARYING"): "varchar",
    ("NATIONAL", "CHARACTER", "VARYING"): "nvarchar",
    ("NATIONAL", "CHAR", "VARYING"): "nvarchar",
    ("NATIONAL", "CHARACTER"): "nchar",
    ("NATIONAL", "CHAR"): "nchar",
    ("NATIONAL", "TEXT"): "ntext",
    ("BINARY", "VARYING"): "varbinary",
}


class ExpressionParser(TokenStream):
    """The expression grammar; queries come from the class below it in the chain."""

    def query(self) -> n.Query:
        raise NotImplementedError

    def condition(self) -> n.Expression:
        return self.expression()

    def expression(self) -> n.Expression:
        left = self._conjunction()
        while self.at("OR"):
            line = self.advance().line
            left = n.Logical(line, "OR", left, self._conjunction())
        return left

    def _conjunction(self) -> n.Expression:
        left = self._negation()
        while self.at("AND"):
            line = self.advance().line
            left = n.Logical(line, "AND", left, self._negation())
        return left

    def _negation(self) -> n.Expression:
        if self.at("NOT"):
            line = self.advance().line
            return n.Not(line, self._negation())
        return self._comparison()

    def _updated(self) -> n.Expression:
        """UPDATE(column) of a trigger: a condition."""
        line = self.advance().line
        self.expect("(")
        column = n.Literal(line, Kind.NSTRING, self.name())
        self.expect(")")
        called = n.Call(line, ("TSQLD_UPDATED",), (column,))
        return n.Comparison(line, "=", called, n.Literal(line, Kind.INTEGER, "1"))

    def _comparison(self) -> n.Expression:
        if self.at("UPDATE") and self.peek().upper == "(":
            return self._updated()
        left = self.value()
        while True:
            line = self.line
            if operator := self.accept(*_COMPARISONS):
                left = self._compared(line, operator, left)
            elif self.at("IS"):
                left = self._is(left)
            elif self.at("IN", "BETWEEN", "LIKE") or (
                self.at("NOT") and self.peek().upper in ("IN", "BETWEEN", "LIKE")
            ):
                left = self._member(left)
            else:
                return left

    def _compared(self, line: int, operator: str, left: n.Expression) -> n.Expression:
        operator = {"!=": "<>", "!<": ">=", "!>": "<="}.get(operator, operator)
        if quantifier := self.accept("ANY", "SOME", "ALL"):
            self.expect("(")
            query = self.query()
            self.expect(")")
            return n.Quantified(line, operator, "ALL" if quantifier == "ALL" else "ANY", left, query)
        return n.Comparison(line, operator, left, self.value())

    def _is(self, left: n.Expression) -> n.Expression:
        line = self.advance().line
        negated = bool(self.accept("NOT"))
        if self.accept("DISTINCT"):
            self.expect("FROM")
            return n.IsDistinct(line, left, self.value(), negated)
        self.expect("NULL")
        return n.IsNull(line, left, negated)

    def _member(self, left: n.Expression) -> n.Expression:
        line = self.line
        negated = bool(self.accept("NOT"))
        if self.accept("BETWEEN"):
            low = self.value()
            self.expect("AND")
            return n.Between(line, left, low, self.value(), negated)
        if self.accept("LIKE"):
            pattern = self.value()
            escape = self.value() if self.accept("ESCAPE") else None
            if self.at("{"):
                self.refuse("ODBC escape sequences")
            return n.Like(line, left, pattern, escape, negated)
        self.expect("IN")
        self.expect("(")
        if self._query_starts():
            query = self.query()
            self.expect(")")
            return n.InQuery(line, left, query, negated)
        items = [self.expression()]
        while self.accept(","):
            items.append(self.expression())
        self.expect(")")
        return n.InList(line, left, tuple(items), negated)

    def value(self) -> n.Expression:
        """Additive level: + - & ^ | share one precedence."""
        left = self._product()
        while True:
            if shift := self._shift():
                left = n.Call(self.line, (shift,), (left, self._product()))
            elif self.at("+", "-", "&", "|", "^"):
                token = self.advance()
                left = n.Binary(token.line, token.upper, left, self._product())
            elif self.at("||"):
                raise error(102, "|", line=self.line)
            else:
                return left

    def _shift(self) -> str:
        """`<<` or `>>`, two tokens without a space between, as the function it is the same as."""
        token, following = self.token, self.peek()
        if not self.at("<", ">") or following.text != token.text or following.start != token.end:
            return ""
        self.position += 2
        return "LEFT_SHIFT" if token.text == "<" else "RIGHT_SHIFT"

    def _product(self) -> n.Expression:
        left = self._unary()
        while self.at("*", "/", "%"):
            token = self.advance()
            left = n.Binary(token.line, token.upper, left, self._unary())
        return left

    def _unary(self) -> n.Expression:
        """A sign takes the whole product behind it, 100 / -10 / 2 being 100 / -(10 / 2); ~ one operand."""
        if self.at("+", "-"):
            token = self.advance()
            return n.Unary(token.line, token.upper, self._product())
        if self.at("~"):
            return n.Unary(self.advance().line, "~", self._unary())
        return self._postfix(self._primary())

    def _postfix(self, operand: n.Expression) -> n.Expression:
        while True:
            line = self.line
            if self.accept("COLLATE"):
                operand = n.Collate(line, operand, self.advance().value)
            elif self.accept_words("AT", "TIME", "ZONE"):
                operand = n.AtTimeZone(line, operand, self._primary())
            else:
                return operand

    _opening = (0, 0)
    """Where the run of opening parentheses looked at last begins and ends: a deep one is looked at once."""

    def _query_starts(self) -> bool:
        """Whether a query stands behind any number of opening parentheses."""
        if not self._opening[0] <= self.position < self._opening[1]:
            end = self.position
            while self.tokens[end].upper == "(":
                end += 1
            self._opening = (self.position, end)
        ahead = self._opening[1] - self.position
        return self.peek(ahead).upper in ("SELECT", "WITH") and (ahead == 0 or self._closes_as_query(ahead))

    def _closes_as_query(self, opened: int) -> bool:
        """`((SELECT …) UNION …)` is a query, `((SELECT …) + 1)` a value: look behind the first closing
        one."""
        depth, position = opened, self.position + opened
        while depth >= opened and position < len(self.tokens) - 1:
            upper = self.tokens[position].upper
            depth += (upper == "(") - (upper == ")")
            position += 1
        return self.tokens[position].upper in (")", "UNION", "EXCEPT", "INTERSECT", "ORDER", "OPTION", "")

    def _primary(self) -> n.Expression:
        token = self.token
        line = token.line
        if token.kind in _LITERALS:
            self.advance()
            return n.Literal(line, token.kind, token.value)
        if token.kind is Kind.VARIABLE:
            self.advance()
            if self.at("."):
                if self.peek(2).upper == "(":
                    self.refuse("methods of XML and CLR types")
                raise error(137, token.value, line=line)
            return n.Variable(line, token.value)
        if self.accept("("):
            return self._parenthesised(line)
        if self.accept("NULL"):
            return n.Null(line)
        if self.at("CASE"):
            return self._case()
        if self.accept("EXISTS"):
            self.expect("(")
            query = self.query()
            self.expect(")")
            return n.Exists(line, query)
        if self.at(*_BARE_FUNCTIONS) and self.peek().upper not in (".",):
            self.advance()
            return n.Call(line, (token.upper,), ())
        if self.at(*_RESERVED_FUNCTIONS) and self.peek().upper == "(":
            self.advance()
            return self._call((token.value,), line)
        if self.at_words("NEXT", "VALUE", "FOR"):
            return self._next_value(line)
        if self.accept("DEFAULT"):
            return n.Default(line)
        if token.upper == "$ACTION" or (token.kind is Kind.NAME and token.upper.startswith("$")):
            self.advance()
            return self._pseudo_column(token.upper, line)
        if token.upper in ("IDENTITYCOL", "ROWGUIDCOL") and token.kind is Kind.NAME:
            self.advance()
            return n.ColumnName(line, (f"${token.upper.removesuffix('COL')}",))
        if self.at("{"):
            return self._odbc_escape(line)
        if self.at_name():
            return self._named(line)
        self.fail()

    def _pseudo_column(self, name: str, line: int) -> n.Expression:
        if name == "$PARTITION":
            self.expect(".")
            function = self.name()
            call = self._call((function,), line)
            assert isinstance(call, n.Call)
            return n.Call(line, ("$PARTITION", function), call.arguments)
        if name in ("$ACTION", "$IDENTITY", "$ROWGUID"):
            return n.ColumnName(line, (name,))
        self.refuse(name)

    def _odbc_escape(self, line: int) -> n.Expression:
        """`{d '…'}`, `{t '…'}`, `{ts '…'}`, `{fn f(…)}`: Microsoft Learn, "ODBC scalar functions"."""
        self.expect("{")
        word = self.word()
        if word == "FN":
            value = self.value()
            self.expect("}")
            return value
        types = {"D": "datetime", "T": "datetime", "TS": "datetime"}
        if word not in types:
            self.fail()
        text = self.string()
        self.expect("}")
        literal = n.Literal(line, Kind.STRING, text)
        return n.Cast(line, literal, n.TypeName(line, (types[word],)), None, False)

    def _parenthesised(self, line: int) -> n.Expression:
        if self._query_starts():
            query = self.query()
            self.expect(")")
            if self.at(".") and self.peek().upper == "VALUE" and query.for_clause is not None:
                return self._xml_value(query, line)
            return n.Subquery(line, query)
        value = self.expression()
        self.expect(")")
        return value

    def _xml_value(self, query: n.Query, line: int) -> n.Expression:
        """`(SELECT … FOR XML PATH(''), TYPE).value('.', 'type')`: the text of the query, not escaped."""
        self.position += 2
        self.expect("(")
        path = self.string()
        self.expect(",")
        type_text = self.string()
        self.expect(")")
        clause = query.for_clause
        assert clause is not None
        paths = (".", "text()[1]", "./text()[1]", "(./text())[1]", "(text())[1]", ".[1]", "(.)[1]")
        if path not in paths or clause.mode != "XML PATH" or ("TYPE", None) not in clause.options:
            self.refuse("XML methods other than .value('.', …) of FOR XML PATH, TYPE")
        plain = replace(clause, options=(*clause.options, ("RAW TEXT", None)))
        type_name = type(self)(type_text).type_name()
        return n.Cast(line, n.Subquery(line, replace(query, for_clause=plain)), type_name, None, False)

    def _case(self) -> n.Expression:
        line = self.advance().line
        operand = None if self.at("WHEN") else self.expression()
        whens = []
        while self.accept("WHEN"):
            condition = self.expression()
            self.expect("THEN")
            whens.append((condition, self.expression()))
        if not whens:
            self.fail()
        otherwise = self.expression() if self.accept("ELSE") else None
        self.expect("END")
        return n.Case(line, operand, tuple(whens), otherwise)

    def _next_value(self, line: int) -> n.Expression:
        self.position += 3
        sequence = self.object_name()
        order: tuple[n.OrderItem, ...] = ()
        if self.accept("OVER"):
            self.expect("(")
            order = self.order_items()
            self.expect(")")
        return n.NextValue(line, sequence, order)

    def _named(self, line: int) -> n.Expression:
        """A column, or a call when parentheses follow."""
        parts = [self.advance().value]
        while self.at(".") and self.peek().upper != "*":
            self.advance()
            while self.accept("."):
                parts.append("")
            if self.token.kind is Kind.NAME and self.token.upper.startswith("$"):
                parts.append(self.advance().upper)
            else:
                parts.append(self.name())
        if self.at("(") and not self.at_words("(", "+", ")"):
            return self._call(tuple(parts), line)
        if self.at("::"):
            self.refuse("static methods of CLR types")
        return n.ColumnName(line, tuple(parts))

    def _call(self, name: n.Parts, line: int) -> n.Expression:
        upper = name[-1].upper() if len(name) == 1 else ""
        self.expect("(")
        if upper in ("CAST", "TRY_CAST"):
            return self._cast(line, upper == "TRY_CAST")
        if upper in ("CONVERT", "TRY_CONVERT"):
            return self._convert(line, upper == "TRY_CONVERT")
        if upper in ("PARSE", "TRY_PARSE"):
            return self._parse(line, upper == "TRY_PARSE")
        if upper == "TRIM":
            return self._trim(line)
        if upper in ("JSON_OBJECT", "JSON_ARRAY"):
            return self._json_constructor(name, line)
        if upper == "ISJSON":
            return self._isjson(name, line)
        distinct, star = False, False
        arguments: list[n.Expression] = []
        if self.at("*") and self.peek().upper == ")":
            self.advance()
            star = True
        elif not self.at(")"):
            distinct = bool(self.accept("DISTINCT"))
            if not distinct:
                self.accept("ALL")
            if upper in _DATEPART_FUNCTIONS and self.token.kind is Kind.NAME and self.peek().upper in (",",):
                arguments.append(n.Literal(self.line, Kind.STRING, self.advance().value))
            else:
                arguments.append(self.expression())
            while self.accept(","):
                arguments.append(self.expression())
        self.expect(")")
        return self._call_tail(n.Call(line, name, tuple(arguments), distinct, star))

    def _call_tail(self, call: n.Call) -> n.Call:
        """WITHIN GROUP, IGNORE NULLS and OVER behind the arguments."""
        within: tuple[n.OrderItem, ...] = ()
        nulls = ""
        over: n.Window | None = None
        if self.accept_words("WITHIN", "GROUP"):
            self.expect("(")
            within = self.order_items()
            self.expect(")")
        if self.at("IGNORE", "RESPECT") and self.peek().upper == "NULLS":
            nulls = self.advance().upper
            self.advance()
        if self.accept("OVER"):
            over = self.window()
        return n.Call(
            call.line, call.name, call.arguments, call.distinct, call.star, over, within, nulls, call.options
        )

    def _cast(self, line: int, is_try: bool) -> n.Expression:
        operand = self.expression()
        self.expect("AS")
        type_name = self.type_name()
        self.expect(")")
        return n.Cast(line, operand, type_name, None, is_try)

    def _convert(self, line: int, is_try: bool) -> n.Expression:
        type_name = self.type_name()
        self.expect(",")
        operand = self.expression()
        style = self.expression() if self.accept(",") else None
        self.expect(")")
        return n.Cast(line, operand, type_name, style, is_try)

    def _parse(self, line: int, is_try: bool) -> n.Expression:
        operand = self.expression()
        self.expect("AS")
        type_name = self.type_name()
        culture = self.expression() if self.accept("USING") else None
        self.expect(")")
        return n.Parse(line, operand, type_name, culture, is_try)

    def _trim(self, line: int) -> n.Expression:
        """`TRIM([LEADING|TRAILING|BOTH] [characters FROM] text)`."""
        side = self.accept("LEADING", "TRAILING", "BOTH")
        first = self.expression()
        arguments: tuple[n.Expression, ...] = (first,)
        if self.accept("FROM"):
            arguments = (self.expression(), first)
        elif side:
            self.fail()
        self.expect(")")
        return n.Call(line, ("TRIM",), arguments, options=(side,) if side else ())

    def _isjson(self, name: n.Parts, line: int) -> n.Expression:
        """`ISJSON(text [, VALUE|ARRAY|OBJECT|SCALAR])`."""
        arguments: list[n.Expression] = [] if self.at(")") else [self.expression()]
        if self.accept(","):
            arguments.append(n.Literal(self.line, Kind.STRING, self.expect(*_JSON_KINDS)))
        self.expect(")")
        return n.Call(line, name, tuple(arguments))

    def _json_constructor(self, name: n.Parts, line: int) -> n.Expression:
        """JSON_OBJECT('key': value, … [NULL|ABSENT ON NULL]) and JSON_ARRAY(value, …)."""
        arguments: list[n.Expression] = []
        options: n.Parts = ()
        while not self.at(")"):
            if self.at("NULL", "ABSENT") and self.peek().upper == "ON":
                options = (self.advance().upper,)
                self.expect_words("ON", "NULL")
                break
            arguments.append(self.expression())
            if name[-1].upper() == "JSON_OBJECT":
                self.expect(":")
                arguments.append(self.expression())
            if not self.accept(",") and not self.at("NULL", "ABSENT"):
                break
        self.expect(")")
        return n.Call(line, name, tuple(arguments), options=options)

    # shared by calls and queries

    def order_items(self) -> tuple[n.OrderItem, ...]:
        self.expect_words("ORDER", "BY")
        items = [self._order_item()]
        while self.accept(","):
            items.append(self._order_item())
        return tuple(items)

    def _order_item(self) -> n.OrderItem:
        line = self.line
        expression = self.expression()
        direction = self.accept("ASC", "DESC")
        return n.OrderItem(line, expression, direction == "DESC")

    def window(self) -> n.Window:
        """What follows OVER: a window's name or its parenthesised definition."""
        line = self.line
        if not self.at("("):
            return n.Window(line, self.name(), (), (), None)
        self.expect("(")
        base = self.name() if self.at_name() and not self.at("PARTITION", "ROWS", "RANGE") else ""
        partition: list[n.Expression] = []
        if self.accept_words("PARTITION", "BY"):
            partition.append(self.expression())
            while self.accept(","):
                partition.append(self.expression())
        order = self.order_items() if self.at("ORDER") else ()
        frame = self._frame() if self.at("ROWS", "RANGE") else None
        self.expect(")")
        return n.Window(line, base, tuple(partition), order, frame)

    def _frame(self) -> n.Frame:
        token = self.advance()
        if self.accept("BETWEEN"):
            start = self._frame_bound()
            self.expect("AND")
            return n.Frame(token.line, token.upper, start, self._frame_bound())
        return n.Frame(token.line, token.upper, self._frame_bound(), ("CURRENT ROW", None))

    def _frame_bound(self) -> tuple[str, n.Expression | None]:
        if self.accept("UNBOUNDED"):
            return f"UNBOUNDED {self.expect('PRECEDING', 'FOLLOWING')}", None
        if self.accept("CURRENT"):
            self.expect("ROW")
            return "CURRENT ROW", None
        count = self.value()
        return self.expect("PRECEDING", "FOLLOWING"), count

    def type_name(self) -> n.TypeName:
        line = self.line
        for words, name in _TYPE_SYNONYMS.items():
            if self.accept_words(*words):
                return n.TypeName(line, (name,), self._type_arguments())
        if self.token.kind is Kind.NAME and self.at("CURSOR", "TABLE"):
            self.fail()
        parts = self.object_name()
        if parts[-1].upper() == "XML" and self.at("("):
            self.refuse("typed xml")
        return n.TypeName(line, parts, self._type_arguments())

    def _type_arguments(self) -> tuple[int, ...]:
        if not self.accept("("):
            return ()
        arguments = [self._type_argument()]
        while self.accept(","):
            arguments.append(self._type_argument())
        self.expect(")")
        return tuple(arguments)

    def _type_argument(self) -> int:
        return -1 if self.accept("MAX") else self.integer()
