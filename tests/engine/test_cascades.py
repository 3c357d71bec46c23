"""Foreign keys that act: Microsoft Learn, "Primary and foreign key constraints", cascading."""

from __future__ import annotations

from tests.engine.session import Client

_FAMILY = """
CREATE TABLE parents (id int PRIMARY KEY, name nvarchar(10));
CREATE TABLE children (id int PRIMARY KEY, parent_id int NULL DEFAULT 9,
    CONSTRAINT FK_children FOREIGN KEY (parent_id) REFERENCES parents (id) {actions});
CREATE TABLE toys (id int PRIMARY KEY, child_id int,
    CONSTRAINT FK_toys FOREIGN KEY (child_id) REFERENCES children (id) {toys});
INSERT INTO parents VALUES (1, N'a'), (2, N'b'), (9, N'default');
INSERT INTO children VALUES (10, 1), (11, 1), (20, 2);
INSERT INTO toys VALUES (100, 10), (200, 20);
"""


def _made(client: Client, actions: str, toys: str = "") -> None:
    assert not client(_FAMILY.format(actions=actions, toys=toys)).errors


def test_a_deleted_parent_takes_its_children_and_theirs(client: Client) -> None:
    _made(client, "ON DELETE CASCADE", "ON DELETE CASCADE")
    told = client(
        "DELETE parents WHERE id = 1; SELECT @@ROWCOUNT; SELECT id FROM children; SELECT id FROM toys;"
    )
    assert told.sets == [[(1,)], [(20,)], [(200,)]]


def test_a_grandchild_without_cascade_keeps_the_parent(client: Client) -> None:
    _made(client, "ON DELETE CASCADE")
    told = client("DELETE parents WHERE id = 1;")
    assert told.numbers == [547]
    assert client("SELECT (SELECT COUNT(*) FROM parents), COUNT(*) FROM children").rows == [(3, 3)]


def test_set_null_and_set_default_leave_the_children(client: Client) -> None:
    _made(client, "ON DELETE SET NULL")
    assert client("DELETE parents WHERE id = 1; SELECT id, parent_id FROM children ORDER BY id").rows == [
        (10, None), (11, None), (20, 2)]  # fmt: skip


def test_set_default_gives_children_the_default_parent(client: Client) -> None:
    _made(client, "ON DELETE SET DEFAULT")
    assert client("DELETE parents WHERE id = 2; SELECT parent_id FROM children WHERE id = 20").rows == [(9,)]


def test_a_changed_key_changes_its_references(client: Client) -> None:
    _made(client, "ON UPDATE CASCADE")
    told = client("UPDATE parents SET id = id + 100; SELECT id, parent_id FROM children ORDER BY id")
    assert told.rows == [(10, 101), (11, 101), (20, 102)]


def test_cascades_fire_the_childrens_triggers(client: Client) -> None:
    _made(client, "ON DELETE CASCADE", "ON DELETE CASCADE")
    client("CREATE TABLE log (n int)")
    client("CREATE TRIGGER gone ON children AFTER DELETE AS INSERT INTO log SELECT COUNT(*) FROM deleted")
    assert client("DELETE parents WHERE id = 1; SELECT n FROM log").rows == [(2,)]


def test_cycles_and_second_paths_are_refused(client: Client) -> None:
    told = client("CREATE TABLE t (id int PRIMARY KEY, up int REFERENCES t (id) ON DELETE CASCADE)")
    assert told.numbers == [1785, 1750]
    client("CREATE TABLE a (id int PRIMARY KEY)")
    client("CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a (id) ON DELETE CASCADE)")
    told = client(
        "CREATE TABLE c (a int REFERENCES a (id) ON DELETE CASCADE, "
        "b int REFERENCES b (id) ON DELETE CASCADE)"
    )
    assert told.numbers == [1785, 1750]
