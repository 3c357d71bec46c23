"""Reads the scripts to deploy and refuses what is ambiguous before anything runs.

After environment. `migrations/V0001__name.sql` runs once, `U0001__name.sql` takes it back;
`database/<schema>/<kind>/<name>.sql` holds one view, function, procedure, trigger, synonym or type and is
deployed whenever it changes. Tables, sequences and partitions under `database/` describe the present shape
for readers; the migrations make it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final

from tsql.names import ObjectName
from tsql.normalise import content_hash
from tsql.references import definition, references
from tsql.tokens import TokenError
from warehouse.errors import MigrationProblem
from warehouse.migrations.environment import NOWHERE, Environment, read_environment, render

_NAME: Final = re.compile(r"(?P<letter>[VU])(?P<version>\d{1,9})__(?P<name>\w+)\.sql")
_NO_TRANSACTION: Final = re.compile(r"^\s*--\s*migrate:\s*no-transaction\s*$", re.IGNORECASE | re.MULTILINE)
_ONLY_IN: Final = re.compile(
    r"^\s*--\s*migrate:\s*only\s+in\s+(?P<names>.+?)\s*$", re.IGNORECASE | re.MULTILINE
)
REPEATABLE_FOLDERS: Final = {
    "types": "type",
    "synonyms": "synonym",
    "functions": "function",
    "views": "view",
    "procedures": "procedure",
    "triggers": "trigger",
}
REPLACED_KINDS: Final = frozenset({"type", "synonym"})  # T-SQL cannot alter them


@dataclass(frozen=True)
class VersionedScript:
    """A script that runs once. `file` is the path for messages.

    `text` holds its tokens still; `is_here` tells whether it is meant for this environment.
    """

    version: int
    name: str
    file: str
    text: str = field(repr=False)
    transactional: bool
    is_here: bool = True

    @cached_property
    def text_hash(self) -> bytes:
        """Of the text as it is: where it is known already, the text needs not be read as T-SQL."""
        return text_hash(self.text)

    @cached_property
    def content_hash(self) -> bytes:
        """Of the text as T-SQL, which survives reformatting."""
        return content_hash(self.text)


@dataclass(frozen=True)
class ObjectScript:
    """A script that should define the object its path names; `source` has its tokens replaced."""

    name: ObjectName
    kind: str
    file: str
    source: str = field(repr=False)

    @cached_property
    def text_hash(self) -> bytes:
        """Of the text as it is: where it is known already, the text needs not be read as T-SQL."""
        return text_hash(self.source)

    @cached_property
    def text(self) -> str:
        """What to run: CREATE OR ALTER where T-SQL has it. Errors: MigrationProblem when the text defines
        another object or none."""
        try:
            found = definition(self.source)
        except TokenError as error:
            raise MigrationProblem(f"{self.file}, line {error.line}: {error}; correct the file") from error
        if found is None or (found.kind, found.name.key) != (self.kind, self.name.key):
            actual = f"{found.kind} {found.name}" if found else f"no {self.kind}"
            raise MigrationProblem(
                f"{self.file}: defines {actual}, not {self.kind} {self.name}; move or rename one of them"
            )
        if found.or_alter or self.is_replaced:
            return self.source
        return self.source[: found.create_end] + " OR ALTER" + self.source[found.create_end :]

    @cached_property
    def content_hash(self) -> bytes:
        """Of the text as T-SQL, which survives reformatting. Errors: as `text`."""
        return content_hash(self.text)

    @property
    def references(self) -> frozenset[tuple[str, str]]:
        """What the text mentions: computed when asked for, as only what is deployed needs an order."""
        return references(self.text)

    @property
    def is_replaced(self) -> bool:
        """Whether it is dropped before it is made anew."""
        return self.kind in REPLACED_KINDS


@dataclass(frozen=True)
class Project:
    """All scripts of a project folder, for one environment."""

    folder: Path
    environment: Environment
    versioned: tuple[VersionedScript, ...]
    undo: Mapping[int, VersionedScript]
    objects: tuple[ObjectScript, ...]

    def rendered(self, script: VersionedScript) -> str:
        """The text to run. Errors: MigrationProblem for a token without a value."""
        return render(script.text, self.environment, script.file)

    @cached_property
    def schemas(self) -> frozenset[str]:
        """The lower-case names of the schemas that database/ describes."""
        return frozenset(path.name.lower() for path in (self.folder / "database").glob("*") if path.is_dir())


def read_project(folder: Path, environment_name: str | None = None) -> Project:
    """Everything there is to deploy. Errors: MigrationProblem for what is ambiguous, UsageProblem."""
    environment = read_environment(folder, environment_name)
    return Project(
        folder,
        environment,
        tuple(versioned_scripts(folder, environment)),
        {script.version: script for script in versioned_scripts(folder, environment, "U")},
        tuple(object_scripts(folder, environment)),
    )


def versioned_scripts(
    project: Path, environment: Environment = NOWHERE, letter: str = "V"
) -> list[VersionedScript]:
    """The V or U scripts of `migrations/` by version. Errors: MigrationProblem for a wrong name or a version
    twice."""
    scripts: dict[int, VersionedScript] = {}
    folder = project / "migrations"
    for name in sorted(path.name for path in folder.iterdir() if path.suffix == ".sql"):
        file = f"migrations/{name}"
        match = _NAME.fullmatch(name)
        if match is None:
            raise MigrationProblem(
                f"{file}: the name must be like V0001__create_schemas.sql (U… to undo it); rename it"
            )
        if match["letter"] != letter:
            continue
        version = int(match["version"])
        if version in scripts:
            raise MigrationProblem(
                f"{file}: version {version} is also {scripts[version].file}; "
                "give the newer one the next free number"
            )
        scripts[version] = _versioned(folder / name, file, version, match["name"], environment)
    return [scripts[version] for version in sorted(scripts)]


def _versioned(path: Path, file: str, version: int, name: str, environment: Environment) -> VersionedScript:
    text = read_script(path, file)
    return VersionedScript(
        version,
        name,
        file,
        text,
        transactional=not _NO_TRANSACTION.search(text),
        is_here=_is_here(text, environment),
    )


def _is_here(text: str, environment: Environment) -> bool:
    """Whether a script is for the environment: `-- migrate: only in dev, test` names those it is for."""
    match = _ONLY_IN.search(text)
    return match is None or environment.name in [name.strip() for name in match["names"].split(",")]


def object_scripts(project: Path, environment: Environment = NOWHERE) -> list[ObjectScript]:
    """The objects of `database/` for the environment, by kind and path. Errors: MigrationProblem when two
    files name the same object."""
    found: dict[tuple[str, str], ObjectScript] = {}
    for path in _object_paths(project / "database"):
        file = path.relative_to(project).as_posix()
        text = read_script(path, file)
        if not _is_here(text, environment):
            continue
        name, kind = ObjectName(path.parents[1].name, path.stem), REPEATABLE_FOLDERS[path.parent.name]
        if name.key in found:
            raise MigrationProblem(
                f"{file}: {name} is also defined by {found[name.key].file}; rename one of them"
            )
        found[name.key] = ObjectScript(name, kind, file, render(text, environment, file))
    return list(found.values())


def _object_paths(folder: Path) -> Iterator[Path]:
    for kind in REPEATABLE_FOLDERS:
        yield from sorted(folder.glob(f"*/{kind}/*.sql"))


def text_hash(text: str) -> bytes:
    """SHA-256 of a text as it is."""
    return hashlib.sha256(text.encode("utf-8")).digest()


def read_script(path: Path, file: str) -> str:
    """The text of a UTF-8 file, byte order mark aside. Errors: MigrationProblem when it cannot be read."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise MigrationProblem(f"{file}: not UTF-8 at byte {error.start}; save it as UTF-8") from error
    except OSError as error:
        raise MigrationProblem(f"{file}: cannot be read ({error.strerror}); check its permissions") from error
