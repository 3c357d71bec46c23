"""Text measured as SQL Server measures it: UTF-16 units for nvarchar, code page 1252 for varchar.

Place in the pipeline: Python halves of macros, for the few values that hold more than ASCII. Source:
Microsoft Learn, "Collation and Unicode support"; code page 1252 as Windows maps to it (best fit of accented
letters to their base letter, anything else to a question mark).
"""

from __future__ import annotations

import codecs
import unicodedata
from typing import Final

from tsqld.functions.udfs import udf

_FIT: Final = {
    "\u2212": "-", "\u2010": "-", "\u2011": "-", "\u2215": "/", "\u2044": "/", "\u2032": "'", "\u2033": '"',
    "\u00ad": "\u00ad", "\u0131": "i", "\u0141": "L", "\u0142": "l", "\u0110": "Ð", "\u0111": "d",
}  # fmt: skip

_UNASSIGNED: Final = (0x81, 0x8D, 0x8F, 0x90, 0x9D)
_ANSI_TEXT: Final = "".join(
    chr(byte) if byte in _UNASSIGNED else bytes([byte]).decode("cp1252") for byte in range(256)
)
_ANSI_BYTES: Final = codecs.charmap_build(_ANSI_TEXT)


def utf16_length(text: str) -> int:
    """The number of UTF-16 units of `text`."""
    return len(text) if text.isascii() else len(utf16_bytes(text)) // 2


@udf("left_units", "VARCHAR, BIGINT", "VARCHAR")
def left_units(text: str, count: int) -> str:
    """The first `count` UTF-16 units; a pair that would be torn apart is left out."""
    count = max(count, 0)
    if text.isascii() or 2 * len(text) <= count:
        return text[:count]
    return utf16_bytes(text)[: 2 * count].decode("utf-16-le", "ignore")


@udf("to_ansi", "VARCHAR", "VARCHAR")
def to_ansi(text: str) -> str:
    """`text` as a varchar of code page 1252 keeps it."""
    if text.isascii():
        return text
    return text.translate({ord(char): _ansi_char(char) for char in set(text)})


def _ansi_char(char: str) -> str:
    if _in_1252(char):
        return char
    if ord(char) > 0xFFFF:
        return "??"
    fit = _FIT.get(char)
    if fit is not None:
        return fit
    base = unicodedata.normalize("NFKD", char)[:1]
    return base if base and base != char and _in_1252(base) and base.isalnum() else "?"


def _in_1252(char: str) -> bool:
    return ("\u0080" <= char <= "\u009f" and char in "\x81\x8d\x8f\x90\x9d") or _encodes(char)


def _encodes(char: str) -> bool:
    try:
        char.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


@udf("ansi_bytes", "VARCHAR", "BLOB")
def ansi_bytes(text: str) -> bytes:
    """The bytes of a varchar: code page 1252, whose five unassigned bytes stand for themselves."""
    return codecs.charmap_encode(to_ansi(text), "strict", _ANSI_BYTES)[0]


@udf("ansi_text", "BLOB", "VARCHAR")
def ansi_text(data: bytes) -> str:
    """The varchar that `data` is in code page 1252."""
    return codecs.charmap_decode(data, "strict", _ANSI_TEXT)[0]


@udf("utf16_bytes", "VARCHAR", "BLOB")
def utf16_bytes(text: str) -> bytes:
    """The bytes of an nvarchar."""
    return text.encode("utf-16-le", "surrogatepass")


@udf("utf16_text", "BLOB", "VARCHAR")
def utf16_text(data: bytes) -> str:
    """The nvarchar that `data` is; an odd last byte gets a zero byte, lone surrogates become U+FFFD."""
    return (data + bytes(len(data) % 2)).decode("utf-16-le", "replace")


@udf("pad_units", "VARCHAR, INTEGER", "VARCHAR")
def pad_units(text: str, count: int) -> str:
    """`text` cut or filled with spaces to `count` UTF-16 units."""
    cut = left_units(text, count)
    return cut + " " * (count - utf16_length(cut))


@udf("right_units", "VARCHAR, BIGINT", "VARCHAR")
def right_units(text: str, count: int) -> str:
    """The last `count` UTF-16 units; a pair that would be torn apart is left out."""
    return sub_units(text, max(1, utf16_length(text) - count + 1), count)


@udf("sub_units", "VARCHAR, BIGINT, BIGINT", "VARCHAR")
def sub_units(text: str, start: int, count: int) -> str:
    """`count` UTF-16 units from the 1-based `start`; pairs that would be torn apart are left out."""
    units = utf16_bytes(text)[2 * (start - 1) : 2 * (start - 1 + count)]
    return units.decode("utf-16-le", "ignore")


@udf("reverse", "VARCHAR", "VARCHAR")
def reverse(text: str) -> str:
    return text[::-1]
