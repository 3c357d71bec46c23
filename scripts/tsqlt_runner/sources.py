"""Test files as text: which classes and tests they define, and on which lines.

Pure; after tsql. A file defines one or more test classes: batches separated by GO, of which
`EXEC tSQLt.NewTestClass 'name'` makes a class and `CREATE PROCEDURE name.[test …]` a test of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tsql.batches import Batch, split_batches
from tsql.names import ObjectName
from tsql.references import definition
from tsql.tokens import Kind, TokenError, tokenize
from tsqlt_runner.errors import CannotRun


@dataclass(frozen=True, slots=True)
class SqlTest:
    """A test: the procedure's name, the file it is written in, and the line its batch begins on."""

    name: ObjectName
    path: Path
    line: int

    @property
    def identifier(self) -> str:
        """`path::[class].[test]`, as reports name it and `-k` searches it."""
        return f"{self.path}::{self.name}"


@dataclass(frozen=True, slots=True)
class SqlFile:
    """A file of tests. `modules` are the lines on which batches begin that define anything, by name."""

    path: Path
    batches: tuple[Batch, ...]
    classes: tuple[str, ...]
    tests: tuple[SqlTest, ...]
    modules: tuple[tuple[ObjectName, int], ...]
    content_hash: str


def find_files(paths: Iterable[Path], root: Path) -> list[Path]:
    """The .sql files that paths name or hold, in order, relative to `root` where they lie in it.

    Errors: CannotRun for a path that does not exist.
    """
    found: dict[Path, None] = {}
    for path in paths:
        if not path.exists():
            raise CannotRun(f"{path}: no such file or folder")
        for file in sorted(path.rglob("*.sql")) if path.is_dir() else [path]:
            absolute = file.resolve()
            found[absolute.relative_to(root) if absolute.is_relative_to(root) else absolute] = None
    return list(found)


def read_file(path: Path, root: Path) -> SqlFile:
    """Read a test file. Errors: CannotRun for text that cannot be read or split."""
    try:
        text = (root / path).read_text(encoding="utf-8-sig")
        batches = split_batches(text)
    except TokenError as problem:
        raise CannotRun(f"{path}:{problem.line}: {problem}") from None
    except (OSError, UnicodeDecodeError) as problem:
        raise CannotRun(f"{path}: cannot be read as UTF-8: {problem}") from None
    modules = [(found, batch.line) for batch in batches if (found := _module(batch)) is not None]
    classes = tuple(name for batch in batches for name in _classes(batch))
    known = {name.lower() for name in classes}
    tests = tuple(
        SqlTest(name, path, line)
        for name, line in modules
        if name.schema.lower() in known and name.name.lower().startswith("test")
    )
    digest = hashlib.sha256(text.encode("utf-8")).hexdigest()
    return SqlFile(path, tuple(batches), classes, tests, tuple(modules), digest)


def _module(batch: Batch) -> ObjectName | None:
    found = definition(batch.text)
    return found.name if found is not None else None


def _classes(batch: Batch) -> Iterator[str]:
    """The names that a batch gives to NewTestClass."""
    tokens = tokenize(batch.text)
    for index, token in enumerate(tokens):
        if token.value.lower() == "newtestclass":
            name = next(
                (t for t in tokens[index + 1 : index + 5] if t.kind in (Kind.STRING, Kind.NSTRING)), None
            )
            if name is not None:
                bare = name.value
                yield bare[1:-1].replace("]]", "]") if bare.startswith("[") else bare


def check_classes(files: Iterable[SqlFile]) -> None:
    """Errors: CannotRun when two files make the same class, for the second would drop the first's tests."""
    seen: dict[str, Path] = {}
    for file in files:
        for name in file.classes:
            other = seen.setdefault(name.lower(), file.path)
            if other != file.path:
                raise CannotRun(
                    f"{file.path}: the test class {name} is made in {other} too; give it another name"
                )
