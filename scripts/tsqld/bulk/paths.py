"""Which file a path in T-SQL means.

Place in the pipeline: first of all, for data files and format files. SQL Server on Linux knows its root as
`C:\\`, so a script written on Windows finds its files when they lie under the same folders; on such a path,
as on Windows, the case of letters does not matter. Any other path means what Linux makes of it.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

_DRIVE: Final = re.compile(r"[A-Za-z]:[\\/]+")


def local(path: str) -> str:
    """`path` as Linux writes it; as it is where nothing is there, for the error message to show."""
    drive = _DRIVE.match(path)
    if drive is None or Path(path).exists():
        return path
    found = Path("/")
    for part in re.split(r"[\\/]+", path[drive.end() :]):
        following = _child(found, part)
        if following is None:
            return path
        found = following
    return str(found)


def _child(folder: Path, name: str) -> Path | None:
    """What `folder` calls by this name: in these very letters, or alone in other ones."""
    if (folder / name).exists():
        return folder / name
    try:
        alike = [child for child in folder.iterdir() if child.name.lower() == name.lower()]
    except OSError:
        return None
    return alike[0] if len(alike) == 1 else None
