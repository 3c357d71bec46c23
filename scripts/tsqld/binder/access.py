"""What a statement under compilation asks to do with an object: a permission, and the columns it names."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from tsqld.catalog.model import Object


@dataclass(slots=True, eq=False)
class Access:
    """One use of an object, noted when its name is resolved and completed while columns are.

    `chained` says that ownership chaining makes asking unnecessary; `parent` is the view or function whose
    text names the object; `required` that the object must be open even where no column of it is named.
    """

    permission: str
    database: str
    found: Object
    chained: bool
    parent: Access | None = None
    required: bool = True
    columns: dict[str, None] = field(default_factory=dict)

    def touch(self, column: str) -> None:
        """Note that a column is read."""
        self.columns[column] = None

    def changing(self, permission: str, columns: dict[str, None]) -> Access:
        """The same object as the target of a change."""
        return replace(self, permission=permission, required=True, columns=columns)
