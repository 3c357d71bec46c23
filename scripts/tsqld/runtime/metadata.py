"""The answers of metadata functions: OBJECT_ID, COL_LENGTH, TYPE_NAME, INDEX_COL, DATABASEPROPERTYEX …

Specification: Microsoft Learn, "Metadata functions (Transact-SQL)". A name or id that there is not gives
NULL, as does a property that no page names. OBJECTPROPERTY and its like are in `objectfacts`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final

from tsql.tokens import TokenError, tokenize
from tsqld.catalog.facets import TYPE_IDS, max_length, precision_scale
from tsqld.catalog.model import Catalog, Column, Index, Module, Table, UserType, object_type
from tsqld.catalog.spelling import spelled_condition, spelled_value
from tsqld.catalog.views import system_object_id, system_views
from tsqld.catalog.views.common import user_type_id, user_types
from tsqld.catalog.views.principals import principal_ids
from tsqld.catalog.views.server import SWITCHES, files_of
from tsqld.catalog.views.spec import Row
from tsqld.catalog.views.temporaries import padded, temporaries_of
from tsqld.errors import unsupported
from tsqld.runtime.determinism import column_fact
from tsqld.runtime.objectfacts import Subject, object_fact
from tsqld.runtime.session import Session
from tsqld.types import DEFAULT_COLLATION

_FIXED_DATABASES: Final = {"master": 1, "tempdb": 2, "model": 3, "msdb": 4}
_DATABASE_SWITCHES: Final = {
    "ISAUTOCLOSE": "is_auto_close_on",
    "ISAUTOSHRINK": "is_auto_shrink_on",
    "ISAUTOCREATESTATISTICS": "is_auto_create_stats_on",
    "ISAUTOUPDATESTATISTICS": "is_auto_update_stats_on",
    "ISANSINULLDEFAULT": "is_ansi_null_default_on",
    "ISANSINULLSENABLED": "is_ansi_nulls_on",
    "ISANSIPADDINGENABLED": "is_ansi_padding_on",
    "ISANSIWARNINGSENABLED": "is_ansi_warnings_on",
    "ISARITHMETICABORTENABLED": "is_arithabort_on",
    "ISNULLCONCAT": "is_concat_null_yields_null_on",
    "ISNUMERICROUNDABORTENABLED": "is_numeric_roundabort_on",
    "ISQUOTEDIDENTIFIERSENABLED": "is_quoted_identifier_on",
    "ISRECURSIVETRIGGERSENABLED": "is_recursive_triggers_on",
    "ISCLOSECURSORSONCOMMITENABLED": "is_cursor_close_on_commit_on",
}


def name_parts(text: str) -> tuple[str, ...] | None:
    """The parts of a name inside a string, or None when it is no name."""
    try:
        tokens = tokenize(text.strip())
    except TokenError:
        return None
    parts: list[str] = []
    expect_name = True
    for token in tokens[:-1]:
        if token.upper == ".":
            if expect_name:
                parts.append("")
            expect_name = True
        elif expect_name and token.kind.value in ("name", "quoted", "variable"):
            parts.append(token.value)
            expect_name = False
        else:
            return None
    return tuple(parts) if parts and not expect_name and len(parts) <= 4 else None


class MetadataFunctions:
    """Looks answers up in the catalogs."""

    session: Session

    def _catalog(self) -> Catalog:
        session = self.session
        return session.authority.visible(session.catalog(session.frame.database or session.database))

    # databases

    def _db_name(self, *database_id: int | None) -> str | None:
        if not database_id:
            return self.session.frame.database or self.session.database
        names = self.database_ids()
        return next((name for name, number in names.items() if number == database_id[0]), None)

    def _db_id(self, *name: str | None) -> int | None:
        wanted = (name[0] or "" if name else self._db_name() or "").lower()
        return next(
            (number for known, number in self.database_ids().items() if known.lower() == wanted), None
        )

    def database_ids(self) -> dict[str, int]:
        names = [catalog.name for catalog in self.session.engine.catalogs.values()]
        users = sorted(name for name in names if name.lower() not in _FIXED_DATABASES)
        return {**_FIXED_DATABASES, **{name: 5 + i for i, name in enumerate(users)}}

    def _databasepropertyex(self, database: str, name: str) -> Any:
        catalog = self.session.engine.catalog(database or "")
        if catalog is None:
            return None
        word = (name or "").upper()
        if word in _DATABASE_SWITCHES:
            option, usual = SWITCHES[_DATABASE_SWITCHES[word]]
            return int(catalog.options.get(option, usual) == "ON")
        known = {
            "STATUS": "ONLINE",
            "COLLATION": catalog.options.get("COLLATION", DEFAULT_COLLATION),
            "RECOVERY": catalog.options.get("RECOVERY", "FULL"),
            "UPDATEABILITY": catalog.options.get("UPDATEABILITY", "READ_WRITE"),
            "USERACCESS": catalog.options.get("USER_ACCESS", "MULTI_USER"),
            "VERSION": 957,
            "LCID": 1033,
            "COMPARISONSTYLE": 196609,
            "SQLSORTORDER": ("tinyint", 52),
            "LASTGOODCHECKDBTIME": dt.datetime(1900, 1, 1),
            "ISCLONE": 0,
            "ISVERIFIEDCLONE": 0,
            "ISXTPSUPPORTED": 0,
            "ISDATABASESUSPENDEDFORSNAPSHOTBACKUP": 0,
            "ISINSTANDBY": 0,
            "ISFULLTEXTENABLED": 0,
            "ISLOCALCURSORSDEFAULT": 0,
            "ISPARAMETERIZATIONFORCED": 0,
            "ISPUBLISHED": 0,
            "ISSUBSCRIBED": 0,
            "ISMERGEPUBLISHED": 0,
            "ISSYNCWITHBACKUP": 0,
            "ISTORNPAGEDETECTIONENABLED": 0,
            "ISMEMORYOPTIMIZEDELEVATETOSNAPSHOTENABLED": 0,
            "EDITION": "Developer Edition",
        }
        return known.get(word)

    def _databaseproperty(self, database: str, name: str) -> int | None:
        """The older function, which knows numbers only."""
        value = self._databasepropertyex(database, name)
        return value if isinstance(value, int) else None

    # objects

    def find(self, text: str | None) -> Any:
        """The object a name in a string means, or None."""
        parts = name_parts(text or "")
        if parts is None:
            return None
        name = parts[-1]
        if name.startswith("#"):
            made = {table.name.lower(): table for table in reversed(temporaries_of(self.session))}
            return made.get(name.lower())
        catalog = self._named_catalog(parts)
        if catalog is None:
            return None
        found = catalog.object(self._named_schema(parts, catalog.name), name)
        if found is None and not (len(parts) > 1 and parts[-2]):
            found = catalog.object("dbo", name)
        return found

    def _named_schema(self, parts: Sequence[str], database: str = "") -> str:
        if len(parts) > 1 and parts[-2]:
            return parts[-2]
        return self.session.authority.default_schema(database) if database else "dbo"

    def _named_catalog(self, parts: Sequence[str]) -> Catalog | None:
        if len(parts) < 3 or not parts[-3]:
            return self._catalog()
        known = self.session.engine.catalog(parts[-3])
        if known is None or not self.session.authority.connects(known.name):
            return None
        return self.session.authority.visible(self.session.catalog(known.name))

    def _object_id(self, name: str | None, kind: str | None = None) -> int | None:
        if name is None:
            return None
        wanted = kind.strip().upper() if kind is not None else None
        found = self.find(name)
        if found is not None:
            return int(found.object_id) if wanted in (None, object_type(found)) else None
        return self._constraint_id(name, wanted) or self._system_id(name, wanted)

    def _constraint_id(self, text: str, kind: str | None) -> int | None:
        """Constraints are objects too: found by name in their table's schema."""
        parts = name_parts(text)
        catalog = self._named_catalog(parts) if parts else None
        if parts is None or catalog is None:
            return None
        schema, wanted = self._named_schema(parts).lower(), parts[-1].lower()
        for table in catalog.tables():
            if table.schema.lower() == schema:
                for code, name, object_id in table.constraints():
                    if name.lower() == wanted and kind in (None, code):
                        return object_id
        return None

    def _system_id(self, text: str, kind: str | None) -> int | None:
        """Catalog views and system procedures, which lie in sys and INFORMATION_SCHEMA."""
        parts = name_parts(text)
        if parts is None:
            return None
        for schema, name, code in self._shipped():
            by_schema = len(parts) > 1 and self._named_schema(parts).lower() == schema.lower()
            if parts[-1].lower() == name.lower() and (by_schema or (len(parts) == 1 and code == "P")):
                return system_object_id(schema, name) if kind in (None, code) else None
        return None

    def _shipped(self) -> list[tuple[str, str, str]]:
        """Schema, name and type of what the server brings along."""
        procedures = self.session.interpreter.procedures.system.names()
        views = [(schema, name, "V") for schema, name in system_views()]
        return [*views, *(("sys", name, "P") for name in procedures)]

    def _subject(self, object_id: int | None, catalog: Catalog | None = None) -> Subject | None:
        """An object by its id: one of the catalog, a temp table or a constraint of one of them."""
        if object_id is None:
            return None
        catalog = catalog or self._catalog()
        found = catalog.by_id(object_id)
        if found is not None:
            return Subject(catalog, found.schema, found.name, object_type(found), found)
        for table in [*catalog.tables(), *temporaries_of(self.session)]:
            if table.object_id == object_id:
                return Subject(catalog, table.schema, padded(table), "U", table)
            for code, name, number in table.constraints():
                if number == object_id:
                    return Subject(catalog, table.schema, name, code, table)
        return None

    def _by_id(self, object_id: int | None) -> Any:
        """An object by its id; for that of a table type's table, the table."""
        subject = self._subject(object_id)
        found = subject.found if subject is not None else None
        return found.table if isinstance(found, UserType) else found

    def _name_of(self, object_id: int | None, database: Any) -> tuple[str, str] | None:
        """Schema and name of an object of the current or a numbered database."""
        catalog = None
        if database is not None:
            name = self._db_name(int(database))
            if name is None or not self.session.authority.connects(name):
                return None
            catalog = self.session.authority.visible(self.session.catalog(name))
        subject = self._subject(object_id, catalog)
        if subject is not None:
            return subject.schema, subject.name
        shipped = {system_object_id(schema, name): (schema, name) for schema, name, _ in self._shipped()}
        return shipped.get(object_id) if object_id is not None else None

    def _object_name(self, object_id: int | None, database: Any = None) -> str | None:
        found = self._name_of(object_id, database)
        return found[1] if found else None

    def _object_schema_name(self, object_id: int | None, database: Any = None) -> str | None:
        found = self._name_of(object_id, database)
        return found[0] if found else None

    def _object_definition(self, object_id: int | None) -> str | None:
        subject = self._subject(object_id)
        if subject is None:
            return None
        if not self.session.authority.sees_definition(subject.catalog.name, subject.found):
            return None
        if isinstance(subject.found, Module):
            return subject.found.text
        if isinstance(subject.found, Table):
            for check in subject.found.checks:
                if check.object_id == object_id:
                    return spelled_condition(check.text)
            for column in subject.found.columns:
                if column.default is not None and column.default.object_id == object_id:
                    return spelled_value(column.default.text)
        return None

    def _objectproperty(self, object_id: int | None, name: str) -> int | None:
        value = self._objectpropertyex(object_id, name)
        return value if isinstance(value, int) else None

    def _objectpropertyex(self, object_id: int | None, name: str) -> Any:
        subject = self._subject(object_id)
        if subject is None or object_id is None:
            return None
        word = (name or "").upper()
        if word == "CARDINALITY" and isinstance(subject.found, Table):
            row = self.session.executor.read(f"SELECT count(*) FROM {subject.found.storage}").fetchone()
            return int(row[0]) if row else 0
        return object_fact(subject, object_id, word)

    # schemas, principals, file groups

    def _default_schema(self) -> str:
        return self.session.authority.default_schema(self._catalog().name)

    def _schema_name(self, *schema_id: int | None) -> str | None:
        if not schema_id:
            return self._default_schema()
        wanted = schema_id[0]
        return next((s.name for s in self._catalog().schemas() if s.schema_id == wanted), None)

    def _schema_id(self, *name: str | None) -> int | None:
        found = self._catalog().schema(name[0] or "" if name else self._default_schema())
        return found.schema_id if found else None

    def _database_principal_id(self, *name: str | None) -> int | None:
        own = name[0] or "" if name else self.session.authority.user_name(self._catalog().name)
        return principal_ids(self._catalog()).get(own.lower())

    _user_id = _database_principal_id

    def _filegroup_id(self, name: str) -> int | None:
        names = ["primary", *(group.lower() for group in self._catalog().filegroups)]
        return names.index(name.lower()) + 1 if (name or "").lower() in names else None

    def _filegroup_name(self, number: int) -> str | None:
        names = ["PRIMARY", *self._catalog().filegroups]
        return names[number - 1] if number is not None and 1 <= number <= len(names) else None

    def _filegroupproperty(self, name: str, property: str) -> int | None:
        if self._filegroup_id(name) is None:
            return None
        known = {"ISREADONLY": 0, "ISUSERDEFINEDFG": int(name.lower() != "primary")}
        known["ISDEFAULT"] = int(name.lower() == "primary")
        return known.get((property or "").upper())

    # files

    def _files(self) -> list[Row]:
        return list(files_of(self.session, self._catalog()))

    def _file_idex(self, name: str) -> int | None:
        return next((f["file_id"] for f in self._files() if f["name"].lower() == (name or "").lower()), None)

    _file_id = _file_idex

    def _file_name(self, number: int) -> str | None:
        return next((str(f["name"]) for f in self._files() if f["file_id"] == number), None)

    def _fileproperty(self, name: str, property: str) -> int | None:
        for file in self._files():
            if file["name"].lower() == (name or "").lower():
                facts = {
                    "ISREADONLY": 0,
                    "ISPRIMARYFILE": int(file["file_id"] == 1),
                    "ISLOGFILE": int(file["type_desc"] == "LOG"),
                    "SPACEUSED": file["size"],
                }
                return facts.get((property or "").upper())
        return None

    # columns and indexes

    def _columns(self, found: Any) -> Sequence[Column]:
        return found.columns if isinstance(found, Table | Module) else ()

    def _column(self, found: Any, name: str) -> Column | None:
        return next((c for c in self._columns(found) if c.name.lower() == (name or "").lower()), None)

    def _col_length(self, table: str, name: str) -> int | None:
        column = self._column(self.find(table), name)
        return max_length(column.type) if column else None

    def _col_name(self, object_id: int, column_id: int) -> str | None:
        return next((c.name for c in self._columns(self._by_id(object_id)) if c.column_id == column_id), None)

    def _columnproperty(self, object_id: int, name: str, property: str) -> int | None:
        found = self._by_id(object_id)
        word = (property or "").upper()
        if isinstance(found, Module) and (name or "").startswith("@"):
            return _parameter_fact(found, name, word)
        column = self._column(found, name)
        if column is None:
            return None
        text = column.type.is_text or column.type.is_binary
        precision, scale = precision_scale(column.type)
        if word in ("ISDETERMINISTIC", "ISPRECISE", "ISINDEXABLE", "SYSTEMDATAACCESS", "USERDATAACCESS"):
            return column_fact(self._catalog(), found, column, word)
        facts: dict[str, int | None] = {
            "ALLOWSNULL": int(column.nullable),
            "CHARMAXLEN": column.type.length if text else None,
            "COLUMNID": column.column_id,
            "GENERATEDALWAYSTYPE": 0,
            "ISCOLUMNSET": 0,
            "ISCOMPUTED": int(bool(column.computed)),
            "ISCURSORTYPE": 0,
            "ISFULLTEXTINDEXED": 0,
            "ISHIDDEN": 0,
            "ISIDENTITY": int(column.identity is not None),
            "ISIDNOTFORREPL": 0,
            "ISOUTPARAM": 0,
            "ISROWGUIDCOL": int(column.rowguidcol),
            "ISSPARSE": int(column.sparse),
            "ISXMLINDEXABLE": 0,
            "ORDINAL": column.column_id,
            "PRECISION": column.type.length if text else precision,
            "SCALE": None if text else scale,
            "USESANSITRIM": 1 if text else None,
        }
        return facts.get(word)

    def _index(self, found: Any, name: str | None) -> Index | None:
        indexes = found.indexes if isinstance(found, Table) else ()
        return next((i for i in indexes if i.name.lower() == (name or "").lower()), None)

    def _indexproperty(self, object_id: int, name: str, property: str) -> int | None:
        found = self._by_id(object_id)
        index = self._index(found, name)
        word = (property or "").upper()
        if index is None:
            return _statistics_fact(found, name, word)
        if word == "INDEXDEPTH":
            raise unsupported("INDEXPROPERTY IndexDepth")
        facts = {
            "INDEXID": index.index_id,
            "INDEXFILLFACTOR": int(index.option("FILLFACTOR", "0")),
            "ISAUTOSTATISTICS": 0,
            "ISCLUSTERED": int(index.clustered),
            "ISCOLUMNSTORE": int(index.kind == "COLUMNSTORE"),
            "ISDISABLED": int(index.disabled),
            "ISFULLTEXTKEY": 0,
            "ISHYPOTHETICAL": 0,
            "ISPADINDEX": int(index.option("PAD_INDEX") == "ON"),
            "ISPAGELOCKDISALLOWED": int(index.option("ALLOW_PAGE_LOCKS", "ON") == "OFF"),
            "ISROWLOCKDISALLOWED": int(index.option("ALLOW_ROW_LOCKS", "ON") == "OFF"),
            "ISSTATISTICS": 0,
            "ISUNIQUE": int(index.unique),
        }
        return facts.get(word)

    def _index_col(self, table: str, index_id: int, key: int) -> str | None:
        found = self.find(table)
        indexes = found.indexes if isinstance(found, Table) else ()
        index = next((i for i in indexes if i.index_id == index_id), None)
        if index is None or key is None or not 1 <= key <= len(index.columns):
            return None
        return index.column_names[key - 1]

    def _indexkey_property(self, object_id: int, index_id: int, key: int, property: str) -> int | None:
        found = self._by_id(object_id)
        indexes = found.indexes if isinstance(found, Table) else ()
        index = next((i for i in indexes if i.index_id == index_id), None)
        if index is None or key is None or not 1 <= key <= len(index.columns):
            return None
        name, descending = index.columns[key - 1]
        column = self._column(found, name)
        facts = {"ISDESCENDING": int(descending), "COLUMNID": column.column_id if column else None}
        return facts.get((property or "").upper())

    def _stats_date(self, object_id: int, stats_id: int) -> None:
        """Statistics are never gathered, so there is no date they were."""

    # types

    def _type_id(self, name: str) -> int | None:
        parts = name_parts(name) or ("",)
        found = self._catalog().user_type(parts[-2] if len(parts) > 1 else "dbo", parts[-1])
        if found is not None:
            return user_type_id(found)
        return TYPE_IDS.get(parts[-1].lower()) if len(parts) == 1 or parts[-2].lower() == "sys" else None

    def _type_name(self, number: int) -> str | None:
        known = {id: name for name, id in TYPE_IDS.items() if name != "rowversion"}
        made = {user_type_id(found): found.name for found in user_types(self._catalog())}
        return known.get(number) or made.get(number)

    # identities

    def _identity_table(self, name: str) -> tuple[Table, str] | None:
        found = self.find(name)
        if not isinstance(found, Table) or found.identity is None:
            return None
        return found, self.session.frame.database or self.session.database

    def _ident_current(self, name: str) -> int | None:
        found = self._identity_table(name)
        if found is None:
            return None
        table, database = found
        assert table.identity is not None
        assert table.identity.identity is not None
        seed, step = table.identity.identity
        following = self.session.engine.counters.next_of(database, table)
        return following - step if following != seed else seed

    def _ident_seed(self, name: str) -> int | None:
        found = self._identity_table(name)
        return found[0].identity.identity[0] if found else None  # type: ignore[union-attr,index]

    def _ident_incr(self, name: str) -> int | None:
        found = self._identity_table(name)
        return found[0].identity.identity[1] if found else None  # type: ignore[union-attr,index]


def _parameter_fact(module: Module, name: str, word: str) -> int | None:
    for position, parameter in enumerate(module.parameters, 1):
        if parameter.name.lower() == name.lower():
            precision, scale = precision_scale(parameter.type)
            text = parameter.type.is_text or parameter.type.is_binary
            facts = {
                "ALLOWSNULL": 1,
                "ISOUTPARAM": int(parameter.output),
                "ORDINAL": position,
                "PRECISION": parameter.type.length if text else precision,
                "SCALE": None if text else scale,
            }
            return facts.get(word)
    return None


def _statistics_fact(found: Any, name: str | None, word: str) -> int | None:
    """INDEXPROPERTY of statistics that CREATE STATISTICS made."""
    made = found.statistics if isinstance(found, Table) else ()
    for statistics in made:
        if statistics.name.lower() == (name or "").lower():
            return {"INDEXID": statistics.stats_id, "ISSTATISTICS": 1}.get(word, 0)
    return None
