"""sys.fn_my_permissions and sys.fn_builtin_permissions.

Source: Microsoft Learn, the pages of both. fn_builtin_permissions is refused for the classes of which tsqld
does not know every permission.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from tsqld.catalog.model import Catalog, Module, Object, Table, UserType, object_type
from tsqld.catalog.views.spec import Row, view
from tsqld.compile.context import SystemRelation
from tsqld.errors import unsupported
from tsqld.security.hierarchy import OF_COLUMNS, OF_KIND, PARENTS, PERMISSIONS, SERVER_CLASSES
from tsqld.security.rights import DATABASE, SERVER, Rights, Securable, securable_of

if TYPE_CHECKING:
    from tsqld.runtime.session import Session

FUNCTIONS: Final = ("fn_my_permissions", "fn_builtin_permissions")
_WHOLE: Final = ("OBJECT", "SCHEMA", "TYPE", "USER", "ROLE", "LOGIN", "SERVER ROLE")
_MINE: Final = "entity_name nvarchar(128), subentity_name nvarchar(128), permission_name nvarchar(60)"
_BUILT_IN: Final = """class_desc nvarchar(60), permission_name nvarchar(60), type varchar(4),
    covering_permission_name nvarchar(60), parent_class_desc nvarchar(60),
    parent_covering_permission_name nvarchar(60)"""


def system_function(session: Session, name: str, arguments: Sequence[str | None] | None) -> SystemRelation:
    """The rows of one of `FUNCTIONS`; none without arguments. Error 50100 of a class tsqld does not know."""
    catalog = session.catalog(session.frame.database or session.database)
    if arguments is None:
        columns = _BUILT_IN if name == "fn_builtin_permissions" else _MINE
        return view(columns, lambda session, catalog: ()).relation(session, catalog)
    if name == "fn_builtin_permissions":
        kind = (arguments[0] or "").upper()
        if kind not in _WHOLE:
            raise unsupported(f"sys.fn_builtin_permissions of {kind or 'every class'}")
        return view(_BUILT_IN, lambda session, catalog: _built_in(kind)).relation(session, catalog)
    entity, kind = arguments[0], (arguments[1] or "").upper()
    return view(_MINE, lambda session, catalog: _mine(session, catalog, entity, kind)).relation(
        session, catalog
    )


def _built_in(kind: str) -> Iterator[Row]:
    for permission, (code, own, around) in PERMISSIONS[kind].items():
        yield {
            "class_desc": kind,
            "permission_name": permission,
            "type": code.ljust(4),
            "covering_permission_name": own,
            "parent_class_desc": PARENTS.get(kind, ""),
            "parent_covering_permission_name": around,
        }


def _mine(session: Session, catalog: Catalog, entity: str | None, kind: str) -> Iterator[Row]:
    """What the session may do with a securable; a securable it does not see has no rows."""
    authority = session.authority
    server = kind in SERVER_CLASSES
    if kind not in PERMISSIONS:
        raise unsupported(f"sys.fn_my_permissions of {kind}")
    rights = authority.rights("master" if server else catalog.name)
    if kind in ("DATABASE", "SERVER"):
        securable = DATABASE if kind == "DATABASE" else SERVER
        yield from _listed(rights, kind.lower(), securable, tuple(PERMISSIONS[kind]))
        return
    found = session.interpreter.evaluator._functions.find(entity) if kind == "OBJECT" else None
    if kind in ("OBJECT", "TYPE"):
        if kind == "TYPE":
            found = _type(session, catalog, entity or "")
        if found is None or not rights.sees(found):
            return
        yield from _listed(rights, entity or "", securable_of(found), OF_KIND[object_type(found)], found)
        return
    yield from _listed(rights, entity or "", Securable(kind, "", entity or ""), tuple(PERMISSIONS[kind]))


def _type(session: Session, catalog: Catalog, name: str) -> UserType | None:
    from tsqld.runtime.metadata import name_parts

    parts = name_parts(name) or ("",)
    return catalog.user_type(parts[-2] if len(parts) > 1 else "dbo", parts[-1])


def _listed(
    rights: Rights, name: str, securable: Securable, permissions: Sequence[str], found: Object | None = None
) -> Iterator[Row]:
    for permission in permissions:
        if rights.allows(permission, securable):
            yield {"entity_name": name, "subentity_name": "", "permission_name": permission}
    columns = found.columns if isinstance(found, Table | Module) else ()
    for permission in permissions:
        for column in columns if permission in OF_COLUMNS else ():
            if rights.column_state(permission, securable, column.name):
                yield {"entity_name": name, "subentity_name": column.name, "permission_name": permission}
