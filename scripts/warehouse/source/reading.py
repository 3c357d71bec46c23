"""The profile of a file of any format, by its suffix.

On top of profile and jsonlines, for the command.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from warehouse.intake.archives import plain_names
from warehouse.source.jsonlines import profile_lines
from warehouse.source.profile import Profile, profile_file, without

_JSON: Final = (".jsonl", ".ndjson")


def profile_any(
    path: Path, key: Sequence[str], date_order: str, *, sheet: str = "", without_key: bool = False
) -> Profile:
    """What the file is. Errors: UsageProblem."""
    is_json = Path(plain_names(path)[0]).suffix.lower() in _JSON
    found = profile_lines(path, key, date_order) if is_json else profile_file(path, key, date_order, sheet)
    return without(found) if without_key else found
