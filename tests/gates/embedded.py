"""The T-SQL that stands in Python: constants of modules in scripts/warehouse, as whole batches.

After tools; Microsoft's parser and model judge it like the .sql files. A constant counts when it is assigned
at the top of a module, begins with a word of T-SQL in capitals, holds a semicolon and no {place} to fill in.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

from tsql.tokens import Kind, tokenize

_PLACE: Final = re.compile(r"\{\w+\}")
_BEGINS: Final = re.compile(r"\s*(BEGIN|DECLARE|DELETE|EXEC|IF|INSERT|MERGE|SELECT|SET|UPDATE|WITH)\b")


@dataclass(frozen=True)
class EmbeddedBatch:
    """`name` is the constant's; `line` is where its text begins."""

    path: str
    name: str
    line: int
    text: str

    @property
    def as_procedure(self) -> str:
        """The batch as the body of a procedure, every variable that it does not declare a parameter."""
        tokens = tokenize(self.text)
        used = {token.text for token in tokens if token.kind is Kind.VARIABLE and token.text[:2] != "@@"}
        declared = {token.text for before, token in pairwise(tokens) if before.upper == "DECLARE"}
        parameters = ", ".join(f"{name} sql_variant" for name in sorted(used - declared))
        return f"CREATE PROCEDURE [python].[{self.path} {self.name}] {parameters} AS\n{self.text}"


def embedded_batches(root: Path) -> Iterator[EmbeddedBatch]:
    """Every constant below scripts/warehouse that is T-SQL; the driver's %s stands for NULL here."""
    for file in sorted((root / "scripts" / "warehouse").rglob("*.py")):
        for statement in ast.parse(file.read_text(encoding="utf-8")).body:
            match statement:
                case (
                    ast.AnnAssign(target=ast.Name(id=name), value=ast.Constant(value=str(text)) as constant)
                    | ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str(text)) as constant)
                ) if _BEGINS.match(text) and ";" in text and not _PLACE.search(text):
                    path = file.relative_to(root).as_posix()
                    yield EmbeddedBatch(path, name, constant.lineno, text.replace("%s", "NULL"))
