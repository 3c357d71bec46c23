"""Parses logins, users, roles and permissions.

Specification: Microsoft Learn, "CREATE LOGIN", "CREATE USER", "CREATE ROLE", "CREATE SERVER ROLE", their
ALTER and DROP, "GRANT", "DENY" and "REVOKE". Windows and Microsoft Entra principals, certificates, keys and
application roles are refused by name.
"""

from __future__ import annotations

from typing import Final

from tsql.tokens import Kind
from tsqld.syntax import nodes as n
from tsqld.syntax.eventsessions import EventSessionParser

_CLASSES: Final = ("OBJECT", "SCHEMA", "DATABASE", "TYPE", "LOGIN", "USER", "ROLE", "SERVER")
_OTHER_CLASSES: Final = frozenset(
    """ASSEMBLY ASYMMETRIC AVAILABILITY CERTIFICATE CONTRACT ENDPOINT EXTERNAL FULLTEXT MESSAGE REMOTE ROUTE
    SEARCH SERVICE SYMMETRIC XML APPLICATION""".split()
)
_REFUSED_SOURCES: Final = frozenset({"WINDOWS", "EXTERNAL", "CERTIFICATE", "ASYMMETRIC"})
_LOGIN_OPTIONS: Final = frozenset(
    """PASSWORD SID DEFAULT_DATABASE DEFAULT_LANGUAGE CHECK_EXPIRATION CHECK_POLICY CREDENTIAL NAME
    OLD_PASSWORD""".split()
)
_USER_OPTIONS: Final = frozenset(
    "NAME DEFAULT_SCHEMA LOGIN PASSWORD SID DEFAULT_LANGUAGE ALLOW_ENCRYPTED_VALUE_MODIFICATIONS".split()
)


class PrincipalParser(EventSessionParser):
    """The grammar of CREATE USER and its kin, and of GRANT, DENY and REVOKE."""

    def at_principal(self) -> bool:
        return self.at("LOGIN", "USER", "ROLE") or self.at_words("SERVER", "ROLE")

    def principal(self, action: str, line: int) -> n.PrincipalStatement:
        kind = self.advance().upper
        if kind == "SERVER":
            kind = f"SERVER {self.expect('ROLE')}"
        if_exists = action == "DROP" and self.accept_words("IF", "EXISTS")
        name = self.name()
        options: list[tuple[str, str]] = []
        if self.at("FROM", "FOR", "WITHOUT"):
            self._source(action, kind, options)
        if self.accept("AUTHORIZATION"):
            options.append(("AUTHORIZATION", self.name()))
        if self.at("ADD", "DROP") and kind in ("ROLE", "SERVER ROLE"):
            word = self.advance().upper
            self.expect("MEMBER")
            options.append((f"{word} MEMBER", self.name()))
        if kind == "LOGIN" and self.at("ADD", "DROP"):
            self.refuse(f"ALTER LOGIN … {self.token.upper} CREDENTIAL")
        if self.at("ENABLE", "DISABLE") and kind == "LOGIN":
            options.append((self.advance().upper, ""))
        if self.accept("WITH"):
            self._principal_options(kind, options)
        return n.PrincipalStatement(line, action, kind, name, tuple(options), if_exists)

    def _source(self, action: str, kind: str, options: list[tuple[str, str]]) -> None:
        if self.advance().upper == "WITHOUT":
            self.expect("LOGIN")
            options.append(("WITHOUT LOGIN", ""))
        elif kind == "USER" and self.accept("LOGIN"):
            options.append(("LOGIN", self.name()))
        elif self.token.upper in _REFUSED_SOURCES:
            self.refuse(f"{action} {kind} FROM {self.token.upper}")
        else:
            self.fail()

    def _principal_options(self, kind: str, options: list[tuple[str, str]]) -> None:
        known = {"LOGIN": _LOGIN_OPTIONS, "USER": _USER_OPTIONS}.get(kind, frozenset({"NAME"}))
        while True:
            word = self.word()
            if word not in known:
                self.fail()
            if word == "CREDENTIAL" or (kind, word) == ("USER", "PASSWORD"):
                self.refuse(f"{kind} … WITH {word}")
            self.expect("=")
            if self.at("NULL") and word == "DEFAULT_SCHEMA":
                self.advance()
                options.append((word, ""))
            else:
                options.append((word, self.advance().value))
            while self.at("HASHED", "MUST_CHANGE", "UNLOCK"):
                options.append((self.advance().upper, ""))
            if self.at("OLD_PASSWORD"):
                continue
            if not self.accept(","):
                return

    # permissions

    def permission(self) -> n.Permission:
        line = self.line
        action = self.advance().upper
        option_for = action == "REVOKE" and self.accept_words("GRANT", "OPTION", "FOR")
        permissions = [self._permission_name()]
        while self.accept(","):
            permissions.append(self._permission_name())
        kind = "DATABASE"
        securable: n.Parts = ()
        if self.accept("ON"):
            kind, securable = self._securable()
            if self.at("("):
                columns = self.name_list()
                permissions = [(name, columns) for name, _ in permissions]
        self.expect("TO", "FROM")
        principals = [self._principal_name()]
        while self.accept(","):
            principals.append(self._principal_name())
        with_grant = self.accept_words("WITH", "GRANT", "OPTION")
        cascade = bool(self.accept("CASCADE"))
        grantor = self.name() if self.accept("AS") else ""
        return n.Permission(
            line,
            action,
            tuple(permissions),
            kind,
            securable,
            tuple(principals),
            with_grant or option_for,
            cascade,
            grantor,
        )

    def _securable(self) -> tuple[str, n.Parts]:
        """[class ::] name; without a class it is an object."""
        kind = "OBJECT"
        if self.at_words("SERVER", "ROLE", "::"):
            self.position += 3
            return "SERVER ROLE", (self.name(),)
        if self.token.upper in _OTHER_CLASSES and "::" in (self.peek().upper, self.peek(2).upper):
            self.refuse(f"permissions on {self.token.upper}")
        if self.at(*_CLASSES) and self.peek().upper == "::":
            kind = self.advance().upper
            self.advance()
        return kind, self.object_name()

    def _principal_name(self) -> str:
        return self.advance().value if self.at("PUBLIC") else self.name()

    def _permission_name(self) -> tuple[str, n.Parts]:
        words = []
        while self.token.kind is Kind.NAME and not self.at("ON", "TO", "FROM"):
            words.append(self.advance().upper)
        if not words:
            self.fail()
        return " ".join(words), self.name_list() if self.at("(") else ()
