"""Bit manipulation and hash functions.

Place in the pipeline: entered in `registry`. Source: Microsoft Learn, "Bit manipulation functions",
"HASHBYTES". Text is hashed as it is stored: varchar by its code page 1252 bytes, nvarchar by UTF-16LE.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Sequence
from typing import Final

from tsqld.binder.bound import Bound
from tsqld.errors import TsqlError, error
from tsqld.functions import arguments as a
from tsqld.functions.convert import convert
from tsqld.functions.macros import call
from tsqld.functions.oldhashes import digest
from tsqld.functions.precedence import shown
from tsqld.functions.registry import BITS, CRYPTO, SYSTEM, define, refuse
from tsqld.functions.sqltext import let_all, quote
from tsqld.functions.udfs import udf
from tsqld.functions.unitext import ansi_bytes, utf16_bytes
from tsqld.types import BIGINT, BIT, MAX, SqlType, varbinary

Args = Sequence[Bound]

_WIDTHS: Final = {"tinyint": 8, "smallint": 16, "int": 32, "bigint": 64, "bit": 1}
_ALGORITHMS: Final = {
    "MD2": "md2", "MD4": "md4", "MD5": "md5", "SHA": "sha1", "SHA1": "sha1", "SHA2_256": "sha256",
    "SHA2_512": "sha512",
}  # fmt: skip


def _bits(argument: Bound, function: str, line: int) -> tuple[Bound, int]:
    """An integer or binary argument and its width in bits, 0 for binary. Error 8116."""
    type = argument.type
    if type.is_binary and type.length != MAX and type.name != "image":
        return argument, 0
    if not type.is_integer or type.name == "bit":
        raise error(8116, "NULL" if argument.is_null else shown(type), 1, function, line=line)
    return argument, _WIDTHS[type.name]


def _whole(args: Args, place: int, function: str, line: int) -> Bound:
    """A position, distance or bit, which is an integer already. Error 8116."""
    argument = args[place - 1]
    allowed = argument.type.is_integer and (argument.type.name != "bit" or place == 3)
    if argument.is_null or not allowed:
        raise error(8116, "NULL" if argument.is_null else shown(argument.type), place, function, line=line)
    return convert(argument, BIGINT, line=line)


@define("LEFT_SHIFT", BITS, 2)
def _left_shift(args: Args, line: int) -> Bound:
    return _shifted("left_shift", args, 1, line)


@define("RIGHT_SHIFT", BITS, 2)
def _right_shift(args: Args, line: int) -> Bound:
    return _shifted("right_shift", args, -1, line)


def _shifted(function: str, args: Args, sign: int, line: int) -> Bound:
    value, width = _bits(args[0], function, line)
    count = _whole(args, 2, function, line)
    if not width:
        shifted = f"tsqld_shift_bytes({value.sql}, {sign} * ({count.sql}))"
        return a.made(shifted, SqlType("varbinary", value.type.length), value, count)
    sql = f"tsqld_shift(({value.sql})::BIGINT, {sign} * ({count.sql}), {width})"
    return convert(a.made(sql, BIGINT, value, count), value.type, line=line)


@define("BIT_COUNT", BITS, 1)
def _bit_count(args: Args, line: int) -> Bound:
    value, width = _bits(args[0], "bit_count", line)
    if not width:
        return a.made(f"tsqld_bit_count_bytes({value.sql})", BIGINT, value)
    return a.made(f"tsqld_bit_count(({value.sql})::BIGINT, {width})", BIGINT, value)


@define("GET_BIT", BITS, 2)
def _get_bit(args: Args, line: int) -> Bound:
    value, width = _bits(args[0], "get_bit", line)
    place = _whole(args, 2, "get_bit", line)
    if not width:
        return a.made(f"(tsqld_get_bit_bytes({value.sql}, {place.sql}) = 1)", BIT, value, place)
    return a.made(f"(tsqld_get_bit(({value.sql})::BIGINT, {place.sql}, {width}) = 1)", BIT, value, place)


@define("SET_BIT", BITS, 2, 3)
def _set_bit(args: Args, line: int) -> Bound:
    value, width = _bits(args[0], "set_bit", line)
    place = _whole(args, 2, "set_bit", line)
    bit = _whole(args, 3, "set_bit", line).sql if len(args) > 2 else "1"
    if not width:
        written = f"tsqld_set_bit_bytes({value.sql}, {place.sql}, {bit})"
        return a.made(written, SqlType("varbinary", value.type.length), value, place)
    sql = f"tsqld_set_bit(({value.sql})::BIGINT, {place.sql}, {bit}, {width})"
    return convert(a.made(sql, BIGINT, value, place), value.type, line=line)


@define("HASHBYTES", CRYPTO, 2)
def _hashbytes(args: Args, line: int) -> Bound:
    algorithm, value = a.text(args[0], 1, "hashbytes", line), args[1]
    if isinstance(algorithm.value, str):
        name = _ALGORITHMS.get(algorithm.value.upper())
        sql = _hash(name, value, line) if name is not None else "CAST(NULL AS BLOB)"
        return a.made(sql, varbinary(8000), value, nullable=True)
    sql = let_all(
        [f"upper({algorithm.sql})", value.sql], lambda n, v: _hash_by_name(n, value.with_sql(v), line)
    )
    return a.made(f"({sql})", varbinary(8000), algorithm, value, nullable=True)


def _hash_by_name(name: str, value: Bound, line: int) -> str:
    """The hash by an algorithm that is known only when it runs; NULL for one that does not exist."""
    branches = [f"WHEN {quote(word)} THEN {_hash(known, value, line)}" for word, known in _ALGORITHMS.items()]
    return f"CASE {name} {' '.join(branches)} END"


def _hash(name: str, value: Bound, line: int) -> str:
    """ASCII varchar is hashed inside DuckDB, everything else in Python."""
    if value.type.is_utf8:
        if name in ("md5", "sha1", "sha256"):
            return f"unhex({name}({value.sql}))"
        return f"tsqld_hash(encode({value.sql}), {quote(name)})"
    if value.type.is_text:
        if name in ("md5", "sha1", "sha256"):
            return call(f"hash_unicode_{name}" if value.type.is_unicode else f"hash_{name}", value.sql)
        kind = "unicode" if value.type.is_unicode else "ansi"
        return f"tsqld_hash_{kind}({value.sql}, {quote(name)})"
    if value.type.is_binary:
        return f"tsqld_hash({value.sql}, {quote(name)})"
    if value.is_null:
        return "CAST(NULL AS BLOB)"
    raise error(8116, shown(value.type), 2, "hashbytes", line=line)


@define(
    "COMPRESS",
    SYSTEM,
    1,
    note="GZIP as zlib writes it: DECOMPRESS gives the input back, the bytes may differ",
)
def _compress(args: Args, line: int) -> Bound:
    raw = _raw(args[0], "compress", line)
    return a.made(f"tsqld_compress({raw.sql})", varbinary(MAX), args[0])


@define("DECOMPRESS", SYSTEM, 1)
def _decompress(args: Args, line: int) -> Bound:
    raw = _raw(args[0], "decompress", line)
    return a.made(f"tsqld_decompress({raw.sql})", varbinary(MAX), args[0])


def _raw(argument: Bound, function: str, line: int) -> Bound:
    if argument.type.is_text or argument.type.is_binary or argument.is_null:
        return convert(argument, varbinary(MAX), line=line, explicit=True)
    raise error(8116, shown(argument.type), 1, function, line=line)


refuse(
    CRYPTO,
    "keys and certificates are not kept",
    "ENCRYPTBYPASSPHRASE",
    "DECRYPTBYPASSPHRASE",
    "ENCRYPTBYKEY",
    "DECRYPTBYKEY",
    "ENCRYPTBYCERT",
    "DECRYPTBYCERT",
    "SIGNBYCERT",
    "VERIFYSIGNEDBYCERT",
    "KEY_GUID",
    "KEY_ID",
    "ENCRYPTBYASYMKEY",
    "DECRYPTBYASYMKEY",
    "SIGNBYASYMKEY",
    "VERIFYSIGNEDBYASYMKEY",
    "CERT_ID",
    "CERTENCODED",
)
refuse(CRYPTO, "random bytes are not reproducible", "CRYPT_GEN_RANDOM")
refuse(SYSTEM, "in SELECT INTO", "IDENTITY")
refuse(SYSTEM, "password hashes are kept in another form", "PWDENCRYPT", "PWDCOMPARE")


# --- Python side: registered by `install` -------------------------------------------------------------------


def _signed(value: int, width: int) -> int:
    value &= (1 << width) - 1
    return value - (1 << width) if width > 8 and value >> (width - 1) else value


@udf("shift", "BIGINT, BIGINT, INTEGER", "BIGINT")
def shift(value: int, count: int, width: int) -> int:
    """A logical shift, left when `count` is positive."""
    pattern = value & ((1 << width) - 1)
    if abs(count) >= width:
        return 0
    return _signed(pattern << count if count >= 0 else pattern >> -count, width)


@udf("bit_count", "BIGINT, INTEGER", "BIGINT")
def bit_count(value: int, width: int) -> int:
    return (value & ((1 << width) - 1)).bit_count()


@udf("get_bit", "BIGINT, BIGINT, INTEGER", "INTEGER")
def get_bit(value: int, place: int, width: int) -> int:
    _check_place(place, width, "get_bit")
    return value >> place & 1


@udf("set_bit", "BIGINT, BIGINT, BIGINT, INTEGER", "BIGINT")
def set_bit(value: int, place: int, bit: int, width: int) -> int:
    return _signed(_with_bit(value & ((1 << width) - 1), place, bit, width), width)


def _with_bit(pattern: int, place: int, bit: int, width: int) -> int:
    _check_place(place, width, "set_bit")
    if bit not in (0, 1):
        raise error(9839, 3, "set_bit")
    return pattern | 1 << place if bit else pattern & ~(1 << place)


def _check_place(place: int, width: int, function: str) -> None:
    if not 0 <= place < width:
        raise error(9838, 2, function, width - 1)


@udf("shift_bytes", "BLOB, BIGINT", "BLOB")
def shift_bytes(data: bytes, count: int) -> bytes:
    width = 8 * len(data)
    pattern = int.from_bytes(data, "big")
    if abs(count) >= width:
        return bytes(len(data))
    shifted = pattern << count if count >= 0 else pattern >> -count
    return (shifted & ((1 << width) - 1)).to_bytes(len(data), "big")


@udf("bit_count_bytes", "BLOB", "BIGINT")
def bit_count_bytes(data: bytes) -> int:
    return int.from_bytes(data, "big").bit_count()


@udf("get_bit_bytes", "BLOB, BIGINT", "INTEGER")
def get_bit_bytes(data: bytes, place: int) -> int:
    _check_place(place, 8 * len(data), "get_bit")
    return int.from_bytes(data, "big") >> place & 1


@udf("set_bit_bytes", "BLOB, BIGINT, BIGINT", "BLOB")
def set_bit_bytes(data: bytes, place: int, bit: int) -> bytes:
    return _with_bit(int.from_bytes(data, "big"), place, bit, 8 * len(data)).to_bytes(len(data), "big")


@udf("hash", "BLOB, VARCHAR", "BLOB")
def hash_bytes(data: bytes, name: str) -> bytes:
    return digest(name, data)


@udf("hash_ansi", "VARCHAR, VARCHAR", "BLOB")
def hash_ansi(text: str, name: str) -> bytes:
    return digest(name, ansi_bytes(text))


@udf("hash_unicode", "VARCHAR, VARCHAR", "BLOB")
def hash_unicode(text: str, name: str) -> bytes:
    return digest(name, utf16_bytes(text))


@udf("compress", "BLOB", "BLOB")
def compress(data: bytes) -> bytes:
    packed = bytearray(gzip.compress(data, mtime=0))
    packed[8:10] = b"\x04\x00"  # .NET's GZipStream says: fastest, FAT
    return bytes(packed)


@udf("decompress", "BLOB", "BLOB")
def decompress(data: bytes) -> bytes:
    try:
        return gzip.decompress(data)
    except (OSError, EOFError, zlib.error):
        raise TsqlError(9802, "The data to be decompressed is not in GZIP format.") from None
