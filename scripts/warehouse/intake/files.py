"""What lies in the landing folder: each file's hash, form, header and records, and whether it can be loaded.

After headers, before staging. A file is read as a stream: once for its hash, by which the server knows
whether it is new; a new one then for its records, and once more where it must be made UTF-8 to count them.
What is wrong with a whole file is said here, in one line: a file found in the folder is then refused and
recorded, one named on the command line ends the command before anything runs.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from warehouse.contracts import Contract
from warehouse.errors import UsageProblem
from warehouse.intake.archives import BrokenArchive, compression_of, opened, plain_names
from warehouse.intake.encodings import CHUNK, Detector, Encoding
from warehouse.intake.headers import LONGEST, LONGEST_KEPT, Header, Refusal, judge
from warehouse.intake.quoting import plain_text, quoting_of, text_lines
from warehouse.intake.records import RecordCounter
from warehouse.intake.shapes import Span, count_lines, read_shaped

# A record that warehouse quarantine replay delivered again, whatever the entity's files are called.
_CORRECTED: Final = re.compile(r"quarantine_\d+\.(csv|jsonl)")
_EMPTY: Final = Refusal("no_header", "is empty; its first line must be the header")


class PlanError(UsageProblem):
    """The plan cannot be made as asked; the line names file, problem and remedy."""


@dataclass(frozen=True, slots=True)
class Content:
    """What was found in a file. `records` does not count the header and counts `blank` ones.

    `is_broken` says that some of it is no text: broken bytes or NUL. `span` says which of its lines are
    records,
    where titles, a header of two lines or a footer may be among them; None where all but the first are.
    """

    encoding: Encoding
    is_broken: bool
    header: Header
    first_line: str
    records: int
    blank: int
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Delivered:
    """A file as it lies there, of which nothing but its hash was asked.

    `relative` is its path below the landing folder with /, `sha256` hexadecimal, of the file as delivered.
    `refusal` is there where the file cannot be read.
    """

    contract: Contract
    path: Path
    relative: str
    sha256: str = ""
    size: int = 0
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class LandingFile:
    """A file that was looked into.

    `relative` is its path below the landing folder with /, `sha256` hexadecimal, of the file as delivered;
    `business_date` (yyyy-mm-dd) and `revision` are what its name says, None and 0 where it says nothing.
    `records` does not count the header and counts `blank` ones. `refusal` says why it must not be loaded;
    None for a file that may, and only that has a `content`.
    """

    contract: Contract
    path: Path
    relative: str
    sha256: str
    size: int
    compression: str | None
    business_date: str | None
    revision: int
    records: int
    blank: int
    first_line: str | None
    content: Content | None
    refusal: Refusal | None

    @property
    def notice(self) -> str | None:
        """What somebody should know of a file that is loaded all the same, or None."""
        if self.content is None:
            return None
        said = []
        if self.content.header.added:
            names = ", ".join(map(repr, self.content.header.added))
            said.append(f"has columns that {self.contract.file.name} does not: {names}; raw_text keeps them")
        name, wanted = self.content.encoding.name, self.contract.dialect.encoding
        if name == "cp1252" and wanted == "utf-8":
            said.append("is not UTF-8 and was read as Windows-1252")
        elif name == "utf-8" and not self.content.encoding.is_ascii and wanted not in ("utf-8", "utf-16"):
            said.append(f"is UTF-8 and was read so, not as {wanted}")
        own = self.contract.dialect.delimiter
        if self.content.header.delimiter != own:
            said.append(f"has {self.content.header.delimiter!r} between fields and was read so, not {own!r}")
        return "; ".join(said) or None

    @property
    def is_staged(self) -> bool:
        """Whether the server reads a copy, since it cannot read the file as it is."""
        return self.content is not None and (
            self.compression is not None
            or not self.content.encoding.is_clean
            or not quoting_of(self.contract).is_plain
        )

    @property
    def is_plain(self) -> bool:
        """Whether BULK INSERT may take its records by position: all as the contract says, none blank."""
        if self.content is None:
            return False
        header = self.content.header
        expected = tuple(column.name for column in self.contract.columns)
        as_described = (header.delimiter, header.columns) == (self.contract.dialect.delimiter, expected)
        is_csv = self.contract.dialect.form != "jsonl" and self.content.span is None
        return is_csv and as_described and not self.content.blank and not self.content.is_broken


def find_files(
    contracts: Sequence[Contract], landing: Path, named: Sequence[Path] | None = None
) -> list[LandingFile]:
    """The files of all contracts in the landing folder, or the named ones only.

    Errors: PlanError for a named file that cannot be loaded.
    """
    if named is None:
        return [look_into(file) for contract in contracts for file in landing_files(contract, landing)]
    return sorted((named_file(contracts, landing, path) for path in named), key=lambda file: file.relative)


def landing_files(contract: Contract, landing: Path) -> list[Delivered]:
    """An entity's files in the landing folder, by name; dot files are someone's work in progress."""
    folder = landing / contract.source / contract.entity
    pattern = contract.dialect.file_pattern
    found = sorted(
        path
        for path in (folder.iterdir() if folder.is_dir() else ())
        if not path.name.startswith(".")
        and (any(_matches(name, pattern) for name in plain_names(path)) or _CORRECTED.fullmatch(path.name))
    )
    return [delivered(contract, landing, path) for path in found if not path.is_dir()]


def _matches(name: str, pattern: str) -> bool:
    """In upper or lower case: DATA.CSV is a *.csv."""
    return Path(name.lower()).match(pattern.lower())


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
        raise PlanError(f"{path}: {file.refusal.reason}")
    return file


def inspect(contract: Contract, landing: Path, path: Path) -> LandingFile:
    """Read a file and judge it by its contract."""
    return look_into(delivered(contract, landing, path))


def delivered(contract: Contract, landing: Path, path: Path) -> Delivered:
    """Read a file for its hash alone."""
    if _CORRECTED.fullmatch(path.name):
        contract = replace(contract, dialect=contract.dialect.corrected)
    relative = path.absolute().relative_to(landing.absolute()).as_posix()
    try:
        sha256, size = _fingerprint(path)
    except OSError as error:
        return Delivered(contract, path, relative, refusal=_unreadable(error))
    return Delivered(contract, path, relative, sha256, size)


def look_into(file: Delivered) -> LandingFile:
    """Read a file's content and judge it by its contract."""
    contract, path = file.contract, file.path
    found: Content | None = None
    refusal = file.refusal
    try:
        if refusal is None:
            found = _content(contract, path)
            refusal = found.header.refusal if found else _EMPTY
    except OSError as error:
        refusal = _unreadable(error)
    except BrokenArchive as error:
        refusal = Refusal("broken_archive", str(error))
    business_date, revision = _named(contract, path.name)
    return LandingFile(
        contract=contract,
        path=path,
        relative=file.relative,
        sha256=file.sha256,
        size=file.size,
        compression=compression_of(path),
        business_date=business_date,
        revision=revision,
        records=found.records if found else 0,
        blank=found.blank if found else 0,
        first_line=(found.first_line[:LONGEST_KEPT] or None) if found else None,
        content=found if refusal is None else None,
        refusal=refusal,
    )


def _unreadable(error: OSError) -> Refusal:
    return Refusal("unreadable", f"cannot be read ({error.strerror or error}); check its permissions")


def _contract_of(contracts: Sequence[Contract], landing: Path, path: Path) -> Contract:
    folder = path.absolute().parent
    for contract in contracts:
        if folder == (landing / contract.source / contract.entity).absolute():
            return contract
    known = ", ".join(f"{contract.source}/{contract.entity}" for contract in contracts)
    raise PlanError(
        f"{path}: does not lie in a folder of {landing} that has a contract; move it to one of {known}"
    )


def _fingerprint(path: Path) -> tuple[str, int]:
    """SHA-256 and size of the file as delivered."""
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256")
        return digest.hexdigest(), stream.tell()


def _content(contract: Contract, path: Path) -> Content | None:
    """What is in the file; None when that is nothing."""
    if contract.dialect.form == "jsonl" or not contract.dialect.is_plain:
        return _shaped_content(contract, path)

    def delimiter_of(header: bytes) -> str:
        return judge(contract, _first_line(header)).delimiter

    quoting = quoting_of(contract)
    detector, counter = Detector(contract.dialect.encoding), RecordCounter(delimiter_of)
    with opened(path, contract.dialect.sheet) as stream:
        while chunk := stream.read(CHUNK):
            detector.feed(chunk)
            counter.feed(chunk)
    counter.finish()
    encoding = detector.finish()
    if not encoding.is_clean or not quoting.is_plain:
        counter = RecordCounter(delimiter_of)
        with opened(path, contract.dialect.sheet) as stream:
            for chunk in plain_text(stream, encoding, contract):
                counter.feed(chunk)
        counter.finish()
    if counter.header is None:
        return None
    line = _first_line(counter.header)
    header = judge(contract, line)
    if header.refusal and header.refusal.rule == "open_quote":
        # A name in the header may hold a line end.
        shaped = _shaped_content(contract, path)
        if shaped and shaped.header.refusal is None:
            return shaped
    return Content(encoding, counter.is_broken, header, line, counter.records, counter.blank)


def _first_line(header: bytes) -> str:
    line = header.removesuffix(b"\r")[: 4 * LONGEST + 4]
    return line.decode("utf-8", "replace").removeprefix("\ufeff")


def _shaped_content(contract: Contract, path: Path) -> Content | None:
    """What is in a file that is no plain CSV: lines of JSON, or records among titles and footers."""
    detector = Detector(contract.dialect.encoding)
    with opened(path, contract.dialect.sheet) as stream:
        while chunk := stream.read(CHUNK):
            detector.feed(chunk)
    encoding = detector.finish()
    with opened(path, contract.dialect.sheet) as stream:
        lines = text_lines(plain_text(stream, encoding, contract))
        if contract.dialect.form == "jsonl":
            records, blank = count_lines(lines)
            if not records:
                return None
            return Content(encoding, False, Header(contract.dialect.delimiter), "", records, blank)
        found = read_shaped(contract, lines)
    if found is None:
        return None
    text = found.span.other_text
    return Content(
        encoding, not encoding.is_clean, found.header, text, found.records, found.blank, found.span
    )


def _named(contract: Contract, name: str) -> tuple[str | None, int]:
    """The date of business and the revision in a file's name."""
    found = re.search(contract.dialect.name_pattern, name) if contract.dialect.name_pattern else None
    if found is None:
        return None, 0
    return found["date"], int(found.groupdict().get("revision") or 0)
