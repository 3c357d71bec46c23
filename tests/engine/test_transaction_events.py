"""What a session tells of its transactions, by which drivers know whether they are in one."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from tests.engine.session import Client

from tsqld.events import Event, TransactionChanged

BEGAN, COMMITTED, ROLLED_BACK = (
    TransactionChanged(began=True),
    TransactionChanged(began=False, committed=True),
    TransactionChanged(began=False),
)


def changes(events: Iterable[Event]) -> list[TransactionChanged]:
    return [event for event in events if isinstance(event, TransactionChanged)]


@pytest.mark.parametrize(("kind", "told"), [("commit", COMMITTED), ("rollback", ROLLED_BACK)])
def test_a_drivers_own_call_ends_the_transaction_by_its_name(
    client: Client, kind: str, told: TransactionChanged
) -> None:
    assert changes(client.session.transaction("begin", "")) == [BEGAN]
    assert changes(client.session.batch("SELECT 1 AS a;")) == []
    assert changes(client.session.transaction(kind, "")) == [told]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("COMMIT TRANSACTION; SELECT 1 AS a;", COMMITTED),
        ("ROLLBACK TRANSACTION; SELECT 1 AS a;", ROLLED_BACK),
        ("SET XACT_ABORT ON; SELECT 1 / 0 AS a;", ROLLED_BACK),
    ],
)
def test_a_batch_tells_how_the_transaction_ended(client: Client, text: str, told: TransactionChanged) -> None:
    assert changes(client.session.batch("BEGIN TRANSACTION; COMMIT TRANSACTION; SELECT 1 AS a;")) == []
    assert changes(client.session.batch("BEGIN TRANSACTION;")) == [BEGAN]
    assert changes(client.session.batch(text)) == [told]
