"""Procedures, functions, views and triggers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tsqld.binder.bound import Bound
from tsqld.catalog.model import Catalog, Column, Module, ModuleParameter, Table
from tsqld.compile.context import FullName
from tsqld.compile.inline import Compiler
from tsqld.compile.text import OutColumn
from tsqld.compile.triggered import is_instead
from tsqld.errors import TsqlError, error
from tsqld.functions.sqltext import duck_type
from tsqld.runtime.ddl.build import TableBuilder
from tsqld.runtime.ddl.definer import moment
from tsqld.runtime.ddl.schemabinding import refuse_unbound
from tsqld.runtime.usercode import refuse_side_effects
from tsqld.security.principals import owner_of
from tsqld.security.rights import Securable
from tsqld.syntax import nodes as n
from tsqld.syntax.modules import RUNS_AS
from tsqld.syntax.walk import parse_module, walk
from tsqld.types import CURSOR, INT


class Modules(TableBuilder):
    """Compiles what can be compiled now, so that errors show at CREATE."""

    def create_module(self, node: n.CreateModule) -> None:
        name, fired_on = self.full(node.name, node.line), None
        if node.kind == "TRIGGER":
            name, fired_on = self._trigger_names(node)
        catalog = self.catalog(name.database)
        schema = catalog.schema(name.schema)
        if schema is None:
            raise error(2760, name.schema, line=node.line)
        old = catalog.object(name.schema, name.name)
        if old is not None and node.mode == "CREATE":
            raise error(2714, name.name, line=node.line, state=3)
        if old is not None and not (isinstance(old, Module) and old.kind == node.kind):
            raise error(2010, ".".join(node.name), line=node.line)
        if old is None and node.mode == "ALTER":
            raise error(208, ".".join(node.name), line=node.line, state=6)
        if isinstance(old, Module) and old.table != fired_on:
            raise error(2110, ".".join(node.name), ".".join(node.table), line=node.line)
        if fired_on is not None and "INSTEAD OF" in node.events:
            self._refuse_instead(node, catalog, fired_on)
        now = moment()
        if old is None:
            object_id, catalog = self.identifier(catalog)
            created = now
        else:
            object_id, created = old.object_id, old.created
        columns = self._module_columns(node, schema.name)
        if "SCHEMABINDING" in node.options:
            refuse_unbound(node, catalog)
        if node.kind in ("SCALAR FUNCTION", "TABLE FUNCTION"):
            refuse_side_effects(node)
        module = Module(
            object_id,
            schema.name,
            name.name,
            created,
            now,
            node.kind,
            node.text,
            tuple(self._parameter(parameter) for parameter in node.parameters),
            columns,
            self.type(node.returns) if node.returns else None,
            "SCHEMABINDING" in node.options,
            fired_on,
            node.events,
            execute_as=self._runs_as(node),
            owner=old.owner if old is not None else "",
        )
        self.change(catalog.put(module))

    def refresh(self, module: Module) -> None:
        """The columns that a view or inline function yields, anew."""
        columns = self._module_columns(parse_module(module.text), module.schema)
        if columns != module.columns:
            self.change(self.catalog().put(replace(module, columns=columns)))

    def _trigger_names(self, node: n.CreateModule) -> tuple[FullName, tuple[str, str]]:
        """A trigger's name, which lives in the schema of its table or view, and that. Errors 2103, 8197."""
        if node.table[-1].startswith("#"):
            raise error(167, "trigger", line=node.line)
        on = self.known(node.table, node.line)
        found = self.catalog(on.database).object(on.schema, on.name)
        is_view = isinstance(found, Module) and found.kind == "VIEW"
        if not (isinstance(found, Table) or (is_view and "INSTEAD OF" in node.events)):
            state = 6 if is_view else 4
            raise error(8197, ".".join(node.table), line=node.line, state=state)
        assert found is not None
        if len(node.name) > 1 and node.name[-2].lower() != found.schema.lower():
            raise error(2103, node.mode.split()[0].lower(), ".".join(node.name), line=node.line)
        return FullName(on.database, found.schema, node.name[-1]), (found.schema, found.name)

    def _refuse_instead(self, node: n.CreateModule, catalog: Catalog, on: tuple[str, str]) -> None:
        """Where an INSTEAD OF trigger cannot be. Errors 2111, 2112, 2113."""
        target = catalog.object(*on)
        assert isinstance(target, Table | Module)
        verb = "alter" if node.mode == "ALTER" else "create"
        shown, kind = node.name[-1], "table" if isinstance(target, Table) else "view"
        for event in node.events[1:]:
            for other in catalog.modules():
                if other.table != on or not is_instead(other) or event not in other.events:
                    continue
                if other.name.lower() != shown.lower():
                    raise error(2111, verb, shown, kind, ".".join(node.table), event, line=node.line)
        if isinstance(target, Module):
            if parse_module(target.text).check_option:
                raise error(2112, shown, ".".join(node.table), line=node.line)
            return
        for event in node.events[1:]:
            acts = {"DELETE": "on_delete", "UPDATE": "on_update"}.get(event, "")
            if acts and any(getattr(key, acts) != "NO ACTION" for key in target.foreign_keys):
                raise error(2113, verb, shown, ".".join(node.table), line=node.line)

    def trigger_state(self, node: n.TriggerState) -> None:
        if node.scope:
            return  # all triggers of the database or the server: there are none
        on = self.known(node.table, node.line)
        found = self.catalog(on.database).object(on.schema, on.name)
        if isinstance(found, Module) and found.kind == "VIEW":
            table: Table | Module = found
        else:
            table, _ = self.existing(node.table, node.line, 8197)
        self.switch_triggers(table, tuple(name[-1] for name in node.triggers), node.enable, node.line)

    def switch_triggers(
        self, table: Table | Module, names: Sequence[str], enable: bool, line: int, *, altering: bool = False
    ) -> None:
        """ENABLE or DISABLE TRIGGER; no names mean all. Error 8197, in ALTER TABLE 4920."""
        catalog = self.catalog()
        mine = {
            module.name.lower(): module
            for module in catalog.modules()
            if module.kind == "TRIGGER" and module.table == (table.schema, table.name)
        }
        for name in names or tuple(mine):
            if name.lower() not in mine:
                raise error(4920, name, table.name, line=line) if altering else error(8197, name, line=line)
            catalog = catalog.put(replace(mine[name.lower()], disabled=not enable))
        self.change(catalog)

    def _parameter(self, written: n.Parameter) -> ModuleParameter:
        if written.type.parts == ("cursor",):
            return ModuleParameter(written.name, CURSOR, output=True)
        found = self.catalog().user_type(
            written.type.parts[-2] if len(written.type.parts) > 1 else "dbo", written.type.parts[-1]
        )
        if found is not None and found.table is not None:
            if not written.readonly:
                raise error(352, written.name, line=written.line)
            table_type = (found.schema, found.name)
            return ModuleParameter(written.name, INT, False, False, True, table_type)
        return ModuleParameter(
            written.name,
            self.type(written.type),
            written.output,
            written.has_default,
            alias=self.alias(written.type),
        )

    def _runs_as(self, node: n.CreateModule) -> str:
        """Whom a module runs as: empty for its caller. Error 15151 of a user there is not."""
        option = next((word for word in node.options if word.startswith(RUNS_AS)), RUNS_AS + "CALLER")
        who = option.removeprefix(RUNS_AS)
        authority = self.session.authority
        if who == "CALLER":
            return ""
        if who == "OWNER":
            owner = self._owner_to_be(node)
            if not authority.allows("IMPERSONATE", Securable("USER", "", owner), self.catalog().name):
                own = authority.user_name(self.catalog().name).lower() == owner
                if not own:
                    raise error(15151, "execute as", "user", owner, line=node.line)
            return who
        if who == "SELF":
            return authority.user_name(self.catalog().name)
        try:
            return authority.as_user(self.catalog().name, who[1:]).user or who[1:]
        except TsqlError:
            raise error(15151, "find", "user", who[1:], line=node.line) from None

    def _owner_to_be(self, node: n.CreateModule) -> str:
        """Who owns a module, made or yet to be made, in lower case."""
        name = self._trigger_names(node)[0] if node.kind == "TRIGGER" else self.full(node.name, node.line)
        catalog = self.catalog(name.database)
        found = catalog.object(name.schema, name.name)
        if found is not None:
            return owner_of(catalog, found)
        schema = catalog.schema(name.schema)
        return schema.owner.lower() if schema is not None else "dbo"

    def _module_columns(self, node: n.CreateModule, schema: str) -> tuple[Column, ...]:
        """The columns a view or inline function yields; compiling it finds its errors now."""
        if node.return_table is not None:
            now = moment()
            table = Table(0, "", node.return_variable, now, now, (), kind="T@")
            return self.built(table, node.return_table, self.catalog())[0].columns
        if node.query is None:
            return ()
        named = self.evaluator.bound(lambda compiler: self._query_columns(compiler, node, schema))
        return tuple(
            Column(column.name, column.type, column.nullable, column_id=i)
            for i, column in enumerate(named, 1)
        )

    def _query_columns(self, compiler: Compiler, node: n.CreateModule, schema: str) -> tuple[OutColumn, ...]:
        assert node.query is not None
        value = next((found for found in walk(node.query) if isinstance(found, n.NextValue)), None)
        if value is not None:
            raise error(11719, line=value.line)
        compiler.context.environment.in_schema(schema)
        arguments = {}
        for parameter in node.parameters if node.kind == "INLINE FUNCTION" else ():
            type = self.type(parameter.type)
            arguments[parameter.name.lower()] = Bound(f"CAST(NULL AS {duck_type(type)})", type)
        compiler.arguments.append(arguments)
        text = compiler.query(node.query, None, allow_order=False)
        for position, column in enumerate(text.columns if not node.columns else (), 1):
            if not column.name:
                raise error(4511, position, line=node.line)
        names = [name.lower() for name in node.columns or [column.name for column in text.columns]]
        for position, name in enumerate(names):
            if name in names[:position]:
                shown = (node.columns or [column.name for column in text.columns])[position]
                raise error(4506, shown, node.name[-1], line=node.line)
        return compiler._named_columns(text.columns, node.columns, node.name[-1], node.line)
