"""Gates for contracts, DAGs and configuration files.

After tools. Schemas come with packages (the compose specification and GitHub's workflows with
check-jsonschema, the Open Data Contract Standard with open-data-contract-standard): nothing is downloaded.
"""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from tests.gates.tools import CannotRun, files, python, run

from warehouse.contracts import load_contracts
from warehouse.errors import WarehouseError


def contracts(root: Path) -> list[str]:
    """Every contract follows the Open Data Contract Standard and this project's model of it."""
    paths = files(root, "dags/contracts/*.yml")
    schema = resources.files("open_data_contract_standard") / "schema.json"
    faults = run(root, "check-jsonschema", "--schemafile", str(schema), *paths)
    try:
        load_contracts(root / "dags" / "contracts")
    except WarehouseError as error:
        faults.append(str(error))
    return faults


def dags(root: Path) -> list[str]:
    """Airflow's DAG processor imports every DAG file."""
    files(root, "dags/*.py")
    return python(root, "tests.gates.dag_import")


def compose(root: Path) -> list[str]:
    """docker-compose.yml is valid by the compose specification."""
    return _by_schema(root, "vendor.compose-spec", "docker-compose.yml")


def workflows(root: Path) -> list[str]:
    """GitHub's workflows are valid by GitHub's schema, and every job has a time limit."""
    faults = _by_schema(root, "vendor.github-workflows", ".github/workflows/*.yml")
    return faults + _by_schema(root, "custom.github-workflows-require-timeout", ".github/workflows/*.yml")


def _by_schema(root: Path, schema: str, *patterns: str) -> list[str]:
    return run(root, "check-jsonschema", "--builtin-schema", schema, *files(root, *patterns))


def hooks(root: Path) -> list[str]:
    """pre-commit can read its configuration."""
    return run(root, "pre-commit", "validate-config", *files(root, ".pre-commit-config.yaml"))


def dockerfile(root: Path) -> list[str]:
    """hadolint finds nothing in a Dockerfile; Debian's packages stay unpinned (DL3008)."""
    return run(
        root, "hadolint", "--no-color", "--ignore", "DL3008", *files(root, "Dockerfile", "*/Dockerfile")
    )


def yaml(root: Path) -> list[str]:
    """yamllint finds nothing in any YAML file."""
    return run(root, "yamllint", "--strict", "--format", "parsable", *files(root, "*.yml", "*.yaml"))


def shell(root: Path) -> list[str]:
    """bash can parse every script."""
    scripts = [path for path in files(root, ".ci/*", "*.sh") if _is_bash(root / path)]
    if not scripts:
        raise CannotRun("found no script of bash")
    return [line for path in scripts for line in run(root, "bash", "-n", path)]


def _is_bash(file: Path) -> bool:
    return file.read_text(encoding="utf-8").startswith("#!/usr/bin/env bash\n")
