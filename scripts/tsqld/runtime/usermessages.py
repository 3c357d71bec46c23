"""sp_addmessage, sp_altermessage and sp_dropmessage: messages for RAISERROR by number, kept in master."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tsqld.catalog.model import UserMessage, entry_key
from tsqld.errors import error, unsupported
from tsqld.events import Event
from tsqld.runtime.messages import FIRST_USER, user_message
from tsqld.runtime.session import Session
from tsqld.runtime.values import whole_number

ADD = ("msgnum", "severity", "msgtext", "lang", "with_log", "replace")
DROP = ("msgnum", "lang")
ALTER = ("message_id", "parameter", "parameter_value")


def add(session: Session, values: Mapping[str, Any]) -> Iterator[Event]:
    """Errors 15040, 15041 and 15043."""
    _english(values.get("lang"))
    number, severity = whole_number(values.get("msgnum") or 0), whole_number(values.get("severity") or 0)
    if number < FIRST_USER:
        raise error(15040)
    if not 1 <= severity <= 25:
        raise error(15041)
    master = session.lock_catalog("master")
    if user_message(master, number) is not None and str(values.get("replace") or "").lower() != "replace":
        raise error(15043)
    session.change_catalog(master.put(UserMessage(number, severity, str(values.get("msgtext") or ""))))
    yield from ()


def drop(session: Session, values: Mapping[str, Any]) -> Iterator[Event]:
    """Errors 15178 and 15179."""
    if str(values.get("lang") or "").lower() != "all":
        _english(values.get("lang"))
    number = whole_number(values.get("msgnum") or 0)
    if number < FIRST_USER:
        raise error(15178)
    master = session.lock_catalog("master")
    found = user_message(master, number)
    if found is None:
        raise error(15179, number, values.get("lang") or "us_english")
    session.change_catalog(master.remove(entry_key(found)))
    yield from ()


def alter(session: Session, values: Mapping[str, Any]) -> Iterator[Event]:
    """Whether a message is written to the log, which tsqld does not keep. Error 15179."""
    number = whole_number(values.get("message_id") or 0)
    if number >= FIRST_USER and user_message(session.catalog("master"), number) is None:
        raise error(15179, number, "us_english")
    yield from ()


def _english(language: object) -> None:
    if language is not None and str(language).lower() not in ("us_english", "english"):
        raise unsupported(f"messages in {language}")
