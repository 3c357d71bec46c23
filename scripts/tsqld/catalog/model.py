"""What a database holds, as frozen values: tables with their constraints, modules, sequences, types …

A `Catalog` is an immutable snapshot; changing it yields another, so a transaction works on its own and
publishes it at commit. Every object knows how to be written as JSON (pydantic); `catalog.store` keeps it in
the database.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count

from tsqld.types import SqlType

NO_ACTION = "NO ACTION"
_VERSIONS = count(2)
"""Versions are unique in the process: two transactions never give one number to different snapshots."""


@dataclass(frozen=True, slots=True)
class Default:
    """A DEFAULT constraint: its name and its T-SQL text."""

    name: str
    text: str
    object_id: int = 0
    system_named: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table, view or table-valued function. `computed` is the T-SQL text of a computed
    column."""

    name: str
    type: SqlType
    nullable: bool = True
    identity: tuple[int, int] | None = None
    default: Default | None = None
    computed: str = ""
    persisted: bool = False
    rowguidcol: bool = False
    column_id: int = 0
    sparse: bool = False
    alias: tuple[str, str] | None = None
    """The user type (or sysname) the column was declared of: schema and name."""

    @property
    def is_generated(self) -> bool:
        """Whether the engine, not the statement, supplies the value."""
        return bool(self.computed) or self.type.name in ("rowversion", "timestamp")


@dataclass(frozen=True, slots=True)
class Index:
    """An index or key constraint. `kind` is '', 'PRIMARY KEY', 'UNIQUE' or 'COLUMNSTORE'; a heap has none."""

    name: str
    columns: tuple[tuple[str, bool], ...]
    unique: bool = False
    clustered: bool = False
    kind: str = ""
    include: tuple[str, ...] = ()
    where: str = ""
    index_id: int = 0
    object_id: int = 0
    disabled: bool = False
    placed_on: tuple[str, ...] = ()
    system_named: bool = False
    options: tuple[tuple[str, str], ...] = ()
    """Options of WITH (…) that the catalog shows, names in upper case."""

    @property
    def is_constraint(self) -> bool:
        return self.kind in ("PRIMARY KEY", "UNIQUE")

    @property
    def column_names(self) -> tuple[str, ...]:
        return tuple(name for name, _ in self.columns)

    def option(self, name: str, default: str = "") -> str:
        return dict(self.options).get(name, default)

    @property
    def ignores_duplicates(self) -> bool:
        """IGNORE_DUP_KEY = ON: an INSERT skips rows whose key exists."""
        return self.option("IGNORE_DUP_KEY") == "ON"


@dataclass(frozen=True, slots=True)
class ForeignKey:
    name: str
    columns: tuple[str, ...]
    schema: str
    table: str
    referenced: tuple[str, ...]
    on_delete: str = NO_ACTION
    on_update: str = NO_ACTION
    disabled: bool = False
    trusted: bool = True
    object_id: int = 0
    system_named: bool = False

    def references(self, table: Table) -> bool:
        """Whether this is a reference to `table`."""
        return (self.schema.lower(), self.table.lower()) == (table.schema.lower(), table.name.lower())


@dataclass(frozen=True, slots=True)
class Check:
    name: str
    text: str
    disabled: bool = False
    trusted: bool = True
    column: str = ""
    object_id: int = 0
    system_named: bool = False


@dataclass(frozen=True, slots=True)
class Statistics:
    """Statistics made by CREATE STATISTICS; they steer nothing here and are listed only."""

    name: str
    columns: tuple[str, ...]
    where: str = ""
    stats_id: int = 0


@dataclass(frozen=True, slots=True)
class SchemaObject:
    """Anything with a schema and an object_id. `created`/`modified` are UTC; `owner` is the schema's where
    it is empty."""

    object_id: int
    schema: str
    name: str
    created: datetime
    modified: datetime
    owner: str = field(default="", kw_only=True)

    @property
    def full_name(self) -> str:
        return f"{self.schema}.{self.name}"


@dataclass(frozen=True, slots=True)
class Table(SchemaObject):
    """A table, temp table, table variable or table type. `storage` is DuckDB's qualified, quoted name."""

    columns: tuple[Column, ...]
    indexes: tuple[Index, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    checks: tuple[Check, ...] = ()
    placed_on: tuple[str, ...] = ()
    storage: str = ""
    kind: str = "U"
    next_column_id: int = 0
    statistics: tuple[Statistics, ...] = ()
    options: tuple[tuple[str, str], ...] = ()
    """LOCK_ESCALATION and DATA_COMPRESSION, where set."""

    def column(self, name: str) -> Column | None:
        wanted = name.lower()
        return next((column for column in self.columns if column.name.lower() == wanted), None)

    @property
    def identity(self) -> Column | None:
        return next((column for column in self.columns if column.identity), None)

    def constraints(self) -> list[tuple[str, str, int]]:
        """(sys.objects.type, name, object_id) of the table's constraints."""
        found = [
            ("PK" if index.kind == "PRIMARY KEY" else "UQ", index.name, index.object_id)
            for index in self.indexes
            if index.is_constraint
        ]
        found += [("F", foreign.name, foreign.object_id) for foreign in self.foreign_keys]
        found += [("C", check.name, check.object_id) for check in self.checks]
        found += [("D", c.default.name, c.default.object_id) for c in self.columns if c.default]
        return found

    @property
    def is_temporary(self) -> bool:
        return self.kind in ("T#", "T@")

    @property
    def keys(self) -> tuple[Index, ...]:
        return tuple(index for index in self.indexes if index.unique and not index.disabled)

    @property
    def clustered(self) -> Index | None:
        return next((index for index in self.indexes if index.clustered), None)


@dataclass(frozen=True, slots=True)
class ModuleParameter:
    name: str
    type: SqlType
    output: bool = False
    has_default: bool = False
    readonly: bool = False
    table_type: tuple[str, str] | None = None
    alias: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Module(SchemaObject):
    """A procedure, function, view or trigger: `kind` as `syntax.nodes.CreateModule` has it."""

    kind: str
    text: str
    parameters: tuple[ModuleParameter, ...] = ()
    columns: tuple[Column, ...] = ()
    returns: SqlType | None = None
    schema_bound: bool = False
    table: tuple[str, str] | None = None
    events: tuple[str, ...] = ()
    disabled: bool = False
    quoted_identifier: bool = True
    execute_as: str = ""
    """The user it runs as: empty for its caller, OWNER for whoever owns it."""


@dataclass(frozen=True, slots=True)
class Sequence(SchemaObject):
    type: SqlType
    start: int
    increment: int
    minimum: int
    maximum: int
    cycle: bool = False
    cached: bool = True
    cache_size: int | None = None


@dataclass(frozen=True, slots=True)
class Synonym(SchemaObject):
    base: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UserType(SchemaObject):
    """An alias type, or a table type when `table` is given."""

    base: SqlType | None = None
    nullable: bool = True
    table: Table | None = None
    type_id: int = 0
    """sys.types.user_type_id, from 257."""


@dataclass(frozen=True, slots=True)
class Schema:
    schema_id: int
    name: str
    owner: str = "dbo"


@dataclass(frozen=True, slots=True)
class PartitionFunction:
    function_id: int
    name: str
    type: SqlType
    right: bool
    values: tuple[str, ...]
    """Boundary values as T-SQL literals, ascending."""


@dataclass(frozen=True, slots=True)
class PartitionScheme:
    scheme_id: int
    name: str
    function: str
    filegroups: tuple[str, ...]
    next_used: str = ""
    """The file group of the partition that the next SPLIT makes."""
    every: bool = False
    """Made with ALL TO: the one file group stays NEXT USED."""


@dataclass(frozen=True, slots=True)
class Property:
    """An extended property: class, object_id and column it belongs to, its name and text, and the type its
    value was given in (empty when that was NULL)."""

    class_id: int
    major_id: int
    minor_id: int
    name: str
    value: str
    base: str = "nvarchar(4000)"


@dataclass(frozen=True, slots=True)
class Principal:
    """A database user or role; `member_of` names roles, `sid` is that of a user without login, in hex."""

    principal_id: int
    name: str
    kind: str
    login: str = ""
    member_of: tuple[str, ...] = ()
    owner: str = ""
    default_schema: str = ""
    sid: str = ""


@dataclass(frozen=True, slots=True)
class Login:
    """A server login, kept in master: `password` is its hash, `roles` are server roles in lower case."""

    principal_id: int
    name: str
    password: str
    disabled: bool = False
    database: str = "master"
    roles: tuple[str, ...] = ()
    sid: str = ""
    language: str = "us_english"
    check_policy: bool = True
    check_expiration: bool = False
    created: datetime | None = None


@dataclass(frozen=True, slots=True)
class ServerRole:
    """A server role that somebody made, kept in master; `roles` are those it belongs to, in lower case."""

    principal_id: int
    name: str
    owner: str = "sa"
    roles: tuple[str, ...] = ()
    created: datetime | None = None


@dataclass(frozen=True, slots=True)
class Grant:
    """One permission: `state` is GRANT, GRANT_WITH_GRANT_OPTION or DENY.

    Those of the server, of logins and of server roles are kept in master.
    """

    principal: str
    state: str
    permission: str
    securable_class: str
    schema: str = ""
    name: str = ""
    column: str = ""
    grantor: str = "dbo"


@dataclass(frozen=True, slots=True)
class UserMessage:
    """A message of sp_addmessage, kept in master."""

    message_id: int
    severity: int
    text: str


Object = Table | Module | Sequence | Synonym | UserType
Entry = (
    Object
    | Schema
    | PartitionFunction
    | PartitionScheme
    | Property
    | Principal
    | Login
    | ServerRole
    | Grant
    | UserMessage
)

_MODULE_TYPES = {
    "PROCEDURE": "P",
    "VIEW": "V",
    "TRIGGER": "TR",
    "SCALAR FUNCTION": "FN",
    "INLINE FUNCTION": "IF",
    "TABLE FUNCTION": "TF",
}


def object_type(found: Object) -> str:
    """sys.objects.type of an object."""
    if isinstance(found, Module):
        return _MODULE_TYPES[found.kind]
    return {Table: "U", Sequence: "SO", Synonym: "SN", UserType: "TT"}[type(found)]


SYSTEM_SCHEMAS = ("sys", "INFORMATION_SCHEMA")


def entry_key(entry: Entry) -> str:
    """The key an entry is kept under: its class and its name, case-insensitively."""
    match entry:
        case UserType():
            return f"type:{entry.schema}.{entry.name}".lower()
        case Table() | Module() | Sequence() | Synonym():
            return f"object:{entry.schema}.{entry.name}".lower()
        case Schema():
            return f"schema:{entry.name}".lower()
        case PartitionFunction():
            return f"partition function:{entry.name}".lower()
        case PartitionScheme():
            return f"partition scheme:{entry.name}".lower()
        case Property():
            return f"property:{entry.class_id}.{entry.major_id}.{entry.minor_id}.{entry.name}".lower()
        case Principal():
            return f"principal:{entry.name}".lower()
        case Login():
            return f"login:{entry.name}".lower()
        case ServerRole():
            return f"server role:{entry.name}".lower()
        case UserMessage():
            return f"message:{entry.message_id}"
        case Grant():
            scope = f"{entry.securable_class}.{entry.schema}.{entry.name}.{entry.column}"
            return f"grant:{entry.principal}.{entry.permission}.{scope}".lower()


FILEGROUPS = "FILEGROUPS"
"""The option that lists a database's filegroups, one a line."""


@dataclass(frozen=True, slots=True)
class Catalog:
    """One database's entries by key. `version` grows with every change and keys the caches above."""

    name: str
    entries: Mapping[str, Entry] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    version: int = 0
    next_id: int = 901578250
    created: datetime = datetime(2020, 1, 1)

    def put(self, *entries: Entry) -> Catalog:
        merged = dict(self.entries)
        for entry in entries:
            merged[entry_key(entry)] = entry
        return replace(self, entries=merged, version=next(_VERSIONS))

    def remove(self, *keys: str) -> Catalog:
        gone = set(keys)
        kept = {key: entry for key, entry in self.entries.items() if key not in gone}
        return replace(self, entries=kept, version=next(_VERSIONS))

    def with_option(self, name: str, value: str) -> Catalog:
        return replace(self, options={**self.options, name: value}, version=next(_VERSIONS))

    @property
    def filegroups(self) -> tuple[str, ...]:
        """The database's filegroups besides PRIMARY, in the order they were added."""
        return tuple(filter(None, self.options.get(FILEGROUPS, "").split("\n")))

    def object(self, schema: str, name: str) -> Object | None:
        found = self.entries.get(f"object:{schema}.{name}".lower())
        return found if isinstance(found, Table | Module | Sequence | Synonym) else None

    def table(self, schema: str, name: str) -> Table | None:
        found = self.object(schema, name)
        return found if isinstance(found, Table) else None

    def user_type(self, schema: str, name: str) -> UserType | None:
        found = self.entries.get(f"type:{schema}.{name}".lower())
        return found if isinstance(found, UserType) else None

    def schema(self, name: str) -> Schema | None:
        found = self.entries.get(f"schema:{name}".lower())
        return found if isinstance(found, Schema) else None

    def partition_function(self, name: str) -> PartitionFunction | None:
        found = self.entries.get(f"partition function:{name}".lower())
        return found if isinstance(found, PartitionFunction) else None

    def partition_scheme(self, name: str) -> PartitionScheme | None:
        found = self.entries.get(f"partition scheme:{name}".lower())
        return found if isinstance(found, PartitionScheme) else None

    def objects(self) -> Iterator[Object]:
        for entry in self.entries.values():
            if isinstance(entry, Table | Module | Sequence | Synonym | UserType):
                yield entry

    def tables(self) -> Iterator[Table]:
        return (entry for entry in self.entries.values() if isinstance(entry, Table))

    def modules(self) -> Iterator[Module]:
        return (entry for entry in self.entries.values() if isinstance(entry, Module))

    def schemas(self) -> Iterator[Schema]:
        return (entry for entry in self.entries.values() if isinstance(entry, Schema))

    def triggers_of(self, table: Table | Module) -> list[Module]:
        """The enabled triggers of a table or view."""
        wanted = (table.schema.lower(), table.name.lower())
        return [
            module
            for module in self.modules()
            if module.kind == "TRIGGER"
            and module.table
            and tuple(part.lower() for part in module.table) == wanted
            and not module.disabled
        ]

    def by_id(self, object_id: int) -> Object | None:
        return next((entry for entry in self.objects() if entry.object_id == object_id), None)


def new_catalog(name: str, created: datetime, owner: str = "") -> Catalog:
    """An empty database: the schemas and principals every database has. `owner` is a login other than sa."""
    schemas = [
        Schema(1, "dbo"),
        Schema(2, "guest", "guest"),
        Schema(3, "INFORMATION_SCHEMA", "INFORMATION_SCHEMA"),
        Schema(4, "sys", "sys"),
    ]
    principals = [Principal(0, "public", "R"), Principal(1, "dbo", "S", "sa"), Principal(2, "guest", "S")]
    roles = (
        "db_owner",
        "db_accessadmin",
        "db_securityadmin",
        "db_ddladmin",
        "db_backupoperator",
        "db_datareader",
        "db_datawriter",
        "db_denydatareader",
        "db_denydatawriter",
    )
    principals += [Principal(16384 + i, role, "R") for i, role in enumerate(roles) if i < 4]
    principals += [Principal(16385 + i, role, "R") for i, role in enumerate(roles) if i >= 4]
    options = {"READ_COMMITTED_SNAPSHOT": "ON", "ALLOW_SNAPSHOT_ISOLATION": "ON", "RECOVERY": "FULL"}
    if owner:
        options["OWNER"] = owner
    return Catalog(name, {}, options, created=created).put(*schemas, *principals)
