"""Reads the scripts to deploy and refuses what is ambiguous before anything runs.

First in the package. `migrations/V0001__name.sql` runs once; `database/<schema>/<kind>/<name>.sql` holds one
view, function or procedure each and is deployed whenever it changes. Tables and sequences under `database/`
describe the present shape for readers; the migrations make it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tsql.names import ObjectName
from tsql.normalise import content_hash
from tsql.references import definition, references
from tsql.tokens import TokenError
from warehouse.errors import MigrationProblem

_VERSIONED: Final = re.compile(r"V(?P<version>\d+)__(?P<name>\w+)\.sql")
_NO_TRANSACTION: Final = re.compile(r"^\s*--\s*migrate:\s*no-transaction\s*$", re.IGNORECASE | re.MULTILINE)
REPEATABLE_FOLDERS: Final = {"functions": "function", "views": "view", "procedures": "procedure"}


@dataclass(frozen=True)
class VersionedScript:
    """A script that runs once. `file` is the path for messages, `content_hash` survives reformatting."""

    version: int
    name: str
    file: str
    text: str = field(repr=False)
    content_hash: bytes = field(repr=False)
    transactional: bool


@dataclass(frozen=True)
class ObjectScript:
    """A script that defines one view, function or procedure; `references` as tsql.references gives them."""

    name: ObjectName
    kind: str
    file: str
    text: str = field(repr=False)
    content_hash: bytes = field(repr=False)

    @property
    def references(self) -> frozenset[tuple[str, str]]:
        """What the text mentions: computed when asked for, as only what is deployed needs an order."""
        return references(self.text)


def versioned_scripts(project: Path) -> list[VersionedScript]:
    """The scripts of `migrations/` by version. Errors: MigrationProblem for a wrong name or a version
    twice."""
    scripts: dict[int, VersionedScript] = {}
    for path in sorted((project / "migrations").glob("*.sql")):
        script = _versioned(path, project)
        if script.version in scripts:
            raise MigrationProblem(
                f"{script.file}: version {script.version} is also {scripts[script.version].file}; "
                "give the newer one the next free number"
            )
        scripts[script.version] = script
    return [scripts[version] for version in sorted(scripts)]


def _versioned(path: Path, project: Path) -> VersionedScript:
    file = path.relative_to(project).as_posix()
    match = _VERSIONED.fullmatch(path.name)
    if match is None:
        raise MigrationProblem(f"{file}: the name must be like V0001__create_schemas.sql; rename it")
    text = read_script(path, file)
    transactional = not _NO_TRANSACTION.search(text)
    return VersionedScript(
        int(match["version"]), match["name"], file, text, content_hash(text), transactional
    )


def object_scripts(project: Path) -> list[ObjectScript]:
    """The objects of `database/`, by path. Errors: MigrationProblem when a file defines another object."""
    return [_object(path, project) for path in _object_paths(project / "database")]


def _object_paths(folder: Path) -> Iterator[Path]:
    for kind in REPEATABLE_FOLDERS:
        yield from sorted(folder.glob(f"*/{kind}/*.sql"))


def _object(path: Path, project: Path) -> ObjectScript:
    file = path.relative_to(project).as_posix()
    text = read_script(path, file)
    expected = ObjectName(path.parents[1].name, path.stem)
    kind = REPEATABLE_FOLDERS[path.parent.name]
    try:
        found = definition(text)
    except TokenError as error:
        raise MigrationProblem(f"{file}, line {error.line}: {error}; correct the file") from error
    if found is None or (found.kind, found.name.key) != (kind, expected.key):
        actual = f"{found.kind} {found.name}" if found else "no view, function or procedure"
        raise MigrationProblem(f"{file}: defines {actual}, not {kind} {expected}; move or rename one of them")
    if not found.or_alter:
        text = text[: found.create_end] + " OR ALTER" + text[found.create_end :]
    return ObjectScript(expected, kind, file, text, content_hash(text))


def read_script(path: Path, file: str) -> str:
    """The text of a UTF-8 file, byte order mark aside. Errors: MigrationProblem when it cannot be read."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise MigrationProblem(f"{file}: not UTF-8 at byte {error.start}; save it as UTF-8") from error
    except OSError as error:
        raise MigrationProblem(f"{file}: cannot be read ({error.strerror}); check its permissions") from error
