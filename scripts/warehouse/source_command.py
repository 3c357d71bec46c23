"""The command `warehouse source`: makes a source of a file, fetches files of sources.

Beside source, which finds out what the file is and writes what a project needs to take in more of them.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from warehouse.config import Settings
from warehouse.contracts import is_encoding
from warehouse.errors import UsageProblem
from warehouse.options import common_options, console, notes

if TYPE_CHECKING:
    from warehouse.source.outline import Given

_LONGEST_SOURCE: Final = 20
_LONGEST_NAME: Final = 60
_EPILOG: Final = (
    "Exit codes: 0 done; 2 wrong usage, a file that cannot be read, or a source that is there already."
)

_PULL_EPILOG: Final = (
    "Exit codes: 0 done, or nothing new; 2 wrong usage, a broken contract, a place that does not answer."
)


@click.group()
def source() -> None:
    """Make a source of a file that you have, or fetch files of sources that are there."""


@source.command(epilog=_EPILOG)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--source", "source_name", required=True, metavar="NAME", help="What the source is called.")
@click.option("--entity", required=True, metavar="NAME", help="What the source delivers in such files.")
@click.option("--key", metavar="COLUMN,…", help="What tells records apart, by name or as the file calls it.")
@click.option("--no-key", is_flag=True, help="Nothing but all that they say tells records apart.")
@click.option(
    "--dates",
    type=click.Choice(["dmy", "mdy", "ymd"]),
    help="What a date such as 06-05-21 begins with, where the file does not tell.",
)
@click.option("--sheet", default="", metavar="NAME", help="Sheet of a workbook  [default: its first]")
@click.option(
    "--header",
    default="",
    metavar="LINE",
    help="Line of the header, such as 4, or 4-5 for two, or none  [default: it is looked for]",
)
@click.option(
    "--names", default="", metavar="NAME,…", help="What the columns are called, where there is no header."
)
@click.option(
    "--encoding",
    default="utf-8",
    metavar="NAME",
    help="Such as windows-1250 or shift_jis, of text that is not UTF-8  [default: windows-1252]",
)
@click.option("--dry-run", is_flag=True, help="Show what was found and would be written; write nothing.")
@common_options
def add(
    settings: Settings,
    file: Path,
    source_name: str,
    entity: str,
    key: str | None,
    no_key: bool,
    dates: str | None,
    sheet: str,
    header: str,
    names: str,
    encoding: str,
    dry_run: bool,
) -> int:
    """Look at FILE, show what it is, and write what loads such files: they are yours from then on.

    A contract, bronze and silver tables, a typed view, load procedures, the next migration and T-SQL tests.
    A copy of FILE goes to the landing folder. No server is asked.
    """
    from warehouse.source.naming import identifier
    from warehouse.source.profile import Asked
    from warehouse.source.reading import profile_any
    from warehouse.source.show import column_table, file_lines
    from warehouse.source.writing import deliver, made_files

    for option, name, longest in (
        ("--source", source_name, _LONGEST_SOURCE),
        ("--entity", entity, _LONGEST_NAME),
    ):
        if identifier(name) != name or len(name) > longest:
            proposed = f", such as {identifier(name)[:longest]}" if identifier(name) else ""
            raise UsageProblem(
                f"{option} {name}: is no name; use up to {longest} lower-case letters, digits and _{proposed}"
            )
    if not file.is_file():
        raise UsageProblem(f"{file}: there is no such file; check the name")
    if key and no_key:
        raise UsageProblem("--key and --no-key exclude each other; give one")
    named = tuple(part for part in (key or "").split(",") if part.strip())
    if not is_encoding(encoding):
        raise UsageProblem(f"--encoding {encoding}: is not known; name one such as windows-1250 or shift_jis")
    asked = Asked(named, dates or "", sheet, encoding, _header(header, names), no_key)
    profile = profile_any(file, asked)
    results = console()
    for line in file_lines(profile):
        results.print(line, soft_wrap=True, markup=False)
    results.print()
    results.print(column_table(profile))
    results.print()
    for note in profile.notes:
        results.print(f"note: {note}", soft_wrap=True, markup=False)
    written = made_files(profile, settings.project, source_name, entity)
    if not dry_run:
        written.write(settings.project)
    for word, paths in (("write", written.new), ("renew", written.changed)):
        for path in paths:
            click.echo(f"{'would ' if dry_run else ''}{word} {path}")
    if dry_run:
        return 0
    delivered = deliver(file, settings.landing, written.contract)
    if delivered:
        is_below = delivered.is_relative_to(Path.cwd())
        click.echo(f"delivered {delivered.relative_to(Path.cwd()) if is_below else delivered}")
    click.echo(f"source {source_name}/{entity} is there; now run: warehouse migrate, then warehouse run")
    return 0


def _header(text: str, names: str) -> Given:
    """What --header and --names say. Errors: UsageProblem."""
    from warehouse.source.outline import Given

    named = tuple(name.strip() for name in names.split(",") if name.strip())
    if text == "none" or (named and not text):
        return Given(0, 0, named)
    if named:
        raise UsageProblem("--names is for files without a header; leave --header out or say none")
    if not text:
        return Given()
    found = re.fullmatch(r"(\d+)(?:-(\d+))?", text)
    first, last = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
    if first < 1 or last - first not in (0, 1):
        raise UsageProblem(f"--header {text}: is no line; say one such as 4, two such as 4-5, or none")
    return Given(first, last - first + 1)


@source.command(epilog=_PULL_EPILOG)
@click.argument("entity", metavar="SOURCE/ENTITY")
@common_options
def pull(settings: Settings, entity: str) -> int:
    """Fetch what is new of SOURCE/ENTITY into the landing folder, from the place its contract names.

    A REST endpoint (http, https) is read page by page into a file of JSON lines; any other URL is a folder
    whose files are copied. A fetch that broke off goes on where it was.
    """
    from warehouse.contracts import contract_named, load_contracts
    from warehouse.source.rest import pull_pages
    from warehouse.source.storage import pull_files

    contracts = load_contracts(settings.project / "dags" / "contracts")
    contract = contract_named(contracts, entity)
    if not contract.location:
        raise UsageProblem(f"{entity}: its contract names no servers; say there where it is fetched from")
    with notes().status("fetching") as status:
        if contract.location.startswith(("http://", "https://")):
            file, count = pull_pages(contract, settings.landing, settings.home, status.update)
            told = [f"fetched {count:,} records into {file.name}"] if file else []
        else:
            copies = pull_files(contract, settings.landing, settings.home, status.update)
            told = [f"fetched {copy.name}" for copy in copies]
    for line in told or ["nothing new"]:
        click.echo(line)
    return 0
