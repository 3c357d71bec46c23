"""Which steps a run has, and which step needs which.

Last in the package. Bronze steps come from the contracts and the files in the landing folder; silver and
gold are the fixed flow of the warehouse, joined to bronze by what each contract feeds. A step is there even
when nothing is new: its procedure finds that out by itself and says 'up to date'.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from warehouse.contracts import Contract, ContractError
from warehouse.plan.batches import FILE_BATCH, PROCEDURE_BATCH
from warehouse.plan.files import LandingFile, landing_files, named_file
from warehouse.plan.model import Parameter, Plan, Step


@dataclass(frozen=True, slots=True)
class Target:
    """A silver or gold table, the procedure that loads it, and the silver and gold tables it comes from."""

    table: str
    procedure: str
    inlets: tuple[str, ...] = ()

    @property
    def layer(self) -> str:
        return self.table.split(".")[0]

    @property
    def entity(self) -> str:
        return self.table.split(".")[1]


_DIMENSIONS: Final = ("gold.dim_dates", "gold.dim_stores", "gold.dim_products", "gold.dim_customers")

TARGETS: Final = (
    Target("silver.products", "silver.load_products"),
    Target("silver.order_lines", "silver.load_order_lines"),
    Target("silver.customers", "silver.load_customers", ("silver.order_lines",)),
    Target("silver.orders", "silver.load_orders", ("silver.order_lines",)),
    Target("gold.dim_dates", "gold.load_dim_dates", ("silver.orders",)),
    Target("gold.dim_stores", "gold.load_dim_stores", ("silver.orders",)),
    Target("gold.dim_products", "gold.load_dim_products", ("silver.products", "silver.order_lines")),
    Target("gold.dim_customers", "gold.load_dim_customers", ("silver.customers",)),
    Target("gold.fact_order_lines", "gold.load_fact_order_lines", ("silver.order_lines", *_DIMENSIONS)),
    Target("gold.daily_sales", "gold.refresh_daily_sales", ("gold.fact_order_lines",)),
)


def build_plan(
    contracts: Sequence[Contract],
    landing: Path,
    landing_on_server: str | None = None,
    files: Sequence[Path] | None = None,
) -> Plan:
    """The plan for what lies in `landing`, or for the named `files` in it only.

    `landing_on_server` is the same folder as the server sees it. Errors: PlanError for a named file that is
    missing, unreadable or has a wrong header; ContractError for a contract that feeds what nothing loads.
    """
    _check_feeds(contracts)
    if files is None:
        found = [file for contract in contracts for file in landing_files(contract, landing)]
    else:
        found = sorted(
            (named_file(contracts, landing, path) for path in files), key=lambda file: file.relative
        )
    prefix = landing_on_server or str(landing.absolute())
    bronze = _file_steps(found, prefix)
    return Plan((*bronze, *_target_steps(contracts, bronze)))


def _check_feeds(contracts: Sequence[Contract]) -> None:
    silver = {target.table for target in TARGETS if target.layer == "silver"}
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
            Parameter("@path_on_server", "nvarchar(2000)", _on_server(prefix, file.relative)),
            Parameter("@sha256", "varchar(64)", file.sha256),
            Parameter("@size_bytes", "bigint", file.size),
            Parameter("@header", "nvarchar(4000)", file.header),
            Parameter("@refusal", "nvarchar(2048)", file.refusal),
            Parameter("@delimiter", "nchar(1)", contract.dialect.delimiter),
        ),
        depends_on=depends_on,
        inlets=(f"landing.{contract.name}",),
        outlets=(contract.table,),
    )


def _on_server(prefix: str, relative: str) -> str:
    """The path as the server sees it; a Windows server has backslashes."""
    if "\\" in prefix:
        return prefix.rstrip("\\") + "\\" + relative.replace("/", "\\")
    return f"{prefix.rstrip('/')}/{relative}"


def _target_steps(contracts: Sequence[Contract], bronze: Sequence[Step]) -> list[Step]:
    writers: dict[str, tuple[str, ...]] = {}
    for step in bronze:
        for table in step.outlets:
            writers[table] = (*writers.get(table, ()), step.id)
    steps: list[Step] = []
    for target in TARGETS:
        fed_by = tuple(contract.table for contract in contracts if target.table in contract.feeds)
        inlets = (*fed_by, *target.inlets)
        depends_on = tuple(step_id for table in inlets for step_id in writers.get(table, ()))
        steps.append(_target_step(target, inlets, depends_on))
        writers[target.table] = (target.table,)
    return steps


def _target_step(target: Target, inlets: tuple[str, ...], depends_on: tuple[str, ...]) -> Step:
    return Step(
        id=target.table,
        layer=target.layer,
        entity=target.entity,
        title=target.table,
        sql=PROCEDURE_BATCH,
        parameters=(
            Parameter("@step", "nvarchar(1200)", target.table),
            Parameter("@procedure", "nvarchar(300)", target.procedure),
        ),
        depends_on=depends_on,
        inlets=inlets,
        outlets=(target.table,),
    )
