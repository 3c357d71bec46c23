"""Microsoft's own database model (DacFx) resolves every name in database/.

Run in the checkout as a process of its own, since it loads mono: `python -m tests.gates.dacfx`. It knows the
language of SQL Server 2019, the oldest that the project supports. It checks no types, nothing about temporary
tables that a procedure makes itself, and no dynamic SQL: tsqld's binder does. Source: Microsoft Learn,
"TSqlModel Class (DacFx)". The DLLs come out of Microsoft's package mssql-cli; `make setup-check` lays them in
place.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from tsql.batches import split_batches
from tsql.references import definition

ASSEMBLIES: Final = Path(sys.prefix) / "tools" / "dacfx"
# Warnings that count: 71502 is a reference of a module that does not resolve, 71005 a column that does not.
# The same in a view, key or index is an error.
COUNTED_WARNINGS: Final = frozenset({71502, 71005})
# What need not resolve: element -> references. Temporary tables of the caller, and the procedures of master,
# which the model does not hold. An entry that nothing needs any more is a fault too.
ALLOWED: Final = {
    "bronze.finish_file": ("#records",),
    "bronze.split_lines": ("#lines", "#records"),
    "ops.finish_batch": ("#batches",),
    "ops.lock_target": ("sys.sp_getapplock",),
}
_ELEMENT = re.compile(r"Error validating element (?P<name>[^:]+): (?P<what>.+)")
_REFERENCE = re.compile(r"unresolved reference to \w+ (?P<name>\[.+\])\.$")


def main() -> int:
    """Print every fault. Exit code 1 when there is one, 3 when DacFx cannot be loaded."""
    try:
        model = open_model()
    except (RuntimeError, OSError, ImportError) as error:
        print(f"DacFx cannot be loaded, run: make setup-check ({error})")
        return 3
    faults = list(dict.fromkeys(find_faults(model, Path("database"))))
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


def find_faults(model: Any, database: Path) -> Iterator[str]:
    """Fill the model with the objects of `database` and say what is wrong with them, a line each."""
    for schema in sorted(folder.name for folder in database.iterdir() if folder.is_dir()):
        model.AddObjects(f"CREATE SCHEMA [{schema}] AUTHORIZATION [dbo];")
    for file in sorted(database.rglob("*.sql")):
        unread = list(add_file(model, file))
        if unread:
            yield from unread  # the model is of no use after an error of syntax
            return
    yield from judge(model.Validate(), database)


def add_file(model: Any, file: Path) -> Iterator[str]:
    """Add each batch of a file; the model takes CREATE, not CREATE OR ALTER."""
    from System import Exception as NetException

    for batch in split_batches(file.read_text(encoding="utf-8")):
        try:
            model.AddObjects(plain_create(batch.text))
        except NetException as error:
            lines = [line.strip() for line in str(error).splitlines()]
            said = [line for line in lines if line.startswith(("Error", "Warning"))] or lines[:1]
            yield from (f"{file}:{batch.line}: {line}" for line in said)


def plain_create(text: str) -> str:
    """`text` with CREATE where it says CREATE OR ALTER."""
    found = definition(text)
    if found is None or not found.or_alter:
        return text
    return text[: found.create_end] + re.sub(r"\s+OR\s+ALTER", "", text[found.create_end :], count=1)


def judge(messages: Any, database: Path) -> Iterator[str]:
    """The messages that count, and the exceptions that none of them needs."""
    unused = {(element, name) for element, names in ALLOWED.items() for name in names}
    for message in messages:
        if str(message.MessageType) != "Error" and message.Number not in COUNTED_WARNINGS:
            continue
        element, what, reference = read_message(message.Message)
        excused = {(element, name) for name in ALLOWED.get(element, ()) if within(reference, name)}
        unused -= excused
        if not excused:
            yield f"{place_of(element, database)}: SQL{message.Number}: {what}"
    for element, name in sorted(unused):
        if place_of(element, database) != element:
            yield f"{place_of(element, database)}: nothing refers to {name} any more; take it out of ALLOWED"


def read_message(text: str) -> tuple[str, str, str]:
    """The element that a message is about, what is wrong, and the reference that does not resolve."""
    match = _ELEMENT.match(text)
    if match is None:
        return "", text, ""
    reference = _REFERENCE.search(match["what"])
    return bare(match["name"]), match["what"], bare(reference["name"]) if reference else ""


def bare(name: str) -> str:
    """`[schema].[name]` without the brackets."""
    return name.replace("[", "").replace("]", "")


def within(reference: str, name: str) -> bool:
    """Whether a reference is to an object or to a column or parameter of it."""
    return reference == name or reference.startswith(f"{name}.")


def place_of(element: str, database: Path) -> str:
    """The file that defines an element, or its name."""
    schema, _, rest = element.partition(".")
    found = sorted((database / schema).glob(f"*/{rest.split('.')[0]}.sql")) if rest else []
    return str(found[0]) if found else element


if __name__ == "__main__":
    sys.exit(main())
