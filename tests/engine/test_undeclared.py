"""Types of parameters that a text does not declare: Microsoft Learn, "sp_describe_undeclared_parameters"."""

from __future__ import annotations

import pytest
from tests.engine.session import Client

from tsqld.errors import TsqlError

_SETUP = """
CREATE TABLE things (id int IDENTITY NOT NULL, name nvarchar(40) NULL, price decimal(9, 2) NULL,
    photo varbinary(max) NULL);
GO
CREATE PROCEDURE rename_thing @id int, @name nvarchar(40) AS UPDATE things SET name = @name WHERE id = @id;
"""


@pytest.mark.parametrize(
    ("text", "types"),
    [
        ("SELECT * FROM things WHERE id = @P1 AND name LIKE @P2", ["int", "nvarchar(40)"]),
        ("SELECT * FROM things AS t WHERE t.price BETWEEN @P1 AND @P2", ["decimal(9,2)", "decimal(9,2)"]),
        ("SELECT * FROM things WHERE price IN (@P1, 2)", ["decimal(9,2)"]),
        ("INSERT INTO things (name, photo) VALUES (@P1, @P2)", ["nvarchar(40)", "varbinary(max)"]),
        ("INSERT INTO things VALUES (@P1, @P2, @P3)", ["nvarchar(40)", "decimal(9,2)", "varbinary(max)"]),
        ("UPDATE things SET photo = @P1 WHERE id = @P2", ["varbinary(max)", "int"]),
        ("DELETE FROM things WHERE @P1 < price", ["decimal(9,2)"]),
        ("EXEC rename_thing @P1, @name = @P2", ["int", "nvarchar(40)"]),
        ("SELECT TOP (@P1) CAST(@P2 AS date) AS d FROM things", ["bigint", "date"]),
        ("SELECT id FROM things ORDER BY id OFFSET @P1 ROWS", ["bigint"]),
        ("SELECT name FROM sys.objects AS o WHERE o.object_id = @P1", ["int"]),
        ("SELECT COLUMN_NAME FROM INFORMATION_SCHEMA.COLUMNS WHERE TABLE_NAME = @P1", ["nvarchar(128)"]),
    ],
)
def test_a_parameter_has_the_type_of_what_it_stands_beside(
    client: Client, text: str, types: list[str]
) -> None:
    client(_SETUP)
    assert [str(type) for _, type in client.session.undeclared(text, "")] == types


def test_declared_parameters_are_not_told_and_tell_of_others(client: Client) -> None:
    client(_SETUP)
    assert (
        client.session.undeclared("SELECT * FROM things WHERE id = @a OR price = @b", "@a int")[0][0] == "@b"
    )


def test_a_parameter_of_no_type_is_refused(client: Client) -> None:
    with pytest.raises(TsqlError, match="telling the type of @P1"):
        client.session.undeclared("SELECT @P1", "")
