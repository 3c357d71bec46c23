"""Fetches an entity's files from a folder on object storage, or anything else that fsspec has a URL for.

Beside rest. A file is fetched once, and again when its size or what the storage says of it has changed.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import fsspec

from warehouse.contracts import Contract
from warehouse.errors import UsageProblem
from warehouse.intake.archives import plain_names
from warehouse.source.pull_state import read_state, write_state

_MARKS = ("ETag", "etag", "md5", "md5Hash", "mtime", "LastModified", "last_modified", "created")


def pull_files(contract: Contract, landing: Path, home: Path, report: Callable[[str], None]) -> list[Path]:
    """Copy what is new or changed into the landing folder; the copies, by name.

    Errors: UsageProblem for a folder that cannot be read; OSError.
    """
    try:
        storage, folder = fsspec.core.url_to_fs(contract.location)
        listed = storage.ls(folder, detail=True, refresh=True)
    except (OSError, ValueError, ImportError) as error:
        said = " ".join(str(error).split())
        raise UsageProblem(
            f"{contract.location}: cannot be read ({said}); correct servers in {contract.file.name}"
        ) from error
    state = read_state(home, contract)
    known = dict(state.get("files", {}))
    target_folder = landing / contract.source / contract.entity
    target_folder.mkdir(parents=True, exist_ok=True)
    copies = []
    for entry in sorted(listed, key=lambda one: str(one["name"])):
        name = PurePosixPath(str(entry["name"])).name
        if entry["type"] != "file" or not _is_wanted(contract, name) or known.get(name) == _mark(entry):
            continue
        report(name)
        part = target_folder / f".{name}.part"
        with storage.open(entry["name"], "rb") as source, part.open("wb") as copy:
            shutil.copyfileobj(source, copy)
        part.replace(target_folder / name)
        known[name] = _mark(entry)
        write_state(home, contract, {**state, "files": known})
        copies.append(target_folder / name)
    return copies


def _is_wanted(contract: Contract, name: str) -> bool:
    pattern = contract.dialect.file_pattern
    return not name.startswith(".") and any(Path(plain).match(pattern) for plain in plain_names(Path(name)))


def _mark(entry: Mapping[str, Any]) -> str:
    """What changes when the file does, as far as the storage tells."""
    return " ".join([str(entry.get("size")), *(str(entry[name]) for name in _MARKS if entry.get(name))])
