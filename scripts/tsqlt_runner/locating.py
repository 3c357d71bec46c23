"""From names and lines as the server tells them to lines of files.

After results. A module's lines count from the batch that created it: of a test file for tests and their
helpers, of `database/<schema>/<kind>/<object>.sql` for what is under test.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Final

from tsql.batches import split_batches
from tsql.references import definition
from tsqlt_runner.results import Place, Result
from tsqlt_runner.sources import SqlFile

_AT: Final = re.compile(r"\[\d+,\d+\]\{(?P<module>.*),(?P<line>\d+)\}")
Start = tuple[Path, int]


class Locator:
    """Knows the file and first line of every module of the tests and of the project."""

    def __init__(self, files: Iterable[SqlFile], root: Path) -> None:
        self._starts: dict[tuple[str, str], Start] = {}
        for path in sorted((root / "database").glob("*/*/*.sql")):
            for batch in split_batches(path.read_text(encoding="utf-8")):
                found = definition(batch.text)
                if found is not None:
                    self._starts[found.name.key] = (path.relative_to(root), batch.line)
        for file in files:
            for name, line in file.modules:
                self._starts[name.key] = (file.path, line)

    def place(self, schema: str, name: str, line: int) -> Place:
        """A line of a module, in its file where that is known."""
        start = self._starts.get((schema.lower(), name.lower()))
        shown = f"{schema}.{name}" if schema else name
        if start is None or line < 1:
            return Place(shown, line)
        return Place(shown, start[1] + line - 1, start[0])

    def located(self, result: Result) -> Result:
        """The same result with the place that its message names, when it names one: {procedure,line}."""
        if not result.outcome.is_bad or result.stack:
            return result
        test = Place(str(result.test.name), result.test.line, result.test.path)
        named = _AT.search(result.message)
        if named is None:
            return replace(result, stack=(test,))
        module, line = named["module"], int(named["line"])
        schema, _, name = module.rpartition(".") if not module.startswith("test ") else ("", "", module)
        schema = schema or (result.test.name.schema if name.lower() == result.test.name.name.lower() else "")
        place = self.place(schema, name, line)
        if place.path == test.path and name.lower() == result.test.name.name.lower():
            return replace(result, stack=(place,))
        return replace(result, stack=(test, place))
