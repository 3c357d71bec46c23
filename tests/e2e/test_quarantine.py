"""A record that a rule kept out: looked at, corrected, sent on again exactly once, or given up."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from tests.e2e.site import Site

HEADER = (
    "customer_id,email,first_name,last_name,phone,street,city,postal_code,country,registered_at,updated_at\n"
)


def customer(number: int, *, email: str = "a@example.com", country: str = "DE") -> str:
    moments = "2024-01-01 00:00:00,2025-01-01 00:00:00"
    return f'C{number},{email},,Roe,+4930123456,"A, 1",Bonn,,{country},{moments}\n'


@pytest.fixture
def kept_out(site: Site) -> Site:
    """A site with one good customer and three that rules kept out."""
    file = site.landing / "shop" / "customers" / "customers_2025-01-01.csv"
    file.parent.mkdir(parents=True)
    records = customer(1) + customer(2, email="none") + customer(3, country="Utopia") + "C4,too few\n"
    file.write_text(HEADER + records, encoding="utf-8")
    site.done("run")
    return site


def customers(site: Site) -> list[tuple[str, str]]:
    rows = site.query("SELECT customer_id, country FROM silver.customers ORDER BY customer_id")
    return [(row["customer_id"], row["country"]) for row in rows]


def number(site: Site, rule: str) -> str:
    (row,) = site.query(f"SELECT quarantine_id FROM ops.quarantine WHERE rule_name = N'{rule}'")
    return str(row["quarantine_id"])


def test_entries_are_listed_shown_and_exported(kept_out: Site, tmp_path: Path) -> None:
    listed = kept_out.done("quarantine", "list")
    rules = "not_an_email:email 1, unknown_country:country 1, wrong_field_count 1"
    assert listed.splitlines()[-1] == f"quarantine: 3 entries: {rules}"
    shown = kept_out.done("quarantine", "show", number(kept_out, "not_an_email:email"))
    assert "not_an_email:email" in shown
    assert shown.splitlines()[-1] + "\n" == customer(2, email="none")
    out = tmp_path / "out.csv"
    kept_out.done("quarantine", "export", "--rule", "unknown_*", "--out", str(out))
    with out.open(encoding="utf-8", newline="") as stream:
        (row,) = csv.DictReader(stream)
    assert (row["line_number"], row["raw_text"] + "\n") == ("4", customer(3, country="Utopia"))


def test_a_corrected_record_is_delivered_again_exactly_once(kept_out: Site) -> None:
    entry = number(kept_out, "not_an_email:email")
    kept_out.done("quarantine", "replay", entry, "--set", "email=b@example.com", "--note", "by phone")
    kept_out.done("run")
    assert customers(kept_out) == [("C1", "DE"), ("C2", "DE")]
    again = kept_out.run("quarantine", "replay", entry, "--set", "email=c@example.com")
    assert again.returncode != 0
    assert again.stderr.count("\n") == 1
    assert kept_out.done("run").splitlines()[-1].count(" 0 rows written") == 1
    (row,) = kept_out.query(
        f"SELECT status, note, decided_by, corrected_path FROM ops.quarantine WHERE quarantine_id = {entry}"
    )
    assert (row["status"], row["note"]) == ("corrected", "by phone")
    assert row["corrected_path"] == f"shop/customers/quarantine_{entry}.csv"
    assert row["decided_by"]
    assert kept_out.done("reconcile").splitlines()[-1].startswith("reconcile: all of 5 records of 2 files")


def test_a_record_is_looked_at_again_when_its_rule_has_changed(kept_out: Site) -> None:
    entry = number(kept_out, "unknown_country:country")
    kept_out.done("sql", "INSERT INTO ops.spellings VALUES (N'country', N'Utopia', N'CH');")
    kept_out.done("quarantine", "replay", entry)
    kept_out.done("run")
    assert customers(kept_out) == [("C1", "DE"), ("C3", "CH")]
    (row,) = kept_out.query(f"SELECT status FROM ops.quarantine WHERE quarantine_id = {entry}")
    assert row["status"] == "replayed"
    assert kept_out.done("reconcile").splitlines()[-1].startswith("reconcile: all of 4 records")


def test_a_discarded_record_stays_and_is_no_longer_open(kept_out: Site) -> None:
    entry = number(kept_out, "wrong_field_count")
    kept_out.done("quarantine", "discard", entry, "--note", "a test")
    again = kept_out.run("quarantine", "discard", entry)
    assert (again.returncode, again.stderr.count("\n")) == (1, 1)
    assert "is not open" in again.stderr
    assert "2 entries" in kept_out.done("quarantine", "list").splitlines()[-1]
    assert kept_out.done("reconcile").splitlines()[-1].startswith("reconcile: all of 4 records")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("show", "99"), "there is no such entry"),
        (("replay", "1", "2", "--set", "email=x"), "--set corrects one record"),
        (("replay", "1", "--set", "email"), "is no COLUMN=VALUE"),
        (("replay", "2", "--set", "mail=x"), "has no column mail"),
    ],
)
def test_a_wrong_request_is_one_line(kept_out: Site, arguments: tuple[str, ...], said: str) -> None:
    ended = kept_out.run("quarantine", *arguments)
    assert (ended.returncode, ended.stderr.count("\n")) == (2, 1)
    assert said in ended.stderr
