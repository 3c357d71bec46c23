"""Which steps a run has, and which step needs which.

Last in the package. Bronze steps come from the contracts and the files in the landing folder; silver and
gold are the fixed flow of the warehouse, joined to bronze by what each contract feeds, and between the two
of them stands what a contract says that it is loaded by. A step is there even when nothing is new: its
procedure finds that out by itself and says 'up to date'. Before silver stand the gates: each entity's new
records are held against its rules before silver takes in anything, so that a broken one leaves all that is
published as it was; gold waits for the loads of silver that a rule may fail. Behind silver's records, a
step looks for days unlike the others; the last is retention.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from warehouse.contracts import Contract, ContractError
from warehouse.intake import Delivered, LandingFile, staged_path
from warehouse.plan.batches import FILE_BATCH, PROCEDURE_BATCH
from warehouse.plan.model import Parameter, Plan, Step


@dataclass(frozen=True, slots=True)
class Target:
    """A silver or gold table, the procedure that loads it, and the tables it comes from.

    A table may have several: one procedure per source. `inlets` are those whose batches the procedure takes
    in, and `reads` those it only looks things up in, which must be loaded by then.
    """

    table: str
    procedure: str
    inlets: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()

    @property
    def layer(self) -> str:
        schema = self.table.split(".")[0]
        return "silver" if schema == "ops" else schema

    @property
    def id(self) -> str:
        """What the procedure is called after: silver.orders, silver.shop_orders."""
        return f"{self.layer}.{self.entity}"

    @property
    def entity(self) -> str:
        verb, _, name = self.procedure.split(".")[1].partition("_")
        return name if verb in ("load", "refresh") else self.table.split(".")[1]


_DIMENSIONS: Final = ("gold.dim_dates", "gold.dim_stores", "gold.dim_products", "gold.dim_customers")
_SHOP: Final = (
    "customers",
    "products",
    "fx_rates",
    "orders",
    "order_items",
    "payments",
    "returns",
    "inventory",
)
_JUDGED: Final = "silver.shop_orders_judged"
_RATES: Final = "silver.shop_fx_rates_records"


def _records(entity: str) -> str:
    return f"silver.shop_{entity}_records"


_MATCHING: Final = (
    Target("silver.customer_features", "silver.load_customer_features", ("silver.customers",)),
    Target("ops.match_candidates", "ops.load_match_candidates", ("silver.customer_features",)),
    Target(
        "silver.customer_matches",
        "silver.load_customer_matches",
        ("silver.customer_features", "ops.match_candidates"),
    ),
)
"""After whoever loads customers."""

TARGETS: Final = (
    Target("silver.products", "silver.load_products"),
    Target("silver.order_lines", "silver.load_order_lines"),
    Target("silver.customers", "silver.load_customers", ("silver.order_lines",)),
    Target("silver.orders", "silver.load_orders", ("silver.order_lines",)),
    *(Target(_records(entity), f"silver.load_shop_{entity}_records") for entity in _SHOP),
    Target("silver.customers", "silver.load_shop_customers", (_records("customers"),)),
    Target("silver.products", "silver.load_shop_products", (_records("products"),)),
    Target("silver.currency_rates", "silver.load_shop_currency_rates", (_RATES,)),
    Target(
        _JUDGED,
        "silver.check_shop_orders",
        (
            _records("orders"),
            _records("order_items"),
            "silver.customers",
            "silver.products",
            "silver.currency_rates",
        ),
    ),
    Target(
        "silver.order_lines",
        "silver.load_shop_order_lines",
        (_records("order_items"), _JUDGED, "silver.products", _RATES),
        ("silver.currency_rates",),
    ),
    Target("silver.orders", "silver.load_shop_orders", (_JUDGED, "silver.order_lines", "silver.customers")),
    Target(
        "silver.payments",
        "silver.load_shop_payments",
        (_records("payments"), _JUDGED, _RATES),
        ("silver.currency_rates",),
    ),
    Target(
        "silver.returns",
        "silver.load_shop_returns",
        (_records("returns"), _JUDGED, "silver.order_lines", _RATES),
        ("silver.currency_rates",),
    ),
    Target(
        "silver.inventory_levels",
        "silver.load_shop_inventory_levels",
        (_records("inventory"), "silver.products"),
    ),
    *_MATCHING,
    Target("gold.dim_dates", "gold.load_dim_dates", ("silver.orders",)),
    Target("gold.dim_stores", "gold.load_dim_stores", ("silver.orders",)),
    Target("gold.dim_products", "gold.load_dim_products", ("silver.products", "silver.order_lines")),
    Target("gold.dim_customers", "gold.load_dim_customers", ("silver.customers",)),
    Target("gold.fact_order_lines", "gold.load_fact_order_lines", ("silver.order_lines", *_DIMENSIONS)),
    Target("gold.daily_sales", "gold.refresh_daily_sales", ("gold.fact_order_lines",)),
    Target(
        "gold.dim_customers",
        "gold.refresh_master_dim_customers",
        ("silver.customer_matches", "gold.dim_customers"),
    ),
)


def build_plan(contracts: Sequence[Contract], files: Iterable[LandingFile], landing_on_server: str) -> Plan:
    """The plan that loads `files` and then whatever silver and gold have not taken in yet.

    `landing_on_server` is the landing folder as the server sees it. Errors: ContractError for a contract that
    feeds what nothing loads.
    """
    targets = targets_of(contracts)
    _check_feeds(contracts, targets)
    bronze = _file_steps(files, landing_on_server)
    gates = [_gate(contract, bronze) for contract in contracts]
    published = _target_steps(contracts, targets, bronze, tuple(gate.id for gate in gates))
    loads = (*bronze, *gates, *published)
    return Plan((*loads, _watch(contracts, published), _retention(loads)))


def targets_of(contracts: Sequence[Contract]) -> tuple[Target, ...]:
    """The fixed flow; before gold what the contracts bring: records, and who loads their table."""
    known = {target.procedure for target in TARGETS}
    own: list[Target] = []
    for contract in contracts:
        records = Target(f"silver.{contract.name}_records", f"silver.load_{contract.name}_records")
        if records.table in contract.feeds and records.procedure not in known:
            own.append(records)
        if contract.loaded_by and contract.loaded_by not in known:
            inlets = tuple(table for table in contract.feeds if table != contract.silver_target)
            own.append(Target(contract.silver_target, contract.loaded_by, inlets))
    fixed = [target for target in TARGETS if target.layer == "silver" and target not in _MATCHING]
    return (*fixed, *own, *_MATCHING, *(target for target in TARGETS if target.layer != "silver"))


def described(files: Iterable[Delivered]) -> str:
    """The files as JSON, for NEW_FILES."""
    return json.dumps(
        [
            {"source": f.contract.source, "entity": f.contract.entity, "path": f.relative, "sha256": f.sha256}
            for f in files
        ]
    )


def _check_feeds(contracts: Sequence[Contract], targets: Sequence[Target]) -> None:
    silver = {target.table for target in targets if target.layer == "silver"}
    for contract in contracts:
        for table in contract.feeds:
            if table not in silver:
                raise ContractError(
                    f"{contract.file}: feeds {table}, which nothing loads; name one of {sorted(silver)}"
                )


def _file_steps(files: Iterable[LandingFile], prefix: str) -> list[Step]:
    """One step per file. An entity's files follow each other: a later file's rows win over earlier ones."""
    steps: list[Step] = []
    last: dict[str, str] = {}
    for file in files:
        previous = last.get(file.contract.name)
        step = _file_step(file, prefix, (previous,) if previous else ())
        last[file.contract.name] = step.id
        steps.append(step)
    return steps


def _file_step(file: LandingFile, prefix: str, depends_on: tuple[str, ...]) -> Step:
    contract = file.contract
    step_id = f"{contract.table}:{file.relative}"
    return Step(
        id=step_id,
        layer="bronze",
        entity=contract.name,
        title=f"{contract.table} from {file.relative}",
        sql=FILE_BATCH,
        parameters=(
            Parameter("@step", "nvarchar(1200)", step_id),
            Parameter("@source_system", "nvarchar(20)", contract.source),
            Parameter("@entity", "nvarchar(100)", contract.entity),
            Parameter("@path", "nvarchar(1000)", file.relative),
            Parameter("@path_on_server", "nvarchar(2000)", _on_server(prefix, staged_path(file))),
            Parameter("@sha256", "varchar(64)", file.sha256),
            Parameter("@size_bytes", "bigint", file.size),
            Parameter("@compression", "nvarchar(10)", file.compression),
            Parameter("@business_date", "date", file.business_date),
            Parameter("@revision", "int", file.revision),
            Parameter("@refusal", "nvarchar(2048)", file.refusal.reason if file.refusal else None),
            Parameter("@refusal_rule", "nvarchar(100)", file.refusal.rule if file.refusal else None),
            *_content_parameters(file),
        ),
        depends_on=depends_on,
        inlets=(f"landing.{contract.name}",),
        outlets=(contract.table,),
    )


def _content_parameters(file: LandingFile) -> tuple[Parameter, ...]:
    """What is known of a file that may be loaded, and NULL for one that may not."""
    content = file.content
    header = content.header if content else None
    return (
        Parameter("@header", "nvarchar(4000)", file.first_line),
        Parameter("@notice", "nvarchar(2048)", file.notice),
        Parameter("@record_count", "bigint", file.records),
        Parameter("@blank_count", "bigint", file.blank),
        Parameter(
            "@columns_delivered",
            "nvarchar(max)",
            json.dumps(header.columns) if header and header.columns else None,
        ),
        Parameter("@delimiter", "nchar(1)", header.delimiter if header else file.contract.dialect.delimiter),
        Parameter("@encoding", "nvarchar(20)", content.encoding.name if content else None),
        Parameter("@is_plain", "bit", int(file.is_plain)),
        Parameter("@first_line", "bigint", content.span.first if content and content.span else None),
        Parameter("@last_line", "bigint", content.span.last if content and content.span else None),
    )


def _on_server(prefix: str, relative: str) -> str:
    """The path as the server sees it; a Windows server has backslashes."""
    if "\\" in prefix:
        return prefix.rstrip("\\") + "\\" + relative.replace("/", "\\")
    return f"{prefix.rstrip('/')}/{relative}"


def _gate(contract: Contract, bronze: Sequence[Step]) -> Step:
    """Checks what was loaded of an entity. A file that failed to load is no reason not to: the rest was."""
    return _procedure_step(
        f"check:{contract.table}",
        layer="silver",
        entity=f"check_{contract.name}",
        procedure=None,
        target=contract.table,
        inlets=(contract.table,),
        after=tuple(step.id for step in bronze if contract.table in step.outlets),
    )


def _watch(contracts: Sequence[Contract], targets: Sequence[Step]) -> Step:
    """Measures the new days and tells which are unlike the others; it stops nothing."""
    watched = {f"silver.{contract.name}_records" for contract in contracts}
    return _procedure_step(
        "ops.quality_metrics",
        layer="silver",
        entity="quality_metrics",
        procedure="ops.detect_anomalies",
        target=None,
        inlets=tuple(contract.table for contract in contracts),
        outlets=("ops.quality_metrics",),
        after=tuple(step.id for step in targets if watched & set(step.outlets)),
    )


def _retention(loads: Sequence[Step]) -> Step:
    """After every load, so that a run that failed takes nothing away."""
    return _procedure_step(
        "ops.enforce_retention",
        layer="gold",
        entity="enforce_retention",
        procedure="ops.enforce_retention",
        target=None,
        inlets=(),
        outlets=("ops.retention_removals",),
        depends_on=tuple(step.id for step in loads),
    )


def _target_steps(
    contracts: Sequence[Contract],
    targets: Sequence[Target],
    bronze: Sequence[Step],
    gates: tuple[str, ...],
) -> list[Step]:
    writers: dict[str, tuple[str, ...]] = {}
    for step in bronze:
        for table in step.outlets:
            writers[table] = (*writers.get(table, ()), step.id)
    held = {rule.on for contract in contracts for rule in contract.quality if rule.severity == "fail"}
    silver_gates = tuple(target.id for target in targets if target.layer == "silver" and target.table in held)
    steps: list[Step] = []
    for target in targets:
        fed_by = tuple(contract.table for contract in contracts if target.table in contract.feeds)
        inlets = (*fed_by, *target.inlets)
        tables = (*inlets, *target.reads)
        depends_on = tuple(step_id for table in tables for step_id in writers.get(table, ()))
        # Silver waits for the gates on bronze, gold for the loads of silver that are gates themselves.
        needed = gates if target.layer == "silver" else silver_gates
        steps.append(
            _procedure_step(
                target.id,
                layer=target.layer,
                entity=target.entity,
                procedure=target.procedure,
                target=target.table,
                takes_in=inlets,
                inlets=tables,
                outlets=(target.table,),
                depends_on=tuple(dict.fromkeys((*needed, *depends_on))),
            )
        )
        writers[target.table] = (*writers.get(target.table, ()), target.id)
    return steps


def _procedure_step(
    step_id: str,
    *,
    layer: str,
    entity: str,
    procedure: str | None,
    target: str | None,
    inlets: tuple[str, ...],
    takes_in: tuple[str, ...] = (),
    outlets: tuple[str, ...] = (),
    depends_on: tuple[str, ...] = (),
    after: tuple[str, ...] = (),
) -> Step:
    return Step(
        id=step_id,
        layer=layer,
        entity=entity,
        title=step_id.replace("check:", "check of "),
        sql=PROCEDURE_BATCH,
        parameters=(
            Parameter("@step", "nvarchar(1200)", step_id),
            Parameter("@procedure", "nvarchar(300)", procedure),
            Parameter("@target", "nvarchar(300)", target),
            Parameter("@inlets", "nvarchar(max)", json.dumps(takes_in) if target else None),
        ),
        depends_on=depends_on,
        inlets=inlets,
        outlets=outlets,
        after=after,
    )
