"""Reads the scripts to deploy and refuses what is ambiguous before anything runs.

After environment. `migrations/V0001__name.sql` runs once, `U0001__name.sql` takes it back;
`database/<schema>/<kind>/<name>.sql` holds one view, function, procedure, trigger, synonym or type and is
deployed whenever it changes. Tables, sequences and partitions under `database/` describe the present shape
for readers; the migrations make it.
"""

from __future__ import annotations

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
    """A script that runs once. `file` is the path for messages, `content_hash` survives reformatting.

    `text` holds its tokens still; `is_here` tells whether it is meant for this environment.
    """

    version: int
    name: str
    file: str
    text: str = field(repr=False)
    content_hash: bytes = field(repr=False)
    transactional: bool
    is_here: bool = True


@dataclass(frozen=True)
class ObjectScript:
    """A script that defines one object; its tokens are replaced."""

    name: ObjectName
    kind: str
    file: str
    text: str = field(repr=False)
    content_hash: bytes = field(repr=False)

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
    for path in sorted((project / "migrations").glob("*.sql")):
        script = _versioned(path, project, environment, letter)
        if script is None:
            continue
        if script.version in scripts:
            raise MigrationProblem(
                f"{script.file}: version {script.version} is also {scripts[script.version].file}; "
                "give the newer one the next free number"
            )
        scripts[script.version] = script
    return [scripts[version] for version in sorted(scripts)]


def _versioned(path: Path, project: Path, environment: Environment, letter: str) -> VersionedScript | None:
    file = path.relative_to(project).as_posix()
    match = _NAME.fullmatch(path.name)
    if match is None:
        raise MigrationProblem(
            f"{file}: the name must be like V0001__create_schemas.sql (U… to undo it); rename it"
        )
    if match["letter"] != letter:
        return None
    text = read_script(path, file)
    return VersionedScript(
        int(match["version"]),
        match["name"],
        file,
        text,
        content_hash(text),
        transactional=not _NO_TRANSACTION.search(text),
        is_here=_is_here(text, environment),
    )


def _is_here(text: str, environment: Environment) -> bool:
    """Whether a script is for the environment: `-- migrate: only in dev, test` names those it is for."""
    match = _ONLY_IN.search(text)
    return match is None or environment.name in [name.strip() for name in match["names"].split(",")]


def object_scripts(project: Path, environment: Environment = NOWHERE) -> list[ObjectScript]:
    """The objects of `database/` for the environment, by kind and path. Errors: MigrationProblem when a file
    defines another object."""
    found: dict[tuple[str, str], ObjectScript] = {}
    for path in _object_paths(project / "database"):
        file = path.relative_to(project).as_posix()
        text = read_script(path, file)
        if not _is_here(text, environment):
            continue
        script = _object(path, file, render(text, environment, file))
        if script.name.key in found:
            raise MigrationProblem(
                f"{file}: {script.name} is also defined by {found[script.name.key].file}; rename one of them"
            )
        found[script.name.key] = script
    return list(found.values())


def _object_paths(folder: Path) -> Iterator[Path]:
    for kind in REPEATABLE_FOLDERS:
        yield from sorted(folder.glob(f"*/{kind}/*.sql"))


def _object(path: Path, file: str, text: str) -> ObjectScript:
    expected = ObjectName(path.parents[1].name, path.stem)
    kind = REPEATABLE_FOLDERS[path.parent.name]
    try:
        found = definition(text)
    except TokenError as error:
        raise MigrationProblem(f"{file}, line {error.line}: {error}; correct the file") from error
    if found is None or (found.kind, found.name.key) != (kind, expected.key):
        actual = f"{found.kind} {found.name}" if found else f"no {kind}"
        raise MigrationProblem(f"{file}: defines {actual}, not {kind} {expected}; move or rename one of them")
    if not found.or_alter and kind not in REPLACED_KINDS:
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
