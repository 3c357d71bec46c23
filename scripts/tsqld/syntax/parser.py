"""Parses a batch into statements: the procedural grammar and modules, on top of all the others.

`parse_batch(text)` is the entry. A CREATE of a procedure, function, view or trigger must be alone in its
batch (error 111) and keeps its whole text.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final, NoReturn

from tsql.tokens import Kind
from tsqld.errors import error, unsupported
from tsqld.syntax import nodes as n
from tsqld.syntax.definitions import DefinitionParser

_MODULE_OPTIONS: Final = frozenset(
    """RECOMPILE ENCRYPTION SCHEMABINDING VIEW_METADATA NATIVE_COMPILATION EXECUTE EXEC RETURNS CALLED
    INLINE""".split()
)
_CURSOR_OPTIONS: Final = frozenset(
    """LOCAL GLOBAL FORWARD_ONLY SCROLL STATIC KEYSET DYNAMIC FAST_FORWARD READ_ONLY SCROLL_LOCKS OPTIMISTIC
    TYPE_WARNING INSENSITIVE""".split()
)
# SET options of one word that take ON or OFF: Microsoft Learn, "SET statements".
_SWITCHES: Final = frozenset(
    """ANSI_DEFAULTS ANSI_NULLS ANSI_NULL_DFLT_OFF ANSI_NULL_DFLT_ON ANSI_PADDING ANSI_WARNINGS ARITHABORT
    ARITHIGNORE CONCAT_NULL_YIELDS_NULL CURSOR_CLOSE_ON_COMMIT FIPS_FLAGGER FMTONLY FORCEPLAN
    IMPLICIT_TRANSACTIONS NOCOUNT NOEXEC NUMERIC_ROUNDABORT PARSEONLY QUOTED_IDENTIFIER
    REMOTE_PROC_TRANSACTIONS SHOWPLAN_ALL SHOWPLAN_TEXT SHOWPLAN_XML XACT_ABORT NO_BROWSETABLE""".split()
)


@lru_cache(maxsize=2048)
def parse_batch(text: str) -> n.Batch:
    """The statements of a batch. Errors: TsqlError 102, 105, 111, 113, 156 and 50100 for what is refused."""
    parser = Parser(text)
    statements = parser.statements_until()
    parser.check_labels(statements)
    return n.Batch(1, statements, text)


class Parser(DefinitionParser):
    """The whole grammar."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.loops = 0
        self._starts: dict[str, Callable[[], n.Statement]] = {
            "SELECT": lambda: n.SelectStatement(self.line, self.query()),
            "(": lambda: n.SelectStatement(self.line, self.query()),
            "WITH": self.with_statement,
            "INSERT": self.insert,
            "UPDATE": lambda: (
                self.update_statistics() if self.peek().upper == "STATISTICS" else self.update()
            ),
            "DELETE": self.delete,
            "MERGE": self.merge,
            "BULK": self.bulk_insert,
            "TRUNCATE": self.truncate,
            "BEGIN": self._begin,
            "DECLARE": self._declare,
            "SET": self._set,
            "IF": self._if,
            "WHILE": self._while,
            "BREAK": self._break,
            "CONTINUE": self._continue,
            "GOTO": self._goto,
            "RETURN": self._return,
            "THROW": self._throw,
            "RAISERROR": self._raiserror,
            "PRINT": self._print,
            "WAITFOR": self._waitfor,
            "EXEC": self.execute,
            "EXECUTE": self.execute,
            "COMMIT": self._transaction,
            "ROLLBACK": self._transaction,
            "SAVE": self._transaction,
            "USE": self._use,
            "CREATE": self.create,
            "ALTER": self.alter,
            "DROP": self.drop,
            "GRANT": self.permission,
            "DENY": self.permission,
            "REVOKE": self.permission,
            "OPEN": self._cursor_operation,
            "CLOSE": self._cursor_operation,
            "DEALLOCATE": self._cursor_operation,
            "FETCH": self._fetch,
            "ENABLE": self._trigger_state,
            "DISABLE": self._trigger_state,
            "CHECKPOINT": self._maintenance,
            "DBCC": self._maintenance,
            "RECONFIGURE": self._maintenance,
        }

    # statements

    def statements_until(self, *ends: str) -> tuple[n.Statement, ...]:
        statements: list[n.Statement] = []
        while True:
            while self.accept(";"):
                pass
            if self.at_end() or (ends and self.at(*ends)):
                return tuple(statements)
            statements.append(self._first_or_next(not statements))

    def _first_or_next(self, first: bool) -> n.Statement:
        """A bare procedure name runs it when it is the first statement of a batch."""
        if (
            first
            and self.position == 0
            and self.at_name()
            and not self.at(*self._starts)
            and self.peek().upper != ":"
        ):
            return self._execute_module(self.line, "")
        return self.statement()

    def statement(self) -> n.Statement:
        token = self.token
        if token.kind is Kind.NAME and self.peek().upper == ":" and self.at_name():
            self.position += 2
            return n.Label(token.line, token.value)
        start = self._starts.get(token.upper)
        if start is None:
            self._refuse_or_fail()
        return start()

    def _refuse_or_fail(self) -> NoReturn:
        refused = (
            "BACKUP",
            "RESTORE",
            "KILL",
            "SHUTDOWN",
            "REVERT",
            "READTEXT",
            "WRITETEXT",
            "UPDATETEXT",
            "RECEIVE",
            "SEND",
            "SETUSER",
            "OPENXML",
            "ADD",
            "MOVE",
        )
        if self.token.upper in refused:
            raise unsupported(self.token.upper, self.line)
        self.fail()

    def _begin(self) -> n.Statement:
        line = self.advance().line
        if self.accept("TRY"):
            body = n.Block(line, self.statements_until("END"))
            self.expect_words("END", "TRY")
            self.accept(";")
            catch_line = self.line
            self.expect_words("BEGIN", "CATCH")
            handler = n.Block(catch_line, self.statements_until("END"))
            self.expect_words("END", "CATCH")
            return n.TryCatch(line, body, handler)
        if self.at("TRAN", "TRANSACTION"):
            return self._transaction_tail(line, "BEGIN")
        if self.at("DISTRIBUTED", "ATOMIC", "DIALOG", "CONVERSATION"):
            self.refuse(f"BEGIN {self.token.upper}")
        block = n.Block(line, self.statements_until("END"))
        if not block.statements:
            self.fail()
        self.expect("END")
        return block

    def _declare(self) -> n.Statement:
        line = self.advance().line
        if self.token.kind is not Kind.VARIABLE:
            return self._declare_cursor(line)
        declarations = [self._declaration()]
        while self.accept(","):
            declarations.append(self._declaration())
        return n.Declare(line, tuple(declarations))

    def _declaration(self) -> n.Declaration:
        line = self.line
        name = self.variable()
        self.accept("AS")
        if self.accept("TABLE"):
            return n.Declaration(line, name, self.table_definition(), None)
        if self.accept("CURSOR"):
            return n.Declaration(line, name, None, None)
        type_name = self.type_name()
        value = self.expression() if self.accept("=") else None
        return n.Declaration(line, name, type_name, value)

    def _declare_cursor(self, line: int) -> n.Statement:
        name = self.name()
        options = []
        while self.at("INSENSITIVE", "SCROLL"):
            options.append(self.advance().upper)
        self.expect("CURSOR")
        return self._cursor_definition(line, name, options)

    def _cursor_definition(self, line: int, name: str, options: list[str]) -> n.DeclareCursor:
        while self.at(*_CURSOR_OPTIONS):
            options.append(self.advance().upper)
        self.expect("FOR")
        query = self.query()
        if self.accept("FOR"):
            if self.accept("READ"):
                self.expect("ONLY")
                options.append("READ_ONLY")
            else:
                self.expect("UPDATE")
                if self.accept("OF"):
                    self.name()
                    while self.accept(","):
                        self.name()
        return n.DeclareCursor(line, name, tuple(options), query)

    def _set(self) -> n.Statement:
        line = self.advance().line
        if self.token.kind is Kind.VARIABLE:
            return self._set_variable(line)
        if self.accept("IDENTITY_INSERT"):
            table = self.object_name()
            return n.SetIdentityInsert(line, table, self.expect("ON", "OFF") == "ON")
        if self.accept("TRANSACTION"):
            self.expect_words("ISOLATION", "LEVEL")
            words = [self.expect("READ", "REPEATABLE", "SNAPSHOT", "SERIALIZABLE")]
            if words[0] in ("READ", "REPEATABLE"):
                words.append(self.expect("COMMITTED", "UNCOMMITTED", "READ"))
            return n.SetOption(line, ("TRANSACTION ISOLATION LEVEL",), " ".join(words))
        if self.accept("STATISTICS"):
            options = [f"STATISTICS {self.word()}"]
            while self.accept(","):
                options.append(f"STATISTICS {self.word()}")
            return n.SetOption(line, tuple(options), self.expect("ON", "OFF"))
        return self._set_options(line)

    def _set_options(self, line: int) -> n.SetOption:
        options = [self.word()]
        while self.accept(","):
            options.append(self.word())
        if self.at("ON", "OFF"):
            for option in options:
                if option not in _SWITCHES:
                    raise error(195, option, "SET option", line=line)
            return n.SetOption(line, tuple(options), self.advance().upper)
        if len(options) > 1:
            self.fail()
        known = (
            "DATEFIRST",
            "DATEFORMAT",
            "DEADLOCK_PRIORITY",
            "LOCK_TIMEOUT",
            "LANGUAGE",
            "ROWCOUNT",
            "TEXTSIZE",
            "CONTEXT_INFO",
            "QUERY_GOVERNOR_COST_LIMIT",
        )
        if options[0] not in known:
            raise error(195, options[0], "SET option", line=line)
        if self.token.kind is Kind.NAME:
            return n.SetOption(line, tuple(options), self.advance().value)
        return n.SetOption(line, tuple(options), self.expression())

    def _set_variable(self, line: int) -> n.Statement:
        name = self.variable()
        if self.at("."):
            self.refuse("methods and properties of CLR types and XML")
        if self.accept_words("=", "CURSOR"):
            return self._cursor_definition(line, name, [])
        return n.SetVariable(line, name, self.assigned_value(line, name))

    def _if(self) -> n.If:
        line = self.advance().line
        condition = self.condition()
        then = self._single_statement()
        position = self.position
        while self.accept(";"):
            pass
        if self.accept("ELSE"):
            return n.If(line, condition, then, self._single_statement())
        self.position = position
        return n.If(line, condition, then, None)

    def _single_statement(self) -> n.Statement:
        if self.at_end():
            self.fail()
        statement = self.statement()
        return statement

    def _while(self) -> n.While:
        line = self.advance().line
        condition = self.condition()
        self.loops += 1
        body = self._single_statement()
        self.loops -= 1
        return n.While(line, condition, body)

    def _break(self) -> n.Break:
        line = self.advance().line
        if not self.loops:
            raise error(135, line=line)
        return n.Break(line)

    def _continue(self) -> n.Continue:
        line = self.advance().line
        if not self.loops:
            raise error(136, line=line)
        return n.Continue(line)

    def _goto(self) -> n.Goto:
        line = self.advance().line
        return n.Goto(line, self.name())

    def _return(self) -> n.Return:
        line = self.advance().line
        if self.at_end() or self.at(";", "END", "ELSE") or (self.at(*self._starts) and not self.at("(")):
            return n.Return(line, None)
        if self.peek().upper == ":" and self.at_name():
            return n.Return(line, None)
        return n.Return(line, self.expression())

    def _throw(self) -> n.Throw:
        line = self.advance().line
        if self.token.kind in (Kind.INTEGER, Kind.VARIABLE):
            number = self._argument_value()
            self.expect(",")
            message = self._argument_value()
            self.expect(",")
            return n.Throw(line, number, message, self._argument_value())
        return n.Throw(line)

    def _argument_value(self) -> n.Expression:
        """A literal or variable: what THROW, RAISERROR and EXEC take."""
        line = self.line
        if self.token.kind is Kind.VARIABLE:
            return n.Variable(line, self.advance().value)
        if self.at("+", "-"):
            operator = self.advance().upper
            return n.Unary(line, operator, self._argument_value())
        if self.accept("NULL"):
            return n.Null(line)
        token = self.token
        if token.kind in (
            Kind.INTEGER,
            Kind.DECIMAL,
            Kind.FLOAT,
            Kind.MONEY,
            Kind.STRING,
            Kind.NSTRING,
            Kind.BINARY,
        ):
            self.advance()
            return n.Literal(line, token.kind, token.value)
        self.fail()

    def _raiserror(self) -> n.Raiserror:
        line = self.advance().line
        if not self.at("("):
            self.refuse("RAISERROR without parentheses")
        self.expect("(")
        message = self._argument_value()
        self.expect(",")
        severity = self._argument_value()
        self.expect(",")
        state = self._argument_value()
        arguments = []
        while self.accept(","):
            arguments.append(self._argument_value())
        self.expect(")")
        options = []
        if self.accept("WITH"):
            options.append(self.expect("LOG", "NOWAIT", "SETERROR"))
            while self.accept(","):
                options.append(self.expect("LOG", "NOWAIT", "SETERROR"))
        return n.Raiserror(line, message, severity, state, tuple(arguments), tuple(options))

    def _print(self) -> n.Print:
        line = self.advance().line
        return n.Print(line, self.expression())

    def _waitfor(self) -> n.WaitFor:
        line = self.advance().line
        if not self.at("DELAY", "TIME"):
            self.refuse("WAITFOR of a statement")
        kind = self.advance().upper
        return n.WaitFor(line, kind, self._argument_value())

    # EXEC

    def execute(self) -> n.Execute:
        line = self.advance().line
        if self.accept("AS"):
            self.refuse("EXECUTE AS")
        if self.accept("("):
            text = self.expression()
            while self.accept(","):
                self.refuse("EXEC (…) with arguments for a linked server")
            self.expect(")")
            if self.at("AT"):
                self.refuse("EXEC (…) AT linked server")
            if self.at_words("AS") and self.peek().upper in ("USER", "LOGIN"):
                self.refuse("EXEC (…) AS USER")
            return n.Execute(line, None, text=text, result_sets=self._result_sets())
        return_variable = ""
        if self.token.kind is Kind.VARIABLE and self.peek().upper == "=":
            return_variable = self.advance().value
            self.advance()
        return self._execute_module(line, return_variable)

    def _execute_module(self, line: int, return_variable: str) -> n.Execute:
        module: n.Parts | n.Variable
        if self.token.kind is Kind.VARIABLE:
            module = n.Variable(self.line, self.advance().value)
        else:
            module = self.object_name()
        if self.at(";") and self.peek().kind is Kind.INTEGER:
            self.refuse("numbered procedures")
        arguments: list[n.ExecArgument] = []
        if self._argument_here():
            arguments.append(self._exec_argument())
            while self.accept(","):
                arguments.append(self._exec_argument())
                if arguments[-2].name and not arguments[-1].name:
                    raise error(119, len(arguments), line=line)
        return n.Execute(
            line, module, tuple(arguments), return_variable=return_variable, result_sets=self._result_sets()
        )

    def _argument_here(self) -> bool:
        token = self.token
        if token.kind in (Kind.END, Kind.OPERATOR):
            return token.upper in ("-", "+")
        if token.kind is Kind.NAME:
            if token.upper in ("NULL", "DEFAULT"):
                return True
            return self.at_name() and token.upper not in self._starts and self.peek().upper != ":"
        return True

    def _exec_argument(self) -> n.ExecArgument:
        line = self.line
        name = ""
        if self.token.kind is Kind.VARIABLE and self.peek().upper == "=":
            name = self.advance().value
            self.advance()
        if self.accept("DEFAULT"):
            value: n.Expression = n.Default(line)
        elif self.at_name():
            value = n.Literal(line, Kind.NSTRING, self.advance().value)
        else:
            value = self._argument_value()
        return n.ExecArgument(line, name, value, bool(self.accept("OUTPUT", "OUT")))

    def _result_sets(self) -> str | tuple[tuple[n.ColumnDefinition, ...], ...] | None:
        if not (self.at("WITH") and self.peek().upper in ("RECOMPILE", "RESULT")):
            return None
        self.advance()
        while self.accept("RECOMPILE"):
            if not self.accept(","):
                return None
        self.expect_words("RESULT", "SETS")
        if word := self.accept("UNDEFINED", "NONE"):
            return word
        self.expect("(")
        sets = []
        while not self.at(")"):
            if self.at("AS"):
                self.refuse("WITH RESULT SETS AS OBJECT, TYPE or XML")
            sets.append(self.table_definition().columns)
            self.accept(",")
        self.expect(")")
        return tuple(sets)

    # transactions and the rest

    def _transaction(self) -> n.Transaction:
        token = self.advance()
        return self._transaction_tail(token.line, token.upper)

    def _transaction_tail(self, line: int, action: str) -> n.Transaction:
        word = self.accept("TRAN", "TRANSACTION", "WORK")
        if action == "SAVE" and not word:
            self.fail()
        name: n.Expression | str | None = None
        if word in ("TRAN", "TRANSACTION"):
            if self.token.kind is Kind.VARIABLE:
                name = n.Variable(self.line, self.advance().value)
            elif self.at_name() and self.token.upper not in self._starts:
                name = self.name()
        if action == "SAVE" and name is None:
            self.fail()
        if self.at("WITH") and self.peek().upper in ("MARK", "("):
            self.advance()
            if self.accept("MARK"):
                if self.at_string():
                    self.advance()
            else:
                self._skip_parentheses()
        return n.Transaction(line, action, name)

    def _use(self) -> n.Use:
        line = self.advance().line
        return n.Use(line, self.name())

    def _cursor_operation(self) -> n.CursorOperation:
        token = self.advance()
        if self.at("SYMMETRIC", "MASTER"):
            self.refuse(f"{token.upper} {self.token.upper} KEY")
        is_global = bool(self.accept("GLOBAL"))
        name = self.advance().value if self.token.kind is Kind.VARIABLE else self.name()
        return n.CursorOperation(token.line, token.upper, name, is_global)

    def _fetch(self) -> n.Fetch:
        line = self.advance().line
        direction, count = "NEXT", None
        if word := self.accept("NEXT", "PRIOR", "FIRST", "LAST"):
            direction = word
        elif word := self.accept("ABSOLUTE", "RELATIVE"):
            direction, count = word, self._argument_value()
        self.accept("FROM")
        is_global = bool(self.accept("GLOBAL"))
        name = self.advance().value if self.token.kind is Kind.VARIABLE else self.name()
        into: list[str] = []
        if self.accept("INTO"):
            into.append(self.variable())
            while self.accept(","):
                into.append(self.variable())
        return n.Fetch(line, direction, count, name, tuple(into), is_global)

    def _trigger_state(self) -> n.TriggerState:
        token = self.advance()
        self.expect("TRIGGER")
        names: list[n.Parts] = []
        if not self.accept("ALL"):
            names.append(self.object_name())
            while self.accept(","):
                names.append(self.object_name())
        self.expect("ON")
        if self.at("DATABASE") or self.at_words("ALL", "SERVER"):
            self.refuse("DDL and logon triggers")
        return n.TriggerState(token.line, token.upper == "ENABLE", tuple(names), self.object_name())

    def _maintenance(self) -> n.Maintenance:
        line = self.line
        words = [self.advance().upper]
        if words[0] == "DBCC":
            words.append(self.word())
            if self.accept("("):
                while not self.accept(")"):
                    if self.at_end():
                        self.fail()
                    words.append(self.advance().value)
            if self.accept("WITH"):
                words.append(f"WITH {self.word()}")
                while self.accept(","):
                    words.append(f"WITH {self.word()}")
        return n.Maintenance(line, tuple(words))

    # modules

    def module(self, mode: str, line: int, start: int) -> n.CreateModule:
        if start != 0 and any(t.upper != ";" for t in self.tokens[:start]):
            kind = self.token.upper.replace("PROCEDURE", "PROC").replace("PROC", "PROCEDURE")
            verb = "CREATE/ALTER" if kind == "PROCEDURE" or mode == "CREATE OR ALTER" else mode
            raise error(111, f"{verb} {kind}", line=line)
        kind = self.expect("PROC", "PROCEDURE", "FUNCTION", "VIEW", "TRIGGER")
        if kind == "VIEW":
            return self._view(mode, line)
        if kind == "FUNCTION":
            return self._function(mode, line)
        if kind == "TRIGGER":
            return self._trigger(mode, line)
        return self._procedure(mode, line)

    def _procedure(self, mode: str, line: int) -> n.CreateModule:
        name = self.object_name()
        if self.at(";") and self.peek().kind is Kind.INTEGER:
            self.refuse("numbered procedures")
        parenthesised = bool(self.accept("("))
        parameters = self._parameters()
        if parenthesised:
            self.expect(")")
        options = self._module_options()
        if self.accept("FOR"):
            self.expect("REPLICATION")
        self.expect("AS")
        if self.at("EXTERNAL"):
            self.refuse("CLR procedures")
        body = self.statements_until()
        if not body:
            self.fail()
        self.check_labels(body)
        return n.CreateModule(line, mode, "PROCEDURE", name, self.text, parameters, body, options=options)

    def _parameters(self) -> tuple[n.Parameter, ...]:
        parameters: list[n.Parameter] = []
        while self.token.kind is Kind.VARIABLE:
            parameters.append(self._parameter())
            if not self.accept(","):
                break
        return tuple(parameters)

    def _parameter(self) -> n.Parameter:
        line = self.line
        name = self.variable()
        self.accept("AS")
        if self.at("CURSOR"):
            self.refuse("CURSOR VARYING parameters")
        type_name = self.type_name()
        self.accept("NULL") or self.accept_words("NOT", "NULL")
        default: n.Expression | None = None
        has_default = False
        if self.accept("="):
            has_default = True
            if self.at_name():
                default = n.Literal(self.line, Kind.NSTRING, self.advance().value)
            else:
                default = self._argument_value()
        output = readonly = False
        while word := self.accept("OUTPUT", "OUT", "READONLY"):
            readonly = readonly or word == "READONLY"
            output = output or word != "READONLY"
        return n.Parameter(line, name, type_name, default, has_default, output, readonly)

    def _module_options(self) -> n.Parts:
        if not self.accept("WITH"):
            return ()
        options: list[str] = []
        while True:
            if not self.at(*_MODULE_OPTIONS):
                self.fail()
            word = self.advance().upper
            if word in ("EXECUTE", "EXEC"):
                self.expect("AS")
                who = self.advance().value.upper()
                if who != "CALLER":
                    self.refuse(f"EXECUTE AS {who}")
            elif word in ("RETURNS", "CALLED"):
                while self.at("NULL", "ON", "INPUT"):
                    options.append(f"{word} NULL ON NULL INPUT") if self.at("INPUT") else None
                    self.advance()
            elif word == "INLINE":
                self.expect("=")
                self.expect("ON", "OFF")
            elif word == "NATIVE_COMPILATION":
                self.refuse("natively compiled modules")
            else:
                options.append(word)
            if not self.accept(","):
                return tuple(options)

    def _view(self, mode: str, line: int) -> n.CreateModule:
        name = self.object_name()
        columns = self.name_list() if self.at("(") else ()
        options = self._module_options()
        self.expect("AS")
        query = self.query()
        check = self.accept_words("WITH", "CHECK", "OPTION")
        self.accept(";")
        if not self.at_end():
            self.fail()
        return n.CreateModule(
            line,
            mode,
            "VIEW",
            name,
            self.text,
            query=query,
            columns=columns,
            options=options,
            check_option=check,
        )

    def _function(self, mode: str, line: int) -> n.CreateModule:
        name = self.object_name()
        self.expect("(")
        parameters = self._parameters()
        self.expect(")")
        self.expect("RETURNS")
        if self.accept("TABLE"):
            return self._inline_function(mode, line, name, parameters)
        if self.token.kind is Kind.VARIABLE:
            variable = self.variable()
            self.expect("TABLE")
            table = self.table_definition()
            options, body = self._function_body()
            return n.CreateModule(
                line,
                mode,
                "TABLE FUNCTION",
                name,
                self.text,
                parameters,
                body,
                options=options,
                return_variable=variable,
                return_table=table,
            )
        returns = self.type_name()
        options, body = self._function_body()
        return n.CreateModule(
            line,
            mode,
            "SCALAR FUNCTION",
            name,
            self.text,
            parameters,
            body,
            options=options,
            returns=returns,
        )

    def _function_body(self) -> tuple[n.Parts, tuple[n.Statement, ...]]:
        options = self._module_options()
        self.accept("AS")
        if not self.at("BEGIN"):
            self.refuse("CLR functions") if self.at("EXTERNAL") else self.fail()
        body = self.statement()
        self.accept(";")
        if not self.at_end():
            self.fail()
        return options, (body,)

    def _inline_function(
        self, mode: str, line: int, name: n.Parts, parameters: tuple[n.Parameter, ...]
    ) -> n.CreateModule:
        options = self._module_options()
        self.accept("AS")
        self.expect("RETURN")
        wrapped = self.at("(") and not self._set_operation_follows()
        if wrapped:
            self.expect("(")
        query = self.query()
        if wrapped:
            self.expect(")")
        self.accept(";")
        if not self.at_end():
            self.fail()
        return n.CreateModule(
            line,
            mode,
            "INLINE FUNCTION",
            name,
            self.text,
            parameters,
            query=query,
            options=options,
        )

    def _set_operation_follows(self) -> bool:
        """`RETURN (SELECT …) UNION …` is one query; `RETURN (WITH … SELECT …)` is wrapped."""
        depth, position = 0, self.position
        while position < len(self.tokens) - 1:
            upper = self.tokens[position].upper
            depth += (upper == "(") - (upper == ")")
            position += 1
            if depth == 0:
                return self.tokens[position].upper in ("UNION", "EXCEPT", "INTERSECT")
        return False

    def _trigger(self, mode: str, line: int) -> n.CreateModule:
        name = self.object_name()
        self.expect("ON")
        if self.at("DATABASE") or self.at_words("ALL", "SERVER"):
            self.refuse("DDL and logon triggers")
        table = self.object_name()
        options = self._module_options()
        if self.at("INSTEAD"):
            self.refuse("INSTEAD OF triggers")
        self.expect("AFTER", "FOR")
        events = [self.expect("INSERT", "UPDATE", "DELETE")]
        while self.accept(","):
            events.append(self.expect("INSERT", "UPDATE", "DELETE"))
        self.accept_words("NOT", "FOR", "REPLICATION")
        self.expect("AS")
        body = self.statements_until()
        self.check_labels(body)
        return n.CreateModule(
            line,
            mode,
            "TRIGGER",
            name,
            self.text,
            (),
            body,
            table=table,
            events=tuple(events),
            options=options,
        )

    # labels

    def check_labels(self, statements: tuple[n.Statement, ...]) -> None:
        labels: set[str] = set()
        gotos: list[n.Goto] = []
        _collect_labels(statements, labels, gotos)
        for goto in gotos:
            if goto.name.lower() not in labels:
                raise error(133, goto.name, line=goto.line)


def _collect_labels(statements: tuple[n.Statement, ...], labels: set[str], gotos: list[n.Goto]) -> None:
    for statement in statements:
        match statement:
            case n.Label():
                if statement.name.lower() in labels:
                    raise error(132, statement.name, line=statement.line)
                labels.add(statement.name.lower())
            case n.Goto():
                gotos.append(statement)
            case n.Block():
                _collect_labels(statement.statements, labels, gotos)
            case n.If():
                branches = (statement.then, statement.otherwise) if statement.otherwise else (statement.then,)
                _collect_labels(branches, labels, gotos)
            case n.While():
                _collect_labels((statement.body,), labels, gotos)
            case n.TryCatch():
                _collect_labels((statement.body, statement.handler), labels, gotos)
            case _:
                pass
