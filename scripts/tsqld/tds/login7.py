"""Reads LOGIN7: who logs in, to which database, from which program.

Place: `handshake`. Specification: [MS-TDS] 2.2.6.4. pysqlbridge's reader expects the field that TDS 7.2
added, which clients of 7.1 do not send.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import Final

from tsqld.errors import TsqlError
from tsqld.tds.protocol import TDS_72, TdsProtocolError, deobfuscate_password
from tsqld.tds.reader import decode_utf16

_HOST, _USER, _PASSWORD, _APP, _INTERFACE = 36, 40, 44, 48, 60
_DATABASE, _SSPI, _NEW_PASSWORD = 68, 78, 86
_PROCESS: Final = 16
_TABLE_END: Final = 86


@dataclass(frozen=True, slots=True)
class Login:
    """One login. `wants_windows` means integrated security instead of a password."""

    version: int
    packet_size: int
    host: str
    user: str
    app: str
    interface: str
    """The library that the program uses: ODBC, .Net SqlClient, TDS and the like."""
    process: int
    database: str
    wants_windows: bool
    changes_password: bool
    password: str = field(repr=False)


def parse_login(payload: bytes) -> Login:
    """Raises TdsProtocolError for a message that is too short or points outside itself."""
    if len(payload) < _TABLE_END:
        raise TdsProtocolError(f"LOGIN7 of {len(payload)} bytes")
    _, version, packet_size = struct.unpack_from("<III", payload)
    changes = False
    if version >= TDS_72 and len(payload) >= _NEW_PASSWORD + 4:
        changes = struct.unpack_from("<H", payload, _NEW_PASSWORD + 2)[0] > 0
    return Login(
        version=version,
        packet_size=packet_size,
        host=_text(payload, _HOST),
        user=_text(payload, _USER),
        app=_text(payload, _APP),
        interface=_text(payload, _INTERFACE),
        process=struct.unpack_from("<i", payload, _PROCESS)[0],
        database=_text(payload, _DATABASE),
        wants_windows=struct.unpack_from("<H", payload, _SSPI + 2)[0] > 0,
        changes_password=changes,
        password=deobfuscate_password(_field(payload, _PASSWORD)),
    )


def _field(payload: bytes, at: int) -> bytes:
    """The bytes an entry of the table points to; it counts characters."""
    start, characters = struct.unpack_from("<HH", payload, at)
    end = start + characters * 2
    if characters and not _TABLE_END <= start <= end <= len(payload):
        raise TdsProtocolError(f"LOGIN7 points to bytes {start} to {end} of {len(payload)}")
    return payload[start:end]


def _text(payload: bytes, at: int) -> str:
    try:
        return decode_utf16(_field(payload, at))
    except TsqlError as problem:
        raise TdsProtocolError(f"LOGIN7: {problem}") from None
