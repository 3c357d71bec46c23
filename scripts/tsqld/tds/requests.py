"""Reads what a client asks for: SQL batches and remote calls.

Place: `connection` gives it whole messages; `calls` runs what it returns. Specification: [MS-TDS] 2.2.6.6
and 2.2.6.7. A message may hold several calls, and a call names its procedure or gives a well-known number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tsqld.errors import TsqlError, unsupported
from tsqld.events import Argument
from tsqld.tds.parameters import InvalidValue, read_table, read_type, read_value
from tsqld.tds.protocol import NULL_LENGTH, TVP, TdsProtocolError, skip_all_headers
from tsqld.tds.reader import Reader, decode_utf16
from tsqld.types import SqlType

_BY_REFERENCE: Final = 0x01
_DEFAULT_VALUE: Final = 0x02
_ENCRYPTED: Final = 0x08
_SEPARATORS: Final = (0x80, 0xFF)
_NO_EXECUTE: Final = 0xFE
_INVALID: Final = (
    "The incoming tabular data stream (TDS) remote procedure call (RPC) protocol stream is incorrect. "
    'Parameter {} ("{}"): The supplied value is not a valid instance of data type {}. Check the source data '
    "for invalid values. An example of an invalid value is data of numeric type with scale greater than "
    "precision."
)

WELL_KNOWN: Final = {
    1: "sp_cursor",
    2: "sp_cursoropen",
    3: "sp_cursorprepare",
    4: "sp_cursorexecute",
    5: "sp_cursorprepexec",
    6: "sp_cursorunprepare",
    7: "sp_cursorfetch",
    8: "sp_cursoroption",
    9: "sp_cursorclose",
    10: "sp_executesql",
    11: "sp_prepare",
    12: "sp_execute",
    13: "sp_prepexec",
    14: "sp_prepexecrpc",
    15: "sp_unprepare",
}


@dataclass(frozen=True, slots=True)
class Call:
    """One remote call: the procedure as the client wrote it, and its arguments in order."""

    procedure: str
    arguments: tuple[Argument, ...]


def parse_batch(payload: bytes, version: int) -> str:
    """The text of a SQL batch."""
    return decode_utf16(payload[skip_all_headers(payload, version) :])


def parse_calls(payload: bytes, version: int) -> list[Call]:
    """Every call of an RPC message, in order.

    Raises TdsProtocolError when the message breaks the protocol, TsqlError 50100 for what tsqld lacks.
    """
    reader = Reader(payload, skip_all_headers(payload, version))
    calls = [_read_call(reader)]
    while reader.remaining:
        if reader.u8() == _NO_EXECUTE:
            raise unsupported("remote calls marked not to be executed")
        if reader.remaining:
            calls.append(_read_call(reader))
    return calls


def _read_call(reader: Reader) -> Call:
    size = reader.u16()
    procedure = _well_known(reader.u16()) if size == NULL_LENGTH else reader.text(size)
    reader.u16()  # options: recompile, and metadata a client may do without but never minds
    arguments: list[Argument] = []
    while reader.remaining and reader.peek() not in (*_SEPARATORS, _NO_EXECUTE):
        arguments.append(_read_argument(reader, len(arguments) + 1))
    return Call(procedure, tuple(arguments))


def _well_known(number: int) -> str:
    if number not in WELL_KNOWN:
        raise TdsProtocolError(f"there is no well-known procedure {number}")
    return WELL_KNOWN[number]


def _read_argument(reader: Reader, number: int) -> Argument:
    name = reader.b_varchar()
    status = reader.u8()
    if status & _ENCRYPTED:
        raise unsupported("encrypted parameters")
    is_output, is_default = bool(status & _BY_REFERENCE), bool(status & _DEFAULT_VALUE)
    try:
        if reader.peek() == TVP:
            table = read_table(reader)
            return Argument(name, SqlType("table"), table, is_output, is_default or table is None)
        kind = read_type(reader)
        return Argument(name, kind.sql, read_value(reader, kind), is_output, is_default)
    except InvalidValue as problem:
        raise TsqlError(8023, _INVALID.format(number, name, problem), state=4) from None
