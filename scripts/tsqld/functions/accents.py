"""Text without its accents, as collations named _AI compare it.

Place in the pipeline: used by comparison and search before all else, which then goes on as without accents.
Source: Microsoft Learn, "Collation and Unicode support" (accent sensitivity). Letters that are no base
letter with an accent, such as ø and ß, are refused: what they equal depends on the collation.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from tsqld.binder.bound import UNKNOWN, Bound
from tsqld.errors import unsupported
from tsqld.functions.macros import call
from tsqld.functions.sqltext import quote
from tsqld.functions.udfs import udf

_OTHERS: Final = "ßæœøðþłđħŧŋıĸ"


@udf("unaccented", "VARCHAR", "VARCHAR")
def unaccented(text: str) -> str:
    """`text` without accents. Error 50100 for letters of which that is not certain."""
    if any(char in _OTHERS for char in text.lower()):
        raise unsupported("letters such as ø and ß under a collation that ignores accents")
    return "".join(char for char in unicodedata.normalize("NFD", text) if unicodedata.category(char) != "Mn")


def folded(value: Bound) -> Bound:
    """`value` without accents, under the collation that tells them apart."""
    type = replace(value.type, collation=value.type.collation.upper().replace("_AI", "_AS"))
    if isinstance(value.value, str):
        text = unaccented(value.value)
        return replace(value, sql=quote(text), type=type, value=text)
    return replace(value, sql=call("unaccented", value.sql), type=type, value=UNKNOWN)


def alike(values: Sequence[Bound]) -> list[Bound]:
    """`values` as they are compared with each other: without accents where a collation among them says so."""
    if not any(value.type.is_text and value.type.ignores_accents for value in values):
        return list(values)
    return [folded(value) if value.type.is_text else value for value in values]
