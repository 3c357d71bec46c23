"""Passwords of logins: how they are kept, compared and judged.

A password given in the clear is kept as PBKDF2 over SHA-256. One given HASHED is kept as SQL Server made it:
0x0200, four bytes of salt, and SHA-512 of the password in UTF-16 with the salt. The policy is that of SQL
Server on Linux: eight characters, of three of the four kinds. Source: Microsoft Learn, "CREATE LOGIN",
"Password policy", "Strong passwords".
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Final

from tsqld.errors import TsqlError, error

_ITERATIONS: Final = 210_000
_SHORTEST: Final = 8
_LONGEST: Final = 128
_KINDS: Final = 3
_VERSION: Final = b"\x02\x00"
_HASHED_LENGTH: Final = 70
_REMEMBERED: Final = 1000


def hashed(password: str) -> str:
    salt = secrets.token_bytes(16)
    digest = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, _ITERATIONS)
    return f"{_ITERATIONS}${salt.hex()}${digest.hex()}"


def matches(password: str, kept: str) -> bool:
    """Whether a password is the one a hash was made of."""
    if kept.startswith("0x"):
        raw = bytes.fromhex(kept[2:])
        salt, wanted = raw[2:6], raw[6:]
        return hmac.compare_digest(hashlib.sha512(password.encode("utf-16-le") + salt).digest(), wanted)
    iterations, salted, digest = kept.split("$")
    found = hashlib.pbkdf2_hmac("sha256", password.encode(), bytes.fromhex(salted), int(iterations))
    return hmac.compare_digest(found.hex(), digest)


def taken_over(written: str) -> str | None:
    """A password hash as PASSWORD = 0x… HASHED gives it; None for another format."""
    try:
        raw = bytes.fromhex(written.removeprefix("0x"))
    except ValueError:
        return None
    well = len(raw) == _HASHED_LENGTH and raw.startswith(_VERSION)
    return f"0x{raw.hex()}" if well else None


def judged(password: str, login: str, line: int) -> TsqlError | None:
    """What CHECK_POLICY says of a password: 15116, 15117, 15118, or nothing."""
    if len(password) < _SHORTEST:
        return error(15116, line=line)
    if len(password) > _LONGEST:
        return error(15117, line=line)
    kinds = (
        any(c.isupper() for c in password),
        any(c.islower() for c in password),
        any(c.isdigit() for c in password),
        any(not c.isalnum() for c in password),
    )
    if sum(kinds) < _KINDS or (len(login) > 2 and login.lower() in password.lower()):
        return error(15118, line=line)
    return None


class Remembered:
    """Passwords that were right before, so that a pool's hundredth login costs no hundred thousand rounds.

    Only a digest under a key of this process is held, and only in memory.
    """

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._known: dict[str, bytes] = {}

    def matches(self, password: str, kept: str) -> bool:
        digest = hmac.digest(self._key, password.encode(), "sha256")
        known = self._known.get(kept)
        if known is not None and hmac.compare_digest(known, digest):
            return True
        if not matches(password, kept):
            return False
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        self._known[kept] = digest
        return True
