"""What lies in the landing folder: each file's hash, size and header, and whether it can be loaded at all.

After contracts, before build. A file is read once, as a stream; its records are the server's business. What
is wrong with a whole file (no header, another header, not UTF-8, unreadable) is said here, in one line: a
file found in the folder is then refused and recorded, one named on the command line ends the command before
anything runs.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from warehouse.contracts import Contract
from warehouse.errors import UsageProblem

_CHUNK: Final = 1 << 20
_LONGEST_HEADER: Final = 4000  # of ops.files.header
_UTF16_MARKS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class PlanError(UsageProblem):
    """The plan cannot be made as asked; the line names file, problem and remedy."""


@dataclass(frozen=True, slots=True)
class LandingFile:
    """A file as found.

    `relative` is its path below the landing folder with /, `sha256` hexadecimal, `header` its first line;
    `refusal` says why it must not be loaded and is None for a file that may.
    """

    contract: Contract
    path: Path
    relative: str
    sha256: str
    size: int
    header: str | None
    refusal: str | None


def landing_files(contract: Contract, landing: Path) -> list[LandingFile]:
    """An entity's files in the landing folder, by name; dot files are someone's work in progress."""
    folder = landing / contract.source / contract.entity
    found = sorted(
        path for path in folder.glob(contract.dialect.file_pattern) if not path.name.startswith(".")
    )
    return [inspect(contract, landing, path) for path in found if not path.is_dir()]


def named_file(contracts: Sequence[Contract], landing: Path, path: Path) -> LandingFile:
    """A file that the user named.

    Errors: PlanError when it is missing, unreadable, outside the landing folder or has a wrong header.
    """
    if not path.exists():
        raise PlanError(f"{path}: there is no such file; check the name")
    contract = _contract_of(contracts, landing, path)
    if path.is_dir():
        raise PlanError(f"{path}: is a folder; name a file in it")
    file = inspect(contract, landing, path)
    if file.refusal:
        raise PlanError(f"{path}: {file.refusal}")
    return file


def inspect(contract: Contract, landing: Path, path: Path) -> LandingFile:
    """Read a file once and judge it by its contract."""
    relative = path.absolute().relative_to(landing.absolute()).as_posix()
    try:
        with path.open("rb") as stream:
            sha256, size, header, problem = _scan(stream)
    except OSError as error:
        reason = f"cannot be read ({error.strerror}); check its permissions"
        return LandingFile(contract, path, relative, "", 0, None, reason)
    refusal = problem or _header_problem(contract, header or "")
    return LandingFile(contract, path, relative, sha256, size, header, refusal)


def _contract_of(contracts: Sequence[Contract], landing: Path, path: Path) -> Contract:
    folder = path.absolute().parent
    for contract in contracts:
        if folder == (landing / contract.source / contract.entity).absolute():
            return contract
    known = ", ".join(f"{contract.source}/{contract.entity}" for contract in contracts)
    raise PlanError(
        f"{path}: does not lie in a folder of {landing} that has a contract; move it to one of {known}"
    )


def _scan(stream: BinaryIO) -> tuple[str, int, str | None, str | None]:
    """Hash, size, first line, and what is wrong with the file as a whole."""
    digest = hashlib.sha256()
    decoder = codecs.getincrementaldecoder("utf-8")()
    size = 0
    header: str | None = None
    problem: str | None = None
    while chunk := stream.read(_CHUNK):
        digest.update(chunk)
        if size == 0:
            header, problem = _header(chunk)
        if problem is None:
            problem = _decoding_problem(decoder, chunk, size)
        size += len(chunk)
    if problem is None:
        problem = (
            _decoding_problem(decoder, b"", size) if size else "is empty; its first line must be the header"
        )
    return digest.hexdigest(), size, header, problem


def _header(chunk: bytes) -> tuple[str | None, str | None]:
    """The first line of a file beginning with `chunk`, without BOM and line end; what is wrong with it."""
    if chunk.startswith(_UTF16_MARKS):
        return None, "is UTF-16; convert it to UTF-8"
    line = chunk.removeprefix(codecs.BOM_UTF8).split(b"\n", 1)[0].removesuffix(b"\r")
    text = line.decode("utf-8", "replace")
    if len(text) > _LONGEST_HEADER:
        return text[
            :_LONGEST_HEADER
        ], f"has a first line of over {_LONGEST_HEADER:,} characters; is it a text file?"
    return text, None


def _decoding_problem(decoder: codecs.IncrementalDecoder, chunk: bytes, offset: int) -> str | None:
    pending = len(decoder.getstate()[0])
    try:
        decoder.decode(chunk, final=not chunk)
    except UnicodeDecodeError as error:
        return f"is not UTF-8 at byte {offset - pending + error.start:,}; convert it to UTF-8"
    return None


def _header_problem(contract: Contract, header: str) -> str | None:
    expected = [column.name for column in contract.columns]
    dialect = contract.dialect
    found = next(csv.reader([header], delimiter=dialect.delimiter, quotechar=dialect.quote), [])
    if found == expected:
        return None
    remedy = f"deliver it as {contract.file.name} describes"
    missing = [name for name in expected if name not in found]
    surplus = [name for name in found if name not in expected]
    if missing:
        return f"its header lacks {', '.join(missing)}; {remedy}"
    if surplus:
        return f"its header has {', '.join(map(repr, surplus))} too many; {remedy}"
    return f"its header is {','.join(found)} instead of {','.join(expected)}; {remedy}"
