"""What people decide about customers stays through redelivered, corrected and withdrawn files."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from tests.e2e.site import Site

COLUMNS = (
    "customer_id,email,first_name,last_name,phone,street,city,postal_code,country,registered_at,updated_at"
).split(",")
# A and B share their e-mail address, B and C telephone and address; A and C have only the name in common.
A = {"customer_id": "A", "email": "mia@example.com", "phone": "+15551234567", "street": "1 Oak St"}
B = {"customer_id": "B", "email": "mia@example.com", "phone": "+15559876543", "street": "2 Elm St"}
C = {"customer_id": "C", "email": "mia.q@example.org", "phone": "+15559876543", "street": "2 Elm St"}
SAME = {"first_name": "Mia", "last_name": "Quarantel", "city": "Ort", "country": "DE"}


def deliver(site: Site, day: str, *people: dict[str, str], revision: int = 1, run: bool = True) -> None:
    """Load the customers of a day as the shop delivers them; another revision replaces the whole day."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for person in people:
        number = "ABC".index(person["customer_id"]) + 1
        writer.writerow({
            **SAME, "postal_code": person["street"][0] * 5, "registered_at": f"2024-01-0{number}T00:00:00Z",
            "updated_at": f"{day}T00:00:00Z", **person,
        })  # fmt: skip
    suffix = f"_r{revision}" if revision > 1 else ""
    file = site.landing / "shop" / "customers" / f"customers_{day}{suffix}.csv"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text.getvalue(), "utf-8")
    if run:
        site.done("run")


def groups(site: Site) -> str:
    """Who stands for whom, as in A→A, B→A."""
    rows = site.query(
        "SELECT customer_id, master_customer_id FROM silver.customer_matches ORDER BY customer_id"
    )
    return ", ".join(f"{row['customer_id']}→{row['master_customer_id']}" for row in rows)


def pair(site: Site, left: str, right: str) -> dict[str, Any]:
    (row,) = site.query(
        "SELECT candidate_id, status, decided_by, note FROM ops.match_candidates "
        f"WHERE left_customer_id = N'{left}' AND right_customer_id = N'{right}'"
    )
    return row


@pytest.fixture(scope="module")
def chained(shared_site: Site) -> Site:
    """A and B are one by e-mail, B and C by telephone and address, so all three are."""
    deliver(shared_site, "2026-01-01", A, B, C)
    assert groups(shared_site) == "A→A, B→A, C→A"
    return shared_site


def test_a_pair_that_was_taken_apart_stays_so_when_both_are_delivered_again(chained: Site) -> None:
    site = chained
    me = site.query("SELECT SUSER_SNAME() AS name")[0]["name"]
    number = str(pair(site, "A", "B")["candidate_id"])
    site.done("match", "unmerge", number, "--note", "mother and daughter")
    assert groups(site) == "B→B, C→B"

    deliver(site, "2026-01-02", A, B, C)
    assert groups(site) == "B→B, C→B"
    row = pair(site, "A", "B")
    assert (row["status"], row["decided_by"], row["note"]) == ("rejected", me, "mother and daughter")
    history = site.query(
        f"SELECT status, decided_by, decided_at FROM ops.match_decisions WHERE candidate_id = {number} "
        "ORDER BY decision_id"
    )
    assert [(h["status"], h["decided_by"]) for h in history] == [
        ("auto_accepted", "ops.load_match_candidates"), ("rejected", me),
    ]  # fmt: skip
    assert all(h["decided_at"] for h in history)


def test_a_customer_that_vanishes_leaves_its_group_and_comes_back_to_it(chained: Site) -> None:
    site = chained
    deliver(site, "2026-01-01", A, B, revision=2, run=False)
    deliver(site, "2026-01-02", A, B, revision=2)
    assert not site.query("SELECT customer_id FROM silver.customers WHERE customer_id = N'C'")
    assert groups(site) == ""
    deliver(site, "2026-01-03", C)
    assert groups(site) == "B→B, C→B"
    assert pair(site, "A", "B")["status"] == "rejected"


def test_a_correction_asks_again_and_takes_nothing_by_itself(chained: Site) -> None:
    site = chained
    deliver(site, "2026-01-04", {**A, "phone": "+15557654321"})
    assert pair(site, "A", "B")["status"] == "pending"
    assert groups(site) == "B→B, C→B"


def test_a_customer_taken_out_of_a_chain_stays_out_until_a_person_takes_it_in(chained: Site) -> None:
    site = chained
    number = str(pair(site, "A", "B")["candidate_id"])
    site.done("match", "accept", number, "--note", "one after all")
    assert groups(site) == "A→A, B→A, C→A"
    site.done("match", "unmerge", "--customer", "shop/B", "--note", "somebody else")
    assert groups(site) == ""
    deliver(site, "2026-01-05", A, B, C)
    assert groups(site) == ""
    refused = site.run("match", "unmerge", number)
    assert refused.returncode == 1
    assert "51054" in refused.stderr
    site.done("match", "accept", number)
    assert groups(site) == "A→A, B→A"
    assert pair(site, "B", "C")["status"] == "rejected"
