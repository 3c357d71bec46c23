"""Parses modules: CREATE and ALTER of procedures, functions, views and triggers.

A module must be alone in its batch (error 111) and keeps its whole text.
"""

from __future__ import annotations

from typing import Final

from tsql.tokens import Kind
from tsqld.errors import error
from tsqld.syntax import nodes as n
from tsqld.syntax.sessions import SessionParser

NULL_ON_NULL: Final = "RETURNS NULL ON NULL INPUT"
_MODULE_OPTIONS: Final = frozenset(
    """RECOMPILE ENCRYPTION SCHEMABINDING VIEW_METADATA NATIVE_COMPILATION EXECUTE EXEC RETURNS CALLED
    INLINE""".split()
)
RUNS_AS: Final = "EXECUTE AS "
"""How an option begins that tells whom a module runs as: CALLER, OWNER, SELF or a quoted user."""


class ModuleParser(SessionParser):
    """The grammar of modules."""

    def module(self, mode: str, line: int, start: int) -> n.CreateModule:
        if start != 0 and any(t.upper != ";" for t in self.tokens[:start]):
            kind = self.token.upper.replace("PROCEDURE", "PROC").replace("PROC", "PROCEDURE")
            verb = "CREATE/ALTER" if kind == "PROCEDURE" or mode == "CREATE OR ALTER" else mode
            raise error(111, f"{verb} {kind}", line=line)
        kind = self.expect("PROC", "PROCEDURE", "FUNCTION", "VIEW", "TRIGGER")
        if kind == "VIEW":
            made = self._view(mode, line)
        elif kind == "FUNCTION":
            made = self._function(mode, line)
        elif kind == "TRIGGER":
            made = self._trigger(mode, line)
        else:
            made = self._procedure(mode, line)
        if len(made.name) > 2:
            raise error(166, made.kind.split()[-1], line=line)
        return made

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
        self.check_labels(body)
        return n.CreateModule(line, mode, "PROCEDURE", name, self.text, parameters, body, options=options)

    def _parameters(self) -> tuple[n.Parameter, ...]:
        parameters: list[n.Parameter] = []
        while self.token.kind is Kind.VARIABLE:
            parameter = self._parameter()
            if any(known.name.lower() == parameter.name.lower() for known in parameters):
                raise error(134, parameter.name, line=parameter.line)
            parameters.append(parameter)
            if not self.accept(","):
                break
        return tuple(parameters)

    def _parameter(self) -> n.Parameter:
        line = self.line
        name = self.variable()
        self.accept("AS")
        if self.accept("CURSOR"):
            self.expect("VARYING")
            self.expect("OUTPUT", "OUT")
            return n.Parameter(line, name, n.TypeName(line, ("cursor",)), None, False, True)
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
                if self.at_string():
                    options.append(f"{RUNS_AS}'{self.advance().value}")
                else:
                    options.append(RUNS_AS + self.expect("CALLER", "OWNER", "SELF"))
            elif word in ("RETURNS", "CALLED"):
                if word == "RETURNS":
                    self.expect("NULL")
                    options.append(NULL_ON_NULL)
                self.expect_words("ON", "NULL", "INPUT")
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
        query = self._module_query()
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
        query = self._module_query()
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

    def _module_query(self) -> n.Query:
        """The query of a view or inline function, which has no INTO."""
        query = self.query()
        body: n.Node = query.body
        while isinstance(body, n.SetOperation | n.Query):
            body = body.left if isinstance(body, n.SetOperation) else body.body
        if isinstance(body, n.Select) and body.into:
            raise error(156, "INTO", line=body.line)
        return query

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
        events: list[str] = []
        if self.accept_words("INSTEAD", "OF"):
            events.append("INSTEAD OF")
        else:
            self.expect("AFTER", "FOR")
        events.append(self.expect("INSERT", "UPDATE", "DELETE"))
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
            if names:
                self.refuse("DDL and logon triggers")
            scope = "DATABASE" if self.at("DATABASE") else "SERVER"
            self.position += 1 if scope == "DATABASE" else 2
            return n.TriggerState(token.line, token.upper == "ENABLE", (), (), scope)
        return n.TriggerState(token.line, token.upper == "ENABLE", tuple(names), self.object_name())
