"""What can be known of docker-compose.yml without Docker: its schema, secrets, paths and commands."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from tests.conftest import ROOT

from warehouse.cli import main
from warehouse.connection import parse_keywords

TEXT = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, Any] = COMPOSE["services"]
AIRFLOW = {name: service for name, service in SERVICES.items() if name.startswith("airflow-")}
SECRET = re.compile(r"PASSWORD|_KEY|SECRET")
EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")


def test_the_workflow_tests_on_the_same_sql_server() -> None:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "checks.yml").read_text(encoding="utf-8"))
    service = workflow["jobs"]["sqlserver"]["services"]["sqlserver"]
    assert service["image"] == SERVICES["sqlserver"]["image"]


def test_no_secret_has_a_value_or_a_default() -> None:
    for name, service in SERVICES.items():
        for variable, value in service.get("environment", {}).items():
            if SECRET.search(variable) or ("://" in str(value) and "@" in str(value)):
                assert re.search(r"\$\{[A-Z_]+:\?", str(value)), f"{name}: {variable}"
    assert not re.search(r"\$\{[A-Z_]*(PASSWORD|KEY|SECRET)[A-Z_]*(:?-|\})", TEXT)


def test_the_example_names_every_variable_and_no_other() -> None:
    used = set(re.findall(r"(?<!\$)\$\{([A-Z_]+)", TEXT))
    named = set(re.findall(r"^#?([A-Z_]+)=", EXAMPLE, re.MULTILINE))
    assert named == used


def test_the_defaults_in_the_example_are_those_of_the_file() -> None:
    shown = dict(re.findall(r"^#([A-Z_]+)=(.*)$", EXAMPLE, re.MULTILINE))
    del shown["WAREHOUSE_AIRFLOW_SCHEDULE"]  # empty by default; the example shows an expression
    assert shown == dict(re.findall(r"\$\{([A-Z_]+):-([^}]+)\}", TEXT))


def test_every_image_names_a_version() -> None:
    for service in SERVICES.values():
        assert service.get("build") or re.search(r":[^:]*\d", service["image"])


def test_sql_server_reads_the_landing_folder_where_the_plan_says_it_does() -> None:
    (on_server,) = [mount for mount in SERVICES["sqlserver"]["volumes"] if ":/landing" in mount]
    for service in AIRFLOW.values():
        assert on_server in service["volumes"]
        assert service["environment"]["WAREHOUSE_LANDING"] == "/landing"
        assert service["environment"]["WAREHOUSE_LANDING_ON_SERVER"] == "/landing"


def test_nothing_listens_beyond_this_machine() -> None:
    for service in SERVICES.values():
        assert all(str(port).startswith("127.0.0.1:") for port in service.get("ports", []))


def test_what_must_be_up_before_a_service_is_waited_for() -> None:
    assert SERVICES["migrate"]["depends_on"] == {"sqlserver": {"condition": "service_healthy"}}
    for name in set(AIRFLOW) - {"airflow-init"}:
        conditions = {other: item["condition"] for other, item in AIRFLOW[name]["depends_on"].items()}
        assert conditions == dict.fromkeys(("airflow-init", "migrate"), "service_completed_successfully")


def test_every_service_that_stays_is_watched() -> None:
    for name in set(SERVICES) - {"migrate", "airflow-init"}:
        assert "healthcheck" in SERVICES[name], name
        assert SERVICES[name]["restart"] == "unless-stopped", name


def test_the_pool_that_the_tasks_use_is_made_before_they_run() -> None:
    pool = AIRFLOW["airflow-scheduler"]["environment"]["WAREHOUSE_AIRFLOW_POOL"]
    assert f"airflow pools set {pool} " in SERVICES["airflow-init"]["command"][-1]


def test_the_migration_is_a_command_of_ours_with_a_dsn_it_understands() -> None:
    program, *arguments = SERVICES["migrate"]["command"]
    assert program == "warehouse"
    assert CliRunner().invoke(main, [*arguments, "--help"]).exit_code == 0
    assert parse_keywords(SERVICES["migrate"]["environment"]["WAREHOUSE_DSN"])["UID"] == "sa"


@pytest.mark.parametrize("name", sorted(AIRFLOW))
def test_airflow_runs_the_dags_of_the_image(name: str) -> None:
    work_dir = re.search(r"^WORKDIR (\S+)$", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    assert work_dir
    assert AIRFLOW[name]["environment"]["AIRFLOW__CORE__DAGS_FOLDER"] == f"{work_dir[1]}/dags"


def test_make_env_fills_every_secret_with_one_of_its_own_and_accepts_no_licence(tmp_path: Path) -> None:
    for name in ("Makefile", ".env.example"):
        (tmp_path / name).write_text((ROOT / name).read_text(encoding="utf-8"), encoding="utf-8")
    subprocess.run(["make", ".env"], cwd=tmp_path, check=True, capture_output=True, timeout=60)
    lines = (tmp_path / ".env").read_text(encoding="utf-8").splitlines()
    filled = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    assert filled.pop("ACCEPT_EULA") == ""
    assert all(re.fullmatch(r"[\w=-]{44}", value) for value in filled.values())
    assert len(set(filled.values())) == len(filled)
    assert (tmp_path / ".env").stat().st_mode & 0o077 == 0
