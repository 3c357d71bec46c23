"""Whether a command of this project exists as it is written: target, subcommand, options.

For commands that are not run: those inside sentences, in synopses, and in blocks that need a server.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from functools import cache
from typing import Final

import click
from tests.conftest import ROOT

import tsqld.cli
import tsqlt_runner.cli
import warehouse.cli

PROGRAMS: Final[dict[str, click.Command]] = {
    "tsqld": tsqld.cli.main,
    "tsqlt-runner": tsqlt_runner.cli.main,
    "warehouse": warehouse.cli.main,
}
_PLACEHOLDER: Final = re.compile(r"[A-Z]+|<.*>|\[.*|…")


def faults(command: str) -> Iterator[str]:
    """What does not exist of a command line; nothing for programs that are not this project's."""
    words = _words(command)
    while words and re.match(r"[A-Z_]+=", words[0]):
        del words[0]
    if words and words[0] == "make":
        yield from (f"make has no target {word}" for word in words[1:] if not _is_make_argument(word))
    elif words and (program := PROGRAMS.get(words[0].rpartition("/")[2])) is not None:
        yield from _faults_of_cli(program, words[1:])


def _words(command: str) -> list[str]:
    try:
        words = shlex.split(command, comments=True)
    except ValueError:
        words = command.split()
    ends = [place for place, word in enumerate(words) if word in ("&&", "||", "|", "&", ";", ">")]
    return words[: ends[0]] if ends else words


def _is_make_argument(word: str) -> bool:
    return word in targets() or re.match(r"[A-Z]+=", word) is not None or bool(_PLACEHOLDER.fullmatch(word))


@cache
def targets() -> frozenset[str]:
    """The targets that the Makefile names."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    return frozenset(re.findall(r"^([.a-z][a-z-]*):(?!=)", text, re.MULTILINE))


def _faults_of_cli(program: click.Command, words: list[str]) -> Iterator[str]:
    """Check words against a click command; `words` do not have its own name."""
    context = click.Context(program)
    known = {
        name
        for parameter in program.get_params(context)
        for name in (*parameter.opts, *parameter.secondary_opts)
    }
    subcommand = next((word for word in words if not word.startswith("-")), "")
    for word in words:
        option = word.partition("=")[0]
        if isinstance(program, click.Group) and word == subcommand:
            break
        if option.startswith("--") and option not in known:
            yield f"{program.name} has no option {option}"
    if isinstance(program, click.Group) and subcommand and not _PLACEHOLDER.fullmatch(subcommand):
        found = program.get_command(context, subcommand)
        if found is None:
            yield f"{program.name} has no command {subcommand}"
        else:
            yield from _faults_of_cli(found, words[words.index(subcommand) + 1 :])
