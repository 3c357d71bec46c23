"""`warehouse migrate` and its sub-commands: options, exit codes, text and JSON; the work is in `migrations`.

Beside cli. Alone it is `apply`. Exit codes: plan, verify and diff 0 for nothing, 10 for something, 2 for an
error; the others 0 or 2. With --json one document goes to standard output, an error too, and remarks to
standard error.
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import update_wrapper
from pathlib import Path
from typing import Any, Concatenate, Final, ParamSpec

import click

from warehouse.config import Settings, open_server
from warehouse.errors import MigrationProblem, ScriptFailed, SqlFailed, UsageProblem, WarehouseError
from warehouse.options import common_options

P = ParamSpec("P")
DIFFERENT: Final = 10
_LOCK_SECONDS: Final = 60
_LONGEST_LINE: Final = 120
_EPILOG: Final = (
    "Exit codes: 0 done or nothing to do; 10 plan, verify and diff found something; 2 an error; 130 "
    "interrupted. "
    "docs/migrations.md explains each sub-command."
)


class _ApplyByDefault(click.Group):
    """A group that takes `warehouse migrate --env prod` for `warehouse migrate apply --env prod`."""

    def parse_args(self, context: click.Context, arguments: list[str]) -> list[str]:
        if not arguments or (arguments[0].startswith("-") and arguments[0] not in ("-h", "--help")):
            arguments = ["apply", *arguments]
        return super().parse_args(context, arguments)


@click.group(cls=_ApplyByDefault, epilog=_EPILOG)
def migrate() -> None:
    """Bring the database to the shape that migrations/ and database/ describe; alone: apply."""


def _command(name: str) -> Callable[[Callable[Concatenate[Settings, P], int]], click.Command]:
    """A sub-command with --json, which tells errors as JSON too."""

    def decorate(function: Callable[Concatenate[Settings, P], int]) -> click.Command:
        def told(settings: Settings, /, *args: P.args, **kwargs: P.kwargs) -> int:
            with _told_as_json(name, bool(kwargs.get("as_json"))):
                return function(settings, *args, **kwargs)

        update_wrapper(told, function)

        with_json = click.option(
            "--json", "as_json", is_flag=True, help="One JSON document on standard output."
        )
        return migrate.command(name, epilog=_EPILOG)(with_json(common_options(told)))

    return decorate


@contextmanager
def _told_as_json(command: str, as_json: bool) -> Iterator[None]:
    """Tell an error of the server as a migration's, and with --json as a document beside its line."""
    try:
        yield
    except SqlFailed as error:
        problem = MigrationProblem(str(error))
        if as_json:
            _print({"command": command, "error": _error_document(problem)})
        raise problem from error
    except WarehouseError as error:
        if as_json:
            _print({"command": command, "error": _error_document(error)})
        raise


def _error_document(error: WarehouseError) -> dict[str, Any]:
    failed = error if isinstance(error, ScriptFailed) else None
    return {
        "message": " ".join(str(error).split()),
        "file": failed.file if failed else None,
        "line": failed.line if failed else None,
        "number": failed.number if failed else None,
        "statement": failed.statement if failed else None,
    }


def _print(document: dict[str, Any]) -> None:
    click.echo(json.dumps(document, ensure_ascii=False, indent=2, default=_plain))


def _plain(value: object) -> str:
    return "0x" + value.hex().upper() if isinstance(value, bytes) else str(value)


def _report(as_json: bool) -> Callable[[str], None]:
    return lambda line: click.echo(line, err=as_json)


_env = click.option(
    "--env",
    "environment",
    envvar="WAREHOUSE_ENV",
    metavar="NAME",
    help="Environment, for the tokens of environments/NAME.env and scripts of its own.",
)
_lock = click.option(
    "--lock-timeout",
    "lock_seconds",
    default=_LOCK_SECONDS,
    show_default=True,
    type=click.IntRange(0, 86400),
    help="Seconds to wait for another migrate; 0 fails at once.",
)
_out_of_order = click.option(
    "--out-of-order", is_flag=True, help="Run migrations with a lower version than one that ran."
)
_prune = click.option("--prune", is_flag=True, help="Drop objects whose file is gone.")


@_command("apply")
@click.option("--redeploy-drifted", is_flag=True, help="Deploy objects again that were changed by hand.")
@_prune
@_out_of_order
@_lock
@_env
def apply_command(
    settings: Settings,
    redeploy_drifted: bool,
    prune: bool,
    out_of_order: bool,
    lock_seconds: int,
    environment: str | None,
    as_json: bool,
) -> int:
    """Run pending migrations, then deploy changed objects, each in its transaction."""
    from warehouse.migrations.deploy import Options, apply

    options = Options(environment, out_of_order, prune, redeploy_drifted, lock_seconds)
    with open_server(settings) as server:
        outcome = apply(server, settings.project, _report(as_json), options)
    if as_json:
        _print({"command": "apply", **outcome.document})
        return 0
    for name in outcome.gone:
        click.echo(f"warehouse: {name} has no file any more; drop it with --prune", err=True)
    for name in outcome.drifted:
        click.echo(f"warehouse: {name} was changed by hand; see: warehouse migrate verify", err=True)
    click.echo(str(outcome))
    return 0


@_command("plan")
@click.option("--full", is_flag=True, help="Show the text of new scripts and objects as well.")
@_prune
@_out_of_order
@_env
def plan_command(
    settings: Settings, full: bool, prune: bool, out_of_order: bool, environment: str | None, as_json: bool
) -> int:
    """Show what apply would do, with diffs; changes nothing."""
    from warehouse.migrations.preview import preview

    with open_server(settings) as server:
        found = preview(server, settings.project, environment, out_of_order=out_of_order, prune=prune)
    if as_json:
        _print({"command": "plan", **found.document})
    else:
        _print_lines(found.lines(full=full))
    return 0 if found.is_empty else DIFFERENT


@_command("status")
@_env
def status_command(settings: Settings, environment: str | None, as_json: bool) -> int:
    """List migrations and objects: applied, pending, changed, gone; how the last run ended."""
    from warehouse.migrations.status import status

    with open_server(settings) as server:
        found = status(server, settings.project, environment)
    if as_json:
        _print({"command": "status", **found.document})
    else:
        click.echo("\n".join(found.lines()))
    return 0


@_command("verify")
@click.option("--ignore", "ignored", multiple=True, metavar="SCHEMA", help="Leave a schema out; repeatable.")
@_env
def verify_command(
    settings: Settings, ignored: tuple[str, ...], environment: str | None, as_json: bool
) -> int:
    """Find what was changed, added or dropped by hand, object by object."""
    from warehouse.migrations.verify import verify

    with open_server(settings) as server:
        drift = verify(server, settings.project, environment, ignored)
    if as_json:
        _print({"command": "verify", "drift": [one.document for one in drift]})
    else:
        for one in drift:
            click.secho(f"{one.object}: {one.change} by hand", bold=True)
            _print_lines(one.diff)
        click.echo(
            f"{len(drift):,} objects differ from what the last migration left" if drift else "no drift"
        )
    return DIFFERENT if drift else 0


@_command("script")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="File to write  [default: standard output]"
)
@click.option(
    "--pending", "only_pending", is_flag=True, help="Ask the server and leave out what ran already."
)
@_env
def script_command(
    settings: Settings, output: Path | None, only_pending: bool, environment: str | None, as_json: bool
) -> int:
    """Write one idempotent .sql file for a DBA to run; needs no server unless --pending."""
    from warehouse.migrations.files import read_project
    from warehouse.migrations.offline import pending_script, whole_script

    if only_pending:
        with open_server(settings) as server:
            text = pending_script(server, settings.project, environment)
    else:
        text = whole_script(read_project(settings.project, environment))
    if output:
        output.write_text(text, encoding="utf-8")
    if as_json:
        _print(
            {"command": "script", "file": str(output) if output else None, "text": None if output else text}
        )
    elif output:
        click.echo(f"wrote {output}")
    else:
        click.echo(text, nl=False)
    return 0


@_command("baseline")
@click.argument("version", metavar="VERSION")
@_lock
@_env
def baseline_command(
    settings: Settings, version: str, lock_seconds: int, environment: str | None, as_json: bool
) -> int:
    """Record the migrations up to VERSION as if they had run, in a database that has their shape."""
    from warehouse.migrations.mend import baseline

    with open_server(settings) as server:
        files = baseline(
            server,
            settings.project,
            _report(as_json),
            _version(version),
            environment=environment,
            lock_seconds=lock_seconds,
        )
    return _tell("baseline", as_json, {"recorded": files}, [f"recorded {file} as applied" for file in files])


@_command("repair")
@click.option("--accept-drift", is_flag=True, help="Expect what was changed by hand from now on.")
@_lock
@_env
def repair_command(
    settings: Settings, accept_drift: bool, lock_seconds: int, environment: str | None, as_json: bool
) -> int:
    """Let the history follow the files: accept edited scripts, forget those that are gone."""
    from warehouse.migrations.mend import repair

    with open_server(settings) as server:
        done = repair(
            server,
            settings.project,
            _report(as_json),
            accept_drift=accept_drift,
            environment=environment,
            lock_seconds=lock_seconds,
        )
    return _tell("repair", as_json, {"done": done}, [] if done else ["nothing to repair"])


@_command("undo")
@click.argument("target", metavar="[VERSION|OBJECT]", required=False)
@click.option(
    "--to", metavar="VERSION", help="Undo every migration above it; for an object: the version to restore."
)
@click.option(
    "--rehearse", is_flag=True, help="Try the U scripts of pending migrations and roll everything back."
)
@_lock
@_env
def undo_command(
    settings: Settings,
    target: str | None,
    to: str | None,
    rehearse: bool,
    lock_seconds: int,
    environment: str | None,
    as_json: bool,
) -> int:
    """Take back the newest migration by its U script, or restore the previous text of OBJECT."""
    from warehouse.migrations import undo
    from warehouse.migrations.versions import object_name

    report = _report(as_json)
    common: dict[str, Any] = {"environment": environment, "lock_seconds": lock_seconds}
    with open_server(settings) as server:
        if rehearse:
            if target or to:
                raise UsageProblem("--rehearse tries every pending migration; give it alone")
            files = undo.rehearse(server, settings.project, report, **common)
            return _tell("undo", as_json, {"rehearsed": files}, [] if files else ["nothing to rehearse"])
        if target and not _is_version(target):
            number = _version(to) if to else None
            restored = undo.undo_object(
                server, settings.project, report, object_name(target), to=number, **common
            )
            return _tell("undo", as_json, {"restored": {"object": target, **restored.document}}, [])
        version = _version(target) if target else None
        down_to = _version(to, lowest=0) if to else None
        files = undo.undo_versions(
            server, settings.project, report, version=version, down_to=down_to, **common
        )
        return _tell("undo", as_json, {"undone": files}, [] if files else ["nothing to undo"])


@_command("new")
@click.argument("name")
@click.option("--undo", is_flag=True, help="Write its U script as well.")
@click.option("--no-transaction", is_flag=True, help="A script that must not run in a transaction.")
def new_command(settings: Settings, name: str, undo: bool, no_transaction: bool, as_json: bool) -> int:
    """Create the file of the next migration."""
    from warehouse.migrations.scaffold import new_migration

    files = new_migration(settings.project, name, undo=undo, transactional=not no_transaction)
    return _tell("new", as_json, {"files": files}, files)


@_command("diff")
@click.argument("name", metavar="OBJECT")
@click.argument("before", metavar="[FROM]", default="")
@click.argument("after", metavar="[TO]", default="")
@_env
def diff_command(
    settings: Settings, name: str, before: str, after: str, environment: str | None, as_json: bool
) -> int:
    """Compare two texts of OBJECT: version numbers, file or live; alone: the deployed one and the file."""
    from warehouse.migrations.versions import FILE, difference, object_name

    with open_server(settings) as server:
        found = difference(server, settings.project, object_name(name), before, after or FILE, environment)
    if as_json:
        document = {
            "object": str(found.name),
            "from": found.before,
            "to": found.after,
            "diff": list(found.lines),
        }
        _print({"command": "diff", **document})
    elif found.lines:
        _print_lines([f"--- {found.name} {found.before}", f"+++ {found.name} {found.after}", *found.lines])
    else:
        click.echo("no difference")
    return DIFFERENT if found.lines else 0


@_command("history")
@click.argument("name", metavar="[OBJECT]", required=False)
def history_command(settings: Settings, name: str | None, as_json: bool) -> int:
    """List the runs that changed the database, or every text OBJECT has had."""
    from warehouse.migrations.versions import object_history, object_name, run_history

    with open_server(settings) as server:
        if name is None:
            runs = run_history(server)
            return _tell(
                "history", as_json, {"runs": [dict(run) for run in runs]}, list(map(_run_line, runs))
            )
        versions = object_history(server, object_name(name))
    lines = [
        f"{v.number:>4}  {v.deployed_at}  {v.outcome:<15}  {v.content_hash.hex()[:12]}  "
        f"{v.deployed_by}  {v.host_name or ''}  {v.tool_version}  {(v.git_commit or '')[:12]}"
        for v in versions
    ]
    return _tell("history", as_json, {"object": name, "versions": [v.document for v in versions]}, lines)


def _run_line(run: Any) -> str:
    what = textwrap.shorten(run["error_message"] or run["summary"] or "", _LONGEST_LINE, placeholder=" …")
    how = f"{run['command']:<8}  {run['status']:<9}  {run['started_by']}"
    return f"{run['run_id']:>4}  {run['started_at']}  {how}  {what}"


def _tell(command: str, as_json: bool, document: dict[str, Any], lines: Sequence[str]) -> int:
    if as_json:
        _print({"command": command, **document})
    else:
        for line in lines:
            click.echo(line)
    return 0


def _print_lines(lines: Sequence[str]) -> None:
    """Print a diff in colours, which click leaves out where the output is no terminal."""
    colours = {"+": "green", "-": "red", "@": "cyan"}
    for line in lines:
        click.secho(line, fg=colours.get(line[:1]))


def _is_version(text: str) -> bool:
    return text.lstrip("Vv").isdecimal()


def _version(text: str, *, lowest: int = 1) -> int:
    number = text.lstrip("Vv")
    if not number.isdecimal() or int(number) < lowest:
        raise UsageProblem(f"'{text}' is no version; write V0003 or 3")
    return int(number)
