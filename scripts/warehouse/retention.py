"""What retention would take away, and away with it: the rows; files are moved by `archive`.

On top of connection; deciding and removing rows is T-SQL's (ops.apply_retention), and how long what is kept
was deployed with the views ops.retention_policies_of_….
"""

from __future__ import annotations

from typing import Any, Final

from warehouse.odbc import Connection

_APPLY: Final = """
EXEC ops.apply_retention @dry_run = @dry_run, @as_of = @as_of;
"""


def apply(connection: Connection, *, dry_run: bool, as_of: str | None = None) -> list[dict[str, Any]]:
    """What is old enough to go, a row each; it goes unless `dry_run`. Errors: SqlFailed 51051."""
    answer = connection.call(_APPLY, "@dry_run bit, @as_of datetime2(3)", (int(dry_run), as_of))
    return [dict(row) for row in answer.rows]
