"""Python functions that DuckDB calls: the slow, careful branches behind the macros.

Place in the pipeline: modules enter theirs with `udf`; `install` registers them as tsqld_<name>. A call costs
about half a microsecond a row, so what every row needs is written in DuckDB instead.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from tsqld.errors import UNSUPPORTED, TsqlError
from tsqld.functions.sqltext import udf_error

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Udf:
    """A function with its DuckDB types; `nullable` says that it takes NULL arguments and may return NULL."""

    function: Callable[..., Any]
    parameters: tuple[str, ...]
    result: str
    nullable: bool


UDFS: Final[dict[str, Udf]] = {}


def udf(
    name: str,
    parameters: str,
    result: str,
    *,
    nullable: bool = False,
    lenient: bool = False,
    takes_null: bool = False,
) -> Callable[[F], F]:
    """Enters the decorated function as `tsqld_<name>`; `parameters` is a comma-separated list of DuckDB
    types.

    With `nullable` the result may be NULL, and NULL arguments give NULL without a call; with `takes_null`
    they are passed on. With `lenient`, `tsqld_<name>_or_null` is entered too: NULL where SQL Server would
    raise an error.
    """

    def enter(function: F) -> F:
        types = tuple(part.strip() for part in parameters.split(","))
        entry = Udf(_raising(function, nullable and not takes_null), types, result, nullable or takes_null)
        UDFS[f"tsqld_{name}"] = entry
        if lenient:
            UDFS[f"tsqld_{name}_or_null"] = Udf(_forgiving(function), types, result, True)
        return function

    return enter


def _raising(function: Callable[..., Any], nullable: bool) -> Callable[..., Any]:
    """`function` with its T-SQL errors in the form in which DuckDB carries them."""

    @functools.wraps(function)
    def wrapped(*arguments: Any) -> Any:
        if nullable and None in arguments:
            return None
        try:
            return function(*arguments)
        except TsqlError as problem:
            raise udf_error(problem) from None

    return wrapped


def _forgiving(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function` giving NULL for what SQL Server would refuse, but still raising what we refuse."""

    @functools.wraps(function)
    def wrapped(*arguments: Any) -> Any:
        if None in arguments:
            return None
        try:
            return function(*arguments)
        except TsqlError as problem:
            if problem.number == UNSUPPORTED:
                raise udf_error(problem) from None
            return None

    return wrapped
