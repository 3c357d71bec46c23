"""Format files, non-XML and XML."""

from __future__ import annotations

import pytest
from tests.engine.bulk.loading import CSV, Loader, Pairs, columns, texts

from tsqld.bulk.rowset import openrowset, rowset_columns, rowset_options
from tsqld.types import INT, nvarchar, varchar

# The sample of Microsoft's documentation, shortened: fields in another order than columns, one left out.
PLAIN = r"""14.0
3
1  SQLCHAR  0  10  ","     2  name  SQL_Latin1_General_CP1_CI_AS
2  SQLCHAR  0  50  ","     0  skip  ""
3  SQLCHAR  0  20  "\r\n"  1  id    ""
"""
XML = r"""<?xml version="1.0"?>
<BCPFORMAT xmlns="http://schemas.microsoft.com/sqlserver/2004/bulkload/format"
           xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
 <RECORD>
  <FIELD ID="1" xsi:type="CharTerm" TERMINATOR="," MAX_LENGTH="10"/>
  <FIELD ID="2" xsi:type="CharTerm" TERMINATOR="\n" MAX_LENGTH="20"/>
 </RECORD>
 <ROW>
  <COLUMN SOURCE="1" NAME="id" xsi:type="SQLINT"/>
  <COLUMN SOURCE="2" NAME="name" xsi:type="SQLVARYCHAR"/>
 </ROW>
</BCPFORMAT>
"""


def with_format(load: Loader, text: str) -> Pairs:
    file = load.folder / "data.fmt"
    file.write_text(text, encoding="utf-8")
    return [("FORMATFILE", str(file))]


def test_fields_go_to_the_columns_the_file_names(load: Loader) -> None:
    options = with_format(load, PLAIN)
    opened = load.source(b"n1,zz,1\r\nn2,yy,2\r\n", options, columns(INT, varchar(20)))
    assert opened.columns == ("c1", "c2")
    assert load.read(opened) == [(1, "n1"), (2, "n2")]


def test_errors_count_columns_as_the_file_does(load: Loader) -> None:
    options = with_format(load, PLAIN)
    messages = load.messages(b"n1,zz,x\r\n", options, columns(INT, varchar(20)))
    assert [message.rpartition("for ")[2] for _, message in messages] == ["row 1, column 3 (c1)."]


def test_columns_without_a_field_are_not_filled(load: Loader) -> None:
    options = with_format(load, PLAIN)
    assert load.source(b"", options, [*columns(INT, varchar(20)), *texts(1)]).columns == ("c1", "c2")


def test_fields_may_end_in_different_ways(load: Loader) -> None:
    text = PLAIN.replace('","     0', '";"     0')
    rows = load.rows(b"a,b;1\r\nc,d;2\r\n", with_format(load, text), columns(INT, varchar(9)))
    assert rows == [(1, "a"), (2, "c")]


def test_xml_columns_are_taken_in_their_order(load: Loader) -> None:
    rows = load.rows(b"1,alpha\n2,beta\n", with_format(load, XML), columns(INT, nvarchar(20)))
    assert rows == [(1, "alpha"), (2, "beta")]


def test_csv_may_have_a_format_file(load: Loader) -> None:
    options = [*CSV, *with_format(load, XML)]
    assert load.rows(b'1,"a,\nb"\n', options, columns(INT, nvarchar(20))) == [(1, "a,\nb")]


def test_nchar_fields_are_utf16(load: Loader) -> None:
    text = PLAIN.replace("SQLCHAR", "SQLNCHAR").replace(r'"\r\n"', r'"\n"')
    content = "ä,x,1\n€,y,2\n".encode("utf-16-le")
    assert load.rows(content, with_format(load, text), columns(INT, nvarchar(9))) == [(1, "ä"), (2, "€")]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("14.0\n", 4821),
        ("14.0\nmany\n", 4821),
        ("14.0\n2\n" + PLAIN.split("\n")[2], 4822),
        (PLAIN.replace("\n2  SQL", "\n7  SQL"), 4823),
        (PLAIN.replace("2  SQLCHAR", "2  BOGUS"), 4824),
        (PLAIN.replace("SQLCHAR  0  50", "SQLCHAR  3  50"), 4825),
        (PLAIN.replace("SQLCHAR  0  50", "SQLCHAR  0  x"), 4826),
        (PLAIN.replace("0  skip", "x  skip"), 4828),
        (PLAIN.replace('50  ","', '0  ""'), 4882),
        (PLAIN.replace("2  SQLCHAR", "2  SQLINT"), 50100),
        (PLAIN.replace("SQLCHAR  0  50", "SQLCHAR  2  50"), 50100),
        (PLAIN.replace('50  ","', '50  ""'), 50100),
        (PLAIN.replace("2  SQLCHAR", "2  SQLNCHAR"), 50100),
        (XML.replace("CharTerm", "NativeFixed"), 50100),
        (XML.replace("SQLINT", "SQLFLT8"), 50100),
        (XML.replace("</ROW>", ""), 50100),
    ],
)
def test_what_is_wrong_in_a_format_file_is_named(load: Loader, text: str, number: int) -> None:
    assert load.chain(b"n,z,1\r\n", with_format(load, text), columns(INT, varchar(20))) == [number]


def test_a_missing_format_file_is_4860_with_its_own_state(load: Loader) -> None:
    problem = load.error(b"a\n", [("FORMATFILE", "/none.fmt")], texts(1))
    assert (problem.number, problem.state) == (4860, 3)


def test_openrowset_returns_what_the_format_file_describes(load: Loader) -> None:
    (load.folder / "data").write_bytes(b"1,alpha\n2,beta\n")
    kind, options = rowset_options(with_format(load, XML), 1)
    found = rowset_columns(kind, options, 1)
    assert [(column.name, str(column.type)) for column in found] == [("id", "int"), ("name", "varchar(20)")]
    opened = openrowset(load.root.cursor(), str(load.folder / "data"), options, kind, found)
    assert load.read(opened) == [(1, "alpha"), (2, "beta")]
