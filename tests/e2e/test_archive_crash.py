"""An archive cut short at its worst moments: the next call ends it, and nothing is lost or there twice."""

from __future__ import annotations

import gzip
import hashlib
import signal
import subprocess
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.e2e.site import Site

TEXT = "currency,rate_date,rate,updated_at\nEUR,2026-02-01,{rate},2026-02-01T00:00:00Z\n"
# `warehouse retention --apply` in a process that kills itself at a certain moment, as if power failed.
KILLED = """
import os, signal, sys
from warehouse import archive
from warehouse.cli import main

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

{moment}
main(sys.argv[1:])
"""
APPLY = ("retention", "--apply", "--archive")
MOMENTS = {
    "compressing": "archive.shutil.copyfileobj = lambda _, to, size: (to.write(b'half'), to.flush(), die())",
    "compressed, not recorded": "archive._record = die",
    "recorded, not removed": "archive.Path.unlink = die",
}


@pytest.fixture
def file(request: pytest.FixtureRequest, shared_site: Site) -> Iterator[Path]:
    """A loaded file of the landing folder that is old enough to be archived."""
    number = zlib.crc32(request.node.name.encode()) % 10_000
    path = shared_site.landing / "shop" / "fx_rates" / f"rates_{number}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(TEXT.format(rate=number))
    shared_site.done("run", str(path))
    shared_site.query("UPDATE ops.files SET registered_at = '20260101'; SELECT 1 AS one;")
    yield path
    path.unlink(missing_ok=True)


def killed(site: Site, archive: Path, moment: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", KILLED.format(moment=MOMENTS[moment]), *APPLY, str(archive)],
        env=site.environment, cwd=site.home.parent, capture_output=True, timeout=240, check=False,
    )  # fmt: skip
    assert ended.returncode == -signal.SIGKILL, ended.stderr


def recorded(site: Site, file: Path) -> dict[str, str | None]:
    path = file.relative_to(site.landing).as_posix()
    return site.query(f"SELECT archived_path, archived_sha256 FROM ops.files WHERE path = N'{path}'")[0]


@pytest.mark.parametrize("moment", MOMENTS)
def test_an_archive_cut_short_is_ended_by_the_next_call(
    shared_site: Site, tmp_path: Path, file: Path, moment: str
) -> None:
    site, archive, content = shared_site, tmp_path / "archive", file.read_bytes()
    killed(site, archive, moment)
    assert file.read_bytes() == content, "it leaves the landing folder last"
    assert (recorded(site, file)["archived_path"] is not None) == moment.startswith("recorded")

    site.done(*APPLY, str(archive))
    kept = [found for found in archive.rglob("*") if found.is_file()]
    row = recorded(site, file)
    assert kept == [archive / str(row["archived_path"])], "one archive, and no half of one"
    assert gzip.decompress(kept[0].read_bytes()) == content
    assert hashlib.sha256(kept[0].read_bytes()).hexdigest() == row["archived_sha256"]
    assert not file.exists()
    told = site.done(*APPLY, str(archive))
    assert "archive: 0 files moved in, 0 deleted" in told


def test_an_archive_is_recorded_though_its_file_went_away_meanwhile(
    shared_site: Site, tmp_path: Path, file: Path
) -> None:
    site, archive, content = shared_site, tmp_path / "archive", file.read_bytes()
    killed(site, archive, "compressed, not recorded")
    file.unlink()

    assert "1 file moved in" in site.done(*APPLY, str(archive))
    row = recorded(site, file)
    assert gzip.decompress((archive / str(row["archived_path"])).read_bytes()) == content
