"""The tokens of an environment: `${name}` in scripts, `name=value` in environments/<environment>.env.

First in the package. A token stands only inside a string literal or [brackets], so that every file parses as
it is; its value is escaped for where it stands. `$${name}` writes `${name}` itself. A token without a value
is an error, and so is one outside of strings and brackets.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tsql.tokens import Kind, Token, TokenError, tokenize
from warehouse.errors import MigrationProblem, UsageProblem

FOLDER: Final = "environments"
_LINE: Final = re.compile(r"(?P<name>[A-Za-z_]\w*)\s*=\s*(?P<value>.*)")
_TOKEN: Final = re.compile(r"\$\$\{|\$\{(?:(?P<name>[A-Za-z_]\w*)\})?")
_ESCAPED: Final = {Kind.STRING: "'", Kind.NSTRING: "'", Kind.QUOTED: "]"}


@dataclass(frozen=True)
class Environment:
    """An environment's name and tokens; without a name there are none. `repr` hides the values."""

    name: str | None = None
    tokens: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def file(self) -> str:
        """Where its tokens stand, for messages."""
        return f"{FOLDER}/{self.name}.env"


NOWHERE: Final = Environment()


def read_environment(project: Path, name: str | None) -> Environment:
    """The named environment of a project; none has no tokens. Errors: UsageProblem, MigrationProblem."""
    if name is None:
        return NOWHERE
    path = project / FOLDER / f"{name}.env"
    if not path.is_file():
        known = ", ".join(sorted(file.stem for file in (project / FOLDER).glob("*.env"))) or "none"
        raise UsageProblem(f"there is no {FOLDER}/{name}.env; write it, or name another with --env ({known})")
    return Environment(name, _tokens(path.read_text(encoding="utf-8-sig"), f"{FOLDER}/{name}.env"))


def _tokens(text: str, file: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        match = _LINE.fullmatch(stripped)
        if match is None:
            raise MigrationProblem(f"{file}, line {number}: is not name=value; correct it")
        if match["name"] in found:
            raise MigrationProblem(f"{file}, line {number}: {match['name']} stands there twice; remove one")
        found[match["name"]] = match["value"]
    return found


def render(text: str, environment: Environment, file: str) -> str:
    """`text` with its tokens replaced; lines stay where they are. Errors: MigrationProblem."""
    if "${" not in text:
        return text
    try:
        tokens = tokenize(text, comments=True)
    except TokenError as error:
        raise MigrationProblem(f"{file}, line {error.line}: {error}; correct the file") from error
    pieces: list[str] = []
    position = 0
    for token, following in zip(tokens, [*tokens[1:], tokens[-1]], strict=True):
        if token.text == "$" and following.text == "{" and following.start == token.end:
            raise _misplaced(file, token.line)
        if "${" in token.text and token.kind is not Kind.COMMENT:
            pieces += [text[position : token.start], _rendered(token, environment, file)]
            position = token.end
    return "".join(pieces) + text[position:]


def _rendered(token: Token, environment: Environment, file: str) -> str:
    if token.text.startswith('"'):
        raise _misplaced(file, token.line)
    quote = _ESCAPED[token.kind]

    def value(match: re.Match[str]) -> str:
        line = token.line + token.text.count("\n", 0, match.start())
        if match[0] == "$${":
            return "${"
        name = match["name"]
        if name is None:
            raise MigrationProblem(f"{file}, line {line}: '${{' begins no token; write ${{name}}, or $${{")
        if name not in environment.tokens:
            raise _unknown(name, environment, f"{file}, line {line}")
        return environment.tokens[name].replace(quote, quote * 2)

    return _TOKEN.sub(value, token.text)


def _misplaced(file: str, line: int) -> MigrationProblem:
    return MigrationProblem(
        f"{file}, line {line}: a token stands outside of a string literal and [brackets]; put it into one"
    )


def _unknown(name: str, environment: Environment, where: str) -> MigrationProblem:
    if environment.name is None:
        return MigrationProblem(
            f"{where}: token ${{{name}}} has no value, as no environment is named; add --env NAME"
        )
    return MigrationProblem(f"{where}: token ${{{name}}} has no value; add {name}= to {environment.file}")
