"""OBJECTPROPERTY and OBJECTPROPERTYEX: what is asked about a table, a constraint or a module.

Specification: Microsoft Learn, "OBJECTPROPERTY". A property that does not concern the kind of object is NULL,
as is one that no page names; those this engine cannot tell are refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from tsqld.catalog.model import Catalog, Module, Object, Table
from tsqld.runtime.determinism import is_deterministic, is_indexable, is_precise, reads_data

_KINDS: Final = {
    "ISTABLE": ("U",),
    "ISUSERTABLE": ("U",),
    "ISSYSTEMTABLE": (),
    "ISVIEW": ("V",),
    "ISPROCEDURE": ("P",),
    "ISTRIGGER": ("TR",),
    "ISSCALARFUNCTION": ("FN",),
    "ISTABLEFUNCTION": ("IF", "TF"),
    "ISINLINEFUNCTION": ("IF",),
    "ISPRIMARYKEY": ("PK",),
    "ISUNIQUECNST": ("UQ",),
    "ISFOREIGNKEY": ("F",),
    "ISCHECKCNST": ("C",),
    "ISDEFAULTCNST": ("D",),
    "ISCONSTRAINT": ("PK", "UQ", "F", "C", "D"),
    "ISEXECUTED": ("P", "V", "FN", "IF", "TF", "TR"),
    "ISDEFAULT": (),
    "ISRULE": (),
    "ISEXTENDEDPROC": (),
    "ISREPLPROC": (),
    "ISQUEUE": (),
    "ISENCRYPTED": (),
    "ISMSSHIPPED": (),
}
_OF_DETERMINISM: Final = (
    *("ISDETERMINISTIC", "ISPRECISE", "ISSYSTEMVERIFIED", "ISINDEXABLE"),
    *("SYSTEMDATAACCESS", "USERDATAACCESS"),
)
_TEXT_TYPES: Final = ("text", "ntext", "image")


@dataclass(frozen=True, slots=True)
class Subject:
    """An object by its id: `kind` as sys.objects.type; of a constraint `found` is its table."""

    catalog: Catalog
    schema: str
    name: str
    kind: str
    found: Object


def object_fact(subject: Subject, object_id: int, word: str) -> Any:
    """The value of a property, its name in upper case."""
    if word in _OF_DETERMINISM:
        return _determinism(subject, word)
    if word in _KINDS:
        return int(subject.kind in _KINDS[word])
    if word == "BASETYPE":
        return subject.kind
    schema = subject.catalog.schema(subject.schema)
    common = {
        "OWNERID": 1,
        "SCHEMAID": schema.schema_id if schema else 1,
        "ISANSINULLSON": 1 if subject.kind in ("U", "V", "P", "FN", "IF", "TF", "TR") else None,
        "ISQUOTEDIDENTON": 1 if subject.kind in ("U", "V", "P", "FN", "IF", "TF", "TR") else None,
    }
    if word in common:
        return common[word]
    if word.startswith("CNST"):
        return _constraint_fact(subject, object_id, word)
    if isinstance(subject.found, Module):
        return _module_fact(subject.found, word)
    if isinstance(subject.found, Table) and subject.kind == "U":
        return _table_fact(subject.catalog, subject.found, word)
    return None


def _determinism(subject: Subject, word: str) -> int | None:
    """What the optimizer asks before it keeps a result."""
    catalog, found = subject.catalog, subject.found
    if subject.kind == "U" and word == "ISINDEXABLE":
        return 1
    if not isinstance(found, Module) or subject.kind not in ("V", "FN", "IF", "TF"):
        return None
    if word == "ISINDEXABLE":
        return int(is_indexable(catalog, found)) if subject.kind == "V" else None
    if word in ("ISDETERMINISTIC", "ISSYSTEMVERIFIED"):
        return int(is_deterministic(catalog, found))
    if word == "ISPRECISE":
        return int(is_precise(catalog, found))
    return int(reads_data(found))


def _constraint_fact(subject: Subject, object_id: int, word: str) -> int | None:
    table = subject.found
    if not isinstance(table, Table) or subject.kind not in ("PK", "UQ", "F", "C", "D"):
        return None
    for index in table.indexes:
        if index.object_id == object_id and index.is_constraint:
            keys = {"CNSTISCLUSTKEY": index.clustered, "CNSTISNONCLUSTKEY": not index.clustered}
            return int(keys.get(word, False))
    facts: dict[str, bool] = {}
    for foreign in table.foreign_keys:
        if foreign.object_id == object_id:
            facts = {
                "CNSTISDELETECASCADE": foreign.on_delete == "CASCADE",
                "CNSTISUPDATECASCADE": foreign.on_update == "CASCADE",
                "CNSTISDISABLED": foreign.disabled,
                "CNSTISNOTTRUSTED": not foreign.trusted,
            }
    for check in table.checks:
        if check.object_id == object_id:
            facts = {"CNSTISDISABLED": check.disabled, "CNSTISNOTTRUSTED": not check.trusted}
            facts["CNSTISCOLUMN"] = bool(check.column)
    if subject.kind == "D":
        facts = {"CNSTISCOLUMN": True}
    return int(facts.get(word, False))


def _module_fact(module: Module, word: str) -> int | None:
    if word == "ISSCHEMABOUND":
        return int(module.schema_bound)
    if module.kind != "TRIGGER":
        return {"EXECISANSINULLSON": 1, "EXECISQUOTEDIDENTON": 1, "EXECISSTARTUP": 0}.get(word)
    instead = "INSTEAD OF" in module.events
    facts = {
        "EXECISAFTERTRIGGER": not instead,
        "EXECISINSTEADOFTRIGGER": instead,
        "EXECISINSERTTRIGGER": "INSERT" in module.events,
        "EXECISUPDATETRIGGER": "UPDATE" in module.events,
        "EXECISDELETETRIGGER": "DELETE" in module.events,
        "EXECISTRIGGERDISABLED": module.disabled,
        "EXECISTRIGGERNOTFORREPL": False,
        "EXECISANSINULLSON": True,
        "EXECISQUOTEDIDENTON": True,
    }
    return int(facts[word]) if word in facts else None


def _table_fact(catalog: Catalog, table: Table, word: str) -> int | None:
    mine = [module for module in catalog.modules() if module.table == (table.schema, table.name)]
    events = {event for module in mine for event in module.events}
    kinds = {index.kind for index in table.indexes}
    referenced = any(
        foreign.references(table) for other in catalog.tables() for foreign in other.foreign_keys
    )
    facts: dict[str, bool] = {
        "TABLEHASIDENTITY": table.identity is not None,
        "TABLEHASPRIMARYKEY": "PRIMARY KEY" in kinds,
        "TABLEHASUNIQUECNST": "UNIQUE" in kinds,
        "TABLEHASCLUSTINDEX": table.clustered is not None,
        "TABLEHASNONCLUSTINDEX": any(not index.clustered for index in table.indexes),
        "TABLEHASINDEX": bool(table.indexes),
        "ISINDEXED": bool(table.indexes),
        "TABLEHASFOREIGNKEY": bool(table.foreign_keys),
        "TABLEHASFOREIGNREF": referenced,
        "TABLEHASCHECKCNST": bool(table.checks),
        "TABLEHASDEFAULTCNST": any(column.default for column in table.columns),
        "TABLEHASROWGUIDCOL": any(column.rowguidcol for column in table.columns),
        "TABLEHASTIMESTAMP": any(column.type.name == "rowversion" for column in table.columns),
        "TABLEHASTEXTIMAGE": any(column.type.name in _TEXT_TYPES for column in table.columns),
        "TABLEHASINSERTTRIGGER": "INSERT" in events,
        "TABLEHASUPDATETRIGGER": "UPDATE" in events,
        "TABLEHASDELETETRIGGER": "DELETE" in events,
        "HASINSERTTRIGGER": "INSERT" in events,
        "HASUPDATETRIGGER": "UPDATE" in events,
        "HASDELETETRIGGER": "DELETE" in events,
        "HASAFTERTRIGGER": any("INSTEAD OF" not in module.events for module in mine),
        "HASINSTEADOFTRIGGER": "INSTEAD OF" in events,
        "ISSCHEMABOUND": False,
        "TABLEHASACTIVEFULLTEXTINDEX": False,
        "TABLEHASVARDECIMALSTORAGEFORMAT": False,
        "TABLEISFAKE": False,
        "TABLEISLOCKEDONBULKLOAD": False,
        "TABLEISMEMORYOPTIMIZED": False,
        "TABLEISPINNED": False,
    }
    if word in ("TABLETEXTINROWLIMIT", "TABLETEMPORALTYPE", "TABLEFULLTEXTPOPULATESTATUS"):
        return 0
    return int(facts[word]) if word in facts else None
