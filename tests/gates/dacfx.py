"""Microsoft's own database model (DacFx) resolves every name in the project's T-SQL, its tests included.

Run in the checkout as a process of its own, since it loads mono: `python -m tests.gates.dacfx`. It knows the
language of SQL Server 2019, the oldest that the project supports. It checks no types, nothing about temporary
tables that a procedure makes itself, and no dynamic SQL: tsqld's binder does. Source: Microsoft Learn,
"TSqlModel Class (DacFx)". The DLLs come out of Microsoft's package mssql-cli; `make setup-check` lays them in
place.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from tests.gates.embedded import embedded_batches

from tsql.batches import split_batches
from tsql.references import definition

ASSEMBLIES: Final = Path(sys.prefix) / "tools" / "dacfx"
# Warnings that count: 71502 is a reference of a module that does not resolve, 71005 a column that does not.
# The same in a view, key or index is an error.
COUNTED_WARNINGS: Final = frozenset({71502, 71005})
# The model does not hold master, where the views and procedures of these schemas live.
SYSTEM: Final = ("sys", "tempdb.sys")
# The framework's tests of itself make tables and rows as they go: scripts, which no model can hold.
UNMODELLED: Final = "tests/tsqlt/framework"
# tSQLt.SpyProcedure makes this table beside a procedure.
SPY_LOG: Final = re.compile(r"_SpyProcedureLog(\.|$)")
# What else need not resolve, for example temporary tables of the caller: element -> references. An entry that
# nothing needs any more is a fault too.
ALLOWED: Final = {
    "bronze.finish_file": ("#records",),
    "bronze.split_lines": ("#lines", "#records"),
    "ops.apply_quarantine": ("#misfits", "#released"),
    "ops.check_day_figures": ("#scores", "#targets", "#usual_shares"),
    "ops.check_likeness": ("#scored",),
    "ops.finish_batch": ("#batches", "#written"),
    "ops.plan_retention": ("#retention",),
    "ops.record_day_figures": ("#measured", "#targets"),
    "ops.record_failing_keys": ("#rules",),
    "ops.record_rule_counts": ("#rules",),
    "ops.remove_retained": ("#retention",),
    "test_bronze_split_lines.assert_records": ("#records",),
    "test_ops_register_file.register": ("#answers",),
    "python.scripts/warehouse/migrations/undo.py _LEFT_OVER": ("#facts_before", "#live_facts"),
}
_TEST_CLASS = re.compile(r"^\s*EXEC tSQLt\.NewTestClass @ClassName = N'(\w+)'", re.MULTILINE)
_CONDITION = re.compile(r"\AIF \w+_ID\(.+\) IS NULL\s+(EXEC \(N')?(?P<create>CREATE [^']+)", re.MULTILINE)
_ELEMENT = re.compile(r"Error validating element (?P<name>[^:]+): (?P<what>.+)")
_REFERENCE = re.compile(r"unresolved reference to \w+ (?P<name>\[.+\])\.$")
_AMBIGUOUS = re.compile(r"any of the following objects: (?P<name>\[.+\])\.$")


def main() -> int:
    """Print every fault. Exit code 1 when there is one, 3 when DacFx cannot be loaded."""
    try:
        model = open_model()
    except (RuntimeError, OSError, ImportError) as error:
        print(f"DacFx cannot be loaded, run: make setup-check ({error})")
        return 3
    faults = list(dict.fromkeys(find_faults(model, Path.cwd())))
    print("\n".join(faults))
    return 1 if faults else 0


def open_model() -> Any:
    """An empty database model of SQL Server 2019."""
    import pythonnet

    pythonnet.load("mono")
    import clr

    clr.AddReference(str(ASSEMBLIES / "Microsoft.SqlServer.Dac.Extensions.dll"))
    from Microsoft.SqlServer.Dac.Model import SqlServerVersion, TSqlModel, TSqlModelOptions

    return TSqlModel(SqlServerVersion.Sql150, TSqlModelOptions())


def find_faults(model: Any, root: Path) -> Iterator[str]:
    """Fill the model with the project's objects and say what is wrong with them, a line each."""
    places: dict[str, str] = {}
    for place, element, text in objects(root):
        unread = list(add(model, place, text))
        if unread:
            yield from unread  # the model is of no use after an error of syntax
            return
        places.setdefault(element, place)
    yield from judge(model.Validate(), places)


def objects(root: Path) -> Iterator[tuple[str, str, str]]:
    """Place, name and CREATE statement of everything that the model is to hold."""
    for schema in (
        "python",
        "tSQLt",
        *sorted(path.name for path in (root / "database").iterdir() if path.is_dir()),
    ):
        yield "database", schema, f"CREATE SCHEMA [{schema}] AUTHORIZATION [dbo];"
    for folder in ("database", "scripts/tsqlt_runner/framework", "tests/tsqlt"):
        for file in sorted((root / folder).rglob("*.sql")):
            path = file.relative_to(root)
            if path.is_relative_to(UNMODELLED):
                continue
            for batch in split_batches(file.read_text(encoding="utf-8")):
                text = declaration(batch.text)
                found = definition(text)
                name = str(found.name) if found else f"{path.parts[1]}.{path.stem}"
                if text:
                    yield f"{path}:{batch.line}", name, text
    for inner in embedded_batches(root):
        yield f"{inner.path}:{inner.line}", f"python.{inner.path} {inner.name}", inner.as_procedure


def declaration(text: str) -> str:
    """What a batch creates, as the model takes it: CREATE without OR ALTER, without a condition before it."""
    test_class = _TEST_CLASS.search(text)
    if test_class is not None:
        return f"CREATE SCHEMA [{test_class[1]}] AUTHORIZATION [dbo];"
    condition = _CONDITION.search(text)
    return plain_create(condition["create"] if condition else text)


def add(model: Any, place: str, text: str) -> Iterator[str]:
    """Add an object. Gives what the model could not read."""
    from System import Exception as NetException

    try:
        model.AddObjects(text)
    except NetException as error:
        lines = [line.strip() for line in str(error).splitlines()]
        said = [line for line in lines if line.startswith(("Error", "Warning"))] or lines[:1]
        yield from (f"{place}: {line}" for line in said)


def plain_create(text: str) -> str:
    """`text` with CREATE where it says CREATE OR ALTER."""
    found = definition(text)
    if found is None or not found.or_alter:
        return text
    return text[: found.create_end] + re.sub(r"\s+OR\s+ALTER", "", text[found.create_end :], count=1)


def judge(messages: Any, places: Mapping[str, str]) -> Iterator[str]:
    """The messages that count, and the exceptions that none of them needs.

    `places` says where each element stands.
    """
    unused = {(element, name) for element, names in ALLOWED.items() for name in names if element in places}
    for message in messages:
        if str(message.MessageType) != "Error" and message.Number not in COUNTED_WARNINGS:
            continue
        element, what, candidates = read_message(message.Message)
        excuses = [excuse(candidate, element) for candidate in candidates]
        unused -= {(element, name) for name in excuses}
        if not any(excuses):
            place = places.get(element) or places.get(element.rpartition(".")[0]) or element
            yield f"{place}: SQL{message.Number}: {what}"
    for element, name in sorted(unused):
        yield f"{places[element]}: nothing refers to {name} any more; take it out of ALLOWED"


def excuse(reference: str, element: str) -> str:
    """The name by which a reference need not resolve; empty when it has to."""
    if SPY_LOG.search(reference):
        return SPY_LOG.pattern
    allowed = (*SYSTEM, *ALLOWED.get(element, ()))
    return next((name for name in allowed if within(reference, name)), "")


def read_message(text: str) -> tuple[str, str, list[str]]:
    """The element that a message is about, what is wrong, and what the unresolved reference may mean.

    Where a query reads several tables, that is a column of any of them: one that need not resolve will do.
    """
    match = _ELEMENT.match(text)
    if match is None:
        return "", text, []
    reference = _REFERENCE.search(match["what"]) or _AMBIGUOUS.search(match["what"])
    names = re.split(r" or |, ", reference["name"]) if reference else []
    return bare(match["name"]), match["what"], [bare(name.replace("::", ".")) for name in names]


def bare(name: str) -> str:
    """`[schema].[name]` without the brackets."""
    return name.replace("[", "").replace("]", "")


def within(reference: str, name: str) -> bool:
    """Whether a reference is to an object or to a column or parameter of it."""
    return reference == name or reference.startswith(f"{name}.")


if __name__ == "__main__":
    sys.exit(main())
