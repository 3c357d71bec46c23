"""From the first byte to a session: PRELOGIN, the TLS handshake inside packets, LOGIN7.

Place: `connection` runs it until there is a session. Specification: [MS-TDS] 2.2.6.4, 2.2.6.5, 3.3.5.
Encryption is what the client asks for: of everything, of the login only, or none. Strict encryption (TDS
8.0), integrated security and password changes are refused.
"""

from __future__ import annotations

import logging
import struct
import time
from dataclasses import dataclass
from typing import Final

from tsqld.events import DatabaseChanged, Error, Message
from tsqld.tds import protocol, tokens
from tsqld.tds.collation import DEFAULT_BYTES
from tsqld.tds.login7 import Login, parse_login
from tsqld.tds.packets import ClientMessage
from tsqld.tds.protocol import (
    TDS_71,
    Encryption,
    Engine,
    PacketType,
    Prelogin,
    Session,
    TdsProtocolError,
    negotiate,
    server_response,
)
from tsqld.tds.responses import database_changed

log = logging.getLogger(__name__)

_LANGUAGE: Final = "us_english"
_LOGIN_FAILED: Final = 18456
_UNTRUSTED_LOGIN: Final = 18452
_UNTRUSTED_TEXT: Final = (
    "Login failed. The login is from an untrusted domain and cannot be used with Integrated authentication."
)
_PASSWORD_CHANGE: Final = 18486
_FAILED_SECONDS: Final = 1.0
"""How long a refused login waits for its answer, so that guessing is slow; others are not held up."""


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """A session, and how its client wants to be spoken to."""

    session: Session
    version: int
    packet_size: int
    tokens: bytes
    login: Login


@dataclass(frozen=True, slots=True)
class Refused:
    """No session: what to tell the client before the connection closes."""

    tokens: bytes


def answer_prelogin(message: ClientMessage) -> tuple[bytes, Encryption, bool]:
    """The PRELOGIN response's payload, the encryption agreed on, and whether to multiplex (MARS)."""
    if message.kind != PacketType.PRELOGIN:
        raise TdsProtocolError("the connection does not begin with PRELOGIN")
    try:
        asked = Prelogin.parse(message.payload)
        wanted, mars = asked.encryption, bool(asked.mars)
    except (ValueError, struct.error) as problem:
        raise TdsProtocolError(f"PRELOGIN cannot be read: {problem}") from None
    agreed = _agree(wanted)
    answer = server_response(version=protocol.SERVER_VERSION, encryption=agreed, mars=mars, asked=asked)
    return answer.build(), agreed, mars


def _agree(wanted: Encryption | None) -> Encryption:
    if wanted in (Encryption.ON, Encryption.REQUIRED):
        return Encryption.ON
    return Encryption.NOT_SUPPORTED if wanted in (Encryption.NOT_SUPPORTED, None) else Encryption.OFF


def log_in(message: ClientMessage, engine: Engine, *, encrypted: bool) -> LoggedIn | Refused:
    """Answers LOGIN7. Raises TdsProtocolError when it cannot be read."""
    if message.kind != PacketType.LOGIN7:
        raise TdsProtocolError("LOGIN7 was expected")
    login = parse_login(message.payload)
    version = max(negotiate(login.version), TDS_71)
    if login.wants_windows or not login.user:
        return _refused([(_UNTRUSTED_LOGIN, _UNTRUSTED_TEXT, 1)], version)
    if login.changes_password:
        text = f"Login failed for user '{login.user}': tsqld changes no passwords at login."
        return _refused([(_PASSWORD_CHANGE, text, 1)], version)
    return _try_login(login, engine, version, encrypted)


def _try_login(login: Login, engine: Engine, version: int, encrypted: bool) -> LoggedIn | Refused:
    user, database = login.user, login.database or None
    try:
        session = engine.login(user, login.password, database, app=login.app, host=login.host)
    except Exception as problem:
        # LoginFailed belongs to the runtime, which this layer does not import; anything else is a defect.
        number = getattr(problem, "number", None)
        if not isinstance(number, int):
            log.exception("the login of %r failed inside", user)
            return _refused([(_LOGIN_FAILED, f"Login failed for user '{user}'.", 1)], version)
        state, reason = getattr(problem, "state", 1), getattr(problem, "reason", "")
        log.warning("refused login of %r: error %d, state %d. %s", user, number, state, reason)
        time.sleep(_FAILED_SECONDS)
        told = [(number, str(getattr(problem, "message", problem)), 1)]
        if number != _LOGIN_FAILED:
            told.append((_LOGIN_FAILED, f"Login failed for user '{user}'.", 1))
        return _refused(told, version)
    size = _packet_size(login.packet_size, encrypted)
    return LoggedIn(session, version, size, _welcome(session, version, size), login)


def _packet_size(wanted: int, encrypted: bool) -> int:
    largest = protocol.LARGEST_ENCRYPTED_PACKET_SIZE if encrypted else protocol.LARGEST_PACKET_SIZE
    return min(max(wanted or protocol.DEFAULT_PACKET_SIZE, protocol.SMALLEST_PACKET_SIZE), largest)


def _refused(told: list[tuple[int, str, int]], version: int) -> Refused:
    """ERROR tokens; 18456 is of class 14, what precedes it of class 11."""
    said = b""
    for number, text, state in told:
        severity = 14 if number in (_LOGIN_FAILED, _UNTRUSTED_LOGIN) else 11
        said += tokens.error(Error(number, text, severity, state, 1), version)
    return Refused(said + tokens.done(tokens.DONE, tokens.DONE_ERROR, 0, 0, version))


def _welcome(session: Session, version: int, packet_size: int) -> bytes:
    """What SQL Server says after a login, in its order."""
    language = Message(f"Changed language setting to {_LANGUAGE}.", number=5703)
    return b"".join(
        (
            database_changed(DatabaseChanged(session.database, "master"), version),
            tokens.environment(tokens.ENV_COLLATION, DEFAULT_BYTES, b""),
            tokens.environment(tokens.ENV_LANGUAGE, _LANGUAGE),
            tokens.message(language, version),
            tokens.login_acknowledged(version),
            tokens.environment(tokens.ENV_PACKET_SIZE, str(packet_size), str(protocol.DEFAULT_PACKET_SIZE)),
            tokens.done(tokens.DONE, 0, 0, 0, version),
        )
    )
