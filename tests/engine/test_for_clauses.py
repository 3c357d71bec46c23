"""FOR JSON and FOR XML: Microsoft Learn, "Format query results as JSON with FOR JSON", "FOR XML"."""

from __future__ import annotations

import pytest
from tests.engine.session import Client

_ORDERS = """
CREATE TABLE orders (id int, placed date, customer nvarchar(20));
CREATE TABLE lines (order_id int, product nvarchar(20), price money);
INSERT INTO orders VALUES (1, '2020-01-31', N'Ann'), (2, '2020-02-01', NULL);
INSERT INTO lines VALUES (1, N'nut', 1.5), (1, N'bolt', 2), (2, N'cog', 3);
"""


@pytest.mark.parametrize(
    ("query", "json"),
    [
        ("SELECT 1 AS a, N'x' AS b, NULL AS c FOR JSON PATH", '[{"a":1,"b":"x"}]'),
        ("SELECT 1 AS a, NULL AS c FOR JSON PATH, INCLUDE_NULL_VALUES", '[{"a":1,"c":null}]'),
        ("SELECT 1 AS a FOR JSON PATH, WITHOUT_ARRAY_WRAPPER", '{"a":1}'),
        ("SELECT 1 AS a FOR JSON PATH, ROOT", '{"root":[{"a":1}]}'),
        ("SELECT 1 AS a FOR JSON PATH, ROOT('r')", '{"r":[{"a":1}]}'),
        (
            "SELECT 1 AS [a.b], 2 AS [a.c.d], 3 AS e FOR JSON PATH",
            '[{"a":{"b":1,"c":{"d":2}},"e":3}]',
        ),
        ("SELECT NULL AS [a.b], 3 AS e FOR JSON PATH", '[{"e":3}]'),
        (
            "SELECT CAST(1 AS bit) AS t, CAST(1.50 AS decimal(9, 2)) AS d, CAST(1.5 AS money) AS m"
            " FOR JSON PATH",
            '[{"t":true,"d":1.50,"m":1.5000}]',
        ),
        (
            "SELECT CAST('2020-01-31' AS date) AS d, CAST('2020-01-31T10:00:00' AS datetime) AS t"
            " FOR JSON PATH",
            '[{"d":"2020-01-31","t":"2020-01-31T10:00:00"}]',
        ),
        ("SELECT 0x0102 AS b FOR JSON PATH", '[{"b":"AQI="}]'),
        (
            "SELECT N'a\"\\/' + NCHAR(10) + NCHAR(1) AS s FOR JSON PATH",
            '[{"s":"a\\"\\\\\\/\\n\\u0001"}]',
        ),
        ("SELECT JSON_QUERY(N'{\"x\":1}') AS j FOR JSON PATH", '[{"j":{"x":1}}]'),
        ("SELECT value AS v FROM GENERATE_SERIES(1, 3) ORDER BY value DESC FOR JSON PATH",
         '[{"v":3},{"v":2},{"v":1}]'),
    ],
)  # fmt: skip
def test_for_json_writes_rows_as_objects(client: Client, query: str, json: str) -> None:
    assert client(query).rows == [(json,)]


def test_a_nested_for_json_is_not_quoted_again(client: Client) -> None:
    client(_ORDERS)
    told = client("""
        SELECT o.id, (SELECT l.product FROM lines AS l WHERE l.order_id = o.id ORDER BY l.price DESC
            FOR JSON PATH) AS lines
        FROM orders AS o ORDER BY o.id FOR JSON PATH;
    """)
    assert told.rows == [
        ('[{"id":1,"lines":[{"product":"bolt"},{"product":"nut"}]},{"id":2,"lines":[{"product":"cog"}]}]',),
    ]


def test_for_json_auto_nests_by_table(client: Client) -> None:
    client(_ORDERS)
    told = client("""
        SELECT o.id, o.customer, l.product, l.price FROM orders AS o JOIN lines AS l ON l.order_id = o.id
        ORDER BY o.id, l.product FOR JSON AUTO;
    """)
    assert told.rows == [
        (
            '[{"id":1,"customer":"Ann","l":[{"product":"bolt","price":2.0000},{"product":"nut","price":1.5000}]},'
            '{"id":2,"l":[{"product":"cog","price":3.0000}]}]',
        ),
    ]
    assert client("SELECT id AS [a.b] FROM orders WHERE id = 1 FOR JSON AUTO").rows == [('[{"a.b":1}]',)]


def test_for_json_in_an_assignment_and_of_no_rows(client: Client) -> None:
    told = client("DECLARE @j nvarchar(max) = (SELECT 1 AS a FOR JSON PATH); SELECT @j;")
    assert told.rows == [('[{"a":1}]',)]
    told = client("DECLARE @j nvarchar(max) = (SELECT 1 AS a WHERE 1 = 0 FOR JSON PATH); SELECT @j;")
    assert told.rows == [(None,)]


def test_for_json_needs_names_that_do_not_conflict(client: Client) -> None:
    assert client("SELECT 1 FOR JSON PATH").numbers == [13605]
    assert client("SELECT 1 AS a, 2 AS [a.b] FOR JSON PATH").numbers == [13601]
    assert client("SELECT 1 AS a FOR JSON PATH, ROOT, WITHOUT_ARRAY_WRAPPER").numbers == [13620]


@pytest.mark.parametrize(
    ("query", "xml"),
    [
        ("SELECT 1 AS a, N'<&>' AS b FOR XML PATH", "<row><a>1</a><b>&lt;&amp;&gt;</b></row>"),
        ("SELECT 1 AS [@id], N'x' AS name FOR XML PATH('item'), ROOT('items')",
         '<items><item id="1"><name>x</name></item></items>'),
        ("SELECT 1 AS a, N'q' AS b FOR XML RAW", '<row a="1" b="q"/>'),
        ("SELECT 1 AS a FOR XML RAW('r'), ELEMENTS", "<r><a>1</a></r>"),
        ("SELECT value AS [data()] FROM GENERATE_SERIES(1, 3) FOR XML PATH('')", "1 2 3"),
    ],
)  # fmt: skip
def test_for_xml_writes_elements_and_attributes(client: Client, query: str, xml: str) -> None:
    assert client(query).rows == [(xml,)]


def test_stuff_and_for_xml_path_join_texts(client: Client) -> None:
    client(_ORDERS)
    told = client("""
        SELECT o.id, STUFF((SELECT N', ' + l.product FROM lines AS l WHERE l.order_id = o.id
            ORDER BY l.product FOR XML PATH('')), 1, 2, N'') AS products
        FROM orders AS o ORDER BY o.id;
    """)
    assert told.rows == [(1, "bolt, nut"), (2, "cog")]


def test_value_of_typed_xml_gives_the_text_unescaped(client: Client) -> None:
    told = client("""
        SELECT STUFF((SELECT N',' + v.t FROM (VALUES (N'a&b'), (N'<c>')) AS v (t) ORDER BY v.t DESC
            FOR XML PATH(''), TYPE).value('.', 'nvarchar(max)'), 1, 1, N'');
    """)
    assert told.rows == [("a&b,<c>",)]


def test_other_xml_is_refused_by_name(client: Client) -> None:
    assert client("SELECT 1 AS a FOR XML AUTO").numbers == [50100]
    assert client("SELECT 1 AS Tag, NULL AS Parent, 2 AS [a!1!b] FOR XML EXPLICIT").numbers == [50100]
    assert client("SELECT (SELECT 1 AS a FOR XML PATH, TYPE).value('/row/a', 'int')").numbers == [50100]
