"""`warehouse source pull`: REST endpoints page by page, folders of any of fsspec's URLs, each thing once."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import fsspec
import pytest
import yaml
from click.testing import CliRunner

from warehouse.cli import main
from warehouse.contracts import Contract, read_contract
from warehouse.source.storage import pull_files


def some_records() -> list[dict[str, Any]]:
    return [{"id": number, "changed": f"2024-03-{number:02d}"} for number in range(1, 8)]


PAGE = 3
DROPPED = 0
"""Stands for a connection that ends without an answer."""


@dataclass
class Shop:
    """An endpoint with seven records; `failures` are statuses that it answers before it works again."""

    url: str = ""
    records: list[dict[str, Any]] = field(default_factory=some_records)
    asked: list[str] = field(default_factory=list)
    tokens: list[str | None] = field(default_factory=list)
    failures: list[int] = field(default_factory=list)
    fails_for_good_at: int = 0

    def answer(self, path: str) -> tuple[int, Any]:
        """Status and body."""
        self.asked.append(path)
        if self.failures:
            return self.failures.pop(0), {"error": "try again"}
        query = dict(parse_qsl(urlsplit(path).query))
        start = int(query.get("cursor", query.get("offset", (int(query.get("page", 1)) - 1) * PAGE)))
        if self.fails_for_good_at and start >= self.fails_for_good_at:
            return 403, {"error": "no"}
        wanted = [record for record in self.records if record["changed"] > query.get("since", "")]
        page, behind = wanted[start : start + PAGE], start + PAGE
        is_more = behind < len(wanted)
        since = f"&since={query['since']}" if "since" in query else ""
        return 200, {
            "data": {"orders": page},
            "next": f"/orders?cursor={behind}{since}" if is_more else None,
            "cursor": behind if is_more else None,
        }


@pytest.fixture
def shop() -> Iterator[Shop]:
    made = Shop()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.tokens.append(self.headers.get("Authorization"))
            status, body = made.answer(self.path)
            if status == DROPPED:
                self.close_connection = True
                self.connection.close()
                return
            text = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            if status == 200 and body["next"]:
                previous = '</orders?cursor=0>; rel="prev"'
                self.send_header("Link", f'{previous}, <{body["next"]}>; title="more"; rel="next"')
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, format: str, *arguments: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    made.url = f"http://127.0.0.1:{server.server_port}/orders"
    yield made
    server.shutdown()
    server.server_close()
    thread.join()


@dataclass(frozen=True)
class Place:
    """A project with one contract, and its landing folder."""

    folder: Path

    @property
    def landed(self) -> list[Path]:
        return sorted((self.folder / "landing" / "web" / "orders").glob("[!.]*"))

    @property
    def records(self) -> list[int]:
        """The ids of all that was landed, in the order of the files."""
        return [json.loads(line)["id"] for file in self.landed for line in file.read_text().splitlines()]

    def contract(self, location: str, form: str = "jsonl", **pull: Any) -> Contract:
        """Write the contract of web/orders."""
        custom: dict[str, Any] = {"filePattern": "*.jsonl" if form == "jsonl" else "*.csv", "format": form}
        if pull:
            custom["pull"] = pull
        document = {
            "apiVersion": "v3.1.0",
            "kind": "DataContract",
            "id": "web-orders",
            "version": "1.0.0",
            "status": "draft",
            "servers": [{"server": "shop", "type": "api", "location": location}],
            "schema": [
                {
                    "name": "orders",
                    "physicalName": "bronze.web_orders",
                    "customProperties": [{"property": key, "value": value} for key, value in custom.items()],
                    "properties": [
                        {
                            "name": "id",
                            "logicalType": "integer",
                            "physicalType": "nvarchar(4000)",
                            "primaryKey": True,
                            "primaryKeyPosition": 1,
                        }
                    ],
                }
            ],
        }
        file = self.folder / "dags" / "contracts" / "web" / "orders.yml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(yaml.safe_dump(document), encoding="utf-8")
        return read_contract(file)

    def pull(self, **environment: str) -> tuple[int, str, str]:
        """`warehouse source pull web/orders`: exit code, output, errors."""
        ended = CliRunner().invoke(
            main,
            ["source", "pull", "web/orders", "--project", str(self.folder)],
            env={
                "WAREHOUSE_HOME": str(self.folder / "home"),
                "WAREHOUSE_LANDING": str(self.folder / "landing"),
                **environment,
            },
        )
        return ended.exit_code, ended.stdout, ended.stderr


@pytest.fixture
def place(tmp_path: Path) -> Place:
    for name in ("database", "migrations"):
        (tmp_path / name).mkdir()
    return Place(tmp_path)


STYLES: list[dict[str, Any]] = [
    {"paging": "next-link", "next": "$.next"},
    {"paging": "cursor", "cursor": "$.cursor"},
    {"paging": "page", "size": PAGE},
    {"paging": "page"},
    {"paging": "offset"},
    {"paging": "offset", "size": PAGE},
    {"paging": "link-header"},
]


@pytest.mark.parametrize("style", STYLES, ids=lambda style: " ".join(map(str, style.values())))
def test_every_page_is_fetched_whatever_leads_to_the_next(
    shop: Shop, place: Place, style: dict[str, Any]
) -> None:
    place.contract(shop.url, items="$.data.orders", **style)
    code, said, errors = place.pull()
    assert (code, errors) == (0, "")
    assert place.records == [1, 2, 3, 4, 5, 6, 7]
    assert said.startswith("fetched 7 records into orders_")


def test_later_only_what_is_new_by_its_watermark_is_asked_for(shop: Shop, place: Place) -> None:
    pull = {"paging": "next-link", "next": "$.next", "watermark": "$.changed", "watermarkParameter": "since"}
    place.contract(shop.url, items="$.data.orders", **pull)
    assert place.pull()[0] == 0
    assert place.pull()[1] == "nothing new\n"
    assert shop.asked[-1] == "/orders?since=2024-03-07"
    shop.records.append({"id": 8, "changed": "2024-03-08"})
    assert place.pull()[0] == 0
    assert place.records == [1, 2, 3, 4, 5, 6, 7, 8]
    assert len(place.landed) == 2


def test_what_may_pass_is_tried_again_and_the_token_comes_from_the_environment(
    shop: Shop, place: Place
) -> None:
    shop.failures = [503, DROPPED, 429, 500]
    place.contract(shop.url, items="$.data.orders", tokenVariable="SHOP_TOKEN", pauseSeconds=0.01)
    code, _, errors = place.pull()
    assert (code, errors.count("\n")) == (2, 1)
    assert "SHOP_TOKEN is not set" in errors
    assert place.pull(SHOP_TOKEN="sesame")[0] == 0
    assert place.records == [1, 2, 3]
    assert set(shop.tokens) == {"Bearer sesame"}
    assert "sesame" not in (place.folder / "home" / "pulls" / "web_orders.json").read_text()


def test_a_fetch_that_broke_off_goes_on_where_it_was(shop: Shop, place: Place) -> None:
    place.contract(shop.url, items="$.data.orders", paging="next-link", next="$.next", attempts=0)
    shop.fails_for_good_at = 6
    code, _, errors = place.pull()
    assert code == 2
    assert "answers 403" in errors
    assert place.landed == []
    shop.fails_for_good_at, before = 0, len(shop.asked)
    assert place.pull()[0] == 0
    assert shop.asked[before:] == ["/orders?cursor=6"]
    assert place.records == [1, 2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize(
    ("pull", "said"),
    [
        ({"items": "$.nothing"}, "is no list of objects"),
        ({"items": "$.data.orders", "paging": "next-link"}, "pull.next is missing"),
        (
            {"items": "$.data.orders", "paging": "scroll"},
            "use one of none, next-link, link-header, page, offset, cursor",
        ),
        ({"itmes": "$.data"}, "pull.itmes is not known"),
    ],
)
def test_what_cannot_be_fetched_is_said_in_one_line(
    shop: Shop, place: Place, pull: dict[str, Any], said: str
) -> None:
    place.contract(shop.url, **pull)
    code, _, errors = place.pull()
    assert (code, errors.count("\n")) == (2, 1)
    assert said in errors
    assert place.landed == []


def test_a_folder_is_copied_file_by_file_and_each_file_once(place: Place, tmp_path: Path) -> None:
    remote = tmp_path / "remote"
    remote.mkdir()
    for name in ("a.csv", "b.csv", "notes.md"):
        (remote / name).write_text(f"id\n{name}\n")
    place.contract(f"file://{remote}", form="csv")
    assert place.pull()[1] == "fetched a.csv\nfetched b.csv\n"
    assert [file.name for file in place.landed] == ["a.csv", "b.csv"]
    assert place.pull()[1] == "nothing new\n"
    (remote / "b.csv").write_text("id\nanother\n")
    assert place.pull()[1] == "fetched b.csv\n"
    assert place.landed[1].read_text() == "id\nanother\n"
    place.contract(f"file://{remote}/nowhere", form="csv")
    code, _, errors = place.pull()
    assert (code, errors.count("\n")) == (2, 1)
    assert "cannot be read" in errors


def test_any_url_of_fsspec_is_a_folder(place: Place) -> None:
    storage = fsspec.filesystem("memory")
    storage.pipe({"/bucket/orders/a.csv": b"id\n1\n", "/bucket/orders/deeper/b.csv": b"id\n2\n"})
    contract = place.contract("memory://bucket/orders", form="csv")
    copies = pull_files(contract, place.folder / "landing", place.folder / "home", lambda name: None)
    assert [copy.read_bytes() for copy in copies] == [b"id\n1\n"]
    assert pull_files(contract, place.folder / "landing", place.folder / "home", lambda name: None) == []
    storage.rm("/bucket", recursive=True)
