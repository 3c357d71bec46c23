"""Writes the next migration's file.

Beside files; touches no database.
"""

from __future__ import annotations

import re
from pathlib import Path

from warehouse.errors import UsageProblem
from warehouse.migrations.files import versioned_scripts

_VERSIONED = "-- What this changes and why.\n{header}\nGO\n"
_UNDO = "-- Takes back V{version:04d}__{name}.sql.\n\nGO\n"


def new_migration(project: Path, name: str, *, undo: bool = False, transactional: bool = True) -> list[str]:
    """Create V<next>__<name>.sql, with `undo` also its U… script; their paths in the project.

    Errors: UsageProblem for a name that is none; MigrationProblem for files that are ambiguous already.
    """
    words = re.sub(r"[\s-]+", "_", name.strip()).lower()
    if not re.fullmatch(r"\w{1,150}", words):
        raise UsageProblem(
            f"'{name}' is no name for a migration; use letters, digits and _, as in add_stores"
        )
    version = max((script.version for script in versioned_scripts(project)), default=0) + 1
    header = "" if transactional else "-- migrate: no-transaction\n"
    texts = {f"V{version:04d}__{words}.sql": _VERSIONED.format(header=header)}
    if undo:
        texts[f"U{version:04d}__{words}.sql"] = _UNDO.format(version=version, name=words)
    for file, text in texts.items():
        with (project / "migrations" / file).open("x", encoding="utf-8", newline="\n") as target:
            target.write(text)
    return [f"migrations/{file}" for file in texts]
