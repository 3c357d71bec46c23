"""MD2 and MD4, which HASHBYTES still computes and Python's hashlib no longer does everywhere.

Place in the pipeline: behind HASHBYTES. Source: RFC 1319 (MD2), RFC 1320 (MD4).
"""

from __future__ import annotations

import functools
import hashlib
import struct
from typing import Final

_MASK: Final = 0xFFFF_FFFF


def digest(name: str, data: bytes) -> bytes:
    """The hash of `data` by md2, md4 or one of hashlib's names."""
    if name == "md2":
        return md2(data)
    return md4(data) if name == "md4" else hashlib.new(name, data).digest()


@functools.cache
def _substitution() -> tuple[int, ...]:
    """MD2's table: a permutation of bytes shuffled by the digits of pi."""
    table = list(range(256))
    digits = iter(_pi_digits(722))

    def below(limit: int) -> int:
        """The next number below `limit` that the digits give, without bias."""
        while True:
            drawn, top = next(digits), 10
            if limit > 10:
                drawn, top = drawn * 10 + next(digits), 100
            if limit > 100:
                drawn, top = drawn * 10 + next(digits), 1000
            if drawn < limit * (top // limit):
                return drawn % limit

    for place in range(2, 257):
        other = below(place)
        table[place - 1], table[other] = table[other], table[place - 1]
    return tuple(table)


def _pi_digits(count: int) -> list[int]:
    """The first digits of pi: Machin's formula in whole numbers."""
    unit: int = 10 ** (count + 10)

    def arctan(inverse: int) -> int:
        total = term = unit // inverse
        square, divisor, sign = inverse * inverse, 3, -1
        while term:
            term //= square
            total += sign * (term // divisor)
            divisor, sign = divisor + 2, -sign
        return total

    pi = 4 * (4 * arctan(5) - arctan(239))
    return [int(digit) for digit in str(pi)[:count]]


def md2(data: bytes) -> bytes:
    """RFC 1319: padding, a checksum block, then 18 rounds a block."""
    table = _substitution()
    pad = 16 - len(data) % 16
    data += bytes([pad]) * pad
    checksum, last = bytearray(16), 0
    for start in range(0, len(data), 16):
        for i, byte in enumerate(data[start : start + 16]):
            checksum[i] ^= table[byte ^ last]
            last = checksum[i]
    state = bytearray(48)
    for start in range(0, len(data) + 16, 16):
        block = (data + checksum)[start : start + 16]
        for i, byte in enumerate(block):
            state[16 + i] = byte
            state[32 + i] = byte ^ state[i]
        turned = 0
        for turn in range(18):
            for i in range(48):
                state[i] ^= table[turned]
                turned = state[i]
            turned = (turned + turn) % 256
    return bytes(state[:16])


def md4(data: bytes) -> bytes:
    """RFC 1320: three rounds of 16 steps for each block of 64 bytes."""
    length = 8 * len(data)
    data += b"\x80" + bytes((55 - len(data)) % 64) + struct.pack("<Q", length)
    state = [0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476]
    for start in range(0, len(data), 64):
        words = struct.unpack("<16I", data[start : start + 64])
        state = [(old + new) & _MASK for old, new in zip(state, _md4_block(list(state), words), strict=True)]
    return struct.pack("<4I", *state)


_ROUNDS: Final = (
    (0, (3, 7, 11, 19), tuple(range(16))),
    (0x5A827999, (3, 5, 9, 13), tuple(i % 4 * 4 + i // 4 for i in range(16))),
    (0x6ED9EBA1, (3, 9, 11, 15), (0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15)),
)


def _md4_block(state: list[int], words: tuple[int, ...]) -> list[int]:
    for number, (constant, shifts, order) in enumerate(_ROUNDS):
        for step, place in enumerate(order):
            a, b, c, d = state
            mixed = ((b & c) | (~b & d), (b & c) | (b & d) | (c & d), b ^ c ^ d)[number]
            total = (a + mixed + words[place] + constant) & _MASK
            shift = shifts[step % 4]
            state = [d, ((total << shift) | (total >> (32 - shift))) & _MASK, b, c]
    return state
