"""Fetches an entity from a REST endpoint, page by page, into a file of JSON lines in the landing folder.

Beside storage. What is asked and where the next page stands is said by the contract's `pull`. A page that was
written is noted with the place of the next one, so that a fetch that broke off goes on there. Failures that
may pass (429, 5xx, a lost connection) are tried again, later each time: urllib3 does that.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

import urllib3
from urllib3.util import Retry, Timeout

from warehouse.contracts import Contract, ContractError, path_parts
from warehouse.errors import UsageProblem
from warehouse.source.pull_state import read_state, write_state

PAGINGS: Final = ("none", "next-link", "link-header", "page", "offset", "cursor")
# RFC 8288: Link: <https://…?page=2>; rel="next", …
_NEXT: Final = re.compile(r"""<([^>]*)>(?=[^<]*;\s*rel\s*=\s*"?[^"<,;]*\bnext\b)""", re.IGNORECASE)
_KNOWN: Final = frozenset(
    """
    items paging next pageParameter firstPage offsetParameter sizeParameter size cursor
    cursorParameter tokenVariable watermark watermarkParameter parameters attempts pauseSeconds
    """.split()
)
_MOST_PAGES: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class _Page:
    """What an answer held: its records, and the address of the page behind it ('' for the last one)."""

    records: list[dict[str, Any]]
    following: str


def pull_pages(
    contract: Contract, landing: Path, home: Path, report: Callable[[str], None]
) -> tuple[Path | None, int]:
    """Fetch what is new; the file for the next run, or None where nothing is, and how many records.

    Errors: ContractError; UsageProblem for a server that does not answer, or not as it should; OSError.
    """
    _check(contract)
    folder = landing / contract.source / contract.entity
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f".{contract.entity}.pull"
    state = read_state(home, contract)
    begun = state.get("begun") if part.is_file() else None
    if begun is None:
        begun = {"next": _first(contract, state), "size": 0, "count": 0, "watermark": state.get("watermark")}
        part.write_bytes(b"")
    with part.open("r+b") as stream:
        stream.truncate(begun["size"])
        stream.seek(begun["size"])
        for number, page in enumerate(_pages(contract, begun["next"]), start=1):
            for record in page.records:
                stream.write(json.dumps(record, ensure_ascii=False).encode() + b"\n")
            stream.flush()
            os.fsync(stream.fileno())
            begun = {
                "next": page.following,
                "size": stream.tell(),
                "count": begun["count"] + len(page.records),
                "watermark": _highest(contract, page.records, begun["watermark"]),
            }
            write_state(home, contract, {**state, "begun": begun})
            report(f"page {number}, {begun['count']:,} records")
    target = None
    if begun["count"]:
        target = folder / f"{contract.entity}_{datetime.now(UTC):%Y%m%dT%H%M%S%f}.jsonl"
        part.replace(target)
    else:
        part.unlink()
    write_state(home, contract, {"watermark": begun["watermark"]})
    return target, begun["count"]


def _check(contract: Contract) -> None:
    unknown = sorted(set(contract.pull) - _KNOWN)
    if unknown:
        raise _error(contract, unknown[0], "is not known", f"use some of {', '.join(sorted(_KNOWN))}")
    if contract.dialect.form != "jsonl":
        raise ContractError(f"{contract.file}: is fetched from {contract.location}; say format: jsonl")
    paging = _said(contract, "paging", "none")
    if paging not in PAGINGS:
        raise _error(contract, "paging", f"is {paging!r}", f"use one of {', '.join(PAGINGS)}")
    needed = {"next-link": "next", "cursor": "cursor"}.get(paging)
    if needed and not _said(contract, needed):
        raise _error(contract, needed, "is missing", "say where an answer has it, as in $.meta.next")


def _said(contract: Contract, name: str, default: str = "") -> str:
    return str(contract.pull.get(name, default))


def _error(contract: Contract, name: str, problem: str, remedy: str) -> ContractError:
    return ContractError(f"{contract.file}: customProperties.pull.{name} {problem}; {remedy}")


def _first(contract: Contract, state: Mapping[str, Any]) -> str:
    """The address of the first page."""
    parameters = {str(key): str(value) for key, value in dict(contract.pull.get("parameters", {})).items()}
    if _said(contract, "paging") == "page":
        parameters[_said(contract, "pageParameter", "page")] = _said(contract, "firstPage", "1")
    if _said(contract, "paging") == "offset":
        parameters[_said(contract, "offsetParameter", "offset")] = "0"
    if "size" in contract.pull:
        parameters[_said(contract, "sizeParameter", "limit")] = _said(contract, "size")
    if state.get("watermark") is not None and _said(contract, "watermarkParameter"):
        parameters[_said(contract, "watermarkParameter")] = str(state["watermark"])
    return _with(contract.location, parameters)


def _with(address: str, parameters: Mapping[str, str]) -> str:
    parts = urlsplit(address)
    query = {**dict(parse_qsl(parts.query, keep_blank_values=True)), **parameters}
    return urlunsplit(parts._replace(query=urlencode(query)))


def _pages(contract: Contract, address: str) -> Iterator[_Page]:
    """Pages from an address on; '' has none."""
    pool = urllib3.PoolManager(
        timeout=Timeout(connect=10, read=60),
        retries=Retry(
            total=int(contract.pull.get("attempts", 5)),
            backoff_factor=float(contract.pull.get("pauseSeconds", 0.5)),
            status_forcelist=(408, 429, 500, 502, 503, 504),
            allowed_methods=("GET",),
            raise_on_status=False,
        ),
    )
    seen: set[str] = set()
    while address and len(seen) < _MOST_PAGES:
        if address in seen:
            raise UsageProblem(f"{address}: leads to itself; correct paging in {contract.file.name}")
        seen.add(address)
        body, link = _answer(contract, pool, address)
        page = _page(contract, address, body, link)
        yield page
        address = page.following


def _answer(contract: Contract, pool: urllib3.PoolManager, address: str) -> tuple[Any, str]:
    """What the endpoint says, and its header Link."""
    headers = {"Accept": "application/json"}
    variable = _said(contract, "tokenVariable")
    # A token goes to the host that the contract names and to no other, wherever a next link leads.
    if variable and urlsplit(address).netloc == urlsplit(contract.location).netloc:
        if not os.environ.get(variable):
            raise UsageProblem(
                f"{variable} is not set, and {contract.file.name} takes the token from it; set it"
            )
        headers["Authorization"] = f"Bearer {os.environ[variable]}"
    try:
        answer = pool.request("GET", address, headers=headers)
    except urllib3.exceptions.HTTPError as error:
        said = " ".join(str(error).split())
        raise UsageProblem(f"{address}: does not answer ({said}); fetch again to go on") from error
    if answer.status != 200:
        raise UsageProblem(
            f"{address}: answers {answer.status} {answer.reason or ''}".rstrip() + "; fetch again"
        )
    try:
        return json.loads(answer.data), answer.headers.get("Link", "")
    except ValueError as error:
        raise UsageProblem(
            f"{address}: answers no JSON ({error}); correct location in the contract"
        ) from error


def _page(contract: Contract, address: str, body: Any, link: str) -> _Page:
    records = _at(body, _said(contract, "items"))
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        place = _said(contract, "items") or "the answer itself"
        raise UsageProblem(
            f"{address}: {place} is no list of objects; correct pull.items in {contract.file.name}"
        )
    if _said(contract, "paging") == "link-header":
        found = _NEXT.search(link)
        return _Page(records, urljoin(address, found[1]) if found else "")
    return _Page(records, _following(contract, address, body, records))


def _following(contract: Contract, address: str, body: Any, records: list[dict[str, Any]]) -> str:
    paging = _said(contract, "paging", "none")
    if paging == "next-link":
        link = _at(body, _said(contract, "next"))
        return urljoin(address, str(link)) if link else ""
    if paging == "cursor":
        cursor = _at(body, _said(contract, "cursor"))
        return _with(address, {_said(contract, "cursorParameter", "cursor"): str(cursor)}) if cursor else ""
    if paging in ("page", "offset") and records:
        name, step = _said(contract, "pageParameter", "page"), 1
        if paging == "offset":
            name, step = _said(contract, "offsetParameter", "offset"), len(records)
        number = int(dict(parse_qsl(urlsplit(address).query))[name])
        is_last = "size" in contract.pull and len(records) < int(contract.pull["size"])
        return "" if is_last else _with(address, {name: str(number + step)})
    return ""


def _at(body: Any, path: str) -> Any:
    for name in path_parts(path):
        body = body.get(name) if isinstance(body, dict) else None
    return body


def _highest(contract: Contract, records: list[dict[str, Any]], known: Any) -> Any:
    """The greatest watermark so far, as it is written: numbers by size, ISO 8601 by its text."""
    path = _said(contract, "watermark")
    found = [value for record in records if (value := _at(record, path)) is not None] if path else []
    return max([*found, *([known] if known is not None else [])], default=None)
