"""A load that is cancelled stops within a second, whichever way its file is read, and has done nothing."""

from __future__ import annotations

import struct
import time
from collections.abc import Iterator

import pytest
from tests.wire.raw import RawClient, batch
from tests.wire.served import Served, serving

ROWS = 1_500_000
LOADS = {
    "as CSV, by DuckDB": ("quoted.csv", "FORMAT = 'CSV', MAXERRORS = 0"),
    "with a field too many, record by record": ("quoted.csv", "FIELDTERMINATOR = ',', MAXERRORS = 0"),
    "in UTF-16": ("wide.txt", "DATAFILETYPE = 'widechar', FIELDTERMINATOR = '|', MAXERRORS = 0"),
    "with misfits": ("misfits.csv", "FORMAT = 'CSV', MAXERRORS = 2000000"),
}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("stopping")
    (folder / "quoted.csv").write_text("".join(f'{i},"text, {i}"\n' for i in range(ROWS)))
    (folder / "misfits.csv").write_text("".join(f"{'x' if i % 3 else i},text {i}\n" for i in range(ROWS)))
    (folder / "wide.txt").write_text("".join(f"{i}|text {i}\r\n" for i in range(ROWS)), "utf-16")
    with serving(folder / "data") as server:
        yield server


@pytest.mark.parametrize("name", LOADS)
@pytest.mark.parametrize("after", [0.1, 0.5])
def test_a_cancelled_load_stops_within_a_second(served: Served, name: str, after: float) -> None:
    file, options = LOADS[name]
    load = f"BULK INSERT #loaded FROM '{served.log.parent / file}' WITH ({options})"
    client = RawClient(served.port)
    client.ask(batch("CREATE TABLE #loaded (i int NULL, t nvarchar(100) NULL)"))
    # A fast machine may be done before it is asked to stop: then it is asked sooner.
    while _rows_after_cancelling(client, served, load, after) != 0:
        client.ask(batch("TRUNCATE TABLE #loaded"))
        after /= 2
        assert after > 0.01
    assert not served.faults()
    client.close()


def _rows_after_cancelling(client: RawClient, served: Served, load: str, after: float) -> int:
    """The rows of #loaded once a load of it was cancelled after so many seconds: none, or all."""
    client.send(batch(load))
    time.sleep(after)
    computed = served.processor_seconds()
    assert client.attention() < 30
    assert served.processor_seconds() - computed < 1.5
    answer = client.ask(batch("SELECT COUNT(*) FROM #loaded"))
    (rows,) = struct.unpack_from("<i", answer, answer.index(b"\xd1\x04") + 2)
    assert rows in {0, ROWS}
    return int(rows)
