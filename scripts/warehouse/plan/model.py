"""A plan as values: steps, their parameters, and the one call that each step is.

First in the package; imports nothing of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value bound to a step. `name` has its @, `type` is T-SQL; `value` can be written as JSON."""

    name: str
    type: str
    value: str | int | None


@dataclass(frozen=True, slots=True)
class Step:
    """One call to the server: a T-SQL batch over its parameters and the driver's `@run_id bigint`.

    Its last result set is one row: status nvarchar(20) ('done', 'up to date', 'refused'), rows_read,
    rows_written, rows_rejected and milliseconds bigint, message nvarchar(2048). `depends_on` holds the ids of
    steps that must have succeeded, `after` of those that must have ended, however; `inlets` and `outlets`
    hold tables, such as gold.fact_order_lines. A step may be repeated at any time.
    """

    id: str
    layer: str
    entity: str
    title: str
    sql: str
    parameters: tuple[Parameter, ...]
    depends_on: tuple[str, ...]
    inlets: tuple[str, ...]
    outlets: tuple[str, ...]
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """Steps in an order in which each comes after those it depends on."""

    steps: tuple[Step, ...]

    def layer(self, name: str) -> tuple[Step, ...]:
        """The steps of one layer."""
        return tuple(step for step in self.steps if step.layer == name)


def bind(
    step: Step, extra: Mapping[str, tuple[str, str | int | None]]
) -> tuple[str, str, tuple[str | int | None, ...]]:
    """What to send: `EXEC sys.sp_executesql @statement, @declarations, @value1, …`, values in declared order.

    `extra` holds the driver's parameters, `{"@run_id": ("bigint", 7)}`.
    """
    parameters = [*step.parameters, *(Parameter(name, kind, value) for name, (kind, value) in extra.items())]
    declarations = ", ".join(f"{parameter.name} {parameter.type}" for parameter in parameters)
    return step.sql, declarations, tuple(parameter.value for parameter in parameters)
