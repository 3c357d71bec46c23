"""Writes the copy of a delivery that the server can read: unpacked, UTF-8, without byte order mark.

Last in the package; only for files that the server cannot read as they are. Copies lie in `.staged` in the
landing folder, since that is where the server looks, and go when the run ends.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from warehouse.intake.archives import opened
from warehouse.intake.files import LandingFile
from warehouse.intake.quoting import plain_text

FOLDER: Final = ".staged"


def staged_path(file: LandingFile) -> str:
    """Where the server finds the file, relative to the landing folder, with /."""
    return f"{FOLDER}/{file.relative}.utf8" if file.is_staged else file.relative


def stage(landing: Path, file: LandingFile) -> None:
    """Write the copy; a file that needs none is left alone. Errors: OSError, such as a full disk."""
    if not file.is_staged or file.content is None:
        return
    target = landing / staged_path(file)
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.part")
    with opened(file.path, file.contract.dialect.sheet) as source, part.open("wb") as copy:
        for chunk in plain_text(source, file.content.encoding, file.contract):
            copy.write(chunk)
    part.replace(target)


def clear_staged(landing: Path, below: str = "") -> None:
    """Remove the copies, all or those of a folder such as shop/orders; no copy is no error."""
    folder = landing / FOLDER / below
    if folder.is_dir():
        shutil.rmtree(folder)
