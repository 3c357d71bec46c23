"""Names and literals of T-SQL as text: parsed, quoted, escaped.

Third in the package; used wherever a name or value has to stand in SQL text that cannot take parameters.
Source: Microsoft Learn, "Database identifiers", "QUOTENAME", "Constants".
"""

from __future__ import annotations

from dataclasses import dataclass

from tsql.tokens import Kind, Token, tokenize

MAX_NAME_LENGTH = 128


class NameProblem(ValueError):
    """Text that is no one- or two-part name, or a name too long for SQL Server."""


@dataclass(frozen=True, slots=True, order=True)
class ObjectName:
    """A two-part name as written, without quotes. `key` is what the server compares, case aside."""

    schema: str
    name: str

    @property
    def key(self) -> tuple[str, str]:
        """Schema and name in one case: names are case-insensitive under the server's default collation."""
        return self.schema.lower(), self.name.lower()

    @property
    def quoted(self) -> str:
        """`[schema].[name]`, safe to stand in SQL text."""
        return f"{quote(self.schema)}.{quote(self.name)}"

    def __str__(self) -> str:
        return f"{self.schema}.{self.name}"


def quote(name: str) -> str:
    """`name` in brackets, as QUOTENAME gives it. Errors: NameProblem when empty or longer than 128
    characters."""
    if not name or len(name) > MAX_NAME_LENGTH:
        raise NameProblem(f"a name must have 1 to {MAX_NAME_LENGTH} characters, this one has {len(name)}")
    return "[" + name.replace("]", "]]") + "]"


def literal(value: str | int | bytes | bool | None) -> str:
    """`value` as a T-SQL constant: N'text', number, 0x…, 1/0 or NULL."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, bytes):
        return "0x" + value.hex().upper()
    return "N'" + value.replace("'", "''") + "'"


def parse_name(text: str, *, default_schema: str = "dbo") -> ObjectName:
    """Read `name`, `schema.name` or either in quotes. Errors: NameProblem for anything else."""
    tokens = tokenize(text)[:-1]
    parts = [token.value for token in tokens[::2]]
    dots = [token.text for token in tokens[1::2]]
    if len(tokens) not in (1, 3) or dots not in ([], ["."]) or not all(map(is_name, tokens[::2])):
        raise NameProblem(f"'{text}' is not a name; write schema.name or [schema].[name]")
    return ObjectName(parts[0], parts[1]) if dots else ObjectName(default_schema, parts[0])


def is_name(token: Token) -> bool:
    """Whether the token can be part of an object name."""
    return token.kind in (Kind.NAME, Kind.QUOTED)
