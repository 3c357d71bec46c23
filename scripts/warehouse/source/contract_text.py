"""Writes the contract of a profiled file, in the Open Data Contract Standard 3.1.

After profile. Plain YAML with a comment line on top, in the order of the contracts that come with the
project.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import yaml

from warehouse.contracts import API_VERSION
from warehouse.source.profile import Profile, ProfiledColumn

_WIDTH: Final = 110
_PLAIN: Final = {"number": "decimal", "whole_number": "integer"}


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
    suffix = (
        "".join(profile.path.suffixes[-2:])
        if profile.path.suffix.lower() in (".gz", ".zip")
        else profile.path.suffix
    )
    plain = suffix.lower().removesuffix(".gz").removesuffix(".zip")
    yield "filePattern", f"*{plain or '.csv'}" if suffix else "*"
    if profile.form != "csv":
        yield "format", profile.form
    table, outline = profile.table, profile.outline
    if profile.sheet:
        yield "sheet", profile.sheet
    yield "delimiter", table.delimiter if table else ","
    yield "quote", '"'
    yield "encoding", "windows-1252" if table and table.encoding == "windows-1252" else "utf-8"
    if outline is not None:
        if outline.titles:
            yield "skipRows", outline.titles[-1].line
        if outline.header_rows > 1:
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


def _property(column: ProfiledColumn, profile: Profile) -> dict[str, Any]:
    kind = column.kind
    options: dict[str, str] = {}
    if kind.date_format:
        written = {} if kind.is_plain else {"format": kind.date_format}
        options = {**written, "minimum": "1900-01-01", "maximum": "2099-12-31"}
    custom: list[tuple[str, Any]] = []
    if column.json_path:
        custom.append(("jsonPath", column.json_path))
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
    if column.kind.least:
        return f"{called}; from {column.kind.least} to {column.kind.greatest} when it was added."
    return f"{called}."
