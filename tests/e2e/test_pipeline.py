"""From CSV to gold on a small cut of the journey data, compared with DuckDB's own figures."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.e2e.cut import PRODUCTS_LEFT_OUT, figures, undescribed_products, write_cut
from tests.e2e.site import Site

from warehouse.journey import csv_file
from warehouse.plan import TARGETS

SUMMARY = re.compile(
    r"run \d+: (?P<steps>\d+) steps?, .*?(?P<written>[\d,]+) rows? written, (?P<rejected>[\d,]+) rejected, "
    r"(?P<refused>\d+) files? refused, [\d.]+ s"
)


def last_line(output: str) -> re.Match[str]:
    found = SUMMARY.fullmatch(output.splitlines()[-1])
    assert found is not None, output
    return found


STEPS = 3 + 11 + len(TARGETS) + 2
"""A step per file of the cut, a gate per entity, a load per target of silver and gold, a look at days,
retention."""


@pytest.fixture(scope="module")
def loaded(shared_site: Site) -> Site:
    """A warehouse into which the cut was loaded once."""
    write_cut(shared_site.landing)
    last = last_line(shared_site.done("run"))
    assert (last["steps"], last["rejected"], last["refused"]) == (str(STEPS), "0", "0")
    return shared_site


def test_gold_shows_what_duckdb_computes_from_the_files(loaded: Site) -> None:
    assert loaded.figures() == figures(csv_file(loaded.landing, "transactions"))


def test_every_record_of_every_file_is_accounted_for(loaded: Site) -> None:
    files = loaded.query(
        "SELECT path, rows_read, rows_written, rows_rejected, blank_lines FROM ops.files ORDER BY path"
    )
    assert [file["path"] for file in files] == [
        f"journey/{entity}/{entity}.csv" for entity in ("demographics", "products", "transactions")
    ]
    for file in files:
        lines = (loaded.landing / file["path"]).read_text(encoding="utf-8").count("\n")
        assert file["rows_written"] + file["rows_rejected"] + file["blank_lines"] == lines - 1


def test_products_that_no_file_describes_are_inferred(loaded: Site) -> None:
    rows = loaded.query("SELECT product_id FROM gold.dim_products WHERE is_inferred = 1 AND product_key > 0")
    assert len(rows) >= PRODUCTS_LEFT_OUT
    assert {row["product_id"] for row in rows} == undescribed_products(loaded.landing)


def test_the_second_run_writes_nothing_and_says_so_of_every_step(loaded: Site) -> None:
    output = loaded.done("run")
    last = last_line(output)
    assert last["written"] == "0"
    assert f"{last['steps']} steps, {last['steps']} up to date" in last[0]
    assert loaded.figures() == figures(csv_file(loaded.landing, "transactions"))


def test_the_same_content_under_another_name_is_no_new_data(loaded: Site) -> None:
    original = csv_file(loaded.landing, "transactions")
    copy = original.with_name("sent_again.csv")
    copy.write_bytes(original.read_bytes())
    assert last_line(loaded.done("run"))["written"] == "0"
    copy.unlink()


def test_runs_and_steps_are_logged(loaded: Site) -> None:
    steps = loaded.query(
        "SELECT step, status, rows_read, milliseconds FROM ops.run_steps "
        "WHERE run_id = (SELECT MIN(run_id) FROM ops.runs) ORDER BY step_id"
    )
    assert len(steps) == STEPS
    assert {step["status"] for step in steps} <= {"done", "up to date"}
    assert all(step["milliseconds"] >= 0 for step in steps)


def test_a_new_file_brings_only_its_own_rows(site: Site, tmp_path: Path) -> None:
    write_cut(site.landing)
    whole = csv_file(site.landing, "transactions")
    header, *records = whole.read_text(encoding="utf-8").splitlines(keepends=True)
    late = whole.with_name("late.csv")
    aside = tmp_path / "late.csv"
    aside.write_text(header + "".join(records[-100:]), encoding="utf-8")
    whole.write_text(header + "".join(records[:-100]), encoding="utf-8")
    site.done("run")
    assert site.figures() == figures(whole)
    aside.replace(late)
    output = site.done("run")
    assert re.search(r"silver\.order_lines\s+done\s+100\s+100\s+0", output), output
    assert site.figures() == figures(whole, late)


def test_a_file_named_alone_is_loaded_alone(site: Site) -> None:
    write_cut(site.landing)
    site.done("run", str(csv_file(site.landing, "products")))
    assert [row["entity"] for row in site.query("SELECT entity FROM ops.files")] == ["products"]


def test_an_empty_landing_folder_is_nothing_to_do(site: Site) -> None:
    assert last_line(site.done("run"))["written"] == "0"


def test_a_landing_folder_that_is_missing_is_one_line_and_exit_code_2(site: Site) -> None:
    missing = site.landing / "nowhere"
    ended = site.run("run", "--landing", str(missing))
    assert ended.returncode == 2
    assert ended.stderr.splitlines() == [
        f"warehouse: landing folder {missing} does not exist; create it or name another with --landing"
    ]


def test_a_database_that_was_never_made_is_made_where_it_is_embedded_and_else_asked_for(
    bare_site: Site,
) -> None:
    write_cut(bare_site.landing)
    ended = bare_site.run("run")
    if bare_site.dsn:
        assert ended.returncode == 2
        assert "warehouse migrate" in ended.stderr
        return
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.startswith("migrate: applied ")
    assert bare_site.figures().order_lines > 0
