"""EXECUTE AS and REVERT as statements.

Specification: Microsoft Learn, "EXECUTE AS (Transact-SQL)", "REVERT (Transact-SQL)".
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tsqld.errors import error
from tsqld.events import Event
from tsqld.runtime.frame import Handlers
from tsqld.syntax import nodes as n
from tsqld.types import nvarchar, varbinary

if TYPE_CHECKING:
    from tsqld.runtime.interpreter import Interpreter
    from tsqld.runtime.session import Session

_COOKIE: Final = varbinary(8000)


class Impersonation:
    """Changes of a session's identity."""

    def __init__(self, session: Session, interpreter: Interpreter) -> None:
        self.session = session
        self.interpreter = interpreter
        self.handlers: Handlers = {n.ExecuteAs: self._execute_as, n.Revert: self._revert}

    def _execute_as(self, node: n.ExecuteAs) -> Iterator[Event]:
        session, authority = self.session, self.session.authority
        if node.kind == "CALLER":
            authority.push(authority.caller(session.frame.identities))
            return
        assert node.name is not None
        name = str(self.interpreter.evaluator.converted(node.name, nvarchar(128)) or "")
        if node.kind == "LOGIN":
            identity = authority.as_login(name, node.line)
        else:
            identity = authority.as_user(session.database, name, node.line)
        cookie = secrets.token_bytes(32) if node.cookie else None
        authority.push(replace(identity, revertible=not node.no_revert, cookie=cookie))
        if cookie is not None:
            known = session.frame.variables.get(node.cookie.lower())
            if known is None:
                raise error(137, node.cookie, line=node.line)
            session.frame.assign(node.cookie.lower(), cookie)
        yield from ()

    def _revert(self, node: n.Revert) -> Iterator[Event]:
        cookie = None
        if node.cookie is not None:
            cookie = self.interpreter.evaluator.converted(node.cookie, _COOKIE)
        given = bytes(cookie) if cookie is not None else None
        self.session.authority.revert(self.session.frame.identities, given, node.line)
        yield from ()
