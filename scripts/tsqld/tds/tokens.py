"""Tokens of the server's answer: metadata, messages, completion, environment changes.

Place: `responses` and `handshake` put them in order. Specification: [MS-TDS] 2.2.7. Widths that changed with
TDS 7.2 (row counts, line numbers, user types) follow the client's version.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any, Final

from tsqld.events import Column, Error, Message, ReturnValue
from tsqld.tds.protocol import SERVER_NAME, SERVER_PROGRAM_NAME, SERVER_VERSION, TDS_72
from tsqld.tds.rows import encode_value
from tsqld.tds.typeinfo import is_long, sent_as, type_info, user_type

DONE: Final = 0xFD
DONE_PROC: Final = 0xFE
DONE_IN_PROC: Final = 0xFF

DONE_MORE: Final = 0x01
DONE_ERROR: Final = 0x02
DONE_COUNT: Final = 0x10
DONE_ATTENTION: Final = 0x20
SELECT_COMMAND: Final = 0xC1

ENV_DATABASE: Final = 1
ENV_LANGUAGE: Final = 2
ENV_PACKET_SIZE: Final = 4
ENV_COLLATION: Final = 7
ENV_BEGIN_TRANSACTION: Final = 8
ENV_COMMIT_TRANSACTION: Final = 9
ENV_ROLLBACK_TRANSACTION: Final = 10
ENV_RESET_DONE: Final = 18

_COLUMN_METADATA: Final = 0x81
_RETURN_STATUS: Final = 0x79
_ERROR: Final = 0xAA
_INFO: Final = 0xAB
_RETURN_VALUE: Final = 0xAC
_LOGIN_ACK: Final = 0xAD
ENV_CHANGE: Final = b"\xe3"
"""How an ENVCHANGE token begins."""

_NULLABLE: Final = 0x01
_CASE_SENSITIVE: Final = 0x02
_UPDATEABLE_UNKNOWN: Final = 0x08
_IDENTITY: Final = 0x10
_LONGEST_MESSAGE: Final = 16_000
"""Characters of an ERROR or INFO text; with its names it must fit a two-byte length."""


def done(kind: int, status: int, command: int, count: int, version: int) -> bytes:
    """DONE, DONEINPROC or DONEPROC: a statement, a statement of a procedure, or a procedure ended."""
    if version >= TDS_72:
        return struct.pack("<BHHQ", kind, status, command, count)
    return struct.pack("<BHHI", kind, status, command, min(count, 0xFFFF_FFFF))


def column_metadata(columns: Sequence[Column], version: int) -> bytes:
    """COLMETADATA: the shape of the rows that follow."""
    described = b"".join(_column(column, version) for column in columns)
    return struct.pack("<BH", _COLUMN_METADATA, len(columns)) + described


def _column(column: Column, version: int) -> bytes:
    sent = sent_as(column.type, version)
    table = b""
    if is_long(sent):
        table = b"\0" if version >= TDS_72 else b"\0\0"
    return b"".join(
        (
            struct.pack("<IH" if version >= TDS_72 else "<HH", user_type(sent), _flags(column)),
            type_info(sent, nullable=column.nullable),
            table,
            b_varchar(column.name),
        )
    )


def _flags(column: Column) -> int:
    flags = _NULLABLE if column.nullable else 0
    if column.type.is_text and (column.type.is_case_sensitive or column.type.name == "xml"):
        flags |= _CASE_SENSITIVE
    return flags | (_IDENTITY if column.identity else _UPDATEABLE_UNKNOWN)


def return_value(value: ReturnValue, version: int) -> bytes:
    """RETURNVALUE: an OUTPUT parameter, its ordinal counted over all arguments of the remote call."""
    column = Column(value.name, value.type)
    sent = sent_as(value.type, version)
    return b"".join(
        (
            struct.pack("<BH", _RETURN_VALUE, value.ordinal),
            b_varchar(value.name),
            b"\x01",
            struct.pack("<IH" if version >= TDS_72 else "<HH", user_type(sent), _NULLABLE),
            type_info(sent),
            encode_value(column, value.value, version),
        )
    )


def return_status(value: int) -> bytes:
    return struct.pack("<Bi", _RETURN_STATUS, value)


def error(event: Error, version: int) -> bytes:
    return _message(_ERROR, event, version)


def message(event: Message, version: int) -> bytes:
    return _message(_INFO, event, version)


def _message(token: int, event: Error | Message, version: int) -> bytes:
    text = event.text[:_LONGEST_MESSAGE].encode("utf-16-le", "surrogatepass")
    line = max(event.line, 0)
    body = b"".join(
        (
            struct.pack("<iBB", event.number, event.state & 0xFF, event.severity),
            struct.pack("<H", len(text) // 2),
            text,
            b_varchar(SERVER_NAME),
            b_varchar(event.procedure),
            struct.pack("<I", line) if version >= TDS_72 else struct.pack("<H", min(line, 0xFFFF)),
        )
    )
    return struct.pack("<BH", token, len(body)) + body


def environment(kind: int, new: str | bytes, old: str | bytes = "") -> bytes:
    """ENVCHANGE: text counts characters, anything else bytes."""
    body = bytes((kind,)) + _environment_value(new) + _environment_value(old)
    return ENV_CHANGE + struct.pack("<H", len(body)) + body


def _environment_value(value: str | bytes) -> bytes:
    return b_varchar(value) if isinstance(value, str) else bytes((len(value),)) + value


def login_acknowledged(version: int) -> bytes:
    """LOGINACK: the protocol version agreed on, and the server's name and version."""
    build = SERVER_VERSION.build
    body = b"".join(
        (
            b"\x01",
            struct.pack(">I", version),
            b_varchar(SERVER_PROGRAM_NAME),
            bytes((SERVER_VERSION.major, SERVER_VERSION.minor, build >> 8, build & 0xFF)),
        )
    )
    return struct.pack("<BH", _LOGIN_ACK, len(body)) + body


def b_varchar(text: Any) -> bytes:
    """At most 255 UTF-16 units behind a one-byte count of them."""
    raw = str(text).encode("utf-16-le", "surrogatepass")[:510]
    return bytes((len(raw) // 2,)) + raw
