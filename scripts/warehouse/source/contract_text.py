"""Writes the contract of a profiled file, in the Open Data Contract Standard 3.1.

After profile. Plain YAML with a comment line on top, in the order of the contracts that come with the
project.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import yaml

from warehouse.contracts import API_VERSION
from warehouse.intake.archives import compression_of, plain_names
from warehouse.intake.quoting import Quoting
from warehouse.source.profile import Profile, ProfiledColumn

_WIDTH: Final = 110
_LONGEST_CALLED: Final = 50  # with what follows a line of T-SQL, as a description of the column
_PLAIN: Final = {"number": "decimal"}


def contract_text(profile: Profile, source: str, entity: str) -> str:
    """The text of `dags/contracts/<source>/<entity>.yml`."""
    name = f"{source}_{entity}"
    document: dict[str, Any] = {
        "apiVersion": API_VERSION,
        "kind": "DataContract",
        "id": f"{source}-{entity}".replace("_", "-"),
        "name": f"{source} {entity}".replace("_", " ").capitalize(),
        "version": "1.0.0",
        "status": "draft",
        "domain": source,
        "dataProduct": source,
        "description": {
            "purpose": f"What {source} delivers as {entity}.",
            "limitations": _limitations(profile),
        },
        "schema": [
            {
                "name": entity,
                "physicalName": f"bronze.{name}",
                "physicalType": "table",
                "logicalType": "object",
                "description": f"What {source} delivers as {entity}.",
                "dataGranularityDescription": _grain(profile),
                "customProperties": [
                    {"property": key, "value": value} for key, value in _custom(profile, name)
                ],
                "properties": [_property(column, profile) for column in profile.columns],
            }
        ],
    }
    head = (
        f"# Data contract: what the source {source} delivers as {entity}. "
        "Written by warehouse source add; yours from now on.\n"
    )
    return head + yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=_WIDTH)


def _grain(profile: Profile) -> str:
    return (
        f"One row per {', '.join(profile.key)}" if profile.key else "One row per record; records have no key"
    )


def _limitations(profile: Profile) -> str:
    return f"Types and key were read from one file of {profile.records:,} records; see warehouse source add."


def _custom(profile: Profile, name: str) -> Iterator[tuple[str, Any]]:
    yield "filePattern", _file_pattern(profile.path)
    if profile.form != "csv":
        yield "format", profile.form
    table, outline = profile.table, profile.outline
    if profile.sheet:
        yield "sheet", profile.sheet
    yield "delimiter", table.delimiter if table else ","
    quoting = table.quoting if table else Quoting()
    yield "quote", quoting.quote
    if quoting.escape:
        yield "escape", quoting.escape
    if quoting.skip_blanks:
        yield "skipBlanks", True
    yield "encoding", table.encoding if table and table.encoding != "utf-16" else "utf-8"
    if outline is not None:
        if outline.titles:
            yield "skipRows", outline.titles[-1].line
        if outline.header_rows != 1:
            yield "headerRows", outline.header_rows
        if outline.footer_pattern:
            yield "footerPattern", outline.footer_pattern
        if outline.width > len(outline.header):
            yield "fields", outline.width
    if profile.null_words:
        yield "nullWords", list(profile.null_words)
    if not profile.key:
        yield "identity", "content"
    yield "silverTarget", f"silver.{name}"
    yield "loadedBy", f"silver.load_{name}"
    yield "feeds", [f"silver.{name}_records"]


def _file_pattern(path: Path) -> str:
    """Files of the same suffix, where it is one; 'report v1.2' has none."""
    plain = plain_names(path)[-1] if compression_of(path) in ("gzip", "zip") else path.name
    suffix = Path(plain).suffix.lower()
    return f"*{suffix}" if re.fullmatch(r"\.[a-z][a-z0-9]{1,7}", suffix) else "*"


def _property(column: ProfiledColumn, profile: Profile) -> dict[str, Any]:
    kind = column.kind
    options: dict[str, str] = {}
    if kind.date_format:
        written = {} if kind.is_plain else {"format": kind.date_format}
        options = {**written, "minimum": "1900-01-01", "maximum": "2099-12-31"}
    custom: list[tuple[str, Any]] = []
    if column.json_path:
        custom.append(("jsonPath", column.json_path))
    elif profile.outline is not None and not profile.outline.header_rows:
        pass  # no file has a header to hold against it
    elif column.header.lower() != column.name:
        custom.append(("header", column.header))
    custom.append(("typedAs", _PLAIN.get(kind.typed_as, kind.typed_as) if kind.is_plain else kind.typed_as))
    if kind.typed_as in ("number", "whole_number", "percent"):
        if kind.unit and kind.typed_as != "percent":
            custom.append(("unit", kind.unit))
        if kind.decimal_mark != ".":
            custom.append(("decimalMark", kind.decimal_mark))
        if kind.decimals > 4 and kind.typed_as == "number":
            custom.append(("decimals", kind.decimals))
    found: dict[str, Any] = {"name": column.name, "logicalType": kind.logical_type}
    if options:
        found["logicalTypeOptions"] = options
    found |= {"physicalType": "nvarchar(4000)", "required": column.name in profile.key}
    if column.name in profile.key:
        found |= {"primaryKey": True, "primaryKeyPosition": profile.key.index(column.name) + 1}
    found["description"] = _description(column)
    if column.few:
        found["examples"] = list(column.few)
    found["customProperties"] = [{"property": key, "value": value} for key, value in custom]
    return found


def _description(column: ProfiledColumn) -> str:
    called = column.header or f"The column without a name, number {column.place}"
    called = called if len(called) <= _LONGEST_CALLED else f"{called[: _LONGEST_CALLED - 1].rstrip()}…"
    if column.kind.least:
        return f"{called}; from {column.kind.least} to {column.kind.greatest} when it was added."
    return f"{called}."
