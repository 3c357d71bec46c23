"""What VS Code's mssql extension does, by Microsoft's own service: SqlClient, SMO and DacFx against tsqld.

Needs `make setup-check`. `make soak` also lets DacFx read the whole database and SMO script it.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree
from zipfile import ZipFile

import pyodbc
import pytest
from tests.soak import is_soak
from tests.wire.served import ENVIRONMENT, PASSWORD, ROOT, Served, serving
from tests.wire.toolsservice import FOLDER, ToolsService, options, running

from tsql.batches import split_batches

pytestmark = pytest.mark.skipif(
    not FOLDER.exists() and not os.environ.get("CI"), reason="needs: make setup-check"
)
soaking = pytest.mark.skipif(not is_soak(), reason="make soak")
SAMPLE: Final = (ROOT / "tests" / "engine" / "tool_sample" / "every_kind.sql").read_text(encoding="utf-8")
_NAMESPACE: Final = "{http://schemas.microsoft.com/sqlserver/dac/Serialization/2012/02}"


@dataclass(frozen=True)
class Tools:
    """The service with a connection named `uri` to a database that holds an object of every kind."""

    service: ToolsService
    served: Served
    uri: str = "test://kinds"


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tools]:
    folder = tmp_path_factory.mktemp("tools")
    with serving(folder / "data") as served, running(folder) as service:
        _load(served, "kinds", SAMPLE)
        service.connect("test://kinds", options(served.port, "kinds", PASSWORD))
        yield Tools(service, served)


def _load(served: Served, database: str, script: str) -> None:
    """A new database with what a script makes in it."""
    connection = served.connect()
    connection.execute(f"CREATE DATABASE {database}")
    connection.execute(f"USE {database}")
    for batch in split_batches(script):
        try:
            connection.execute(batch.text)
        except pyodbc.Error as problem:
            raise AssertionError(f"line {batch.line}: {problem}\n{batch.text}") from problem
    connection.close()


def test_a_connection_tells_version_and_databases(tools: Tools) -> None:
    told = tools.service.connect("test://master", options(tools.served.port, "master", PASSWORD))
    assert told["serverInfo"]["serverMajorVersion"] == 16
    assert told["connectionSummary"]["databaseName"] == "master"
    listed = tools.service.call("connection/listdatabases", ownerUri="test://master")
    assert listed["databaseNames"] == ["master", "model", "msdb", "tempdb", "kinds"]


def test_a_query_fills_the_grid(tools: Tools) -> None:
    first, second = tools.service.query(
        tools.uri, "SELECT 1 AS a, CAST(1.50 AS decimal(5, 2)) AS b, N'x' AS c; SELECT NULL AS d"
    )
    assert first == [["1", "1.50", "x"]]
    assert second == [["NULL"]]


def test_the_objects_of_a_database_are_listed(tools: Tools) -> None:
    found = tools.service.call("metadata/list", ownerUri=tools.uri)["metadata"]
    assert ("Table", "customers") in {(one["metadataTypeName"], one["name"]) for one in found}
    assert {one["schema"] for one in found} >= {"shop"}


def test_the_object_explorer_opens_every_folder_of_a_table(tools: Tools) -> None:
    seen = list(_opened(tools, "Databases/kinds/Tables/shop.customers"))
    columns = [label for path, label in seen if path.endswith("/Columns")]
    assert columns[0] == "customer_id (PK, int, not null)"
    assert len(columns) == 28
    assert {label for path, label in seen if path.endswith("/Keys")} == {"PK_customers", "UQ_customers_code"}


@soaking
def test_the_object_explorer_opens_every_folder_of_the_server(tools: Tools) -> None:
    assert len(list(_opened(tools, ""))) > 150


def _opened(tools: Tools, start: str) -> Iterator[tuple[str, str]]:
    """Path and label of every node below one, which only opens after those above it."""
    service = tools.service
    told = service.call("objectexplorer/createsession", options=options(tools.served.port, "kinds", PASSWORD))
    root = service.event("objectexplorer/sessioncreated", 120)["rootNode"]["nodePath"]
    below = f"{root}/{start}".rstrip("/")
    waiting = [root]
    while waiting:
        path = waiting.pop()
        service.call("objectexplorer/expand", sessionId=told["sessionId"], nodePath=path)

        def mine(parameters: dict[str, Any], path: str = path) -> bool:
            return parameters.get("nodePath") == path

        opened = service.event("objectexplorer/expandCompleted", 120, mine)
        assert not opened.get("errorMessage"), f"{path}: {opened['errorMessage']}"
        for node in opened["nodes"] or ():
            if path.startswith(below):
                yield path, node["label"]
            on_the_way = below.startswith(node["nodePath"]) or node["nodePath"].startswith(below)
            if on_the_way and not node["isLeaf"] and "System" not in node["label"]:
                waiting.append(node["nodePath"])


@soaking
def test_the_script_that_smo_makes_of_a_database_makes_the_same(tools: Tools, tmp_path: Path) -> None:
    script = _scripted(tools, "kinds", tmp_path)
    assert script.count("CREATE TABLE") == 4
    _load(tools.served, "again", script)
    assert _scripted(tools, "again", tmp_path) == script


def _scripted(tools: Tools, database: str, folder: Path) -> str:
    command = [sys.executable, "-W", "ignore", "-m", "tests.wire.smo", str(tools.served.port), database]
    done = subprocess.run(
        [*command, str(folder)], cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    # the server keeps the line end that SMO writes behind a module's text
    return re.sub(r"\s+GO\n", "\nGO\n", done.stdout)


@soaking
def test_dacfx_reads_the_whole_database(tools: Tools, tmp_path: Path) -> None:
    elements = _extracted(tools, "kinds", tmp_path / "kinds.dacpac")
    for kind, name in (
        ("SqlTable", "[shop].[customers]"),
        ("SqlColumnStoreIndex", "[shop].[history].[CCI_history]"),
        ("SqlPartitionScheme", "[by_month]"),
        ("SqlForeignKeyConstraint", "[shop].[FK_orders_customers]"),
        ("SqlMultiStatementTableValuedFunction", "[shop].[numbers]"),
        ("SqlDmlTrigger", "[shop].[orders_touched]"),
        ("SqlSequence", "[shop].[order_numbers]"),
        ("SqlTableType", "[shop].[order_lines]"),
    ):
        assert (kind, name) in elements


def _extracted(tools: Tools, database: str, package: Path) -> set[tuple[str, str]]:
    """Type and name of each named element of a database, as DacFx reads them out of the catalog."""
    tools.service.call(
        "dacfx/extract",
        databaseName=database,
        packageFilePath=str(package),
        applicationName="tsqld",
        applicationVersion="1.0.0.0",
        ownerUri=tools.uri,
        taskExecutionMode=0,
    )
    assert tools.service.finished() == []
    with ZipFile(package) as archive:
        model = ElementTree.fromstring(archive.read("model.xml"))
    found = model.iter(f"{_NAMESPACE}Element")
    return {(one.attrib["Type"], one.attrib["Name"]) for one in found if "Name" in one.attrib}
