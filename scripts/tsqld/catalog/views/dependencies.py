"""What modules name: sys.sql_expression_dependencies, its kin and sys.dm_sql_referenced_entities.

Names are taken from the parsed text: tables, views, functions, procedures, sequences and user types. Temp
tables, variables and system objects are not tracked, as Microsoft Learn says. Columns are not tracked either
(referenced_minor_id is 0 always): a deviation for schema-bound modules.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tsqld.catalog.model import Catalog, Module
from tsqld.catalog.views.spec import Row, View, view
from tsqld.syntax import nodes as n
from tsqld.syntax.walk import parse_module, walk

if TYPE_CHECKING:
    from tsqld.runtime.session import Session

_HIDDEN_SCHEMAS: Final = ("sys", "information_schema")
_OBJECT: Final = (1, "OBJECT_OR_COLUMN")
_TYPE: Final = (6, "TYPE")


@dataclass(frozen=True, slots=True)
class Reference:
    """A name in a module: its parts as written, and whether it is a procedure called by one part alone."""

    database: str
    schema: str
    name: str
    called: bool = False


def references_of(module: Module) -> list[Reference]:
    """What a module names, once each, in the order of its text."""
    tree = parse_module(module.text)
    hidden = {common.name.lower() for common in walk(tree) if isinstance(common, n.CommonTable)}
    hidden |= {"inserted", "deleted"}
    found: dict[tuple[str, ...], Reference] = {}
    if tree.table:
        _add(found, tree.table, called=False)
    for parts, called in _names(tree):
        plain = len(parts) == 1 and parts[0].lower() in hidden
        if not plain and not parts[-1].startswith(("#", "@")):
            _add(found, parts, called=called)
    return list(found.values())


def _add(found: dict[tuple[str, ...], Reference], parts: n.Parts, *, called: bool) -> None:
    schema = parts[-2] if len(parts) > 1 else ""
    database = parts[-3] if len(parts) > 2 else ""
    if schema.lower() not in _HIDDEN_SCHEMAS:
        reference = Reference(database, schema, parts[-1], called and len(parts) == 1)
        found.setdefault(tuple(part.lower() for part in (database, schema or "dbo", parts[-1])), reference)


def _names(tree: n.Node) -> Iterator[tuple[n.Parts, bool]]:
    aliases = _update_aliases(tree)
    for node in walk(tree):
        match node:
            case n.TableSource():
                yield node.name, False
            case n.Target() if node.name and id(node) not in aliases:
                yield node.name, False
            case n.Truncate():
                yield node.table, False
            case n.BulkInsert():
                yield node.table, False
            case n.FunctionSource() if len(node.call.name) > 1:
                yield node.call.name, False
            case n.Call() if len(node.name) > 1 and not node.name[0].startswith("$"):
                yield node.name, False
            case n.NextValue():
                yield node.sequence, False
            case n.Execute() if isinstance(node.module, tuple):
                if not node.module[-1].lower().startswith(("sp_", "xp_")):
                    yield node.module, True


def _update_aliases(tree: n.Node) -> set[int]:
    """Targets of UPDATE and DELETE that are aliases of their FROM clause."""
    found = set()
    for node in walk(tree):
        if isinstance(node, n.Update | n.Delete) and len(node.target.name) == 1:
            names = {
                source.alias.lower()
                for item in node.sources
                for source in walk(item)
                if isinstance(source, n.TableSource) and source.alias
            }
            if node.target.name[0].lower() in names:
                found.add(id(node.target))
    return found


def _types_of(module: Module) -> Iterator[tuple[str, str]]:
    for parameter in module.parameters:
        if parameter.table_type is not None:
            yield parameter.table_type
        elif parameter.alias is not None and parameter.alias[0] != "sys":
            yield parameter.alias


def _resolved(catalog: Catalog, reference: Reference) -> int | None:
    if reference.database and reference.database.lower() != catalog.name.lower():
        return None
    found = catalog.object(reference.schema or "dbo", reference.name)
    return found.object_id if found else None


def referenced_objects(catalog: Catalog, module: Module) -> set[int]:
    """The object_ids of what a module's text refers to."""
    return {
        found for reference in references_of(module) if (found := _resolved(catalog, reference)) is not None
    }


def _dependencies(session: Session, catalog: Catalog) -> Iterator[Row]:
    for module in catalog.modules():
        common: dict[str, Any] = {
            "referencing_id": module.object_id,
            "is_schema_bound_reference": module.schema_bound,
        }
        for reference in references_of(module):
            yield {
                **common,
                "referenced_class": _OBJECT[0],
                "referenced_class_desc": _OBJECT[1],
                "referenced_database_name": reference.database or None,
                "referenced_schema_name": reference.schema or None,
                "referenced_entity_name": reference.name,
                "referenced_id": _resolved(catalog, reference),
                "is_caller_dependent": reference.called,
            }
        for schema, name in _types_of(module):
            found = catalog.user_type(schema, name)
            yield {
                **common,
                "referenced_class": _TYPE[0],
                "referenced_class_desc": _TYPE[1],
                "referenced_schema_name": schema,
                "referenced_entity_name": name,
                "referenced_id": found.type_id if found else None,
            }


def _sysdepends(session: Session, catalog: Catalog) -> Iterator[Row]:
    for module in catalog.modules():
        for reference in references_of(module):
            number = _resolved(catalog, reference)
            if number is not None:
                yield {"id": module.object_id, "depid": number}


VIEWS: Final[dict[str, View]] = {
    "sql_expression_dependencies": view(
        """referencing_id int, referencing_minor_id int = 0, referencing_class tinyint = 1,
        referencing_class_desc nvarchar(60) = 'OBJECT_OR_COLUMN', is_schema_bound_reference bit,
        referenced_class tinyint, referenced_class_desc nvarchar(60), referenced_server_name sysname,
        referenced_database_name sysname, referenced_schema_name sysname, referenced_entity_name sysname,
        referenced_id int, referenced_minor_id int = 0, is_caller_dependent bit = 0, is_ambiguous bit = 0""",
        _dependencies,
    ),
    "sysdepends": view("id int, depid int, number smallint = 0, depnumber smallint = 0", _sysdepends),
}
