"""Turns contracts and landing files into a plan: ordered T-SQL batches with bound parameters.

After contracts, before run and the DAG injectors, which execute a plan without adding to it. In pipeline
order: model (Plan, Step), batches (the T-SQL), files (what lies in the landing folder), build (which step
needs which).
"""

from warehouse.plan.build import TARGETS, Target, build_plan
from warehouse.plan.files import LandingFile, PlanError, inspect, landing_files, named_file
from warehouse.plan.model import Parameter, Plan, Step, bind

__all__ = [
    "TARGETS",
    "LandingFile",
    "Parameter",
    "Plan",
    "PlanError",
    "Step",
    "Target",
    "bind",
    "build_plan",
    "inspect",
    "landing_files",
    "named_file",
]
