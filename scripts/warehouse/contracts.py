"""Reads data contracts: what each source delivers, and which tables that feeds.

First step of a run, before plan. One file per entity, `<folder>/<source>/<entity>.yml`, in the Open Data
Contract Standard 3.1 (Bitol, Linux Foundation AI & Data). The standard has no place for a CSV dialect, so
that stands in the schema's customProperties: filePattern, fileNamePattern, delimiter, quote, encoding, and
format, skipRows, headerRows, footerPattern, fields, sheet for files that are no plain CSV; so do feeds (the
silver tables loaded from it), silverTarget (the one of its grain), loadedBy (the procedure that loads that),
identity and nullWords. A column's customProperties typedAs, header, jsonPath, unit, decimalMark and decimals,
and its logicalTypeOptions.format say where its text stands and how it is read; docs/sources.md has all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml
from open_data_contract_standard.model import OpenDataContractStandard, SchemaObject, SchemaProperty
from pydantic import ValidationError

from warehouse.contract_rules import QualityRule, as_written, phrase, read_rules, violation
from warehouse.errors import UsageProblem

API_VERSION: Final = "v3.1.0"
# What TRY_CONVERT and the splitting of lines in T-SQL can rely on.
DELIMITERS: Final = (",", ";", "\t", "|")
RETAINED: Final = ("bronze", "records", "quarantine", "landing", "archive")
"""What a retention may be about, beside the entity as a whole."""
_PERIODS: Final = {
    **dict.fromkeys(("d", "day", "days"), "day"),
    **dict.fromkeys(("month", "months"), "month"),
    **dict.fromkeys(("y", "yr", "year", "years"), "year"),
}
FORMATS: Final = ("csv", "jsonl", "parquet", "xlsx")
IDENTITIES: Final = ("key", "content")
_LOGICAL_TYPES: Final = ("string", "integer", "number", "boolean", "date", "timestamp", "time")
_IDENTIFIER: Final = re.compile(r"[a-z][a-z0-9_]{0,60}")
_TABLE: Final = re.compile(r"silver\.[a-z][a-z0-9_]{0,100}")
_PROCEDURE: Final = re.compile(r"silver\.load_[a-z][a-z0-9_]{0,100}")
_JSON_PATH: Final = re.compile(r"""\$(\."[^"'\\]+"|\.\w+)+""")
_DATE_PARTS: Final = {"y": "y", "M": "m", "d": "d"}
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml's takes a tenth of the time; a build of PyYAML may lack it."""


class ContractError(UsageProblem):
    """A contract is broken; the line names file, place and remedy."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column as delivered. `key_position` counts from 1 within the primary key and is 0 outside it.

    `typed_as` names how its text becomes a value ('' where the contract is silent), `minimum` and `maximum`
    are the least and greatest value allowed, as written; `is_personal` marks what tells of a person.
    `header` is what a file calls it (None: its name), `json_path` where a JSON line has it. `date_format`
    is a pattern such as dd-MM-yy, `unit` stands beside its numbers, `decimals` behind their `decimal_mark`.
    """

    name: str
    logical_type: str
    physical_type: str
    required: bool
    key_position: int
    description: str = ""
    typed_as: str = ""
    minimum: str | None = None
    maximum: str | None = None
    is_personal: bool = False
    header: str | None = None
    json_path: str = ""
    date_format: str = ""
    unit: str = ""
    decimal_mark: str = "."
    decimals: int = 4


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule on a whole record: `violation` is the T-SQL condition of a record that breaks it."""

    name: str
    description: str
    severity: str
    violation: str


@dataclass(frozen=True, slots=True)
class Dialect:
    """How the files of an entity are written; each of them has a header.

    `name_pattern` is a regular expression whose groups `date` (yyyy-mm-dd) and, if there is one, `revision`
    say which day of business a file is about and which delivery of it this is; '' when names say nothing.
    `skip_rows` lines above the header and what follows from the first line that `footer_pattern` matches
    are no records; a header of two rows is read as one, one that is shorter than the records has `fields` all
    the same; with 0 rows files have none, and columns are told by their order. `form` is one of FORMATS,
    `sheet` a workbook's ('' its first). `quote` is '"', "'" or '' for none, `escape` a backslash that stands
    before quotes within fields, `skip_blanks` says that blanks stand before those that open one.
    """

    file_pattern: str
    name_pattern: str
    delimiter: str
    quote: str
    encoding: str
    form: str = "csv"
    skip_rows: int = 0
    header_rows: int = 1
    footer_pattern: str = ""
    sheet: str = ""
    fields: int = 0
    escape: str = ""
    skip_blanks: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether a file is a header and records, and nothing else."""
        return not self.skip_rows and self.header_rows < 2 and not self.footer_pattern

    @property
    def corrected(self) -> Dialect:
        """That of a record which was corrected here: a header and a record as RFC 4180 has them."""
        return Dialect(self.file_pattern, "", self.delimiter, '"', "utf-8", form=self.form)


@dataclass(frozen=True, slots=True)
class Retention:
    """How long something is kept: `count` of `unit` ('day', 'month', 'year').

    `element` is one of RETAINED, or the entity, which stands for all of them that are not named.
    """

    element: str
    count: int
    unit: str


@dataclass(frozen=True, slots=True)
class Contract:
    """What one entity of one source delivers.

    `feeds` are the silver tables loaded from it, `silver_target` is the one of its grain ('' when not said)
    and
    `loaded_by` the procedure that loads that ('' for those of the warehouse's fixed flow). `identity` says
    what
    makes two records the same: their key, or all that they say. `null_words` stand for nothing in its files.
    `location` is where `warehouse source pull` fetches it ('' for what is delivered), `pull` how, as written.
    """

    source: str
    entity: str
    version: str
    title: str
    description: str
    columns: tuple[Column, ...]
    dialect: Dialect
    feeds: tuple[str, ...]
    file: Path
    grain: str = ""
    silver_target: str = ""
    rules: tuple[Rule, ...] = ()
    quality: tuple[QualityRule, ...] = ()
    retentions: tuple[Retention, ...] = ()
    loaded_by: str = ""
    identity: str = "key"
    null_words: tuple[str, ...] = ()
    location: str = ""
    pull: Mapping[str, Any] = field(default_factory=dict)

    def retention_of(self, layer: str) -> Retention | None:
        """How long a layer keeps this entity; None: for good. Landing is not meant where it is not named."""
        by_element = {retention.element: retention for retention in self.retentions}
        general = None if layer == "landing" else by_element.get(self.entity)
        return by_element.get(layer, general)

    @property
    def is_typed(self) -> bool:
        """Whether it says of every column how its text becomes a value."""
        return all(column.typed_as for column in self.columns)

    @property
    def version_column(self) -> str:
        """The column that says which of two records of a key is the later; '' where deliveries say it."""
        return next((column.name for column in self.columns if column.name == "updated_at"), "")

    @property
    def name(self) -> str:
        """`<source>_<entity>`, which bronze objects are called after."""
        return f"{self.source}_{self.entity}"

    @property
    def table(self) -> str:
        """The bronze table, `bronze.<source>_<entity>`."""
        return f"bronze.{self.name}"

    @property
    def key(self) -> tuple[str, ...]:
        """The primary key's columns in their order."""
        parts = sorted(
            (column for column in self.columns if column.key_position), key=lambda c: c.key_position
        )
        return tuple(column.name for column in parts)


def load_contracts(folder: Path) -> tuple[Contract, ...]:
    """All contracts below `folder`, by source and entity.

    Errors: ContractError when one is broken or there is none.
    """
    files = sorted(folder.glob("*/*.yml"))
    if not files:
        raise ContractError(
            f"{folder}: holds no <source>/<entity>.yml; add a contract or name another project"
        )
    return tuple(read_contract(file) for file in files)


def contract_named(contracts: Sequence[Contract], entity: str) -> Contract:
    """The contract of `entity`, written as SOURCE/ENTITY. Errors: UsageProblem."""
    by_name = {f"{one.source}/{one.entity}": one for one in contracts}
    if entity not in by_name:
        raise UsageProblem(f"{entity}: no contract is called so; name one of {', '.join(by_name)}")
    return by_name[entity]


def read_contract(file: Path) -> Contract:
    """One contract. Errors: ContractError."""
    raw = _read_yaml(file)
    model = _validated(file, raw)
    for place in _unknown_keys(raw, model.model_dump(by_alias=True, exclude_unset=True), ""):
        raise ContractError(f"{file}: {place} is not in the standard; correct its name or remove it")
    return _Reader(file, model).contract()


def is_encoding(name: str) -> bool:
    """Whether text may be said to be encoded so."""
    try:
        return "a".encode(name) != b""
    except (LookupError, UnicodeError):
        return False


def _read_yaml(file: Path) -> Mapping[str, Any]:
    try:
        raw = yaml.load(file.read_text(encoding="utf-8"), Loader=_LOADER)
    except OSError as error:
        raise ContractError(f"{file}: cannot be read ({error.strerror}); check its permissions") from error
    except UnicodeDecodeError as error:
        raise ContractError(f"{file}: not UTF-8 at byte {error.start}; save it as UTF-8") from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise ContractError(f"{file}{place}: {error.problem}; correct the YAML") from error
    except yaml.YAMLError as error:
        raise ContractError(f"{file}: {' '.join(str(error).split())}; correct the YAML") from error
    if not isinstance(raw, dict):
        raise ContractError(f"{file}: holds no mapping; begin with apiVersion: {API_VERSION}")
    return raw


def _validated(file: Path, raw: Mapping[str, Any]) -> OpenDataContractStandard:
    try:
        return OpenDataContractStandard.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        place = _place(first["loc"])
        raise ContractError(
            f"{file}: {place}: {first['msg']}; see the Open Data Contract Standard"
        ) from error


def _place(parts: tuple[int | str, ...]) -> str:
    """`schema[0].properties[2].name` of a path of keys and positions."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts)
    return text.removeprefix(".")


def _unknown_keys(raw: Any, known: Any, place: str) -> Iterator[str]:
    """The places in `raw` that the standard's model dropped: it ignores what it does not know."""
    if isinstance(raw, dict) and isinstance(known, dict):
        for key, value in raw.items():
            inner = f"{place}.{key}".removeprefix(".")
            if key in known:
                yield from _unknown_keys(value, known[key], inner)
            else:
                yield inner
    elif isinstance(raw, list) and isinstance(known, list):
        for position, (value, item) in enumerate(zip(raw, known, strict=True)):
            yield from _unknown_keys(value, item, f"{place}[{position}]")


def _limit(number: Any) -> str | None:
    return None if number is None else as_written(number)


def date_order(pattern: str) -> str:
    """'dmy', 'mdy' or 'ymd' of a pattern such as dd-MM-yyyy; '' for one that is another."""
    letters = [_DATE_PARTS[letter] for letter in pattern if letter in _DATE_PARTS]
    order = "".join(letter for place, letter in enumerate(letters) if letter not in letters[:place])
    return order if order in ("dmy", "mdy", "ymd") else ""


def path_parts(path: str) -> list[str]:
    """The names in a path such as $.address."zip code"."""
    return [quoted or plain for quoted, plain in re.findall(r'\."([^"]+)"|\.(\w+)', path)]


class _Reader:
    """Takes from the standard's model what the plan needs, and refuses what it could not honour."""

    def __init__(self, file: Path, model: OpenDataContractStandard) -> None:
        self._file = file
        self._model = model
        self._source = file.parent.name
        self._entity = file.stem

    def contract(self) -> Contract:
        self._check_head()
        schema = self._schema()
        custom = {item.property: item.value for item in schema.customProperties or []}
        description = self._model.description
        return Contract(
            source=self._source,
            entity=self._entity,
            version=str(self._model.version),
            title=self._model.name or self._entity,
            description=(description.purpose if description else None) or "",
            columns=self._columns(schema.properties or [], self._identity(custom)),
            dialect=self._dialect(custom),
            feeds=self._feeds(custom),
            file=self._file,
            grain=schema.dataGranularityDescription or "",
            silver_target=self._silver_target(custom),
            rules=tuple(self._rules(schema)),
            retentions=tuple(self._retentions()),
            loaded_by=self._loaded_by(custom),
            identity=self._identity(custom),
            null_words=self._null_words(custom),
            quality=self._quality(schema),
            location=self._location(),
            pull=self._pull(custom),
        )

    def _check_head(self) -> None:
        self._expect("apiVersion", self._model.apiVersion, (API_VERSION,))
        self._expect("kind", self._model.kind, ("DataContract",))
        for name in ("id", "version", "status"):
            if not getattr(self._model, name):
                raise self._error(name, "is missing", "the standard requires it, add it")
        for name, value in (("source", self._source), ("entity", self._entity)):
            if not _IDENTIFIER.fullmatch(value):
                raise self._error(
                    "path", f"{value!r} is no {name} name", "use lower-case letters, digits and _"
                )

    def _schema(self) -> SchemaObject:
        schemas = self._model.schema_ or []
        if len(schemas) != 1:
            raise self._error(
                "schema", f"holds {len(schemas)} objects", "describe exactly one entity in a file"
            )
        schema = schemas[0]
        self._expect("schema[0].name", schema.name, (self._entity,))
        self._expect(
            "schema[0].physicalName", schema.physicalName, (f"bronze.{self._source}_{self._entity}",)
        )
        return schema

    def _columns(self, properties: list[SchemaProperty], identity: str) -> tuple[Column, ...]:
        if not properties:
            raise self._error("schema[0].properties", "is empty", "list the columns in the order of the file")
        columns = tuple(self._column(index, item) for index, item in enumerate(properties))
        seen: set[str] = set()
        for index, column in enumerate(columns):
            if column.name in seen:
                place = f"schema[0].properties[{index}].name"
                raise self._error(place, f"{column.name!r} is there twice", "give each column one name")
            seen.add(column.name)
        positions = sorted(column.key_position for column in columns if column.key_position)
        if positions != list(range(1, len(positions) + 1)) or (identity == "key") == (not positions):
            raise self._error(
                "schema[0].properties",
                f"primaryKeyPosition counts {positions}",
                "mark at least one column primaryKey and number them 1, 2, …, or none with identity: content",
            )
        return columns

    def _column(self, index: int, item: SchemaProperty) -> Column:
        place = f"schema[0].properties[{index}]"
        name = item.name or ""
        if not _IDENTIFIER.fullmatch(name):
            raise self._error(
                f"{place}.name", f"{name!r} is no column name", "use lower-case letters, digits and _"
            )
        self._expect(f"{place}.logicalType", item.logicalType, _LOGICAL_TYPES)
        if not item.physicalType:
            raise self._error(f"{place}.physicalType", "is missing", "give the type of the bronze column")
        custom = {entry.property: entry.value for entry in item.customProperties or []}
        limits = item.logicalTypeOptions or {}
        return Column(
            name=name,
            logical_type=str(item.logicalType),
            physical_type=item.physicalType,
            required=bool(item.required),
            key_position=item.primaryKeyPosition or 1 if item.primaryKey else 0,
            description=item.description or "",
            typed_as=str(custom.get("typedAs", "")),
            minimum=_limit(limits.get("minimum")),
            maximum=_limit(limits.get("maximum")),
            is_personal="pii" in (item.tags or []),
            header=self._text_or_none(place, custom, "header"),
            json_path=self._json_path(place, custom.get("jsonPath", f"$.{name}")),
            date_format=self._date_format(place, limits.get("format", "")),
            unit=str(custom.get("unit", "")),
            decimal_mark=self._one_of(place, custom, "decimalMark", ".", (".", ",")),
            decimals=self._number(custom, "decimals", 4, 0, 18),
        )

    def _json_path(self, place: str, path: object) -> str:
        """A path of names only, which is what goes into a literal of T-SQL."""
        if not isinstance(path, str) or not _JSON_PATH.fullmatch(path):
            remedy = "write names behind dots, as in $.address.city, others in quotes"
            raise self._error(f"{place}.customProperties.jsonPath", f"is {path!r}", remedy)
        return path

    def _text_or_none(self, place: str, custom: Mapping[str | None, Any], name: str) -> str | None:
        value = custom.get(name)
        if value is not None and not isinstance(value, str):
            raise self._error(f"{place}.customProperties.{name}", f"is {value!r}", "put it in quotes")
        return value

    def _one_of(
        self, place: str, custom: Mapping[str | None, Any], name: str, default: str, allowed: tuple[str, ...]
    ) -> str:
        value = custom.get(name, default)
        if value not in allowed:
            raise self._error(
                f"{place}.customProperties.{name}", f"is {value!r}", f"use one of {' '.join(allowed)}"
            )
        return str(value)

    def _date_format(self, place: str, written: object) -> str:
        """A pattern of day, month and year, each once."""
        if written == "":
            return ""
        if not isinstance(written, str) or len(date_order(written)) != 3:
            remedy = "name day, month and year once each, as in dd-MM-yy"
            raise self._error(f"{place}.logicalTypeOptions.format", f"is {written!r}", remedy)
        return written

    def _number(
        self, custom: Mapping[str | None, Any], name: str, default: int, least: int, greatest: int
    ) -> int:
        value = custom.get(name, default)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= greatest:
            raise self._custom(name, value, f"give a whole number from {least} to {greatest}")
        return value

    def _dialect(self, custom: Mapping[str | None, Any]) -> Dialect:
        pattern = custom.get("filePattern", "*.csv")
        if not isinstance(pattern, str) or not pattern or "/" in pattern or "\\" in pattern:
            raise self._custom("filePattern", pattern, "give a pattern for file names, such as *.csv")
        delimiter, quote, encoding = (
            custom.get("delimiter", ","),
            custom.get("quote", '"'),
            custom.get("encoding", "utf-8"),
        )
        if delimiter not in DELIMITERS:
            raise self._custom("delimiter", delimiter, "use one of , ; | or a tab")
        if quote not in ('"', "'", ""):
            raise self._custom("quote", quote, """use '"' as CSV (RFC 4180) has it, "'", or '' for none""")
        if not isinstance(encoding, str) or not is_encoding(encoding):
            raise self._custom("encoding", encoding, "use a name such as utf-8, windows-1252 or iso-8859-2")
        escape = custom.get("escape", "")
        if escape not in ("", "\\"):
            raise self._custom("escape", escape, "use a backslash, or leave it out")
        skip_blanks = custom.get("skipBlanks", False)
        if not isinstance(skip_blanks, bool):
            raise self._custom("skipBlanks", skip_blanks, "use true or false")
        form = custom.get("format", "csv")
        if form not in FORMATS:
            raise self._custom("format", form, f"use one of {', '.join(FORMATS)}")
        return Dialect(
            pattern,
            self._name_pattern(custom),
            delimiter,
            quote,
            encoding,
            form=form,
            skip_rows=self._number(custom, "skipRows", 0, 0, 1000),
            header_rows=self._number(custom, "headerRows", 1, 0, 2),
            footer_pattern=self._footer_pattern(custom),
            sheet=str(custom.get("sheet", "")),
            fields=self._number(custom, "fields", 0, 0, 4000),
            escape=escape,
            skip_blanks=skip_blanks,
        )

    def _footer_pattern(self, custom: Mapping[str | None, Any]) -> str:
        pattern = custom.get("footerPattern", "")
        try:
            re.compile(pattern)
        except (re.error, TypeError) as error:
            remedy = "give a regular expression that the first line below the records begins with"
            raise self._custom("footerPattern", pattern, remedy) from error
        return str(pattern)

    def _identity(self, custom: Mapping[str | None, Any]) -> str:
        identity = custom.get("identity", "key")
        if identity not in IDENTITIES:
            raise self._custom("identity", identity, f"use one of {', '.join(IDENTITIES)}")
        return str(identity)

    def _location(self) -> str:
        """The first of the standard's servers; the others are those of other environments."""
        server = next(iter(self._model.servers or []), None)
        return (server.location or "") if server else ""

    def _pull(self, custom: Mapping[str | None, Any]) -> Mapping[str, Any]:
        pull = custom.get("pull", {})
        if not isinstance(pull, dict):
            raise self._custom("pull", pull, "write names and values below it")
        return pull

    def _null_words(self, custom: Mapping[str | None, Any]) -> tuple[str, ...]:
        words = custom.get("nullWords", [])
        if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
            raise self._custom("nullWords", words, "list texts, in quotes")
        return tuple(words)

    def _loaded_by(self, custom: Mapping[str | None, Any]) -> str:
        procedure = custom.get("loadedBy", "")
        if procedure and not (isinstance(procedure, str) and _PROCEDURE.fullmatch(procedure)):
            raise self._custom("loadedBy", procedure, "name a procedure such as silver.load_bank_payments")
        if procedure and not custom.get("silverTarget"):
            raise self._custom("loadedBy", procedure, "name the table it loads as silverTarget")
        return str(procedure)

    def _name_pattern(self, custom: Mapping[str | None, Any]) -> str:
        pattern = custom.get("fileNamePattern", "")
        remedy = "give a regular expression with a group (?P<date>…) and, if need be, (?P<revision>…)"
        try:
            groups = re.compile(pattern).groupindex
        except (re.error, TypeError) as error:
            raise self._custom("fileNamePattern", pattern, remedy) from error
        if pattern and (set(groups) - {"date", "revision"} or "date" not in groups):
            raise self._custom("fileNamePattern", pattern, remedy)
        return str(pattern)

    def _rules(self, schema: SchemaObject) -> Iterator[Rule]:
        """The rules in T-SQL that keep a record out, in the order in which the first that applies counts."""
        for rule in self._all_rules(schema):
            if rule.severity == "quarantine":
                yield Rule(rule.name, rule.description or phrase(rule), rule.severity, violation(rule))

    def _quality(self, schema: SchemaObject) -> tuple[QualityRule, ...]:
        """The rules that are counted."""
        return tuple(rule for rule in self._all_rules(schema) if rule.severity != "quarantine")

    def _all_rules(self, schema: SchemaObject) -> Iterator[QualityRule]:
        seen: set[str] = set()
        groups = [("schema[0]", "", schema.quality)]
        for index, item in enumerate(schema.properties or []):
            groups.append((f"schema[0].properties[{index}]", item.name or "", item.quality))
        for place, column, items in groups:
            for rule in read_rules(items or (), place, column, self._error):
                if rule.name in seen:
                    raise self._error(
                        f"{place}.quality",
                        f"has a second rule {rule.name}",
                        "give each rule a name of its own",
                    )
                seen.add(rule.name)
                yield rule

    def _retentions(self) -> Iterator[Retention]:
        """The slaProperties called retention: each says what it is about and for how long."""
        seen: set[str] = set()
        for index, item in enumerate(self._model.slaProperties or []):
            if item.property != "retention":
                continue
            place = f"slaProperties[{index}]"
            self._expect(f"{place}.element", item.element, (self._entity, *RETAINED))
            self._expect(f"{place}.unit", item.unit, tuple(_PERIODS))
            if type(item.value) is not int or item.value < 1:
                raise self._error(f"{place}.value", f"is {item.value!r}", "write a whole number from 1 on")
            if item.element in seen:
                raise self._error(f"{place}.element", f"{item.element!r} is there twice", "give one period")
            seen.add(str(item.element))
            yield Retention(str(item.element), item.value, _PERIODS[str(item.unit)])

    def _silver_target(self, custom: Mapping[str | None, Any]) -> str:
        target = custom.get("silverTarget", "")
        if target and not (isinstance(target, str) and _TABLE.fullmatch(target)):
            raise self._custom("silverTarget", target, "name a table such as silver.products")
        return str(target)

    def _feeds(self, custom: Mapping[str | None, Any]) -> tuple[str, ...]:
        feeds = custom.get("feeds", [])
        if not isinstance(feeds, list) or not all(isinstance(f, str) and _TABLE.fullmatch(f) for f in feeds):
            raise self._custom("feeds", feeds, "list tables such as silver.products")
        return tuple(feeds)

    def _expect(self, place: str, value: object, allowed: tuple[str, ...]) -> None:
        if value not in allowed:
            expected = allowed[0] if len(allowed) == 1 else f"one of {', '.join(allowed)}"
            raise self._error(
                place, f"is {value!r}" if value is not None else "is missing", f"write {expected}"
            )

    def _custom(self, name: str, value: object, remedy: str) -> ContractError:
        return self._error(f"schema[0].customProperties.{name}", f"is {value!r}", remedy)

    def _error(self, place: str, problem: str, remedy: str) -> ContractError:
        return ContractError(f"{self._file}: {place} {problem}; {remedy}")
