"""`--coverage`: which statements of the procedures the tests reached.

After watching. The procedures are those of the project's schemas; a test double has an object_id of its own,
so what it runs does not count.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from tsql.statements import Place, executable_statements
from tsqlt_runner.connection import Connection
from tsqlt_runner.watching import Watch, watching

_MODULES: Final = """
SELECT
    modules.object_id AS id,
    CONCAT(SCHEMA_NAME(objects.schema_id), N'.', objects.name) AS name,
    modules.[definition] AS body
FROM sys.sql_modules AS modules
INNER JOIN sys.objects AS objects ON objects.object_id = modules.object_id
WHERE objects.type = 'P'
    AND SCHEMA_NAME(objects.schema_id) NOT IN (N'tSQLt', N'tsqlt_runner')
    AND objects.schema_id NOT IN (SELECT classes.SchemaId FROM tSQLt.TestClasses AS classes);
"""


@dataclass
class Covered:
    """A procedure's statements, and the starts of those that were reached."""

    places: list[Place]
    reached: set[int] = field(default_factory=set)

    @property
    def missed(self) -> list[Place]:
        """Statements that nothing reached."""
        return [
            place
            for place in self.places
            if not any(place.start <= offset < place.end for offset in self.reached)
        ]


@dataclass
class Coverage:
    """Procedures by name; every worker adds what its database saw."""

    modules: dict[str, Covered] = field(default_factory=dict)

    @contextmanager
    def measuring(self, connection: Connection, name: str, latency: float) -> Iterator[Measure]:
        """Watch a database's procedures."""
        rows = connection.rows(_MODULES)
        names = {int(row["id"]): str(row["name"]) for row in rows}
        for row in rows:
            self.modules.setdefault(str(row["name"]), Covered(executable_statements(row["body"])))
        where = " OR ".join(f"[object_id] = {number}" for number in sorted(names))
        with watching(connection, name, where, latency) as watch:
            yield Measure(self, watch, names)

    def lines(self) -> Iterable[str]:
        """The report: a line per procedure, its missed lines, and the whole."""
        width = max(map(len, self.modules), default=0)
        total = missed = 0
        for name, module in sorted(self.modules.items()):
            lost = module.missed
            total += len(module.places)
            missed += len(lost)
            where = f"  lines {', '.join(str(place.line) for place in lost)}" if lost else ""
            yield f"{name:{width}}  {len(module.places) - len(lost):4d} of {len(module.places):4d}{where}"
        share = 100 * (total - missed) / total if total else 100.0
        yield f"statements reached: {total - missed:,} of {total:,}, {share:.1f} %"


@dataclass(frozen=True)
class Measure:
    """One database's share of a coverage."""

    coverage: Coverage
    watch: Watch
    names: dict[int, str]

    def take(self) -> None:
        """Add what was reached since the last time."""
        for started in self.watch.take():
            name = self.names.get(started.object_id)
            if name is not None:
                self.coverage.modules[name].reached.add(started.offset)
