"""Parses logins, users, roles and permissions."""

from __future__ import annotations

from tsql.tokens import Kind
from tsqld.syntax import nodes as n
from tsqld.syntax.eventsessions import EventSessionParser

_SECURABLE_CLASSES = ("OBJECT", "SCHEMA", "DATABASE", "TYPE", "LOGIN", "USER", "ROLE", "SERVER")


class PrincipalParser(EventSessionParser):
    """The grammar of CREATE USER and its kin, and of GRANT, DENY and REVOKE."""

    def principal(self, action: str, line: int) -> n.PrincipalStatement:
        kind = self.advance().upper
        if_exists = action == "DROP" and self.accept_words("IF", "EXISTS")
        name = self.name()
        options: list[tuple[str, str]] = []
        if self.at("FROM", "FOR", "WITHOUT"):
            word = self.advance().upper
            if word == "WITHOUT":
                self.expect("LOGIN")
                options.append(("WITHOUT LOGIN", ""))
            elif self.accept("LOGIN"):
                options.append(("LOGIN", self.name()))
            else:
                self.refuse(f"{action} {kind} FROM {self.token.upper}")
        if self.accept("AUTHORIZATION"):
            options.append(("AUTHORIZATION", self.name()))
        if self.at("ADD", "DROP") and kind == "ROLE":
            word = self.advance().upper
            self.expect("MEMBER")
            options.append((f"{word} MEMBER", self.name()))
        if self.at("ENABLE", "DISABLE") and kind == "LOGIN":
            options.append((self.advance().upper, ""))
        if self.accept("WITH"):
            self._principal_options(options)
        return n.PrincipalStatement(line, action, kind, name, tuple(options), if_exists)

    def _principal_options(self, options: list[tuple[str, str]]) -> None:
        while True:
            word = self.word()
            self.expect("=")
            value = self.advance().value
            options.append((word, value))
            while self.at("HASHED", "MUST_CHANGE", "UNLOCK", "OLD_PASSWORD"):
                options.append((self.advance().upper, ""))
                if self.accept("="):
                    self.advance()
            if not self.accept(","):
                return

    def permission(self) -> n.Permission:
        line = self.line
        action = self.advance().upper
        grant_option = action == "REVOKE" and self.accept_words("GRANT", "OPTION", "FOR")
        permissions = [self._permission_name()]
        while self.accept(","):
            permissions.append(self._permission_name())
        securable_class = "DATABASE"
        securable: n.Parts = ()
        if self.accept("ON"):
            securable_class = "OBJECT"
            if self.at(*_SECURABLE_CLASSES) and self.peek().upper == "::":
                securable_class = self.advance().upper
                self.advance()
            securable = self.object_name()
            if self.at("("):
                columns = self.name_list()
                permissions = [(name, columns) for name, _ in permissions]
        self.expect("TO", "FROM")
        principals = [self._principal_name()]
        while self.accept(","):
            principals.append(self._principal_name())
        with_grant = self.accept_words("WITH", "GRANT", "OPTION")
        self.accept("CASCADE")
        if self.accept("AS"):
            self.name()
        return n.Permission(
            line,
            action,
            tuple(permissions),
            securable_class,
            securable,
            tuple(principals),
            with_grant or grant_option,
        )

    def _principal_name(self) -> str:
        return self.advance().value if self.at("PUBLIC") else self.name()

    def _permission_name(self) -> tuple[str, n.Parts]:
        words = []
        while self.token.kind is Kind.NAME and not self.at("ON", "TO", "FROM"):
            words.append(self.advance().upper)
        if not words:
            self.fail()
        return " ".join(words), self.name_list() if self.at("(") else ()
