"""The profile of a file of any format, by its suffix.

On top of profile, for the command.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from warehouse.source.profile import Profile, profile_file, without


def profile_any(path: Path, key: Sequence[str], date_order: str, *, without_key: bool = False) -> Profile:
    """What the file is. Errors: UsageProblem."""
    found = profile_file(path, key, date_order)
    return replace(without(found), notes=found.notes) if without_key else found
