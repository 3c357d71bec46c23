"""A .sql file as the rules see it, and what a rule is.

First in the package: subject → shape, tables, statements, procedures, project → rules. Rules read tokens, so
that text in strings and comments is never taken for code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

from tsql.batches import Batch, split_batches
from tsql.tokens import Kind, Token, tokenize

CODE_KINDS = ("procedures", "functions", "views")


@dataclass(frozen=True, order=True)
class Fault:
    """What is wrong, and where: path from the checkout, line from 1."""

    path: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text}"


@dataclass(frozen=True)
class SqlFile:
    """A file of database/ or migrations/; `path` is relative to the checkout."""

    path: str
    text: str

    @cached_property
    def parts(self) -> tuple[str, ...]:
        return PurePosixPath(self.path).parts

    @property
    def is_object(self) -> bool:
        """Whether it stands in database/, which has one object a file."""
        return self.parts[0] == "database"

    @property
    def schema(self) -> str:
        return self.parts[1] if self.is_object else ""

    @property
    def kind(self) -> str:
        """The folder: tables, procedures, …"""
        return self.parts[2] if self.is_object and len(self.parts) == 4 else ""

    @property
    def stem(self) -> str:
        return PurePosixPath(self.path).stem

    @property
    def name(self) -> str:
        return f"{self.schema}.{self.stem}"

    @property
    def is_leaf(self) -> bool:
        """Whether it is a procedure that loads a table."""
        return self.kind == "procedures" and self.stem.startswith(("load_", "refresh_"))

    @cached_property
    def header(self) -> tuple[str, ...]:
        """The comment lines that it begins with."""
        lines: list[str] = []
        for line in self.text.splitlines():
            if not line.startswith("--"):
                break
            lines.append(line)
        return tuple(lines)

    @cached_property
    def code(self) -> str:
        """The text without its header."""
        return "\n".join(self.text.splitlines()[len(self.header) :])

    @cached_property
    def tokens(self) -> list[Token]:
        return tokenize(self.text)

    @cached_property
    def batches(self) -> list[Batch]:
        return split_batches(self.text)

    def at(self, index: int) -> Token:
        """The token at `index`, the last one (END) behind them all."""
        return self.tokens[min(index, len(self.tokens) - 1)]

    def words(self, index: int, count: int) -> list[str]:
        """The upper-case text of `count` tokens from `index`."""
        return [self.at(place).upper for place in range(index, index + count)]

    def find(self, *words: str) -> Iterator[int]:
        """Where these words stand beside each other."""
        for index in range(len(self.tokens)):
            if self.tokens[index].upper == words[0] and self.words(index, len(words)) == list(words):
                yield index

    def fault(self, text: str, line: int = 1) -> Fault:
        return Fault(self.path, line, text)

    def dotted(self, index: int) -> tuple[str, int]:
        """The name with its dots that begins at `index`, and the index behind it."""
        name = self.at(index).value
        while self.at(index + 1).text == "." and self.at(index + 2).kind in (Kind.NAME, Kind.QUOTED):
            name, index = f"{name}.{self.at(index + 2).value}", index + 2
        return name, index + 1

    def items(self, opening: int) -> Iterator[list[Token]]:
        """What the commas directly inside the parenthesis at `opening` separate."""
        depth, item = 0, list[Token]()
        for token in self.tokens[opening:]:
            depth += (token.text == "(") - (token.text == ")")
            if depth == 0 or (depth == 1 and token.text == ","):
                yield item
                item = []
            elif depth > 1 or token.text != "(":
                item.append(token)
            if depth == 0:
                return


@dataclass(frozen=True)
class Tree:
    """All files of a checkout."""

    root: Path
    files: tuple[SqlFile, ...]

    @property
    def objects(self) -> Iterator[SqlFile]:
        return (file for file in self.files if file.is_object)

    @property
    def migrations(self) -> list[SqlFile]:
        return [file for file in self.files if not file.is_object]


FileRule = Callable[[SqlFile], Iterator[Fault]]
TreeRule = Callable[[Tree], Iterator[Fault]]


def read_tree(root: Path) -> Tree:
    """The .sql files of database/ and migrations/ below `root`."""
    paths = sorted([*(root / "database").rglob("*.sql"), *(root / "migrations").glob("*.sql")])
    read = (SqlFile(path.relative_to(root).as_posix(), path.read_text(encoding="utf-8")) for path in paths)
    return Tree(root, tuple(read))
