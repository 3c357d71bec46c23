"""GO splitting as sqlcmd does it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tsql.batches import Batch, split_batches
from tsql.tokens import TokenError


def texts(script: str) -> list[str]:
    return [batch.text.strip() for batch in split_batches(script)]


def test_go_on_its_own_line_separates_batches() -> None:
    assert texts("SELECT 1\nGO\nSELECT 2\ngo\n") == ["SELECT 1", "SELECT 2"]


def test_a_script_without_go_is_one_batch() -> None:
    assert split_batches("SELECT 1;\n") == [Batch("SELECT 1;\n", 1)]


def test_go_with_windows_line_ends_separates_batches() -> None:
    assert texts("SELECT 1\r\nGO\r\nSELECT 2\r\n") == ["SELECT 1", "SELECT 2"]


def test_go_inside_a_string_is_text() -> None:
    assert len(split_batches("SELECT N'\nGO\n'\nGO\nSELECT 2")) == 2


def test_go_inside_brackets_or_quotes_is_a_name() -> None:
    assert len(split_batches('SELECT 1 AS [\nGO\n], 2 AS "\nGO\n"')) == 1


def test_go_inside_nested_comments_is_text() -> None:
    assert len(split_batches("/* one /* two\nGO\n*/\nGO\n*/ SELECT 1\nGO\nSELECT 2")) == 2


def test_go_behind_a_line_comment_is_text() -> None:
    assert len(split_batches("SELECT 1 -- then\n-- GO\n+ 1")) == 1


BESIDE_COMMENTS = ["GO -- done", "GO /* done */", "  GO", "/* now */ GO", "GO 1 -- once", "\tgo\t"]
NOT_ALONE = ["GO;", "GO SELECT 2", "GO 1 2", "GO five", "GOTO five", "SELECT 1 AS go", "x.go"]


@pytest.mark.parametrize("line", BESIDE_COMMENTS)
def test_comments_and_space_may_share_the_line_with_go(line: str) -> None:
    assert texts(f"SELECT 1\n{line}\nSELECT 2")[-1] == "SELECT 2"


def test_a_comment_that_begins_beside_go_ends_in_the_next_batch() -> None:
    _, second = split_batches("SELECT 1\nGO /* a\nb */ SELECT 2\n")
    assert second.text.strip() == "SELECT 2"
    assert second.script_line(1) == 3


def test_go_with_a_number_repeats_the_batch() -> None:
    assert [(batch.text, batch.repeat) for batch in split_batches("SELECT 1\nGO 5\nSELECT 2")] == [
        ("SELECT 1\n", 5),
        ("SELECT 2", 1),
    ]


def test_go_zero_drops_the_batch_as_sqlcmd_does() -> None:
    assert texts("SELECT 1\nGO 0\nSELECT 2") == ["SELECT 2"]


@pytest.mark.parametrize("line", NOT_ALONE)
def test_go_beside_anything_else_is_no_separator(line: str) -> None:
    assert len(split_batches(f"SELECT 1\n{line}\nSELECT 2")) == 1


def test_batches_of_space_and_comments_are_left_out() -> None:
    assert texts("-- header\nGO\n\nGO\nSELECT 1\nGO\n/* end */\n") == ["SELECT 1"]


def test_every_batch_knows_the_line_it_starts_on() -> None:
    script = "-- header\nSELECT 1\nGO\nSELECT 2\n\nGO 2\n\nSELECT 3\n"
    batches = split_batches(script)
    assert [batch.line for batch in batches] == [1, 4, 7]
    assert batches[2].script_line(2) == 8
    assert batches[2].script_line(0) == 0


def test_a_string_that_never_closes_is_an_error_with_its_line() -> None:
    with pytest.raises(TokenError) as caught:
        split_batches("SELECT 1\nGO\nSELECT 'x\nGO\n")
    assert (caught.value.number, caught.value.line) == (105, 3)


PIECES = ["SELECT 1", "'a\nGO\nb'", "[x\nGO\ny]", "/* /*\nGO\n*/ */", "-- GO", "\n", " ", "GO 2", "GO"]
pieces = st.sampled_from(PIECES)


@given(st.lists(pieces, max_size=12))
def test_every_batch_stands_in_the_script_at_its_line(parts: list[str]) -> None:
    script = "\n".join(parts)
    lines = script.split("\n")
    for batch in split_batches(script):
        assert "\n".join(lines[batch.line - 1 :]).find(batch.text) >= 0
        assert script.split("\n", batch.line - 1)[-1].find(batch.text.split("\n")[0]) >= 0


@given(st.lists(pieces.filter(lambda piece: not piece.startswith("GO")), max_size=8))
def test_without_a_bare_go_there_is_at_most_one_batch(parts: list[str]) -> None:
    assert len(split_batches("\n".join(parts))) <= 1
