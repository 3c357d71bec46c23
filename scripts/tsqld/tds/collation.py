"""Collations on the wire: their five bytes, and the code page varchar data travels in.

Specification: [MS-TDS] 2.2.5.1.2. The database's collation is SQL_Latin1_General_CP1_CI_AS; its code page
is 1252, where the five bytes Windows leaves undefined stand for the control characters of the same number.
"""

from __future__ import annotations

import codecs
import struct
from functools import lru_cache
from typing import Final

from tsqld.errors import unsupported
from tsqld.types import DEFAULT_COLLATION

DEFAULT_BYTES: Final = bytes.fromhex("0904d00034")
_UTF8_FLAG: Final = 1 << 26
_SORT_IDS: Final = {
    "SQL_LATIN1_GENERAL_CP1_CS_AS": 51,
    "SQL_LATIN1_GENERAL_CP1_CI_AS": 52,
    "SQL_LATIN1_GENERAL_CP1_CI_AI": 54,
}
_VERSIONS: Final = {"90": 1, "100": 2, "140": 3, "160": 4}
# Languages whose Windows code page is not 1252, by the low ten bits of their LCID.
_OTHER_CODE_PAGES: Final = frozenset(
    {0x01, 0x02, 0x04, 0x05, 0x08, 0x0D, 0x0E, 0x11, 0x12, 0x15, 0x18, 0x19, 0x1A, 0x1B, 0x1C, 0x1E, 0x1F}
    | {0x20, 0x22, 0x23, 0x24, 0x25, 0x26, 0x27, 0x29, 0x2A, 0x2C, 0x2F, 0x3F, 0x40, 0x43, 0x44, 0x50, 0x5A}
)


def _windows_1252() -> str:
    table = [bytes([code]).decode("cp1252", "ignore") or chr(code) for code in range(256)]
    return "".join(table)


_DECODING: Final = _windows_1252()
_ENCODING: Final = codecs.charmap_build(_DECODING)


@lru_cache(maxsize=256)
def collation_bytes(name: str) -> bytes:
    """The wire form of a collation. Latin1_General of any kind; others are sent as the default's."""
    upper = (name or DEFAULT_COLLATION).upper()
    if "LATIN1_GENERAL" not in upper:
        return DEFAULT_BYTES
    parts = upper.split("_")
    if "BIN2" in parts:
        flags = 1 << 25
    elif "BIN" in parts:
        flags = 1 << 24
    else:
        flags = ("CI" in parts) << 20 | ("AI" in parts) << 21
        flags |= ("KS" not in parts) << 22 | ("WS" not in parts) << 23
    if "UTF8" in parts:
        flags |= _UTF8_FLAG
    version = next((_VERSIONS[part] for part in parts if part in _VERSIONS), 0)
    return struct.pack("<IB", 0x0409 | flags | version << 28, _SORT_IDS.get(upper, 0))


def is_utf8(wire: bytes) -> bool:
    """Whether a collation's five bytes say that its varchar data is UTF-8."""
    (rule,) = struct.unpack_from("<I", wire)
    return bool(rule & _UTF8_FLAG)


def decode_varchar(raw: bytes, wire: bytes) -> str:
    """Text of a char, varchar or text parameter, by the collation it came with.

    Raises TsqlError 50100 for a collation whose code page is neither 1252 nor UTF-8.
    """
    if is_utf8(wire):
        return raw.decode("utf-8", "replace")
    (rule,) = struct.unpack_from("<I", wire)
    if (rule & 0x3FF) in _OTHER_CODE_PAGES:
        raise unsupported(f"varchar parameters of collation {wire.hex()}")
    if raw.isascii():
        return raw.decode("ascii")
    return codecs.charmap_decode(raw, "strict", _DECODING)[0]


def encode_varchar(text: str) -> bytes:
    """Text in code page 1252; what it lacks becomes '?', two of them outside the basic plane."""
    if text.isascii():
        return text.encode("ascii")
    try:
        return codecs.charmap_encode(text, "strict", _ENCODING)[0]
    except UnicodeEncodeError:
        pairs = "".join(character if character <= "\uffff" else "??" for character in text)
        return codecs.charmap_encode(pairs, "replace", _ENCODING)[0]
