"""What pysqlbridge lends to the TDS modules, the constants it lacks, and what they ask of the engine.

One module imports pysqlbridge so that its version, which is pinned, matters in one place.
Specification: [MS-TDS] 2.2.3 (packets), 2.2.5.4 (data types), 2.2.7 (tokens).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from ssl import SSLError, SSLWantReadError
from typing import Any, Final, Protocol

from pysqlbridge.tds.batch import skip_all_headers
from pysqlbridge.tds.login import deobfuscate_password
from pysqlbridge.tds.packet import PacketType, TdsProtocolError
from pysqlbridge.tds.prelogin import Encryption, Prelogin, Version, server_response
from pysqlbridge.tds.tls import TlsError, wrap_handshake
from pysqlbridge.tds.tls import TlsTunnel as _TlsTunnel
from pysqlbridge.tds.token import SERVER_PROGRAM_NAME, negotiate
from pysqlbridge.tds.transaction import TransactionRequestType, parse_transaction_request

from tsqld.events import Argument, Column, Event
from tsqld.transport import Transport
from tsqld.types import SqlType

__all__ = [
    "SERVER_PROGRAM_NAME",
    "Encryption",
    "PacketType",
    "Prelogin",
    "TdsProtocolError",
    "TlsError",
    "TlsTunnel",
    "TransactionRequestType",
    "Version",
    "deobfuscate_password",
    "negotiate",
    "parse_transaction_request",
    "server_response",
    "skip_all_headers",
    "wrap_handshake",
]

TDS_71: Final = 0x71000001
TDS_72: Final = 0x72090002
"""Wider row counts, line numbers and user types; ALL_HEADERS; (max) types and xml."""
TDS_73: Final = 0x730A0003
"""date, time, datetime2, datetimeoffset and table-valued parameters."""
TDS_74: Final = 0x74000004

SERVER_NAME: Final = "tsqld"
SERVER_VERSION: Final = Version(major=16, minor=0, build=4165, subbuild=4)
"""What clients are told: SQL Server 2022."""

STATUS_END: Final = 0x01
STATUS_IGNORE: Final = 0x02
STATUS_RESET: Final = 0x08
STATUS_RESET_KEEP_TRANSACTION: Final = 0x10

DEFAULT_PACKET_SIZE: Final = 4096
SMALLEST_PACKET_SIZE: Final = 512
LARGEST_PACKET_SIZE: Final = 32767
LARGEST_ENCRYPTED_PACKET_SIZE: Final = 16383
"""SQL Server's limit where every packet travels inside TLS records."""

# Type tokens, as COLMETADATA and RPC parameters name them.
NULLTYPE: Final = 0x1F
IMAGE: Final = 0x22
TEXT: Final = 0x23
GUID: Final = 0x24
LEGACY_VARBINARY: Final = 0x25
INTN: Final = 0x26
LEGACY_VARCHAR: Final = 0x27
DATEN: Final = 0x28
TIMEN: Final = 0x29
DATETIME2N: Final = 0x2A
DATETIMEOFFSETN: Final = 0x2B
LEGACY_BINARY: Final = 0x2D
LEGACY_CHAR: Final = 0x2F
INT1: Final = 0x30
BIT: Final = 0x32
INT2: Final = 0x34
INT4: Final = 0x38
DATETIM4: Final = 0x3A
FLT4: Final = 0x3B
MONEY: Final = 0x3C
DATETIME: Final = 0x3D
FLT8: Final = 0x3E
VARIANT: Final = 0x62
NTEXT: Final = 0x63
BITN: Final = 0x68
DECIMALN: Final = 0x6A
NUMERICN: Final = 0x6C
FLTN: Final = 0x6D
MONEYN: Final = 0x6E
DATETIMN: Final = 0x6F
MONEY4: Final = 0x7A
INT8: Final = 0x7F
BIGVARBINARY: Final = 0xA5
BIGVARCHAR: Final = 0xA7
BIGBINARY: Final = 0xAD
BIGCHAR: Final = 0xAF
NVARCHAR: Final = 0xE7
NCHAR: Final = 0xEF
UDT: Final = 0xF0
XML: Final = 0xF1
TVP: Final = 0xF3

PLP_MARKER: Final = 0xFFFF
"""The declared length of a (max) type, whose values travel in chunks."""
PLP_NULL: Final = 0xFFFF_FFFF_FFFF_FFFF
NULL_LENGTH: Final = 0xFFFF
LONG_NULL: Final = 0xFFFF_FFFF


_RECORD: Final = 1 << 14
"""Bytes of the largest TLS record."""


class TlsTunnel(_TlsTunnel):  # type: ignore[misc]
    """The server's side of a TLS connection: pysqlbridge's, but for its reads of a kibibyte each."""

    def unwrap(self, data: bytes) -> bytes:
        """What whole records hold. Raises TlsError."""
        self._incoming.write(data)
        read, parts = self._ssl.read, []
        try:
            while part := read(_RECORD):
                parts.append(part)
        except SSLWantReadError:
            pass
        except SSLError as problem:
            raise TlsError(f"TLS decryption failed: {problem}") from problem
        return b"".join(parts)


class Session(Protocol):
    """A logged-in session of the engine, used by one thread at a time except for `cancel`.

    After `cancel` an iterator ends soon, whatever it still yields: only changes of the session are told.
    It may be closed before its end when the client has gone. `cancel` is repeated while it still runs.
    """

    @property
    def spid(self) -> int: ...

    @property
    def database(self) -> str: ...

    @property
    def closed(self) -> bool:
        """Whether the session has ended by itself, as after an error of severity 20."""
        ...

    def batch(self, text: str) -> Iterator[Event]: ...

    def execute_sql(
        self, statement: str, declarations: str, arguments: Sequence[Argument]
    ) -> Iterator[Event]: ...

    def execute_many(
        self, statement: str, declarations: str, calls: Sequence[Sequence[Argument]]
    ) -> tuple[bool, list[Event]]:
        """Calls of one text at once: whether all were done so, else none was; what to tell once, and last the
        Done of each."""
        ...

    def call(self, procedure: str, arguments: Sequence[Argument]) -> Iterator[Event]: ...

    def bulk_copy(self, columns: Sequence[Column], rows: Iterator[tuple[Any, ...]]) -> Iterator[Event]: ...

    def transaction(self, kind: str, name: str) -> Iterator[Event]: ...

    transport: Transport | None
    """How its client is connected; set once it has logged in."""

    on_kill: Callable[[], None]
    """Called from another thread when another session ends this one."""

    def describe(self, statement: str, declarations: str) -> tuple[Column, ...] | None: ...

    def undeclared(self, statement: str, declarations: str) -> list[tuple[str, SqlType]]: ...

    def reset(self, keep_transaction: bool) -> None: ...

    def cancel(self) -> None: ...

    def close(self) -> None: ...


class Engine(Protocol):
    """What logs sessions in. A refused login raises an exception with number, message and state."""

    def login(
        self, user: str, password: str, database: str | None, *, app: str = "", host: str = ""
    ) -> Session: ...

    def close(self) -> None: ...
