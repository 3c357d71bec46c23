"""Turns contracts and delivered files into a plan: ordered T-SQL batches with bound parameters.

After intake, before run and the DAG injectors, which execute a plan without adding to it. In pipeline order:
model (Plan, Step), batches (the T-SQL), build (which step needs which).
"""

from warehouse.plan.batches import NEW_FILES
from warehouse.plan.build import TARGETS, Target, build_plan, described
from warehouse.plan.model import Parameter, Plan, Step, bind

__all__ = [
    "NEW_FILES",
    "TARGETS",
    "Parameter",
    "Plan",
    "Step",
    "Target",
    "bind",
    "build_plan",
    "described",
]
