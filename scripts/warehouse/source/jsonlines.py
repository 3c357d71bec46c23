"""The profile of a file of JSON lines: what its objects hold, as columns.

Beside profile. An object inside an object gives a column per name, `$.address.city`; a list, or an object
that is one in some records only, is kept as JSON.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any, Final

from warehouse.errors import UsageProblem
from warehouse.intake.archives import BrokenArchive, opened
from warehouse.intake.encodings import CHUNK, Detector, as_utf8
from warehouse.intake.quoting import text_lines
from warehouse.source.profile import Profile, profile_columns
from warehouse.source.values import Kind

MOST: Final = 200_000
"""Records that are looked at."""
_DEEPEST: Final = 3


def profile_lines(path: Path, key: Sequence[str], date_order: str) -> Profile:
    """Look at a file of JSON lines. Errors: UsageProblem for one that is none."""
    objects = list(islice(_objects(path), MOST))
    if not objects:
        raise UsageProblem(f"{path}: is empty; name a file with an object of JSON a line")
    flat = [dict(_flat(one, "$", 0)) for one in objects]
    paths = list(dict.fromkeys(place for record in flat for place in record))
    lists = {place for record in flat for place, value in record.items() if isinstance(value, (list, dict))}
    # What is an object here and a value or a list there is kept whole.
    paths = [place for place in paths if not any(place.startswith(f"{one}.") for one in lists)]
    # What is an object in some records and null in others is no column of its own.
    empty = {place for place in paths if all(record.get(place) is None for record in flat)}
    paths = [p for p in paths if p not in empty or not any(one.startswith(f"{p}.") for one in paths)]
    cells = [[_text(record.get(place)) for record in flat] for place in paths]
    headers = [place.removeprefix("$.").replace(".", " ").replace('"', "") for place in paths]
    found = profile_columns(path, headers, range(1, len(paths) + 1), cells, key, date_order, "jsonl")
    columns = tuple(
        replace(column, json_path=place, kind=Kind("json", "string") if place in lists else column.kind)
        for column, place in zip(found.columns, paths, strict=True)
    )
    kept = tuple(one for one in found.keys if not any(paths[_place(found, name)] in lists for name in one))
    return replace(
        found, columns=columns, keys=kept, key=found.key if found.key in (*kept, tuple(found.key)) else ()
    )


def _place(profile: Profile, name: str) -> int:
    return [column.name for column in profile.columns].index(name)


def _objects(path: Path) -> Iterator[dict[str, Any]]:
    try:
        detector = Detector("utf-8")
        with opened(path) as stream:
            while chunk := stream.read(CHUNK):
                detector.feed(chunk)
        with opened(path) as stream:
            for number, line in enumerate(text_lines(as_utf8(stream, detector.finish())), start=1):
                if line.strip():
                    yield _object(path, number, line)
    except BrokenArchive as error:
        raise UsageProblem(f"{path}: {error}") from error


def _object(path: Path, number: int, line: str) -> dict[str, Any]:
    try:
        # Numbers stay as they are written.
        found = json.loads(line, parse_float=str, parse_int=str)
    except ValueError as error:
        raise UsageProblem(
            f"{path}, line {number}: is no JSON ({error}); put one object on each line"
        ) from error
    if not isinstance(found, dict):
        raise UsageProblem(f"{path}, line {number}: is no object of JSON; put one on each line")
    return found


def _flat(value: dict[str, Any], path: str, depth: int) -> Iterator[tuple[str, Any]]:
    for name, inner in value.items():
        shown = (
            name
            if name.replace("_", "").isalnum() and name.isascii() and not name[0].isdigit()
            else f'"{name}"'
        )
        place = f"{path}.{shown}"
        if isinstance(inner, dict) and inner and depth < _DEEPEST:
            yield from _flat(inner, place, depth + 1)
        else:
            yield place, inner


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
