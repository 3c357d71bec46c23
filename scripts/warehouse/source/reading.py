"""The profile of a file of any format, by its suffix.

On top of profile and jsonlines, for the command.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from warehouse.intake.archives import plain_names
from warehouse.source.jsonlines import profile_lines
from warehouse.source.profile import Asked, Profile, profile_file, without

_JSON: Final = (".jsonl", ".ndjson")


def profile_any(path: Path, asked: Asked) -> Profile:
    """What the file is. Errors: UsageProblem."""
    is_json = Path(plain_names(path)[0]).suffix.lower() in _JSON
    found = profile_lines(path, asked.key, asked.date_order) if is_json else profile_file(path, asked)
    return without(found) if asked.without_key else found
