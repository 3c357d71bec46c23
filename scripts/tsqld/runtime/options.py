"""SET: options of a session. What would change answers and is not implemented is refused.

ANSI_WARNINGS and ARITHABORT may be OFF, as load procedures like to have them: what they would let pass,
text cut short and NULL for a division by zero, stays an error.

Specification: Microsoft Learn, "SET statements".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tsqld.errors import error, unsupported
from tsqld.functions import dateorder
from tsqld.runtime.session import Session
from tsqld.runtime.values import whole_number
from tsqld.syntax import nodes as n

if TYPE_CHECKING:
    from tsqld.runtime.evaluate import Evaluator

_SWITCHES: Final = {
    "NOCOUNT": "nocount",
    "XACT_ABORT": "xact_abort",
    "IMPLICIT_TRANSACTIONS": "implicit_transactions",
    "FMTONLY": "fmtonly",
    "NOEXEC": "noexec",
    "ARITHABORT": "arithabort",
    "QUOTED_IDENTIFIER": "quoted_identifier",
    "CURSOR_CLOSE_ON_COMMIT": "cursor_close_on_commit",
}
_MUST_STAY: Final = {
    "ANSI_NULLS": "ON",
    "CONCAT_NULL_YIELDS_NULL": "ON",
    "QUOTED_IDENTIFIER": "ON",
    "NUMERIC_ROUNDABORT": "OFF",
    "SHOWPLAN_ALL": "OFF",
    "SHOWPLAN_TEXT": "OFF",
    "SHOWPLAN_XML": "OFF",
    "ARITHIGNORE": "OFF",
    "FORCEPLAN": "OFF",
}
_CONTEXT_BYTES: Final = 128
_PRIORITIES: Final = {"LOW": -5, "NORMAL": 0, "HIGH": 5}
_DEAREST: Final = 10


def set_option(session: Session, evaluator: Evaluator, option: str, node: n.SetOption) -> None:
    """Set one option. Errors 2742 and 2744 of values out of range, 50100 of what is not implemented."""
    options, value = session.options, node.value
    if option in _MUST_STAY and isinstance(value, str) and value != _MUST_STAY[option]:
        raise unsupported(f"SET {option} {value}", node.line)
    given: Any = value if isinstance(value, str) else evaluator.value(value)[0]
    if option in _SWITCHES:
        setattr(options, _SWITCHES[option], value == "ON")
    elif option == "TRANSACTION ISOLATION LEVEL":
        options.isolation = str(value)
        transaction = session.executor.transaction
        if transaction is not None and options.isolation != "SNAPSHOT":
            transaction.frozen = False
    elif option in ("LOCK_TIMEOUT", "ROWCOUNT", "TEXTSIZE"):
        setattr(options, option.lower(), _number(option, given, node.line))
    elif option == "DEADLOCK_PRIORITY":
        options.deadlock_priority = _priority(given, node.line)
    elif option == "DATEFIRST":
        number = _number(option, given, node.line)
        if not 1 <= number <= 7:
            raise error(2742, given, line=node.line)
        options.datefirst = number
    elif option == "DATEFORMAT":
        if str(given).lower() not in dateorder.CODES:
            raise error(2741, given, line=node.line)
        options.dateformat = str(given).lower()
    elif option == "LANGUAGE":
        if str(given).lower() not in ("us_english", "english"):
            raise unsupported(f"SET LANGUAGE {given}", node.line)
        options.datefirst, options.dateformat = 7, dateorder.DEFAULT
    elif option == "CONTEXT_INFO":
        if not isinstance(given, bytes):
            raise unsupported(f"SET CONTEXT_INFO {'NULL' if given is None else given}", node.line)
        session.context_info = given[:_CONTEXT_BYTES].ljust(_CONTEXT_BYTES, b"\0")


def _number(option: str, given: Any, line: int) -> int:
    """The value of an option that is a number; of others nobody documents what they would mean."""
    if given is None:
        raise unsupported(f"SET {option} of a variable that is NULL", line)
    return whole_number(given)


def _priority(given: Any, line: int) -> int:
    """A word or a number from -10 to 10, or a variable that holds one."""
    text = str(given).strip().upper()
    if text in _PRIORITIES:
        return _PRIORITIES[text]
    if text.lstrip("-").isdigit() and abs(int(text)) <= _DEAREST:
        return int(text)
    raise error(102, given, line=line)
